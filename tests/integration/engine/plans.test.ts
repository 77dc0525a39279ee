import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { z } from "zod";
import { UNTOUCHED } from "../../../supabase/functions/_shared/sync/record-batch.ts";
import { Figures } from "../../../supabase/functions/calendar-metrics/families.ts";
import type { Engine } from "../../support/engine.ts";
import { testEngine } from "../../support/engine-test.ts";

const LANES = 2_000;
const JOBS_A_LANE = 10;
const BATCH = 100;
const BATCHES = 20;
/** Measured: 7 to 23, and 65 where a scan goes on. A look at all events of the calendar for each job is up to 2,000. */
const READS_A_JOB_MAX = 90;
/** The first batch begins the scan. Measured: 18,149. */
const SCANNED = 25_000;
const WORKER = "a0000000-0000-0000-0000-000000000000";
const LARGE = ["jobs", "lanes", "calendar_event_mappings", "calendar_integrations", "obligations"];

/**
 * Many calendars in which everything is due.
 *
 * @param vacuum when the statistics are made: before, they know of empty tables, as right after an import
 */
async function populate({ sql }: Engine, vacuum: "before" | "after"): Promise<void> {
  if (vacuum === "before") await sql`vacuum analyze`;
  await sql`set session_replication_role = replica`;
  await sql`insert into auth.users (email) select n || '@example.com' from generate_series(1, ${LANES}::int) as n`;
  await sql`insert into public.calendar_integrations (user_id, provider, account_id, status, calendar_id, token_expires_at)
    select id, 'google', id, 'active', 'calendar', now() + interval '1 hour' from auth.users`;
  await sql`insert into calendar_sync.lanes (integration_id, provider) select id, provider from public.calendar_integrations`;
  await sql`insert into public.obligations (user_id, title, deadline_date)
    select id, 'Obligation', '2027-01-01' from auth.users cross join generate_series(1, ${JOBS_A_LANE}::int)`;
  await sql`insert into public.calendar_event_mappings
      (integration_id, obligation_id, calendar_id, external_event_id, deadline_hash, content_hash)
    select integration.id, obligation.id, 'calendar', 'event', 'old', 'old'
    from public.obligations as obligation join public.calendar_integrations as integration using (user_id)`;
  await sql`insert into calendar_sync.jobs (integration_id, kind, obligation_id)
    select integration_id, 'event', obligation_id from public.calendar_event_mappings`;
  await sql`set session_replication_role = origin`;
  await sql`select calendar_sync.reschedule(array(select integration_id from calendar_sync.lanes))`;
  if (vacuum === "after") await sql`vacuum analyze`;
}

/** Scans of whole tables, and rows that they read, since the database began. */
async function wholeScans(sql: Sql): Promise<ReadonlyMap<string, number>> {
  await sql`select pg_stat_force_next_flush()`;
  await sql`select pg_stat_clear_snapshot()`;
  const rows = await sql<{ name: string; scans: number }[]>`
    select relname as name, seq_scan::int as scans from pg_stat_user_tables where relname in ${sql(LARGE)}`;
  return new Map(rows.map(({ name, scans }) => [name, scans]));
}

testEngine(
  "claims and records find everything by index",
  (["after", "before"] as const).map((vacuum) => ({
    name: vacuum === "after"
      ? "no table is read as a whole, however much waits"
      : "nor where the statistics still know of empty tables",
    options: { connections: 1 },
    own_database: true,
    async show(engine: Engine) {
      await populate(engine, vacuum);
      const before = await wholeScans(engine.sql);
      assert.equal(before.size, LARGE.length);
      for (let round = 0; round < 8; round++) {
        const lanes = await engine.claim(WORKER, 4);
        assert.equal(lanes.length, 4);
        await engine.rpc("calendar_renew", { p_worker: WORKER, p_lease_s: 15 }, z.array(z.string()));
        for (const lane of lanes) {
          assert.equal(lane.jobs.length, JOBS_A_LANE);
          await engine.record(WORKER, lane);
        }
        await engine.rpc("calendar_next_work", { p_within_s: 15 }, z.number().nullable());
        await engine.retire(WORKER);
      }
      assert.deepEqual(await wholeScans(engine.sql), before);
    },
  })),
);

