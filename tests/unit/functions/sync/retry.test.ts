import assert from "node:assert/strict";
import { retryDelayMs } from "../../../../supabase/functions/_shared/sync/retry.ts";

Deno.test("the first retry comes after a second", () => {
  assert.equal(retryDelayMs(0, 0.99), 1000);
});

Deno.test("retries come at any time between a second and a bound that doubles up to five minutes", () => {
  assert.deepEqual([1, 2, 3, 4].map((attempts) => retryDelayMs(attempts, 1)), [2000, 4000, 8000, 16_000]);
  assert.deepEqual([1, 2, 1000].map((attempts) => retryDelayMs(attempts, 0)), [1000, 1000, 1000]);
  assert.equal(retryDelayMs(3, 0.5), 4500);
  assert.equal(retryDelayMs(1000, 1), 300_000);
});
