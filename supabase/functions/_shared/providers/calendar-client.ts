import type { CalendarEvent } from "../domain/calendar-event.ts";

/** A calendar as the user may choose it. */
export interface Calendar {
  readonly id: string;
  readonly name: string;
  readonly primary: boolean;
  readonly writable: boolean;
  readonly time_zone: string | null;
  /** CSS colour. */
  readonly color: string | null;
}

/** The answer to a call about calendars. */
export type CalendarAnswer<T> =
  | { readonly kind: "done"; readonly value: T }
  | { readonly kind: "missing" }
  | { readonly kind: "unauthorized" }
  | { readonly kind: "forbidden"; readonly reason: string }
  | { readonly kind: "unavailable"; readonly retry_after_s: number | null };

/** One write to a calendar. Every kind may be repeated without harm. */
export type Change =
  /** Creates the event, or takes over the one that an earlier attempt or connection left behind. */
  | { readonly kind: "create"; readonly calendar_id: string; readonly event: CalendarEvent }
  | {
    readonly kind: "update";
    readonly calendar_id: string;
    readonly event_id: string;
    readonly event: CalendarEvent;
  }
  | { readonly kind: "delete"; readonly calendar_id: string; readonly event_id: string }
  | { readonly kind: "remove_untracked"; readonly calendar_id: string; readonly obligation_id: string };

/** What became of a change. The engine switches on `kind` alone; only a provider reads status codes. */
export type Outcome =
  /** The calendar holds what was asked for; `remote` is null after a removal. */
  | {
    readonly kind: "done";
    readonly remote: { readonly event_id: string; readonly etag: string | null } | null;
  }
  /** The provider did not do it, or it is not known whether it did: try again later. */
  | { readonly kind: "transient"; readonly reason: string; readonly retry_after_s: number | null }
  /** The whole account must wait. `quota` lasts hours, a rate limit seconds. */
  | {
    readonly kind: "rate_limited";
    readonly reason: "rate_limit" | "quota";
    readonly retry_after_s: number | null;
  }
  /** The access token is not accepted. */
  | { readonly kind: "unauthorized" }
  /** The grant does not cover this call: nothing but a new consent helps. */
  | { readonly kind: "scope_missing" }
  /** The calendar is gone or no longer ours to write to. */
  | { readonly kind: "calendar_missing" }
  /** The provider will never accept this event as it is. */
  | { readonly kind: "rejected"; readonly reason: string };

/** A provider's calendar API with one account's access token. */
export interface CalendarClient {
  listCalendars(): Promise<CalendarAnswer<readonly Calendar[]>>;
  getCalendar(calendar_id: string): Promise<CalendarAnswer<Calendar>>;
  createCalendar(
    calendar: { readonly summary: string; readonly time_zone: string; readonly description: string },
  ): Promise<CalendarAnswer<Calendar>>;
  /** Whether the calendar holds any event, ours or not. */
  isEmptyCalendar(calendar_id: string): Promise<CalendarAnswer<boolean>>;
  deleteCalendar(calendar_id: string): Promise<CalendarAnswer<null>>;
  createEvent(calendar_id: string, event: CalendarEvent): Promise<Outcome>;
  updateEvent(calendar_id: string, event_id: string, event: CalendarEvent): Promise<Outcome>;
  deleteEvent(calendar_id: string, event_id: string): Promise<Outcome>;
  /**
   * Applies changes to different obligations, in any order.
   *
   * @param signal when aborted, no further call is begun and those under way are cut
   * @returns one outcome a change, in the order of `changes`; null where a change was not begun, because of
   * `signal` or because an earlier outcome concerns the whole account
   */
  applyChanges(changes: readonly Change[], signal: AbortSignal): Promise<readonly (Outcome | null)[]>;
}

/** An access token and when it ends. */
export interface AccessToken {
  readonly access_token: string;
  /** RFC 3339. */
  readonly expires_at: string;
}
