import assert from "node:assert/strict";
import type { Channel } from "../../../../supabase/functions/_shared/providers/calendar-client.ts";
import { until } from "../../../support/calendar-api.ts";
import { type Receiver, startReceiver } from "../../../support/receiver.ts";
import type { Behaviour } from "../behaviour.ts";
import { eventOf, writtenId } from "../event.ts";
import type { Scene, TestCalendar } from "../scene.ts";
import type { ChannelTraits, Traits } from "../subject.ts";

const hasChannels = (traits: Traits) => traits.changes?.channels != null;
const renews = (traits: Traits) => traits.changes?.channels?.renews === true;

const HOUR_MS = 3_600_000;

interface PushScene {
  readonly calendar: TestCalendar;
  readonly receiver: Receiver;
  readonly push: ChannelTraits;
  open(token: string): Promise<Channel & { readonly channel_id: string }>;
  stop(channel: Channel & { readonly channel_id: string }): Promise<void>;
  /** Changes something in the calendar, and waits for who is told. */
  change(): Promise<void>;
  /** Tokens of the calls so far, each once. */
  told(): readonly string[];
}

/** A calendar, and somebody who is called. */
async function withReceiver(scene: Scene, run: (push: PushScene) => Promise<void>): Promise<void> {
  const push = scene.traits.changes?.channels;
  assert.ok(push);
  const receiver = startReceiver((call) => push.answer(call));
  try {
    const calendar = await scene.newCalendar();
    const { id, client } = calendar;
    const event = eventOf();
    const event_id = writtenId(await client.createEvent(id, event));
    let day = 10;
    await run({
      calendar,
      receiver,
      push,
      async open(token) {
        const channel_id = crypto.randomUUID();
        const answer = await client.createChannel?.(id, { channel_id, url: `${receiver.url}/hook`, token });
        assert.ok(answer?.kind === "done", JSON.stringify(answer));
        return { ...answer.value, channel_id };
      },
      async stop({ channel_id, resource_id }) {
        assert.deepEqual(await client.stopChannel?.(channel_id, resource_id), { kind: "done", value: null });
      },
      change: () => calendar.edit(event_id, { kind: "move", day: `2027-04-${day++}`, time: null }),
      told: () => [...new Set(receiver.calls.flatMap((call) => push.tokensIn(call)))],
    });
  } finally {
    await receiver.close();
  }
}

/** Being called when a calendar changes. */
export const CHANNELS: readonly Behaviour[] = [
  {
    name: "a change of the calendar is told, with our token and no address but ours",
    concerns: hasChannels,
    run: (scene) =>
      withReceiver(scene, async ({ receiver, open, change, told }) => {
        await open("token-1");
        const before = receiver.calls.length;
        await change();
        await until(() => Promise.resolve(receiver.calls.length > before && told().includes("token-1")));
        assert.ok(receiver.calls.every(({ path }) => path.startsWith("/hook")));
      }),
  },
  {
    name: "a channel says how long it lives, hours at least and a week at most",
    concerns: hasChannels,
    run: (scene) =>
      withReceiver(scene, async ({ open }) => {
        const { expires_at } = await open("token-1");
        const life_ms = Date.parse(expires_at) - Date.now();
        assert.ok(life_ms > HOUR_MS && life_ms <= 7 * 24 * HOUR_MS, expires_at);
      }),
  },
  {
    name: "two channels of one calendar overlap, and the one that stays goes on",
    concerns: (traits) => traits.changes?.channels?.may_overlap === true,
    run: (scene) =>
      withReceiver(scene, async ({ receiver, push, open, stop, change, told }) => {
        const old = await open("old");
        await open("new");
        await change();
        await until(() => Promise.resolve(told().includes("old") && told().includes("new")));
        await stop(old);
        const before = receiver.calls.length;
        await change();
        const since = () => receiver.calls.slice(before).flatMap((call) => push.tokensIn(call));
        await until(() => Promise.resolve(since().includes("new")));
        assert.ok(!since().includes("old"), "a channel that was stopped is silent");
      }),
  },
  {
    name: "a channel that is stopped is silent, and stopping it again is done",
    concerns: hasChannels,
    run: (scene) =>
      withReceiver(scene, async ({ receiver, push, open, stop, change }) => {
        const first = await open("first");
        await stop(first);
        await stop(first);
        await open("second");
        const before = receiver.calls.length;
        await change();
        const since = () => receiver.calls.slice(before).flatMap((call) => push.tokensIn(call));
        await until(() => Promise.resolve(since().includes("second")));
        assert.ok(!since().includes("first"));
      }),
  },
  {
    name: "an expired channel can be stopped, and is followed by another",
    concerns: hasChannels,
    run: (scene) =>
      withReceiver(scene, async ({ push, open, stop, change, told }) => {
        const first = await open("first");
        push.expire();
        await stop(first);
        await open("second");
        await change();
        await until(() => Promise.resolve(told().includes("second")));
      }),
  },
  {
    name: "a channel that is renewed lives longer; one that has ended is gone",
    concerns: renews,
    run: (scene) =>
      withReceiver(scene, async ({ calendar: { client }, push, open }) => {
        const { channel_id, resource_id, expires_at } = await open("token-1");
        const renewed = await client.renewChannel?.(channel_id, resource_id);
        assert.ok(renewed?.kind === "done", JSON.stringify(renewed));
        assert.ok(Date.parse(renewed.value.expires_at) >= Date.parse(expires_at));
        push.expire();
        assert.equal((await client.renewChannel?.(channel_id, resource_id))?.kind, "gone");
      }),
  },
  {
    name: "of a calendar that is gone no channel is made",
    concerns: hasChannels,
    run: (scene) =>
      withReceiver(scene, async ({ calendar: { id, account, client }, receiver }) => {
        scene.subject.user.deleteCalendar(account, id);
        const channel = { channel_id: crypto.randomUUID(), url: `${receiver.url}/hook`, token: "t" };
        assert.equal((await client.createChannel?.(id, channel))?.kind, "calendar_missing");
      }),
  },
  {
    name: "an address that the provider does not call is refused for good",
    concerns: hasChannels,
    run: (scene) =>
      withReceiver(scene, async ({ calendar: { id, client } }) => {
        const channel = { channel_id: crypto.randomUUID(), url: "http://hook.example/", token: "t" };
        assert.equal((await client.createChannel?.(id, channel))?.kind, "rejected");
      }),
  },
  {
    name: "where the answer is lost nobody knows whether there is a channel",
    concerns: hasChannels,
    run: (scene) =>
      withReceiver(scene, async ({ calendar: { id, client }, receiver }) => {
        const channel = { channel_id: crypto.randomUUID(), url: `${receiver.url}/hook`, token: "t" };
        for (const kind of ["drop_before", "drop_after"] as const) {
          const answer = await scene.during(
            { match: { method: "POST", path: scene.traits.paths.api }, kind },
            async () => await client.createChannel?.(id, channel),
          );
          assert.equal(answer?.kind, "unknown");
        }
      }),
  },
];
