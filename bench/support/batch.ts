import { z } from "zod";
import type { Rpc } from "../../supabase/functions/_shared/platform/rpc.ts";
import { ClaimedLanes, type Lane } from "../../supabase/functions/_shared/sync/lane.ts";

/** As the worker's. */
export const LANES_A_CLAIM = 4;
const LEASE_S = 15;

/** Claims as a worker with nothing in hand does. */
export async function claimLanes(rpc: Rpc, worker_id: string): Promise<readonly Lane[]> {
  return await rpc("calendar_claim", {
    p_worker: worker_id,
    p_lanes: LANES_A_CLAIM,
    p_lease_s: LEASE_S,
  }, ClaimedLanes);
}

/** Records a batch as if every job of it had been brought into the calendar; a job of another kind, such as a first pull, as done. */
export async function recordSynced(rpc: Rpc, worker_id: string, lane: Lane): Promise<void> {
  const { recorded } = await rpc("calendar_record", {
    p_worker: worker_id,
    p_integration_id: lane.integration_id,
    p_outcomes: lane.single === null
      ? lane.jobs.map(({ obligation_id, version, deadline_hash }) => ({
        kind: "synced",
        obligation_id,
        version,
        calendar_id: lane.calendar?.id,
        event_id: `obl${obligation_id}`,
        etag: null,
        deadline_hash,
        content_hash: "new",
        action: "updated",
      }))
      : [{ kind: "done", job: lane.kind, version: lane.single.version }],
    p_batch: {
      lease: lane.lease,
      reserved_id: lane.reserved_id,
      wrote_to: lane.calendar?.id ?? null,
      calls_made: lane.jobs.length,
      succeeded: true,
      reached: true,
    },
  }, z.object({ recorded: z.boolean() }));
  if (!recorded) throw new Error("The lease was lost.");
}
