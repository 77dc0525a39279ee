import { z } from "zod";
import { type Plan, planObligation } from "../domain/plan.ts";
import type { AccessTokenOutcome } from "../oauth/access-token.ts";
import { log } from "../platform/log.ts";
import type { Rpc } from "../platform/rpc.ts";
import type { CalendarClient } from "../providers/calendar-client.ts";
import { type CallBudget, createCallBudget } from "../providers/call-budget.ts";
import { concernsWholeIntegration, type Outcome } from "../providers/outcome.ts";
import { applyPlans, needsCalls } from "./apply-plans.ts";
import { nextBatchJobs } from "./batch-size.ts";
import type { Job, Lane } from "./lane.ts";
import { retryDelayMs } from "./retry.ts";
import { isInDoubt, type LaneVerdict, laneVerdict } from "./verdict.ts";

/** What working a lane needs from outside. */
export interface LaneContext {
  readonly rpc: Rpc;
  readonly worker_id: string;
  clientFor(lane: Lane, access_token: string, budget: CallBudget): CalendarClient;
  /** A token that will last for a batch; `rejected_token` is one that the provider did not accept. */
  getValidAccessToken(lane: Lane, rejected_token: string | null): Promise<AccessTokenOutcome>;
}

interface PlannedJob {
  readonly obligation_id: string;
  readonly job: Job;
  readonly plan: Plan;
}

/** Of an unreachable database; the lease ends meanwhile, and another worker repeats the batch without harm. */
const RECORD_ATTEMPTS = 3;
/** A failure or two are likelier the provider's than the job's. */
const ATTEMPTS_BEFORE_ASKING = 2;

/**
 * Brings one batch of a lane into its calendar and records what came of it, which also gives the lane back.
 *
 * @param signal aborted when the lease is lost: from then on another worker may write to this calendar
 * @returns false where the outcome could not be recorded because the lease was lost
 */
export async function syncMultipleObligations(
  lane: Lane,
  context: LaneContext,
  signal: AbortSignal,
): Promise<boolean> {
  const started_at = performance.now();
  const calendar_id = lane.calendar?.id ?? "";
  const planned = await Promise.all(lane.jobs.map(async (job): Promise<PlannedJob> => ({
    obligation_id: job.obligation_id,
    job,
    plan: await planObligation({
      obligation: job.deadline,
      settings: lane.settings,
      calendar_id,
      removing: lane.removing,
      mapping: job.mapping,
      attempted_in: job.attempted_in,
    }),
  })));
  const toApply = planned.filter(({ plan }) => needsCalls(plan));
  const budget = createCallBudget(lane.calls);
  const outcomes = await applyWithToken(lane, calendar_id, toApply, context, budget, signal);
  if (!Array.isArray(outcomes)) {
    const verdict = withoutToken(lane, outcomes.token);
    return await recordBatch(lane, [], verdict, { calls_made: budget.used }, context);
  }

  const asked = await askInDoubt(lane, toApply, outcomes, context, budget);
  const verdict = laneVerdict([...outcomes, ...asked.outcomes], lane.attempts, asked.calendar_answers);
  const rows = [
    ...planned.filter(({ plan }) => !needsCalls(plan)).map(({ job }) => settledRow(job)),
    ...toApply.flatMap((item, index) =>
      outcomeRow(item, outcomes[index] ?? null, lane, calendar_id, asked.calendar_answers !== false)
    ),
  ];
  const duration_ms = Math.round(performance.now() - started_at);
  const next_jobs = nextBatchJobs(lane.batch_jobs, {
    jobs: lane.jobs.length,
    duration_ms,
    succeeded: verdict.succeeded,
  });
  const recorded = await recordBatch(lane, rows, verdict, { calls_made: budget.used, next_jobs }, context);
  log.info("lane_run", {
    provider: lane.provider,
    integration_id: lane.integration_id,
    duration_ms,
    success: verdict.succeeded,
    jobs: lane.jobs.length,
    changes: toApply.length,
    provider_calls: budget.used,
    outcomes: countByKind(outcomes),
    recorded,
    ...(verdict.last_error && { error_code: verdict.last_error.code }),
  });
  return recorded;
}

/** What is noted about a lane with which nothing was done. */
export const UNTOUCHED: LaneVerdict = {
  succeeded: false,
  reached: null,
  backoff_ms: null,
  hold_ms: null,
  status: null,
  last_error: null,
  calendar_id: null,
};

/** Why there is no token is noted on the integration already; here it only decides whether the lane waits. */
export function withoutToken(lane: Lane, token: Exclude<AccessTokenOutcome["kind"], "valid">): LaneVerdict {
  return {
    ...UNTOUCHED,
    reached: token === "unavailable" ? false : null,
    backoff_ms: token === "lost" ? null : retryDelayMs(lane.attempts),
  };
}

/**
 * Finds out, once the same jobs have failed some times, whether it is them or the provider: a job whose calendar answers
 * is given up in the end, and one that merely met an outage is not.
 */
