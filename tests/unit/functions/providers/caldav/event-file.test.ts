import assert from "node:assert/strict";
import { checkCalendarData } from "../../../../../local/providers/caldav/calendar-data.ts";
import {
  newFile,
  updatedFile,
} from "../../../../../supabase/functions/_shared/providers/caldav/event-file.ts";
import { eventOf, type Given } from "../../../../integration/providers/event.ts";

const NOW = new Date("2026-12-01T12:00:00Z");
const LATER = new Date("2026-12-02T12:00:00Z");
const UID = "eco-1-g0";
const obligation_id = "0d7f9f3e-53c4-4d2a-9b2f-6f2f6a3f0f11";
const MADRID = { kind: "instant", at: "2027-03-15T09:00:00Z", time_zone: "Europe/Madrid" } as const;

const made = (given: Given = {}) => newFile(eventOf({ obligation_id, ...given }), UID, NOW);
const updated = (stored: string, given: Given = {}) =>
  updatedFile(stored, eventOf({ obligation_id, ...given }), UID, LATER);
const linesOf = (file: string) => file.replaceAll("\r\n ", "").split("\r\n");
const has = (file: string, line: string) => linesOf(file).includes(line);
const insert = (file: string, ...lines: readonly string[]) =>
  file.replace("END:VEVENT", [...lines, "END:VEVENT"].join("\r\n"));
const alarm = (...lines: readonly string[]) => ["BEGIN:VALARM", ...lines, "END:VALARM"];

Deno.test("a new file is one that the strictest server takes", () => {
  const long = {
    title: "x".repeat(250),
    description: `a,b;c\\d\n${"é🏭".repeat(9_000)}`,
    url: "https://example.com/1",
  };
  for (const given of [{}, { due: MADRID }, { reminders_minutes: [1440, 60, 0] }, long]) {
    for (const file of [made(given), updated(made(given), given), updated(made(), given)]) {
      assert.deepEqual(checkCalendarData(file, ["VEVENT"]), { uid: UID });
      assert.doesNotMatch(file, /^(METHOD|ATTENDEE|ORGANIZER)/m);
    }
  }
});

Deno.test("a deadline names its zone and describes it; a time that the zone's clock shows twice is in UTC", () => {
  const file = made({ due: MADRID });
  assert.ok(has(file, "DTSTART;TZID=Europe/Madrid:20270315T100000") && has(file, "TZID:Europe/Madrid"));
  const second = made({ due: { ...MADRID, at: "2026-10-25T01:15:00Z" } });
  assert.ok(has(second, "DTSTART:20261025T011500Z") && !second.includes("VTIMEZONE"));
  assert.ok(!updated(file).includes("VTIMEZONE"), "a day needs no zone");
  assert.equal(updated(file, { due: MADRID }).split("BEGIN:VTIMEZONE").length, 2);
});

Deno.test("an update keeps what is not ours", () => {
  const foreign = [
    "LOCATION:Town hall",
    "CATEGORIES:Mine,Work",
    'X-APPLE-STRUCTURED-LOCATION;VALUE=URI;X-TITLE="Town: hall":geo:1,2',
    "TRANSP:OPAQUE",
    "ATTENDEE;CN=Grace:mailto:grace@example.com",
    "RRULE:FREQ=YEARLY",
  ];
  const override = [
    "BEGIN:VEVENT",
    `UID:${UID}`,
    "RECURRENCE-ID;VALUE=DATE:20280315",
    "DTSTAMP:20260101T000000Z",
  ]
    .concat("DTSTART;TZID=Asia/Tokyo:20280316T090000", "SUMMARY:Once", "END:VEVENT");
  const zone = ["BEGIN:VTIMEZONE", "TZID:Asia/Tokyo", "BEGIN:STANDARD", "DTSTART:19700101T000000"]
    .concat("TZOFFSETFROM:+0900", "TZOFFSETTO:+0900", "END:STANDARD", "END:VTIMEZONE");
  const stored = insert(made().replace("TRANSP:TRANSPARENT\r\n", ""), ...foreign)
    .replace("VERSION:2.0", "VERSION:2.0\r\nX-WR-CALNAME:Mine\r\nMETHOD:PUBLISH")
    .replace("END:VCALENDAR", [...override, ...zone, "END:VCALENDAR"].join("\r\n"));
  const file = updated(stored, { title: "Renamed", due: MADRID });
  for (const line of [...foreign, ...override, ...zone, "X-WR-CALNAME:Mine"]) {
    assert.ok(has(file, line), line);
  }
  assert.ok(has(file, "SUMMARY:Renamed") && !has(file, "METHOD:PUBLISH"));
  assert.equal(linesOf(file).filter((line) => line.startsWith("SUMMARY")).length, 2);
});

