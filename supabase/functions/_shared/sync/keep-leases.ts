import { z } from "zod";
import { log } from "../platform/log.ts";
import type { LaneContext } from "./lane-context.ts";

/** After a worker dies its lanes wait for this long; the tick rings at most 10 s later. */
export const LEASE_SECONDS = 15;
const RENEW_EVERY_MS = 5_000;
/** A lease that could not be renewed for so long counts as lost, some time before the database says so. */
const LEASE_SAFE_MS = 12_000;

/**
 * Renews the leases while lanes are worked, and aborts the work on a lane whose lease is gone.
 *
 * @param active lanes being worked, by integration id
 * @returns ends the renewing
 */
export function keepLeases(
  { rpc, worker_id }: Pick<LaneContext, "rpc" | "worker_id">,
  active: ReadonlyMap<string, { readonly abort: AbortController }>,
): () => void {
  const renewed_at = new Map<string, number>();
  const timer = setInterval(async () => {
    if (active.size === 0) return;
    const asked_at = performance.now();
    try {
      const renewed = await rpc(
        "calendar_renew",
        { p_worker: worker_id, p_lease_s: LEASE_SECONDS, p_integration_ids: [...active.keys()] },
        z.array(z.string()),
      );
      for (const id of renewed) renewed_at.set(id, asked_at);
    } catch (error: unknown) {
      log.warn("lease_not_renewed", { error });
    }
    for (const [id, { abort }] of active) {
      const last = renewed_at.get(id);
      if (last === undefined) renewed_at.set(id, asked_at);
      else if (performance.now() - last > LEASE_SAFE_MS) abort.abort();
    }
  }, RENEW_EVERY_MS);
  return () => clearInterval(timer);
}
