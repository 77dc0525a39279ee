import assert from "node:assert/strict";
import {
  CHANNEL_ANSWERS,
  GOOGLE_ANSWERS,
  isBurned,
  isUnused,
  readAnswer,
  readTokenRefusal,
  TOKEN_ANSWERS,
} from "../../../../../supabase/functions/_shared/providers/google/answers.ts";

function refused(status: number, reason: string, headers: Record<string, string> = {}) {
  const body = JSON.stringify({
    error: { code: status, message: "m", errors: [{ domain: "d", reason, message: "m" }] },
  });
  return readAnswer(status, new Headers(headers), body);
}

/** What each row of the table has to mean, said once more by hand: status, reason, outcome, seconds. */
const EXPECTED: readonly (readonly [number, string, string, (number | null)?])[] = [
  [400, "timeRangeEmpty", "rejected"],
  [400, "channelIdNotUnique", "exists"],
  [400, "push.webhookUrlNotHttps", "rejected"],
  [401, "push.webhookUrlUnauthorized", "rejected"],
  [401, "authError", "token_rejected"],
  [403, "rateLimitExceeded", "pause", null],
  [403, "userRateLimitExceeded", "pause", null],
  [403, "RATE_LIMIT_EXCEEDED", "pause", null],
  [403, "dailyLimitExceeded", "pause", 3600],
  [403, "quotaExceeded", "pause", 3600],
  [403, "insufficientPermissions", "needs_reconnect"],
  [403, "ACCESS_TOKEN_SCOPE_INSUFFICIENT", "needs_reconnect"],
  [403, "notACalendarUser", "mailbox_unavailable"],
  [403, "domainPolicy", "needs_admin"],
  [403, "accessNotConfigured", "pause", 300],
  [403, "SERVICE_DISABLED", "pause", 300],
  [403, "forbidden", "rejected"],
  [403, "forbiddenForNonOrganizer", "rejected"],
  [403, "requiredAccessLevel", "retry", null],
  [403, "somethingNew", "retry", null],
  [404, "notFound", "gone"],
  [404, "NOT_FOUND", "gone"],
  [404, "somethingNew", "retry", null],
  [408, "timeout", "unknown", null],
  [409, "duplicate", "exists"],
  [409, "conflict", "conflict"],
  [410, "deleted", "gone"],
  [410, "fullSyncRequired", "retry", null],
  [412, "conditionNotMet", "conflict"],
  [418, "teapot", "rejected"],
  [429, "rateLimitExceeded", "pause", null],
  [429, "quotaExceeded", "pause", 3600],
  [500, "backendError", "unknown", null],
  [503, "backendError", "unknown", null],
];

for (const [status, reason, kind, after_s] of EXPECTED) {
  Deno.test(`Google ${status} ${reason} is ${kind}`, () => {
    const answer = refused(status, reason);
    assert.equal(answer.kind, kind);
    assert.equal("after_s" in answer ? answer.after_s : undefined, after_s);
    if (kind !== "exists") assert.equal("reason" in answer && answer.reason, reason);
  });
}

const SHAPELESS: readonly (readonly [number, string, string])[] = [
  [400, "", "retry"],
  [403, "<html>proxy</html>", "retry"],
  [404, "", "retry"],
  [404, "<html>not found</html>", "retry"],
  [418, "", "retry"],
  [404, '{"error":{"code":404,"message":"Not Found"}}', "gone"],
  [409, '{"error":{"code":409,"message":"m"}}', "exists"],
  [410, '{"error":{"code":410,"message":"m"}}', "gone"],
];

for (const [status, body, kind] of SHAPELESS) {
  Deno.test(`Google ${status} with the body ${JSON.stringify(body)} is ${kind}: a proxy speaks for nobody`, () => {
    assert.equal(readAnswer(status, new Headers(), body).kind, kind);
  });
}

Deno.test("every row of the table is tried, and names its source", () => {
  const tried = (status: number | string, reason: string | null) =>
    EXPECTED.some(([s, r]) =>
      (s === status || (status === "5xx" && s >= 500) || (status === "*" && s === 418)) &&
      (reason === null || r === reason)
    ) || SHAPELESS.some(([s, body]) =>
      (s === status || status === "*") &&
      (reason === "unspecified" ? body.startsWith("{") : !body.startsWith("{"))
    );
  for (const { status, reason, source } of [...CHANNEL_ANSWERS, ...GOOGLE_ANSWERS]) {
    assert.ok(tried(status, reason), `${status} ${reason}`);
    assert.ok(source.length > 5);
  }
});

Deno.test("a success whose body is empty or HTML is unknown: it may have been done", () => {
  const unreadable = { kind: "unknown", reason: "unreadable", after_s: null };
  assert.deepEqual(readAnswer(200, new Headers(), ""), unreadable);
  assert.deepEqual(readAnswer(200, new Headers(), "<html>"), unreadable);
  assert.deepEqual(readAnswer(204, new Headers(), ""), { kind: "ok", body: null });
});

Deno.test("Retry-After is read as seconds or as a date, and never beyond an hour", () => {
  const delayOf = (value: string) => {
    const answer = refused(429, "rateLimitExceeded", { "retry-after": value });
    return answer.kind === "pause" ? answer.after_s : undefined;
  };
  assert.equal(delayOf("7"), 7);
  assert.equal(delayOf("999999"), 3600);
  assert.equal(delayOf("soon"), null);
  const inTen = delayOf(new Date(Date.now() + 10_000).toUTCString());
  assert.ok(inTen !== undefined && inTen !== null && inTen >= 8 && inTen <= 11);
  assert.equal(delayOf("2.5"), 3);
  assert.equal(delayOf("0.2"), 1);
  for (const no_wait of ["0", "0.0", "-1", "-2.5", "1e3", new Date(0).toUTCString()]) {
    assert.equal(delayOf(no_wait), null, no_wait);
  }
});

Deno.test("an id is burned when its event cannot come back, however Google says so", () => {
  assert.equal(isBurned(refused(403, "forbidden")), true);
  assert.equal(isBurned(refused(404, "notFound")), true);
  assert.equal(isBurned(refused(410, "deleted")), true);
  assert.equal(isBurned(readAnswer(200, new Headers(), '{"status":"cancelled"}')), true);
  assert.equal(isBurned(refused(403, "rateLimitExceeded")), false);
  assert.equal(isBurned(readAnswer(200, new Headers(), '{"status":"confirmed"}')), false);
});

Deno.test("an address that never held an event is told from one whose event was deleted", () => {
  assert.equal(isUnused(refused(404, "notFound")), true);
  assert.equal(isUnused(refused(410, "deleted")), false);
  assert.equal(isUnused(refused(503, "backendError")), false);
});

for (
  const [error, means] of [
    ["invalid_grant", "invalid_grant"],
    ["admin_policy_enforced", "blocked_by_policy"],
    ["org_internal", "configuration"],
    ["invalid_client", "configuration"],
    ["unauthorized_client", "configuration"],
    ["invalid_request", "configuration"],
    ["unsupported_grant_type", "configuration"],
    ["deleted_client", "configuration"],
    ["disabled_client", "configuration"],
    ["something_new", "unavailable"],
    [null, "unavailable"],
  ] as const
) {
  Deno.test(`Google's token endpoint says ${error}: ${means}, unless it is down or busy`, () => {
    assert.equal(readTokenRefusal(400, error), means);
    assert.equal(readTokenRefusal(503, error), "unavailable");
    assert.equal(readTokenRefusal(429, error), "unavailable");
  });
}

Deno.test("every row of the token table is tried", () => assert.equal(TOKEN_ANSWERS.length, 9));
