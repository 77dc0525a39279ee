import { z } from "zod";
import type { CalendarAnswer, Outcome } from "../calendar-client.ts";

/** What came back from one call to the Calendar API. */
export type GoogleAnswer =
  | { readonly kind: "ok"; readonly body: unknown }
  | {
    readonly kind: "refused";
    readonly status: number;
    /** Google's own word, `errors[0].reason`; empty where the body holds none. */
    readonly reason: string;
    readonly retry_after_s: number | null;
  }
  /** No answer, or one that cannot be read: the call may have been carried out. */
  | { readonly kind: "lost"; readonly reason: "timeout" | "network" | "unreadable" };

const ErrorBody = z.object({
  error: z.object({
    errors: z.array(z.object({ reason: z.string() })).optional(),
    details: z.array(z.object({ reason: z.string().optional() })).optional(),
    status: z.string().optional(),
  }),
});

/** Longer waits are what `quota` is for; a provider's typo must not stop a calendar for a year. */
const RETRY_AFTER_MAX_S = 3600;

/**
 * Reads an HTTP answer of the Calendar API.
 *
 * @param text the body, which may be empty or HTML whatever the status
 * @source Calendar API guide "Handle API errors"
 */
export function readAnswer(status: number, headers: Headers, text: string): GoogleAnswer {
  const body = parseJson(text);
  if (status >= 200 && status < 300) {
    if (status === 204) return { kind: "ok", body: null };
    return body === undefined ? { kind: "lost", reason: "unreadable" } : { kind: "ok", body };
  }
  const error = ErrorBody.safeParse(body).data?.error;
  const reason = error?.errors?.[0]?.reason ?? error?.details?.find((detail) => detail.reason)?.reason ?? "";
  return { kind: "refused", status, reason, retry_after_s: retryAfter(headers) };
}

/** Whether an insert was refused because the id is taken, by a live event or by a deleted one. */
export function isDuplicate(answer: GoogleAnswer): boolean {
  return answer.kind === "refused" && answer.status === 409 && answer.reason !== "conflict";
}

/** Whether there is nothing (any more) at the address that was called: not an event, or not the calendar. */
export function isAbsent(answer: GoogleAnswer): boolean {
  return answer.kind === "refused" && (answer.status === 404 || answer.status === 410);
}

/** Whether the address has never held an event: Google answers 410 for one that was deleted. */
export function isUnused(answer: GoogleAnswer): boolean {
  return answer.kind === "refused" && answer.status === 404;
}

/** Whether Google refuses to bring a deleted event back; how it says so differs by who deleted it. */
export function isBurned(answer: GoogleAnswer): boolean {
  if (answer.kind === "ok") {
    return z.object({ status: z.literal("cancelled") }).safeParse(answer.body).success;
  }
  return isAbsent(answer) ||
    (answer.kind === "refused" && answer.status === 403 && /^forbidden/.test(answer.reason));
}

/** The outcome of a write that was refused or lost. A 403 says "later" or "never": only its reason tells. */
export function failureOf(answer: Exclude<GoogleAnswer, { kind: "ok" }>): Outcome {
  if (answer.kind === "lost") return { kind: "transient", reason: answer.reason, retry_after_s: null };
  const { status, reason, retry_after_s } = answer;
  const transient = { kind: "transient", reason: reason || `http_${status}`, retry_after_s } as const;
  switch (status) {
    case 401:
      return { kind: "unauthorized" };
    case 429:
      return { kind: "rate_limited", reason: "rate_limit", retry_after_s };
    case 403:
      return forbidden(reason, retry_after_s) ?? transient;
    case 408:
    case 409:
    case 412:
      return transient;
  }
  return status >= 500 ? transient : { kind: "rejected", reason: reason || `http_${status}` };
}

/** @returns null where the reason asks for patience: unknown, or a new calendar that is not everywhere yet */
function forbidden(reason: string, retry_after_s: number | null): Outcome | null {
  switch (reason) {
    case "rateLimitExceeded":
    case "userRateLimitExceeded":
    case "RATE_LIMIT_EXCEEDED":
      return { kind: "rate_limited", reason: "rate_limit", retry_after_s };
    case "quotaExceeded":
      return { kind: "rate_limited", reason: "quota", retry_after_s };
    case "insufficientPermissions":
    case "ACCESS_TOKEN_SCOPE_INSUFFICIENT":
      return { kind: "scope_missing" };
    case "forbidden":
    case "forbiddenForNonOrganizer":
    case "notACalendarUser":
      return { kind: "rejected", reason };
    default:
      return null;
  }
}

/** The answer to a call about calendars, its body read with `schema`. */
export function calendarAnswer<T>(answer: GoogleAnswer, schema: z.ZodType<T>): CalendarAnswer<T> {
  if (answer.kind === "ok") {
    const parsed = schema.safeParse(answer.body);
    return parsed.success
      ? { kind: "done", value: parsed.data }
      : { kind: "unavailable", retry_after_s: null };
  }
  if (isAbsent(answer)) return { kind: "missing" };
  const failure = failureOf(answer);
  switch (failure.kind) {
    case "unauthorized":
      return { kind: "unauthorized" };
    case "scope_missing":
      return { kind: "forbidden", reason: "scope_missing" };
    case "rejected":
      return { kind: "forbidden", reason: failure.reason };
    case "rate_limited":
    case "transient":
      return { kind: "unavailable", retry_after_s: failure.retry_after_s };
    default:
      return { kind: "unavailable", retry_after_s: null };
  }
}

/** RFC 9110 §10.2.3: seconds, or a date. */
function retryAfter(headers: Headers): number | null {
  const value = headers.get("retry-after")?.trim();
  if (!value) return null;
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.min(Math.max(Math.ceil(seconds), 0), RETRY_AFTER_MAX_S) : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
