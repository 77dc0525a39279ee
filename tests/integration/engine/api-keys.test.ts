import assert from "node:assert/strict";
import type { TransactionSql } from "postgres";
import { createApiKey } from "../../../supabase/functions/_shared/platform/api-keys.ts";
import type { Engine } from "../../support/engine.ts";
import { testEngine } from "../../support/engine-test.ts";

const STRANGER = "99999999-0000-4000-8000-000000000000";

async function makeKey({ sql }: Engine, user_id: string, scopes: readonly string[]): Promise<string> {
  const { key_id, secret_hash } = await createApiKey();
  await sql`select public.calendar_create_key(${user_id}, 'x', ${[
    ...scopes,
  ]}, null, ${key_id}, ${secret_hash})`;
  return key_id;
}

/** What the Data API makes of a caller with the secret key. */
async function asService({ sql }: Engine, act: (own: TransactionSql) => Promise<unknown>): Promise<unknown> {
  return await sql.begin(async (own) => {
    await own`select set_config('request.jwt.claims', '{"role": "service_role"}', true), set_config('role', 'service_role', true)`;
    return await act(own);
  });
}

testEngine("what a call with an API key is to the database", [
  {
    name: "afterwards the session is the service's again, its claims too",
    async show(engine) {
      const { user_id } = await engine.integration();
      const key_id = await makeKey(engine, user_id, ["status:read"]);
      const after = await asService(engine, async (own) => {
        await own`select public.calendar_call_with_key(${key_id}, 'calendar_status', '{}')`;
        const [row] = await own`select current_user::text as role, auth.uid() as user_id,
          current_setting('request.jwt.claims') as claims, current_setting('calendar_sync.key_id') as key_id`;
        return { ...row };
      });
      assert.deepEqual(after, {
        role: "service_role",
        user_id: null,
        claims: '{"role": "service_role"}',
        key_id: "",
      });
    },
  },
  {
    name:
      "it runs as its user under row level security, and a policy that asks for more than the user's id refuses it",
    own_database: true,
    async show(engine) {
      const { sql } = engine;
      const { user_id } = await engine.integration();
      const other = await engine.integration();
      await engine.insert(user_id, 3);
      await engine.insert(other.user_id, 2);
      const key_id = await makeKey(engine, user_id, ["status:read"]);
      await sql`create or replace function public.calendar_status() returns jsonb language sql volatile as $$
        select jsonb_build_object('role', current_user, 'rows', (select count(*) from public.obligations)) $$`;
      const seen = () =>
        asService(engine, async (own) => {
          const [row] =
            await own`select public.calendar_call_with_key(${key_id}, 'calendar_status', '{}') as answer`;
          return row?.answer;
        });
      assert.deepEqual(await seen(), { role: "authenticated", rows: 3 });
      await sql`create policy second_factor on public.obligations as restrictive for select to authenticated
        using ((select auth.jwt() ->> 'aal') = 'aal2')`;
      assert.deepEqual(await seen(), { role: "authenticated", rows: 0 });
    },
  },
  {
    name: "claims that an older Data API sets one by one never make it another user's call",
    async show(engine) {
      const { user_id } = await engine.integration();
      const key_id = await makeKey(engine, user_id, ["status:read"]);
      await assert.rejects(
        asService(engine, async (own) => {
          await own`select set_config('request.jwt.claim.sub', ${STRANGER}, true)`;
          await own`select public.calendar_call_with_key(${key_id}, 'calendar_status', '{}')`;
        }),
        /could not be made the user of the key/,
      );
    },
  },
  {
    name: "arguments are values, whatever is in them, and unknown ones are refused",
    async show(engine) {
      const { user_id } = await engine.integration();
      const key_id = await makeKey(engine, user_id, ["status:read", "sync:write"]);
      const call = (name: string, args: Record<string, unknown>) =>
        asService(
          engine,
          (own) =>
            own`select public.calendar_call_with_key(${key_id}, ${name}, ${
              JSON.stringify(args)
            }::text::jsonb)`,
        );
      await call("calendar_find_obligations", { p_search: "'); drop table public.obligations; --" });
      await assert.rejects(
        call("calendar_find_obligations", { "p_search => null); select 1; --": "x" }),
        /no such arguments/,
      );
      await assert.rejects(call("calendar_status", { p_user_id: STRANGER }), /no such arguments/);
      await assert.rejects(call("calendar_explain", { p_obligation_id: "x" }), /uuid/);
      await assert.rejects(call("calendar_status'()", {}), /does not open/);
      await assert.rejects(call("public.calendar_status", {}), /does not open/);
    },
  },
  {
    name: "a key that ended between the two calls does not open the second",
    async show(engine) {
      const { sql } = engine;
      const { user_id } = await engine.integration();
      const key_id = await makeKey(engine, user_id, ["status:read"]);
      const call = () =>
        asService(
          engine,
          (own) => own`select public.calendar_call_with_key(${key_id}, 'calendar_status', '{}')`,
        );
      await call();
      await sql`update auth.users set banned_until = now() + interval '1 hour' where id = ${user_id}`;
      await assert.rejects(call(), /opens nothing any more/);
      await sql`update auth.users set banned_until = null where id = ${user_id}`;
      await sql`update calendar_sync.api_keys set expires_at = now()`;
      await assert.rejects(call(), /opens nothing any more/);
      await sql`delete from calendar_sync.api_keys`;
      await assert.rejects(call(), /opens nothing any more/);
    },
  },
  {
    name: "every function that keys may call is a user's, and every one of them can be called so",
    async show(engine) {
      const rows = await engine.sql<
        { name: string; runs_as_owner: boolean; for_users: boolean; forms: number }[]
      >`
        select proname::text as name, bool_or(prosecdef) as runs_as_owner,
          bool_and(has_function_privilege('authenticated', oid, 'execute')) as for_users, count(*)::int as forms
        from pg_proc where pronamespace = 'public'::regnamespace and calendar_sync.scope_of(proname) is not null group by 1`;
      assert.ok(rows.length >= 14, String(rows.length));
      for (const { name, runs_as_owner, for_users, forms } of rows) {
        assert.deepEqual([runs_as_owner, for_users, forms], [false, true, 1], name);
      }
      const [listed] = await engine.sql`select array(
        select (regexp_matches(prosrc, 'when ''([^'']+)''', 'g'))[1] from pg_proc where proname = 'scope_of') as names`;
      assert.deepEqual([...listed?.names].sort(), rows.map(({ name }) => name).sort());
    },
  },
]);
