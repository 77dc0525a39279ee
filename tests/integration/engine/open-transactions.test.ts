import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { type Engine, openEngine } from "../../support/engine.ts";
import { testEngine } from "../../support/engine-test.ts";

const [WORKER, OTHER_WORKER] = [
  "a0000000-0000-0000-0000-000000000000",
  "b0000000-0000-0000-0000-000000000000",
];

// What waits here waits for a transaction that does not end, and fails by its lock timeout.
testEngine("nobody waits for a transaction that is open", [
  {
    name:
      "a claim hands out what is committed of an obligation that is being changed, and the change once that is",
    async show(engine) {
      const { user_id } = await engine.integration();
      const [edited] = await engine.insert(user_id, 2);
      await meanwhile(engine, async (user) => {
        await user`update public.obligations set title = 'Edited' where id = ${edited ?? ""}`;
        const [lane] = await engine.claim(WORKER);
        assert.ok(lane);
        assert.deepEqual(lane.jobs.map(({ deadline }) => deadline?.title).sort(), [
          "Obligation 1",
          "Obligation 2",
        ]);
        await engine.record(WORKER, lane);
      });
      await engine.pass(2);
      const [lane] = await engine.claim(WORKER);
      assert.deepEqual(lane?.jobs.map(({ deadline }) => deadline?.title), ["Edited"]);
    },
  },
  {
    name:
      "a record does not wait for an obligation that is being changed, and the change is looked at afterwards",
    async show(engine) {
      const { user_id } = await engine.integration();
      await engine.insert(user_id, 1);
      const [lane] = await engine.claim(WORKER);
      assert.ok(lane);
      await meanwhile(engine, async (user) => {
        await user`update public.obligations set title = 'Edited'`;
        assert.equal(await engine.record(WORKER, lane), true);
      });
      await engine.pass(2);
      const [again] = await engine.claim(WORKER);
      assert.deepEqual(again?.jobs.map(({ deadline }) => deadline?.title), ["Edited"]);
    },
  },
  {
    name: "a claim leaves out an integration that its user is changing, and finds it once that is done",
    async show(engine) {
      const { user_id, id } = await engine.integration();
      const other = await engine.integration();
      await engine.insert(user_id, 1);
      await engine.insert(other.user_id, 1);
      await meanwhile(engine, async (user) => {
        await user`update public.calendar_integrations set calendar_id = 'another' where id = ${id}`;
        const lanes = await engine.claim(WORKER, 8);
        assert.deepEqual(lanes.map(({ integration_id }) => integration_id), [other.id]);
      });
      assert.deepEqual((await engine.claim(WORKER, 8)).map(({ calendar }) => calendar?.id), ["another"]);
    },
  },
  {
    name:
      "neither a claim nor a worker's last word waits for a transaction that locks an integration with new changes",
    async show(engine) {
      const { user_id, id } = await engine.integration();
      await engine.insert(user_id, 1);
      assert.equal((await engine.claim(WORKER)).length, 1);
      await meanwhile(engine, async (user) => {
        await user`select from public.calendar_integrations where id = ${id} for update`;
        await engine.retire(WORKER);
        assert.deepEqual(await engine.claim(OTHER_WORKER), []);
        await engine.sql`select calendar_sync.find_orphans()`;
      });
      assert.equal((await engine.claim(OTHER_WORKER)).length, 1);
    },
  },
  {
    name: "a scan does not wait for an obligation that is being changed, and leaves nothing out",
    async show(engine) {
      const { user_id } = await engine.integration();
      const ids = await engine.insert(user_id, 101);
      await meanwhile(engine, async (user) => {
        await user`update public.obligations set title = 'Edited' where id = ${ids[50] ?? ""}`;
        await engine.claim(WORKER);
        await engine.retire(WORKER);
      });
      await engine.drain();
      const [events] = await engine.sql`select count(*)::int from public.calendar_event_mappings`;
      assert.equal(events?.["count"], 101);
    },
  },
  {
    name: "an obligation is written while others write theirs, of the same user too",
    async show(engine) {
      const { user_id } = await engine.integration();
      const other = await engine.integration();
      await meanwhile(engine, async (user) => {
        await user`insert into public.obligations (user_id, title, deadline_date) values (${user_id}, 'One', '2027-01-01')`;
        await engine.insert(user_id, 1);
        await engine.insert(user_id, 101);
        await engine.insert(other.user_id, 1);
      });
      await engine.drain();
      const [events] = await engine.sql`select count(*)::int from public.calendar_event_mappings`;
      assert.equal(events?.["count"], 104);
    },
  },
  {
    name: "while a claim is under way others claim other lanes, users write, and no lane is handed out twice",
    async show(engine) {
      const [first, second] = [await engine.integration(), await engine.integration()];
      for (const { user_id } of [first, second]) await engine.insert(user_id, 5);
      await engine.sql`select calendar_sync.absorb_changes(1000)`;
      await meanwhile(engine, async (worker) => {
        await claimIn(worker, OTHER_WORKER);
        const lanes = await engine.claim(WORKER, 8);
        assert.equal(lanes.length, 1);
        for (const { user_id } of [first, second]) await engine.insert(user_id, 5);
        assert.equal(await engine.record(WORKER, lanes[0] ?? assert.fail()), true);
      });
      assert.deepEqual(await engine.claim(WORKER, 8).then((lanes) => lanes.map(({ jobs }) => jobs.length)), [
        5,
      ]);
    },
  },
  {
    name: "a record does not wait for a claim that finds new changes of its lane",
    async show(engine) {
      const { user_id } = await engine.integration();
      await engine.insert(user_id, 1);
      const [lane] = await engine.claim(WORKER);
      assert.ok(lane);
      await engine.insert(user_id, 1);
      await meanwhile(engine, async (worker) => {
        await claimIn(worker, OTHER_WORKER);
        assert.equal(await engine.record(WORKER, lane), true);
      });
      assert.equal((await engine.claim(WORKER))[0]?.jobs.length, 1);
    },
  },
  {
    name: "while a record is under way users write, others claim and record, and no change is lost",
    async show(engine) {
      const [first, second] = [await engine.integration(), await engine.integration()];
      for (const { user_id } of [first, second]) await engine.insert(user_id, 5);
      const lanes = await engine.claim(WORKER, 2);
      assert.equal(lanes.length, 2);
      await meanwhile(engine, async (_, recording) => {
        const [one, other] = lanes;
        assert.ok(one && other);
        await recording.record(WORKER, one);
        await engine.insert(first.user_id, 101);
        await engine.insert(second.user_id, 101);
        assert.equal(await engine.record(WORKER, other), true);
        assert.equal((await engine.claim(OTHER_WORKER, 2)).length, 1);
        await engine.retire(OTHER_WORKER);
      });
      await engine.drain();
      const [events] = await engine.sql`select count(*)::int from public.calendar_event_mappings`;
      assert.equal(events?.["count"], 212);
    },
  },
  {
    name: "the tick and the sweep wait for no user",
    async show(engine) {
      const { user_id, id } = await engine.integration();
      const [edited] = await engine.insert(user_id, 5);
      await engine.settle();
      await meanwhile(engine, async (user) => {
        await user`update public.obligations set title = 'Edited' where id = ${edited ?? ""}`;
        await engine.sql`select calendar_sync.tick()`;
        await engine.sql`select calendar_sync.sweep(${id}, ${id})`;
      });
    },
  },
]);

/** Does something while a transaction of another connection, in which it may do something too, stays open; then commits it. */
async function meanwhile(
  engine: Engine,
  act: (transaction: Sql, engine: Engine) => Promise<void>,
): Promise<void> {
  const { host: [host], port: [port], user, pass, database } = engine.sql.options;
  const url = `postgresql://${user}:${pass}@${host}:${port}/${database}`;
  const other = openEngine(url, { connections: 1 });
  try {
    await other.sql`begin`;
    await act(other.sql, other);
    await other.sql`commit`;
  } finally {
    await other.close();
  }
}

/** Claims one lane in a transaction. */
async function claimIn(transaction: Sql, worker: string): Promise<void> {
  await transaction`select public.calendar_claim(${worker}, 1, 15)`;
}
