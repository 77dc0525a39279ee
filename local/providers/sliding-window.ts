/** Counts uses per key over the last `length_ms` milliseconds. */
export class SlidingWindow {
  readonly #uses = new Map<string, number[]>();
  readonly #length_ms: number;

  constructor(length_ms: number) {
    this.#length_ms = length_ms;
  }

  /**
   * How long until the key may be used once more.
   *
   * @param limit uses in the window; null: any number
   * @returns milliseconds, 0 for now
   */
  waitMs(key: string, limit: number | null): number {
    if (limit === null) return 0;
    const uses = this.#recent(key);
    const blocking = uses[uses.length - limit];
    if (uses.length < limit) return 0;
    return Math.max(1, (blocking ?? Date.now()) + this.#length_ms - Date.now());
  }

  count(key: string): void {
    this.#recent(key).push(Date.now());
  }

  #recent(key: string): number[] {
    const uses = this.#uses.get(key) ?? [];
    const horizon = Date.now() - this.#length_ms;
    while (uses[0] !== undefined && uses[0] <= horizon) uses.shift();
    this.#uses.set(key, uses);
    return uses;
  }
}
