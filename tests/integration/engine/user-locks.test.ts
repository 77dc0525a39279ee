import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { z } from "zod";
import { until } from "../../support/calendar-api.ts";
import type { Engine, Integration } from "../../support/engine.ts";
import { testEngine } from "../../support/engine-test.ts";

const WORKER = "a0000000-0000-0000-0000-000000000000";

/** What a signed-in user may lock with the own rows. */
const LOCKS: Readonly<Record<string, (own: Sql, integration: Integration) => PromiseLike<unknown>>> = {
  "updates own obligations": (own) => own`update public.obligations set title = 'Edited'`,
  "changes the own settings": (own, { id }) =>
    own`select public.calendar_update_integration(${id}, p_settings => '{"reminders_minutes": []}')`,
  "switches syncing off and on": async (own, { id }) => {
    await own`select public.calendar_update_integration(${id}, false)`;
    await own`select public.calendar_update_integration(${id}, true)`;
  },
  "has completed obligations removed": (own, { id }) =>
    own`select public.calendar_update_integration(${id}, p_settings => '{"completed_events": "remove"}')`,
};

// What waits here waits for a transaction that does not end, and fails by its lock timeout.
testEngine(
  "a user who keeps a transaction open keeps neither the worker nor other users waiting",
  Object.entries(LOCKS).map(([name, lock]) => ({
    name: `a user who ${name}`,
    async show(engine: Engine) {
      const locking = await engine.integration();
      const other = await engine.integration();
      await engine.insert(locking.user_id, 1);
      await engine.insert(other.user_id, 1);
      await engine.sql`update calendar_sync.changes set priority = 2 where integration_id = ${other.id}`;
      const [leased] = await engine.claim(WORKER);
      assert.ok(leased);
      assert.equal(leased.integration_id, locking.id);
      await engine.asUser(locking.user_id, async (own) => {
        await lock(own, locking);
        assert.equal(await engine.record(WORKER, leased), true);
        const claimed = await engine.claim(WORKER, 8);
        assert.ok(claimed.some(({ integration_id }) => integration_id === other.id));
        for (const lane of claimed) assert.equal(await engine.record(WORKER, lane), true);
        await engine.asUser(other.user_id, (theirs) => theirs`select public.calendar_status()`);
        await engine.sql`select calendar_sync.tick()`;
        await engine.retire(WORKER);
      });
      await engine.pass(2);
      await engine.drain();
      assert.deepEqual([...await engine.sql`select kind from calendar_sync.jobs`], []);
    },
  })),
);

testEngine("a deletion of a user that is kept open does not keep the worker waiting", [{
  name: "its record brings new events, which go once the user is gone",
  async show(engine) {
    const { id, user_id } = await engine.integration();
    await engine.insert(user_id, 1);
    const [leased] = await engine.claim(WORKER);
    assert.ok(leased);
    await engine.sql.begin(async (host) => {
      await host`delete from auth.users where id = ${user_id}`;
      assert.equal(await engine.record(WORKER, leased), true);
    });
    const mappings = () =>
      engine.sql`select from public.calendar_event_mappings where integration_id = ${id}`;
    assert.equal((await mappings()).length, 1);
    await engine.drain();
    assert.equal((await mappings()).length, 0);
  },
}]);

/** Ways in which an integration is deleted. */
const LEAVING: Readonly<Record<string, (engine: Engine, integration: Integration) => PromiseLike<unknown>>> =
  {
    "a user who leaves": ({ rpc }, { id, user_id }) =>
      rpc("calendar_begin_disconnect", {
        p_user_id: user_id,
        p_integration_id: id,
        p_events: "keep",
      }, z.unknown()),
    "an administrator who erases a user": ({ sql }, { user_id }) =>
      sql`select calendar_admin.erase_user(${user_id}, 'keep')`,
    "the tick that ends what deleted users left": async ({ sql }, { user_id }) => {
      await sql`delete from auth.users where id = ${user_id}`;
      await sql`update public.calendar_integrations set remove_by = now() - interval '1 second'`;
      await sql`select calendar_sync.remove_ownerless()`;
    },
  };

testEngine(
  "whoever deletes an integration waits for a record under way, which does not wait in turn",
  Object.entries(LEAVING).map(([name, leave]) => ({
    name,
    options: { lock_timeout_ms: 10_000 },
    async show(engine: Engine) {
      const integration = await engine.integration();
      const [obligation_id = ""] = await engine.insert(integration.user_id, 1);
      const { leaving } = await engine.sql.begin(async (record) => {
        await record`select from calendar_sync.lanes where integration_id = ${integration.id} for update`;
        const leaving = Promise.resolve(leave(engine, integration));
        await untilWaiting(engine);
        await record`
          insert into public.calendar_event_mappings
            (integration_id, obligation_id, calendar_id, external_event_id, deadline_hash, content_hash)
          values (${integration.id}, ${obligation_id}, 'calendar', 'event', '', '')`;
        return { leaving };
      });
      await leaving;
      const left = await engine.sql`select from calendar_sync.lanes where integration_id = ${integration.id}`;
      assert.equal(left.length, 0);
    },
  })),
);

/** Until some statement waits for a lock. */
async function untilWaiting({ sql }: Engine): Promise<void> {
  await until(async () =>
    (await sql`select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`)
      .length > 0
  );
}
