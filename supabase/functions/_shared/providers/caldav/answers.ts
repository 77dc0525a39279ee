import { type AnswerRow, failureOf, retryAfterOf } from "../answer-table.ts";
import type { CalendarAnswer } from "../calendar-client.ts";
import type { Failure } from "../outcome.ts";
import { isSuccess, type Multistatus, preconditionOf, readMultistatus, UNSPECIFIED } from "./multistatus.ts";
import { offersBasic } from "./sign-in-schemes.ts";
import { readXml } from "./xml.ts";

/** What came back from one request. */
export type DavAnswer =
  | {
    readonly kind: "ok";
    readonly status: number;
    readonly headers: Headers;
    /** Null: the body is something else, or there is none. */
    readonly multistatus: Multistatus | null;
    readonly text: string;
  }
  | Failure;

const HTTP = "RFC 9110 §15";
const WEBDAV = "RFC 4918 §11, §16";
const CALDAV = "RFC 4791 §5.3.2.1";
const ACL = "RFC 3744 §7.1.1";
/** The reason of a 401 that asks for another way to sign in than Basic: nobody looked at the password. */
export const BASIC_NOT_OFFERED = "basic_not_offered";
/** The precondition of an answer that would hold more than the server lets out at once. */
const TOO_MANY = "number-of-matches-within-limits";
/** The same requests, sent to the three servers that Debian has. */
const TRIED = "tried with Radicale 3.1, Xandikos 0.2, Cyrus 3.6";

/**
 * Every refusal that is told apart, by status and precondition. `unspecified`: an `error` without one. ``: no `error` at all,
 * which is how most servers refuse, and anything between them and us.
 */
export const CALDAV_ANSWERS: readonly AnswerRow[] = [
  { status: 400, reason: "", means: { kind: "retry", after_s: null }, source: `${HTTP}; ${TRIED}` },
  { status: 400, reason: null, means: { kind: "rejected" }, source: WEBDAV },
  { status: 401, reason: null, means: { kind: "token_rejected" }, source: "RFC 7617 §2" },
  {
    status: 401,
    reason: BASIC_NOT_OFFERED,
    means: { kind: "token_rejected" },
    source: "RFC 9110 §11.6.1; sabre-io/Baikal, whose default is Digest",
  },
  { status: 403, reason: "", means: { kind: "retry", after_s: null }, source: `${HTTP}; ${TRIED}` },
  { status: 403, reason: "need-privileges", means: { kind: "rejected" }, source: ACL },
  { status: 403, reason: "no-uid-conflict", means: { kind: "exists", event_id: null }, source: CALDAV },
  {
    status: 403,
    reason: "unique-scheduling-object-resource",
    means: { kind: "exists", event_id: null },
    source: `RFC 6638 §3.2.4.1; ${TRIED}`,
  },
  { status: 403, reason: "resource-must-be-null", means: { kind: "exists", event_id: null }, source: TRIED },
  {
    status: 403,
    reason: "quota-not-exceeded",
    means: { kind: "pause", code: "quota", after_s: null },
    source: "RFC 4331 §6",
  },
  {
    status: 403,
    reason: "valid-sync-token",
    means: { kind: "retry", after_s: null },
    source: "RFC 6578 §3.2",
  },
  { status: 403, reason: null, means: { kind: "rejected" }, source: `${CALDAV}; ${WEBDAV}` },
  { status: 404, reason: null, means: { kind: "gone" }, source: HTTP },
  { status: 405, reason: "resource-must-be-null", means: { kind: "exists", event_id: null }, source: WEBDAV },
  { status: 405, reason: "", means: { kind: "rejected" }, source: WEBDAV },
  { status: 408, reason: null, means: { kind: "unknown", after_s: null }, source: HTTP },
  { status: 409, reason: "no-uid-conflict", means: { kind: "exists", event_id: null }, source: CALDAV },
  { status: 409, reason: "resource-must-be-null", means: { kind: "exists", event_id: null }, source: TRIED },
  { status: 409, reason: null, means: { kind: "conflict" }, source: WEBDAV },
  { status: 410, reason: null, means: { kind: "gone" }, source: HTTP },
  { status: 412, reason: "no-uid-conflict", means: { kind: "exists", event_id: null }, source: TRIED },
  { status: 412, reason: "resource-must-be-null", means: { kind: "exists", event_id: null }, source: TRIED },
  { status: 412, reason: "", means: { kind: "conflict" }, source: "RFC 9110 §13.1" },
  { status: 412, reason: "unspecified", means: { kind: "conflict" }, source: "RFC 9110 §13.1" },
  { status: 412, reason: null, means: { kind: "rejected" }, source: TRIED },
  { status: 413, reason: null, means: { kind: "rejected" }, source: HTTP },
  { status: 415, reason: null, means: { kind: "rejected" }, source: HTTP },
  { status: 423, reason: null, means: { kind: "retry", after_s: null }, source: WEBDAV },
  {
    status: 429,
    reason: null,
    means: { kind: "pause", code: null, after_s: null },
    source: "RFC 6585 §4; nextcloud/server, RateLimitingPlugin",
  },
  {
    status: 501,
    reason: null,
    means: { kind: "unknown", after_s: null },
    source: "SOGo without connections to its database",
  },
  { status: 507, reason: TOO_MANY, means: { kind: "rejected" }, source: "RFC 4791 §7.8" },
  {
    status: 507,
    reason: null,
    means: { kind: "pause", code: "quota", after_s: null },
    source: "RFC 4918 §11.5, RFC 4331 §6",
  },
  { status: "5xx", reason: null, means: { kind: "unknown", after_s: null }, source: HTTP },
  { status: "*", reason: "", means: { kind: "retry", after_s: null }, source: HTTP },
  { status: "*", reason: null, means: { kind: "rejected" }, source: WEBDAV },
];

