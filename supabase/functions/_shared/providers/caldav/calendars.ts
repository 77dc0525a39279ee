import { knownTimeZone } from "../../domain/calendar-event.ts";
import { plainLine } from "../../domain/plain-text.ts";
import { readComponent, valueOf } from "../../icalendar/component.ts";
import { lines } from "../../icalendar/content-lines.ts";
import { vtimezoneOf } from "../../icalendar/vtimezone.ts";
import type { Calendar, CalendarAnswer, CalendarChoice, NewCalendar } from "../calendar-client.ts";
import { type Failure, reasonOf } from "../outcome.ts";
import { type DavAnswer, isWritten, mayBeUnsupported } from "./answers.ts";
import { ownerDigits, plainPath } from "./event-id.ts";
import type { DavCall } from "./http.ts";
import { type DavResponse, hrefsOf, type Multistatus } from "./multistatus.ts";
import { CALENDAR_PROPERTIES, mkcalendarBody, PRINCIPAL_PROPERTIES, propfindBody } from "./requests.ts";
import { childrenOf } from "./xml.ts";

/** What any of these lets us write (RFC 3744 §3). */
const WRITING: ReadonlySet<string> = new Set(["all", "write", "write-content", "bind"]);

/** The service moved the account's calendars to another host: they are looked for there. */
export const HOME_MOVED = "home_moved";

/** The server makes no calendar for us. */
const CALENDAR_REFUSED = "calendar_refused";

/** Where an account's calendars are. */
export interface Places {
  readonly principal: URL;
  /** Below it are the calendars; it may be at another host of the same site. */
  readonly home: URL;
}

/** The calendar that something is done in, and who does it. */
export interface Target {
  readonly places: Places;
  readonly calendar: CalendarChoice;
  readonly owner: string;
  /** What a change of the same batch found in it. */
  listed?: CalendarAnswer<readonly NamedFile[]>;
}

/** A file in a calendar. */
export interface NamedFile {
  /** Without its path and its ending. */
  readonly name: string;
  readonly url: URL;
  /** In its strong form. */
  readonly etag: string | null;
}

/** Calls that lead to a result. */
export type DavSteps<T> = Generator<DavCall, T, DavAnswer>;

/** The address of a calendar. Its id is a path, so nothing that is in it can lead to another host. */
export function calendarUrl({ home }: Places, calendar_id: string): URL {
  const url = new URL(home);
  url.pathname = calendar_id.endsWith("/") ? calendar_id : `${calendar_id}/`;
  url.search = "";
  return url;
}

/** The address of an event's file. */
export function fileUrl(places: Places, calendar_id: string, event_id: string): URL {
  const url = calendarUrl(places, calendar_id);
  url.pathname += `${encodeURIComponent(event_id)}.ics`;
  return url;
}

/** All calendars for events. */
export function* listCalendars({ home }: Places): DavSteps<CalendarAnswer<readonly Calendar[]>> {
  const answer = yield propfind(home, "1", CALENDAR_PROPERTIES);
  const read = multistatusOf(answer);
  if (read.kind !== "done") return read.kind === "gone" ? nothingThere(read) : read;
  return { kind: "done", value: calendarsOf(read.value, home) };
}

/** The calendar, or why it is not there. */
export function* getCalendar(target: Target): DavSteps<CalendarAnswer<Calendar>> {
  const url = calendarUrl(target.places, target.calendar.id);
  const read = multistatusOf(yield propfind(url, "0", CALENDAR_PROPERTIES));
  if (read.kind !== "done") return saysMissing(read) ? yield* missingCalendar(target, read) : read;
  const [calendar] = calendarsOf(read.value, url);
  if (calendar === undefined) return yield* missingCalendar(target, { kind: "gone", reason: "no_calendar" });
  return { kind: "done", value: { ...calendar, id: target.calendar.id } };
}

/** What is said of a calendar that is not there: some servers say 403, and 405 where no calendar can be at all. */
export function saysMissing(answer: Failure): boolean {
  return answer.kind === "gone" || (answer.kind === "retry" && answer.reason === "http_403") ||
    (answer.kind === "rejected" && answer.reason === "http_405");
}

