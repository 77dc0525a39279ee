import type { CalendarEvent } from "../domain/calendar-event.ts";

/** The same event at the same instants, in UTC. */
export function inUtc(event: CalendarEvent): CalendarEvent {
  return event.time.kind === "all_day" ? event : { ...event, time: { ...event.time, time_zone: "UTC" } };
}

/**
 * What to write of an event that a provider refuses as it is, in the order to try: a deadline without its time zone is
 * better than none.
 *
 * @returns none where nothing can be spared
 */
export function plainerForms(event: CalendarEvent): readonly CalendarEvent[] {
  return event.time.kind === "all_day" || event.time.time_zone === "UTC" ? [] : [inUtc(event)];
}
