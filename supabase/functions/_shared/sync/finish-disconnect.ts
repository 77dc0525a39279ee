import { z } from "zod";
import { log } from "../platform/log.ts";
import type { CalendarAnswer, CalendarClient } from "../providers/calendar-client.ts";
import type { Lane } from "./lane.ts";
import type { LaneContext } from "./sync-multiple-obligations.ts";

/** What the last step of a disconnection needs beyond working a lane. */
export interface DisconnectContext extends LaneContext {
  /** Best effort: the tokens are forgotten here in any case. */
  revokeToken(provider: Lane["provider"], refresh_token: string): Promise<void>;
}

const Removed = z.object({ refresh_token: z.string().nullable() }).nullable();

/**
 * The last step of disconnecting with `events=remove`: deletes our own calendar if nothing else is in it, then the
 * integration with its tokens.
 *
 * @returns false where the provider did not answer and the lane has to be tried again
 */
export async function finishDisconnect(lane: Lane, context: DisconnectContext): Promise<boolean> {
  if (lane.calendar_owned && lane.calendar_id !== null) {
    const token = await context.getValidAccessToken(lane, null);
    // A lost grant has removed the integration already.
    if (token.kind === "lost") return true;
    if (token.kind !== "valid") return false;
    const client = context.clientFor(lane.provider, token.access_token);
    if (!await deleteIfEmpty(client, lane.calendar_id)) return false;
  }
  const removed = await context.rpc("calendar_finish_disconnect", {
    p_worker: context.worker_id,
    p_integration_id: lane.integration_id,
  }, Removed);
  log.info("disconnected", { provider: lane.provider, integration_id: lane.integration_id, success: true });
  if (removed?.refresh_token) await context.revokeToken(lane.provider, removed.refresh_token);
  return true;
}

async function deleteIfEmpty(client: CalendarClient, calendar_id: string): Promise<boolean> {
  const empty = await client.isEmptyCalendar(calendar_id);
  if (empty.kind === "done" && empty.value) return isSettled(await client.deleteCalendar(calendar_id));
  return isSettled(empty);
}

/** A calendar that we may not touch stays where it is. */
function isSettled(answer: CalendarAnswer<unknown>): boolean {
  return answer.kind !== "unavailable" && answer.kind !== "unauthorized";
}
