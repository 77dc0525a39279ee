import { z } from "zod";
import { ApiError } from "../platform/errors.ts";

/** The database's answer to a user who has as many accounts as there may be. */
export const TooMany = z.object({ kind: z.literal("too_many"), limit: z.number() });

/** What the Calendar API answers to that. */
export function tooMany(limit: number): ApiError {
  return new ApiError(
    409,
    "too_many_integrations",
    `You have connected ${limit} accounts, as many as there may be. Disconnect one first.`,
  );
}
