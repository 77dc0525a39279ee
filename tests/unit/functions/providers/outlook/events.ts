import type { CalendarEvent } from "../../../../../supabase/functions/_shared/domain/calendar-event.ts";

/** An all-day event, apart from what a test says. */
export function event(given: Partial<CalendarEvent>): CalendarEvent {
  return {
    obligation_id: "3f0c4c7e-58a1-4f0e-9a36-0f5d6f3f7a10",
    title: "Energy report",
    description: "For the agency",
    time: { kind: "all_day", start_date: "2027-03-31", end_date: "2027-04-01" },
    url: null,
    completed: false,
    reminders_minutes: [],
    ...given,
  };
}
