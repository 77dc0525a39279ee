import assert from "node:assert/strict";
import type { Outcome } from "../../../../supabase/functions/_shared/providers/calendar-client.ts";
import { laneVerdict } from "../../../../supabase/functions/_shared/sync/verdict.ts";

const done: Outcome = { kind: "done", remote: null };
const transient: Outcome = { kind: "transient", reason: "timeout", retry_after_s: null };

Deno.test("a batch in which nothing needed doing is a success", () => {
  assert.equal(laneVerdict([], 3).succeeded, true);
});

Deno.test("a batch that did nothing but fail backs its lane off and says that the provider is unavailable", () => {
  const verdict = laneVerdict([transient, null], 0);
  assert.equal(verdict.succeeded, false);
  assert.equal(verdict.backoff_ms, 1000);
  assert.equal(verdict.last_error?.code, "provider_unavailable");
});

Deno.test("one success among failures keeps the lane going and its error clear", () => {
  const verdict = laneVerdict([done, transient], 5);
  assert.equal(verdict.succeeded, true);
  assert.equal(verdict.backoff_ms, null);
  assert.equal(verdict.last_error, null);
});

Deno.test("the provider's own delay holds the lane, whatever our backoff would be", () => {
  const limited: Outcome = { kind: "rate_limited", reason: "rate_limit", retry_after_s: 7 };
  const verdict = laneVerdict([done, limited], 0);
  assert.deepEqual([verdict.hold_ms, verdict.backoff_ms], [7000, null]);
  assert.equal(laneVerdict([{ ...transient, retry_after_s: 9 }], 0).hold_ms, 9000);
});

Deno.test("a rate limit without a delay is our own backoff, and no error that a user should see", () => {
  const verdict = laneVerdict([{ kind: "rate_limited", reason: "rate_limit", retry_after_s: null }], 0);
  assert.deepEqual([verdict.hold_ms, verdict.backoff_ms, verdict.last_error], [null, 1000, null]);
});

Deno.test("a spent quota pauses the lane for an hour and says so", () => {
  const verdict = laneVerdict([{ kind: "rate_limited", reason: "quota", retry_after_s: null }], 0);
  assert.equal(verdict.hold_ms, 3_600_000);
  assert.equal(verdict.last_error?.code, "quota");
});

Deno.test("a missing calendar pauses the integration, a missing scope disconnects it", () => {
  assert.equal(laneVerdict([done, { kind: "calendar_missing" }], 0).status, "paused");
  assert.equal(laneVerdict([{ kind: "scope_missing" }], 0).status, "disconnected");
});

Deno.test("an event that the provider refuses for good does not stop its lane", () => {
  const verdict = laneVerdict([{ kind: "rejected", reason: "invalid" }], 0);
  assert.deepEqual([verdict.succeeded, verdict.backoff_ms, verdict.last_error], [true, null, null]);
});
