import assert from "node:assert/strict";
import { join } from "node:path";
import postgres from "postgres";
import { installExtensions } from "../../../local/extensions/install.ts";
import { functionNames, type FunctionSource } from "../../../local/functions/function-source.ts";
import { ROOT } from "../../../local/paths.ts";
import { bootstrap } from "../../../local/postgres/bootstrap.ts";
import { startPostgres } from "../../../local/postgres/server.ts";
import { runSupabaseCli } from "../../../local/supabase-cli.ts";
import { openScene } from "../../support/scene.ts";
import { deployFunctions } from "./deploy.ts";
import { createHostProject, type HostProject, runAdd } from "./host-project.ts";

/** A table of the same name as ours, with columns of its own. */
const OBLIGATIONS = `create table public.obligations (
  id uuid primary key default gen_random_uuid(),
  owner uuid not null references auth.users (id) on delete cascade,
  name varchar(80) not null,
  done boolean not null default false,
  due timestamptz
);
create index on public.obligations (owner, id);`;

/** What the host's developers had before. */
const OWN = {
  "supabase/migrations/20200101000000_obligations.sql": OBLIGATIONS,
  "supabase/migrations/20990101000000_orders.sql": "create table public.orders (id int);",
  "supabase/functions/hello/index.ts":
    `import { cors } from "../_shared/cors.ts";\nDeno.serve(() => new Response("hello", { headers: cors }));\n`,
  "supabase/functions/_shared/cors.ts": `export const cors = { "access-control-allow-origin": "*" };\n`,
  "supabase/functions/deno.json": `{ "imports": { "hono": "npm:hono@4.0.0" } }\n`,
  "supabase/functions/.env.example": "HELLO_KEY=\n",
};

const COLUMNS = [
  ...["--obligations", "public.obligations", "--user", "owner", "--title", "name", "--at", "due"],
  ...["--status", "done", "--completed", "true"],
];

Deno.test({
  name: "a project with later migrations, functions and obligations of its own keeps them all",
  // The servers and connections outlive a step, and end with the test.
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const host = await createHostProject();
  const uploads = await Deno.makeTempDir({ prefix: "ecocomply-uploads-" });
  try {
    for (const [path, text] of Object.entries(OWN)) await host.write(path, text);
    await host.write(
      "supabase/config.toml",
      `${await host.read(
        "supabase/config.toml",
      )}\n# Ours.\n[functions.hello]\nverify_jwt = true # of course\n`,
    );
    const before = await host.files();
    let named: readonly string[] = [];

    await t.step("it is asked what the columns of its table mean", async () => {
      const { code, stderr } = await runAdd(host.folder, "--yes");
      assert.equal(code, 1);
      assert.match(stderr, /20200101000000_obligations\.sql.*--obligations public\.obligations/s);
      assert.deepEqual(await host.files(), before);
    });

    await t.step("where its database has its own migrations, db push brings the calendar's", async () => {
      await withDatabase(async (url) => {
        await push(host, url);
        const { code, stdout, stderr } = await runAdd(host.folder, "--yes", ...COLUMNS);
        assert.equal(code, 0, stderr);
        named = /functions deploy (.*) --use-api/.exec(stdout)?.[1]?.split(" ") ?? [];
        await push(host, url);
        await assertApplied(host, url);
      });
    });

    await t.step("everything of its own is as it was", async () => {
      const after = await host.files();
      for (const [path, text] of before) {
        if (path !== "supabase/config.toml") assert.equal(after.get(path), text, path);
      }
      assert.ok(after.get("supabase/config.toml")?.startsWith(before.get("supabase/config.toml") ?? "never"));
      assert.match(after.get("supabase/functions/calendar.env.example") ?? "", /^CALENDAR_SYNC_SECRET=$/m);
      assert.deepEqual([...after.keys()].filter((path) => /_calendar_obligations\.sql$/.test(path)), []);
    });

    await t.step(
      "the deployment that it is told uploads the calendar's functions, and nothing of its own",
      async () => {
        const { functions, refused } = await deployFunctions(host, named, uploads);
        assert.deepEqual(refused, []);
        assert.deepEqual([...functions.keys()].sort(), await functionNames());
        for (const [slug, { metadata, files }] of functions) {
          assert.equal(metadata.verify_jwt, false, slug);
          assert.equal(metadata.import_map_path, `supabase/functions/${slug}/deno.json`);
          const ours = new RegExp(`^supabase/functions/(_shared/(?!cors)|${slug}/)`);
          assert.deepEqual(files.filter((path) => !ours.test(path)), []);
        }
      },
    );

    await t.step("with the uploaded files, an obligation of its table reaches a calendar", async () => {
      const functions = await Promise.all(
        named.map((slug) => uploadedFunction(uploads, slug)),
      );
      const scene = await openScene("google", {}, { project: host.folder, functions });
      try {
        const { id, calendar_id } = await scene.connectedUser();
        await scene.sql`insert into public.obligations (owner, name, due) values
          (${id}, 'Stack test', '2027-01-04T09:00Z'), (${id}, 'No date', null)`;
        await scene.untilTitles(calendar_id, ["Stack test"]);
        await scene.sql`update public.obligations set done = true where name = 'Stack test'`;
        await scene.untilTitles(calendar_id, ["✓ Stack test"]);
      } finally {
        await scene.close();
      }
    });
  } finally {
    await host.remove();
    await Deno.remove(uploads, { recursive: true });
  }
});

/** A database like an empty Supabase project's, for as long as the work takes. */
async function withDatabase(work: (url: string) => Promise<void>): Promise<void> {
  const server = await startPostgres({ log: () => {} });
  try {
    const password = crypto.randomUUID();
    await installExtensions(server.url);
    await bootstrap({ url: server.url, passwords: { postgres: password } });
    const url = new URL(server.url);
    [url.username, url.password] = ["postgres", password];
    await work(url.href);
  } finally {
    await server.stop();
  }
}

async function push(host: HostProject, url: string): Promise<void> {
  const { success, stdout, stderr } = await runSupabaseCli(
    ["db", "push", `--remote=${url}`, "--include-all", "--yes"],
    { project: host.folder },
  );
  assert.ok(success, `${stdout}${stderr}`.slice(-2000));
}

async function assertApplied({ folder }: HostProject, url: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    const rows = await sql<{ version: string }[]>`select version from supabase_migrations.schema_migrations`;
    const applied = rows.map(({ version }) => version).sort();
    const files = [...Deno.readDirSync(join(folder, "supabase/migrations"))].map(({ name }) =>
      name.split("_")[0]
    );
    assert.deepEqual(applied, files.sort());
    const [watched] = await sql`select root::text from calendar_sync.watched_tables`;
    assert.equal(watched?.["root"], "obligations");
  } finally {
    await sql.end();
  }
}

async function uploadedFunction(uploads: string, name: string): Promise<FunctionSource> {
  const folder = join(uploads, "supabase/functions", name);
  await Deno.symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
  return {
    name,
    entrypoint: join(folder, "index.ts"),
    flags: [`--config=${join(folder, "deno.json")}`, "--no-lock", "--node-modules-dir=manual"],
  };
}
