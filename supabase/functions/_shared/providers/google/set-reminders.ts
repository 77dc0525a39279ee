import type { CalendarEvent } from "../../domain/calendar-event.ts";
import { isBurned, isUnused } from "./answers.ts";
import { firstReminders } from "./event-body.ts";
import { eventPath, type GoogleProgram, outOfReach, type Target, writeOutcome } from "./event-writes.ts";

/** Gives an event the reminders that it would be created with. `gone`: it is not there, and is not made anew. */
export function* setReminders({ calendar }: Target, event_id: string, event: CalendarEvent): GoogleProgram {
  const answer = yield {
    method: "PATCH",
    path: eventPath(calendar.id, event_id),
    body: firstReminders(event),
  };
  if (isUnused(answer)) return yield* outOfReach(calendar);
  // Of an event that its user deleted.
  if (isBurned(answer)) return { kind: "gone", reason: "deleted" };
  return yield* writeOutcome(calendar, answer, event_id);
}
