import type { CalendarEvent } from "../../domain/calendar-event.ts";
import { fileUrl, type Target } from "./calendars.ts";
import { fileWithFirstAlarms } from "./event-file.ts";
import { type DavProgram, overwriteFile } from "./event-writes.ts";
import { findByUid } from "./find-by-uid.ts";

/** Gives an event the alarms that it would be created with. `gone`: it is not there, and is not made anew. */
export function* setReminders(target: Target, event_id: string, event: CalendarEvent): DavProgram {
  const url = fileUrl(target.places, target.calendar.id, event_id);
  const written = yield* overwriteFile(target, url, event_id, event, null, fileWithFirstAlarms);
  if (written !== null) return written;
  // Its user, or the server, may have given the file another name.
  const found = yield* findByUid(target, event_id);
  if (found.kind !== "found") return found;
  const [elsewhere] = found.urls;
  const rewritten = elsewhere === undefined
    ? null
    : yield* overwriteFile(target, elsewhere, event_id, event, null, fileWithFirstAlarms);
  return rewritten ?? { kind: "gone", reason: "not_found" };
}
