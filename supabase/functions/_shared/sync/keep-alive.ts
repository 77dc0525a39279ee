import { addToSummary } from "../platform/log-scope.ts";
import type { Lane } from "./lane.ts";
import type { LaneContext } from "./lane-context.ts";
import { doneRow, retryRow } from "./outcome-rows.ts";
import { recordBatch, UNTOUCHED } from "./record-batch.ts";

/**
 * Uses a refresh token that was idle for months, so that the provider does not end it before something changes in the
 * calendar. A grant that turns out to be lost says so on the integration.
 */
export async function keepAlive(lane: Lane, context: LaneContext): Promise<void> {
  // As if the stored access token had been rejected: only a refresh counts as use.
  const token = await context.getValidAccessToken(lane, lane.access_token);
  const ended = token.kind === "valid" || token.kind === "lost";
  const row = ended ? doneRow(lane) : retryRow(lane, `token_${token.kind}`);
  const recorded = await recordBatch(lane, [row], UNTOUCHED, { calls_made: 0 }, context);
  if (token.kind === "valid") addToSummary({ success: recorded });
  else addToSummary({ error_code: `token_${token.kind}`, ended_by: "without_token" });
}
