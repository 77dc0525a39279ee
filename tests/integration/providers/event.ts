import assert from "node:assert/strict";
import {
  type CalendarEvent,
  calendarEventOf,
} from "../../../supabase/functions/_shared/domain/calendar-event.ts";
import type { Obligation } from "../../../supabase/functions/_shared/domain/obligation.ts";
import type { Change } from "../../../supabase/functions/_shared/providers/calendar-client.ts";
import type { Outcome } from "../../../supabase/functions/_shared/providers/outcome.ts";
import { DEFAULT_SETTINGS } from "../../support/default-settings.ts";

/** What a test says about an obligation; the rest is plain. */
export interface Given extends Partial<Obligation> {
  readonly reminders_minutes?: readonly number[];
  readonly all_day_reminder_time?: string;
}

/** The event of an obligation, as the product makes it; of a new obligation where none is named. */
export function eventOf(
  { reminders_minutes = [], all_day_reminder_time = "00:00", ...given }: Given = {},
): CalendarEvent {
  const obligation: Obligation = {
    obligation_id: crypto.randomUUID(),
    title: "Energy report",
    description: "For the agency",
    obligation_type: null,
    status: "open",
    due: { kind: "date", date: "2027-03-15" },
    url: null,
    ...given,
  };
  const event = calendarEventOf(obligation, {
    ...DEFAULT_SETTINGS,
    reminders_minutes,
    all_day_reminder_time,
  });
  assert.ok(event);
  return event;
}

/** Events of so many new obligations, with numbered titles. */
export function events(count: number, title = "Deadline"): readonly CalendarEvent[] {
  return Array.from({ length: count }, (_, index) => eventOf({ title: `${title} ${index + 1}` }));
}

/** Their creations in one calendar. */
export function creations(calendar_id: string, list: readonly CalendarEvent[]): readonly Change[] {
  return list.map((event) => ({ kind: "create", calendar_id, event }));
}

/** The id of the event that was written. */
export function writtenId(outcome: Outcome | null | undefined): string {
  assert.ok(outcome?.kind === "done", JSON.stringify(outcome));
  return outcome.event_id;
}

/** How often each kind of outcome came; `null` for changes that were not begun. */
export function countKinds(outcomes: readonly (Outcome | null)[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const outcome of outcomes) {
    const kind = outcome?.kind ?? "null";
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}
