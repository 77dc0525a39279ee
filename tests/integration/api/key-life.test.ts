import assert from "node:assert/strict";
import { z } from "zod";
import { parseApiKey } from "../../../supabase/functions/_shared/platform/api-keys.ts";
import { callWithKey, keyFrom, keysOf } from "../../support/api-keys.ts";
import { openScene } from "../../support/scene.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const KEYS_MAX = 20;

function daysFrom(from: string, until: string): number {
  return (Date.parse(until) - Date.parse(from)) / DAY_MS;
}

Deno.test({
  name: "the life of an API key",
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const scene = await openScene();
  const { sql, stack } = scene;
  const statusWith = (key: string) => callWithKey(stack, key, "GET", "/status");
  try {
    await t.step("a key is shown once, and what is kept opens nothing", async () => {
      const { id, api } = await scene.newUser();
      const { key, ...made } = await keyFrom(api, { name: " Report ", scopes: ["status:read"] });
      assert.match(key, /^eck_live_[0-9A-Za-z]{10}_[0-9A-Za-z]{49}$/);
      assert.equal(parseApiKey(key)?.key_id, made.id);
      assert.deepEqual([made.name, made.scopes, made.last_used_at], ["Report", ["status:read"], null]);
      assert.equal(daysFrom(made.created_at, made.expires_at), 90);
      assert.deepEqual(await keysOf(api), [made]);
      assert.equal((await statusWith(key)).status, 200);
      const [kept] = await sql`select * from calendar_sync.api_keys where user_id = ${id}`;
      const secret = key.slice(-49);
      assert.ok(kept);
      for (const [column, value] of Object.entries(kept)) {
        assert.ok(!String(value).includes(secret), column);
      }
      assert.notEqual(
        (await statusWith(`eck_live_${made.id}_${kept.secret_hash.toString("hex")}`)).status,
        200,
      );
    });

    await t.step("it acts for its user and nobody else", async () => {
      const user = await scene.connectedUser();
      const other = await scene.connectedUser("grace@example.com");
      const { key } = await keyFrom(user.api);
      const { status, text } = await statusWith(key);
      assert.equal(status, 200, text);
      assert.deepEqual(JSON.parse(text).integrations.map(({ id }: { id: string }) => id), [
        user.integration.id,
      ]);
      const sync = await callWithKey(stack, key, "POST", "/sync", { integration_id: other.integration.id });
      assert.equal(sync.status, 404);
      const calendars = `/calendars?integration_id=${other.integration.id}`;
      assert.equal((await callWithKey(stack, key, "GET", calendars)).status, 404);
    });

    await t.step("what is wrong with the wish for a key is said", async () => {
      const { api } = await scene.newUser();
      const in_days = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString();
      const name = "x";
      const scopes = ["status:read"];
      for (
        const body of [
          { scopes },
          { name },
          { name, scopes: [] },
          { name, scopes: ["status:write"] },
          { name, scopes: ["status:read", "status:read"] },
          { name: " ", scopes },
          { name: "x".repeat(101), scopes },
          { name, scopes, expires_at: in_days(366) },
          { name, scopes, expires_at: in_days(-1) },
          { name, scopes, expires_at: null },
          { name, scopes, expires_at: "soon" },
          { name, scopes, key: "x" },
        ]
      ) {
        const response = await api.request("POST", "/keys", body);
        const text = await response.text();
        assert.equal(response.status, 400, `${JSON.stringify(body)}: ${text}`);
        assert.match(text, /invalid_request/);
      }
      assert.deepEqual(await keysOf(api), []);
      const { created_at, expires_at } = await keyFrom(api, { name, scopes, expires_at: in_days(365) });
      const days = daysFrom(created_at, expires_at);
      assert.ok(days > 364.9 && days <= 365, String(days));
    });

    await t.step("it ends by itself, and its owner still sees that it was there", async () => {
      const { api } = await scene.newUser();
      const { id, key } = await keyFrom(api);
      await sql`update calendar_sync.api_keys set expires_at = now() where id = ${id}`;
      assert.equal((await statusWith(key)).status, 401);
      assert.deepEqual((await keysOf(api)).map((shown) => shown.id), [id]);
    });

    await t.step("revoked it opens nothing at once", async () => {
      const { api } = await scene.newUser();
      const { id, key } = await keyFrom(api);
      assert.equal((await statusWith(key)).status, 200);
      assert.equal((await api.request("DELETE", `/keys/${id}`)).status, 204);
      assert.equal((await statusWith(key)).status, 401);
      assert.deepEqual(await keysOf(api), []);
      assert.equal((await api.request("DELETE", `/keys/${id}`)).status, 404);
    });

    await t.step("rotated it stays good for a day, beside the new one with the same rights", async () => {
      const { api } = await scene.newUser();
      const in_ten_days = new Date(Date.now() + 10 * DAY_MS).toISOString();
      const old = await keyFrom(api, { name: "Report", scopes: ["status:read"], expires_at: in_ten_days });
      const { key, ...made } = await keyFrom(api, null, `/keys/${old.id}/rotate`);
      assert.deepEqual([made.name, made.scopes, made.replaced_by], ["Report", ["status:read"], null]);
      const days = daysFrom(made.created_at, made.expires_at);
      assert.ok(days > 9.9 && days <= 10, String(days));
      assert.deepEqual([(await statusWith(old.key)).status, (await statusWith(key)).status], [200, 200]);
      const [replaced] = await keysOf(api);
      assert.equal(replaced?.replaced_by, made.id);
      const left = daysFrom(new Date().toISOString(), replaced.expires_at);
      assert.ok(left > 0.99 && left <= 1, String(left));
      const again = await api.request("POST", `/keys/${old.id}/rotate`);
      assert.equal(again.status, 409);
      assert.match(await again.text(), /key_replaced/);
      await sql`update calendar_sync.api_keys set expires_at = expires_at - interval '1 day' where id = ${old.id}`;
      assert.deepEqual([(await statusWith(old.key)).status, (await statusWith(key)).status], [401, 200]);
    });

    await t.step(
      "its user is told of each key that is made or rotated, also once it is revoked",
      async () => {
        const { api } = await scene.newUser();
        const { id } = await keyFrom(api, { name: "Report", scopes: ["status:read"] });
        const told = async () => {
          const { notices } = z.object({
            notices: z.array(z.object({ kind: z.string(), message: z.string() })),
          })
            .parse(await (await api.request("GET", "/notices")).json());
          return notices;
        };
        const [first, ...others] = await told();
        assert.deepEqual([first?.kind, others], ["key_added", []]);
        assert.match(first?.message ?? "", /Report/);
        await keyFrom(api, null, `/keys/${id}/rotate`);
        await api.request("DELETE", `/keys/${id}`);
        assert.deepEqual((await told()).map(({ kind }) => kind), ["key_added", "key_added"]);
      },
    );

    await t.step("a rotated key never lasts longer for it", async () => {
      const { api } = await scene.newUser();
      const in_an_hour = new Date(Date.now() + DAY_MS / 24).toISOString();
      const { id, expires_at } = await keyFrom(api, {
        name: "x",
        scopes: ["status:read"],
        expires_at: in_an_hour,
      });
      await keyFrom(api, null, `/keys/${id}/rotate`);
      assert.equal((await keysOf(api))[0]?.expires_at, expires_at);
    });

    await t.step(
      "twenty keys a user, also when they are made side by side; a full list can be rotated",
      async () => {
        const { id: user_id, api } = await scene.newUser();
        const body = { name: "x", scopes: ["status:read"] };
        const answers = await Promise.all(
          Array.from({ length: KEYS_MAX + 5 }, () => api.request("POST", "/keys", body)),
        );
        const refused = answers.filter(({ status }) => status !== 201);
        assert.equal(refused.length, 5);
        for (const answer of refused) {
          assert.equal(answer.status, 409);
          assert.match(await answer.text(), /too_many_keys/);
        }
        const [first, second] = await keysOf(api);
        assert.ok(first && second);
        await keyFrom(api, null, `/keys/${first.id}/rotate`);
        assert.equal((await api.request("POST", "/keys", body)).status, 409);
        // Of those that are over the place is free; of the others none goes.
        await sql`update calendar_sync.api_keys set created_at = now() - interval '2 hours',
        expires_at = now() - interval '1 hour' where id in (${first.id}, ${second.id})`;
        await keyFrom(api, body);
        assert.equal((await api.request("POST", "/keys", body)).status, 409);
        const [kept] = await sql`
        select count(*)::int, count(*) filter (where expires_at > now())::int as good
        from calendar_sync.api_keys where user_id = ${user_id}`;
        assert.deepEqual({ ...kept }, { count: KEYS_MAX, good: KEYS_MAX });
      },
    );

    await t.step("when it was last used is written at most once an hour", async () => {
      const { api } = await scene.newUser();
      const { id, key } = await keyFrom(api);
      const written = async () => {
        await Promise.all(Array.from({ length: 4 }, () => statusWith(key)));
        const [row] = await sql`select last_used_at, xmin::text from calendar_sync.api_keys where id = ${id}`;
        assert.ok(row);
        return row;
      };
      const first = await written();
      assert.ok(first.last_used_at);
      assert.deepEqual(await written(), first);
      await sql`update calendar_sync.api_keys set last_used_at = now() - interval '61 minutes' where id = ${id}`;
      const later = await written();
      assert.ok(later.last_used_at > first.last_used_at);
      assert.deepEqual(await written(), later);
    });

    await t.step(
      "two rotations at once make one key, and a key that is used meanwhile goes on or ends",
      async () => {
        const { api } = await scene.newUser();
        const { id, key } = await keyFrom(api);
        const used = Array.from({ length: 10 }, () => statusWith(key));
        const rotations = await Promise.all([1, 2, 3].map(() => api.request("POST", `/keys/${id}/rotate`)));
        assert.deepEqual(rotations.map(({ status }) => status).sort(), [201, 409, 409]);
        assert.deepEqual(new Set((await Promise.all(used)).map(({ status }) => status)), new Set([200]));
        const ended = [
          ...Array.from({ length: 5 }, () => statusWith(key)),
          api.request("DELETE", `/keys/${id}`),
        ];
        for (const { status } of await Promise.all(ended)) {
          assert.ok([200, 204, 401].includes(status), String(status));
        }
        assert.equal((await statusWith(key)).status, 401);
      },
    );
  } finally {
    await scene.close();
  }
});
