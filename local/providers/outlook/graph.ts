import { Hono } from "hono";
import type { Traffic } from "../traffic.ts";
import { type GraphEnv, identifyRequest, requireMailbox, requireToken } from "./access.ts";
import { batchRoutes } from "./batch.ts";
import { calendarRoutes } from "./calendars.ts";
import { GraphError } from "./errors.ts";
import { eventRoutes } from "./events.ts";
import type { OutlookState } from "./state.ts";
import { subscriptionRoutes } from "./subscriptions.ts";

/** `/v1.0`. */
export function graphRoutes(state: OutlookState, traffic: Pick<Traffic, "part">): Hono<GraphEnv> {
  const app = new Hono<GraphEnv>();
  app.onError((error, c) => {
    const known = error instanceof GraphError
      ? error
      : new GraphError(500, "InternalServerError", "The server encountered an internal error.");
    if (known !== error) console.error(error);
    return known.toResponse(c.req.header("client-request-id"), c.var.request_id);
  });
  app.use(identifyRequest);
  app.use(requireToken(state));
  app.route("/$batch", batchRoutes(traffic));
  app.use(requireMailbox(state));
  app.route("/me", calendarRoutes(state));
  app.route("/me", eventRoutes(state));
  app.route("/subscriptions", subscriptionRoutes(state));
  app.all("*", () => {
    // Such as an id whose slash was not escaped.
    throw new GraphError(400, "BadRequest", "Resource not found for the segment.");
  });
  return app;
}
