import { addToSummary } from "../platform/log-scope.ts";
import type { Lane } from "./lane.ts";
import { retryDelayMs } from "./retry.ts";
import type { LaneContext } from "./lane-context.ts";
import { recordBatch, UNTOUCHED } from "./record-batch.ts";

/**
 * Uses a refresh token that has lain idle for months, so that the provider does not end it: a calendar in which
 * nothing changes has to be there when something does. A grant that turns out to be lost says so on the integration.
 */
export async function exerciseToken(lane: Lane, context: LaneContext): Promise<void> {
  // As if the stored access token had been rejected: only a refresh counts as use.
  const token = await context.getValidAccessToken(lane, lane.access_token);
  const backoff_ms = token.kind === "valid" || token.kind === "lost" ? null : retryDelayMs(lane.attempts);
  const recorded = await recordBatch(lane, [], { ...UNTOUCHED, backoff_ms }, { calls_made: 0 }, context);
  if (token.kind === "valid") addToSummary({ success: recorded });
  else addToSummary({ error_code: `token_${token.kind}`, ended_by: "without_token" });
}
