import assert from "node:assert/strict";
import { isOneOfSecrets, sameSecret } from "../../../../supabase/functions/_shared/platform/same-secret.ts";

Deno.test("a secret is the same to the last character, or it is another", async () => {
  assert.equal(await sameSecret("a secret", "a secret"), true);
  for (const other of ["a secres", "a secret ", "A secret", ""]) {
    assert.equal(await sameSecret(other, "a secret"), false, other);
  }
});

Deno.test("of several accepted secrets any will do, and where there is none, none will", async () => {
  assert.equal(await isOneOfSecrets("second", ["first", "second"]), true);
  assert.equal(await isOneOfSecrets("first", ["first", "second"]), true);
  assert.equal(await isOneOfSecrets("third", ["first", "second"]), false);
  assert.equal(await isOneOfSecrets("", ["first"]), false);
  assert.equal(await isOneOfSecrets("", []), false);
});
