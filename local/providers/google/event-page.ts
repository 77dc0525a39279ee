import { Buffer } from "node:buffer";

/** Where Google Calendar shows a single event. */
export const EVENT_PAGES = "/calendar/event";

/**
 * How the address of an event's page names it: both ids, with the common domains of calendars cut to a letter, in base64url without
 * padding. As seen in `htmlLink`.
 */
export function eidOf(event_id: string, calendar_id: string): string {
  const short = calendar_id.replace(/@group\.calendar\.google\.com$/, "@g").replace(/@gmail\.com$/, "@m");
  return Buffer.from(`${event_id} ${short}`).toString("base64url");
}

/** The address of an event's page in the real Google Calendar. */
export function htmlLinkOf(event_id: string, calendar_id: string): string {
  return `https://www.google.com${EVENT_PAGES}?eid=${eidOf(event_id, calendar_id)}`;
}
