import assert from "node:assert/strict";
import { atLeast, atMost, formatRow, type Row, summary } from "../../../bench/table.ts";

const MISSED: Row = ["single INSERT", "2.57 ×", "368 µs for 143 µs", atMost(2.57, 1.3, " ×")];
const MET: Row = ["budget used", "96.3 %", "187 s", atLeast(96.3, 95, " %")];
const WITHOUT: Row = ["webhook a row", "6.17 ×", "of the same"];

Deno.test("a measurement that misses its target is marked, and says which", () => {
  assert.match(formatRow(MISSED), /^✗ single INSERT +2\.57 × {2}368 µs for 143 µs; target ≤ 1\.3 ×, MISSED$/);
  assert.match(formatRow(MET), /^✓ budget used .*; target ≥ 95 %$/);
  assert.match(formatRow(WITHOUT), /^ {2}webhook a row .* of the same$/);
});

Deno.test("a target is met at its limit, and missed by what could not be measured", () => {
  assert.ok(atMost(1.3, 1.3, "").met && atLeast(4, 4, "").met);
  assert.ok(!atMost(NaN, 1.3, "").met && !atLeast(NaN, 4, "").met);
});

Deno.test("the last line counts targets and names those that were missed", () => {
  assert.equal(summary([MISSED, MET, WITHOUT]), "1 of 2 targets were missed: single INSERT.");
  assert.equal(summary([MET]), "All 1 targets were met.");
  assert.equal(summary([WITHOUT]), "None of these has a target.");
});
