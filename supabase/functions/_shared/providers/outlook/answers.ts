import { z } from "zod";
import { type AnswerRow, failureOf, parseJson, retryAfterOf } from "../answer-table.ts";
import type { Failure } from "../outcome.ts";
import type { RefreshRefusal } from "../connector.ts";

/** What came back from one call to Microsoft Graph. */
export type GraphAnswer = { readonly kind: "ok"; readonly body: unknown } | Failure;

const ERRORS = "https://learn.microsoft.com/graph/errors";
const THROTTLING = "https://learn.microsoft.com/graph/throttling";
const BATCHING = "https://learn.microsoft.com/graph/json-batching";
const EVENT = "https://learn.microsoft.com/graph/api/resources/event, transactionId";
const EXCHANGE_CODES =
  "https://learn.microsoft.com/exchange/client-developer/web-service-reference/responsecode";

/** A full mailbox is emptied by a person. */
const QUOTA_PAUSE_S = 3600;

const EXISTS = { kind: "exists", event_id: null } as const;
const NO_SCOPE = { kind: "needs_reconnect", code: "scope_missing" } as const;
const PAUSE = { kind: "pause", code: null, after_s: null } as const;
const QUOTA = { kind: "pause", code: "quota", after_s: QUOTA_PAUSE_S } as const;
const RETRY = { kind: "retry", after_s: null } as const;
const UNKNOWN = { kind: "unknown", after_s: null } as const;
const NO_MAILBOX = { kind: "mailbox_unavailable" } as const;

/** There is nothing at an id: no event, or no calendar, which Exchange calls a folder. */
const NOT_FOUND = ["ErrorItemNotFound", "ErrorFolderNotFound", "ErrorParentFolderNotFound"];
/**
 * Exchange cannot read an id that we stored, as after a mailbox was moved: it is the id of nothing any more. Every id in a path
 * of ours is one that Exchange gave.
 */
const UNREADABLE_IDS = [
  "ErrorInvalidIdMalformed",
  "ErrorInvalidIdMalformedEwsLegacyIdFormat",
  "ErrorInvalidId",
  "ErrorInvalidIdEmpty",
  "ErrorInvalidIdXml",
  "ErrorInvalidIdStoreObjectIdTooLong",
  "ErrorInvalidFolderId",
  ...NOT_FOUND,
];

/**
 * Every error of Graph's calendar API that is told apart. `unspecified`: Graph's shape, but no word in it.
 *
 * `needs_reconnect` on a write may also be the calendar's: whoever shared it may have taken the right to write back.
 * `exists` is the transaction id's on an event, the name's on a calendar.
 */
