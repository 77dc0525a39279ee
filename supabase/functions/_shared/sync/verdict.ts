import { type LastError, lastError } from "../domain/last-error.ts";
import type { Outcome } from "../providers/outcome.ts";
import { retryDelayMs } from "./retry.ts";

/** What `calendar_record` notes about a lane after a batch. */
export interface LaneVerdict {
  readonly succeeded: boolean;
  /** Whether the provider answered as one that is up; null: the batch does not say. */
  readonly reached: boolean | null;
  /** Our own patience, in milliseconds. */
  readonly backoff_ms: number | null;
  /** The provider's wish, in milliseconds: not even "Sync now" overrides it. */
  readonly hold_ms: number | null;
  readonly status: "paused" | "disconnected" | null;
  readonly last_error: LastError | null;
  /** Our own calendar's new id; null: it has none. */
  readonly calendar_id: string | null;
}

/**
 * Whether a batch could be down to the provider as well as to its jobs: whatever was tried failed in a way that passes.
 */
export function isInDoubt(outcomes: readonly (Outcome | null)[]): boolean {
  const begun = outcomes.filter((outcome) => outcome !== null);
  return begun.length > 0 && begun.every(isPassing);
}

/**
 * What a batch says about its whole lane. A batch in which nothing succeeded is never a success.
 *
 * @param outcomes what came of the changes; null where a change was not begun
 * @param attempts runs in a row before this one that achieved nothing
 * @param calendar_answers of a batch that {@link isInDoubt}: whether the calendar itself answered; null: it was not asked
 */
export function laneVerdict(
  outcomes: readonly (Outcome | null)[],
  attempts: number,
  calendar_answers: boolean | null = null,
): LaneVerdict {
  const begun = outcomes.filter((outcome) => outcome !== null);
  const succeeded = outcomes.length === 0 || begun.some(isAchieved);
  const in_doubt = isInDoubt(outcomes);
  const verdict: LaneVerdict = {
    succeeded,
    reached: in_doubt ? calendar_answers ?? false : begun.some(isAnswered) ? true : null,
    backoff_ms: null,
    hold_ms: null,
    status: null,
    last_error: null,
    calendar_id: null,
  };
  const backoff_ms = retryDelayMs(succeeded ? 0 : attempts);

  for (const outcome of begun) {
    switch (outcome.kind) {
      case "calendar_missing":
      case "mailbox_unavailable":
        return { ...verdict, backoff_ms, status: "paused", last_error: lastError(outcome.kind) };
      case "needs_admin":
        return { ...verdict, backoff_ms, status: "paused", last_error: lastError(outcome.code) };
      case "needs_reconnect":
        return { ...verdict, backoff_ms, status: "disconnected", last_error: lastError(outcome.code) };
      case "calendar_moved":
        return { ...verdict, calendar_id: outcome.calendar_id };
    }
  }
  const paused = begun.find((outcome) => outcome.kind === "pause");
  if (paused?.kind === "pause") {
    const hold_ms = paused.after_s === null ? null : paused.after_s * 1000;
    return {
      ...verdict,
      hold_ms,
      backoff_ms: hold_ms === null ? backoff_ms : null,
      last_error: paused.code === null ? null : pauseError(paused.code),
    };
  }
  const after_s = Math.max(0, ...begun.map((outcome) => "after_s" in outcome ? outcome.after_s ?? 0 : 0));
  // Where the calendar answers, or one event was refused for good, each job has its own patience.
  const is_down = (in_doubt && calendar_answers !== true) ||
    (!succeeded && begun.some(({ kind }) => kind === "token_rejected"));
  return {
    ...verdict,
    hold_ms: after_s > 0 ? after_s * 1000 : null,
    backoff_ms: is_down ? backoff_ms : null,
    last_error: is_down ? lastError("provider_unavailable") : null,
  };
}

/** Whether the calendar is as it was asked to be. */
function isAchieved({ kind }: Outcome): boolean {
  return kind === "done" || kind === "gone";
}

/** Whether it says nothing of whether the provider is up. */
function isPassing({ kind }: Outcome): boolean {
  return kind === "retry" || kind === "unknown";
}

/** Whether only a provider that is up says so. */
function isAnswered(outcome: Outcome): boolean {
  return isAchieved(outcome) || ["rejected", "conflict", "exists"].includes(outcome.kind);
}

/** Of a project in which the calendar API is not enabled, say: its client id and secret are right. */
const APPLICATION_REFUSED =
  "The provider does not accept our application. An administrator has to correct it.";

function pauseError(code: "quota" | "configuration"): LastError {
  return code === "configuration" ? lastError(code, APPLICATION_REFUSED) : lastError(code);
}
