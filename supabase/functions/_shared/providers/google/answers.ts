import { z } from "zod";
import { type AnswerRow, failureOf, parseJson, retryAfterOf } from "../answer-table.ts";
import type { Failure } from "../outcome.ts";
import type { RefreshRefusal } from "../connector.ts";

/** What came back from one call to the Calendar API. */
export type GoogleAnswer = { readonly kind: "ok"; readonly body: unknown } | Failure;

const ERRORS = "Google Calendar API guide, Handle API errors";
const QUOTA = "Google Calendar API guide, Manage quotas";
const LIMITS = "Google Workspace admin help 2905486, Avoid Calendar use limits";

/** Calendar use limits recover over hours. */
const QUOTA_PAUSE_S = 3600;
/** An operator who enables the API wants to see it work soon. */
const CONFIGURATION_PAUSE_S = 300;

/** What only calls about channels are answered. */
export const CHANNEL_ANSWERS: readonly AnswerRow[] = [
  {
    status: 400,
    reason: "channelIdNotUnique",
    means: { kind: "exists", event_id: null },
    source: "Google Calendar API guide, Get push notifications: the id of a channel is good once",
  },
  {
    status: 401,
    reason: "push.webhookUrlUnauthorized",
    means: { kind: "rejected" },
    source: "https://github.com/googleapis/google-api-php-client/issues/569 of our address, not of the token",
  },
];

/** Every other error of the Calendar API that is told apart. `unspecified`: Google's shape, but no word in it. */
export const GOOGLE_ANSWERS: readonly AnswerRow[] = [
  { status: 400, reason: null, means: { kind: "rejected" }, source: ERRORS },
  {
    status: 400,
    reason: "",
    means: { kind: "retry", after_s: null },
    source: "keeper.sh #258, empty bodies",
  },
  { status: 401, reason: null, means: { kind: "token_rejected" }, source: ERRORS },
  {
    status: 403,
    reason: "rateLimitExceeded",
    means: { kind: "pause", code: null, after_s: null },
    source: ERRORS,
  },
  {
    status: 403,
    reason: "userRateLimitExceeded",
    means: { kind: "pause", code: null, after_s: null },
    source: ERRORS,
  },
  {
    status: 403,
    reason: "RATE_LIMIT_EXCEEDED",
    means: { kind: "pause", code: null, after_s: null },
    source: QUOTA,
  },
  {
    status: 403,
    reason: "dailyLimitExceeded",
    means: { kind: "pause", code: "quota", after_s: QUOTA_PAUSE_S },
    source: ERRORS,
  },
  {
    status: 403,
    reason: "quotaExceeded",
    means: { kind: "pause", code: "quota", after_s: QUOTA_PAUSE_S },
    source: LIMITS,
  },
  {
    status: 403,
    reason: "insufficientPermissions",
    means: { kind: "needs_reconnect", code: "scope_missing" },
    source: ERRORS,
  },
  {
    status: 403,
    reason: "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
    means: { kind: "needs_reconnect", code: "scope_missing" },
    source: "google.rpc.ErrorInfo, ErrorReason",
  },
  {
    status: 403,
    reason: "notACalendarUser",
    means: { kind: "mailbox_unavailable" },
    source: "github.com/webhookdb/webhookdb #624",
  },
  {
    status: 403,
    reason: "domainPolicy",
    means: { kind: "needs_admin", code: "blocked_by_policy" },
    source: "Google Drive API guide, Resolve errors: the administrators have disabled the application",
  },
  {
    status: 403,
    reason: "accessNotConfigured",
    means: { kind: "pause", code: "configuration", after_s: CONFIGURATION_PAUSE_S },
    source: "Google API error reference: the Calendar API is not enabled in our project",
  },
  {
    status: 403,
    reason: "SERVICE_DISABLED",
    means: { kind: "pause", code: "configuration", after_s: CONFIGURATION_PAUSE_S },
    source: "google.rpc.ErrorInfo, ErrorReason",
  },
  { status: 403, reason: "forbidden", means: { kind: "rejected" }, source: ERRORS },
  { status: 403, reason: "forbiddenForNonOrganizer", means: { kind: "rejected" }, source: ERRORS },
  {
    status: 403,
    reason: "requiredAccessLevel",
    means: { kind: "retry", after_s: null },
    source: "github.com/google/google-api-javascript-client #521: a calendar that was just made",
  },
  { status: 403, reason: null, means: { kind: "retry", after_s: null }, source: ERRORS },
  { status: 404, reason: "notFound", means: { kind: "gone" }, source: ERRORS },
  { status: 404, reason: "NOT_FOUND", means: { kind: "gone" }, source: "google.rpc.Code" },
  { status: 404, reason: "unspecified", means: { kind: "gone" }, source: ERRORS },
  { status: 404, reason: null, means: { kind: "retry", after_s: null }, source: "keeper.sh #258" },
  { status: 408, reason: null, means: { kind: "unknown", after_s: null }, source: "RFC 9110 §15.5.9" },
  { status: 409, reason: "duplicate", means: { kind: "exists", event_id: null }, source: ERRORS },
  { status: 409, reason: "unspecified", means: { kind: "exists", event_id: null }, source: ERRORS },
  {
    status: 409,
    reason: null,
    means: { kind: "conflict" },
    source: "Google Calendar API release notes, 17 May 2024",
  },
  { status: 410, reason: "deleted", means: { kind: "gone" }, source: ERRORS },
  { status: 410, reason: "unspecified", means: { kind: "gone" }, source: ERRORS },
  { status: 410, reason: null, means: { kind: "retry", after_s: null }, source: ERRORS },
  { status: 412, reason: null, means: { kind: "conflict" }, source: ERRORS },
  {
    status: 429,
    reason: "quotaExceeded",
    means: { kind: "pause", code: "quota", after_s: QUOTA_PAUSE_S },
    source: LIMITS,
  },
  { status: 429, reason: null, means: { kind: "pause", code: null, after_s: null }, source: ERRORS },
  { status: "5xx", reason: null, means: { kind: "unknown", after_s: null }, source: ERRORS },
  { status: "*", reason: "", means: { kind: "retry", after_s: null }, source: "keeper.sh #258" },
  { status: "*", reason: null, means: { kind: "rejected" }, source: ERRORS },
];

