import type { EventTime } from "../domain/calendar-event.ts";
import { basic, utc } from "./content-lines.ts";
import { tellsTime, type VTimeZone } from "./vtimezone.ts";

const MINUTES_PER_HOUR = 60;
const MINUTES_PER_DAY = 24 * MINUTES_PER_HOUR;

/**
 * DTSTART and DTEND of an event.
 *
 * @param zones descriptions that the calendar has; a time that none of them tells is written in UTC
 */
export function timeOf(time: EventTime, zones: ReadonlyMap<string, VTimeZone>): readonly string[] {
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

/**
 * A reminder.
 *
 * @param title TEXT, as {@link text} has it
 * @param minutes before the start of the event, after it where negative
 */
export function alarmLines(title: string, minutes: number): readonly string[] {
  return [
    "BEGIN:VALARM",
    "ACTION:DISPLAY",
    `DESCRIPTION:${title}`,
    `TRIGGER:${before(minutes)}`,
    "END:VALARM",
  ];
}

/** A duration that an alarm comes before the start of its event, or after it where negative (RFC 5545 §3.3.6). */
function before(minutes: number): string {
  if (minutes === 0) return "PT0S";
  const sign = minutes > 0 ? "-" : "";
  const size = Math.abs(minutes);
  if (size % MINUTES_PER_DAY === 0) return `${sign}P${size / MINUTES_PER_DAY}D`;
  return size % MINUTES_PER_HOUR === 0 ? `${sign}PT${size / MINUTES_PER_HOUR}H` : `${sign}PT${size}M`;
}
