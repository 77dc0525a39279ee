import { Temporal } from "temporal-polyfill";
import { type Component, nameOf, valueOf } from "./component.ts";

/** What tells which instant a clock on the wall means. */
export type Clock = (local: Temporal.PlainDateTime) => Temporal.Instant;

const WEEKDAYS: ReadonlyMap<string, number> = new Map(
  ["MO", "TU", "WE", "TH", "FR", "SA", "SU"].map((name, index) => [name, index + 1]),
);
const DAYS_PER_WEEK = 7;

/** When clocks change, by one STANDARD or DAYLIGHT. */
interface Observance {
  /** On the clock that was valid until then. */
  readonly first: Temporal.PlainDateTime;
  readonly dates: readonly Temporal.PlainDateTime[];
  readonly rule: ReadonlyMap<string, string> | null;
  readonly from_s: number;
  readonly to_s: number;
}

/**
 * The clock that a VTIMEZONE describes (RFC 5545 §3.6.5), for zones that go by a name of their writer's, such as Outlook's. Of
 * rules it reads yearly ones alone: no clock changes by another. A time that the clock shows twice is the first, and one that
 * it skips is told by the clock before (§3.3.5).
 *
 * @returns null where nothing in it can be read
 */
export function zoneClock(vtimezone: Component): Clock | null {
  const observances = vtimezone.components.flatMap((one) => readObservance(one) ?? []);
  const [earliest] = observances.toSorted((one, other) =>
    Temporal.PlainDateTime.compare(one.first, other.first)
  );
  if (earliest === undefined) return null;
  return (local) => {
    const changes = observances.flatMap((one) => {
      const at = lastChange(one, local);
      return at === null ? [] : [{ at, to_s: one.to_s }];
    });
    const latest = changes.toSorted((one, other) => Temporal.PlainDateTime.compare(other.at, one.at))[0];
    const offset_s = latest === undefined ? earliest.from_s : latest.to_s;
    return local.toZonedDateTime("UTC").toInstant().subtract({ seconds: offset_s });
  };
}

/** A date and time as content lines have it, without its zone; null: it is none. */
export function readLocal(value: string): Temporal.PlainDateTime | null {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z?$/.exec(value.trim()) ?? [];
  if (year === undefined) return null;
  try {
    return Temporal.PlainDateTime.from(`${year}-${month}-${day}T${hour}:${minute}:${second}`);
  } catch {
    return null;
  }
}

function readObservance(component: Component): Observance | null {
  const first = readLocal(valueOf(component, "DTSTART") ?? "");
  const [from_s, to_s] = [readOffset(component, "TZOFFSETFROM"), readOffset(component, "TZOFFSETTO")];
  if (first === null || from_s === null || to_s === null) return null;
  const rule = valueOf(component, "RRULE");
  const dates = component.lines.filter((line) => nameOf(line) === "RDATE")
    .flatMap((line) => line.slice(line.indexOf(":") + 1).split(","))
    .flatMap((value) => readLocal(value) ?? []);
  const is_yearly = rule !== null && /(?:^|;)FREQ=YEARLY(?:;|$)/i.test(rule);
  return { first, dates, rule: is_yearly ? partsOf(rule) : null, from_s, to_s };
}

/** `+0130` in seconds. */
function readOffset(component: Component, name: string): number | null {
  const [, sign, hours, minutes, seconds = "0"] =
    /^([+-])(\d{2})(\d{2})(\d{2})?$/.exec(valueOf(component, name)?.trim() ?? "") ?? [];
  if (sign === undefined) return null;
  const size = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  return sign === "-" ? -size : size;
}

function partsOf(rule: string): ReadonlyMap<string, string> {
  return new Map(
    rule.toUpperCase().split(";").map((part) => {
      const [name = "", value = ""] = part.split("=");
      return [name, value];
    }),
  );
}

/** From when on the observance's clock holds that holds at a time; null: it does not yet. */
function lastChange(one: Observance, local: Temporal.PlainDateTime): Temporal.PlainDateTime | null {
  const skipped_s = Math.max(0, one.to_s - one.from_s);
  const changes = [one.first, ...one.dates, ...changesByRule(one, local.year)]
    .map((at) => at.add({ seconds: skipped_s }))
    .filter((at) => Temporal.PlainDateTime.compare(at, local) <= 0);
  return changes.toSorted(Temporal.PlainDateTime.compare).at(-1) ?? null;
}

/** The last two changes by the rule that may come before the end of a year. */
function changesByRule({ first, rule }: Observance, year: number): readonly Temporal.PlainDateTime[] {
  if (rule === null) return [];
  const until = readUntil(rule);
  const last_year = Math.min(year, until?.year ?? year, lastByCount(rule, first.year));
  return [last_year - 1, last_year].flatMap((each) => changesIn(each, rule, first)).filter((at) =>
    Temporal.PlainDateTime.compare(at, first) > 0 &&
    (until === null || Temporal.PlainDateTime.compare(at, until) <= 0)
  );
}

/** UNTIL is in UTC, and a day more than enough for the difference: no clock changes twice within two days. */
function readUntil(rule: ReadonlyMap<string, string>): Temporal.PlainDateTime | null {
  const value = rule.get("UNTIL") ?? "";
  return readLocal(/^\d{8}$/.test(value) ? `${value}T000000` : value)?.add({ days: 1 }) ?? null;
}

function lastByCount(rule: ReadonlyMap<string, string>, first_year: number): number {
  const count = Number(rule.get("COUNT") ?? Infinity);
  return count > 0 ? first_year + count - 1 : Infinity;
}

function changesIn(
  year: number,
  rule: ReadonlyMap<string, string>,
  first: Temporal.PlainDateTime,
): readonly Temporal.PlainDateTime[] {
  const months = listOf(rule.get("BYMONTH")).map(Number);
  const [days_of_week, days_of_month] = [listOf(rule.get("BYDAY")), listOf(rule.get("BYMONTHDAY"))];
  return (months.length === 0 ? [first.month] : months).flatMap((month) => {
    if (!(month >= 1 && month <= 12)) return [];
    const start = first.with({ year, month, day: 1 });
    return Array.from({ length: start.daysInMonth }, (_, index) => start.with({ day: index + 1 }))
      .filter((day) => {
        const back = day.day - day.daysInMonth - 1;
        if (days_of_month.length > 0 && !days_of_month.some((one) => [day.day, back].includes(Number(one)))) {
          return false;
        }
        if (days_of_week.length > 0) return days_of_week.some((one) => isWeekday(day, one));
        return days_of_month.length > 0 || day.day === first.day;
      });
  });
}

/** @param name `SU` for each, `2SU` for the second, `-1SU` for the last one of the month */
function isWeekday(day: Temporal.PlainDateTime, name: string): boolean {
  const [, nth, weekday = ""] = /^([+-]?\d+)?([A-Z]{2})$/.exec(name) ?? [];
  if (WEEKDAYS.get(weekday) !== day.dayOfWeek) return false;
  if (nth === undefined) return true;
  const wanted = Number(nth);
  return wanted > 0
    ? Math.ceil(day.day / DAYS_PER_WEEK) === wanted
    : Math.ceil((day.daysInMonth - day.day + 1) / DAYS_PER_WEEK) === -wanted;
}

function listOf(value: string | undefined): readonly string[] {
  return value === undefined || value === "" ? [] : value.split(",");
}
