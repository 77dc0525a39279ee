import type { CalendarEvent } from "../../domain/calendar-event.ts";
import { formatNote, parseNote, remindersAtFirst } from "../../domain/reminders.ts";
import { lines, text, utc } from "../../icalendar/content-lines.ts";
import {
  type Component,
  nameOf,
  parameterOf,
  readComponent,
  valueOf,
  writeComponent,
} from "../../icalendar/component.ts";
import { alarmLines, timeOf } from "../../icalendar/event-lines.ts";
import { type VTimeZone, vtimezoneOf } from "../../icalendar/vtimezone.ts";
import { alarmsOf, firstAlarms } from "./alarms.ts";

/** Longer texts are cut: Cyrus fails at a few hundred thousand characters, and what its users see ends far earlier. */
const DESCRIPTION_MAX_CHARACTERS = 16_000;
const PRODID = "-//EcoComply//Calendar//EN";
/** What names the obligation of an event. */
const OBLIGATION_PROPERTY = "X-ECOCOMPLY-OBLIGATION";
/** What says which reminders we set. */
const REMINDERS_PROPERTY = "X-ECOCOMPLY-REMINDERS";

/** Properties of an event that are ours: everything else on it is its user's, or another application's. */
const OURS: ReadonlySet<string> = new Set([
  ...[
    "UID",
    "DTSTAMP",
    "LAST-MODIFIED",
    "SEQUENCE",
    "DTSTART",
    "DTEND",
    "DURATION",
    "SUMMARY",
    "DESCRIPTION",
    "URL",
  ],
  OBLIGATION_PROPERTY,
  REMINDERS_PROPERTY,
]);

/**
 * The file of a new event. Nobody is invited, ever: no ATTENDEE and no ORGANIZER, by which a server would send mail, and no
 * METHOD, which no stored file may have (RFC 4791 §4.1).
 *
 * @param uid see `eventId`
 */
export function newFile(event: CalendarEvent, uid: string, now: Date): string {
  const zone = zoneOf(event);
  const noted = remindersAtFirst(event, minutesOf(event), now.getTime());
  const title = text(event.title);
  return lines([
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    `PRODID:${PRODID}`,
    "CALSCALE:GREGORIAN",
    ...(zone?.lines ?? []),
    "BEGIN:VEVENT",
    ...ownLines(event, zone, { uid, sequence: 0, note: formatNote(noted) }, now),
    `CREATED:${utc(now.toISOString())}`,
    "TRANSP:TRANSPARENT",
    ...noted.minutes.flatMap((minutes) => alarmLines(title, minutes)),
    "END:VEVENT",
    "END:VCALENDAR",
  ]);
}

/**
 * The file of an event that is there, brought up to date. Everything on it that is not ours stays: properties and alarms of
 * its user and of other applications, other occurrences, other zones.
 *
 * @param stored the file as the server has it; one that cannot be read is written anew
 * @param uid see `eventId`
 */
export function updatedFile(stored: string, event: CalendarEvent, uid: string, now: Date): string {
  const calendar = readComponent(stored);
  const before = calendar === null ? undefined : eventIn(calendar, uid);
  if (calendar?.name !== "VCALENDAR" || before === undefined) return newFile(event, uid, now);
  const zone = zoneOf(event);
  const after = updatedEvent(before, event, uid, zone, now);
  const others = calendar.components.map((one) => one === before ? after : one);
  const named = new Set(others.flatMap((one) => one.name === "VTIMEZONE" ? [] : zonesNamed(one)));
  const kept = others.filter((one) => {
    const tzid = one.name === "VTIMEZONE" ? valueOf(one, "TZID") : null;
    return tzid === null || (named.has(tzid) && tzid !== zone?.time_zone);
  });
  return writeComponent({
    name: calendar.name,
    lines: calendar.lines.filter((line) => nameOf(line) !== "METHOD"),
    components: zone === null ? kept : [zoneComponent(zone), ...kept],
  });
}

/**
 * The file of an event that is there, with the alarms that it would be created with. Everything else on it stays.
 *
 * @param stored the file as the server has it; one that cannot be read is written anew
 * @param uid see `eventId`
 */
export function fileWithFirstAlarms(stored: string, event: CalendarEvent, uid: string, now: Date): string {
  const calendar = readComponent(stored);
  const before = calendar === null ? undefined : eventIn(calendar, uid);
  if (calendar?.name !== "VCALENDAR" || before === undefined) return newFile(event, uid, now);
  const alarms = firstAlarms(before, event, minutesOf(event), now);
  const written_at = utc(now.toISOString());
  const replaced = new Set(["DTSTAMP", "LAST-MODIFIED", REMINDERS_PROPERTY]);
  const after: Component = {
    name: before.name,
    lines: [
      ...before.lines.filter((line) => !replaced.has(nameOf(line))),
      `DTSTAMP:${written_at}`,
      `LAST-MODIFIED:${written_at}`,
      `${REMINDERS_PROPERTY}:${alarms.note}`,
    ],
    components: [...before.components.filter(({ name }) => name !== "VALARM"), ...alarms.components],
  };
  return writeComponent({
    ...calendar,
    lines: calendar.lines.filter((line) => nameOf(line) !== "METHOD"),
    components: calendar.components.map((one) => one === before ? after : one),
  });
}

