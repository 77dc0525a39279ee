import { log } from "../platform/log.ts";
import { type Bell, createBell } from "./bell.ts";
import { syncAllDeadlines, type WorkerDependencies } from "./sync-all-deadlines.ts";

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
          await drain(dependencies, bell);
        } while (bell.isRung());
        running = null;
      })();
      running = { done, bell };
      return done;
    },
  };
}

async function drain(dependencies: WorkerDependencies, bell: Bell): Promise<void> {
  const started_at = performance.now();
  const duration_ms = () => Math.round(performance.now() - started_at);
  try {
    const drained = await syncAllDeadlines(dependencies, bell);
    log.info("worker_drain", { duration_ms: duration_ms(), success: true, ...drained });
  } catch (error: unknown) {
    log.error("worker_drain", { duration_ms: duration_ms(), success: false, error_code: "internal", error });
  }
}