testEngine(
  "reminders are reapplied by index",
  (["after", "before"] as const).map((vacuum) => ({
    name: vacuum === "after"
      ? "no table is read as a whole, however many events there are"
      : "nor where the statistics still know of empty tables",
    options: { connections: 1 },
    own_database: true,
    async show(engine: Engine) {
      const { sql } = engine;
      await populate(engine, vacuum);
      await sql`delete from calendar_sync.jobs`;
      await sql`update calendar_sync.lanes set ready_at = null`;
      const users = await sql<{ id: string; integration_id: string }[]>`
        select user_id as id, id as integration_id from public.calendar_integrations limit 4`;
      const before = await wholeScans(sql);
      for (const { id, integration_id } of users) {
        const [asked] = await engine.asUser(
          id,
          (own) => own`select public.calendar_reapply(${integration_id}) as queued`,
        );
        assert.equal(asked?.["queued"], JOBS_A_LANE);
      }
      const lanes = await engine.claim(WORKER, users.length);
      assert.deepEqual(
        lanes.map(({ kind, events }) => [kind, events?.length]),
        users.map(() => ["reapply", JOBS_A_LANE]),
      );
      for (const lane of lanes) {
        const { wait: _, ...facts } = UNTOUCHED;
        await engine.rpc("calendar_record", {
          p_worker: WORKER,
          p_integration_id: lane.integration_id,
          p_outcomes: [{
            kind: "advanced",
            job: "reapply",
            obligation_id: lane.events?.at(-1)?.obligation_id,
            version: lane.single?.version,
          }],
          p_batch: { ...facts, lease: lane.lease, wrote_to: lane.calendar?.id, calls_made: JOBS_A_LANE },
        }, z.object({ recorded: z.literal(true) }));
      }
      assert.deepEqual(await wholeScans(sql), before);
    },
  })),
);

testEngine("a batch of a large calendar costs as much as one of a small", [{
  name: "right after an import a claim and a record read a few rows for each job",
  options: { connections: 1 },
  own_database: true,
  async show({ sql, claim, record, insert, integration }) {
    const { user_id } = await integration();
    await sql`update calendar_sync.providers set account_calls = 1000000, project_calls = 1000000 where project_calls is not null`;
    await insert(user_id, BATCH * BATCHES);
    const rows = async () => {
      await sql`select pg_stat_force_next_flush()`;
      await sql`select pg_stat_clear_snapshot()`;
      const [read] = await sql<{ rows: number }[]>`
        select (sum(seq_tup_read) + sum(index.idx_tup_read))::int as rows
        from pg_stat_user_tables as relation
        cross join lateral (
          select coalesce(sum(idx_tup_read), 0) as idx_tup_read from pg_stat_user_indexes where relid = relation.relid
        ) as index
        where relname in ${sql(["jobs", "calendar_event_mappings", "history", "leftovers"])}`;
      return read?.rows ?? 0;
    };
    for (const change of [null, "title = title || '.'"]) {
      if (change !== null) {
        await sql.unsafe(`update public.obligations set ${change}`);
        await sql`update public.calendar_event_mappings set synced_at = now() - interval '1 minute'`;
      }
      for (let batch = 0; batch < BATCHES; batch++) {
        const before = await rows();
        const [lane] = await claim(WORKER);
        assert.equal(lane?.jobs.length, BATCH);
        assert.ok(lane);
        await record(WORKER, lane);
        const read = await rows() - before;
        assert.ok(
          read < (batch === 0 ? SCANNED : 0) + READS_A_JOB_MAX * BATCH,
          `batch ${batch}: ${read} rows`,
        );
      }
      assert.equal((await claim(WORKER))[0]?.jobs.length ?? 0, 0);
      await sql`select public.calendar_retire(${WORKER})`;
    }
  },
}]);

