import { Hono } from "hono";
import { html } from "hono/html";
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from "jose";
import { type Account, type EmulatorState, type Grant, randomToken } from "./state.ts";

const CODE_LIFETIME_MS = 600_000;
const ACCESS_TOKEN_LIFETIME_S = 3600;
/** Per account and client; one more silently ends the oldest (Google, "Using OAuth 2.0"). */
const REFRESH_TOKENS_MAX = 100;
const SIGN_IN_SCOPES = ["openid", "email", "profile"];

export interface OAuthClient {
  readonly id: string;
  readonly secret: string;
  readonly redirect_uris: readonly string[];
}

/** Authorisation, token, revocation, discovery and keys. */
export async function oauthRoutes(
  state: EmulatorState,
  client: OAuthClient,
  baseUrl: () => string,
): Promise<Hono> {
  const { publicKey, privateKey } = await generateKeyPair("RS256");
  const jwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(jwk);
  const app = new Hono();

  app.get("/.well-known/openid-configuration", (c) =>
    c.json({
      issuer: baseUrl(),
      authorization_endpoint: `${baseUrl()}/o/oauth2/v2/auth`,
      token_endpoint: `${baseUrl()}/token`,
      revocation_endpoint: `${baseUrl()}/revoke`,
      jwks_uri: `${baseUrl()}/oauth2/v3/certs`,
      response_types_supported: ["code"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["RS256"],
      code_challenge_methods_supported: ["plain", "S256"],
    }));
  app.get("/oauth2/v3/certs", (c) => c.json({ keys: [{ ...jwk, kid, alg: "RS256", use: "sig" }] }));

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
    const account = state.accounts.get(query.get("emulator_account") ?? "");
    const consent = query.get("emulator_consent");
    if (!account || (consent !== "allow" && consent !== "deny")) {
      return c.html(consentPage([...state.accounts.values()], query, scopes));
    }
    const back = new URL(redirect_uri);
    const returned = query.get("state");
    if (returned !== null) back.searchParams.set("state", returned);
    if (consent === "deny") {
      back.searchParams.set("error", "access_denied");
      return c.redirect(back.toString(), 302);
    }
    const ticked = query.has("emulator_scopes")
      ? query.getAll("emulator_scopes").flatMap((list) => list.split(" "))
      : null;
    const granted = ticked === null
      ? scopes
      : scopes.filter((scope) => SIGN_IN_SCOPES.includes(scope) || ticked.includes(scope));
    const code = randomToken("4/");
    state.codes.set(code, {
      account,
      scopes: granted,
      client_id: client.id,
      expires_at: Date.now() + CODE_LIFETIME_MS,
      redirect_uri,
      code_challenge: query.get("code_challenge"),
      nonce: query.get("nonce"),
      offline: query.get("access_type") === "offline" &&
        (query.get("prompt")?.includes("consent") === true || !hasRefreshToken(state, account)),
    });
    back.searchParams.set("code", code);
    back.searchParams.set("scope", granted.join(" "));
    return c.redirect(back.toString(), 302);
  });

  app.post("/token", async (c) => {
    const form = new URLSearchParams(await c.req.text());
    const refuse = (error: string, error_description: string, status: 400 | 401 = 400) =>
      c.json({ error, error_description }, status);
    const basic = /^Basic (.+)$/.exec(c.req.header("authorization") ?? "")?.[1];
    const [id, secret] = basic
      ? atob(basic).split(":").map(decodeURIComponent)
      : [form.get("client_id"), form.get("client_secret")];
    if (id !== client.id) return refuse("invalid_client", "The OAuth client was not found.", 401);
    if (secret !== client.secret) return refuse("invalid_client", "Unauthorized", 401);

    if (form.get("grant_type") === "refresh_token") {
      const grant = state.refreshTokens.get(form.get("refresh_token") ?? "");
      if (!grant) return refuse("invalid_grant", "Token has been expired or revoked.");
      return c.json(issueAccessToken(grant));
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
      id_token: await new SignJWT({
        email: code.account.email,
        email_verified: true,
        ...(code.nonce === null ? {} : { nonce: code.nonce }),
      }).setProtectedHeader({ alg: "RS256", kid }).setIssuer(baseUrl()).setAudience(client.id).setSubject(
        code.account.sub,
      )
        .setIssuedAt().setExpirationTime("1h").sign(privateKey),
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
    const access_token = randomToken("ya29.");
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

  function issueRefreshToken(grant: Grant): string {
    const token = randomToken("1//");
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

async function challengeOf(verifier: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier)));
  return btoa(String.fromCharCode(...digest)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function consentPage(accounts: readonly Account[], query: URLSearchParams, scopes: readonly string[]) {
  const asked = scopes.filter((scope) => !SIGN_IN_SCOPES.includes(scope));
  // Google shows boxes only where there is more than one to tick.
  const choice = asked.length > 1;
  return html`
    <!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <title>Sign in – Google emulator</title>
        <meta name="viewport" content="width=device-width">
        <style>
    :root{color-scheme:light dark}body{font:16px system-ui;max-width:28rem;margin:10vh auto;padding:0 1rem}
    fieldset{border:1px solid #8886;border-radius:8px;margin:1rem 0}label{display:block;padding:.4rem 0}
    button{font:inherit;padding:.6rem 1.2rem;border-radius:8px;border:1px solid #8888;cursor:pointer;margin-right:.5rem}
    button[value=allow]{background:#1a73e8;color:#fff;border-color:#1a73e8}code{overflow-wrap:anywhere}</style>
      </head>
      <body>
        <h1>Choose an account</h1>
        <p>EcoComply wants access. This page stands in for Google's.</p>
        <form
          method="get">${[...query].filter(([name]) => !name.startsWith("emulator_")).map(([name, value]) =>
            html`<input type="hidden" name="${name}" value="${value}">`
          )}<fieldset><legend>Account</legend>${accounts.map(({ email, name }, index) =>
            html`<label><input type="radio" name="emulator_account" value="${email}" ${
              index === 0 ? "checked" : ""
            }> ${name} (${email})</label>`
          )}</fieldset><fieldset><legend>Access</legend>${asked.map((scope) =>
            html`<label>${
              choice ? html`<input type="checkbox" name="emulator_scopes" value="${scope}" checked>` : ""
            } <code>${scope}</code></label>`
          )}</fieldset><button name="emulator_consent" value="allow">Allow</button><button name="emulator_consent" value="deny">Cancel</button>
        </form>
      </body>
    </html>
  `;
}
