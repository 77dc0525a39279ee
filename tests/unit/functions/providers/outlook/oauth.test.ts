import assert from "node:assert/strict";
import { createOutlookConnector } from "../../../../../supabase/functions/_shared/providers/outlook/oauth.ts";

const TENANT = "11111111-2222-4333-8444-555555555555";
const PERSONAL = "9188040d-6c67-4c5b-b112-36a304b66dad";
const LOGIN = "https://login.microsoftonline.com";
const CALLBACK = "https://app.test/functions/v1/calendar/callback";

function connector(authority = "common", graph_url = "https://graph.microsoft.com/v1.0") {
  return createOutlookConnector({
    client_id: "client-1",
    client_secret: "secret-1",
    client_secret_expires_on: null,
    authority_url: `${LOGIN}/${authority}/v2.0`,
    graph_url,
  });
}

function authUrl(authority?: string, graph_url?: string) {
  return connector(authority, graph_url).getAuthUrl({
    access: "dedicated",
    redirect_uri: CALLBACK,
    nonce: "nonce-1",
    code_verifier: "v".repeat(43),
    state: "state-1",
  }).then((url) => new URL(url));
}

Deno.test("the consent page of the public cloud is known without asking", async () => {
  const url = await authUrl();
  assert.equal(url.origin + url.pathname, `${LOGIN}/common/oauth2/v2.0/authorize`);
  const { code_challenge, ...query } = Object.fromEntries(url.searchParams);
  assert.match(code_challenge ?? "", /^[\w-]{43}$/);
  assert.notEqual(code_challenge, "v".repeat(43));
  assert.deepEqual(query, {
    client_id: "client-1",
    redirect_uri: CALLBACK,
    response_type: "code",
    response_mode: "query",
    scope: "openid email profile offline_access https://graph.microsoft.com/Calendars.ReadWrite",
    prompt: "select_account",
    state: "state-1",
    nonce: "nonce-1",
    code_challenge_method: "S256",
  });
  assert.equal((await authUrl(TENANT)).pathname, `/${TENANT}/oauth2/v2.0/authorize`);
});

Deno.test("a Graph of another cloud is a resource of its own; one on this machine stands in for the public one", async () => {
  const resourceOf = async (graph_url: string) =>
    (await authUrl("common", graph_url)).searchParams.get("scope")?.split(" ").at(-1);
  assert.equal(
    await resourceOf("https://graph.microsoft.us/v1.0"),
    "https://graph.microsoft.us/Calendars.ReadWrite",
  );
  for (const local of ["http://127.0.0.1:8787/v1.0", "http://localhost:1/v1.0", "https://localhost/v1.0"]) {
    assert.equal(await resourceOf(local), "https://graph.microsoft.com/Calendars.ReadWrite");
  }
});

Deno.test("an administrator consents for the account's organisation, or for the own one", () => {
  const url = new URL(connector().adminConsentUrl(CALLBACK, `${TENANT}.object-1`) ?? "");
  assert.equal(url.origin + url.pathname, `${LOGIN}/${TENANT}/v2.0/adminconsent`);
  assert.deepEqual(Object.fromEntries(url.searchParams), {
    client_id: "client-1",
    scope: "offline_access https://graph.microsoft.com/Calendars.ReadWrite",
    redirect_uri: CALLBACK,
    state: "admin_consent",
  });
  const pathOf = (authority: string, account_id: string | null) => {
    const consent = connector(authority).adminConsentUrl(CALLBACK, account_id);
    return consent === null ? null : new URL(consent).pathname;
  };
  assert.equal(pathOf("common", null), "/organizations/v2.0/adminconsent");
  assert.equal(pathOf("organizations", null), "/organizations/v2.0/adminconsent");
  assert.equal(pathOf("contoso.onmicrosoft.com", null), "/contoso.onmicrosoft.com/v2.0/adminconsent");
  assert.equal(pathOf(TENANT, "99999999-2222-4333-8444-555555555555.o"), `/${TENANT}/v2.0/adminconsent`);
});

Deno.test("nobody administers personal accounts", () => {
  assert.equal(connector().adminConsentUrl(CALLBACK, `${PERSONAL}.o`), null);
  assert.equal(connector("consumers").adminConsentUrl(CALLBACK, null), null);
});

Deno.test("an account id that is not ours gets into no address", () => {
  const url = connector().adminConsentUrl(CALLBACK, "../evil?x=.o") ?? "";
  assert.equal(new URL(url).pathname, "/organizations/v2.0/adminconsent");
});

Deno.test("the page of grants is another one for personal accounts", () => {
  assert.equal(connector().grantPageOf(`${PERSONAL}.o`), "https://account.live.com/consent/Manage");
  assert.equal(connector().grantPageOf(`${TENANT}.o`), "https://myapps.microsoft.com");
});

for (
  const [query, refusal] of [
    ["error=access_denied&error_description=AADSTS65004: User declined to consent", "access_denied"],
    ["error=access_denied", "access_denied"],
    [
      "error=access_denied&error_description=AADSTS90094: The grant requires admin permission",
      "admin_consent_required",
    ],
    ["error=access_denied&error_description=AADSTS90095: x", "admin_consent_required"],
    ["error=interaction_required&error_description=AADSTS900941: x", "admin_consent_required"],
    ["error=invalid_request&error_description=AADSTS65001: x", "exchange_failed"],
    ["error=consent_required", "admin_consent_required"],
    ["error=server_error&error_description=AADSTS90033: x", "exchange_failed"],
    ["", "exchange_failed"],
  ] as const
) {
  Deno.test(`a callback with ${query || "nothing"} is ${refusal}`, () => {
    assert.equal(connector().consentRefusal(new URLSearchParams(query)), refusal);
  });
}

Deno.test("Microsoft has no way to revoke a token", async () => {
  assert.equal(await connector().revokeToken("refresh-1"), undefined);
});
