import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { matchedRoutes } from "hono/route";
import { log } from "./log.ts";
import { inLogScope, logScope, requestIdOf } from "./log-scope.ts";

/** The header that carries the id of a request, there and back. */
export const REQUEST_ID_HEADER = "x-request-id";

/**
 * Serves a request with an id of its own, or the caller's, and writes one line about it. The answer says the id.
 *
 * @param serve what answers
 * @param routeOf the template of the path, asked afterwards: never the path itself, which may hold a token
 * @param level of a request that went well
 */
export async function logRequest(
  request: Request,
  serve: () => Promise<Response>,
  routeOf: () => string | null,
  level: "info" | "debug" = "info",
): Promise<Response> {
  const request_id = requestIdOf(request.headers.get(REQUEST_ID_HEADER));
  return await inLogScope(request_id, {}, async () => {
    const started_at = performance.now();
    const answer = await serve();
    answer.headers.set(REQUEST_ID_HEADER, request_id);
    const success = answer.status < 400;
    log[success ? level : "info"]("request", {
      duration_ms: Math.round(performance.now() - started_at),
      success,
      method: request.method,
      ...logScope()?.summary,
      route: routeOf(),
      status: answer.status,
    });
    return answer;
  });
}

/**
 * {@link logRequest} as Hono's middleware, for all routes.
 *
 * @param level of requests that went well
 */
export function logRequests(level: "info" | "debug" = "info") {
  return createMiddleware(async (c, next) => {
    await logRequest(
      c.req.raw,
      async () => {
        await next();
        return c.res;
      },
      () => routeOf(c),
      level,
    );
  });
}

/** Of what was served, the template; null for a path that does not exist. */
function routeOf(c: Context): string | null {
  return matchedRoutes(c).findLast(({ path }) => !path.endsWith("*"))?.path ?? null;
}
