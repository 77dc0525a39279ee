import assert from "node:assert/strict";
import { SignJWT } from "jose";
import { until } from "../support/calendar-api.ts";
import { openScene } from "../support/scene.ts";

/** As a project has it that has not migrated to signing keys. */
const NO_KEY = '{"keys":[]}';

Deno.test({
  name: "users are let in wherever the project's keys are, and are told why not",
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const scene = await openScene();
  const functions = scene.stack.function("calendar");
  const { api } = await scene.newUser();
  const status = async (headers: Record<string, string> = {}) => {
    const answer = await api.request("GET", "/status", undefined, headers);
    return { status: answer.status, body: await answer.text() };
  };
  try {
    for (const jwks of [undefined, "", NO_KEY]) {
      await t.step(`SUPABASE_JWKS ${jwks ?? "missing"}: those that Auth lists`, async () => {
        await functions.setSecrets({ SUPABASE_JWKS: jwks });
        assert.deepEqual(await status(), { status: 200, body: '{"integrations":[]}' });
      });
    }

    await t.step("a project that lists none says so at start, and each caller is told", async () => {
      await using empty = Deno.serve(
        { hostname: "127.0.0.1", port: 0, onListen: () => {} },
        () => new Response(NO_KEY),
      );
      await functions.setSecrets({ SUPABASE_JWKS_URL: `http://127.0.0.1:${empty.addr.port}/` });
      await until(() => Promise.resolve(scene.output.some((line) => line.includes('"no_signing_keys"'))));
      const token = await new SignJWT().setSubject(crypto.randomUUID()).setExpirationTime("5m")
        .setProtectedHeader({ alg: "HS256", kid: "legacy" }).sign(new Uint8Array(32));
      const refused = await status({ authorization: `Bearer ${token}` });
      assert.equal(refused.status, 401);
      assert.match(refused.body, /"code":"unauthorized".*legacy secret \(HS256\)/);
      const other = await status();
      assert.equal(other.status, 401);
      assert.doesNotMatch(other.body, /HS256/);
    });
  } finally {
    await scene.close();
  }
});
