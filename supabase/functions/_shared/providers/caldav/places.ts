import { isSameSite } from "../../transport/safe-fetch.ts";
import type { CalendarAnswer } from "../calendar-client.ts";
import type { DavAnswer } from "./answers.ts";
import { multistatusOf, type Places, propfind } from "./calendars.ts";
import { callDav, type DavAccess } from "./http.ts";
import { hrefsOf } from "./multistatus.ts";
import { PRINCIPAL_PROPERTIES } from "./requests.ts";

/** A service moves an account to another host now and then. */
const KNOWN_MS = 15 * 60_000;
const ACCOUNTS_MAX = 10_000;

const known = new Map<string, { readonly home: URL; readonly until_ms: number }>();

/** Where an account's calendars are, if this process asked lately. */
export function knownPlaces({ credentials }: Pick<DavAccess, "credentials">): Places | null {
  const entry = known.get(keyOf(credentials));
  if (entry === undefined || entry.until_ms < Date.now()) return null;
  return { principal: new URL(credentials.server), home: new URL(entry.home) };
}

/** Asks the principal where its calendars are (RFC 4791 §6.2.1): one request. */
export async function findPlaces(access: DavAccess, signal?: AbortSignal): Promise<CalendarAnswer<Places>> {
  const principal = new URL(access.credentials.server);
  const answer = await callDav(access, propfind(principal, "0", PRINCIPAL_PROPERTIES), signal);
  const home = homeOf(access, answer, principal);
  if (home.kind !== "done") return home;
  if (known.size >= ACCOUNTS_MAX) known.clear();
  known.set(keyOf(access.credentials), { home: home.value, until_ms: Date.now() + KNOWN_MS });
  return { kind: "done", value: { principal, home: home.value } };
}

/** Forgets what is known of an account: it is asked again. */
export function forgetPlaces({ credentials }: Pick<DavAccess, "credentials">): void {
  known.delete(keyOf(credentials));
}

/** The calendars are at another site, to which the password must not be sent. */
export const HOME_ELSEWHERE = "home_elsewhere";

/** The first home that a principal names and to which its password may be sent. */
export function homeOf(
  { policy }: Pick<DavAccess, "policy">,
  answer: DavAnswer,
  principal: URL,
): CalendarAnswer<URL> {
  const read = multistatusOf(answer);
  if (read.kind === "gone") return { kind: "retry", reason: read.reason, after_s: null };
  if (read.kind !== "done") return read;
  const homes = read.value.responses.flatMap((response) => hrefsOf(response, "calendar-home-set", principal));
  const home = homes.find((one) => one.origin === principal.origin || isSameSite(policy, principal, one));
  if (home !== undefined) return { kind: "done", value: home };
  return { kind: "retry", reason: homes.length === 0 ? "no_calendar_home" : HOME_ELSEWHERE, after_s: null };
}

function keyOf({ server, username }: DavAccess["credentials"]): string {
  return `${server} ${username}`;
}
