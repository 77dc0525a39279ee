import assert from "node:assert/strict";
import fc from "fast-check";
import { createMetrics } from "../../../../supabase/functions/_shared/platform/metrics.ts";

Deno.test("what is counted again is one series, in whatever order its labels are given", () => {
  const metrics = createMetrics();
  metrics.count("calendar_jobs", { provider: "google", outcome: "done" });
  metrics.count("calendar_jobs", { outcome: "done", provider: "google" }, 2);
  metrics.count("calendar_jobs", { provider: "outlook", outcome: "done" }, 0);
  const [flush, ...others] = metrics.flushes();
  assert.deepEqual(others, []);
  assert.deepEqual(flush?.counts, [
    { metric: "calendar_jobs", labels: { provider: "google", outcome: "done" }, value: 3 },
  ]);
});

Deno.test("a duration counts in one bucket, the first that is not below it, and in the sum", () => {
  const metrics = createMetrics();
  const labels = { provider: "google", kind: "event" } as const;
  for (const seconds of [0.1, 0.100001, 60, 61]) {
    metrics.observe("calendar_lane_run_seconds", labels, seconds);
  }
  const counts = metrics.flushes()[0]?.counts ?? [];
  assert.deepEqual(
    counts.filter(({ metric }) => metric === "calendar_lane_run_seconds").map((
      { labels, value },
    ) => [labels["le"], value]),
    [["0.1", 1], ["0.25", 1], ["60", 1], ["+Inf", 1]],
  );
  assert.deepEqual(counts.filter(({ metric }) => metric.endsWith("_sum")), [
    { metric: "calendar_lane_run_seconds_sum", labels, value: 121.200001 },
  ]);
});

Deno.test("what was not delivered is sent again as it was, beside what came later", () => {
  const metrics = createMetrics();
  assert.equal(metrics.hasCounts(), false);
  assert.deepEqual(metrics.flushes(), []);
  metrics.count("calendar_worker_runs", {});
  const first = metrics.flushes();
  assert.deepEqual(metrics.flushes(), first);
  metrics.count("calendar_worker_runs", {}, 2);
  const second = metrics.flushes();
  assert.deepEqual(second.slice(0, 1), first);
  assert.deepEqual(second.map(({ counts }) => counts[0]?.value), [1, 2]);
  metrics.delivered(first);
  assert.deepEqual(metrics.flushes(), second.slice(1));
  metrics.delivered(second);
  assert.equal(metrics.hasCounts(), false);
});

Deno.test("however counting, flushing and failing to alternate, all of it arrives once", () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant("count" as const), by: fc.integer({ min: 1, max: 9 }) }),
    fc.record({ kind: fc.constant("flush" as const), arrives: fc.boolean(), is_told: fc.boolean() }),
  );
  fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    const metrics = createMetrics();
    const database = new Map<string, number>();
    let counted = 0;
    const flush = (arrives: boolean, is_told: boolean) => {
      const flushes = metrics.flushes();
      // The database keeps each flush once.
      if (arrives) { for (const { id, counts } of flushes) database.set(id, counts[0]?.value ?? 0); }
      if (arrives && is_told) metrics.delivered(flushes);
    };
    for (const one of steps) {
      if (one.kind === "flush") flush(one.arrives, one.is_told);
      else {
        metrics.count("calendar_worker_runs", {}, one.by);
        counted += one.by;
      }
    }
    flush(true, true);
    assert.equal([...database.values()].reduce((sum, value) => sum + value, 0), counted);
  }));
});
