import type { Outcome } from "../providers/calendar-client.ts";
import { retryDelayMs } from "./retry.ts";

/** What `calendar_record` notes about a lane after a batch. */
export interface LaneVerdict {
  readonly succeeded: boolean;
  /** Our own patience, in milliseconds. */
  readonly backoff_ms: number | null;
  /** The provider's wish, in milliseconds: not even "Sync now" overrides it. */
  readonly hold_ms: number | null;
  readonly status: "paused" | "disconnected" | null;
  readonly last_error: { readonly code: string; readonly message: string } | null;
}

/** Calendar usage limits recover over hours (Google Workspace admin help, "Avoid Calendar use limits"). */
const QUOTA_PAUSE_MS = 3_600_000;

/**
 * What a batch says about its whole lane. A batch in which nothing succeeded is never a success.
 *
 * @param outcomes what came of the changes; null where a change was not begun
 * @param attempts runs in a row before this one that achieved nothing
 */
export function laneVerdict(outcomes: readonly (Outcome | null)[], attempts: number): LaneVerdict {
  const begun = outcomes.filter((outcome) => outcome !== null);
  const succeeded = begun.length === outcomes.length
    ? begun.every((outcome) => outcome.kind === "done" || outcome.kind === "rejected") ||
      begun.some((outcome) => outcome.kind === "done")
    : begun.some((outcome) => outcome.kind === "done");
  const verdict: LaneVerdict = { succeeded, backoff_ms: null, hold_ms: null, status: null, last_error: null };
  const backoff_ms = retryDelayMs(succeeded ? 0 : attempts);

  for (const outcome of begun) {
    switch (outcome.kind) {
      case "calendar_missing":
        return { ...verdict, backoff_ms, status: "paused", last_error: lastError("calendar_missing") };
      case "scope_missing":
        return { ...verdict, backoff_ms, status: "disconnected", last_error: lastError("scope_missing") };
    }
  }
  const limited = begun.find((outcome) => outcome.kind === "rate_limited");
  if (limited?.kind === "rate_limited") {
    const hold_ms = limited.retry_after_s === null ? null : limited.retry_after_s * 1000;
    if (limited.reason === "quota") {
      return { ...verdict, hold_ms: hold_ms ?? QUOTA_PAUSE_MS, last_error: lastError("quota") };
    }
    return { ...verdict, hold_ms, backoff_ms: hold_ms === null ? backoff_ms : null };
  }
  const failed = begun.filter((outcome) => outcome.kind === "transient" || outcome.kind === "unauthorized");
  if (failed.length === 0) return verdict;
  const retry_after_s = Math.max(
    0,
    ...failed.map((outcome) => outcome.kind === "transient" ? outcome.retry_after_s ?? 0 : 0),
  );
  return {
    ...verdict,
    hold_ms: retry_after_s > 0 ? retry_after_s * 1000 : null,
    backoff_ms: succeeded ? null : backoff_ms,
    last_error: succeeded ? null : lastError("provider_unavailable"),
  };
}

const MESSAGES = {
  calendar_missing:
    "The calendar is gone or can no longer be written to. Choose another one or connect again.",
  scope_missing: "The permission to change this calendar was withdrawn. Connect again and allow it.",
  provider_unavailable: "The calendar provider cannot be reached. We keep trying.",
  quota: "The provider limits this account for some hours. We go on as soon as it allows.",
} as const;

function lastError(code: keyof typeof MESSAGES) {
  return { code, message: MESSAGES[code] };
}
