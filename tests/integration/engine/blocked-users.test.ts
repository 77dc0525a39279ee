import assert from "node:assert/strict";
import { z } from "zod";
import type { Engine } from "../../support/engine.ts";
import { testEngine } from "../../support/engine-test.ts";
import { countEvents, fullCalendar } from "../../support/full-calendar.ts";

const WORKER = "a0000000-0000-0000-0000-000000000000";
const HOUR_S = 3600;

testEngine("a user who is banned or soft-deleted in Supabase Auth", [
  {
    name: "a banned user's calendar waits for the end of the ban and then goes on by itself",
    async show(engine) {
      const { integration } = await fullCalendar(engine, 3);
      await ban(engine, integration.user_id, "1 hour");
      await engine.insert(integration.user_id, 2);
      assert.deepEqual(await engine.claim(WORKER), []);
      assert.deepEqual(await waitOf(engine, integration.id), { reason: "user_blocked", hours: 1 });
      await engine.sql`select calendar_sync.tick()`;
      assert.deepEqual(await engine.claim(WORKER), [], "the tick does not end it");
      await engine.pass(HOUR_S + 1);
      await engine.sql`update auth.users set banned_until = now() - interval '1 second'`;
      await engine.drain();
      assert.equal(await countEvents(engine, integration), 5);
    },
  },
  {
    name: "a ban that is lifted early ends the wait at the next tick",
    async show(engine) {
      const { integration } = await fullCalendar(engine, 1);
      await ban(engine, integration.user_id, "10 years");
      await engine.insert(integration.user_id, 1);
      assert.deepEqual(await engine.claim(WORKER), []);
      await engine.sql`update auth.users set banned_until = null`;
      await engine.sql`select calendar_sync.tick()`;
      await engine.drain();
      assert.equal(await countEvents(engine, integration), 2);
    },
  },
  {
    name: "a soft-deleted user's calendar waits, and Sync now does not end it",
    async show(engine) {
      const { integration } = await fullCalendar(engine, 1);
      await engine.sql`update auth.users set deleted_at = now() where id = ${integration.user_id}`;
      await engine.insert(integration.user_id, 1);
      assert.deepEqual(await engine.claim(WORKER), []);
      await engine.asUser(
        integration.user_id,
        (sql) => sql`select public.calendar_sync_now(${integration.id})`,
      );
      assert.deepEqual(await engine.claim(WORKER), []);
      assert.equal(await countEvents(engine, integration), 1);
    },
  },
  {
    name: "others are served meanwhile, and once it waits nothing is written for it",
    async show(engine) {
      const blocked = await fullCalendar(engine, 1);
      const other = await fullCalendar(engine, 1);
      await ban(engine, blocked.integration.user_id, "1 day");
      await engine.insert(blocked.integration.user_id, 1);
      await engine.insert(other.integration.user_id, 1);
      await engine.drain();
      assert.deepEqual(
        [await countEvents(engine, blocked.integration), await countEvents(engine, other.integration)],
        [1, 2],
      );
      const lane = () => engine.sql`select xmin::text from calendar_sync.lanes order by integration_id`;
      const before = await lane();
      await engine.sql`select calendar_sync.tick()`;
      assert.deepEqual(await engine.claim(WORKER), []);
      assert.deepEqual([...await lane()], [...before]);
    },
  },
  {
    name: "a banned user who is erased does not have to wait for it",
    async show(engine) {
      const { integration } = await fullCalendar(engine, 2);
      await ban(engine, integration.user_id, "10 years");
      await engine.insert(integration.user_id, 1);
      assert.deepEqual(await engine.claim(WORKER), []);
      await engine.sql`select calendar_admin.erase_user(${integration.user_id}, 'remove')`;
      await engine.sql`select calendar_sync.tick()`;
      await engine.drain();
      const [left] = await engine.sql`
        select count(*)::int as count from public.calendar_integrations where id = ${integration.id}`;
      assert.equal(left?.["count"], 0);
    },
  },
  {
    name: "a banned user's refresh token is kept alive",
    async show(engine) {
      const { integration } = await fullCalendar(engine, 1);
      await ban(engine, integration.user_id, "10 years");
      await engine.sql`
        select calendar_sync.append_changes(array[${integration.id}::uuid], 'keep_alive', 2)`;
      assert.equal((await engine.claim(WORKER))[0]?.kind, "keep_alive");
    },
  },
  {
    name: "a banned or soft-deleted user's feed is not found, and is there again afterwards",
    async show(engine) {
      const user_id = await engine.user();
      const token_hash = await feedOf(engine, user_id);
      assert.equal(await poll(engine, token_hash), "feed");
      await ban(engine, user_id, "1 hour");
      assert.equal(await poll(engine, token_hash), "unknown");
      await ban(engine, user_id, "-1 second");
      assert.equal(await poll(engine, token_hash), "feed");
      await engine.sql`update auth.users set deleted_at = now() where id = ${user_id}`;
      assert.equal(await poll(engine, token_hash), "unknown");
      await engine.sql`update auth.users set deleted_at = null where id = ${user_id}`;
      assert.equal(await poll(engine, token_hash), "feed");
      // Google reads the feeds of all its users from few addresses.
      const [counted] = await engine.sql`
        select count(*)::int as count from calendar_sync.calls where scope = 'address'`;
      assert.equal(counted?.["count"], 0, "its reader's address is not to blame");
    },
  },
  {
    name: "in an older project without the columns nobody is blocked, and nothing breaks",
    own_database: true,
    async show(engine) {
      const { integration } = await fullCalendar(engine, 1);
      const token_hash = await feedOf(engine, integration.user_id);
      assert.equal(await poll(engine, token_hash), "feed");
      await engine.sql`alter table auth.users drop column banned_until, drop column deleted_at`;
      await engine.insert(integration.user_id, 1);
      await engine.drain();
      assert.equal(await countEvents(engine, integration), 2);
      assert.equal(await poll(engine, token_hash), "feed");
      await engine.sql`alter table auth.users add column banned_until timestamptz`;
      await ban(engine, integration.user_id, "1 hour");
      assert.equal(await poll(engine, token_hash), "unknown", "one of the two is enough");
    },
  },
]);

async function ban({ sql }: Engine, user_id: string, duration: string): Promise<void> {
  await sql`update auth.users set banned_until = now() + ${duration}::interval where id = ${user_id}`;
}

async function waitOf({ sql }: Engine, integration_id: string) {
  const [row] = await sql`
    select wait_reason as reason, round(extract(epoch from wait_until - now()) / 3600)::int as hours
    from calendar_sync.lanes where integration_id = ${integration_id}`;
  return { ...row };
}

async function feedOf({ rpc }: Engine, user_id: string): Promise<string> {
  const token_hash = crypto.randomUUID().replaceAll("-", "").repeat(2);
  await rpc("calendar_create_feed", {
    p_user_id: user_id,
    p_name: "Deadlines",
    p_settings: {},
    p_expires_at: null,
    p_token_hash: token_hash,
  }, z.unknown());
  return token_hash;
}

async function poll({ rpc }: Engine, p_token_hash: string): Promise<string> {
  const answer = await rpc("calendar_poll_feed", {
    p_token_hash,
    p_address: crypto.randomUUID(),
    p_client: "other",
    p_feed_limit: 60,
    p_address_limit: 300,
  }, z.object({ kind: z.string() }));
  return answer.kind;
}
