import assert from "node:assert/strict";
import { ROOT } from "../../../local/paths.ts";
import { COUNTERS, HISTOGRAMS } from "../../../supabase/functions/_shared/platform/metric-definitions.ts";
import { GAUGES } from "../../../supabase/functions/calendar-metrics/gauges.ts";
import { alertRules } from "../../support/dashboard.ts";

const page = await Deno.readTextFile(`${ROOT}/docs/operations/README.md`);

Deno.test("every alert has its place in the table, and the table no other", async () => {
  const rules = await alertRules();
  const alerts = [...rules.matchAll(/- alert: (\w+)/g)].map(([, name = ""]) => name);
  const anchors = [...rules.matchAll(/runbook: docs\/operations\/README\.md#(\w+)/g)].map(([, anchor]) =>
    anchor
  );
  assert.deepEqual(anchors, alerts.map((name) => name.toLowerCase()));
  const placed = [...page.matchAll(/<a id="(\w+)"><\/a>`(\w+)`/g)];
  assert.deepEqual(placed.map(([, , name]) => name), alerts);
  assert.deepEqual(placed.map(([, anchor]) => anchor), anchors);
});

Deno.test("every metric is described, by the name that it is read by", () => {
  const names = [
    ...Object.keys(COUNTERS).map((name) => `${name}_total`),
    ...Object.keys(HISTOGRAMS),
    ...Object.keys(GAUGES),
  ];
  const described = [...page.matchAll(/^\| `(calendar_\w+)/gm)].map(([, name]) => name);
  assert.deepEqual(described.sort(), names.sort());
});
