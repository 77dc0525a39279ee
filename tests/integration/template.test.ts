import assert from "node:assert/strict";
import postgres from "postgres";
import { startPreparedServer } from "../../local/postgres/prepared-server.ts";

Deno.test("a server that begins as a copy of another has its tables and jobs, and shares nothing with it", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.chmod(folder, 0o755);
  const template = `${folder}/template`;
  const log = () => {};
  const original = await startPreparedServer({ dataDir: template, log });
  const expected = await contents(original.server.url).finally(() => original.server.stop());
  try {
    const [first, second] = await Promise.all([
      startPreparedServer({ template, log }),
      startPreparedServer({ template, log }),
    ]);
    try {
      for (const { server } of [first, second]) {
        const copied = await contents(server.url);
        assert.deepEqual(copied.schema, expected.schema);
        assert.deepEqual(copied.ports, [server.port]);
        assert.deepEqual(await query(server.url, "create table public.only_here ()"), []);
      }
      assert.deepEqual(await query(first.authenticatorUrl, "select current_user as name"), [{
        name: "authenticator",
      }]);
    } finally {
      await Promise.all([first.server.stop(), second.server.stop()]);
    }
    const again = await startPreparedServer({ template, log });
    assert.deepEqual(
      (await contents(again.server.url).finally(() => again.server.stop())).schema,
      expected.schema,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** What tells one database from another, as far as migrations make it. */
async function contents(url: string) {
  const schema = await query(
    url,
    `select 'column' as kind, attrelid::regclass::text || '.' || attname as name, format_type(atttypid, atttypmod) as what
      from pg_attribute join pg_class on pg_class.oid = attrelid
      where relnamespace::regnamespace::text in ('calendar_sync', 'calendar_admin', 'public', 'auth') and attnum > 0
    union all
    select 'function', oid::regprocedure::text, md5(prosrc || coalesce(proacl::text, '')) from pg_proc
      where pronamespace::regnamespace::text in ('calendar_sync', 'calendar_admin', 'public', 'auth')
    union all
    select 'job', jobname, schedule || command || username from cron.job
    order by 1, 2`,
  );
  assert.ok(schema.length > 500, String(schema.length));
  const ports = await query(url, "select distinct nodeport from cron.job");
  return { schema, ports: ports.map((row) => row["nodeport"]) };
}

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return [...await sql.unsafe(text)].map((row) => ({ ...row }));
  } finally {
    await sql.end();
  }
}
