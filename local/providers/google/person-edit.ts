import { randomToken } from "../observed-state.ts";
import { type ClockTime, editedTime, type PersonEdit, type TimeEdit, withOffset } from "../person-edit.ts";
import { htmlLinkOf } from "./event-page.ts";
import type { CalendarEntry, EventDateTime, EventResource } from "./state.ts";

/** The calendar of an event: its clock is that of an event that was all day. */
type Clock = Pick<CalendarEntry, "id" | "timeZone">;

/** An event as Google's own page leaves it; a copy is an event of its own. */
export function editedEvent(event: EventResource, edit: PersonEdit, calendar: Clock): EventResource {
  switch (edit.kind) {
    case "move":
    case "lengthen":
      return movedEvent(event, edit, calendar);
    case "rename":
      return { ...event, summary: edit.title };
    case "delete":
      return { ...event, status: "cancelled" };
    case "put_back":
      return { ...event, status: "confirmed" };
    case "repeat":
      return { ...event, recurrence: ["RRULE:FREQ=WEEKLY"] };
    case "invite":
      return { ...event, attendees: [{ email: edit.email, responseStatus: "needsAction" }] };
    case "copy": {
      // Whether Google copies private properties is not documented: the harder case.
      const id = randomToken("");
      return { ...event, id, iCalUID: `${id}@google.com`, htmlLink: htmlLinkOf(id, calendar.id) };
    }
  }
}

function movedEvent(
  event: EventResource,
  edit: TimeEdit,
  calendar: Clock,
): EventResource {
  const time = editedTime(clockTimeOf(event), edit);
  const sequence = event.sequence + 1;
  if (time.kind === "all_day") {
    return { ...event, start: { date: time.start_date }, end: { date: time.end_date }, sequence };
  }
  const zone = event.start.timeZone ?? calendar.timeZone;
  return { ...event, start: inZone(time.start, zone), end: inZone(time.end, zone), sequence };
}

/** The API shows a time with the offset of its own clock. */
function clockTimeOf({ start, end }: EventResource): ClockTime {
  const clock = ({ dateTime = "" }: EventDateTime) => dateTime.slice(0, "YYYY-MM-DDTHH:MM:SS".length);
  return start.date === undefined
    ? { kind: "timed", start: clock(start), end: clock(end) }
    : { kind: "all_day", start_date: start.date, end_date: end.date ?? start.date };
}

function inZone(clock: string, timeZone: string): EventDateTime {
  return { dateTime: withOffset(clock, timeZone), timeZone };
}
