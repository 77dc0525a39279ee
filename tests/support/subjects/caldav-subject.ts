import ICAL from "ical.js";
import { type CalDavEmulator, PASSWORD } from "../../../local/providers/caldav/server.ts";
import type { CalDavPaths } from "../../../local/providers/caldav/control.ts";
import { readCalendar } from "../../../local/providers/caldav/read-calendar.ts";
import { calendarPath } from "../../../local/providers/caldav/resources.ts";
import { BY_THE_BOOK, calendarAt, type Oddities } from "../../../local/providers/caldav/state.ts";
import { readEventId } from "../../../supabase/functions/_shared/providers/caldav/event-id.ts";
import type { SeenEvent, Subject } from "./subject.ts";

const FILE_END = ".ics";
const fileOf = (event_id: string) => `${event_id}${FILE_END}`;

/** The CalDAV emulator as a {@link Subject}. */
export function calDavSubject(
  emulator: Omit<CalDavEmulator, "shard_url">,
  paths: CalDavPaths = { calendarAt, calendarPath },
): Subject<"caldav"> {
  const { state } = emulator;
  const calendarOf = (calendar_id: string) => paths.calendarAt(state, calendar_id)?.calendar;
  const textOf = (calendar_id: string, event_id: string) =>
    calendarOf(calendar_id)?.files.get(fileOf(event_id))?.text;
  const letWrite = (calendar_id: string, writable: boolean) => {
    const calendar = calendarOf(calendar_id);
    if (calendar) calendar.writable = writable;
  };
  return {
    name: "caldav",
    emulator,
    paths: { events: `\\${FILE_END}$`, token: "^/no-token$" },
    refusals: {
      unauthorized: { kind: "status", status: 401 },
      rate_limit: { kind: "status", status: 429 },
      quota: { kind: "status", status: 507, reason: "quota-not-exceeded" },
      invalid: { kind: "status", status: 403, reason: "valid-calendar-data" },
      may_not_remove: { kind: "status", status: 403, reason: "need-privileges" },
      our_secret_is_wrong: { kind: "status", status: 401 },
    },
    events: (calendar_id) =>
      [...calendarOf(calendar_id)?.files ?? []].map(([name, { text }]) =>
        seenFile(name.slice(0, -FILE_END.length), text)
      ),
    linkOf: (calendar_id, event_id) => {
      const url = eventIn(textOf(calendar_id, event_id) ?? "").getFirstPropertyValue("url");
      return url === null ? null : String(url);
    },
    hasCalendar: (account, calendar_id) => paths.calendarAt(state, calendar_id)?.account.email === account,
    calendars: (email) => {
      const account = state.accounts.get(email);
      if (account === undefined) return [];
      return [...account.calendars.values()].filter(({ components }) => components.includes("VEVENT"))
        .map(({ slug, name }) => ({ id: paths.calendarPath(account, slug), name }));
    },
    user: {
      deleteEvent(calendar_id, event_id) {
        const calendar = calendarOf(calendar_id);
        if (calendar) state.remove(calendar, fileOf(event_id));
      },
      remind(calendar_id, event_id) {
        const [calendar, text] = [calendarOf(calendar_id), textOf(calendar_id, event_id)];
        if (calendar === undefined || text === undefined) return;
        const whole = readCalendar(text);
        const event = whole.getFirstSubcomponent("vevent");
        event?.removeAllSubcomponents("valarm");
        event?.addSubcomponent(
          ICAL.Component.fromString(
            "BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:Mine\r\nTRIGGER:-PT5M\r\nEND:VALARM",
          ),
        );
        const uid = String(event?.getFirstPropertyValue("uid"));
        state.store(calendar, fileOf(event_id), { uid, text: `${whole.toString()}\r\n` });
      },
      addEvent(calendar_id) {
        const calendar = calendarOf(calendar_id);
        // Cyrus takes a UID once in an account.
        const uid = `own-${calendar?.slug}`;
        const lines = [
          "BEGIN:VCALENDAR",
          "VERSION:2.0",
          "PRODID:-//Somebody//EN",
          "BEGIN:VEVENT",
          `UID:${uid}`,
        ]
          .concat("DTSTAMP:20260101T000000Z", "DTSTART;VALUE=DATE:20270315", "DTEND;VALUE=DATE:20270316")
          .concat("SUMMARY:Dentist", "END:VEVENT", "END:VCALENDAR", "");
        if (calendar) state.store(calendar, fileOf("own"), { uid, text: lines.join("\r\n") });
      },
      deleteCalendar: (_account, calendar_id) => {
        const found = paths.calendarAt(state, calendar_id);
        if (found) state.removeCalendar(found.account, found.calendar.slug);
      },
      withdrawWriting: (_account, calendar_id) => letWrite(calendar_id, false),
      allowWriting: (_account, calendar_id) => letWrite(calendar_id, true),
    },
    // A password does not end by itself.
    expireAccessTokens: () => {},
    revokeEverything: () => {
      for (const { passwords } of state.accounts.values()) passwords.clear();
    },
    // Nobody publishes one.
    setQuotas: () => {},
    liveGrants: (account) => state.accounts.get(account)?.passwords.has(PASSWORD) ? 1 : 0,
    refreshes: () => 0,
  };
}

