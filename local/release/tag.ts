import { join } from "node:path";
import { z } from "zod";
import { readMigrations } from "../migrations.ts";
import type { SqlFile } from "../next-migration.ts";
import { ROOT } from "../paths.ts";
import { problemsOfReleases, readReleases, releasedMigrations, type Releases } from "../releases.ts";
import { readVersion } from "../version.ts";
import { changelogSection } from "./changelog.ts";

const Package = z.object({ version: z.string() });

/** What the repository says of its version. */
export interface VersionClaims {
  /** Of package.json, in the root. */
  readonly version: string;
  /** Of settings/package.json, which is published beside it. */
  readonly settings_version: string;
  readonly changelog: string;
  readonly releases: Releases;
  readonly migrations: readonly SqlFile[];
}

/** Reads what the repository says of its version. */
export async function readVersionClaims(): Promise<VersionClaims> {
  const settings = JSON.parse(await Deno.readTextFile(join(ROOT, "settings/package.json")));
  return {
    version: await readVersion(),
    settings_version: Package.parse(settings).version,
    changelog: await Deno.readTextFile(join(ROOT, "CHANGELOG.md")),
    releases: await readReleases(),
    migrations: await readMigrations(),
  };
}

/**
 * Compares a tag with everything that says the version.
 *
 * @param tag such as `v0.1.0`
 * @returns in words, what has to be mended before the tag can be released
 */
export function problemsOfTag(
  tag: string,
  { version, settings_version, changelog, releases, migrations }: VersionClaims,
): readonly string[] {
  const section = changelogSection(changelog, version);
  const released = releasedMigrations(releases);
  const loose = migrations.filter(({ name }) => !released.has(name)).map(({ name }) => name);
  return [
    ...(tag === `v${version}` ? [] : [`The tag is ${tag}, package.json has ${version}.`]),
    ...(settings_version === version
      ? []
      : [`settings/package.json has ${settings_version}, not ${version}.`]),
    ...(section === null ? [`CHANGELOG.md has no section of ${version}.`] : []),
    ...(section?.date === null
      ? [`CHANGELOG.md has no date for ${version}: write "## ${version}, <date>".`]
      : []),
    ...(releases.at(-1)?.version === version
      ? []
      : [`The migrations of ${version} are not frozen. Run: npm run release`]),
    ...(loose.length === 0 ? [] : [`${loose.join(", ")}: not frozen.`]),
    ...problemsOfReleases(releases, migrations),
  ];
}
