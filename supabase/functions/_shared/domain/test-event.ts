import { type CalendarEvent, eventTime } from "./calendar-event.ts";

/** In English: whom it is for sees it for minutes, beside a page in a language of theirs. */
const TITLE = "Test from EcoComply";
const DESCRIPTION =
  "You asked for this event to see that your deadlines reach this calendar. It is removed within ten minutes.";

/**
 * The event that a user asks for to see that events arrive. It reminds nobody.
 *
 * @param id what it is tagged with, where others have the id of their obligation
 * @param starts_at RFC 3339
 * @param time_zone IANA name
 * @returns null where no calendar can show that time
 */
export function testEventOf(id: string, starts_at: string, time_zone: string): CalendarEvent | null {
  const time = eventTime({ kind: "instant", at: starts_at, time_zone });
  return time && {
    obligation_id: id,
    title: TITLE,
    description: DESCRIPTION,
    time,
    url: null,
    completed: false,
    reminders_minutes: [],
  };
}