/** Switches an emulator to these oddities, and no others. */
export function beOdd({ state }: CalDavEmulator, odd: Partial<Oddities> = {}): void {
  state.odd = { ...BY_THE_BOOK, ...odd };
}

/** The event in a file. */
function eventIn(text: string): ICAL.Component {
  return readCalendar(text).getFirstSubcomponent("vevent") ?? new ICAL.Component("vevent");
}

/** The event of a file as its user sees it. */
export function seenFile(id: string, text: string): SeenEvent {
  const event = eventIn(text);
  const value = (name: string) => {
    const found = event.getFirstPropertyValue(name);
    return found === null ? null : String(found);
  };
  return {
    id,
    title: value("summary") ?? "",
    text: value("description") ?? "",
    time: timeOf(text, event),
    leaves_free: value("transp") === "TRANSPARENT",
    reminders_minutes: event.getAllSubcomponents("valarm").map((alarm) => {
      const trigger = alarm.getFirstPropertyValue("trigger");
      return trigger instanceof ICAL.Duration ? 0 - trigger.toSeconds() / 60 : NaN;
    }),
    // A server that writes files anew drops what it does not know; the UID stays.
    obligation_id: value("x-ecocomply-obligation") ?? readEventId(value("uid") ?? "")?.obligation_id ?? null,
    invites_nobody: !event.hasProperty("attendee") && !event.hasProperty("organizer"),
  };
}

/** By the zones that the file describes, as a calendar application reads it. */
function timeOf(text: string, event: ICAL.Component): SeenEvent["time"] {
  const zones = new Map(
    readCalendar(text).getAllSubcomponents("vtimezone").map((component) => {
      const zone = new ICAL.Timezone(component);
      return [zone.tzid, zone] as const;
    }),
  );
  const read = (name: string) => {
    const property = event.getFirstProperty(name);
    const time = property?.getFirstValue();
    if (!(time instanceof ICAL.Time)) throw new Error(`The event has no ${name}.`);
    const tzid = property?.getFirstParameter("tzid") ?? "";
    const zone = zones.get(tzid);
    if (zone !== undefined) time.zone = zone;
    return { time, tzid };
  };
  const [start, end] = [read("dtstart"), read("dtend")];
  return start.time.isDate
    ? { kind: "all_day", start_date: start.time.toString(), end_date: end.time.toString() }
    : {
      kind: "timed",
      start: start.time.toJSDate().toISOString(),
      end: end.time.toJSDate().toISOString(),
      time_zone: start.tzid || "UTC",
    };
}
