import { z } from "zod";
import type { Calendar, CalendarAnswer, CalendarChoice, NewCalendar } from "../calendar-client.ts";
import type { GoogleAnswer } from "./answers.ts";
import { type GoogleCall, withQuery } from "./http.ts";

type CallGoogle = (call: GoogleCall) => Promise<GoogleAnswer>;

/** `calendarList.list` allows 250 a page. */
const CALENDARS_PER_PAGE = 250;
const PAGES_MAX = 20;

const CalendarResource = z.object({ id: z.string(), summary: z.string(), timeZone: z.string().optional() });
const CalendarListPage = z.object({
  // Google leaves empty arrays out, and a shared calendar may have no name.
  items: z.array(z.object({
    id: z.string(),
    summary: z.string().optional(),
    summaryOverride: z.string().optional(),
    primary: z.boolean().optional(),
    accessRole: z.string(),
    timeZone: z.string().optional(),
    backgroundColor: z.string().optional(),
  })).default([]),
  nextPageToken: z.string().optional(),
});
/** What `calendars.get`, or a listing of its events, says of a calendar. */
const ShownCalendar = z.object({
  summary: z.string().optional(),
  timeZone: z.string().optional(),
  accessRole: z.string().optional(),
  items: z.array(z.unknown()).optional(),
});
const EventPage = z.object({
  items: z.array(z.unknown()).default([]),
  nextPageToken: z.string().optional(),
});

/** Calendar ids look like mail addresses, so they are always encoded. */
function calendarPath(calendar_id: string): string {
  return `/calendars/${encodeURIComponent(calendar_id)}`;
}

export function eventsPath(calendar_id: string): string {
  return `${calendarPath(calendar_id)}/events`;
}

/** All calendars that the grant shows; `calendar.app.created` alone shows none this way. */
export async function listCalendars(call: CallGoogle): Promise<CalendarAnswer<readonly Calendar[]>> {
  const calendars: Calendar[] = [];
  let page_token: string | undefined;
  for (let page = 0; page < PAGES_MAX; page++) {
    const answer = parsed(
      await call({
        method: "GET",
        path: withQuery("/users/me/calendarList", { maxResults: CALENDARS_PER_PAGE, pageToken: page_token }),
      }),
      CalendarListPage,
    );
    if (answer.kind !== "done") return answer;
    calendars.push(...answer.value.items.map((item) => ({
      id: item.id,
      name: item.summaryOverride ?? item.summary ?? item.id,
      primary: item.primary ?? false,
      writable: mayWrite(item.accessRole),
      time_zone: item.timeZone ?? null,
      color: item.backgroundColor ?? null,
    })));
    page_token = answer.value.nextPageToken || undefined;
    if (page_token === undefined) break;
  }
  return { kind: "done", value: calendars };
}

/**
 * Asks for a calendar; for one that is not our own, by a listing of its events, which also says our role in it. `calendars.get` is
 * not covered by `calendar.events`, and by `calendar.app.created` for calendars of our own alone.
 *
 * @source Google Calendar API v3 reference, calendars.get and events.list, "Authorization"
 */
export function* getCalendar(
  { id, role }: CalendarChoice,
): Generator<GoogleCall, CalendarAnswer<Calendar>, GoogleAnswer> {
  const path = role === "own" ? calendarPath(id) : withQuery(eventsPath(id), { maxResults: 1 });
  return parsed(
    yield { method: "GET", path },
    ShownCalendar.transform(({ summary, timeZone, accessRole }) => ({
      id,
      name: summary ?? id,
      primary: role === "primary",
      writable: accessRole === undefined || mayWrite(accessRole),
      time_zone: timeZone ?? null,
      color: null,
    })),
  );
}

function mayWrite(access_role: string): boolean {
  return access_role === "owner" || access_role === "writer";
}

/** Google has no key to repeat this by, and `calendar.app.created` cannot look for what an unanswered call made. */
export async function createCalendar(
  call: CallGoogle,
  { name, description, time_zone }: NewCalendar,
): Promise<CalendarAnswer<Calendar>> {
  const body = { summary: name, timeZone: time_zone, description };
  return parsed(
    await call({ method: "POST", path: "/calendars", body }),
    CalendarResource.transform(({ id, summary, timeZone }) => ({
      id,
      name: summary,
      primary: false,
      writable: true,
      time_zone: timeZone ?? null,
      color: null,
    })),
  );
}

export async function deleteCalendar(call: CallGoogle, calendar_id: string): Promise<CalendarAnswer<null>> {
  return parsed(
    await call({ method: "DELETE", path: calendarPath(calendar_id) }),
    z.unknown().transform(() => null),
  );
}

/** A page may be empty and yet have a next one. */
export async function isEmptyCalendar(
  call: CallGoogle,
  calendar_id: string,
): Promise<CalendarAnswer<boolean>> {
  let page_token: string | undefined;
  for (let page = 0; page < PAGES_MAX; page++) {
    const answer = parsed(
      await call({
        method: "GET",
        path: withQuery(eventsPath(calendar_id), { maxResults: 1, pageToken: page_token }),
      }),
      EventPage,
    );
    if (answer.kind !== "done") return answer;
    if (answer.value.items.length > 0) return { kind: "done", value: false };
    page_token = answer.value.nextPageToken || undefined;
    if (page_token === undefined) return { kind: "done", value: true };
  }
  return { kind: "done", value: false };
}

/** Reads the answer to a call about a calendar, where nothing else can be gone. */
export function parsed<T>(answer: GoogleAnswer, schema: z.ZodType<T>): CalendarAnswer<T> {
  if (answer.kind === "gone") return { kind: "calendar_missing", reason: answer.reason };
  if (answer.kind !== "ok") return answer;
  const body = schema.safeParse(answer.body);
  return body.success
    ? { kind: "done", value: body.data }
    : { kind: "unknown", reason: "unreadable", after_s: null };
}
