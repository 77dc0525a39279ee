import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { Hono } from "hono";
import { type ApiVariables, requireToken } from "./access.ts";
import { calendarRoutes } from "./calendars.ts";
import { controlRoutes } from "./control.ts";
import { GoogleError, notFound } from "./errors.ts";
import { eventRoutes } from "./events.ts";
import { Faults } from "./faults.ts";
import { type OAuthClient, oauthRoutes } from "./oauth.ts";
import { PAGE } from "./page.ts";
import { EmulatorState } from "./state.ts";

/** Of projects since May 2026 (Google Calendar API guide, "Manage quotas"). */
const QUOTA_PER_MINUTE_PER_USER = 600;
const ACCOUNTS = [
  { email: "ada@example.com", name: "Ada Lovelace", sub: "101815120000000000001" },
  { email: "grace@example.com", name: "Grace Hopper", sub: "101906120000000000002" },
];

/** A running emulator: authority and API under one address. */
export interface GoogleEmulator {
  readonly url: string;
  readonly state: EmulatorState;
  readonly faults: Faults;
  close(): Promise<void>;
}

/**
 * Starts a stateful stand-in for Google's OAuth and Calendar API on 127.0.0.1, as strict as the real one is
 * documented to be.
 *
 * @param options.client the one OAuth client that it knows
 * @param options.quota_per_minute_per_user null: no quota
 */
export async function startGoogleEmulator(options: {
  readonly client: OAuthClient;
  readonly quota_per_minute_per_user?: number | null;
}): Promise<GoogleEmulator> {
  const quota = options.quota_per_minute_per_user;
  const state = new EmulatorState(ACCOUNTS, quota === undefined ? QUOTA_PER_MINUTE_PER_USER : quota);
  const faults = new Faults();
  let url = "";

  const app = new Hono();
  app.onError((error) => {
    if (error instanceof GoogleError) return error.toResponse();
    console.error(error);
    return new GoogleError(500, "backendError", "Backend Error").toResponse();
  });
  app.notFound(() => notFound().toResponse());
  app.get("/", (c) => c.html(PAGE));
  app.route("/emulator", controlRoutes(state, faults));
  app.route("/", await oauthRoutes(state, options.client, () => url));
  const api = new Hono<ApiVariables>();
  api.use(requireToken(state));
  api.route("/calendars/:calendarId/events", eventRoutes(state));
  api.route("/", calendarRoutes(state));
  app.route("/calendar/v3", api);

  // Not Deno.serve: a lost connection has to be a real one.
  const server = createServer((incoming, outgoing) => {
    serve(incoming, outgoing).catch((error: unknown) => {
      console.error(error);
      outgoing.destroy();
    });
  });

  async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const request = await requestOf(incoming, url);
    const { pathname } = new URL(request.url);
    const isControl = pathname === "/" || pathname.startsWith("/emulator");
    const fate = isControl ? { kind: "serve" } as const : await faults.decide(request.method, pathname);
    let response: Response | null = null;
    switch (fate.kind) {
      case "hang":
        break;
      case "cut":
        incoming.socket.destroy();
        break;
      case "answer":
        response = fate.response;
        break;
      case "serve":
        response = await app.fetch(request);
        break;
      case "serve_and_cut":
        await (await app.fetch(request)).body?.cancel();
        incoming.socket.destroy();
    }
    if (!isControl) {
      const { method } = request;
      state.logRequest({
        at: new Date().toISOString(),
        method,
        path: pathname,
        status: response?.status ?? 0,
      });
    }
    if (response) await send(response, outgoing);
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The Google emulator has no port.");
  url = `http://127.0.0.1:${address.port}`;
  return {
    url,
    state,
    faults,
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
      outgoing.write(chunk);
    }
  }
  outgoing.end();
}
