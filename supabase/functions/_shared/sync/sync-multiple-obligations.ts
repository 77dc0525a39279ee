import { planObligation } from "../domain/plan.ts";
import type { AccessTokenOutcome } from "../oauth/access-token.ts";
import { addToSummary } from "../platform/log-scope.ts";
import { NOT_BEGUN, outcomesOf } from "../providers/calendar-client.ts";
import { type CallBudget, createCallBudget } from "../providers/call-budget.ts";
import { concernsWholeIntegration, type Outcome, reasonOf } from "../providers/outcome.ts";
import { type Applied, applyPlans, isRefusal, needsCalls } from "./apply-plans.ts";
import { nextBatchJobs } from "./batch-size.ts";
import { countBatch, countJobs, countSettled } from "./count-sync.ts";
import { editOfOutcome } from "./edit-rows.ts";
import type { Job, Lane } from "./lane.ts";
import type { LaneContext } from "./lane-context.ts";
import { keptAt, outcomeRow, type PlannedJob, settledRow } from "./outcome-rows.ts";
import { recordBatch, withoutToken } from "./record-batch.ts";
import type { RecordedEdit, RecordedOutcome } from "./recorded.ts";
import { isInDoubt, laneVerdict } from "./verdict.ts";
import { withToken } from "./with-token.ts";

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
      mapping: knownMapping(job),
      kept: keptAt(job),
      has_guests: job.edit?.has_guests ?? false,
      attempted_in: job.attempted_in,
      is_repetition: job.is_repetition,
      is_gone: job.edit?.is_gone === true && job.attempts < ATTEMPTS_BY_VERSION,
    }),
  })));
  const toApply = planned.filter(({ plan }) => needsCalls(plan));
  const settled = planned.filter(({ plan }) => !needsCalls(plan));
  const budget = createCallBudget(lane.calls);
  addToSummary({ changes: toApply.length, retries: lane.jobs.filter(({ attempts }) => attempts > 0).length });
  const { applied, token } = await applyWithToken(lane, calendar_id, toApply, context, budget, signal);
  if (token !== null) {
    const outcomes = outcomesOf(applied);
    countSettled(lane, settled);
    countJobs(
      lane,
      toApply,
      outcomes.map((outcome) =>
        outcome === null || outcome.kind === "token_rejected"
          ? { kind: "without_token", reason: token.kind }
          : outcome
      ),
    );
    const rows = [...settled.map(settledRow), ...appliedRows(lane, calendar_id, toApply, applied, false)];
    const facts = { calls_made: budget.used, edits: editsOf(toApply, outcomes) };
    const recorded = await recordBatch(lane, rows, withoutToken(lane, token), facts, context);
    countBatch(lane, recorded ? "without_token" : "lease_lost");
    return recorded;
  }

  const results = lane.removing ? letGo(toApply, applied) : applied;
  const outcomes = outcomesOf(results);
  const asked = await askInDoubt(lane, toApply, outcomes, context, budget);
  const verdict = laneVerdict([...outcomes, ...asked.outcomes], lane.attempts, asked.calendar_answers);
  const rows = [
    ...settled.map(settledRow),
    ...appliedRows(lane, calendar_id, toApply, results, asked.calendar_answers !== false),
  ];
  countSettled(lane, settled);
  countJobs(lane, toApply, outcomes);
  const duration_ms = Math.round(performance.now() - started_at);
  const next_jobs = nextBatchJobs(lane.batch_jobs, {
    jobs: lane.jobs.length,
    duration_ms,
    succeeded: verdict.succeeded,
    starved: outcomes.length > 0 && outcomes.every((outcome) => outcome === null),
  });
  const decisive = outcomes.find((outcome) => outcome !== null && concernsWholeIntegration(outcome));
  addToSummary({
    outcomes: countByKind(outcomes),
    ...(decisive
      ? { ended_by: decisive.kind }
      : verdict.reached === false
      ? { ended_by: "unreachable" }
      : {}),
  });
  const edits = editsOf(toApply, outcomes);
  const recorded = await recordBatch(
    lane,
    rows,
    verdict,
    { calls_made: budget.used, next_jobs, edits },
    context,
  );
  countBatch(lane, recorded ? (verdict.succeeded ? "succeeded" : "failed") : "lease_lost");
  return recorded;
}

