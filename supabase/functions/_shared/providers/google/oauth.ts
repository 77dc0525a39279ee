import * as oauth from "oauth4webapi";
import { type GoogleEnv, isLoopback } from "../../platform/env.ts";
import type { AccessToken } from "../calendar-client.ts";

const TOKEN_CALL_TIMEOUT_MS = 10_000;
const REVOKE_TIMEOUT_MS = 5_000;
/** Google's access tokens last an hour; one without `expires_in` is taken to (RFC 6749 §5.1 recommends the field). */
const DEFAULT_LIFETIME_S = 3600;
const METADATA_LIFETIME_MS = 3_600_000;

const SCOPE = "https://www.googleapis.com/auth/";
const IDENTITY_SCOPES = ["openid", "email"];
/** Makes calendars and sees those alone: one scope, so that consent is all or nothing. */
const DEDICATED_SCOPES = [`${SCOPE}calendar.app.created`];
const EXISTING_SCOPES = [
  ...DEDICATED_SCOPES,
  `${SCOPE}calendar.events`,
  `${SCOPE}calendar.calendarlist.readonly`,
];

export type Access = "dedicated" | "existing";

/** What the token endpoint gave for a code. */
export type ExchangeOutcome =
  | {
    readonly kind: "exchanged";
    /** OIDC `sub`: never reused, unlike an e-mail address. */
    readonly account_id: string;
    readonly account_email: string | null;
    readonly scopes: readonly string[];
    readonly access_token: string;
    readonly refresh_token: string | null;
    readonly expires_at: string;
  }
  | { readonly kind: "scope_missing" | "identity_invalid" | "exchange_failed" };

/** What the token endpoint gave for a refresh token. Only `invalid_grant` means that the grant is lost. */
export type RefreshOutcome =
  | ({ readonly kind: "refreshed"; readonly refresh_token: string | null } & AccessToken)
  | { readonly kind: "invalid_grant" | "configuration" | "unavailable" };

/** Google's own metadata, which changes less often than a request to discover it fails. */
const GOOGLE: oauth.AuthorizationServer = {
  issuer: "https://accounts.google.com",
  authorization_endpoint: "https://accounts.google.com/o/oauth2/v2/auth",
  token_endpoint: "https://oauth2.googleapis.com/token",
  revocation_endpoint: "https://oauth2.googleapis.com/revoke",
  jwks_uri: "https://www.googleapis.com/oauth2/v3/certs",
};

/**
 * The address of Google's consent page.
 *
 * `prompt=consent` has every consent return a refresh token; without it only the first one does.
 *
 * @source Google, "Using OAuth 2.0 for Web Server Applications"
 */
export async function getAuthUrl(google: GoogleEnv, flow: {
  readonly access: Access;
  readonly redirect_uri: string;
  readonly state: string;
  readonly nonce: string;
  readonly code_verifier: string;
}): Promise<string> {
  const server = await metadataOf(google);
  const url = new URL(server.authorization_endpoint ?? "");
  url.search = new URLSearchParams({
    client_id: google.client_id,
    redirect_uri: flow.redirect_uri,
    response_type: "code",
    scope: [...IDENTITY_SCOPES, ...scopesOf(flow.access)].join(" "),
    access_type: "offline",
    prompt: "consent",
    state: flow.state,
    nonce: flow.nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(flow.code_verifier),
    code_challenge_method: "S256",
  }).toString();
  return url.toString();
}

