import assert from "node:assert/strict";
import type { Sql } from "postgres";
import type { Engine } from "../../support/engine.ts";
import { testEngine } from "../../support/engine-test.ts";

const LANES = 4_000;
const JOBS_A_LANE = 10;
const LARGE = [
  "jobs",
  "lanes",
  "calendar_event_mappings",
  "calendar_integrations",
  "obligations",
  "provider_calls",
  "webhooks",
  "deliveries",
];
/** What a click on the view may take on a busy machine. */
const CLICK_MAX_MS = 2_000;

/** What an administrator clicks on, and how a user is looked up. */
const READ_BY_INDEX = [
  "select * from calendar_admin.integrations order by integration_id limit 100",
  "select * from calendar_admin.integrations where user_id = (select id from auth.users limit 1)",
  "select * from calendar_admin.failing_integrations",
  "select * from calendar_admin.slowest_lanes",
  "select * from calendar_admin.stuck_jobs",
  "select * from calendar_admin.most_synced_types",
  "select * from calendar_admin.recent_activity",
  "select * from calendar_admin.erasures",
  "select * from calendar_admin.api_keys where key_id = 'key0000001'",
  "select * from calendar_admin.circuit_breakers",
  "select * from calendar_admin.incidents",
  "select * from calendar_admin.webhooks",
  "select * from calendar_admin.deliveries",
  "select * from calendar_admin.wake_up_calls",
  "select * from calendar_admin.cron_jobs",
  "select * from calendar_admin.health",
] as const;

/** Many calendars in which everything is due, a tenth of it stuck, a tenth of the accounts in trouble, and much activity. */
async function populate({ sql }: Engine): Promise<void> {
  await sql`set session_replication_role = replica`;
  await sql`insert into auth.users (email) select n || '@example.com' from generate_series(1, ${LANES}::int) as n`;
  await sql`insert into public.calendar_integrations (user_id, provider, account_id, status, last_error, calendar_id)
    select id, 'google', id, case when row_number() over () % 10 = 0 then 'paused' else 'active' end,
      case when row_number() over () % 10 = 0 then '{"code": "calendar_missing", "message": "Gone."}'::jsonb end, 'calendar'
    from auth.users`;
  await sql`insert into calendar_sync.lanes (integration_id, provider) select id, provider from public.calendar_integrations`;
  await sql`insert into public.obligations (user_id, title, deadline_date, obligation_type)
    select id, 'Obligation', '2027-01-01', 'type ' || n from auth.users cross join generate_series(1, ${JOBS_A_LANE}::int) as n`;
  await sql`insert into calendar_sync.jobs (integration_id, kind, obligation_id, attempts, failed_at, created_at)
    select integration.id, 'event', obligation.id, (row_number() over () % 10 = 0)::int * 8,
      case when row_number() over () % 10 = 0 then now() end, now() - random() * interval '1 hour'
    from public.obligations as obligation join public.calendar_integrations as integration using (user_id)`;
  await sql`insert into calendar_sync.activity (at, user_id, integration_id, provider, obligation_id, action)
    select clock_timestamp() - random() * interval '1 hour', integration.user_id, integration.id, 'google', job.obligation_id, 'created'
    from calendar_sync.jobs as job join public.calendar_integrations as integration on integration.id = job.integration_id`;
  await sql`insert into calendar_sync.provider_calls (provider, integration_id, calls)
    select 'google', id, 5 from public.calendar_integrations`;
  await sql`insert into calendar_sync.changes (integration_id, kind, priority)
    select id, 'scan', 1 from public.calendar_integrations limit 500`;
  await sql`insert into calendar_sync.webhooks (user_id, url, types, signing_secret_id, failing_since)
    select id, 'https://app.example.com/', '{deadline.failed}', id, case when row_number() over () % 2 = 0 then now() end
    from auth.users`;
  await sql`insert into calendar_sync.deliveries (channel, user_id, endpoint_id, event_id, type, payload)
    select 'webhook', user_id, id, 'evt_' || n, 'deadline.failed', '{}' from calendar_sync.webhooks, generate_series(1, 5) as n`;
  await sql`set session_replication_role = origin`;
  await sql`update calendar_sync.lanes set ready_at = now() - random() * interval '1 hour', priority = 0`;
  await sql`vacuum analyze`;
}

testEngine("views for administrators are safe to click on", [
  {
    name: "none reads a large table as a whole, however much there is",
    options: { connections: 1 },
    own_database: true,
    async show(engine) {
      await populate(engine);
      const { sql } = engine;
      for (const query of READ_BY_INDEX) {
        const before = await wholeScans(sql);
        assert.ok(before.size >= LARGE.length);
        const began_at = performance.now();
        const rows = await sql.unsafe(query);
        const took_ms = Math.round(performance.now() - began_at);
        console.log(`${String(took_ms).padStart(5)} ms, ${String(rows.length).padStart(4)} rows: ${query}`);
        assert.deepEqual(await wholeScans(sql), before, query);
        assert.ok(took_ms < CLICK_MAX_MS, query);
      }
      // The calls of the last minutes are counted, and nothing else is read.
      const used = await sql`select * from calendar_admin.quota`;
      assert.ok(used.length <= 52);
    },
  },
]);

/** Scans of whole tables since the database began. */
async function wholeScans(sql: Sql): Promise<ReadonlyMap<string, number>> {
  await sql`select pg_stat_force_next_flush()`;
  await sql`select pg_stat_clear_snapshot()`;
  const rows = await sql<{ name: string; scans: number }[]>`
    select relname as name, seq_scan::int as scans from pg_stat_user_tables
    where (relname in ${sql(LARGE)} or relname = 'activity_' || to_char(now() at time zone 'UTC', 'YYYYMMDD'))
      and schemaname in ('calendar_sync', 'public')`;
  return new Map(rows.map(({ name, scans }) => [name, scans]));
}
