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
