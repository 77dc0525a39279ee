/** Random numbers that come again with the same seed. */
export interface SeededRandom {
  /** In [0, 1). */
  next(): number;
  /** A whole number, `from` and `to` included. */
  between(from: number, to: number): number;
}

/** @source mulberry32, Tommy Ettinger, public domain */
export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { next, between: (from, to) => from + Math.floor(next() * (to - from + 1)) };
}
