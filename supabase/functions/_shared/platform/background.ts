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

/**
 * Calls back when the runtime is about to end this process, if it says so at all.
 *
 * @returns ends the listening
 * @source https://supabase.com/docs/guides/functions/background-tasks
 */
export function onShutdown(callback: () => void): () => void {
  globalThis.addEventListener("beforeunload", callback);
  return () => globalThis.removeEventListener("beforeunload", callback);
}
