import { Temporal } from "temporal-polyfill";
import { z } from "zod";
import { ianaTimeZone } from "../../domain/calendar-event.ts";
import type { SeenEvent, SeenTime } from "../calendar-client.ts";
import { OBLIGATION_PROPERTY, OWNER_PROPERTY } from "./event-body.ts";

/** What has to be known of an event to see what its user did, as `fields` names it. */
export const SEEN_FIELDS =
  "id,etag,status,recurringEventId,recurrence,attendees/email,start,end,extendedProperties/private";

const When = z.union([
  z.object({ date: z.iso.date() }).transform(({ date }) => ({ kind: "date" as const, date })),
  z.object({ dateTime: z.string(), timeZone: z.string().nullish() }).transform((when, context) => {
    const at = instantOf(when.dateTime, when.timeZone ?? null);
    if (at !== null) return { kind: "instant" as const, at, time_zone: ianaTimeZone(when.timeZone ?? null) };
    context.addIssue({ code: "custom", message: "no time" });
    return z.NEVER;
  }),
]);

const SeenResource = z.object({
  id: z.string(),
  etag: z.string().optional(),
  recurrence: z.array(z.unknown()).optional(),
  attendees: z.array(z.unknown()).optional(),
  start: When,
  end: When,
  extendedProperties: z.object({ private: z.record(z.string(), z.string()).optional() }).optional(),
});

/**
 * Reads a live event of the Calendar API.
 *
 * @param owner whose tag counts
 * @returns null where its time cannot be read
 */
export function seenEventOf(resource: unknown, owner: string): SeenEvent | null {
  const event = SeenResource.safeParse(resource).data;
  const time = event && seenTimeOf(event.start, event.end);
  if (!time) return null;
  const tags = event.extendedProperties?.private;
  return {
    event_id: event.id,
    etag: event.etag ?? null,
    obligation_id: (tags?.[OWNER_PROPERTY] === owner && tags[OBLIGATION_PROPERTY]) || null,
    time,
    is_series: (event.recurrence?.length ?? 0) > 0,
    has_guests: (event.attendees?.length ?? 0) > 0,
  };
}

function seenTimeOf(start: z.infer<typeof When>, end: z.infer<typeof When>): SeenTime | null {
  if (start.kind === "date") {
    return end.kind === "date" ? { kind: "all_day", start_date: start.date, end_date: end.date } : null;
  }
  if (end.kind === "date") return null;
  return { kind: "timed", start_at: start.at, end_at: end.at, time_zone: start.time_zone };
}

/** Google answers with an offset, that of the calendar's zone; without one, the text is a clock of the zone. */
function instantOf(text: string, time_zone: string | null): string | null {
  try {
    return Temporal.Instant.from(text).toString();
  } catch {
    const zone = ianaTimeZone(time_zone);
    return zone && clockInstant(text, zone);
  }
}

function clockInstant(text: string, zone: string): string | null {
  try {
    return Temporal.PlainDateTime.from(text).toZonedDateTime(zone).toInstant().toString();
  } catch {
    return null;
  }
}
