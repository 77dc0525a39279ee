import { z } from "zod";
import type { Rpc } from "../platform/rpc.ts";
import type { CalendarClient } from "../providers/calendar-client.ts";
import { isSettled } from "./apply-channel-plan.ts";
import type { KnownChannel } from "./plan-channels.ts";

/**
 * Ends the channels of a calendar that is being left. What the provider does not end dies by itself within days, and its calls do
 * nothing.
 *
 * @returns the ids of those that have ended
 */
export async function endChannels(
  client: CalendarClient,
  channels: readonly Pick<KnownChannel, "channel_id" | "resource_id">[],
): Promise<readonly string[]> {
  const ended = await Promise.all(channels.map(async ({ channel_id, resource_id }) => {
    const answer = await client.stopChannel?.(channel_id, resource_id);
    return answer === undefined || isSettled(answer) ? [channel_id] : [];
  }));
  return ended.flat();
}

/** Ends the channels of a calendar that is being left, and has the database forget those that have ended. */
export async function endAndForgetChannels(
  rpc: Rpc,
  client: CalendarClient,
  integration_id: string,
  channels: Parameters<typeof endChannels>[1],
): Promise<void> {
  if (channels.length === 0) return;
  const ended = await endChannels(client, channels);
  await rpc(
    "calendar_forget_channels",
    { p_integration_id: integration_id, p_channel_ids: [...ended] },
    z.null(),
  );
}