export const GRAPH_ANSWERS: readonly AnswerRow[] = [
  { status: 400, reason: "ErrorDuplicateTransactionId", means: EXISTS, source: EVENT },
  {
    status: 400,
    reason: "TimeZoneNotSupportedException",
    means: { kind: "rejected" },
    source: "https://learn.microsoft.com/graph/api/resources/datetimetimezone",
  },
  ...UNREADABLE_IDS.map((reason): AnswerRow => ({
    status: 400,
    reason,
    means: { kind: "gone" },
    source: EXCHANGE_CODES,
  })),
  { status: 400, reason: "", means: RETRY, source: ERRORS },
  { status: 400, reason: null, means: { kind: "rejected" }, source: ERRORS },
  { status: 401, reason: null, means: { kind: "token_rejected" }, source: ERRORS },
  { status: 403, reason: "insufficient_claims", means: { kind: "token_rejected" }, source: ERRORS },
  { status: 403, reason: "ErrorAccessDenied", means: NO_SCOPE, source: EXCHANGE_CODES },
  { status: 403, reason: "AccessDenied", means: NO_SCOPE, source: ERRORS },
  { status: 403, reason: "accessDenied", means: NO_SCOPE, source: ERRORS },
  {
    status: 403,
    reason: "Authorization_RequestDenied",
    means: NO_SCOPE,
    source: "https://learn.microsoft.com/graph/resolve-auth-errors",
  },
  {
    status: 403,
    reason: "ErrorCannotDeleteObject",
    means: { kind: "gone" },
    source: "github.com/microsoftgraph/msgraph-sdk-dotnet #3047: the immutable id of what was deleted before",
  },
  { status: 403, reason: "ErrorQuotaExceeded", means: QUOTA, source: EXCHANGE_CODES },
  { status: 403, reason: "ApplicationThrottled", means: PAUSE, source: "github.com/calcom/cal.diy #343" },
  { status: 403, reason: "ErrorTooManyRequests", means: PAUSE, source: THROTTLING },
  { status: 403, reason: "TooManyRequests", means: PAUSE, source: THROTTLING },
  { status: 403, reason: null, means: RETRY, source: ERRORS },
  ...NOT_FOUND.map((reason): AnswerRow => ({
    status: 404,
    reason,
    means: { kind: "gone" },
    source: EXCHANGE_CODES,
  })),
  {
    status: 404,
    reason: "itemNotFound",
    means: { kind: "gone" },
    source: "github.com/microsoftgraph/microsoft-graph-docs #2248: listed beside ErrorItemNotFound",
  },
  { status: 404, reason: "NotFound", means: { kind: "gone" }, source: ERRORS },
  {
    status: 404,
    reason: "MailboxNotEnabledForRESTAPI",
    means: NO_MAILBOX,
    source: "github.com/microsoftgraph/msgraph-sdk-javascript #1756",
  },
  {
    status: 404,
    reason: "MailboxNotSupportedForRESTAPI",
    means: NO_MAILBOX,
    source: "github.com/microsoftgraph/aspnet-connect-sample, HomeController",
  },
  { status: 404, reason: "ErrorNonExistentMailbox", means: NO_MAILBOX, source: EXCHANGE_CODES },
  {
    status: 404,
    reason: "ResourceNotFound",
    means: NO_MAILBOX,
    source: "github.com/microsoftgraph/microsoft-graph-docs-contrib #4340: the same mailbox answers either",
  },
  { status: 404, reason: null, means: RETRY, source: ERRORS },
  { status: 408, reason: null, means: UNKNOWN, source: "RFC 9110 §15.5.9" },
  { status: 409, reason: "ErrorDuplicateTransactionId", means: EXISTS, source: EVENT },
  { status: 409, reason: "ErrorFolderExists", means: EXISTS, source: "github.com/alcionai/corso #3318" },
  { status: 409, reason: null, means: { kind: "conflict" }, source: ERRORS },
  { status: 412, reason: null, means: { kind: "conflict" }, source: ERRORS },
  { status: 413, reason: null, means: { kind: "rejected" }, source: ERRORS },
  { status: 423, reason: null, means: RETRY, source: ERRORS },
  { status: 424, reason: null, means: RETRY, source: BATCHING },
  { status: 429, reason: null, means: PAUSE, source: THROTTLING },
  { status: 503, reason: null, means: UNKNOWN, source: ERRORS },
  { status: 504, reason: null, means: UNKNOWN, source: ERRORS },
  { status: 507, reason: null, means: QUOTA, source: ERRORS },
  { status: 509, reason: null, means: PAUSE, source: ERRORS },
  { status: "5xx", reason: null, means: UNKNOWN, source: ERRORS },
  { status: "*", reason: "", means: RETRY, source: ERRORS },
  { status: "*", reason: null, means: { kind: "rejected" }, source: ERRORS },
];

/**
 * What errors of `/subscriptions` mean that mean something else of a calendar. Whatever is refused here, calendars are written to as
 * before and read at intervals: no refusal says that the grant is lost.
 */
export const SUBSCRIPTION_ROWS: readonly AnswerRow[] = [
  {
    status: 400,
    reason: "ValidationError",
    means: RETRY,
    source:
      "github.com/splunk/azure-functions-splunk #26: our address did not answer as it has to within 10 seconds",
  },
  { status: 403, reason: "insufficient_claims", means: { kind: "token_rejected" }, source: ERRORS },
  {
    status: 403,
    reason: null,
    means: RETRY,
    source:
      "https://learn.microsoft.com/graph/api/resources/subscription: a mailbox has 1,000 at most, and there is none " +
      "to a calendar that is somebody else's",
  },
  {
    status: 404,
    reason: "MailboxNotEnabledForRESTAPI",
    means: NO_MAILBOX,
    source: "github.com/microsoftgraph/msgraph-sdk-javascript #1756",
  },
  { status: 404, reason: "", means: RETRY, source: ERRORS },
  {
    status: 404,
    reason: null,
    means: { kind: "gone" },
    source:
      "github.com/microsoftgraph/msgraph-sdk-php #221: of a subscription, ResourceNotFound does not mean the mailbox",
  },
];

