// tests/system/postgres.sh: on a PostgreSQL with the real pg_cron, the suite of supabase/tests, the lint of the Supabase CLI
// and one run of the tick: check-postgres.ts <url of a superuser of an empty server>
import { join } from "node:path";
import postgres from "postgres";
import { installExtensions } from "../../local/extensions/install.ts";
import { ROOT } from "../../local/paths.ts";
import { bootstrap } from "../../local/postgres/bootstrap.ts";
import { applyMigrations } from "../../local/postgres/migrate.ts";
import { OLD_DEFAULT_PRIVILEGES } from "../../local/postgres/schema-database.ts";
import { runSupabaseCli } from "../../local/supabase-cli.ts";
import { until } from "../support/calendar-api.ts";

/** An old pg_cron knows no schedule of less than a minute. */
const TICK_PATIENCE_S = 75;

const [url] = Deno.args;
if (url === undefined) throw new Error("The URL of a superuser is missing.");
const passwords = { authenticator: crypto.randomUUID(), postgres: crypto.randomUUID() };
const asPostgres = new URL(url);
asPostgres.username = "postgres";
asPostgres.password = passwords.postgres;

const standIns = await installExtensions(url);
await bootstrap({ url, passwords });
const sql = postgres(url, { max: 1, onnotice: () => {} });
await sql.unsafe(OLD_DEFAULT_PRIVILEGES);
await applyMigrations(asPostgres.href);
await sql`create extension pgtap with schema extensions`;
await sql`create extension plpgsql_check with schema extensions`;
const [server] = await sql<{ version: string; cron: string }[]>`
  select current_setting('server_version') as version, extversion as cron from pg_extension where extname = 'pg_cron'`;
console.log(
  `PostgreSQL ${server?.version} with pg_cron ${server?.cron}; stand-ins: ${standIns.join(", ") || "none"}`,
);

const checks = [
  { name: "the suite of supabase/tests holds", holds: await pgTapHolds() },
  { name: "the Supabase CLI's lint finds nothing", holds: await lintFindsNothing() },
  { name: "the real pg_cron runs the tick", holds: await tickRuns() },
];
for (const { name, holds } of checks) console.log(`${name}: ${holds ? "ok" : "FAILED"}`);
await sql.end();
const failed = checks.filter(({ holds }) => !holds).length;
console.log(`${checks.length - failed} passed, ${failed} failed`);
Deno.exit(failed === 0 ? 0 : 1);

/** As `supabase test db` runs it, as `postgres`. The suite's own comments say how much was checked. */
async function pgTapHolds(): Promise<boolean> {
  const { success } = await new Deno.Command("pg_prove", {
    args: ["--ext", ".sql", "--comments", "--dbname", asPostgres.href, ...await testFiles()],
    cwd: ROOT,
    stdin: "null",
  }).spawn().status;
  return success;
}

async function testFiles(): Promise<string[]> {
  const folder = join(ROOT, "supabase", "tests");
  const files: string[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (name.endsWith(".test.sql")) files.push(join("supabase", "tests", name));
  }
  return files.sort();
}

async function lintFindsNothing(): Promise<boolean> {
  const schemas = await sql<{ name: string }[]>`
    select nspname as name from pg_namespace where nspname in ('public', 'calendar_sync', 'calendar_admin') order by 1`;
  const names = schemas.map(({ name }) => name).join(",");
  const args = ["--schema", names, "--level", "warning", "--fail-on", "warning"];
  const { success, stdout, stderr } = await runSupabaseCli([
    "db",
    "lint",
    `--remote=${asPostgres.href}`,
    ...args,
  ]);
  console.log(`supabase db lint (${names}): ${stdout.trim()}\n${stderr.trim()}`);
  return success;
}

async function tickRuns(): Promise<boolean> {
  const runs = async () =>
    await sql<{ status: string; return_message: string; seconds: number }[]>`
      select detail.status, detail.return_message,
        extract(epoch from detail.end_time - detail.start_time)::float8 as seconds
      from cron.job_run_details as detail join cron.job using (jobid)
      where job.jobname = 'calendar_sync_tick' and detail.status in ('succeeded', 'failed')`;
  try {
    await until(async () => (await runs()).length > 0, TICK_PATIENCE_S * 1000);
  } catch {
    console.log(
      await sql`select job.jobname, job.schedule, job.active, job.username, detail.status, detail.return_message
      from cron.job left join cron.job_run_details as detail using (jobid) order by detail.runid`,
    );
    return false;
  }
  const found = await runs();
  for (const { status, return_message, seconds } of found) {
    console.log(`calendar_sync.tick(): ${status} (${return_message}), ${Math.round(seconds * 1000)} ms`);
  }
  return found.every(({ status }) => status === "succeeded");
}
