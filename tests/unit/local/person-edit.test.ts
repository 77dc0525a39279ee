import assert from "node:assert/strict";
import { movedTime, PersonEdit, withOffset } from "../../../local/providers/person-edit.ts";

const DAYS = { kind: "all_day", start_date: "2027-03-15", end_date: "2027-03-18" } as const;
const HOURS = { kind: "timed", start: "2027-03-15T22:30:00", end: "2027-03-16T00:15:00" } as const;

Deno.test("a move keeps how long an event is", () => {
  assert.deepEqual(movedTime(DAYS, { day: "2027-02-27", time: null }), {
    kind: "all_day",
    start_date: "2027-02-27",
    end_date: "2027-03-02",
  });
  assert.deepEqual(movedTime(HOURS, { day: "2027-12-31", time: "23:00" }), {
    kind: "timed",
    start: "2027-12-31T23:00:00",
    end: "2028-01-01T00:45:00",
  });
});

Deno.test("an event that becomes all-day is a day long, one that gets a time an hour", () => {
  assert.deepEqual(movedTime(HOURS, { day: "2027-03-20", time: null }), {
    kind: "all_day",
    start_date: "2027-03-20",
    end_date: "2027-03-21",
  });
  assert.deepEqual(movedTime(DAYS, { day: "2027-03-20", time: "09:00" }), {
    kind: "timed",
    start: "2027-03-20T09:00:00",
    end: "2027-03-20T10:00:00",
  });
});

Deno.test("a clock's time gets the offset that holds then", () => {
  assert.equal(withOffset("2027-03-28T12:00:00", "Europe/Madrid"), "2027-03-28T12:00:00+02:00");
  assert.equal(withOffset("2027-03-27T12:00:00", "Europe/Madrid"), "2027-03-27T12:00:00+01:00");
});

Deno.test("what is no day, no time, no title or no address is refused", () => {
  for (
    const edit of [
      { kind: "move", day: "2027-02-30", time: null },
      { kind: "move", day: "2027-02-01", time: "24:00" },
      { kind: "rename", title: " " },
      { kind: "invite", email: "guest" },
      { kind: "explode" },
    ]
  ) {
    assert.equal(PersonEdit.safeParse(edit).success, false, JSON.stringify(edit));
  }
});
