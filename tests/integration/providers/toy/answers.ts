import { z } from "zod";
import {
  type AnswerRow,
  failureOf,
  parseJson,
  retryAfterOf,
} from "../../../../supabase/functions/_shared/providers/answer-table.ts";
import type { RefreshRefusal } from "../../../../supabase/functions/_shared/providers/connector.ts";
import type { Failure } from "../../../../supabase/functions/_shared/providers/outcome.ts";

const QUOTA_PAUSE_S = 3600;
const source = "tests/integration/providers/toy/server.ts";

/** What the toy's refusals mean. */
const ANSWERS: readonly AnswerRow[] = [
  { status: 401, reason: null, means: { kind: "token_rejected" }, source },
  { status: 403, reason: "read_only", means: { kind: "calendar_missing" }, source },
  {
    status: 403,
    reason: "scope_missing",
    means: { kind: "needs_reconnect", code: "scope_missing" },
    source,
  },
  { status: 403, reason: "no_calendar", means: { kind: "mailbox_unavailable" }, source },
  {
    status: 403,
    reason: "quota",
    means: { kind: "pause", code: "quota", after_s: QUOTA_PAUSE_S },
    source,
  },
  { status: 404, reason: "no_such_calendar", means: { kind: "calendar_missing" }, source },
  { status: 404, reason: "no_such_event", means: { kind: "gone" }, source },
  { status: 409, reason: null, means: { kind: "conflict" }, source },
  { status: 412, reason: null, means: { kind: "conflict" }, source },
  { status: 429, reason: null, means: { kind: "pause", code: null, after_s: null }, source },
  { status: 400, reason: "", means: { kind: "retry", after_s: null }, source },
  { status: 400, reason: null, means: { kind: "rejected" }, source },
  // A page of a listing that is not known any more.
  { status: 410, reason: "deleted", means: { kind: "gone" }, source },
  { status: "5xx", reason: null, means: { kind: "unknown", after_s: null }, source },
  { status: "*", reason: null, means: { kind: "retry", after_s: null }, source },
];

const Refusal = z.object({ reason: z.string() });

/** What an answer means; its body where it is a success. */
export type ToyAnswer = { readonly kind: "ok"; readonly body: unknown } | Failure;

export function readAnswer(status: number, headers: Headers, text: string): ToyAnswer {
  const body = parseJson(text);
  if (status < 200 || status > 299) {
    return failureOf(ANSWERS, status, Refusal.safeParse(body).data?.reason ?? "", retryAfterOf(headers));
  }
  return body === undefined ? { kind: "unknown", reason: "unreadable", after_s: null } : { kind: "ok", body };
}

/** What a refusal of the token endpoint means for the grant. */
export function readTokenRefusal(status: number, text: string): {
  readonly kind: RefreshRefusal;
  readonly reason: string;
} {
  const reason = Refusal.safeParse(parseJson(text)).data?.reason ?? "unreadable";
  if (status === 400 && reason === "invalid_grant") return { kind: "invalid_grant", reason };
  if (status === 401) return { kind: "configuration", reason };
  return { kind: "unavailable", reason: /^\w{1,64}$/.test(reason) ? reason : "unreadable" };
}
