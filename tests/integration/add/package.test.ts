import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { z } from "zod";
import { readVersion } from "../../../local/version.ts";
import { ROOT } from "../../../local/paths.ts";
import { startNpmRegistry } from "../../support/npm-registry.ts";
import { createHostProject, run, runAdd } from "./host-project.ts";

const COMMAND = "ecocomply-calendar";
const COMPONENT = "@ecocomply/calendar-settings";
/** Where GitHub's workflow says that the repository is. */
const GITHUB = { GITHUB_SERVER_URL: "https://github.example", GITHUB_REPOSITORY: "owner/calendar" };
const REPOSITORY = { type: "git", url: "git+https://github.example/owner/calendar.git" };

/** What `npm pack --json` says. */
const Packed = z.tuple([z.object({ files: z.array(z.object({ path: z.string() })) })]);

/** Three projects: with nothing, with functions of its own, with a table of its own. */
const HOSTS = [
  { files: {}, args: [] },
  {
    files: {
      "supabase/migrations/20200101000000_orders.sql": "create table public.orders (id int);",
      "supabase/functions/hello/index.ts": `Deno.serve(() => new Response("hello"));\n`,
      "supabase/functions/.env.example": "HELLO_KEY=\n",
    },
    args: ["--bundled"],
  },
  {
    files: {
      "supabase/migrations/20250101000000_duties.sql": "create table public.duties (id uuid, due date);",
    },
    args: ["--obligations", "public.duties", "--user", "owner", "--title", "name", "--date", "due"],
  },
] as const;

Deno.test("what is published brings the same as npm run add, with Node alone", async (t) => {
  const folder = await Deno.makeTempDir({ prefix: "ecocomply-package-" });
  const version = await readVersion();
  await using registry = await startNpmRegistry(folder);
  const publish = () =>
    run("node", [join(ROOT, "local/run.mjs"), "local/publish.ts"], ROOT, { ...registry.env, ...GITHUB });
  try {
    await t.step(
      "both are published for everybody, with the repository's address and without a warning",
      async () => {
        const { code, stdout, stderr } = await publish();
        assert.equal(code, 0, stderr);
        assert.doesNotMatch(stderr, /npm (warn|error)/i);
        assert.match(
          stdout,
          new RegExp(`^${COMMAND} ${version}: published\n${COMPONENT} ${version}: published\n$`),
        );
        const [command, component] = [COMMAND, COMPONENT].map((name) => registry.packages.get(name));
        assert.deepEqual(command?.manifest["repository"], REPOSITORY);
        assert.deepEqual(component?.manifest["repository"], { ...REPOSITORY, directory: "settings" });
        assert.deepEqual([command?.access, component?.access], ["public", "public"]);
      },
    );

    await t.step("a version that the registry has is left as it is", async () => {
      const { code, stdout, stderr } = await publish();
      assert.equal(code, 0, stderr);
      assert.match(stdout, new RegExp(`^${COMMAND} ${version}: there\n${COMPONENT} ${version}: there\n$`));
    });

    await t.step(
      "a host gets what is deployed, the documentation and the command, and no package more",
      async () => {
        const { manifest, tarball } = registry.packages.get(COMMAND) ?? {};
        assert.ok(manifest && tarball);
        assert.equal(manifest["dependencies"], undefined);
        const archive = join(folder, "command.tgz");
        await Deno.writeFile(archive, tarball);
        const { stdout } = await run("tar", ["--list", `--file=${archive}`]);
        const strange = stdout.trim().split("\n").map((path) => path.replace(/^package\//, "")).filter((
          path,
        ) =>
          !/^(docs\/|supabase\/(config\.toml$|functions\/|migrations\/)|dist\/(command|functions\/[a-z-]+\/index\.js$)|(package\.json|README\.md|CHANGELOG\.md|LICENSE)$)/
            .test(path)
        );
        assert.deepEqual(strange, []);
      },
    );

    await t.step("secrets that lie beside the functions stay out", async () => {
      const copy = join(folder, "copy");
      const brought = ["supabase/functions/calendar.env.example", "supabase/functions/calendar/index.ts"];
      const secret = [
        ...["supabase/.env", "supabase/.env.calendar.local", "supabase/calendar.env"],
        ...["supabase/functions/.env", "supabase/functions/.env.local", "supabase/functions/calendar.env"],
        ...["supabase/functions/calendar/.env", "supabase/functions/calendar/.env.production", "docs/.env"],
      ];
      for (const path of [...brought, ...secret]) {
        await Deno.mkdir(join(copy, dirname(path)), { recursive: true });
        await Deno.writeTextFile(join(copy, path), "CALENDAR_SYNC_SECRET=secret\n");
      }
      await Deno.copyFile(join(ROOT, "package.json"), join(copy, "package.json"));
      const { stdout } = await run("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], copy);
      const [{ files }] = Packed.parse(JSON.parse(stdout));
      assert.deepEqual(files.map(({ path }) => path).sort(), ["package.json", ...brought]);
    });

    const empty = join(folder, "empty");
    await Deno.mkdir(empty);
    const npx = (...args: readonly string[]) => run("npx", ["--yes", COMMAND, ...args], empty, registry.env);

    for (const { files, args } of HOSTS) {
      const [host, other] = [await createHostProject(), await createHostProject()];
      try {
        const name = Object.keys(files).join(", ") || "nothing";
        await t.step(`npx brings what npm run add brings, into a project with ${name}`, async () => {
          for (const [path, text] of Object.entries(files)) {
            await host.write(path, text);
            await other.write(path, text);
          }
          const { code, stdout, stderr } = await npx("add", host.folder, "--yes", ...args);
          assert.deepEqual([code, stderr], [0, ""]);
          assert.match(stdout, /npx supabase db push/);
          await runAdd(other.folder, "--yes", ...args);
          const undated = (files: ReadonlyMap<string, string>) =>
            [...files].map((file) =>
              file.map((text) => text.replaceAll(/\d{14}(?=_calendar_watch)/g, "<now>"))
            );
          assert.deepEqual(undated(await host.files()), undated(await other.files()));
          assert.match((await npx("add", host.folder)).stdout, /Nothing to change/);
        });
      } finally {
        await host.remove();
        await other.remove();
      }
    }

    await t.step("its errors name its own command", async () => {
      const { code, stderr } = await npx("add", join(folder, "nowhere"));
      assert.deepEqual([code, stderr], [
        1,
        `ecocomply-calendar add: There is no folder ${join(folder, "nowhere")}.\n`,
      ]);
      assert.match((await npx("--help")).stdout, /^npx ecocomply-calendar add </);
    });

    await t.step("its doctor says its version and looks for a database", async () => {
      const { code, stderr } = await npx(
        "doctor",
        "--database-url",
        "postgresql://postgres@127.0.0.1:9/postgres",
      );
      assert.equal(code, 1);
      assert.ok(stderr.startsWith(`EcoComply calendar ${version}\nLooking at 127.0.0.1:9…\n`), stderr);
      assert.match(stderr, /127\.0\.0\.1:9 cannot be reached: nothing listens there/);
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
