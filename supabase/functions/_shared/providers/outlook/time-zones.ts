import { Temporal } from "temporal-polyfill";
import { findIana, findWindows } from "windows-iana";
import type { EventTime } from "../../domain/calendar-event.ts";
import { ZONE_ALIASES } from "../../domain/zone-aliases.ts";
import { WINDOWS_ZONES } from "./windows-zones.ts";

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

const WINDOWS_NAMES: ReadonlyMap<string, string> = new Map(
  Object.entries(WINDOWS_ZONES).flatMap(([name, places]) =>
    places.split(" ").map((place): [string, string] => [place, name])
  ),
);

/**
 * Windows keeps one rule a year and learns of the next when it is announced; here clocks follow the moon, several times
 * a year.
 */
const WITHOUT_YEARLY_RULE: ReadonlySet<string> = new Set([
  "Morocco Standard Time",
  "West Bank Standard Time",
]);

/**
 * The name that Graph knows a time zone by.
 *
 * @param time_zone IANA name, current or old
 * @returns the name as it is where Graph lists it, else the Windows zone that CLDR maps it to; null where there is none
 */
export function graphZoneOf(time_zone: string): string | null {
  if (GRAPH_ZONES.has(time_zone)) return time_zone;
  return windowsNamesOf(time_zone)[0] ?? null;
}

/**
 * The time zone that Graph means by a name.
 *
 * @param name a Windows name or an IANA one
 * @returns IANA name: of a Windows zone the place that CLDR names first, which need not be the one that an event was written in;
 * null where we know no such zone, as of one that its user put together
 */
export function ianaZoneOf(name: string): string | null {
  // An offset, which runtimes take for a zone, is none.
  if (/^[a-z]/i.test(name) && isKnownZone(name)) return name;
  return WINDOWS_ZONES[name]?.split(" ")[0] ?? null;
}

/** The Windows zones of a place: the current edition of CLDR's mapping first, then an older one. */
function windowsNamesOf(time_zone: string): readonly string[] {
  const spellings = [time_zone, canonicalNameOf(time_zone) ?? [], ZONE_ALIASES[time_zone]?.split(" ") ?? []]
    .flat();
  const names = spellings.flatMap((place) => [
    WINDOWS_NAMES.get(place) ?? [],
    findWindows(place)[0] ?? [],
  ]);
  return [...new Set(names.flat())];
}

/**
 * Start and end as Graph takes them.
 *
 * An all-day event is made of date strings alone, midnight to midnight: a zone of its own would let a mailbox
 * elsewhere move it to another day. A timed one is written in UTC where Graph does not know its zone, and wherever somebody
 * may read another instant: see {@link isInDoubt}.
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
  const readings = readingsOf(time.time_zone);
  const start = Temporal.Instant.from(time.start).toZonedDateTimeISO(time.time_zone);
  const end = Temporal.Instant.from(time.end).toZonedDateTimeISO(time.time_zone);
  if (zone === null || readings === null || isInDoubt(start, readings) || isInDoubt(end, readings)) {
    return {
      isAllDay: false,
      start: wallClock(start.withTimeZone("UTC"), "UTC"),
      end: wallClock(end.withTimeZone("UTC"), "UTC"),
    };
  }
  return { isAllDay: false, start: wallClock(start, zone), end: wallClock(end, zone) };
}

function wallClock(time: Temporal.ZonedDateTime, timeZone: string): DateTimeTimeZone {
  return { dateTime: time.toPlainDateTime().toString({ smallestUnit: "second" }), timeZone };
}

/** Whether a wall-clock time is, by any of these clocks, another instant too: it comes twice, or they differ. */
function isInDoubt(time: Temporal.ZonedDateTime, readings: readonly string[]): boolean {
  const wall = time.toPlainDateTime();
  return readings.some((place) =>
    (["earlier", "later"] as const).some((disambiguation) =>
      wall.toZonedDateTime(place, { disambiguation }).epochMilliseconds !== time.epochMilliseconds
    )
  );
}

const known_readings = new Map<string, readonly string[] | null>();

/**
 * Every clock that Graph's name for a zone may be read by.
 *
 * What CLDR maps a Windows zone to changes when a country leaves it, and software holds this edition or that. A listed
 * IANA name is read as the Windows zone that it stood for when somebody's list was made.
 *
 * @param time_zone IANA name
 * @returns null where there is no telling: the editions put the place into different zones, or Windows cannot know the rule
 */
function readingsOf(time_zone: string): readonly string[] | null {
  const known = known_readings.get(time_zone);
  if (known !== undefined) return known;
  const [name, other] = windowsNamesOf(time_zone);
  const is_clear = name !== undefined && other === undefined && !WITHOUT_YEARLY_RULE.has(name);
  const clocks = is_clear
    ? [...new Set([time_zone, WINDOWS_ZONES[name]?.split(" ")[0] ?? [], findIana(name)[0] ?? []].flat())]
    : [];
  // A runtime with old time zones does not know every place that CLDR names.
  const readings = clocks.length > 0 && clocks.every(isKnownZone) ? clocks : null;
  known_readings.set(time_zone, readings);
  return readings;
}

function isKnownZone(time_zone: string): boolean {
  return canonicalNameOf(time_zone) !== null;
}

/** What an old name is an alias of: CLDR's mapping lags behind renamed cities. @returns null where there is no such zone */
function canonicalNameOf(time_zone: string): string | null {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: time_zone }).resolvedOptions().timeZone;
  } catch {
    return null;
  }
}
