import type { CalendarClient } from "../../supabase/functions/_shared/providers/calendar-client.ts";
import type { Terminal } from "./terminal.ts";

/** What became of an assumption, and what was seen. */
export interface Finding {
  readonly kind: "holds" | "does_not_hold" | "not_tried";
  /** Never holds a token, an address of somebody, or content that is not ours. */
  readonly seen: string;
}

/** Something that an emulator does and that the real provider is believed to do. */
export interface Assumption {
  /** A statement. */
  readonly name: string;
  check(trial: Trial): Promise<Finding>;
}

/** A calendar that this run made, and the real provider's client for it. */
export interface OwnCalendar {
  readonly id: string;
  readonly owner: string;
  readonly client: CalendarClient;
}

/** What an assumption is tried with. */
export interface Trial {
  readonly calendar: OwnCalendar;
  /** A second one. */
  readonly other: OwnCalendar;
  readonly channel_url: string | null;
  readonly guest: string | null;
  /** Asks a person to do something in the provider's own app; false where nobody does. */
  byHand(request: string): Promise<boolean>;
  readonly terminal: Terminal;
}

/** What was seen agrees with the assumption, or does not. */
export function holdsIf(holds: boolean, seen: string): Finding {
  return { kind: holds ? "holds" : "does_not_hold", seen };
}

export function notTried(seen: string): Finding {
  return { kind: "not_tried", seen };
}
