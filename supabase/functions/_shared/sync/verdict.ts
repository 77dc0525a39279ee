import { type LastError, lastError } from "../domain/last-error.ts";
import type { Outcome } from "../providers/outcome.ts";
import { retryDelayMs } from "./retry.ts";

/** What a batch says about its whole lane. */
export interface LaneVerdict {
  readonly succeeded: boolean;
  /** Whether the provider answered, whatever it said; false: only silence, time-outs and server errors; null: no call. */
  readonly reached: boolean | null;
  /** What the lane waits for. `backoff`: our own, ended by "Sync now". `retry_after`: the provider asked for it. */
  readonly wait: { readonly reason: "backoff" | "retry_after"; readonly ms: number } | null;
  readonly status: "paused" | "disconnected" | null;
  readonly last_error: LastError | null;
  /** Our own calendar's new id; null: it has none. */
  readonly calendar_id: string | null;
}

/**
 * Whether a batch may have failed because of the provider and not because of its jobs: every failure is one that passes.
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
    reached: begun.length === 0 ? null : begun.some(isAnswer) || calendar_answers === true,
    wait: null,
    status: null,
    last_error: null,
    calendar_id: null,
  };
  const backoff = { reason: "backoff", ms: retryDelayMs(succeeded ? 0 : attempts) } as const;

  for (const outcome of begun) {
    switch (outcome.kind) {
      case "calendar_missing":
      case "mailbox_unavailable":
        return { ...verdict, wait: backoff, status: "paused", last_error: lastError(outcome.kind) };
      case "needs_admin":
        return { ...verdict, wait: backoff, status: "paused", last_error: lastError(outcome.code) };
      case "needs_reconnect":
        return { ...verdict, wait: backoff, status: "disconnected", last_error: lastError(outcome.code) };
      case "calendar_moved":
        return { ...verdict, calendar_id: outcome.calendar_id };
    }
  }
  const paused = begun.find((outcome) => outcome.kind === "pause");
  if (paused?.kind === "pause") {
    return {
      ...verdict,
      wait: paused.after_s !== null && paused.after_s > 0
        ? { reason: "retry_after", ms: paused.after_s * 1000 }
        : backoff,
      last_error: paused.code === null ? null : pauseError(paused.code),
    };
  }
  const after_s = Math.max(0, ...begun.map((outcome) => "after_s" in outcome ? outcome.after_s ?? 0 : 0));
  // The calls did not suffice for anything. The next batch gets more, but never at once: it could be for ever.
  if (begun.length === 0 && outcomes.length > 0) return { ...verdict, wait: backoff };
  // Where the calendar answers, or one event was refused for good, each job waits by itself.
  const is_down = (in_doubt && calendar_answers !== true) ||
    (!succeeded && begun.some(({ kind }) => kind === "token_rejected"));
  return {
    ...verdict,
    wait: after_s > 0 ? { reason: "retry_after", ms: after_s * 1000 } : is_down ? backoff : null,
    last_error: is_down ? lastError("provider_unavailable") : null,
  };
}

/** Whether the calendar is as it was asked to be, or is in a moment: an update that meets an edit is repeated at once. */
function isAchieved({ kind }: Outcome): boolean {
  return kind === "done" || kind === "gone" || kind === "edited";
}

/** Whether it is a failure that passes by itself. */
function isPassing({ kind }: Outcome): boolean {
  return kind === "retry" || kind === "unknown";
}

/** Whether the provider answered: an answered refusal proves that it is up. */
function isAnswer(outcome: Outcome): boolean {
  return !("silent" in outcome && outcome.silent);
}

/** As of a project in which the calendar API is not enabled: its client id and secret are right. */
const APPLICATION_REFUSED =
  "The provider does not accept our application. An administrator has to correct it.";

function pauseError(code: "quota" | "configuration"): LastError {
  return code === "configuration" ? lastError(code, APPLICATION_REFUSED) : lastError(code);
}
