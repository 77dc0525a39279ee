import { z } from "zod";
import { log } from "../platform/log.ts";
import { type Bell, createBell } from "./bell.ts";
import type { DisconnectContext } from "./finish-disconnect.ts";
import { keepLeases, LEASE_SECONDS } from "./keep-leases.ts";
import { ClaimedLanes, type Lane } from "./lane.ts";
import { workLane } from "./work-lane.ts";

const LANES_AT_ONCE = 4;
/** Hosted functions live 150 s at the least and take no new work after half of that. */
const CLAIM_FOR_MS = 60_000;
/** Long enough to catch the next edit of a person, or the first retries, without another doorbell. */
const LINGER_MS = 2_000;
const POLL_MS = 200;

/** What the worker needs; `worker_id` is its own. */
export type WorkerDependencies = Omit<DisconnectContext, "worker_id">;

/** A worker of this process: {@link ring} starts one, or tells the one that is there to look again. */
export interface Worker {
  /** @returns the running work, for `EdgeRuntime.waitUntil`; never rejects */
  ring(): Promise<void>;
}

/** @param dependencies shared by all runs of this process */
export function createWorker(dependencies: WorkerDependencies): Worker {
  let running: { readonly done: Promise<void>; readonly bell: Bell } | null = null;
  return {
    ring() {
      if (running !== null) {
        running.bell.ring();
        return running.done;
      }
      const bell = createBell();
      const done = (async () => {
        // A ring that comes while the last of the work is being wound up would reach nobody.
        do {
          await syncAllDeadlines(dependencies, bell)
            .catch((error: unknown) => log.error("worker_failed", { error }));
        } while (bell.isRung());
        running = null;
      })();
      running = { done, bell };
      return done;
    },
  };
}

/**
 * Claims and works lanes until none is due, some side by side, lingers for a moment, and leaves. It may be killed
 * at any await: leases end by themselves, and every provider write may be repeated.
 */
async function syncAllDeadlines(dependencies: WorkerDependencies, bell: Bell): Promise<void> {
  const worker_id = crypto.randomUUID();
  const context: DisconnectContext = { ...dependencies, worker_id };
  const { rpc } = dependencies;
  const started_at = performance.now();
  const active = new Map<string, { readonly abort: AbortController; readonly done: Promise<void> }>();
  const stopRenewing = keepLeases(context, active);
  let linger_until = started_at + LINGER_MS;
  try {
    while (true) {
      const now = performance.now();
      if (bell.take()) linger_until = now + LINGER_MS;
      const claiming = now - started_at < CLAIM_FOR_MS;
      if (active.size === 0 && (!claiming || now > linger_until)) break;
      let claimed: readonly Lane[] = [];
      if (claiming && active.size < LANES_AT_ONCE) {
        claimed = await rpc("calendar_claim", {
          p_worker: worker_id,
          p_lanes: LANES_AT_ONCE - active.size,
          p_lease_s: LEASE_SECONDS,
        }, ClaimedLanes);
      }
      for (const lane of claimed) {
        const abort = new AbortController();
        const done = workLane(lane, context, abort.signal).finally(() => active.delete(lane.integration_id));
        active.set(lane.integration_id, { abort, done });
      }
      if (active.size > 0) linger_until = performance.now() + LINGER_MS;
      // Due, but nothing to take: what its user's open transaction holds, or a walk over what needs nothing.
      if (claimed.length > 0 && claimed.every(isIdle)) await bell.wait(POLL_MS);
      await Promise.race([...[...active.values()].map(({ done }) => done), bell.wait(POLL_MS)]);
    }
  } finally {
    stopRenewing();
    for (const { abort } of active.values()) abort.abort();
    await rpc("calendar_retire", { p_worker: worker_id }, z.boolean());
  }
}

function isIdle({ task, jobs }: Lane): boolean {
  return task === "sync" && jobs.length === 0;
}
