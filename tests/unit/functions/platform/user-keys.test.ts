import assert from "node:assert/strict";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { ConfigurationError } from "../../../../supabase/functions/_shared/platform/env.ts";
import { identify } from "../../../../supabase/functions/_shared/platform/user-auth.ts";
import {
  readUserKeys,
  type UserKeys,
  warnOfMissingKeys,
} from "../../../../supabase/functions/_shared/platform/user-keys.ts";
import { linesOf } from "../../../support/printed-lines.ts";

const PROJECT = "https://ref.supabase.co";
const LISTED = `${PROJECT}/auth/v1/.well-known/jwks.json`;
const USER = "6b1f8f0a-35a5-4a09-9d39-8d3b4a1f2c11";
const SECRET = new TextEncoder().encode("a shared secret of at least 32 characters");
const OCT = {
  kty: "oct",
  alg: "HS256",
  kid: "legacy",
  k: SECRET.toBase64({ alphabet: "base64url", omitPadding: true }),
};

const { publicKey, privateKey } = await generateKeyPair("ES256");
const EC = { ...await exportJWK(publicKey), kty: "EC", alg: "ES256", kid: "new" };

function read(variables: Record<string, string>, url = PROJECT): UserKeys {
  return readUserKeys((name) => variables[name], url);
}

function token(alg: "HS256" | "ES256", kid?: string): Promise<string> {
  return new SignJWT({ role: "authenticated" }).setSubject(USER).setExpirationTime("5m")
    .setProtectedHeader(kid === undefined ? { alg } : { alg, kid }).sign(
      alg === "HS256" ? SECRET : privateKey,
    );
}

async function identified(keys: UserKeys, bearer: string): Promise<string> {
  const request = new Request(PROJECT, { headers: { authorization: `Bearer ${bearer}` } });
  const found = await identify(request, keys);
  return found.kind === "user" ? found.user_id : found.reason;
}

async function listing<T>(keys: readonly object[], act: (url: string) => Promise<T>): Promise<T> {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => Response.json({ keys }),
  );
  return await act(`http://127.0.0.1:${server.addr.port}`);
}

Deno.test("the keys are those of the environment, else at the address that it names, else at the project's Auth", () => {
  assert.deepEqual(read({ SUPABASE_JWKS: JSON.stringify({ keys: [EC] }) }), { keys: [EC] });
  assert.deepEqual(read({ SUPABASE_JWKS: JSON.stringify([EC]), SUPABASE_JWKS_URL: "https://a.example" }), {
    keys: [EC],
  });
  assert.equal(String(read({ SUPABASE_JWKS_URL: "https://a.example/keys" })), "https://a.example/keys");
  for (const none of ["", " ", '{"keys":[]}', "[]"]) {
    assert.equal(String(read({ SUPABASE_JWKS: none })), LISTED, none);
    assert.equal(
      String(read({ SUPABASE_JWKS: none, SUPABASE_JWKS_URL: "https://a.example/" })),
      "https://a.example/",
    );
  }
  assert.equal(String(read({}, "http://kong:8000/")), "http://kong:8000/auth/v1/.well-known/jwks.json");
});

Deno.test("a variable that is malformed is named, and its value is not", () => {
  for (
    const [name, value] of [
      ["SUPABASE_JWKS", "{"],
      ["SUPABASE_JWKS", '"not-a-set"'],
      ["SUPABASE_JWKS", '{"keys":[{"kid":"not-a-key"}]}'],
      ["SUPABASE_JWKS_URL", "not-a-url"],
      ["SUPABASE_JWKS_URL", "http://not-safe.example"],
    ] as const
  ) {
    assert.throws(
      () => read({ [name]: value }),
      (error: unknown) =>
        error instanceof ConfigurationError && error.message.includes(`${name} must be`) &&
        !error.message.includes("not-"),
    );
  }
});

Deno.test("tokens verify with a signing key, wherever it is", async () => {
  const signed = await token("ES256", "new");
  assert.equal(await identified({ keys: [EC] }, signed), USER);
  assert.equal(await listing([EC], async (url) => await identified(read({}, url), signed)), USER);
});

Deno.test("tokens of a shared secret verify where the operator gives it as a key", async () => {
  assert.equal(await identified({ keys: [EC, OCT] }, await token("HS256", "legacy")), USER);
});

Deno.test("without a key for it, a token of the legacy secret is refused, and the reason is told", async () => {
  for (const kid of ["legacy", undefined]) {
    assert.equal(await identified({ keys: [EC] }, await token("HS256", kid)), "legacy_secret");
  }
  const reason = await listing(
    [],
    async (url) => await identified(read({}, url), await token("HS256", "legacy")),
  );
  assert.equal(reason, "legacy_secret");
  for (const wrong of ["", "x.y.z", await token("ES256", "unknown")]) {
    assert.equal(await identified({ keys: [EC] }, wrong), "no_valid_token");
  }
  // A public key is never taken for a shared secret.
  const forged = await new SignJWT().setSubject(USER).setProtectedHeader({ alg: "HS256", kid: "new" })
    .sign(new TextEncoder().encode(JSON.stringify(EC)));
  assert.equal(await identified({ keys: [EC] }, forged), "legacy_secret");
});

Deno.test("a project that lists no key is an error in the log that says what to do", async () => {
  const said = (keys: UserKeys) => linesOf(() => warnOfMissingKeys(keys));
  const [line] = await listing([], (url) => said(new URL(url)));
  assert.deepEqual([line?.level, line?.action, line?.error_code], [
    "error",
    "no_signing_keys",
    "configuration",
  ]);
  assert.match(String(line?.["do"]), /migrate/);
  assert.deepEqual(await listing([EC], (url) => said(new URL(url))), []);
  assert.deepEqual(await said({ keys: [EC] }), []);
  const [silent] = await said(new URL("http://127.0.0.1:1/"));
  assert.equal(silent?.action, "signing_keys_unreachable");
});
