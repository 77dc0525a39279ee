import type { CalendarAnswer, EventNews } from "../calendar-client.ts";
import type { GraphAnswer } from "./answers.ts";
import { parsed, type Target } from "./calendars.ts";
import { OBLIGATION_PROPERTY } from "./event-body.ts";
import { eventPath, standsElsewhere } from "./event-place.ts";
import { type GraphCall, odataString, withQuery } from "./http.ts";
import { IN_UTC, SEEN_FIELDS, seenEventOf, SeenResource } from "./seen-event.ts";

/**
 * What became of an event, by its id: a call, and where it is there, one for each other calendar until it is found in one. An event
 * that stands in another calendar is gone from this one.
 */
export function* findEvent(
  target: Target,
  event_id: string,
): Generator<GraphCall, CalendarAnswer<EventNews>, GraphAnswer> {
  const gone = { kind: "done", value: { kind: "gone", event_id } } as const;
  const answer = yield {
    method: "GET",
    path: withQuery(eventPath(event_id), {
      $select: SEEN_FIELDS,
      $expand: `singleValueExtendedProperties($filter=id eq ${odataString(OBLIGATION_PROPERTY)})`,
    }),
    prefer: IN_UTC,
  };
  if (answer.kind === "gone") return gone;
  const read = parsed(answer, SeenResource);
  if (read.kind !== "done") return read;
  const event = seenEventOf(read.value);
  if (event.obligation_id !== null) {
    const elsewhere = yield* standsElsewhere(target, event.obligation_id, event_id);
    if (elsewhere.kind !== "done") return elsewhere;
    if (elsewhere.value) return gone;
  }
  return { kind: "done", value: { kind: "shown", event } };
}
