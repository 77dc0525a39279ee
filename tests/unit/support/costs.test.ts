import assert from "node:assert/strict";
import { childSeconds, costTable } from "../../costs.mjs";

Deno.test("a shell's times give the seconds of its children alone", () => {
  assert.equal(childSeconds("0m0.01s 0m0.02s\n1m2.50s 0m5.25s\n"), 67.75);
});

Deno.test("a shell that was killed gives no seconds", () => {
  assert.equal(childSeconds(""), 0);
});

Deno.test("the table begins with what took longest, shows at most thirty rows, and sums up all", () => {
  const costs = Array.from({ length: 40 }, (_, n) => ({ name: `file ${n}`, wall_s: n, cpu_s: 0.5 }));
  const lines = costTable(costs, 60).split("\n");
  assert.equal(lines.length, 32);
  assert.match(lines[1] ?? "", /^ +39\.0 +0\.5 {2}file 39$/);
  assert.match(lines.at(-1) ?? "", /^ +60\.0 +20\.0 {2}all 40$/);
});
