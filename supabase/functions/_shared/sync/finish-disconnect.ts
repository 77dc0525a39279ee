import { z } from "zod";
import { log } from "../platform/log.ts";
import { addToSummary } from "../platform/log-scope.ts";
import type { CalendarAnswer, CalendarClient } from "../providers/calendar-client.ts";
import { createCallBudget } from "../providers/call-budget.ts";
import { reasonOf } from "../providers/outcome.ts";
import { endAndForgetChannels } from "./end-channels.ts";
import type { Lane } from "./lane.ts";
import type { LaneContext } from "./lane-context.ts";
import { retryRow } from "./outcome-rows.ts";
import { recordBatch, UNTOUCHED } from "./record-batch.ts";
import { type WithoutToken, withToken } from "./with-token.ts";

/** What the last step of a disconnection needs beyond working a lane. */
export interface DisconnectContext extends LaneContext {
  /** Best effort: the tokens are forgotten here in any case. */
  revokeToken(provider: Lane["provider"], refresh_token: string): Promise<void>;
}

const Removed = z.object({ refresh_token: z.string().nullable() }).nullable();

/**
 * The last step of disconnecting with `events=remove`: ends push channels that are left, deletes our own calendar if nothing else is in it, also
 * where the events were in another one, then the integration with its tokens. Where the provider does not answer, the lane is tried again later.
 */
export async function finishDisconnect(lane: Lane, context: DisconnectContext): Promise<void> {
  const budget = createCallBudget(lane.calls);
  const { own_calendar_id } = lane;
  const channels = lane.push?.channels ?? [];
  if (own_calendar_id !== null || channels.length > 0) {
    const answer = await withToken(lane, context, async (access_token): Promise<CalendarAnswer<unknown>> => {
      const client = context.clientFor(lane, access_token, budget);
      await endAndForgetChannels(context.rpc, client, lane.integration_id, channels);
      return own_calendar_id === null
        ? { kind: "done", value: null }
        : await deleteIfEmpty(client, own_calendar_id);
    });
    if (answer.kind === "without_token" && answer.token.kind === "lost") {
      // With its grant the integration has gone already.
      addToSummary({ success: true, ended_by: "without_token" });
      return;
    }
    if (!isSettled(answer)) {
      const row = retryRow(lane, reasonOf(answer));
      await recordBatch(lane, [row], UNTOUCHED, { calls_made: budget.used }, context);
      addToSummary({ error_code: "provider_unavailable", ended_by: answer.kind });
      return;
    }
  }
  const removed = await context.rpc("calendar_finish_disconnect", {
    p_worker: context.worker_id,
    p_integration_id: lane.integration_id,
  }, Removed);
  addToSummary({ success: removed !== null, provider_calls: budget.used });
  if (removed !== null) log.info("disconnected", { success: true, events: "remove" });
  if (removed?.refresh_token) await context.revokeToken(lane.provider, removed.refresh_token);
}

async function deleteIfEmpty(client: CalendarClient, calendar_id: string): Promise<CalendarAnswer<unknown>> {
  const empty = await client.isEmptyCalendar(calendar_id);
  if (empty.kind === "calendar_moved" && empty.calendar_id !== calendar_id) {
    return await deleteIfEmpty(client, empty.calendar_id);
  }
  return empty.kind === "done" && empty.value ? await client.deleteCalendar(calendar_id) : empty;
}

/** A calendar that we may not touch stays where it is. */
function isSettled(answer: CalendarAnswer<unknown> | WithoutToken): boolean {
  switch (answer.kind) {
    case "without_token":
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
