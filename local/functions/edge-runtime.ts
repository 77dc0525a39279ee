// Preloaded into each function's process: what Supabase's edge runtime adds to Deno, and an end when the stack ends.
Object.defineProperty(globalThis, "EdgeRuntime", {
  value: { waitUntil: (work: Promise<unknown>) => void work.catch((error: unknown) => console.error(error)) },
});

(async () => {
  for await (const _ of Deno.stdin.readable) continue;
  Deno.exit(0);
})();
