import { z } from "zod";
import { type Plan, planObligation } from "../domain/plan.ts";
import type { AccessTokenOutcome } from "../oauth/access-token.ts";
import { log } from "../platform/log.ts";
import type { Rpc } from "../platform/rpc.ts";
import type { CalendarClient, Change, Outcome } from "../providers/calendar-client.ts";
import type { Job, Lane } from "./lane.ts";
import { retryDelayMs } from "./retry.ts";
import { type LaneVerdict, laneVerdict } from "./verdict.ts";

/** What working a lane needs from outside. */
export interface LaneContext {
  readonly rpc: Rpc;
  readonly worker_id: string;
  clientFor(provider: Lane["provider"], access_token: string): CalendarClient;
  /** A token that will last for a batch; `rejected_token` is one that the provider did not accept. */
  getValidAccessToken(lane: Lane, rejected_token: string | null): Promise<AccessTokenOutcome>;
}

interface PlannedJob {
  readonly job: Job;
  readonly plan: Plan;
}

/** Of an unreachable database; the lease ends meanwhile, and another worker repeats the batch without harm. */
const RECORD_ATTEMPTS = 3;

/**
 * Brings one batch of a lane into its calendar and records what came of it, which also gives the lane back.
 *
 * @param signal aborted when the lease is lost: from then on another worker may write to this calendar
 * @returns false where the outcome could not be recorded because the lease was lost
 */
export async function syncMultipleObligations(
  lane: Lane,
  calendar_id: string,
  context: LaneContext,
  signal: AbortSignal,
): Promise<boolean> {
  const started_at = performance.now();
  const planned = await Promise.all(lane.jobs.map(async (job): Promise<PlannedJob> => ({
    job,
    plan: await planObligation({
      obligation: job.deadline,
      settings: lane.settings,
      calendar_id,
      removing: lane.removing,
      mapping: job.mapping,
      attempted: job.attempted,
    }),
  })));
  const toApply = planned.filter(({ plan }) => plan.kind !== "nothing");
  const outcomes = await applyPlans(lane, calendar_id, toApply, context, signal);
  if (!Array.isArray(outcomes)) {
    // Why there is no token is noted on the integration already; here it only decides whether the lane waits.
    const backoff_ms = outcomes.token === "lost" ? null : retryDelayMs(lane.attempts);
    return await record(lane, [], { ...UNTOUCHED, backoff_ms }, context);
  }

  const verdict = laneVerdict(outcomes, lane.attempts);
  const rows = [
    ...planned.filter(({ plan }) => plan.kind === "nothing").map(({ job }) => settledRow(job)),
    ...toApply.flatMap((item, index) => outcomeRow(item, outcomes[index] ?? null, lane, calendar_id)),
  ];
  const recorded = await record(lane, rows, verdict, context);
  log.info("lane_run", {
    provider: lane.provider,
    integration_id: lane.integration_id,
    duration_ms: Math.round(performance.now() - started_at),
    success: verdict.succeeded,
    jobs: lane.jobs.length,
    changes: toApply.length,
    outcomes: countByKind(outcomes),
    recorded,
    ...(verdict.last_error && { error_code: verdict.last_error.code }),
  });
  return recorded;
}

const UNTOUCHED: LaneVerdict = {
  succeeded: false,
  backoff_ms: null,
  hold_ms: null,
  status: null,
  last_error: null,
};

/** @returns one outcome a plan, or why there is no token to apply any with */
async function applyPlans(
  lane: Lane,
  calendar_id: string,
  planned: readonly PlannedJob[],
  context: LaneContext,
  signal: AbortSignal,
): Promise<(Outcome | null)[] | { readonly token: Exclude<AccessTokenOutcome["kind"], "valid"> }> {
  if (planned.length === 0) return [];
  const token = await context.getValidAccessToken(lane, null);
  if (token.kind !== "valid") return { token: token.kind };

  const client = context.clientFor(lane.provider, token.access_token);
  const outcomes = await applyOnce(client, calendar_id, planned, signal);
  if (!outcomes.some((outcome) => outcome?.kind === "unauthorized")) return outcomes;

  const refreshed = await context.getValidAccessToken(lane, token.access_token);
  if (refreshed.kind !== "valid") return { token: refreshed.kind };
  const again = planned.map((_, index) => index)
    .filter((index) => outcomes[index] === null || outcomes[index]?.kind === "unauthorized");
  const repeated = await applyOnce(
    context.clientFor(lane.provider, refreshed.access_token),
    calendar_id,
    again.flatMap((index) => planned[index] ?? []),
    signal,
  );
  again.forEach((index, position) => outcomes[index] = repeated[position] ?? null);
  return outcomes;
}

