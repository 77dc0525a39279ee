/** What happened in histories, by name. */
export class Tally {
  readonly counts = new Map<string, number>();

  count(name: string, times = 1): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + times);
  }

  add(other: Iterable<readonly [string, number]>): void {
    for (const [name, times] of other) this.count(name, times);
  }
}
