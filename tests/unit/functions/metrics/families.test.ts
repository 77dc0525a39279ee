import assert from "node:assert/strict";
import fc from "fast-check";
import { HISTOGRAMS } from "../../../../supabase/functions/_shared/platform/metric-definitions.ts";
import { createMetrics } from "../../../../supabase/functions/_shared/platform/metrics.ts";
import { familiesOf } from "../../../../supabase/functions/calendar-metrics/families.ts";
import { renderOpenMetrics } from "../../../../supabase/functions/calendar-metrics/openmetrics.ts";
import { readOpenMetrics, total } from "../../../support/openmetrics.ts";

/** What could end a label, a line or a name. */
const SPECIAL = fc.constantFrom(...'"\\\n\r{},=# a1\u2028日');
const LANE = { provider: "google", kind: "event" } as const;

function render(...[figures]: Parameters<typeof familiesOf>) {
  return readOpenMetrics(renderOpenMetrics(familiesOf(figures)));
}

Deno.test("where nothing happened every series of known labels is there, as 0", () => {
  const { samples } = render({ counts: [], gauges: [] });
  assert.equal(samples.get('calendar_provider_errors_total{class="network",provider="outlook"}'), 0);
  assert.equal(samples.get('calendar_integrations{provider="google",status="active"}'), 0);
  assert.equal(samples.get("calendar_worker_runs_total"), 0);
  assert.ok(![...samples.keys()].some((key) => key.startsWith("calendar_job_failures")));
});

Deno.test("durations become a histogram whose buckets hold all that is below them", () => {
  const { bounds } = HISTOGRAMS.calendar_lane_run_seconds;
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { minLength: 1 }), (durations) => {
      const metrics = createMetrics();
      for (const seconds of durations) metrics.observe("calendar_lane_run_seconds", LANE, seconds);
      const seen = render({
        counts: [...metrics.flushes()[0]?.counts ?? []].map((count) => ({ ...count })),
        gauges: [],
      });
      for (const bound of bounds) {
        const le = Number.isInteger(bound) ? `${bound}.0` : String(bound);
        assert.equal(
          total(seen, "calendar_lane_run_seconds_bucket", { le }),
          durations.filter((seconds) => seconds <= bound).length,
        );
      }
      assert.equal(total(seen, "calendar_lane_run_seconds_count"), durations.length);
      const sum = durations.reduce((whole, seconds) => whole + seconds, 0);
      assert.ok(
        Math.abs(total(seen, "calendar_lane_run_seconds_sum") - sum) < 1e-6 * durations.length + 1e-9,
      );
    }),
  );
});

Deno.test("a bound of an earlier release goes into the next that there is", () => {
  const seen = render({
    counts: [
      { metric: "calendar_lane_run_seconds", labels: { ...LANE, le: "0.2" }, value: 3 },
      { metric: "calendar_lane_run_seconds", labels: { ...LANE, le: "120" }, value: 1 },
    ],
    gauges: [],
  });
  const bucket = (le: string) => total(seen, "calendar_lane_run_seconds_bucket", { le });
  assert.deepEqual([bucket("0.1"), bucket("0.25"), bucket("60.0"), bucket("+Inf")], [0, 3, 3, 4]);
});

Deno.test("whatever a label says can be read again, and nothing gets out of its quotes", () => {
  fc.assert(fc.property(fc.string({ unit: SPECIAL, maxLength: 64 }), (word) => {
    const { samples } = render({
      counts: [{ metric: "calendar_obligation_syncs", labels: { obligation_type: word }, value: 1 }],
      gauges: [],
    });
    const escaped = word.replace(/[\\"]/g, String.raw`\$&`).replaceAll("\n", String.raw`\n`);
    assert.equal(samples.get(`calendar_obligation_syncs_total{obligation_type="${escaped}"}`), 1);
  }));
});

Deno.test("an age that nobody knows has no end", () => {
  const { samples } = render({
    counts: [],
    gauges: [{ metric: "calendar_tick_age_seconds", labels: {}, value: null }],
  });
  assert.equal(samples.get("calendar_tick_age_seconds"), Infinity);
});

Deno.test("numbers are spelt as the format has them", () => {
  const text = renderOpenMetrics([{
    name: "calendar_example",
    type: "gauge",
    unit: null,
    help: 'Says "so",\nand \\ so.',
    samples: [1e21, 1e-7, 0, Infinity].map((value, index) => ({
      suffix: "",
      labels: { n: String(index) },
      value,
    })),
  }]);
  assert.equal(
    text,
    String.raw`# TYPE calendar_example gauge
# HELP calendar_example Says \"so\",\nand \\ so.
calendar_example{n="0"} 1e+21
calendar_example{n="1"} 1e-7
calendar_example{n="2"} 0
calendar_example{n="3"} +Inf
# EOF
`,
  );
});
