import { z } from "zod";
import { log } from "../platform/log.ts";
import { createCallBudget } from "../providers/call-budget.ts";
import type { Lane } from "./lane.ts";
import { type LaneContext, recordBatch, withoutToken } from "./sync-multiple-obligations.ts";
import { laneVerdict } from "./verdict.ts";

/** Ids of events that stand beside the one that is known; null: the lease was lost. */
const Doubles = z.array(z.string()).nullable();

/**
 * Searches a calendar for events of ours that no mapping knows. Those of an obligation without an event are queued, to be
 * taken over or removed; those that stand beside the event that is known are deleted.
 *
 * @param signal aborted when the lease is lost
 */
export async function findOwnEvents(lane: Lane, context: LaneContext, signal: AbortSignal): Promise<void> {
  const budget = createCallBudget(lane.calls);
  const calendar_id = lane.calendar?.id ?? "";
  const token = await context.getValidAccessToken(lane, null);
  if (token.kind !== "valid") {
    await recordBatch(lane, [], withoutToken(lane, token.kind), { calls_made: budget.used }, context);
    return;
  }
  const client = context.clientFor(lane, token.access_token, budget);
  const listed = await client.listOwnEvents(calendar_id, signal);
  if (listed.kind !== "done") {
    const verdict = laneVerdict([listed], lane.attempts);
    await recordBatch(lane, [], verdict, { calls_made: budget.used }, context);
    return;
  }
  const doubles = await context.rpc("calendar_compare_events", {
    p_worker: context.worker_id,
    p_integration_id: lane.integration_id,
    p_events: listed.value,
  }, Doubles);
  if (doubles === null) return;
  const outcomes = await client.applyChanges(
    doubles.map((event_id) => ({ kind: "delete", calendar_id, event_id }) as const),
    signal,
  );
  const own_events_found = outcomes.every((outcome) => outcome?.kind === "gone");
  log.info("own_events_found", {
    provider: lane.provider,
    integration_id: lane.integration_id,
    events: listed.value.length,
    doubles: doubles.length,
    success: own_events_found,
  });
  const verdict = laneVerdict(outcomes, lane.attempts);
  await recordBatch(lane, [], verdict, { calls_made: budget.used, own_events_found }, context);
}
