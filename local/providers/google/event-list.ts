import { z } from "zod";
import { invalid } from "./errors.ts";
import { type Fields, parseFields } from "./partial-response.ts";
import type { CalendarEntry, EventResource } from "./state.ts";
import { checkSyncToken, questionOf, readSyncToken, syncTokenOf } from "./sync-token.ts";

const MAX_RESULTS = 2500;
const MAX_RESULTS_DEFAULT = 250;

/** What a page may be cut to, by the names of the API reference; null: anything below it. */
const LIST_FIELDS: Fields = {
  ...names("kind etag summary description updated timeZone accessRole nextPageToken nextSyncToken"),
  defaultReminders: names("method minutes"),
  items: {
    ...names(
      `kind etag id status htmlLink created updated summary description location colorId endTimeUnspecified recurrence
      recurringEventId transparency visibility iCalUID sequence attendeesOmitted hangoutLink anyoneCanAddSelf
      guestsCanInviteOthers guestsCanModify guestsCanSeeOtherGuests privateCopy locked eventType`,
    ),
    attendees: names("email displayName optional organizer self resource responseStatus comment"),
    creator: names("id email displayName self"),
    organizer: names("id email displayName self"),
    start: names("date dateTime timeZone"),
    end: names("date dateTime timeZone"),
    originalStartTime: names("date dateTime timeZone"),
    extendedProperties: names("private shared"),
    reminders: { ...names("useDefault"), overrides: names("method minutes") },
    source: names("url title"),
  },
};

const Instant = z.iso.datetime({ offset: true });
const ListQuery = z.strictObject({
  maxResults: z.coerce.number().int().min(1).max(MAX_RESULTS).default(MAX_RESULTS_DEFAULT),
  pageToken: z.string().optional(),
  syncToken: z.string().optional(),
  showDeleted: z.enum(["true", "false"]).default("false"),
  singleEvents: z.enum(["true", "false"]).optional(),
  orderBy: z.enum(["startTime", "updated"]).optional(),
  privateExtendedProperty: z.string().regex(/^[^=]+=/).optional(),
  timeMin: Instant.optional(),
  timeMax: Instant.optional(),
  fields: z.string().optional(),
});

/** What `events.list` is asked for. */
export type EventQuery = Omit<z.infer<typeof ListQuery>, "fields" | "pageToken"> & {
  /** Where the page begins. */
  readonly from: number;
  /** What the page is cut to; null: it is whole. */
  readonly fields: Fields | null;
  /** Everything but the page, which is the same for all pages of a listing. */
  readonly asked: string;
  /** Everything that decides which events are listed, which is the same for all listings of a synchronisation. */
  readonly question: string;
  /** The revision when the first page was listed; null: this is the first page. */
  readonly begun_at: number | null;
};

/**
 * Reads the query of `events.list`.
 *
 * @throws GoogleError 400 for a parameter that is unknown or unreadable, that comes more than once (what several constraints of
 * one kind mean, Google's documents disagree on), or that may not go with a sync token
 */
export function parseEventQuery(url: string): EventQuery {
  const parameters = [...new URL(url).searchParams];
  const repeated = parameters.find(([name], index) =>
    parameters.findIndex(([other]) => other === name) < index
  );
  if (repeated !== undefined) throw invalid(`Repeated parameter: ${repeated[0]}`);
  const query = ListQuery.safeParse(Object.fromEntries(parameters));
  if (!query.success) {
    const [issue] = query.error.issues;
    const name = issue?.code === "unrecognized_keys" ? issue.keys[0] : issue?.path.join(".");
    throw invalid(`Invalid parameter: ${name ?? ""}`);
  }
  const { fields, pageToken, ...rest } = query.data;
  const asked = JSON.stringify(parameters.filter(([name]) => name !== "pageToken").sort());
  const question = questionOf(parameters);
  const { from, begun_at } = pageToken === undefined
    ? { from: 0, begun_at: null }
    : placeOf(pageToken, asked);
  return {
    ...rest,
    asked,
    question,
    from,
    begun_at,
    fields: fields === undefined ? null : parseFields(fields, LIST_FIELDS),
  };
}

