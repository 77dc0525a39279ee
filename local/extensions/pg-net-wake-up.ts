/**
 * How pg_net's worker learns that there is work (src/worker.c: `should_wake` and the latch). A call that wakes it is
 * remembered until the worker begins to look. Only the first one since then sets the latch, and so ends one pause; those
 * that follow it end none.
 */
export interface WakeUp {
  /** A transaction that queued something has committed. */
  readonly wake: () => void;
  /** Ends the pause that is under way, or else the next one. */
  readonly interrupt: () => void;
  /** Whether there was a call since it was last asked for. */
  take(): boolean;
  /** Waits until the latch is set, at most so long; says whether it was. */
  interrupted(duration_ms: number): Promise<boolean>;
}

/** As after a start, when whatever is left is looked at. */
export function createWakeUp(): WakeUp {
  let should_wake = true;
  let latch = Promise.withResolvers<void>();
  const interrupt = () => latch.resolve();
  return {
    interrupt,
    wake() {
      if (should_wake) return;
      should_wake = true;
      interrupt();
    },
    take() {
      const was_called = should_wake;
      should_wake = false;
      return was_called;
    },
    async interrupted(duration_ms) {
      const timer = Promise.withResolvers<"time">();
      const timeout = setTimeout(() => timer.resolve("time"), duration_ms);
      const ended_by = await Promise.race([latch.promise.then(() => "latch"), timer.promise]);
      clearTimeout(timeout);
      if (ended_by === "latch") latch = Promise.withResolvers<void>();
      return ended_by === "latch";
    },
  };
}
