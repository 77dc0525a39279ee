import { z } from "zod";
import type { CalendarAnswer, TaggedEvent } from "../calendar-client.ts";
import { expiredPage } from "../listing.ts";
import type { GoogleAnswer } from "./answers.ts";
import { eventsPath, parsed } from "./calendars.ts";
import { OBLIGATION_PROPERTY, OWNER_PROPERTY } from "./event-body.ts";
import { isIdOfOwner } from "./event-id.ts";
import type { Target } from "./event-writes.ts";
import { type GoogleCall, withQuery } from "./http.ts";

/** The most that `events.list` allows. */
const EVENTS_PER_PAGE = 2500;
const FIELDS = "items(id,status,recurringEventId,extendedProperties/private,attendees/email),nextPageToken";

const EventPage = z.object({
  // Google leaves empty arrays out; a page may have no event on it and yet a next one.
  items: z.array(z.object({
    id: z.string(),
    status: z.string().optional(),
    recurringEventId: z.string().optional(),
    attendees: z.array(z.unknown()).optional(),
    extendedProperties: z.object({ private: z.record(z.string(), z.string()).optional() }).optional(),
  })).default([]),
  nextPageToken: z.string().optional(),
});
type Item = z.infer<typeof EventPage>["items"][number];

/**
 * Lists the live events in a calendar that carry the owner's tag.
 *
 * Google is asked for one property only, since its documents disagree on whether several have to match all or any.
 *
 * @param with_guests whether also those that the user invited somebody to
 * @source Google Calendar API v3 reference, events.list; guides "Extended properties" and "Improve performance"
 */
export function* listOwnEvents(
  { calendar, owner }: Target,
  with_guests = true,
): Generator<GoogleCall, CalendarAnswer<readonly TaggedEvent[]>, GoogleAnswer> {
  // A page shows an event a second time where others were written meanwhile.
  const events = new Map<string, TaggedEvent>();
  let page_token: string | undefined;
  do {
    const answer = yield {
      method: "GET",
      path: withQuery(eventsPath(calendar.id), {
        privateExtendedProperty: `${OWNER_PROPERTY}=${owner}`,
        showDeleted: "false",
        maxResults: EVENTS_PER_PAGE,
        fields: FIELDS,
        pageToken: page_token,
      }),
    };
    const expired = page_token === undefined ? null : expiredPage(answer);
    if (expired !== null) return expired;
    const page = parsed(answer, EventPage);
    if (page.kind !== "done") return page;
    for (const item of page.value.items) {
      const event = taggedEvent(item, owner);
      if (event !== null && (with_guests || !item.attendees?.length)) events.set(event.event_id, event);
    }
    page_token = page.value.nextPageToken || undefined;
  } while (page_token !== undefined);
  return { kind: "done", value: [...events.values()] };
}

/**
 * An event as ours; null where it is not, whatever made Google list it: what is listed may be deleted.
 *
 * Without `singleEvents`, occurrences that the user changed or cancelled of a series are listed beside it. They carry the
 * tags of the event that the user made a series of, and go with it.
 */
function taggedEvent(
  { id, status, recurringEventId, extendedProperties }: Item,
  owner: string,
): TaggedEvent | null {
  const tags = extendedProperties?.private;
  const obligation_id = tags?.[OBLIGATION_PROPERTY];
  if (!obligation_id || tags?.[OWNER_PROPERTY] !== owner) return null;
  if (status === "cancelled" || recurringEventId !== undefined) return null;
  // A copy has the tags and another id. It is its user's.
  if (!isIdOfOwner(id, owner)) return null;
  return { event_id: id, obligation_id };
}
