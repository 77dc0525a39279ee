/** Tells a worker that sleeps, or is about to leave, that there is more to do. */
export interface Bell {
  ring(): void;
  /** Whether it rang since it was last taken note of. */
  isRung(): boolean;
  /** Takes note of a ring, if there was one. */
  take(): boolean;
  /** Waits for a ring that nobody took note of, at most `timeout_ms`. */
  wait(timeout_ms: number): Promise<void>;
}

/** A bell that has not rung yet. */
export function createBell(): Bell {
  let rung = Promise.withResolvers<void>();
  let is_rung = false;
  return {
    ring() {
      is_rung = true;
      rung.resolve();
    },
    isRung: () => is_rung,
    take() {
      if (!is_rung) return false;
      is_rung = false;
      rung = Promise.withResolvers<void>();
      return true;
    },
    async wait(timeout_ms) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const timeout = new Promise<void>((resolve) => timer = setTimeout(resolve, timeout_ms));
      await Promise.race([rung.promise, timeout]);
      clearTimeout(timer);
    },
  };
}
