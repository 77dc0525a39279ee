import { z } from "zod";
import { log } from "../platform/log.ts";
import type { Rpc } from "../platform/rpc.ts";
import type { CalendarClient } from "../providers/calendar-client.ts";
import { endChannels } from "./end-channels.ts";

const Ending = z.object({
  id: z.string(),
  provider: z.string(),
  channels: z.array(z.object({ channel_id: z.string(), resource_id: z.string().nullable() })),
  refresh_token: z.string().nullable(),
});

/** What ending channels needs where no integration is left. */
export interface EndingContext {
  readonly rpc: Rpc;
  /**
   * A client for the account of a refresh token.
   *
   * @returns `lost` where the grant is, and null where the provider cannot be asked now
   */
  clientOfGrant(provider: string, refresh_token: string): Promise<CalendarClient | "lost" | null>;
}

/**
 * Ends the push channels of integrations that have gone. What cannot be ended now is tried again after a minute, for an hour; then it
 * ends by itself. Never rejects.
 */
export async function endLeftChannels({ rpc, clientOfGrant }: EndingContext): Promise<void> {
  try {
    const endings = await rpc("calendar_claim_ending_channels", {}, z.array(Ending));
    const over = await Promise.all(endings.map(async ({ id, provider, channels, refresh_token }) => {
      const client = refresh_token === null ? "lost" : await clientOfGrant(provider, refresh_token);
      if (client === null) return [];
      const is_over = client === "lost" || (await endChannels(client, channels)).length === channels.length;
      return is_over ? [id] : [];
    }));
    await rpc("calendar_forget_ending_channels", { p_ids: over.flat() }, z.null());
  } catch (error: unknown) {
    log.warn("channels_not_ended", { success: false, error });
  }
}
