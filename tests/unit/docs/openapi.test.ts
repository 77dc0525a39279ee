import assert from "node:assert/strict";
import { Validator } from "@seriousme/openapi-schema-validator";
import {
  API_DOCUMENT_PATH,
  API_TYPES_PATH,
  renderApiDocument,
  renderApiTypes,
} from "../../../local/api-document.ts";
import { readVersion } from "../../../local/version.ts";
import { apiDocument } from "../../../supabase/functions/calendar/document.ts";
import { ERROR_CODES } from "../../../supabase/functions/_shared/platform/errors.ts";

Deno.test("docs/embed/openapi.json is what the schemas say (npm run generate)", async () => {
  assert.equal(await Deno.readTextFile(API_DOCUMENT_PATH), await renderApiDocument());
});

Deno.test("the types of the Settings page are those of the document (npm run generate)", async () => {
  assert.equal(await Deno.readTextFile(API_TYPES_PATH), await renderApiTypes());
});

Deno.test("the document has the product's version", async () => {
  assert.equal(apiDocument().info.version, await readVersion());
});

Deno.test("the document is valid OpenAPI 3.1", async () => {
  const validator = new Validator();
  const { valid, errors } = await validator.validate(JSON.parse(JSON.stringify(apiDocument())));
  assert.ok(valid, JSON.stringify(errors));
  assert.equal(validator.version, "3.1");
});

/** They prove themselves by what is in their address. */
const WITHOUT_SESSION = new Set(["callback", "showUnsubscribe", "unsubscribe"]);

Deno.test("every operation has a name of its own, says what it is for and who may call it", () => {
  const operations = Object.values(apiDocument().paths ?? {}).flatMap((path) =>
    [path?.get, path?.post, path?.patch, path?.delete].filter((operation) => operation !== undefined)
  );
  const ids = operations.map(({ operationId }) => operationId);
  assert.equal(new Set(ids).size, operations.length);
  for (const { summary, security, operationId, responses } of operations) {
    assert.ok(summary && security, operationId);
    assert.equal(security.length === 0, WITHOUT_SESSION.has(operationId ?? ""), operationId);
    if (security.length > 0) assert.ok(responses?.["401"] && responses["429"], operationId);
  }
});

Deno.test("docs/embed/calendar-api.md names every error code", async () => {
  const page = await Deno.readTextFile(new URL("../../../docs/embed/calendar-api.md", import.meta.url));
  for (const code of ERROR_CODES) assert.ok(page.includes(`| \`${code}\``), code);
});

Deno.test("docs/embed/calendar-api.md names every call", async () => {
  const page = await Deno.readTextFile(new URL("../../../docs/embed/calendar-api.md", import.meta.url));
  for (const [path, item] of Object.entries(apiDocument().paths ?? {})) {
    for (const method of ["get", "post", "patch", "delete"] as const) {
      if (item?.[method]) assert.ok(page.includes(`\`${method.toUpperCase()} ${path}`), `${method} ${path}`);
    }
  }
});
