import assert from "node:assert/strict";
import type { Engine } from "../../support/engine.ts";
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
  readonly until_at: Date | null;
  readonly reason: string | null;
  readonly began_with: string | null;
  readonly ended_with: string | null;
}

testEngine("evidence says what is known of a deadline in a calendar, and no more", [
  {
    name: "a refused deadline is a gap, one however often it was tried, until it is there",
    async show(engine) {
      const integration = await engine.integration();
      const [id = ""] = await engine.insert(integration.user_id, 1);
      for (const error of ["too_long", "too_long", "invalid"]) {
        await retryAll(engine);
        await work(engine, () => ({ kind: "failed", error }));
      }
      assert.deepEqual(await story(engine, id), [
        "no, null on null, rejected: too_long -> rejected: invalid, (rejected: too_long)",
        "no, null on null, rejected: invalid -> still, (rejected: invalid)",
      ]);
      await retryAll(engine);
      await engine.drain();
      await engine.sql`update public.obligations set title = 'Renamed'`;
      await engine.pass(2);
      await engine.sql`select calendar_sync.absorb_changes(1000)`;
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
    name: "a gap ends once the deadline is not wanted any more",
    async show(engine) {
      const integration = await engine.integration();
      const [id = ""] = await engine.insert(integration.user_id, 1);
      await work(engine, () => ({ kind: "failed", error: "too_long" }));
      await engine.sql`update public.obligations set status = 'cancelled'`;
      await engine.pass(2);
      await engine.drain();
      const told = "no, null on null, rejected: too_long -> removed, (rejected: too_long)";
      assert.deepEqual(await story(engine, id), [told]);
      await engine.sql`update public.obligations set status = 'pending'`;
      await engine.pass(2);
      await engine.drain();
      assert.deepEqual(await story(engine, id), [told, "yes, Obligation 1 on 2027-01-01, created -> still"]);
    },
  },
  {
    name: "what its user hid is hidden as long as its deadline is the same",
    async show(engine) {
      const { sql } = engine;
      const integration = await engine.integration();
      const [id = ""] = await engine.insert(integration.user_id, 1);
      await engine.drain();
      await sql`delete from public.calendar_event_mappings`;
      await sql`
        insert into calendar_sync.edits (integration_id, obligation_id, due, deletions, is_gone, is_hidden)
        values (${integration.id}, ${id}, '2027-01-01', 2, true, true)`;
      await sql`
        update calendar_sync.history set in_calendar = false, reason = 'hidden_by_user', began_with = 'hidden_by_user'`;
      const told = "no, Obligation 1 on 2027-01-01, hidden_by_user ->";
      for (const status of ["cancelled", "pending"]) {
        await sql`update public.obligations set status = ${status}`;
        await engine.pass(2);
        await engine.drain();
        assert.deepEqual(await story(engine, id), [`${told} still, (hidden_by_user)`]);
      }
      await sql`delete from public.obligations`;
      await engine.pass(2);
      await engine.drain();
      assert.deepEqual(await story(engine, id), [`${told} removed, (hidden_by_user)`]);
    },
  },
  {
    name: "an event that is kept where its user left it stands there also after a change of it was refused",
    async show(engine) {
      const { sql } = engine;
      const integration = await engine.integration();
      const [id = ""] = await engine.insert(integration.user_id, 1);
      await engine.drain();
      await sql`
        insert into calendar_sync.edits (integration_id, obligation_id, due, seen, is_kept)
        values (${integration.id}, ${id}, '2027-01-01', ${
        sql.json({ kind: "all_day", start_date: "2027-03-05", end_date: "2027-03-06" })
      }, true)`;
      await sql`
        update calendar_sync.history set due = '2027-03-05', reason = 'moved_by_user', began_with = 'moved_by_user'`;
      await sql`update public.obligations set title = 'Refused'`;
      await engine.pass(2);
      await work(engine, () => ({ kind: "failed", error: "too_long" }));
      await sql`update public.obligations set title = 'Obligation 1'`;
      await engine.pass(2);
      await work(engine, () => ({ kind: "unchanged" }));
      assert.deepEqual((await story(engine, id)).slice(-2), [
        "yes, Obligation 1 on 2027-03-05, rejected: too_long -> recovered, (rejected: too_long)",
        "yes, Obligation 1 on 2027-03-05, recovered -> still, (moved_by_user)",
      ]);
    },
  },
  {
    name: "a deadline that is wanted and not there says since when it waits, and for what",
    async show(engine) {
      const { sql } = engine;
      const integration = await engine.integration();
      const [id = ""] = await engine.insert(integration.user_id, 1);
      const [job] = await sql<{ created_at: Date }[]>`select created_at from calendar_sync.changes`;
      const [waiting] = await evidence(engine, id);
      assert.deepEqual(waiting?.from_at, job?.created_at);
      assert.deepEqual(await story(engine, id), ["no, Obligation 1 on 2027-01-01, null -> still, (waiting)"]);
      await sql`
        update public.calendar_integrations set status = 'paused', last_error = '{"code": "quota"}', sync_enabled = false`;
      assert.deepEqual(await story(engine, id), [
        "no, Obligation 1 on 2027-01-01, null -> still, (paused: quota; switched_off)",
      ]);
      await sql`update public.obligations set status = 'cancelled'`;
      assert.deepEqual(await story(engine, id), []);
    },
  },
  {
    name: "periods outlive the activity, the obligation and the connection",
    async show(engine) {
      const { sql } = engine;
      const integration = await engine.integration();
      const [id = ""] = await engine.insert(integration.user_id, 1);
      await engine.drain();
      await sql`update public.obligations set title = 'Renamed'`;
      await engine.pass(2);
      await engine.drain();
      const told = [
        "yes, Obligation 1 on 2027-01-01, created -> created",
        "yes, Renamed on 2027-01-01, created -> still",
      ];
      assert.deepEqual(await story(engine, id), told);
      await forget(engine);
      assert.deepEqual(await story(engine, id), told);
      await sql`delete from public.obligations`;
      await engine.pass(2);
      await engine.drain();
      await sql`delete from public.calendar_integrations`;
      assert.deepEqual(await story(engine, id), [told[0], "yes, Renamed on 2027-01-01, created -> removed"]);
    },
  },
  {
    name: "an event that no mapping knows any more is said to be not tracked",
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
        engine.asUser(user_id, (sql) => sql`select calendar_sync.evidence(${id}, ${user_id})`),
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
        insert into calendar_sync.history (user_id, integration_id, provider, obligation_id, title, due, in_calendar, from_at,
          began_with, until_at, ended_with)
        select ${integration.user_id}, ${integration.id}, 'google', id, 'Changed ' || n, '2027-01-01', true,
          now() - n * interval '1 hour', 'updated', now() - (n - 1) * interval '1 hour', 'updated'
        from public.obligations cross join generate_series(1, ${CHANGES}::int) as n`;
      const [row] = await sql<{ id: string }[]>`select id from public.obligations limit 1`;
      assert.ok(row);
      const scans = async () => {
        await sql`select pg_stat_force_next_flush()`;
        await sql`select pg_stat_clear_snapshot()`;
        const [count] = await sql<{ scans: number }[]>`
          select sum(seq_scan)::int as scans from pg_stat_user_tables
          where relname in ('history', 'obligations', 'calendar_event_mappings', 'jobs')`;
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
  outcomeOf: () => { readonly kind: "unchanged" } | { readonly kind: "failed"; readonly error: string } | {
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
