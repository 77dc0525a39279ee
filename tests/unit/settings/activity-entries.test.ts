import assert from "node:assert/strict";
import type { EventActivity } from "../../../settings/src/api/types.ts";
import { firstEntries, groupActivity } from "../../../settings/src/calendar/panels/activity-entries.ts";

const INTEGRATION = "00000000-0000-4000-8000-000000000001";
const NOON_MS = Date.parse("2027-03-05T12:00:00Z");

/** `seconds` before noon. */
function change(seconds: number, given: Partial<EventActivity> = {}): EventActivity {
  return {
    kind: "event",
    at: new Date(NOON_MS - seconds * 1000).toISOString(),
    integration_id: INTEGRATION,
    provider: "google",
    account_email: "ada@example.com",
    calendar_name: "Compliance deadlines",
    obligation_id: crypto.randomUUID(),
    action: "created",
    title: "Audit",
    due: "2027-04-01",
    event_url: null,
    obligation_url: null,
    reason: null,
    caused_by: "you",
    ...given,
  };
}

const dayOf = (instant: string) => instant.slice(0, 10);
const shape = (activities: readonly EventActivity[]) =>
  groupActivity(activities, dayOf, (action) => action !== "proposal_opened").map(({ day, entries }) => [
    day,
    ...entries.map((entry) => entry.kind === "bulk" ? entry.activities.length : entry.activity.action),
  ]);
const many = (n: number, from_s: number, given: Partial<EventActivity> = {}) =>
  Array.from({ length: n }, (_, index) => change(from_s + index, given));

Deno.test("many changes of one kind that were made together are one entry, where the newest is", () => {
  assert.deepEqual(
    shape([change(0, { action: "updated" }), ...many(120, 1), change(200, { action: "removed" })]),
    [
      ["2027-03-05", "updated", 120, "removed"],
    ],
  );
});

Deno.test("few are told one by one", () => {
  assert.deepEqual(shape(many(4, 0)), [["2027-03-05", "created", "created", "created", "created"]]);
});

Deno.test("changes of two calendars are two entries, however they are mixed", () => {
  const other = { integration_id: "00000000-0000-4000-8000-000000000002" };
  const mixed = many(6, 0).flatMap((each, index) => [each, change(index + 0.5, other)]);
  assert.deepEqual(shape(mixed), [["2027-03-05", 6, 6]]);
});

Deno.test("what was done later is another entry, and so is what was done on another day", () => {
  assert.deepEqual(shape([...many(5, 0), ...many(6, 3_600)]), [["2027-03-05", 5, 6]]);
  assert.deepEqual(shape([...many(5, 43_196), ...many(6, 43_201)]), [["2027-03-05", 5], ["2027-03-04", 6]]);
});

Deno.test("what cannot be said of many at once is told one by one", () => {
  assert.equal(shape(many(5, 0, { action: "proposal_opened" }))[0]?.length, 6);
});

Deno.test("the first entries are those of the newest days", () => {
  const days = groupActivity([...many(3, 0), ...many(3, 90_000)], dayOf, () => true);
  assert.deepEqual(firstEntries(days, 4).map(({ day, entries }) => [day, entries.length]), [
    ["2027-03-05", 3],
    ["2027-03-04", 1],
  ]);
  assert.deepEqual(firstEntries(days, 3).length, 1);
});
