import assert from "node:assert/strict";
import { z } from "zod";
import { connectAgain } from "../../support/consent.ts";
import type { Engine, Integration } from "../../support/engine.ts";
import type { Behaviour } from "../../support/engine-test.ts";
import { noted, said, tablesThatKnow, tracesOf } from "./answers.ts";

const Ending = z.object({
  id: z.string(),
  channels: z.array(z.object({ channel_id: z.string(), resource_id: z.string().nullable() })),
  refresh_token: z.string().nullable(),
});

/** What an administrator may do for users who go. */
export const LEAVING: readonly Behaviour[] = [
  ...(["keep", "remove"] as const).map((events) => ({
    name:
      `a paused account is still paused when its user disconnects it with ${events} and connects it again`,
    async show(engine: Engine) {
      const { sql } = engine;
      const { id } = await leavePaused(engine, events);
      const [removed] = await sql`
        select removed_at is not null as is_removed, account_email, last_error,
          num_nonnulls(access_token_secret_id, refresh_token_secret_id) as secrets from public.calendar_integrations`;
      assert.deepEqual({ ...removed }, {
        is_removed: true,
        account_email: null,
        last_error: null,
        secrets: 0,
      });
      assert.deepEqual(await noted(sql, "resumed"), [], "leaving resumes nothing");
      await connectAgain(engine, id);
      assert.deepEqual(await engine.statusOf(id), { status: "paused", code: "configuration" });
      const [again] = await sql`
        select last_error -> 'details' ->> 'reason' as reason from public.calendar_integrations where id = ${id}`;
      assert.equal(again?.["reason"], "A complaint");
      await sql`select calendar_admin.resume(${id})`;
      await engine.drain();
      assert.deepEqual(await engine.statusOf(id), { status: "active", code: null });
    },
  })),
  {
    name: "resume ends the pause of an account that its user disconnected, and what kept its row",
    async show(engine) {
      const { sql } = engine;
      for (const [events, left] of [["remove", 0], ["keep", 1]] as const) {
        const { id } = await leavePaused(engine, events);
        const [row] = await sql`select user_id from public.calendar_integrations where id = ${id}`;
        const resume = () => sql`select * from calendar_admin.resume(${row?.["user_id"]})`;
        assert.deepEqual(await said(resume()), [[id, "is disconnected; connected again, it is not paused"]]);
        assert.deepEqual(await said(resume()), []);
        const kept = await sql`select paused_by_admin from public.calendar_integrations where id = ${id}`;
        assert.deepEqual(kept.map((each) => each["paused_by_admin"]), Array(left).fill(null));
      }
      assert.deepEqual((await noted(sql, "resumed")).map(([by]) => by), ["admin", "admin"]);
    },
  },
  {
    name: "a pause outlives no user: whoever is erased, or deleted, leaves no row of a disconnected account",
    async show(engine) {
      const { sql } = engine;
      const erased = await leavePaused(engine, "remove");
      await sql`select calendar_admin.erase_user(${erased.user_id}, 'keep')`;
      const deleted = await leavePaused(engine, "remove");
      await sql`delete from auth.users where id = ${deleted.user_id}`;
      const kept = await leavePaused(engine, "keep");
      await sql`select calendar_admin.erase_user(${kept.user_id}, 'remove')`;
      await sql`select calendar_sync.tick()`;
      assert.deepEqual([...await sql`select id from public.calendar_integrations`], []);

      // Paused, and not disconnected yet: the worker removes the events first.
      const { id, user_id } = await engine.integration();
      await engine.insert(user_id, 1);
      await engine.drain();
      await sql`select calendar_admin.pause(${id}, 'A complaint')`;
      await sql`select calendar_admin.erase_user(${user_id}, 'remove')`;
      await engine.drain();
      await sql`select calendar_sync.tick()`;
      const traces = await tracesOf(sql, user_id, [id]);
      assert.deepEqual(traces.filter(({ rows }) => rows > 0), []);
    },
  },
  {
    name: "disconnect_user: keep at once, remove once the events are gone, again without harm",
    async show(engine) {
      const { sql } = engine;
      const kept = await engine.integration();
      await engine.insert(kept.user_id, 2);
      const removed = await engine.integration();
      await engine.insert(removed.user_id, 2);
      await engine.drain();
      assert.match(
        (await said(sql`select * from calendar_admin.disconnect_user(${kept.user_id})`)).join(),
        /its events stay/,
      );
      assert.deepEqual(await said(sql`select * from calendar_admin.disconnect_user(${kept.user_id})`), [[
        null,
        "this user has nothing connected",
      ]]);
      const [left] = await sql`
        select removed_at is not null as is_removed, status, refresh_token_secret_id, access_token_secret_id, account_email,
          (select count(*)::int from public.calendar_event_mappings where integration_id = integration.id) as events
        from public.calendar_integrations as integration where id = ${kept.id}`;
      assert.deepEqual({ ...left }, {
        is_removed: true,
        status: "disconnected",
        refresh_token_secret_id: null,
        access_token_secret_id: null,
        account_email: null,
        events: 2,
      });

      assert.match(
        (await said(
          sql`select * from calendar_admin.disconnect_user(${removed.user_id}, 'remove', 'He left')`,
        )).join(),
        /its events are removed/,
      );
      assert.match(
        (await said(sql`select * from calendar_admin.disconnect_user(${removed.user_id}, 'remove')`)).join(),
        /already/,
      );
      await engine.drain();
      assert.equal((await sql`select from public.calendar_integrations where id = ${removed.id}`).length, 0);
      assert.deepEqual(await noted(sql, "disconnecting"), [["admin", "He left"]]);
      assert.deepEqual(await noted(sql, "disconnected"), [["admin", null], ["worker", null]]);

      const lost = await engine.integration();
      await sql`update public.calendar_integrations set status = 'disconnected' where id = ${lost.id}`;
      assert.match(
        (await said(sql`select * from calendar_admin.disconnect_user(${lost.user_id}, 'remove')`)).join(),
        /left as it is/,
      );
      await assert.rejects(
        async () => await sql`select * from calendar_admin.disconnect_user(${lost.user_id}, 'burn')`,
        /keep or remove, not burn/,
      );
    },
  },
  {
    name: "erase_user with keep: at once, also what an earlier remove still waits for, and of no other user",
    async show(engine) {
      const { sql } = engine;
      const other = await engine.integration();
      await engine.insert(other.user_id, 1);
      const { user_id } = await engine.integration();
      await engine.insert(user_id, 2);
      await engine.drain();
      const first = await sql`select * from calendar_admin.erase_user(${user_id}, p_reason => 'Request 12')`;
      assert.match(String(first[0]?.["what"]), /removed first/);
      assert.equal(first[0]?.["how_many"], "1");
      const [pending] = await sql`select user_id, calendars_left from calendar_admin.erasures`;
      assert.deepEqual({ ...pending }, { user_id, calendars_left: "1" });
      await sql`select calendar_admin.erase_user(${user_id})`;
      await sql`select calendar_admin.erase_user(${user_id}, 'keep')`;
      assert.deepEqual(await tablesThatKnow(sql, user_id), []);
      assert.equal((await sql`select from public.calendar_event_mappings`).length, 1);
      const others =
        await sql`select action, title from calendar_admin.recent_activity where user_id = ${other.user_id} order by at`;
      assert.deepEqual(others.map(({ action }) => action), ["connected", "created"]);
      assert.ok(others[1]?.["title"]);
      assert.deepEqual(await noted(sql, "erased"), [["admin", "Request 12"]]);
      const again = await sql<{ how_many: string }[]>`select * from calendar_admin.erase_user(${user_id})`;
      assert.ok(again.every(({ how_many }) => how_many === "0"));
    },
  },
  {
    name: "erase_user of a user whom the application has deleted finds what is left",
    async show(engine) {
      const { sql } = engine;
      const { user_id } = await engine.integration();
      await engine.insert(user_id, 1);
      await engine.drain();
      await sql`delete from auth.users where id = ${user_id}`;
      assert.notDeepEqual(await tablesThatKnow(sql, user_id), []);
      await sql`select calendar_admin.erase_user(${user_id})`;
      // The worker is removing the events already.
      await engine.drain();
      await sql`select calendar_sync.tick()`;
      assert.deepEqual(await tablesThatKnow(sql, user_id), []);
    },
  },
  {
    name: "erase_user with keep of a user whom the application has deleted gives the events up",
    async show(engine) {
      const { sql } = engine;
      const { id, user_id } = await engine.integration();
      await engine.insert(user_id, 1);
      await engine.drain();
      await sql`delete from auth.users where id = ${user_id}`;
      await sql`select calendar_admin.erase_user(${user_id}, 'keep')`;
      assert.deepEqual(await tablesThatKnow(sql, user_id), []);
      assert.equal((await sql`select from public.calendar_integrations where id = ${id}`).length, 0);
    },
  },
  {
    name: "an erasure that fails is noted once, does not stop the tick, and is done as soon as it can be",
    async show(engine) {
      const { sql } = engine;
      const { user_id } = await engine.integration();
      await engine.insert(user_id, 1);
      await engine.drain();
      await sql`select calendar_admin.erase_user(${user_id}, p_reason => 'Request 13')`;
      await engine.drain();
      await sql`alter table calendar_sync.feed_owners rename to out_of_order`;
      for (let ticks = 0; ticks < 2; ticks++) await sql`select calendar_sync.tick()`;
      const told = await sql`select what from calendar_admin.incidents`;
      assert.deepEqual(told.map(({ what }) => what), ["a user could not be erased; it is tried again"]);
      assert.notDeepEqual(await tablesThatKnow(sql, user_id), []);
      await sql`alter table calendar_sync.out_of_order rename to feed_owners`;
      await sql`select calendar_sync.tick()`;
      assert.deepEqual(await tablesThatKnow(sql, user_id), []);
      assert.deepEqual(await noted(sql, "erased"), [["admin", "Request 13"]]);
    },
  },
  {
    name:
      "a channel of a user who is disconnected at once is ended later, with a token that stays for an hour at most",
    async show(engine) {
      const { sql } = engine;
      const claimed = async () =>
        z.array(Ending).parse(await engine.rpc("calendar_claim_ending_channels", {}, z.unknown()));
      const connect = async (provider_knows: string) => {
        const integration = await engine.integration();
        await sql`update public.calendar_integrations set refresh_token_secret_id =
          calendar_sync.store_secret(null, 'a refresh token', 'calendar_sync: refresh token') where id = ${integration.id}`;
        await sql`insert into calendar_sync.channels (id, integration_id, provider, calendar_id, token_hash, resource_id, state, expires_at)
          values (gen_random_uuid(), ${integration.id}, 'google', 'calendar', 'hash', ${provider_knows}, 'active', now() + interval '7 days')`;
        return integration;
      };
      const secrets = async () =>
        (await sql`select from vault.secrets where description = 'calendar_sync: ends push channels'`).length;
      const left = await connect("left");
      const erased = await connect("erased");
      const lost = await connect("lost");
      await sql`update public.calendar_integrations set status = 'disconnected' where id = ${lost.id}`;
      for (const { user_id } of [left, lost]) await sql`select calendar_admin.disconnect_user(${user_id})`;
      await sql`select calendar_admin.erase_user(${erased.user_id}, 'keep')`;
      assert.deepEqual(await tablesThatKnow(sql, erased.user_id), []);

      const first = await claimed();
      assert.deepEqual(first.map(({ channels }) => channels[0]?.resource_id).sort(), ["erased", "left"]);
      assert.deepEqual(
        new Set(first.map(({ refresh_token }) => refresh_token)),
        new Set(["a refresh token"]),
      );
      assert.deepEqual(await claimed(), []);
      await engine.rpc(
        "calendar_forget_ending_channels",
        { p_ids: first.slice(0, 1).map(({ id }) => id) },
        z.null(),
      );
      assert.equal(await secrets(), 1);
      await engine.pass(60);
      assert.deepEqual((await claimed()).map(({ id }) => id), [first[1]?.id]);
      await engine.pass(3600);
      await sql`select calendar_sync.tick()`;
      assert.deepEqual([await secrets(), await claimed()], [0, []]);
    },
  },
];

/** The account of a new user with one event, which was paused, and which its user then disconnected. */
async function leavePaused(engine: Engine, events: "keep" | "remove"): Promise<Integration> {
  const integration = await engine.integration();
  const { id, user_id } = integration;
  await engine.insert(user_id, 1);
  await engine.drain();
  await engine.sql`select calendar_admin.pause(${id}, 'A complaint')`;
  await engine.sql`select public.calendar_begin_disconnect(${user_id}, ${id}, ${events})`;
  if (events === "remove") await engine.drain();
  return integration;
}
