import { z } from "zod";
import { hashChannelToken } from "../platform/channel-token.ts";
import type { Channel, NewChannel } from "../providers/calendar-client.ts";
import type { Lane } from "./lane.ts";
import type { LaneContext } from "./lane-context.ts";

/** What keeping channels needs beyond working a lane. */
export interface PushContext extends LaneContext {
  /** A channel that is to be made; null where the provider is not to call us. */
  newChannel(provider: string): Promise<NewChannel | null>;
}

/** Where channels are kept. Each answers false, and keeps nothing, where the lease was lost or the integration has gone. */
export interface ChannelStore {
  /** Before the provider is asked, so that its calls are known even where its answer is lost. */
  begin(channel: NewChannel, calendar_id: string, state: "registering" | "failed"): Promise<boolean>;
  /** The provider has answered. */
  isThere(channel_id: string, channel: Channel): Promise<boolean>;
  /** It is being ended. Its calls still count. */
  stopping(channel_id: string): Promise<boolean>;
  ended(channel_id: string): Promise<boolean>;
}

/** The channels of a lane's integration, kept for as long as the lane is ours. */
export function channelStore(
  lane: Lane,
  { rpc, worker_id }: Pick<LaneContext, "rpc" | "worker_id">,
): ChannelStore {
  const save = (channel: Readonly<Record<string, unknown>>) =>
    rpc("calendar_save_channel", {
      p_worker: worker_id,
      p_integration_id: lane.integration_id,
      p_channel: channel,
    }, z.boolean());
  return {
    begin: async ({ channel_id, token }, calendar_id, state) =>
      await save({
        channel_id,
        calendar_id,
        token_hash: await hashChannelToken(token),
        state,
        failures: lane.single?.attempts ?? 0,
      }),
    isThere: (channel_id, { resource_id, expires_at, is_verified = false }) =>
      save({ channel_id, resource_id, expires_at, is_verified, state: "active" }),
    stopping: (channel_id) => save({ channel_id, state: "stopping" }),
    ended: (channel_id) => save({ channel_id, state: "ended" }),
  };
}
