import assert from "node:assert/strict";
import { createApiKey } from "../../../supabase/functions/_shared/platform/api-keys.ts";
import type { Behaviour } from "../../support/engine-test.ts";
import type { Engine } from "../../support/engine.ts";
import { noted } from "./answers.ts";

/** Makes a key of a user; returns its public id. */
async function makeKey({ sql }: Engine, user_id: string): Promise<string> {
  const { key_id, secret_hash } = await createApiKey();
  await sql`select public.calendar_create_key(${user_id}, 'Report', array['status:read'], null, ${key_id}, ${secret_hash})`;
  return key_id;
}

/** What an administrator may do with API keys. */
export const KEYS: readonly Behaviour[] = [
  {
    name: "api_keys: whose a key is that a log names, and never its secret",
    async show(engine) {
      const { sql } = engine;
      const { user_id } = await engine.integration();
      const key_id = await makeKey(engine, user_id);
      const [row] = await sql`select * from calendar_admin.api_keys where key_id = ${key_id}`;
      assert.ok(row);
      assert.deepEqual([row.user_id, row.name, row.scopes, row.state], [
        user_id,
        "Report",
        ["status:read"],
        "good",
      ]);
      assert.ok(!Object.keys(row).some((column) => /hash|secret/.test(column)));
      const { key_id: next, secret_hash } = await createApiKey();
      await sql`select public.calendar_rotate_key(${user_id}, ${key_id}, ${next}, ${secret_hash})`;
      const states = await sql`select state from calendar_admin.api_keys order by created_at, state desc`;
      assert.deepEqual(states.map(({ state }) => state).sort(), ["good", "replaced, and still good"]);
    },
  },
  {
    name:
      "revoke_keys: a key opens nothing at once, its user sees that it is over, and nobody else's is touched",
    async show(engine) {
      const { sql } = engine;
      const { user_id } = await engine.integration();
      const bystander = await engine.integration();
      const [one, two] = [await makeKey(engine, user_id), await makeKey(engine, user_id)];
      const others = await makeKey(engine, bystander.user_id);
      const revoke = async (id: string, reason: string | null = null) =>
        (await sql`select * from calendar_admin.revoke_keys(${id}, ${reason})`).map((
          { key_id, done },
        ) => [key_id, done]);
      assert.deepEqual(await revoke(one, "Found in a repository"), [[
        one,
        "revoked: it opens nothing any more",
      ]]);
      assert.deepEqual(await revoke(one), [[one, "it was over before"]]);
      const all = await revoke(user_id);
      assert.deepEqual(all.map(([id]) => id).sort(), [one, two].sort());
      const good = await sql`select key_id from calendar_admin.api_keys where state = 'good'`;
      assert.deepEqual(good.map(({ key_id }) => key_id), [others]);
      assert.equal((await sql`select from calendar_sync.api_keys where user_id = ${user_id}`).length, 2);
      assert.deepEqual(await noted(sql, "settings_changed"), [["admin", "Found in a repository"], [
        "admin",
        null,
      ]]);
      await assert.rejects(revoke("unknown"), /no API key with the id unknown/);
    },
  },
];
