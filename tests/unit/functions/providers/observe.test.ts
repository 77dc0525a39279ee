import assert from "node:assert/strict";
import { metrics } from "../../../../supabase/functions/_shared/platform/metrics.ts";
import { observed, operationOf } from "../../../../supabase/functions/_shared/providers/observe.ts";
import type { Failure } from "../../../../supabase/functions/_shared/providers/outcome.ts";

/** What a call counts, without how long it took. */
async function countsOf(
  answer: { readonly kind: "ok" } | Failure,
  signal?: AbortSignal,
): Promise<Record<string, string>[]> {
  metrics.delivered(metrics.flushes());
  await observed("google", "batch", () => Promise.resolve(answer), (same) => same, signal);
  const flushes = metrics.flushes();
  metrics.delivered(flushes);
  return flushes.flatMap(({ counts }) => counts)
    .filter(({ metric }) => !metric.endsWith("_sum"))
    .map(({ metric, labels: { le: _le, ...labels } }) => ({ metric, ...labels }));
}

const timed = (outcome: string) => ({
  metric: "calendar_provider_response_seconds",
  provider: "google",
  operation: "batch",
  outcome,
});
const failed = (error: string) => ({
  metric: "calendar_provider_errors",
  provider: "google",
  class: error,
});
const reason = "any";
const after_s = null;

Deno.test("an answer is timed once, and counted as the error that it is", async () => {
  const classes: readonly (readonly [{ readonly kind: "ok" } | Failure, string | null])[] = [
    [{ kind: "ok" }, null],
    [{ kind: "gone", reason }, null],
    [{ kind: "exists", event_id: null }, null],
    [{ kind: "conflict", reason }, null],
    [{ kind: "calendar_missing", reason }, null],
    [{ kind: "token_rejected", reason }, "auth"],
    [{ kind: "needs_reconnect", code: "scope_missing", reason }, "auth"],
    [{ kind: "needs_admin", code: "blocked_by_policy", reason }, "auth"],
    [{ kind: "pause", code: "configuration", reason, after_s }, "auth"],
    [{ kind: "pause", code: "quota", reason, after_s }, "rate_limit"],
    [{ kind: "pause", code: null, reason, after_s }, "rate_limit"],
    [{ kind: "unknown", reason: "network", after_s }, "network"],
    [{ kind: "unknown", reason: "timeout", after_s }, "network"],
    [{ kind: "unknown", reason: "http_503", after_s }, "provider"],
    [{ kind: "retry", reason, after_s }, "provider"],
    [{ kind: "rejected", reason }, "provider"],
  ];
  for (const [answer, error] of classes) {
    assert.deepEqual(
      await countsOf(answer),
      [timed(answer.kind), ...(error === null ? [] : [failed(error)])],
      answer.kind,
    );
  }
});

Deno.test("a call that we cut says nothing of the provider", async () => {
  assert.deepEqual(
    await countsOf({ kind: "unknown", reason: "network", after_s: null }, AbortSignal.abort()),
    [],
  );
});

Deno.test("calls are told apart by what they are about, at both providers", () => {
  const operations: readonly (readonly [string, string, string])[] = [
    ["GET", "/calendars/a%40b/events?maxResults=1", "event_read"],
    ["GET", "/me/calendars/AAA%3D/events/BBB", "event_read"],
    ["POST", "/calendars/a/events", "event_write"],
    ["PATCH", "/me/events/BBB", "event_write"],
    ["DELETE", "/me/events/BBB", "event_write"],
    ["GET", "/users/me/calendarList?maxResults=250", "calendar"],
    ["POST", "/me/calendars", "calendar"],
    ["GET", "/calendars/events-of-ours", "calendar"],
  ];
  for (const [method, path, operation] of operations) {
    assert.equal(operationOf(method, path), operation, `${method} ${path}`);
  }
});
