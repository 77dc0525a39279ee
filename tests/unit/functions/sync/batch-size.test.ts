import assert from "node:assert/strict";
import fc from "fast-check";
import {
  BATCH_JOBS_MAX,
  BATCH_JOBS_MIN,
  nextBatchJobs,
} from "../../../../supabase/functions/_shared/sync/batch-size.ts";

Deno.test("a full batch that went through quickly is followed by a larger one", () => {
  assert.equal(nextBatchJobs(50, { jobs: 50, duration_ms: 200, succeeded: true }), 100);
  assert.equal(
    nextBatchJobs(BATCH_JOBS_MAX, { jobs: BATCH_JOBS_MAX, duration_ms: 200, succeeded: true }),
    BATCH_JOBS_MAX,
  );
});

Deno.test("a batch that was not full says nothing, one that took long or failed is followed by a smaller one", () => {
  assert.equal(nextBatchJobs(50, { jobs: 3, duration_ms: 200, succeeded: true }), 50);
  assert.equal(nextBatchJobs(50, { jobs: 50, duration_ms: 3000, succeeded: true }), 50);
  assert.equal(nextBatchJobs(100, { jobs: 100, duration_ms: 9000, succeeded: true }), 50);
  assert.equal(nextBatchJobs(100, { jobs: 3, duration_ms: 100, succeeded: false }), 50);
});

Deno.test("whatever happens, a batch stays between the smallest and the largest", () => {
  const batch = fc.record({ jobs: fc.nat(300), duration_ms: fc.nat(20_000), succeeded: fc.boolean() });
  fc.assert(fc.property(fc.integer({ min: BATCH_JOBS_MIN, max: BATCH_JOBS_MAX }), batch, (jobs_max, one) => {
    const next = nextBatchJobs(jobs_max, one);
    assert.ok(next >= BATCH_JOBS_MIN && next <= BATCH_JOBS_MAX);
  }));
});

Deno.test("a batch whose calls did not suffice for one job is followed by smaller ones, down to one job", () => {
  const starved = { jobs: 25, duration_ms: 100, succeeded: false, starved: true };
  assert.equal(nextBatchJobs(25, starved), 6);
  assert.equal(nextBatchJobs(2, starved), 1);
  assert.equal(nextBatchJobs(1, { ...starved, jobs: 1, succeeded: true, starved: false }), 2);
});
