/**
 * The `Authorization` header of a call to a provider (RFC 6750 §2.1).
 *
 * @throws Error where there is no token: a provider would answer 401, and be blamed for what is our own mistake
 */
export function bearer(access_token: string): string {
  if (access_token.trim() === "") throw new Error("There is no access token to call the provider with.");
  return `Bearer ${access_token}`;
}
