import { z } from "zod";
import type { ConnectContext } from "../oauth/connect.ts";
import { ApiError } from "../platform/errors.ts";

/** Of the calls that a user may make in a minute. */
const SHARE = 1 / 10;

/**
 * Tries a password, if not too many of the user's were refused within the last minute: nobody guesses passwords by us. Tries that
 * are under way count too.
 *
 * @throws ApiError 429 `rate_limited` with Retry-After; whatever `attempt` throws
 */
export async function guardPasswords<T>(
  { env, rpc }: ConnectContext,
  user_id: string,
  attempt: () => Promise<T>,
): Promise<T> {
  const wait_s = await rpc("calendar_count_password", {
    p_user_id: user_id,
    p_limit: Math.max(1, Math.floor(env.rate_limit_per_minute * SHARE)),
  }, z.int());
  if (wait_s > 0) {
    throw new ApiError(
      429,
      "rate_limited",
      `Too many passwords were refused. Try again in ${wait_s} s.`,
      wait_s,
    );
  }
  let is_refused = false;
  try {
    return await attempt();
  } catch (error: unknown) {
    is_refused = error instanceof ApiError && error.code === "sign_in_failed";
    throw error;
  } finally {
    if (!is_refused) await rpc("calendar_forget_password", { p_user_id: user_id }, z.unknown());
  }
}
