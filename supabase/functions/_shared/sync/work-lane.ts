import { log } from "../platform/log.ts";
import { exerciseToken } from "./exercise-token.ts";
import { findOwnEvents } from "./find-own-events.ts";
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
    switch (lane.task) {
      case "sync":
        await syncMultipleObligations(lane, context, signal);
        break;
      case "find_own_events":
        await findOwnEvents(lane, context, signal);
        break;
      case "exercise_token":
        await exerciseToken(lane, context);
        break;
      case "finish_disconnect":
        await finishDisconnect(lane, context);
        break;
    }
  } catch (error: unknown) {
    log.error("lane_failed", { provider: lane.provider, integration_id: lane.integration_id, error });
  }
}
