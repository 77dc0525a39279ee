import ICAL from "ical.js";
import { DavError } from "./errors.ts";

/** As Cyrus and iCloud have it, in bytes. */
const RESOURCE_BYTES_MAX = 300_000;
const LINE_OCTETS_MAX = 75;
/** Properties that a VEVENT may have once (RFC 5545 §3.6.1). */
const ONCE = [
  "dtstamp",
  "uid",
  "dtstart",
  "dtend",
  "duration",
  "class",
  "created",
  "description",
  "last-modified",
  "location",
  "priority",
  "sequence",
  "status",
  "summary",
  "transp",
  "url",
];

const invalidData = () => new DavError(403, "valid-calendar-data");
const invalidObject = () => new DavError(403, "valid-calendar-object-resource");

/**
 * Reads what is to be stored as one file, as strictly as RFC 5545 and RFC 4791 §4.1 have it.
 *
 * @returns the UID that all its components share
 * @throws DavError
 */
export function checkCalendarData(text: string, components: readonly string[]): { readonly uid: string } {
  if (new TextEncoder().encode(text).length > RESOURCE_BYTES_MAX) {
    throw new DavError(403, "max-resource-size");
  }
  checkLines(text);
  const calendar = parsed(text);
  if (calendar.name !== "vcalendar") throw invalidData();
  if (calendar.getFirstPropertyValue("version") !== "2.0" || !calendar.hasProperty("prodid")) {
    throw invalidData();
  }
  // A stored object never has a METHOD (RFC 4791 §4.1).
  if (calendar.hasProperty("method")) throw invalidObject();
  const zones = new Set(
    calendar.getAllSubcomponents("vtimezone").map((zone) => String(zone.getFirstPropertyValue("tzid"))),
  );
  const items = calendar.getAllSubcomponents().filter(({ name }) => name !== "vtimezone");
  if (items.length === 0) throw invalidObject();
  if (items.some(({ name }) => !components.includes(name.toUpperCase()))) {
    throw new DavError(403, "supported-calendar-component");
  }
  const uids = new Set(items.map((item) => checkItem(item, zones)));
  const [uid, ...others] = uids;
  if (uid === undefined || others.length > 0) throw invalidObject();
  return { uid };
}

function checkLines(text: string): void {
  const encoder = new TextEncoder();
  const lines = text.split("\r\n");
  if (lines.pop() !== "" || text.replaceAll("\r\n", "").match(/[\r\n]/)) throw invalidData();
  if (lines.some((line) => line === "" || encoder.encode(line).length > LINE_OCTETS_MAX)) throw invalidData();
}

function parsed(text: string): ICAL.Component {
  try {
    return new ICAL.Component(ICAL.parse(text));
  } catch {
    throw invalidData();
  }
}

function checkItem(item: ICAL.Component, zones: ReadonlySet<string>): string {
  const uid = item.getFirstPropertyValue("uid");
  if (typeof uid !== "string" || uid === "" || !item.hasProperty("dtstamp") || !item.hasProperty("dtstart")) {
    throw invalidObject();
  }
  if (ONCE.some((name) => item.getAllProperties(name).length > 1)) throw invalidObject();
  for (const name of ["dtstart", "dtend"]) {
    const zone = item.getFirstProperty(name)?.getParameter("tzid");
    if (zone !== undefined && !zones.has(String(zone))) throw invalidObject();
  }
  const event = new ICAL.Event(item);
  if (item.hasProperty("dtend") && event.endDate.compare(event.startDate) <= 0) throw invalidObject();
  for (const alarm of item.getAllSubcomponents("valarm")) {
    if (!alarm.hasProperty("action") || !alarm.hasProperty("trigger")) throw invalidData();
    if (alarm.getFirstPropertyValue("action") === "DISPLAY" && !alarm.hasProperty("description")) {
      throw invalidData();
    }
  }
  return uid;
}

/** What a server stores that drops the properties it does not know and writes the others anew. */
export function rewritten(text: string): string {
  const calendar = parsed(text);
  calendar.updatePropertyWithValue("prodid", "-//A rewriting server//EN");
  for (const item of calendar.getAllSubcomponents("vevent")) {
    for (const property of item.getAllProperties()) {
      if (property.name.startsWith("x-")) item.removeProperty(property);
    }
    for (const alarm of item.getAllSubcomponents("valarm")) {
      for (const property of alarm.getAllProperties()) {
        if (property.name.startsWith("x-")) alarm.removeProperty(property);
      }
    }
    item.addPropertyWithValue("x-rewritten", "TRUE");
  }
  return `${calendar.toString()}\r\n`;
}