testEngine(
  "what a user asks is found by index",
  (["after", "before"] as const).map((vacuum) => ({
    name: vacuum === "after" ? "whoever else has problems and activity" : "as it is right after an import",
    options: { connections: 1 },
    own_database: true,
    async show(engine: Engine) {
      const { sql } = engine;
      await populate(engine, vacuum);
      await sql`update calendar_sync.jobs set failed_at = now()`;
      await sql`
        insert into calendar_sync.activity (user_id, integration_id, provider, obligation_id, action)
        select integration.user_id, integration.id, 'google', job.obligation_id, 'created'
        from calendar_sync.jobs as job join public.calendar_integrations as integration on integration.id = job.integration_id`;
      const [user] = await sql<{ id: string; integration_id: string }[]>`
        select user_id as id, id as integration_id from public.calendar_integrations limit 1`;
      assert.ok(user);
      const before = await wholeScans(sql);
      const activityBefore = await activityScans(sql);
      const answers = await engine.asUser(
        user.id,
        (own) =>
          own<{ activity: number; total: number; found: number; queued: number }[]>`
          select jsonb_array_length(public.calendar_activity(50)) as activity,
            (public.calendar_problems() ->> 'total')::int as total,
            jsonb_array_length(public.calendar_find_obligations('obligation', 50)) as found,
            public.calendar_retry(${user.integration_id}) as queued`,
      );
      assert.deepEqual(answers.map((row) => ({ ...row })), [
        { activity: JOBS_A_LANE, total: JOBS_A_LANE, found: JOBS_A_LANE, queued: JOBS_A_LANE },
      ]);
      assert.deepEqual(await wholeScans(sql), before);
      assert.equal(await activityScans(sql), activityBefore);
    },
  })),
);

testEngine(
  "metrics and health read no table as a whole",
  (["after", "before"] as const).map((vacuum) => ({
    name: vacuum === "after" ? "however much waits and failed" : "nor right after an import",
    options: { connections: 1 },
    own_database: true,
    async show(engine: Engine) {
      const { sql, rpc } = engine;
      await populate(engine, vacuum);
      await sql`update calendar_sync.jobs set failed_at = now() where obligation_id::text < '4'`;
      await sql`update public.calendar_integrations set last_error = '{"code": "quota"}' where id::text < '8'`;
      await sql`
        insert into calendar_sync.activity (user_id, integration_id, provider, obligation_id, action)
        select integration.user_id, integration.id, 'google', job.obligation_id, 'created'
        from calendar_sync.jobs as job join public.calendar_integrations as integration on integration.id = job.integration_id`;
      const [failed] = await sql<{ jobs: number }[]>`
        select count(*)::int as jobs from calendar_sync.jobs where failed_at is not null`;
      const before = await wholeScans(sql);
      const activityBefore = await activityScans(sql);
      const { gauges } = await rpc("calendar_metrics", {}, Figures);
      const jobs = (state: string) =>
        gauges.find(({ metric, labels }) => metric === "calendar_queue_jobs" && labels["state"] === state)
          ?.value;
      assert.equal(jobs("given_up"), failed?.jobs);
      // Above the bound it is an estimate, and never less than the bound.
      assert.ok((jobs("queued") ?? 0) > 10_000 && (jobs("queued") ?? 0) <= LANES * JOBS_A_LANE);
      assert.ok(
        gauges.some(({ metric, value }) =>
          metric === "calendar_user_changes_last_day" && value === JOBS_A_LANE
        ),
      );
      assert.ok((await rpc("calendar_health", {}, z.array(z.string()))).includes("wake_up"));
      assert.deepEqual(await wholeScans(sql), before);
      assert.equal(await activityScans(sql), activityBefore);
    },
  })),
);

/** Scans of whole days of activity. Health asks for any row of the one without a day. */
async function activityScans(sql: Sql): Promise<number> {
  const [row] = await sql<{ scans: number }[]>`
    select sum(seq_scan)::int as scans from pg_stat_user_tables
    where schemaname = 'calendar_sync' and relname like 'activity%' and relname <> 'activity_default'`;
  return row?.scans ?? 0;
}
