import { Temporal } from "temporal-polyfill";
import { log } from "../../platform/log.ts";
import type { MicrosoftEnv } from "./env.ts";
import { NAME } from "./name.ts";

/** Long enough to find whoever may make a new one. */
const WARN_BEFORE_DAYS = 30;

/**
 * Warns the operator when Microsoft's client secret is about to end: once it has, nobody's token can be refreshed.
 *
 * @param today calendar date
 */
export function warnOfExpiringSecret(
  { client_secret_expires_on: expires_on }: Pick<MicrosoftEnv, "client_secret_expires_on">,
  today = Temporal.Now.plainDateISO("UTC").toString(),
): void {
  if (expires_on === null) return;
  const days_left = Temporal.PlainDate.from(today).until(expires_on, { largestUnit: "days" }).days;
  if (days_left > WARN_BEFORE_DAYS) return;
  log.warn("client_credentials_expire", {
    provider: NAME,
    expires_on,
    days_left,
    do:
      "Make a new client secret in Entra and set MICROSOFT_CLIENT_SECRET and MICROSOFT_CLIENT_SECRET_EXPIRES_ON.",
  });
}
