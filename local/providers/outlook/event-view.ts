import type { EventView } from "../control.ts";
import { textOf } from "./event-content.ts";
import type { OutlookEvent } from "./state.ts";

/** Whatever the GUID of its client is. */
const TAG = / Name obligation_id$/;
/** There is no field for a link: it is the last line of the text. */
const LAST_LINK = /(https?:\/\/\S+)\s*$/;

/** An event as the emulator's page shows it. */
export function eventViewOf(event: OutlookEvent): EventView {
  const { id, changeKey, subject, start, isAllDay, extendedProperties } = event;
  const description = textOf(event.body).replaceAll("\r\n", "\n").trim();
  return {
    id,
    version: changeKey,
    title: subject ?? "(no title)",
    day: start.dateTime.slice(0, 10),
    time: isAllDay ? null : start.dateTime.slice(11, 16),
    time_zone: start.timeZone,
    reminders_minutes: event.isReminderOn ? [event.reminderMinutesBeforeStart] : [],
    description,
    link: LAST_LINK.exec(description)?.[1] ?? null,
    obligation_id: [...extendedProperties].find(([name]) => TAG.test(name))?.[1] ?? null,
  };
}
