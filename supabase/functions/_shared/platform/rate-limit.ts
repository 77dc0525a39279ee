import { z } from "zod";
import { ApiError } from "./errors.ts";
import type { Rpc } from "./rpc.ts";

const Counted = z.object({ wait_s: z.int(), admission: z.guid() });

/**
 * Lets each user make so many calls within a minute: then 429 `rate_limited` with `Retry-After`. The database counts, so
 * that it holds over all processes. Calls with an API key have a limit of their own, see `requireCaller`.
 *
 * @param options.rpc as `service_role`
 * @param options.is_sync whether the call makes everything due at once: of these only a tenth may be made, one at least
 * @returns the call's admission, with which the database does not count again what the call asks it, see `createUserRpc`
 */
export async function admitUser(
  user_id: string,
  options: { readonly rpc: Rpc; readonly is_sync: boolean; readonly limit_per_minute: number },
): Promise<string> {
  const { wait_s, admission } = await options.rpc("calendar_count_call", {
    p_user_id: user_id,
    p_sync: options.is_sync,
    p_limit: options.limit_per_minute,
  }, Counted);
  if (wait_s > 0) {
    throw new ApiError(429, "rate_limited", `Too many calls. Try again in ${wait_s} s.`, wait_s);
  }
  return admission;
}
