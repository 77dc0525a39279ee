import { Temporal } from "temporal-polyfill";
import type { EventTime } from "../domain/calendar-event.ts";

/**
 * Nobody has a deadline in other years; before, offsets had seconds. An event in any other year is written in UTC.
 */
const YEAR_MIN = 1973;
const YEAR_MAX = 2100;
const DAYS_PER_WEEK = 7;
const NANOSECONDS_PER_MS = 1e6;
const WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"] as const;

/** A time zone as a calendar describes it, in the years from `from_year` to before `until_year`. */
export interface VTimeZone {
  readonly time_zone: string;
  readonly from_year: number;
  readonly until_year: number;
  /** Content lines of the component, not folded. */
  readonly lines: readonly string[];
  /** Where clocks are put back: when they show what they show twice, in milliseconds since 1970. */
  readonly repeated: readonly { readonly from_ms: number; readonly until_ms: number }[];
}

/** From when to when a calendar has events in a zone. */
export interface ZoneUse {
  readonly time_zone: string;
  /** RFC 3339. */
  readonly first: string;
  /** RFC 3339. */
  readonly last: string;
}

const described = new Map<string, VTimeZone>();
/** All of the world in a few periods. */
const DESCRIBED_MAX = 2_000;

/**
 * Describes a zone for the years in which it is used, by the same rules that events are placed with: what libraries of
 * VTIMEZONEs hold are today's rules alone, and those of another version of the time zone database.
 *
 * @returns null for UTC, which needs no description
 * @source RFC 5545 §3.6.5
 */
export function vtimezoneOf({ time_zone, first, last }: ZoneUse): VTimeZone | null {
  if (time_zone === "UTC") return null;
  const from_year = clamp(yearOf(first) - 1);
  // With a whole year after the last event a rule shows that it is one.
  const until_year = clamp(yearOf(last) + 3);
  const key = `${time_zone} ${from_year} ${until_year}`;
  const known = described.get(key);
  if (known !== undefined) return known;
  const zone = { time_zone, from_year, until_year, ...describe(time_zone, from_year, until_year) };
  if (described.size >= DESCRIBED_MAX) described.clear();
  described.set(key, zone);
  return zone;
}

/**
 * Whether a zone's clock says when an event is: it lies in the years that the zone is described for, and not where the clock
 * shows a time twice. RFC 5545 §3.3.5 means the first one then, and readers disagree.
 */
export function tellsTime(
  { from_year, until_year, repeated }: VTimeZone,
  time: Extract<EventTime, { kind: "timed" }>,
): boolean {
  const year = yearOf(time.start);
  if (year <= from_year || year >= until_year - 1) return false;
  return [time.start, time.end].every((text) => {
    const at_ms = Date.parse(text);
    return !repeated.some(({ from_ms, until_ms }) => from_ms <= at_ms && at_ms < until_ms);
  });
}

/** A moment from which on a zone has another offset. */
interface Transition {
  /** On the clock that was valid until then. */
  readonly at: Temporal.PlainDateTime;
  readonly instant: Temporal.Instant;
  readonly from: string;
  readonly to: string;
  readonly kind: "STANDARD" | "DAYLIGHT";
  /** How far clocks are put back; negative where they are put forward. */
  readonly back_ms: number;
}

function describe(
  time_zone: string,
  from_year: number,
  until_year: number,
): Pick<VTimeZone, "lines" | "repeated"> {
  const start = Temporal.PlainDateTime.from({ year: from_year, month: 1, day: 1 }).toZonedDateTime(time_zone);
  const transitions = transitionsOf(start, until_year);
  const groups = Map.groupBy(
    transitions,
    ({ at, from, to }) => `${from} ${to} ${at.month} ${at.toPlainTime()}`,
  );
  return {
    lines: [
      "BEGIN:VTIMEZONE",
      `TZID:${time_zone}`,
      // What holds until the first of them.
      ...observance("STANDARD", start.toPlainDateTime(), start.offset, start.offset, []),
      ...[...groups.values()].flatMap((group) => observancesOf(group, until_year)),
      "END:VTIMEZONE",
    ],
    repeated: transitions.filter(({ back_ms }) => back_ms > 0).map(({ instant, back_ms }) => ({
      from_ms: instant.epochMilliseconds - back_ms,
      until_ms: instant.epochMilliseconds + back_ms,
    })),
  };
}

