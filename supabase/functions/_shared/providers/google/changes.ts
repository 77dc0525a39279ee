import { z } from "zod";
import type { CalendarAnswer, CalendarNews, EventNews } from "../calendar-client.ts";
import { expiredPage } from "../listing.ts";
import type { GoogleAnswer } from "./answers.ts";
import { eventsPath, parsed } from "./calendars.ts";
import { OWNER_PROPERTY } from "./event-body.ts";
import { isIdOfOwner } from "./event-id.ts";
import type { Target } from "./event-writes.ts";
import { type GoogleCall, withQuery } from "./http.ts";
import { SEEN_FIELDS, seenEventOf } from "./seen-event.ts";

/** The most that `events.list` allows. */
const EVENTS_PER_PAGE = 2500;
/** Where events are listed that are not ours: with a hundred guests each, a page has to stay below `ANSWER_BYTES_MAX`. */
const FOREIGN_EVENTS_PER_PAGE = 1000;

const ChangesPage = z.object({
  // Google leaves empty arrays out; a page may have no event on it and yet a next one.
  items: z.array(z.looseObject({
    id: z.string(),
    status: z.string().optional(),
    recurringEventId: z.string().optional(),
    extendedProperties: z.object({ private: z.record(z.string(), z.string()).optional() }).optional(),
  })).default([]),
  nextPageToken: z.string().optional(),
  nextSyncToken: z.string().optional(),
});
type Item = z.infer<typeof ChangesPage>["items"][number];

type Listing = Generator<GoogleCall, CalendarAnswer<CalendarNews>, GoogleAnswer>;

/**
 * What changed in a calendar since the listing that gave `cursor`, which is Google's sync token.
 *
 * Google refuses a filter beside a sync token, so the whole calendar is listed, and what is not the owner's is left out here.
 *
 * @param cursor null: everything
 * @source Google Calendar API guide, "Synchronize resources efficiently"; v3 reference, events.list
 */
export function* listChanges(target: Target, cursor: string | null): Listing {
  const since = cursor === null ? null : yield* listSince(target, cursor);
  return since ?? (yield* listPages(target, null));
}

/**
 * @returns null where the sync token may be the reason of a refusal: Google says so with 410, and with 400 to one that it cannot
 * read. Of any other refusal the complete listing tells as well.
 */
function* listSince(
  target: Target,
  cursor: string,
): Generator<GoogleCall, CalendarAnswer<CalendarNews> | null, GoogleAnswer> {
  const listing = listPages(target, cursor);
  let step = listing.next();
  while (!step.done) {
    const answer = yield step.value;
    if (answer.kind === "gone" || answer.kind === "rejected" || answer.kind === "retry") return null;
    step = listing.next(answer);
  }
  return step.value;
}

function* listPages({ calendar, owner }: Target, sync_token: string | null): Listing {
  // A page shows an event a second time where it was written meanwhile.
  const news = new Map<string, EventNews>();
  let page_token: string | undefined;
  let next_cursor: string | undefined;
  do {
    const answer = yield {
      method: "GET",
      path: withQuery(eventsPath(calendar.id), {
        maxResults: calendar.role === "own" ? EVENTS_PER_PAGE : FOREIGN_EVENTS_PER_PAGE,
        fields: `items(${SEEN_FIELDS}),nextPageToken,nextSyncToken`,
        syncToken: sync_token ?? undefined,
        pageToken: page_token,
      }),
    };
    const expired = page_token === undefined ? null : expiredPage(answer);
    if (expired !== null) return expired;
    const page = parsed(answer, ChangesPage);
    if (page.kind !== "done") return page;
    for (const item of page.value.items) {
      if (!isOwn(item, owner)) continue;
      const one = newsOf(item, owner);
      if (one !== null) news.set(item.id, one);
      // Left out of a complete listing, an event of ours would look deleted.
      else if (isIdOfOwner(item.id, owner)) return { kind: "unknown", reason: "unreadable", after_s: null };
    }
    page_token = page.value.nextPageToken || undefined;
    next_cursor = page.value.nextSyncToken || undefined;
  } while (page_token !== undefined);
  return {
    kind: "done",
    value: { news: [...news.values()], is_complete: sync_token === null, cursor: next_cursor ?? null },
  };
}

/**
 * Whether an event is the owner's, by its id or its tag: a deleted one has nothing but its id, a copy nothing but the tag.
 *
 * Occurrences that the user changed or cancelled of a series are listed beside it, and are no events of their own.
 */
function isOwn({ id, recurringEventId, extendedProperties }: Item, owner: string): boolean {
  if (recurringEventId !== undefined) return false;
  return isIdOfOwner(id, owner) || extendedProperties?.private?.[OWNER_PROPERTY] === owner;
}

function newsOf(item: Item, owner: string): EventNews | null {
  if (item.status === "cancelled") return { kind: "gone", event_id: item.id };
  const event = seenEventOf(item, owner);
  return event && { kind: "shown", event };
}
