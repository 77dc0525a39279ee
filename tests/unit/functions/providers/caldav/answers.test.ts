import assert from "node:assert/strict";
import {
  BASIC_NOT_OFFERED,
  CALDAV_ANSWERS,
  isTaken,
  isWritten,
  mayBeCalendar,
  readAnswer,
} from "../../../../../supabase/functions/_shared/providers/caldav/answers.ts";

const errorOf = (precondition: string) =>
  `<?xml version="1.0"?><D:error xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><C:${precondition}/></D:error>`;

/** What sabre, and so Nextcloud, adds. */
const SABRE =
  '<d:error xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns"><s:exception>Sabre\\DAV\\Exception\\Forbidden' +
  "</s:exception><s:message>Calendar limit reached</s:message></d:error>";

function answered(
  status: number,
  body: string,
  headers: Record<string, string> = {},
  concerns: "one" | "found" | "part" = "one",
) {
  return readAnswer(status, new Headers(headers), body, concerns);
}

/** What each row of the table has to mean, said once more by hand: status, precondition or body, outcome, seconds. */
const EXPECTED: readonly (readonly [number, string, string, (number | null)?])[] = [
  [400, "", "retry", null],
  [400, "valid-calendar-data", "rejected"],
  [401, "", "token_rejected"],
  [403, "", "retry", null],
  [403, "need-privileges", "rejected"],
  [403, "no-uid-conflict", "exists"],
  [403, "unique-scheduling-object-resource", "exists"],
  [403, "resource-must-be-null", "exists"],
  [403, "quota-not-exceeded", "pause", null],
  [403, "valid-sync-token", "retry", null],
  [403, "valid-calendar-object-resource", "rejected"],
  [403, "max-resource-size", "rejected"],
  [403, "supported-calendar-component", "rejected"],
  [404, "", "gone"],
  [405, "resource-must-be-null", "exists"],
  [405, "", "rejected"],
  [408, "", "unknown", null],
  [409, "no-uid-conflict", "exists"],
  [409, "resource-must-be-null", "exists"],
  [409, "", "conflict"],
  [410, "", "gone"],
  [412, "", "conflict"],
  [412, "no-uid-conflict", "exists"],
  [412, "resource-must-be-null", "exists"],
  [412, "valid-calendar-data", "rejected"],
  [413, "", "rejected"],
  [415, "", "rejected"],
  [418, "", "retry", null],
  [418, "something-new", "rejected"],
  [423, "", "retry", null],
  [429, "", "pause", null],
  [500, "", "unknown", null],
  [501, "", "unknown", null],
  [503, "", "unknown", null],
  [507, "", "pause", null],
  [507, "quota-not-exceeded", "pause", null],
  [507, "number-of-matches-within-limits", "rejected"],
];

for (const [status, precondition, kind, after_s] of EXPECTED) {
  const name = precondition || "without a word";
  Deno.test(`CalDAV ${status} ${name} is ${kind}, also inside a multistatus`, () => {
    const error = precondition === "" ? "" : errorOf(precondition);
    const inside =
      `<d:multistatus xmlns:d="DAV:"><d:response><d:href>/x</d:href><d:status>HTTP/1.1 ${status} No` +
      `</d:status>${error.replace(/<\?.*?\?>/, "")}</d:response></d:multistatus>`;
    for (const answer of [answered(status, error), answered(207, inside)]) {
      assert.equal(answer.kind, kind);
      assert.equal("after_s" in answer ? answer.after_s : undefined, after_s);
      if ("reason" in answer) assert.equal(answer.reason, precondition || `http_${status}`);
    }
  });
}

Deno.test("every row of CalDAV's table is one that is expected, and has a source", () => {
  for (const { status, reason, source } of CALDAV_ANSWERS) {
    assert.ok(source.length > 5);
    const known = EXPECTED.some(([one, precondition]) =>
      one === status &&
      (precondition === reason || reason === BASIC_NOT_OFFERED || reason === null ||
        (reason === "unspecified" && precondition === ""))
    );
    assert.ok(known || status === "5xx" || status === "*", `${status} ${reason}`);
  }
});

