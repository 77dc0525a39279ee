import assert from "node:assert/strict";
import { z } from "zod";
import { hashChannelToken } from "../../../supabase/functions/_shared/platform/channel-token.ts";
import { testEngine } from "../../support/engine-test.ts";
import { addChannel, channelsOf, ownCalendar, push, queued } from "./engine.ts";

testEngine("calls of push channels", [
  {
    name: "a call queues a pull, at once and for a person who waits",
    async show(engine) {
      const calendar = await ownCalendar(engine);
      const channel = await addChannel(engine, calendar);
      assert.equal(await push(engine, channel), 1);
      const changes = await engine.sql`
        select kind, priority, cause ->> 'by' as by from calendar_sync.changes where integration_id = ${calendar.id}`;
      assert.deepEqual(changes.map((row) => ({ ...row })), [{ kind: "pull", priority: 0, by: "channel" }]);
    },
  },
  {
    name: "a hundred calls that no pull has read yet queue one pull",
    async show(engine) {
      const calendar = await ownCalendar(engine);
      const channel = await addChannel(engine, calendar);
      for (let call = 0; call < 100; call++) await push(engine, channel);
      assert.equal(await queued(engine, calendar, "pull"), 1);
    },
  },
  {
    name: "a call during a pull has the calendar read once more",
    async show(engine) {
      const calendar = await ownCalendar(engine);
      const channel = await addChannel(engine, calendar);
      await push(engine, channel);
      await engine.sql`select calendar_sync.absorb_changes(10)`;
      const versionOf = async () => {
        const [job] = await engine.sql<{ version: string }[]>`
          select version from calendar_sync.jobs where integration_id = ${calendar.id} and kind = 'pull'`;
        return job?.version;
      };
      const claimed = await versionOf();
      assert.ok(claimed);
      await push(engine, channel);
      await engine.sql`select calendar_sync.absorb_changes(10)`;
      assert.equal(Number(await versionOf()), Number(claimed) + 1);
    },
  },
  {
    name:
      "what a listing did not show yet is found a quarter of an hour after the call, and nothing is read again after that",
    async show(engine) {
      const calendar = await ownCalendar(engine);
      const channel = await addChannel(engine, calendar);
      const minutesToNext = async () => {
        await engine.sql`select calendar_sync.record_pull(${calendar.id}, ${calendar.calendar_id}, 'cursor')`;
        const [row] = await engine.sql<{ minutes: number }[]>`
          select extract(epoch from next_pull_at - now())::float8 / 60 as minutes from calendar_sync.pulls
          where integration_id = ${calendar.id}`;
        return row?.minutes ?? 0;
      };
      await push(engine, channel);
      assert.ok(await minutesToNext() < 15);
      await engine.pass(16 * 60);
      assert.ok(await minutesToNext() > 20 * 60);
    },
  },
  {
    name: "what is not known does nothing: another token, resource or provider, a channel that was ended",
    async show(engine) {
      const calendar = await ownCalendar(engine);
      const channel = await addChannel(engine, calendar);
      const gone = { id: crypto.randomUUID(), token: channel.token };
      assert.equal(await push(engine, channel, { token: `${channel.id}.guessed` }), 0);
      assert.equal(await push(engine, channel, { resource_id: "another" }), 0);
      assert.equal(await push(engine, channel, { provider: "outlook" }), 0);
      assert.equal(await push(engine, gone), 0);
      assert.equal(await queued(engine, calendar, "pull"), 0);
      const [row] = await engine.sql`
        select notified_at = verified_at as untouched from calendar_sync.channels where id = ${channel.id}`;
      assert.equal(row?.["untouched"], true);
    },
  },
  {
    name:
      "a channel that was replaced and is still to be stopped has the calendar read, once it has ended it does nothing",
    async show(engine) {
      const calendar = await ownCalendar(engine);
      const replaced = await addChannel(engine, calendar, { state: "stopping" });
      await addChannel(engine, calendar);
      assert.equal(await push(engine, replaced), 1);
      assert.equal(await queued(engine, calendar, "pull"), 1);
      const states = (await channelsOf(engine, calendar)).map(({ id, state }) => [id === replaced.id, state]);
      assert.deepEqual(states.sort(), [[false, "active"], [true, "stopping"]]);

      await engine.settle();
      await engine.sql`delete from calendar_sync.channels where id = ${replaced.id}`;
      assert.equal(await push(engine, replaced), 0);
      assert.equal(await queued(engine, calendar, "pull"), 0);
    },
  },
  {
    name: "the channel of a calendar that is not used any more, or that is paused, queues no pull",
    async show(engine) {
      const moved = await ownCalendar(engine);
      const paused = await ownCalendar(engine);
      const channels = [await addChannel(engine, moved), await addChannel(engine, paused)] as const;
      await engine
        .sql`update public.calendar_integrations set calendar_id = 'another' where id = ${moved.id}`;
      await engine.sql`update public.calendar_integrations set status = 'paused' where id = ${paused.id}`;
      await engine.sql`delete from calendar_sync.changes`;
      for (const channel of channels) await push(engine, channel);
      assert.equal(await queued(engine, moved, "pull"), 0);
      assert.equal(await queued(engine, paused, "pull"), 0);
    },
  },
  {
    name: "many items in one call are looked at one by one",
    async show(engine) {
      const [first, second, third] = [
        await ownCalendar(engine, "outlook"),
        await ownCalendar(engine, "outlook"),
        await ownCalendar(engine, "outlook"),
      ];
      const channels = [
        await addChannel(engine, first),
        await addChannel(engine, second),
        await addChannel(engine, third),
      ];
      const items = await Promise.all(channels.map(async ({ id, token }, index) => ({
        channel_id: id,
        token_hash: await hashChannelToken(index === 1 ? "forged" : token),
        resource_id: `resource of ${id}`,
        kind: "changed",
      })));
      const known = await engine.rpc("calendar_note_push", {
        p_provider: "outlook",
        p_items: [...items, ...items],
      }, z.int());
      assert.equal(known, 2);
      const pulls = [first, second, third].map((calendar) => queued(engine, calendar, "pull"));
      assert.deepEqual(await Promise.all(pulls), [1, 0, 1]);
    },
  },
  {
    name: "a channel whose provider's answer is lost is taken up by its first call, and the calendar is read",
    async show(engine) {
      const calendar = await ownCalendar(engine);
      const channel = await addChannel(engine, calendar, { state: "registering", is_verified: false });
      assert.equal(await push(engine, channel, { kind: "opened", resource_id: "its resource" }), 1);
      const [row] = await channelsOf(engine, calendar);
      assert.deepEqual([row?.state, row?.resource_id, row?.is_verified], ["active", "its resource", true]);
      assert.equal(await queued(engine, calendar, "pull"), 1);
    },
  },
  {
    name: "a channel that begins while it is known already queues nothing",
    async show(engine) {
      const calendar = await ownCalendar(engine);
      await push(engine, await addChannel(engine, calendar), { kind: "opened" });
      assert.equal(await queued(engine, calendar, "pull"), 0);
    },
  },
  {
    name:
      "lost calls have the calendar read, a channel that ends soon is renewed, one that has ended is made anew",
    async show(engine) {
      const of = async (kind: string) => {
        const calendar = await ownCalendar(engine, "outlook");
        await push(engine, await addChannel(engine, calendar), { provider: "outlook", kind });
        return [await queued(engine, calendar, "pull"), await queued(engine, calendar, "channel")];
      };
      assert.deepEqual(await of("missed"), [1, 0]);
      assert.deepEqual(await of("renewal_due"), [0, 1]);
      assert.deepEqual(await of("removed"), [1, 1]);
    },
  },
  {
    name: "nobody waits for a row that somebody else writes",
    async show(engine) {
      const calendar = await ownCalendar(engine);
      const channel = await addChannel(engine, calendar);
      const connection = await engine.sql.reserve();
      try {
        await connection`begin`;
        await connection`select from calendar_sync.channels where id = ${channel.id} for update`;
        assert.equal(await push(engine, channel), 1);
        assert.equal(await queued(engine, calendar, "pull"), 1);
      } finally {
        await connection`rollback`;
        connection.release();
      }
    },
  },
]);