/**
 * A page of the events that fit.
 *
 * @param state.page_size_max how many a page has at most, whatever was asked for; null: as many as were
 * @throws GoogleError 400 for a sync token of another calendar or question, 410 for an expired one
 */
export function eventPage(calendar: CalendarEntry, query: EventQuery, state: ListedState) {
  const { maxResults, from, asked, question, syncToken } = query;
  const since = syncToken === undefined ? null : readSyncToken(syncToken, calendar.id, question);
  if (since !== null) checkSyncToken(since, state.sync_tokens_from);
  const begun_at = query.begun_at ?? state.revision;
  const found = since === null
    ? eventsThatFit(calendar, query).filter(({ updated }) => state.isListed(Date.parse(updated)))
    : changedSince(calendar, since);
  const to = from + Math.min(maxResults, state.page_size_max ?? Infinity);
  return {
    items: found.slice(from, to),
    next: to < found.length ? pageTokenOf(to, asked, begun_at) : null,
    // What is written while pages are read is news of the next listing.
    sync_token: syncTokenOf(calendar.id, question, begun_at),
  };
}

/** What a listing depends on beside the calendar. */
export interface ListedState {
  readonly revision: number;
  readonly page_size_max: number | null;
  readonly sync_tokens_from: number;
  /** Whether listings show by now what was written then. */
  isListed(written_at_ms: number): boolean;
}

function eventsThatFit(calendar: CalendarEntry, query: EventQuery): readonly EventResource[] {
  const { showDeleted, privateExtendedProperty, timeMin, timeMax } = query;
  return [...calendar.events.values()].filter((event) =>
    (showDeleted === "true" || event.status !== "cancelled") &&
    hasProperty(event, privateExtendedProperty) &&
    (timeMin === undefined || instantOf(event, "end") > Date.parse(timeMin)) &&
    (timeMax === undefined || instantOf(event, "start") < Date.parse(timeMax))
  );
}

/** An event, or what is left of a deleted one: the reference promises nothing but its id. */
type Listed = EventResource | Pick<EventResource, "id" | "etag" | "status">;

function changedSince({ events, changed_at }: CalendarEntry, since: number): readonly Listed[] {
  return [...events.values()].filter(({ id }) => (changed_at.get(id) ?? 0) > since).map((event) => {
    const { id, etag, status } = event;
    if (status !== "cancelled") return event;
    const occurrence = event["recurringEventId"];
    return {
      kind: "calendar#event",
      etag,
      id,
      status,
      // Cancelled occurrences of a series have these as well.
      ...(occurrence === undefined
        ? {}
        : { recurringEventId: occurrence, originalStartTime: event["originalStartTime"] }),
    };
  });
}

const PageToken = z.tuple([z.int(), z.string(), z.int()]);

/** Opaque to clients, and good for the same question only. */
function pageTokenOf(offset: number, asked: string, begun_at: number): string {
  return btoa(encodeURIComponent(JSON.stringify([offset, asked, begun_at])));
}

function placeOf(token: string, asked: string): { readonly from: number; readonly begun_at: number } {
  try {
    const [from, of, begun_at] = PageToken.parse(JSON.parse(decodeURIComponent(atob(token))));
    if (of === asked) return { from, begun_at };
  } catch {
    // The same refusal.
  }
  throw invalid("Invalid page token value.");
}

function hasProperty(event: EventResource, constraint: string | undefined): boolean {
  if (constraint === undefined) return true;
  const [name = "", value = ""] = constraint.split(/=(.*)/s);
  const properties = z.object({ private: z.record(z.string(), z.string()).optional() }).safeParse(
    event["extendedProperties"],
  );
  return properties.data?.private?.[name] === value;
}

function instantOf(event: EventResource, which: "start" | "end"): number {
  return Date.parse(event[which].dateTime ?? `${event[which].date}T00:00:00Z`);
}

function names(list: string): Fields {
  return Object.fromEntries(list.split(/\s+/).map((name) => [name, null]));
}
