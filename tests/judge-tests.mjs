const SUMMARY = /^\w+ \| (\d+) passed(?: \([^)]*\))? \| (\d+) failed/gm;

/**
 * Reads what `deno test` came to. A run that tried nothing is a failure: its filter is mistyped.
 *
 * @param {{ code: number, output: string }} run exit code, and all that it printed without colours
 * @returns {{ passed: number, failed: number, reason: string | null }} reason: why it failed although no test did
 */
export function judgeTests({ code, output }) {
  const [, passed, failed] = [...output.matchAll(SUMMARY)].at(-1) ?? [];
  if (passed === undefined) return { passed: 0, failed: 1, reason: "there is no summary" };
  const counts = { passed: Number(passed), failed: Number(failed) };
  if (counts.failed > 0) return { ...counts, reason: null };
  if (code !== 0) return { ...counts, failed: 1, reason: `deno test ended with exit code ${code}` };
  if (counts.passed === 0) return { ...counts, failed: 1, reason: "no test matched" };
  return { ...counts, reason: null };
}
