import { Temporal } from "temporal-polyfill";
import { ianaTimeZone } from "../../domain/calendar-event.ts";
import { type Component, nameOf, parameterOf, readComponent, valueOf } from "../../icalendar/component.ts";
import { type Clock, readLocal, zoneClock } from "../../icalendar/zone-clock.ts";
import type { SeenEvent, SeenTime } from "../calendar-client.ts";
import { ownerDigits, readEventId } from "./event-id.ts";

/** A file that may hold an event of ours. */
export interface EventFile {
  /** Without path and ending. */
  readonly name: string;
  readonly etag: string | null;
  readonly text: string;
}

/** What was read from a file. */
export type Reading =
  | { readonly kind: "seen"; readonly event: SeenEvent }
  /** It is none of this owner's. */
  | { readonly kind: "foreign" }
  /** The event has no zone, or one that nothing describes: only its calendar's own says when it is. */
  | { readonly kind: "needs_zone" }
  /** Nobody sees an event in it. */
  | { readonly kind: "unreadable" };

/**
 * Reads what a calendar application shows of an event of ours. It is known by the name of its file or, where an application
 * gave it another one, by its UID; a copy has neither.
 *
 * @param owner see `eventId`
 * @param floating_zone the IANA name of the zone for times without one; null: not known yet
 */
export function readSeenEvent(file: EventFile, owner: string, floating_zone: string | null): Reading {
  const calendar = readComponent(file.text.trim());
  const events = calendar?.components.filter(({ name }) => name === "VEVENT") ?? [];
  const event = events.find((one) => valueOf(one, "RECURRENCE-ID") === null) ?? events[0];
  const named = ownId(file.name, owner) ?? ownId(event && valueOf(event, "UID"), owner);
  if (named === null) return { kind: "foreign" };
  if (calendar === null || event === undefined) return { kind: "unreadable" };
  const time = timeOf(event, calendar, floating_zone);
  if (time === null) return { kind: "unreadable" };
  if (time.kind === "needs_zone") return time;
  return {
    kind: "seen",
    event: {
      event_id: named.event_id,
      etag: file.etag,
      obligation_id: named.obligation_id,
      time,
      is_series: events.some((one) => hasAny(one, ["RRULE", "RDATE", "RECURRENCE-ID"])),
      has_guests: events.some((one) => hasAny(one, ["ATTENDEE"])),
    },
  };
}

/** What an id says that is this owner's; null: it is another one's, or none. */
export function ownId(
  event_id: string | null | undefined,
  owner: string,
): { readonly event_id: string; readonly obligation_id: string } | null {
  const id = readEventId(event_id ?? "");
  return event_id && id?.owner === ownerDigits(owner) ? { event_id, obligation_id: id.obligation_id } : null;
}

function hasAny({ lines }: Component, names: readonly string[]): boolean {
  return lines.some((line) => names.includes(nameOf(line)));
}

type Time = SeenTime | { readonly kind: "needs_zone" } | null;

function timeOf(event: Component, calendar: Component, floating_zone: string | null): Time {
  const start = valueOf(event, "DTSTART")?.trim() ?? "";
  if (/^\d{8}$/.test(start)) return dayOf(event, start);
  const [from, to] = ["DTSTART", "DTEND"].map((name) => readMoment(event, name, calendar));
  if (from === undefined || from === null) return null;
  const clock = clockFor(from, floating_zone);
  if (clock === null) return { kind: "needs_zone" };
  // An end in another zone than the start is allowed.
  const end_clock = to ? clockFor(to, floating_zone) : null;
  if (to && end_clock === null) return { kind: "needs_zone" };
  const start_at = clock(from.local);
  const end_at = to && end_clock ? end_clock(to.local) : endByDuration(event, from.local, clock);
  return {
    kind: "timed",
    start_at: start_at.toString({ smallestUnit: "second" }),
    end_at: end_at.toString({ smallestUnit: "second" }),
    time_zone: from.zone.kind === "iana" ? from.zone.name : null,
  };
}

