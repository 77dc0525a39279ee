const FIRST_DELAY_MS = 1_000;
const MAX_DELAY_MS = 300_000;

const FIRST_CHANNEL_DELAY_MS = 60_000;
const MAX_CHANNEL_DELAY_MS = 6 * 3_600_000;

/**
 * How long to wait before trying again: after the first failure 1 s, then anything up to a bound that doubles to 5 minutes,
 * so that what failed together does not come back together ("full jitter", but never sooner than 1 s).
 *
 * @param attempts how often it was tried before this failure
 * @param random in [0, 1)
 * @returns milliseconds
 * @source https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function retryDelayMs(attempts: number, random = Math.random()): number {
  const bound = Math.min(FIRST_DELAY_MS * 2 ** Math.min(attempts, 30), MAX_DELAY_MS);
  return Math.round(FIRST_DELAY_MS + (bound - FIRST_DELAY_MS) * random);
}

/**
 * How long to wait before a push channel is tried again: after the first failure a minute, then twice as long each time up to six
 * hours, and up to a fifth more, so that what failed together does not come back together.
 *
 * @param attempts how often it was tried before this failure
 * @param random in [0, 1)
 * @returns milliseconds
 */
export function channelRetryDelayMs(attempts: number, random = Math.random()): number {
  const delay = Math.min(FIRST_CHANNEL_DELAY_MS * 2 ** Math.min(attempts, 30), MAX_CHANNEL_DELAY_MS);
  return Math.round(delay * (1 + random / 5));
}
