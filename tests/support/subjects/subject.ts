import type { Emulator } from "../../../local/providers/emulator.ts";
import type { Fault } from "../../../local/providers/faults.ts";
import type { ObservedState } from "../../../local/providers/observed-state.ts";
import type { ProviderName } from "../../../supabase/functions/_shared/providers/registry.ts";

/** Accounts of every emulator; who connects which is up to a test. */
export const ADA = "ada@example.com";
export const GRACE = "grace@example.com";

/** An event as its user sees it, whoever the provider is. */
export interface SeenEvent {
  readonly id: string;
  readonly title: string;
  /** As plain text. */
  readonly text: string;
  /** `start` and `end` are instants in UTC, `time_zone` what the event names. */
  readonly time:
    | { readonly kind: "all_day"; readonly start_date: string; readonly end_date: string }
    | { readonly kind: "timed"; readonly start: string; readonly end: string; readonly time_zone: string };
  readonly leaves_free: boolean;
  readonly reminders_minutes: readonly number[];
  readonly obligation_id: string | null;
  readonly invites_nobody: boolean;
}

/** A provider whose accounts are connected on its consent page. */
export type ConsentProvider = Exclude<ProviderName, "caldav">;

/** A provider's emulator as tests that hold for every provider use it. */
export interface Subject<Name extends string = ConsentProvider> {
  /** As the database calls the provider. */
  readonly name: Name;
  readonly emulator: Emulator<ObservedState>;
  /** Regular expressions over the paths of requests. */
  readonly paths: { readonly events: string; readonly token: string };
  /** Answers that every provider has, in this one's words; without `match` and `times`. */
  readonly refusals: Readonly<
    Record<
      "unauthorized" | "rate_limit" | "quota" | "invalid" | "may_not_remove" | "our_secret_is_wrong",
      Pick<Fault, "kind" | "status" | "reason" | "error_codes">
    >
  >;
  /** Live events of a calendar, whoever's it is. */
  events(calendar_id: string): readonly SeenEvent[];
  /** The address that an event links to; null: none. */
  linkOf(calendar_id: string, event_id: string): string | null;
  hasCalendar(account: string, calendar_id: string): boolean;
  /** Every calendar of an account by its name. */
  calendars(account: string): readonly { readonly id: string; readonly name: string }[];
  /** What the user does in the provider's own application. */
  readonly user: {
    deleteEvent(calendar_id: string, event_id: string): void;
    /** Sets another reminder (five minutes) on an event. */
    remind(calendar_id: string, event_id: string): void;
    addEvent(calendar_id: string): void;
    deleteCalendar(account: string, calendar_id: string): void;
    /** Leaves a calendar to be read, and no longer to be written to, by whoever writes to it for its owner. */
    withdrawWriting(account: string, calendar_id: string): void;
    /** Takes {@link withdrawWriting} back. */
    allowWriting(account: string, calendar_id: string): void;
  };
  /** Access tokens are no longer accepted; refresh tokens are. */
  expireAccessTokens(): void;
  /** No token is accepted any more. */
  revokeEverything(): void;
  /** Takes the quotas away, or puts them back to what the real provider has. */
  setQuotas(real: boolean): void;
  /** Refresh tokens that still work for an account. */
  liveGrants(account: string): number;
  /** Calls of the token endpoint that used a refresh token of an account. */
  refreshes(account: string): number;
}
