import {
  COUNTERS,
  HISTOGRAMS,
  type LabelValues,
} from "../supabase/functions/_shared/platform/metric-definitions.ts";
import { GAUGES } from "../supabase/functions/calendar-metrics/gauges.ts";
import { formatted } from "./format.ts";
import { ROOT } from "./paths.ts";

/** The page that lists every metric. */
export const METRICS_PAGE_PATH = `${ROOT}/docs/operate/metrics.md`;

/** Labels of gauges whose values the database alone knows. */
const LABELS_FROM_DATABASE: Readonly<Record<string, readonly string[]>> = {
  calendar_user_changes_last_day: ["quantile"],
  calendar_queue_jobs: ["state"],
  calendar_lanes_due: ["provider", "waiting"],
  calendar_oldest_due_age_seconds: ["provider", "waiting"],
  calendar_quota_calls_used: ["provider", "scope"],
  calendar_quota_calls_limit: ["provider", "scope"],
  calendar_circuit_breaker_open: ["provider", "cause"],
  calendar_incidents_unrepaired: ["kind"],
  calendar_incidents_last_hour: ["kind"],
  calendar_healthy: ["check"],
};

interface Definition {
  readonly help: string;
  readonly labels?: LabelValues;
}

/** docs/operate/metrics.md as the definitions in the functions have it. */
export async function renderMetricsPage(): Promise<string> {
  return await formatted(
    `# Metrics

<!-- Written by npm run generate. -->

Every metric of \`calendar-metrics\`. How to scrape them: [alerts.md](alerts.md#set-up).

## Counters

${table(COUNTERS, "_total")}

## Histograms

In seconds.

${table(HISTOGRAMS)}

## Gauges

${table(GAUGES)}
`,
    "md",
  );
}

function table(metrics: Readonly<Record<string, Definition>>, ending = ""): string {
  const rows = Object.entries(metrics).map(([name, { help, labels }]) =>
    `| \`${name}${ending}\` | ${labelsOf(name, labels ?? {})} | ${help.replaceAll("|", "\\|")} |`
  );
  return ["| metric | labels and their values | meaning |", "| - | - | - |", ...rows].join("\n");
}

function labelsOf(name: string, labels: LabelValues): string {
  const declared = Object.entries(labels).map(([label, values]) =>
    values === null ? `\`${label}\`` : `\`${label}\`: ${values.join(", ")}`
  );
  return [...declared, ...(LABELS_FROM_DATABASE[name] ?? []).map((label) => `\`${label}\``)].join("; ");
}
