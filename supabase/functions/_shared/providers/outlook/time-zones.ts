import { Temporal } from "temporal-polyfill";
import { findIana, findWindows } from "windows-iana";
import type { CalendarEvent, EventTime } from "../../domain/calendar-event.ts";

/** A time as Graph takes it: a wall-clock time without offset, and the zone that it is read in. */
export interface DateTimeTimeZone {
  /** `YYYY-MM-DDTHH:MM:SS`. */
  readonly dateTime: string;
  /** A Windows name, or one of {@link GRAPH_ZONES}. */
  readonly timeZone: string;
}

/**
 * The IANA names that Graph documents beside the Windows ones; it refuses every other.
 *
 * @source https://learn.microsoft.com/graph/api/resources/datetimetimezone
 */
const GRAPH_ZONES: ReadonlySet<string> = new Set(
  `Etc/GMT+12 Etc/GMT+11 Pacific/Honolulu America/Anchorage America/Santa_Isabel America/Los_Angeles America/Phoenix
  America/Chihuahua America/Denver America/Guatemala America/Chicago America/Mexico_City America/Regina
  America/Bogota America/New_York America/Indiana/Indianapolis America/Caracas America/Asuncion America/Halifax
  America/Cuiaba America/La_Paz America/Santiago America/St_Johns America/Sao_Paulo America/Argentina/Buenos_Aires
  America/Cayenne America/Godthab America/Montevideo America/Bahia Etc/GMT+2 Atlantic/Azores Atlantic/Cape_Verde
  Africa/Casablanca Etc/GMT Europe/London Atlantic/Reykjavik Europe/Berlin Europe/Budapest Europe/Paris
  Europe/Warsaw Africa/Lagos Africa/Windhoek Europe/Bucharest Asia/Beirut Africa/Cairo Asia/Damascus
  Africa/Johannesburg Europe/Istanbul Asia/Jerusalem Asia/Amman Asia/Baghdad Europe/Kaliningrad Asia/Riyadh
  Africa/Nairobi Asia/Tehran Asia/Dubai Asia/Baku Europe/Moscow Indian/Mauritius Asia/Tbilisi Asia/Yerevan
  Asia/Kabul Asia/Karachi Asia/Kolkata Asia/Colombo Asia/Kathmandu Asia/Dhaka Asia/Yekaterinburg Asia/Bangkok
  Asia/Novosibirsk Asia/Shanghai Asia/Krasnoyarsk Asia/Singapore Australia/Perth Asia/Taipei Asia/Ulaanbaatar
  Asia/Irkutsk Asia/Tokyo Asia/Seoul Australia/Adelaide Australia/Darwin Australia/Brisbane Australia/Sydney
  Pacific/Port_Moresby Australia/Hobart Asia/Yakutsk Pacific/Guadalcanal Asia/Vladivostok Pacific/Auckland
  Etc/GMT-12 Pacific/Fiji Asia/Magadan Pacific/Tongatapu Pacific/Apia Pacific/Kiritimati`.split(/\s+/),
);

/**
 * The name that Graph knows a time zone by.
 *
 * @param time_zone IANA name, current or old
 * @returns the name as it is where Graph lists it, else the Windows zone that CLDR maps it to; null where there is none
 */
export function graphZoneOf(time_zone: string): string | null {
  if (GRAPH_ZONES.has(time_zone)) return time_zone;
  return findWindows(time_zone)[0] ?? findWindows(canonicalNameOf(time_zone))[0] ?? null;
}

/**
 * Start and end as Graph takes them.
 *
 * An all-day event is made of date strings alone, midnight to midnight: a zone of its own would let a mailbox
 * elsewhere move it to another day. A timed one is written in UTC where Graph does not know its zone, where the Windows
 * zone keeps another time, and where a wall-clock time comes twice, because `dateTime` cannot say which one is meant.
 *
 * @source https://learn.microsoft.com/graph/api/resources/event, isAllDay
 */
export function graphTimeOf(
  time: EventTime,
): { readonly isAllDay: boolean; readonly start: DateTimeTimeZone; readonly end: DateTimeTimeZone } {
  if (time.kind === "all_day") {
    return {
      isAllDay: true,
      start: { dateTime: `${time.start_date}T00:00:00`, timeZone: "UTC" },
      end: { dateTime: `${time.end_date}T00:00:00`, timeZone: "UTC" },
    };
  }
  const zone = graphZoneOf(time.time_zone);
  const start = Temporal.Instant.from(time.start).toZonedDateTimeISO(time.time_zone);
  const end = Temporal.Instant.from(time.end).toZonedDateTimeISO(time.time_zone);
  if (
    zone === null || [start, end].some((moment) => comesTwice(moment) || !keepsTime(moment, zone))
  ) {
    return {
      isAllDay: false,
      start: wallClock(start.withTimeZone("UTC"), "UTC"),
      end: wallClock(end.withTimeZone("UTC"), "UTC"),
    };
  }
  return { isAllDay: false, start: wallClock(start, zone), end: wallClock(end, zone) };
}

/** The same event at the same instants, in UTC. */
export function inUtc(event: CalendarEvent): CalendarEvent {
  return event.time.kind === "all_day" ? event : { ...event, time: { ...event.time, time_zone: "UTC" } };
}

function wallClock(time: Temporal.ZonedDateTime, timeZone: string): DateTimeTimeZone {
  return { dateTime: time.toPlainDateTime().toString({ smallestUnit: "second" }), timeZone };
}

/** Whether a Windows zone shows the same wall clock: CLDR's mapping is older than some countries' decisions. */
function keepsTime(time: Temporal.ZonedDateTime, zone: string): boolean {
  const [place] = findIana(zone);
  return place === undefined || time.withTimeZone(place).offsetNanoseconds === time.offsetNanoseconds;
}

function comesTwice(time: Temporal.ZonedDateTime): boolean {
  const wall = time.toPlainDateTime();
  const [earlier, later] = (["earlier", "later"] as const).map((disambiguation) =>
    wall.toZonedDateTime(time.timeZoneId, { disambiguation }).epochMilliseconds
  );
  return earlier !== later;
}

/** What an old name is an alias of: CLDR's mapping lags behind renamed cities. */
function canonicalNameOf(time_zone: string): string {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: time_zone }).resolvedOptions().timeZone;
  } catch {
    return time_zone;
  }
}
