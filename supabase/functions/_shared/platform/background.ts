/** What Supabase's edge runtime adds to Deno. */
interface EdgeRuntime {
  waitUntil(promise: Promise<unknown>): void;
}

declare global {
  var EdgeRuntime: EdgeRuntime | undefined;
}

/**
 * Lets work go on after the answer was sent. Without `EdgeRuntime`, as under plain Deno, nothing has to be done.
 *
 * @param work must not reject
 */
export function runInBackground(work: Promise<void>): void {
  globalThis.EdgeRuntime?.waitUntil(work);
}
