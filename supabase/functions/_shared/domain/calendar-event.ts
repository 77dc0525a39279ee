import { Temporal } from "temporal-polyfill";
import { eventTitle } from "./event-title.ts";
import type { Due, EventSettings, Obligation } from "./obligation.ts";
import { plainLine, plainText } from "./plain-text.ts";
import type { SeenTime } from "./seen-event.ts";
import { ZONE_ALIASES } from "./zone-aliases.ts";

/** An event as every provider should show it: plain text, not yet escaped or named as any of them wants it. */
export interface CalendarEvent {
  readonly obligation_id: string;
  readonly title: string;
  readonly description: string;
  readonly time: EventTime;
  readonly url: string | null;
  /** Nothing is to remind of it. */
  readonly completed: boolean;
  /** Before the start; after it where negative, as far as a calendar can ring after an event has begun. */
  readonly reminders_minutes: readonly number[];
}

/** `end_date` is exclusive. `start` and `end` are RFC 3339 with the offset that holds in `time_zone` then. */
export type EventTime =
  | { readonly kind: "all_day"; readonly start_date: string; readonly end_date: string }
  | { readonly kind: "timed"; readonly start: string; readonly end: string; readonly time_zone: string };

/** Longer titles are cut: Google and Outlook document no limit, clients and exports break somewhere above. */
export const TITLE_MAX_CHARACTERS = 250;
/** A deadline has no duration, but providers refuse an event without one (Google 400 `timeRangeEmpty`). */
const TIMED_EVENT_MINUTES = 30;
const MINUTES_PER_HOUR = 60;
/** What RFC 3339 can write. */
const YEAR_MIN = 1;
const YEAR_MAX = 9999;

/**
 * The event that stands for an obligation.
 *
 * @returns null where the obligation belongs in no calendar: it has no deadline, is cancelled, or is completed
 * and the user wants completed ones removed, or its type is none of those that the user chose; or no calendar can show its deadline, see {@link isOutOfRange}.
 * @param kept where its user moved the event and it stays; then the description says the legal date. null: it is on its deadline
 */
export function calendarEventOf(
  obligation: Obligation,
  settings: EventSettings,
  kept: SeenTime | null = null,
): CalendarEvent | null {
  if (!belongsInCalendar(obligation, settings)) return null;
  const legal = eventTime(obligation.due);
  if (legal === null) return null;
  const stays_at = kept && seenEventTime(kept);
  const time = stays_at ?? legal;
  const completed = obligation.status === "completed";
  const title = eventTitle(settings.title_template, obligation);
  const url = linkOf(obligation.url);
  return {
    obligation_id: obligation.obligation_id,
    title: cutTitle(plainLine(completed ? `✓ ${title}` : title)),
    description: [plainText(obligation.description), stays_at && legalLine(legal), url]
      .filter((line) => line !== null && line !== "").join("\n\n"),
    time,
    url,
    completed,
    reminders_minutes: remindersOf(time, settings),
  };
}

/** Reminders of an all-day deadline count back from the time of its day that the user chose, not from midnight. */
function remindersOf(
  time: EventTime,
  { reminders_minutes, all_day_reminder_time }: EventSettings,
): readonly number[] {
  if (time.kind === "timed") return reminders_minutes;
  const due = Temporal.PlainTime.from(all_day_reminder_time);
  const due_minutes = due.hour * MINUTES_PER_HOUR + due.minute;
  return reminders_minutes.map((minutes) => minutes - due_minutes);
}

/** Whether an obligation has no event for the one reason that no calendar can show its deadline. */
export function isOutOfRange(obligation: Obligation, settings: EventSettings): boolean {
  return belongsInCalendar(obligation, settings) && eventTime(obligation.due) === null;
}

function belongsInCalendar({ due, status, obligation_type }: Obligation, settings: EventSettings): boolean {
  return due.kind !== "none" && status !== "cancelled" &&
    (status !== "completed" || settings.completed_events === "keep") &&
    (settings.obligation_types === null ||
      (obligation_type !== null && settings.obligation_types.includes(obligation_type)));
}

/**
 * Cuts a title at {@link TITLE_MAX_CHARACTERS} UTF-16 units, `…` included, without splitting what a reader sees
 * as one character (an emoji with its modifiers, a letter with its accents).
 */
