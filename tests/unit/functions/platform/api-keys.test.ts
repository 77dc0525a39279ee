import assert from "node:assert/strict";
import { crc32 } from "node:zlib";
import fc from "fast-check";
import { z } from "zod";
import {
  createApiKey,
  holdsApiKey,
  isMeantAsKey,
  KEY_SCOPES,
  parseApiKey,
} from "../../../../supabase/functions/_shared/platform/api-keys.ts";
import { createKeyRpc, keyIn } from "../../../../supabase/functions/_shared/platform/key-auth.ts";
import { type Rpc, RpcError } from "../../../../supabase/functions/_shared/platform/rpc.ts";
import { redactText } from "../../../../supabase/functions/_shared/platform/redact.ts";
import { findSecrets } from "../../../support/secret-scan.ts";
import { encodingsOf } from "../../../support/encodings.ts";
import { ROOT } from "../../../../local/paths.ts";

const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const SHAPE = /^eck_(live|test)_[0-9A-Za-z]{10}_[0-9A-Za-z]{49}$/;

const digits = (length: number) =>
  fc.array(fc.constantFrom(...BASE62), { minLength: length, maxLength: length }).map((all) => all.join(""));
/** What a key is made of, with the checksum by another implementation. */
const wellMade = fc.tuple(digits(10), digits(43)).map(([key_id, random]) => {
  const before = `eck_live_${key_id}_${random}`;
  let rest = BigInt(crc32(before));
  let checksum = "";
  for (let place = 0; place < 6; place++) {
    checksum = BASE62.charAt(Number(rest % 62n)) + checksum;
    rest /= 62n;
  }
  return { key_id, secret: random + checksum, key: before + checksum };
});

Deno.test("a new key has the documented shape, and reads as what it was made of", async () => {
  const seen = new Set<string>();
  for (let n = 0; n < 200; n++) {
    const { key, key_id, secret_hash } = await createApiKey();
    assert.match(key, SHAPE);
    const parsed = parseApiKey(key);
    assert.equal(parsed?.key_id, key_id);
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(parsed.secret));
    assert.equal(secret_hash, new Uint8Array(digest).toHex());
    seen.add(key_id).add(parsed.secret);
  }
  assert.equal(seen.size, 400);
});

Deno.test("every digit is as likely as the others", async () => {
  const counts = new Map<string, number>();
  for (let n = 0; n < 1000; n++) {
    for (const digit of (await createApiKey()).key.slice(20, 63)) {
      counts.set(digit, (counts.get(digit) ?? 0) + 1);
    }
  }
  const expected = 1000 * 43 / 62;
  const chi_squared = [...BASE62].reduce(
    (sum, digit) => sum + ((counts.get(digit) ?? 0) - expected) ** 2 / expected,
    0,
  );
  // 61 degrees of freedom: once in 10 million runs. Bytes modulo 62 come to 2000.
  assert.ok(chi_squared < 130, String(chi_squared));
});

Deno.test("a key whose checksum another implementation worked out is read", () => {
  fc.assert(fc.property(wellMade, ({ key, key_id, secret }) => {
    assert.deepEqual(parseApiKey(key), { key_id, secret });
  }));
});

