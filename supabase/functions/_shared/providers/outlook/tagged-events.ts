import { z } from "zod";
import { expiredPage } from "../listing.ts";
import { calendarPath, type CalendarProgram, readOf, type Target } from "./calendars.ts";
import { odataString, pathBelow, withProperty, withQuery } from "./http.ts";

/** Graph allows 1,000; others were answered 504 on long pages (keeper.sh 7bd659df). */
const EVENTS_PER_PAGE = 250;

/** What every listed event has: its id, and the tag that was asked for where it carries it. */
export const TaggedResource = z.object({
  id: z.string().min(1),
  singleValueExtendedProperties: z.array(z.object({ id: z.string(), value: z.string().nullish() })).nullish(),
});
type TaggedResource = z.infer<typeof TaggedResource>;

/** A listing of events that carry a tag. */
interface TaggedListing<Item extends TaggedResource> {
  /** A property, and the value that the filter compares without regard to case. */
  readonly tag: { readonly property: string; readonly value: string };
  /** The one property that comes along with each event. */
  readonly shown: string;
  /** What to read of an event; the property comes along. */
  readonly select: string;
  readonly item: z.ZodType<Item>;
  /** As `GraphCall` has it. */
  readonly prefer?: string;
}

/**
 * Finds events by a tag, in one calendar alone. Exchange moves what is deleted to another folder, and lists a series without its
 * occurrences.
 *
 * One property filtered and one expanded is what is documented. A filter that joins two of them is only seen in use, on
 * messages; that several can be expanded is reported both to work and to bring none at all.
 *
 * @returns each event once
 * @source https://learn.microsoft.com/graph/api/singlevaluelegacyextendedproperty-get
 * @source https://learn.microsoft.com/graph/api/calendar-list-events
 * @source https://learn.microsoft.com/graph/paging
 */
export function* listTagged<Item extends TaggedResource>(
  target: Target,
  { tag, shown, select, item, prefer }: TaggedListing<Item>,
): CalendarProgram<readonly Item[]> {
  const Page = z.object({ value: z.array(item), "@odata.nextLink": z.string().nullish() });
  const first = withQuery(`${calendarPath(target.calendar)}/events`, {
    $filter: `singleValueExtendedProperties/Any(ep: ep/id eq ${odataString(tag.property)}` +
      ` and ep/value eq ${odataString(tag.value)})`,
    $expand: withProperty(shown),
    $select: select,
    $top: String(EVENTS_PER_PAGE),
  });
  // A page shows an event a second time where others were written meanwhile.
  const items = new Map<string, Item>();
  for (let path = first;;) {
    const answer = yield { method: "GET", path, ...(prefer === undefined ? {} : { prefer }) };
    const expired = path === first ? null : expiredPage(answer);
    if (expired !== null) return expired;
    const page = yield* readOf(target, target.calendar, answer, Page);
    if (page.kind !== "done") return page;
    for (const one of page.value.value) items.set(one.id, one);
    const link = page.value["@odata.nextLink"];
    if (!link) return { kind: "done", value: [...items.values()] };
    const next = pathBelow(target.graph_url, link);
    if (next === null) return { kind: "unknown", reason: "next_link", after_s: null };
    path = next;
  }
}

/** The value of a property; null where the event has none. Exchange writes the GUID in a property's id as it likes. */
export function tagOf(
  { singleValueExtendedProperties }: Omit<TaggedResource, "id">,
  property: string,
): string | null {
  const wanted = property.toLowerCase();
  return singleValueExtendedProperties?.find(({ id }) => id.toLowerCase() === wanted)?.value || null;
}
