import type { EventNews } from "../domain/seen-event.ts";
import type { CalendarEvent } from "../domain/calendar-event.ts";
import type { Failure, Outcome } from "./outcome.ts";

/** A calendar as the user may choose it. */
export interface Calendar {
  readonly id: string;
  readonly name: string;
  /** The account's default calendar. */
  readonly primary: boolean;
  readonly writable: boolean;
  readonly time_zone: string | null;
  /** CSS colour. */
  readonly color: string | null;
}

/** The calendar that an integration writes to. */
export interface CalendarChoice {
  readonly id: string;
  /** `own`: we made it. `primary`: the account's default one, whose id some providers change. */
  readonly role: "own" | "primary" | "other";
}

/** The answer to a call about calendars. */
export type CalendarAnswer<T> = { readonly kind: "done"; readonly value: T } | Failure;

/** One write to a calendar. Every kind may be repeated without harm. */
export type Change =
  /** Creates the event, or takes over the one that an earlier attempt or connection left behind. */
  | { readonly kind: "create"; readonly calendar_id: string; readonly event: CalendarEvent }
  | {
    readonly kind: "update";
    readonly calendar_id: string;
    readonly event_id: string;
    readonly event: CalendarEvent;
    /**
     * The version that we last saw, where the provider can refuse a write to another one: then nothing is written and the outcome
     * is `edited`, or `gone` where the event is not in the calendar any more. Null or absent: the event is written whatever it is by
     * now, and made anew where it is gone.
     */
    readonly etag?: string | null;
  }
  /**
   * Makes an event anew that its user deleted. Where they put it back meanwhile, at another time, nothing is written and the outcome
   * is `edited`; where a provider cannot tell, it is written over.
   */
  | {
    readonly kind: "restore";
    readonly calendar_id: string;
    readonly event_id: string;
    readonly event: CalendarEvent;
  }
  /**
   * The reminders of an event that is there become those that it would be created with, its user's own too. Nothing else of it changes.
   * `gone`: it is not there, and is not made anew.
   */
  | {
    readonly kind: "set_reminders";
    readonly calendar_id: string;
    readonly event_id: string;
    readonly event: CalendarEvent;
  }
  | { readonly kind: "delete"; readonly calendar_id: string; readonly event_id: string }
  /** Removes whatever creations without a recorded outcome left of an obligation in a calendar. */
  | { readonly kind: "remove_untracked"; readonly calendar_id: string; readonly obligation_id: string };

/** What came of a change. */
export interface ChangeResult {
  /** null: not begun, or not ended. */
  readonly outcome: Outcome | null;
  /** Whether a write of it was carried out, or may have been, whatever the outcome says of the last call. */
  readonly wrote: boolean;
}

/** A change of which nothing was begun. */
export const NOT_BEGUN: ChangeResult = { outcome: null, wrote: false };

/** The outcomes alone, in their order. */
export function outcomesOf(results: readonly ChangeResult[]): (Outcome | null)[] {
  return results.map(({ outcome }) => outcome);
}

/** An event that carries our tags. */
export interface TaggedEvent {
  readonly event_id: string;
  /** As the tag says it: whether there is such an obligation is another matter. */
  readonly obligation_id: string;
}

/** An event of ours that its user moved to another calendar of the account. */
export interface MovedEvent extends TaggedEvent {
  readonly calendar_id: string;
}

export type { EventNews, SeenEvent, SeenTime } from "../domain/seen-event.ts";

/** What changed in a calendar. */
export interface CalendarNews {
  readonly news: readonly EventNews[];
  /** All events of this client's owner are in `news`: one that is not there is gone. */
  readonly is_complete: boolean;
  /** With what the next listing goes on; opaque. Null: it is a complete one again. */
  readonly cursor: string | null;
}

/** A push channel that is to be made. */
export interface NewChannel {
  /** Ours, and new for every channel. */
  readonly channel_id: string;
  /** Where the provider calls, with nothing secret in it. */
  readonly url: string;
  /** What the provider has to repeat in every call. */
  readonly token: string;
}

/** A push channel that is there. */
export interface Channel {
  /** What the provider calls it, where that is not the id that we gave; null: ours. */
  readonly resource_id: string | null;
  /** RFC 3339. */
  readonly expires_at: string;
  /** The provider reached us while it made the channel: nothing else has to prove that its calls arrive. */
  readonly is_verified?: true;
}

