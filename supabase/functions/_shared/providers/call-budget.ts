/** How many calls to a provider may still be made; reserved in the database, so that all workers share the quota. */
export interface CallBudget {
  /** Calls that are left; may be Infinity. None once its time is over. */
  readonly left: number;
  /** Calls that were made. */
  readonly used: number;
  /** Notes calls that are being made. */
  spend(calls: number): void;
}

/**
 * @param calls how many may be made; what the caller does beyond is counted too
 * @param for_ms for how long calls may be begun
 * @param now monotonic clock, in milliseconds
 */
export function createCallBudget(
  calls: number,
  for_ms = Infinity,
  now: () => number = () => performance.now(),
): CallBudget {
  const until = now() + for_ms;
  let used = 0;
  return {
    get left() {
      return now() < until ? Math.max(0, calls - used) : 0;
    },
    get used() {
      return used;
    },
    spend(count) {
      used += count;
    },
  };
}
