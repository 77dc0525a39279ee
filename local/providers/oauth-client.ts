import { base64url } from "jose";

/** An OAuth client that an emulator knows. */
export interface OAuthClient {
  readonly id: string;
  readonly secret: string;
  readonly redirect_uris: readonly string[];
}

/** The client's name and secret, from HTTP Basic or from the form (RFC 6749, section 2.3.1). */
export function clientCredentials(
  authorization: string | undefined,
  form: URLSearchParams,
): { readonly id: string | undefined; readonly secret: string | undefined } {
  const basic = /^Basic (.+)$/.exec(authorization ?? "")?.[1];
  const [id, secret] = basic
    ? atob(basic).split(":").map(decodeURIComponent)
    : [form.get("client_id") ?? undefined, form.get("client_secret") ?? undefined];
  return { id, secret };
}

/** PKCE's S256 (RFC 7636, section 4.2). */
export async function challengeOf(verifier: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  return base64url.encode(new Uint8Array(digest));
}

/** How a person answered the consent page; null: not yet. */
export function consentOf(
  query: URLSearchParams,
): { readonly email: string; readonly allows: boolean } | null {
  const consent = query.get("emulator_consent");
  const email = query.get("emulator_account");
  if (email === null || (consent !== "allow" && consent !== "deny")) return null;
  return { email, allows: consent === "allow" };
}
