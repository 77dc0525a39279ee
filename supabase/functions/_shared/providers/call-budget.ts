/** How many calls to a provider may still be made; reserved in the database, so that all workers share the quota. */
export interface CallBudget {
  /** Calls that are left; may be Infinity. */
  readonly left: number;
  /** Calls that were made. */
  readonly used: number;
  /** Notes calls that are being made. */
  spend(calls: number): void;
}

/** @param calls how many may be made; what the caller does beyond is counted too */
export function createCallBudget(calls: number): CallBudget {
  let used = 0;
  return {
    get left() {
      return Math.max(0, calls - used);
    },
    get used() {
      return used;
    },
    spend(count) {
      used += count;
    },
  };
}
