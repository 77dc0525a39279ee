import { base64url } from "jose";
import type { EventPlace } from "../provider.ts";

/** The API of Google itself; an installation may name a stand-in, which has its own pages. */
const GOOGLE_ORIGIN = "https://www.googleapis.com";
const CALENDAR_ORIGIN = "https://calendar.google.com";

/** Domains of calendar ids as Google writes them in `eid`. */
const SHORT_DOMAINS: Readonly<Record<string, string>> = {
  "gmail.com": "m",
  "group.calendar.google.com": "g",
};

/**
 * The address of an event's page in Google Calendar, as `htmlLink` of the Calendar API has it: documented nowhere, but it follows
 * from the ids of event and calendar. `npm run live-check` compares both.
 *
 * @param api_url `GOOGLE_API_URL`
 */
export function eventUrl(api_url: string, { event_id, calendar_id, account_email }: EventPlace): string {
  const { origin } = new URL(api_url);
  const url = new URL("/calendar/event", origin === GOOGLE_ORIGIN ? CALENDAR_ORIGIN : origin);
  url.searchParams.set("eid", base64url.encode(`${event_id} ${shortened(calendar_id)}`));
  // Of several accounts in a browser the one whose calendar it is.
  if (account_email !== null) url.searchParams.set("authuser", account_email);
  return url.href;
}

function shortened(calendar_id: string): string {
  const at = calendar_id.lastIndexOf("@") + 1;
  return calendar_id.slice(0, at) + (SHORT_DOMAINS[calendar_id.slice(at)] ?? calendar_id.slice(at));
}
