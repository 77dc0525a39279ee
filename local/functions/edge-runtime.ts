// Preloaded into each function's process: what Supabase's edge runtime adds to Deno, and an end when the stack ends.
const PARENT_CHECK_MS = 500;

Object.defineProperty(globalThis, "EdgeRuntime", {
  value: { waitUntil: (work: Promise<unknown>) => void work.catch((error: unknown) => console.error(error)) },
});

const parent = Deno.ppid;
// Unreferenced, as the function only starts once nothing of this module is pending.
Deno.unrefTimer(setInterval(() => {
  if (Deno.ppid !== parent) Deno.exit(0);
}, PARENT_CHECK_MS));
