/** A port of 127.0.0.1 that nobody listens on, for a program that cannot choose one itself. */
export function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}
