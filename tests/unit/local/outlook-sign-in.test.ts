import assert from "node:assert/strict";
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import { PERSONAL_TENANT, TENANT_A, TENANT_B } from "../../../local/providers/outlook/accounts.ts";
import { startOutlookEmulator } from "../../../local/providers/outlook/server.ts";
import { challengeOf } from "../../../local/providers/oauth-client.ts";

const GRAPH = "https://graph.microsoft.com/";
const SCOPE = `openid email profile offline_access ${GRAPH}Calendars.ReadWrite`;
const VERIFIER = "a-verifier-that-is-long-enough-to-be-one-0123456789";

Deno.test({
  name: "the Outlook emulator signs people in as Entra does",
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const redirect_uri = "http://127.0.0.1/callback";
  const client = { id: "client", secret: "no real secret", redirect_uris: [redirect_uri] };
  const outlook = await startOutlookEmulator({ client });
  const json = async (path: string, init: RequestInit = {}) =>
    await (await fetch(outlook.url + path, init)).json();
  const settings = async (body: unknown) => {
    const response = await fetch(`${outlook.url}/emulator/settings`, {
      method: "PATCH",
      body: JSON.stringify(body),
    });
    assert.equal(response.status, 204, await response.text());
  };

  const visit = async (path: string, query: Record<string, string | null>) => {
    const url = new URL(outlook.url + path);
    for (const [name, value] of Object.entries(query)) if (value !== null) url.searchParams.set(name, value);
    const response = await fetch(url, { redirect: "manual" });
    const text = await response.text();
    const location = response.headers.get("location");
    return { status: response.status, text, back: location === null ? null : new URL(location).searchParams };
  };
  const authorize = async (
    query: Record<string, string | null> = {},
    tenant = "common",
  ) =>
    await visit(`/${tenant}/oauth2/v2.0/authorize`, {
      client_id: client.id,
      redirect_uri,
      response_type: "code",
      scope: SCOPE,
      state: "the state",
      nonce: "the nonce",
      code_challenge: await challengeOf(VERIFIER),
      code_challenge_method: "S256",
      emulator_account: "ada@example.com",
      emulator_consent: "allow",
      ...query,
    });
  const codeFor = async (query: Record<string, string | null> = {}, tenant = "common") => {
    const code = (await authorize(query, tenant)).back?.get("code");
    assert.ok(code);
    return code;
  };
  const token = async (
    form: Record<string, string>,
    headers: Record<string, string> = {},
    tenant = "common",
  ) => {
    const response = await fetch(`${outlook.url}/${tenant}/oauth2/v2.0/token`, {
      method: "POST",
      headers,
      body: new URLSearchParams({ client_id: client.id, client_secret: client.secret, ...form }),
    });
    const body = await response.json();
    return { status: response.status, error: body.error, code: body.error_codes?.[0], body };
  };
  const redeem = (code: string, more: Record<string, string> = {}, tenant = "common") =>
    token(
      { grant_type: "authorization_code", code, redirect_uri, code_verifier: VERIFIER, ...more },
      {},
      tenant,
    );
  const refresh = (refresh_token: string, scope = SCOPE) =>
    token({ grant_type: "refresh_token", refresh_token, scope });

  try {
    await t.step(
      "metadata: a template where a segment stands for many tenants, and no revocation",
      async () => {
        const of = (tenant: string) => json(`/${tenant}/v2.0/.well-known/openid-configuration`);
        const common = await of("common");
        assert.equal(common.issuer, `${outlook.url}/{tenantid}/v2.0`);
        assert.equal(common.token_endpoint, `${outlook.url}/common/oauth2/v2.0/token`);
        assert.equal("revocation_endpoint" in common, false);
        assert.equal((await of("organizations")).issuer, common.issuer);
        assert.equal((await of(TENANT_A)).issuer, `${outlook.url}/${TENANT_A}/v2.0`);
        assert.equal((await of("consumers")).issuer, `${outlook.url}/${PERSONAL_TENANT}/v2.0`);
        assert.deepEqual((await of("nobody")).error_codes, [90002]);
        assert.deepEqual(
          (await json("/common/discovery/v2.0/keys")).keys.map((key: { issuer: string }) => key.issuer),
          [common.issuer, `${outlook.url}/${PERSONAL_TENANT}/v2.0`],
        );
      },
    );

    await t.step("authorisation shows errors about who asks, and sends back all others", async () => {
      assert.equal((await authorize({ client_id: "other" })).status, 400);
      assert.equal((await authorize({ redirect_uri: `${redirect_uri}/` })).status, 400);
      const cases: readonly (readonly [Record<string, string | null>, string, string])[] = [
        [{ response_type: "token" }, "unsupported_response_type", "AADSTS700054"],
        [{ code_challenge: null }, "invalid_request", "AADSTS9002325"],
        [{ code_challenge_method: "plain" }, "invalid_request", "AADSTS9002325"],
        [{ code_challenge: "short" }, "invalid_request", "AADSTS501491"],
        [{ scope: `${GRAPH}Calendars.ReadWrite` }, "invalid_scope", "AADSTS70011"],
        [{ scope: "openid Calendars.Everything" }, "invalid_scope", "AADSTS70011"],
        [{ emulator_consent: "deny" }, "access_denied", "AADSTS65004"],
      ];
      for (const [query, error, code] of cases) {
        const { back } = await authorize(query);
        assert.deepEqual([back?.get("error"), back?.get("state")], [error, "the state"]);
        assert.ok(back?.get("error_description")?.startsWith(code), code);
      }
      const { back } = await authorize({ emulator_account: "joan@example.com" }, "organizations");
      assert.ok(back?.get("error_description")?.startsWith("AADSTS50020"));
    });

    await t.step("a person chooses on a page", async () => {
      const { status, text } = await authorize({ emulator_consent: null });
      assert.equal(status, 200);
      assert.match(text, /ada@example\.com.*Calendars\.ReadWrite/s);
      const { back } = await authorize();
      assert.deepEqual([back?.has("iss"), back?.get("state")], [false, "the state"]);
    });

    await t.step("a code is good once, at its tenant, for its redirect URI and its verifier", async () => {
      const code = await codeFor();
      const refusals = [
        [await redeem(code, {}, "organizations"), 700005, "invalid_grant"],
        [await redeem(code, { redirect_uri: "http://127.0.0.1/other" }), 500112, "invalid_client"],
        [await redeem(code, { code_verifier: `${VERIFIER}x` }), 501481, "invalid_grant"],
        [await redeem("invented"), 70000, "invalid_grant"],
      ] as const;
      for (const [answer, code, error] of refusals) {
        assert.deepEqual([answer.status, answer.error, answer.code], [400, error, code]);
      }
      const good = await redeem(code);
      assert.equal(good.status, 200);
      assert.ok(good.body.expires_in >= 3600 && good.body.expires_in <= 5400);
      assert.equal((await redeem(code)).code, 54005);
      assert.deepEqual(
        Object.keys((await redeem(code)).body),
        ["error", "error_description", "error_codes", "timestamp", "trace_id", "correlation_id"],
      );
    });

    await t.step("our own credentials fail in another way than a person's", async () => {
      const code = await codeFor();
      const wrong = await redeem(code, { client_secret: "wrong" });
      assert.deepEqual([wrong.status, wrong.error, wrong.code], [401, "invalid_client", 7000215]);
      const grant = { grant_type: "authorization_code", code, redirect_uri, code_verifier: VERIFIER };
      const cross = await token(grant, { origin: "http://127.0.0.1" });
      assert.deepEqual([cross.status, cross.error, cross.code], [400, "invalid_request", 9002326]);
      const basic = await token({ ...grant, client_secret: "ignored" }, {
        authorization: `Basic ${btoa(`${client.id}:${encodeURIComponent(client.secret)}`)}`,
      });
      assert.equal(basic.status, 200);
    });

    await t.step("the id_token is the tenant's, and oid needs the profile scope", async () => {
      const { keys } = await json("/common/discovery/v2.0/keys");
      const keySet = createLocalJWKSet({ keys });
      for (const email of ["ada@example.com", "joan@example.com"]) {
        const account = outlook.state.accounts.get(email);
        const { body } = await redeem(await codeFor({ emulator_account: email }));
        const { payload } = await jwtVerify(body.id_token, keySet, {
          audience: client.id,
          issuer: `${outlook.url}/${account?.tid}/v2.0`,
        });
        assert.deepEqual(
          [payload["tid"], payload["oid"], payload["email"], payload["nonce"], payload["ver"]],
          [account?.tid, account?.oid, email, "the nonce", "2.0"],
        );
        const { kid } = decodeProtectedHeader(body.id_token);
        const { issuer } = keys.find((key: { kid: string }) => key.kid === kid);
        assert.equal(issuer.includes(PERSONAL_TENANT), email === "joan@example.com");
      }
      const { body } = await redeem(await codeFor({ scope: "openid Calendars.ReadWrite" }));
      const { payload } = await jwtVerify(body.id_token, keySet);
      assert.deepEqual(["oid" in payload, "email" in payload], [false, false]);
    });

    await t.step("granted scopes are short for work accounts and qualified for personal ones", async () => {
      assert.equal((await redeem(await codeFor())).body.scope, "openid email profile Calendars.ReadWrite");
      assert.equal(
        (await redeem(await codeFor({ emulator_account: "joan@example.com" }))).body.scope,
        `openid email profile ${GRAPH}Calendars.ReadWrite`,
      );
    });

    await t.step("there is a refresh token where offline_access was asked for, each time anew", async () => {
      const without = await redeem(await codeFor({ scope: "openid Calendars.ReadWrite" }));
      assert.equal("refresh_token" in without.body, false);
      const first = (await redeem(await codeFor())).body.refresh_token;
      const before = outlook.state.refreshes.get("ada@example.com") ?? 0;
      const second = (await refresh(first)).body.refresh_token;
      assert.notEqual(second, first);
      assert.equal((await refresh(first)).status, 200, "the old one stays good");
      const silent = await refresh(second, `${GRAPH}Calendars.ReadWrite`);
      assert.deepEqual(["refresh_token" in silent.body, "id_token" in silent.body], [false, false]);
      assert.equal(outlook.state.refreshes.get("ada@example.com"), before + 3);
      const more = await refresh(second, `${SCOPE} MailboxSettings.Read`);
      assert.deepEqual([more.error, more.code, more.body.suberror], [
        "invalid_grant",
        65001,
        "consent_required",
      ]);
    });

    await t.step("refreshing fails as the table says, and after a revocation", async () => {
      const { refresh_token } = (await redeem(await codeFor())).body;
      await settings({
        refresh_errors: {
          "ada@example.com": {
            error: "interaction_required",
            error_codes: [50076],
            suberror: "basic_action",
          },
        },
      });
      const scripted = await refresh(refresh_token);
      assert.deepEqual(
        [scripted.status, scripted.error, scripted.code, scripted.body.suberror],
        [400, "interaction_required", 50076, "basic_action"],
      );
      assert.match(scripted.body.error_description, /^AADSTS50076: /);
      await settings({ refresh_errors: { "ada@example.com": null } });
      assert.equal((await refresh(refresh_token)).status, 200);
      await fetch(`${outlook.url}/emulator/revoke`, {
        method: "POST",
        body: JSON.stringify({ account: "ada@example.com" }),
      });
      const revoked = await refresh(refresh_token);
      assert.deepEqual([revoked.error, revoked.code], ["invalid_grant", 50173]);
      assert.equal((await refresh("invented")).code, 70000);
    });

    await t.step("a fault at the token endpoint speaks OAuth", async () => {
      outlook.faults.set([{
        kind: "status",
        status: 401,
        reason: "invalid_client",
        error_codes: [7000222],
        match: { path: "/oauth2/v2.0/token$" },
        times: 1,
      }]);
      const answer = await refresh("any");
      assert.deepEqual([answer.status, answer.error, answer.code], [401, "invalid_client", 7000222]);
      assert.match(answer.body.error_description, /^AADSTS7000222: /);
    });

    await t.step("where people cannot consent, an administrator can for all of the tenant", async () => {
      const grace = { emulator_account: "grace@example.com" };
      await settings({ admin_consent_required: [TENANT_B] });
      const { back } = await authorize(grace);
      assert.equal(back?.get("error"), "consent_required");
      assert.match(back?.get("error_description") ?? "", /^AADSTS90094: /);
      assert.ok(await codeFor(), "the other tenant is not concerned");

      const query = { client_id: client.id, redirect_uri, scope: `${GRAPH}.default`, state: "s" };
      const admin = (answer: Record<string, string>, tenant = "organizations") =>
        visit(`/${tenant}/v2.0/adminconsent`, { ...query, ...answer });
      assert.equal((await admin({}, "common")).status, 400);
      assert.equal((await admin({})).status, 200);
      const denied = await admin({ ...grace, emulator_consent: "deny" });
      assert.equal(denied.back?.get("error"), "access_denied");
      const personal = await admin({ emulator_account: "joan@example.com", emulator_consent: "allow" });
      assert.equal(personal.back?.has("error"), true);
      const allowed = await admin({ ...grace, emulator_consent: "allow" });
      assert.deepEqual(Object.fromEntries(allowed.back ?? []), {
        state: "s",
        admin_consent: "True",
        tenant: TENANT_B,
        scope: `${GRAPH}.default`,
      });
      assert.ok(await codeFor(grace));
    });
  } finally {
    await outlook.close();
  }
});
