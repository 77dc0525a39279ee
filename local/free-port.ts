/** Below the ports that systems give to outgoing connections (32768 on Linux, 49152 elsewhere), which come and go. */
const FIRST_PORT = 15_000;
const LAST_PORT = 31_999;
const ATTEMPTS_MAX = 100;

/** A port of 127.0.0.1 that nobody listens on, for a program that cannot choose one itself. */
export function freePort(): number {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const port = FIRST_PORT + Math.floor(Math.random() * (LAST_PORT - FIRST_PORT));
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      return port;
    } catch {
      continue;
    }
  }
  throw new Error("No free port was found on 127.0.0.1.");
}
