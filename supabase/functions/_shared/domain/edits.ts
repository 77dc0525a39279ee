import type { EventTime } from "./calendar-event.ts";
import { inOwnZone } from "./own-zone.ts";
import { beginsAlike, type EventNews, isSameTime, type SeenEvent, type SeenTime } from "./seen-event.ts";

/** What we know of an event of ours and of its obligation. */
export interface KnownEvent {
  /** The event that stands for the obligation; null: none, its user wants none. */
  readonly event_id: string | null;
  /** The version that we last wrote or saw, and the one before; null: not known. */
  readonly etag: string | null;
  readonly previous_etag: string | null;
  /** When the event is, as we last sent it; null: not known. */
  readonly sent_time: EventTime | null;
  /** When it should be, by its deadline; null: it should not be there. */
  readonly legal_time: EventTime | null;
  /** What writes without an outcome may have made of it. */
  readonly attempted: Attempted;
  /** It is to be written, and no version of it is known: the calendar may be a new one. */
  readonly is_unseen: boolean;
  /** What its user did before; null: nothing. */
  readonly edit: KnownEdit | null;
}

/** What writes without an outcome may have made of an event: `nothing` where there were none, `the_same` as is wanted now, or `anything`. */
export type Attempted = "nothing" | "the_same" | "anything";

/** What we know of an earlier edit. */
export interface KnownEdit {
  /** Where the event was seen when it was moved; null: it stands where we put it. */
  readonly seen: SeenTime | null;
  /** What we write leaves it there. */
  readonly is_kept: boolean;
  /** It was deleted and is not back yet. */
  readonly is_gone: boolean;
  /** The event that was deleted last; another one may have taken its place. */
  readonly original_event_id: string | null;
  readonly has_guests: boolean;
}

/** What the news of one event means. */
export type EditDecision =
  /** The user's own event. */
  | { readonly kind: "not_ours" }
  /** A copy of an event of ours: the user's own, too. */
  | { readonly kind: "copy" }
  /** As we wrote it. */
  | { readonly kind: "echo" }
  /** Another version that shows the same time: reminders, colours, notes and titles are the user's. */
  | { readonly kind: "noise"; readonly event: SeenEvent }
  /** The same with repetitions: the first one is where the deadline is. */
  | { readonly kind: "series"; readonly event: SeenEvent }
  /** An edit that is recorded already; `event` null: it is still gone. */
  | { readonly kind: "known"; readonly event: SeenEvent | null }
  /** It stands where it should, although we did not put it there. */
  | { readonly kind: "converged"; readonly event: SeenEvent; readonly time: EventTime }
  /** It begins at another time. */
  | { readonly kind: "moved"; readonly event: SeenEvent }
  /** It begins when it should and ends at another time. */
  | { readonly kind: "resized"; readonly event: SeenEvent }
  | { readonly kind: "deleted"; readonly event_id: string }
  /** Its user took a deletion back. */
  | { readonly kind: "returned"; readonly event: SeenEvent }
  /** It was moved or deleted (`event` null), and a newer change of its obligation goes over that. */
  | { readonly kind: "overtaken"; readonly event_id: string; readonly event: SeenEvent | null };

/**
 * Decides what the news of one event means. Pure and total. No clocks are compared: what counts is what we sent, what is shown, and
 * what should be shown.
 *
 * @param known null: no event of ours has this id
 */
export function decideEdit(news: EventNews, known: KnownEvent | null): EditDecision {
  if (known === null) {
    return { kind: news.kind === "shown" && news.event.obligation_id !== null ? "copy" : "not_ours" };
  }
  if (news.kind === "gone") return decideGone(news.event_id, known);
  return decideShown({ ...news.event, time: inOwnZone(news.event.time, known.legal_time) }, known);
}