/** What a calendar of our own is made with. */
export interface NewCalendar {
  readonly name: string;
  readonly description: string;
  readonly time_zone: string;
}

/** A provider's calendar API with one account's access token. */
export interface CalendarClient {
  /** Whether the account has a calendar that can be reached at all: asked once, when it is connected. */
  checkAccount(): Promise<CalendarAnswer<null>>;
  listCalendars(): Promise<CalendarAnswer<readonly Calendar[]>>;
  /** `calendar_missing` or `calendar_moved` where it is not there. */
  getCalendar(calendar: CalendarChoice): Promise<CalendarAnswer<Calendar>>;
  /** Makes a calendar of our own; where the provider can tell, the one that an earlier, unanswered call made. */
  createCalendar(calendar: NewCalendar): Promise<CalendarAnswer<Calendar>>;
  /** Whether the calendar holds any event, ours or not. */
  isEmptyCalendar(calendar_id: string): Promise<CalendarAnswer<boolean>>;
  deleteCalendar(calendar_id: string): Promise<CalendarAnswer<null>>;
  /**
   * Every live event in a calendar that this client's owner wrote, whoever else writes to it: not deleted ones, not the
   * user's, not those of another owner, not a single occurrence that the user changed of a series. What is written
   * meanwhile may be missing.
   *
   * @param signal when aborted, the call under way is cut
   * @returns all of them, each once, or a failure and none. `retry` also where the budget is spent (a page is a call) or
   * `signal` aborted before the last page was read, and where the provider no longer knows the page to go on with: a
   * listing begins anew
   */
  listOwnEvents(calendar_id: string, signal: AbortSignal): Promise<CalendarAnswer<readonly TaggedEvent[]>>;
  /**
   * Events that this client's owner wrote and that now stand in another calendar that we may write to: under an id that we
   * gave, so that no copy of the user's is among them, and without guests. As many as the budget allows to find. Left out
   * where a provider's events keep their address when they are moved, and where calendars cannot be listed.
   *
   * @param calendar_id where they should be
   */
  listMovedEvents?(calendar_id: string, signal: AbortSignal): Promise<readonly MovedEvent[]>;
  /**
   * What changed in a calendar since `cursor`. Where the cursor holds no more, everything: `is_complete`. A listing that could not be
   * finished is a failure and never a part.
   *
   * @param cursor as an earlier listing of this calendar gave it; null: everything
   * @param signal when aborted, the call under way is cut
   */
  listChanges(
    calendar_id: string,
    cursor: string | null,
    signal: AbortSignal,
  ): Promise<CalendarAnswer<CalendarNews>>;
  /**
   * What became of events that a listing leaves out: a listing that lags behind a write looks like a deletion. `gone`: it is not in
   * this calendar.
   *
   * @param signal when aborted, the call under way is cut
   * @returns one an event, in the order of `event_ids`; `retry` also where the budget is spent
   */
  findEvents(
    calendar_id: string,
    event_ids: readonly string[],
    signal: AbortSignal,
  ): Promise<CalendarAnswer<readonly EventNews[]>>;
  /** Has the provider call us when a calendar changes. Absent where a provider cannot. */
  createChannel?(calendar_id: string, channel: NewChannel): Promise<CalendarAnswer<Channel>>;
  /** Lets a channel live longer. `gone`: it has to be made anew. Absent where a channel has to be replaced by a new one. */
  renewChannel?(channel_id: string, resource_id: string | null): Promise<CalendarAnswer<Channel>>;
  /** Ends a channel; one that is not there any more is done. */
  stopChannel?(channel_id: string, resource_id: string | null): Promise<CalendarAnswer<null>>;
  createEvent(calendar_id: string, event: CalendarEvent): Promise<Outcome>;
  updateEvent(calendar_id: string, event_id: string, event: CalendarEvent): Promise<Outcome>;
  deleteEvent(calendar_id: string, event_id: string): Promise<Outcome>;
  /**
   * Applies changes to different obligations, in any order.
   *
   * @param signal when aborted, no further call is begun and those under way are cut
   * @returns one result a change, in the order of `changes`; its outcome is null where the change was not begun or not ended,
   * because of `signal`, because the budget is spent, or because an earlier outcome concerns the whole integration
   */
  applyChanges(changes: readonly Change[], signal: AbortSignal): Promise<readonly ChangeResult[]>;
}

/** An access token and when it ends. */
export interface AccessToken {
  readonly access_token: string;
  /** RFC 3339. */
  readonly expires_at: string;
}
