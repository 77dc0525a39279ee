/** A few calls' worth: somebody who watches sees the first events at once. */
export const BATCH_JOBS_MIN = 25;
/** Four of Google's batches; what a killed worker leaves to be done again stays small. */
export const BATCH_JOBS_MAX = 200;
const QUICK_MS = 1_500;
const SLOW_MS = 5_000;

/**
 * How many jobs the next batch of a lane may have: more while batches go through quickly, fewer while they take long
 * or fail, so that progress is recorded every few seconds at the latest.
 *
 * @param jobs_max what this batch could have had
 * @param batch what became of this one; `duration_ms` from claim to record
 */
export function nextBatchJobs(
  jobs_max: number,
  batch: {
    readonly jobs: number;
    readonly duration_ms: number;
    readonly succeeded: boolean;
    /** The calls that were reserved did not suffice for a single job. */
    readonly starved?: boolean;
  },
): number {
  if (batch.starved) return Math.max(1, Math.floor(jobs_max / 4));
  if (!batch.succeeded || batch.duration_ms > SLOW_MS) {
    return Math.max(BATCH_JOBS_MIN, Math.floor(jobs_max / 2));
  }
  const was_full = batch.jobs >= jobs_max;
  return was_full && batch.duration_ms < QUICK_MS ? Math.min(BATCH_JOBS_MAX, jobs_max * 2) : jobs_max;
}
