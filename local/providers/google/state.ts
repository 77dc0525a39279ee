import { Deliveries } from "../deliveries.ts";
import { ObservedState } from "../observed-state.ts";
import { Channels } from "./channels.ts";

/** Somebody with a Google account. */
export interface Account {
  readonly email: string;
  readonly name: string;
  /** OIDC `sub`. */
  readonly sub: string;
  readonly calendars: Map<string, CalendarEntry>;
}

/** A calendar of an account. */
export interface CalendarEntry {
  readonly id: string;
  summary: string;
  description: string;
  timeZone: string;
  readonly backgroundColor: string;
  readonly primary: boolean;
  readonly accessRole: "owner" | "writer" | "reader";
  /** The OAuth client that made it; only that one sees it through `calendar.app.created`. */
  readonly createdBy: string | null;
  readonly events: Map<string, EventResource>;
  /** The revision of each event's last change. */
  readonly changed_at: Map<string, number>;
}

/** An event as the API shows it, plus nothing. */
export interface EventResource {
  id: string;
  status: string;
  etag: string;
  created: string;
  updated: string;
  sequence: number;
  start: EventDateTime;
  end: EventDateTime;
  [field: string]: unknown;
}

/** A start or end: all-day or timed. */
export interface EventDateTime {
  date?: string;
  dateTime?: string;
  timeZone?: string;
}

/** What an access or refresh token stands for. */
export interface Grant {
  readonly account: Account;
  readonly scopes: readonly string[];
  readonly client_id: string;
  readonly expires_at: number;
}

/** What a code stands for. */
export interface AuthorizationCode extends Grant {
  readonly redirect_uri: string;
  readonly code_challenge: string | null;
  readonly nonce: string | null;
  readonly offline: boolean;
}

/** Of projects since May 2026, over a sliding minute (Google Calendar API guide, "Manage quotas"). */
const PROJECT_QUOTA_PER_MINUTE = 10_000;

/** Everything the emulator knows. */
export class EmulatorState extends ObservedState {
  readonly accounts = new Map<string, Account>();
  readonly codes = new Map<string, AuthorizationCode>();
  readonly accessTokens = new Map<string, Grant>();
  readonly refreshTokens = new Map<string, Grant>();
  /** How often each account's refresh token was used. */
  readonly token_calls = new Map<string, number>();
  /** Places that the time zone database has and Google's copy has not yet. */
  readonly unknown_time_zones = new Set(["America/Coyhaique"]);
  /** Whether a deleted event can be brought back by PATCH; reports about the real one differ. */
  restore_allowed = true;
  /** What happens to notifications on their way. */
  readonly deliveries = new Deliveries();
  readonly channels = new Channels(this.deliveries);
  /** Sync tokens of an earlier revision have expired. */
  sync_tokens_from = 0;
  /** How many items a page has at most, whatever was asked for; null: as many as were. */
  page_size_max: number | null = null;
  /** Per user; null: none. */
  quota_per_minute: number | null;
  /** Of all users together; null: none. */
  project_quota_per_minute: number | null = PROJECT_QUOTA_PER_MINUTE;

  constructor(
    accounts: readonly { email: string; name: string; sub: string }[],
    quota_per_minute: number | null,
  ) {
    super();
    this.quota_per_minute = quota_per_minute;
    for (const account of accounts) {
      const primary: CalendarEntry = {
        id: account.email,
        summary: account.email,
        description: "",
        timeZone: "Europe/Paris",
        backgroundColor: "#3f51b5",
        primary: true,
        accessRole: "owner",
        createdBy: null,
        events: new Map(),
        changed_at: new Map(),
      };
      this.accounts.set(account.email, { ...account, calendars: new Map([[primary.id, primary]]) });
    }
  }

  /** A new etag; it also tells the page that something changed. */
  nextEtag(): string {
    return `"${this.nextRevision()}"`;
  }

  /** Keeps an event as it is from now on, whoever changed it, under a new etag. */
  storeEvent(calendar: CalendarEntry, event: EventResource): EventResource {
    const stored: EventResource = {
      ...event,
      updated: new Date().toISOString(),
      etag: this.nextEtag(),
    };
    calendar.events.set(stored.id, stored);
    calendar.changed_at.set(stored.id, this.revision);
    this.channels.announce(calendar.id);
    return stored;
  }

  /** No sync token that was given so far is good any more. */
  expireSyncTokens(): void {
    this.sync_tokens_from = this.nextRevision();
  }
}
