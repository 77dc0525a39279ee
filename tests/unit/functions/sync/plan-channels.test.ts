import assert from "node:assert/strict";
import {
  type KnownChannel,
  planChannels,
} from "../../../../supabase/functions/_shared/sync/plan-channels.ts";

const channel = (channel_id: string, facts: Partial<KnownChannel> = {}): KnownChannel => ({
  channel_id,
  calendar_id: "ours",
  resource_id: `resource of ${channel_id}`,
  state: "active",
  renewal_is_due: false,
  is_silent: false,
  ...facts,
});
const ids = (channels: readonly KnownChannel[]) => channels.map(({ channel_id }) => channel_id);

Deno.test("what is done about the channels of a calendar", async (t) => {
  await t.step("a calendar without a channel gets one", () => {
    const { step, stop, forget } = planChannels("ours", [], true);
    assert.deepEqual(step, { kind: "create", calendar_id: "ours", replaces: null });
    assert.deepEqual([stop, forget], [[], []]);
  });
  await t.step("one that is there stays", () => {
    assert.deepEqual(planChannels("ours", [channel("a")], true), {
      step: { kind: "nothing" },
      stop: [],
      forget: [],
    });
  });
  await t.step("one that ends soon is renewed where the provider can", () => {
    const due = channel("a", { renewal_is_due: true });
    assert.deepEqual(planChannels("ours", [due], true).step, { kind: "renew", channel: due });
  });
  await t.step("one that did not tell of an edit is replaced, although the provider can renew it", () => {
    const due = channel("a", { renewal_is_due: true, is_silent: true });
    assert.deepEqual(planChannels("ours", [due], true).step, {
      kind: "create",
      calendar_id: "ours",
      replaces: due,
    });
  });
  await t.step("else a new one is made before the old one ends", () => {
    const due = channel("a", { renewal_is_due: true });
    const { step, stop } = planChannels("ours", [due], false);
    assert.deepEqual(step, { kind: "create", calendar_id: "ours", replaces: due });
    assert.deepEqual(stop, []);
  });
  await t.step("of two the newer stays", () => {
    const { step, stop } = planChannels("ours", [channel("newer"), channel("older")], true);
    assert.deepEqual(step, { kind: "nothing" });
    assert.deepEqual(ids(stop), ["older"]);
  });
  await t.step("one of another calendar is ended, and a new one made", () => {
    const { step, stop } = planChannels("ours", [channel("a", { calendar_id: "another" })], true);
    assert.equal(step.kind, "create");
    assert.deepEqual(ids(stop), ["a"]);
  });
  await t.step("where there is to be none, all are ended", () => {
    const { step, stop } = planChannels(null, [channel("a"), channel("b", { state: "stopping" })], true);
    assert.deepEqual(step, { kind: "nothing" });
    assert.deepEqual(ids(stop), ["a", "b"]);
  });
  await t.step("one that nobody answered for is forgotten, unless it has called since", () => {
    const silent = channel("silent", { state: "registering", resource_id: null });
    const heard = channel("heard", { state: "registering" });
    const { step, stop, forget } = planChannels("ours", [heard, silent], true);
    assert.equal(step.kind, "create");
    assert.deepEqual([ids(stop), ids(forget)], [["heard"], ["silent"]]);
  });
  await t.step("one that was given up is forgotten when there is a reason to try again", () => {
    const failed = channel("a", { state: "failed", resource_id: null });
    const { step, forget } = planChannels("ours", [failed], true);
    assert.equal(step.kind, "create");
    assert.deepEqual(ids(forget), ["a"]);
  });
});
