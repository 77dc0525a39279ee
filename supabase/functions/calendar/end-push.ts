import { z } from "zod";
import { runInBackground } from "../_shared/platform/background.ts";
import { log } from "../_shared/platform/log.ts";
import type { ConnectContext } from "../_shared/oauth/connect.ts";
import { endAndForgetChannels } from "../_shared/sync/end-channels.ts";
import { clientOf } from "./calendars.ts";

/** Nobody who leaves waits longer for a provider. What is left then dies by itself, or the worker ends it. */
const PATIENCE_MS = 5_000;

const Channels = z.array(z.object({ channel_id: z.string(), resource_id: z.string().nullable() }));

/**
 * Ends the push channels of an integration that its user disconnects, while there is still a token to do it with. Waits for five
 * seconds at most, and never fails.
 */
export async function endPush(
  context: ConnectContext,
  user_id: string,
  integration_id: string,
): Promise<void> {
  const { rpc } = context;
  const end = async () => {
    const args = { p_user_id: user_id, p_integration_id: integration_id };
    const channels = await rpc("calendar_channels_of", args, Channels);
    if (channels.length === 0) return;
    const client = await clientOf(context, user_id, integration_id);
    if (client !== null) await endAndForgetChannels(rpc, client, integration_id, channels);
  };
  const ended = end().catch((error: unknown) =>
    log.warn("channels_not_ended", { success: false, integration_id, error })
  );
  // Goes on where it takes longer.
  runInBackground(ended);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const patience = new Promise<void>((resolve) => timer = setTimeout(resolve, PATIENCE_MS));
  await Promise.race([ended, patience]);
  clearTimeout(timer);
}
