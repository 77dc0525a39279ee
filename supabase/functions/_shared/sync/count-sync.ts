import type { COUNTERS, LabelsOf } from "../platform/metric-definitions.ts";
import { metrics } from "../platform/metrics.ts";
import type { Outcome } from "../providers/outcome.ts";
import { isIdle, type Lane } from "./lane.ts";
import type { PlannedJob } from "./outcome-rows.ts";

/** What came of a job: an outcome; null, it was not begun; or why nothing could be tried. */
type Counted = Outcome | null | { readonly kind: "without_token"; readonly reason: string };

/** Of an obligation that has no type, or that is gone. */
const NO_TYPE = "none";

/** Counts jobs that needed no call: nothing was to do, or nothing can be done. */
export function countSettled({ provider }: Lane, settled: readonly PlannedJob[]): void {
  for (const { plan } of settled) {
    if (plan.kind === "impossible") {
      metrics.count("calendar_jobs", { provider, outcome: "rejected" });
      metrics.count("calendar_job_failures", { provider, reason: plan.reason });
    } else {
      metrics.count("calendar_jobs", { provider, outcome: "unchanged" });
    }
  }
}

/**
 * Counts what came of the jobs of a batch for which something was tried.
 *
 * @param outcomes one a job, in their order
 */
export function countJobs(
  { provider }: Lane,
  planned: readonly PlannedJob[],
  outcomes: readonly Counted[],
): void {
  for (const [index, { job }] of planned.entries()) {
    const outcome = outcomes[index] ?? null;
    metrics.count("calendar_jobs", { provider, outcome: outcome?.kind ?? "not_begun" });
    if (outcome?.kind === "done") {
      metrics.count("calendar_obligation_syncs", {
        obligation_type: job.deadline?.obligation_type || NO_TYPE,
      });
    } else if (outcome !== null && outcome.kind !== "gone" && outcome.kind !== "edited") {
      const reason = "reason" in outcome ? outcome.reason : outcome.kind;
      metrics.count("calendar_job_failures", { provider, reason: wordOf(reason) });
    }
  }
}

/** Counts a batch that had jobs. */
export function countBatch(
  lane: Lane,
  result: "succeeded" | "failed" | "without_token" | "lease_lost" | "error",
): void {
  if (lane.kind === "event" && !isIdle(lane)) {
    metrics.count("calendar_syncs", { provider: lane.provider, result });
  }
}

/** Counts a calendar that was read for what its user changed. */
export function countPull(
  { kind, provider }: Lane,
  result: LabelsOf<typeof COUNTERS.calendar_pulls>["result"],
): void {
  if (kind === "pull") metrics.count("calendar_pulls", { provider, result });
}

/** A reason is one word of a provider's list; anything else could say more than a metric may. */
function wordOf(reason: string): string {
  return /^\w{1,64}$/.test(reason) ? reason : "other";
}
