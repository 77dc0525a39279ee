import assert from "node:assert/strict";
import type { Engine, Integration } from "../../support/engine.ts";
import { testEngine } from "../../support/engine-test.ts";

const WORKER = "a0000000-0000-0000-0000-000000000000";
const [PERSON, BULK, SWEEP] = [0, 1, 2] as const;

testEngine("lanes are served in a fair order", [
  {
    name: "a lane with 50,000 obligations does not delay a lane with one",
    own_database: true,
    async show(engine) {
      const many = await engine.integration();
      const one = await engine.integration();
      await engine.insert(many.user_id, 50_000);
      const [first] = await engine.claim(WORKER);
      assert.equal(first?.integration_id, many.id);
      await engine.insert(one.user_id, 1);
      assert.ok(first);
      await engine.record(WORKER, first);
      assert.deepEqual(await order(engine, 2), [one.id, many.id]);
    },
  },
  {
    name: "a lane with 5,000 single edits does not delay a lane with one",
    own_database: true,
    async show(engine) {
      const many = await engine.integration();
      const one = await engine.integration();
      await engine.sql`do ${
        engine.sql.unsafe(`$$ begin
        for n in 1..5000 loop
          insert into public.obligations (user_id, title, deadline_date) values ('${many.user_id}', n::text, '2027-01-01');
        end loop;
      end $$`)
      }`;
      await engine.insert(one.user_id, 1);
      assert.ok((await order(engine, 3)).includes(one.id));
    },
  },
  {
    name: "busy lanes are served one after another",
    async show(engine) {
      const ids: string[] = [];
      for (let lanes = 0; lanes < 3; lanes++) {
        const { id, user_id } = await engine.integration();
        for (let statements = 0; statements < 3; statements++) await engine.insert(user_id, 90);
        await engine.sql`select calendar_sync.absorb_changes(1000)`;
        ids.push(id);
      }
      assert.deepEqual(await order(engine, 9), [...ids, ...ids, ...ids]);
    },
  },
  {
    name: "a person goes before bulk, and bulk before a sweep, though they waited for longer",
    async show(engine) {
      const lanes: Integration[] = [];
      for (const priority of [SWEEP, BULK, PERSON]) {
        lanes.push(await waiting(engine, priority, 20 + priority));
      }
      assert.deepEqual(await order(engine, 3), lanes.reverse().map(({ id }) => id));
    },
  },
  {
    name: "bulk that has waited for half a minute more goes before a person, and a sweep after ten minutes",
    async show(engine) {
      for (const [priority, patience_s] of [[BULK, 30], [SWEEP, 600]] as const) {
        const impatient = await waiting(engine, priority, patience_s + 3);
        const person = await waiting(engine, PERSON, 2);
        const patient = await waiting(engine, priority, patience_s);
        assert.deepEqual(await order(engine, 3), [impatient.id, person.id, patient.id]);
      }
    },
  },
  {
    name: "the calendars of one user have at most half of a worker's places, and take turns",
    async show(engine) {
      const user_id = await engine.user();
      const many: string[] = [];
      for (let n = 0; n < 4; n++) many.push((await engine.integration({ user_id })).id);
      await engine.insert(user_id, 1);
      await engine.sql`select calendar_sync.absorb_changes(1000)`;
      const first = await engine.claim(WORKER, 4);
      assert.deepEqual(first.map(({ integration_id }) => many.includes(integration_id)), [true, true]);
      assert.deepEqual(await engine.claim(WORKER, 2), []);
      const one = await engine.integration();
      await engine.insert(one.user_id, 1);
      const second = await engine.claim(WORKER, 2);
      assert.deepEqual(second.map(({ integration_id }) => integration_id), [one.id]);
      for (const lane of first) await engine.record(WORKER, lane);
      const third = await engine.claim(WORKER, 3);
      const served = [...first, ...third].map(({ integration_id }) => integration_id);
      assert.deepEqual(served.toSorted(), many.toSorted());
    },
  },
  {
    name: "a person's change does not wait until those of many calendars were absorbed",
    own_database: true,
    async show(engine) {
      await engine
        .sql`insert into auth.users (email) select n || '@example.com' from generate_series(1, 1000) as n`;
      await engine.sql`
        insert into public.calendar_integrations (user_id, provider, account_id, status, calendar_id)
        select id, 'google', id::text, 'active', 'calendar' from auth.users`;
      await engine.settle();
      await engine.sql`select calendar_sync.append_changes_to_all()`;
      const one = await engine.integration();
      await engine.insert(one.user_id, 1);
      assert.equal((await engine.claim(WORKER))[0]?.integration_id, one.id);
    },
  },
  {
    name: "in a lane a person's edit goes before its bulk",
    async show(engine) {
      const { user_id } = await engine.integration();
      await engine.insert(user_id, 1000, "Imported");
      const [first] = await engine.claim(WORKER);
      assert.ok(first);
      await engine.insert(user_id, 1, "Edited");
      await engine.record(WORKER, first);
      const [second] = await engine.claim(WORKER);
      const titles = second?.jobs.map(({ deadline }) => deadline?.title);
      assert.ok(titles?.includes("Edited 1"));
      assert.ok((titles?.length ?? 0) > 1);
    },
  },
  {
    name: "a person's edit makes a lane urgent whose bulk waits already",
    async show(engine) {
      const others = [await waiting(engine, BULK, 10), await waiting(engine, BULK, 9)];
      const edited = await waiting(engine, BULK, 5);
      await engine.insert(edited.user_id, 1);
      assert.deepEqual((await order(engine, 3))[0], edited.id);
      assert.equal(others.length, 2);
    },
  },
  {
    name: "an edit that has to settle first makes its lane urgent once it has",
    async show(engine) {
      const other = await waiting(engine, BULK, 5);
      const edited = await waiting(engine, BULK, 0);
      const [obligation] = await engine.sql<{ id: string }[]>`
        select id from public.obligations where user_id = ${edited.user_id}`;
      assert.ok(obligation);
      await engine.sql`
        insert into public.calendar_event_mappings
          (integration_id, obligation_id, calendar_id, external_event_id, deadline_hash, content_hash)
        values (${edited.id}, ${obligation.id}, ${edited.calendar_id}, 'event', 'before', 'before')`;
      await engine.insert(edited.user_id, 1);
      await engine.sql`select calendar_sync.absorb_changes(1000)`;
      await engine.sql`update calendar_sync.jobs set priority = ${BULK} where integration_id = ${edited.id}`;
      await engine.sql`update public.obligations set title = 'Edited' where id = ${obligation.id}`;
      await engine.sql`select calendar_sync.absorb_changes(1000)`;
      await engine.pass(2);
      assert.deepEqual(await order(engine, 2), [edited.id, other.id]);
    },
  },
]);

/** An integration with one job of a priority that has been due for so long. */
async function waiting(engine: Engine, priority: number, seconds: number): Promise<Integration> {
  const integration = await engine.integration();
  await engine.insert(integration.user_id, 1);
  const { id } = integration;
  await engine.sql`select calendar_sync.absorb_changes(1000)`;
  await engine.sql`
    update calendar_sync.jobs set priority = ${priority}, run_at = now() - make_interval(secs => ${seconds})
    where integration_id = ${id}`;
  await engine.sql`
    update calendar_sync.lanes set priority = ${priority}, ready_at = now() - make_interval(secs => ${seconds}) where integration_id = ${id}`;
  return integration;
}

/** The integrations of so many claims, each worked before the next. */
async function order(engine: Engine, claims: number): Promise<(string | undefined)[]> {
  const ids: (string | undefined)[] = [];
  for (let claim = 0; claim < claims; claim++) {
    const [lane] = await engine.claim(WORKER);
    ids.push(lane?.integration_id);
    if (lane) await engine.record(WORKER, lane);
  }
  return ids;
}
