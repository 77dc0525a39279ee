import { type CalendarEvent, calendarEventOf, isOutOfRange } from "./calendar-event.ts";
import type { IntegrationSettings, Obligation } from "./obligation.ts";
import type { SeenTime } from "./seen-event.ts";

/** What we know to be in a calendar for one obligation. */
export interface Mapping {
  readonly calendar_id: string;
  readonly external_event_id: string;
  /** Hash of the event that we last sent, see {@link hashEvent}; never of what the provider read back. */
  readonly content_hash: string;
  /** The version that we last wrote or saw; null: any may be overwritten. */
  readonly etag: string | null;
}

/** Everything the decision about one obligation in one calendar depends on. */
export interface Situation {
  /** null: deleted, or not (any longer) this user's. */
  readonly obligation: Obligation | null;
  readonly settings: IntegrationSettings;
  /** The calendar that events belong in now. */
  readonly calendar_id: string;
  /** The integration is being disconnected and its events shall go. */
  readonly removing: boolean;
  readonly mapping: Mapping | null;
  /** Where its user keeps the event although its deadline is elsewhere; null: nowhere. */
  readonly kept: SeenTime | null;
  /** Its user invited somebody: deleting the event would tell them that it is cancelled. */
  readonly has_guests: boolean;
  /** Calendars in which an attempt without a recorded outcome may have left an event that no mapping knows. */
  readonly attempted_in: readonly string[];
  /** These attempts were of what is wanted now, so that what the event can show is known. */
  readonly is_repetition: boolean;
  /** Its user deleted the event, and it is not back yet. */
  readonly is_gone: boolean;
}

/** The difference between what a calendar should hold for one obligation and what it holds. */
export type Plan = Step & {
  /**
   * Calendars in which an interrupted attempt may have left an event that the step would not find, looked into before it:
   * other ones, and of an event that is to go its own, where a successor may stand beside it.
   */
  readonly leftovers: readonly string[];
};

type Step =
  | { readonly kind: "nothing" }
  /** There can be no event, and the user is to learn why. */
  | { readonly kind: "impossible"; readonly reason: "deadline_out_of_range" }
  | { readonly kind: "create"; readonly event: CalendarEvent; readonly content_hash: string }
  | {
    readonly kind: "update";
    readonly event: CalendarEvent;
    readonly content_hash: string;
    readonly event_id: string;
    /** Only this version is overwritten; null: any. */
    readonly etag: string | null;
  }
  /** Its user deleted it. Where they put it back meanwhile, at another time, that is told first. */
  | {
    readonly kind: "restore";
    readonly event: CalendarEvent;
    readonly content_hash: string;
    readonly event_id: string;
  }
  | { readonly kind: "delete"; readonly calendar_id: string; readonly event_id: string }
  | {
    readonly kind: "move";
    readonly event: CalendarEvent;
    readonly content_hash: string;
    readonly from: { readonly calendar_id: string; readonly event_id: string };
  };

/** Whether a plan is about an event that a mapping knows, in its calendar. */
export function isUpdate(plan: Plan): plan is Plan & { readonly kind: "update" | "restore" } {
  return plan.kind === "update" || plan.kind === "restore";
}

/**
 * Decides what to do about one obligation in one calendar. Pure and total; doing it is `CalendarClient`'s work.
 *
 * @returns the plan, with the hash of the event it would write
 */
export async function planObligation(situation: Situation): Promise<Plan> {
  const step = await planStep(situation);
  // A write finds in its own calendar whatever an earlier one left there.
  const writes = "content_hash" in step;
  return {
    ...step,
    leftovers: situation.attempted_in.filter((id) => !(writes && id === situation.calendar_id)),
  };
}

async function planStep(situation: Situation): Promise<Step> {
  const { settings, mapping } = situation;
  const obligation = situation.removing ? null : situation.obligation;
  const event = obligation && calendarEventOf(obligation, settings, situation.kept);
  if (event === null) {
    if (mapping !== null) {
      return { kind: "delete", calendar_id: mapping.calendar_id, event_id: mapping.external_event_id };
    }
    return obligation !== null && isOutOfRange(obligation, settings)
      ? { kind: "impossible", reason: "deadline_out_of_range" }
      : { kind: "nothing" };
  }
  const content_hash = await hashEvent(event);
  if (mapping === null) return { kind: "create", event, content_hash };
  if (mapping.calendar_id !== situation.calendar_id) {
    // It stays where its guests know it, and is its user's from now on.
    if (situation.has_guests) return { kind: "create", event, content_hash };
    const from = { calendar_id: mapping.calendar_id, event_id: mapping.external_event_id };
    return { kind: "move", event, content_hash, from };
  }
  // After an attempt without an outcome the event may show what was wanted in between; or be gone, where that attempt was to
  // move it to another calendar and got no further than to take it away here.
  const is_certain = situation.attempted_in.length === 0;
  if (is_certain && mapping.content_hash === content_hash) return { kind: "nothing" };
  const event_id = mapping.external_event_id;
  if (situation.is_gone && mapping.etag === null && (is_certain || situation.is_repetition)) {
    return { kind: "restore", event, content_hash, event_id };
  }
  // What an attempt without an outcome wrote has a version that we do not know. Where it wrote the same, what is there tells the rest.
  const etag = is_certain || situation.is_repetition ? mapping.etag : null;
  return { kind: "update", event, content_hash, event_id, etag };
}

/**
 * Hash of what an update would change. Reminders are left out: they are set on creation only, so that a user's
 * own change survives.
 *
 * @returns SHA-256, hexadecimal
 */
export async function hashEvent(event: CalendarEvent): Promise<string> {
  const { title, description, time, url } = event;
  const bytes = new TextEncoder().encode(JSON.stringify([title, description, time, url]));
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
