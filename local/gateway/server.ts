import { Hono } from "hono";
import { cors } from "hono/cors";
import postgres from "postgres";
import type { FunctionProcess } from "../functions/function-process.ts";
import { authRoutes } from "./auth.ts";
import { functionRoutes } from "./functions.ts";
import type { ProjectKeys } from "./keys.ts";
import { restRoutes } from "./rest.ts";

const REST_CONNECTIONS = 20;
const CLOSE_TIMEOUT_S = 2;

/** What Supabase's API gateway is to a project. */
export interface Gateway {
  stop(): Promise<void>;
}

/**
 * Answers requests on a port that is listened on already.
 *
 * @param options.superuserUrl for sign-in
 * @param options.authenticatorUrl for the Data API
 */
export function startGateway(options: {
  readonly listener: { readonly port: number };
  readonly keys: ProjectKeys;
  readonly superuserUrl: string;
  readonly authenticatorUrl: string;
  readonly functions: readonly FunctionProcess[];
}): Gateway {
  const { port } = options.listener;
  const quiet = { onnotice: () => {} };
  const admin = postgres(options.superuserUrl, { max: 2, ...quiet });
  const authenticator = postgres(options.authenticatorUrl, { max: REST_CONNECTIONS, ...quiet });
  const app = new Hono();
  app.use("/auth/*", cors());
  app.use("/rest/*", cors());
  app.route(
    "/auth/v1",
    authRoutes({ sql: admin, keys: options.keys, apiUrl: () => `http://127.0.0.1:${port}` }),
  );
  app.route("/rest/v1", restRoutes({ sql: authenticator, keys: options.keys }));
  app.route("/functions/v1", functionRoutes(options.functions));
  app.notFound((c) => c.json({ message: "no Route matched with those values" }, 404));
  const server = Deno.serve({ hostname: "127.0.0.1", port, onListen: () => {} }, app.fetch);
  return {
    async stop() {
      await Promise.race([
        server.shutdown(),
        new Promise((resolve) => setTimeout(resolve, CLOSE_TIMEOUT_S * 1000)),
      ]);
      await Promise.all([
        admin.end({ timeout: CLOSE_TIMEOUT_S }),
        authenticator.end({ timeout: CLOSE_TIMEOUT_S }),
      ]);
    },
  };
}
