import type { CalendarEvent } from "../_shared/domain/calendar-event.ts";
import { lines, text, utc } from "../_shared/icalendar/content-lines.ts";
import { alarmLines, timeOf } from "../_shared/icalendar/event-lines.ts";
import type { VTimeZone } from "../_shared/icalendar/vtimezone.ts";

/** How often a reader should ask; Outlook reads the X- one (MS-OXCICAL), Apple both. */
const REFRESH_INTERVAL = "PT1H";
/** RFC 7986 §5.9 takes names of CSS, Apple's Calendar digits. */
const COLOR = { name: "teal", digits: "#008080" } as const;

/** An event of a feed. */
export interface FeedEvent {
  readonly event: CalendarEvent;
  readonly uid: string;
  /** How often it was changed. */
  readonly sequence: number;
  /** RFC 3339. */
  readonly created_at: string;
  /** RFC 3339. */
  readonly modified_at: string;
  readonly category: string | null;
  /** It is shown so that calendars remove it. */
  readonly cancelled: boolean;
}

/**
 * How a calendar begins: everything before its events. No METHOD, since nobody is invited, and no SOURCE: it would put the
 * secret address into every copy of the calendar.
 *
 * @param zones those that events are in
 * @source RFC 5545 §3.4, RFC 7986 §5
 */
export function beginCalendar(name: string, zones: readonly VTimeZone[]): string {
  const [only, ...others] = zones;
  const calendar_name = text(name);
  return lines([
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//EcoComply//Calendar feed//EN",
    "CALSCALE:GREGORIAN",
    `NAME:${calendar_name}`,
    `X-WR-CALNAME:${calendar_name}`,
    ...(only !== undefined && others.length === 0 ? [`X-WR-TIMEZONE:${only.time_zone}`] : []),
    `COLOR:${COLOR.name}`,
    `X-APPLE-CALENDAR-COLOR:${COLOR.digits}`,
    `REFRESH-INTERVAL;VALUE=DURATION:${REFRESH_INTERVAL}`,
    `X-PUBLISHED-TTL:${REFRESH_INTERVAL}`,
    ...zones.flatMap((zone) => zone.lines),
  ]);
}

/**
 * Events as a calendar holds them, between {@link beginCalendar} and {@link endCalendar}.
 *
 * @param zones those that the calendar began with; an event whose time none of them tells is written in UTC
 */
export function calendarEvents(events: readonly FeedEvent[], zones: readonly VTimeZone[]): string {
  const by_name = new Map(zones.map((zone) => [zone.time_zone, zone]));
  return lines(events.flatMap((event) => veventOf(event, by_name)));
}

/** How a calendar ends. */
export function endCalendar(): string {
  return lines(["END:VCALENDAR"]);
}

function veventOf(
  { event, uid, sequence, created_at, modified_at, category, cancelled }: FeedEvent,
  zones: ReadonlyMap<string, VTimeZone>,
): readonly string[] {
  const title = text(event.title);
  const modified = utc(modified_at);
  return [
    "BEGIN:VEVENT",
    `UID:${uid}`,
    // Without METHOD this is when the event was last changed (RFC 5545 §3.8.7.2): the same bytes until it is.
    `DTSTAMP:${modified}`,
    `CREATED:${utc(created_at)}`,
    `LAST-MODIFIED:${modified}`,
    `SEQUENCE:${sequence}`,
    ...timeOf(event.time, zones),
    `SUMMARY:${title}`,
    // What is only there to be removed needs no more: a feed is not to keep its size when much of it is deleted.
    ...(cancelled ? [] : detailsOf(event, category)),
    `STATUS:${cancelled ? "CANCELLED" : "CONFIRMED"}`,
    "TRANSP:TRANSPARENT",
    // Outlook's spelling of it.
    "X-MICROSOFT-CDO-BUSYSTATUS:FREE",
    ...(cancelled ? [] : event.reminders_minutes.flatMap((minutes) => alarmLines(title, minutes))),
    "END:VEVENT",
  ];
}

function detailsOf(event: CalendarEvent, category: string | null): readonly string[] {
  return [
    ...(event.description === "" ? [] : [`DESCRIPTION:${text(event.description)}`]),
    ...(event.url === null ? [] : [`URL:${new URL(event.url).href}`]),
    ...(category === null ? [] : [`CATEGORIES:${text(category)}`]),
  ];
}
