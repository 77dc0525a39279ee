/** A call that a {@link Receiver} got. */
export interface ReceivedCall {
  readonly path: string;
  readonly headers: Headers;
  readonly body: string;
}

/** Somebody who is called, on a free port of this machine. */
export interface Receiver {
  readonly url: string;
  readonly calls: readonly ReceivedCall[];
  close(): Promise<void>;
}

/** @param answer what a call is answered with; 204 where absent */
export function startReceiver(
  answer: (call: ReceivedCall) => Response | Promise<Response> = () => new Response(null, { status: 204 }),
): Receiver {
  const calls: ReceivedCall[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    const { pathname, search } = new URL(request.url);
    const call = { path: `${pathname}${search}`, headers: request.headers, body: await request.text() };
    calls.push(call);
    return await answer(call);
  });
  return { url: `http://127.0.0.1:${server.addr.port}`, calls, close: () => server.shutdown() };
}
