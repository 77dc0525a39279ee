import assert from "node:assert/strict";
import type { Item } from "../../../../supabase/functions/calendar-feed/feed.ts";
import { feedBody, feedEventOf } from "../../../../supabase/functions/calendar-feed/feed-body.ts";
import { readWithIcalJs, readWithNodeIcal, unescaped } from "../../../support/feed-readers.ts";
import { calendarOf, FEED, feedEvent, item } from "./sample.ts";

const DOMAIN = "project.supabase.co";

Deno.test("two other readers find every field of a timed event as it was written", () => {
  const text = calendarOf([feedEvent({
    title: "Permit, renewal; site B",
    description: "What to do\n\nhttps://app.example.com/o/1?a=1,2;3",
    url: "https://app.example.com/o/1?a=1,2;3",
    reminders_minutes: [40320, 90, 60, 5, 0],
    time: {
      kind: "timed",
      start: "2027-07-01T09:00:00+02:00",
      end: "2027-07-01T09:30:00+02:00",
      time_zone: "Europe/Paris",
    },
  }, { sequence: 7, modified_at: "2026-12-01T08:30:15.9+00:00", category: "permit" })]);
  const expected = {
    uid: `0d7f9f3e-53c4-4d2a-9b2f-6f2f6a3f0f11@${DOMAIN}`,
    sequence: 7,
    summary: "Permit, renewal; site B",
    description: "What to do\n\nhttps://app.example.com/o/1?a=1,2;3",
    url: "https://app.example.com/o/1?a=1,2;3",
    categories: ["permit"],
    status: "CONFIRMED",
    transparency: "TRANSPARENT",
    all_day: false,
    start: "2027-07-01T07:00:00.000Z",
    end: "2027-07-01T07:30:00.000Z",
    time_zone: "Europe/Paris",
    stamp: "2026-12-01T08:30:15.000Z",
    created: "2026-11-25T12:00:00.000Z",
    modified: "2026-12-01T08:30:15.000Z",
  };
  assert.deepEqual(readWithNodeIcal(text), [expected]);
  assert.deepEqual(readWithIcalJs(text).events, [{
    ...expected,
    alarms: [40320, 90, 60, 5, 0].map((minutes) => ({
      action: "DISPLAY",
      description: "Permit, renewal; site B",
      before_s: minutes * 60,
    })),
  }]);
});

Deno.test("an all-day event is a date, and ends before the next", () => {
  const text = calendarOf([feedEvent()]);
  for (const [event] of [readWithIcalJs(text).events, readWithNodeIcal(text)]) {
    assert.deepEqual([event?.all_day, event?.start, event?.end, event?.time_zone], [
      true,
      "2027-02-28",
      "2027-03-01",
      null,
    ]);
  }
});

Deno.test("a category may contain what separates categories", () => {
  const { events } = readWithIcalJs(calendarOf([feedEvent({}, { category: "air, water; \\ soil" })]));
  assert.deepEqual(events[0]?.categories, ["air, water; \\ soil"]);
});

Deno.test("what is cancelled says so, and reminds nobody", () => {
  const { events } = readWithIcalJs(calendarOf([feedEvent({ reminders_minutes: [5] }, { cancelled: true })]));
  assert.deepEqual([events[0]?.status, events[0]?.alarms], ["CANCELLED", []]);
});

Deno.test("what is cancelled keeps its title and time, and takes little room", () => {
  const text = calendarOf([feedEvent({ description: "x".repeat(8000), url: "https://a.example/o" }, {
    cancelled: true,
    category: "permit",
  })]);
  const { events: [event] } = readWithIcalJs(text);
  assert.deepEqual([event?.summary, event?.start, event?.description ?? ""], [
    "Air emissions report",
    "2027-02-28",
    "",
  ]);
  assert.ok(text.length < 1000);
});

Deno.test("the calendar has a name and a colour, says how often to ask, and neither invites nor tells its address", () => {
  const { calendar } = readWithIcalJs(calendarOf([], "Fristen; Werk 2, Süd"));
  const values = Object.fromEntries(
    calendar.getAllProperties().map((property) => [property.name, unescaped(property.getFirstValue())]),
  );
  assert.deepEqual(values, {
    version: "2.0",
    prodid: "-//EcoComply//Calendar feed//EN",
    calscale: "GREGORIAN",
    name: "Fristen; Werk 2, Süd",
    "x-wr-calname": "Fristen; Werk 2, Süd",
    color: "teal",
    "x-apple-calendar-color": "#008080",
    "refresh-interval": "PT1H",
    "x-published-ttl": "PT1H",
  });
});

Deno.test("the calendar's own zone is named where there is one only", () => {
  const at = (time_zone: string) =>
    feedEvent({
      time: { kind: "timed", start: "2027-01-01T09:00:00Z", end: "2027-01-01T09:30:00Z", time_zone },
    });
  const zoneOf = (text: string) =>
    readWithIcalJs(text).calendar.getFirstPropertyValue("x-wr-timezone")?.toString();
  assert.equal(zoneOf(calendarOf([at("Asia/Tokyo")])), "Asia/Tokyo");
  assert.equal(zoneOf(calendarOf([at("Asia/Tokyo"), at("Asia/Seoul")])), undefined);
});

