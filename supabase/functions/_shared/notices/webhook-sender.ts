import { z } from "zod";
import { AddressNotAllowed, type HostPolicy, type Outbound, Unreachable } from "../transport/safe-fetch.ts";
import { unreachableAt } from "../transport/unreachable-at.ts";
import type { Delivery, Sender, SendOutcome } from "./delivery.ts";
import { retryAfterSeconds } from "./retry-after.ts";
import { signWebhook } from "./sign-webhook.ts";
import { judgeWebhookAddress } from "./webhook-address.ts";

const ATTEMPT_MS = 10_000;
/** That there was no answer is said a little later than any reason for it is known. */
const LATER_MS = 200;

/** As `calendar_sync.webhook_target` answers. */
const Target = z.object({ url: z.string(), enabled: z.boolean(), secrets: z.array(z.string()) });
const Payload = z.object({
  type: z.string(),
  timestamp: z.string(),
  data: z.record(z.string(), z.unknown()),
});

/** What calling webhooks needs. */
export interface WebhookContext {
  readonly outbound: Outbound;
  readonly policy: HostPolicy;
  /** Where events send people. */
  readonly page_url: string;
  /** How long an answer may take; 10 s by default. */
  readonly attempt_ms?: number;
}

/** Calls webhooks (Standard Webhooks 1.0.0). */
export function createWebhookSender(context: WebhookContext): Sender {
  const { outbound, policy, page_url, attempt_ms = ATTEMPT_MS } = context;
  return async (delivery, signal) => {
    const { url, enabled, secrets } = Target.parse(delivery.target);
    // Its user switched it off while the event was being written.
    if (!enabled && delivery.type !== "webhook.test") return { outcome: "failed", error: "switched_off" };
    if (secrets.length === 0) return { outcome: "retry", error: "secret_unreadable" };
    const body = bodyOf(delivery, page_url);
    const timestamp_s = Math.floor(Date.now() / 1000);
    const headers = {
      "content-type": "application/json",
      "webhook-id": delivery.event_id,
      "webhook-timestamp": String(timestamp_s),
      "webhook-signature": await signWebhook({ id: delivery.event_id, timestamp_s, body, secrets }),
    };
    try {
      const { may_be_private } = judgeWebhookAddress(policy, url);
      const request = { method: "POST", url: new URL(url), headers, body };
      // The head says it all. A body may never end.
      const call = (until: AbortSignal) =>
        outbound(request, { timeout_ms: attempt_ms, max_bytes: 0, signal: until });
      // Whoever typed the address must not learn by the time whether it is private or only silent.
      const response = may_be_private
        ? await call(signal)
        : await unreachableAt(attempt_ms + LATER_MS, (ended) => call(AbortSignal.any([ended, signal])));
      return outcomeOf(response.status, response.headers.get("retry-after"));
    } catch (error: unknown) {
      if (error instanceof AddressNotAllowed) return { outcome: "retry", error: "address_not_allowed" };
      if (!(error instanceof Unreachable)) throw error;
      return { outcome: "retry", error: error.request_sent ? "no_answer" : "unreachable" };
    }
  };
}

/** As JSON, the same with every attempt. */
function bodyOf({ payload }: Delivery, page_url: string): string {
  const { type, timestamp, data } = Payload.parse(payload);
  return JSON.stringify({ type, timestamp, data: { ...data, url: page_url } });
}

/** What a status says. */
export function outcomeOf(status: number, retry_after: string | null): SendOutcome {
  if (status >= 200 && status < 300) return { outcome: "delivered", status };
  if (status === 410) return { outcome: "gone", status, error: "gone" };
  // A redirect could lead anywhere, and the receiver's owner is to know that it was not followed.
  if (status >= 300 && status < 400) return { outcome: "retry", status, error: "redirect" };
  const retry_after_s = retryAfterSeconds(retry_after);
  return { outcome: "retry", status, error: "status", ...(retry_after_s === null ? {} : { retry_after_s }) };
}
