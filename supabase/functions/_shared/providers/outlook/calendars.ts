import { z } from "zod";
import type { Calendar, CalendarAnswer, CalendarChoice, NewCalendar } from "../calendar-client.ts";
import type { GraphAnswer } from "./answers.ts";
import { OWNER_PROPERTY } from "./event-body.ts";
import { type GraphCall, pathBelow, pathTo, withProperty, withQuery } from "./http.ts";

/** Calls that end in an answer about calendars; a program like those of events. */
export type CalendarProgram<T> = Generator<GraphCall, CalendarAnswer<T>, GraphAnswer>;

/** Whose calendars are meant, and where Graph is. */
export interface Account {
  /** What events, and calendars of our own, are tagged with. */
  readonly owner: string;
  /** `MICROSOFT_GRAPH_URL`, without a trailing slash. */
  readonly graph_url: string;
}

/** One calendar of the account, and how it was chosen. */
export interface Target extends Account {
  readonly calendar: CalendarChoice;
}

const CALENDARS_PER_PAGE = 100;
const PAGES_MAX = 20;
/** Other calendars that may have the name of ours already. */
const NAMES_MAX = 20;

const UNREADABLE = { kind: "unknown", reason: "unreadable", after_s: null } as const;

// Beyond the id, everything was seen null or left out by some mailbox or other.
const CalendarResource = z.object({
  id: z.string().min(1),
  name: z.string().nullish(),
  canEdit: z.boolean().nullish(),
  isDefaultCalendar: z.boolean().nullish(),
  hexColor: z.string().nullish(),
  singleValueExtendedProperties: z.array(z.object({ id: z.string(), value: z.string().nullish() })).nullish(),
});
type CalendarResource = z.infer<typeof CalendarResource>;
const CalendarPage = z.object({
  value: z.array(CalendarResource),
  "@odata.nextLink": z.string().nullish(),
});
const EventPage = z.object({ value: z.array(z.unknown()), "@odata.nextLink": z.string().nullish() });

/**
 * The path of a calendar. The default one goes by its alias, because Exchange changes its id.
 *
 * @source github.com/microsoftgraph/msgraph-sdk-dotnet #2423
 */
export function calendarPath(calendar: CalendarChoice): string {
  return calendar.role === "primary" ? pathTo("me", "calendar") : pathTo("me", "calendars", calendar.id);
}

/** Whether the account has a mailbox with a calendar in it; one without a licence, or hosted elsewhere, has not. */
export function* checkAccount(): CalendarProgram<null> {
  const answer = yield { method: "GET", path: withQuery(pathTo("me", "calendar"), { $select: "id" }) };
  return parsed(answer, z.unknown().transform(() => null));
}

/** All calendars of the account, those that others share with it included. */
export function* listCalendars(account: Account): CalendarProgram<readonly Calendar[]> {
  const answer = yield* listResources(account, { $top: String(CALENDARS_PER_PAGE) });
  return answer.kind === "done" ? { kind: "done", value: answer.value.map(asCalendar) } : answer;
}

/** A calendar by the integration's choice; one of our own is looked for by its tag where its id is gone. */
export function* getCalendar(account: Account, calendar: CalendarChoice): CalendarProgram<Calendar> {
  const answer = yield { method: "GET", path: calendarPath(calendar) };
  return yield* readOf(account, calendar, answer, CalendarResource.transform(asCalendar));
}

/**
 * What to make of a calendar that is not at its address.
 *
 * Exchange changes the ids of calendars: soon after one was made, or after months.
 *
 * @returns `calendar_moved` where our own one goes by another id now
 * @source github.com/microsoftgraph/microsoft-graph-docs #5580, #11296
 */
export function* missingCalendar(
  account: Account,
  calendar: CalendarChoice,
  reason: string,
): Generator<GraphCall, Exclude<CalendarAnswer<never>, { kind: "done" }>, GraphAnswer> {
  if (calendar.role !== "own") return { kind: "calendar_missing", reason };
  const found = yield* findOwn(account);
  if (found.kind !== "done") return found;
  if (found.value === null) return { kind: "calendar_missing", reason };
  // Listed under the id that was just not there: one of Exchange's servers lags behind.
  if (found.value.id === calendar.id) return { kind: "retry", reason, after_s: null };
  return { kind: "calendar_moved", calendar_id: found.value.id };
}

/**
 * Reads the answer to a call that reads a calendar. Access that is denied is the calendar's where the default one may be read, as of
 * one that a colleague shares: for those our grant does not suffice. Else it is the grant's.
 *
 * @source https://learn.microsoft.com/graph/permissions-reference, Calendars.ReadWrite and Calendars.ReadWrite.Shared
 */
