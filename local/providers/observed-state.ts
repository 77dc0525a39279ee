/** A request as the log keeps it. */
export interface LoggedRequest {
  readonly at: string;
  readonly method: string;
  readonly path: string;
  /** 0: it got no answer. */
  readonly status: number;
  /** Set on a request that came inside a batch. */
  readonly in_batch?: true;
}

/** A request that the emulator refused because its client went too fast. */
export interface QuotaViolation {
  readonly at: string;
  readonly kind: QuotaKind;
  readonly path: string;
}

/** Whose limit was reached, or how many requests at once. */
export type QuotaKind = "user_quota" | "project_quota" | "mailbox_quota" | "mailbox_concurrency";

/** What was handed out and stays between the provider and its client: a code or a token. */
export interface IssuedSecret {
  readonly kind: "code" | "access token" | "refresh token" | "id token";
  readonly value: string;
}

const LOG_MAX = 20_000;

/** What every emulator keeps about itself: what was asked, what was refused for its pace, what changed. */
export class ObservedState {
  requests: LoggedRequest[] = [];
  quota_violations: QuotaViolation[] = [];
  /** So that tests can look for them where they must not be. */
  readonly issued: IssuedSecret[] = [];
  /** Listings leave out what was written in the last so many milliseconds, as those of a search index do; 0: none. */
  listing_lag_ms = 0;
  readonly #listeners = new Set<() => void>();
  #revision = 0;

  /** A new revision; it also tells the page that something changed. */
  nextRevision(): number {
    this.#revision++;
    for (const notify of this.#listeners) notify();
    return this.#revision;
  }

  /** Whether listings show by now what was written then. */
  isListed(written_at_ms: number): boolean {
    return written_at_ms <= Date.now() - this.listing_lag_ms;
  }

  get revision(): number {
    return this.#revision;
  }

  /** Calls back after each change, until the returned function is called. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  logRequest(request: LoggedRequest): void {
    this.requests.push(request);
    if (this.requests.length > LOG_MAX) this.requests.shift();
  }

  /** Notes what is handed out, and returns it. */
  issue(kind: IssuedSecret["kind"], value: string): string {
    this.issued.push({ kind, value });
    if (this.issued.length > LOG_MAX) this.issued.shift();
    return value;
  }

  logViolation(kind: QuotaKind, path: string): void {
    this.quota_violations.push({ at: new Date().toISOString(), kind, path });
    if (this.quota_violations.length > LOG_MAX) this.quota_violations.shift();
  }
}

/** Random, so that no id or token survives a restart by accident. */
export function randomToken(prefix: string): string {
  return `${prefix}${crypto.randomUUID().replaceAll("-", "")}`;
}

/** A number up by one, for the counters per account. */
export function countUp(counter: Map<string, number>, key: string): void {
  counter.set(key, (counter.get(key) ?? 0) + 1);
}
