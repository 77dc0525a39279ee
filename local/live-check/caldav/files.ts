import { answered } from "../answered.ts";
import type { RawCall } from "../raw-call.ts";

const HREF = /<(?:[\w-]+:)?href[^>]*>([^<]+)<\/(?:[\w-]+:)?href>/gi;
const FILE = /([^/]+)\.ics$/;

/** Where an event's file is. */
export function filePath(calendar_id: string, event_id: string): string {
  return `${calendar_id.replace(/\/$/, "")}/${event_id}.ics`;
}

/** The ids of the events that a calendar has files of. */
export async function fileIds(raw: RawCall, calendar_id: string): Promise<readonly string[]> {
  const answer = answered(
    await raw("PROPFIND", calendar_id, {
      headers: { depth: "1", "content-type": "application/xml; charset=utf-8" },
      body: '<?xml version="1.0"?><propfind xmlns="DAV:"><prop><getetag/></prop></propfind>',
    }),
  );
  return [...answer.text.matchAll(HREF)].flatMap(([, href = ""]) =>
    FILE.exec(decodeURIComponent(href))?.[1] ?? []
  );
}

/** A file with one event; more lines stand in the event. */
export function newFile(uid: string, lines: readonly string[] = []): string {
  return [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//EcoComply//live-check//EN",
    "BEGIN:VEVENT",
    `UID:${uid}`,
    "DTSTAMP:20260101T000000Z",
    "DTSTART;VALUE=DATE:20270315",
    "DTEND;VALUE=DATE:20270316",
    "SUMMARY:Dentist",
    ...lines,
    "END:VEVENT",
    "END:VCALENDAR",
    "",
  ].join("\r\n");
}
