const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
/** A challenge begins with its scheme, which no `=` follows as it does a parameter's name. */
const SCHEME = new RegExp(`^(${TOKEN})(?!\\s*=)(?:\\s|$)`);
const QUOTED = /"(?:[^"\\]|\\.)*"/g;

/**
 * Whether a 401 lets its caller sign in with Basic (RFC 7617), the only way that we know. A server that names no way at all, against
 * RFC 9110 §15.5.2, is taken at its word that the password is wrong.
 */
export function offersBasic(headers: Headers): boolean {
  const schemes = schemesOf(headers.get("www-authenticate") ?? "");
  return schemes.length === 0 || schemes.includes("basic");
}

/** The schemes of all challenges in `WWW-Authenticate` (RFC 9110 §11.6.1), in lower case. */
function schemesOf(challenges: string): readonly string[] {
  return challenges.replace(QUOTED, "").split(",")
    .flatMap((part) => SCHEME.exec(part.trim())?.[1]?.toLowerCase() ?? []);
}
