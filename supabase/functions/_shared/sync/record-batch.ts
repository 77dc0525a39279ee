import { z } from "zod";
import type { AccessTokenOutcome } from "../oauth/access-token.ts";
import { log } from "../platform/log.ts";
import { addToSummary } from "../platform/log-scope.ts";
import type { Lane } from "./lane.ts";
import type { LaneContext } from "./lane-context.ts";
import type { OutcomeRow } from "./outcome-rows.ts";
import { retryDelayMs } from "./retry.ts";
import type { LaneVerdict } from "./verdict.ts";

/** Of an unreachable database; the lease ends meanwhile, and another worker repeats the batch without harm. */
const RECORD_ATTEMPTS = 3;

/** What is noted about a lane with which nothing was done. */
export const UNTOUCHED: LaneVerdict = {
  succeeded: false,
  reached: null,
  backoff_ms: null,
  hold_ms: null,
  status: null,
  last_error: null,
  calendar_id: null,
};

/** Why there is no token is noted on the integration already; here it only decides whether the lane waits. */
export function withoutToken(lane: Lane, token: Exclude<AccessTokenOutcome["kind"], "valid">): LaneVerdict {
  addToSummary({ error_code: `token_${token}`, ended_by: "without_token" });
  return {
    ...UNTOUCHED,
    reached: token === "unavailable" ? false : null,
    backoff_ms: token === "lost" ? null : retryDelayMs(lane.attempts),
  };
}

const Recorded = z.object({ recorded: z.boolean(), gate: z.enum(["closed", "opened"]).nullable() });

/**
 * Records what became of a batch and gives the lane back, however often that takes. The line about the run learns it too.
 *
 * @param made how many provider calls it took, so that the rest of what was reserved is free again
 * @returns false where the lease was lost
 */
export async function recordBatch(
  lane: Lane,
  rows: readonly OutcomeRow[],
  verdict: LaneVerdict,
  made: { readonly calls_made: number; readonly next_jobs?: number; readonly own_events_found?: boolean },
  { rpc, worker_id }: Pick<LaneContext, "rpc" | "worker_id">,
): Promise<boolean> {
  const args = {
    p_worker: worker_id,
    p_integration_id: lane.integration_id,
    p_outcomes: rows,
    p_lane: { ...verdict, ...made, wrote_to: lane.calendar?.id ?? null, lease: lane.lease },
  };
  for (let attempt = 0;; attempt++) {
    try {
      const { recorded, gate } = await rpc("calendar_record", args, Recorded);
      noteVerdict(verdict, made.calls_made, recorded);
      if (gate === "closed") log.warn("gate_closed", { provider: lane.provider, success: false });
      if (gate === "opened") log.info("gate_opened", { provider: lane.provider, success: true });
      return recorded;
    } catch (error: unknown) {
      if (attempt + 1 >= RECORD_ATTEMPTS) throw error;
      await new Promise((resolve) => setTimeout(resolve, retryDelayMs(attempt)));
    }
  }
}

function noteVerdict(verdict: LaneVerdict, provider_calls: number, recorded: boolean): void {
  const { succeeded, backoff_ms, hold_ms, status, last_error } = verdict;
  addToSummary({
    success: succeeded && recorded,
    provider_calls,
    recorded,
    ...(backoff_ms === null ? {} : { waits_for: "next_attempt", wait_ms: backoff_ms }),
    ...(hold_ms === null ? {} : { waits_for: "provider", wait_ms: hold_ms }),
    ...(status === null ? {} : { becomes: status }),
    ...(last_error === null ? {} : { error_code: last_error.code }),
    ...(recorded ? {} : { error_code: "lease_lost", ended_by: "lease_lost" }),
  });
}
