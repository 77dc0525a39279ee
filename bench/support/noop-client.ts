import type {
  CalendarAnswer,
  CalendarClient,
  Change,
} from "../../supabase/functions/_shared/providers/calendar-client.ts";
import type { Outcome } from "../../supabase/functions/_shared/providers/outcome.ts";

/** A provider that does everything at once and nothing at all. */
export const NOOP_CLIENT: CalendarClient = {
  checkAccount: () => never(),
  listCalendars: () => never(),
  getCalendar: () => never(),
  createCalendar: () => never(),
  isEmptyCalendar: () => never(),
  listOwnEvents: () => never(),
  listChanges: () => never(),
  findEvents: () => never(),
  deleteCalendar: () => never(),
  createEvent: (_calendar_id, event) => Promise.resolve(done(event.obligation_id)),
  updateEvent: (_calendar_id, event_id) => Promise.resolve(done(event_id)),
  deleteEvent: () => Promise.resolve({ kind: "gone", reason: "noop" }),
  applyChanges: (changes) =>
    Promise.resolve(changes.map((change) => ({ outcome: outcomeOf(change), wrote: true }))),
};

function outcomeOf(change: Change): Outcome {
  switch (change.kind) {
    case "create":
      return done(change.event.obligation_id);
    case "update":
    case "restore":
    case "set_reminders":
      return done(change.event_id);
    case "delete":
    case "remove_untracked":
      return { kind: "gone", reason: "noop" };
  }
}

function done(event_id: string): Outcome {
  return { kind: "done", event_id, etag: null };
}

function never(): Promise<CalendarAnswer<never>> {
  return Promise.reject(new Error("A sync of obligations asks nothing about calendars."));
}