Deno.test("a 401 is about the password only where Basic is a way to sign in", () => {
  const reasonOf = (...challenges: readonly string[]) => {
    const headers = new Headers(challenges.map((challenge) => ["www-authenticate", challenge]));
    const answer = readAnswer(401, headers, SABRE, "found");
    assert.ok(answer.kind === "token_rejected");
    return answer.reason;
  };
  const basic = 'Basic realm="Calendars", charset="UTF-8"';
  const digest = 'Digest realm="Calendars, Basic and more",qop="auth",nonce="a\\", Basic ",opaque="b"';
  for (
    const challenges of [[], [""], [basic], ["basic"], [digest, basic], [`${digest}, ${basic}`, "Negotiate"]]
  ) {
    assert.equal(reasonOf(...challenges), "http_401", challenges.join(" | "));
  }
  for (
    const challenges of [[digest], ["Negotiate"], ["Bearer abc=="], ['Digest basic="1", Basic = "2"'], [
      "Basics",
    ]]
  ) {
    assert.equal(reasonOf(...challenges), "basic_not_offered", challenges.join(" | "));
  }
});

Deno.test("a page of somebody between us and the server is no error of CalDAV's", () => {
  for (const body of ["<html>no</html>", "no", "<error", '<x:error xmlns:x="DAV:">']) {
    assert.equal(answered(403, body).kind, "retry");
  }
  assert.deepEqual(answered(403, SABRE), { kind: "rejected", reason: "http_403" });
});

Deno.test("an answer to a write is a success where it says so, and taken for one nowhere else", () => {
  const inside = (status: string) =>
    `<multistatus xmlns="DAV:"><response><href>/x</href><status>HTTP/1.1 ${status}</status></response></multistatus>`;
  assert.ok(
    isWritten(answered(201, "")) && isWritten(answered(204, "")) &&
      isWritten(answered(200, inside("200 OK"))),
  );
  assert.ok(!isWritten(answered(200, "")) && !isWritten(answered(200, "<html>welcome</html>")));
  assert.equal(answered(207, inside("507 Full")).kind, "pause");
  const gone = inside("404 Gone");
  assert.equal(answered(207, gone, {}, "part").kind, "ok", "of a listing, a part may be missing");
  assert.equal(answered(207, gone, {}, "found").kind, "gone", "nothing but that was found");
  assert.equal(answered(207, "<html/>").kind, "unknown");
});

Deno.test("Retry-After is as the server says", () => {
  const wait = { "retry-after": "9" };
  for (const [status, kind] of [[429, "pause"], [503, "unknown"], [507, "pause"]] as const) {
    const answer = answered(status, "", wait);
    assert.deepEqual([answer.kind, "after_s" in answer && answer.after_s], [kind, 9]);
  }
});

Deno.test("which refusals may be the calendar's", () => {
  const may = (status: number, precondition = "") => {
    const answer = answered(status, precondition === "" ? "" : errorOf(precondition));
    return answer.kind !== "ok" && mayBeCalendar(answer);
  };
  const may403 = (body: string) => {
    const answer = answered(403, body);
    return answer.kind !== "ok" && mayBeCalendar(answer);
  };
  assert.deepEqual([403, 404, 405, 409, 410].map((status) => may(status)), [true, true, true, true, true]);
  assert.deepEqual([400, 401, 412, 423, 429, 500, 507].filter((status) => may(status)), []);
  assert.ok(may(403, "need-privileges") && !may(403, "valid-calendar-data"));
  assert.ok(isTaken(answered(412, SABRE)) && may403(SABRE));
  assert.ok(isTaken(answered(412, "")) && !isTaken(answered(409, "")) && !isTaken(answered(204, "")));
});
