import assert from "node:assert/strict";
import { createAdmissions } from "../../../../supabase/functions/calendar-webhook/admission.ts";

const WINDOW_MS = 10_000;

Deno.test("of a channel's calls that come too quickly one stands for the others, and the next after it was noted", () => {
  let now = 0;
  const admissions = createAdmissions(() => now);
  const first = Array.from({ length: 20 }, () => admissions.ofChannel("a"));
  assert.deepEqual(new Set(first), new Set(["now"]));
  assert.equal(admissions.ofChannel("a"), "soon");
  assert.equal(admissions.ofChannel("a"), "with_another");
  assert.equal(admissions.ofChannel("b"), "now");
  admissions.isBeingNoted("a");
  assert.equal(admissions.ofChannel("a"), "soon");
  now = WINDOW_MS;
  assert.equal(admissions.ofChannel("a"), "now");
});

Deno.test("unknown channels together have 200 calls, and take none from those that are ours", () => {
  let now = 0;
  const admissions = createAdmissions(() => now);
  for (let call = 0; call < 200; call++) assert.equal(admissions.ofUnknown(), "now");
  assert.equal(admissions.ofUnknown(), "never");
  assert.equal(admissions.ofChannel("a"), "now");
  now = WINDOW_MS;
  assert.equal(admissions.ofUnknown(), "now");
});
