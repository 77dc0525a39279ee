/** When an event is, as the provider shows it: calendar dates with an exclusive end, or instants (RFC 3339, UTC). */
export type SeenTime =
  | { readonly kind: "all_day"; readonly start_date: string; readonly end_date: string }
  | {
    readonly kind: "timed";
    readonly start_at: string;
    readonly end_at: string;
    /** IANA; null where the provider names none that we know. */
    readonly time_zone: string | null;
  };

/** An event as a calendar shows it now. */
export interface SeenEvent {
  readonly event_id: string;
  /** Null: the provider has none. */
  readonly etag: string | null;
  /** As our tag says it; null where the event has no tag of this client's owner. */
  readonly obligation_id: string | null;
  readonly time: SeenTime;
  /** The user made a series of it. */
  readonly is_series: boolean;
  /** The user invited somebody. */
  readonly has_guests: boolean;
}

/** What a listing says of one event. */
export type EventNews =
  | { readonly kind: "shown"; readonly event: SeenEvent }
  /** It is not in this calendar any more. */
  | { readonly kind: "gone"; readonly event_id: string };

/** Whether two times are the same: instants in another zone are, since providers spell zones in their own ways. */
export function isSameTime(one: SeenTime, other: SeenTime): boolean {
  if (!beginsAlike(one, other)) return false;
  return one.kind === "all_day"
    ? other.kind === "all_day" && one.end_date === other.end_date
    : other.kind === "timed" && Date.parse(one.end_at) === Date.parse(other.end_at);
}

/** Whether two times begin at the same moment, or on the same day. */
export function beginsAlike(one: SeenTime, other: SeenTime): boolean {
  return one.kind === "all_day"
    ? other.kind === "all_day" && one.start_date === other.start_date
    : other.kind === "timed" && Date.parse(one.start_at) === Date.parse(other.start_at);
}
