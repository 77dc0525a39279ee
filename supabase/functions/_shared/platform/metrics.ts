import { COUNTERS, HISTOGRAMS, type LabelsOf, type LabelValues } from "./metric-definitions.ts";

/** A failed flush is sent again with the next; of a database that is away for long, the last so many are kept. */
const UNSENT_MAX = 50;
/** Seconds are counted in whole microseconds, so that a sum of them never depends on the order. */
const MICROSECONDS = 1_000_000;

/** How much one series grew. A histogram's are `<name>` with the bound `le` of a single bucket, and `<name>_sum`. */
export interface Count {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What was counted in a while. Its id lets the database take it once, however often it is sent. */
export interface Flush {
  readonly id: string;
  readonly counts: readonly Count[];
}

/** Counts in memory, until somebody carries the counts to the database. */
export interface Metrics {
  /** Adds to a counter of `COUNTERS`. */
  count<N extends keyof typeof COUNTERS>(
    name: N,
    labels: LabelsOf<typeof COUNTERS[N]>,
    by?: number,
  ): void;
  /** Notes a duration in a histogram of `HISTOGRAMS`. */
  observe<N extends keyof typeof HISTOGRAMS>(
    name: N,
    labels: LabelsOf<typeof HISTOGRAMS[N]>,
    seconds: number,
  ): void;
  /** Whether something was counted that nobody said was delivered. */
  hasCounts(): boolean;
  /** All that was not delivered: what was counted since the last call, and what an earlier one gave in vain. */
  flushes(): readonly Flush[];
  /** These are in the database. */
  delivered(flushes: readonly Flush[]): void;
}

interface Series {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  /** A count, or microseconds. */
  total: number;
  readonly unit: number;
}

/** A registry in which nothing was counted. */
export function createMetrics(): Metrics {
  const counted = new Map<string, Series>();
  let unsent: readonly Flush[] = [];
  const add = (metric: string, labels: Readonly<Record<string, string>>, amount: number, unit = 1) => {
    const key = `${metric} ${JSON.stringify(labels)}`;
    const series = counted.get(key) ?? { metric, labels, total: 0, unit };
    series.total += amount;
    counted.set(key, series);
  };
  return {
    count(name, labels, by = 1) {
      if (by > 0) add(name, inOrder(COUNTERS[name].labels, labels), by);
    },
    observe(name, labels, seconds) {
      const { bounds, labels: known } = HISTOGRAMS[name];
      const ordered = inOrder(known, labels);
      const bound = bounds.find((upper) => seconds <= upper);
      add(name, { ...ordered, le: bound === undefined ? "+Inf" : String(bound) }, 1);
      add(`${name}_sum`, ordered, Math.max(0, Math.round(seconds * MICROSECONDS)), MICROSECONDS);
    },
    hasCounts: () => counted.size > 0 || unsent.length > 0,
    flushes() {
      if (counted.size > 0) {
        const counts = [...counted.values()].map(({ metric, labels, total, unit }) => ({
          metric,
          labels,
          value: total / unit,
        }));
        unsent = [...unsent, { id: crypto.randomUUID(), counts }].slice(-UNSENT_MAX);
        counted.clear();
      }
      return unsent;
    },
    delivered(flushes) {
      unsent = unsent.filter((flush) => !flushes.includes(flush));
    },
  };
}

/** Of this process. */
export const metrics: Metrics = createMetrics();

/** The same labels are the same series, in whatever order they are given. */
function inOrder(known: LabelValues, labels: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.keys(known).map((name) => [name, String(labels[name])]));
}
