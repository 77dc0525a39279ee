import { createMiddleware } from "hono/factory";
import { matchedRoutes } from "hono/route";
import { ApiError } from "../_shared/platform/errors.ts";
import type { UserVariables } from "../_shared/platform/user-auth.ts";
import { openerOf } from "./key-scopes.ts";

/** Where the function is, before the paths of `openerOf`. */
const BASE = "/calendar";

/**
 * Lets a call with an API key go on only if the key's scopes open it: else 403 `scope_missing`. It asks the router which route
 * will answer, so no spelling of an address leads past it.
 */
export const requireScope = createMiddleware<UserVariables>(async (c, next) => {
  if (c.var.key === null) return await next();
  const route = matchedRoutes(c).find(({ method }) => method !== "ALL");
  const path = route?.path.slice(BASE.length) || "/";
  const opener = route && openerOf(route.method, path);
  if (opener === undefined || opener === "people") {
    throw new ApiError(403, "scope_missing", "No API key opens this call: a person has to sign in for it.");
  }
  if (!c.var.key.scopes.includes(opener)) {
    throw new ApiError(
      403,
      "scope_missing",
      `This call needs an API key with the scope ${opener}. Make one in Settings.`,
    );
  }
  await next();
});
