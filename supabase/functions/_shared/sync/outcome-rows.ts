import type { EventTime } from "../domain/calendar-event.ts";
import { isUpdate, type Plan } from "../domain/plan.ts";
import type { SeenTime } from "../domain/seen-event.ts";
import type { ChangeResult } from "../providers/calendar-client.ts";
import { type Outcome, reasonOf } from "../providers/outcome.ts";
import type { Applied, Leftover } from "./apply-plans.ts";
import { metEdit } from "./edit-rows.ts";
import type { Job, Lane } from "./lane.ts";
import type { RecordedOutcome } from "./recorded.ts";
import { retryDelayMs } from "./retry.ts";

/** A job and what is to be done about it. */
export interface PlannedJob {
  readonly obligation_id: string;
  readonly job: Job;
  readonly plan: Plan;
}

/** The outcome of a job that is no event. */
export function doneRow({ kind, single }: Lane): RecordedOutcome {
  if (kind === "event" || kind === "disconnect") throw new Error(`${kind} is not done this way.`);
  return { kind: "done", job: kind, version: single?.version ?? 0 };
}

/** A job that is no event is tried again later. */
export function retryRow(
  { kind, single }: Lane,
  error: string,
  run_in_ms: number = retryDelayMs(single?.attempts ?? 0),
): RecordedOutcome {
  if (kind === "event") throw new Error("An event has outcomes of its own.");
  const version = single?.version ?? 0;
  return { kind: "retry", job: kind, version, run_in_ms, error, counts: true, may_leave: false };
}

/** The outcome of an obligation for which no call was needed. */
export function settledRow({ job, plan }: PlannedJob): RecordedOutcome {
  const { obligation_id, version, mapping, deadline_hash } = job;
  if (plan.kind === "impossible") {
    return { kind: "failed", obligation_id, version, error: plan.reason, counts: true, may_leave: false };
  }
  return mapping !== null && deadline_hash !== null
    ? { kind: "unchanged", obligation_id, version, deadline_hash }
    : { kind: "removed", obligation_id, version };
}

const ACTIONS = { create: "created", update: "updated", restore: "updated", move: "moved" } as const;

/**
 * The outcome of an obligation for which something was tried.
 *
 * @param counts whether a failure is the job's own; a job is not given up for one that the whole lane shares
 * @returns no row where the job stays as it is: due as soon as its lane is
 */
export function outcomeRow(
  planned: PlannedJob,
  { left, ...result }: Applied,
  lane: Lane,
  calendar_id: string,
  counts: boolean,
): RecordedOutcome[] {
  const rows = rowsOf(planned, result, lane, calendar_id, counts);
  return left === null ? rows : rows.map((row) => withLeftover(row, left));
}

/** What stays behind is noted with a job that is done; one that is not looks for it again. */
function withLeftover(row: RecordedOutcome, { calendar_ids, reason }: Leftover): RecordedOutcome {
  switch (row.kind) {
    case "synced":
    case "unchanged":
    case "removed":
      return { ...row, error: reason, left_in: [...new Set([...row.left_in ?? [], ...calendar_ids])] };
    case "retry":
    case "failed":
      return { ...row, may_leave: true };
    case "not_begun":
    case "done":
    case "advanced":
    case "written":
    case "refused":
    case "cleared":
      return row;
  }
}

