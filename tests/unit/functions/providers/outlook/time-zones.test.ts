import assert from "node:assert/strict";
import fc from "fast-check";
import { Temporal } from "temporal-polyfill";
import { calendarEventOf } from "../../../../../supabase/functions/_shared/domain/calendar-event.ts";
import {
  graphTimeOf,
  graphZoneOf,
} from "../../../../../supabase/functions/_shared/providers/outlook/time-zones.ts";
import { inUtc } from "../../../../../supabase/functions/_shared/providers/plainer-event.ts";
import { event } from "./events.ts";
import { DEFAULT_SETTINGS } from "../../../../support/default-settings.ts";

function timed(start: string, time_zone: string, minutes = 30) {
  const from = Temporal.Instant.from(start).toZonedDateTimeISO(time_zone);
  const text = { timeZoneName: "never", smallestUnit: "second" } as const;
  return graphTimeOf({
    kind: "timed",
    start: from.toString(text),
    end: from.add({ minutes }).toString(text),
    time_zone,
  });
}

Deno.test("a zone on Microsoft's list goes by its IANA name", () => {
  for (
    const zone of ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Etc/GMT+12", "Pacific/Kiritimati"]
  ) {
    assert.equal(graphZoneOf(zone), zone);
  }
});

Deno.test("any other zone goes by its Windows name, also under an old or a new name of its city", () => {
  assert.equal(graphZoneOf("Europe/Madrid"), "Romance Standard Time");
  assert.equal(graphZoneOf("Asia/Calcutta"), "India Standard Time");
  assert.equal(graphZoneOf("Europe/Kyiv"), "FLE Standard Time");
  assert.equal(graphZoneOf("US/Eastern"), "Eastern Standard Time");
  assert.equal(graphZoneOf("UTC"), "UTC");
  assert.equal(graphZoneOf("Etc/UTC"), "UTC");
});

Deno.test("a zone that Graph cannot know has no name there, and its events are written in UTC", () => {
  assert.equal(graphZoneOf("Antarctica/Troll"), null);
  assert.equal(graphZoneOf("Nowhere/City"), null);
  assert.deepEqual(timed("2027-07-01T10:00:00Z", "Antarctica/Troll"), {
    isAllDay: false,
    start: { dateTime: "2027-07-01T10:00:00", timeZone: "UTC" },
    end: { dateTime: "2027-07-01T10:30:00", timeZone: "UTC" },
  });
});

Deno.test("a timed event is a wall-clock time without offset and its zone", () => {
  assert.deepEqual(timed("2027-01-31T16:00:00Z", "Europe/Madrid"), {
    isAllDay: false,
    start: { dateTime: "2027-01-31T17:00:00", timeZone: "Romance Standard Time" },
    end: { dateTime: "2027-01-31T17:30:00", timeZone: "Romance Standard Time" },
  });
});

Deno.test("a wall-clock time that comes twice, at either end, is written in UTC", () => {
  // Clocks in Berlin go back from 03:00 to 02:00 at 01:00 UTC on 31 October 2027.
  for (
    const [instant, ambiguous] of [
      ["2027-10-30T23:00:00Z", false],
      ["2027-10-30T23:45:00Z", true],
      ["2027-10-31T00:15:00Z", true],
      ["2027-10-31T01:15:00Z", true],
      ["2027-10-31T01:45:00Z", true],
      ["2027-10-31T02:00:00Z", false],
    ] as const
  ) {
    const time = timed(instant, "Europe/Berlin");
    assert.equal(time.start.timeZone, ambiguous ? "UTC" : "Europe/Berlin", instant);
    assert.equal(time.end.timeZone, time.start.timeZone);
    if (ambiguous) assert.equal(`${time.start.dateTime}Z`, instant);
  }
});

const ZONES = [
  "Europe/Berlin",
  "Europe/Madrid",
  "America/New_York",
  "Asia/Calcutta",
  "Antarctica/Troll",
  "Australia/Lord_Howe",
  "Pacific/Apia",
  "Etc/GMT+12",
  "Pacific/Kiritimati",
  "UTC",
] as const;

