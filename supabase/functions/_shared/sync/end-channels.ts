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
