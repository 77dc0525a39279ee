import assert from "node:assert/strict";
import { Temporal } from "temporal-polyfill";
import { readComponent } from "../../../../supabase/functions/_shared/icalendar/component.ts";
import { vtimezoneOf } from "../../../../supabase/functions/_shared/icalendar/vtimezone.ts";
import { readLocal, zoneClock } from "../../../../supabase/functions/_shared/icalendar/zone-clock.ts";

const clockOf = (...lines: readonly string[]) => {
  const component = readComponent(["BEGIN:VTIMEZONE", "TZID:Mine", ...lines, "END:VTIMEZONE"].join("\r\n"));
  assert.ok(component);
  return zoneClock(component);
};
const observance = (
  kind: string,
  [from, to]: readonly [string, string],
  start: string,
  ...more: readonly string[]
) => [
  `BEGIN:${kind}`,
  `DTSTART:${start}`,
  `TZOFFSETFROM:${from}`,
  `TZOFFSETTO:${to}`,
  ...more,
  `END:${kind}`,
];
const at = (local: string) => readLocal(local) ?? assert.fail(local);

/** As Outlook writes it. */
const BERLIN = [
  ...observance(
    "STANDARD",
    ["+0200", "+0100"],
    "16010101T030000",
    "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10",
  ),
  ...observance("DAYLIGHT", ["+0100", "+0200"], "16010101T020000", "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3"),
];

Deno.test("a clock by yearly rules tells summer from winter, on both sides of each change", () => {
  const clock = clockOf(...BERLIN);
  const expected = {
    "20270315T090000": "2027-03-15T08:00:00Z",
    "20270328T015959": "2027-03-28T00:59:59Z",
    "20270328T030000": "2027-03-28T01:00:00Z",
    "20271031T015959": "2027-10-30T23:59:59Z",
    "20271031T030000": "2027-10-31T02:00:00Z",
    "20280101T000000": "2027-12-31T23:00:00Z",
  };
  for (const [local, instant] of Object.entries(expected)) {
    assert.equal(clock?.(at(local)).toString(), instant, local);
  }
});

Deno.test("a time that the clock shows twice is the first, one that it skips is told by the clock before", () => {
  const clock = clockOf(...BERLIN);
  assert.equal(clock?.(at("20271031T023000")).toString(), "2027-10-31T00:30:00Z");
  assert.equal(clock?.(at("20270328T023000")).toString(), "2027-03-28T01:30:00Z");
});

Deno.test("rules by day of the month, with an end, with a count, and lists of dates are followed", () => {
  const second_sunday = "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=SU;BYMONTHDAY=8,9,10,11,12,13,14";
  const first_sunday = "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU";
  const toronto = clockOf(
    ...observance("DAYLIGHT", ["-0500", "-0400"], "20070311T020000", second_sunday),
    ...observance("STANDARD", ["-0400", "-0500"], "20071104T020000", first_sunday),
  );
  assert.equal(toronto?.(at("20270314T030000")).toString(), "2027-03-14T07:00:00Z");
  assert.equal(toronto?.(at("20270313T120000")).toString(), "2027-03-13T17:00:00Z");

  // Summer time was given up, by UNTIL or by COUNT.
  for (const end of ["UNTIL=20160327T000000Z", "COUNT=2"]) {
    const given_up = clockOf(
      ...observance("STANDARD", ["+0300", "+0200"], "20151025T040000", "RDATE:20161106T040000"),
      ...observance(
        "DAYLIGHT",
        ["+0200", "+0300"],
        "20150329T030000",
        `RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU;${end}`,
      ),
    );
    assert.equal(given_up?.(at("20160701T120000")).toString(), "2016-07-01T09:00:00Z", end);
    assert.equal(given_up?.(at("20270701T120000")).toString(), "2027-07-01T10:00:00Z", end);
  }
});

Deno.test("before the first change holds what was before it; half an hour and seconds are offsets too", () => {
  const clock = clockOf(...observance("STANDARD", ["+053020", "+0530"], "19450101T000000"));
  assert.equal(clock?.(at("19440101T000000")).toString(), "1943-12-31T18:29:40Z");
  assert.equal(clock?.(at("20270101T000000")).toString(), "2026-12-31T18:30:00Z");
});

Deno.test("what describes nothing is no clock", () => {
  assert.equal(clockOf(), null);
  assert.equal(clockOf("BEGIN:STANDARD", "DTSTART:yesterday", "END:STANDARD"), null);
});

Deno.test("every zone that we describe is read as the time zone database has it, all year round", () => {
  for (const time_zone of ["Europe/Madrid", "America/Toronto", "Australia/Lord_Howe", "Africa/Casablanca"]) {
    const zone = vtimezoneOf({ time_zone, first: "2027-01-01T00:00:00Z", last: "2027-12-31T00:00:00Z" });
    const component = readComponent(zone?.lines.join("\r\n") ?? "");
    const clock = component && zoneClock(component);
    for (let hour = 0; hour < 365 * 24; hour += 5) {
      const local = Temporal.PlainDateTime.from("2027-01-01T00:30:00").add({ hours: hour });
      const expected = local.toZonedDateTime(time_zone).toInstant();
      assert.equal(clock?.(local).toString(), expected.toString(), `${time_zone} ${local}`);
    }
  }
});
