import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Outcome } from "./traffic.ts";

/** A server that is listening. */
export interface HttpServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves on a free port of 127.0.0.1. Not `Deno.serve`: a lost connection has to be a real one. */
export async function listen(handle: (request: Request) => Promise<Outcome>): Promise<HttpServer> {
  let url = "";
  const server = createServer((incoming, outgoing) => {
    serve(incoming, outgoing).catch((error: unknown) => {
      // A client that went away is no defect of the emulator.
      if (!incoming.socket.destroyed) console.error(error);
      outgoing.destroy();
    });
  });

  async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const outcome = await handle(await requestOf(incoming, url));
    switch (outcome.kind) {
      case "hung":
        break;
      case "cut":
        incoming.socket.destroy();
        break;
      case "answered":
        await send(outcome.response, outgoing);
    }
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The emulator has no port.");
  url = `http://127.0.0.1:${address.port}`;
  return {
    url,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function requestOf(incoming: IncomingMessage, base: string): Promise<Request> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(", ") : value);
  }
  const method = incoming.method ?? "GET";
  const hasBody = method !== "GET" && method !== "HEAD" && chunks.length > 0;
  return new Request(new URL(incoming.url ?? "/", base), {
    method,
    headers,
    ...(hasBody ? { body: await new Blob(chunks.map((chunk) => new Uint8Array(chunk))).arrayBuffer() } : {}),
  });
}

async function send(response: Response, outgoing: ServerResponse): Promise<void> {
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  if (response.body !== null) {
    for await (const chunk of response.body) {
      if (outgoing.destroyed) break;
      if (!outgoing.write(chunk)) await roomIn(outgoing);
    }
  }
  outgoing.end();
}

/** Until what was written is on its way, or nobody reads any more. */
function roomIn(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      outgoing.off("drain", go).off("close", go);
      resolve();
    };
    outgoing.on("drain", go).on("close", go);
  });
}
