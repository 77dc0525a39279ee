import assert from "node:assert/strict";
import { testEngine } from "../../support/engine-test.ts";
import {
  addChannel,
  channelsOf,
  ownCalendar,
  pollInterval,
  push,
  queued,
  type ScriptedProvider,
  switchPushOn,
  workChannels,
} from "./engine.ts";

const provider = (): ScriptedProvider => ({ asked: [], created: null });
const MINUTE_S = 60;
const DAY_S = 86_400;

testEngine("the life of push channels", [
  {
    name: "a calendar of our own has one made when it becomes active, before its events",
    async show(engine) {
      await switchPushOn(engine);
      const calendar = await ownCalendar(engine);
      await engine.insert(calendar.user_id, 50);
      await engine.sql`update public.calendar_integrations set status = 'paused' where id = ${calendar.id}`;
      await engine.sql`update public.calendar_integrations set status = 'active' where id = ${calendar.id}`;
      const google = provider();
      await workChannels(engine, google);
      assert.deepEqual(google.asked, [`create on ${calendar.calendar_id}`]);
      const [channel, ...others] = await channelsOf(engine, calendar);
      assert.deepEqual(others, []);
      assert.equal(channel?.state, "active");
      assert.ok(
        channel.renewed_with !== null && channel.renewed_with >= 0.2 && channel.renewed_with <= 0.251,
      );
      assert.equal(await queued(engine, calendar, "channel"), 0);
    },
  },
  {
    name:
      "none is made for a calendar of the user's own, where push is off, or for a provider that is not to call",
    async show(engine) {
      const off = await ownCalendar(engine);
      await engine
        .sql`update public.calendar_integrations set calendar_id = 'a new one' where id = ${off.id}`;
      assert.equal(await queued(engine, off, "channel"), 0);
      await switchPushOn(engine, ["outlook"]);
      assert.equal(await queued(engine, off, "channel"), 0);
      const theirs = await engine.integration({ provider: "outlook" });
      await engine
        .sql`update public.calendar_integrations set calendar_id = 'a new one' where id = ${theirs.id}`;
      assert.equal(await queued(engine, theirs, "channel"), 0);
    },
  },
  {
    name: "where push is switched on, calendars that are connected already get theirs",
    async show(engine) {
      const calendar = await ownCalendar(engine);
      await switchPushOn(engine);
      await switchPushOn(engine);
      const google = provider();
      await workChannels(engine, google);
      assert.deepEqual(google.asked, [`create on ${calendar.calendar_id}`]);
    },
  },
  {
    name: "where push is switched off they are ended",
    async show(engine) {
      await switchPushOn(engine);
      const calendar = await ownCalendar(engine);
      const { id } = await addChannel(engine, calendar);
      await switchPushOn(engine, []);
      const google = provider();
      await workChannels(engine, google);
      assert.deepEqual(google.asked, [`stop ${id} resource of ${id}`]);
      assert.deepEqual(await channelsOf(engine, calendar), []);
    },
  },
  {
    name: "at another public address each is made anew",
    async show(engine) {
      await switchPushOn(engine);
      const calendar = await ownCalendar(engine);
      const { id } = await addChannel(engine, calendar);
      await switchPushOn(engine, ["google"], "https://elsewhere.example.com");
      const google = provider();
      await workChannels(engine, google);
      assert.deepEqual(google.asked, [`create on ${calendar.calendar_id}`, `stop ${id} resource of ${id}`]);
    },
  },
  {
    name: "the tick has one that ends soon replaced, and leaves the others",
    async show(engine) {
      await switchPushOn(engine);
      const calendar = await ownCalendar(engine);
      const { id } = await addChannel(engine, calendar);
      await engine.sql`select calendar_sync.queue_channels()`;
      assert.equal(await queued(engine, calendar, "channel"), 0);
      await engine.sql`update calendar_sync.channels set renew_at = now()`;
      await engine.sql`select calendar_sync.queue_channels()`;
      await engine.sql`select calendar_sync.queue_channels()`;
      assert.equal(await queued(engine, calendar, "channel"), 1);
      const google = provider();
      await workChannels(engine, google);
      assert.deepEqual(google.asked, [`create on ${calendar.calendar_id}`, `stop ${id} resource of ${id}`]);
      assert.equal((await channelsOf(engine, calendar)).length, 1);
    },
  },
  {
    name: "when one has ended without a successor the calendar is read, and polled from then on",
    async show(engine) {
      await switchPushOn(engine);
      const calendar = await ownCalendar(engine);
      await addChannel(engine, calendar);
      assert.equal(await pollInterval(engine, calendar), DAY_S);
      await engine.sql`update calendar_sync.channels set expires_at = now() - interval '1 second'`;
      assert.equal(await pollInterval(engine, calendar), 15 * MINUTE_S);
      await engine.sql`select calendar_sync.queue_channels()`;
      assert.deepEqual(
        [await queued(engine, calendar, "pull"), await queued(engine, calendar, "channel")],
        [1, 1],
      );
    },
  },
  {
    name: "a channel is trusted once it has been heard of, until a poll finds what it kept silent about",
    async show(engine) {
      await switchPushOn(engine);
      const calendar = await ownCalendar(engine);
      const channel = await addChannel(engine, calendar, { is_verified: false });
      const notePoll = (found: boolean) =>
        engine.sql`select calendar_sync.note_poll(${calendar.id}, ${found})`;
      assert.equal(await pollInterval(engine, calendar), 15 * MINUTE_S);
      await push(engine, channel, { kind: "opened" });
      assert.equal(await pollInterval(engine, calendar), DAY_S);
      // One call in many gets lost.
      await notePoll(true);
      assert.equal(await pollInterval(engine, calendar), DAY_S);
      await engine.pass(DAY_S + 1);
      await notePoll(false);
      assert.equal(await pollInterval(engine, calendar), DAY_S);
      await notePoll(true);
      assert.equal(await pollInterval(engine, calendar), 15 * MINUTE_S);
      await engine.sql`select calendar_sync.queue_channels()`;
      assert.equal(await queued(engine, calendar, "channel"), 1);
      await push(engine, channel);
      assert.equal(await pollInterval(engine, calendar), DAY_S);
    },
  },
  {
    name: "asked for anew, it has as long to succeed as at first",
    async show(engine) {
      await switchPushOn(engine);
      const calendar = await ownCalendar(engine);
      const ask = () =>
        engine.sql`select calendar_sync.append_changes(array[${calendar.id}::uuid], 'channel', 0)`;
      await ask();
      await engine.sql`select calendar_sync.absorb_changes(10)`;
      await engine.sql`update calendar_sync.jobs set attempts = 9 where kind = 'channel'`;
      await engine.pass(3 * DAY_S - 60);
      await ask();
      await engine.sql`select calendar_sync.absorb_changes(10)`;
      await engine.sql`update calendar_sync.jobs set attempts = 1 where kind = 'channel'`;
      await engine.pass(120);
      const lanes = await engine.claim("a0000000-0000-0000-0000-000000000000", 8);
      const lane = lanes.find(({ kind }) => kind === "channel") ?? assert.fail("no channel is worked");
      assert.ok((lane.single?.failing_s ?? Infinity) < 200, String(lane.single?.failing_s));
    },
  },
  {
    name: "another calendar: a new one is made, then the old one ends",
    async show(engine) {
      await switchPushOn(engine);
      const calendar = await ownCalendar(engine);
      const { id } = await addChannel(engine, calendar);
      await engine
        .sql`update public.calendar_integrations set calendar_id = 'another' where id = ${calendar.id}`;
      const google = provider();
      await workChannels(engine, google);
      assert.deepEqual(google.asked, ["create on another", `stop ${id} resource of ${id}`]);
      assert.deepEqual((await channelsOf(engine, calendar)).map(({ calendar_id }) => calendar_id), [
        "another",
      ]);
    },
  },
  {
    name: "paused by an administrator, resumed: ended, and made anew",
    async show(engine) {
      await switchPushOn(engine);
      const calendar = await ownCalendar(engine);
      const { id } = await addChannel(engine, calendar);
      const google = provider();
      await engine.sql`
        update public.calendar_integrations set status = 'paused', paused_by_admin = 'Because.' where id = ${calendar.id}`;
      await workChannels(engine, google);
      assert.deepEqual(google.asked, [`stop ${id} resource of ${id}`]);
      await engine.sql`
        update public.calendar_integrations set status = 'active', paused_by_admin = null where id = ${calendar.id}`;
      await workChannels(engine, google);
      assert.deepEqual(google.asked.slice(1), [`create on ${calendar.calendar_id}`]);
    },
  },
  {
    name: "a user who leaves with the events, or is deleted: ended before anything is removed",
    async show(engine) {
      await switchPushOn(engine);
      const leaves = await ownCalendar(engine);
      const deleted = await ownCalendar(engine);
      const ended = [await addChannel(engine, leaves), await addChannel(engine, deleted)];
      await engine
        .sql`update public.calendar_integrations set status = 'disconnecting' where id = ${leaves.id}`;
      await engine.sql`delete from auth.users where id = ${deleted.user_id}`;
      const google = provider();
      await workChannels(engine, google);
      assert.deepEqual(google.asked.sort(), ended.map(({ id }) => `stop ${id} resource of ${id}`).sort());
    },
  },
  {
    name:
      "a grant that is lost: nothing is asked, and with the next one it is made anew and the old one ended",
    async show(engine) {
      await switchPushOn(engine);
      const calendar = await ownCalendar(engine);
      const { id } = await addChannel(engine, calendar);
      const google = provider();
      await engine
        .sql`update public.calendar_integrations set status = 'disconnected' where id = ${calendar.id}`;
      assert.deepEqual(await workChannels(engine, google), []);
      await engine.sql`update public.calendar_integrations set status = 'active' where id = ${calendar.id}`;
      await workChannels(engine, google);
      assert.deepEqual(google.asked, [`create on ${calendar.calendar_id}`, `stop ${id} resource of ${id}`]);
    },
  },
  {
    name:
      "a provider that refuses keeps no event waiting, is asked again after a minute, and given up after days",
    async show(engine) {
      const calendar = await ownCalendar(engine);
      await switchPushOn(engine);
      const google = { ...provider(), created: { kind: "retry", reason: "busy", after_s: null } as const };
      await workChannels(engine, google);
      assert.deepEqual(await channelsOf(engine, calendar), []);
      assert.equal((await engine.statusOf(calendar.id)).code, null);
      await engine.insert(calendar.user_id, 1);
      await engine.drain();
      const [mapped] = await engine.sql`
        select count(*)::int as events from public.calendar_event_mappings where integration_id = ${calendar.id}`;
      assert.equal(mapped?.["events"], 1);
      assert.deepEqual(await workChannels(engine, google), []);
      for (let attempt = 1; attempt < 40 && await queued(engine, calendar, "channel") > 0; attempt++) {
        await engine.pass(8 * 3600);
        await engine
          .sql`update public.calendar_integrations set token_expires_at = now() + interval '1 hour'`;
        await engine.sql`select calendar_sync.reschedule(array[${calendar.id}]::uuid[])`;
        await workChannels(engine, google);
      }
      assert.deepEqual((await channelsOf(engine, calendar)).map(({ state }) => state), ["failed"]);
      assert.equal(google.asked.length, 10);
      await engine.sql`select calendar_sync.queue_missing_channels()`;
      assert.equal(await queued(engine, calendar, "channel"), 0);
      assert.equal(await pollInterval(engine, calendar), 15 * MINUTE_S);
    },
  },
  {
    name: "one whose answer is lost calls: it is kept, and no other is made",
    async show(engine) {
      const calendar = await ownCalendar(engine);
      await switchPushOn(engine);
      const google = {
        ...provider(),
        created: { kind: "unknown", reason: "timeout", after_s: null } as const,
      };
      await workChannels(engine, google);
      const [lost] = await channelsOf(engine, calendar);
      assert.equal(lost?.state, "registering");
      await engine.sql`
        update calendar_sync.channels set state = 'active', resource_id = 'heard', verified_at = now(), renew_at = now() + interval '1 day'`;
      await engine.pass(2 * MINUTE_S);
      await engine.sql`select calendar_sync.reschedule(array[${calendar.id}]::uuid[])`;
      await workChannels(engine, google);
      assert.deepEqual(google.asked, [`create on ${calendar.calendar_id}`]);
      assert.deepEqual((await channelsOf(engine, calendar)).map(({ id }) => id), [lost.id]);
    },
  },
]);