Deno.test("whatever the zone, what is written is the same two instants", () => {
  fc.assert(fc.property(
    fc.date({ min: new Date("2020-01-01"), max: new Date("2040-01-01"), noInvalidDate: true }),
    fc.constantFrom(...ZONES),
    (date, zone) => {
      const at = Temporal.Instant.fromEpochMilliseconds(Math.floor(date.getTime() / 1000) * 1000);
      const { start, end } = timed(at.toString(), zone);
      const read = ({ dateTime, timeZone }: { dateTime: string; timeZone: string }) =>
        Temporal.PlainDateTime.from(dateTime)
          .toZonedDateTime(timeZone === "UTC" ? "UTC" : zone, { disambiguation: "reject" }).toInstant();
      assert.equal(read(start).toString(), at.toString());
      assert.equal(read(end).toString(), at.add({ minutes: 30 }).toString());
    },
  ));
});

Deno.test("an all-day event keeps its date, whatever the date and wherever the reader is", () => {
  fc.assert(fc.property(
    fc.date({ min: new Date("1990-01-01"), max: new Date("2090-01-01"), noInvalidDate: true }),
    fc.integer({ min: -12, max: 14 }),
    (day, offset) => {
      const date = day.toISOString().slice(0, 10);
      const before = Deno.env.get("TZ");
      Deno.env.set("TZ", offset === 0 ? "UTC" : `Etc/GMT${offset > 0 ? "-" : "+"}${Math.abs(offset)}`);
      try {
        const made = calendarEventOf({
          obligation_id: crypto.randomUUID(),
          title: "t",
          description: "",
          obligation_type: null,
          status: "open",
          due: { kind: "date", date },
          url: null,
        }, { ...DEFAULT_SETTINGS, reminders_minutes: [] });
        assert.ok(made !== null);
        const next = Temporal.PlainDate.from(date).add({ days: 1 }).toString();
        assert.deepEqual(graphTimeOf(made.time), {
          isAllDay: true,
          start: { dateTime: `${date}T00:00:00`, timeZone: "UTC" },
          end: { dateTime: `${next}T00:00:00`, timeZone: "UTC" },
        });
      } finally {
        if (before === undefined) Deno.env.delete("TZ");
        else Deno.env.set("TZ", before);
      }
    },
  ));
});

Deno.test("an all-day event over a change of clocks is one day, midnight to midnight", () => {
  for (
    const [start_date, end_date] of [["2027-03-28", "2027-03-29"], ["2027-10-31", "2027-11-01"]] as const
  ) {
    assert.deepEqual(graphTimeOf({ kind: "all_day", start_date, end_date }), {
      isAllDay: true,
      start: { dateTime: `${start_date}T00:00:00`, timeZone: "UTC" },
      end: { dateTime: `${end_date}T00:00:00`, timeZone: "UTC" },
    });
  }
});

Deno.test("an event in UTC is at the same instants; an all-day one stays as it is", () => {
  const madrid = event({
    time: {
      kind: "timed",
      start: "2027-01-31T17:00:00+01:00",
      end: "2027-01-31T17:30:00+01:00",
      time_zone: "Europe/Madrid",
    },
  });
  assert.deepEqual(graphTimeOf(inUtc(madrid).time), {
    isAllDay: false,
    start: { dateTime: "2027-01-31T16:00:00", timeZone: "UTC" },
    end: { dateTime: "2027-01-31T16:30:00", timeZone: "UTC" },
  });
  const day = event({});
  assert.deepEqual(inUtc(day), day);
});

Deno.test("where the Windows zone keeps another time than the place, the instants are written in UTC", () => {
  const time = {
    kind: "timed",
    start: "2027-01-15T12:00:00-06:00",
    end: "2027-01-15T12:30:00-06:00",
    time_zone: "America/Ojinaga",
  } as const;
  assert.deepEqual(graphTimeOf(time).start, { dateTime: "2027-01-15T18:00:00", timeZone: "UTC" });
});
