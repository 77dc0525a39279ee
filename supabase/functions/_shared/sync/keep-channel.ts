import { log } from "../platform/log.ts";
import { addToSummary } from "../platform/log-scope.ts";
import { createCallBudget } from "../providers/call-budget.ts";
import { type Failure, reasonOf } from "../providers/outcome.ts";
import { applyChannelPlan } from "./apply-channel-plan.ts";
import { channelStore, type PushContext } from "./channel-store.ts";
import type { Lane } from "./lane.ts";
import { doneRow, retryRow } from "./outcome-rows.ts";
import { planChannels } from "./plan-channels.ts";
import { recordBatch, UNTOUCHED } from "./record-batch.ts";
import { channelRetryDelayMs } from "./retry.ts";
import { laneVerdict } from "./verdict.ts";
import { type WithoutToken, withToken } from "./with-token.ts";

/** A provider that refuses for so long is not asked again until something changes: the calendar is only polled. */
const GIVEN_UP_AFTER_S = 3 * 86_400;

/**
 * Makes, renews, replaces and ends the push channels of a calendar, until it has the one that it is to have and no other. What does
 * not succeed keeps nothing else waiting: the calendar is polled meanwhile.
 */
export async function keepChannel(lane: Lane, context: PushContext): Promise<void> {
  const budget = createCallBudget(lane.calls);
  const answer = await withToken(lane, context, async (access_token) => {
    const client = context.clientFor(lane, access_token, budget);
    const channel = lane.push?.wanted && client.createChannel
      ? await context.newChannel(lane.provider)
      : null;
    const plan = planChannels(
      channel === null ? null : lane.calendar?.id ?? null,
      lane.push?.channels ?? [],
      client.renewChannel !== undefined,
    );
    return await applyChannelPlan(plan, channel, client, channelStore(lane, context));
  });
  if (answer.kind === "done" && answer.value === "lease_lost") {
    addToSummary({ success: false, error_code: "lease_lost", ended_by: "lease_lost" });
    return;
  }
  const calls_made = budget.used;
  // How the integration fares is for its other jobs to say.
  const verdict = { ...UNTOUCHED, reached: calls_made === 0 ? null : reached(answer) };
  const record = async (row: Parameters<typeof recordBatch>[1][number], success: boolean) => {
    await recordBatch(lane, [row], verdict, { calls_made }, context);
    addToSummary({ success });
  };
  if (answer.kind === "done" || answer.kind === "without_token" && answer.token.kind === "lost") {
    await record(doneRow(lane), true);
    return;
  }
  const reason = reasonOfFailure(answer);
  const given_up = (lane.single?.failing_s ?? 0) >= GIVEN_UP_AFTER_S;
  if (given_up) await giveUp(lane, context);
  log.warn("channel_not_kept", { success: false, error_code: answer.kind, reason, given_up });
  await record(
    given_up ? doneRow(lane) : retryRow(lane, reason, waitMs(lane, answer)),
    false,
  );
}

/** Its row says so to administrators, and keeps it from being tried again each night. */
async function giveUp(lane: Lane, context: PushContext): Promise<void> {
  const channel = lane.push?.wanted ? await context.newChannel(lane.provider) : null;
  const calendar_id = lane.calendar?.id;
  if (channel === null || calendar_id === undefined) return;
  await channelStore(lane, context).begin(channel, calendar_id, "failed");
}

function reached(answer: Failure | { readonly kind: "done" } | WithoutToken): boolean | null {
  if (answer.kind === "without_token") return answer.token.kind === "unreachable" ? false : null;
  if (answer.kind === "done") return true;
  return laneVerdict([answer], 0).reached;
}

function waitMs(lane: Lane, answer: Failure | WithoutToken): number {
  const asked_for_s = "after_s" in answer ? answer.after_s ?? 0 : 0;
  return Math.max(channelRetryDelayMs(lane.single?.attempts ?? 0), asked_for_s * 1000);
}

function reasonOfFailure(answer: Failure | WithoutToken): string {
  return answer.kind === "without_token" ? `token_${answer.token.kind}` : reasonOf(answer);
}