Deno.test("a key with one character changed, left out, doubled or two swapped is no key", () => {
  const typo = fc.tuple(
    wellMade,
    fc.nat(67),
    fc.constantFrom(...BASE62),
    fc.constantFrom("change", "drop", "double", "swap"),
  );
  fc.assert(
    fc.property(typo, ([{ key }, at, digit, kind]) => {
      const [before, one, after] = [key.slice(0, at), key.charAt(at), key.slice(at + 1)];
      const mistyped = {
        change: before + digit + after,
        drop: before + after,
        double: before + one + one + after,
        swap: before + after.charAt(0) + one + after.slice(1),
      }[kind] ?? "";
      fc.pre(mistyped !== key);
      assert.equal(parseApiKey(mistyped), null, kind);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("no text makes the parser fail, and what it reads it read to the letter", () => {
  const part = fc.constantFrom("eck", "_", "live", "test", "\n", " ", "%", "ł", "\u{1F600}", "\0");
  const texts = fc.oneof(
    fc.string({ unit: "binary", maxLength: 200 }),
    fc.array(fc.oneof(part, digits(10), digits(49)), { maxLength: 8 }).map((parts) => parts.join("")),
    fc.tuple(wellMade, fc.string({ maxLength: 3 }), fc.string({ maxLength: 3 })).map(([{ key }, a, b]) =>
      a + key + b
    ),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const parsed = parseApiKey(text);
      if (parsed !== null) assert.equal(`eck_live_${parsed.key_id}_${parsed.secret}`, text);
    }),
    { numRuns: 3000 },
  );
});

Deno.test("a bearer that begins like a key is meant as one, and no other credential is", () => {
  const shown = (authorization: string) => keyIn(new Headers({ authorization }));
  assert.equal(shown("Bearer eck_live_x"), "eck_live_x");
  assert.equal(shown("bearer   eck_x"), "eck_x");
  for (
    const other of [
      "Bearer eyJhbGciOi.x.y",
      "Basic eck_live_x",
      "eck_live_x",
      "Bearer",
      "Bearer ECK_live_x",
      "",
    ]
  ) {
    assert.equal(shown(other), null, other);
  }
  assert.equal(keyIn(new Headers()), null);
  assert.equal(isMeantAsKey("eck_"), true);
});

Deno.test("a key is found in an address whatever is around it, and cut ones too", () => {
  fc.assert(fc.property(wellMade, fc.webQueryParameters(), ({ key }, around) => {
    assert.ok(holdsApiKey(`${around}${key}${around}`));
    assert.ok(holdsApiKey(key.slice(0, 30)));
  }));
  for (const text of ["", "eck", "eck_live_", "check_live_results", "neck_test_x"]) {
    assert.ok(!holdsApiKey(text), text);
  }
});

Deno.test("no part of a key's secret is ever logged, in whatever encoding", () => {
  fc.assert(
    fc.property(
      wellMade,
      fc.constantFrom("", "key=", "Authorization: ", '{"key":"', "x "),
      ({ key, secret }, before) => {
        for (const [encoding, text] of encodingsOf(key)) {
          const left = redactText(`${before}${text}" failed`);
          assert.ok(
            !left.includes(secret.slice(0, 8)) && !left.includes(secret.slice(-8)),
            `${encoding}: ${left}`,
          );
        }
        // Cut, as a message may be.
        assert.ok(!redactText(`refused ${key.slice(0, 40)}`).includes(secret.slice(0, 12)));
      },
    ),
  );
});

Deno.test("the scan for secrets finds a key, and names its line", async () => {
  const { key } = await createApiKey();
  const found = await findSecrets("notes.md", `# Notes\n\ncurl -H "Authorization: Bearer ${key}"\n`);
  assert.deepEqual(found.map(({ line }) => line), [3]);
  assert.deepEqual(await findSecrets("notes.md", "eck_live_<10 characters>_<49 characters>"), []);
});

Deno.test("the database knows the same scopes", async () => {
  const sql = await Deno.readTextFile(`${ROOT}/supabase/schemas/195_api_keys.sql`);
  const listed = /scopes <@ array\[([^\]]*)\]/.exec(sql)?.[1] ?? "";
  assert.deepEqual([...listed.matchAll(/'([^']+)'/g)].map(([, scope]) => scope), [...KEY_SCOPES]);
});

Deno.test("a key that ends while a call is served is refused as any other, and other errors stay what they are", async () => {
  const failing = (code: string): Rpc => (name) => Promise.reject(new RpcError(name, code, "refused"));
  const call = (code: string) =>
    createKeyRpc(failing(code), "0123456789")("calendar_status", {}, z.unknown());
  await assert.rejects(call("PT401"), { status: 401, code: "unauthorized" });
  await assert.rejects(call("42501"), { name: "RpcError", code: "42501" });
});
