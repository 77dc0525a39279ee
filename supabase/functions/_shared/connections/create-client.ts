import type { CalendarChoice, CalendarClient } from "../providers/calendar-client.ts";
import type { CallBudget } from "../providers/call-budget.ts";
import { isOAuth, type Provider } from "../providers/provider.ts";
import { readPasswordSecret } from "./password.ts";

/**
 * A client for an account, whichever way it was connected.
 *
 * @param secret an access token, or what is stored of a password
 */
export function createClient(provider: Provider, secret: string, options: {
  readonly owner: string;
  readonly calendar: CalendarChoice | null;
  readonly budget: CallBudget;
}): CalendarClient {
  return isOAuth(provider)
    ? provider.createClient({ ...options, credentials: { kind: "oauth", access_token: secret } })
    : provider.createClient({ ...options, credentials: readPasswordSecret(secret) });
}
