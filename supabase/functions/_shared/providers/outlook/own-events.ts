import { z } from "zod";
import type { TaggedEvent } from "../calendar-client.ts";
import { expiredPage } from "../listing.ts";
import { calendarPath, type CalendarProgram, missingCalendar, parsed } from "./calendars.ts";
import { EVENT_OWNER_PROPERTY, OBLIGATION_PROPERTY } from "./event-body.ts";
import { taggedFilter, type Target } from "./event-writes.ts";
import { odataString, pathBelow, withQuery } from "./http.ts";

/** Graph allows 1,000; others were answered 504 on long pages (keeper.sh 7bd659df). */
const EVENTS_PER_PAGE = 250;

const EventPage = z.object({
  value: z.array(z.object({
    id: z.string().min(1),
    singleValueExtendedProperties: z.array(z.object({ id: z.string(), value: z.string().nullish() }))
      .nullish(),
  })),
  "@odata.nextLink": z.string().nullish(),
});
type Item = z.infer<typeof EventPage>["value"][number];

/**
 * Lists the events in a calendar that carry the owner's tag. Exchange moves what is deleted to another folder, and lists
 * a series without its occurrences.
 *
 * The owner is left to the filter, and one property expanded: that several can be is not documented, and
 * reported both to work and to bring none at all.
 *
 * @source https://learn.microsoft.com/graph/api/singlevaluelegacyextendedproperty-get
 * @source https://learn.microsoft.com/graph/api/calendar-list-events
 * @source https://learn.microsoft.com/graph/paging
 */
export function* listOwnEvents(target: Target): CalendarProgram<readonly TaggedEvent[]> {
  const first = withQuery(`${calendarPath(target.calendar)}/events`, {
    $filter: taggedFilter(EVENT_OWNER_PROPERTY, target.owner),
    $expand: `singleValueExtendedProperties($filter=id eq ${odataString(OBLIGATION_PROPERTY)})`,
    $select: "id",
    $top: String(EVENTS_PER_PAGE),
  });
  // A page shows an event a second time where others were written meanwhile.
  const events = new Map<string, TaggedEvent>();
  for (let path = first;;) {
    const answer = yield { method: "GET", path };
    const expired = path === first ? null : expiredPage(answer);
    if (expired !== null) return expired;
    if (answer.kind === "gone") return yield* missingCalendar(target, target.calendar, answer.reason);
    const page = parsed(answer, EventPage);
    if (page.kind !== "done") return page;
    for (const item of page.value.value) {
      const obligation_id = obligationOf(item);
      if (obligation_id) events.set(item.id, { event_id: item.id, obligation_id });
    }
    const link = page.value["@odata.nextLink"];
    if (!link) return { kind: "done", value: [...events.values()] };
    const next = pathBelow(target.graph_url, link);
    if (next === null) return { kind: "unknown", reason: "next_link", after_s: null };
    path = next;
  }
}

/** Exchange writes the GUID in a property's id as it likes. */
function obligationOf({ singleValueExtendedProperties }: Item): string | null | undefined {
  return singleValueExtendedProperties?.find(({ id }) =>
    id.toLowerCase() === OBLIGATION_PROPERTY.toLowerCase()
  )?.value;
}
