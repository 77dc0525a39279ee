import type { AccessToken, CalendarChoice, CalendarClient } from "./calendar-client.ts";
import type { CallBudget } from "./call-budget.ts";

/** A provider by the name that the database and the API use. */
export type ProviderName = "google" | "outlook";

/** What a user is asked for: a calendar of our own, or also the existing ones. */
export type Access = "dedicated" | "existing";

/** One flow through a provider's consent page. */
export interface AuthorizationFlow {
  readonly access: Access;
  readonly redirect_uri: string;
  readonly nonce: string;
  /** PKCE (RFC 7636). */
  readonly code_verifier: string;
}

/** What the token endpoint gave for a code. */
export type ExchangeOutcome =
  | {
    readonly kind: "exchanged";
    /** Stable for the account and never reused, unlike an e-mail address. */
    readonly account_id: string;
    readonly account_email: string | null;
    readonly scopes: readonly string[];
    readonly access_token: string;
    readonly refresh_token: string | null;
    /** RFC 3339. */
    readonly expires_at: string;
  }
  | {
    readonly kind: "scope_missing" | "identity_invalid" | "exchange_failed" | "admin_consent_required";
    /** The provider's own word, for the log. */
    readonly reason: string;
  };

/** What the token endpoint gave for a refresh token. */
export type RefreshOutcome =
  | ({ readonly kind: "refreshed"; readonly refresh_token: string | null } & AccessToken)
  | {
    /**
     * `invalid_grant`, `admin_consent_required`: the grant is lost. `blocked_by_policy`: the organisation refuses for now.
     * `configuration`: our own client id or secret is wrong. `unavailable`: says nothing of the grant.
     */
    readonly kind: RefreshRefusal;
    readonly reason: string;
    /** There was no answer, or a server error: it may be that the provider is down. */
    readonly silent?: true;
  };

export type RefreshRefusal =
  | "invalid_grant"
  | "admin_consent_required"
  | "blocked_by_policy"
  | "configuration"
  | "unavailable";

/** Why a consent page sent the user back without a code. */
export type ConsentRefusal = "access_denied" | "admin_consent_required" | "exchange_failed";

/** A calendar provider: OAuth and the calendar API behind it. */
export interface Provider {
  readonly name: ProviderName;
  /** The address of the consent page. */
  getAuthUrl(flow: AuthorizationFlow & { readonly state: string }): Promise<string>;
  /**
   * Exchanges the code; verifies who consented and to what.
   *
   * @param callback the query that the provider sent the user back with
   */
  exchangeToken(
    flow: AuthorizationFlow & { readonly callback: URLSearchParams },
  ): Promise<ExchangeOutcome>;
  refreshToken(refresh_token: string): Promise<RefreshOutcome>;
  /** Ends the grant where the provider has a way to, best effort; see {@link grantPageOf}. */
  revokeToken(refresh_token: string): Promise<void>;
  /** Reads a callback without a code. */
  consentRefusal(callback: URLSearchParams): ConsentRefusal;
  /** Where the user sees, and can end, what was granted. */
  grantPageOf(account_id: string): string;
  /**
   * Where an administrator can consent for a whole organisation; null where the provider has no such page.
   *
   * @param account_id names the organisation; null: the administrator's own
   */
  adminConsentUrl(redirect_uri: string, account_id: string | null): string | null;
  /** Whether the grant shows the user's other calendars too. */
  listsCalendars(access: Access): boolean;
  createClient(options: {
    readonly access_token: string;
    /**
     * Whom what we make belongs to: a user's id. Every event is tagged with it and, where the provider can, every calendar
     * of our own, so that each is found again and nobody else's is taken for it.
     */
    readonly owner: string;
    /** The calendar that the integration writes to, where it has one. */
    readonly calendar: CalendarChoice | null;
    readonly budget: CallBudget;
  }): CalendarClient;
}
