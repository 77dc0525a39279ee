import assert from "node:assert/strict";
import { createClient } from "@supabase/supabase-js";
import { openScene } from "../support/scene.ts";

const ACCESS_TOKEN_LIFETIME_S = 600;

Deno.test({
  name: "supabase-js signs in, stays signed in and signs out",
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const scene = await openScene("google", {}, { access_token_lifetime_s: ACCESS_TOKEN_LIFETIME_S });
  const { stack } = scene;
  const client = () =>
    createClient(stack.apiUrl, stack.publishableKey, {
      auth: { persistSession: false, autoRefreshToken: false },
    });
  const signedIn = async () => {
    const { id, email, password } = await scene.newUser();
    const supabase = client();
    const { data, error } = await supabase.auth.signInWithPassword({ email, password });
    assert.equal(error, null);
    assert.ok(data.session);
    return { id, email, password, supabase, session: data.session };
  };
  try {
    await t.step("with a password; the user is as hosted", async () => {
      const { id, email, supabase, session } = await signedIn();
      assert.equal(session.expires_in, ACCESS_TOKEN_LIFETIME_S);
      const { data, error } = await supabase.auth.getUser();
      assert.equal(error, null);
      assert.deepEqual(data.user, session.user);
      assert.ok(data.user);
      const { user } = data;
      assert.deepEqual([user.id, user.email, user.role], [id, email, "authenticated"]);
      assert.deepEqual(user.app_metadata, { provider: "email", providers: ["email"] });
      assert.deepEqual([user.user_metadata, user.identities], [{}, []]);
    });

    await t.step("not with a wrong one", async () => {
      const { email } = await scene.newUser();
      const { error } = await client().auth.signInWithPassword({ email, password: "wrong" });
      assert.deepEqual([error?.status, error?.code], [400, "invalid_credentials"]);
    });

    await t.step("a refreshed session opens the API", async () => {
      const { supabase, session } = await signedIn();
      const { data, error } = await supabase.auth.refreshSession();
      assert.equal(error, null);
      assert.notEqual(data.session?.refresh_token, session.refresh_token);
      const status = await supabase.functions.invoke("calendar/status", { method: "GET" });
      assert.deepEqual([status.error, status.data], [null, { integrations: [] }]);
    });

    await t.step("after signing out neither token is good for anything", async () => {
      const { supabase, session } = await signedIn();
      assert.equal((await supabase.auth.signOut()).error, null);
      const { error } = await client().auth.refreshSession(session);
      assert.deepEqual(
        [error?.status, error?.code, error?.message],
        [400, "refresh_token_not_found", "Invalid Refresh Token: Refresh Token Not Found"],
      );
      assert.equal(
        (await client().auth.getUser(session.access_token)).error?.name,
        "AuthSessionMissingError",
      );
    });

    await t.step("a user who is deleted is not refreshed", async () => {
      const { id, supabase } = await signedIn();
      await scene.sql`delete from auth.users where id = ${id}`;
      assert.equal((await supabase.auth.refreshSession()).error?.code, "refresh_token_not_found");
    });

    await t.step("a page of another origin may do all that", async () => {
      for (const path of ["token?grant_type=refresh_token", "logout?scope=local", "user"]) {
        const { status, headers } = await fetch(`${stack.apiUrl}/auth/v1/${path}`, {
          method: "OPTIONS",
          headers: {
            origin: "https://app.example.com",
            "access-control-request-method": "POST",
            "access-control-request-headers": "apikey,authorization,content-type,x-client-info",
          },
        });
        assert.equal(status, 204);
        assert.equal(headers.get("access-control-allow-origin"), "*");
        assert.match(headers.get("access-control-allow-headers") ?? "", /apikey.*authorization/);
      }
    });
  } finally {
    await scene.close();
  }
});
