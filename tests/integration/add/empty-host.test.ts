import assert from "node:assert/strict";
import { join } from "node:path";
import { functionsOf } from "../../../local/add/plan-config.ts";
import { functionNames, type FunctionSource } from "../../../local/functions/function-source.ts";
import { ROOT } from "../../../local/paths.ts";
import { PATIENCE_MS, until } from "../../support/calendar-api.ts";
import { openScene } from "../../support/scene.ts";
import { deployFunctions } from "./deploy.ts";
import { createHostProject, functionsOfProject, type HostProject, run, runAdd } from "./host-project.ts";

Deno.test({
  name: "an empty project gets everything, and its first obligation reaches a calendar",
  // The stack's servers and connections outlive a step, and end with the scene.
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const host = await createHostProject();
  let added_at = 0;
  try {
    const before = await host.files();

    await t.step("a dry run shows what would come, and writes nothing", async () => {
      const { code, stdout } = await runAdd(host.folder, "--dry-run");
      assert.equal(code, 0);
      assert.match(stdout, /^\+ supabase\/migrations\/\d+_calendar\.sql$/m);
      assert.match(stdout, /^\+ supabase\/functions\/calendar-sync\/ {2}\(\d+ files\)$/m);
      assert.match(stdout, /^~ supabase\/config\.toml.*\[functions\.calendar-feed\]/m);
      assert.match(stdout, /Nothing was changed/);
      assert.deepEqual(await host.files(), before);
    });

    await t.step("without an answer nothing is written either, and the error says what to do", async () => {
      const { code, stderr } = await runAdd(host.folder);
      assert.equal(code, 1);
      assert.match(stderr, /--yes/);
      assert.deepEqual(await host.files(), before);
    });

    await t.step("with --yes it is written, and the next three commands are named", async () => {
      added_at = performance.now();
      const { code, stdout, stderr } = await runAdd(host.folder, "--yes");
      assert.equal(code, 0, stderr);
      assert.deepEqual(
        stdout.match(/(?<=^ {2}npx supabase )\w+ \w+/gm),
        ["db push", "secrets set", "functions deploy"],
      );
      assert.match(stdout, /Supabase CLI 3\.1 or later/);
      // A .env is the host's own, with the values of its developers.
      assert.match(stdout, /--env-file supabase\/\.env\.calendar\.local$/m);
      assert.match(stdout, /^ {2}select calendar_admin\.set_worker\(/m);
      assert.match(stdout, /^ {2}npm run doctor -- --database-url <connection string>$/m);
      const names = Object.keys(functionsOf(await host.read("supabase/config.toml"))).sort();
      assert.deepEqual(names, await functionNames());
      assert.match(await host.read("supabase/functions/calendar.env.example"), /^CALENDAR_SYNC_SECRET=$/m);
    });

    await t.step("what was in config.toml stays as it was, comments included", async () => {
      const config = await host.read("supabase/config.toml");
      assert.ok(config.startsWith(before.get("supabase/config.toml")?.trimEnd() ?? "never"), config);
    });

    await t.step("once more, it changes nothing and says so", async () => {
      const written = await host.files();
      const { code, stdout } = await runAdd(host.folder, "--yes");
      assert.equal(code, 0);
      assert.match(stdout, /Nothing to change/);
      assert.deepEqual(await host.files(), written);
    });

    await t.step(
      "from nothing but the project's folder, an obligation reaches a calendar, and the doctor is content",
      async () => {
        const functions = await functionsOfProject(
          host,
          functionsOf(await host.read("supabase/config.toml")),
        );
        await assertReachesCalendar(host, functions);
        console.log(
          `from the command to the doctor: ${((performance.now() - added_at) / 1000).toFixed(1)} s`,
        );
      },
    );
  } finally {
    await host.remove();
  }
});

async function assertReachesCalendar(host: HostProject, functions: readonly FunctionSource[]): Promise<void> {
  const scene = await openScene("google", {}, { project: host.folder, functions });
  try {
    const { id, calendar_id } = await scene.connectedUser();
    await scene
      .sql`insert into public.obligations (user_id, title, deadline_date) values (${id}, 'First report', '2027-01-01')`;
    await scene.untilTitles(calendar_id, ["First report"]);
    const doctor = () =>
      run("node", [
        ...[join(ROOT, "local/run.mjs"), "local/doctor.ts", "--database-url", scene.stack.databaseUrl],
        ...["--functions-url", `${scene.stack.apiUrl}/functions/v1`],
      ]);
    // The first tick comes some seconds after the migrations.
    const { stdout } = await until(
      async () => {
        const examined = await doctor();
        return examined.code === 0 ? examined : null;
      },
      PATIENCE_MS,
      doctor,
    );
    assert.match(stdout, /✓ versions +the database and the functions have \d+\.\d+\.\d+$/m);
  } finally {
    await scene.close();
  }
}

Deno.test({
  name: "the functions come as bundles where the host asks for it, stay so, and come as source again",
  // The stack's servers and connections outlive a step, and end with the scene.
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const host = await createHostProject();
  const paths = async () =>
    [...(await host.files()).keys()].filter((path) => path.startsWith("supabase/functions/"));
  try {
    await t.step("each is one file, without packages and import maps", async () => {
      const { code, stderr } = await runAdd(host.folder, "--yes", "--bundled");
      assert.equal(code, 0, stderr);
      const bundles = (await functionNames()).map((name) => `supabase/functions/${name}/index.js`);
      assert.deepEqual(await paths(), ["supabase/functions/calendar.env.example", ...bundles].sort());
    });

    await t.step("the next run brings bundles without being told", async () => {
      assert.match((await runAdd(host.folder, "--yes")).stdout, /Nothing to change/);
    });

    await t.step(
      "from nothing but the project's folder, an obligation reaches a calendar, and the doctor is content",
      async () => {
        const sections = functionsOf(await host.read("supabase/config.toml"));
        await assertReachesCalendar(
          host,
          Object.entries(sections).map(([name, { entrypoint, import_map }]) => {
            assert.equal(import_map, undefined);
            return {
              name,
              entrypoint: join(host.folder, "supabase", String(entrypoint)),
              flags: ["--no-config", "--no-npm"],
            };
          }),
        );
      },
    );

    await t.step("a deployment uploads one file for each function", async () => {
      const uploads = await Deno.makeTempDir({ prefix: "ecocomply-uploads-" });
      const { functions, refused } = await deployFunctions(host, await functionNames(), uploads);
      assert.deepEqual(refused, []);
      assert.deepEqual(
        [...functions.values()].map(({ files }) => files),
        [...functions.keys()].map((name) => [`supabase/functions/${name}/index.js`]),
      );
      await Deno.remove(uploads, { recursive: true });
    });

    await t.step("as source, the bundles go and config.toml follows", async () => {
      const { code, stderr } = await runAdd(host.folder, "--yes", "--source");
      assert.equal(code, 0, stderr);
      assert.deepEqual((await paths()).filter((path) => path.endsWith(".js")), []);
      const { entrypoint, import_map } =
        functionsOf(await host.read("supabase/config.toml"))["calendar-sync"] ?? {};
      assert.deepEqual([entrypoint, import_map], [
        "./functions/calendar-sync/index.ts",
        "./functions/calendar-sync/deno.json",
      ]);
    });
  } finally {
    await host.remove();
  }
});
