import ICAL from "ical.js";
import type { EventView } from "../control.ts";
import { readCalendar } from "./read-calendar.ts";

/** An event as the emulator's page shows it, but for its version. */
export function eventViewOf(id: string, text: string): Omit<EventView, "version"> {
  const event = readCalendar(text).getFirstSubcomponent("vevent");
  const textOf = (name: string) => {
    const value = event?.getFirstPropertyValue(name) ?? null;
    return value === null ? null : String(value);
  };
  const start = event?.getFirstPropertyValue("dtstart");
  const time = start instanceof ICAL.Time ? start : null;
  const is_timed = time !== null && !time.isDate;
  return {
    id,
    title: textOf("summary") ?? "(no title)",
    day: time?.toString().slice(0, "YYYY-MM-DD".length) ?? "",
    time: is_timed ? time.toString().slice("YYYY-MM-DDT".length, "YYYY-MM-DDTHH:MM".length) : null,
    time_zone: is_timed ? event?.getFirstProperty("dtstart")?.getFirstParameter("tzid") || "UTC" : null,
    reminders_minutes: (event?.getAllSubcomponents("valarm") ?? []).flatMap((alarm) =>
      minutesOf(alarm, time)
    ),
    description: textOf("description") ?? "",
    link: textOf("url"),
    obligation_id: textOf("x-ecocomply-obligation"),
  };
}

/** How long before the start an alarm rings; none where it cannot be said. */
function minutesOf(alarm: ICAL.Component, start: ICAL.Time | null): number[] {
  const trigger = alarm.getFirstPropertyValue("trigger");
  if (trigger instanceof ICAL.Duration) return [-trigger.toSeconds() / 60];
  if (trigger instanceof ICAL.Time && start !== null) return [start.subtractDate(trigger).toSeconds() / 60];
  return [];
}