const ErrorBody = z.object({
  error: z.object({
    errors: z.array(z.object({ reason: z.string().optional() })).optional(),
    details: z.array(z.object({ reason: z.string().optional() })).optional(),
    status: z.string().optional(),
  }),
});

/**
 * Reads an answer of the Calendar API, or a part of a batch.
 *
 * @param text the body, which may be empty or HTML whatever the status
 */
export function readAnswer(status: number, headers: Headers, text: string): GoogleAnswer {
  const body = parseJson(text);
  if (status >= 200 && status < 300) {
    if (status === 204) return { kind: "ok", body: null };
    return body === undefined
      ? { kind: "unknown", reason: "unreadable", after_s: null }
      : { kind: "ok", body };
  }
  return failureOf([...CHANNEL_ANSWERS, ...GOOGLE_ANSWERS], status, reasonOf(body), retryAfterOf(headers));
}

function reasonOf(body: unknown): string {
  const error = ErrorBody.safeParse(body).data?.error;
  if (error === undefined) return "";
  return error.errors?.[0]?.reason ?? error.details?.find((detail) => detail.reason)?.reason ??
    error.status ??
    "unspecified";
}

/** Whether this server has no batch endpoint, as a proxy in front of Google may not. */
export function lacksBatch(status: number): boolean {
  return status === 404 || status === 405 || status === 501;
}

/** Whether our role in the calendar does not suffice, for the moment or for good. */
export function isRoleRefusal(answer: GoogleAnswer): answer is Extract<Failure, { kind: "retry" }> {
  return answer.kind === "retry" && answer.reason === "requiredAccessLevel";
}

/** Whether the address has never held an event: Google answers 410 `deleted` for one that was. */
export function isUnused(answer: GoogleAnswer): boolean {
  return answer.kind === "gone" && answer.reason !== "deleted";
}

/** Whether Google refuses to bring a deleted event back; how it says so differs by who deleted it. */
export function isBurned(answer: GoogleAnswer): boolean {
  if (answer.kind === "ok") {
    return z.object({ status: z.literal("cancelled") }).safeParse(answer.body).success;
  }
  return answer.kind === "gone" || (answer.kind === "rejected" && answer.reason.startsWith("forbidden"));
}

/**
 * Whether Google refuses what an event says, so that less of it may do. It does not name the field: a time zone and a link
 * that it does not take have the same reason.
 */
export function isContentRefusal(answer: GoogleAnswer): boolean {
  return answer.kind === "rejected" && !answer.reason.startsWith("forbidden");
}

/** What the token endpoint's `error` means for a grant (RFC 6749 §5.2 and Google's own). */
export const TOKEN_ANSWERS: readonly {
  readonly error: string;
  readonly means: RefreshRefusal;
  readonly source: string;
}[] = [
  { error: "invalid_grant", means: "invalid_grant", source: "Google, Using OAuth 2.0 to access Google APIs" },
  {
    error: "admin_policy_enforced",
    means: "blocked_by_policy",
    source: "Google, OAuth 2.0 authorization errors",
  },
  { error: "org_internal", means: "configuration", source: "Google, OAuth 2.0 authorization errors" },
  { error: "invalid_client", means: "configuration", source: "RFC 6749 §5.2" },
  { error: "unauthorized_client", means: "configuration", source: "RFC 6749 §5.2" },
  { error: "invalid_request", means: "configuration", source: "RFC 6749 §5.2" },
  { error: "unsupported_grant_type", means: "configuration", source: "RFC 6749 §5.2" },
  { error: "deleted_client", means: "configuration", source: "Google Cloud help 15549257" },
  { error: "disabled_client", means: "configuration", source: "Google, OAuth 2.0 authorization errors" },
];

/**
 * Reads a refusal of the token endpoint.
 *
 * @param error null: none that could be read
 */
export function readTokenRefusal(status: number, error: string | null): RefreshRefusal {
  // A 5xx says nothing about the grant, whatever its body says.
  if (status >= 500 || status === 429) return "unavailable";
  return TOKEN_ANSWERS.find((row) => row.error === error)?.means ?? "unavailable";
}
