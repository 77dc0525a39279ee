import { cpus, totalmem } from "node:os";

/** How often the processors are looked at. A stack that is being started shows after so long. */
const LOOK_MS = 1_000;
/** More of the processors' time than this is free: one more piece of work fits in. */
const IDLE_SHARE = 0.2;
/** A stack with a browser takes about one. */
const MEMORY_PER_PIECE_GIB = 1.5;
const MOST = 16;

/**
 * How many pieces of work may run at once on this machine.
 *
 * @returns {{ least: number, most: number }}
 */
export function poolSize() {
  const least = cpus().length + 1;
  const fitting = Math.floor(totalmem() / 2 ** 30 / MEMORY_PER_PIECE_GIB);
  return { least, most: Math.max(least, Math.min(MOST, fitting)) };
}

/**
 * Does pieces of work in their order, as many at once as keep the processors busy: most tests wait most of the time, and some
 * never do.
 *
 * @template Piece
 * @param {readonly Piece[]} pieces
 * @param {(piece: Piece) => Promise<void>} work must not be rejected
 * @param {{ least: number, most: number, idleShare?: () => number, look_ms?: number }} options how many at once; which share
 *   of the processors' time was free since it was asked last, and how often it is asked
 */
export async function runPool(pieces, work, options) {
  const { least, most, idleShare = processorsIdle(), look_ms = LOOK_MS } = options;
  const left = [...pieces];
  const running = new Set();
  let looked_at = performance.now();
  while (left.length > 0 || running.size > 0) {
    if (left.length > 0 && running.size < most && (running.size < least || isIdle())) {
      const done = work(left.shift()).then(() => running.delete(done));
      running.add(done);
    } else {
      await afterAny(running, look_ms);
    }
  }

  /** Not too often: what was begun a moment ago has not shown yet. */
  function isIdle() {
    const now = performance.now();
    if (now - looked_at < look_ms) return false;
    looked_at = now;
    return idleShare() > IDLE_SHARE;
  }
}

/** @returns {() => number} which share of the processors' time was free since it was asked last */
function processorsIdle() {
  let before = processorTimes();
  return () => {
    const now = processorTimes();
    const all = now.all - before.all;
    const share = all === 0 ? 0 : (now.idle - before.idle) / all;
    before = now;
    return share;
  };
}

function processorTimes() {
  const times = cpus().map(({ times }) => times);
  const sum = (list) => list.reduce((total, each) => total + each, 0);
  return { idle: sum(times.map(({ idle }) => idle)), all: sum(times.flatMap((each) => Object.values(each))) };
}

async function afterAny(promises, timeout_ms) {
  let timer;
  const timeout = new Promise((resolve) => timer = setTimeout(resolve, timeout_ms));
  await Promise.race([...promises, timeout]);
  clearTimeout(timer);
}
