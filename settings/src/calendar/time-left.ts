/** How much was left at some moment. */
export interface Sample {
  readonly at_ms: number;
  readonly left: number;
}

/** Older samples say little about the speed of now. */
const WINDOW_MS = 30_000;
/** From two samples that are closer, the speed would be a guess. */
const SPAN_MIN_MS = 2_000;

/** The samples with a new one, without those that are too old; begun anew where there is suddenly more to do. */
export function withSample(samples: readonly Sample[], sample: Sample): readonly Sample[] {
  const last = samples.at(-1);
  if (last !== undefined && sample.left > last.left) return [sample];
  if (last?.left === sample.left && last.at_ms === sample.at_ms) return samples;
  return [...samples.filter(({ at_ms }) => sample.at_ms - at_ms <= WINDOW_MS), sample];
}

/** @returns seconds until nothing is left at the speed of the samples; null where they do not show one */
export function secondsLeft(samples: readonly Sample[]): number | null {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined) return null;
  const span_ms = last.at_ms - first.at_ms;
  const done = first.left - last.left;
  if (span_ms < SPAN_MIN_MS || done <= 0) return null;
  return last.left / (done / span_ms) / 1000;
}
