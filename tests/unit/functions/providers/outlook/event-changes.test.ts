import assert from "node:assert/strict";
import {
  EVENT_OWNER_PROPERTY,
  OBLIGATION_PROPERTY,
} from "../../../../../supabase/functions/_shared/providers/outlook/event-body.ts";
import { listChanges } from "../../../../../supabase/functions/_shared/providers/outlook/event-changes.ts";
import { GONE, nameOf, ok, play, refused } from "./play.ts";

const GRAPH = "https://graph.test/v1.0";
const TARGET = { owner: "owner-1", graph_url: GRAPH, calendar: { id: "c/1", role: "own" } } as const;
const NEXT = `${GRAPH}/me/calendars/c%2F1/events?$skiptoken=x%2F2`;

const ALL_DAY = {
  isAllDay: true,
  start: { dateTime: "2027-03-05T00:00:00.0000000", timeZone: "UTC" },
  end: { dateTime: "2027-03-06T00:00:00.0000000", timeZone: "UTC" },
};

function timed(dateTime: string, timeZone = "UTC", originalStartTimeZone: string | null = "UTC") {
  return {
    isAllDay: false,
    start: { dateTime, timeZone },
    end: { dateTime: dateTime.replace("T09", "T10"), timeZone },
    originalStartTimeZone,
  };
}

function resource(given: Record<string, unknown>) {
  return {
    "@odata.etag": 'W/"1"',
    id: "e/1",
    ...ALL_DAY,
    type: "singleInstance",
    recurrence: null,
    attendees: [],
    singleValueExtendedProperties: [{ id: OBLIGATION_PROPERTY, value: "o-1" }],
    ...given,
  };
}

function listed(...resources: readonly Record<string, unknown>[]) {
  const { outcome } = play(listChanges(TARGET), [ok({ value: resources })]);
  assert.ok(outcome.kind === "done", JSON.stringify(outcome));
  return outcome.value.news.flatMap((one) => one.kind === "shown" ? [one.event] : []);
}

function timeOf(given: Record<string, unknown>) {
  return listed(resource(given))[0]?.time;
}

Deno.test("one call asks for the owner's events in the calendar with all that tells of an edit, in UTC", () => {
  const { outcome, calls } = play(listChanges(TARGET), [ok({ value: [resource({})] })]);
  assert.deepEqual(outcome, {
    kind: "done",
    value: {
      news: [{
        kind: "shown",
        event: {
          event_id: "e/1",
          etag: 'W/"1"',
          obligation_id: "o-1",
          time: { kind: "all_day", start_date: "2027-03-05", end_date: "2027-03-06" },
          is_series: false,
          has_guests: false,
        },
      }],
      is_complete: true,
      cursor: null,
    },
  });
  assert.deepEqual(calls.map(nameOf), [
    "GET /me/calendars/c/1/events" +
    `?$filter=singleValueExtendedProperties/Any(ep: ep/id eq '${EVENT_OWNER_PROPERTY}' and ep/value eq 'owner-1')` +
    `&$expand=singleValueExtendedProperties($filter=id eq '${OBLIGATION_PROPERTY}')` +
    "&$select=id,start,end,isAllDay,originalStartTimeZone,type,recurrence,attendees&$top=250",
  ]);
  assert.equal(calls[0]?.prefer, 'outlook.timezone="UTC"');
});

Deno.test("a calendar that a colleague shares, and that our grant does not cover, is missing: the grant is not lost", () => {
  const denied = refused(403, "ErrorAccessDenied");
  const shared = { ...TARGET, calendar: { id: "shared", role: "other" } } as const;
  const readable = ok({ id: "default" });
  assert.equal(play(listChanges(shared), [denied, readable]).outcome.kind, "calendar_missing");
  assert.equal(play(listChanges(shared), [denied, denied]).outcome.kind, "needs_reconnect");
});

Deno.test("every page is asked for in UTC, and the newer of two versions of an event counts", () => {
  const { outcome, calls } = play(listChanges(TARGET), [
    ok({ value: [resource({})], "@odata.nextLink": NEXT }),
    ok({ value: [resource({ "@odata.etag": 'W/"2"' }), resource({ id: "e/2" })] }),
  ]);
  assert.deepEqual(calls.map(({ prefer }) => prefer), ['outlook.timezone="UTC"', 'outlook.timezone="UTC"']);
  assert.deepEqual(
    outcome.kind === "done" && outcome.value.news.map((one) => one.kind === "shown" && one.event.etag),
    ['W/"2"', 'W/"1"'],
  );
});

