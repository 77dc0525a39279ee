import { z } from "zod";
import { LOG_LEVELS, type LogLevel } from "./log-line.ts";

/** HMAC-SHA-256 keys shorter than their hash are weaker than it (RFC 7518 §3.2). */
const SECRET_MIN_CHARACTERS = 32;

/** Each may hold a batch in memory and several connections to a provider. */
const LANES_AT_ONCE = 4;
const LANES_AT_ONCE_MAX = 32;

/** Per user and minute, over all routes of the Calendar API. */
const RATE_LIMIT_PER_MINUTE = 120;
/** As good as none, and it fits into an integer of the database. */
const RATE_LIMIT_PER_MINUTE_MAX = 1_000_000_000;

const Secret = z.string().min(
  SECRET_MIN_CHARACTERS,
  `must have at least ${SECRET_MIN_CHARACTERS} characters`,
);

/** An https URL, to the letter; plain http only where it cannot leave the machine. */
const ExactUrl = z.string().refine(isSafeUrl, "must be an https URL (plain http for loopback hosts only)");

/** As above, without a trailing slash: paths come after it. */
export const SafeUrl: z.ZodType<string, string> = ExactUrl.transform((url) => url.replace(/\/+$/, ""));

/** As above, and nothing that a path of ours would come after the wrong way. */
const PublicUrl = SafeUrl.refine(
  (url) =>
    !/[?#]/.test(url) && URL.canParse(url) && new URL(url).username === "" && new URL(url).password === "",
  "must be an origin, or one with a path, without user, query and fragment",
);

const Variables = z.object({
  SUPABASE_URL: z.string().refine((url) => URL.canParse(url), "must be a URL"),
  /** Where browsers and providers reach the functions, if not there. */
  CALENDAR_PUBLIC_URL: PublicUrl.optional(),
  /** Where notices and webhooks send people, if not to the first of CALENDAR_REDIRECT_URLS. */
  CALENDAR_PAGE_URL: ExactUrl.optional(),
  /** Whether calendars of the user's own have push channels too: there each event of the user's would wake us. */
  CALENDAR_PUSH_ALL: z.enum(["on", "off"], "must be on or off").default("off"),
  /** Which addresses webhooks may have; notices/webhook-address.ts reads it. */
  CALENDAR_WEBHOOK_HOSTS: z.string().default("*"),
  /** Whether users may accept in advance what they move in a calendar. */
  CALENDAR_ACCEPT_EDITS: z.enum(["on", "off"], "must be on or off").default("off"),
  CALENDAR_STATE_SECRET: Secret,
  CALENDAR_STATE_SECRET_PREVIOUS: Secret.optional(),
  CALENDAR_SYNC_SECRET: Secret,
  CALENDAR_SYNC_SECRET_PREVIOUS: Secret.optional(),
  /** Of one worker process. */
  CALENDAR_LANES_AT_ONCE: z.coerce.number("must be a number").int("must be a whole number")
    .min(1, "must be at least 1").max(LANES_AT_ONCE_MAX, `must be at most ${LANES_AT_ONCE_MAX}`)
    .default(LANES_AT_ONCE),
  CALENDAR_RATE_LIMIT_PER_MINUTE: z.coerce.number("must be a number").int("must be a whole number")
    .min(1, "must be at least 1").max(
      RATE_LIMIT_PER_MINUTE_MAX,
      `must be at most ${RATE_LIMIT_PER_MINUTE_MAX}`,
    )
    .default(RATE_LIMIT_PER_MINUTE),
  CALENDAR_LOG_LEVEL: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(", ")}`).default("info"),
  /** Of the requests and runs in which all went well. */
  CALENDAR_LOG_SAMPLE: z.coerce.number("must be a number").min(0, "must be at least 0").max(
    1,
    "must be at most 1",
  )
    .default(1),
  CALENDAR_REDIRECT_URLS: z.string()
    .transform((list) => list.split(",").map((url) => url.trim()).filter((url) => url !== ""))
    .refine((urls) => urls.length > 0, "must name at least one URL")
    .refine(
      (urls) => urls.every(isSafeUrl),
      "must be https URLs (plain http for loopback hosts only), comma-separated",
    ),
});

const MetricsVariables = z.object({
  CALENDAR_METRICS_SECRET: Secret,
  CALENDAR_METRICS_SECRET_PREVIOUS: Secret.optional(),
});

/** A secret of ours, of which two are valid while it is changed. */
export interface RotatedSecret {
  /** What is made now is made with this one. */
  readonly current: string;
  /** What is accepted: the current one first, and the previous one where the environment names it. */
  readonly accepted: readonly string[];
}

/** The environment of the functions, read once. */
export interface Env {
  /** Where the functions reach the project: behind `supabase start` or a proxy an inner name. */
  readonly supabase_url: string;
  /** Where browsers, calendar applications and providers reach the functions; without a trailing slash. */
  readonly public_url: string;
  /** The Settings page, where people are sent. */
  readonly page_url: string;
  /** As it was given. */
  readonly webhook_hosts: string;
  /** Whether calendars have push channels that are not our own. */
  readonly push_any_calendar: boolean;
  /** Whether calendars may be set to accept what is moved in them. */
  readonly accept_edits: boolean;
  readonly state_secret: RotatedSecret;
  readonly sync_secret: RotatedSecret;
  /** Calendars that one worker process works side by side. */
  readonly lanes_at_once: number;
  /** Calls of the Calendar API that one user may make within a minute. */
  readonly rate_limit_per_minute: number;
  /** Which lines are written, and what share of the requests that went well is kept. */
  readonly log: { readonly level: LogLevel; readonly sample: number };
  /** Exact URLs that a connection may return to. */
  readonly redirect_urls: readonly string[];
}

/** The environment lacks something; the message names every variable to set. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
}

/** Where variables come from. */
export type Get = (name: string) => string | undefined;

/** What somebody else reads of the environment. */
export interface ReadPart<T> {
  /** As far as nothing is wrong. */
  readonly value: T;
  /** What is missing or malformed, in words and without values. */
  readonly problems: readonly string[];
}

/**
 * Reads and checks the environment.
 *
 * @param get where variables come from
 * @param other_problems of the variables that others read: they are named in the same error
 * @throws ConfigurationError that names every variable that is missing or malformed, and no value
 */
export function readEnv(get: Get = fromProcess, other_problems: readonly string[] = []): Env {
  const variables = readVariables(Variables, get, other_problems);
  return {
    supabase_url: variables.SUPABASE_URL,
    public_url: variables.CALENDAR_PUBLIC_URL ?? variables.SUPABASE_URL.replace(/\/+$/, ""),
    page_url: variables.CALENDAR_PAGE_URL ?? variables.CALENDAR_REDIRECT_URLS[0] ?? variables.SUPABASE_URL,
    webhook_hosts: variables.CALENDAR_WEBHOOK_HOSTS,
    push_any_calendar: variables.CALENDAR_PUSH_ALL === "on",
    accept_edits: variables.CALENDAR_ACCEPT_EDITS === "on",
    state_secret: rotated(variables.CALENDAR_STATE_SECRET, variables.CALENDAR_STATE_SECRET_PREVIOUS),
    sync_secret: rotated(variables.CALENDAR_SYNC_SECRET, variables.CALENDAR_SYNC_SECRET_PREVIOUS),
    lanes_at_once: variables.CALENDAR_LANES_AT_ONCE,
    rate_limit_per_minute: variables.CALENDAR_RATE_LIMIT_PER_MINUTE,
    log: { level: variables.CALENDAR_LOG_LEVEL, sample: variables.CALENDAR_LOG_SAMPLE },
    redirect_urls: variables.CALENDAR_REDIRECT_URLS,
  };
}

function rotated(current: string, previous: string | undefined): RotatedSecret {
  return { current, accepted: previous === undefined ? [current] : [current, previous] };
}

/** Whoever names the same secret twice believes to have changed it. */
function unrotated(given: Readonly<Record<string, string | undefined>>): readonly string[] {
  return Object.keys(given).filter((name) => given[name] && given[name] === given[`${name}_PREVIOUS`])
    .map((name) => `${name}_PREVIOUS must not be ${name} itself`);
}

/**
 * Reads the secret of `calendar-metrics`, which that function alone asks for: who scrapes nothing need not set it, and
 * whatever is wrong with it stops no calendar.
 *
 * @param get where variables come from
 * @throws ConfigurationError that names every variable that is missing or malformed, and no value
 */
export function readMetricsSecret(get: Get = fromProcess): RotatedSecret {
  const { CALENDAR_METRICS_SECRET, CALENDAR_METRICS_SECRET_PREVIOUS } = readVariables(MetricsVariables, get);
  return rotated(CALENDAR_METRICS_SECRET, CALENDAR_METRICS_SECRET_PREVIOUS);
}

/** The environment of this process. */
export function fromProcess(name: string): string | undefined {
  return Deno.env.get(name);
}

/**
 * Reads variables, without a word of what they hold in what is wrong with them.
 *
 * @returns `values` null where there is a problem
 */
export function parseVariables<T extends z.ZodObject>(
  variables: T,
  get: Get,
): { readonly values: z.output<T> | null; readonly problems: readonly string[] } {
  // An empty variable is what an unset one looks like in most dashboards.
  const given = Object.fromEntries(
    Object.keys(variables.shape).map((name) => [name, get(name) || undefined]),
  );
  const parsed = variables.safeParse(given);
  const problems = [
    ...(parsed.error?.issues ?? []).map((issue) => {
      const name = String(issue.path[0]);
      return given[name] ? `${name} ${issue.message}` : `${name} is missing`;
    }),
    ...unrotated(given),
  ];
  return { values: parsed.data ?? null, problems };
}

function readVariables<T extends z.ZodObject>(
  variables: T,
  get: Get,
  other_problems: readonly string[] = [],
): z.output<T> {
  const { values, problems } = parseVariables(variables, get);
  const all = [...new Set([...other_problems, ...problems])];
  if (values === null || all.length > 0) {
    throw new ConfigurationError(`Set the function secrets: ${all.join("; ")}.`);
  }
  return values;
}

/** Whether a host is this machine, so that plain http to it leaves no wire. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

function isSafeUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === "https:" || (protocol === "http:" && isLoopback(hostname));
}
