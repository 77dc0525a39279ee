import assert from "node:assert/strict";
import { retryDelayMs } from "../../../../supabase/functions/_shared/sync/retry.ts";

Deno.test("the first retry comes after a second", () => {
  assert.equal(retryDelayMs(0, 0.99), 1000);
});

Deno.test("retries double up to five minutes, half of each delay being random", () => {
  assert.deepEqual([1, 2, 3].map((attempts) => retryDelayMs(attempts, 0)), [1000, 2000, 4000]);
  assert.equal(retryDelayMs(3, 1), 8000);
  assert.equal(retryDelayMs(1000, 1), 300_000);
  assert.equal(retryDelayMs(1000, 0), 150_000);
});
