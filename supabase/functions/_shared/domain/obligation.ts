import type { CalendarEdits } from "./calendar-edits.ts";

/** An obligation as the adapter `calendar_sync.deadline_of` shows it to one recipient. */
export interface Obligation {
  readonly obligation_id: string;
  readonly title: string;
  readonly description: string;
  /** As the host calls it; null: it has none. */
  readonly obligation_type: string | null;
  readonly status: "open" | "completed" | "cancelled";
  readonly due: Due;
  readonly url: string | null;
}

/**
 * When an obligation is due. A calendar date stays a string from Postgres to the provider: a JavaScript `Date`
 * would give it a zone that it does not have.
 */
export type Due =
  | { readonly kind: "none" }
  | { readonly kind: "date"; readonly date: string }
  | { readonly kind: "instant"; readonly at: string; readonly time_zone: string | null };

/** What a user chose for the events of one calendar or feed. */
export interface EventSettings {
  /** Minutes before the deadline, at most five, 0–40320 each. */
  readonly reminders_minutes: readonly number[];
  /** `09:00`: when an all-day deadline is taken as due on its day. */
  readonly all_day_reminder_time: string;
  readonly completed_events: "keep" | "remove";
  /** Obligations of these types alone; null: all. */
  readonly obligation_types: readonly string[] | null;
  /** What titles are made by, see `event-title.ts`. */
  readonly title_template: string;
}

/** What a user chose for one integration. */
export interface IntegrationSettings extends EventSettings {
  /** What becomes of a deadline that is moved in the calendar. */
  readonly calendar_edits: CalendarEdits;
}
