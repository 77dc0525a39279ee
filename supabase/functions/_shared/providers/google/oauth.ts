import * as oauth from "oauth4webapi";
import { z } from "zod";
import { isLoopback } from "../../platform/env.ts";
import { parseJson } from "../answer-table.ts";
import { boundedFetch } from "../bounded-fetch.ts";
import type {
  Access,
  AuthorizationFlow,
  ExchangeOutcome,
  OAuthConnector,
  RefreshOutcome,
  RefreshRefusal,
} from "../connector.ts";
import { consentPageUrl, expiryOf, redeemCode } from "../code-flow.ts";
import { readTokenRefusal } from "./answers.ts";
import type { GoogleEnv } from "./env.ts";

const TOKEN_CALL_TIMEOUT_MS = 10_000;
const REVOKE_TIMEOUT_MS = 5_000;
const METADATA_LIFETIME_MS = 3_600_000;

const SCOPE = "https://www.googleapis.com/auth/";
const IDENTITY_SCOPES = ["openid", "email"];
/** Makes calendars and sees those alone: one scope, so that consent is all or nothing. */
const DEDICATED_SCOPES = [`${SCOPE}calendar.app.created`];
/**
 * Writes to the calendars that the user has, our own among them once `calendar.app.created` was granted too; lists
 * them for the choice.
 */
const EXISTING_SCOPES = [
  ...DEDICATED_SCOPES,
  `${SCOPE}calendar.events`,
  `${SCOPE}calendar.calendarlist.readonly`,
];

const WithIdToken = z.looseObject({ id_token: z.unknown() });

/** Google's own metadata, which changes less often than a request to discover it fails. */
const GOOGLE: oauth.AuthorizationServer = {
  issuer: "https://accounts.google.com",
  authorization_endpoint: "https://accounts.google.com/o/oauth2/v2/auth",
  token_endpoint: "https://oauth2.googleapis.com/token",
  revocation_endpoint: "https://oauth2.googleapis.com/revoke",
  jwks_uri: "https://www.googleapis.com/oauth2/v3/certs",
};

/** Connects Google accounts: OAuth 2.0 for web server applications, OpenID Connect. */
export function createGoogleConnector(google: GoogleEnv): OAuthConnector {
  return {
    kind: "oauth",
    getAuthUrl: (flow) => getAuthUrl(google, flow),
    exchangeToken: (flow) => exchangeToken(google, flow),
    refreshToken: (refresh_token) => refreshToken(google, refresh_token),
    revokeToken: (refresh_token) => revokeToken(google, refresh_token),
    consentRefusal: (callback) =>
      callback.get("error") === "access_denied" ? "access_denied" : "exchange_failed",
    grantPageOf: () => "https://myaccount.google.com/connections",
    adminConsentUrl: () => null,
  };
}

/**
 * The address of Google's consent page.
 *
 * `prompt=consent` has every consent return a refresh token; without it only the first one does. `select_account` has people
 * choose: without it a browser goes on with the account that it is signed in to, and nobody could connect a second one.
 *
 * @source Google, "Using OAuth 2.0 for Web Server Applications"
 */
async function getAuthUrl(
  google: GoogleEnv,
  flow: AuthorizationFlow & { readonly state: string },
): Promise<string> {
  const { authorization_endpoint = "" } = await metadataOf(google);
  const scopes = [...IDENTITY_SCOPES, ...scopesOf(flow.access)];
  return await consentPageUrl(authorization_endpoint, google, flow, scopes, {
    access_type: "offline",
    prompt: "select_account consent",
  });
}

/** Exchanges the code, verifies who consented (signature, issuer, audience, age, nonce) and to what. */
async function exchangeToken(
  google: GoogleEnv,
  flow: AuthorizationFlow & { readonly callback: URLSearchParams },
): Promise<ExchangeOutcome> {
  const client = { client_id: google.client_id };
  const options = requestOptions(google, TOKEN_CALL_TIMEOUT_MS);
  let server: oauth.AuthorizationServer;
  let response: Response;
  try {
    server = await metadataOf(google);
    response = await redeemCode(server, google, flow, options);
  } catch (error: unknown) {
    return { kind: "exchange_failed", reason: errorCodeOf(error) ?? "no_answer" };
  }
  let tokens: oauth.TokenEndpointResponse;
  try {
    tokens = await oauth.processAuthorizationCodeResponse(server, client, response, {
      expectedNonce: flow.nonce,
      requireIdToken: true,
    });
    await oauth.validateApplicationLevelSignature(server, response, options);
  } catch (error: unknown) {
    const reason = errorCodeOf(error);
    return reason === null && !isUnreadable(error)
      ? { kind: "identity_invalid", reason: "id_token" }
      : { kind: "exchange_failed", reason: reason ?? "unreadable" };
  }
  const claims = oauth.getValidatedIdTokenClaims(tokens);
  if (claims === undefined) return { kind: "identity_invalid", reason: "no_id_token" };
  const needed = scopesOf(flow.access);
  // RFC 6749 §5.1: without `scope` everything that was asked for was granted.
  const scopes = tokens.scope === undefined ? needed : tokens.scope.split(" ");
  const missing = needed.filter((scope) => !scopes.includes(scope));
  if (missing.length > 0) return { kind: "scope_missing", reason: missing.join(" ") };
  return {
    kind: "exchanged",
    // OIDC `sub`.
    account_id: claims.sub,
    account_email: typeof claims["email"] === "string" ? claims["email"] : null,
    scopes,
    access_token: tokens.access_token,
    refresh_token: tokens.refresh_token ?? null,
    expires_at: expiryOf(tokens.expires_in),
  };
}

