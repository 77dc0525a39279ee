import { log } from "../platform/log.ts";
import { exerciseToken } from "./exercise-token.ts";
import { type DisconnectContext, finishDisconnect } from "./finish-disconnect.ts";
import type { Lane } from "./lane.ts";
import { syncMultipleObligations } from "./sync-multiple-obligations.ts";

/**
 * Does what a claimed lane asks for and gives the lane back. Never rejects: what fails is logged, the lease ends by
 * itself, and the next worker takes the lane up where this one stopped.
 *
 * @param signal aborted when the lease is lost
 */
export async function workLane(lane: Lane, context: DisconnectContext, signal: AbortSignal): Promise<void> {
  try {
    if (lane.exercise) await exerciseToken(lane, context);
    else if (lane.drained) await finishDisconnect(lane, context);
    else await syncMultipleObligations(lane, context, signal);
  } catch (error: unknown) {
    log.error("lane_failed", { provider: lane.provider, integration_id: lane.integration_id, error });
  }
}
