/** Hosted functions live 150 s at the least and take no new work after half of that. */
const CLAIM_FOR_MS = 60_000;
/** Hosted functions may use 2 s and take no new work after half of that. */
const CPU_MS = 1_000;
/** Measured (docs/understand/performance.md), rounded up. */
const CPU_MS_A_LANE = 5;
const CPU_MS_A_JOB = 0.1;
const CPU_MS_A_DELIVERY = 2;

/**
 * For how long a lane may go on to read a calendar. What was not read by then is read anew: a calendar of 20,000 events takes less, at
 * 100 a page and half a second each.
 */
export const READ_FOR_MS = 120_000;

/** How much a worker may still take on. */
export interface WorkBudget {
  /** Whether there is room for another lane. */
  hasRoom(): boolean;
  /** Notes lanes that were claimed. */
  spend(
    lanes: readonly { readonly jobs: readonly unknown[]; readonly events?: readonly unknown[] | undefined }[],
  ): void;
  /** Notes deliveries that were claimed. */
  spendOnDeliveries(count: number): void;
  /** Ends it at once: the platform is about to end this process. */
  end(): void;
}

/**
 * What a run of the worker may take on. CPU time is counted by the work, as no clock of the edge runtime shows that of a
 * single function.
 *
 * @param now monotonic clock, in milliseconds
 */
export function createWorkBudget(now: () => number = () => performance.now()): WorkBudget {
  const claim_until = now() + CLAIM_FOR_MS;
  let cpu_ms = 0;
  let ended = false;
  return {
    hasRoom: () => !ended && now() < claim_until && cpu_ms < CPU_MS,
    spend(lanes) {
      for (const { jobs, events = [] } of lanes) {
        cpu_ms += CPU_MS_A_LANE + (jobs.length + events.length) * CPU_MS_A_JOB;
      }
    },
    spendOnDeliveries(count) {
      cpu_ms += count * CPU_MS_A_DELIVERY;
    },
    end() {
      ended = true;
    },
  };
}
