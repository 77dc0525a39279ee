import type { CalendarAnswer, CalendarClient, NewChannel } from "../providers/calendar-client.ts";
import type { ChannelStore } from "./channel-store.ts";
import type { ChannelPlan, KnownChannel } from "./plan-channels.ts";

/** `lease_lost`: somebody else has the lane, or the integration has gone. */
type Applied = CalendarAnswer<"kept" | "lease_lost">;

const KEPT: Applied = { kind: "done", value: "kept" };
const LEASE_LOST: Applied = { kind: "done", value: "lease_lost" };

/**
 * Does what was decided about the channels of a calendar. Whatever it does not come to, another run does.
 *
 * @param channel the one to make, where one is to be made
 * @returns the first failure
 */
export async function applyChannelPlan(
  plan: ChannelPlan,
  channel: NewChannel | null,
  client: CalendarClient,
  store: ChannelStore,
): Promise<Applied> {
  const begun = await takeStep(plan.step, channel, client, store);
  if (!isKept(begun)) return begun;
  const replaced = plan.step.kind === "create" && plan.step.replaces !== null ? [plan.step.replaces] : [];
  for (const { channel_id } of plan.forget) {
    if (!await store.ended(channel_id)) return LEASE_LOST;
  }
  for (const old of [...replaced, ...plan.stop]) {
    const stopped = await stop(old, client, store);
    if (!isKept(stopped)) return stopped;
  }
  return KEPT;
}

async function takeStep(
  step: ChannelPlan["step"],
  channel: NewChannel | null,
  client: CalendarClient,
  store: ChannelStore,
): Promise<Applied> {
  switch (step.kind) {
    case "nothing":
      return KEPT;
    case "create":
      return channel === null ? KEPT : await create(step.calendar_id, channel, client, store);
    case "renew": {
      const { channel_id, calendar_id, resource_id } = step.channel;
      const renewed = await client.renewChannel?.(channel_id, resource_id) ?? { kind: "gone", reason: "" };
      if (renewed.kind === "done") {
        return await store.isThere(channel_id, renewed.value) ? KEPT : LEASE_LOST;
      }
      if (renewed.kind !== "gone" || channel === null) return renewed;
      const created = await create(calendar_id, channel, client, store);
      if (!isKept(created)) return created;
      return await store.ended(channel_id) ? KEPT : LEASE_LOST;
    }
  }
}

async function create(
  calendar_id: string,
  channel: NewChannel,
  client: CalendarClient,
  store: ChannelStore,
): Promise<Applied> {
  const { channel_id } = channel;
  if (!await store.begin(channel, calendar_id, "registering")) return LEASE_LOST;
  const created = await client.createChannel?.(calendar_id, channel) ??
    { kind: "rejected", reason: "no_push" };
  if (created.kind === "done") {
    if (await store.isThere(channel_id, created.value)) return KEPT;
    // Its user has left meanwhile: nobody else knows of it.
    await client.stopChannel?.(channel_id, created.value.resource_id);
    return LEASE_LOST;
  }
  // Perhaps it is there. Then its first call says so.
  if (created.kind === "unknown") return created;
  return await store.ended(channel_id) ? created : LEASE_LOST;
}

async function stop(
  { channel_id, resource_id, state }: KnownChannel,
  client: CalendarClient,
  store: ChannelStore,
): Promise<Applied> {
  if (state !== "stopping" && !await store.stopping(channel_id)) return LEASE_LOST;
  const stopped = await client.stopChannel?.(channel_id, resource_id);
  if (stopped !== undefined && stopped.kind !== "done" && !isSettled(stopped)) return stopped;
  return await store.ended(channel_id) ? KEPT : LEASE_LOST;
}

function isKept(applied: Applied): boolean {
  return applied.kind === "done" && applied.value === "kept";
}

/** Whether a channel is there no more, or the provider will never let us end it: then it dies by itself. */
export function isSettled(answer: CalendarAnswer<unknown>): boolean {
  switch (answer.kind) {
    case "retry":
    case "unknown":
    case "conflict":
    case "pause":
    case "token_rejected":
      return false;
    default:
      return true;
  }
}
