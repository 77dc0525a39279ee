import { z } from "zod";
import { log } from "../_shared/platform/log.ts";
import type { Rpc } from "../_shared/platform/rpc.ts";

/** Anybody may ask, and the database answers this often at most. */
const ANSWER_LASTS_MS = 2_000;

/** Names of the checks that fail. */
const Failing = z.array(z.string());

/**
 * Asks the database whether all is well. Whoever asks meanwhile, or within a few seconds, is given the same answer.
 *
 * @param now monotonic clock, in milliseconds
 * @returns asks, and names the checks that fail; `database` where it could not be asked
 */
export function createHealthCheck(
  rpc: Rpc,
  now: () => number = () => performance.now(),
): () => Promise<readonly string[]> {
  let last: { readonly asked_at: number; readonly failing: Promise<readonly string[]> } | null = null;
  return () => {
    if (last === null || now() - last.asked_at >= ANSWER_LASTS_MS) {
      const failing = rpc("calendar_health", {}, Failing).catch((error: unknown) => {
        log.warn("health_not_known", { error });
        return ["database"];
      });
      last = { asked_at: now(), failing };
    }
    return last.failing;
  };
}
