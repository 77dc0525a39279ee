import assert from "node:assert/strict";
import { z } from "zod";
import type { Engine } from "../../support/engine.ts";
import { testEngine } from "../../support/engine-test.ts";

const WORKER = "a0000000-0000-0000-0000-000000000000";
const OTHER = "b0000000-0000-0000-0000-000000000000";

function nextWork(engine: Engine, p_within_s = 15): Promise<number | null> {
  return engine.rpc("calendar_next_work", { p_within_s }, z.number().nullable());
}

async function busyLane(engine: Engine) {
  const integration = await engine.integration();
  await engine.insert(integration.user_id, 1);
  const [lane] = await engine.claim(WORKER);
  assert.ok(lane);
  return { integration, lane };
}

testEngine("a worker knows how long to wait, and a person does not have to", [
  {
    name: "work that is due soon is told in milliseconds, work that is far away or leased is not",
    async show(engine) {
      assert.equal(await nextWork(engine), null);
      const { lane } = await busyLane(engine);
      assert.equal(await nextWork(engine), null);
      await engine.record(WORKER, lane, { kind: "retry", counts: true, run_in_ms: 5_000 }, {
        wait: { reason: "backoff", ms: 5_000 },
      });
      const wait_ms = await nextWork(engine);
      assert.ok(wait_ms !== null && wait_ms > 3_000 && wait_ms <= 5_000, String(wait_ms));
      assert.equal(await nextWork(engine, 1), null);
      await engine.pass(6);
      assert.equal(await nextWork(engine), 0);
    },
  },
  {
    name: "a lane that waits for its provider's quota is told for when it is free",
    async show(engine) {
      const { user_id } = await engine.integration();
      await engine.insert(user_id, 1);
      await engine.sql`select calendar_sync.absorb_changes(10)`;
      await engine.sql`update calendar_sync.providers set quota_until = now() + interval '9 seconds'`;
      const wait_ms = await nextWork(engine);
      assert.ok(wait_ms !== null && wait_ms > 7_000 && wait_ms <= 9_000, String(wait_ms));
    },
  },
  {
    name: "Sync now during a batch ends the wait that comes of it",
    async show(engine) {
      const { integration, lane } = await busyLane(engine);
      await engine.asUser(
        integration.user_id,
        (sql) => sql`select public.calendar_sync_now(${integration.id})`,
      );
      await engine.record(WORKER, lane, { kind: "retry", counts: true, run_in_ms: 300_000 }, {
        wait: { reason: "backoff", ms: 300_000 },
      });
      const [again] = await engine.claim(OTHER);
      assert.equal(again?.jobs.length, 1);
      assert.ok(again);
      // Once: the next failure is waited out again.
      await engine.record(OTHER, again, { kind: "retry", counts: true, run_in_ms: 300_000 }, {
        wait: { reason: "backoff", ms: 300_000 },
      });
      assert.deepEqual(await engine.claim(WORKER), []);
    },
  },
  {
    name: "an event that was written under a lost lease is looked at again",
    async show(engine) {
      const { lane } = await busyLane(engine);
      await engine.pass(16);
      const [taken_over] = await engine.claim(OTHER);
      assert.ok(taken_over);
      assert.equal(await engine.record(OTHER, taken_over), true);
      assert.deepEqual(await engine.claim(OTHER), []);
      assert.equal(await engine.record(WORKER, lane), false);
      const [again] = await engine.claim(OTHER);
      assert.deepEqual(again?.jobs.map(({ attempted_in }) => attempted_in), [[lane.calendar?.id]]);
    },
  },
]);