/** The event itself, and none of its single occurrences. */
function eventIn({ components }: Component, uid: string): Component | undefined {
  return components.find((one) =>
    one.name === "VEVENT" && valueOf(one, "UID") === uid && valueOf(one, "RECURRENCE-ID") === null
  );
}

function updatedEvent(
  before: Component,
  event: CalendarEvent,
  uid: string,
  zone: VTimeZone | null,
  now: Date,
): Component {
  const was_all_day = parameterOf(before, "DTSTART", "VALUE")?.toUpperCase() === "DATE" ||
    /^\d{8}$/.test(valueOf(before, "DTSTART") ?? "");
  const noted = parseNote(valueOf(before, REMINDERS_PROPERTY) ?? "");
  const alarms = alarmsOf(before, event, {
    noted,
    minutes: minutesOf(event),
    moved: was_all_day !== (event.time.kind === "all_day"),
  }, now);
  const sequence = Number(valueOf(before, "SEQUENCE") ?? 0) || 0;
  const times = timeOf(event.time, zonesOf(zone));
  const is_moved = !times.every((line) => before.lines.includes(line));
  const given = { uid, sequence: is_moved ? sequence + 1 : sequence, note: alarms.note };
  return {
    name: before.name,
    lines: [
      ...ownLines(event, zone, given, now),
      ...before.lines.filter((line) => !OURS.has(nameOf(line))),
    ],
    components: [...before.components.filter(({ name }) => name !== "VALARM"), ...alarms.components],
  };
}

function ownLines(
  event: CalendarEvent,
  zone: VTimeZone | null,
  { uid, sequence, note }: { readonly uid: string; readonly sequence: number; readonly note: string | null },
  now: Date,
): readonly string[] {
  const written_at = utc(now.toISOString());
  const description = cutDescription(event);
  return [
    `UID:${uid}`,
    `DTSTAMP:${written_at}`,
    `LAST-MODIFIED:${written_at}`,
    `SEQUENCE:${sequence}`,
    ...timeOf(event.time, zonesOf(zone)),
    `SUMMARY:${text(event.title)}`,
    ...(description === "" ? [] : [`DESCRIPTION:${text(description)}`]),
    ...(event.url === null ? [] : [`URL:${event.url}`]),
    `${OBLIGATION_PROPERTY}:${event.obligation_id}`,
    ...(note === null ? [] : [`${REMINDERS_PROPERTY}:${note}`]),
  ];
}

/** Each once; after the start where negative, which calendars of this kind can do. */
function minutesOf({ reminders_minutes }: CalendarEvent): readonly number[] {
  return [...new Set(reminders_minutes)];
}

function zoneOf({ time }: CalendarEvent): VTimeZone | null {
  if (time.kind === "all_day") return null;
  const zone = vtimezoneOf({ time_zone: time.time_zone, first: time.start, last: time.end });
  // A zone that does not tell the time is not named, and needs no description.
  return zone !== null && timeOf(time, zonesOf(zone))[0]?.includes("TZID=") ? zone : null;
}

function zonesOf(zone: VTimeZone | null): ReadonlyMap<string, VTimeZone> {
  return new Map(zone === null ? [] : [[zone.time_zone, zone]]);
}

function zoneComponent({ lines }: VTimeZone): Component {
  return readComponent(lines.join("\r\n")) ?? { name: "VTIMEZONE", lines: [], components: [] };
}

/** The zones that a component and its parts name. */
function zonesNamed({ lines, components }: Component): readonly string[] {
  const own = lines.flatMap((line) => /;TZID=("[^"]*"|[^;:,]*)/i.exec(line)?.[1]?.replaceAll('"', "") ?? []);
  return [...own, ...components.flatMap(zonesNamed)];
}

/** The link line survives any cut. */
function cutDescription({ description, url }: CalendarEvent): string {
  if (description.length <= DESCRIPTION_MAX_CHARACTERS) return description;
  const link = url === null ? "" : `\n\n${url}`;
  const room = Math.max(0, DESCRIPTION_MAX_CHARACTERS - link.length - 1);
  // Never cut inside a surrogate pair.
  return `${description.slice(0, room).replace(/[\ud800-\udbff]$/, "")}…${link}`;
}
