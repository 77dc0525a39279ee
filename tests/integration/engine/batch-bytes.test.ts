import assert from "node:assert/strict";
import { testEngine } from "../../support/engine-test.ts";

const WORKER = "a0000000-0000-0000-0000-000000000000";

testEngine("a batch is as large as a worker can hold", [
  {
    name: "jobs whose texts are long come in portions of two megabytes, the most urgent first",
    async show(engine) {
      const { user_id } = await engine.integration();
      await engine.insert(user_id, 20, "Long");
      await engine.sql`update public.obligations set description = repeat('🗓', 40000)`;
      await engine.sql`select calendar_sync.absorb_changes(1000)`;
      await engine.sql`update calendar_sync.jobs set priority = 1`;
      const [urgent] = await engine.insert(user_id, 1, "Urgent");
      const portions: number[] = [];
      for (let claims = 0; claims < 2; claims++) {
        const [lane] = await engine.claim(WORKER);
        assert.ok(lane);
        if (claims === 0) assert.ok(lane.jobs.some(({ obligation_id }) => obligation_id === urgent));
        portions.push(lane.jobs.length);
        const marked = await engine.sql`select from calendar_sync.jobs where attempted_in <> '{}'`;
        assert.equal(marked.length, lane.jobs.length, "what did not fit in was not attempted");
        assert.ok(lane.calls < 2 * lane.jobs.length + 10);
        await engine.record(WORKER, lane);
      }
      assert.deepEqual(portions, [14, 7]);
      assert.deepEqual(await engine.claim(WORKER), []);
    },
  },
]);
