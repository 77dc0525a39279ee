import type { CalendarEvent } from "../../domain/calendar-event.ts";
import type { Target } from "./calendars.ts";
import { firstReminder } from "./event-body.ts";
import { eventPath } from "./event-place.ts";
import { type GraphProgram, writeOutcome } from "./event-writes.ts";

/** Gives an event the reminder that it would be created with. `gone`: it is not there, and is not made anew. */
export function* setReminders(target: Target, event_id: string, event: CalendarEvent): GraphProgram {
  const answer = yield { method: "PATCH", path: eventPath(event_id), body: firstReminder(event) };
  return yield* writeOutcome(target, answer, event_id);
}
