import type { CalendarChoice, CalendarClient } from "./calendar-client.ts";
import type { CallBudget } from "./call-budget.ts";
import type { Access, Connector, OAuthConnector, PasswordConnector } from "./connector.ts";
import type { CredentialsOf } from "./credentials.ts";

/** What is known of an event that is in a calendar. */
export interface EventPlace {
  /** The provider's. */
  readonly event_id: string;
  readonly calendar_id: string;
  /** As the connector names the account; null: it is not known any more. */
  readonly account_id: string | null;
  readonly account_email: string | null;
}

/** A calendar provider that accounts are connected to in one way. */
interface ProviderOf<C extends Connector> {
  /** As its row in `calendar_sync.providers` is called. */
  readonly name: string;
  /** What people call it. */
  readonly label: string;
  /** Where its calendar API is; null: on whichever server an account names. */
  readonly api_url: string | null;
  /** How an account is connected. */
  readonly connector: C;
  /** Whether the grant shows the user's other calendars too. */
  listsCalendars(access: Access): boolean;
  /** What can be done with the calendars of one account. */
  createClient(options: {
    readonly credentials: CredentialsOf<C["kind"]>;
    /**
     * Whom what we make belongs to: a user's id. Every event is tagged with it and, where the provider can, every calendar
     * of our own, so that each is found again and nobody else's is taken for it.
     */
    readonly owner: string;
    /** The calendar that the integration writes to, where it has one. */
    readonly calendar: CalendarChoice | null;
    readonly budget: CallBudget;
  }): CalendarClient;
  /** The address of an event's page in the provider's own application. Absent: it has no such pages. */
  eventUrl?(event: EventPlace): string;
  /** The last part of the address of ours that it calls when a calendar changes. Absent: it cannot, or is not to. */
  readonly push_path?: string;
  /** Logs what its operator has to do soon, such as making a new client secret. Absent: there is never anything. */
  warnOperator?(): void;
}

/** A provider whose accounts are connected on its consent page. */
export type OAuthProvider = ProviderOf<OAuthConnector>;
/** A provider whose accounts are connected with a user name and a password. */
export type PasswordProvider = ProviderOf<PasswordConnector>;
export type Provider = OAuthProvider | PasswordProvider;

/** Whether accounts of a provider are connected on its consent page. */
export function isOAuth(provider: Provider): provider is OAuthProvider {
  return provider.connector.kind === "oauth";
}
