import { Hono } from "hono";
import type { FunctionProcess } from "../functions/function-process.ts";
import { HOSTED_LIMITS } from "../functions/limits.ts";

/** How long a request waits for a process that is just being started again. */
const RESTART_PATIENCE_MS = 3_000;
const RESTART_POLL_MS = 25;
/** Methods that `fetch` does not send. */
const NOT_PASSED_ON = new Set(["CONNECT", "TRACE", "TRACK"]);

/** Who has called the gateway. */
export interface Peer {
  readonly address: string;
}

/** `/functions/v1/<name>`: passes requests on to the function's process, which sees `/<name>/…` as when hosted. */
export function functionRoutes(functions: readonly FunctionProcess[]): Hono<{ Bindings: Peer }> {
  const app = new Hono<{ Bindings: Peer }>();
  app.all("/:name{[^/]+}/*", (c) => forward(c.req.raw, c.env, c.req.param("name"), functions));
  app.all("/:name{[^/]+}", (c) => forward(c.req.raw, c.env, c.req.param("name"), functions));
  return app;
}

async function forward(
  request: Request,
  peer: Peer,
  name: string,
  functions: readonly FunctionProcess[],
): Promise<Response> {
  const process = functions.find((candidate) => candidate.name === name);
  if (process === undefined) {
    return Response.json({ code: "NOT_FOUND", message: "Requested function was not found" }, { status: 404 });
  }
  if (NOT_PASSED_ON.has(request.method.toUpperCase())) {
    return Response.json({ code: "METHOD_NOT_ALLOWED", message: `${request.method} is not passed on` }, {
      status: 405,
    });
  }
  const url = new URL(request.url);
  const target = `http://127.0.0.1:${process.port}${
    url.pathname.replace(/^\/functions\/v1/, "")
  }${url.search}`;
  const headers = new Headers(request.headers);
  // As hosted: what a caller says of itself stays, and who really called comes last.
  headers.append("x-forwarded-for", peer.address);
  headers.set("x-forwarded-host", url.host);
  headers.set("x-forwarded-proto", url.protocol.replace(":", ""));
  headers.delete("host");
  // fetch would decode it, and the answer would no longer be the one that its ETag names.
  headers.set("accept-encoding", "identity");
  // Those that the stack did not start are started by their first request, as hosted ones are.
  await process.start().catch(() => {});
  let body_broke = false;
  const body = request.body && ReadableStream.from(noticing(request.body, () => body_broke = true));
  const deadline = performance.now() + RESTART_PATIENCE_MS;
  const timeout = AbortSignal.timeout(HOSTED_LIMITS.response_s * 1000);
  while (true) {
    if (await process.isReady()) {
      try {
        return await fetch(target, {
          method: request.method,
          headers,
          body,
          redirect: "manual",
          signal: timeout,
        });
      } catch {
        if (timeout.aborted) {
          return Response.json({ code: "IDLE_TIMEOUT", message: "The function did not answer" }, {
            status: 504,
          });
        }
        if (body_broke) {
          return Response.json({ code: "BAD_REQUEST", message: "The body broke off" }, { status: 400 });
        }
        return Response.json({ code: "WORKER_ERROR", message: "The function died" }, { status: 500 });
      }
    }
    if (performance.now() > deadline) {
      return Response.json({ code: "BOOT_ERROR", message: "The function is not running" }, { status: 503 });
    }
    await new Promise((resolve) => setTimeout(resolve, RESTART_POLL_MS));
  }
}

/** A body as it comes; it is not kept, whatever its size. */
async function* noticing(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  onBreak: () => void,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  try {
    yield* body;
  } catch (error: unknown) {
    onBreak();
    throw error;
  }
}