/**
 * Reads an answer. A success is not always one: a multistatus may hold a refusal.
 *
 * @param concerns what a refusal in a multistatus is about: `one` resource, so that it is the answer; what was `found`, so that
 * it is where nothing else was (as Xandikos says of what is not there); or a `part` of a listing, which may be missing
 */
export function readAnswer(
  status: number,
  headers: Headers,
  text: string,
  concerns: "one" | "found" | "part",
): DavAnswer {
  const after_s = retryAfterOf(headers);
  if (status === 401 && !offersBasic(headers)) return refusalOf(status, BASIC_NOT_OFFERED, after_s);
  if (!isSuccess(status)) {
    return refusalOf(status, preconditionOf(readXml(text) ?? undefined), after_s);
  }
  const multistatus = readMultistatus(text.includes("multistatus") ? readXml(text) : null);
  if (status === 207 && multistatus === null) return { kind: "unknown", reason: "unreadable", after_s: null };
  const responses = multistatus?.responses ?? [];
  const is_answer = concerns === "one" || (concerns === "found" && responses.length === 1);
  const refused = responses.find((one) => is_answer && one.status !== null && !isSuccess(one.status));
  if (refused?.status) return refusalOf(refused.status, refused.error, after_s);
  return { kind: "ok", status, headers, multistatus, text };
}

/** @param precondition null: the server did not say it in its own words */
function refusalOf(status: number, precondition: string | null, after_s: number | null): Failure {
  const failure = failureOf(CALDAV_ANSWERS, status, precondition ?? "", after_s);
  return precondition === UNSPECIFIED && "reason" in failure
    ? { ...failure, reason: `http_${status}` }
    : failure;
}

/** Whether a write was carried out for certain (200 has been seen with a page of somebody between us and the server). */
export function isWritten(answer: DavAnswer): boolean {
  if (answer.kind !== "ok") return false;
  return answer.status === 201 || answer.status === 204 || answer.multistatus !== null;
}

/** Whether a file stands where a new one was to be: our own from an attempt before, by its name. */
export function isTaken(answer: DavAnswer): boolean {
  return answer.kind === "conflict" && answer.reason === "http_412";
}

/** Whether what was refused may be the calendar's fault: servers say so with 403, 404, 405, 409 and 410, often without a word. */
export function mayBeCalendar(answer: Failure): boolean {
  switch (answer.kind) {
    case "gone":
      return true;
    case "conflict":
      return answer.reason === "http_409";
    case "retry":
      return answer.reason === "http_403";
    case "rejected":
      return answer.reason === "need-privileges" || /^http_40[35]$/.test(answer.reason) ||
        answer.reason === "calendar-collection-location-ok";
    default:
      return false;
  }
}

/** Whether an answer would be too large for the server, or is for us: fewer can be asked for. */
export function isTooLarge(answer: DavAnswer): boolean {
  return (answer.kind === "unknown" && answer.reason === "answer_too_large") ||
    (answer.kind === "rejected" && answer.reason === TOO_MANY);
}

/** Whether the server may not have this kind of request at all, or not for this calendar. */
export function mayBeUnsupported(answer: DavAnswer | CalendarAnswer<unknown>): boolean {
  return answer.kind === "rejected" ||
    (answer.kind === "retry" && answer.reason.startsWith("http_4")) ||
    (answer.kind === "unknown" && answer.reason === "http_501");
}
