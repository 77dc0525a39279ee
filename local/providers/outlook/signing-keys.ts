import { type JWK, type JWTPayload, SignJWT } from "jose";
import { createSigningKey } from "../signing-key.ts";
import { PERSONAL_TENANT } from "./accounts.ts";

/** Two keys, since those of personal accounts are not those of work accounts. */
export interface SigningKeys {
  /** @param origin of the authority, which each key's `issuer` begins with */
  publicKeys(origin: string): JWK[];
  /** Signs an id_token with the key of the account's kind, issued by its tenant. */
  sign(origin: string, tid: string, claims: JWTPayload): Promise<string>;
}

/** @returns keys of {@link createSigningKey} */
export async function createSigningKeys(): Promise<SigningKeys> {
  const work = await createSigningKey("outlook work");
  const personal = await createSigningKey("outlook personal");
  return {
    publicKeys: (origin) => [
      { ...work.jwk, issuer: `${origin}/{tenantid}/v2.0` },
      { ...personal.jwk, issuer: `${origin}/${PERSONAL_TENANT}/v2.0` },
    ],
    sign: (origin, tid, claims) => {
      const { jwk, privateKey } = tid === PERSONAL_TENANT ? personal : work;
      return new SignJWT(claims).setProtectedHeader({ alg: "RS256", typ: "JWT", kid: jwk.kid })
        .setIssuer(`${origin}/${tid}/v2.0`).setIssuedAt().setNotBefore("0s").setExpirationTime("1h")
        .sign(privateKey);
    },
  };
}
