import assert from "node:assert/strict";
import { createCallBudget } from "../../../../supabase/functions/_shared/providers/call-budget.ts";
import type { Behaviour } from "../behaviour.ts";
import { creations, eventOf, writtenId } from "../event.ts";
import type { Scene } from "../scene.ts";

const EVENT_LENGTH_MS = 1_800_000;
const ZONES = [
  "Europe/Madrid",
  "America/Toronto",
  "Asia/Kolkata",
  "Asia/Calcutta",
  "Asia/Kathmandu",
  "Europe/Kyiv",
  "Europe/Dublin",
  "Africa/Casablanca",
  "America/St_Johns",
  "America/Nuuk",
  "America/Argentina/Buenos_Aires",
  "America/Indiana/Knox",
  "Australia/Lord_Howe",
  "Pacific/Chatham",
  "Pacific/Apia",
  "Antarctica/Troll",
  "Etc/GMT+12",
  "US/Eastern",
  "UTC",
  "GMT",
];
/** Around changes of the clock in Europe, America, Australia and Lord Howe, and far from any. */
const INSTANTS = [
  "2026-01-15T12:00:00Z",
  "2026-03-08T06:45:00Z",
  "2026-03-08T07:00:00Z",
  "2026-03-29T00:45:00Z",
  "2026-03-29T01:00:00Z",
  "2026-04-04T14:45:00Z",
  "2026-04-04T15:15:00Z",
  "2026-07-15T12:00:00Z",
  "2026-10-03T15:45:00Z",
  "2026-10-25T00:15:00Z",
  "2026-10-25T00:45:00Z",
  "2026-10-25T01:15:00Z",
  "2026-11-01T05:15:00Z",
  "2026-11-01T06:15:00Z",
];

/** Creates events of these instants and zones together, and asserts that each is at its instant. */
async function assertAtTheirInstants(scene: Scene, instants: readonly string[], zones: readonly string[]) {
  const { id, apply, events } = await scene.newCalendar();
  const wanted = instants.flatMap((at) => zones.map((time_zone) => ({ at, time_zone })));
  const outcomes = await apply(creations(
    id,
    wanted.map((one) => eventOf({ title: JSON.stringify(one), due: { kind: "instant", ...one } })),
  ));
  outcomes.forEach(writtenId);
  const seen = new Map(events().map(({ title, time }) => [title, time]));
  const wrong = wanted.filter((one) => {
    const time = seen.get(JSON.stringify(one));
    const start_ms = Date.parse(one.at);
    return time?.kind !== "timed" || Date.parse(time.start) !== start_ms ||
      Date.parse(time.end) !== start_ms + EVENT_LENGTH_MS;
  });
  assert.deepEqual(wrong.map((one) => ({ ...one, seen: seen.get(JSON.stringify(one)) })), []);
}

