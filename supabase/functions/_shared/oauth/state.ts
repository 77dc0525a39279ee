import { base64url, errors, jwtVerify, SignJWT } from "jose";
import { z } from "zod";

/** How long a user may take between leaving for the provider and coming back. */
export const CONNECTION_LIFETIME_S = 600;
const AUDIENCE = "calendar-connection";

/** What a state that came back proves. */
export type StateCheck =
  /** `secret`: the one that signed it, with which verifier and nonce of the flow were derived. */
  | { readonly kind: "valid"; readonly state_id: string; readonly secret: string }
  | { readonly kind: "expired"; readonly state_id: string }
  | { readonly kind: "invalid" };

/**
 * Signs the OAuth `state`: a JWT (HS256) that names the stored flow and ends with it.
 *
 * @param secret `CALENDAR_STATE_SECRET`, the current one
 */
export function signState(state_id: string, secret: string): Promise<string> {
  return new SignJWT()
    .setProtectedHeader({ alg: "HS256" })
    .setJti(state_id)
    .setAudience(AUDIENCE)
    .setIssuedAt()
    .setExpirationTime(`${CONNECTION_LIFETIME_S}s`)
    .sign(keyOf(secret));
}

/**
 * Checks signature and age of a state; that it is used once is the database's part.
 *
 * @param secrets any of which may have signed it: a flow that began before the secret was changed ends after it
 */
export async function checkState(state: string, secrets: readonly string[]): Promise<StateCheck> {
  for (const secret of secrets) {
    try {
      const { payload } = await jwtVerify(state, keyOf(secret), {
        algorithms: ["HS256"],
        audience: AUDIENCE,
      });
      const state_id = StateId.safeParse(payload.jti).data;
      return state_id === undefined ? { kind: "invalid" } : { kind: "valid", state_id, secret };
    } catch (error: unknown) {
      if (error instanceof errors.JWSSignatureVerificationFailed) continue;
      const state_id = error instanceof errors.JWTExpired
        ? StateId.safeParse(error.payload.jti).data
        : undefined;
      return state_id === undefined ? { kind: "invalid" } : { kind: "expired", state_id };
    }
  }
  return { kind: "invalid" };
}

const StateId = z.uuid();

/**
 * A value that only we can know and that belongs to one flow: the PKCE verifier (RFC 7636) and the OIDC nonce are
 * derived from its id, so that neither has to be stored.
 *
 * @returns 43 characters of base64url, as RFC 7636 §4.1 asks of a verifier
 */
export async function deriveForFlow(
  purpose: "pkce" | "nonce",
  state_id: string,
  secret: string,
): Promise<string> {
  const key = await crypto.subtle.importKey("raw", keyOf(secret), { name: "HMAC", hash: "SHA-256" }, false, [
    "sign",
  ]);
  const bytes = new TextEncoder().encode(`${purpose}:${state_id}`);
  return base64url.encode(new Uint8Array(await crypto.subtle.sign("HMAC", key, bytes)));
}

function keyOf(secret: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(secret);
}
