import ICAL from "ical.js";
import { type ClockTime, editedTime, type PersonEdit, type TimeEdit } from "../person-edit.ts";
import { readCalendar } from "./read-calendar.ts";

/**
 * The file of an event as a calendar application leaves it.
 *
 * @param uid the event's own, or that of a copy
 * @param calendar_zone a VCALENDAR with the calendar's zone, on whose clock an event is that was all day; null: UTC
 */
export function editedFile(
  text: string,
  edit: PersonEdit,
  uid: string,
  calendar_zone: string | null,
): string {
  const calendar = readCalendar(text);
  const event = calendar.getFirstSubcomponent("vevent");
  if (event === null) return text;
  switch (edit.kind) {
    case "move":
    case "lengthen":
      move(calendar, event, edit, calendar_zone);
      break;
    case "rename":
      event.updatePropertyWithValue("summary", edit.title);
      break;
    case "repeat":
      event.addProperty(ICAL.Property.fromString("RRULE:FREQ=WEEKLY"));
      break;
    case "invite":
      event.addProperty(ICAL.Property.fromString("ORGANIZER:mailto:owner@example.com"));
      event.addProperty(ICAL.Property.fromString(`ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:${edit.email}`));
      break;
    case "copy":
      // What it does not know an application copies too.
      event.updatePropertyWithValue("uid", uid);
      break;
    case "delete":
    case "put_back":
      break;
  }
  return `${calendar.toString()}\r\n`;
}

function move(
  calendar: ICAL.Component,
  event: ICAL.Component,
  edit: TimeEdit,
  calendar_zone: string | null,
): void {
  const time = editedTime(clockTimeOf(event), edit);
  const start = event.getFirstProperty("dtstart");
  const was_timed = start?.getFirstValue() instanceof ICAL.Time && start.type !== "date";
  const tzid = start?.getFirstParameter("tzid") ||
    (was_timed || calendar_zone === null ? "" : describeZone(calendar, calendar_zone));
  event.removeAllProperties("duration");
  setTime(event, "dtstart", time.kind === "all_day" ? time.start_date : time.start, tzid);
  setTime(event, "dtend", time.kind === "all_day" ? time.end_date : time.end, tzid);
  event.updatePropertyWithValue("sequence", Number(event.getFirstPropertyValue("sequence") ?? 0) + 1);
}

/** @param at a date, or date and time without an offset */
function setTime(event: ICAL.Component, name: "dtstart" | "dtend", at: string, tzid: string): void {
  const value = at.replaceAll(/[-:]/g, "");
  const rest = !at.includes("T")
    ? `;VALUE=DATE:${value}`
    : tzid === ""
    ? `:${value}Z`
    : `;TZID=${tzid}:${value}`;
  event.removeAllProperties(name);
  event.addProperty(ICAL.Property.fromString(`${name.toUpperCase()}${rest}`));
}

function clockTimeOf(event: ICAL.Component): ClockTime {
  const [start, end] = ["dtstart", "dtend"].map((name) => {
    const value = event.getFirstPropertyValue(name);
    if (!(value instanceof ICAL.Time)) throw new Error(`The event has no ${name}.`);
    return value;
  });
  if (start === undefined || end === undefined) throw new Error("The event has no time.");
  const clock = (time: ICAL.Time) => time.toString().replace(/Z$/, "");
  return start.isDate
    ? { kind: "all_day", start_date: start.toString(), end_date: end.toString() }
    : { kind: "timed", start: clock(start), end: clock(end) };
}

/** Adds the calendar's zone to the file; returns its name. */
function describeZone(calendar: ICAL.Component, calendar_zone: string): string {
  const zone = readCalendar(calendar_zone).getFirstSubcomponent("vtimezone");
  if (zone === null) return "";
  const tzid = String(zone.getFirstPropertyValue("tzid"));
  const known = calendar.getAllSubcomponents("vtimezone").some((one) =>
    one.getFirstPropertyValue("tzid") === tzid
  );
  if (!known) calendar.addSubcomponent(zone);
  return tzid;
}
