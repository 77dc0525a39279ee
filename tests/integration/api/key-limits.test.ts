import assert from "node:assert/strict";
import { createApiKey } from "../../../supabase/functions/_shared/platform/api-keys.ts";
import { callWithKey, keyFrom } from "../../support/api-keys.ts";
import type { CalendarApi } from "../../support/calendar-api.ts";
import { checkAgainst } from "../../support/document-check.ts";
import { openScene } from "../../support/scene.ts";
import { apiDocument } from "../../../supabase/functions/calendar/document.ts";

const LIMIT = 20;
const SYNC_LIMIT = 2;
/** Of all keys of a user together. */
const KEYS_COUNTED = 5;

Deno.test({
  name: "each API key may make so many calls within a minute",
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const scene = await openScene("google", { CALENDAR_RATE_LIMIT_PER_MINUTE: String(LIMIT) });
  const { stack, sql } = scene;
  const document = checkAgainst(JSON.parse(JSON.stringify(apiDocument())));
  const get = (key: string) => callWithKey(stack, key, "GET", "/problems");
  const times = async (count: number, act: () => Promise<number>) => {
    const statuses: number[] = [];
    for (let n = 0; n < count; n++) statuses.push(await act());
    return statuses;
  };
  const asUser = async (api: CalendarApi) => {
    const response = await api.request("GET", "/problems");
    await response.body?.cancel();
    return response.status;
  };
  const calls = async () => Number((await sql`select count(*) from calendar_sync.calls`)[0]?.count);
  try {
    await t.step("as many pass as are allowed; the next is told when to come back", async () => {
      const { api } = await scene.newUser();
      const { key } = await keyFrom(api);
      const statuses = await times(LIMIT, async () => (await get(key)).status);
      assert.deepEqual(new Set(statuses), new Set([200]));
      const { status, headers, text, code } = await get(key);
      assert.deepEqual([status, code], [429, "rate_limited"]);
      const wait_s = Number(headers.get("retry-after"));
      assert.ok(wait_s > 0 && wait_s <= 60, String(wait_s));
      await document.check("GET", "/problems", new Response(text, { status, headers }));
      await sql`update calendar_sync.calls set at = at - interval '1 minute'`;
      assert.equal((await get(key)).status, 200);
    });

    await t.step("of calls side by side exactly as many pass", async () => {
      const { api } = await scene.newUser();
      const { key } = await keyFrom(api);
      const answers = await Promise.all(Array.from({ length: LIMIT + 10 }, () => get(key)));
      assert.equal(answers.filter(({ status }) => status === 200).length, LIMIT);
    });

    await t.step("a person's calls and a key's take nothing from each other, nor do two keys", async () => {
      const { id, api } = await scene.newUser();
      const [busy, other] = [await keyFrom(api), await keyFrom(api)];
      await times(LIMIT + 5, async () => (await get(busy.key)).status);
      assert.equal((await get(busy.key)).status, 429);
      assert.equal((await get(other.key)).status, 200);
      await sql`delete from calendar_sync.calls where caller = ${id} and scope = 'all'`;
      const person = await times(LIMIT, () => asUser(api));
      assert.deepEqual(new Set(person), new Set([200]));
      assert.equal(await asUser(api), 429);
      assert.equal((await get(other.key)).status, 200);
    });

    await t.step("all keys of a user together may make five times as many", async () => {
      const { api } = await scene.newUser();
      const bodies = Array.from({ length: KEYS_COUNTED + 2 }, () => ({ name: "x", scopes: ["status:read"] }));
      const keys = await Promise.all(bodies.map((body) => keyFrom(api, body)));
      const answers = await Promise.all(
        keys.flatMap(({ key }) => Array.from({ length: LIMIT }, () => get(key))),
      );
      assert.equal(answers.filter(({ status }) => status === 200).length, LIMIT * KEYS_COUNTED);
    });

    await t.step(
      "of POST /sync a tenth, over all keys of the user; the person's own is not touched",
      async () => {
        const { api } = await scene.newUser();
        const [one, two] = [await keyFrom(api), await keyFrom(api)];
        const sync = async (key: string, path = "/sync") =>
          (await callWithKey(stack, key, "POST", path, {})).status;
        assert.deepEqual(await times(SYNC_LIMIT, () => sync(one.key)), [202, 202]);
        assert.deepEqual([await sync(one.key), await sync(two.key), await sync(one.key, "/sync/")], [
          429,
          429,
          429,
        ]);
        const own = await api.request("POST", "/sync", {});
        await own.body?.cancel();
        assert.equal(own.status, 202);
      },
    );

    await t.step("what has one calendar looked at is a call like any other", async () => {
      const { api } = await scene.newUser();
      const { key } = await keyFrom(api);
      const body = { integration_id: crypto.randomUUID() };
      const retry = async () => (await callWithKey(stack, key, "POST", "/retry", body)).status;
      assert.deepEqual(await times(LIMIT + 1, retry), [...Array(LIMIT).fill(404), 429]);
    });

    await t.step(
      "a call outside the scopes counts; a key that is refused takes nothing from anybody",
      async () => {
        const { api } = await scene.newUser();
        const { key, id } = await keyFrom(api, { name: "x", scopes: ["evidence:read"] });
        const before = await calls();
        assert.equal((await get(key)).status, 403);
        assert.equal(await calls(), before + 2);
        const stranger = (await createApiKey()).key;
        await times(LIMIT, async () => (await get(stranger)).status);
        await sql`update calendar_sync.api_keys set secret_hash = sha256('another') where id = ${id}`;
        await times(LIMIT, async () => (await get(key)).status);
        assert.equal(await calls(), before + 2);
      },
    );

    await t.step("a mistyped key is refused without a question to the database", async () => {
      const { api } = await scene.newUser();
      const { key } = await keyFrom(api);
      const swapped = key.slice(0, -1) + (key.endsWith("0") ? "1" : "0");
      const blocked = sql.begin(async (transaction) => {
        // A question would wait for this, and the call with it.
        await transaction`lock table calendar_sync.api_keys in access exclusive mode`;
        const asked = AbortSignal.timeout(5_000);
        const response = await fetch(`${stack.apiUrl}/functions/v1/calendar/status`, {
          headers: { authorization: `Bearer ${swapped}` },
          signal: asked,
        });
        await response.body?.cancel();
        return response.status;
      });
      assert.equal(await blocked, 401);
    });
  } finally {
    await scene.close();
  }
});
