import {
  AddressNotAllowed,
  type HostPolicy,
  type Outbound,
  Unreachable,
} from "../../transport/safe-fetch.ts";
import { CallSlots } from "../../transport/call-slots.ts";
import { followRedirects } from "../../transport/follow-redirects.ts";
import { within } from "../../transport/time-limits.ts";
import type { CredentialsOf } from "../credentials.ts";
import { observed } from "../observe.ts";
import { type DavAnswer, readAnswer } from "./answers.ts";
import { NAME } from "./name.ts";

/** Of one account, whoever asks: the worker, and its user in several tabs. Servers put off more, or refuse it. */
export const REQUESTS_AT_ONCE_MAX = 4;
const REQUESTS_IN_ALL = 1_000;
const slots = new CallSlots({ in_total: REQUESTS_IN_ALL, per_site: REQUESTS_AT_ONCE_MAX });

/** What takes longer than this has been lost in practice. */
const CALL_TIMEOUT_MS = 10_000;
const XML = "application/xml; charset=utf-8";
const ICALENDAR = "text/calendar; charset=utf-8";

/** One request. */
export interface DavCall {
  readonly method: "PROPFIND" | "REPORT" | "MKCALENDAR" | "GET" | "PUT" | "DELETE";
  readonly url: URL;
  readonly depth?: "0" | "1";
  readonly if_match?: string;
  readonly if_none_match?: "*";
  readonly body?: string;
}

/** How to reach one account. */
export interface DavAccess {
  readonly outbound: Outbound;
  readonly policy: HostPolicy;
  readonly credentials: CredentialsOf<"password">;
}

/**
 * The `Authorization` header (RFC 7617), in UTF-8.
 *
 * @throws Error where the user name has a colon, which the header cannot say
 */
export function basic({ username, password }: CredentialsOf<"password">): string {
  if (username.includes(":")) throw new Error("A user name must not contain a colon.");
  const bytes = new TextEncoder().encode(`${username}:${password}`);
  return `Basic ${btoa(String.fromCharCode(...bytes))}`;
}

/** Makes one call, when the account has a slot for it: whatever goes wrong on the way is an answer. */
export async function callDav(access: DavAccess, call: DavCall, signal?: AbortSignal): Promise<DavAnswer> {
  const { server, username } = access.credentials;
  const account = `${server} ${username}`;
  const release = await within(CALL_TIMEOUT_MS, signal, (limit) => slots.take(account, limit)).catch(() =>
    null
  );
  // Our own requests are in the way of each other: the server refused nothing.
  if (release === null) return { kind: "pause", reason: "account_busy", code: null, after_s: null };
  try {
    return await timed(access, call, signal);
  } finally {
    release();
  }
}

async function timed(access: DavAccess, call: DavCall, signal?: AbortSignal): Promise<DavAnswer> {
  return await observed(
    NAME,
    operationOf(call),
    () => send(access, call, signal),
    (answer) => answer,
    signal,
  );
}

async function send(
  { outbound, policy, credentials }: DavAccess,
  call: DavCall,
  signal: AbortSignal | undefined,
): Promise<DavAnswer> {
  const { method, url, depth, if_match, if_none_match, body } = call;
  const started_at = performance.now();
  try {
    const answer = await followRedirects(outbound, policy, {
      method,
      url,
      headers: {
        authorization: basic(credentials),
        ...(depth === undefined ? {} : { depth }),
        ...(if_match === undefined ? {} : { "if-match": if_match }),
        ...(if_none_match === undefined ? {} : { "if-none-match": if_none_match }),
        ...(body === undefined ? {} : { "content-type": method === "PUT" ? ICALENDAR : XML }),
      },
      ...(body === undefined ? {} : { body }),
    }, { timeout_ms: CALL_TIMEOUT_MS, ...(signal && { signal }) });
    if (answer.truncated) return { kind: "unknown", reason: "answer_too_large", after_s: null };
    const concerns = method === "PROPFIND" ? "found" : method === "REPORT" ? "part" : "one";
    return readAnswer(answer.status, answer.headers, new TextDecoder().decode(answer.body), concerns);
  } catch (error: unknown) {
    // An operator took the server off the list: nothing was sent.
    if (error instanceof AddressNotAllowed) {
      return { kind: "pause", reason: "server_not_allowed", code: "configuration", after_s: null };
    }
    if (!(error instanceof Unreachable)) throw error;
    const reason = performance.now() - started_at >= CALL_TIMEOUT_MS ? "timeout" : "network";
    return { kind: "unknown", reason, after_s: null, silent: true };
  }
}

function operationOf({ method, url }: DavCall): "event_read" | "event_write" | "calendar" {
  if (method === "REPORT" || method === "GET") return "event_read";
  return method === "PUT" || (method === "DELETE" && !url.pathname.endsWith("/"))
    ? "event_write"
    : "calendar";
}
