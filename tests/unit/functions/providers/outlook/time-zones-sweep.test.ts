import assert from "node:assert/strict";
import windows_zones from "cldr-core/supplemental/windowsZones.json" with { type: "json" };
import older_zones from "node-ical/windowsZones.json" with { type: "json" };
import { Temporal } from "temporal-polyfill";
import { findIana } from "windows-iana";
import { graphTimeOf } from "../../../../../supabase/functions/_shared/providers/outlook/time-zones.ts";

const FIRST = Temporal.Instant.from("2024-01-01T08:30:00Z");
const LAST = Temporal.Instant.from("2031-01-01T00:00:00Z");
const AROUND_A_CHANGE_MINUTES = [-45, -15, 15, 45];

const CURRENT = new Map(
  windows_zones.supplemental.windowsZones.mapTimezones
    .filter(({ mapZone }) => mapZone._territory === "001")
    .map(({ mapZone }): [string, string] => [mapZone._other, mapZone._type]),
);
const OLDER = new Map(Object.entries(older_zones).map(([name, { iana }]) => [name, iana[0]]));

/** How calendars on the market read a name: by the current edition of CLDR, by older ones, or as the place itself. */
const READERS: readonly ((name: string) => string | undefined)[] = [
  (name) => CURRENT.get(name),
  (name) => findIana(name)[0],
  (name) => OLDER.get(name),
];

/** One moment of every month, and the minutes around every change of the clock. */
function instantsFor(time_zone: string): readonly Temporal.Instant[] {
  const instants: Temporal.Instant[] = [];
  for (let days = 0; days < 7 * 365; days += 30) {
    instants.push(FIRST.add({ hours: 24 * days }));
  }
  let next = FIRST.toZonedDateTimeISO(time_zone).getTimeZoneTransition("next");
  while (next !== null && Temporal.Instant.compare(next.toInstant(), LAST) < 0) {
    for (const minutes of AROUND_A_CHANGE_MINUTES) instants.push(next.toInstant().add({ minutes }));
    next = next.getTimeZoneTransition("next");
  }
  return instants;
}

function written(at: Temporal.Instant, time_zone: string) {
  const start = at.toZonedDateTimeISO(time_zone);
  const text = { timeZoneName: "never", smallestUnit: "second" } as const;
  return graphTimeOf({
    kind: "timed",
    start: start.toString(text),
    end: start.add({ minutes: 30 }).toString(text),
    time_zone,
  });
}

Deno.test("in every zone, from 2024 to 2030, every reader finds a deadline at its instant", () => {
  const wrong: string[] = [];
  for (const time_zone of Intl.supportedValuesOf("timeZone")) {
    for (const at of instantsFor(time_zone)) {
      const { start: { dateTime, timeZone } } = written(at, time_zone);
      const places = new Set(READERS.map((read) => read(timeZone) ?? timeZone));
      for (const place of places) {
        const seen = Temporal.PlainDateTime.from(dateTime).toZonedDateTime(place).toInstant();
        if (!seen.equals(at)) wrong.push(`${at} in ${time_zone}: a reader who takes ${place} sees ${seen}`);
      }
    }
  }
  assert.deepEqual(wrong.slice(0, 5), []);
});

Deno.test("where two editions of the mapping disagree, or Windows cannot know the rule, a deadline is written in UTC", () => {
  for (
    const time_zone of [
      "Asia/Almaty",
      "Asia/Qostanay",
      "Asia/Bishkek",
      "America/Chihuahua",
      "America/Mazatlan",
      "Africa/Casablanca",
      "Asia/Hebron",
    ]
  ) {
    const { start } = written(Temporal.Instant.from("2027-06-15T08:30:00Z"), time_zone);
    assert.deepEqual(start, { dateTime: "2027-06-15T08:30:00", timeZone: "UTC" }, time_zone);
  }
});

Deno.test("nearly all zones are named", () => {
  const named = Intl.supportedValuesOf("timeZone").filter((time_zone) =>
    written(Temporal.Instant.from("2027-06-15T08:30:00Z"), time_zone).start.timeZone !== "UTC"
  );
  assert.ok(named.length > 390, `${named.length}`);
});
