import { SlidingWindow } from "../sliding-window.ts";
import type { Admission } from "../traffic.ts";
import { grantOf } from "./access.ts";
import { GraphError } from "./errors.ts";
import type { OutlookState } from "./state.ts";

const WINDOW_MS = 600_000;
const BATCH_PATH = /^\/v1\.0\/(\$|%24)batch$/;

/** The limits of a mailbox; a batch itself costs nothing, what is in it does (Graph, "Throttling limits"). */
export function mailboxLimits(state: OutlookState): (request: Request, path: string) => Admission {
  const recent = new SlidingWindow(WINDOW_MS);
  const active = new Map<string, number>();

  return (request, path) => {
    const grant = grantOf(state, request.headers.get("authorization"));
    if (!grant || !path.startsWith("/v1.0/") || BATCH_PATH.test(path)) {
      return { kind: "admitted", leave: () => {} };
    }
    const mailbox = grant.account.oid;
    const refuse = (message: string, retry_after_s: number): Admission => ({
      kind: "refused",
      response: new GraphError(429, "ApplicationThrottled", message, { "retry-after": String(retry_after_s) })
        .toResponse(request.headers.get("client-request-id") ?? undefined),
    });
    const at_once = active.get(mailbox) ?? 0;
    if (state.concurrency !== null && at_once >= state.concurrency) {
      state.logViolation("mailbox_concurrency", path);
      return refuse("Application is over its MailboxConcurrency limit.", 1);
    }
    const wait_ms = recent.waitMs(mailbox, state.quota_per_10_minutes);
    if (wait_ms > 0) {
      state.logViolation("mailbox_quota", path);
      return refuse("Application is over its MailboxRequests limit.", Math.ceil(wait_ms / 1000));
    }
    recent.count(mailbox);
    active.set(mailbox, at_once + 1);
    return { kind: "admitted", leave: () => active.set(mailbox, (active.get(mailbox) ?? 1) - 1) };
  };
}
