import { Unreachable } from "./errors.ts";

/**
 * Runs work whose failure must not tell by its time why there is no answer: `Unreachable` is thrown at a fixed time after
 * the start, be the address private (known at once), silent or slow. A result, and every other error, passes at once.
 *
 * @param due_ms after the start
 * @param work gets a signal that ends it, to be given to every call
 * @param end_ms after the start: work that takes longer is ended then. Where that is later than `due_ms`, the work itself has to keep
 * the times of its calls, see `patiently`
 * @throws Unreachable at `due_ms`, or at `end_ms`; and whatever else the work throws
 */
export async function unreachableAt<T>(
  due_ms: number,
  work: (signal: AbortSignal) => Promise<T>,
  end_ms = due_ms,
): Promise<T> {
  const controller = new AbortController();
  const { promise: due, resolve: onDue } = Promise.withResolvers<void>();
  const { promise: end, resolve: onEnd } = Promise.withResolvers<void>();
  const timers = [setTimeout(onDue, due_ms), setTimeout(onEnd, end_ms)];
  try {
    return await Promise.race([
      work(controller.signal),
      end.then(() => {
        throw new Unreachable();
      }),
    ]);
  } catch (error) {
    if (error instanceof Unreachable) await due;
    throw error;
  } finally {
    timers.forEach(clearTimeout);
    controller.abort();
  }
}
