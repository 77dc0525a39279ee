/** A line of the printed table. */
export type Row = readonly [name: string, figure: string, note: string, target?: Target | undefined];

/** What a figure should be, and whether it is. */
export interface Target {
  /** As docs/understand/performance.md has it: `≤ 1.4 ×`. */
  readonly text: string;
  readonly met: boolean;
}

/** Longer than a worker lingers, and than pg_net rests after a batch: what follows starts from idle. */
export const IDLE_MS = 3_500;
const NAME_WIDTH = 42;
const FIGURE_WIDTH = 9;

/** @param unit follows the number, with its own space */
export function atMost(measured: number, limit: number, unit: string): Target {
  return { text: `≤ ${limit}${unit}`, met: measured <= limit };
}

/** @param unit follows the number, with its own space */
export function atLeast(measured: number, limit: number, unit: string): Target {
  return { text: `≥ ${limit}${unit}`, met: measured >= limit };
}

/** @returns the line; one that misses its target begins with a cross and says so */
export function formatRow([name, figure, note, target]: Row): string {
  const mark = target === undefined ? " " : target.met ? "✓" : "✗";
  const aim = target === undefined ? "" : `; target ${target.text}${target.met ? "" : ", MISSED"}`;
  return `${mark} ${name.padEnd(NAME_WIDTH)}  ${figure.padStart(FIGURE_WIDTH)}  ${note}${aim}`;
}

/** Prints lines as they are measured: the whole takes minutes. */
export function printRows(rows: readonly Row[]): void {
  for (const row of rows) console.log(formatRow(row));
}

/** The last line of a run: how many targets there were, and the names of those that were missed. */
export function summary(rows: readonly Row[]): string {
  const aimed = rows.filter(([, , , target]) => target !== undefined);
  const missed = aimed.filter(([, , , target]) => target?.met === false).map(([name]) => name.trim());
  if (aimed.length === 0) return "None of these has a target.";
  return missed.length === 0
    ? `All ${aimed.length} targets were met.`
    : `${missed.length} of ${aimed.length} targets were missed: ${missed.join("; ")}.`;
}

/** How long something takes, in milliseconds. */
export async function timed(run: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await run();
  return performance.now() - from;
}

/** @returns the smallest value that a share `q` of the values does not exceed */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)] ?? NaN;
}

export function ratio(value: number, base: number): string {
  return `${(value / base).toFixed(2)} ×`;
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
