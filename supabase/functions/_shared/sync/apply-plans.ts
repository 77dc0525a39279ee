import type { Plan } from "../domain/plan.ts";
import {
  type CalendarClient,
  type Change,
  type ChangeResult,
  outcomesOf,
} from "../providers/calendar-client.ts";
import { concernsWholeIntegration, type Outcome, reasonOf } from "../providers/outcome.ts";

/** One obligation's plan. */
export interface PlannedObligation {
  readonly obligation_id: string;
  readonly plan: Plan;
}

/** Events that stay behind because they could not be removed. */
export interface Leftover {
  readonly calendar_ids: readonly string[];
  /** The provider's own word. */
  readonly reason: string;
}

/** What came of a plan; `wrote` is of the calendar that it is for. */
export interface Applied extends ChangeResult {
  /** Events that could not be removed and stay behind; null: none. */
  readonly left: Leftover | null;
}

/** A removal from one calendar, for the plan at `index`. */
interface Removal {
  readonly index: number;
  readonly change: Change & { readonly kind: "delete" | "remove_untracked" };
}

/**
 * Applies plans in two steps: removals first, from the calendar that an event moves away from and from those where an
 * interrupted attempt may have left one; then the writes. Interrupted between, it is repeated, and the removals
 * find nothing.
 *
 * A removal never holds a write back: where an event cannot be removed from another calendar, because that one is read-only,
 * gone or not ours any more, the event stays behind as a leftover and the write is made.
 *
 * @param calls provider calls that may be made; plans that do not fit in are not begun
 * @returns one result for each plan
 */
export async function applyPlans(
  client: CalendarClient,
  calendar_id: string,
  planned: readonly PlannedObligation[],
  calls: number,
  signal: AbortSignal,
): Promise<Applied[]> {
  const affordable = countAffordable(planned, calls);
  const removals = planned.slice(0, affordable).flatMap((item, index) =>
    removalsOf(item, calendar_id).map((change): Removal => ({ change, index }))
  );
  const outcomes = planned.map((): Outcome | null => null);
  const wrote = planned.map(() => false);
  const left = planned.map((): Leftover | null => null);
  const blocked = new Set<number>();
  for (const [from, group] of Map.groupBy(removals, ({ change }) => change.calendar_id)) {
    const results = await client.applyChanges(group.map(({ change }) => change), signal);
    const removed = outcomesOf(results);
    const refusal = from === calendar_id ? null : removed.find((outcome) => refusesCalendar(outcome)) ?? null;
    group.forEach(({ index }, position) => {
      const outcome = removed[position] ?? refusal;
      wrote[index] ||= from === calendar_id && results[position]?.wrote === true;
      if (from !== calendar_id && isRefusal(outcome)) {
        left[index] = leftIn(left[index] ?? null, from, outcome);
        outcomes[index] ??= { kind: "gone", reason: "left" };
        return;
      }
      // Of several removals the one that failed is what the plan waits for.
      if (!blocked.has(index)) outcomes[index] = outcome;
      if (outcome?.kind !== "gone") blocked.add(index);
    });
  }

  const writes = planned.slice(0, affordable).flatMap(({ plan }, index) => {
    const change = blocked.has(index) ? null : writeOf(plan, calendar_id);
    return change === null ? [] : [{ change, index }];
  });
  const written = await client.applyChanges(writes.map(({ change }) => change), signal);
  writes.forEach(({ index }, position) => {
    outcomes[index] = written[position]?.outcome ?? null;
    wrote[index] ||= written[position]?.wrote === true;
  });
  return outcomes.map((outcome, index) => ({
    outcome,
    wrote: wrote[index] ?? false,
    left: left[index] ?? null,
  }));
}

/** Whether a plan asks for any call. */
export function needsCalls(plan: Plan): boolean {
  return callsOf(plan) > 0;
}

/**
 * Whether a removal was refused in a way that waiting does not change: the calendar or the event is not ours to change. A grant
 * that was lost, a quota and silence are not refusals.
 */
export function isRefusal(outcome: Outcome | null): outcome is Outcome {
  switch (outcome?.kind) {
    case "rejected":
    case "calendar_missing":
    case "needs_reconnect":
      return true;
    case "retry":
      return !outcome.silent;
    default:
      return false;
  }
}

/** Whether an outcome refuses all of a calendar, so that the rest of its removals were not begun. */
function refusesCalendar(outcome: Outcome | null): boolean {
  return outcome !== null && isRefusal(outcome) && concernsWholeIntegration(outcome);
}

function leftIn(before: Leftover | null, calendar_id: string, outcome: Outcome): Leftover {
  return { calendar_ids: [...(before?.calendar_ids ?? []), calendar_id], reason: reasonOf(outcome) };
}

/** Calls that a plan takes where nothing unexpected is found. */
function callsOf({ kind, leftovers }: Plan): number {
  const own = kind === "nothing" || kind === "impossible" ? 0 : kind === "move" ? 2 : 1;
  return leftovers.length + own;
}

function countAffordable(planned: readonly PlannedObligation[], calls: number): number {
  let sum = 0;
  const first_beyond = planned.findIndex(({ plan }) => {
    sum += callsOf(plan);
    return sum > calls;
  });
  return first_beyond === -1 ? planned.length : first_beyond;
}

function removalsOf({ obligation_id, plan }: PlannedObligation, here: string): readonly Removal["change"][] {
  return [
    ...plan.leftovers.map((calendar_id) =>
      ({ kind: "remove_untracked", calendar_id, obligation_id }) as const
    ),
    ...(plan.kind === "move" ? [{ kind: "delete", ...plan.from } as const] : []),
    // What is known of another calendar says nothing of this one.
    ...(plan.kind === "delete" && plan.calendar_id !== here
      ? [{ kind: "delete", calendar_id: plan.calendar_id, event_id: plan.event_id } as const]
      : []),
  ];
}

function writeOf(plan: Plan, calendar_id: string): Change | null {
  switch (plan.kind) {
    case "nothing":
    case "impossible":
      return null;
    case "create":
    case "move":
      return { kind: "create", calendar_id, event: plan.event };
    case "update":
      return {
        kind: "update",
        calendar_id,
        event_id: plan.event_id,
        event: plan.event,
        etag: plan.etag,
      };
    case "restore":
      return { kind: "restore", calendar_id, event_id: plan.event_id, event: plan.event };
    case "delete":
      return plan.calendar_id === calendar_id
        ? { kind: "delete", calendar_id, event_id: plan.event_id }
        : null;
  }
}
