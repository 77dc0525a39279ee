import type { CalendarAnswer, EventNews } from "../calendar-client.ts";
import { type GoogleAnswer, isBurned, isUnused } from "./answers.ts";
import { eventPath, type Target } from "./event-writes.ts";
import type { GoogleCall } from "./http.ts";
import { seenEventOf } from "./seen-event.ts";

/** What became of an event, by its id: one call. A deleted one is answered with the status `cancelled`. */
export function* findEvent(
  { calendar, owner }: Target,
  event_id: string,
): Generator<GoogleCall, CalendarAnswer<EventNews>, GoogleAnswer> {
  const answer = yield { method: "GET", path: eventPath(calendar.id, event_id) };
  if (isUnused(answer) || (answer.kind !== "rejected" && isBurned(answer))) {
    return { kind: "done", value: { kind: "gone", event_id } };
  }
  if (answer.kind !== "ok") return answer;
  const event = seenEventOf(answer.body, owner);
  return event === null
    ? { kind: "unknown", reason: "unreadable", after_s: null }
    : { kind: "done", value: { kind: "shown", event } };
}
