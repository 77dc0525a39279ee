import assert from "node:assert/strict";
import { until } from "../../support/calendar-api.ts";
import type { Engine } from "../../support/engine.ts";
import { testEngine } from "../../support/engine-test.ts";

const WORKER = "a0000000-0000-0000-0000-000000000000";

testEngine("work that no worker comes for is noticed", [
  {
    name: "after a minute it is one incident, and pg_net's worker is restarted",
    async show(engine) {
      let restarts = 0;
      await engine.sql.listen("pg_net_restart", () => restarts++);
      const { user_id } = await engine.integration();
      await engine.insert(user_id, 1);
      await engine.sql`select calendar_sync.absorb_changes(1000)`;
      await engine.pass(55);
      await tick(engine);
      assert.equal(await stalled(engine), 0);
      await engine.pass(10);
      for (let ticks = 0; ticks < 3; ticks++) await tick(engine);
      assert.equal(await stalled(engine), 1);
      await until(() => Promise.resolve(restarts === 1));
      await engine.pass(61);
      await tick(engine);
      assert.equal(await stalled(engine), 2);
      await until(() => Promise.resolve(restarts === 2));
    },
  },
  {
    name: "a change that no claim absorbed is work too",
    async show(engine) {
      const { user_id } = await engine.integration();
      await engine.insert(user_id, 101);
      await engine.pass(61);
      await tick(engine);
      assert.equal(await stalled(engine), 1);
    },
  },
  {
    name: "while a lane is worked nothing is noted",
    async show(engine) {
      for (let lanes = 0; lanes < 2; lanes++) await engine.insert((await engine.integration()).user_id, 1);
      await engine.sql`select calendar_sync.absorb_changes(1000)`;
      await engine.pass(61);
      assert.equal((await engine.claim(WORKER)).length, 1);
      await tick(engine);
      assert.equal(await stalled(engine), 0);
    },
  },
  {
    name: "while a circuit breaker is open or a project quota is spent nothing is noted",
    async show(engine) {
      await engine.insert((await engine.integration()).user_id, 1);
      await engine.sql`select calendar_sync.absorb_changes(1000)`;
      await engine.pass(61);
      for (
        const waiting of [
          "open_since = now(), probe_at = now()",
          "probe_at = null, quota_until = now() + interval '1 minute'",
        ]
      ) {
        await engine.sql.unsafe(`update calendar_sync.providers set ${waiting} where name = 'google'`);
        await tick(engine);
        assert.equal(await stalled(engine), 0, waiting);
      }
    },
  },
  {
    name: "what waits for its own time is no work yet",
    async show(engine) {
      await engine.insert((await engine.integration()).user_id, 1);
      const [lane] = await engine.claim(WORKER);
      assert.ok(lane);
      await engine.record(WORKER, lane, { kind: "retry", counts: true, run_in_ms: 300_000 });
      await engine.pass(120);
      await tick(engine);
      assert.equal(await stalled(engine), 0);
    },
  },
]);

async function tick({ sql }: Engine): Promise<void> {
  await sql`select calendar_sync.tick()`;
}

async function stalled({ sql }: Engine): Promise<number> {
  return (await sql`select from calendar_sync.incidents where kind = 'stalled'`).length;
}
