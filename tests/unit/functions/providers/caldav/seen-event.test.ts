import assert from "node:assert/strict";
import { eventId } from "../../../../../supabase/functions/_shared/providers/caldav/event-id.ts";
import { newFile } from "../../../../../supabase/functions/_shared/providers/caldav/event-file.ts";
import {
  type Reading,
  readSeenEvent,
} from "../../../../../supabase/functions/_shared/providers/caldav/seen-event.ts";
import { eventOf } from "../../../../integration/providers/event.ts";

const OWNER = "6a1f3b6e-0000-4000-8000-000000000001";
const OBLIGATION = "0d7f9f3e-53c4-4d2a-9b2f-6f2f6a3f0f11";
const ID = eventId(OWNER, OBLIGATION, "/cal/", 0);

const file = (text: string, name = ID) => ({ name, etag: '"1"', text });
const calendar = (event: readonly string[], around: readonly string[] = []) =>
  ["BEGIN:VCALENDAR", "VERSION:2.0", ...around, "BEGIN:VEVENT", `UID:${ID}`, ...event, "END:VEVENT"]
    .concat("END:VCALENDAR", "").join("\r\n");
const read = (event: readonly string[], around?: readonly string[], zone: string | null = null) =>
  readSeenEvent(file(calendar(event, around)), OWNER, zone);
const timeOf = (reading: Reading) => {
  assert.ok(reading.kind === "seen", JSON.stringify(reading));
  return reading.event.time;
};
const timed = (start_at: string, end_at: string, time_zone: string | null) =>
  ({ kind: "timed", start_at, end_at, time_zone }) as const;
const day = (start_date: string, end_date: string) => ({ kind: "all_day", start_date, end_date }) as const;

Deno.test("what we write is read as what it was written from", () => {
  const dues = [
    [{ kind: "date", date: "2027-03-15" }, day("2027-03-15", "2027-03-16")],
    [
      { kind: "instant", at: "2027-03-15T09:00:00Z", time_zone: "Europe/Madrid" },
      timed("2027-03-15T09:00:00Z", "2027-03-15T09:30:00Z", "Europe/Madrid"),
    ],
    [
      { kind: "instant", at: "2027-03-15T09:00:00Z", time_zone: null },
      timed("2027-03-15T09:00:00Z", "2027-03-15T09:30:00Z", "UTC"),
    ],
    // The second of two equal hours.
    [
      { kind: "instant", at: "2027-10-31T01:15:00Z", time_zone: "Europe/Madrid" },
      timed("2027-10-31T01:15:00Z", "2027-10-31T01:45:00Z", "UTC"),
    ],
  ] as const;
  for (const [due, time] of dues) {
    const text = newFile(eventOf({ obligation_id: OBLIGATION, due }), ID, new Date());
    assert.deepEqual(readSeenEvent(file(text), OWNER, null), {
      kind: "seen",
      event: {
        event_id: ID,
        etag: '"1"',
        obligation_id: OBLIGATION,
        time,
        is_series: false,
        has_guests: false,
      },
    });
  }
});

Deno.test("a day may have a duration, no end, or an end that is no end", () => {
  const start = "DTSTART;VALUE=DATE:20270315";
  const ends = {
    "DTEND;VALUE=DATE:20270320": "2027-03-20",
    "DURATION:P1W": "2027-03-22",
    "DURATION:yes": "2027-03-16",
    "DTEND;VALUE=DATE:20270315": "2027-03-16",
    "DTEND:20270316T100000Z": "2027-03-16",
    "X-NOTHING:1": "2027-03-16",
  };
  for (const [line, end] of Object.entries(ends)) {
    assert.deepEqual(timeOf(read([start, line])), day("2027-03-15", end), line);
  }
  assert.deepEqual(timeOf(read(["DTSTART:20270315"])), day("2027-03-15", "2027-03-16"));
});

Deno.test("a zone is known by its IANA name, whoever's list it comes from", () => {
  const expected = timed("2027-07-15T07:00:00Z", "2027-07-15T08:00:00Z", "Europe/Berlin");
  for (
    const tzid of [
      "Europe/Berlin",
      '"Europe/Berlin"',
      "/mozilla.org/20050126_1/Europe/Berlin",
      "/freeassociation.sourceforge.net/Tzfile/Europe/Berlin",
    ]
  ) {
    const time = read([`DTSTART;TZID=${tzid}:20270715T090000`, `DTEND;TZID=${tzid}:20270715T100000`]);
    assert.deepEqual(timeOf(time), expected, tzid);
  }
  const located = ["BEGIN:VTIMEZONE", "TZID:Mine", "X-LIC-LOCATION:Europe/Berlin", "END:VTIMEZONE"];
  assert.deepEqual(
    timeOf(read(["DTSTART;TZID=Mine:20270715T090000", "DTEND;TZID=Mine:20270715T100000"], located)),
    expected,
  );
});

