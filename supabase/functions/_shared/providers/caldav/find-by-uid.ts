import { readComponent, valueOf } from "../../icalendar/component.ts";
import type { Failure } from "../outcome.ts";
import { isTooLarge, mayBeUnsupported } from "./answers.ts";
import { calendarUrl, type DavSteps, missingCalendar, multistatusOf, type Target } from "./calendars.ts";
import { filesIn, filesOf, listFiles } from "./file-listing.ts";
import { queryByUidBody } from "./requests.ts";

type Found = Failure | { readonly kind: "found"; readonly urls: readonly URL[] };

/** Finds files by the UID of their event, whatever they are called. */
export function* findByUid(target: Target, event_id: string): DavSteps<Found> {
  const url = calendarUrl(target.places, target.calendar.id);
  const asked = yield { method: "REPORT", url, depth: "1", body: queryByUidBody(event_id) };
  if (asked.kind === "gone") return yield* missingCalendar(target, asked);
  // A server that does not look at the UID answers with all that the calendar holds.
  if (mayBeUnsupported(asked) || isTooLarge(asked)) {
    const files = filesIn(yield* listFiles(target));
    if (files.kind !== "done") return files;
    return {
      kind: "found",
      urls: files.value.filter(({ name }) => name === event_id).map((file) => file.url),
    };
  }
  const read = multistatusOf(asked);
  if (read.kind !== "done") return read;
  // A server finds by a part of the UID, too, as `…-g1` in `…-g10`, or does not look at it at all.
  const responses = read.value.responses.filter(({ properties }) =>
    holdsEvent(properties.get("calendar-data")?.text ?? "", event_id)
  );
  return { kind: "found", urls: filesOf({ ...read.value, responses }, url).map((file) => file.url) };
}

function holdsEvent(text: string, event_id: string): boolean {
  const events = readComponent(text.trim())?.components.filter(({ name }) => name === "VEVENT") ?? [];
  return events.some((event) => valueOf(event, "UID")?.trim() === event_id);
}
