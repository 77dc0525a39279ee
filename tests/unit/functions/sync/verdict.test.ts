import assert from "node:assert/strict";
import type { Outcome } from "../../../../supabase/functions/_shared/providers/outcome.ts";
import { laneVerdict } from "../../../../supabase/functions/_shared/sync/verdict.ts";

const done: Outcome = { kind: "done", event_id: "e", etag: null };
const unknown: Outcome = { kind: "unknown", reason: "timeout", after_s: null, silent: true };
const pause = (code: "quota" | null, after_s: number | null): Outcome => ({
  kind: "pause",
  reason: "r",
  code,
  after_s,
});

Deno.test("a batch in which nothing needed doing is a success", () => {
  assert.equal(laneVerdict([], 3).succeeded, true);
});

Deno.test("a batch that did nothing but fail backs its lane off and says that the provider is unavailable", () => {
  const verdict = laneVerdict([unknown, null], 0);
  assert.equal(verdict.succeeded, false);
  assert.deepEqual(verdict.wait, { reason: "backoff", ms: 1000 });
  assert.equal(verdict.last_error?.code, "provider_unavailable");
});

Deno.test("one success among failures keeps the lane going and its error clear", () => {
  for (const success of [done, { kind: "gone", reason: "deleted" } as const]) {
    const verdict = laneVerdict([success, unknown], 5);
    assert.deepEqual([verdict.succeeded, verdict.wait, verdict.last_error], [true, null, null]);
  }
});

Deno.test("the lane waits as long as the provider asks, whatever our backoff would be", () => {
  const retryAfter = (ms: number) => ({ reason: "retry_after", ms });
  assert.deepEqual(laneVerdict([done, pause(null, 7)], 0).wait, retryAfter(7000));
  assert.deepEqual(laneVerdict([{ ...unknown, after_s: 9 }], 0).wait, retryAfter(9000));
});

Deno.test("a rate limit without a delay, or with one of 0, is our own backoff, and no error that a user should see", () => {
  for (const after_s of [null, 0]) {
    const verdict = laneVerdict([pause(null, after_s)], 0);
    assert.deepEqual([verdict.wait, verdict.last_error], [{ reason: "backoff", ms: 1000 }, null]);
  }
});

Deno.test("a spent quota pauses the lane for as long as its row says, and tells the user", () => {
  const verdict = laneVerdict([pause("quota", 3600)], 0);
  assert.deepEqual(verdict.wait, { reason: "retry_after", ms: 3_600_000 });
  assert.equal(verdict.last_error?.code, "quota");
});

Deno.test("what only a person can mend stops the integration with its reason", () => {
  const cases: readonly (readonly [Outcome, string, string])[] = [
    [{ kind: "calendar_missing", reason: "notFound" }, "paused", "calendar_missing"],
    [{ kind: "mailbox_unavailable", reason: "r" }, "paused", "mailbox_unavailable"],
    [{ kind: "needs_admin", code: "blocked_by_policy", reason: "r" }, "paused", "blocked_by_policy"],
    [{ kind: "needs_reconnect", code: "scope_missing", reason: "r" }, "disconnected", "scope_missing"],
  ];
  for (const [outcome, status, code] of cases) {
    const verdict = laneVerdict([done, outcome], 0);
    assert.deepEqual([verdict.status, verdict.last_error?.code], [status, code]);
  }
});

Deno.test("a calendar of ours that has a new id is followed at once", () => {
  const verdict = laneVerdict([{ kind: "calendar_moved", calendar_id: "new" }, null], 3);
  assert.deepEqual(
    [verdict.calendar_id, verdict.wait, verdict.status, verdict.last_error],
    ["new", null, null, null],
  );
});

Deno.test("a batch of which everything was refused for good is no success and does not stop its lane", () => {
  const verdict = laneVerdict([{ kind: "rejected", reason: "invalid" }], 4);
  assert.deepEqual(
    [verdict.succeeded, verdict.reached, verdict.wait, verdict.last_error],
    [false, true, null, null],
  );
});

Deno.test("a batch whose calls did not suffice for anything is not tried again at once", () => {
  for (const attempts of [0, 3]) {
    const verdict = laneVerdict([null, null], attempts);
    assert.deepEqual([verdict.succeeded, verdict.reached, verdict.last_error], [false, null, null]);
    assert.equal(verdict.wait?.reason, "backoff");
  }
});

Deno.test("where the calendar answers, what failed is down to its jobs: the lane goes on", () => {
  const verdict = laneVerdict([unknown, unknown], 4, true);
  assert.deepEqual(
    [verdict.succeeded, verdict.reached, verdict.wait, verdict.last_error],
    [false, true, null, null],
  );
});

Deno.test("where it does not answer either, the provider was not reached", () => {
  for (const answers of [false, null]) {
    const verdict = laneVerdict([unknown], 4, answers);
    assert.deepEqual([verdict.reached, verdict.last_error?.code], [false, "provider_unavailable"]);
    assert.ok((verdict.wait?.ms ?? 0) >= 1000);
  }
});

Deno.test("only silence and server errors say that the provider was not reached", () => {
  const answers: readonly Outcome[] = [
    pause(null, 5),
    { kind: "retry", reason: "http_403", after_s: null },
    { kind: "unknown", reason: "http_408", after_s: null },
    { kind: "token_rejected", reason: "authError" },
    { kind: "calendar_missing", reason: "notFound" },
    { kind: "conflict", reason: "http_412" },
  ];
  for (const answer of answers) assert.equal(laneVerdict([unknown, answer], 0).reached, true, answer.kind);
  assert.equal(laneVerdict([unknown], 0).reached, false);
  assert.equal(laneVerdict([], 0).reached, null);
});

Deno.test("a token that is not accepted, not even a new one, is waited out", () => {
  const verdict = laneVerdict([{ kind: "token_rejected", reason: "authError" }, null], 0);
  assert.deepEqual(
    [verdict.succeeded, verdict.wait, verdict.last_error?.code],
    [false, { reason: "backoff", ms: 1000 }, "provider_unavailable"],
  );
});
