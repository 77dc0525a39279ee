import { Temporal } from "temporal-polyfill";
import { z } from "zod";
import type { SeenTime } from "../calendar-client.ts";
import { ianaZoneOf } from "./time-zones.ts";

const DATE_CHARACTERS = 10;

const Time = z.object({
  /** Without an offset, or with the Z of UTC; mostly with seven decimals. */
  dateTime: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?Z?$/),
  timeZone: z.string(),
});

/**
 * When an event is, out of what Graph shows of it. An all-day event is read as the dates that it shows: it comes as midnight to
 * midnight, whatever zone was asked for.
 *
 * @source github.com/microsoftgraph/microsoft-graph-docs #1802
 */
export const SeenTimes = z.object({
  isAllDay: z.boolean().nullish(),
  start: Time,
  end: Time,
  originalStartTimeZone: z.string().nullish(),
}).transform(({ isAllDay, start, end, originalStartTimeZone }, context): { readonly time: SeenTime } => {
  if (isAllDay) {
    const start_date = start.dateTime.slice(0, DATE_CHARACTERS);
    return { time: { kind: "all_day", start_date, end_date: end.dateTime.slice(0, DATE_CHARACTERS) } };
  }
  const start_at = instantOf(start);
  const end_at = instantOf(end);
  if (start_at === null || end_at === null) {
    context.addIssue({
      code: "custom",
      message: "a time of day that does not exist, or one in a zone unknown to us",
    });
    return z.NEVER;
  }
  return { time: { kind: "timed", start_at, end_at, time_zone: ianaZoneOf(originalStartTimeZone ?? "") } };
});

/** @returns RFC 3339 in UTC; null where it cannot be told */
function instantOf({ dateTime, timeZone }: z.infer<typeof Time>): string | null {
  const zone = dateTime.endsWith("Z") ? "UTC" : ianaZoneOf(timeZone);
  if (zone === null) return null;
  try {
    return Temporal.PlainDateTime.from(dateTime.replace("Z", "")).toZonedDateTime(zone).toInstant()
      .toString();
  } catch {
    return null;
  }
}