export function cutTitle(title: string): string {
  if (title.length <= TITLE_MAX_CHARACTERS) return title;
  let end = 0;
  for (const { segment, index } of new Intl.Segmenter().segment(title)) {
    if (index + segment.length > TITLE_MAX_CHARACTERS - 1) break;
    end = index + segment.length;
  }
  return `${title.slice(0, end)}…`;
}

/** What the description says while its user keeps the event elsewhere. */
function legalLine(legal: EventTime): string {
  return `Legal date: ${
    legal.kind === "all_day" ? legal.start_date : legal.start.slice(0, "YYYY-MM-DD".length)
  }`;
}

/** A time as it was seen, as it would be sent; null where no event can be then. */
function seenEventTime(seen: SeenTime): EventTime | null {
  if (seen.kind === "all_day") return seen;
  const zone = knownTimeZone(seen.time_zone);
  const start = inRange(() => Temporal.Instant.from(seen.start_at).toZonedDateTimeISO(zone));
  const end = start && inRange(() => Temporal.Instant.from(seen.end_at).toZonedDateTimeISO(zone));
  return end && timedEvent(start, end);
}

/**
 * When the event of a deadline is.
 *
 * @returns null where there is none, or it would be in a year that RFC 3339 cannot write: Postgres has others, and infinity
 */
export function eventTime(due: Due): EventTime | null {
  switch (due.kind) {
    case "none":
      return null;
    case "date": {
      const start = inRange(() => Temporal.PlainDate.from(due.date));
      const end = start && inRange(() => start.add({ days: 1 }));
      return end && { kind: "all_day", start_date: start.toString(), end_date: end.toString() };
    }
    case "instant": {
      const zone = knownTimeZone(due.time_zone);
      // On either clock: providers and readers may want it in UTC.
      const utc = inRange(() => Temporal.Instant.from(due.at).toZonedDateTimeISO("UTC"));
      const start = utc && inRange(() => utc.withTimeZone(zone));
      const utc_end = start && inRange(() => utc.add({ minutes: TIMED_EVENT_MINUTES }));
      const end = utc_end && inRange(() => utc_end.withTimeZone(zone));
      return end && timedEvent(start, end);
    }
  }
}

function timedEvent(start: Temporal.ZonedDateTime, end: Temporal.ZonedDateTime): EventTime {
  const text = { timeZoneName: "never", smallestUnit: "second" } as const;
  return { kind: "timed", start: start.toString(text), end: end.toString(text), time_zone: start.timeZoneId };
}

function inRange<T extends { readonly year: number }>(read: () => T): T | null {
  try {
    const time = read();
    return time.year >= YEAR_MIN && time.year <= YEAR_MAX ? time : null;
  } catch (error: unknown) {
    // "infinity", "0044-03-15 BC", "12345-01-01".
    if (error instanceof RangeError) return null;
    throw error;
  }
}

const CANONICAL_ZONES: ReadonlyMap<string, string> = new Map(
  Object.entries(ZONE_ALIASES).flatMap(([name, aliases]) =>
    aliases.split(" ").map((alias): [string, string] => [alias, name])
  ),
);

/**
 * The zone to show a deadline in, by IANA's own name for it: some readers take an abbreviation such as `CET` for a fixed
 * offset. One that is no IANA name is UTC, since a typo must not keep a deadline away.
 */
export function knownTimeZone(name: string | null): string {
  return ianaTimeZone(name) ?? "UTC";
}

/** @returns IANA's own name for a zone; null where it has none of this name */
export function ianaTimeZone(name: string | null): string | null {
  if (name === null || !/^[A-Za-z]/.test(name)) return null;
  const spelt = zoneOfRuntime(name);
  if (spelt === null) return null;
  const canonical = CANONICAL_ZONES.get(spelt);
  // A runtime with old time zones does not know every new name.
  return canonical === undefined ? spelt : zoneOfRuntime(canonical) ?? spelt;
}

function zoneOfRuntime(name: string): string | null {
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name).timeZoneId;
  } catch {
    return null;
  }
}

/** What every provider takes as it is. */
const PLAIN_LINK = /^https?:\/\/[A-Za-z0-9][!-[\]-~]*$/;

/**
 * The link of an event. Providers refuse an event whose link is not http(s), so any other link is left out; one with odd
 * spelling (spaces around it, capitals, a character that has to be escaped) is written as a browser reads it.
 */
function linkOf(url: string | null): string | null {
  if (url === null || !URL.canParse(url)) return null;
  const { protocol, href } = new URL(url);
  if (protocol !== "http:" && protocol !== "https:") return null;
  return PLAIN_LINK.test(url) ? url : href;
}
