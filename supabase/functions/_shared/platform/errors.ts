import type { Context } from "hono";
import { z } from "zod";
import { log } from "./log.ts";

/** Every code that the Calendar API answers with; `docs/calendar-api.md` says what to do about each. */
export type ErrorCode =
  | "invalid_request"
  | "unauthorized"
  | "forbidden"
  | "not_found"
  | "connection_unknown"
  | "more_access_needed"
  | "reconnect_needed"
  | "disconnecting"
  | "provider_not_configured"
  | "mailbox_unavailable"
  | "provider_unavailable"
  | "internal";

/** An error that the caller is meant to see. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  /**
   * @param status HTTP status
   * @param code for programs
   * @param message for people: what to do next; never a token or another person's data
   */
  constructor(readonly status: 400 | 401 | 403 | 404 | 409 | 502, readonly code: ErrorCode, message: string) {
    super(message);
  }
}

/** Hono's error handler: `{code, message}`; what nobody foresaw is logged and answered without its details. */
export function onError(error: Error, c: Context): Response {
  if (error instanceof ApiError) return c.json({ code: error.code, message: error.message }, error.status);
  log.error("unexpected_error", { error });
  return c.json({ code: "internal", message: "Something went wrong on our side. Try again." }, 500);
}

/** Hono's handler for paths that do not exist. */
export function onNotFound(c: Context): Response {
  return c.json({ code: "not_found", message: "There is nothing at this address." }, 404);
}

/**
 * Parses what a caller sent.
 *
 * @throws ApiError 400 `invalid_request` that names the first field that is wrong
 */
export function parseRequest<T>(schema: z.ZodType<T>, input: unknown): T {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue?.path.join(".") ?? "";
  throw new ApiError(
    400,
    "invalid_request",
    `${field === "" ? "The request" : field}: ${issue?.message ?? "invalid"}`,
  );
}
