import { webhookPolicy } from "../supabase/functions/_shared/notices/webhook-address.ts";
import { type Env, readEnv, readMetricsSecret } from "../supabase/functions/_shared/platform/env.ts";
import { readMailEnv } from "../supabase/functions/_shared/platform/mail-env.ts";
import { readProviders } from "../supabase/functions/_shared/providers/registry.ts";
import type { ProjectKeys } from "./gateway/keys.ts";

/** Every variable of the functions that `npm start` passes through from its own environment. */
const PASSED_THROUGH = [
  "GOOGLE_CLIENT_ID",
  "GOOGLE_CLIENT_SECRET",
  "GOOGLE_AUTHORITY_URL",
  "GOOGLE_API_URL",
  "GOOGLE_PUSH",
  "MICROSOFT_CLIENT_ID",
  "MICROSOFT_CLIENT_SECRET",
  "MICROSOFT_CLIENT_SECRET_EXPIRES_ON",
  "MICROSOFT_AUTHORITY_URL",
  "MICROSOFT_GRAPH_URL",
  "MICROSOFT_PUSH",
  "CALENDAR_CALDAV_SERVERS",
  "CALENDAR_CALDAV_REFUSAL_SECONDS",
  "CALENDAR_PUBLIC_URL",
  "CALENDAR_PUSH_ALL",
  "CALENDAR_WEBHOOK_HOSTS",
  "CALENDAR_ACCEPT_EDITS",
  "CALENDAR_STATE_SECRET",
  "CALENDAR_STATE_SECRET_PREVIOUS",
  "CALENDAR_SYNC_SECRET",
  "CALENDAR_SYNC_SECRET_PREVIOUS",
  "CALENDAR_REDIRECT_URLS",
  "CALENDAR_PAGE_URL",
  "CALENDAR_MAIL_FROM",
  "CALENDAR_MAIL_API_KEY",
  "CALENDAR_MAIL_API_URL",
  "CALENDAR_SMTP_URL",
  "CALENDAR_MAIL_DELAY",
  "CALENDAR_ADMIN_EMAIL",
  "CALENDAR_LANES_AT_ONCE",
  "CALENDAR_RATE_LIMIT_PER_MINUTE",
  "CALENDAR_METRICS_SECRET",
  "CALENDAR_METRICS_SECRET_PREVIOUS",
  "CALENDAR_LOG_LEVEL",
  "CALENDAR_LOG_SAMPLE",
] as const;

/** An empty list says something else than none. */
const MAY_BE_EMPTY = ["CALENDAR_CALDAV_SERVERS"];

/** Where the gateway serves the Settings page. */
export function settingsUrlOf(apiUrl: string): string {
  return `${apiUrl}/settings`;
}

/** Where the gateway serves the demo; an address of the allow-list, so that consent pages lead back to it. */
export function demoUrlOf(apiUrl: string): string {
  return `${apiUrl}/`;
}

/**
 * The environment of the functions: as hosted Supabase sets it, with the caller's variables where given and values
 * of this stack's own where not. The pages of this stack may always be redirected to.
 *
 * @param given the environment of `npm start`
 * @param emulators how to reach those that run: what is given goes before it
 * @throws ConfigurationError that names what is malformed
 */
export function functionEnvironment(options: {
  readonly given: Readonly<Record<string, string | undefined>>;
  readonly apiUrl: string;
  readonly keys: ProjectKeys;
  readonly emulators: Readonly<Record<string, string | undefined>>;
}): { readonly variables: Record<string, string>; readonly env: Env } {
  const { given, apiUrl, keys, emulators } = options;
  const variables: Record<string, string> = {
    SUPABASE_URL: apiUrl,
    SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: keys.publishable }),
    SUPABASE_SECRET_KEYS: JSON.stringify({ default: keys.secret }),
    SUPABASE_JWKS: JSON.stringify(keys.jwks),
    CALENDAR_STATE_SECRET: randomSecret(),
    CALENDAR_SYNC_SECRET: randomSecret(),
    CALENDAR_METRICS_SECRET: randomSecret(),
    CALENDAR_REDIRECT_URLS: `${settingsUrlOf(apiUrl)},http://localhost:3000/settings/calendar`,
    DENO_NO_UPDATE_CHECK: "1",
  };
  for (const name of PASSED_THROUGH) {
    const value = given[name] || emulators[name];
    if (value) variables[name] = value;
  }
  for (const name of MAY_BE_EMPTY) {
    if (given[name] === "") variables[name] = "";
  }
  for (const url of [settingsUrlOf(apiUrl), demoUrlOf(apiUrl)]) {
    variables["CALENDAR_REDIRECT_URLS"] = including(variables["CALENDAR_REDIRECT_URLS"] ?? "", url);
  }
  const get = (name: string) => variables[name];
  const env = readEnv(get, [...readProviders(get).problems, ...readMailEnv(get).problems]);
  webhookPolicy(env);
  readMetricsSecret(get);
  return { variables, env };
}

/** At the end, where it is missing: the first of the list is where people land when all else is unknown. */
function including(list: string, url: string): string {
  return list.split(",").some((entry) => entry.trim() === url) ? list : `${list},${url}`;
}

function randomSecret(): string {
  return `${crypto.randomUUID()}${crypto.randomUUID()}`;
}
