import { type ClockTime, editedTime, type PersonEdit, type TimeEdit } from "../person-edit.ts";
import { copyEvent, deleteEvent } from "./mailbox.ts";
import type { OutlookCalendar, OutlookEvent, OutlookState } from "./state.ts";

const DATE_CHARACTERS = 10;

/**
 * Does to an event what Outlook's own apps do.
 *
 * @returns false where there is no such event
 */
export function editAsPerson(
  state: OutlookState,
  calendar: OutlookCalendar,
  event_id: string,
  edit: PersonEdit,
): boolean {
  const event = (edit.kind === "put_back" ? calendar.deleted : calendar.events).get(event_id);
  if (event === undefined) return false;
  const changeKey = state.nextChangeKey();
  switch (edit.kind) {
    case "put_back":
      // Out of the folder of deleted items: the same event as before.
      calendar.deleted.delete(event_id);
      calendar.events.set(event_id, { ...event, changeKey });
      break;
    case "delete":
      deleteEvent({ event, calendar });
      break;
    case "copy":
      copyEvent({ event, calendar }, calendar, changeKey);
      break;
    default:
      calendar.events.set(event_id, {
        ...editedEvent(event, edit),
        changeKey,
        lastModifiedDateTime: new Date().toISOString(),
      });
  }
  return true;
}

function editedEvent(
  event: OutlookEvent,
  edit: Exclude<PersonEdit, { kind: "put_back" | "delete" | "copy" }>,
): OutlookEvent {
  switch (edit.kind) {
    case "move":
    case "lengthen":
      return movedEvent(event, edit);
    case "rename":
      return { ...event, subject: edit.title };
    case "repeat":
      return {
        ...event,
        recurrence: {
          pattern: { type: "weekly", interval: 1, daysOfWeek: ["monday"] },
          range: { type: "noEnd", startDate: event.start.dateTime.slice(0, DATE_CHARACTERS) },
        },
      };
    case "invite":
      return { ...event, attendees: [{ type: "required", emailAddress: { address: edit.email } }] };
  }
}

function movedEvent(event: OutlookEvent, edit: TimeEdit): OutlookEvent {
  const time = editedTime(clockTimeOf(event), edit);
  if (time.kind === "all_day") {
    return { ...event, isAllDay: true, start: midnight(time.start_date), end: midnight(time.end_date) };
  }
  const { timeZone } = event.start;
  return {
    ...event,
    isAllDay: false,
    start: { dateTime: time.start, timeZone },
    end: { dateTime: time.end, timeZone },
  };
}

/** Times are kept as they were sent, each on its own clock. */
function clockTimeOf({ isAllDay, start, end }: OutlookEvent): ClockTime {
  return isAllDay
    ? {
      kind: "all_day",
      start_date: start.dateTime.slice(0, DATE_CHARACTERS),
      end_date: end.dateTime.slice(0, DATE_CHARACTERS),
    }
    : { kind: "timed", start: start.dateTime, end: end.dateTime };
}

function midnight(date: string) {
  return { dateTime: `${date}T00:00:00`, timeZone: "UTC" };
}
