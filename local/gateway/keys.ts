import { exportJWK, generateKeyPair, type JWK, jwtVerify, SignJWT } from "jose";
import { z } from "zod";

/** Supabase Auth's default. */
const ACCESS_TOKEN_LIFETIME_S = 3600;

/** The project's keys, made anew with every stack. */
export interface ProjectKeys {
  /** Opens the API for everybody, as `anon`. */
  readonly publishable: string;
  /** Opens everything, as `service_role`. */
  readonly secret: string;
  /** What user tokens are verified with. */
  readonly jwks: { readonly keys: readonly JWK[] };
  readonly access_token_lifetime_s: number;
  signAccessToken(user: TokenSubject, issuer: string): Promise<string>;
  /** The claims of a user's token, or null where it is not one of ours. */
  verifyAccessToken(token: string): Promise<Claims | null>;
}

export interface TokenSubject {
  readonly id: string;
  readonly email: string;
  readonly session_id: string;
}

const Claims = z.looseObject({
  sub: z.string(),
  role: z.enum(["anon", "authenticated", "service_role"]),
  session_id: z.string().optional(),
});
export type Claims = z.infer<typeof Claims>;

/** ES256, as new Supabase projects sign. */
export async function createProjectKeys(
  access_token_lifetime_s = ACCESS_TOKEN_LIFETIME_S,
): Promise<ProjectKeys> {
  const { publicKey, privateKey } = await generateKeyPair("ES256");
  const kid = crypto.randomUUID();
  return {
    publishable: `sb_publishable_${randomText()}`,
    secret: `sb_secret_${randomText()}`,
    jwks: { keys: [{ ...await exportJWK(publicKey), kid, alg: "ES256", use: "sig" }] },
    access_token_lifetime_s,
    signAccessToken: ({ id, email, session_id }, issuer) =>
      new SignJWT({
        role: "authenticated",
        email,
        aal: "aal1",
        session_id,
        is_anonymous: false,
      })
        .setProtectedHeader({ alg: "ES256", kid, typ: "JWT" })
        .setSubject(id)
        .setIssuer(issuer)
        .setAudience("authenticated")
        .setIssuedAt()
        .setExpirationTime(`${access_token_lifetime_s}s`)
        .sign(privateKey),
    async verifyAccessToken(token) {
      try {
        const { payload } = await jwtVerify(token, publicKey, { algorithms: ["ES256"] });
        return Claims.parse(payload);
      } catch {
        return null;
      }
    },
  };
}

function randomText(): string {
  return crypto.randomUUID().replaceAll("-", "");
}
