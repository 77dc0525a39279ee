import assert from "node:assert/strict";
import type { Engine, Integration } from "../../support/engine.ts";
import { testEngine } from "../../support/engine-test.ts";

const WORKER = "a0000000-0000-0000-0000-000000000000";
/** Obligations of the user with many, each with as many changes. */
const MANY = 2_000;
const CHANGES = 10;

interface Period {
  readonly user_id: string;
  readonly account_email: string | null;
  readonly calendar_name: string | null;
  readonly in_calendar: boolean;
  readonly title: string | null;
  readonly due: string | null;
  readonly from_at: Date | null;
  readonly since_before: boolean;
  readonly until_at: Date | null;
  readonly reason: string | null;
  readonly began_with: string | null;
  readonly ended_with: string | null;
}

testEngine("evidence says what is known of a deadline in a calendar, and no more", [
  {
    name: "what was refused is a gap, one however often it was tried, until it is there",
    async show(engine) {
      const integration = await engine.integration();
      const [id = ""] = await engine.insert(integration.user_id, 1);
      for (const error of ["too_long", "too_long", "invalid"]) {
        await retryAll(engine);
        await work(engine, () => ({ kind: "failed", error }));
      }
      // As what it was refused then, nobody knows; what is refused now is as it is now.
      assert.deepEqual(await story(engine, id), [
        "no, null on null, rejected: too_long -> rejected: invalid, (rejected: too_long)",
        "no, Obligation 1 on 2027-01-01, rejected: invalid -> still, (rejected: invalid)",
      ]);
      await retryAll(engine);
      await engine.drain();
      await engine.sql`update public.obligations set title = 'Renamed'`;
      await engine.pass(2);
      await engine.sql`update calendar_sync.jobs set attempts = 7`;
      await work(engine, () => ({ kind: "retry", counts: true }));
      assert.deepEqual((await story(engine, id)).slice(1), [
        "no, null on null, rejected: invalid -> created, (rejected: invalid)",
        "yes, Obligation 1 on 2027-01-01, created -> given_up: server_error",
        "yes, Obligation 1 on 2027-01-01, given_up: server_error -> still, (given_up: server_error)",
      ]);
    },
  },
  {
    name: "what is wanted now and is not there says since when it waits, and for what",
    async show(engine) {
      const { sql } = engine;
      const integration = await engine.integration();
      const [id = ""] = await engine.insert(integration.user_id, 1);
      const [job] = await sql<{ created_at: Date }[]>`select created_at from calendar_sync.jobs`;
      const [waiting] = await evidence(engine, id);
      assert.deepEqual(waiting?.from_at, job?.created_at);
      assert.deepEqual(await story(engine, id), ["no, Obligation 1 on 2027-01-01, null -> still, (waiting)"]);
      await sql`
        update public.calendar_integrations set status = 'paused', last_error = '{"code": "quota"}', sync_enabled = false`;
      assert.deepEqual(await story(engine, id), [
        "no, Obligation 1 on 2027-01-01, null -> still, (paused: quota; switched_off)",
      ]);
      await sql`delete from calendar_sync.jobs`;
      assert.deepEqual(
        (await evidence(engine, id)).map(({ from_at, since_before }) => [from_at, since_before]),
        [[null, true]],
      );
      await sql`update public.obligations set status = 'cancelled'`;
      assert.deepEqual(await story(engine, id), []);
    },
  },
  {
    name:
      "what is older than activity is kept for was so before, as far as a mapping or a later change knows",
    async show(engine) {
      const { sql } = engine;
      const integration = await engine.integration();
      const ids = await engine.insert(integration.user_id, 4);
      const [updated = "", kept = "", changed = "", refused = ""] = ids;
      await engine.drain();
      await sql`update public.calendar_event_mappings set created_at = now() - interval '1 year'`;
      await forget(engine);
      await note(engine, integration, updated, "updated", "2027-02-02");
      await note(engine, integration, refused, "rejected", null);
      await sql`update public.obligations set title = 'Not yet written' where id = ${changed}`;
      const told = async (id: string) =>
        (await evidence(engine, id)).map((period) =>
          `${words(period)}${period.since_before ? ", before" : ""}`
        );
      assert.deepEqual(await told(updated), [
        "yes, null on null, before -> updated, before",
        "yes, Renamed on 2027-02-02, updated -> still",
      ]);
      const [unknown] = await evidence(engine, updated);
      assert.equal(unknown?.from_at, null);
      assert.deepEqual(await told(kept), ["yes, Obligation 2 on 2027-01-01, before -> still, before"]);
      const [mapping] = await sql<{ synced_at: Date }[]>`
        select synced_at from public.calendar_event_mappings where obligation_id = ${kept}`;
      assert.deepEqual((await evidence(engine, kept))[0]?.from_at, mapping?.synced_at);
      // Its deadline is another by now, and nobody knows any more what the event shows.
      assert.deepEqual(await told(changed), ["yes, null on null, before -> still, before"]);
      assert.deepEqual(
        await told(refused),
        [
          "yes, Obligation 4 on 2027-01-01, before -> rejected, before",
          "yes, Obligation 4 on 2027-01-01, rejected -> still, (rejected), before",
        ].map((line) => line.replace(/(rejected -> still.*), before/, "$1")),
      );
    },
  },
  {
    name: "an event that no mapping knows any more is not vouched for",
    async show(engine) {
      const integration = await engine.integration();
      const [id = ""] = await engine.insert(integration.user_id, 1);
      await engine.drain();
      await engine.sql`delete from public.calendar_event_mappings`;
      await engine.sql`update public.obligations set status = 'cancelled'`;
      assert.deepEqual(await story(engine, id), [
        "yes, Obligation 1 on 2027-01-01, created -> still, (not_tracked)",
      ]);
    },
  },
  {
    name: "each of several calendars has its own periods, and a user sees the own ones alone",
    async show(engine) {
      const user_id = await engine.user();
      await engine.integration({ user_id });
      await engine.integration({ user_id, provider: "outlook" });
      const [id = ""] = await engine.insert(user_id, 1);
      await engine.drain();
      const other = await engine.integration();
      await engine.sql`update public.obligations set user_id = ${other.user_id}`;
      await engine.pass(2);
      await engine.drain();
      assert.equal((await evidence(engine, id)).length, 3);
      assert.equal((await ownPeriods(engine, user_id, id))?.length, 2);
      const own = await ownPeriods(engine, other.user_id, id);
      assert.equal(own?.length, 1);
      assert.ok(!JSON.stringify(own).includes(user_id));
      assert.equal(await ownPeriods(engine, await engine.user(), id), null);
      assert.equal(await ownPeriods(engine, user_id, crypto.randomUUID()), null);
      const [fresh = ""] = await engine.insert(await engine.user(), 1);
      const [owner] = await engine.sql<{ id: string }[]>`
        select user_id as id from public.obligations where id = ${fresh}`;
      assert.deepEqual(await ownPeriods(engine, owner?.id ?? "", fresh), []);
      await assert.rejects(
        engine.asUser(user_id, (sql) => sql`select calendar_sync.evidence(${id})`),
        /permission denied/,
      );
      await assert.rejects(
        engine.asUser(user_id, (sql) => sql`select calendar_sync.evidence_for(${id}, ${user_id})`),
        /permission denied/,
      );
    },
  },
  {
    name: "it is found by index, however much else was done, and whatever statistics know",
    own_database: true,
    options: { connections: 1 },
    async show(engine) {
      const { sql } = engine;
      const integration = await engine.integration();
      await engine.insert(integration.user_id, MANY);
      await engine.drain();
      await sql`
        insert into calendar_sync.activity (user_id, integration_id, provider, obligation_id, action, calendar_id, title, due)
        select ${integration.user_id}, ${integration.id}, 'google', id, 'updated', 'calendar', 'Changed ' || n, '2027-01-01'
        from public.obligations cross join generate_series(1, ${CHANGES}::int) as n`;
      const [row] = await sql<{ id: string }[]>`select id from public.obligations limit 1`;
      assert.ok(row);
      const scans = async () => {
        await sql`select pg_stat_force_next_flush()`;
        await sql`select pg_stat_clear_snapshot()`;
        const [count] = await sql<{ scans: number }[]>`
          select sum(seq_scan)::int as scans from pg_stat_user_tables
          where relname like 'activity%' or relname in ('obligations', 'calendar_event_mappings', 'jobs')`;
        return count?.scans;
      };
      for (const prepare of ["analyze pg_catalog.pg_class", "vacuum analyze"]) {
        await sql.unsafe(prepare);
        const before = await scans();
        assert.equal((await evidence(engine, row.id)).length, CHANGES + 1);
        assert.equal((await ownPeriods(engine, integration.user_id, row.id))?.length, CHANGES + 1);
        assert.equal(await scans(), before);
      }
    },
  },
]);

