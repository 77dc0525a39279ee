import { Hono } from "hono";
import { challengeOf, clientCredentials, type OAuthClient } from "../oauth-client.ts";
import { countUp, randomToken } from "../observed-state.ts";
import { PERSONAL_TENANT } from "./accounts.ts";
import { EntraError } from "./errors.ts";
import { parseScopes, spelledScopes } from "./scopes.ts";
import type { SigningKeys } from "./signing-keys.ts";
import type { Grant, OutlookState } from "./state.ts";

/** Access tokens live for a random time (Microsoft, "Access token lifetime"). */
const LIFETIME_MIN_S = 3600;
const LIFETIME_MAX_S = 5400;

const refused = (code: number, message: string, suberror?: string) =>
  new EntraError(400, "invalid_grant", [code], message, suberror);

/** Codes and refresh tokens against tokens. */
export function tokenRoutes(state: OutlookState, client: OAuthClient, keys: SigningKeys): Hono {
  const app = new Hono();

  app.post("/:tenant/oauth2/v2.0/token", async (c) => {
    // A browser redeems with a redirect URI of the platform SPA alone; ours is Web.
    if (c.req.header("origin") !== undefined) {
      throw new EntraError(
        400,
        "invalid_request",
        [9002326],
        "Cross-origin token redemption is permitted only for the 'Single-Page Application' client-type.",
      );
    }
    const form = new URLSearchParams(await c.req.text());
    checkClient(c.req.header("authorization"), form);
    const { origin } = new URL(c.req.url);
    switch (form.get("grant_type")) {
      case "authorization_code":
        return c.json(await redeemCode(c.req.param("tenant"), form, origin));
      case "refresh_token":
        return c.json(await refresh(form, origin));
      default:
        throw new EntraError(400, "unsupported_grant_type", [70003], "The grant type is not supported.");
    }
  });

  function checkClient(authorization: string | undefined, form: URLSearchParams): void {
    const { id, secret } = clientCredentials(authorization, form);
    if (id !== client.id) {
      throw new EntraError(
        400,
        "unauthorized_client",
        [700016],
        "Application was not found in the directory.",
      );
    }
    if (secret === undefined) {
      throw new EntraError(401, "invalid_client", [7000218], "The request must contain 'client_secret'.");
    }
    if (secret !== client.secret) {
      throw new EntraError(401, "invalid_client", [7000215], "Invalid client secret provided.");
    }
  }

  async function redeemCode(tenant: string, form: URLSearchParams, origin: string) {
    const code = state.codes.get(form.get("code") ?? "");
    if (!code) throw refused(70000, "The provided value for the 'code' parameter is not valid.");
    if (code.is_redeemed) throw refused(54005, "OAuth2 Authorization code was already redeemed.");
    if (code.expires_at < Date.now()) throw refused(70008, "The provided authorization code has expired.");
    if (code.tenant !== tenant) {
      throw refused(700005, "The provided authorization code is intended to use against another tenant.");
    }
    if (form.get("redirect_uri") !== code.redirect_uri) {
      throw new EntraError(400, "invalid_client", [500112], "The reply address does not match.");
    }
    if (await challengeOf(form.get("code_verifier") ?? "") !== code.code_challenge) {
      throw refused(501481, "The code_verifier does not match the code_challenge.");
    }
    const scopes = requested(form, code.scopes);
    code.is_redeemed = true;
    return await issue({ ...code, scopes }, code.scopes, code.scopes, code.nonce, origin);
  }

  async function refresh(form: URLSearchParams, origin: string) {
    const token = form.get("refresh_token") ?? "";
    const grant = state.refreshTokens.get(token);
    if (!grant) {
      throw state.revokedTokens.has(token)
        ? refused(50173, "The provided grant has expired due to it being revoked.", "bad_token")
        : refused(70000, "The provided value for the 'refresh_token' parameter is not valid.");
    }
    const { email } = grant.account;
    countUp(state.refreshes, email);
    const scripted = state.refresh_errors.get(email);
    if (scripted) {
      const { status = 400, error, error_codes, suberror } = scripted;
      throw new EntraError(status, error, error_codes, "Switched on in the emulator.", suberror);
    }
    const scopes = requested(form, grant.scopes);
    const repeated = parseScopes(form.get("scope") ?? "");
    return await issue({ ...grant, scopes }, repeated, grant.scopes, null, origin);
  }

  /**
   * @param asked the scopes that decide about a refresh token
   * @param consented what a refresh token may ask for later
   */
  async function issue(
    { account, scopes }: Pick<Grant, "account" | "scopes">,
    asked: readonly string[],
    consented: readonly string[],
    nonce: string | null,
    origin: string,
  ) {
    const lifetime_s = LIFETIME_MIN_S + Math.floor(Math.random() * (LIFETIME_MAX_S - LIFETIME_MIN_S + 1));
    const access_token = state.issue(
      "access token",
      randomToken(account.tid === PERSONAL_TENANT ? "EwB" : "eyJ0"),
    );
    state.accessTokens.set(access_token, { account, scopes, expires_at: Date.now() + lifetime_s * 1000 });
    const refresh_token = asked.includes("offline_access")
      ? state.issue("refresh token", randomToken("1.AX0B."))
      : null;
    // The one that was used stays good: refreshing twice at once harms nobody.
    if (refresh_token !== null) {
      state.refreshTokens.set(refresh_token, { account, scopes: consented, expires_at: Infinity });
    }
    const id_token = scopes.includes("openid")
      ? await keys.sign(origin, account.tid, {
        aud: client.id,
        sub: account.sub,
        tid: account.tid,
        ver: "2.0",
        ...(scopes.includes("email") ? { email: account.email } : {}),
        ...(scopes.includes("profile")
          ? { oid: account.oid, name: account.name, preferred_username: account.email }
          : {}),
        ...(nonce === null ? {} : { nonce }),
      })
      : null;
    return {
      token_type: "Bearer",
      scope: spelledScopes(scopes, account),
      expires_in: lifetime_s,
      ext_expires_in: lifetime_s,
      access_token,
      ...(refresh_token === null ? {} : { refresh_token }),
      ...(id_token === null ? {} : { id_token: state.issue("id token", id_token) }),
    };
  }

  return app;
}

/** What a call asks for of what was consented to; nothing named means everything. */
function requested(form: URLSearchParams, consented: readonly string[]): readonly string[] {
  const scope = form.get("scope");
  if (scope === null || scope === "") return consented;
  const scopes = parseScopes(scope);
  const missing = scopes.find((one) => !consented.includes(one));
  if (missing !== undefined) {
    throw refused(65001, `The user has not consented to ${missing}.`, "consent_required");
  }
  return scopes;
}