function rowsOf(
  { job, plan }: PlannedJob,
  { outcome, wrote }: ChangeResult,
  lane: Lane,
  calendar_id: string,
  counts: boolean,
): RecordedOutcome[] {
  const { obligation_id, version, cause } = job;
  if (metEdit(plan, outcome)) {
    return [{
      kind: "retry",
      obligation_id,
      version,
      // Once more at once. What is never in the version that we know waits as after any other failure.
      run_in_ms: job.attempts === 0 ? 0 : retryDelayMs(job.attempts),
      error: "edited",
      counts: true,
      may_leave: false,
      ...(job.attempted_in.length > 0 && { content_hash: "" }),
    }];
  }
  switch (outcome?.kind) {
    case "done":
      if (!("content_hash" in plan)) return [{ kind: "removed", obligation_id, version }];
      return [{
        kind: "synced",
        obligation_id,
        version,
        calendar_id,
        event_id: outcome.event_id,
        etag: outcome.etag,
        deadline_hash: job.deadline_hash ?? "",
        content_hash: plan.content_hash,
        action: ACTIONS[plan.kind],
        title: job.deadline?.title ?? null,
        due: keptAt(job) === null ? dueText(job) : shownText(plan.event.time),
        cause,
        sent_time: plan.event.time,
        is_kept: keptAt(job) !== null,
        ...(outcome.has_guests && { has_guests: true }),
      }];
    case "gone":
      // Only leftovers were looked for. The mapping, where there is one, stays true.
      if (plan.kind === "nothing" || plan.kind === "impossible") {
        return [settledRow({ obligation_id, job, plan })];
      }
      if (plan.kind === "delete") {
        const { calendar_id, event_id } = plan;
        const title = job.deadline?.title ?? null;
        return [{
          kind: "removed",
          obligation_id,
          version,
          action: "removed",
          calendar_id,
          event_id,
          title,
          cause,
        }];
      }
      return [{ kind: "removed", obligation_id, version }];
    case "edited":
    case "retry":
    case "unknown":
    case "conflict":
    case "exists":
      return [{
        kind: "retry",
        obligation_id,
        version,
        run_in_ms: "after_s" in outcome && outcome.after_s !== null && outcome.after_s > 0
          ? outcome.after_s * 1000
          : retryDelayMs(job.attempts),
        error: reasonOf(outcome),
        counts,
        may_leave: wrote || mayLeave(job, plan, outcome),
      }];
    case "rejected":
      // An event that we may not remove must not keep the user from leaving.
      if (lane.removing) {
        const left_in = "calendar_id" in plan ? [plan.calendar_id] : [calendar_id];
        return [{ kind: "removed", obligation_id, version, error: outcome.reason, left_in }];
      }
      return [{
        kind: "failed",
        obligation_id,
        version,
        error: outcome.reason,
        counts,
        // What an attempt left is still to be looked for; and what is to move was taken away from where it was.
        may_leave: wrote || job.attempted_in.length > 0 || plan.kind === "move",
      }];
    default:
      if (!wrote) return notBegunRow({ obligation_id, job, plan });
      // It is due as soon as its lane is. It is told all the same, so that it is looked at again where the lease was lost.
      return [{
        kind: "retry",
        obligation_id,
        version,
        run_in_ms: 0,
        error: outcome === null ? "not_finished" : reasonOf(outcome),
        counts: false,
        may_leave: true,
      }];
  }
}

/**
 * The outcome of an update for which nothing was written: what its user does to the event until it is tried again is told from what we
 * may have done. Other jobs stay as they are.
 */
function notBegunRow({ job, plan }: PlannedJob): RecordedOutcome[] {
  const { obligation_id, version, attempted_in } = job;
  return isUpdate(plan) && attempted_in.length === 0 ? [{ kind: "not_begun", obligation_id, version }] : [];
}

/** Whether an event may be there, or look otherwise, that no mapping knows. */
function mayLeave(job: Job, plan: Plan, { kind }: Outcome): boolean {
  if (kind !== "retry") return true;
  // It was certainly not carried out. A creation and a move may have got somewhere before; a removal leaves nothing to look for.
  return isUpdate(plan) ? job.attempted_in.length > 0 : "content_hash" in plan || plan.leftovers.length > 0;
}

/** Where its user keeps the event of an obligation; null: it is where its deadline is. */
export function keptAt({ edit }: Pick<Job, "edit">): SeenTime | null {
  return edit?.is_kept ? edit.seen : null;
}

function shownText(time: EventTime): string {
  return time.kind === "all_day" ? time.start_date : time.start;
}

function dueText({ deadline }: Job): string | null {
  switch (deadline?.due.kind) {
    case "date":
      return deadline.due.date;
    case "instant":
      return deadline.due.at;
    default:
      return null;
  }
}
