import { z } from "zod";
import type { Failure } from "../outcome.ts";
import type { GraphAnswer } from "./answers.ts";
import { type CalendarProgram, listCalendars, type Target } from "./calendars.ts";
import { OBLIGATION_PROPERTY } from "./event-body.ts";
import { type GraphCall, pathTo, withProperty, withQuery } from "./http.ts";
import { findOwnEvents } from "./own-events.ts";
import { TaggedResource, tagOf } from "./tagged-events.ts";

/** A question about where events stand, as the calls to Graph that it takes. */
type Question<T> = Generator<GraphCall, Failure | T, GraphAnswer>;

/** Where an event stands, as far as its calendar is concerned. */
export type EventPlace =
  /** In the calendar; or in none, and written so short a time ago that its calendar may only not show it yet. */
  | { readonly kind: "here" }
  /** Deleted, or (`elsewhere`) in another calendar of the mailbox. `other_id`: another event of ours stands in its place. */
  | {
    readonly kind: "not_here";
    readonly elsewhere: { readonly has_guests: boolean } | null;
    readonly other_id: string | null;
  };

/**
 * Listings lag behind a write, by minutes at most as far as was seen. What is in none of them after that is deleted: an immutable id
 * may go on answering while its event lies among the deleted ones.
 *
 * @source github.com/microsoftgraph/msgraph-sdk-dotnet #3047
 */
const LISTING_LAG_MAX_MS = 600_000;

/** What tells whether listings must show an event by now: the tag of its obligation, and when it was written. */
export const UnlistedResource = TaggedResource.omit({ id: true }).extend({
  lastModifiedDateTime: z.string().nullish(),
});
const Guests = UnlistedResource.extend({ attendees: z.array(z.unknown()).nullish() });

/** The path of an event: its id holds in the whole mailbox, whichever calendar it stands in. */
export function eventPath(event_id: string): string {
  return pathTo("me", "events", event_id);
}

/**
 * Finds out where an event of ours stands. Graph does not say it of an event, so where it is not found in its calendar, the others
 * are looked through.
 */
export function* findPlace(target: Target, obligation_id: string, event_id: string): Question<EventPlace> {
  const here = yield* findOwnEvents(target, obligation_id);
  if (here.kind !== "done") return here;
  if (here.value.some((event) => event.event_id === event_id)) return { kind: "here" };
  const read = yield {
    method: "GET",
    path: withQuery(eventPath(event_id), {
      $select: "attendees,lastModifiedDateTime",
      $expand: withProperty(OBLIGATION_PROPERTY),
    }),
  };
  const other_id = here.value[0]?.event_id ?? null;
  if (read.kind === "gone") return { kind: "not_here", elsewhere: null, other_id };
  if (read.kind !== "ok") return read;
  const event = Guests.safeParse(read.body).data;
  if (event === undefined) return { kind: "unknown", reason: "unreadable", after_s: null };
  const elsewhere = yield* listElsewhere(target, obligation_id);
  if (elsewhere.kind !== "done") return elsewhere;
  if (elsewhere.value.has(event_id)) {
    return { kind: "not_here", elsewhere: { has_guests: (event.attendees?.length ?? 0) > 0 }, other_id };
  }
  return mayBeUnlisted(event) ? { kind: "here" } : { kind: "not_here", elsewhere: null, other_id };
}

/**
 * Lists the owner's events in all calendars of the mailbox but the target's. Calendars that we may not read, such as those that
 * colleagues share, hold none.
 *
 * @param obligation_id null: events of all obligations
 * @returns their ids
 */
export function* listElsewhere(
  target: Target,
  obligation_id: string | null,
): CalendarProgram<ReadonlySet<string>> {
  const calendars = yield* listCalendars(target);
  if (calendars.kind !== "done") return calendars;
  const event_ids = new Set<string>();
  for (const { id, primary, writable } of calendars.value) {
    // Users can move no event into a calendar that they may only read.
    if (!writable) continue;
    if (target.calendar.role === "primary" ? primary : id === target.calendar.id) continue;
    const calendar = { id, role: primary ? "primary" : "other" } as const;
    const there = yield* findOwnEvents({ ...target, calendar }, obligation_id);
    if (there.kind === "done") there.value.forEach(({ event_id }) => event_ids.add(event_id));
    else if (!UNREADABLE_CALENDAR.includes(there.kind)) return there;
  }
  return { kind: "done", value: event_ids };
}

/** How a listing is refused for its calendar's sake; one may have been deleted since the calendars were listed. */
const UNREADABLE_CALENDAR: readonly Failure["kind"][] = ["calendar_missing", "needs_reconnect", "rejected"];

/**
 * Whether an event that its id finds, and no listing, may stand in its calendar all the same: it has no tag of ours yet, as one that
 * another program made, or was written a short time ago.
 */
export function mayBeUnlisted(event: z.infer<typeof UnlistedResource>): boolean {
  const is_long_ago = Date.parse(event.lastModifiedDateTime ?? "") <= Date.now() - LISTING_LAG_MAX_MS;
  return tagOf(event, OBLIGATION_PROPERTY) === null || !is_long_ago;
}
