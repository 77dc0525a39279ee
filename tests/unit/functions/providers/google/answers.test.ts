import assert from "node:assert/strict";
import {
  failureOf,
  isBurned,
  isDuplicate,
  readAnswer,
} from "../../../../../supabase/functions/_shared/providers/google/answers.ts";

function refused(status: number, reason: string, headers: Record<string, string> = {}) {
  const body = JSON.stringify({
    error: { code: status, message: "m", errors: [{ domain: "d", reason, message: "m" }] },
  });
  return readAnswer(status, new Headers(headers), body);
}

/** Calendar API guide, "Handle API errors"; one row an answer. */
const TABLE = [
  [400, "timeRangeEmpty", "rejected"],
  [401, "authError", "unauthorized"],
  [403, "rateLimitExceeded", "rate_limited"],
  [403, "userRateLimitExceeded", "rate_limited"],
  [403, "quotaExceeded", "rate_limited"],
  [403, "insufficientPermissions", "scope_missing"],
  [403, "forbidden", "rejected"],
  [403, "forbiddenForNonOrganizer", "rejected"],
  [403, "notACalendarUser", "rejected"],
  [403, "requiredAccessLevel", "transient"],
  [403, "somethingNew", "transient"],
  [409, "conflict", "transient"],
  [412, "conditionNotMet", "transient"],
  [429, "rateLimitExceeded", "rate_limited"],
  [500, "backendError", "transient"],
  [503, "backendError", "transient"],
] as const;

for (const [status, reason, kind] of TABLE) {
  Deno.test(`${status} ${reason} is ${kind}`, () => {
    const answer = refused(status, reason);
    assert.ok(answer.kind === "refused");
    assert.equal(failureOf(answer).kind, kind);
  });
}

Deno.test("a body that is empty or HTML is no answer when the status says success, and transient when it is a 403", () => {
  assert.deepEqual(readAnswer(200, new Headers(), ""), { kind: "lost", reason: "unreadable" });
  assert.deepEqual(readAnswer(200, new Headers(), "<html>"), { kind: "lost", reason: "unreadable" });
  assert.deepEqual(readAnswer(204, new Headers(), ""), { kind: "ok", body: null });
  const forbidden = readAnswer(403, new Headers(), "<html>");
  assert.ok(forbidden.kind === "refused");
  assert.equal(failureOf(forbidden).kind, "transient");
});

Deno.test("Retry-After is read as seconds or as a date, and never beyond an hour", () => {
  const delayOf = (value: string) => {
    const answer = refused(429, "rateLimitExceeded", { "retry-after": value });
    return answer.kind === "refused" ? answer.retry_after_s : undefined;
  };
  assert.equal(delayOf("7"), 7);
  assert.equal(delayOf("999999"), 3600);
  assert.equal(delayOf("soon"), null);
  const inTen = delayOf(new Date(Date.now() + 10_000).toUTCString());
  assert.ok(inTen !== undefined && inTen !== null && inTen >= 8 && inTen <= 11);
  assert.equal(delayOf(new Date(0).toUTCString()), 0);
});

Deno.test("a 409 is a duplicate unless it is a conflict", () => {
  assert.equal(isDuplicate(refused(409, "duplicate")), true);
  assert.equal(isDuplicate(refused(409, "conflict")), false);
});

Deno.test("an id is burned when its event cannot come back, however Google says so", () => {
  assert.equal(isBurned(refused(403, "forbidden")), true);
  assert.equal(isBurned(refused(404, "notFound")), true);
  assert.equal(isBurned(refused(410, "deleted")), true);
  assert.equal(isBurned(readAnswer(200, new Headers(), '{"status":"cancelled"}')), true);
  assert.equal(isBurned(refused(403, "rateLimitExceeded")), false);
  assert.equal(isBurned(readAnswer(200, new Headers(), '{"status":"confirmed"}')), false);
});
