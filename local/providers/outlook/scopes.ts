import { PERSONAL_TENANT } from "./accounts.ts";
import { EntraError } from "./errors.ts";
import type { OutlookAccount } from "./state.ts";

const RESOURCE = "https://graph.microsoft.com/";
const SIGN_IN = ["openid", "email", "profile", "offline_access"];
const GRAPH = [
  "User.Read",
  "Calendars.ReadBasic",
  "Calendars.Read",
  "Calendars.Read.Shared",
  "Calendars.ReadWrite",
  "Calendars.ReadWrite.Shared",
  "MailboxSettings.Read",
  ".default",
];

/**
 * The short names of a `scope` parameter; Graph's may come fully qualified.
 *
 * @throws EntraError invalid_scope
 */
export function parseScopes(text: string): string[] {
  return text.split(" ").filter((scope) => scope !== "").map((scope) => {
    const short = scope.startsWith(RESOURCE) ? scope.slice(RESOURCE.length) : scope;
    if (SIGN_IN.includes(scope) || GRAPH.includes(short)) return short;
    throw new EntraError(
      400,
      "invalid_scope",
      [70011],
      `The provided request must include a 'scope' input parameter. The scope ${scope} is not valid.`,
    );
  });
}

/** What consent is asked for; sign-in is not worth a line of its own. */
export function askedOf(scopes: readonly string[]): string[] {
  return scopes.filter((scope) => !SIGN_IN.includes(scope));
}

/** The granted scopes as the token endpoint spells them, which differs between kinds of account. */
export function spelledScopes(scopes: readonly string[], { tid }: OutlookAccount): string {
  return scopes.filter((scope) => scope !== "offline_access").map((scope) =>
    tid === PERSONAL_TENANT && !SIGN_IN.includes(scope) ? RESOURCE + scope : scope
  ).join(" ");
}
