import assert from "node:assert/strict";
import { z } from "zod";
import { openerOf } from "../../../supabase/functions/calendar/key-scopes.ts";
import { ALL_SCOPES, callWithKey, keyFrom } from "../../support/api-keys.ts";
import { checkAgainst } from "../../support/document-check.ts";
import { openScene } from "../../support/scene.ts";
import { feedFrom } from "../feeds/support.ts";

const Operation = z.object({ security: z.array(z.record(z.string(), z.unknown())).default([]) });
const Document = z.object({ paths: z.record(z.string(), z.record(z.string(), Operation)) });

/** A call that would succeed. */
interface Call {
  readonly path: string;
  readonly body?: unknown;
}

Deno.test({
  name: "what an API key opens, and what it does not",
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const scene = await openScene();
  const { sql, stack } = scene;
  const document = JSON.parse(
    await (await fetch(`${stack.apiUrl}/functions/v1/calendar/openapi.json`)).text(),
  );
  const said = checkAgainst(document);
  const calls = Object.entries(Document.parse(document).paths).flatMap(([path, methods]) =>
    Object.entries(methods).filter(([, { security }]) => security.some((way) => "user" in way))
      .map(([method]) => ({ method: method.toUpperCase(), path, opener: openerOf(method, path) }))
  );
  try {
    const { id: user_id, api, integration: { id: integration_id } } = await scene.connectedUser();
    const [obligation] = await sql<{ id: string }[]>`
      insert into public.obligations (user_id, title, deadline_date) values (${user_id}, 'Tax return', '2999-01-31') returning id`;
    const obligation_id = obligation?.id ?? "";
    const keyWith = async (...scopes: readonly string[]) => (await keyFrom(api, { name: "x", scopes })).key;
    const callAs = async (key: string, method: string, { path, body }: Call) => {
      const answer = await callWithKey(stack, key, method, path, body);
      const { status, headers, text } = answer;
      await said.check(method, path, new Response(status === 204 ? null : text, { status, headers }));
      return answer;
    };

    /** What a call needs to succeed; others have a made-up id in their path and an empty body, and are then refused by their route. */
    const wanted: Readonly<Record<string, () => Promise<Call> | Call>> = {
      "GET /calendars": () => ({ path: `/calendars?integration_id=${integration_id}` }),
      "GET /explain": () => ({ path: `/explain?obligation_id=${obligation_id}` }),
      "GET /evidence": () => ({ path: `/evidence?obligation_id=${obligation_id}` }),
      "POST /sync": () => ({ path: "/sync", body: {} }),
      "POST /retry": () => ({ path: "/retry", body: { integration_id } }),
      "POST /resume": () => ({ path: "/resume", body: { integration_id } }),
      "POST /reapply": () => ({ path: "/reapply", body: { integration_id } }),
      "GET /test_event": () => ({ path: `/test_event?integration_id=${integration_id}` }),
      "POST /test_event": () => ({ path: "/test_event", body: { integration_id } }),
      "DELETE /test_event": () => ({ path: `/test_event?integration_id=${integration_id}` }),
      "POST /feeds": () => ({ path: "/feeds", body: { name: "x" } }),
      "PATCH /feeds/{id}": async () => ({
        path: `/feeds/${(await feedFrom(api, "/feeds", { name: "x" })).id}`,
        body: { name: "y" },
      }),
      "POST /feeds/{id}/rotate": async () => ({
        path: `/feeds/${(await feedFrom(api, "/feeds", { name: "x" })).id}/rotate`,
      }),
      "DELETE /feeds/{id}": async () => ({
        path: `/feeds/${(await feedFrom(api, "/feeds", { name: "x" })).id}`,
      }),
    };
    const callOf = async (method: string, path: string): Promise<Call & { readonly succeeds: boolean }> => {
      const known = wanted[`${method} ${path}`];
      if (known !== undefined) return { ...await known(), succeeds: true };
      const without_parameters = path.replace(/\{[^}]+\}/g, () => crypto.randomUUID());
      return {
        path: without_parameters,
        ...(method === "POST" || method === "PATCH" ? { body: {} } : {}),
        succeeds: method === "GET" && path === without_parameters,
      };
    };

    for (const { method, path, opener } of calls) {
      if (opener === undefined || opener === "people") {
        await t.step(`${method} ${path}: no key opens it`, async () => {
          const answer = await callAs(await keyWith(...ALL_SCOPES), method, await callOf(method, path));
          assert.deepEqual([answer.status, answer.code], [403, "scope_missing"], answer.text);
        });
        continue;
      }
      await t.step(`${method} ${path}: ${opener} opens it, and nothing else does`, async () => {
        const call = await callOf(method, path);
        for (
          const scopes of [
            [ALL_SCOPES.find((scope) => scope !== opener) ?? ""],
            ALL_SCOPES.filter((scope) => scope !== opener),
          ]
        ) {
          const refused = await callAs(await keyWith(...scopes), method, call);
          assert.deepEqual([refused.status, refused.code], [403, "scope_missing"], refused.text);
          assert.ok(refused.text.includes(opener), refused.text);
        }
        const answer = await callAs(await keyWith(opener), method, call);
        assert.ok(answer.code !== "scope_missing" && ![401, 405, 500].includes(answer.status), answer.text);
        if (call.succeeds) assert.ok(answer.status < 300, `${answer.status} ${answer.text}`);
      });
      await sql`delete from calendar_sync.api_keys`;
      await sql`delete from calendar_sync.feeds`;
    }

    await t.step("it reads what its user reads, and does what its user does", async () => {
      const key = await keyWith(...ALL_SCOPES);
      for (
        const path of [
          "/status",
          "/problems",
          "/obligations",
          "/obligation_types",
          "/providers",
          `/explain?obligation_id=${obligation_id}`,
        ]
      ) {
        const [ours, theirs] = [await callAs(key, "GET", { path }), await api.request("GET", path)];
        assert.deepEqual([ours.status, JSON.parse(ours.text)], [200, await theirs.json()], path);
      }
      const sync = await callAs(key, "POST", { path: "/sync", body: {} });
      assert.deepEqual([sync.status, sync.text], [202, '{"queued":1}']);
    });

    await t.step("no spelling of an address leads past the scopes", async () => {
      const key = await keyWith("status:read");
      const body = { name: "x" };
      for (
        const path of [
          "/feeds",
          "/feeds/",
          "//feeds",
          "/./feeds",
          "/%66eeds",
          "/FEEDS",
          "/status/../feeds",
          "/feeds?x=/status",
          "/status%2f..%2ffeeds",
        ]
      ) {
        const { status, code } = await callWithKey(stack, key, "POST", path, body);
        assert.ok(status === 403 && code === "scope_missing", `${path}: ${status} ${code}`);
      }
      assert.equal((await sql`select from calendar_sync.feeds`).length, 0);
      assert.equal((await callWithKey(stack, key, "HEAD", "/status")).status, 200);
      assert.equal((await callWithKey(stack, key, "HEAD", "/evidence")).status, 403);
      assert.equal((await callWithKey(stack, key, "GET", "/nowhere")).status, 403);
      assert.equal((await callWithKey(stack, key, "PUT", "/status")).status, 403);
    });

    await t.step("a key in the address is refused, good or not, with and without a session", async () => {
      const key = await keyWith(...ALL_SCOPES);
      for (
        const path of [
          `/status?key=${key}`,
          `/status?x=y${key}z`,
          `/status?${key}`,
          `/feeds/${key}`,
          `/obligations?search=${key.slice(0, 40)}`,
          `/status?k=${key.replaceAll("_", "%5F")}`,
        ]
      ) {
        for (
          const answer of [
            await api.request("GET", path),
            await callWithKey(stack, key, "GET", path),
            await callWithKey(stack, "x", "GET", path),
          ]
        ) {
          const text = "text" in answer && typeof answer.text === "string"
            ? answer.text
            : await new Response(answer instanceof Response ? answer.body : null).text();
          assert.equal(answer.status, 400, `${path}: ${text}`);
          assert.match(text, /key_in_query/);
          assert.ok(!text.includes(key.slice(-49)), "the answer does not repeat it");
        }
      }
    });

    await t.step("the database lets a key call the functions of its scopes and no others", async () => {
      const functions = await sql<{ name: string; scope: string | null }[]>`
        select distinct proname::text as name, calendar_sync.scope_of(proname) as scope from pg_catalog.pg_proc
        where pronamespace = 'public'::regnamespace and proname like 'calendar\\_%'
        union all values ('set_config', null), ('calendar_sync.tick', null), ('', null)`;
      assert.ok(functions.filter(({ scope }) => scope !== null).length >= 13);
      for (const scope of ALL_SCOPES) {
        const { id } = await keyFrom(api, { name: "x", scopes: [scope] });
        for (const { name, scope: needed } of functions) {
          const response = await fetch(`${stack.apiUrl}/rest/v1/rpc/calendar_call_with_key`, {
            method: "POST",
            headers: { apikey: stack.secretKey, "content-type": "application/json" },
            body: JSON.stringify({ p_key_id: id, p_function: name, p_args: {} }),
          });
          const text = await response.text();
          if (needed === scope) assert.doesNotMatch(text, /does not open/, name);
          else {assert.deepEqual(
              [response.ok, /"42501"/.test(text)],
              [false, true],
              `${scope} ${name}: ${text}`,
            );}
        }
      }
    });

    await t.step("what users may call is not open to users as somebody's key", async () => {
      const { id } = await keyFrom(api, { name: "x", scopes: ["status:read"] });
      for (
        const [name, args] of [
          ["calendar_call_with_key", { p_key_id: id, p_function: "calendar_status", p_args: {} }],
          ["calendar_use_key", { p_key_id: id, p_secret_hash: "00", p_sync: false, p_limit: 1 }],
        ] as const
      ) {
        const response = await fetch(`${stack.apiUrl}/rest/v1/rpc/${name}`, {
          method: "POST",
          headers: { ...api.headers(), "content-type": "application/json" },
          body: JSON.stringify(args),
        });
        assert.match(await response.text(), /42501/, name);
      }
    });
  } finally {
    await scene.close();
  }
});