export function* readOf<T>(
  account: Account,
  calendar: CalendarChoice,
  answer: GraphAnswer,
  schema: z.ZodType<T>,
): CalendarProgram<T> {
  if (answer.kind === "gone") return yield* missingCalendar(account, calendar, answer.reason);
  if (answer.kind !== "needs_reconnect" || calendar.role === "primary") return parsed(answer, schema);
  const reachable = yield* checkAccount();
  return reachable.kind === "done" ? yield* missingCalendar(account, calendar, answer.reason) : reachable;
}

/** Our own calendar, by its tag; null where the account has none. */
export function* findOwn(account: Account): CalendarProgram<Calendar | null> {
  const answer = yield* listResources(account, {
    $top: String(CALENDARS_PER_PAGE),
    $expand: withProperty(OWNER_PROPERTY),
  });
  if (answer.kind !== "done") return answer;
  // Compared here: that Graph filters calendars by a property's value is not documented.
  const own = answer.value.find((resource) =>
    resource.singleValueExtendedProperties?.some(({ id, value }) =>
      id.toLowerCase() === OWNER_PROPERTY.toLowerCase() && value === account.owner
    )
  );
  return { kind: "done", value: own === undefined ? null : asCalendar(own) };
}

/**
 * Makes a calendar of our own, or finds the one that an earlier call made. Graph has no place for a description or a
 * time zone. Where the name is taken by a calendar that is not ours, a number is added.
 *
 * @source https://learn.microsoft.com/graph/api/user-post-calendars
 */
export function* createCalendar(account: Account, { name }: NewCalendar): CalendarProgram<Calendar> {
  const found = yield* findOwn(account);
  // Where a calendar cannot be found by its tag, none was.
  if (found.kind !== "done" && found.kind !== "rejected") return found;
  if (found.kind === "done" && found.value !== null) return { kind: "done", value: found.value };
  for (let number = 1; number <= NAMES_MAX; number++) {
    const answer = yield {
      method: "POST",
      path: pathTo("me", "calendars"),
      body: {
        name: number === 1 ? name : `${name} (${number})`,
        singleValueExtendedProperties: [{ id: OWNER_PROPERTY, value: account.owner }],
      },
    };
    if (answer.kind !== "exists") return parsed(answer, CalendarResource.transform(asCalendar));
    // Perhaps it is ours: the runtime repeats a call by itself whose connection is cut.
    const taken = yield* findOwn(account);
    if (taken.kind === "done" && taken.value !== null) return { kind: "done", value: taken.value };
  }
  return { kind: "rejected", reason: "calendar_names_exhausted" };
}

/** Whether a calendar holds any event, ours or not. */
export function* isEmptyCalendar(account: Account, calendar: CalendarChoice): CalendarProgram<boolean> {
  const answer = yield {
    method: "GET",
    path: withQuery(`${calendarPath(calendar)}/events`, { $top: "1", $select: "id" }),
  };
  return yield* readOf(
    account,
    calendar,
    answer,
    // An empty page that has a next one leaves it open: not empty is the answer that deletes nothing.
    EventPage.transform((page) => page.value.length === 0 && !page["@odata.nextLink"]),
  );
}

/** Deletes a calendar with all that is in it. */
export function* deleteCalendar(calendar: CalendarChoice): CalendarProgram<null> {
  return parsed(yield { method: "DELETE", path: calendarPath(calendar) }, z.unknown().transform(() => null));
}

function* listResources(
  { graph_url }: Account,
  query: Readonly<Record<string, string>>,
): CalendarProgram<readonly CalendarResource[]> {
  const resources: CalendarResource[] = [];
  let path: string | null = withQuery(pathTo("me", "calendars"), query);
  for (let page = 0; page < PAGES_MAX; page++) {
    const answer: CalendarAnswer<z.infer<typeof CalendarPage>> = parsed(
      yield { method: "GET", path },
      CalendarPage,
    );
    if (answer.kind !== "done") return answer;
    resources.push(...answer.value.value);
    const next: string | null | undefined = answer.value["@odata.nextLink"];
    if (!next) return { kind: "done", value: resources };
    path = pathBelow(graph_url, next);
    if (path === null) return { kind: "unknown", reason: "next_link", after_s: null };
  }
  return { kind: "done", value: resources };
}

function asCalendar(resource: CalendarResource): Calendar {
  return {
    id: resource.id,
    name: resource.name || resource.id,
    primary: resource.isDefaultCalendar ?? false,
    // Where Graph says nothing of it, a write tells.
    writable: resource.canEdit ?? true,
    // Events carry their own.
    time_zone: null,
    color: resource.hexColor && /^#[0-9a-f]{6}$/i.test(resource.hexColor) ? resource.hexColor : null,
  };
}

/** Reads the answer to a call about a calendar, where nothing else can be gone. */
export function parsed<T>(answer: GraphAnswer, schema: z.ZodType<T>): CalendarAnswer<T> {
  if (answer.kind === "gone") return { kind: "calendar_missing", reason: answer.reason };
  if (answer.kind !== "ok") return answer;
  const body = schema.safeParse(answer.body);
  return body.success ? { kind: "done", value: body.data } : UNREADABLE;
}
