import type { Fault } from "../../../local/providers/faults.ts";
import type { Access, RefreshRefusal } from "../../../supabase/functions/_shared/providers/connector.ts";
import type {
  CalendarChoice,
  CalendarClient,
} from "../../../supabase/functions/_shared/providers/calendar-client.ts";
import type { CallBudget } from "../../../supabase/functions/_shared/providers/call-budget.ts";
import type { OAuthProvider, Provider } from "../../../supabase/functions/_shared/providers/provider.ts";
import type { ReceivedCall } from "../../support/receiver.ts";
import type { Subject } from "../../support/subjects/subject.ts";

/** What a provider has to bring, beside its `Provider`, for the behaviours here to be tested on it. */
export interface ProviderSubject<Running extends RunningProvider = RunningProvider> {
  /** For people. */
  readonly name: string;
  /** Starts an emulator with nothing in it but its accounts. */
  start(): Promise<Running>;
}

/** How many events a behaviour is tried with that is about many of them: fewer where each takes a server some time. */
export function manyOf({ is_fast }: Pick<Traits, "is_fast">, many: number): number {
  return is_fast ? many : many / 5;
}

/** A provider that talks to an emulator of its own. */
export interface RunningProvider {
  readonly provider: Provider;
  /** A client for an account that is connected. */
  openClient(
    account: string,
    access: Access,
    options: {
      readonly owner: string;
      readonly calendar: CalendarChoice | null;
      readonly budget: CallBudget;
    },
  ): Promise<CalendarClient>;
  readonly subject: Subject<string>;
  readonly traits: Traits;
}

/** One whose accounts are connected on its consent page. */
export interface RunningOAuthProvider extends RunningProvider {
  readonly provider: OAuthProvider;
  /** The same one with a client secret that is not ours. */
  readonly misconfigured: OAuthProvider;
}

/** How a provider tells what changed in a calendar. */
export interface ChangeTraits {
  /** Whether a listing goes on from an earlier one; else everything is told each time. */
  readonly has_cursor: boolean;
  /** No cursor that was given so far is good any more. */
  forgetCursors(): void;
  /** Whether an update can be meant for one version of an event alone. */
  readonly refuses_other_versions: boolean;
  /** Null: the provider calls nobody. */
  readonly channels: ChannelTraits | null;
}

/** How a provider calls who wants to know of changes. */
export interface ChannelTraits {
  /** Whether a channel can be made to live longer. */
  readonly renews: boolean;
  /** Whether there may be two of one calendar. */
  readonly may_overlap: boolean;
  /** The tokens of the channels that a call is for; none where it is no notification. */
  tokensIn(call: ReceivedCall): readonly string[];
  /** How a call has to be answered. */
  answer(call: ReceivedCall): Response;
  /** Every channel ends, as after its time. */
  expire(): void;
}

/** How an emulator answers, without `match` and `times`. */
export type Answer = Pick<Fault, "kind" | "status" | "reason" | "error_codes" | "suberror" | "retry_after">;

/** Where providers differ for good reasons. What is null, the provider does not have. */
export interface Traits {
  /** Regular expressions over the paths of requests. */
  readonly paths: {
    /** Every single call, alone or in a batch. */
    readonly api: string;
    /** Where calls go together. */
    readonly batch: string | null;
    /** Where calendars are made. */
    readonly calendars: string;
  };
  /** Answers in the provider's words, beyond those of {@link Subject.refusals}. */
  readonly answers: Readonly<
    & Record<"conflict" | "changed_meanwhile", Answer>
    & Record<"scope_missing" | "no_calendar", Answer | null>
  >;
  /** How long an account waits whose quota is spent, in seconds; null: as long as after any failure. */
  readonly quota_pause_s: number | null;
  /** What else the provider may say of an id that it no longer understands, of an event or of a calendar. */
  readonly answers_for_old_ids: readonly Answer[];
  /** What the token endpoint may say to a refresh, and what it means. */
  readonly refresh_answers: readonly {
    readonly name: string;
    readonly answer: Answer;
    readonly means: RefreshRefusal;
  }[];

  /** One account of every kind that can connect. */
  readonly accounts: readonly string[];
  /** An account that can sign in, but has no calendar. */
  readonly account_without_calendar: string | null;
  /** What is granted at least, in the spelling of `ExchangeOutcome`. */
  readonly scopes: Readonly<Record<Access, readonly string[]>>;
  /** What stays ticked of `existing` where a person unticks a box; null: consent is all or nothing. */
  readonly ticked: string | null;
  /** Whether we can end a grant ourselves. */
  readonly can_revoke: boolean;
  /** Whether every refresh brings a new refresh token; without it the grant ends by itself. */
  readonly renews_refresh_tokens: boolean;
  /** Organisations whose administrators decide. */
  readonly organisation: {
    /** From now on, people of this account's organisation cannot consent by themselves. */
    requireAdministrator(account: string): void;
    /** Who consents for the organisation. */
    readonly administrator: string;
    /** An account that belongs to no organisation. */
    readonly personal_account: string;
  } | null;

  /** From now on, a page of a listing has so many items at most; null: as many as were asked for. Absent: no pages. */
  readonly limitPages: ((items: number | null) => void) | null;
  /** Whether a thousand events are written in no time. */
  readonly is_fast: boolean;
  /** Whether an event that ends before it begins is refused. */
  readonly checks_times: boolean;
  /** Calls that go into one HTTP request. */
  readonly calls_per_request: number;
  /** Calls that are under way at once. */
  readonly calls_under_way: number;
  /** Whether a creation of what is there already is a single call. */
  readonly takes_over_in_one_call: boolean;
  /** Whether a calendar of our own is found again when the answer to its creation was lost. */
  readonly finds_own_calendar: boolean;
  /** The deletion of a calendar is answered as if there had been none. */
  readonly denies_deletions?: true;
  /** Whether one of an account's calendars is its default one. */
  readonly has_default_calendar: boolean;
  /** Whether every event has a page of its own. */
  readonly has_event_pages: boolean;
  /** What the path of an event's request ends with. */
  pathEndOf(event_id: string): string;
  /** Calendars whose ids change under their clients. */
  readonly changing_ids: {
    /** @returns the new id */
    swap(account: string, calendar_id: string): string;
    /** Whether the id in the answer to a new calendar is already not its id any more. */
    swapNewOnes(swaps: boolean): void;
  } | null;
  /**
   * Whether a reminder can ring after an all-day event has begun; where it can, reminders also follow a deadline that becomes
   * timed.
   */
  readonly rings_after_start: boolean;
  /** What an event shows of the reminders that it was created with. */
  remindersOf(minutes: readonly number[]): readonly number[];
  /** The name under which an event shows a zone, by IANA name. */
  readonly zone_names: Readonly<Record<"Europe/Madrid" | "America/Toronto" | "Asia/Kolkata", string>>;
  /** From now on, the provider's copy of the time zone database lacks an IANA name; null: it goes by other names. */
  readonly forgetTimeZone: ((time_zone: string) => void) | null;
  /** How the provider tells what changed in a calendar; null: it does not. */
  readonly changes: ChangeTraits | null;
  /** What the real provider was seen to do now one way, now another: each way switches the emulator to it. */
  readonly ways: Readonly<Record<string, () => void>>;
}
