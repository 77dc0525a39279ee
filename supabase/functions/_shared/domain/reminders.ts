import type { CalendarEvent } from "./calendar-event.ts";

const MS_PER_MINUTE = 60_000;

/**
 * Reminders for a provider that can only ring before an event begins: what would ring later rings when it begins, at the
 * midnight of an all-day one. Each once.
 */
export function beforeStart({ reminders_minutes }: CalendarEvent): readonly number[] {
  return [...new Set(reminders_minutes.map((minutes) => Math.max(minutes, 0)))];
}

/**
 * What we last set as the reminders of an event, noted with the event to tell them from its user's own. `taken`: the
 * obligation was completed, and those still to come were taken away.
 */
export interface NotedReminders {
  readonly kind: "set" | "taken";
  readonly minutes: readonly number[];
}

/** The note as text, short enough for a property of an event. */
export function formatNote({ kind, minutes }: NotedReminders): string {
  return [kind, ...minutes].join(" ");
}

/** @returns null where it is not one of ours */
export function parseNote(text: string): NotedReminders | null {
  const [kind, ...minutes] = text.split(" ");
  if (kind !== "set" && kind !== "taken") return null;
  return minutes.every((each) => /^-?\d+$/.test(each)) ? { kind, minutes: minutes.map(Number) } : null;
}

/**
 * Whether nothing is left to remind of. The day of an all-day deadline is over only where it is over by UTC: whose
 * midnight counts is not known.
 *
 * @param now_ms since 1970
 */
export function isOver(
  { completed, time }: Pick<CalendarEvent, "completed" | "time">,
  now_ms: number,
): boolean {
  return completed || isPast(time, now_ms);
}

/**
 * The reminders that an event is created with.
 *
 * @param minutes those that the settings ask for, as the provider has room for them
 */
export function remindersAtFirst(
  event: CalendarEvent,
  minutes: readonly number[],
  now_ms: number,
): NotedReminders {
  if (!isOver(event, now_ms)) return { kind: "set", minutes };
  return { kind: "taken", minutes: [] };
}

/**
 * What to set as the reminders of an event that is there. Completing an obligation early takes away those still to come,
 * reopening it sets the reminders of the settings; and only those that are still as we set them.
 *
 * @param shown as the event has them; null: in a form that we never set
 * @param noted what we set last; null: the event was made before that was noted
 * @param minutes as {@link remindersAtFirst} has it
 * @returns null where they stay
 */
export function remindersToChange(
  event: CalendarEvent,
  { shown, noted, minutes }: {
    readonly shown: readonly number[] | null;
    readonly noted: NotedReminders | null;
    readonly minutes: readonly number[];
  },
  now_ms: number,
): NotedReminders | null {
  const ours = noted ?? { kind: "set", minutes };
  if (shown === null || !isSameSet(shown, ours.minutes) || isPast(event.time, now_ms)) return null;
  if (!event.completed) return ours.kind === "taken" ? { kind: "set", minutes } : null;
  if (ours.kind === "taken") return null;
  const passed = ours.minutes.filter((each) => hasPassed(event, each, now_ms));
  return passed.length === ours.minutes.length ? null : { kind: "taken", minutes: passed };
}

function isPast(time: CalendarEvent["time"], now_ms: number): boolean {
  return time.kind === "all_day"
    ? time.start_date < new Date(now_ms).toISOString().slice(0, "YYYY-MM-DD".length)
    : Date.parse(time.start) <= now_ms;
}

/** Whether the time of a reminder has passed wherever its user is: a day begins last in UTC-12. */
function hasPassed({ time }: CalendarEvent, minutes: number, now_ms: number): boolean {
  const start_ms = Date.parse(time.kind === "all_day" ? `${time.start_date}T12:00:00Z` : time.start);
  return start_ms - minutes * MS_PER_MINUTE <= now_ms;
}

function isSameSet(one: readonly number[], other: readonly number[]): boolean {
  return one.every((each) => other.includes(each)) && other.every((each) => one.includes(each));
}
