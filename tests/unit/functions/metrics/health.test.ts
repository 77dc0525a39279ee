import assert from "node:assert/strict";
import type { Rpc } from "../../../../supabase/functions/_shared/platform/rpc.ts";
import { createHealthCheck } from "../../../../supabase/functions/calendar-metrics/health.ts";

Deno.test("whoever asks within two seconds is given the same answer, and then a new one", async () => {
  let now = 0;
  const answers = [["tick"], [], ["queue"]];
  const rpc: Rpc = (_name, _args, schema) => Promise.resolve(schema.parse(answers.shift()));
  const check = createHealthCheck(rpc, () => now);
  assert.deepEqual(await Promise.all([check(), check()]), [["tick"], ["tick"]]);
  now = 1_999;
  assert.deepEqual(await check(), ["tick"]);
  now = 2_000;
  assert.deepEqual(await check(), []);
  now = 4_000;
  assert.deepEqual(await check(), ["queue"]);
});

Deno.test("a database that cannot be asked is what fails", async () => {
  let now = 0;
  let is_away = true;
  const rpc: Rpc = (_name, _args, schema) =>
    is_away ? Promise.reject(new Error("away")) : Promise.resolve(schema.parse([]));
  const check = createHealthCheck(rpc, () => now);
  assert.deepEqual(await check(), ["database"]);
  is_away = false;
  now = 2_000;
  assert.deepEqual(await check(), []);
});
