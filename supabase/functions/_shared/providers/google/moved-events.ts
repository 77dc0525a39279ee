import type { Calendar, CalendarAnswer, MovedEvent, TaggedEvent } from "../calendar-client.ts";
import { generationOf } from "./event-id.ts";

/**
 * Finds events of an owner that were moved from one calendar to others of the account, in Google's own page. A moved event
 * keeps its id, a copy gets another one.
 *
 * @param listOwnEvents those of the owner in one calendar that have no guests
 */
export async function listMovedEvents(
  { owner, calendar_id, listCalendars, listOwnEvents }: {
    readonly owner: string;
    /** Where they should be. */
    readonly calendar_id: string;
    readonly listCalendars: () => Promise<CalendarAnswer<readonly Calendar[]>>;
    readonly listOwnEvents: (calendar_id: string) => Promise<CalendarAnswer<readonly TaggedEvent[]>>;
  },
): Promise<readonly MovedEvent[]> {
  const calendars = await listCalendars();
  // A grant for calendars of our own lists none: what was moved out of them is out of sight.
  if (calendars.kind !== "done") return [];
  const moved: MovedEvent[] = [];
  for (const { id, writable } of calendars.value) {
    if (!writable || id === calendar_id) continue;
    const events = await listOwnEvents(id);
    if (events.kind !== "done") continue;
    moved.push(
      ...events.value
        .filter(({ event_id, obligation_id }) => generationOf(event_id, owner, obligation_id) >= 0)
        .map((event) => ({ ...event, calendar_id: id })),
    );
  }
  return moved;
}
