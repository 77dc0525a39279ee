import { z } from "zod";
import type { AccessTokenOutcome } from "../oauth/access-token.ts";
import { log } from "../platform/log.ts";
import type { Rpc } from "../platform/rpc.ts";
import { addToSummary } from "../platform/log-scope.ts";
import type { Lane } from "./lane.ts";
import type { LaneContext } from "./lane-context.ts";
import { RecordedBatch, RecordedEdit, RecordedOutcome } from "./recorded.ts";
import { retryDelayMs } from "./retry.ts";
import type { LaneVerdict } from "./verdict.ts";

/** Of an unreachable database; the lease ends meanwhile, and another worker repeats the batch without harm. */
const RECORD_ATTEMPTS = 3;

/** What is noted about a lane with which nothing was done. */
export const UNTOUCHED: LaneVerdict = {
  succeeded: false,
  reached: null,
  wait: null,
  status: null,
  last_error: null,
  calendar_id: null,
};

/** The verdict where there is no token. The integration says why already; here it only decides whether the lane waits. */
export function withoutToken(lane: Lane, token: Exclude<AccessTokenOutcome, { kind: "valid" }>): LaneVerdict {
  addToSummary({ error_code: `token_${token.kind}`, ended_by: "without_token" });
  return {
    ...UNTOUCHED,
    reached: token.kind === "unreachable" ? false : null,
    wait: token.kind === "lost" ? null : {
      reason: "backoff",
      ms: ("after_ms" in token ? token.after_ms : null) ?? retryDelayMs(lane.attempts),
    },
  };
}

const Recorded = z.object({
  recorded: z.boolean(),
  circuit_breaker: z.enum(["closed", "opened"]).nullable(),
  /** Proposals that their user accepted in advance. */
  accepting: z.array(z.string()),
});

/** What was made and found, beside the outcomes. */
export interface BatchFacts {
  /** How many provider calls it took. */
  readonly calls_made: number;
  readonly next_jobs?: number;
  readonly edits?: readonly RecordedEdit[];
  /** All news of the calendar was read, up to here. */
  readonly pulled?: { readonly cursor: string | null };
}

/**
 * Records what became of a batch and gives the lane back, however often that takes. The line about the run learns it too.
 *
 * @returns false where the lease was lost
 */
export async function recordBatch(
  lane: Lane,
  rows: readonly RecordedOutcome[],
  verdict: LaneVerdict,
  { edits = [], pulled, ...made }: BatchFacts,
  { rpc, worker_id }: Pick<LaneContext, "rpc" | "worker_id">,
): Promise<boolean> {
  const { wait, ...facts } = verdict;
  const args = {
    p_worker: worker_id,
    p_integration_id: lane.integration_id,
    p_outcomes: z.array(RecordedOutcome).parse(rows),
    p_batch: RecordedBatch.parse({
      ...facts,
      ...made,
      pulled: pulled !== undefined,
      cursor: pulled?.cursor ?? null,
      calendar_edits: lane.settings.calendar_edits,
      wait_reason: wait?.reason ?? null,
      wait_ms: wait?.ms ?? null,
      wrote_to: lane.calendar?.id ?? null,
      lease: lane.lease,
      reserved_id: lane.reserved_id,
    }),
    p_edits: z.array(RecordedEdit).parse(edits),
  };
  for (let attempt = 0;; attempt++) {
    try {
      const { recorded, circuit_breaker, accepting } = await rpc("calendar_record", args, Recorded);
      noteVerdict(verdict, made.calls_made, recorded);
      if (circuit_breaker === "opened") {
        log.warn("circuit_breaker_opened", { provider: lane.provider, success: false });
      }
      if (circuit_breaker === "closed") {
        log.info("circuit_breaker_closed", { provider: lane.provider, success: true });
      }
      await acceptEdits(rpc, accepting);
      return recorded;
    } catch (error: unknown) {
      if (attempt + 1 >= RECORD_ATTEMPTS) throw error;
      await new Promise((resolve) => setTimeout(resolve, retryDelayMs(attempt)));
    }
  }
}

/** What cannot be accepted now stays a proposal: its user can accept it on the page. */
async function acceptEdits(rpc: Rpc, proposal_ids: readonly string[]): Promise<void> {
  for (const p_proposal_id of proposal_ids) {
    try {
      await rpc("calendar_accept_edit", { p_proposal_id }, z.boolean());
    } catch (error: unknown) {
      log.warn("edit_not_accepted", { error });
    }
  }
}

function noteVerdict(verdict: LaneVerdict, provider_calls: number, recorded: boolean): void {
  const { succeeded, wait, status, last_error } = verdict;
  addToSummary({
    success: succeeded && recorded,
    provider_calls,
    recorded,
    ...(wait === null ? {} : { waits_for: wait.reason, wait_ms: wait.ms }),
    ...(status === null ? {} : { becomes: status }),
    ...(last_error === null ? {} : { error_code: last_error.code }),
    ...(recorded ? {} : { error_code: "lease_lost", ended_by: "lease_lost" }),
  });
}
