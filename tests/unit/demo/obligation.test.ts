import assert from "node:assert/strict";
import {
  changeOf,
  contentOf,
  dayFromNow,
  daysLeft,
  daysLeftInWords,
  draftOf,
  EMPTY,
  inOrder,
  type Obligation,
  postponed,
} from "../../../demo/src/obligations/obligation.ts";
import { sampleObligations } from "../../../demo/src/obligations/samples.ts";

const ZONE = "Europe/Paris";

function row(values: Partial<Obligation>): Obligation {
  return {
    id: "00000000-0000-4000-8000-000000000000",
    user_id: "00000000-0000-4000-8000-000000000001",
    title: "Permit",
    description: null,
    obligation_type: null,
    status: "pending",
    deadline_date: null,
    deadline_at: null,
    time_zone: null,
    url: null,
    created_at: "2027-01-01T00:00:00Z",
    updated_at: "2027-01-01T00:00:00Z",
    ...values,
  };
}

Deno.test("the form's day is a date, a day with a time an instant, and neither no deadline", () => {
  const draft = { ...EMPTY, title: " Permit ", day: "2027-03-14" };
  const { deadline_at, ...all_day } = changeOf(draft, ZONE);
  assert.deepEqual([all_day, deadline_at], [
    { title: "Permit", description: null, deadline_date: "2027-03-14", time_zone: null },
    null,
  ]);
  const timed = changeOf({ ...draft, time: "15:30" }, ZONE);
  assert.deepEqual([timed.deadline_date, timed.time_zone], [null, ZONE]);
  const { deadline_date, deadline_at: none } = changeOf({ ...draft, day: "", time: "15:30" }, ZONE);
  assert.deepEqual([deadline_date, none], [null, null]);
});

Deno.test("what the form shows of a row is the row again when it is saved", () => {
  for (
    const draft of [EMPTY, { ...EMPTY, day: "2027-03-14" }, { ...EMPTY, day: "2027-03-14", time: "15:30" }]
  ) {
    const named = { ...draft, title: "Permit", description: "North" };
    assert.deepEqual(draftOf(row(changeOf(named, ZONE))), named);
  }
});

Deno.test("a week later crosses months, and what has no deadline cannot be later", () => {
  assert.deepEqual(postponed(row({ deadline_date: "2027-02-26" }), 7), { deadline_date: "2027-03-05" });
  assert.deepEqual(postponed(row({ deadline_at: "2027-01-05T13:30:00.000Z" }), 7), {
    deadline_at: "2027-01-12T13:30:00.000Z",
  });
  assert.equal(postponed(row({}), 7), null);
});

Deno.test("the way back from a change is all that a user changes", () => {
  const before = row({ deadline_date: "2027-02-26" });
  const change = { ...changeOf({ ...EMPTY, title: "Other", day: "2027-03-01" }, ZONE), status: "completed" };
  assert.deepEqual({ ...before, ...change, ...contentOf(before) }, before);
});

Deno.test("open obligations come first, by their deadline", () => {
  const rows = [
    row({ title: "done", status: "completed", deadline_date: "2027-01-01" }),
    row({ title: "none" }),
    row({ title: "later", deadline_date: "2027-03-01" }),
    row({ title: "timed", deadline_at: "2027-02-01T10:00:00Z", time_zone: ZONE }),
  ];
  assert.deepEqual(inOrder(rows).map(({ title }) => title), ["timed", "later", "none", "done"]);
});

Deno.test("samples have titles of their own, and no day has too many", () => {
  const samples = sampleObligations(200);
  assert.equal(new Set(samples.map(({ title }) => title)).size, 200);
  const a_day = Map.groupBy(samples, ({ deadline_date }) => deadline_date);
  assert.ok([...a_day.values()].every((rows) => rows.length <= 3));
});

Deno.test("the days that are left are counted on the reader's clock, and said in words", () => {
  const left = (values: Partial<Obligation>) => daysLeft(row(values));
  assert.equal(left({}), null);
  for (const days of [-40, -1, 0, 1, 300]) {
    assert.equal(left({ deadline_date: dayFromNow(days) }), days);
    const at = new Date(`${dayFromNow(days)}T23:30:00`);
    assert.equal(left({ deadline_at: at.toISOString() }), days);
  }
  assert.deepEqual([-3, -1, 0, 1, 4].map(daysLeftInWords), [
    "3 days ago",
    "yesterday",
    "today",
    "tomorrow",
    "in 4 days",
  ]);
});
