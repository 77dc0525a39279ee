import assert from "node:assert/strict";
import { type Sample, secondsLeft, withSample } from "../../../settings/src/calendar/time-left.ts";

const samplesOf = (...samples: [at_s: number, left: number][]) =>
  samples.reduce<readonly Sample[]>(
    (known, [at_s, left]) => withSample(known, { at_ms: at_s * 1000, left }),
    [],
  );

Deno.test("the time left follows from the speed so far", () => {
  assert.equal(secondsLeft(samplesOf([0, 1000], [2, 900], [5, 750])), 15);
});

Deno.test("one look, or two that are close, show no speed", () => {
  assert.equal(secondsLeft([]), null);
  assert.equal(secondsLeft(samplesOf([0, 1000])), null);
  assert.equal(secondsLeft(samplesOf([0, 1000], [1, 500])), null);
});

Deno.test("where nothing was done there is no time to tell", () => {
  assert.equal(secondsLeft(samplesOf([0, 1000], [20, 1000])), null);
});

Deno.test("only the last half minute counts", () => {
  assert.equal(secondsLeft(samplesOf([0, 10_000], [60, 1000], [70, 900])), 90);
});

Deno.test("more to do begins a new measurement", () => {
  const samples = samplesOf([0, 100], [5, 50], [6, 80]);
  assert.deepEqual(samples, [{ at_ms: 6000, left: 80 }]);
  assert.equal(secondsLeft(samples), null);
});