Deno.test("a feed shows what a connected calendar shows", () => {
  const shown = feedEventOf(
    item({ description: "Text", url: "https://app.example.com/o/1", status: "completed" }),
    FEED,
    DOMAIN,
  );
  assert.equal(shown?.event.title, "✓ Air emissions report");
  assert.equal(shown?.event.description, "Text\n\nhttps://app.example.com/o/1");
  const without = { ...FEED, settings: { ...FEED.settings, completed_events: "remove" } } as const;
  assert.equal(feedEventOf(item({ status: "completed" }), without, DOMAIN), null);
  assert.equal(feedEventOf(item({ status: "cancelled" }), without, DOMAIN)?.cancelled, true);
});

Deno.test("a feed reminds of nothing that is past or completed", () => {
  const reminders = (change: Partial<Item>) =>
    feedEventOf(item(change), FEED, DOMAIN)?.event.reminders_minutes.length;
  assert.equal(reminders({}), 2);
  assert.equal(reminders({ status: "completed" }), 0);
  assert.equal(reminders({ deadline_date: "2026-11-24" }), 0);
  assert.equal(reminders({ deadline_date: "2026-11-25" }), 2, "its day has begun");
  const timed = (deadline_at: string) => reminders({ deadline_date: null, deadline_at, time_zone: "UTC" });
  assert.equal(timed("2026-11-24T23:59:59+00:00"), 0);
  assert.equal(timed("2026-11-25T00:00:01+00:00"), 2);
});

Deno.test("a feed reminds of all-day deadlines at nine, also on the day itself", () => {
  const triggers = (change: Partial<Item>, reminders_minutes: number[]) => {
    const event = feedEventOf(
      item(change),
      { ...FEED, settings: { ...FEED.settings, reminders_minutes } },
      DOMAIN,
    );
    return event === null ? [] : calendarOf([event]).match(/(?<=TRIGGER:).*(?=\r)/g);
  };
  assert.deepEqual(triggers({}, [10080, 1440, 540, 60, 0, 30]), [
    "-PT159H",
    "-PT15H",
    "PT0S",
    "PT8H",
    "PT9H",
    "PT510M",
  ]);
  const timed = { deadline_date: null, deadline_at: "2027-02-28T12:00:00+00:00", time_zone: "UTC" };
  assert.deepEqual(triggers(timed, [1440, 60, 0]), ["-P1D", "-PT1H", "PT0S"]);
  const { events } = readWithIcalJs(calendarOf([feedEvent({ reminders_minutes: [-540] })]));
  assert.equal(events[0]?.alarms[0]?.before_s, -540 * 60);
});

Deno.test("other reminders change an event, unless it came later", () => {
  const chosen = "2026-11-26T00:00:00+00:00";
  const modified = (created_at: string, modified_at: string) =>
    feedEventOf(item({ created_at, modified_at }), { ...FEED, reminders_changed_at: chosen }, DOMAIN)
      ?.modified_at;
  assert.equal(modified("2026-11-25T00:00:00+00:00", "2026-11-25T00:00:00+00:00"), chosen);
  assert.equal(
    modified("2026-11-25T00:00:00+00:00", "2026-11-27T00:00:00+00:00"),
    "2026-11-27T00:00:00+00:00",
  );
  assert.equal(
    modified("2026-11-27T00:00:00+00:00", "2026-11-27T00:00:00+00:00"),
    "2026-11-27T00:00:00+00:00",
  );
});

Deno.test("spellings of one zone are described once, and what is no zone is UTC", async () => {
  const at = "2027-07-01T07:00:00+00:00";
  const timed = (time_zone: string, n: number) =>
    item({
      obligation_id: crypto.randomUUID(),
      deadline_date: null,
      deadline_at: at,
      time_zone,
      sequence: n,
    });
  const zones = ["Europe/Paris", "europe/paris", "Mars/Olympus", "UTC", "+02:00"];
  const chunks = await Array.fromAsync(feedBody({
    rpc: () => Promise.reject(new Error("one page is all there is")),
    feed: FEED,
    domain: DOMAIN,
    first_page: {
      items: zones.map(timed),
      zones: zones.map((time_zone) => ({ time_zone, first: at, last: at })),
    },
  }));
  const { calendar, events } = readWithIcalJs(chunks.join(""));
  assert.equal(calendar.getAllSubcomponents("vtimezone").length, 1);
  assert.deepEqual(events.map(({ time_zone }) => time_zone), [
    "Europe/Paris",
    "Europe/Paris",
    null,
    null,
    null,
  ]);
  assert.ok(events.every(({ start }) => start === "2027-07-01T07:00:00.000Z"));
});
