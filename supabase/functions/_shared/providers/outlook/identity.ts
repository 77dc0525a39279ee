import { decodeJwt, decodeProtectedHeader } from "jose";
import * as oauth from "oauth4webapi";
import { z } from "zod";
import { type Authority, issuerOf, isTenantId } from "./authority.ts";

/** Who consented, and what the token endpoint gave for it. */
export type VerifiedTokens =
  | {
    readonly kind: "verified";
    readonly account_id: string;
    readonly account_email: string | null;
    readonly tokens: oauth.TokenEndpointResponse;
  }
  | { readonly kind: "identity_invalid" | "exchange_failed"; readonly reason: string };

const TokenBody = z.object({ id_token: z.string() });
const Tenant = z.object({ tid: z.string().refine(isTenantId) });
const Claims = z.object({
  iss: z.string(),
  tid: z.string(),
  oid: z.string().min(1),
  email: z.string().nullish().catch(null),
  preferred_username: z.string().nullish().catch(null),
});
const Keys = z.object({
  keys: z.array(z.object({ kid: z.string().optional(), issuer: z.string().optional() })),
});

/**
 * Verifies the id token of a token endpoint's answer: signature (RS256), issuer, audience, age, nonce, and that the
 * key that signed it may sign for its tenant.
 *
 * An authority that many tenants share has a template for an issuer. It is filled in with the token's own `tid`,
 * which proves nothing by itself: the signature and the key's issuer do.
 *
 * @param response a success, its body unread
 * @param options for the request for keys
 * @returns `account_id` is the tenant's and the user's id together: the e-mail address is the user's to change
 * @source https://learn.microsoft.com/entra/identity-platform/access-tokens, Validate the issuer
 */
export async function verifyTokens(
  authority: Authority,
  client: oauth.Client,
  response: Response,
  nonce: string,
  options: oauth.HttpRequestOptions<"GET">,
): Promise<VerifiedTokens> {
  const body = TokenBody.safeParse(await response.clone().json().catch(() => null)).data;
  if (body === undefined) return { kind: "exchange_failed", reason: "unreadable" };
  try {
    const { tid } = Tenant.parse(decodeJwt(body.id_token));
    const { keys, ...metadata } = authority;
    const server = { ...metadata, issuer: issuerOf(authority.issuer, tid) };
    const tokens = await oauth.processAuthorizationCodeResponse(
      server,
      { ...client, id_token_signed_response_alg: "RS256" },
      response,
      { expectedNonce: nonce, requireIdToken: true },
    );
    await oauth.validateApplicationLevelSignature(server, response, { ...options, [oauth.jwksCache]: keys });
    const claims = Claims.parse(oauth.getValidatedIdTokenClaims(tokens));
    const { kid } = decodeProtectedHeader(body.id_token);
    if (!mayKeySign(keys, kid, claims)) return { kind: "identity_invalid", reason: "key_issuer" };
    return {
      kind: "verified",
      account_id: `${claims.tid}.${claims.oid}`,
      account_email: claims.email || claims.preferred_username || null,
      tokens,
    };
  } catch (error: unknown) {
    return { kind: "identity_invalid", reason: codeOf(error) ?? "id_token" };
  }
}

/** Which check failed, in the library's words; its messages hold claims. */
function codeOf(error: unknown): string | null {
  return error instanceof oauth.OperationProcessingError ? error.code ?? null : null;
}

/**
 * Whether the key is one that may sign for the token's tenant: Microsoft's keys of personal accounts and of
 * organisations are in one set.
 */
function mayKeySign(
  keys: oauth.JWKSCacheInput,
  kid: string | undefined,
  { iss, tid }: { readonly iss: string; readonly tid: string },
): boolean {
  const candidates = Keys.parse(keys.jwks).keys.filter((key) => kid === undefined || key.kid === kid);
  return candidates.length > 0 &&
    candidates.every(({ issuer }) => issuer === undefined || issuerOf(issuer, tid) === iss);
}
