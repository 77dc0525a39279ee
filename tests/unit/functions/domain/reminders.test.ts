import assert from "node:assert/strict";
import fc from "fast-check";
import { formatNote, isOver, parseNote } from "../../../../supabase/functions/_shared/domain/reminders.ts";

const NOON = Date.parse("2026-12-01T12:00:00Z");

Deno.test("what was set is read back as it was noted, and what we did not note is nothing", () => {
  const minutes = fc.array(fc.integer({ min: -1_440, max: 40_320 }), { maxLength: 5 });
  fc.assert(fc.property(fc.constantFrom("set" as const, "taken" as const), minutes, (kind, minutes) => {
    assert.deepEqual(parseNote(formatNote({ kind, minutes })), { kind, minutes });
  }));
  for (const text of ["", "set --5", "set 1.5", "SET 5", "5", "taken 5 x"]) {
    assert.equal(parseNote(text), null);
  }
});

Deno.test("a day is over when the next one has begun in UTC, a time when it has come", () => {
  const day = (start_date: string) =>
    isOver({ completed: false, time: { kind: "all_day", start_date, end_date: "" } }, NOON);
  assert.deepEqual(["2026-11-30", "2026-12-01", "2026-12-02"].map(day), [true, false, false]);
  const at = (start: string) =>
    isOver({ completed: false, time: { kind: "timed", start, end: "", time_zone: "UTC" } }, NOON);
  assert.deepEqual(["2026-12-01T12:00:00Z", "2026-12-01T14:00:00+01:00"].map(at), [true, false]);
});
