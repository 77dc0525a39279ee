import { Deliveries } from "../deliveries.ts";
import { ObservedState } from "../observed-state.ts";
import { createAccounts } from "./accounts.ts";
import type { IdForm } from "./ids.ts";

/** Somebody with a Microsoft account. */
export interface OutlookAccount {
  readonly email: string;
  readonly name: string;
  /** Object id in the tenant; with `tid` the identity of the account. */
  readonly oid: string;
  readonly tid: string;
  /** OIDC `sub`: another one for every client. */
  readonly sub: string;
  /** False: a licence without Exchange Online, so that every calendar call is a 404. */
  readonly has_mailbox: boolean;
  readonly calendars: Map<string, OutlookCalendar>;
  /** By transactionId, for the whole mailbox. */
  readonly transactions: Map<string, Transaction>;
}

/** A calendar of a mailbox. */
export interface OutlookCalendar {
  /** Not readonly: Outlook changes it under its clients. */
  id: string;
  name: string;
  readonly isDefault: boolean;
  readonly canEdit: boolean;
  readonly color: string;
  readonly hexColor: string;
  readonly owner: { readonly name: string; readonly address: string };
  changeKey: string;
  /** By property id, its GUID in lower case. */
  readonly extendedProperties: Map<string, string>;
  /** By immutable id. */
  readonly events: Map<string, OutlookEvent>;
  /** Deleted ones, which their user can put back; the API shows none of them. */
  readonly deleted: Map<string, OutlookEvent>;
}

/** An event as it was sent; reading rewrites the body and converts the times. */
export interface OutlookEvent {
  /** The immutable one. */
  readonly id: string;
  /** What clients without `IdType="ImmutableId"` know it by; another one after each move. */
  readonly mutable_id: string;
  readonly changeKey: string;
  readonly createdDateTime: string;
  readonly lastModifiedDateTime: string;
  readonly transactionId: string | null;
  readonly subject: string | null;
  readonly body: { readonly contentType: "text" | "html"; readonly content: string };
  readonly isAllDay: boolean;
  readonly start: OutlookTime;
  readonly end: OutlookTime;
  readonly showAs: string;
  readonly sensitivity: string;
  readonly importance: string;
  readonly isReminderOn: boolean;
  readonly reminderMinutesBeforeStart: number;
  readonly location: string;
  readonly categories: readonly string[];
  readonly attendees: readonly unknown[];
  /** Null: it takes place once. */
  readonly recurrence: unknown;
  readonly extendedProperties: Map<string, string>;
}

/** `dateTimeTimeZone`. */
export interface OutlookTime {
  /** Without an offset. */
  readonly dateTime: string;
  readonly timeZone: string;
}

/** What an event was created with, so that a repetition is told from another event. */
export interface Transaction {
  readonly event_id: string;
  readonly calendar: OutlookCalendar;
  readonly fingerprint: string;
}

/** What an access or refresh token stands for. */
export interface Grant {
  readonly account: OutlookAccount;
  /** Short names. */
  readonly scopes: readonly string[];
  readonly expires_at: number;
}

/** What a code stands for. */
export interface AuthorizationCode extends Grant {
  /** The path segment that it was issued at, and has to be redeemed at. */
  readonly tenant: string;
  readonly redirect_uri: string;
  readonly code_challenge: string;
  readonly nonce: string | null;
  is_redeemed: boolean;
}

/** A subscription to events: whom to call when they change. */
export interface OutlookSubscription {
  readonly id: string;
  readonly account: OutlookAccount;
  /** As it was asked for. */
  readonly resource: string;
  /** Null: all calendars of the mailbox. */
  readonly calendar_id: string | null;
  readonly change_types: readonly ChangeType[];
  readonly notification_url: string;
  readonly lifecycle_url: string | null;
  readonly client_state: string | null;
  /** The ids in its notifications. */
  readonly id_form: IdForm;
  expires_at: number;
  /** What its client knows of: each event's id with its `changeKey`. */
  known: ReadonlyMap<string, string>;
}

/** `changeType`. */
export type ChangeType = "created" | "updated" | "deleted";

/** How the token endpoint refuses an account's refresh tokens. */
export interface RefreshError {
  readonly error: string;
  readonly error_codes: readonly number[];
  readonly suberror?: string | undefined;
  readonly status?: number | undefined;
}

/** Everything the emulator knows, and the switches for what the real one does only at times. */
export class OutlookState extends ObservedState {
  readonly accounts: Map<string, OutlookAccount> = createAccounts(() => this.nextChangeKey());
  readonly codes = new Map<string, AuthorizationCode>();
  readonly accessTokens = new Map<string, Grant>();
  readonly refreshTokens = new Map<string, Grant>();
  /** Refresh tokens that were revoked, which the token endpoint tells from unknown ones. */
  readonly revokedTokens = new Set<string>();
  /** Tenants whose people cannot consent by themselves. */
  readonly admin_consent_required = new Set<string>();
  /** By the account's address. */
  readonly refresh_errors = new Map<string, RefreshError>();
  /** How often each account's refresh token was used. */
  readonly refreshes = new Map<string, number>();
  /** Per mailbox; null: none. */
  quota_per_10_minutes: number | null;
  /** Requests of one mailbox at once; null: any number. */
  concurrency: number | null;
  /** How long a Graph request takes at least, so that requests at once are seen to be. */
  service_ms = 2;
  /** How many items a page has at most, whatever was asked for; null: as many as were. */
  page_size_max: number | null = null;
  /** Whether a duplicate transactionId's error names the event that has it. */
  names_existing_event = true;
  /** Whether a transactionId stays taken after its event was deleted. */
  burn_transaction_ids = true;
  /** Reports differ about the status. */
  duplicate_transaction_status: 400 | 409 = 400;
  readonly subscriptions = new Map<string, OutlookSubscription>();
  /** What happens to notifications on their way. */
  readonly deliveries = new Deliveries();
  /** How long a subscription is allowed to live, whatever was asked for; null: as long as was. */
  channel_life_s: number | null = null;
  /** Of one mailbox. */
  subscriptions_max = 1000;
  subscription_minutes_max = 10_080;
  /** Whether a second subscription to the same resource is refused; the real one does so at times. */
  refuse_second_subscriptions = true;
  /** Whether the id in the answer to a new calendar is already not its id any more. */
  swap_new_calendar_ids = false;

  constructor(limits: {
    readonly quota_per_10_minutes: number | null;
    readonly concurrency: number | null;
  }) {
    super();
    this.quota_per_10_minutes = limits.quota_per_10_minutes;
    this.concurrency = limits.concurrency;
  }

  /** A new revision as a `changeKey`. */
  nextChangeKey(): string {
    return btoa(`revision ${String(this.nextRevision()).padStart(9, "0")}`);
  }
}
