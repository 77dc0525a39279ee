import { z } from "zod";
import { COUNTERS, HISTOGRAMS, type LabelValues } from "../_shared/platform/metric-definitions.ts";
import { PROVIDER_NAMES } from "../_shared/providers/registry.ts";
import { GAUGES } from "./gauges.ts";
import { canonical, type Family, type Sample } from "./openmetrics.ts";

const Labels = z.record(z.string(), z.string());

/** What `calendar_metrics` answers: what was counted up to now, and how things stand. */
export const Figures = z.object({
  counts: z.array(z.object({ metric: z.string(), labels: Labels, value: z.number() })),
  /** null: that it happened is not known, so that its age has no end. */
  gauges: z.array(z.object({ metric: z.string(), labels: Labels, value: z.number().nullable() })),
});
export type Figures = z.infer<typeof Figures>;
type Count = Figures["counts"][number];

/** Of a gauge whose series are those that the database names. */
const NONE: LabelValues = { any: null };

/**
 * Every metric that is known, in a fixed order. Where all labels have a list of values every series is there from the
 * beginning, so that the first increase of a counter is seen as one.
 */
export function familiesOf({ counts, gauges }: Figures): readonly Family[] {
  const countsOf = byMetric(counts);
  const gaugesOf = byMetric(gauges);
  return [
    ...Object.entries(COUNTERS).map(([name, { help, labels }]): Family => ({
      name,
      type: "counter",
      unit: null,
      help,
      samples: withZeros("_total", labels, countsOf.get(name) ?? []),
    })),
    ...Object.entries(HISTOGRAMS).map(([name, { help, bounds }]): Family => ({
      name,
      type: "histogram",
      unit: "seconds",
      help,
      samples: histogramSamples(bounds, countsOf.get(name) ?? [], countsOf.get(`${name}_sum`) ?? []),
    })),
    ...Object.entries(GAUGES).map(([name, { help, labels }]): Family => ({
      name,
      type: "gauge",
      unit: name.endsWith("_seconds") ? "seconds" : null,
      help,
      samples: withZeros("", labels ?? NONE, gaugesOf.get(name) ?? []),
    })),
  ];
}

/** What is there, and 0 for each series of known labels that is not. */
function withZeros(
  suffix: "" | "_total",
  known: LabelValues,
  figures: readonly Figures["gauges"][number][],
): readonly Sample[] {
  const series = new Map(
    combinations(known).map((labels): [string, Sample] => [
      keyOf(labels),
      { suffix, labels: sorted(labels), value: 0 },
    ]),
  );
  for (const { labels, value } of figures) {
    series.set(keyOf(labels), { suffix, labels: sorted(labels), value: value ?? Infinity });
  }
  return [...series.values()];
}

/** Every choice of one value a label; none where a label may have any value. Providers are those of the registry. */
function combinations(known: LabelValues): readonly Readonly<Record<string, string>>[] {
  let all: readonly Readonly<Record<string, string>>[] = [{}];
  for (const [name, listed] of Object.entries(known)) {
    const values = name === "provider" ? PROVIDER_NAMES : listed;
    all = all.flatMap((labels) => (values ?? []).map((value) => ({ ...labels, [name]: value })));
  }
  return all;
}

/**
 * Counts of single buckets become what OpenMetrics wants, counts up to a bound. Bounds of an earlier release, which the
 * database still has counts of, go into the next that there is.
 */
function histogramSamples(
  bounds: readonly number[],
  buckets: readonly Count[],
  sums: readonly Count[],
): readonly Sample[] {
  const series = new Map<string, { readonly labels: Count["labels"]; readonly buckets: Count[] }>();
  for (const bucket of buckets) {
    const { le: _le, ...labels } = bucket.labels;
    const key = keyOf(labels);
    const one = series.get(key) ?? { labels: sorted(labels), buckets: [] };
    one.buckets.push(bucket);
    series.set(key, one);
  }
  return [...series].flatMap(([key, { labels, buckets }]): Sample[] => {
    const upTo = (bound: number) =>
      buckets.reduce(
        (total, { labels, value }) => boundOf(labels["le"]) <= bound ? total + value : total,
        0,
      );
    return [
      ...[...bounds, Infinity].map((bound): Sample => ({
        suffix: "_bucket",
        labels: { ...labels, le: canonical(bound) },
        value: upTo(bound),
      })),
      { suffix: "_count", labels, value: upTo(Infinity) },
      { suffix: "_sum", labels, value: sums.find((sum) => keyOf(sum.labels) === key)?.value ?? 0 },
    ];
  });
}

function boundOf(le: string | undefined): number {
  return le === undefined || le === "+Inf" ? Infinity : Number(le);
}

function keyOf(labels: Readonly<Record<string, string>>): string {
  return JSON.stringify(sorted(labels));
}

/** The database keeps labels in an order of its own. */
function sorted(labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(labels).sort(([a], [b]) => a < b ? -1 : 1));
}

function byMetric<T extends { readonly metric: string }>(figures: readonly T[]): ReadonlyMap<string, T[]> {
  return Map.groupBy(figures, ({ metric }) => metric);
}
