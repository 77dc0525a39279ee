import { log } from "../platform/log.ts";
import { syncAllDeadlines, type WorkerDependencies } from "./sync-all-deadlines.ts";
import { createWakeUp, type WakeUp } from "./wake-up.ts";

/** The worker of this process: {@link wakeUp} starts it, or tells it to look again. */
export interface Worker {
  /** @returns the running work, for `EdgeRuntime.waitUntil`; never rejects */
  wakeUp(): Promise<void>;
}

/** @param dependencies shared by all runs of this process */
export function createWorker(dependencies: WorkerDependencies): Worker {
  let running: { readonly done: Promise<void>; readonly wake_up: WakeUp } | null = null;
  return {
    wakeUp() {
      if (running !== null) {
        running.wake_up.call();
        return running.done;
      }
      const wake_up = createWakeUp();
      const done = (async () => {
        // A call may come while the last of the work is being finished.
        do {
          await drain(dependencies, wake_up);
        } while (wake_up.isCalled());
        running = null;
      })();
      running = { done, wake_up };
      return done;
    },
  };
}

async function drain(dependencies: WorkerDependencies, wake_up: WakeUp): Promise<void> {
  const started_at = performance.now();
  const duration_ms = () => Math.round(performance.now() - started_at);
  try {
    const drained = await syncAllDeadlines(dependencies, wake_up);
    log.info("worker_drain", { duration_ms: duration_ms(), success: true, ...drained });
  } catch (error: unknown) {
    log.error("worker_drain", { duration_ms: duration_ms(), success: false, error_code: "internal", error });
  }
}
