import assert from "node:assert/strict";
import fc from "fast-check";
import { isOneOfSecrets, sameSecret } from "../../../../supabase/functions/_shared/platform/same-secret.ts";

Deno.test("a secret is the same as itself and as nothing else, however much they have in common", async () => {
  const secret = fc.string({ minLength: 1, maxLength: 80 });
  await fc.assert(fc.asyncProperty(secret, secret, fc.nat(), async (one, other, at) => {
    assert.equal(await sameSecret(one, one), true);
    assert.equal(await sameSecret(one, other), one.toWellFormed() === other.toWellFormed());
    const changed = `${one.slice(0, at % one.length)}\0${one.slice(at % one.length + 1)}`;
    if (changed !== one) assert.equal(await sameSecret(changed, one), false);
    assert.equal(await sameSecret(`${one}x`, one), false);
    assert.equal(await sameSecret("", one), false);
  }));
});

Deno.test("of several accepted secrets any will do, and where there is none, none will", async () => {
  assert.equal(await isOneOfSecrets("second", ["first", "second"]), true);
  assert.equal(await isOneOfSecrets("first", ["first", "second"]), true);
  assert.equal(await isOneOfSecrets("third", ["first", "second"]), false);
  assert.equal(await isOneOfSecrets("", ["first"]), false);
  assert.equal(await isOneOfSecrets("", []), false);
});

Deno.test("secrets are compared by their digests alone, never as they go", async () => {
  const { digest } = crypto.subtle;
  const digested: string[] = [];
  crypto.subtle.digest = (_algorithm, data) => {
    const bytes = ArrayBuffer.isView(data)
      ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
      : data;
    digested.push(new TextDecoder().decode(bytes));
    return Promise.resolve(new Uint8Array(32).buffer);
  };
  try {
    // Whoever looks at the texts themselves tells these apart, or does without digests.
    assert.equal(await sameSecret("given", "expected"), true);
    assert.equal(await sameSecret("same", "same"), true);
    assert.deepEqual(digested, ["given", "expected", "same", "same"]);
    digested.length = 0;
    // Every accepted secret is looked at, also after one that fits.
    await isOneOfSecrets("given", ["first", "second"]);
    assert.deepEqual(digested.sort(), ["first", "given", "given", "second"]);
  } finally {
    crypto.subtle.digest = digest;
  }
});