function transitionsOf(start: Temporal.ZonedDateTime, until_year: number): readonly Transition[] {
  const transitions: Transition[] = [];
  let before = start;
  while (true) {
    const next = before.getTimeZoneTransition("next");
    if (next === null || next.year >= until_year) return transitions;
    const back_ms = (before.offsetNanoseconds - next.offsetNanoseconds) / NANOSECONDS_PER_MS;
    transitions.push({
      at: next.toPlainDateTime().add({ milliseconds: back_ms }),
      instant: next.toInstant(),
      from: before.offset,
      to: next.offset,
      kind: back_ms < 0 ? "DAYLIGHT" : "STANDARD",
      back_ms,
    });
    before = next;
  }
}

/** One observance with a rule where there is one, since Outlook knows no other; else one with every date. */
function observancesOf(group: readonly Transition[], until_year: number): readonly string[] {
  const [first, ...others] = group;
  const last = group.at(-1);
  if (first === undefined || last === undefined) return [];
  const rule = ruleOf(group);
  if (rule === null) {
    // The first as well, for readers that take a list for all there is.
    const dates = others.length === 0 ? [] : group.map(({ at }) => `RDATE:${basic(at)}`);
    return observance(first.kind, first.at, first.from, first.to, dates);
  }
  const until = last.at.year === until_year - 1
    ? ""
    : `;UNTIL=${basic(last.instant.toZonedDateTimeISO("UTC"))}Z`;
  return observance(first.kind, first.at, first.from, first.to, [
    `RRULE:FREQ=YEARLY;BYMONTH=${first.at.month};BYDAY=${rule}${until}`,
  ]);
}

/** The weekday of the month that all of them are, every year: null where they differ. */
function ruleOf(group: readonly Transition[]): string | null {
  const [first] = group;
  if (first === undefined || group.length < 2) return null;
  const weekday = WEEKDAYS[first.at.dayOfWeek - 1];
  const yearly = group.every(({ at }, index) =>
    at.year === first.at.year + index && at.dayOfWeek === first.at.dayOfWeek
  );
  if (!yearly) return null;
  if (group.every(({ at }) => at.day + DAYS_PER_WEEK > at.daysInMonth)) return `-1${weekday}`;
  const nth = Math.ceil(first.at.day / DAYS_PER_WEEK);
  return group.every(({ at }) => Math.ceil(at.day / DAYS_PER_WEEK) === nth) ? `${nth}${weekday}` : null;
}

function observance(
  kind: Transition["kind"],
  at: Temporal.PlainDateTime,
  from: string,
  to: string,
  recurrence: readonly string[],
): readonly string[] {
  return [
    `BEGIN:${kind}`,
    `DTSTART:${basic(at)}`,
    `TZOFFSETFROM:${from.replaceAll(":", "")}`,
    `TZOFFSETTO:${to.replaceAll(":", "")}`,
    ...recurrence,
    `END:${kind}`,
  ];
}

/** `YYYYMMDDTHHMMSS`. */
function basic(time: Temporal.PlainDateTime | Temporal.ZonedDateTime): string {
  const two = (number: number) => String(number).padStart(2, "0");
  const date = `${String(time.year).padStart(4, "0")}${two(time.month)}${two(time.day)}`;
  return `${date}T${two(time.hour)}${two(time.minute)}${two(time.second)}`;
}

function yearOf(instant: string): number {
  return new Date(instant).getUTCFullYear();
}

function clamp(year: number): number {
  return Math.min(Math.max(year, YEAR_MIN), YEAR_MAX);
}
