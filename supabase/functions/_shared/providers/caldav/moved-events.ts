import type { Calendar, CalendarAnswer, MovedEvent, TaggedEvent } from "../calendar-client.ts";
import { calendarDigits, plainPath, readEventId } from "./event-id.ts";

/** What lists and reads, within the budget. */
interface Reading {
  readonly listCalendars: () => Promise<CalendarAnswer<readonly Calendar[]>>;
  readonly listOwnEvents: (calendar_id: string) => Promise<CalendarAnswer<readonly TaggedEvent[]>>;
  /** Null: it cannot be read now. */
  readonly readFile: (calendar_id: string, event_id: string) => Promise<string | null>;
}

/**
 * Finds events of an owner that were moved from one calendar to others of the account: their ids say where they were made,
 * and a copy gets another id.
 *
 * @param calendar_id where they should be
 */
export async function listMovedEvents(calendar_id: string, reading: Reading): Promise<readonly MovedEvent[]> {
  const calendars = await reading.listCalendars();
  if (calendars.kind !== "done") return [];
  const made_in = calendarDigits(calendar_id);
  const moved: MovedEvent[] = [];
  for (const { id, writable } of calendars.value) {
    if (!writable || plainPath(id) === plainPath(calendar_id)) continue;
    const events = await reading.listOwnEvents(id);
    if (events.kind !== "done") continue;
    for (const event of events.value) {
      if (readEventId(event.event_id)?.calendar !== made_in) continue;
      const file = await reading.readFile(id, event.event_id);
      // Whoever was invited would be told that it is cancelled.
      if (file !== null && !/^ATTENDEE[;:]/im.test(file)) moved.push({ ...event, calendar_id: id });
    }
  }
  return moved;
}
