// Everything that ical-generator is used for: escaping and folding. An object of the library for each event takes several
// times as long as writing its lines (docs/feeds.md).
import { escape, foldLines } from "ical-generator";
import type { CalendarEvent, EventTime } from "../_shared/domain/calendar-event.ts";
import { plainText } from "../_shared/domain/plain-text.ts";
import { tellsTime, type VTimeZone } from "./vtimezone.ts";

/** RFC 5545 §3.1. */
const CRLF = "\r\n";
const MINUTES_PER_HOUR = 60;
const MINUTES_PER_DAY = 24 * MINUTES_PER_HOUR;
/** How often a reader should ask; Outlook reads the X- one (MS-OXCICAL), Apple both. */
const REFRESH_INTERVAL = "PT1H";
/** RFC 7986 §5.9 takes names of CSS, Apple's Calendar digits. */
const COLOR = { name: "teal", digits: "#008080" } as const;

/** So many take at most 72 octets: a line is folded at 75 (RFC 5545 §3.1). */
const NEVER_FOLDED_CHARACTERS = 24;
/** What was written in one transaction has one time. */
const spelt = new Map<string, string>();
const SPELT_MAX = 1_000;

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
    ...(cancelled ? [] : event.reminders_minutes.flatMap((minutes) => [
      "BEGIN:VALARM",
      "ACTION:DISPLAY",
      `DESCRIPTION:${title}`,
      `TRIGGER:${before(minutes)}`,
      "END:VALARM",
    ])),
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

function timeOf(time: EventTime, zones: ReadonlyMap<string, VTimeZone>): readonly string[] {
  if (time.kind === "all_day") {
    return [`DTSTART;VALUE=DATE:${basic(time.start_date)}`, `DTEND;VALUE=DATE:${basic(time.end_date)}`];
  }
  const zone = zones.get(time.time_zone);
  return zone === undefined || !tellsTime(zone, time)
    ? [`DTSTART:${utc(time.start)}`, `DTEND:${utc(time.end)}`]
    : [
      `DTSTART;TZID=${zone.time_zone}:${basic(time.start)}`,
      `DTEND;TZID=${zone.time_zone}:${basic(time.end)}`,
    ];
}

/** `2027-03-28T09:00:00+02:00` as `20270328T090000`: what the clock of its zone shows. */
function basic(iso: string): string {
  return iso.slice(0, "YYYY-MM-DDTHH:MM:SS".length).replace(/[-:]/g, "");
}

function utc(instant: string): string {
  const known = spelt.get(instant);
  if (known !== undefined) return known;
  if (spelt.size >= SPELT_MAX) spelt.clear();
  const spelling = `${basic(new Date(instant).toISOString())}Z`;
  spelt.set(instant, spelling);
  return spelling;
}

/** A duration that an alarm comes before the start of its event, or after it where negative (RFC 5545 §3.3.6). */
function before(minutes: number): string {
  if (minutes === 0) return "PT0S";
  const sign = minutes > 0 ? "-" : "";
  const size = Math.abs(minutes);
  if (size % MINUTES_PER_DAY === 0) return `${sign}P${size / MINUTES_PER_DAY}D`;
  return size % MINUTES_PER_HOUR === 0 ? `${sign}PT${size / MINUTES_PER_HOUR}H` : `${sign}PT${size}M`;
}

/** TEXT (RFC 5545 §3.3.11). */
function text(value: string): string {
  return escape(plainText(value), false);
}

function lines(contents: readonly string[]): string {
  return contents.map((line) => (line.length <= NEVER_FOLDED_CHARACTERS ? line : foldLines(line)) + CRLF)
    .join("");
}
