import assert from "node:assert/strict";
import { createWakeUp } from "../../../local/extensions/pg-net-wake-up.ts";

/** Longer than any test may take. */
const FOREVER_MS = 600_000;

Deno.test("after a start pg_net's worker looks at once, and then only when it is called", () => {
  const wake_up = createWakeUp();
  assert.deepEqual([wake_up.take(), wake_up.take()], [true, false]);
  wake_up.wake();
  assert.deepEqual([wake_up.take(), wake_up.take()], [true, false]);
});

Deno.test("the first call since the worker began to look ends its pause", async () => {
  const wake_up = createWakeUp();
  wake_up.take();
  const pause = wake_up.interrupted(FOREVER_MS);
  wake_up.wake();
  assert.equal(await pause, true);
});

Deno.test("a call during a batch ends the pause after it before it begins", async () => {
  const wake_up = createWakeUp();
  wake_up.take();
  wake_up.wake();
  assert.equal(await wake_up.interrupted(FOREVER_MS), true);
});

Deno.test("further calls end no pause until the worker begins to look again", async () => {
  const wake_up = createWakeUp();
  wake_up.take();
  wake_up.wake();
  await wake_up.interrupted(FOREVER_MS);
  wake_up.wake();
  assert.equal(await wake_up.interrupted(1), false);
  assert.equal(wake_up.take(), true);
  wake_up.wake();
  assert.equal(await wake_up.interrupted(FOREVER_MS), true);
});
