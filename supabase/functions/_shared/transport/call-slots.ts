/** How many calls may be under way at once. */
export interface SlotLimits {
  readonly in_total: number;
  readonly per_site: number;
}

interface Waiting {
  readonly site: string;
  readonly start: () => void;
}

/**
 * Lets so many calls through at once, in the order in which they came; those that wait for a busy site let the others
 * pass.
 */
export class CallSlots {
  readonly #limits: SlotLimits;
  readonly #busy = new Map<string, number>();
  #total = 0;
  #queue: Waiting[] = [];

  constructor(limits: SlotLimits) {
    this.#limits = limits;
  }

  /**
   * Waits for a slot.
   *
   * @returns what gives it back
   * @throws DOMException when the time was up first
   */
  take(site: string, signal: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        this.#queue = this.#queue.filter((other) => other !== waiting);
        reject(new DOMException("The time is up.", "AbortError"));
      };
      const waiting = {
        site,
        start: () => {
          signal.removeEventListener("abort", onAbort);
          this.#count(site, 1);
          resolve(() => {
            this.#count(site, -1);
            this.#startNext();
          });
        },
      };
      if (signal.aborted) return onAbort();
      signal.addEventListener("abort", onAbort, { once: true });
      this.#queue.push(waiting);
      this.#startNext();
    });
  }

  #startNext(): void {
    while (this.#total < this.#limits.in_total) {
      const next = this.#queue.findIndex(({ site }) => (this.#busy.get(site) ?? 0) < this.#limits.per_site);
      if (next === -1) return;
      for (const { start } of this.#queue.splice(next, 1)) start();
    }
  }

  #count(site: string, change: 1 | -1): void {
    this.#total += change;
    const calls = (this.#busy.get(site) ?? 0) + change;
    if (calls === 0) this.#busy.delete(site);
    else this.#busy.set(site, calls);
  }
}
