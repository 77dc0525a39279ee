import assert from "node:assert/strict";
import {
  aadstsOf,
  isAdminConsentNumber,
  readTokenRefusal,
  TOKEN_ANSWERS,
} from "../../../../../supabase/functions/_shared/providers/outlook/answers.ts";

function refusal(error: string, detail: string | null, status = 400) {
  const number = detail !== null && /^\d+$/.test(detail) ? Number(detail) : null;
  return readTokenRefusal(
    status,
    JSON.stringify({
      error,
      error_description: number === null
        ? "Something."
        : `AADSTS${number}: about ada@example.com. Trace ID: 1`,
      ...(number === null ? {} : { error_codes: [number] }),
      ...(detail !== null && number === null ? { suberror: detail } : {}),
    }),
  );
}

/** Error, suberror or AADSTS number, meaning; written down without looking at the table. */
const EXPECTED = [
  ["invalid_client", "7000222", "configuration"],
  ["invalid_client", "7000215", "configuration"],
  ["invalid_client", "53003", "configuration"],
  ["invalid_client", null, "configuration"],
  ["unauthorized_client", null, "configuration"],
  ["unauthorized_client", "700016", "configuration"],
  ["invalid_request", "900144", "configuration"],
  ["unsupported_grant_type", null, "configuration"],
  ["invalid_scope", "70011", "configuration"],
  ["temporarily_unavailable", null, "unavailable"],
  ["server_error", null, "unavailable"],
  ["temporarily_unavailable", "90033", "unavailable"],
  ["invalid_request", "90033", "unavailable"],
  ["invalid_grant", "90006", "unavailable"],
  ["invalid_grant", "50033", "unavailable"],
  ["invalid_grant", "50196", "unavailable"],
  ["invalid_grant", "700082", "invalid_grant"],
  ["invalid_grant", "70008", "invalid_grant"],
  ["invalid_grant", "50173", "invalid_grant"],
  ["invalid_grant", "70043", "invalid_grant"],
  ["invalid_grant", "50076", "invalid_grant"],
  ["invalid_grant", "50057", "invalid_grant"],
  ["invalid_grant", "999999", "invalid_grant"],
  ["invalid_grant", "bad_token", "invalid_grant"],
  ["invalid_grant", null, "invalid_grant"],
  ["interaction_required", "50079", "invalid_grant"],
  ["login_required", null, "invalid_grant"],
  ["invalid_grant", "65001", "invalid_grant"],
  ["interaction_required", "65001", "invalid_grant"],
  ["invalid_grant", "90093", "admin_consent_required"],
  ["invalid_grant", "90094", "admin_consent_required"],
  ["invalid_grant", "90095", "admin_consent_required"],
  ["interaction_required", "900941", "admin_consent_required"],
  ["invalid_grant", "consent_required", "invalid_grant"],
  ["consent_required", null, "invalid_grant"],
  ["consent_required", "90094", "admin_consent_required"],
  ["invalid_grant", "53000", "blocked_by_policy"],
  ["invalid_grant", "53001", "blocked_by_policy"],
  ["invalid_grant", "53002", "blocked_by_policy"],
  ["interaction_required", "53003", "blocked_by_policy"],
  ["invalid_grant", "530031", "blocked_by_policy"],
  ["invalid_grant", "530032", "blocked_by_policy"],
  ["invalid_grant", "530033", "blocked_by_policy"],
  ["invalid_grant", "50105", "blocked_by_policy"],
  ["invalid_grant", "7000112", "blocked_by_policy"],
  ["unauthorized_client", "7000112", "blocked_by_policy"],
  ["something_new", null, "unavailable"],
  ["something_new", "65001", "unavailable"],
] as const;

for (const [error, detail, kind] of EXPECTED) {
  Deno.test(`token endpoint: ${error} ${detail ?? "alone"} is ${kind}`, () => {
    assert.equal(refusal(error, detail).kind, kind);
  });
}

Deno.test("the list above reaches every row of the table", () => {
  const fits = (given: string | null, detail: string) =>
    given !== null && (detail.endsWith("*") ? given.startsWith(detail.slice(0, -1)) : given === detail);
  const reached = new Set(
    EXPECTED.map(([error, given]) =>
      TOKEN_ANSWERS.find(({ errors, detail }) =>
        (errors === null || errors.includes(error)) && (detail === null || fits(given, detail))
      )
    ),
  );
  assert.deepEqual(TOKEN_ANSWERS.filter((row) => !reached.has(row)), []);
});

Deno.test("a server error and a throttled answer say nothing of the grant, whatever their body says", () => {
  for (const status of [429, 500, 503]) {
    assert.equal(refusal("invalid_grant", "700082", status).kind, "unavailable");
  }
});

Deno.test("an answer that cannot be read says nothing of the grant", () => {
  for (const text of ["", "<html>", "{}", '{"error":"has spaces in it"}']) {
    assert.deepEqual(readTokenRefusal(400, text), { kind: "unavailable", reason: "http_400" });
  }
});

Deno.test("the reason is the error and the number, and nothing of the description", () => {
  assert.equal(refusal("invalid_grant", "700082").reason, "invalid_grant AADSTS700082");
  assert.equal(refusal("server_error", null).reason, "server_error");
  const text = JSON.stringify({
    error: "invalid_grant",
    error_description: "AADSTS50173: the grant of ada@…",
  });
  assert.deepEqual(readTokenRefusal(400, text), {
    kind: "invalid_grant",
    reason: "invalid_grant AADSTS50173",
  });
});

Deno.test("every number of an answer counts", () => {
  const text = JSON.stringify({ error: "invalid_grant", error_codes: [50000, 53003] });
  assert.equal(readTokenRefusal(400, text).kind, "blocked_by_policy");
});

Deno.test("only a number beginning with 9009 sends people to their administrator", () => {
  const numbers = TOKEN_ANSWERS.filter(({ means }) => means === "admin_consent_required");
  assert.ok(numbers.length > 0);
  for (const { detail } of numbers) assert.match(detail ?? "", /^9009/);
});

Deno.test("the AADSTS number is found in a description, and only there", () => {
  assert.equal(aadstsOf("AADSTS90094: The grant requires admin permission."), "90094");
  assert.equal(aadstsOf("Error 90094"), null);
  assert.equal(isAdminConsentNumber("90094"), true);
  assert.equal(isAdminConsentNumber("700082"), false);
  assert.equal(isAdminConsentNumber(null), false);
});