/**
 * What it means that nothing answers at a calendar's address: it is gone, or nothing of the account answers there and nothing
 * is known. Our own one may stand at another address: of an earlier connection, or made anew.
 *
 * @param answer what was said of the calendar
 */
export function* missingCalendar(target: Target, answer: Failure): DavSteps<Failure> {
  const { places, calendar, owner } = target;
  const asked = yield propfind(places.principal, "0", PRINCIPAL_PROPERTIES);
  const principal = multistatusOf(asked);
  if (principal.kind === "gone") return nothingThere(principal);
  if (principal.kind !== "done") return principal;
  const homes = principal.value.responses.flatMap((one) =>
    hrefsOf(one, "calendar-home-set", places.principal)
  );
  if (homes.length > 0 && homes.every(({ href }) => href !== places.home.href)) {
    return { kind: "retry", reason: HOME_MOVED, after_s: null };
  }
  if (calendar.role === "own") {
    const listed = yield* listCalendars(places);
    if (listed.kind !== "done") return listed;
    const own = ownCalendarOf(listed.value, owner);
    if (own !== undefined && plainPath(own.id) !== plainPath(calendar.id)) {
      return { kind: "calendar_moved", calendar_id: own.id };
    }
  }
  return { kind: "calendar_missing", reason: reasonOf(answer) };
}

/**
 * Makes a calendar of our own at an address that follows from its owner, so that a repetition finds it. Where that address is
 * burned, as by a trash bin, the calendar gets another one, and is found by how that begins.
 *
 * @returns `rejected` where the server makes no calendars
 */
export function* createCalendar(
  places: Places,
  owner: string,
  given: NewCalendar,
): DavSteps<CalendarAnswer<Calendar>> {
  const stem = ownSlugOf(owner);
  const first = yield* makeCalendar(places, `${stem}0`, given);
  if (first.kind !== "exists" && first.kind !== "conflict" && !mayBeUnsupported(first)) return first;
  const listed = yield* listCalendars(places);
  if (listed.kind !== "done") return listed;
  const own = ownCalendarOf(listed.value, owner);
  if (own !== undefined) return { kind: "done", value: own };
  const second = yield* makeCalendar(places, `${stem}${Date.now().toString(36)}`, given);
  return second.kind === "exists" || second.kind === "conflict" || mayBeUnsupported(second)
    ? { kind: "rejected", reason: CALENDAR_REFUSED }
    : second;
}

function* makeCalendar(
  places: Places,
  slug: string,
  { name, description, time_zone }: NewCalendar,
): DavSteps<CalendarAnswer<Calendar>> {
  const url = new URL(places.home);
  url.pathname = `${url.pathname}${url.pathname.endsWith("/") ? "" : "/"}${slug}/`;
  const shown_name = plainLine(name);
  const answer = yield {
    method: "MKCALENDAR",
    url,
    body: mkcalendarBody({
      name: shown_name,
      description: plainLine(description),
      time_zone: timeZoneFile(time_zone),
    }),
  };
  const calendar = { id: url.pathname, name: shown_name, primary: false, writable: true, color: null };
  if (answer.kind === "gone") return nothingThere(answer);
  if (answer.kind !== "ok") return answer;
  if (answer.status === 201) return { kind: "done", value: { ...calendar, time_zone } };
  // 207 says which property was refused, and so the calendar (RFC 4791 §5.3.1); 200 says nothing: it is looked for.
  const target: Target = { places, calendar: { id: url.pathname, role: "other" }, owner: "" };
  const made = yield* getCalendar(target);
  return made.kind === "calendar_missing" ? { kind: "rejected", reason: CALENDAR_REFUSED } : made;
}

/** Deletes a calendar with everything in it. One that is not there is `calendar_missing`, as servers answer that to both. */
export function* deleteCalendar(target: Target): DavSteps<CalendarAnswer<null>> {
  const answer = yield { method: "DELETE", url: calendarUrl(target.places, target.calendar.id) };
  if (isWritten(answer)) return { kind: "done", value: null };
  if (answer.kind !== "ok" && answer.kind !== "gone") return answer;
  const left = yield* getCalendar(target);
  if (left.kind === "done") return { kind: "retry", reason: "not_deleted", after_s: null };
  return answer.kind === "ok" && left.kind === "calendar_missing" ? { kind: "done", value: null } : left;
}

