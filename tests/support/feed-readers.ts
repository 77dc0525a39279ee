// Two readers of RFC 5545 that have nothing to do with what writes the feeds.
import assert from "node:assert/strict";
import ICAL from "ical.js";
import ical from "node-ical";
import { z } from "zod";

/** What a calendar application knows of an event. */
export interface ReadEvent {
  readonly uid: string;
  readonly sequence: number;
  readonly summary: string;
  readonly description: string;
  readonly url: string | null;
  readonly categories: readonly string[];
  readonly status: string;
  readonly transparency: string;
  readonly all_day: boolean;
  /** A date, or an instant in RFC 3339. */
  readonly start: string;
  readonly end: string;
  /** Null for dates and instants in UTC. */
  readonly time_zone: string | null;
  readonly stamp: string;
  readonly created: string;
  readonly modified: string;
  readonly alarms: readonly {
    readonly action: string;
    readonly description: string;
    readonly before_s: number;
  }[];
}

/** What `ical.js` reads, times by the calendar's own VTIMEZONEs. */
export function readWithIcalJs(
  text: string,
): { readonly calendar: ICAL.Component; readonly events: ReadEvent[] } {
  const calendar = new ICAL.Component(ICAL.parse(text));
  const zones = new Map(
    calendar.getAllSubcomponents("vtimezone").map((component) => {
      const zone = new ICAL.Timezone(component);
      return [zone.tzid, zone];
    }),
  );
  const value = (component: ICAL.Component, name: string) => component.getFirstPropertyValue(name);
  const textOf = (component: ICAL.Component, name: string) => String(value(component, name) ?? "");
  const time = (component: ICAL.Component, name: string) => {
    const property = component.getFirstProperty(name);
    const read = property?.getFirstValue();
    assert.ok(property && read instanceof ICAL.Time, name);
    const tzid = property.getParameter("tzid");
    if (typeof tzid !== "string") return { time: read, zone: null, is_date: read.isDate };
    const zone = zones.get(tzid);
    assert.ok(zone, `no VTIMEZONE for ${tzid}`);
    const { year, month, day, hour, minute, second } = read;
    return {
      time: new ICAL.Time({ year, month, day, hour, minute, second, isDate: false }, zone),
      zone: tzid,
      is_date: false,
    };
  };
  const instant = (read: ICAL.Time) => new Date(read.toUnixTime() * 1000).toISOString();
  const events = calendar.getAllSubcomponents("vevent").map((event) => {
    const start = time(event, "dtstart");
    const end = time(event, "dtend");
    return {
      uid: textOf(event, "uid"),
      sequence: Number(value(event, "sequence")),
      summary: textOf(event, "summary"),
      description: textOf(event, "description"),
      url: event.getFirstProperty("url") ? textOf(event, "url") : null,
      categories: event.getAllProperties("categories").flatMap((property) =>
        property.getValues().map(String)
      ),
      status: textOf(event, "status"),
      transparency: textOf(event, "transp"),
      all_day: start.is_date,
      start: start.is_date ? start.time.toString() : instant(start.time),
      end: end.is_date ? end.time.toString() : instant(end.time),
      time_zone: start.zone,
      stamp: instant(time(event, "dtstamp").time),
      created: instant(time(event, "created").time),
      modified: instant(time(event, "last-modified").time),
      alarms: event.getAllSubcomponents("valarm").map((alarm) => {
        const trigger = value(alarm, "trigger");
        assert.ok(trigger instanceof ICAL.Duration);
        return {
          action: textOf(alarm, "action"),
          description: textOf(alarm, "description"),
          before_s: 0 - trigger.toSeconds(),
        };
      }),
    };
  });
  return { calendar, events };
}

const NodeIcalEvent = z.object({
  type: z.literal("VEVENT"),
  uid: z.string(),
  sequence: z.coerce.number(),
  summary: z.string(),
  description: z.string().optional(),
  url: z.string().optional(),
  categories: z.array(z.string()).optional(),
  status: z.string(),
  transparency: z.string(),
  datetype: z.enum(["date", "date-time"]),
  start: z.custom<Date & { readonly tz?: string }>((value) => value instanceof Date),
  end: z.date(),
  dtstamp: z.date(),
  created: z.date(),
  lastmodified: z.date(),
});

/** What `node-ical` reads, times by its own knowledge of zones. It splits a category at a comma, escaped or not. */
export function readWithNodeIcal(text: string): Omit<ReadEvent, "alarms">[] {
  return Object.values(ical.sync.parseICS(text)).filter((component) => component?.type === "VEVENT").map(
    (component) => {
      const event = NodeIcalEvent.parse(component);
      const all_day = event.datetype === "date";
      // It reads a date as midnight of the machine.
      const dateOf = (at: Date) =>
        [at.getFullYear(), at.getMonth() + 1, at.getDate()].map((part) => String(part).padStart(2, "0")).join(
          "-",
        );
      const spelt = (at: Date) => all_day ? dateOf(at) : at.toISOString();
      const zone = event.start.tz;
      return {
        uid: event.uid,
        sequence: event.sequence,
        summary: event.summary,
        description: event.description ?? "",
        url: event.url ?? null,
        categories: event.categories ?? [],
        status: event.status,
        transparency: event.transparency,
        all_day,
        start: spelt(event.start),
        end: spelt(event.end),
        time_zone: all_day || zone === undefined || zone === "Etc/UTC" || zone === "UTC" ? null : zone,
        stamp: event.dtstamp.toISOString(),
        created: event.created.toISOString(),
        modified: event.lastmodified.toISOString(),
      };
    },
  );
}

/** `ical.js` leaves the text of a property that it does not know as it was written: NAME is newer than it. */
export function unescaped(written: unknown): string {
  return String(written).replace(
    /\\([\\;,nN])/g,
    (_, escaped: string) => /n/i.test(escaped) ? "\n" : escaped,
  );
}
