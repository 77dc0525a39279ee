import type { CalendarEvent } from "../../domain/calendar-event.ts";
import {
  formatNote,
  type NotedReminders,
  remindersAtFirst,
  remindersToChange,
} from "../../domain/reminders.ts";
import { type Component, nameOf, parameterOf, readComponent, valueOf } from "../../icalendar/component.ts";
import { text } from "../../icalendar/content-lines.ts";
import { alarmLines } from "../../icalendar/event-lines.ts";

const DURATION = /^([+-]?)P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/i;
const MINUTES = [10_080, 1_440, 60, 1, 1 / 60] as const;

/** The alarms that an event is to have, and what to note of ours; null: nothing. */
interface Alarms {
  readonly components: readonly Component[];
  readonly note: string | null;
}

/**
 * The alarms of an event that is brought up to date. Alarms of its user stay as they are; ours are those that ring when we
 * last set one, and follow the deadline when it becomes timed or a day.
 *
 * @param given.noted what we set last; null: the server dropped that
 * @param given.minutes those that the settings ask for
 * @param given.moved whether the event was a day and becomes timed, or the other way
 */
export function alarmsOf(
  before: Component,
  event: CalendarEvent,
  { noted, minutes, moved }: {
    readonly noted: NotedReminders | null;
    readonly minutes: readonly number[];
    readonly moved: boolean;
  },
  now: Date,
): Alarms {
  const all = before.components.filter(({ name }) => name === "VALARM");
  const counted = all.filter((alarm) => !isDefault(alarm));
  const shown = counted.map(minutesBefore);
  const set = noted ?? { kind: "set", minutes };
  const ours = all.filter((alarm) => isOneOf(alarm, set.minutes));
  const foreign = all.filter((alarm) => !ours.includes(alarm));
  const change = moved && set.kind === "set" && ours.length > 0
    ? remindersAtFirst(event, minutes, now.getTime())
    : remindersToChange(event, { shown: known(shown), noted, minutes }, now.getTime());
  const title = text(event.title);
  return change === null
    ? {
      components: all.map((alarm) => ours.includes(alarm) ? titled(alarm, title) : alarm),
      note: noted && formatNote(noted),
    }
    : {
      components: [
        ...foreign,
        ...alarmComponents(title, change.minutes),
      ],
      note: formatNote(change),
    };
}

/** The alarms of an event that is to have those that it would be created with, and none of its user's. */
export function firstAlarms(
  before: Component,
  event: CalendarEvent,
  minutes: readonly number[],
  now: Date,
): Alarms {
  const noted = remindersAtFirst(event, minutes, now.getTime());
  const defaults = before.components.filter((one) => one.name === "VALARM" && isDefault(one));
  return {
    components: [...defaults, ...alarmComponents(text(event.title), noted.minutes)],
    note: formatNote(noted),
  };
}

function alarmComponents(title: string, minutes: readonly number[]): readonly Component[] {
  return minutes.flatMap((each) => readComponent(alarmLines(title, each).join("\r\n")) ?? []);
}

/** Apple's calendars put one on every event, which may do nothing. */
function isDefault(alarm: Component): boolean {
  return valueOf(alarm, "ACTION")?.toUpperCase() === "NONE" ||
    valueOf(alarm, "X-APPLE-DEFAULT-ALARM")?.toUpperCase() === "TRUE";
}

function isOneOf(alarm: Component, minutes: readonly number[]): boolean {
  const each = minutesBefore(alarm);
  return each !== null && !isDefault(alarm) && minutes.includes(each) &&
    valueOf(alarm, "ACTION")?.toUpperCase() === "DISPLAY";
}

/** Before the start of the event; null: it rings at a time of its own, or by the end. */
function minutesBefore(alarm: Component): number | null {
  if (parameterOf(alarm, "TRIGGER", "RELATED")?.toUpperCase() === "END") return null;
  const [, sign, ...amounts] = DURATION.exec(valueOf(alarm, "TRIGGER") ?? "") ?? [];
  if (sign === undefined) return null;
  const size = MINUTES.reduce((sum, length, index) => sum + length * Number(amounts[index] ?? 0), 0);
  // No negative zero.
  return sign === "-" || size === 0 ? size : -size;
}

function known(minutes: readonly (number | null)[]): readonly number[] | null {
  return minutes.every((each) => each !== null) ? minutes : null;
}

/** An alarm of ours with the title that the event has now. */
function titled(alarm: Component, title: string): Component {
  return {
    ...alarm,
    lines: alarm.lines.map((line) => nameOf(line) === "DESCRIPTION" ? `DESCRIPTION:${title}` : line),
  };
}
