import assert from "node:assert/strict";
import { hasTitle } from "../../support/test-titles.ts";

Deno.test("a title that is not there is missed", () => {
  assert.ok(hasTitle('step("a token works once", async', "a token works once"));
  assert.ok(hasTitle("'nothing of Bob''s has changed'", "nothing of Bob's has changed"));
  assert.ok(hasTitle("format('%s: Ada %s', name)", "… Ada …"));
  assert.ok(!hasTitle('step("a token works once", async', "a token works twice"));
});