/** Every error of `/subscriptions` that is told apart. */
export const SUBSCRIPTION_ANSWERS: readonly AnswerRow[] = [
  ...SUBSCRIPTION_ROWS,
  ...GRAPH_ANSWERS.filter(({ status }) => status !== 403 && status !== 404),
];

const ErrorBody = z.object({
  error: z.object({
    code: z.string(),
    "@event.existingEventId": z.string().nullish().catch(null),
  }),
});

/**
 * Reads an answer of Graph, or a part of a batch.
 *
 * @param body text, which may be empty or HTML whatever the status; or what a batch has parsed already
 * @param table what errors mean, as far as that depends on what was asked for
 */
export function readAnswer(
  status: number,
  headers: Headers,
  body: unknown,
  table: readonly AnswerRow[] = GRAPH_ANSWERS,
): GraphAnswer {
  const parsed = typeof body === "string" ? parseJson(body) : body;
  if (status >= 200 && status < 300) {
    if (status === 204) return { kind: "ok", body: null };
    return parsed === undefined || parsed === null
      ? { kind: "unknown", reason: "unreadable", after_s: null }
      : { kind: "ok", body: parsed };
  }
  const error = ErrorBody.safeParse(parsed).data?.error;
  const reason = isClaimsChallenge(status, headers)
    ? "insufficient_claims"
    : error === undefined
    ? ""
    : error.code || "unspecified";
  const failure = failureOf(table, status, reason, retryAfterOf(headers));
  return failure.kind === "exists"
    ? { ...failure, event_id: error?.["@event.existingEventId"] || null }
    : failure;
}

/** Conditional Access asks for a token with more claims: with 401, and under some policies with 403. */
function isClaimsChallenge(status: number, headers: Headers): boolean {
  return (status === 401 || status === 403) &&
    /\berror="?insufficient_claims\b/i.test(headers.get("www-authenticate") ?? "");
}

/** Whether Graph does not know a time zone, so that the same instants in UTC will do. */
export function isTimeZoneRefusal(answer: GraphAnswer): boolean {
  return answer.kind === "rejected" && /TimeZone/i.test(answer.reason);
}

/** Whether this server has no batch endpoint, as a gateway in front of Graph may not. */
export function lacksBatch(status: number): boolean {
  return status === 404 || status === 405 || status === 501;
}

/** One refusal of the token endpoint and what it means for a grant. */
export interface TokenRow {
  /** The `error`s that the row is about; null: any. */
  readonly errors: readonly string[] | null;
  /** The `suberror` or the AADSTS number; `530*`: every number that begins so; null: any. */
  readonly detail: string | null;
  readonly means: RefreshRefusal;
  readonly source: string;
}

const AADSTS = "https://learn.microsoft.com/entra/identity-platform/reference-error-codes";
const RFC = "RFC 6749 §5.2";
const CONSENT = "https://learn.microsoft.com/entra/identity/enterprise-apps/manage-app-consent-policies";
const CONSENT_ERRORS =
  "https://learn.microsoft.com/entra/identity/enterprise-apps/application-sign-in-unexpected-user-consent-error";
/** What is said of a user's grant; the number then tells what would help. */
const GRANT = ["invalid_grant", "interaction_required", "consent_required", "login_required"];
const OUR_FAULT = ["unauthorized_client", "invalid_request", "unsupported_grant_type", "invalid_scope"];

/**
 * The first row that fits holds. Microsoft asks clients to go by `error` and not by numbers, so a number only ever
 * picks between what an `error` may mean, and one that is not here changes nothing.
 */
