import { z } from "zod";
import type { CalendarAnswer, EventNews } from "../calendar-client.ts";
import { askEach } from "../listing.ts";
import { type CalendarProgram, parsed, type Target } from "./calendars.ts";
import { OBLIGATION_PROPERTY } from "./event-body.ts";
import { eventPath, listElsewhere, mayBeUnlisted, UnlistedResource } from "./event-place.ts";
import { withProperty, withQuery } from "./http.ts";
import { IN_UTC, SEEN_FIELDS, seenEventOf, SeenResource } from "./seen-event.ts";

const FoundResource = z.intersection(SeenResource, UnlistedResource);
type FoundResource = z.infer<typeof FoundResource>;

/**
 * What became of events, by their ids: a call each, and where one is there, one for each other calendar. An event that stands in
 * another calendar, or for long in none, is gone from this one.
 */
export function* findEvents(
  target: Target,
  event_ids: readonly string[],
): CalendarProgram<readonly EventNews[]> {
  const read = yield* askEach(event_ids, readEvent);
  if (read.kind !== "done") return read;
  const are_all_gone = read.value.every((event) => event === null);
  const elsewhere = are_all_gone ? NOWHERE : yield* listElsewhere(target, null);
  if (elsewhere.kind !== "done") return elsewhere;
  const news = read.value.map((found, index): EventNews => {
    const event_id = event_ids[index] ?? "";
    const event = found && seenEventOf(found);
    if (found === null || event === null || elsewhere.value.has(event_id)) return { kind: "gone", event_id };
    return mayBeUnlisted(found) ? { kind: "shown", event } : { kind: "gone", event_id };
  });
  return { kind: "done", value: news };
}

const NOWHERE: CalendarAnswer<ReadonlySet<string>> = { kind: "done", value: new Set() };

/** Reads an event by its id. Null: it does not exist. */
function* readEvent(event_id: string): CalendarProgram<FoundResource | null> {
  const answer = yield {
    method: "GET",
    path: withQuery(eventPath(event_id), {
      $select: `${SEEN_FIELDS},lastModifiedDateTime`,
      $expand: withProperty(OBLIGATION_PROPERTY),
    }),
    prefer: IN_UTC,
  };
  return answer.kind === "gone" ? { kind: "done", value: null } : parsed(answer, FoundResource);
}