/** Without an end that can be read, and with one that is not after the start, it is the one day (RFC 5545 §3.6.1). */
function dayOf(event: Component, start: string): SeenTime | null {
  const start_date = readDate(start);
  if (start_date === null) return null;
  const given = readDate(valueOf(event, "DTEND") ?? "") ??
    readDuration(event, (duration) => start_date.add(duration));
  const is_after = given !== null && Temporal.PlainDate.compare(given, start_date) > 0;
  const end_date = is_after ? given : start_date.add({ days: 1 });
  return { kind: "all_day", start_date: start_date.toString(), end_date: end_date.toString() };
}

/** A date and time, and whose clock it is on. */
interface Moment {
  readonly local: Temporal.PlainDateTime;
  readonly zone:
    | { readonly kind: "iana"; readonly name: string }
    | { readonly kind: "described"; readonly clock: Clock }
    | { readonly kind: "none" };
}

function readMoment(event: Component, name: string, calendar: Component): Moment | null {
  const value = valueOf(event, name)?.trim() ?? "";
  const local = readLocal(value);
  if (local === null) return null;
  if (/Z$/i.test(value)) return { local, zone: { kind: "iana", name: "UTC" } };
  const tzid = parameterOf(event, name, "TZID");
  return { local, zone: tzid === null ? { kind: "none" } : zoneOf(tzid, calendar) };
}

/** By its IANA name, which applications take for more than what the file describes; else by that description. */
function zoneOf(tzid: string, calendar: Component): Moment["zone"] {
  const described = calendar.components.find((one) =>
    one.name === "VTIMEZONE" && valueOf(one, "TZID")?.trim() === tzid
  );
  const name = ianaName(tzid) ?? ianaName((described && valueOf(described, "X-LIC-LOCATION")) ?? "");
  if (name !== null) return { kind: "iana", name };
  const clock = described === undefined ? null : zoneClock(described);
  return clock === null ? { kind: "none" } : { kind: "described", clock };
}

/** `/mozilla.org/20050126_1/Europe/Berlin` is known by its end: a slash begins a name from somebody's list (RFC 5545 §3.8.3.1). */
function ianaName(tzid: string): string | null {
  const parts = tzid.trim().split("/");
  const names = tzid.startsWith("/")
    ? parts.slice(1).map((_, index) => parts.slice(index + 1).join("/"))
    : [tzid.trim()];
  return names.map(ianaTimeZone).find((zone) => zone !== null) ?? null;
}

function clockFor({ zone }: Moment, floating_zone: string | null): Clock | null {
  if (zone.kind === "described") return zone.clock;
  const name = zone.kind === "iana" ? zone.name : floating_zone;
  return name === null ? null : (local) => local.toZonedDateTime(name).toInstant();
}

/** Days of a duration are days of the clock, its hours are hours that pass (RFC 5545 §3.8.2.5). */
function endByDuration(event: Component, start: Temporal.PlainDateTime, clock: Clock): Temporal.Instant {
  const end = readDuration(
    event,
    ({ weeks, days, hours, minutes, seconds }) =>
      clock(start.add({ weeks, days })).add({ hours, minutes, seconds }),
  );
  return end ?? clock(start);
}

/** @returns null where there is no duration that can be read, or the result is out of range */
function readDuration<T>(event: Component, use: (duration: Temporal.Duration) => T): T | null {
  const value = valueOf(event, "DURATION")?.trim();
  if (!value) return null;
  try {
    return use(Temporal.Duration.from(value));
  } catch {
    return null;
  }
}

function readDate(value: string): Temporal.PlainDate | null {
  const [, year, month, day] = /^(\d{4})(\d{2})(\d{2})$/.exec(value.trim()) ?? [];
  if (year === undefined) return null;
  try {
    return Temporal.PlainDate.from(`${year}-${month}-${day}`);
  } catch {
    return null;
  }
}
