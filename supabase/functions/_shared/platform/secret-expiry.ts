import { Temporal } from "temporal-polyfill";
import type { Env } from "./env.ts";
import { log } from "./log.ts";

/** Long enough to find whoever may make a new one. */
const WARN_BEFORE_DAYS = 30;

/**
 * Warns the operator when Microsoft's client secret is about to end: once it has, nobody's token can be refreshed.
 *
 * @param today calendar date
 */
export function warnOfExpiringSecret(env: Env, today = Temporal.Now.plainDateISO("UTC").toString()): void {
  const expires_on = env.microsoft?.client_secret_expires_on ?? null;
  if (expires_on === null) return;
  const days_left = Temporal.PlainDate.from(today).until(expires_on, { largestUnit: "days" }).days;
  if (days_left > WARN_BEFORE_DAYS) return;
  log.warn("client_credentials_expire", {
    provider: "outlook",
    expires_on,
    days_left,
    do:
      "Make a new client secret in Entra and set MICROSOFT_CLIENT_SECRET and MICROSOFT_CLIENT_SECRET_EXPIRES_ON.",
  });
}
