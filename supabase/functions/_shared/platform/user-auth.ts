import { verifyAuth } from "@supabase/server/core";
import { createMiddleware } from "hono/factory";
import { z } from "zod";
import { ApiError } from "./errors.ts";
import { actFor } from "./log-scope.ts";
import { createUserRpc, type Rpc } from "./rpc.ts";

/** What a route knows of its caller. */
export interface UserVariables {
  readonly Variables: { readonly user_id: string; readonly userRpc: Rpc };
}

const Claims = z.object({ id: z.guid() });

/** Lets signed-in users in and nobody else: 401 `unauthorized`. */
export const requireUser = createMiddleware<UserVariables>(async (c, next) => {
  const { data, error } = await verifyAuth(c.req.raw, { auth: "user" });
  const claims = Claims.safeParse(data?.userClaims);
  if (error || !claims.success || !data?.token) {
    throw new ApiError(401, "unauthorized", "Sign in and send the access token as Authorization: Bearer.");
  }
  c.set("user_id", claims.data.id);
  c.set("userRpc", createUserRpc(data.token));
  actFor(claims.data.id);
  await next();
});
