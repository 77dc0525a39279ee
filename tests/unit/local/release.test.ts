import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { changelogSection } from "../../../local/release/changelog.ts";
import { writeReleaseFiles } from "../../../local/release/files.ts";
import { problemsOfTag, readVersionClaims, type VersionClaims } from "../../../local/release/tag.ts";
import { withRelease } from "../../../local/releases.ts";
import { readVersion } from "../../../local/version.ts";

const CHANGELOG = `# Changelog

What changed.

## 0.2.0, not released yet

Later.

## 0.1.0, 2027-01-31

First, with a part:

### Part

Text.
`;

const MIGRATIONS = [{ name: "1_calendar.sql", sql: "select 1;" }];
const FITTING: VersionClaims = {
  version: "0.1.0",
  settings_version: "0.1.0",
  changelog: CHANGELOG,
  releases: withRelease([], "0.1.0", MIGRATIONS),
  migrations: MIGRATIONS,
};

Deno.test("the section of a version ends where the next one begins", () => {
  assert.deepEqual(changelogSection(CHANGELOG, "0.1.0"), {
    date: "2027-01-31",
    text: "First, with a part:\n\n### Part\n\nText.\n",
  });
  assert.deepEqual(changelogSection(CHANGELOG, "0.2.0"), { date: null, text: "Later.\n" });
  assert.equal(changelogSection(CHANGELOG, "0.1"), null);
});

Deno.test("a tag can be released where everything says its version", () => {
  assert.deepEqual(problemsOfTag("v0.1.0", FITTING), []);
});

Deno.test("a tag is refused where anything says another version", () => {
  const refusal = (tag: string, claims: Partial<VersionClaims>) =>
    problemsOfTag(tag, { ...FITTING, ...claims }).join("\n");
  assert.match(refusal("v0.1.1", {}), /^The tag is v0\.1\.1, package\.json has 0\.1\.0\.$/);
  assert.match(refusal("0.1.0", {}), /^The tag is 0\.1\.0/);
  assert.match(refusal("v0.1.0", { settings_version: "0.0.9" }), /^settings\/package\.json has 0\.0\.9/);
  assert.match(
    refusal("v0.1.0", { changelog: "# Changelog\n" }),
    /^CHANGELOG\.md has no section of 0\.1\.0\.$/,
  );
  assert.match(
    refusal("v0.1.0", { changelog: "## 0.1.0, not released yet\n" }),
    /^CHANGELOG\.md has no date for 0\.1\.0/,
  );
  assert.match(refusal("v0.1.0", { releases: [] }), /^The migrations of 0\.1\.0 are not frozen\./);
  assert.match(
    refusal("v0.1.0", { migrations: [...MIGRATIONS, { name: "2_later.sql", sql: "select 2;" }] }),
    /^2_later\.sql: not frozen\.$/,
  );
  assert.match(
    refusal("v0.1.0", { migrations: [{ name: "1_calendar.sql", sql: "select 2;" }] }),
    /^1_calendar\.sql was released with 0\.1\.0 and never changes/,
  );
});

Deno.test("both packages have one version, and CHANGELOG.md tells of it", async () => {
  const claims = await readVersionClaims();
  const told = changelogSection(claims.changelog, claims.version);
  assert.equal(claims.settings_version, claims.version);
  assert.ok(told !== null && told.text.length > 100);
});

Deno.test("a release on GitHub has the functions with their source maps, and checksums that hold", async () => {
  const folder = await Deno.makeTempDir({ prefix: "ecocomply-release-" });
  try {
    const { notes, attached } = await writeReleaseFiles(folder);
    const version = await readVersion();
    const section = changelogSection((await readVersionClaims()).changelog, version);
    assert.equal(await Deno.readTextFile(notes), section?.text);
    const [archive = "", checksums = ""] = attached;
    assert.equal(basename(archive), `ecocomply-calendar-functions-${version}.tar.gz`);
    const packed = new Deno.Command("tar", { args: ["--list", `--file=${archive}`] });
    const files = new TextDecoder().decode((await packed.output()).stdout).split("\n");
    for (
      const name of ["calendar", "calendar-feed", "calendar-metrics", "calendar-sync", "calendar-webhook"]
    ) {
      assert.ok(files.includes(`./${name}/index.js`), name);
      assert.ok(files.includes(`./${name}/index.js.map`), name);
    }
    const check = new Deno.Command("sha256sum", {
      args: ["--check", "--strict", checksums],
      cwd: join(folder, "attached"),
    });
    assert.ok((await check.output()).success);
    const listed = new Deno.Command("tar", {
      args: ["--list", "--verbose", "--numeric-owner", "--utc", "--full-time", `--file=${archive}`],
    });
    for (const line of new TextDecoder().decode((await listed.output()).stdout).trim().split("\n")) {
      assert.match(line, / 0\/0 .* 1970-01-01 00:00:00 /, "the same files give the same bytes");
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
