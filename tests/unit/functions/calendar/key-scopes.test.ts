import assert from "node:assert/strict";
import { z } from "zod";
import { API_DOCUMENT_PATH } from "../../../../local/api-document.ts";
import { KEY_SCOPES } from "../../../../supabase/functions/_shared/platform/api-keys.ts";
import { openerOf } from "../../../../supabase/functions/calendar/key-scopes.ts";

const Operation = z.object({ security: z.array(z.record(z.string(), z.array(z.string()))).optional() });
const Document = z.object({ paths: z.record(z.string(), z.record(z.string(), Operation)) });
const document = Document.parse(JSON.parse(await Deno.readTextFile(API_DOCUMENT_PATH)));
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, { security = [] }]) => ({ method, path, security }))
);
const forUsers = operations.filter(({ security }) => security.some((way) => "user" in way));

Deno.test("of every call of a user it is decided which API keys open it", () => {
  assert.ok(forUsers.length > 20, String(forUsers.length));
  const undecided = forUsers.filter(({ method, path }) => openerOf(method, path) === undefined);
  assert.deepEqual(undecided.map(({ method, path }) => `${method} ${path}`), []);
});

Deno.test("the document says of each call which scope opens it", () => {
  for (const { method, path, security } of operations) {
    const opener = openerOf(method, path);
    const scopes = security.flatMap(({ key = [] }) => key);
    assert.deepEqual(
      scopes,
      opener === undefined || opener === "people" ? [] : [opener],
      `${method} ${path}`,
    );
  }
});

Deno.test("every scope opens calls, and a read-only one opens nothing but GET", () => {
  const opened = (scope: string) => forUsers.filter(({ method, path }) => openerOf(method, path) === scope);
  for (const scope of ["status:read", "sync:write", "evidence:read", "feeds:write"]) {
    assert.ok(opened(scope).length > 0, scope);
  }
  for (const scope of KEY_SCOPES.filter((name) => name.endsWith(":read"))) {
    assert.deepEqual(new Set(opened(scope).map(({ method }) => method)), new Set(["get"]), scope);
  }
});

Deno.test("no key connects, disconnects, changes settings or makes keys", () => {
  for (
    const call of [
      "GET /authorize",
      "GET /admin_consent",
      "POST /confirm",
      "POST /connect",
      "DELETE /",
      "PATCH /status",
      "POST /calendars",
      "PATCH /notifications",
      "PATCH /preferences",
      "POST /notices/{id}/restore",
      "GET /notifications",
      "GET /keys",
      "POST /keys",
      "POST /keys/{id}/rotate",
      "DELETE /keys/{id}",
    ]
  ) {
    const [method = "", path = ""] = call.split(" ");
    assert.equal(openerOf(method, path), "people", call);
  }
});

Deno.test("what is not in the table is open to no key, however a call is spelled", () => {
  for (
    const [method, path] of [
      ["PUT", "/status"],
      ["GET", "/statuses"],
      ["GET", "/status/x"],
      ["GET", "/feeds/{id}"],
      ["GET", "constructor"],
      ["GET", "__proto__"],
      ["", ""],
    ] as const
  ) {
    assert.equal(openerOf(method, path), undefined, `${method} ${path}`);
  }
  assert.equal(openerOf("patch", "/feeds/:id"), "feeds:write");
  assert.equal(openerOf("PATCH", "/feeds/{feed_id}"), "feeds:write");
});