function decideGone(event_id: string, known: KnownEvent): EditDecision {
  // The original of a copy that was restored, or of one that is hidden.
  if (event_id !== known.event_id || known.edit?.is_gone) return { kind: "known", event: null };
  if (known.attempted === "anything" || known.is_unseen) return { kind: "echo" };
  return isOvertaken(known) ? { kind: "overtaken", event_id, event: null } : { kind: "deleted", event_id };
}

function decideShown(event: SeenEvent, known: KnownEvent): EditDecision {
  const { edit, sent_time, legal_time } = known;
  const is_original = event.event_id === edit?.original_event_id;
  if (event.event_id !== known.event_id) return is_original ? { kind: "returned", event } : { kind: "copy" };
  if (edit?.is_gone && known.attempted === "nothing") return { kind: "returned", event };
  // We or its user brought it back. If it stands elsewhere, its user moved it.
  const may_be_ours = known.attempted === "the_same" && isWhereWanted(event, known);
  if (known.attempted === "anything" || edit?.is_gone && may_be_ours) return { kind: "echo" };
  if (event.etag !== null && (event.etag === known.etag || event.etag === known.previous_etag)) {
    return { kind: "echo" };
  }
  const seen_before = edit?.seen ?? null;
  if (seen_before !== null && isSameTime(event.time, seen_before)) return { kind: "known", event };
  // Nothing says that its user moved it back: what was seen counts until the write has an outcome.
  if (seen_before !== null && may_be_ours) return { kind: "noise", event };
  if (sent_time !== null && isSameTime(event.time, seenTimeOf(sent_time))) {
    if (seen_before === null) return { kind: event.is_series ? "series" : "noise", event };
    if (!isWhereKept(known) && !hasFollowed(known)) return { kind: "converged", event, time: sent_time };
  }
  if (legal_time !== null && isSameTime(event.time, seenTimeOf(legal_time))) {
    return { kind: "converged", event, time: legal_time };
  }
  const wanted = wantedTime(known);
  if (wanted !== null && beginsAlike(event.time, wanted)) return { kind: "resized", event };
  // It was moved there before, and is longer or shorter now.
  if (seen_before !== null && beginsAlike(event.time, seen_before)) return { kind: "known", event };
  return isOvertaken(known)
    ? { kind: "overtaken", event_id: event.event_id, event }
    : { kind: "moved", event };
}

/** Where we would write the event now; null: it should not be there. */
function wantedTime({ legal_time, edit }: KnownEvent): SeenTime | null {
  return edit?.is_kept && edit.seen !== null ? edit.seen : legal_time && seenTimeOf(legal_time);
}

function isWhereWanted(event: SeenEvent, known: KnownEvent): boolean {
  const wanted = wantedTime(known);
  return wanted !== null && isSameTime(event.time, wanted);
}

/** Whether the deadline became what the event was moved to. */
function hasFollowed({ legal_time, edit }: KnownEvent): boolean {
  return legal_time !== null && edit !== null && edit.seen !== null &&
    beginsAlike(edit.seen, seenTimeOf(legal_time));
}

/** Whether we last sent the event to where its user keeps it, and not to its deadline. */
function isWhereKept({ sent_time, legal_time, edit }: KnownEvent): boolean {
  return edit !== null && edit.is_kept && sent_time !== null && legal_time !== null &&
    !isSameTime(seenTimeOf(sent_time), seenTimeOf(legal_time));
}

/** Whether our side is newer: the obligation changed, and the event does not show it yet. What is kept, is so for the present deadline. */
function isOvertaken(known: KnownEvent): boolean {
  const { sent_time, legal_time, edit } = known;
  if (legal_time === null) return true;
  if (sent_time === null || edit?.is_kept || hasFollowed(known)) return false;
  return !isSameTime(seenTimeOf(sent_time), seenTimeOf(legal_time));
}

/** A time that we send as it is seen. */
export function seenTimeOf(time: EventTime): SeenTime {
  if (time.kind === "all_day") return time;
  return { kind: "timed", start_at: time.start, end_at: time.end, time_zone: time.time_zone };
}
