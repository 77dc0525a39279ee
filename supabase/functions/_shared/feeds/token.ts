const TOKEN_BYTES = 32;

/** A new token: 256 random bits in base64url. Whoever has it reads the feed, and nothing keeps it but the address. */
export function createToken(): string {
  return btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(TOKEN_BYTES))))
    .replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** What the database knows of a token: SHA-256 in hex. Random bits need no salt. */
export async function hashToken(token: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token));
  return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Where a feed can be read.
 *
 * @param supabase_url the project's
 */
export function feedUrl(supabase_url: string, token: string): string {
  return `${supabase_url.replace(/\/+$/, "")}/functions/v1/calendar-feed/${token}.ics`;
}

/**
 * What a path has in the place of a token, whatever that is: the empty text where there is nothing.
 *
 * @param pathname as the function sees it, `/calendar-feed/<token>.ics`
 */
export function tokenIn(pathname: string): string {
  return pathname.replace(/^.*?\/calendar-feed\/?/, "").replace(/\.ics$/, "");
}
