import assert from "node:assert/strict";
import { failureOf } from "../../../../../supabase/functions/_shared/providers/answer-table.ts";
import {
  GRAPH_ANSWERS,
  isTimeZoneRefusal,
  lacksBatch,
  readAnswer,
  SUBSCRIPTION_ANSWERS,
  SUBSCRIPTION_ROWS,
} from "../../../../../supabase/functions/_shared/providers/outlook/answers.ts";

function refused(status: number, code: string | null, headers: Record<string, string> = {}) {
  const text = code === null
    ? "<html><body>Service Unavailable</body></html>"
    : JSON.stringify({ error: { code, message: "m", innerError: { "request-id": "r" } } });
  return readAnswer(status, new Headers(headers), text);
}

/** One answer and what it means, written down without looking at the table; null: a body that is not Graph's. */
const EXPECTED = [
  [400, "ErrorDuplicateTransactionId", "exists"],
  [400, "TimeZoneNotSupportedException", "rejected"],
  [400, "ErrorPropertyValidationFailure", "rejected"],
  [400, "ErrorInvalidIdMalformed", "gone"],
  [400, "ErrorInvalidIdMalformedEwsLegacyIdFormat", "gone"],
  [400, "ErrorInvalidId", "gone"],
  [400, "ErrorInvalidIdEmpty", "gone"],
  [400, "ErrorInvalidIdXml", "gone"],
  [400, "ErrorInvalidIdStoreObjectIdTooLong", "gone"],
  [400, "ErrorInvalidFolderId", "gone"],
  [400, "ErrorItemNotFound", "gone"],
  [400, "ErrorFolderNotFound", "gone"],
  [400, "ErrorParentFolderNotFound", "gone"],
  [400, null, "retry"],
  [401, "InvalidAuthenticationToken", "token_rejected"],
  [401, null, "token_rejected"],
  [403, "ErrorAccessDenied", "needs_reconnect"],
  [403, "AccessDenied", "needs_reconnect"],
  [403, "accessDenied", "needs_reconnect"],
  [403, "Authorization_RequestDenied", "needs_reconnect"],
  [403, "ErrorCannotDeleteObject", "gone"],
  [403, "ErrorQuotaExceeded", "pause"],
  [403, "ApplicationThrottled", "pause"],
  [403, "ErrorTooManyRequests", "pause"],
  [403, "TooManyRequests", "pause"],
  [403, "ErrorSomethingNew", "retry"],
  [403, null, "retry"],
  [404, "ErrorItemNotFound", "gone"],
  [404, "ErrorFolderNotFound", "gone"],
  [404, "ErrorParentFolderNotFound", "gone"],
  [404, "itemNotFound", "gone"],
  [404, "NotFound", "gone"],
  [404, "MailboxNotEnabledForRESTAPI", "mailbox_unavailable"],
  [404, "MailboxNotSupportedForRESTAPI", "mailbox_unavailable"],
  [404, "ErrorNonExistentMailbox", "mailbox_unavailable"],
  [404, "ResourceNotFound", "mailbox_unavailable"],
  [404, "UnknownError", "retry"],
  [404, "", "retry"],
  [404, null, "retry"],
  [405, "MethodNotAllowed", "rejected"],
  [405, null, "retry"],
  [408, null, "unknown"],
  [409, "ErrorDuplicateTransactionId", "exists"],
  [409, "ErrorFolderExists", "exists"],
  [409, "ConcurrentItemSave", "conflict"],
  [409, "ErrorIrresolvableConflict", "conflict"],
  [412, "ErrorIrresolvableConflict", "conflict"],
  [413, null, "rejected"],
  [422, "UnprocessableEntity", "rejected"],
  [423, "ResourceLocked", "retry"],
  [424, "FailedDependency", "retry"],
  [429, "ApplicationThrottled", "pause"],
  [429, null, "pause"],
  [500, "ErrorInternalServerError", "unknown"],
  [502, null, "unknown"],
  [503, "ErrorServerBusy", "unknown"],
  [503, null, "unknown"],
  [504, null, "unknown"],
  [507, "ErrorQuotaExceeded", "pause"],
  [509, null, "pause"],
] as const;

for (const [status, code, kind] of EXPECTED) {
  Deno.test(`${status} ${code ?? "with a body that is not Graph's"} is ${kind}`, () => {
    assert.equal(refused(status, code).kind, kind);
  });
}

Deno.test("the list above reaches every row of the table", () => {
  const reached = new Set(
    EXPECTED.map(([status, code]) => rowOf(status, code === null ? "" : code || "unspecified")),
  );
  const missed = GRAPH_ANSWERS.filter((row) => !reached.has(row));
  // A challenge is in a header, and has a test of its own.
  assert.deepEqual(missed.map(({ status, reason }) => [status, reason]), [[403, "insufficient_claims"]]);
});

function rowOf(status: number, reason: string) {
  const of = (row_status: number | string, row_reason: string | null) =>
    GRAPH_ANSWERS.find((row) => row.status === row_status && row.reason === row_reason);
  return of(status, reason) ?? of(status, null) ?? (status >= 500 ? of("5xx", null) : undefined) ??
    (reason === "" ? of("*", "") : of("*", null));
}

Deno.test("every row has a source, and no two rows are about the same answer", () => {
  assert.ok(GRAPH_ANSWERS.every((row) => row.source.length > 8));
  const keys = GRAPH_ANSWERS.map(({ status, reason }) => `${status} ${reason}`);
  assert.equal(new Set(keys).size, keys.length);
  assert.ok(GRAPH_ANSWERS.every((row) => row.status !== "*" || row.reason === null || row.reason === ""));
  assert.equal(failureOf(GRAPH_ANSWERS, 418, "teapot", null).kind, "rejected");
});

