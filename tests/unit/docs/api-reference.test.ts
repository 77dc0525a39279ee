import assert from "node:assert/strict";
import { z } from "zod";
import { API_PAGE_PATH, renderApiPage } from "../../../local/api-page.ts";
import { API_REFERENCE_PATH, callsOfApi, renderApiReference } from "../../../local/api-reference.ts";
import { apiDocument } from "../../../supabase/functions/calendar/document.ts";

const { calls } = callsOfApi();

Deno.test("docs/embed/api-reference.md is what the document says (npm run generate)", async () => {
  assert.equal(await Deno.readTextFile(API_REFERENCE_PATH), await renderApiReference());
});

Deno.test("docs/embed/calendar-api.md has the calls and errors of the document (npm run generate)", async () => {
  assert.equal(await Deno.readTextFile(API_PAGE_PATH), await renderApiPage());
});

Deno.test("every call of the document is in the reference", () => {
  const operations = Object.values(apiDocument().paths ?? {}).flatMap((path) =>
    [path?.get, path?.post, path?.patch, path?.delete].flatMap((operation) => operation?.operationId ?? [])
  );
  assert.ok(operations.length > 40);
  assert.deepEqual(calls.map(({ operation }) => operation.operationId).toSorted(), operations.toSorted());
});

Deno.test("the example of every request is one that its schema takes", () => {
  const requests = calls.filter(({ request }) => request !== null);
  assert.ok(requests.length > 10);
  for (const { method, path, request } of requests) {
    if (request !== null) assertFits(request.schema, request.example, `${method} ${path}`);
  }
});

Deno.test("the example of every answer is one that its schema takes", () => {
  assert.ok(calls.flatMap(({ answers }) => answers).length > 30);
  for (const { method, path, answers } of calls) {
    for (const { status, schema, example } of answers) {
      assertFits(schema, example, `${method} ${path}, ${status}`);
    }
  }
});

Deno.test("an example that does not fit its schema is noticed", () => {
  const [sync] = calls.filter(({ operation }) => operation.operationId === "sync");
  const [answer] = sync?.answers ?? [];
  assert.ok(answer !== undefined);
  assert.throws(() => assertFits(answer.schema, { queued: "many" }, "POST /sync"));
});

/** The document's schemas by name, as z.fromJSONSchema finds them. */
const definitions: unknown = JSON.parse(
  JSON.stringify(apiDocument().components?.schemas).replaceAll("#/components/schemas/", "#/$defs/"),
);
const Definitions = z.record(z.string(), z.record(z.string(), z.unknown()));

function assertFits(schema: unknown, example: unknown, call: string): void {
  const text = JSON.stringify(schema).replaceAll("#/components/schemas/", "#/$defs/");
  const root = z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  const check = z.fromJSONSchema({ ...root, $defs: Definitions.parse(definitions) });
  const { success, error } = check.safeParse(example);
  assert.ok(success, `${call}: ${error === undefined ? "" : z.prettifyError(error)}`);
}
