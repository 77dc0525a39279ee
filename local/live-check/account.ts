import type { PersonEdit } from "../providers/person-edit.ts";
import type {
  CalendarChoice,
  CalendarClient,
} from "../../supabase/functions/_shared/providers/calendar-client.ts";
import type { CallBudget } from "../../supabase/functions/_shared/providers/call-budget.ts";
import type { Credentials } from "../../supabase/functions/_shared/providers/credentials.ts";
import type { ProviderDefinition } from "../../supabase/functions/_shared/providers/definition.ts";
import type { ProviderSubject } from "../../tests/integration/providers/subject.ts";
import type { SeenEvent } from "../../tests/support/subjects/subject.ts";
import type { Assumption } from "./assumption.ts";

/** An event that a calendar shows. */
export interface LiveEvent {
  /** As its user sees it. */
  readonly seen: SeenEvent;
  /** The address that it links to; null: none. */
  readonly link: string | null;
}

/** What a person sees and does in the provider's own app, as far as the API can do it for them. */
export interface Person {
  events(calendar_id: string): Promise<readonly LiveEvent[]>;
  /** Sets another reminder (five minutes) on an event. */
  remind(calendar_id: string, event_id: string): Promise<void>;
  /** Adds an event of the person's own. */
  addEvent(calendar_id: string): Promise<void>;
  edit(
    calendar_id: string,
    event_id: string,
    edit: Extract<PersonEdit, { kind: "move" | "rename" | "delete" }>,
  ): Promise<void>;
}

/** A provider as the check knows it. */
export interface LiveProvider {
  readonly definition: ProviderDefinition;
  /** Its emulator, which says what the real one is believed to be like. */
  readonly reference: ProviderSubject;
  /** The variable with the servers that may be reached: it gets the one that is typed. Absent: none is typed. */
  readonly servers_variable?: string;
  /** @param api_url null: wherever the credentials say */
  open(api_url: string | null, credentials: Credentials): {
    readonly person: Person;
    readonly assumptions: readonly Assumption[];
  };
}

/** An account that whoever runs the check signed in to. */
export interface SignedIn {
  /** Stable for the account. */
  readonly account_id: string;
  readonly credentials: Credentials;
  /** Uses the refresh token once. Null: there is none. */
  readonly refresh: (() => Promise<{ readonly is_good: boolean; readonly is_renewed: boolean }>) | null;
  /** Where its user ends the grant; null: there is none to end. */
  readonly grant_page: string | null;
  createClient(options: {
    readonly owner: string;
    readonly calendar: CalendarChoice | null;
    readonly budget: CallBudget;
  }): CalendarClient;
}