/** As {@link EXPECTED}, of `/subscriptions`. */
const OF_SUBSCRIPTIONS = [
  [400, "ValidationError", "retry"],
  [400, "InvalidRequest", "rejected"],
  [401, "InvalidAuthenticationToken", "token_rejected"],
  [403, "ErrorAccessDenied", "retry"],
  [403, "Forbidden", "retry"],
  [403, null, "retry"],
  [404, "ResourceNotFound", "gone"],
  [404, "ErrorItemNotFound", "gone"],
  [404, "MailboxNotEnabledForRESTAPI", "mailbox_unavailable"],
  [404, null, "retry"],
  [409, "Conflict", "conflict"],
  [429, "TooManyRequests", "pause"],
  [503, null, "unknown"],
] as const;

for (const [status, code, kind] of OF_SUBSCRIPTIONS) {
  Deno.test(`of a subscription, ${status} ${code ?? "(not Graph's)"} is ${kind}`, () => {
    const body = code === null ? "<html>" : JSON.stringify({ error: { code, message: "m" } });
    assert.equal(readAnswer(status, new Headers(), body, SUBSCRIPTION_ANSWERS).kind, kind);
  });
}

Deno.test("no refusal of a subscription says that the grant or the calendar is lost, and every row has a source", () => {
  const kinds = SUBSCRIPTION_ROWS.map(({ means }) => means.kind);
  assert.ok(!kinds.includes("needs_reconnect") && !kinds.includes("needs_admin"));
  assert.ok(SUBSCRIPTION_ANSWERS.every(({ means }) => means.kind !== "needs_reconnect"));
  assert.ok(SUBSCRIPTION_ROWS.every(({ source }) => source.length > 8));
});

Deno.test("a claims challenge is the token's matter, with 401 and with 403", () => {
  const challenge = { "www-authenticate": 'Bearer realm="", error="insufficient_claims", claims="e30="' };
  assert.deepEqual(refused(403, "ErrorAccessDenied", challenge), {
    kind: "token_rejected",
    reason: "insufficient_claims",
  });
  assert.equal(refused(401, "InvalidAuthenticationToken", challenge).kind, "token_rejected");
  assert.equal(refused(403, "ErrorAccessDenied", { "www-authenticate": "Bearer" }).kind, "needs_reconnect");
});

Deno.test("a duplicate names the event that holds the transaction id, where Graph does", () => {
  const duplicate = (id: unknown) =>
    readAnswer(
      400,
      new Headers(),
      JSON.stringify({
        error: { code: "ErrorDuplicateTransactionId", message: "m", "@event.existingEventId": id },
      }),
    );
  assert.deepEqual(duplicate("AAMk/1+2="), { kind: "exists", event_id: "AAMk/1+2=" });
  for (const nothing of [undefined, null, "", 7]) {
    assert.deepEqual(duplicate(nothing), { kind: "exists", event_id: null });
  }
});

Deno.test("Retry-After is read as seconds or as a date, and never beyond an hour", () => {
  const delayOf = (value: string, status = 429) => {
    const answer = refused(status, "ApplicationThrottled", { "retry-after": value });
    assert.ok(answer.kind === "pause" || answer.kind === "unknown");
    return answer.after_s;
  };
  assert.equal(delayOf("7"), 7);
  assert.equal(delayOf("7", 503), 7);
  assert.equal(delayOf("7", 504), 7);
  assert.equal(delayOf("999999"), 3600);
  assert.equal(delayOf("soon"), null);
  assert.equal(delayOf(new Date(0).toUTCString()), null);
  const in_ten = delayOf(new Date(Date.now() + 10_000).toUTCString());
  assert.ok(in_ten !== null && in_ten >= 8 && in_ten <= 11);
});

Deno.test("a throttled mailbox waits for seconds and says nothing; a full one waits an hour and says so", () => {
  assert.deepEqual(refused(429, "ApplicationThrottled"), {
    kind: "pause",
    reason: "ApplicationThrottled",
    code: null,
    after_s: null,
  });
  for (const status of [403, 507]) {
    assert.deepEqual(refused(status, "ErrorQuotaExceeded"), {
      kind: "pause",
      reason: "ErrorQuotaExceeded",
      code: "quota",
      after_s: 3600,
    });
  }
});

Deno.test("a success whose body cannot be read may have been carried out; one without content was", () => {
  const unreadable = { kind: "unknown", reason: "unreadable", after_s: null };
  for (const text of ["", "<html>", "null"]) {
    assert.deepEqual(readAnswer(201, new Headers(), text), unreadable);
  }
  assert.deepEqual(readAnswer(200, new Headers(), undefined), unreadable);
  assert.deepEqual(readAnswer(204, new Headers(), ""), { kind: "ok", body: null });
  assert.deepEqual(readAnswer(201, new Headers(), '{"id":"1"}'), { kind: "ok", body: { id: "1" } });
  assert.deepEqual(readAnswer(201, new Headers(), { id: "1" }), { kind: "ok", body: { id: "1" } });
});

Deno.test("an unknown time zone is told from other refusals", () => {
  assert.equal(isTimeZoneRefusal(refused(400, "TimeZoneNotSupportedException")), true);
  assert.equal(isTimeZoneRefusal(refused(400, "ErrorInvalidRequest")), false);
});

Deno.test("404, 405 and 501 say that there is no batch endpoint; nothing else does", () => {
  assert.deepEqual([200, 400, 404, 405, 429, 500, 501, 503].filter(lacksBatch), [404, 405, 501]);
});
