import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { z } from "zod";
import { ApiError } from "./errors.ts";
import type { Rpc } from "./rpc.ts";
import type { UserVariables } from "./user-auth.ts";

/**
 * Lets each user make so many calls within a minute: then 429 `rate_limited` with `Retry-After`. The database counts, so
 * that it holds over all processes. Calls with an API key have a limit of their own, see `requireCaller`.
 *
 * @param options.rpc as `service_role`
 * @param options.isSync whether a call makes everything due at once: of these only a tenth may be made, one at least
 */
export function limitCalls(options: {
  readonly rpc: Rpc;
  readonly limit_per_minute: number;
  isSync(c: Context): boolean;
}) {
  return createMiddleware<UserVariables>(async (c, next) => {
    if (c.var.key !== null) return await next();
    const wait_s = await options.rpc("calendar_count_call", {
      p_user_id: c.var.user_id,
      p_sync: options.isSync(c),
      p_limit: options.limit_per_minute,
    }, z.int());
    if (wait_s > 0) {
      throw new ApiError(429, "rate_limited", `Too many calls. Try again in ${wait_s} s.`, wait_s);
    }
    await next();
  });
}