async function evidence({ sql }: Engine, obligation_id: string): Promise<readonly Period[]> {
  return [...await sql<Period[]>`select * from calendar_sync.evidence(${obligation_id})`];
}

async function ownPeriods(
  engine: Engine,
  user_id: string,
  obligation_id: string,
): Promise<readonly unknown[] | null> {
  const [row] = await engine.asUser(user_id, (sql) =>
    sql<{ periods: unknown[] | null }[]>`
      select public.calendar_evidence(${obligation_id}) -> 'periods' as periods`);
  assert.ok(row);
  return row.periods;
}

function words({ in_calendar, title, due, began_with, ended_with, reason }: Period): string {
  const because = reason === null ? "" : `, (${reason})`;
  return `${in_calendar ? "yes" : "no"}, ${title} on ${due}, ${began_with} -> ${
    ended_with ?? "still"
  }${because}`;
}

async function story(engine: Engine, obligation_id: string): Promise<readonly string[]> {
  return (await evidence(engine, obligation_id)).map(words);
}

async function work(
  engine: Engine,
  outcomeOf: () => { readonly kind: "failed"; readonly error: string } | {
    readonly kind: "retry";
    readonly counts: boolean;
  },
): Promise<void> {
  const [lane] = await engine.claim(WORKER);
  assert.ok(lane);
  assert.equal(lane.jobs.length, 1);
  await engine.record(WORKER, lane, outcomeOf);
}

async function retryAll({ sql }: Engine): Promise<void> {
  await sql`update calendar_sync.jobs set failed_at = null, run_at = now()`;
  await sql`select calendar_sync.reschedule(array(select integration_id from calendar_sync.lanes))`;
}

/** As if all activity were older than it is kept for. */
async function forget({ sql }: Engine): Promise<void> {
  await sql.begin(async (maintenance) => {
    await maintenance`select set_config('calendar_sync.activity_may_change', 'yes', true)`;
    await maintenance`delete from calendar_sync.activity`;
  });
}

async function note(
  { sql }: Engine,
  { id, user_id }: Integration,
  obligation_id: string,
  action: string,
  due: string | null,
): Promise<void> {
  await sql`
    insert into calendar_sync.activity (user_id, integration_id, provider, obligation_id, action, title, due)
    values (${user_id}, ${id}, 'google', ${obligation_id}, ${action}, ${
    due === null ? null : "Renamed"
  }, ${due})`;
}
