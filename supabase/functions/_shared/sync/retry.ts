const FIRST_DELAY_MS = 1_000;
const MAX_DELAY_MS = 300_000;

/**
 * How long to wait before trying again: 1 s, doubling up to 5 minutes, of which the later half is random, so that
 * what failed together does not come back together.
 *
 * @param attempts how often it was tried before this failure
 * @param random in [0, 1)
 * @returns milliseconds
 */
export function retryDelayMs(attempts: number, random = Math.random()): number {
  const full = Math.min(FIRST_DELAY_MS * 2 ** Math.min(attempts, 30), MAX_DELAY_MS);
  return attempts === 0 ? FIRST_DELAY_MS : Math.round(full / 2 + (full / 2) * random);
}
