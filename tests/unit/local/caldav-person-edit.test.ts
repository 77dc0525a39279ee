import assert from "node:assert/strict";
import { checkCalendarData } from "../../../local/providers/caldav/calendar-data.ts";
import { editedFile } from "../../../local/providers/caldav/person-edit.ts";
import type { PersonEdit } from "../../../local/providers/person-edit.ts";
import { newFile } from "../../../supabase/functions/_shared/providers/caldav/event-file.ts";
import { vtimezoneOf } from "../../../supabase/functions/_shared/icalendar/vtimezone.ts";
import { eventOf } from "../../integration/providers/event.ts";

const UID = "eco-1-g0";
const NOW = new Date("2026-12-01T12:00:00Z");
const DAY = newFile(eventOf({ due: { kind: "date", date: "2027-03-15" } }), UID, NOW);
const TIMED = newFile(
  eventOf({ due: { kind: "instant", at: "2027-03-15T09:00:00Z", time_zone: "Europe/Madrid" } }),
  UID,
  NOW,
);
const zone = vtimezoneOf({
  time_zone: "Asia/Tokyo",
  first: "2027-01-01T00:00:00Z",
  last: "2027-12-31T00:00:00Z",
});
const TOKYO = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//EN", ...zone?.lines ?? [], "END:VCALENDAR", ""]
  .join("\r\n");

const edited = (file: string, edit: PersonEdit, calendar_zone: string | null = null, uid = UID) => {
  const text = editedFile(file, edit, uid, calendar_zone);
  assert.deepEqual(checkCalendarData(text, ["VEVENT"]), { uid }, "a strict server takes it");
  return text;
};

Deno.test("a moved event keeps its length and its clock, and is counted", () => {
  const day = edited(DAY, { kind: "move", day: "2027-04-01", time: null });
  assert.match(day, /DTSTART;VALUE=DATE:20270401\r\nDTEND;VALUE=DATE:20270402\r\n/);
  assert.match(day, /SEQUENCE:1\r\n/);
  const timed = edited(TIMED, { kind: "move", day: "2027-04-01", time: "16:00" });
  assert.match(timed, /DTSTART;TZID=Europe\/Madrid:20270401T160000\r\n/);
  assert.match(timed, /DTEND;TZID=Europe\/Madrid:20270401T163000\r\n/);
  assert.match(edited(TIMED, { kind: "move", day: "2027-04-01", time: null }), /DTSTART;VALUE=DATE:20270401/);
});

Deno.test("a day that gets a time is on its calendar's clock, or in UTC", () => {
  const move = { kind: "move", day: "2027-04-01", time: "16:00" } as const;
  const zoned = edited(DAY, move, TOKYO);
  assert.match(zoned, /DTSTART;TZID=Asia\/Tokyo:20270401T160000\r\n/);
  assert.match(zoned, /TZID:Asia\/Tokyo\r\n/);
  assert.match(edited(DAY, move), /DTSTART:20270401T160000Z/);
});

Deno.test("an event is renamed, made a series, shared with a guest, and copied with all that is on it", () => {
  assert.match(edited(DAY, { kind: "rename", title: "Mine" }), /SUMMARY:Mine\r\n/);
  assert.match(edited(DAY, { kind: "repeat" }), /RRULE:FREQ=WEEKLY\r\n/);
  assert.match(
    edited(DAY, { kind: "invite", email: "guest@example.com" }),
    /ATTENDEE[^\r]*:mailto:guest@example.com/,
  );
  const copy = edited(DAY, { kind: "copy" }, null, "COPY");
  assert.match(copy, /UID:COPY\r\n/);
  assert.match(copy, /X-ECOCOMPLY-OBLIGATION:/);
});
