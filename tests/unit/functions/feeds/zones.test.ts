import assert from "node:assert/strict";
import { Temporal } from "temporal-polyfill";
import { calendarEventOf } from "../../../../supabase/functions/_shared/domain/calendar-event.ts";
import type { FeedEvent } from "../../../../supabase/functions/calendar-feed/icalendar.ts";
import { readWithIcalJs } from "../../../support/feed-readers.ts";
import { calendarOf, feedEvent } from "./sample.ts";
import { DEFAULT_SETTINGS } from "../../../support/default-settings.ts";

const NO_REMINDERS = { ...DEFAULT_SETTINGS, reminders_minutes: [] };

/** A deadline at an instant, as every calendar shows it. */
function at(instant: Temporal.Instant, time_zone: string): FeedEvent {
  const event = calendarEventOf({
    obligation_id: crypto.randomUUID(),
    title: instant.toString(),
    description: "",
    obligation_type: null,
    status: "open",
    due: { kind: "instant", at: instant.toString(), time_zone },
    url: null,
  }, NO_REMINDERS);
  assert.ok(event);
  return feedEvent(event);
}

/** Everything is where it was, by the calendar's own description of its zones. */
function assertKept(events: readonly FeedEvent[]): void {
  const read = readWithIcalJs(calendarOf(events)).events;
  assert.equal(read.length, events.length);
  for (const [index, { summary, start, end }] of read.entries()) {
    const expected = Temporal.Instant.from(summary);
    assert.equal(Date.parse(start), expected.epochMilliseconds, `${summary} in ${read[index]?.time_zone}`);
    assert.equal(Date.parse(end), expected.add({ minutes: 30 }).epochMilliseconds, summary);
  }
}

/** The minutes around every change of a zone's clock within some years. */
function edges(time_zone: string, from: string, until: string): Temporal.Instant[] {
  const instants: Temporal.Instant[] = [];
  let moment = Temporal.Instant.from(from).toZonedDateTimeISO(time_zone);
  while (true) {
    const next = moment.getTimeZoneTransition("next");
    if (next === null || next.toInstant().epochMilliseconds > Date.parse(until)) return instants;
    for (const minutes of [-90, -60, -31, -30, -1, 0, 1, 29, 30, 59, 60, 90]) {
      instants.push(next.toInstant().add({ minutes }));
    }
    moment = next;
  }
}

Deno.test("in every zone a deadline is read at its instant, winter and summer", () => {
  for (const time_zone of Intl.supportedValuesOf("timeZone")) {
    const months = Array.from(
      { length: 12 },
      (_, month) =>
        at(Temporal.Instant.from(`2027-${String(month + 1).padStart(2, "0")}-15T11:45:00Z`), time_zone),
    );
    assertKept(months);
  }
});

Deno.test("in every zone a deadline is read at its instant around each change of the clock", () => {
  for (const time_zone of Intl.supportedValuesOf("timeZone")) {
    assertKept(
      edges(time_zone, "2026-01-01T00:00:00Z", "2028-01-01T00:00:00Z").map((instant) =>
        at(instant, time_zone)
      ),
    );
  }
});

Deno.test("zones that changed their rules are described as they were and will be", () => {
  const changed = [
    "Africa/Casablanca",
    "Africa/Cairo",
    "America/Sao_Paulo",
    "America/Mexico_City",
    "Asia/Amman",
    "Asia/Almaty",
    "Europe/Istanbul",
    "Europe/Volgograd",
    "Pacific/Apia",
    "Australia/Lord_Howe",
    "Antarctica/Troll",
    "America/Vancouver",
  ];
  for (const time_zone of changed) {
    assertKept(
      edges(time_zone, "2014-01-01T00:00:00Z", "2030-01-01T00:00:00Z").map((instant) =>
        at(instant, time_zone)
      ),
    );
  }
});

Deno.test("a time that the clock shows twice is written in UTC: readers disagree on which one is meant", () => {
  const zonesOf = (instant: string) =>
    readWithIcalJs(calendarOf([at(Temporal.Instant.from(instant), "Europe/Paris")])).events[0]?.time_zone;
  assert.equal(zonesOf("2027-10-30T23:29:00Z"), "Europe/Paris");
  assert.equal(zonesOf("2027-10-30T23:30:00Z"), null, "its end comes twice");
  assert.equal(zonesOf("2027-10-31T00:15:00Z"), null);
  assert.equal(zonesOf("2027-10-31T01:59:00Z"), null);
  assert.equal(zonesOf("2027-10-31T02:00:00Z"), "Europe/Paris");
});

Deno.test("a zone is named as IANA names it, or the deadline is in UTC: some readers take CET for a fixed offset", () => {
  const zoneOf = (time_zone: string, instant = "2027-07-01T10:00:00Z") => {
    const [event] = readWithIcalJs(calendarOf([at(Temporal.Instant.from(instant), time_zone)])).events;
    assert.equal(Date.parse(event?.start ?? ""), Date.parse(instant), time_zone);
    return event?.time_zone;
  };
  const names = {
    CET: "Europe/Brussels",
    MET: "Europe/Brussels",
    EET: "Europe/Athens",
    WET: "Europe/Lisbon",
    EST: "America/Panama",
    MST: "America/Phoenix",
    HST: "Pacific/Honolulu",
    EST5EDT: "America/New_York",
    PST8PDT: "America/Los_Angeles",
    "US/Eastern": "America/New_York",
    "Asia/Calcutta": "Asia/Kolkata",
    "europe/kiev": "Europe/Kyiv",
    GB: "Europe/London",
    Zulu: null,
    "GMT+0": null,
    Factory: null,
  };
  for (const [time_zone, name] of Object.entries(names)) assert.equal(zoneOf(time_zone), name, time_zone);
  const places = new Set(Intl.supportedValuesOf("timeZone").map((name) => zoneOf(name)));
  for (const place of places) assert.ok(place === null || place?.includes("/"), `${place}`);
});

Deno.test("a rule that goes on is written as one, since Outlook reads no lists", () => {
  const rules = (time_zone: string) => {
    const { calendar } = readWithIcalJs(
      calendarOf([at(Temporal.Instant.from("2027-01-15T11:00:00Z"), time_zone)]),
    );
    const [zone] = calendar.getAllSubcomponents("vtimezone");
    return zone?.getAllSubcomponents().map((part) => part.getFirstPropertyValue("rrule")?.toString())
      .filter((rule) => rule !== undefined);
  };
  assert.deepEqual(rules("Europe/Paris"), [
    "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
    "FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
  ]);
  assert.deepEqual(rules("America/New_York"), [
    "FREQ=YEARLY;BYMONTH=3;BYDAY=2SU",
    "FREQ=YEARLY;BYMONTH=11;BYDAY=1SU",
  ]);
  assert.deepEqual(rules("Asia/Tokyo"), []);
});

Deno.test("centuries away a deadline keeps its instant, in UTC", () => {
  const far = ["1912-05-01T10:00:00Z", "2250-05-01T10:00:00Z", "9998-12-31T10:00:00Z"].map((instant) =>
    at(Temporal.Instant.from(instant), "Europe/Paris")
  );
  assertKept(far);
  assertKept([...far, at(Temporal.Instant.from("2027-05-01T10:00:00Z"), "Europe/Paris")]);
});
