import {
  type ClockTime,
  editedTime,
  type PersonEdit,
  withOffset,
} from "../../../../local/providers/person-edit.ts";
import type { ToyCalendar, ToyEvent } from "./server.ts";

/**
 * Does what its user does to an event.
 *
 * @returns false where there is no such event
 */
export function editToyEvent({ events, deleted }: ToyCalendar, id: string, edit: PersonEdit): boolean {
  const event = edit.kind === "put_back" ? deleted.get(id) : events.get(id);
  if (event === undefined) return false;
  const version = event.version + 1;
  switch (edit.kind) {
    case "delete":
      events.delete(id);
      deleted.set(id, event);
      break;
    case "put_back":
      events.set(id, { ...event, version });
      break;
    case "copy":
      events.set(crypto.randomUUID(), { ...event, owner: null, obligation_id: null });
      break;
    default:
      events.set(id, { ...event, ...changed(event, edit), version });
  }
  return true;
}

function changed(
  event: ToyEvent,
  edit: Exclude<PersonEdit, { kind: "delete" | "put_back" | "copy" }>,
): Partial<ToyEvent> {
  switch (edit.kind) {
    case "rename":
      return { title: edit.title };
    case "repeat":
      return { repeats: true };
    case "invite":
      return { guests: [...event.guests, edit.email] };
    case "move":
    case "lengthen": {
      const time = editedTime(clockTimeOf(event), edit);
      if (time.kind === "all_day") return { start: time.start_date, end: time.end_date, time_zone: null };
      const time_zone = event.time_zone ?? "UTC";
      return { start: withOffset(time.start, time_zone), end: withOffset(time.end, time_zone), time_zone };
    }
  }
}

function clockTimeOf({ start, end, time_zone }: ToyEvent): ClockTime {
  const clock = (text: string) => text.slice(0, "YYYY-MM-DDTHH:MM:SS".length);
  return time_zone === null
    ? { kind: "all_day", start_date: start, end_date: end }
    : { kind: "timed", start: clock(start), end: clock(end) };
}
