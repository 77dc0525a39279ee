import { Crash, type Scheduler, TIMER } from "./scheduler.ts";

/** A timer of so much or more ends a call that takes too long. Here no call takes any time: `Scheduler.cut` gives calls up. */
const CALL_LIMIT_MS = 5_000;

/**
 * Puts the engine's own waits, clock, chance and hashing under a scheduler, so that they take no time and a seed repeats
 * a history, and keeps its log lines to itself. Code outside of actors keeps the real ones.
 *
 * @param random in [0, 1)
 * @returns puts the real ones back
 */
export function replaceTimers(scheduler: Scheduler, random: () => number): () => void {
  const real = {
    setTimeout: globalThis.setTimeout,
    now: performance.now,
    random: Math.random,
    digest: crypto.subtle.digest,
    log: console.log,
    error: console.error,
  };
  const setTimeout = (callback: () => void, delay_ms = 0) => {
    const { actor } = scheduler;
    if (actor === null) return real.setTimeout(callback, delay_ms);
    if (delay_ms >= CALL_LIMIT_MS) return 0;
    const due_ms = scheduler.virtual_ms + delay_ms;
    scheduler.turn(`${TIMER} ${Math.round(delay_ms / 100) / 10} s`).then(() => {
      scheduler.virtual_ms = Math.max(scheduler.virtual_ms, due_ms);
      callback();
    }, (error: unknown) => {
      // What a dead process would have done next fails by itself.
      if (error instanceof Crash) callback();
    });
    return 0;
  };
  Object.assign(globalThis, { setTimeout });
  performance.now = () => scheduler.actor === null ? real.now.call(performance) : scheduler.virtual_ms;
  Math.random = random;
  for (const kind of ["log", "error"] as const) {
    console[kind] = (...args) => scheduler.actor === null ? real[kind](...args) : undefined;
  }
  crypto.subtle.digest = (...args) => scheduler.outside(() => real.digest.apply(crypto.subtle, args));
  return () => {
    Object.assign(globalThis, { setTimeout: real.setTimeout });
    performance.now = real.now;
    Math.random = real.random;
    crypto.subtle.digest = real.digest;
    console.log = real.log;
    console.error = real.error;
  };
}

/** A small generator of pseudo-random numbers in [0, 1) (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
