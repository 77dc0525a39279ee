import { z } from "zod";
import { ROOT } from "../../local/paths.ts";

const FOLDER = `${ROOT}/docs/operate`;

const Dashboard = z.object({
  panels: z.array(z.object({
    title: z.string(),
    targets: z.array(z.object({ expr: z.string() })).optional(),
  })),
});

/** What the dashboard's variables stand for. */
export interface DashboardVariables {
  readonly job: string;
  /** A regular expression. */
  readonly provider: string;
  /** PromQL's spelling of a duration. */
  readonly range: string;
}

/** Every question that the dashboard asks Prometheus, with its variables filled in. */
export async function dashboardQueries(variables: DashboardVariables): Promise<string[]> {
  const text = await Deno.readTextFile(`${FOLDER}/grafana-dashboard.json`);
  return Dashboard.parse(JSON.parse(text)).panels.flatMap(({ targets }) => targets ?? []).map(({ expr }) =>
    expr.replaceAll("$job", variables.job).replaceAll("$provider", variables.provider)
      .replaceAll("$__rate_interval", variables.range).replaceAll("$__range", variables.range)
  );
}

/** The text of the alert rules. */
export async function alertRules(): Promise<string> {
  return await Deno.readTextFile(`${FOLDER}/prometheus-alerts.yml`);
}

/** The names of the metrics in PromQL; functions of the database, with their dot, are none. */
export function metricNames(text: string): string[] {
  return [...new Set(text.match(/\bcalendar_[a-z_]+\b(?![.a-z_])/g) ?? [])];
}
