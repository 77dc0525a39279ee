/** Everything the emulator knows. Ids and tokens are random, so that nothing survives a restart by accident. */
export interface Account {
  readonly email: string;
  readonly name: string;
  /** OIDC `sub`. */
  readonly sub: string;
  readonly calendars: Map<string, CalendarEntry>;
}

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

export interface EventDateTime {
  date?: string;
  dateTime?: string;
  timeZone?: string;
}

export interface Grant {
  readonly account: Account;
  readonly scopes: readonly string[];
  readonly client_id: string;
  readonly expires_at: number;
}

export interface AuthorizationCode extends Grant {
  readonly redirect_uri: string;
  readonly code_challenge: string | null;
  readonly nonce: string | null;
  readonly offline: boolean;
}

export interface LoggedRequest {
  readonly at: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

const REQUEST_LOG_MAX = 20_000;

export class EmulatorState {
  readonly accounts = new Map<string, Account>();
  readonly codes = new Map<string, AuthorizationCode>();
  readonly accessTokens = new Map<string, Grant>();
  readonly refreshTokens = new Map<string, Grant>();
  requests: LoggedRequest[] = [];
  /** Whether a deleted event can be brought back by PATCH; reports about the real one differ. */
  restore_allowed = true;
  quota_per_minute: number | null;
  readonly #listeners = new Set<() => void>();
  #revision = 0;

  constructor(
    accounts: readonly { email: string; name: string; sub: string }[],
    quota_per_minute: number | null,
  ) {
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
      };
      this.accounts.set(account.email, { ...account, calendars: new Map([[primary.id, primary]]) });
    }
  }

  /** A new etag; it also tells the page that something changed. */
  nextEtag(): string {
    this.#revision++;
    for (const notify of this.#listeners) notify();
    return `"${this.#revision}"`;
  }

  get revision(): number {
    return this.#revision;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  logRequest(request: LoggedRequest): void {
    this.requests.push(request);
    if (this.requests.length > REQUEST_LOG_MAX) this.requests.shift();
  }
}

export function randomToken(prefix: string): string {
  return `${prefix}${crypto.randomUUID().replaceAll("-", "")}`;
}