Deno.test("a zone with a name of its writer's is told by its description, and has no name that we know", () => {
  const zone = [
    "BEGIN:VTIMEZONE",
    "TZID:W. Europe Standard Time",
    "BEGIN:STANDARD",
    "DTSTART:16010101T030000",
  ]
    .concat("TZOFFSETFROM:+0200", "TZOFFSETTO:+0100", "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10")
    .concat("END:STANDARD", "BEGIN:DAYLIGHT", "DTSTART:16010101T020000", "TZOFFSETFROM:+0100")
    .concat("TZOFFSETTO:+0200", "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3", "END:DAYLIGHT", "END:VTIMEZONE");
  const start = "DTSTART;TZID=W. Europe Standard Time:20270715T090000";
  assert.deepEqual(
    timeOf(read([start, "DURATION:PT30M"], zone)),
    timed("2027-07-15T07:00:00Z", "2027-07-15T07:30:00Z", null),
  );
  // A day of a duration is one of the clock: this one has 25 hours.
  const saturday = "DTSTART;TZID=W. Europe Standard Time:20271030T120000";
  assert.deepEqual(
    timeOf(read([saturday, "DURATION:P1DT1H"], zone)),
    timed("2027-10-30T10:00:00Z", "2027-10-31T12:00:00Z", null),
  );
});

Deno.test("an end may be in another zone, and be missing", () => {
  const zoned = [
    "DTSTART;TZID=Europe/Berlin:20270115T090000",
    "DTEND;TZID=America/New_York:20270115T090000",
  ];
  assert.deepEqual(
    timeOf(read(zoned)),
    timed("2027-01-15T08:00:00Z", "2027-01-15T14:00:00Z", "Europe/Berlin"),
  );
  const instant = "2027-01-15T09:00:00Z";
  assert.deepEqual(timeOf(read(["DTSTART:20270115T090000Z"])), timed(instant, instant, "UTC"));
});

Deno.test("a time without a zone, or with one that nothing describes, is on the clock of its calendar", () => {
  for (
    const start of ["DTSTART:20270715T090000", "DTSTART;TZID=Atlantis/North:20270715T090000"]
  ) {
    const lines = [start, "DURATION:PT1H"];
    assert.deepEqual(read(lines), { kind: "needs_zone" });
    assert.deepEqual(
      timeOf(read(lines, [], "Asia/Tokyo")),
      timed("2027-07-15T00:00:00Z", "2027-07-15T01:00:00Z", null),
    );
  }
});

Deno.test("series and guests are told, of any part of the file", () => {
  const start = "DTSTART;VALUE=DATE:20270315";
  const flags = (reading: Reading) => {
    assert.ok(reading.kind === "seen");
    return [reading.event.is_series, reading.event.has_guests];
  };
  assert.deepEqual(flags(read([start])), [false, false]);
  for (const line of ["RRULE:FREQ=YEARLY", "RDATE;VALUE=DATE:20280315"]) {
    assert.deepEqual(flags(read([start, line])), [true, false], line);
  }
  assert.deepEqual(flags(read([start, "ATTENDEE;CN=Grace:mailto:grace@example.com"])), [false, true]);
  const occurrence = [
    "BEGIN:VEVENT",
    `UID:${ID}`,
    "RECURRENCE-ID;VALUE=DATE:20280315",
    "DTSTART;VALUE=DATE:20280316",
  ].concat("ATTENDEE:mailto:grace@example.com", "END:VEVENT");
  const reading = read([start], occurrence);
  assert.deepEqual(flags(reading), [true, true]);
  assert.deepEqual(timeOf(reading), day("2027-03-15", "2027-03-16"));
});

Deno.test("an event is ours by the name of its file or by its UID, and a copy is its user's", () => {
  const text = calendar(["DTSTART;VALUE=DATE:20270315", `X-ECOCOMPLY-OBLIGATION:${OBLIGATION}`]);
  const kindOf = (name: string, changed = text, owner = OWNER) =>
    readSeenEvent(file(changed, name), owner, null).kind;
  assert.equal(kindOf(ID), "seen");
  assert.equal(kindOf(ID, text.replace(ID, "rewritten")), "seen");
  assert.equal(kindOf("RENAMED"), "seen");
  assert.equal(kindOf("COPY", text.replace(ID, "COPY")), "foreign");
  assert.equal(kindOf(ID, text, crypto.randomUUID()), "foreign");
});

Deno.test("a file of ours in which nobody sees an event is unreadable", () => {
  const texts = [
    "",
    "<html>",
    calendar([]),
    calendar(["DTSTART:soon"]),
    calendar(["DTSTART;VALUE=DATE:20271399"]),
    calendar(["DTSTART:20270230T090000Z"]),
    "BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nEND:VTODO\r\nEND:VCALENDAR\r\n",
  ];
  for (const text of texts) assert.equal(readSeenEvent(file(text), OWNER, null).kind, "unreadable", text);
});
