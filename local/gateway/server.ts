import { Hono } from "hono";
import { cors } from "hono/cors";
import { freePort } from "../free-port.ts";
import type { FunctionProcess } from "../functions/function-process.ts";
import { openPool, type Pool } from "../postgres/pool.ts";
import { authRoutes } from "./auth.ts";
import { functionRoutes, type Peer } from "./functions.ts";
import type { ProjectKeys } from "./keys.ts";
import { restRoutes } from "./rest/routes.ts";

const AUTH_CONNECTIONS = 2;
const REST_CONNECTIONS = 20;
const CLOSE_TIMEOUT_S = 2;
/** Of ports that somebody else takes between our choice and our use. */
const ATTEMPTS_MAX = 5;

/** Of PostgREST's answers: a browser reads counts from `Content-Range`. */
const REST_EXPOSED = ["content-location", "content-range", "content-type", "location", "preference-applied"];

/** Looks on at what passes. */
export type GatewayWatch = (request: Request, answer: Response) => void | Promise<void>;

/** What Supabase's API gateway is to a project. */
export interface Gateway {
  readonly url: string;
  /**
   * Begins to answer; until then every request is a 503.
   *
   * @param project.superuserUrl for sign-in
   * @param project.authenticatorUrl for the Data API
   */
  open(project: {
    readonly keys: ProjectKeys;
    readonly superuserUrl: string;
    readonly authenticatorUrl: string;
    readonly functions: readonly FunctionProcess[];
    /** Of which the first that has a path answers. */
    readonly pages: readonly Hono[];
    /** Sees every request and its answer, before who asked does; leaves bodies for others to read. */
    readonly watch?: GatewayWatch;
  }): void;
  /** May be called again. */
  stop(): Promise<void>;
}

/**
 * Takes a port at once, so that nobody else does while the rest of the stack starts.
 *
 * @param port 0: any free one
 * @param record gets a copy of each request
 * @throws Error with one clear line where the port is in use
 */
export function startGateway(port: number, record?: (request: Request) => void): Gateway {
  let answer = (_request: Request, _peer: Peer): Response | Promise<Response> =>
    Response.json({ message: "The stack is starting" }, { status: 503 });
  const server = listen(port, (request, { remoteAddr }) => {
    record?.(request.clone());
    return answer(request, { address: remoteAddr.hostname });
  });
  const url = `http://127.0.0.1:${server.addr.port}`;
  const pools: Pool[] = [];
  let stopped: Promise<void> | null = null;
  return {
    url,
    open({ keys, superuserUrl, authenticatorUrl, functions, pages, watch }) {
      const admin = openPool(superuserUrl, { max: AUTH_CONNECTIONS });
      const authenticator = openPool(authenticatorUrl, { max: REST_CONNECTIONS });
      pools.push(admin, authenticator);
      const app = new Hono<{ Bindings: Peer }>();
      app.use("/auth/*", cors());
      app.use("/rest/*", cors({ exposeHeaders: REST_EXPOSED }));
      app.route("/auth/v1", authRoutes({ pool: admin, keys, apiUrl: () => url }));
      app.route("/rest/v1", restRoutes({ pool: authenticator, keys }));
      app.route("/functions/v1", functionRoutes(functions));
      for (const page of pages) app.route("/", page);
      app.notFound((c) => c.json({ message: "no Route matched with those values" }, 404));
      answer = async (request, peer) => {
        const given = await app.fetch(request, peer);
        await watch?.(request, given);
        return given;
      };
    },
    stop: () => stopped ??= stop(),
  };

  async function stop(): Promise<void> {
    await Promise.race([
      server.shutdown(),
      new Promise((resolve) => setTimeout(resolve, CLOSE_TIMEOUT_S * 1000)),
    ]);
    await Promise.all(pools.map((pool) => pool.end()));
  }
}

function listen(port: number, handler: Deno.ServeHandler<Deno.NetAddr>): Deno.HttpServer<Deno.NetAddr> {
  const on = (chosen: number) =>
    Deno.serve({ hostname: "127.0.0.1", port: chosen, onListen: () => {} }, handler);
  if (port !== 0) {
    try {
      return on(port);
    } catch {
      throw new Error(`Port ${port} is in use: stop what listens there, or choose another with --port.`);
    }
  }
  for (let attempt = 1;; attempt++) {
    try {
      return on(freePort());
    } catch (error: unknown) {
      if (attempt === ATTEMPTS_MAX) throw error;
    }
  }
}
