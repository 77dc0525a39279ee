import type { CalendarAnswer, EventNews } from "../calendar-client.ts";
import { type DavSteps, fileUrl, type Target } from "./calendars.ts";
import { strongForm } from "./file-listing.ts";
import { zoneOfCalendar } from "./read-events.ts";
import { readSeenEvent } from "./seen-event.ts";

/** What became of an event, by the name of its file: one request, and one more where only its calendar says its time zone. */
export function* findEvent(target: Target, event_id: string): DavSteps<CalendarAnswer<EventNews>> {
  const gone = { kind: "done", value: { kind: "gone", event_id } } as const;
  const answer = yield { method: "GET", url: fileUrl(target.places, target.calendar.id, event_id) };
  if (answer.kind === "gone") return gone;
  if (answer.kind !== "ok") return answer;
  const file = { name: event_id, etag: strongForm(answer.headers.get("etag")), text: answer.text };
  let reading = readSeenEvent(file, target.owner, null);
  if (reading.kind === "needs_zone") {
    const zone = yield* zoneOfCalendar(target);
    if (zone.kind !== "done") return zone;
    reading = readSeenEvent(file, target.owner, zone.value);
  }
  return reading.kind === "seen" ? { kind: "done", value: { kind: "shown", event: reading.event } } : gone;
}
