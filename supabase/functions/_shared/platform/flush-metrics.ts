import { z } from "zod";
import { runInBackground } from "./background.ts";
import { log } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import type { Rpc } from "./rpc.ts";

/** What a process that is killed meanwhile loses, and how often a busy one writes a row. */
const FLUSH_EVERY_MS = 3_000;

/**
 * Carries what a function counts to the database, after its answers and at most every few seconds: nobody waits for it.
 * What could not be delivered is sent with the next.
 *
 * @param rpc as `service_role`
 * @returns has what was counted by now delivered soon
 */
export function createMetricsFlusher(metrics: Metrics, rpc: Rpc): () => void {
  let flushed_at = -Infinity;
  let is_waiting = false;
  const flush = async () => {
    const wait_ms = flushed_at + FLUSH_EVERY_MS - performance.now();
    if (wait_ms > 0) await new Promise((resolve) => setTimeout(resolve, wait_ms));
    flushed_at = performance.now();
    const flushes = metrics.flushes();
    await rpc("calendar_keep_counts", { p_flushes: flushes }, z.unknown());
    metrics.delivered(flushes);
  };
  return () => {
    if (is_waiting || !metrics.hasCounts()) return;
    is_waiting = true;
    runInBackground(
      flush()
        .catch((error: unknown) => log.warn("metrics_not_flushed", { error }))
        .finally(() => is_waiting = false),
    );
  };
}