Deno.test("an update says when it was made, and counts changes of the time alone", () => {
  const renamed = updated(made(), { title: "Renamed" });
  assert.ok(has(renamed, "SEQUENCE:0") && has(renamed, "DTSTAMP:20261202T120000Z"));
  assert.ok(has(renamed, "CREATED:20261201T120000Z") && has(renamed, "LAST-MODIFIED:20261202T120000Z"));
  const moved = updated(renamed, { due: MADRID });
  assert.ok(has(moved, "SEQUENCE:1") && has(updated(moved, { due: MADRID }), "SEQUENCE:1"));
});

Deno.test("alarms of others stay beside ours, and ours follow the title", () => {
  const apple = alarm(
    "ACTION:NONE",
    "TRIGGER;VALUE=DATE-TIME:19760401T005545Z",
    "X-APPLE-DEFAULT-ALARM:TRUE",
  );
  const mine = alarm("ACTION:DISPLAY", "DESCRIPTION:Mine", "TRIGGER:-PT5M", "X-MINE:1");
  const stored = insert(made({ reminders_minutes: [1440] }), ...apple, ...mine);
  const file = updated(stored, { title: "Renamed", reminders_minutes: [60] });
  for (const lines of [apple, mine]) assert.ok(file.includes(lines.join("\r\n")), file);
  assert.ok(file.includes(alarm("ACTION:DISPLAY", "DESCRIPTION:Renamed", "TRIGGER:-P1D").join("\r\n")));
  assert.equal(file.split("BEGIN:VALARM").length - 1, 3);
  const timed = updated(file, { due: MADRID, reminders_minutes: [60] });
  for (const lines of [apple, mine]) assert.ok(timed.includes(lines.join("\r\n")));
  assert.ok(has(timed, "TRIGGER:-PT1H") && !has(timed, "TRIGGER:-P1D"), "ours move with the deadline");
});

Deno.test("Apple's default alarm is none of the user's: completing takes ours away, and leaves that one", () => {
  const apple = alarm("ACTION:DISPLAY", "DESCRIPTION:x", "TRIGGER:-PT9H", "X-APPLE-DEFAULT-ALARM:TRUE");
  const stored = insert(made({ reminders_minutes: [1440] }), ...apple);
  const file = updated(stored, { status: "completed", reminders_minutes: [1440] });
  assert.ok(file.includes(apple.join("\r\n")) && !has(file, "TRIGGER:-P1D"));
});

Deno.test("an all-day reminder may ring on its day", () => {
  const file = made({ reminders_minutes: [0, 1440], all_day_reminder_time: "09:00" });
  assert.ok(has(file, "TRIGGER:PT9H") && has(file, "TRIGGER:-PT15H"));
});

Deno.test("a file that is not ours to read is written anew", () => {
  for (
    const stored of ["", "garbage", "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", made().replace(UID, "other")]
  ) {
    const file = updated(stored);
    assert.deepEqual(checkCalendarData(file, ["VEVENT"]), { uid: UID });
  }
});
