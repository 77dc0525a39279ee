/** What Prometheus is told of the format. */
export const OPENMETRICS_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/** One figure of a family: its name is that of the family and the suffix. */
export interface Sample {
  readonly suffix: "" | "_total" | "_bucket" | "_count" | "_sum";
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A metric with all its series. */
export interface Family {
  /** Without a suffix; with its unit, where it has one. */
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly unit: "seconds" | null;
  readonly help: string;
  readonly samples: readonly Sample[];
}

/**
 * Writes metrics as OpenMetrics text. No library in reach does: prom-client keeps its own counts in memory, where these come
 * from the database, and writes neither units nor a histogram that somebody else counted.
 *
 * @source https://github.com/prometheus/OpenMetrics, specification 1.0
 */
export function renderOpenMetrics(families: readonly Family[]): string {
  const lines = families.flatMap(({ name, type, unit, help, samples }) => [
    `# TYPE ${name} ${type}`,
    ...(unit === null ? [] : [`# UNIT ${name} ${unit}`]),
    `# HELP ${name} ${escaped(help)}`,
    ...samples.map(({ suffix, labels, value }) =>
      `${name}${suffix}${labelText(labels)} ${numberText(value)}`
    ),
  ]);
  return `${lines.join("\n")}\n# EOF\n`;
}

/** A number as a bound or a quantile has to be written: one spelling a value. */
export function canonical(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : numberText(value);
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
}

function numberText(value: number): string {
  if (value === Infinity) return "+Inf";
  return value === -Infinity ? "-Inf" : String(value);
}
