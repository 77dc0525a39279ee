import { testEventOf } from "../domain/test-event.ts";
import { addToSummary } from "../platform/log-scope.ts";
import type { CalendarAnswer, Change } from "../providers/calendar-client.ts";
import { createCallBudget } from "../providers/call-budget.ts";
import { type Outcome, reasonOf } from "../providers/outcome.ts";
import type { Lane, TestEvent } from "./lane.ts";
import type { LaneContext } from "./lane-context.ts";
import { doneRow, retryRow } from "./outcome-rows.ts";
import { recordBatch, UNTOUCHED, withoutToken } from "./record-batch.ts";
import type { RecordedOutcome } from "./recorded.ts";
import { askInDoubt } from "./sync-multiple-obligations.ts";
import { laneVerdict } from "./verdict.ts";
import { withToken } from "./with-token.ts";

/** What is left to do about a test event. */
export type TestPlan =
  | { readonly kind: "write"; readonly change: Change & { readonly kind: "create" } }
  /** It stands, and its time is not over. */
  | { readonly kind: "leave"; readonly calendar_id: string; readonly event_id: string }
  | { readonly kind: "remove"; readonly change: Change & { readonly kind: "delete" | "remove_untracked" } }
  /** Nothing of it was ever written. */
  | { readonly kind: "forget" };

/** Decides what is left to do about a test event. */
export function planTestEvent(
  { id, starts_at, time_zone, calendar_id, event_id, is_wanted }: TestEvent,
): TestPlan {
  if (calendar_id === null) return { kind: "forget" };
  if (is_wanted && event_id !== null) return { kind: "leave", calendar_id, event_id };
  const event = is_wanted ? testEventOf(id, starts_at, time_zone) : null;
  if (event !== null) return { kind: "write", change: { kind: "create", calendar_id, event } };
  return { kind: "remove", change: removalOf({ id, event_id }, calendar_id) };
}

function removalOf(
  { id, event_id }: Pick<TestEvent, "id" | "event_id">,
  calendar_id: string,
): Change & { readonly kind: "delete" | "remove_untracked" } {
  return event_id === null
    ? { kind: "remove_untracked", calendar_id, obligation_id: id }
    : { kind: "delete", calendar_id, event_id };
}

/**
 * Writes the test event that its user asked for, or removes it. Its id says which event it is, so a write that is repeated after a
 * lost answer finds the first one. One that the provider does not accept is looked for and removed at once: an earlier attempt may
 * have left it.
 *
 * @param signal aborted when the lease is lost
 */
export async function workTestEvent(lane: Lane, context: LaneContext, signal: AbortSignal): Promise<void> {
  const budget = createCallBudget(lane.calls);
  const { test_event: test } = lane;
  const plan = test ? planTestEvent(test) : null;
  const calls = () => ({ calls_made: budget.used });
  addToSummary({ plan: plan?.kind ?? "none" });
  if (!test || plan === null) {
    await recordBatch(lane, [doneRow(lane)], UNTOUCHED, calls(), context);
    return;
  }
  if (plan.kind === "leave" || plan.kind === "forget") {
    await recordBatch(lane, [settledRow(lane, test, plan)], UNTOUCHED, calls(), context);
    return;
  }
  const changed = await withToken(lane, context, async (access_token): Promise<CalendarAnswer<Changed>> => {
    const client = context.clientFor(lane, access_token, budget);
    const apply = async (change: Change) => (await client.applyChanges([change], signal))[0]?.outcome ?? null;
    const outcome = await apply(plan.change);
    if (outcome?.kind === "token_rejected") return outcome;
    const is_refused = plan.kind === "write" && outcome?.kind === "rejected";
    const removal = is_refused ? removalOf({ ...test, event_id: null }, plan.change.calendar_id) : null;
    return { kind: "done", value: { outcome, removed: removal && await apply(removal) } };
  });
  if (changed.kind === "without_token") {
    const row = retryRow(lane, `token_${changed.token.kind}`);
    await recordBatch(lane, [row], withoutToken(lane, changed.token), calls(), context);
    return;
  }
  const { outcome, removed } = changed.kind === "done" ? changed.value : { outcome: changed, removed: null };
  const row = rowOf(lane, test, plan, outcome, removed);
  // What became of a removal is known, whatever it says of a calendar that need not be the integration's.
  const outcomes: readonly (Outcome | null)[] = row.kind === "cleared"
    ? [{ kind: "gone", reason: "cleared" }]
    : [outcome, ...(removed === null ? [] : [removed])];
  const attempts = lane.single?.attempts ?? 0;
  const asked = await askInDoubt(
    lane,
    outcomes.map(() => ({ job: { attempts } })),
    outcomes,
    context,
    budget,
  );
  const verdict = laneVerdict([...outcomes, ...asked.outcomes], lane.attempts, asked.calendar_answers);
  await recordBatch(lane, [row], verdict, calls(), context);
}

/** What came of the change, and of the removal where the provider does not accept the event. */
interface Changed {
  readonly outcome: Outcome | null;
  readonly removed: Outcome | null;
}

const rowFor = (lane: Lane, { id }: TestEvent) =>
  ({ job: "test_event", obligation_id: id, version: lane.single?.version ?? 0 }) as const;

function settledRow(
  lane: Lane,
  test: TestEvent,
  plan: Extract<TestPlan, { kind: "leave" | "forget" }>,
): RecordedOutcome {
  if (plan.kind === "forget") return { kind: "cleared", ...rowFor(lane, test) };
  const { calendar_id, event_id } = plan;
  return { kind: "written", ...rowFor(lane, test), calendar_id, event_id };
}

function rowOf(
  lane: Lane,
  test: TestEvent,
  { kind, change: { calendar_id } }: Extract<TestPlan, { kind: "write" | "remove" }>,
  outcome: Outcome | null,
  removed: Outcome | null,
): RecordedOutcome {
  const again = retryRow(lane, outcome === null ? "not_begun" : reasonOf(outcome));
  if (kind === "write") {
    switch (outcome?.kind) {
      case "done":
        return { kind: "written", ...rowFor(lane, test), calendar_id, event_id: outcome.event_id };
      case "rejected":
        return removed?.kind === "gone" || removed?.kind === "rejected"
          ? { kind: "refused", ...rowFor(lane, test), error: outcome.reason }
          : again;
      default:
        return again;
    }
  }
  switch (outcome?.kind) {
    case "gone":
      return { kind: "cleared", ...rowFor(lane, test) };
    case "rejected":
    case "calendar_missing":
      return { kind: "cleared", ...rowFor(lane, test), error: outcome.reason, left_in: [calendar_id] };
    default:
      return again;
  }
}
