import * as oauth from "oauth4webapi";
import { z } from "zod";
import { parseJson } from "../answer-table.ts";
import { consentPageUrl, expiryOf, redeemCode } from "../code-flow.ts";
import type {
  AuthorizationFlow,
  ConsentRefusal,
  ExchangeOutcome,
  OAuthConnector,
  RefreshOutcome,
} from "../connector.ts";
import { aadstsOf, isAdminConsentNumber, readTokenRefusal } from "./answers.ts";
import {
  adminConsentEndpoint,
  type Authority,
  authorityOf,
  isIssuerOf,
  PERSONAL_TENANT,
  requestOptions,
  tenantOf,
} from "./authority.ts";
import type { MicrosoftEnv } from "./env.ts";
import { verifyTokens } from "./identity.ts";
import { adminScopesOf, grantedScopes, missingScope, scopesOf } from "./scopes.ts";

const TOKEN_CALL_TIMEOUT_MS = 10_000;
/** Tells the callback of an administrator's consent from a user's, whose state is a signed token. */
const ADMIN_CONSENT_STATE = "admin_consent";

/** What is used of the answer to a refresh; an id token may come along, of an account that was verified before. */
const Refreshed = z.object({
  access_token: z.string().min(1),
  token_type: z.string().regex(/^bearer$/i),
  expires_in: z.coerce.number().positive().optional(),
  refresh_token: z.string().min(1).optional(),
});

/**
 * Connects Microsoft accounts: OAuth 2.0 and OpenID Connect of Entra.
 *
 * @source https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow
 */
export function createOutlookConnector(microsoft: MicrosoftEnv): OAuthConnector {
  return {
    kind: "oauth",
    getAuthUrl: (flow) => getAuthUrl(microsoft, flow),
    exchangeToken: (flow) => exchangeToken(microsoft, flow),
    refreshToken: (refresh_token) => refreshToken(microsoft, refresh_token),
    // Entra has no revocation endpoint; what it has ends every session of the user in every application.
    revokeToken: () => Promise.resolve(),
    consentRefusal,
    grantPageOf: (account_id) =>
      tenantOf(account_id) === PERSONAL_TENANT
        ? "https://account.live.com/consent/Manage"
        : "https://myapps.microsoft.com",
    adminConsentUrl: (redirect_uri, account_id) => adminConsentUrl(microsoft, redirect_uri, account_id),
  };
}

/** The address of the consent page, where the user picks the account first: browsers are signed in to several. */
async function getAuthUrl(
  microsoft: MicrosoftEnv,
  flow: AuthorizationFlow & { readonly state: string },
): Promise<string> {
  const { authorization_endpoint } = await authorityOf(microsoft.authority_url);
  return await consentPageUrl(authorization_endpoint, microsoft, flow, scopesOf(microsoft.graph_url), {
    response_mode: "query",
    prompt: "select_account",
  });
}

/** Exchanges the code, verifies who consented and to what. */
async function exchangeToken(
  microsoft: MicrosoftEnv,
  flow: AuthorizationFlow & { readonly callback: URLSearchParams },
): Promise<ExchangeOutcome> {
  const client = { client_id: microsoft.client_id };
  const options = requestOptions(microsoft.authority_url, TOKEN_CALL_TIMEOUT_MS);
  let authority: Authority;
  let response: Response;
  try {
    authority = await authorityOf(microsoft.authority_url);
    const callback = new URLSearchParams(flow.callback);
    // RFC 9207, should Entra ever do it: the issuer is that of the tenant, which no template equals.
    if (isIssuerOf(authority.issuer, callback.get("iss") ?? "")) callback.delete("iss");
    response = await redeemCode(serverOf(authority), microsoft, { ...flow, callback }, options);
    if (!response.ok) {
      const { kind, reason } = readTokenRefusal(response.status, await response.text());
      return { kind: kind === "admin_consent_required" ? kind : "exchange_failed", reason };
    }
  } catch (error: unknown) {
    return { kind: "exchange_failed", reason: callbackErrorOf(error) ?? "no_answer" };
  }
  const verified = await verifyTokens(authority, client, response, flow.nonce, options);
  if (verified.kind !== "verified") return verified;
  const { account_id, account_email, tokens } = verified;
  const scopes = grantedScopes(microsoft.graph_url, tokens.scope);
  const missing = missingScope(scopes);
  if (missing !== null) return { kind: "scope_missing", reason: missing };
  return {
    kind: "exchanged",
    account_id,
    account_email,
    scopes,
    access_token: tokens.access_token,
    refresh_token: tokens.refresh_token ?? null,
    expires_at: expiryOf(tokens.expires_in),
  };
}

/**
 * Exchanges a refresh token. Entra sends a new one with most answers and leaves the old one valid, so that a lost
 * answer loses nothing.
 *
 * @source https://learn.microsoft.com/entra/identity-platform/refresh-tokens
 */
async function refreshToken(microsoft: MicrosoftEnv, refresh_token: string): Promise<RefreshOutcome> {
  const client = { client_id: microsoft.client_id };
  try {
    const server = serverOf(await authorityOf(microsoft.authority_url));
    const response = await oauth.refreshTokenGrantRequest(
      server,
      client,
      oauth.ClientSecretPost(microsoft.client_secret),
      refresh_token,
      {
        ...requestOptions(microsoft.authority_url, TOKEN_CALL_TIMEOUT_MS),
        // Without `offline_access` here, no new refresh token comes and the old one ends after 90 days.
        additionalParameters: { scope: scopesOf(microsoft.graph_url).join(" ") },
      },
    );
    if (!response.ok) return readTokenRefusal(response.status, await response.text());
    const tokens = Refreshed.safeParse(parseJson(await response.text())).data;
    if (tokens === undefined) return { kind: "unavailable", reason: "unreadable" };
    return {
      kind: "refreshed",
      access_token: tokens.access_token,
      refresh_token: tokens.refresh_token ?? null,
      expires_at: expiryOf(tokens.expires_in),
    };
  } catch {
    return { kind: "unavailable", reason: "no_answer", silent: true };
  }
}

/** Reads a callback without a code. `access_denied` is Entra's word for a missing administrator's consent, too. */
function consentRefusal(callback: URLSearchParams): ConsentRefusal {
  const error = callback.get("error");
  const number = aadstsOf(callback.get("error_description") ?? "");
  if (error === "consent_required" || isAdminConsentNumber(number)) return "admin_consent_required";
  return error === "access_denied" ? "access_denied" : "exchange_failed";
}

function adminConsentUrl(
  microsoft: MicrosoftEnv,
  redirect_uri: string,
  account_id: string | null,
): string | null {
  const tenant = account_id === null ? null : tenantOf(account_id);
  const url = adminConsentEndpoint(microsoft.authority_url, tenant);
  if (url === null) return null;
  url.search = new URLSearchParams({
    client_id: microsoft.client_id,
    scope: adminScopesOf(microsoft.graph_url).join(" "),
    redirect_uri,
    state: ADMIN_CONSENT_STATE,
  }).toString();
  return url.toString();
}

function serverOf({ keys: _keys, ...metadata }: Authority): oauth.AuthorizationServer {
  return metadata;
}

/** @returns the `error` of a callback, or null where the failure is another */
function callbackErrorOf(error: unknown): string | null {
  return error instanceof oauth.AuthorizationResponseError && /^\w{1,64}$/.test(error.error)
    ? error.error
    : null;
}