/** What became of the plans, as it is recorded. */
function appliedRows(
  lane: Lane,
  calendar_id: string,
  planned: readonly PlannedJob[],
  applied: readonly Applied[],
  counts: boolean,
): RecordedOutcome[] {
  return planned.flatMap((item, index) =>
    outcomeRow(item, applied[index] ?? NOT_APPLIED, lane, calendar_id, counts)
  );
}

function editsOf(planned: readonly PlannedJob[], outcomes: readonly (Outcome | null)[]): RecordedEdit[] {
  return planned.flatMap((item, index) => editOfOutcome(item, outcomes[index] ?? null) ?? []);
}

/** After so many updates that met other versions, or failed, the event is written whatever it is by then. */
const ATTEMPTS_BY_VERSION = 3;

function knownMapping({ mapping, attempts }: Job): Job["mapping"] {
  return mapping && { ...mapping, etag: attempts < ATTEMPTS_BY_VERSION ? mapping.etag : null };
}

/**
 * Finds out, once the same jobs have failed some times, whether it is them or the provider: a job whose calendar answers
 * is given up in the end, and one that merely met an outage is not.
 */
export async function askInDoubt(
  lane: Lane,
  planned: readonly { readonly job: { readonly attempts: number } }[],
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
  const { calendar } = lane;
  const answer = await withToken(
    lane,
    context,
    (access_token) => context.clientFor(lane, access_token, budget).getCalendar(calendar),
  );
  if (answer.kind === "done") return { calendar_answers: true, outcomes: [] };
  const concerns = answer.kind !== "without_token" && concernsWholeIntegration(answer);
  return { calendar_answers: false, outcomes: concerns ? [answer] : [] };
}

const NOT_APPLIED: Applied = { ...NOT_BEGUN, left: null };

/** @returns one outcome a plan; and why there is no token to apply the rest with, null where there is one */
async function applyWithToken(
  lane: Lane,
  calendar_id: string,
  planned: readonly PlannedJob[],
  context: LaneContext,
  budget: CallBudget,
  signal: AbortSignal,
): Promise<{
  readonly applied: Applied[];
  readonly token: Exclude<AccessTokenOutcome, { kind: "valid" }> | null;
}> {
  if (planned.length === 0) return { applied: [], token: null };
  const token = await context.getValidAccessToken(lane, null);
  if (token.kind !== "valid") return { applied: planned.map(() => NOT_APPLIED), token };

  const apply = (access_token: string, items: readonly PlannedJob[]) =>
    applyPlans(context.clientFor(lane, access_token, budget), calendar_id, items, budget.left, signal);
  const applied = await apply(token.access_token, planned);
  if (!applied.some(({ outcome }) => outcome?.kind === "token_rejected")) return { applied, token: null };

  const refreshed = await context.getValidAccessToken(lane, token.access_token);
  // What was done before the token was refused is done.
  if (refreshed.kind !== "valid") return { applied, token: refreshed };
  const again = planned.map((_, index) => index)
    .filter((index) => {
      const outcome = applied[index]?.outcome ?? null;
      return outcome === null || outcome.kind === "token_rejected";
    });
  const repeated = await apply(refreshed.access_token, again.flatMap((index) => planned[index] ?? []));
  again.forEach((index, position) => {
    const { wrote, ...result } = repeated[position] ?? NOT_APPLIED;
    applied[index] = { ...result, wrote: wrote || applied[index]?.wrote === true };
  });
  return { applied, token: null };
}

/** Attempts after which an answered refusal that may pass counts as one that does not. */
const ATTEMPTS_TO_REMOVE = 3;

/**
 * While an account is being disconnected an event that we may not remove stays behind: it must not keep its user from leaving.
 */
function letGo(planned: readonly PlannedJob[], applied: readonly Applied[]): readonly Applied[] {
  const refusal =
    applied.map(({ outcome }) => outcome).find((outcome) =>
      outcome !== null && isRefusal(outcome) && concernsWholeIntegration(outcome)
    ) ?? null;
  return applied.map((each, index) => {
    const outcome = each.outcome ?? refusal;
    const attempts = planned[index]?.job.attempts ?? 0;
    if (!isRefusal(outcome) || (outcome.kind === "retry" && attempts + 1 < ATTEMPTS_TO_REMOVE)) return each;
    return {
      ...each,
      outcome: { kind: "rejected", reason: reasonOf(outcome) },
    };
  });
}

function countByKind(outcomes: readonly (Outcome | null)[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const outcome of outcomes) {
    const kind = outcome?.kind ?? "not_begun";
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}
