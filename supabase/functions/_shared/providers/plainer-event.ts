import type { CalendarEvent } from "../domain/calendar-event.ts";

/** The same event at the same instants, in UTC. */
export function inUtc(event: CalendarEvent): CalendarEvent {
  return event.time.kind === "all_day" ? event : { ...event, time: { ...event.time, time_zone: "UTC" } };
}

/** The same event without a link of its own; the address stays in the text. */
function withoutLink(event: CalendarEvent): CalendarEvent {
  return { ...event, url: null };
}

/**
 * What to write of an event that a provider refuses as it is, in the order to try: a deadline without its time zone or its
 * link is better than none.
 *
 * @returns none where nothing can be spared
 */
export function plainerForms(event: CalendarEvent): readonly CalendarEvent[] {
  const has_zone = event.time.kind === "timed" && event.time.time_zone !== "UTC";
  return [
    ...(has_zone ? [inUtc(event)] : []),
    ...(event.url === null ? [] : [withoutLink(event)]),
    ...(has_zone && event.url !== null ? [withoutLink(inUtc(event))] : []),
  ];
}