async function askInDoubt(
  lane: Lane,
  planned: readonly PlannedJob[],
  outcomes: readonly (Outcome | null)[],
  context: LaneContext,
  budget: CallBudget,
): Promise<{ readonly calendar_answers: boolean | null; readonly outcomes: readonly Outcome[] }> {
  const failed_before = planned.some(({ job }, index) =>
    outcomes[index] !== null && job.attempts >= ATTEMPTS_BEFORE_ASKING
  );
  if (!isInDoubt(outcomes) || !failed_before || lane.calendar === null || budget.left === 0) {
    return { calendar_answers: null, outcomes: [] };
  }
  const token = await context.getValidAccessToken(lane, null);
  if (token.kind !== "valid") return { calendar_answers: false, outcomes: [] };
  const answer = await context.clientFor(lane, token.access_token, budget).getCalendar(lane.calendar);
  if (answer.kind === "done") return { calendar_answers: true, outcomes: [] };
  return { calendar_answers: false, outcomes: concernsWholeIntegration(answer) ? [answer] : [] };
}

/** @returns one outcome a plan, or why there is no token to apply any with */
async function applyWithToken(
  lane: Lane,
  calendar_id: string,
  planned: readonly PlannedJob[],
  context: LaneContext,
  budget: CallBudget,
  signal: AbortSignal,
): Promise<(Outcome | null)[] | { readonly token: Exclude<AccessTokenOutcome["kind"], "valid"> }> {
  if (planned.length === 0) return [];
  const token = await context.getValidAccessToken(lane, null);
  if (token.kind !== "valid") return { token: token.kind };

  const apply = (access_token: string, items: readonly PlannedJob[]) =>
    applyPlans(context.clientFor(lane, access_token, budget), calendar_id, items, budget.left, signal);
  const outcomes = await apply(token.access_token, planned);
  if (!outcomes.some((outcome) => outcome?.kind === "token_rejected")) return outcomes;

  const refreshed = await context.getValidAccessToken(lane, token.access_token);
  if (refreshed.kind !== "valid") return { token: refreshed.kind };
  const again = planned.map((_, index) => index)
    .filter((index) => outcomes[index] === null || outcomes[index]?.kind === "token_rejected");
  const repeated = await apply(refreshed.access_token, again.flatMap((index) => planned[index] ?? []));
  again.forEach((index, position) => outcomes[index] = repeated[position] ?? null);
  return outcomes;
}

type OutcomeRow = Record<string, string | number | boolean | null>;

function settledRow({ obligation_id, version, mapping, deadline_hash }: Job): OutcomeRow {
  return mapping !== null && deadline_hash !== null
    ? { kind: "unchanged", obligation_id, version, deadline_hash }
    : { kind: "removed", obligation_id, version };
}

const ACTIONS = { create: "created", update: "updated", move: "moved" } as const;

/**
 * @param counts whether a failure is the job's own; one that the whole lane shares does not lead to giving it up
 * @returns no row where the job stays as it is: due as soon as its lane is
 */
function outcomeRow(
  { job, plan }: PlannedJob,
  outcome: Outcome | null,
  lane: Lane,
  calendar_id: string,
  counts: boolean,
): OutcomeRow[] {
  const { obligation_id, version } = job;
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
        due: dueText(job),
      }];
    case "gone":
      switch (plan.kind) {
        case "delete": {
          const { calendar_id, event_id } = plan;
          return [{ kind: "removed", obligation_id, version, action: "removed", calendar_id, event_id }];
        }
        case "nothing":
          // The mapping stays as true as it was: only strays were looked for.
          return [settledRow(job)];
        default:
          return [{ kind: "removed", obligation_id, version }];
      }
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

const Recorded = z.boolean();

/**
 * Records what became of a batch and gives the lane back, however often that takes.
 *
 * @param made how many provider calls it took, so that the rest of what was reserved is free again
 * @returns false where the lease was lost
 */
export async function recordBatch(
  lane: Lane,
  rows: readonly OutcomeRow[],
  verdict: LaneVerdict,
  made: { readonly calls_made: number; readonly next_jobs?: number; readonly own_events_found?: boolean },
  { rpc, worker_id }: Pick<LaneContext, "rpc" | "worker_id">,
): Promise<boolean> {
  const args = {
    p_worker: worker_id,
    p_integration_id: lane.integration_id,
    p_outcomes: rows,
    p_lane: { ...verdict, ...made, wrote_to: lane.calendar?.id ?? null },
  };
  for (let attempt = 0;; attempt++) {
    try {
      return await rpc("calendar_record", args, Recorded);
    } catch (error: unknown) {
      if (attempt + 1 >= RECORD_ATTEMPTS) throw error;
      await new Promise((resolve) => setTimeout(resolve, retryDelayMs(attempt)));
    }
  }
}

function countByKind(outcomes: readonly (Outcome | null)[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const outcome of outcomes) {
    const kind = outcome?.kind ?? "not_begun";
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}
