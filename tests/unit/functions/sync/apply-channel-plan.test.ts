import assert from "node:assert/strict";
import type {
  CalendarAnswer,
  CalendarClient,
  Channel,
  NewChannel,
} from "../../../../supabase/functions/_shared/providers/calendar-client.ts";
import { applyChannelPlan } from "../../../../supabase/functions/_shared/sync/apply-channel-plan.ts";
import type { ChannelStore } from "../../../../supabase/functions/_shared/sync/channel-store.ts";
import { type ChannelPlan, planChannels } from "../../../../supabase/functions/_shared/sync/plan-channels.ts";
import { NOOP_CLIENT } from "../../../../bench/support/noop-client.ts";

const NEW: NewChannel = { channel_id: "new", url: "https://example.com/google", token: "new.token" };
const OLD = {
  channel_id: "old",
  calendar_id: "ours",
  resource_id: "resource",
  state: "active",
  renewal_is_due: true,
  is_silent: false,
} as const;
const CHANNEL: Channel = { resource_id: "resource", expires_at: "2027-01-01T00:00:00Z" };
const FAILED = { kind: "retry", reason: "busy", after_s: null } as const;
const LOST = { kind: "unknown", reason: "network", after_s: null } as const;

interface Answers {
  readonly create?: CalendarAnswer<Channel>;
  /** Absent: the provider cannot renew. */
  readonly renew?: CalendarAnswer<Channel>;
  readonly stop?: CalendarAnswer<null>;
  /** The first save that finds the lease lost. */
  readonly loses_at?: string;
}

/** What is asked of a provider and kept, in order. */
async function traceOf(plan: ChannelPlan, answers: Answers = {}, channel: NewChannel | null = NEW) {
  const trace: string[] = [];
  const noted = <T>(what: string, answer: T) => {
    trace.push(what);
    return Promise.resolve(answer);
  };
  const done: CalendarAnswer<Channel> = { kind: "done", value: CHANNEL };
  const client: CalendarClient = {
    ...NOOP_CLIENT,
    createChannel: (calendar_id, { channel_id }) =>
      noted(`create ${channel_id} on ${calendar_id}`, answers.create ?? done),
    stopChannel: (channel_id) => noted(`stop ${channel_id}`, answers.stop ?? { kind: "done", value: null }),
    ...(answers.renew &&
      { renewChannel: (channel_id) => noted(`renew ${channel_id}`, answers.renew ?? done) }),
  };
  const keep = (what: string) => noted(what, answers.loses_at !== what);
  const store: ChannelStore = {
    begin: ({ channel_id }, _calendar_id, state) => keep(`keep ${channel_id} ${state}`),
    isThere: (channel_id) => keep(`keep ${channel_id} active`),
    stopping: (channel_id) => keep(`keep ${channel_id} stopping`),
    ended: (channel_id) => keep(`forget ${channel_id}`),
  };
  const answer = await applyChannelPlan(plan, channel, client, store);
  return { trace, answer };
}

Deno.test("channels are made, replaced and ended", async (t) => {
  await t.step("a channel is kept before the provider is asked", async () => {
    const { trace, answer } = await traceOf(planChannels("ours", [], false));
    assert.deepEqual(trace, ["keep new registering", "create new on ours", "keep new active"]);
    assert.deepEqual(answer, { kind: "done", value: "kept" });
  });
  await t.step("the old one ends once the new one is there", async () => {
    const { trace } = await traceOf(planChannels("ours", [OLD], false));
    assert.deepEqual(trace, [
      "keep new registering",
      "create new on ours",
      "keep new active",
      "keep old stopping",
      "stop old",
      "forget old",
    ]);
  });
  await t.step("where the new one cannot be made the old one stays", async () => {
    const { trace, answer } = await traceOf(planChannels("ours", [OLD], false), { create: FAILED });
    assert.deepEqual(trace, ["keep new registering", "create new on ours", "forget new"]);
    assert.deepEqual(answer, FAILED);
  });
  await t.step("one whose answer is lost stays known", async () => {
    const { trace, answer } = await traceOf(planChannels("ours", [], false), { create: LOST });
    assert.deepEqual(trace, ["keep new registering", "create new on ours"]);
    assert.deepEqual(answer, LOST);
  });
  await t.step("renewed, it stays the same", async () => {
    const renew = { kind: "done", value: CHANNEL } as const;
    const { trace } = await traceOf(planChannels("ours", [OLD], true), { renew });
    assert.deepEqual(trace, ["renew old", "keep old active"]);
  });
  await t.step("one that the provider no longer knows is made anew", async () => {
    const renew = { kind: "gone", reason: "not_found" } as const;
    const { trace } = await traceOf(planChannels("ours", [OLD], true), { renew });
    assert.deepEqual(trace, [
      "renew old",
      "keep new registering",
      "create new on ours",
      "keep new active",
      "forget old",
    ]);
  });
  await t.step("one whose user has left meanwhile is ended at once", async () => {
    const { trace, answer } = await traceOf(planChannels("ours", [], false), {
      loses_at: "keep new active",
    });
    assert.deepEqual(trace, ["keep new registering", "create new on ours", "keep new active", "stop new"]);
    assert.deepEqual(answer, { kind: "done", value: "lease_lost" });
  });
  await t.step("without the lease nothing is asked of the provider", async () => {
    const { trace } = await traceOf(planChannels("ours", [], false), { loses_at: "keep new registering" });
    assert.deepEqual(trace, ["keep new registering"]);
  });
  await t.step("one that cannot be ended now is ended later", async () => {
    const { trace, answer } = await traceOf(planChannels(null, [OLD], false), { stop: FAILED }, null);
    assert.deepEqual(trace, ["keep old stopping", "stop old"]);
    assert.deepEqual(answer, FAILED);
  });
  await t.step("one that we may not end is forgotten", async () => {
    const stop = { kind: "rejected", reason: "forbidden" } as const;
    const { trace } = await traceOf(planChannels(null, [OLD], false), { stop }, null);
    assert.deepEqual(trace, ["keep old stopping", "stop old", "forget old"]);
  });
});
