import assert from "node:assert/strict";
import { createApiKey } from "../../../supabase/functions/_shared/platform/api-keys.ts";
import { callWithKey, keyFrom, keysOf } from "../../support/api-keys.ts";
import { logLines } from "../../support/log-proof.ts";
import { openScene } from "../../support/scene.ts";

Deno.test({
  name: "whom an API key lets in, and whom not",
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const scene = await openScene();
  const { sql, stack } = scene;
  const statusWith = (key: string) => callWithKey(stack, key, "GET", "/status");
  try {
    await t.step("another user's keys are not found, whatever is asked of them", async () => {
      const { api } = await scene.newUser();
      const stranger = await scene.newUser();
      const { id, key } = await keyFrom(api);
      for (const asked of [id, crypto.randomUUID(), "x", "a".repeat(100)]) {
        for (
          const [method, path] of [["DELETE", `/keys/${asked}`], ["POST", `/keys/${asked}/rotate`]] as const
        ) {
          const response = await stranger.api.request(method, path);
          assert.equal(response.status, 404, `${method} ${path}: ${await response.text()}`);
        }
      }
      assert.equal((await statusWith(key)).status, 200);
      assert.deepEqual(await keysOf(stranger.api), []);
    });

    await t.step("banned, soft-deleted and deleted users' keys are like unknown ones", async () => {
      const { id: user_id, api } = await scene.newUser();
      const { key, id } = await keyFrom(api);
      const unknown = await statusWith((await createApiKey()).key);
      assert.equal(unknown.status, 401);
      const same = async (why: string) => {
        const { status, text } = await statusWith(key);
        assert.deepEqual([status, text], [unknown.status, unknown.text], why);
      };
      await sql`update auth.users set banned_until = now() + interval '1 hour' where id = ${user_id}`;
      await same("banned");
      await sql`update auth.users set banned_until = null, deleted_at = now() where id = ${user_id}`;
      await same("soft-deleted");
      await sql`update auth.users set deleted_at = null where id = ${user_id}`;
      assert.equal((await statusWith(key)).status, 200);
      await sql`delete from auth.users where id = ${user_id}`;
      await same("deleted");
      assert.equal((await sql`select from calendar_sync.api_keys where id = ${id}`).length, 0);
    });

    await t.step("a user who is erased leaves no key", async () => {
      const { id: user_id, api } = await scene.newUser();
      const { key } = await keyFrom(api);
      assert.equal((await statusWith(key)).status, 200);
      const said = await sql`select * from calendar_admin.erase_user(${user_id})`;
      assert.equal(said.find(({ what }) => what === "API keys revoked")?.how_many, "1");
      assert.equal((await statusWith(key)).status, 401);
      assert.equal((await sql`select from calendar_sync.api_keys where user_id = ${user_id}`).length, 0);
    });

    await t.step(
      "mistyped, unknown, expired and revoked keys, and wrong secrets, get one answer",
      async () => {
        const { api } = await scene.newUser();
        const [expired, revoked, good] = [await keyFrom(api), await keyFrom(api), await keyFrom(api)];
        await sql`update calendar_sync.api_keys set expires_at = now() where id = ${expired.id}`;
        await api.request("DELETE", `/keys/${revoked.id}`);
        const { key: made_up } = await createApiKey();
        const last = good.key.at(-1) === "0" ? "1" : "0";
        const answers = await Promise.all(
          [
            expired.key,
            revoked.key,
            made_up,
            good.key.slice(0, -1) + last,
            "eck_live_",
            `${good.key}x`,
            "eck_test_x",
          ]
            .map(statusWith),
        );
        assert.deepEqual(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size, 1);
        assert.deepEqual([answers[0]?.status, answers[0]?.code], [401, "unauthorized"]);
        const told = ["date", "x-request-id"];
        const shown = answers.map(({ headers }) => [...headers].filter(([name]) => !told.includes(name)));
        for (const one of shown) assert.deepEqual(one, shown[0]);
      },
    );

    await t.step("the log names the key and says why one is refused", async () => {
      const { id: user_id, api } = await scene.newUser();
      const { id, key } = await keyFrom(api);
      const used = await statusWith(key);
      await sql`update calendar_sync.api_keys set expires_at = now() where id = ${id}`;
      const refused = await statusWith(key);
      const line = (answer: typeof used) =>
        logLines(scene.output).find(({ action, request_id }) =>
          action === "request" && request_id === answer.headers.get("x-request-id")
        );
      assert.deepEqual([line(used)?.user_id, line(used)?.key_id, line(used)?.success], [user_id, id, true]);
      assert.deepEqual([line(refused)?.key_id, line(refused)?.refused], [id, "key_expired"]);
    });
  } finally {
    await scene.close();
  }
});
