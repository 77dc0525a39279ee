import assert from "node:assert/strict";
import { testEngine } from "../../support/engine-test.ts";

const WORKERS = 16;
const LANES = 200;
const USERS_AT_ONCE = 4;
const LEASE_S = 15;
/** Many times what a claim or a record takes on a busy machine: whatever waits for longer waits for ever. */
const LOCK_TIMEOUT_MS = 2_000;

testEngine("many workers share the work", [{
  name: "no lane is leased by two, every change is handed out once, and nothing is left",
  own_database: true,
  options: { connections: WORKERS + USERS_AT_ONCE + 1, lock_timeout_ms: LOCK_TIMEOUT_MS },
  async show(engine) {
    const { sql } = engine;
    const user_ids: string[] = [];
    await sql`
      with owner as (
        insert into auth.users (email) select n || '@example.com' from generate_series(1, ${LANES}::int) as n returning id
      )
      insert into public.calendar_integrations (user_id, provider, account_id, status, calendar_id)
      select id, case when random() < 0.5 then 'google' else 'outlook' end, id::text, 'active', 'calendar' from owner`;
    // A scan may find what a change names too: then it is looked at twice, the second time in vain.
    await sql`delete from calendar_sync.changes`;
    for (const { id } of await sql<{ id: string }[]>`select id from auth.users`) user_ids.push(id);
    await sql`
      insert into public.obligations (user_id, title, deadline_date)
      select id, 'Obligation ' || n, '2027-01-01' from auth.users cross join generate_series(1, 20) as n`;

    const leased = new Map<string, string>();
    const handed_out = new Map<string, number>();
    let writing = true;

    const work = async () => {
      const worker = crypto.randomUUID();
      for (let idle = 0; idle < 3 || writing;) {
        const lanes = await engine.claim(worker, 4);
        idle = lanes.length === 0 && !writing ? idle + 1 : 0;
        for (const lane of lanes) {
          assert.equal(leased.get(lane.integration_id), undefined, "two workers have one lane");
          leased.set(lane.integration_id, worker);
          for (const { obligation_id, version } of lane.jobs) {
            const key = `${lane.integration_id} ${obligation_id} ${version}`;
            handed_out.set(key, (handed_out.get(key) ?? 0) + 1);
          }
        }
        for (const lane of lanes) {
          leased.delete(lane.integration_id);
          assert.equal(await engine.record(worker, lane), true);
        }
      }
    };
    const write = async (part: number) => {
      for (const [index, user_id] of user_ids.entries()) {
        if (index % USERS_AT_ONCE !== part) continue;
        await sql.begin(async (tx) => {
          await tx`
            insert into public.obligations (user_id, title, deadline_date)
            select ${user_id}, 'Late ' || n, '2027-01-01' from generate_series(1, 3) as n`;
          await tx`insert into public.obligations (user_id, title, deadline_at) values (${user_id}, 'Timed', now())`;
        });
      }
    };
    const writers = Promise.all(Array.from({ length: USERS_AT_ONCE }, (_, part) => write(part)))
      .finally(() => writing = false);
    await Promise.all([writers, ...Array.from({ length: WORKERS }, work)]);

    const twice = [...handed_out].filter(([, times]) => times > 1);
    assert.deepEqual(twice, []);
    const [left] = await sql`
      select (select count(*)::int from calendar_sync.jobs) as jobs,
        (select count(*)::int from calendar_sync.changes) as changes,
        (select count(*)::int from calendar_sync.lanes where ready_at is not null or leased_by is not null) as lanes,
        (select count(*)::int from public.calendar_event_mappings) as events,
        (select count(*)::int from calendar_sync.incidents) as incidents`;
    assert.deepEqual({ ...left }, { jobs: 0, changes: 0, lanes: 0, events: LANES * 24, incidents: 0 });
  },
}, {
  name: "a lane whose worker died is handed out again once its lease is over, and not before",
  async show(engine) {
    const { id, user_id } = await engine.integration();
    await engine.insert(user_id, 1);
    const [dead, next] = [crypto.randomUUID(), crypto.randomUUID()];
    const [lane] = await engine.claim(dead);
    assert.ok(lane);
    await engine.pass(LEASE_S - 1);
    assert.deepEqual(await engine.claim(next), []);
    await engine.pass(2);
    const [again] = await engine.claim(next);
    assert.equal(again?.integration_id, id);
    assert.equal(await engine.record(dead, lane), false);
    assert.equal((await engine.sql`select from public.calendar_event_mappings`).length, 0);
    assert.equal(await engine.record(next, again), true);
    assert.equal((await engine.sql`select from public.calendar_event_mappings`).length, 1);
  },
}, {
  name: "after a worker that died of a batch the next one is half as large, down to a single job",
  async show(engine) {
    const { user_id } = await engine.integration();
    await engine.insert(user_id, 100);
    await engine.sql`update calendar_sync.lanes set batch_jobs = 7`;
    const sizes: number[] = [];
    for (let deaths = 0; deaths < 4; deaths++) {
      const [lane] = await engine.claim(crypto.randomUUID());
      sizes.push(lane?.jobs.length ?? 0);
      await engine.pass(LEASE_S + 1);
    }
    assert.deepEqual(sizes, [7, 3, 1, 1]);
  },
}, {
  name: "a lease that is renewed goes on, and one that was given back is free at once",
  async show(engine) {
    const { id, user_id } = await engine.integration();
    await engine.insert(user_id, 1);
    const [holder, next] = [crypto.randomUUID(), crypto.randomUUID()];
    await engine.claim(holder);
    for (let renewals = 0; renewals < 3; renewals++) {
      await engine.pass(LEASE_S - 1);
      const [row] = await engine.sql`select public.calendar_renew(${holder}, ${LEASE_S}) as held`;
      assert.deepEqual(row?.["held"], [id]);
      assert.deepEqual(await engine.claim(next), []);
    }
    assert.equal(await engine.retire(holder), true);
    assert.equal((await engine.claim(next))[0]?.integration_id, id);
    const [row] = await engine.sql`select public.calendar_renew(${holder}, ${LEASE_S}) as held`;
    assert.deepEqual(row?.["held"], []);
  },
}, {
  name: "what a claim leased that the worker does not know of is not renewed",
  async show(engine) {
    const [known, unknown] = [await engine.integration(), await engine.integration()];
    for (const { user_id } of [known, unknown]) await engine.insert(user_id, 1);
    const [holder, next] = [crypto.randomUUID(), crypto.randomUUID()];
    assert.equal((await engine.claim(holder, 2)).length, 2);
    for (let renewals = 0; renewals < 2; renewals++) {
      await engine.pass(LEASE_S - 1);
      const [row] = await engine.sql`
        select public.calendar_renew(${holder}, ${LEASE_S}, ${[known.id]}::uuid[]) as held`;
      assert.deepEqual(row?.["held"], [known.id]);
    }
    assert.deepEqual((await engine.claim(next, 2)).map((lane) => lane.integration_id), [unknown.id]);
  },
}, {
  name:
    "an outcome that arrives twice is recorded once, and one of an earlier lease of the same worker not at all",
  async show(engine) {
    const { user_id } = await engine.integration();
    await engine.insert(user_id, 1);
    const worker = crypto.randomUUID();
    const [first] = await engine.claim(worker);
    assert.ok(first);
    for (let arrivals = 0; arrivals < 2; arrivals++) assert.equal(await engine.record(worker, first), true);
    assert.equal((await engine.sql`select from calendar_sync.jobs`).length, 0);
    await engine.sql`update public.obligations set title = 'Changed'`;
    await engine.pass(2);
    const [second] = await engine.claim(worker);
    assert.ok(second);
    const stale = { ...first, lease: crypto.randomUUID() };
    assert.equal(await engine.record(worker, stale), false);
    assert.equal(await engine.record(worker, second), true);
  },
}, {
  name: "what changes while it is worked is handed out once more, as it is then",
  async show(engine) {
    const { user_id } = await engine.integration();
    await engine.insert(user_id, 1);
    const worker = crypto.randomUUID();
    const [first] = await engine.claim(worker);
    assert.ok(first);
    await engine.sql`update public.obligations set title = 'Changed'`;
    await engine.record(worker, first);
    assert.deepEqual(
      await engine.claim(worker),
      [],
      "an event that was just written is left alone for a moment",
    );
    await engine.pass(2);
    const [second] = await engine.claim(worker);
    assert.deepEqual(
      second?.jobs.map((
        { version, attempts, attempted_in, deadline },
      ) => [version, attempts, attempted_in, deadline?.title]),
      [[1, 0, [], "Changed"]],
    );
  },
}]);
