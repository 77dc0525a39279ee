import { ApiError } from "../platform/errors.ts";
import type { CalendarAnswer } from "../providers/calendar-client.ts";

/** What a provider answers where it does not do what it was asked. */
export type Refusal = Exclude<CalendarAnswer<unknown>, { kind: "done" }>;

const PER_MINUTE_S = 60;

/**
 * Why the provider did not do what a person asked of it, and what helps: the same words at every place that asks one.
 *
 * @param answer after what may be repeated was repeated
 */
export function providerRefusal(answer: Refusal): ApiError {
  switch (answer.kind) {
    case "token_rejected":
      return reconnectNeeded();
    case "needs_reconnect":
      return new ApiError(
        409,
        "permission_missing",
        "The account does not allow us to use its calendars. Connect it again and allow everything that is asked for.",
      );
    case "needs_admin":
      return blockedByPolicy();
    case "mailbox_unavailable":
      return new ApiError(
        409,
        "mailbox_unavailable",
        "This account has no calendar that can be reached: it has no mailbox, or one on a server of its own. Connect another account.",
      );
    case "calendar_missing":
    case "gone":
      return new ApiError(404, "not_found", "The calendar no longer exists.");
    case "pause":
      return paused(answer.code, answer.after_s);
    case "rejected":
    case "retry":
      return new ApiError(
        502,
        "provider_refused",
        `The calendar provider refused this (${answer.reason}). Try again in a moment; if it goes on, tell your administrator.`,
        secondsOf(answer.kind === "retry" ? answer.after_s : null),
      );
    case "conflict":
    case "exists":
    case "calendar_moved":
      return new ApiError(
        502,
        "provider_refused",
        "The calendar was changed at the same moment. Try again.",
      );
    case "unknown":
      return providerUnavailable();
  }
}

function paused(code: "quota" | "configuration" | null, after_s: number | null): ApiError {
  switch (code) {
    case "quota":
      return new ApiError(
        502,
        "quota",
        "The calendar provider limits this account for some hours. Try again later.",
        secondsOf(after_s),
      );
    case "configuration":
      return clientRefused();
    case null: {
      const wait_s = secondsOf(after_s) ?? PER_MINUTE_S;
      return new ApiError(
        502,
        "provider_limit",
        `The calendar provider asks us to wait. Try again in ${wait_s} seconds.`,
        wait_s,
      );
    }
  }
}

/** The grant is lost, or its token was turned down twice. */
export function reconnectNeeded(): ApiError {
  return new ApiError(
    409,
    "reconnect_needed",
    "The calendar account no longer lets us in. Connect it again.",
  );
}

/** The organisation's rules keep us out. */
export function blockedByPolicy(): ApiError {
  return new ApiError(
    409,
    "blocked_by_policy",
    "A policy of your organisation does not let us in. Ask its administrator, then try again.",
  );
}

/** The provider does not accept our client, or our project lacks the calendar API. */
export function clientRefused(): ApiError {
  return new ApiError(
    502,
    "configuration",
    "The calendar provider does not accept this installation. An administrator has to correct it.",
  );
}

/** There was no answer that says anything. */
export function providerUnavailable(): ApiError {
  return new ApiError(502, "provider_unavailable", "The calendar provider did not answer. Try again.");
}

/** Whole seconds, at least one: `Retry-After: 0` is asked again at once. */
function secondsOf(after_s: number | null): number | null {
  return after_s === null ? null : Math.max(1, Math.ceil(after_s));
}