/** Whether the calendar holds any file. */
export function* isEmptyCalendar(target: Target): DavSteps<CalendarAnswer<boolean>> {
  const url = calendarUrl(target.places, target.calendar.id);
  const read = multistatusOf(yield propfind(url, "1", ["getetag"]));
  if (read.kind === "gone") return yield* missingCalendar(target, read);
  if (read.kind !== "done") return read;
  const inside = read.value.responses.filter(({ href }) => {
    const path = pathOf(href, url);
    return path !== null && plainPath(path) !== plainPath(url.pathname);
  });
  return { kind: "done", value: inside.length === 0 };
}

export function propfind(url: URL, depth: "0" | "1", names: readonly string[]): DavCall {
  return { method: "PROPFIND", url, depth, body: propfindBody(names) };
}

/** The multistatus that an answer has to be. */
export function multistatusOf(answer: DavAnswer): CalendarAnswer<Multistatus> {
  if (answer.kind !== "ok") return answer;
  return answer.multistatus === null
    ? { kind: "unknown", reason: "unreadable", after_s: null }
    : { kind: "done", value: answer.multistatus };
}

/** Where not even the account answers, nothing is known of what is in it: a proxy may have said it. */
function nothingThere({ reason }: { readonly reason: string }): Failure {
  return { kind: "retry", reason, after_s: null };
}

/** The path of an href, whichever host it names; null where it is no address. */
export function pathOf(href: string, base: URL): string | null {
  return URL.canParse(href, base.href) ? new URL(href, base.href).pathname : null;
}

/** What of a listing is a calendar for events. */
export function calendarsOf({ responses }: Multistatus, base: URL): readonly Calendar[] {
  return responses.flatMap((response) => {
    const id = pathOf(response.href, base);
    return id !== null && isEventCalendar(response) ? [calendarOf(response, id)] : [];
  });
}

function isEventCalendar({ properties }: DavResponse): boolean {
  if (childrenOf(properties.get("resourcetype"), "calendar").length === 0) return false;
  const components = childrenOf(properties.get("supported-calendar-component-set"), "comp");
  // Without a set, any component is allowed (RFC 4791 §5.2.3).
  return components.length === 0 ||
    components.some(({ attributes }) => attributes["name"]?.toUpperCase() === "VEVENT");
}

function calendarOf({ properties }: DavResponse, id: string): Calendar {
  const privileges = properties.get("current-user-privilege-set");
  const color = /^#[0-9a-f]{6}/i.exec(properties.get("calendar-color")?.text.trim() ?? "")?.[0];
  return {
    id,
    name: properties.get("displayname")?.text.trim() || plainPath(id).split("/").at(-1) || id,
    // CalDAV has none.
    primary: false,
    writable: privileges === undefined ||
      childrenOf(privileges, "privilege").some(({ children }) =>
        children.some(({ name }) => WRITING.has(name))
      ),
    time_zone: timeZoneOf(properties.get("calendar-timezone")?.text ?? ""),
    color: color ?? null,
  };
}

/** The last part of the path of every calendar that we make for an owner, but for its end. */
function ownSlugOf(owner: string): string {
  return `eco-${ownerDigits(owner)}-`;
}

function ownCalendarOf(calendars: readonly Calendar[], owner: string): Calendar | undefined {
  return calendars.find(({ id, writable }) =>
    writable && plainPath(id).split("/").at(-1)?.startsWith(ownSlugOf(owner))
  );
}

/** A VCALENDAR with a zone in it; null where there is none to describe. */
function timeZoneFile(time_zone: string): string | null {
  const now = new Date().toISOString();
  const zone = vtimezoneOf({ time_zone: knownTimeZone(time_zone), first: now, last: now });
  return zone === null ? null : lines([
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//EcoComply//Calendar//EN",
    ...zone.lines,
    "END:VCALENDAR",
  ]);
}

/** The IANA name in a calendar's own zone; null where it is another name, or none. */
function timeZoneOf(text: string): string | null {
  const zone = readComponent(text.trim())?.components.find(({ name }) => name === "VTIMEZONE");
  const name = zone && valueOf(zone, "TZID");
  return name && knownTimeZone(name) !== "UTC" ? knownTimeZone(name) : null;
}
