import { z } from "zod";
import { withEffectiveEdits } from "../domain/calendar-edits.ts";
import { createDeliveries } from "../notices/deliver.ts";
import type { Senders } from "../notices/delivery.ts";
import { onShutdown, runInBackground } from "../platform/background.ts";
import { log } from "../platform/log.ts";
import { metrics } from "../platform/metrics.ts";
import { type EndingContext, endLeftChannels } from "./end-left-channels.ts";
import { keepLeases, LEASE_SECONDS } from "./keep-leases.ts";
import { Claimed, isIdle, type Lane } from "./lane.ts";
import type { WakeUp } from "./wake-up.ts";
import { createWorkBudget } from "./work-budget.ts";
import { workLane } from "./work-lane.ts";
import type { WorkerContext } from "./worker-context.ts";

/** Long enough to catch the next edit of a person, or the first retries, without another wake-up call. */
const LINGER_MS = 2_000;
const POLL_MS = 200;
/** What is due sooner is waited for: a quota that is free again, or a retry, is not to wait for the next tick too. */
const WAIT_S_MAX = 15;
const CLAIM_FAILURES_MAX = 5;
/** Deliveries have at most a quarter of the places; each is a single small request, where a lane is a batch of them. */
const PLACES_A_DELIVERING_ONE = 4;
const DELIVERIES_A_PLACE = 16;

/** What a worker did, for its log. */
export interface Drained {
  readonly worker_id: string;
  /** Runs over a lane. */
  readonly lanes: number;
  readonly jobs: number;
  /** Attempts to send a mail or to call a webhook. */
  readonly deliveries: number;
  /** `nothing_due`, or `budget`: it may take on no more. */
  readonly ended_by: "nothing_due" | "budget";
}

/** What the worker needs; `worker_id` is its own. */
export interface WorkerDependencies extends Omit<WorkerContext, "worker_id">, EndingContext {
  /** Lanes that are worked side by side in one process. */
  readonly lanes_at_once: number;
  /** Whether the operator lets users accept in advance what they move in a calendar. */
  readonly accept_edits: boolean;
  readonly senders: Senders;
}

/**
 * Claims and works lanes until none is due, some side by side, lingers for a moment, and leaves. It may be killed
 * at any await: leases end by themselves, and every provider write may be repeated.
 *
 * @param wake_up tells it that there is more to do
 * @throws what the database's functions throw, once it has failed some times in a row
 */
export async function syncAllDeadlines(dependencies: WorkerDependencies, wake_up: WakeUp): Promise<Drained> {
  const worker_id = crypto.randomUUID();
  const context: WorkerContext = { ...dependencies, worker_id };
  const { rpc, lanes_at_once } = dependencies;
  const budget = createWorkBudget();
  const stopListening = onShutdown(() => budget.end());
  const active = new Map<string, { readonly abort: AbortController; readonly done: Promise<void> }>();
  const stopRenewing = keepLeases(context, active);
  const deliveries = createDeliveries({
    rpc,
    worker_id,
    budget,
    senders: dependencies.senders,
    at_once: DELIVERIES_A_PLACE * Math.max(1, Math.floor(lanes_at_once / PLACES_A_DELIVERING_ONE)),
  });
  let linger_until = performance.now() + LINGER_MS;
  let failures_in_a_row = 0;
  const worked = { lanes: 0, jobs: 0 };
  const claim = async (lanes: number): Promise<readonly Lane[]> => {
    try {
      const args = { p_worker: worker_id, p_lanes: lanes, p_lease_s: LEASE_SECONDS };
      const claimed = await rpc("calendar_claim", args, Claimed);
      failures_in_a_row = 0;
      if (claimed.deliveries_are_due) deliveries.begin();
      if (claimed.ending_channels_are_due) runInBackground(endLeftChannels(dependencies));
      return claimed.lanes.map((lane) => withEffectiveEdits(lane, dependencies.accept_edits));
    } catch (error: unknown) {
      // A moment without the database must not end the work on claimed lanes.
      failures_in_a_row++;
      if (failures_in_a_row >= CLAIM_FAILURES_MAX) throw error;
      log.warn("claim_failed", { error });
      return [];
    }
  };
  try {
    while (true) {
      const now = performance.now();
      const is_called = wake_up.take();
      if (is_called) linger_until = now + LINGER_MS;
      const claiming = budget.hasRoom();
      // With no place for a lane no claim says whether deliveries are due.
      if (is_called && active.size >= lanes_at_once) deliveries.begin();
      const delivering = deliveries.running();
      if (active.size === 0 && delivering === null && !claiming) break;
      if (active.size === 0 && delivering === null && now > linger_until) {
        const wait_ms = await rpc("calendar_next_work", { p_within_s: WAIT_S_MAX }, z.number().nullable());
        if (wait_ms === null) break;
        await wake_up.wait(wait_ms);
        linger_until = performance.now() + LINGER_MS;
      }
      const claimed = claiming && active.size < lanes_at_once ? await claim(lanes_at_once - active.size) : [];
      budget.spend(claimed);
      for (const lane of claimed) {
        const abort = new AbortController();
        const done = workLane(lane, context, abort.signal).finally(() => active.delete(lane.integration_id));
        active.set(lane.integration_id, { abort, done });
        worked.lanes++;
        worked.jobs += lane.jobs.length;
      }
      if (active.size > 0) linger_until = performance.now() + LINGER_MS;
      // A lane may be due with nothing to take: a scan over what needs nothing, or one that waits for open transactions.
      if (claimed.length > 0 && claimed.every(isIdle)) await wake_up.wait(POLL_MS);
      await Promise.race([...[...active.values()].map(({ done }) => done), wake_up.wait(POLL_MS)]);
    }
  } finally {
    deliveries.abort();
    stopListening();
    stopRenewing();
    for (const { abort } of active.values()) abort.abort();
    metrics.count("calendar_worker_runs", {});
    const flushes = metrics.flushes();
    await rpc("calendar_retire", { p_worker: worker_id, p_flushes: flushes }, z.boolean());
    metrics.delivered(flushes);
  }
  const attempts = deliveries.attempts();
  return {
    worker_id,
    ...worked,
    deliveries: attempts,
    ended_by: budget.hasRoom() ? "nothing_due" : "budget",
  };
}
