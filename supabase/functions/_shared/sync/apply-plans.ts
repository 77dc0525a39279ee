import type { Plan } from "../domain/plan.ts";
import type { CalendarClient, Change } from "../providers/calendar-client.ts";
import type { Outcome } from "../providers/outcome.ts";

/** One obligation's plan. */
export interface PlannedObligation {
  readonly obligation_id: string;
  readonly plan: Plan;
}

/**
 * Applies plans in two steps: removals first, from the calendar that an event moves away from and from those where an
 * interrupted attempt may have left one; then what is to stay. Interrupted between, it is repeated, and the removals
 * find nothing.
 *
 * @param calls provider calls that may be made; plans that do not fit in are not begun
 * @returns one outcome a plan; null where it was not begun or not ended
 */
export async function applyPlans(
  client: CalendarClient,
  calendar_id: string,
  planned: readonly PlannedObligation[],
  calls: number,
  signal: AbortSignal,
): Promise<(Outcome | null)[]> {
  const outcomes = planned.map((): Outcome | null => null);
  const affordable = countAffordable(planned, calls);
  const removals = planned.slice(0, affordable).flatMap((item, index) =>
    removalsOf(item).map((change) => ({ change, index }))
  );
  const removed = await client.applyChanges(removals.map(({ change }) => change), signal);
  const blocked = new Set<number>();
  removals.forEach(({ index }, position) => {
    const outcome = removed[position] ?? null;
    // Of several removals the one that failed is what the plan waits for.
    if (!blocked.has(index)) outcomes[index] = outcome;
    if (outcome?.kind !== "gone") blocked.add(index);
  });

  const writes = planned.slice(0, affordable).flatMap(({ plan }, index) => {
    const change = blocked.has(index) ? null : writeOf(plan, calendar_id);
    return change === null ? [] : [{ change, index }];
  });
  const written = await client.applyChanges(writes.map(({ change }) => change), signal);
  writes.forEach(({ index }, position) => outcomes[index] = written[position] ?? null);
  return outcomes;
}

/** Whether a plan asks for any call. */
export function needsCalls(plan: Plan): boolean {
  return callsOf(plan) > 0;
}

/** Calls that a plan takes where nothing unexpected is found. */
function callsOf({ kind, strays }: Plan): number {
  const own = kind === "nothing" || kind === "impossible" ? 0 : kind === "move" ? 2 : 1;
  return strays.length + own;
}

function countAffordable(planned: readonly PlannedObligation[], calls: number): number {
  let sum = 0;
  const first_beyond = planned.findIndex(({ plan }) => {
    sum += callsOf(plan);
    return sum > calls;
  });
  return first_beyond === -1 ? planned.length : first_beyond;
}

function removalsOf({ obligation_id, plan }: PlannedObligation): readonly Change[] {
  return [
    ...plan.strays.map((calendar_id) => ({ kind: "remove_untracked", calendar_id, obligation_id }) as const),
    ...(plan.kind === "move" ? [{ kind: "delete", ...plan.from } as const] : []),
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
      return { kind: "update", calendar_id, event_id: plan.event_id, event: plan.event };
    case "delete":
      return { kind: "delete", calendar_id: plan.calendar_id, event_id: plan.event_id };
  }
}