/** Days and instants. */
export const EVENT_TIMES: readonly Behaviour[] = [
  {
    name: "an all-day event is on its day, and ends before the next one",
    async run({ newCalendar }) {
      const { id, apply, events } = await newCalendar();
      const days = {
        "2026-03-29": "2026-03-30",
        "2026-10-25": "2026-10-26",
        "2026-12-31": "2027-01-01",
        "2028-02-28": "2028-02-29",
        "2028-02-29": "2028-03-01",
        "2099-12-31": "2100-01-01",
      };
      const list = Object.keys(days).map((date) => eventOf({ title: date, due: { kind: "date", date } }));
      (await apply(creations(id, list))).forEach(writtenId);
      const seen = Object.fromEntries(events().map(({ title, time }) => [title, time]));
      assert.deepEqual(
        seen,
        Object.fromEntries(
          Object.entries(days).map((
            [start_date, end_date],
          ) => [start_date, { kind: "all_day", start_date, end_date }]),
        ),
      );
    },
  },
  {
    name: "a timed event is at its instant, in zones of every kind and whenever their clocks change",
    run: (scene) => assertAtTheirInstants(scene, INSTANTS, ZONES),
  },
  {
    name: "a timed event is at its instant in every zone that there is, in summer and in winter",
    concerns: ({ is_fast }) => is_fast,
    run: (scene) =>
      assertAtTheirInstants(
        scene,
        ["2026-01-15T12:00:00Z", "2026-07-15T12:00:00Z"],
        Intl.supportedValuesOf("timeZone"),
      ),
  },
  {
    name:
      "a timed event is at its instant where a country has changed its clocks and names are still read the old way",
    run: (scene) =>
      assertAtTheirInstants(
        scene,
        ["2026-01-15T12:00:00Z", "2027-06-15T08:30:00Z", "2027-12-15T08:30:00Z", "2030-07-01T00:00:00Z"],
        ["Asia/Almaty", "Asia/Qostanay", "Asia/Bishkek", "America/Chihuahua", "America/Vancouver"],
      ),
  },
  {
    name: "a timed event is at its instant, in UTC, where nobody knows its zone",
    run: (scene) => assertAtTheirInstants(scene, INSTANTS, ["Mars/Olympus", "", "+05:30", "Europe/Atlantis"]),
  },
  {
    name: "a zone that the provider turns down does not keep a deadline away",
    async run({ newCalendar }) {
      const { id, client, only } = await newCalendar();
      const event = eventOf({
        due: { kind: "instant", at: "2027-07-01T15:00:00Z", time_zone: "Antarctica/Troll" },
      });
      writtenId(await client.createEvent(id, event));
      assert.deepEqual({ ...only().time, time_zone: null }, {
        kind: "timed",
        start: "2027-07-01T15:00:00.000Z",
        end: "2027-07-01T15:30:00.000Z",
        time_zone: null,
      });
    },
  },
  {
    name:
      "a place that the provider's time zones do not have yet does not keep a deadline away, whatever the write",
    concerns: ({ forgetTimeZone }) => forgetTimeZone !== null,
    async run(scene) {
      const { newCalendar, traits } = scene;
      const zones = ["America/Coyhaique", "Asia/Qostanay", "America/Ciudad_Juarez"];
      for (const time_zone of zones) traits.forgetTimeZone?.(time_zone);
      for (const time_zone of zones) {
        const { id, client, apply, only } = await newCalendar();
        const at = (instant: string) =>
          eventOf({
            obligation_id: "0d7f9f3e-53c4-4d2a-9b2f-6f2f6a3f0f11",
            url: "https://example.com/1",
            due: { kind: "instant", at: instant, time_zone },
          });
        const assertAt = (instant: string) => {
          const { time } = only();
          assert.ok(time.kind === "timed");
          assert.deepEqual([time.start, time.time_zone], [new Date(instant).toISOString(), "UTC"]);
        };
        const event_id = writtenId(await client.createEvent(id, at("2027-07-01T15:00:00Z")));
        assertAt("2027-07-01T15:00:00Z");
        assert.equal(writtenId(await client.updateEvent(id, event_id, at("2027-01-01T15:00:00Z"))), event_id);
        assertAt("2027-01-01T15:00:00Z");
        const [updated] = await apply([
          { kind: "update", calendar_id: id, event_id, event: at("2027-08-01T15:00:00Z") },
        ]);
        assert.equal(writtenId(updated), event_id);
        assertAt("2027-08-01T15:00:00Z");
      }
      await assertAtTheirInstants(scene, INSTANTS, zones);
    },
  },
  {
    name:
      "many events in a zone that the provider does not have yet are written with hardly more calls than events",
    concerns: ({ forgetTimeZone }) => forgetTimeZone !== null,
    async run({ newCalendar, traits }) {
      const time_zone = "America/Punta_Arenas";
      traits.forgetTimeZone?.(time_zone);
      const { id, clientWith, events } = await newCalendar();
      const due = { kind: "instant", at: "2027-07-01T15:00:00Z", time_zone } as const;
      const list = Array.from({ length: 40 }, (_, n) => eventOf({ title: `Deadline ${n}`, due }));
      // As a worker does: a call for each, and a few to spare.
      for (let batch = 0; batch < 2; batch++) {
        const client = await clientWith(createCallBudget(list.length + 5));
        await client.applyChanges(creations(id, list), new AbortController().signal);
      }
      assert.equal(events().length, list.length);
    },
  },
  {
    name: "a timed event names the zone that it was given",
    async run({ newCalendar, traits }) {
      for (const [time_zone, shown] of Object.entries(traits.zone_names)) {
        const { id, client, only } = await newCalendar();
        const due = { kind: "instant", at: "2027-07-01T15:00:00Z", time_zone } as const;
        writtenId(await client.createEvent(id, eventOf({ due })));
        const { time } = only();
        assert.ok(time.kind === "timed");
        assert.equal(time.time_zone, shown);
      }
    },
  },
  {
    name: "an event changes from a day to an instant and back, and stays the same event",
    async run({ newCalendar }) {
      const { id, client, only } = await newCalendar();
      const { obligation_id, ...all_day } = eventOf();
      const due = { kind: "instant", at: "2027-01-01T09:00:00Z", time_zone: "Europe/Madrid" } as const;
      const timed = eventOf({ obligation_id, due });
      const event_id = writtenId(await client.createEvent(id, { obligation_id, ...all_day }));
      const day = only().time;
      for (let round = 0; round < 2; round++) {
        assert.equal(writtenId(await client.updateEvent(id, event_id, timed)), event_id);
        const { time } = only();
        assert.ok(time.kind === "timed");
        assert.deepEqual([time.start, time.end], ["2027-01-01T09:00:00.000Z", "2027-01-01T09:30:00.000Z"]);
        assert.equal(
          writtenId(await client.updateEvent(id, event_id, { obligation_id, ...all_day })),
          event_id,
        );
        assert.deepEqual(only().time, day);
      }
    },
  },
  {
    name: "a timed event moves to another instant and another zone",
    async run({ newCalendar }) {
      const { id, client, only } = await newCalendar();
      const obligation_id = crypto.randomUUID();
      const at = (instant: string, time_zone: string) =>
        eventOf({ obligation_id, due: { kind: "instant", at: instant, time_zone } });
      const event_id = writtenId(await client.createEvent(id, at("2027-01-01T09:00:00Z", "Europe/Madrid")));
      for (
        const [instant, zone] of [["2026-10-25T00:45:00Z", "Europe/Madrid"], ["2027-07-01T22:00:00Z", "UTC"]]
      ) {
        assert.ok(instant && zone);
        writtenId(await client.updateEvent(id, event_id, at(instant, zone)));
        const { time } = only();
        assert.ok(time.kind === "timed");
        assert.equal(time.start, new Date(instant).toISOString());
      }
    },
  },
];
