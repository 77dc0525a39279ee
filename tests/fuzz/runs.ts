import fc from "fast-check";

const RUNS_DEFAULT = 40;

/** Of this run: `FUZZ_SEED` repeats an earlier one, as its output says. */
export const SEED = Number(Deno.env.get("FUZZ_SEED") ?? Math.floor(Math.random() * 2 ** 31));
/** Inputs to each route; `FUZZ_RUNS` sets another number, for longer runs. */
export const RUNS = Number(Deno.env.get("FUZZ_RUNS") ?? RUNS_DEFAULT);

/**
 * Holds a property for many values; where it fails, the error names the smallest one and `FUZZ_SEED`.
 *
 * @param share of {@link RUNS}
 */
export async function forMany<T>(
  values: fc.Arbitrary<T>,
  property: (value: T) => Promise<void>,
  share = 1,
): Promise<void> {
  const report = await fc.check(fc.asyncProperty(values, property), {
    numRuns: Math.max(Math.round(RUNS * share), 1),
    seed: SEED,
  });
  if (!report.failed) return;
  const cause = report.errorInstance instanceof Error ? report.errorInstance.message : report.errorInstance;
  throw new Error(`FUZZ_SEED=${SEED}: ${cause}\n${JSON.stringify(report.counterexample)?.slice(0, 6_000)}`);
}