Deno.test("a timed event is two instants, and its zone that in which it was written", () => {
  const at = { kind: "timed", start_at: "2027-03-05T09:00:00Z", end_at: "2027-03-05T10:00:00Z" };
  const zones: readonly (readonly [string | null, string | null])[] = [
    ["UTC", "UTC"],
    ["Europe/Berlin", "Europe/Berlin"],
    ["W. Europe Standard Time", "Europe/Berlin"],
    ["Tokyo Standard Time", "Asia/Tokyo"],
    ["tzone://Microsoft/Custom", null],
    ["Customized Time Zone", null],
    ["", null],
    [null, null],
  ];
  for (const [original, time_zone] of zones) {
    assert.deepEqual(timeOf(timed("2027-03-05T09:00:00.0000000", "UTC", original)), { ...at, time_zone });
  }
});

Deno.test("a time in another zone than was asked for is still the same instant", () => {
  const summer = timeOf(timed("2027-07-05T09:00:00.0000000", "Europe/Berlin"));
  assert.ok(summer?.kind === "timed");
  assert.equal(summer.start_at, "2027-07-05T07:00:00Z");
  const winter = timeOf(timed("2027-01-05T09:00:00", "Eastern Standard Time"));
  assert.ok(winter?.kind === "timed");
  assert.equal(winter.start_at, "2027-01-05T14:00:00Z");
});

Deno.test("a time that ends in Z is UTC, whatever zone stands beside it", () => {
  for (const zone of ["UTC", "Europe/Berlin", ""]) {
    for (const dateTime of ["2027-07-05T09:00:00Z", "2027-07-05T09:00:00.0000000Z"]) {
      const seen = timeOf(timed(dateTime, zone));
      assert.ok(seen?.kind === "timed");
      assert.deepEqual([seen.start_at, seen.end_at], ["2027-07-05T09:00:00Z", "2027-07-05T10:00:00Z"]);
    }
  }
});

Deno.test("an all-day event is the dates that it shows, whatever zone stands beside them", () => {
  const far = { dateTime: "2027-03-05T00:00:00.0000000", timeZone: "Samoa Standard Time" };
  assert.deepEqual(timeOf({ start: far }), {
    kind: "all_day",
    start_date: "2027-03-05",
    end_date: "2027-03-06",
  });
});

Deno.test("a series and guests are told of, and what some mailboxes leave out is none", () => {
  const pattern = { pattern: { type: "daily", interval: 1 }, range: { type: "noEnd" } };
  const seen = listed(
    resource({ id: "series", type: "seriesMaster", recurrence: pattern }),
    resource({ id: "guests", attendees: [{ emailAddress: { address: "guest@example.com" } }] }),
    { id: "bare", ...ALL_DAY },
  );
  assert.deepEqual(seen.map(({ event_id, is_series, has_guests }) => [event_id, is_series, has_guests]), [
    ["series", true, false],
    ["guests", false, true],
    ["bare", false, false],
  ]);
  assert.deepEqual([seen[2]?.etag, seen[2]?.obligation_id], [null, null]);
});

Deno.test("one event whose time cannot be read fails the listing: left out, it would pass for deleted", () => {
  const unreadable = [
    timed("2027-02-30T09:00:00"),
    timed("2027-03-05T09:00:00", "Middle-earth Standard Time"),
    timed("2027-03-05T09:00:00+01:00"),
    { start: null },
    { start: { dateTime: "soon", timeZone: "UTC" } },
  ];
  for (const given of unreadable) {
    const { outcome } = play(listChanges(TARGET), [
      ok({ value: [resource({ id: "fine" }), resource(given)] }),
    ]);
    assert.deepEqual(
      outcome,
      { kind: "unknown", reason: "unreadable", after_s: null },
      JSON.stringify(given),
    );
  }
});

Deno.test("a calendar of our own that goes by another id has moved: its events are not gone", () => {
  const { outcome } = play(listChanges(TARGET), [GONE, ok({ value: [] })]);
  assert.equal(outcome.kind, "calendar_missing");
});
