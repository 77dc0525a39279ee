import type { OpenAPIHono } from "@hono/zod-openapi";
import { ApiError } from "../_shared/platform/errors.ts";
import type { UserVariables } from "../_shared/platform/user-auth.ts";

/** The Calendar API that handlers are added to. */
export type CalendarApp = OpenAPIHono<UserVariables>;

/** What a user asks for is not theirs, or is not at all: nobody learns which. */
export function notYours(): ApiError {
  return new ApiError(404, "not_found", "You have no such integration.");
}
