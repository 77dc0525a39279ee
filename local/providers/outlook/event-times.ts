import { Temporal } from "temporal-polyfill";
import { invalidProperty, invalidRequest } from "./errors.ts";
import type { OutlookTime } from "./state.ts";
import { ianaOf } from "./time-zones.ts";

/** No offset, up to seven decimals. */
const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,7})?)?$/;
const MIDNIGHT = /T00:00(:00(\.0+)?)?$/;
const HOURS_OF_A_DAY = 24;

/**
 * The rules of start and end.
 *
 * @throws GraphError 400
 */
export function checkTimes({ isAllDay, start, end }: {
  readonly isAllDay: boolean;
  readonly start: OutlookTime;
  readonly end: OutlookTime;
}): void {
  const from = instantOf(start);
  const to = instantOf(end);
  if (Temporal.Instant.compare(to, from) < 0) {
    throw invalidProperty("The end time must be later than the start time: property 'End'.");
  }
  if (!isAllDay) return;
  if (!MIDNIGHT.test(start.dateTime) || !MIDNIGHT.test(end.dateTime) || start.timeZone !== end.timeZone) {
    throw invalidRequest(
      "The Event.Start and Event.End of an all day event must be midnight in one time zone.",
    );
  }
  const length = plainOf(start.dateTime).until(plainOf(end.dateTime), { largestUnit: "hour" });
  if (length.hours < HOURS_OF_A_DAY) {
    throw invalidRequest("The duration of an event marked as All day must be at least 24 hours.");
  }
}

/** A time as Graph shows it: of an all-day event always midnight, else converted to the zone that was preferred. */
export function shownTime(time: OutlookTime, isAllDay: boolean, zone: string): OutlookTime {
  const plain = isAllDay
    ? plainOf(time.dateTime)
    : instantOf(time).toZonedDateTimeISO(ianaOf(zone)).toPlainDateTime();
  return { dateTime: `${plain.toString({ smallestUnit: "second" })}.0000000`, timeZone: zone };
}

function instantOf({ dateTime, timeZone }: OutlookTime): Temporal.Instant {
  return plainOf(dateTime).toZonedDateTime(ianaOf(timeZone)).toInstant();
}

function plainOf(dateTime: string): Temporal.PlainDateTime {
  if (!DATE_TIME.test(dateTime)) {
    throw invalidProperty(`Not a date and time without an offset: '${dateTime}'.`);
  }
  try {
    return Temporal.PlainDateTime.from(dateTime, { overflow: "reject" });
  } catch {
    throw invalidProperty(`There is no such date and time: '${dateTime}'.`);
  }
}
