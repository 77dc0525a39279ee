import { z } from "zod";
import { ApiError } from "../platform/errors.ts";
import { log } from "../platform/log.ts";
import type { Rpc } from "../platform/rpc.ts";

/** Finding or making a calendar takes less; a process that was killed gives way after it. */
const CLAIM_S = 30;
const WAIT_MS = (CLAIM_S + 5) * 1000;
const POLL_MS = 200;

/**
 * Looks for or makes a calendar for a user, who may have clicked twice or in two tabs: one call at a time, in whatever
 * process, so that the second finds what the first made.
 *
 * @throws ApiError 502 `provider_unavailable` where others are not through within 35 s
 */
export async function withUserLock<T>(rpc: Rpc, user_id: string, act: () => Promise<T>): Promise<T> {
  const claim = { p_user_id: user_id, p_claim: crypto.randomUUID() };
  const wait_until = performance.now() + WAIT_MS;
  while (!await rpc("calendar_lock_user", { ...claim, p_claim_s: CLAIM_S }, z.boolean())) {
    if (performance.now() > wait_until) {
      throw new ApiError(
        502,
        "provider_unavailable",
        "Another window is still setting up a calendar, and the provider is slow to answer. Try again in a moment.",
      );
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  try {
    return await act();
  } finally {
    await rpc("calendar_unlock_user", claim, z.boolean()).catch((error: unknown) => {
      log.warn("lock_not_released", { user_id, error });
    });
  }
}
