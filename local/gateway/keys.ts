import { exportJWK, generateKeyPair, type JWK, jwtVerify, SignJWT } from "jose";
import { z } from "zod";

const ACCESS_TOKEN_LIFETIME_S = 3600;

/** The project's keys, made anew with every stack. */
export interface ProjectKeys {
  /** Opens the API for everybody, as `anon`. */
  readonly publishable: string;
  /** Opens everything, as `service_role`. */
  readonly secret: string;
  /** What user tokens are verified with. */
  readonly jwks: { readonly keys: readonly JWK[] };
  signAccessToken(user: { readonly id: string; readonly email: string }, issuer: string): Promise<string>;
  /** The claims of a user's token, or null where it is not one of ours. */
  verifyAccessToken(token: string): Promise<Claims | null>;
}

const Claims = z.looseObject({ sub: z.string(), role: z.enum(["anon", "authenticated", "service_role"]) });
export type Claims = z.infer<typeof Claims>;

/** ES256, as new Supabase projects sign. */
export async function createProjectKeys(): Promise<ProjectKeys> {
  const { publicKey, privateKey } = await generateKeyPair("ES256");
  const kid = crypto.randomUUID();
  return {
    publishable: `sb_publishable_${randomText()}`,
    secret: `sb_secret_${randomText()}`,
    jwks: { keys: [{ ...await exportJWK(publicKey), kid, alg: "ES256", use: "sig" }] },
    signAccessToken: ({ id, email }, issuer) =>
      new SignJWT({
        role: "authenticated",
        email,
        aal: "aal1",
        session_id: crypto.randomUUID(),
        is_anonymous: false,
      })
        .setProtectedHeader({ alg: "ES256", kid, typ: "JWT" })
        .setSubject(id)
        .setIssuer(issuer)
        .setAudience("authenticated")
        .setIssuedAt()
        .setExpirationTime(`${ACCESS_TOKEN_LIFETIME_S}s`)
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
