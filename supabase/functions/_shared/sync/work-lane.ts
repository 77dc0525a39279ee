import { log } from "../platform/log.ts";
import { addToSummary, inLogScope, logScope } from "../platform/log-scope.ts";
import { metrics } from "../platform/metrics.ts";
import { countBatch, countPull } from "./count-sync.ts";
import { findOrphans } from "./find-orphans.ts";
import { finishDisconnect } from "./finish-disconnect.ts";
import { keepAlive } from "./keep-alive.ts";
import { keepChannel } from "./keep-channel.ts";
import { pullChanges } from "./pull-changes.ts";
import { isIdle, type Job, type Lane } from "./lane.ts";
import { reapplyReminders } from "./reapply-reminders.ts";
import { syncMultipleObligations } from "./sync-multiple-obligations.ts";
import { workTestEvent } from "./work-test-event.ts";
import type { WorkerContext } from "./worker-context.ts";

/**
 * Does what a claimed lane asks for and gives the lane back. Never rejects: what fails is logged, the lease ends by
 * itself, and the next worker takes the lane up where this one stopped. Whatever happens, one line says how it went.
 *
 * @param signal aborted when the lease is lost
 */
export async function workLane(lane: Lane, context: WorkerContext, signal: AbortSignal): Promise<void> {
  const run_id = crypto.randomUUID();
  const { request_id, request_ids } = requestsBehind(lane.jobs);
  const fields = {
    provider: lane.provider,
    user_id: lane.user_id,
    integration_id: lane.integration_id,
    attempt: lane.attempts + 1,
    run_id,
    ...(lane.jobs.length === 1 ? { obligation_id: lane.jobs[0]?.obligation_id } : {}),
  };
  await inLogScope(request_id ?? run_id, fields, async () => {
    const started_at = performance.now();
    addToSummary({ kind: lane.kind, jobs: lane.jobs.length, request_ids, ended_by: "done" });
    const duration_ms = () => Math.round(performance.now() - started_at);
    try {
      await work(lane, context, signal);
      log.info("lane_run", { duration_ms: duration_ms(), ...logScope()?.summary });
    } catch (error: unknown) {
      const aborted = signal.aborted;
      log.error("lane_run", {
        duration_ms: duration_ms(),
        ...logScope()?.summary,
        success: false,
        error_code: aborted ? "lease_lost" : "internal",
        ended_by: aborted ? "lease_lost" : "error",
        error,
      });
      countBatch(lane, "error");
      countPull(lane, aborted ? "lease_lost" : "error");
    } finally {
      if (!isIdle(lane)) {
        metrics.observe(
          "calendar_lane_run_seconds",
          { provider: lane.provider, kind: lane.kind },
          (performance.now() - started_at) / 1000,
        );
      }
    }
  });
}

async function work(lane: Lane, context: WorkerContext, signal: AbortSignal): Promise<void> {
  switch (lane.kind) {
    case "event":
      await syncMultipleObligations(lane, context, signal);
      break;
    case "pull":
      await pullChanges(lane, context, signal);
      break;
    case "find_orphans":
      await findOrphans(lane, context, signal);
      break;
    case "reapply":
      await reapplyReminders(lane, context, signal);
      break;
    case "test_event":
      await workTestEvent(lane, context, signal);
      break;
    case "keep_alive":
      await keepAlive(lane, context);
      break;
    case "channel":
      await keepChannel(lane, context);
      break;
    case "disconnect":
      await finishDisconnect(lane, context);
      break;
  }
}

/**
 * The requests that led to these jobs. Where one and the same led to all of them, the run belongs to it: its lines and what
 * it writes carry the id.
 */
function requestsBehind(
  jobs: readonly Job[],
): { readonly request_id: string | null; readonly request_ids: readonly string[] } {
  const causes = new Set(jobs.map(({ cause }) => cause?.request_id ?? null));
  const request_ids = [...causes].filter((id) => id !== null);
  return { request_id: causes.size === 1 ? request_ids[0] ?? null : null, request_ids };
}