/** Exchanges the code, verifies who consented (signature, issuer, audience, age, nonce) and to what. */
export async function exchangeToken(google: GoogleEnv, flow: {
  readonly access: Access;
  /** The callback's query. */
  readonly callback: URLSearchParams;
  readonly redirect_uri: string;
  readonly nonce: string;
  readonly code_verifier: string;
}): Promise<ExchangeOutcome> {
  const client = { client_id: google.client_id };
  const options = requestOptions(google, TOKEN_CALL_TIMEOUT_MS);
  let server: oauth.AuthorizationServer;
  let response: Response;
  try {
    server = await metadataOf(google);
    // The state was checked before this; what is left of RFC 6749 §4.1.2 and RFC 9207 is checked here.
    const callback = new URLSearchParams(flow.callback);
    callback.delete("state");
    const code = oauth.validateAuthResponse(server, client, callback, oauth.expectNoState);
    response = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      oauth.ClientSecretPost(google.client_secret),
      code,
      flow.redirect_uri,
      flow.code_verifier,
      options,
    );
    if (!response.ok) return { kind: "exchange_failed" };
  } catch {
    return { kind: "exchange_failed" };
  }
  let tokens: oauth.TokenEndpointResponse;
  try {
    tokens = await oauth.processAuthorizationCodeResponse(server, client, response, {
      expectedNonce: flow.nonce,
      requireIdToken: true,
    });
    await oauth.validateApplicationLevelSignature(server, response, options);
  } catch {
    return { kind: "identity_invalid" };
  }
  const claims = oauth.getValidatedIdTokenClaims(tokens);
  if (claims === undefined) return { kind: "identity_invalid" };
  const needed = scopesOf(flow.access);
  // RFC 6749 §5.1: without `scope` everything that was asked for was granted.
  const scopes = tokens.scope === undefined ? needed : tokens.scope.split(" ");
  if (!needed.every((scope) => scopes.includes(scope))) return { kind: "scope_missing" };
  return {
    kind: "exchanged",
    account_id: claims.sub,
    account_email: typeof claims["email"] === "string" ? claims["email"] : null,
    scopes,
    access_token: tokens.access_token,
    refresh_token: tokens.refresh_token ?? null,
    expires_at: expiryOf(tokens),
  };
}

/** Exchanges a refresh token. Google keeps the old one valid; should it ever send a new one, that is returned. */
export async function refreshToken(google: GoogleEnv, refresh_token: string): Promise<RefreshOutcome> {
  const client = { client_id: google.client_id };
  try {
    const server = await metadataOf(google);
    const response = await oauth.refreshTokenGrantRequest(
      server,
      client,
      oauth.ClientSecretPost(google.client_secret),
      refresh_token,
      requestOptions(google, TOKEN_CALL_TIMEOUT_MS),
    );
    // A 5xx says nothing about the grant, whatever its body says.
    if (response.status >= 500 || response.status === 429) return { kind: "unavailable" };
    const tokens = await oauth.processRefreshTokenResponse(server, client, response);
    return {
      kind: "refreshed",
      access_token: tokens.access_token,
      refresh_token: tokens.refresh_token ?? null,
      expires_at: expiryOf(tokens),
    };
  } catch (error: unknown) {
    const code = errorCodeOf(error);
    if (code === "invalid_grant") return { kind: "invalid_grant" };
    return { kind: code !== null && OUR_FAULT.has(code) ? "configuration" : "unavailable" };
  }
}

/** Errors of the client, not of the grant (RFC 6749 §5.2, and Google's own `deleted_client`). */
const OUR_FAULT: ReadonlySet<string> = new Set([
  "invalid_client",
  "unauthorized_client",
  "deleted_client",
  "disabled_client",
  "invalid_request",
  "unsupported_grant_type",
]);

/**
 * Ends the grant, best effort. It ends every grant of this account to the same Google project: only call it when
 * nothing else here uses the account.
 */
export async function revokeToken(google: GoogleEnv, refresh_token: string): Promise<void> {
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

function expiryOf(tokens: oauth.TokenEndpointResponse): string {
  return new Date(Date.now() + (tokens.expires_in ?? DEFAULT_LIFETIME_S) * 1000).toISOString();
}

/** @returns the `error` of an OAuth error body, or null where there was none */
function errorCodeOf(error: unknown): string | null {
  if (error instanceof oauth.ResponseBodyError) return error.error;
  // A 401 with `WWW-Authenticate` is how RFC 6749 §5.2 refuses a client.
  return error instanceof oauth.WWWAuthenticateChallengeError ? "invalid_client" : null;
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
    [oauth.allowInsecureRequests]: isLoopback(new URL(google.authority_url).hostname),
  };
}
