import assert from "node:assert/strict";
import { createGoogleConnector } from "../../../../../supabase/functions/_shared/providers/google/oauth.ts";
import { type Script, startAuthority } from "./fake-authority.ts";

const authority = await startAuthority();
Deno.test.afterAll(() => authority.stop());

const FLOW = {
  access: "dedicated",
  redirect_uri: "https://app.test/functions/v1/calendar/callback",
  nonce: "nonce-1",
  code_verifier: "v".repeat(43),
} as const;
const NOW_S = Math.floor(Date.now() / 1000);

/** The authority outlives the single test. */
function test(name: string, run: () => Promise<void>) {
  Deno.test({ name, sanitizeOps: false, sanitizeResources: false, fn: run });
}

function exchange(given: Partial<Script> = {}) {
  const connector = createGoogleConnector(authority.begin(given));
  return connector.exchangeToken({ ...FLOW, callback: new URLSearchParams("code=code-1&state=s") });
}

test("Google's id token says whose account it is", async () => {
  const outcome = await exchange();
  assert.ok(outcome.kind === "exchanged", JSON.stringify(outcome));
  assert.deepEqual([outcome.account_id, outcome.account_email], ["1234567890", "ada@example.com"]);
});

/** The payload of a token, changed without its signature. */
function withClaim(token: string, claim: Record<string, unknown>): string {
  const [head = "", payload = "", signature = ""] = token.split(".");
  const claims = JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/")));
  const changed = btoa(JSON.stringify({ ...claims, ...claim }))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return [head, changed, signature].join(".");
}

for (
  const [name, given] of [
    ["signed with another key", { signed: "with another key" }],
    ["with alg none", { signed: "not at all" }],
    ["signed with the public key as a secret", { signed: "with the public key" }],
    ["signed with our client secret", { signed: "with our secret" }],
    ["whose account was changed after signing", { tamper: (token) => withClaim(token, { sub: "9" }) }],
    ["without its signature", { tamper: (token) => token.replace(/[^.]*$/, "") }],
    ["for another audience", { claims: { aud: "client-2" } }],
    ["for us and another audience, issued to that one", {
      claims: { aud: ["client-1", "client-2"], azp: "client-2" },
    }],
    ["without an audience", { claims: { aud: undefined } }],
    ["of another issuer", { claims: { iss: "https://accounts.evil.test" } }],
    ["without an issuer", { claims: { iss: undefined } }],
    ["that has ended", { claims: { exp: NOW_S - 600 } }],
    ["without an end", { claims: { exp: undefined } }],
    ["that is not valid yet", { claims: { nbf: NOW_S + 600 } }],
    ["with another nonce", { claims: { nonce: "nonce-2" } }],
    ["without a nonce", { claims: { nonce: undefined } }],
    ["without an account", { claims: { sub: undefined } }],
  ] satisfies [string, Partial<Script>][]
) {
  test(`Google's id token ${name} proves nothing`, async () => {
    const outcome = await exchange(given);
    assert.equal(outcome.kind, "identity_invalid", JSON.stringify(outcome));
  });
}

test("an answer of Google without an id token, or with what is none, connects nothing", async () => {
  for (const id_token of [undefined, "", "a.b.c", 7, null]) {
    const outcome = await exchange({ tokens: { id_token } });
    assert.notEqual(outcome.kind, "exchanged", JSON.stringify(id_token));
  }
});

test("a refresh counts whatever the id token is that comes along", async () => {
  const scripts: readonly Partial<Script>[] = [
    {},
    { claims: { aud: "client-2", iss: "https://accounts.evil.test" } },
    { claims: { exp: NOW_S - 600 } },
    { tokens: { id_token: null } },
    { tokens: { id_token: "a.b.c" } },
    { tokens: { id_token: undefined } },
  ];
  for (const script of scripts) {
    const outcome = await createGoogleConnector(authority.begin(script)).refreshToken("refresh-0");
    assert.ok(outcome.kind === "refreshed", JSON.stringify([script, outcome]));
    assert.deepEqual([outcome.access_token, outcome.refresh_token], ["access-1", "refresh-1"]);
  }
  const without_token = authority.begin({ tokens: { access_token: undefined } });
  assert.equal((await createGoogleConnector(without_token).refreshToken("refresh-0")).kind, "unavailable");
});

test("Google is asked to let people choose an account, and to ask for consent, whatever the access", async () => {
  for (const access of ["dedicated", "existing"] as const) {
    const connector = createGoogleConnector(authority.begin());
    const { searchParams } = new URL(await connector.getAuthUrl({ ...FLOW, access, state: "s" }));
    assert.deepEqual(searchParams.get("prompt")?.split(" ").sort(), ["consent", "select_account"]);
    assert.equal(searchParams.get("access_type"), "offline");
  }
});
