// A platform in which something happens, and Debian's Prometheus that scrapes it as docs/operate says: it takes the rules,
// and has an answer to every question of the dashboard. Writes what was scraped to `<folder>/scrape`.
import assert from "node:assert/strict";
import { z } from "zod";
import { freePort } from "../../local/free-port.ts";
import { ROOT } from "../../local/paths.ts";
import { PATIENCE_MS, until } from "../support/calendar-api.ts";
import { dashboardQueries } from "../support/dashboard.ts";
import { openScene } from "../support/scene.ts";
import { ADA } from "../support/subjects/subject.ts";

const SECRET = "not-a-real-secret-but-one-that-is-long-enough";
/** Nothing of their kind has happened. */
const MAY_BE_EMPTY = / > 0$/;

const Rules = z.object({
  data: z.object({
    groups: z.array(z.object({ rules: z.array(z.object({ name: z.string(), health: z.string() })) })),
  }),
});
const Result = z.object({ status: z.literal("success"), data: z.object({ result: z.array(z.unknown()) }) });
const Up = z.object({
  data: z.object({ result: z.array(z.object({ value: z.tuple([z.number(), z.literal("1")]) })) }),
});

const [folder] = Deno.args;
assert.ok(folder, "names a folder");
const scene = await openScene("google", { CALENDAR_METRICS_SECRET: SECRET });
const { sql, provider, stack } = scene;
try {
  const ada = await scene.connectedUser(ADA);
  provider.emulator.faults.set([
    { match: { path: provider.paths.events }, ...provider.refusals.rate_limit, times: 1 },
    { match: { path: provider.paths.events }, ...provider.refusals.unauthorized, times: 1 },
  ]);
  await sql`insert into public.obligations (user_id, title, deadline_date, obligation_type)
    select ${ada.id}, 'Obligation ' || n, '2027-03-15', 'tax "and" more' from generate_series(1, 3) as n`;
  await scene.untilTitles(ada.calendar_id, ["Obligation 1", "Obligation 2", "Obligation 3"]);
  const target = new URL(stack.apiUrl);
  const scraped = await until(async () => {
    const response = await fetch(`${stack.apiUrl}/functions/v1/calendar-metrics`, {
      headers: { authorization: `Bearer ${SECRET}` },
    });
    const text = await response.text();
    return text.includes('calendar_jobs_total{outcome="done",provider="google"} 3') && text;
  });
  await Deno.writeTextFile(`${folder}/scrape`, scraped);
  await scrapeWithPrometheus(folder, target);
} finally {
  await scene.close();
}
Deno.exit(0);

async function scrapeWithPrometheus(folder: string, target: URL): Promise<void> {
  const documented = await Deno.readTextFile(`${ROOT}/docs/operate/prometheus.yml`);
  const config = [
    ["scheme: https", "scheme: http"],
    ["scrape_interval: 30s", "scrape_interval: 1s"],
    ["scrape_timeout: 10s", "scrape_timeout: 1s"],
    ["/etc/prometheus/calendar-metrics-secret", `${folder}/secret`],
    ["YOUR-PROJECT.supabase.co", target.host],
    ["- prometheus-alerts.yml", `- ${ROOT}/docs/operate/prometheus-alerts.yml`],
  ].reduce((text, [from = "", to = ""]) => {
    assert.ok(text.includes(from), from);
    return text.replace(from, to);
  }, documented);
  await Deno.writeTextFile(`${folder}/prometheus.yml`, `global: { evaluation_interval: 1s }\n${config}`);
  await Deno.writeTextFile(`${folder}/secret`, SECRET);
  const address = `127.0.0.1:${freePort()}`;
  const prometheus = new Deno.Command("prometheus", {
    args: [
      `--config.file=${folder}/prometheus.yml`,
      `--storage.tsdb.path=${folder}/tsdb`,
      `--web.listen-address=${address}`,
      "--log.level=warn",
    ],
    stdin: "null",
    stdout: "null",
    stderr: "inherit",
  }).spawn();
  const alerts = await Deno.readTextFile(`${ROOT}/docs/operate/prometheus-alerts.yml`);
  const rule_count = alerts.match(/^\s*- alert:/gm)?.length;
  const ask = async (path: string): Promise<unknown> => {
    const response = await fetch(`http://${address}/api/v1/${path}`);
    return await response.json();
  };
  const query = (expression: string) => ask(`query?${new URLSearchParams({ query: expression })}`);
  try {
    await until(
      async () => {
        // It takes a moment to listen.
        const answer = await query('up{job="calendar"}').catch(() => null);
        return Up.safeParse(answer).data?.data.result.length === 1;
      },
      PATIENCE_MS,
      () => ask("targets").catch(() => "it does not answer"),
    );
    await until(
      async () => {
        const rules = Rules.parse(await ask("rules")).data.groups.flatMap((group) => group.rules);
        return rules.length === rule_count && rules.every(({ health }) => health === "ok");
      },
      PATIENCE_MS,
      () => ask("rules"),
    );
    const queries = await dashboardQueries({ job: "calendar", provider: ".*", range: "1m" });
    for (const expression of queries) {
      await until(
        async () => {
          const answer = Result.safeParse(await query(expression)).data;
          return answer !== undefined && (answer.data.result.length > 0 || MAY_BE_EMPTY.test(expression));
        },
        PATIENCE_MS,
        async () => ({ expression, answer: await query(expression) }),
      );
    }
    const firing = Result.parse(await query('ALERTS{alertstate="firing",severity="critical"}'));
    assert.deepEqual(firing.data.result, []);
    console.log(
      `Prometheus took ${rule_count} rules and answered ${queries.length} questions of the dashboard.`,
    );
  } finally {
    prometheus.kill("SIGTERM");
    await prometheus.status;
  }
}
