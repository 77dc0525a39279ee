/** A line of the printed table. */
export type Row = readonly [name: string, figure: string, note: string];

/** Longer than a worker lingers, and than pg_net rests after a batch: what follows starts from idle. */
export const IDLE_MS = 3_500;
const NAME_WIDTH = 42;
const FIGURE_WIDTH = 9;

/** Prints lines as they are measured: the whole takes minutes. */
export function printRows(rows: readonly Row[]): void {
  for (const [name, figure, note] of rows) {
    console.log(`${name.padEnd(NAME_WIDTH)}  ${figure.padStart(FIGURE_WIDTH)}  ${note}`);
  }
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