export const TOKEN_ANSWERS: readonly TokenRow[] = [
  { errors: ["invalid_client"], detail: null, means: "configuration", source: RFC },
  { errors: ["temporarily_unavailable"], detail: null, means: "unavailable", source: AADSTS },
  { errors: ["server_error"], detail: null, means: "unavailable", source: AADSTS },
  { errors: null, detail: "90033", means: "unavailable", source: AADSTS },
  { errors: null, detail: "90006", means: "unavailable", source: AADSTS },
  { errors: null, detail: "50033", means: "unavailable", source: AADSTS },
  { errors: null, detail: "50196", means: "unavailable", source: AADSTS },
  { errors: null, detail: "700016", means: "configuration", source: AADSTS },
  // Disabled in the user's organisation, which Entra also words as our client's fault.
  { errors: [...GRANT, ...OUR_FAULT], detail: "7000112", means: "blocked_by_policy", source: AADSTS },
  { errors: OUR_FAULT, detail: null, means: "configuration", source: RFC },
  { errors: GRANT, detail: "90093", means: "admin_consent_required", source: CONSENT_ERRORS },
  { errors: GRANT, detail: "90094", means: "admin_consent_required", source: AADSTS },
  { errors: GRANT, detail: "90095", means: "admin_consent_required", source: AADSTS },
  {
    errors: GRANT,
    detail: "900941",
    means: "admin_consent_required",
    source: "github.com/phw198/OutlookGoogleCalendarSync #2095",
  },
  { errors: GRANT, detail: "530*", means: "blocked_by_policy", source: AADSTS },
  { errors: GRANT, detail: "50105", means: "blocked_by_policy", source: AADSTS },
  // The consent is gone, and whoever gave it can give it again: only the numbers above speak of administrators.
  { errors: GRANT, detail: "65001", means: "invalid_grant", source: AADSTS },
  { errors: GRANT, detail: "consent_required", means: "invalid_grant", source: CONSENT },
  { errors: GRANT, detail: null, means: "invalid_grant", source: RFC },
  { errors: null, detail: null, means: "unavailable", source: AADSTS },
];

const TokenError = z.object({
  error: z.string().regex(/^\w{1,64}$/),
  suberror: z.string().nullish().catch(null),
  error_codes: z.array(z.number()).nullish().catch(null),
  error_description: z.string().nullish().catch(null),
});

/** A refusal of the token endpoint: what it means for a grant, and words that are safe to log. */
export interface TokenRefusal {
  readonly kind: RefreshRefusal;
  readonly reason: string;
  /** A server error. */
  readonly silent?: true;
}

/**
 * Reads a refusal of the token endpoint.
 *
 * @param text the body; of its description only the AADSTS number is used, since the rest may name the user
 */
export function readTokenRefusal(status: number, text: string): TokenRefusal {
  const body = TokenError.safeParse(parseJson(text)).data;
  const numbers = body?.error_codes?.map(String) ?? [];
  const number = numbers[0] ?? aadstsOf(body?.error_description ?? "");
  const reason = body === undefined
    ? `http_${status}`
    : number
    ? `${body.error} AADSTS${number}`
    : body.error;
  // A 5xx says nothing about the grant, whatever its body says.
  if (status >= 500) return { kind: "unavailable", reason, silent: true };
  if (status === 429 || body === undefined) return { kind: "unavailable", reason };
  const details = [...numbers, number, body.suberror].filter((detail) =>
    detail !== null && detail !== undefined
  );
  const row = TOKEN_ANSWERS.find(({ errors, detail }) =>
    (errors === null || errors.includes(body.error)) &&
    (detail === null || details.some((given) => fits(given, detail)))
  );
  return { kind: row?.means ?? "unavailable", reason };
}

/**
 * The number of an Entra error.
 *
 * @param description an `error_description`
 * @returns digits; null where it names none
 */
export function aadstsOf(description: string): string | null {
  return /\bAADSTS(\d{4,8})\b/.exec(description)?.[1] ?? null;
}

/**
 * Whether an Entra error says that only an administrator can consent.
 *
 * @param number as {@link aadstsOf} returns it
 */
export function isAdminConsentNumber(number: string | null): boolean {
  return TOKEN_ANSWERS.some(({ detail, means }) =>
    detail === number && means === "admin_consent_required" && detail !== null
  );
}

function fits(given: string, detail: string): boolean {
  return detail.endsWith("*") ? given.startsWith(detail.slice(0, -1)) : given === detail;
}
