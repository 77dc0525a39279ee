import { z } from "zod";
import { expiredPage } from "../listing.ts";
import { calendarPath, type CalendarProgram, missingCalendar, parsed, type Target } from "./calendars.ts";
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
 * Finds events by a tag, in one calendar alone, and reads another tag of theirs. Exchange moves what is deleted to another
 * folder, and lists a series without its occurrences.
 *
 * One property filtered and one expanded is what is documented. A filter that joins two of them is only seen in use, on
 * messages; that several can be expanded is reported both to work and to bring none at all.
 *
 * @param tag a property, and the value that the filter compares without regard to case
 * @param shown the property to read
 * @returns its values by the ids of their events; an event without it is left out
 * @source https://learn.microsoft.com/graph/api/singlevaluelegacyextendedproperty-get
 * @source https://learn.microsoft.com/graph/api/calendar-list-events
 * @source https://learn.microsoft.com/graph/paging
 */
export function* findTagged(
  target: Target,
  tag: { readonly property: string; readonly value: string },
  shown: string,
): CalendarProgram<ReadonlyMap<string, string>> {
  const first = withQuery(`${calendarPath(target.calendar)}/events`, {
    $filter: `singleValueExtendedProperties/Any(ep: ep/id eq ${odataString(tag.property)}` +
      ` and ep/value eq ${odataString(tag.value)})`,
    $expand: `singleValueExtendedProperties($filter=id eq ${odataString(shown)})`,
    $select: "id",
    $top: String(EVENTS_PER_PAGE),
  });
  // A page shows an event a second time where others were written meanwhile.
  const values = new Map<string, string>();
  for (let path = first;;) {
    const answer = yield { method: "GET", path };
    const expired = path === first ? null : expiredPage(answer);
    if (expired !== null) return expired;
    if (answer.kind === "gone") return yield* missingCalendar(target, target.calendar, answer.reason);
    const page = parsed(answer, EventPage);
    if (page.kind !== "done") return page;
    for (const item of page.value.value) {
      const value = valueOf(item, shown);
      if (value) values.set(item.id, value);
    }
    const link = page.value["@odata.nextLink"];
    if (!link) return { kind: "done", value: values };
    const next = pathBelow(target.graph_url, link);
    if (next === null) return { kind: "unknown", reason: "next_link", after_s: null };
    path = next;
  }
}

/** Exchange writes the GUID in a property's id as it likes. */
function valueOf({ singleValueExtendedProperties }: Item, property: string): string | null | undefined {
  return singleValueExtendedProperties?.find(({ id }) => id.toLowerCase() === property.toLowerCase())?.value;
}
