import assert from "node:assert/strict";
import { createOutlookConnector } from "../../../../../supabase/functions/_shared/providers/outlook/oauth.ts";
import { type Script, startAuthority, TENANT } from "./fake-authority.ts";

const authority = await startAuthority();
Deno.test.afterAll(() => authority.stop());
/** The authority outlives the single test. */
const SHARED_SERVER = { sanitizeOps: false, sanitizeResources: false } as const;

const FLOW = {
  access: "dedicated",
  redirect_uri: "https://app.test/functions/v1/calendar/callback",
  nonce: "nonce-1",
  code_verifier: "v".repeat(43),
} as const;

function test(name: string, run: () => Promise<void>) {
  Deno.test({ name, ...SHARED_SERVER, fn: run });
}

function exchange(given: Partial<Script> = {}, callback = "code=code-1&state=s") {
  const connector = createOutlookConnector(authority.begin(given));
  return connector.exchangeToken({ ...FLOW, callback: new URLSearchParams(callback) });
}

test("a code is exchanged for tokens of an account that is the tenant's and the user's id together", async () => {
  const outcome = await exchange();
  assert.ok(outcome.kind === "exchanged", JSON.stringify(outcome));
  const { expires_at, ...rest } = outcome;
  assert.deepEqual(rest, {
    kind: "exchanged",
    account_id: `${TENANT}.object-1`,
    account_email: "ada@example.com",
    scopes: ["openid", "profile", "email", "calendars.readwrite"],
    access_token: "access-1",
    refresh_token: "refresh-2",
  });
  const lifetime_s = (Date.parse(expires_at) - Date.now()) / 1000;
  assert.ok(lifetime_s > 3590 && lifetime_s <= 3600);
});

test("the token endpoint gets the verifier and the secret in the form, and never an Origin", async () => {
  await exchange();
  const call = authority.requests.find(({ path }) => path.endsWith("/token"));
  assert.deepEqual(Object.fromEntries(call?.form ?? []), {
    grant_type: "authorization_code",
    code: "code-1",
    redirect_uri: FLOW.redirect_uri,
    code_verifier: FLOW.code_verifier,
    client_id: "client-1",
    client_secret: "secret/+1",
  });
  assert.ok(
    authority.requests.every(({ headers }) => !headers.has("origin") && !headers.has("authorization")),
  );
});

test("the e-mail claim comes before the user name; neither is needed", async () => {
  const emailOf = async (claims: Script["claims"]) => {
    const outcome = await exchange({ claims });
    return outcome.kind === "exchanged" ? outcome.account_email : outcome;
  };
  assert.equal(await emailOf({ email: "mail@example.com" }), "mail@example.com");
  assert.equal(await emailOf({ preferred_username: undefined }), null);
});

const OTHER_TENANT = "99999999-2222-4333-8444-555555555555";
for (
  const [name, given] of [
    ["of another tenant's issuer", { claims: { tid: OTHER_TENANT } }],
    ["without a tenant", { claims: { tid: undefined } }],
    ["whose tenant is no id", { claims: { tid: "evil/../x", iss: `${authority.origin}/evil/../x/v2.0` } }],
    ["of another issuer", { claims: { iss: `https://evil.test/${TENANT}/v2.0` } }],
    ["with another nonce", { claims: { nonce: "nonce-2" } }],
    ["without a nonce", { claims: { nonce: undefined } }],
    ["for another audience", { claims: { aud: "client-2" } }],
    ["that has ended", { claims: { exp: Math.floor(Date.now() / 1000) - 600 } }],
    ["signed with another key", { forged: true }],
    ["without the user's id", { claims: { oid: undefined } }],
    ["signed with a key of personal accounts", {
      key_issuer: "{origin}/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0",
    }],
    ["signed with a key of another origin", { key_issuer: "https://evil.test/{tenantid}/v2.0" }],
  ] satisfies [string, Partial<Script>][]
) {
  test(`an id token ${name} proves nothing`, async () => {
    const outcome = await exchange(given);
    assert.equal(outcome.kind, "identity_invalid", JSON.stringify(outcome));
  });
}

test("a key may name no issuer, or the very issuer of the token", async () => {
  assert.equal((await exchange({ key_issuer: undefined })).kind, "exchanged");
  assert.equal((await exchange({ key_issuer: `{origin}/${TENANT}/v2.0` })).kind, "exchanged");
});

test("an authority of one tenant has an issuer without template", async () => {
  const own = `{origin}/${TENANT}/v2.0`;
  assert.equal((await exchange({ issuer: own, key_issuer: own })).kind, "exchanged");
  assert.equal((await exchange({ issuer: `{origin}/${OTHER_TENANT}/v2.0` })).kind, "identity_invalid");
});

test("an authority whose metadata names an issuer of another origin is not one", async () => {
  const outcome = await exchange({ issuer: "https://evil.test/{tenantid}/v2.0" });
  assert.deepEqual(outcome, { kind: "exchange_failed", reason: "no_answer" });
  assert.ok(!authority.requests.some(({ path }) => path.endsWith("/token")));
});

test("an answer without id token is no answer", async () => {
  assert.equal((await exchange({ tokens: { id_token: undefined } })).kind, "exchange_failed");
});

