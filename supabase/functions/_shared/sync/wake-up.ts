/** Wakes a worker that waits, or is about to leave: there is more to do. */
export interface WakeUp {
  call(): void;
  /** Whether a call came that was not taken yet. */
  isCalled(): boolean;
  /** Takes the call, if there was one. */
  take(): boolean;
  /** Waits for the next call, at most `timeout_ms`. */
  wait(timeout_ms: number): Promise<void>;
}

/** Without a call so far. */
export function createWakeUp(): WakeUp {
  let called = Promise.withResolvers<void>();
  let is_called = false;
  return {
    call() {
      is_called = true;
      called.resolve();
    },
    isCalled: () => is_called,
    take() {
      if (!is_called) return false;
      is_called = false;
      called = Promise.withResolvers<void>();
      return true;
    },
    async wait(timeout_ms) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const timeout = new Promise<void>((resolve) => timer = setTimeout(resolve, timeout_ms));
      await Promise.race([called.promise, timeout]);
      clearTimeout(timer);
    },
  };
}
