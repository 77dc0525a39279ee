import assert from "node:assert/strict";
import { isDue } from "../../../local/extensions/cron-schedule.ts";

const at = (text: string) => Date.parse(`${text}Z`);

Deno.test("a schedule in seconds is due that long after the last run", () => {
  assert.equal(isDue("10 seconds", at("2026-01-01T00:00:00"), at("2026-01-01T00:00:09")), false);
  assert.equal(isDue("10 seconds", at("2026-01-01T00:00:00"), at("2026-01-01T00:00:10")), true);
});

Deno.test("a five-field schedule is due in its minute, once, in GMT", () => {
  assert.equal(isDue("17 3 * * *", at("2026-01-01T00:00:00"), at("2026-01-01T03:17:01")), true);
  assert.equal(isDue("17 3 * * *", at("2026-01-01T03:17:01"), at("2026-01-01T03:17:31")), false);
  assert.equal(isDue("17 3 * * *", at("2026-01-01T00:00:00"), at("2026-01-01T03:18:00")), false);
  assert.equal(isDue("*/15 9-17 1,15 * *", at("2026-01-01T00:00:00"), at("2026-01-15T17:45:00")), true);
  assert.equal(isDue("0 0 * * 7", at("2026-01-01T00:00:00"), at("2026-01-04T00:00:30")), true);
});

Deno.test("where days of the month and of the week are limited, either will do", () => {
  // A Thursday, and the 2nd, a Friday.
  assert.equal(isDue("0 0 2 * 4", at("2025-12-31T00:00:00"), at("2026-01-01T00:00:30")), true);
  assert.equal(isDue("0 0 2 * 4", at("2026-01-01T00:00:30"), at("2026-01-02T00:00:30")), true);
  assert.equal(isDue("0 0 2 * 4", at("2026-01-02T00:00:30"), at("2026-01-03T00:00:30")), false);
  assert.equal(isDue("0 0 */2 * 4", at("2026-01-01T00:00:30"), at("2026-01-02T00:00:30")), false);
});

Deno.test("a step counts from the first day and the first month", () => {
  assert.equal(isDue("0 0 */2 * *", at("2026-01-02T00:00:30"), at("2026-01-03T00:00:30")), true);
  assert.equal(isDue("0 0 */2 * *", at("2026-01-03T00:00:30"), at("2026-01-04T00:00:30")), false);
  assert.equal(isDue("0 0 1 */3 *", at("2026-03-31T00:00:30"), at("2026-04-01T00:00:30")), true);
});
