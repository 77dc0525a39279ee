/**
 * Passes connections on to a port of this machine, byte for byte, until it is disposed of.
 *
 * @param listener takes the connections; with TLS, what is passed on is what was decrypted
 */
export function relayTo(port: number, listener: Deno.Listener): Disposable {
  void (async () => {
    for await (const incoming of listener) void pass(incoming, port);
  })();
  return { [Symbol.dispose]: () => listener.close() };
}

async function pass(incoming: Deno.Conn, port: number): Promise<void> {
  try {
    const outgoing = await Deno.connect({ hostname: "127.0.0.1", port });
    await Promise.allSettled([
      incoming.readable.pipeTo(outgoing.writable),
      outgoing.readable.pipeTo(incoming.writable),
    ]);
  } catch {
    // The other end is to see what ours does.
    incoming.close();
  }
}
