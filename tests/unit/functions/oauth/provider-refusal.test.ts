import assert from "node:assert/strict";
import {
  providerRefusal,
  type Refusal,
} from "../../../../supabase/functions/_shared/oauth/provider-refusal.ts";

/** What a provider answers, and what its user is told: status, code, seconds. */
const REFUSALS: readonly (readonly [Refusal, number, string, (number | null)?])[] = [
  [{ kind: "token_rejected", reason: "authError" }, 409, "reconnect_needed"],
  [
    { kind: "needs_reconnect", code: "scope_missing", reason: "insufficientPermissions" },
    409,
    "permission_missing",
  ],
  [{ kind: "needs_admin", code: "blocked_by_policy", reason: "domainPolicy" }, 409, "blocked_by_policy"],
  [{ kind: "mailbox_unavailable", reason: "notACalendarUser" }, 409, "mailbox_unavailable"],
  [{ kind: "calendar_missing", reason: "notFound" }, 404, "not_found"],
  [{ kind: "gone", reason: "notFound" }, 404, "not_found"],
  [{ kind: "pause", code: "quota", reason: "quotaExceeded", after_s: 3600 }, 502, "quota", 3600],
  [
    { kind: "pause", code: "configuration", reason: "accessNotConfigured", after_s: 300 },
    502,
    "configuration",
  ],
  [{ kind: "pause", code: null, reason: "ApplicationThrottled", after_s: 17 }, 502, "provider_limit", 17],
  [{ kind: "pause", code: null, reason: "rateLimitExceeded", after_s: null }, 502, "provider_limit", 60],
  [{ kind: "rejected", reason: "forbidden" }, 502, "provider_refused"],
  [{ kind: "retry", reason: "ErrorSomethingNew", after_s: 0 }, 502, "provider_refused", 1],
  [{ kind: "conflict", reason: "conflict" }, 502, "provider_refused"],
  [{ kind: "exists", event_id: null }, 502, "provider_refused"],
  [{ kind: "calendar_moved", calendar_id: "c" }, 502, "provider_refused"],
  [{ kind: "unknown", reason: "http_503", after_s: null }, 502, "provider_unavailable"],
];

for (const [answer, status, code, retry_after_s = null] of REFUSALS) {
  Deno.test(`a provider's ${JSON.stringify(answer)} is ${status} ${code}`, () => {
    const error = providerRefusal(answer);
    assert.deepEqual([error.status, error.code, error.retry_after_s], [status, code, retry_after_s]);
  });
}

Deno.test("only a provider without an answer is said not to have answered, and each code has its own words", () => {
  const words = new Map<string, string>();
  for (const [answer, , code] of REFUSALS) {
    const { message } = providerRefusal(answer);
    assert.equal(/did not answer/.test(message), answer.kind === "unknown", message);
    words.set(message.replaceAll(/\d+/g, "n"), code);
  }
  // Codes with the same words would share an entry.
  assert.deepEqual(new Set(words.values()), new Set(REFUSALS.map(([, , code]) => code)));
});
