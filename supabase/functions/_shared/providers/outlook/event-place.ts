import { z } from "zod";
import type { CalendarAnswer, TaggedEvent } from "../calendar-client.ts";
import type { Failure } from "../outcome.ts";
import type { GraphAnswer } from "./answers.ts";
import { listCalendars, type Target } from "./calendars.ts";
import { type GraphCall, pathTo, withQuery } from "./http.ts";
import { findOwnEvents } from "./own-events.ts";

/** A question about where events stand, as the calls to Graph that it takes. */
type Question<T> = Generator<GraphCall, Failure | T, GraphAnswer>;

/** Where an event stands, as far as its calendar is concerned. */
export type EventPlace =
  /** In the calendar; or nowhere else, so that the calendar may only not show it yet. */
  | { readonly kind: "here" }
  /** Deleted, or (`elsewhere`) in another calendar of the mailbox. `other_id`: another event of ours stands in its place. */
  | {
    readonly kind: "not_here";
    readonly elsewhere: { readonly has_guests: boolean } | null;
    readonly other_id: string | null;
  };

const Guests = z.object({ attendees: z.array(z.unknown()).nullish() });

/** The path of an event: its id holds in the whole mailbox, whichever calendar it stands in. */
export function eventPath(event_id: string): string {
  return pathTo("me", "events", event_id);
}

/**
 * Finds out where an event of ours stands. Graph does not say it of an event, so every calendar is looked through until it is found;
 * mostly that is the first one.
 */
export function* findPlace(target: Target, obligation_id: string, event_id: string): Question<EventPlace> {
  const here = yield* findOwnEvents(target, obligation_id);
  if (here.kind !== "done") return here;
  if (holds(here.value, event_id)) return { kind: "here" };
  const read = yield { method: "GET", path: withQuery(eventPath(event_id), { $select: "attendees" }) };
  const other_id = here.value[0]?.event_id ?? null;
  if (read.kind === "gone") return { kind: "not_here", elsewhere: null, other_id };
  if (read.kind !== "ok") return read;
  const guests = Guests.safeParse(read.body).data;
  if (guests === undefined) return { kind: "unknown", reason: "unreadable", after_s: null };
  const elsewhere = yield* standsElsewhere(target, obligation_id, event_id);
  if (elsewhere.kind !== "done") return elsewhere;
  if (!elsewhere.value) return { kind: "here" };
  return { kind: "not_here", elsewhere: { has_guests: (guests.attendees?.length ?? 0) > 0 }, other_id };
}

/** Whether an event of ours stands in another calendar of the mailbox than the target's. */
export function* standsElsewhere(
  target: Target,
  obligation_id: string,
  event_id: string,
): Generator<GraphCall, CalendarAnswer<boolean>, GraphAnswer> {
  const calendars = yield* listCalendars(target);
  if (calendars.kind !== "done") return calendars;
  for (const { id, primary } of calendars.value) {
    if (target.calendar.role === "primary" ? primary : id === target.calendar.id) continue;
    const calendar = { id, role: primary ? "primary" : "other" } as const;
    const there = yield* findOwnEvents({ ...target, calendar }, obligation_id);
    // It was deleted since it was listed.
    if (there.kind === "calendar_missing") continue;
    if (there.kind !== "done") return there;
    if (holds(there.value, event_id)) return { kind: "done", value: true };
  }
  return { kind: "done", value: false };
}

function holds(events: readonly TaggedEvent[], event_id: string): boolean {
  return events.some((event) => event.event_id === event_id);
}
