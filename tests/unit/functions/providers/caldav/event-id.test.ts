import assert from "node:assert/strict";
import {
  calendarDigits,
  eventId,
  ownerDigits,
  plainPath,
  readEventId,
  stemOf,
} from "../../../../../supabase/functions/_shared/providers/caldav/event-id.ts";

const OBLIGATION = "0d7f9f3e-53c4-4d2a-9b2f-6f2f6a3f0f11";
const CALENDAR = "/dav/calendars/ada%40example.com/eco-1/";

Deno.test("an id has letters, digits and hyphens alone, and says what it is of", () => {
  const id = eventId("owner", OBLIGATION.toUpperCase(), CALENDAR, 7);
  assert.match(id, /^[a-z0-9-]{1,80}$/);
  assert.deepEqual(readEventId(id), {
    obligation_id: OBLIGATION,
    owner: ownerDigits("owner"),
    calendar: calendarDigits(CALENDAR),
    generation: 7,
  });
  assert.ok(id.startsWith(stemOf("owner", OBLIGATION)));
});

Deno.test("owner, obligation, calendar and generation each make another id", () => {
  const ids = [
    eventId("owner", OBLIGATION, CALENDAR, 0),
    eventId("other", OBLIGATION, CALENDAR, 0),
    eventId("owner", crypto.randomUUID(), CALENDAR, 0),
    eventId("owner", OBLIGATION, "/elsewhere/", 0),
    eventId("owner", OBLIGATION, CALENDAR, 1),
  ];
  assert.equal(new Set(ids).size, ids.length);
});

Deno.test("one calendar is one, however its path is spelt", () => {
  for (
    const spelling of ["/dav/calendars/ada@example.com/eco-1", "/dav/calendars/ada%40example.com/eco-1//"]
  ) {
    assert.equal(calendarDigits(spelling), calendarDigits(CALENDAR));
  }
  assert.notEqual(calendarDigits("/%E0%A4%A"), calendarDigits(CALENDAR));
});

Deno.test("what others call their files is no id of ours", () => {
  const id = eventId("owner", OBLIGATION, CALENDAR, 0);
  for (
    const name of [
      "",
      "own",
      "eco-1",
      `${id}.ics`,
      id.toUpperCase(),
      `x${id}`,
      id.replace("-g0", "-g"),
      `${id}99999`,
    ]
  ) {
    assert.equal(readEventId(name), null, name);
  }
});

Deno.test("a path of a million slashes is read in no time", () => {
  const started_at = performance.now();
  const path = `${"/".repeat(1_000_000)}x${"/".repeat(1_000_000)}`;
  assert.equal(plainPath(path).length, 1_000_001);
  assert.ok(performance.now() - started_at < 2_000, "it took too long");
});
