import assert from "node:assert/strict";
import type { Engine } from "../../support/engine.ts";
import { testEngine } from "../../support/engine-test.ts";

const WORKER = "a0000000-0000-0000-0000-000000000000";
const CALLS = 100;

testEngine("no user has more than a share of the project's quota while others wait", [
  {
    name: "ten accounts of one user get a quarter of it, and then the other user's turn comes",
    async show(engine) {
      await setQuota(engine, "google");
      const many = await accountsWith(engine, 10, 40);
      const one = await accountsWith(engine, 1, 5, later);
      const lanes = await engine.claim(WORKER, 11);
      assert.deepEqual(lanes.map(({ calls }) => calls), [CALLS / 4, 10]);
      assert.deepEqual(lanes.map(({ user_id }) => user_id), [many, one]);
      const [used] = await engine.sql`
        select sum(call.calls)::int as calls from calendar_sync.provider_calls as call
        join public.calendar_integrations as integration on integration.id = call.integration_id
        where integration.user_id = ${many}`;
      assert.equal(used?.["calls"], CALLS / 4);
    },
  },
  {
    name: "where nobody else waits it may have all that syncing may use",
    async show(engine) {
      await setQuota(engine, "google");
      await accountsWith(engine, 10, 40);
      const lanes = await engine.claim(WORKER, 10);
      assert.equal(lanes.reduce((sum, { calls }) => sum + calls, 0), CALLS * 0.9);
    },
  },
  {
    name: "once the others are served it goes on, before the window is over",
    async show(engine) {
      await setQuota(engine, "outlook");
      const many = await accountsWith(engine, 3, 30, undefined, "outlook");
      const one = await accountsWith(engine, 1, 1, later, "outlook");
      const served = await engine.claim(WORKER, 4);
      assert.deepEqual(new Set(served.map(({ user_id }) => user_id)), new Set([many, one]));
      for (const lane of served) await engine.record(WORKER, lane);
      await engine.pass(6);
      const more = await engine.claim(WORKER, 4);
      assert.ok(more.length > 0 && more.every(({ user_id }) => user_id === many));
    },
  },
  {
    name: "a share that an operator set is kept, and a provider without such a quota has none",
    async show(engine) {
      await setQuota(engine, "google");
      await engine.sql`update calendar_sync.providers set user_share = 0.1`;
      await accountsWith(engine, 2, 40);
      await accountsWith(engine, 1, 5, later);
      assert.deepEqual((await engine.claim(WORKER, 3)).map(({ calls }) => calls), [10, 10]);
      await engine.sql`update calendar_sync.providers set project_calls = null, project_window = null`;
      await engine.pass(60);
      assert.ok((await engine.claim(WORKER, 3)).some(({ calls }) => calls > 10));
      await engine.sql`update calendar_sync.providers set user_share = default`;
    },
  },
]);

async function setQuota({ sql }: Engine, provider: "google" | "outlook"): Promise<void> {
  await sql`
    update calendar_sync.providers set project_calls = ${CALLS}, project_window = '1 minute', account_calls = 600,
      account_window = '1 minute'
    where name = ${provider}`;
}

/** Lanes that have waited for a shorter time than those made before. */
async function later({ sql }: Engine, integration_id: string): Promise<void> {
  await sql`update calendar_sync.lanes set ready_at = ready_at - interval '1 second' where integration_id <> ${integration_id}`;
}

/** A user with so many accounts, in each of which so many obligations have work. */
async function accountsWith(
  engine: Engine,
  accounts: number,
  obligations: number,
  place?: (engine: Engine, integration_id: string) => Promise<void>,
  provider: "google" | "outlook" = "google",
): Promise<string> {
  const user_id = await engine.user();
  const ids: string[] = [];
  for (let n = 0; n < accounts; n++) ids.push((await engine.integration({ user_id, provider })).id);
  await engine.insert(user_id, obligations);
  await engine.sql`select calendar_sync.absorb_changes(10000)`;
  for (const id of ids) await place?.(engine, id);
  return user_id;
}
