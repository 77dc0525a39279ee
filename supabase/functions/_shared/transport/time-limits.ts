/**
 * A promise that ends with the signal, whatever it waits for.
 *
 * @param onLate what to do with a result that comes after that, such as closing it
 */
export function abortable<T>(
  promise: Promise<T>,
  signal: AbortSignal,
  onLate: (result: T) => void = () => {},
): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(new DOMException("The time is up.", "AbortError"));
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
    promise.then(
      (result) => signal.aborted ? onLate(result) : resolve(result),
      reject,
    ).finally(() => signal.removeEventListener("abort", onAbort));
  });
}

/**
 * Runs work with a signal that ends it after a time, or with its caller's.
 *
 * @param caller ends the work earlier
 */
export async function within<T>(
  ms: number,
  caller: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const abort = () => controller.abort();
  const timer = setTimeout(abort, ms);
  caller?.addEventListener("abort", abort, { once: true });
  if (caller?.aborted) abort();
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
    caller?.removeEventListener("abort", abort);
  }
}
