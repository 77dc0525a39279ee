import { patiently } from "../../transport/first-answer.ts";
import type { HostPolicy, Outbound } from "../../transport/safe-fetch.ts";
import type { PasswordConnector } from "../connector.ts";
import type { PasswordProvider } from "../provider.ts";
import { createCalDavClient } from "./client.ts";
import { discover } from "./discovery.ts";
import { LABEL, NAME } from "./name.ts";
import { PRESETS } from "./presets.ts";

/** What CalDAV needs: a way out, and where that may lead. */
export interface CalDavEnv {
  readonly outbound: Outbound;
  /** `CALENDAR_CALDAV_SERVERS`. */
  readonly policy: HostPolicy;
  /** `CALENDAR_CALDAV_REFUSAL_SECONDS`; five minutes where absent. */
  readonly refusal_s?: number;
}

const REFUSAL_S = 300;

/** CalDAV (RFC 4791) on any server that the operator allows: a user name and a password, kept as they were typed. */
export function createCalDavProvider(env: CalDavEnv): PasswordProvider {
  return {
    name: NAME,
    label: LABEL,
    api_url: null,
    connector: createCalDavConnector(env),
    // The password opens all of them.
    listsCalendars: (access) => access === "existing",
    createClient: (options) => createCalDavClient({ ...env, ...options }),
  };
}

function createCalDavConnector(env: CalDavEnv): PasswordConnector {
  return {
    kind: "password",
    presets: PRESETS,
    refusal_s: env.refusal_s ?? REFUSAL_S,
    async check(credentials, patience) {
      const outbound = patience === undefined ? env.outbound : patiently(env.outbound, patience);
      const found = await discover({ ...env, outbound, credentials });
      if (found.kind !== "found") return found;
      return {
        kind: "connected",
        account_id: `${found.principal.href} ${credentials.username}`,
        account_email: credentials.username,
        // From here on the principal is asked: it stays where it is when a service moves the calendars to another host.
        credentials: { ...credentials, server: found.principal.href },
      };
    },
  };
}
