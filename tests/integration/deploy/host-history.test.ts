import assert from "node:assert/strict";
import { join } from "node:path";
import postgres, { type Sql } from "postgres";
import { installExtensions } from "../../../local/extensions/install.ts";
import { ROOT } from "../../../local/paths.ts";
import { bootstrap } from "../../../local/postgres/bootstrap.ts";
import { startPostgres } from "../../../local/postgres/server.ts";
import { examplesOf } from "../../support/doc-examples.ts";

const EARLIER = { name: "20200101000000_customers.sql", sql: "create table public.customers (id int);" };
const LATER = { name: "20990101000000_orders.sql", sql: "create table public.orders (id int);" };
const LATEST = { name: "20990601000000_invoices.sql", sql: "create table public.invoices (id int);" };
/** Of ours, and between those of the host: the date of a release is not the day on which a host takes it. */
const RELEASE = {
  name: "20980101000000_calendar_release.sql",
  sql: "comment on schema calendar_sync is 'A later release.';",
};

Deno.test({
  name: "the documented db push works in a project with a history of its own",
  // The database server outlives a step, and ends with the test.
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const folder = await Deno.makeTempDir({ prefix: "ecocomply-history-" });
  const server = await startPostgres({ log: () => {} });
  const sql = postgres(server.url, { max: 1, onnotice: () => {} });
  try {
    const password = crypto.randomUUID();
    await installExtensions(server.url);
    await bootstrap({ url: server.url, passwords: { postgres: password } });
    const database_url = new URL(server.url);
    [database_url.username, database_url.password] = ["postgres", password];
    const push = (flags: readonly string[]) => dbPush(folder, database_url.toString(), flags);
    const migrations = join(folder, "supabase", "migrations");
    const add = ({ name, sql }: typeof LATER) => Deno.writeTextFile(join(migrations, name), sql);
    await Deno.mkdir(migrations, { recursive: true });
    await Deno.copyFile(
      join(ROOT, "supabase/config.toml"),
      join(folder, "supabase/config.toml"),
    );
    const commands = await documentedPushes();

    await t.step(
      "docs/deploy/install.md and deploy.md say the same, for the first time and for an upgrade",
      () => {
        assert.equal(commands.length, 3);
        assert.equal(new Set(commands.map((flags) => flags.join(" "))).size, 1, JSON.stringify(commands));
      },
    );
    const [flags = []] = commands;

    await t.step("with migrations of the host before and after ours", async () => {
      await add(EARLIER);
      await add(LATER);
      assert.equal((await push(flags)).success, true);
      for await (const { name } of Deno.readDir(join(ROOT, "supabase/migrations"))) {
        await Deno.copyFile(join(ROOT, "supabase/migrations", name), join(migrations, name));
      }
      const plain = await push([]);
      assert.equal(plain.success, false, "the CLI stops without --include-all: is it still needed?");
      const { success, output } = await push(flags);
      assert.ok(success, output);
      assert.deepEqual(await missing(sql, migrations), []);
    });

    await t.step("when a release of ours is older than what the host has applied meanwhile", async () => {
      await add(RELEASE);
      await add(LATEST);
      const { success, output } = await push(flags);
      assert.ok(success, output);
      assert.deepEqual(await missing(sql, migrations), []);
    });

    await t.step("once more, when there is nothing to do", async () => {
      const { success, output } = await push(flags);
      assert.ok(success, output);
    });
  } finally {
    await sql.end();
    await server.stop();
    await Deno.remove(folder, { recursive: true });
  }
});

/** The flags of each `db push` that a reader is told to type, without the target. */
async function documentedPushes(): Promise<string[][]> {
  const examples = [
    ...await examplesOf("docs/deploy/install.md"),
    ...await examplesOf("docs/deploy/deploy.md"),
  ];
  return examples.filter(({ language }) => language === "sh").flatMap(({ text }) =>
    [...text.matchAll(/^npx supabase db push --remote(.*)$/gm)]
      .map((match) => (match[1] ?? "").split(" ").filter((flag) => flag !== ""))
  );
}

async function dbPush(workdir: string, database_url: string, flags: readonly string[]) {
  const { success, stdout, stderr } = await new Deno.Command(join(ROOT, "node_modules/.bin/supabase"), {
    args: ["db", "push", `--remote=${database_url}`, ...flags, "--yes"],
    cwd: workdir,
    env: { HOME: workdir, DO_NOT_TRACK: "1", SUPABASE_TELEMETRY_DISABLED: "1", NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const text = new TextDecoder();
  return { success, output: (text.decode(stdout) + text.decode(stderr)).slice(-2000) };
}

/** The migrations of a folder that the database has not applied. */
async function missing(sql: Sql, folder: string): Promise<string[]> {
  const applied = await sql<{ version: string }[]>`select version from supabase_migrations.schema_migrations`;
  const versions = new Set(applied.map(({ version }) => version));
  return [...Deno.readDirSync(folder)].map(({ name }) => name)
    .filter((name) => !versions.has(name.split("_")[0] ?? ""));
}
