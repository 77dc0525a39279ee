import { z } from "zod";
import type { Get } from "../../platform/env.ts";
import { log } from "../../platform/log.ts";
import { createOutbound, HostPolicyError, parseHostPolicy } from "../../transport/safe-fetch.ts";
import type { ProviderDefinition, ReadProvider } from "../definition.ts";
import { LABEL, NAME } from "./name.ts";
import { PRESET_ORIGINS } from "./presets.ts";
import { createCalDavProvider } from "./provider.ts";

const SERVERS = "CALENDAR_CALDAV_SERVERS";
const REFUSAL = "CALENDAR_CALDAV_REFUSAL_SECONDS";
const REFUSAL_S = 300;
const DAY_S = 86_400;

const RefusalSeconds = z.coerce.number().int().min(1).max(DAY_S);

/** CalDAV for the registry: offered unless its list of servers is empty. */
export const CALDAV: ProviderDefinition<typeof NAME> = {
  name: NAME,
  label: LABEL,
  read(get) {
    const servers = get(SERVERS);
    if (servers !== undefined && servers.trim() === "") return NOT_OFFERED;
    const policy = policyOf(servers ?? PRESET_ORIGINS.join(","), get);
    const refusal_s = RefusalSeconds.safeParse(get(REFUSAL) || REFUSAL_S).data;
    const problems = [
      ...(typeof policy === "string" ? [`${SERVERS} ${policy}`] : []),
      ...(refusal_s === undefined ? [`${REFUSAL} must be a whole number of seconds, at most a day`] : []),
    ];
    return {
      problems,
      needed: [],
      ...(servers === undefined ? { is_default: true } : {}),
      provider: typeof policy === "string" || refusal_s === undefined ? null : createCalDavProvider({
        policy,
        refusal_s,
        outbound: createOutbound({
          policy,
          keep_alive: true,
          onFailure: ({ stage, error, after_ms }) =>
            log.debug("server_unreachable", { provider: NAME, stage, reason: error, duration_ms: after_ms }),
        }),
      }),
    };
  },
};

const NOT_OFFERED: ReadProvider = { provider: null, problems: [], needed: [] };

/** @returns what is wrong with the list where it cannot be read */
function policyOf(servers: string, get: Get) {
  const own_origins = ["SUPABASE_URL", "CALENDAR_PUBLIC_URL"].map((name) => get(name) ?? "")
    .filter((url) => URL.canParse(url));
  try {
    return parseHostPolicy(servers, { own_origins });
  } catch (error: unknown) {
    if (error instanceof HostPolicyError) return error.message;
    throw error;
  }
}
