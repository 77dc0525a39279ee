import assert from "node:assert/strict";
import { formatDistance, formatDue, formatReminder, formatTimeLeft } from "../../../settings/src/format.ts";
import { ENGLISH } from "../../../settings/src/strings.ts";

const NOW = "2027-01-31T12:00:00Z";
const distance = (instant: string) => formatDistance(instant, Date.parse(NOW), "en-GB", undefined);

Deno.test("a distance is told in the unit that a person would use", () => {
  assert.equal(distance("2027-01-31T12:00:20Z"), "in 20 seconds");
  assert.equal(distance("2027-01-31T11:57:00Z"), "3 minutes ago");
  assert.equal(distance("2027-01-31T14:00:00Z"), "in 2 hours");
  assert.equal(distance("2027-01-30T12:00:00Z"), "yesterday");
  assert.match(distance("2026-11-01T12:00:00Z"), /^1 Nov 2026/);
});

Deno.test("a deadline date is that date wherever its reader is", () => {
  assert.equal(formatDue("2027-01-31", "en-GB", "Pacific/Pago_Pago"), "31 Jan 2027");
});

Deno.test("an instant is shown in the chosen time zone, and in the reader's own where that is not known", () => {
  const words = (time_zone: string | undefined) => formatDue("2027-01-31T23:30:00Z", "en-GB", time_zone);
  assert.equal(words("Asia/Tokyo"), "1 Feb 2027, 08:30");
  assert.equal(words("America/New_York"), "31 Jan 2027, 18:30");
  assert.equal(words("Mars/Olympus"), words(undefined));
});

Deno.test("a reminder is told in its largest whole unit", () => {
  const words = (minutes: number) => formatReminder(minutes, ENGLISH);
  assert.deepEqual([0, 1, 90, 60, 1440, 10_080, 20_160].map(words), [
    "At the deadline",
    "1 minute before",
    "90 minutes before",
    "1 hour before",
    "1 day before",
    "1 week before",
    "2 weeks before",
  ]);
});

Deno.test("the time left is rounded up, and vague near the end", () => {
  const words = (seconds: number) => formatTimeLeft(seconds, ENGLISH, "en-GB");
  assert.deepEqual([3, 21, 59, 61, 3_601].map(words), [
    "almost done",
    "about 30 s left",
    "about 1 min left",
    "about 2 min left",
    "about 2 h left",
  ]);
});
