import type { Patience } from "../transport/first-answer.ts";
import type { AccessToken } from "./calendar-client.ts";
import type { CredentialsOf } from "./credentials.ts";

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

/** Connects accounts by OAuth 2.0: the user consents on the provider's page. */
export interface OAuthConnector {
  readonly kind: "oauth";
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
}

/** A server that the page offers by name. */
export interface ServerPreset {
  readonly name: string;
  readonly server_url: string;
  /** Where the user finds, or makes, a password for applications; null: there is no such page. */
  readonly help_url: string | null;
}

/** What a server said to a user name and a password. */
export type CheckOutcome =
  | {
    readonly kind: "connected";
    /** Stable for the account. */
    readonly account_id: string;
    readonly account_email: string | null;
    /** With the server's final address, where the one that was typed led elsewhere. */
    readonly credentials: CredentialsOf<"password">;
  }
  | CheckRefusal;

/** Why an account cannot be connected. */
export interface CheckRefusal {
  readonly kind:
    | "server_not_allowed"
    | "server_unreachable"
    | "not_supported"
    /** The server asks for another way to sign in than ours, so that it looked at no password. */
    | "sign_in_not_supported"
    | "sign_in_failed";
  /** For the log. */
  readonly reason: string;
}

/** Connects accounts by a user name and a password on a server that the user names. */
export interface PasswordConnector {
  readonly kind: "password";
  readonly presets: readonly ServerPreset[];
  /** A password is lost once the account's own address refused it twice, so many seconds apart. */
  readonly refusal_s: number;
  /**
   * Finds the calendars behind an address and tries the user name and the password there.
   *
   * @param patience how long it may take: a server that does not answer is unreachable then, and not before
   */
  check(credentials: CredentialsOf<"password">, patience?: Patience): Promise<CheckOutcome>;
}

/** How accounts of a provider are connected. */
export type Connector = OAuthConnector | PasswordConnector;