for (
  const scope of [
    "Calendars.ReadWrite",
    "calendars.readwrite openid",
    "https://graph.microsoft.com/Calendars.ReadWrite",
    "https://graph.microsoft.com/calendars.readwrite  https://graph.microsoft.com/User.Read",
    undefined,
  ]
) {
  test(`the scope ${JSON.stringify(scope) ?? "that is not mentioned"} covers calendars`, async () => {
    const outcome = await exchange({ tokens: { scope } });
    assert.ok(outcome.kind === "exchanged" && outcome.scopes.includes("calendars.readwrite"));
  });
}

for (
  const scope of [
    "",
    "openid profile",
    "Calendars.Read",
    "https://evil.test/Calendars.ReadWrite",
    "Calendars.ReadWrite.Shared",
  ]
) {
  test(`the scope ${JSON.stringify(scope)} does not`, async () => {
    assert.deepEqual(await exchange({ tokens: { scope } }), {
      kind: "scope_missing",
      reason: "Calendars.ReadWrite",
    });
  });
}

test("a refusal that only an administrator can lift is told from others", async () => {
  const refusalOf = (body: Record<string, unknown>, status = 400) => exchange({ refusal: { status, body } });
  assert.deepEqual(
    await refusalOf({ error: "invalid_grant", suberror: "consent_required", error_codes: [90094] }),
    { kind: "admin_consent_required", reason: "invalid_grant AADSTS90094" },
  );
  assert.deepEqual(
    await refusalOf({ error: "invalid_grant", suberror: "consent_required", error_codes: [65001] }),
    { kind: "exchange_failed", reason: "invalid_grant AADSTS65001" },
  );
  assert.deepEqual(
    await refusalOf({ error: "invalid_grant", error_codes: [54005], error_description: "ada@" }),
    {
      kind: "exchange_failed",
      reason: "invalid_grant AADSTS54005",
    },
  );
  assert.deepEqual(await refusalOf({ error: "invalid_client", error_codes: [7000215] }, 401), {
    kind: "exchange_failed",
    reason: "invalid_client AADSTS7000215",
  });
  assert.equal((await refusalOf({ error: "server_error" }, 503)).kind, "exchange_failed");
});

test("a callback with an error, or with another issuer, is exchanged for nothing", async () => {
  assert.deepEqual(await exchange({}, "error=server_error&state=s"), {
    kind: "exchange_failed",
    reason: "server_error",
  });
  assert.equal((await exchange({}, "code=c&state=s&iss=https://evil.test")).kind, "exchange_failed");
  assert.equal(
    (await exchange({}, `code=c&state=s&iss=${authority.origin}/${TENANT}/v2.0`)).kind,
    "exchanged",
  );
});

test("a refresh asks for the same scopes again and hands on a new refresh token", async () => {
  const outcome = await createOutlookConnector(authority.begin()).refreshToken("refresh-1");
  assert.ok(outcome.kind === "refreshed");
  assert.equal(outcome.access_token, "access-1");
  assert.equal(outcome.refresh_token, "refresh-2");
  const call = authority.requests.find(({ path }) => path.endsWith("/token"));
  assert.deepEqual(Object.fromEntries(call?.form ?? []), {
    grant_type: "refresh_token",
    refresh_token: "refresh-1",
    scope: "openid email profile offline_access https://graph.microsoft.com/Calendars.ReadWrite",
    client_id: "client-1",
    client_secret: "secret/+1",
  });
  assert.equal(call?.headers.has("origin"), false);
});

test("a refresh without a new refresh token keeps the old one", async () => {
  const env = authority.begin({
    tokens: { refresh_token: undefined, expires_in: "1800", id_token: undefined },
  });
  const outcome = await createOutlookConnector(env).refreshToken("refresh-1");
  assert.ok(outcome.kind === "refreshed" && outcome.refresh_token === null);
  const lifetime_s = (Date.parse(outcome.expires_at) - Date.now()) / 1000;
  assert.ok(lifetime_s > 1790 && lifetime_s <= 1800);
});

test("a refused refresh says what the table says, and a broken one nothing of the grant", async () => {
  const refusalOf = (status: number, body: unknown) =>
    createOutlookConnector(authority.begin({ refusal: { status, body } })).refreshToken("refresh-1");
  assert.deepEqual(await refusalOf(400, { error: "invalid_grant", error_codes: [700082] }), {
    kind: "invalid_grant",
    reason: "invalid_grant AADSTS700082",
  });
  assert.equal(
    (await refusalOf(401, { error: "invalid_client", error_codes: [7000222] })).kind,
    "configuration",
  );
  assert.equal((await refusalOf(503, { error: "invalid_grant" })).kind, "unavailable");
  const empty = authority.begin({ tokens: { access_token: "" } });
  assert.deepEqual(await createOutlookConnector(empty).refreshToken("r"), {
    kind: "unavailable",
    reason: "unreadable",
  });
  const nowhere = { ...authority.begin(), authority_url: "http://127.0.0.1:1/common/v2.0" };
  assert.deepEqual(await createOutlookConnector(nowhere).refreshToken("r"), {
    kind: "unavailable",
    reason: "no_answer",
    silent: true,
  });
});

test("metadata is asked for once an hour, keys once in minutes", async () => {
  const connector = createOutlookConnector(authority.begin());
  const flow = { ...FLOW, callback: new URLSearchParams("code=code-1") };
  await connector.exchangeToken(flow);
  await connector.exchangeToken(flow);
  const times = (end: string) => authority.requests.filter(({ path }) => path.endsWith(end)).length;
  assert.deepEqual([times("/openid-configuration"), times("/keys"), times("/token")], [1, 1, 2]);
});
