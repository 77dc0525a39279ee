import type { Plan } from "../domain/plan.ts";
import type { Outcome } from "../providers/outcome.ts";
import type { Cause, Job, Lane } from "./lane.ts";
import { retryDelayMs } from "./retry.ts";

/** A job and what is to be done about it. */
export interface PlannedJob {
  readonly obligation_id: string;
  readonly job: Job;
  readonly plan: Plan;
}

/** What `calendar_record` is told of one obligation. */
export type OutcomeRow = Record<string, string | number | boolean | Cause | null>;

/** Of an obligation for which no call was needed. */
export function settledRow({ job, plan }: PlannedJob): OutcomeRow {
  const { obligation_id, version, mapping, deadline_hash } = job;
  if (plan.kind === "impossible") {
    return { kind: "failed", obligation_id, version, error: plan.reason, counts: true, may_leave: false };
  }
  return mapping !== null && deadline_hash !== null
    ? { kind: "unchanged", obligation_id, version, deadline_hash }
    : { kind: "removed", obligation_id, version };
}

const ACTIONS = { create: "created", update: "updated", move: "moved" } as const;

/**
 * Of an obligation for which something was tried.
 *
 * @param counts whether a failure is the job's own; one that the whole lane shares does not lead to giving it up
 * @returns no row where the job stays as it is: due as soon as its lane is
 */
export function outcomeRow(
  { job, plan }: PlannedJob,
  outcome: Outcome | null,
  lane: Lane,
  calendar_id: string,
  counts: boolean,
): OutcomeRow[] {
  const { obligation_id, version, cause } = job;
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
        deadline_hash: job.deadline_hash,
        content_hash: plan.content_hash,
        action: ACTIONS[plan.kind],
        title: job.deadline?.title ?? null,
        due: dueText(job),
        cause,
      }];
    case "gone":
      // Only strays were looked for: the mapping, where there is one, stays as true as it was.
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
    case "retry":
    case "unknown":
    case "conflict":
    case "exists":
      return [{
        kind: "retry",
        obligation_id,
        version,
        run_in_ms: Math.max(
          retryDelayMs(job.attempts),
          "after_s" in outcome ? (outcome.after_s ?? 0) * 1000 : 0,
        ),
        error: "reason" in outcome ? outcome.reason : outcome.kind,
        counts,
        // A removal alone that was certainly not carried out leaves nothing that would have to be looked for.
        may_leave: outcome.kind !== "retry" || "content_hash" in plan || plan.strays.length > 0,
      }];
    case "rejected":
      // An event that we may not remove is the user's; it must not keep the user from leaving.
      if (lane.removing) return [{ kind: "removed", obligation_id, version }];
      return [{
        kind: "failed",
        obligation_id,
        version,
        error: outcome.reason,
        counts,
        // What an earlier attempt left is still to be looked for.
        may_leave: job.attempted_in.length > 0,
      }];
    default:
      return [];
  }
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
