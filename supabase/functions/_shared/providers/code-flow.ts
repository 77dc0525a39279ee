import * as oauth from "oauth4webapi";
import type { AuthorizationFlow } from "./connector.ts";

/** Tokens last an hour or more; one without `expires_in`, which RFC 6749 §5.1 recommends, is taken to. */
const DEFAULT_LIFETIME_S = 3600;

/** Our registration with a provider. */
export interface OAuthClient {
  readonly client_id: string;
  readonly client_secret: string;
}

/**
 * The address of a consent page, for the authorization code flow with PKCE and a nonce.
 *
 * @param parameters what the provider wants beyond RFC 6749 §4.1.1, RFC 7636 §4.3 and OpenID Connect Core §3.1.2.1
 */
export async function consentPageUrl(
  authorization_endpoint: string,
  { client_id }: OAuthClient,
  flow: AuthorizationFlow & { readonly state: string },
  scopes: readonly string[],
  parameters: Readonly<Record<string, string>>,
): Promise<string> {
  const url = new URL(authorization_endpoint);
  url.search = new URLSearchParams({
    client_id,
    redirect_uri: flow.redirect_uri,
    response_type: "code",
    scope: scopes.join(" "),
    ...parameters,
    state: flow.state,
    nonce: flow.nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(flow.code_verifier),
    code_challenge_method: "S256",
  }).toString();
  return url.toString();
}

/**
 * Checks a callback and redeems its code. The state was checked before this.
 *
 * @returns the token endpoint's answer, unread
 * @throws oauth4webapi's errors (RFC 6749 §4.1.2, RFC 9207), and whatever `fetch` throws
 */
export async function redeemCode(
  server: oauth.AuthorizationServer,
  { client_id, client_secret }: OAuthClient,
  flow: AuthorizationFlow & { readonly callback: URLSearchParams },
  options: oauth.TokenEndpointRequestOptions,
): Promise<Response> {
  const client = { client_id };
  const callback = new URLSearchParams(flow.callback);
  callback.delete("state");
  const code = oauth.validateAuthResponse(server, client, callback, oauth.expectNoState);
  return await oauth.authorizationCodeGrantRequest(
    server,
    client,
    oauth.ClientSecretPost(client_secret),
    code,
    flow.redirect_uri,
    flow.code_verifier,
    options,
  );
}

/**
 * When a token ends.
 *
 * @param expires_in_s as the token endpoint says, in seconds
 * @returns RFC 3339
 */
export function expiryOf(expires_in_s = DEFAULT_LIFETIME_S): string {
  return new Date(Date.now() + expires_in_s * 1000).toISOString();
}
