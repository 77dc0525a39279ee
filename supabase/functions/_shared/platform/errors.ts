import type { Context } from "hono";
import type { z } from "zod";
import { log } from "./log.ts";
import { addToSummary } from "./log-scope.ts";

/** Every code that the Calendar API answers with; `docs/embed/calendar-api.md` says what to do about each. */
export const ERROR_CODES = [
  "invalid_request",
  "key_in_query",
  "unauthorized",
  "forbidden",
  "scope_missing",
  "not_found",
  "connection_unknown",
  "calendar_in_use",
  "calendar_needed",
  "more_access_needed",
  "reconnect_needed",
  "disconnecting",
  "provider_not_configured",
  "mailbox_unavailable",
  "server_not_allowed",
  "server_unreachable",
  "not_caldav",
  "sign_in_not_supported",
  "sign_in_failed",
  "too_many_feeds",
  "too_many_integrations",
  "too_many_keys",
  "key_replaced",
  "too_many_webhooks",
  "webhook_disabled",
  "address_not_allowed",
  "proposal_decided",
  "proposal_not_accepted",
  "deadline_changed",
  "rate_limited",
  "permission_missing",
  "blocked_by_policy",
  "configuration",
  "quota",
  "provider_limit",
  "provider_refused",
  "provider_unavailable",
  "internal",
] as const;

export type ErrorCode = typeof ERROR_CODES[number];

/** An error that the caller is meant to see. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  /**
   * @param status HTTP status
   * @param code for programs
   * @param message for people: what to do next; never a token or another person's data
   * @param retry_after_s seconds after which the same call may succeed, where that is known
   * @param details what a program needs to go on
   */
  constructor(
    readonly status: 400 | 401 | 403 | 404 | 409 | 413 | 422 | 429 | 502,
    readonly code: ErrorCode,
    message: string,
    readonly retry_after_s: number | null = null,
    readonly details: Readonly<Record<string, unknown>> | null = null,
  ) {
    super(message);
  }
}

/** Hono's error handler: `{code, message}`; an unexpected error is logged and answered without its details. */
export function onError(error: Error, c: Context): Response {
  addToSummary({ error_code: error instanceof ApiError ? error.code : "internal" });
  if (error instanceof ApiError) {
    if (error.retry_after_s !== null) c.header("retry-after", String(error.retry_after_s));
    const { code, message, details } = error;
    return c.json({ code, message, ...(details === null ? {} : { details }) }, error.status);
  }
  log.error("unexpected_error", { error });
  return c.json({ code: "internal", message: "Something went wrong on our side. Try again." }, 500);
}

/** Hono's handler for paths that do not exist. */
export function onNotFound(c: Context): Response {
  addToSummary({ error_code: "not_found" });
  return c.json({ code: "not_found", message: "There is nothing at this address." }, 404);
}

/** A caller's own words may be in a message, such as the name of a field that nobody knows. */
const MESSAGE_CHARACTERS_MAX = 300;

/** What is wrong with what a caller sent: 400 `invalid_request` that names the first field. */
export function invalidRequest({ issues: [issue] }: Pick<z.core.$ZodError, "issues">): ApiError {
  const field = issue?.path.join(".") ?? "";
  const message = `${field === "" ? "The request" : field}: ${issue?.message ?? "invalid"}`;
  return new ApiError(400, "invalid_request", message.slice(0, MESSAGE_CHARACTERS_MAX).toWellFormed());
}