/** A move deletes before it creates: interrupted between, it is repeated, and the deletion finds nothing. */
async function applyOnce(
  client: CalendarClient,
  calendar_id: string,
  planned: readonly PlannedJob[],
  signal: AbortSignal,
): Promise<(Outcome | null)[]> {
  const outcomes = planned.map((): Outcome | null => null);
  const moves = planned.flatMap(({ plan }, index) => plan.kind === "move" ? [{ plan, index }] : []);
  const removed = await client.applyChanges(
    moves.map(({ plan }) => ({ kind: "delete", ...plan.from })),
    signal,
  );
  moves.forEach(({ index }, position) => outcomes[index] = removed[position] ?? null);

  const writes = planned.flatMap(({ job, plan }, index) => {
    if (plan.kind === "move" && outcomes[index]?.kind !== "done") return [];
    const change = changeOf(plan, calendar_id, job.obligation_id);
    return change === null ? [] : [{ change, index }];
  });
  const written = await client.applyChanges(writes.map(({ change }) => change), signal);
  writes.forEach(({ index }, position) => outcomes[index] = written[position] ?? null);
  return outcomes;
}

function changeOf(plan: Plan, calendar_id: string, obligation_id: string): Change | null {
  switch (plan.kind) {
    case "nothing":
      return null;
    case "create":
    case "move":
      return { kind: "create", calendar_id, event: plan.event };
    case "update":
      return { kind: "update", calendar_id, event_id: plan.event_id, event: plan.event };
    case "delete":
      return { kind: "delete", calendar_id: plan.calendar_id, event_id: plan.event_id };
    case "remove_untracked":
      return { kind: "remove_untracked", calendar_id, obligation_id };
  }
}

type OutcomeRow = Record<string, string | number | null>;

function settledRow({ obligation_id, version, mapping, deadline_hash }: Job): OutcomeRow {
  return mapping !== null && deadline_hash !== null
    ? { kind: "unchanged", obligation_id, version, deadline_hash }
    : { kind: "removed", obligation_id, version };
}

/** @returns no row where the job stays as it is: due as soon as its lane is */
function outcomeRow(
  { job, plan }: PlannedJob,
  outcome: Outcome | null,
  lane: Lane,
  calendar_id: string,
): OutcomeRow[] {
  const { obligation_id, version } = job;
  switch (outcome?.kind) {
    case "done":
      if (outcome.remote === null || !("content_hash" in plan)) {
        return [{ kind: "removed", obligation_id, version }];
      }
      return [{
        kind: "synced",
        obligation_id,
        version,
        calendar_id,
        event_id: outcome.remote.event_id,
        etag: outcome.remote.etag,
        deadline_hash: job.deadline_hash,
        content_hash: plan.content_hash,
      }];
    case "transient":
      return [{
        kind: "retry",
        obligation_id,
        version,
        run_in_ms: Math.max(retryDelayMs(job.attempts), (outcome.retry_after_s ?? 0) * 1000),
        error: outcome.reason,
      }];
    case "rejected":
      // An event that we may not remove is the user's; it must not keep the user from leaving.
      if (lane.removing) return [{ kind: "removed", obligation_id, version }];
      return [{ kind: "failed", obligation_id, version, error: outcome.reason }];
    default:
      return [];
  }
}

async function record(
  lane: Lane,
  rows: readonly OutcomeRow[],
  verdict: LaneVerdict,
  { rpc, worker_id }: LaneContext,
): Promise<boolean> {
  const args = {
    p_worker: worker_id,
    p_integration_id: lane.integration_id,
    p_outcomes: rows,
    p_lane: verdict,
  };
  for (let attempt = 0;; attempt++) {
    try {
      return await rpc("calendar_record", args, z.boolean());
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
