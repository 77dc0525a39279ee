import assert from "node:assert/strict";
import { METRICS_PAGE_PATH, renderMetricsPage } from "../../../local/metrics-page.ts";
import { ROOT } from "../../../local/paths.ts";
import { COUNTERS, HISTOGRAMS } from "../../../supabase/functions/_shared/platform/metric-definitions.ts";
import { GAUGES } from "../../../supabase/functions/calendar-metrics/gauges.ts";
import { alertRules } from "../../support/dashboard.ts";

const page = await Deno.readTextFile(`${ROOT}/docs/operate/alerts.md`);

Deno.test("the runbook link of every alert leads to its own section, and no section lacks an alert", async () => {
  const rules = await alertRules();
  const alerts = [...rules.matchAll(/- alert: (\w+)/g)].map(([, name = ""]) => name);
  const anchors = [...rules.matchAll(/runbook: docs\/operate\/alerts\.md#(\w+)/g)].map(([, anchor]) =>
    anchor
  );
  assert.ok(alerts.length > 10);
  assert.deepEqual(anchors, alerts.map((name) => name.toLowerCase()));
  assert.deepEqual(sections().map(({ alert }) => alert), alerts);
});

Deno.test("the section of every alert says what it means, where to look and what to do", () => {
  for (const { alert, text } of sections()) {
    assert.deepEqual(
      [...text.matchAll(/^- \*\*(\w+)\*\*: \S/gm)].map(([, word]) => word),
      ["Means", "Look", "Do"],
      alert,
    );
  }
});

Deno.test("the section of CalendarIncidents says what to do for every kind of incident", async () => {
  const schema = await Deno.readTextFile(`${ROOT}/supabase/schemas/035_outbox.sql`);
  const [, incidents = ""] = /create table calendar_sync\.incidents \(([^;]+);/.exec(schema) ?? [];
  const [, kinds = ""] = /check \(kind in \(([^)]+)\)/.exec(incidents) ?? [];
  const section = sections().find(({ alert }) => alert === "CalendarIncidents");
  const [, what_to_do = ""] = /^- \*\*Do\*\*: (.+)$/m.exec(section?.text ?? "") ?? [];
  // `enqueue`, `claim`: …
  const named = [...what_to_do.matchAll(/((?:`\w+`, )*`\w+`):/g)].flatMap(([, names = ""]) =>
    names.match(/\w+/g) ?? []
  );
  const known = kinds.match(/\w+/g) ?? [];
  assert.ok(known.length > 0);
  assert.deepEqual(named.sort(), known.sort());
});

Deno.test("docs/operate/metrics.md describes every metric (npm run generate)", async () => {
  const metrics = await Deno.readTextFile(METRICS_PAGE_PATH);
  assert.equal(metrics, await renderMetricsPage());
  const names = [
    ...Object.keys(COUNTERS).map((name) => `${name}_total`),
    ...Object.keys(HISTOGRAMS),
    ...Object.keys(GAUGES),
  ];
  const described = [...metrics.matchAll(/^\| `(calendar_\w+)/gm)].map(([, name]) => name);
  assert.deepEqual(described.sort(), names.sort());
});

/** The sections that are named after an alert. */
function sections(): readonly { readonly alert: string; readonly text: string }[] {
  return page.split(/^(?=#{2,3} )/m).flatMap((section) => {
    const [, alert] = /^### (\w+)$/m.exec(section) ?? [];
    return alert === undefined ? [] : [{ alert, text: section }];
  });
}
