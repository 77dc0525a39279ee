import { calendarEventOf } from "../domain/calendar-event.ts";
import { isOver } from "../domain/reminders.ts";
import { addToSummary } from "../platform/log-scope.ts";
import { type CalendarAnswer, type Change, outcomesOf } from "../providers/calendar-client.ts";
import { createCallBudget } from "../providers/call-budget.ts";
import { concernsWholeIntegration, type Outcome, reasonOf } from "../providers/outcome.ts";
import type { Lane, LaneEvent } from "./lane.ts";
import type { LaneContext } from "./lane-context.ts";
import { doneRow, keptAt, retryRow } from "./outcome-rows.ts";
import { recordBatch, withoutToken } from "./record-batch.ts";
import type { RecordedOutcome } from "./recorded.ts";
import { askInDoubt } from "./sync-multiple-obligations.ts";
import { laneVerdict } from "./verdict.ts";
import { withToken } from "./with-token.ts";

/** After so many attempts at one event the others go on without it: as `calendar_sync.attempts_max`. */
const ATTEMPTS_MAX = 8;

/** One event, and what its reminders become; null: nothing is left to remind of, so they stay. */
interface Step {
  readonly obligation_id: string;
  readonly change: Change | null;
}

/**
 * Sets the reminders of the next events of a calendar to those of its settings. The events come in the order of their
 * obligations, and the job remembers the last one that is done; when none is left, it is over. Events that are past stay as
 * they are. Reminders follow the event as its user sees it: one that is kept on another day, all-day or timed, has those of that day.
 *
 * @param signal aborted when the lease is lost
 */
export async function reapplyReminders(lane: Lane, context: LaneContext, signal: AbortSignal): Promise<void> {
  const budget = createCallBudget(lane.calls);
  const steps = (lane.events ?? []).map((known) => stepOf(known, lane));
  const changes = steps.flatMap(({ change }) => change ?? []);
  const made = changes.length === 0 ? ({ kind: "done", value: [] } as const) : await withToken(
    lane,
    context,
    async (access_token): Promise<CalendarAnswer<readonly (Outcome | null)[]>> => {
      const client = context.clientFor(lane, access_token, budget);
      const outcomes = outcomesOf(await client.applyChanges(changes, signal));
      const rejected = outcomes.find((outcome) => outcome?.kind === "token_rejected");
      return rejected?.kind === "token_rejected" ? rejected : { kind: "done", value: outcomes };
    },
  );
  const calls = () => ({ calls_made: budget.used });
  if (made.kind === "without_token") {
    await recordBatch(lane, [], withoutToken(lane, made.token), calls(), context);
    return;
  }
  const outcomes = made.kind === "done" ? made.value : changes.map((): Outcome => made);
  const asked = await askInDoubt(
    lane,
    changes.map(() => ({ job: { attempts: lane.single?.attempts ?? 0 } })),
    outcomes,
    context,
    budget,
  );
  const verdict = laneVerdict([...outcomes, ...asked.outcomes], lane.attempts, asked.calendar_answers);
  const rows = rowsOf(lane, resultsOf(steps, outcomes), asked.calendar_answers);
  addToSummary({ events: steps.length, changes: changes.length });
  await recordBatch(lane, rows, verdict, calls(), context);
}

function stepOf({ obligation_id, calendar_id, event_id, deadline, edit }: LaneEvent, lane: Lane): Step {
  const event = deadline && calendarEventOf(deadline, lane.settings, keptAt({ edit }));
  // What is not wanted any more goes by an event job.
  const stays = event === null || isOver({ ...event, completed: false }, Date.now());
  return { obligation_id, change: stays ? null : { kind: "set_reminders", calendar_id, event_id, event } };
}

/** What became of the event of a step. */
interface Result {
  readonly obligation_id: string;
  /** Null: nothing was to do, or it was not begun. */
  readonly outcome: Outcome | null;
  /** It is as it was to become, or never will be. */
  readonly is_ended: boolean;
}

function resultsOf(steps: readonly Step[], outcomes: readonly (Outcome | null)[]): readonly Result[] {
  const left = [...outcomes];
  return steps.map(({ obligation_id, change }) => {
    if (change === null) return { obligation_id, outcome: null, is_ended: true };
    const outcome = left.shift() ?? null;
    return { obligation_id, outcome, is_ended: isEnd(outcome) };
  });
}

function isEnd(outcome: Outcome | null): boolean {
  return outcome?.kind === "done" || outcome?.kind === "gone" || outcome?.kind === "rejected";
}

/**
 * How far the job came, and whether the next event has to be tried again. One that fails by itself blocks the way until it is given up;
 * where the whole calendar fails, the lane waits. The new versions of events are not kept: they may hold moves that nobody has read yet.
 */
function rowsOf(
  lane: Lane,
  results: readonly Result[],
  calendar_answers: boolean | null,
): readonly RecordedOutcome[] {
  if (results.length === 0) return [doneRow(lane)];
  const { version = 0, attempts = 0 } = lane.single ?? {};
  const open = results.findIndex(({ is_ended }) => !is_ended);
  const failed = results[open]?.outcome ?? null;
  const answers = calendar_answers === true || results.some(({ outcome }) => isEnd(outcome));
  const own = failed !== null && !concernsWholeIntegration(failed) && (answers || !("silent" in failed))
    ? failed
    : null;
  const is_given_up = own !== null && open === 0 && attempts + 1 >= ATTEMPTS_MAX;
  const count = open === -1 ? results.length : is_given_up ? 1 : open;
  const last = results[count - 1]?.obligation_id;
  return [
    ...(last === undefined
      ? []
      : [{ kind: "advanced", job: "reapply", version, obligation_id: last } as const]),
    ...(own === null || is_given_up ? [] : [retryRow(lane, reasonOf(own))]),
  ];
}
