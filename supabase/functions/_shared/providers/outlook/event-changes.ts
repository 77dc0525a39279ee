import type { CalendarNews } from "../calendar-client.ts";
import type { CalendarProgram, Target } from "./calendars.ts";
import { EVENT_OWNER_PROPERTY, OBLIGATION_PROPERTY } from "./event-body.ts";
import { IN_UTC, SEEN_FIELDS, seenEventOf, SeenResource } from "./seen-event.ts";
import { listTagged } from "./tagged-events.ts";

/**
 * Lists the owner's events in a calendar as they are now: always all of them, a call for each 250.
 *
 * Graph's delta query would tell less. Version 1.0 has it for a window of time that its token keeps for ever, and its reference for
 * the primary calendar alone (the guide says: also for others); it cannot bring our tags along (`$select` and `$expand` are refused);
 * and what it calls `@removed` may just have left the window. An event that is missing here is not in this calendar: it was deleted, or its user moved it to another
 * one.
 *
 * @source https://learn.microsoft.com/graph/api/event-delta, https://learn.microsoft.com/graph/delta-query-events
 */
export function* listChanges(target: Target): CalendarProgram<CalendarNews> {
  const listed = yield* listTagged(target, {
    tag: { property: EVENT_OWNER_PROPERTY, value: target.owner },
    shown: OBLIGATION_PROPERTY,
    select: SEEN_FIELDS,
    item: SeenResource,
    prefer: IN_UTC,
  });
  if (listed.kind !== "done") return listed;
  return {
    kind: "done",
    value: {
      news: listed.value.map((event) => ({ kind: "shown", event: seenEventOf(event) })),
      is_complete: true,
      cursor: null,
    },
  };
}