/** Exchanges a refresh token. Google keeps the old one valid; should it ever send a new one, that is returned. */
async function refreshToken(google: GoogleEnv, refresh_token: string): Promise<RefreshOutcome> {
  const client = { client_id: google.client_id };
  let status: number | null = null;
  try {
    const server = await metadataOf(google);
    const response = await oauth.refreshTokenGrantRequest(
      server,
      client,
      oauth.ClientSecretPost(google.client_secret),
      refresh_token,
      requestOptions(google, TOKEN_CALL_TIMEOUT_MS),
    );
    status = response.status;
    const tokens = await oauth.processRefreshTokenResponse(server, client, await withoutIdToken(response));
    return {
      kind: "refreshed",
      access_token: tokens.access_token,
      refresh_token: tokens.refresh_token ?? null,
      expires_at: expiryOf(tokens.expires_in),
    };
  } catch (error: unknown) {
    const code = errorCodeOf(error);
    const kind: RefreshRefusal = status === null ? "unavailable" : readTokenRefusal(status, code);
    const silent = status === null || status >= 500;
    return { kind, reason: code ?? "no_answer", ...(silent ? { silent } : {}) };
  }
}

/** The answer to a refresh without the id token that may come along, of an account that was verified before. */
async function withoutIdToken(response: Response): Promise<Response> {
  const body = WithIdToken.safeParse(parseJson(await response.clone().text())).data;
  if (body === undefined) return response;
  const { id_token: _id_token, ...tokens } = body;
  return Response.json(tokens, { status: response.status, headers: response.headers });
}

/**
 * Ends the grant, best effort. It ends every grant of this account to the same Google project: only call it when
 * nothing else here uses the account.
 */
async function revokeToken(google: GoogleEnv, refresh_token: string): Promise<void> {
  try {
    const response = await oauth.revocationRequest(
      await metadataOf(google),
      { client_id: google.client_id },
      oauth.ClientSecretPost(google.client_secret),
      refresh_token,
      requestOptions(google, REVOKE_TIMEOUT_MS),
    );
    await response.body?.cancel();
  } catch {
    // The tokens are forgotten here; at Google the grant then lasts until the user removes it.
  }
}

function scopesOf(access: Access): readonly string[] {
  return access === "dedicated" ? DEDICATED_SCOPES : EXISTING_SCOPES;
}

/** @returns the `error` of an OAuth error body, or null where there was none */
function errorCodeOf(error: unknown): string | null {
  if (error instanceof oauth.ResponseBodyError || error instanceof oauth.AuthorizationResponseError) {
    return error.error;
  }
  // A 401 with `WWW-Authenticate` is how RFC 6749 §5.2 refuses a client.
  return error instanceof oauth.WWWAuthenticateChallengeError ? "invalid_client" : null;
}

/** Whether it was no token endpoint's answer at all, so that nothing is said of who consented. */
function isUnreadable(error: unknown): boolean {
  return error instanceof oauth.OperationProcessingError &&
    [oauth.PARSE_ERROR, oauth.RESPONSE_IS_NOT_JSON, oauth.RESPONSE_IS_NOT_CONFORM].some((code) =>
      code === error.code
    );
}

let discovered: {
  readonly authority: string;
  readonly until: number;
  readonly server: oauth.AuthorizationServer;
} | null = null;

async function metadataOf(google: GoogleEnv): Promise<oauth.AuthorizationServer> {
  if (google.authority_url === GOOGLE.issuer) return GOOGLE;
  if (discovered?.authority === google.authority_url && discovered.until > Date.now()) {
    return discovered.server;
  }
  const authority = new URL(google.authority_url);
  const response = await oauth.discoveryRequest(authority, requestOptions(google, TOKEN_CALL_TIMEOUT_MS));
  const server = await oauth.processDiscoveryResponse(authority, response);
  discovered = { authority: google.authority_url, until: Date.now() + METADATA_LIFETIME_MS, server };
  return server;
}

function requestOptions(google: GoogleEnv, timeout_ms: number) {
  return {
    signal: AbortSignal.timeout(timeout_ms),
    [oauth.customFetch]: boundedFetch,
    [oauth.allowInsecureRequests]: isLoopback(new URL(google.authority_url).hostname),
  };
}
