import { z } from "zod";
import type { Calendar, CalendarAnswer, CalendarClient, Change, Outcome } from "../calendar-client.ts";
import { calendarAnswer } from "./answers.ts";
import {
  calendarPath,
  createEvent,
  deleteEvent,
  eventsPath,
  removeUntracked,
  updateEvent,
} from "./event-writes.ts";
import { type CallGoogle, createGoogleCaller } from "./http.ts";

/** Google limits writes to one calendar in quick succession; more at once gains little and risks that. */
const CALLS_AT_ONCE = 6;
/** After so many failures in a row, without a success between, the provider is down: leave the rest alone. */
const FAILURES_IN_A_ROW_MAX = 3;
/** `calendarList.list` allows 250 a page. */
const CALENDARS_PER_PAGE = "250";
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
const EventPage = z.object({
  items: z.array(z.unknown()).default([]),
  nextPageToken: z.string().optional(),
});

/**
 * Google Calendar for one account.
 *
 * @param options.api_url `GOOGLE_API_URL`
 * @source Google Calendar API v3 reference
 */
export function createGoogleClient(options: {
  readonly api_url: string;
  readonly access_token: string;
  readonly fetch?: typeof fetch;
}): CalendarClient {
  const call = createGoogleCaller(options);
  return {
    listCalendars: () => listCalendars(call),
    getCalendar: async (calendar_id) =>
      asOwnCalendar(await call({ method: "GET", path: calendarPath(calendar_id) })),
    createCalendar: async ({ summary, time_zone, description }) =>
      asOwnCalendar(
        await call({
          method: "POST",
          path: "/calendars",
          body: { summary, timeZone: time_zone, description },
        }),
      ),
    isEmptyCalendar: (calendar_id) => isEmptyCalendar(call, calendar_id),
    deleteCalendar: async (calendar_id) => {
      const answer = await call({ method: "DELETE", path: calendarPath(calendar_id) });
      return calendarAnswer(answer, z.unknown().transform(() => null));
    },
    createEvent: (calendar_id, event) => createEvent(call, calendar_id, event),
    updateEvent: (calendar_id, event_id, event) => updateEvent(call, calendar_id, event_id, event),
    deleteEvent: (calendar_id, event_id) => deleteEvent(call, calendar_id, event_id),
    applyChanges: (changes, signal) => applyChanges(call, changes, signal),
  };
}

function applyChange(call: CallGoogle, change: Change, signal: AbortSignal): Promise<Outcome> {
  switch (change.kind) {
    case "create":
      return createEvent(call, change.calendar_id, change.event, signal);
    case "update":
      return updateEvent(call, change.calendar_id, change.event_id, change.event, signal);
    case "delete":
      return deleteEvent(call, change.calendar_id, change.event_id, signal);
    case "remove_untracked":
      return removeUntracked(call, change.calendar_id, change.obligation_id, signal);
  }
}

async function applyChanges(
  call: CallGoogle,
  changes: readonly Change[],
  signal: AbortSignal,
): Promise<readonly (Outcome | null)[]> {
  const outcomes = changes.map((): Outcome | null => null);
  const queue = changes.entries();
  let failures_in_a_row = 0;
  let halted = false;
  const worker = async () => {
    for (const [index, change] of queue) {
      const outcome = await applyChange(call, change, signal);
      outcomes[index] = outcome;
      failures_in_a_row = outcome.kind === "transient" ? failures_in_a_row + 1 : 0;
      halted ||= concernsWholeAccount(outcome) || failures_in_a_row >= FAILURES_IN_A_ROW_MAX;
      if (halted || signal.aborted) return;
    }
  };
  await Promise.all(Array.from({ length: CALLS_AT_ONCE }, worker));
  return outcomes;
}

function concernsWholeAccount(outcome: Outcome): boolean {
  switch (outcome.kind) {
    case "rate_limited":
    case "unauthorized":
    case "scope_missing":
    case "calendar_missing":
      return true;
    default:
      return false;
  }
}

/** `calendars.get` and `insert` say nothing of roles: the calendar is one that we made. */
function asOwnCalendar(answer: Awaited<ReturnType<CallGoogle>>): CalendarAnswer<Calendar> {
  return calendarAnswer(
    answer,
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

async function listCalendars(call: CallGoogle): Promise<CalendarAnswer<readonly Calendar[]>> {
  const calendars: Calendar[] = [];
  let pageToken: string | undefined;
  for (let page = 0; page < PAGES_MAX; page++) {
    const answer = calendarAnswer(
      await call({
        method: "GET",
        path: "/users/me/calendarList",
        query: { maxResults: CALENDARS_PER_PAGE, ...(pageToken === undefined ? {} : { pageToken }) },
      }),
      CalendarListPage,
    );
    if (answer.kind !== "done") return answer;
    calendars.push(...answer.value.items.map((item) => ({
      id: item.id,
      name: item.summaryOverride ?? item.summary ?? item.id,
      primary: item.primary ?? false,
      writable: item.accessRole === "owner" || item.accessRole === "writer",
      time_zone: item.timeZone ?? null,
      color: item.backgroundColor ?? null,
    })));
    pageToken = answer.value.nextPageToken;
    if (pageToken === undefined) break;
  }
  return { kind: "done", value: calendars };
}

/** A page may be empty and yet have a next one. */
async function isEmptyCalendar(call: CallGoogle, calendar_id: string): Promise<CalendarAnswer<boolean>> {
  let pageToken: string | undefined;
  for (let page = 0; page < PAGES_MAX; page++) {
    const answer = calendarAnswer(
      await call({
        method: "GET",
        path: eventsPath(calendar_id),
        query: { maxResults: "1", ...(pageToken === undefined ? {} : { pageToken }) },
      }),
      EventPage,
    );
    if (answer.kind !== "done") return answer;
    if (answer.value.items.length > 0) return { kind: "done", value: false };
    pageToken = answer.value.nextPageToken;
    if (pageToken === undefined) return { kind: "done", value: true };
  }
  return { kind: "done", value: false };
}
