import { z } from "zod";
import { addToSummary } from "../platform/log-scope.ts";
import { type CalendarAnswer, type Change, outcomesOf } from "../providers/calendar-client.ts";
import { createCallBudget } from "../providers/call-budget.ts";
import type { Outcome } from "../providers/outcome.ts";
import type { Lane } from "./lane.ts";
import type { LaneContext } from "./lane-context.ts";
import { doneRow, retryRow } from "./outcome-rows.ts";
import { recordBatch, withoutToken } from "./record-batch.ts";
import type { RecordedOutcome } from "./recorded.ts";
import { type LaneVerdict, laneVerdict } from "./verdict.ts";
import { withToken } from "./with-token.ts";
import { READ_FOR_MS } from "./work-budget.ts";

/** Ids of events that stand beside the one that is known; null: the lease was lost. */
const Doubles = z.array(z.string()).nullable();

/** What a search found and did; null: the lease was lost before anything was done. */
type Search = { readonly events: number; readonly outcomes: readonly (Outcome | null)[] } | null;

/**
 * Searches a calendar for orphans: events of ours that no mapping knows. Those of an obligation without an event are queued, to
 * be adopted or removed; those that stand beside the event that is known are deleted. What its user moved to another calendar is
 * queued too: it goes from there, and comes back here.
 *
 * @param signal aborted when the lease is lost
 */
export async function findOrphans(lane: Lane, context: LaneContext, signal: AbortSignal): Promise<void> {
  const calendar_id = lane.calendar?.id ?? "";
  const budget = createCallBudget(lane.calls, READ_FOR_MS);
  const searched = await withToken(lane, context, async (access_token): Promise<CalendarAnswer<Search>> => {
    const client = context.clientFor(lane, access_token, budget);
    const listed = await client.listOwnEvents(calendar_id, signal);
    if (listed.kind !== "done") return listed;
    const moved = lane.access === "existing" ? await client.listMovedEvents?.(calendar_id, signal) : [];
    const doubles = await context.rpc("calendar_compare_events", {
      p_worker: context.worker_id,
      p_integration_id: lane.integration_id,
      p_events: listed.value,
      p_moved: moved ?? [],
    }, Doubles);
    if (doubles === null) return { kind: "done", value: null };
    const removals = doubles.map((event_id): Change => ({ kind: "delete", calendar_id, event_id }));
    const outcomes = outcomesOf(await client.applyChanges(removals, signal));
    return { kind: "done", value: { events: listed.value.length, outcomes } };
  });
  const record = (row: RecordedOutcome, verdict: LaneVerdict) =>
    recordBatch(lane, [row], verdict, { calls_made: budget.used }, context);

  if (searched.kind === "without_token") {
    await record(retryRow(lane, `token_${searched.token.kind}`), withoutToken(lane, searched.token));
  } else if (searched.kind !== "done") {
    await record(retryRow(lane, searched.kind), laneVerdict([searched], lane.attempts));
  } else if (searched.value !== null) {
    const { events, outcomes } = searched.value;
    // What we may not remove stays, and is looked for again in a week.
    const ended = outcomes.every((outcome) => outcome?.kind === "gone" || outcome?.kind === "rejected");
    addToSummary({ events, doubles: outcomes.length });
    await record(ended ? doneRow(lane) : retryRow(lane, "not_removed"), laneVerdict(outcomes, lane.attempts));
    if (!ended) addToSummary({ success: false });
  }
}
