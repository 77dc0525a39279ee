import { type Context, Hono } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { SignJWT } from "jose";
import { consentPage } from "../consent-page.ts";
import { challengeOf, clientCredentials, consentOf, type OAuthClient } from "../oauth-client.ts";
import { countUp, randomToken } from "../observed-state.ts";
import { createSigningKey } from "../signing-key.ts";
import type { Account, EmulatorState, Grant } from "./state.ts";

const CODE_LIFETIME_MS = 600_000;
const ACCESS_TOKEN_LIFETIME_S = 3600;
/** Per account and client; one more silently ends the oldest (Google, "Using OAuth 2.0"). */
const REFRESH_TOKENS_MAX = 100;
const SESSION_COOKIE = "emulator_session";
const SIGN_IN_SCOPES = ["openid", "email", "profile"];

/** Authorisation, token, revocation, discovery and keys. */
export async function oauthRoutes(state: EmulatorState, client: OAuthClient): Promise<Hono> {
  const { privateKey, jwk } = await createSigningKey("google");
  const { kid } = jwk;
  const app = new Hono();

  const originOf = (c: Context) => new URL(c.req.url).origin;

  app.get("/.well-known/openid-configuration", (c) =>
    c.json({
      issuer: originOf(c),
      authorization_endpoint: `${originOf(c)}/o/oauth2/v2/auth`,
      token_endpoint: `${originOf(c)}/token`,
      revocation_endpoint: `${originOf(c)}/revoke`,
      jwks_uri: `${originOf(c)}/oauth2/v3/certs`,
      response_types_supported: ["code"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["RS256"],
      code_challenge_methods_supported: ["plain", "S256"],
    }));
  app.get("/oauth2/v3/certs", (c) => c.json({ keys: [{ ...jwk, alg: "RS256" }] }));

  /** A browser that is signed in goes on with its account, unless it is asked to choose. */
  function offeredAccounts(c: Context, prompt: string): readonly Account[] {
    const signed_in = state.accounts.get(getCookie(c, SESSION_COOKIE) ?? "");
    return signed_in === undefined || prompt.split(" ").includes("select_account")
      ? [...state.accounts.values()]
      : [signed_in];
  }

  app.get("/o/oauth2/v2/auth", (c) => {
    const query = new URL(c.req.url).searchParams;
    const redirect_uri = query.get("redirect_uri") ?? "";
    // Errors about who asks are shown, never redirected.
    if (query.get("client_id") !== client.id) return c.text("Error 401: invalid_client", 401);
    if (!client.redirect_uris.includes(redirect_uri)) return c.text("Error 400: redirect_uri_mismatch", 400);
    if (query.get("response_type") !== "code") return c.text("Error 400: unsupported_response_type", 400);
    const method = query.get("code_challenge_method") ?? "plain";
    if (method !== "S256" && query.has("code_challenge")) return c.text("Error 400: only S256 here", 400);
    const scopes = (query.get("scope") ?? "").split(" ").filter((scope) => scope !== "");
    if (scopes.length === 0) return c.text("Error 400: invalid_request", 400);
    const consent = consentOf(query);
    const offered = offeredAccounts(c, query.get("prompt") ?? "");
    const account = offered.find(({ email }) => email === consent?.email);
    if (!consent || !account) {
      const asked = scopes.filter((scope) => !SIGN_IN_SCOPES.includes(scope));
      return c.html(consentPage({
        provider: "Google",
        heading: "Choose an account",
        accounts: offered,
        query,
        scopes: asked,
        // Google shows boxes only where there is more than one to tick.
        choice: asked.length > 1,
      }));
    }
    setCookie(c, SESSION_COOKIE, account.email, { httpOnly: true, sameSite: "Lax" });
    const back = new URL(redirect_uri);
    const returned = query.get("state");
    if (returned !== null) back.searchParams.set("state", returned);
    if (!consent.allows) {
      back.searchParams.set("error", "access_denied");
      return c.redirect(back.toString(), 302);
    }
    const ticked = query.has("emulator_scopes")
      ? query.getAll("emulator_scopes").flatMap((list) => list.split(" "))
      : null;
    const granted = ticked === null
      ? scopes
      : scopes.filter((scope) => SIGN_IN_SCOPES.includes(scope) || ticked.includes(scope));
    const code = state.issue("code", randomToken("4/"));
    state.codes.set(code, {
      account,
      scopes: granted,
      client_id: client.id,
      expires_at: Date.now() + CODE_LIFETIME_MS,
      redirect_uri,
      code_challenge: query.get("code_challenge"),
      nonce: query.get("nonce"),
      offline: query.get("access_type") === "offline" &&
        (query.get("prompt")?.split(" ").includes("consent") === true || !hasRefreshToken(state, account)),
    });
    back.searchParams.set("code", code);
    back.searchParams.set("scope", granted.join(" "));
    return c.redirect(back.toString(), 302);
  });

  app.post("/token", async (c) => {
    const form = new URLSearchParams(await c.req.text());
    const refuse = (error: string, error_description: string, status: 400 | 401 = 400) =>
      c.json({ error, error_description }, status);
    const { id, secret } = clientCredentials(c.req.header("authorization"), form);
    if (id !== client.id) return refuse("invalid_client", "The OAuth client was not found.", 401);
    if (secret !== client.secret) return refuse("invalid_client", "Unauthorized", 401);

    if (form.get("grant_type") === "refresh_token") {
      const grant = state.refreshTokens.get(form.get("refresh_token") ?? "");
      if (!grant) return refuse("invalid_grant", "Token has been expired or revoked.");
      countUp(state.token_calls, grant.account.email);
      return c.json({ ...issueAccessToken(grant), ...(await issueIdToken(grant, originOf(c))) });
    }
    if (form.get("grant_type") !== "authorization_code") {
      return refuse("unsupported_grant_type", "Invalid grant_type");
    }
    const key = form.get("code") ?? "";
    const code = state.codes.get(key);
    state.codes.delete(key);
    if (!code || code.expires_at < Date.now()) return refuse("invalid_grant", "Malformed auth code.");
    if (form.get("redirect_uri") !== code.redirect_uri) return refuse("redirect_uri_mismatch", "Bad Request");
    if (
      code.code_challenge !== null &&
      await challengeOf(form.get("code_verifier") ?? "") !== code.code_challenge
    ) {
      return refuse("invalid_grant", "Invalid code verifier.");
    }
    return c.json({
      ...issueAccessToken(code),
      ...(code.offline ? { refresh_token: issueRefreshToken(code) } : {}),
      ...(await issueIdToken(code, originOf(c), code.nonce)),
    });
  });

  app.post("/revoke", async (c) => {
    const token = new URLSearchParams(await c.req.text()).get("token") ?? "";
    const grant = state.refreshTokens.get(token) ?? state.accessTokens.get(token);
    if (!grant) return c.json({ error: "invalid_token" }, 400);
    revokeAll(state, grant.account);
    return c.json({});
  });

  function issueAccessToken(grant: Grant) {
    const access_token = state.issue("access token", randomToken("ya29."));
    state.accessTokens.set(access_token, {
      ...grant,
      expires_at: Date.now() + ACCESS_TOKEN_LIFETIME_S * 1000,
    });
    return {
      access_token,
      expires_in: ACCESS_TOKEN_LIFETIME_S,
      scope: grant.scopes.join(" "),
      token_type: "Bearer",
    };
  }

  /** Where `openid` was granted; that of a refresh has no nonce. */
  async function issueIdToken({ account, scopes }: Grant, issuer: string, nonce: string | null = null) {
    if (!scopes.includes("openid")) return {};
    const claims = { email: account.email, email_verified: true, ...(nonce === null ? {} : { nonce }) };
    const id_token = await new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid }).setIssuer(issuer)
      .setAudience(client.id).setSubject(account.sub).setIssuedAt().setExpirationTime("1h").sign(privateKey);
    return { id_token: state.issue("id token", id_token) };
  }

  function issueRefreshToken(grant: Grant): string {
    const token = state.issue("refresh token", randomToken("1//"));
    state.refreshTokens.set(token, { ...grant, expires_at: Infinity });
    const own = [...state.refreshTokens].filter(([, held]) => held.account === grant.account);
    for (const [oldest] of own.slice(0, Math.max(0, own.length - REFRESH_TOKENS_MAX))) {
      state.refreshTokens.delete(oldest);
    }
    return token;
  }

  return app;
}

/** Ends every grant that the account gave to the project, as Google's revocation does. */
export function revokeAll(state: EmulatorState, account: Account): void {
  for (const tokens of [state.accessTokens, state.refreshTokens]) {
    for (const [token, grant] of tokens) if (grant.account === account) tokens.delete(token);
  }
}

function hasRefreshToken(state: EmulatorState, account: Account): boolean {
  return [...state.refreshTokens.values()].some((grant) => grant.account === account);
}
