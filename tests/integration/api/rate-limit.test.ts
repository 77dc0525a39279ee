import assert from "node:assert/strict";
import type { CalendarApi } from "../../support/calendar-api.ts";
import { checkAgainst } from "../../support/document-check.ts";
import { openScene } from "../../support/scene.ts";
import { apiDocument } from "../../../supabase/functions/calendar/document.ts";

const LIMIT = 20;
const SYNC_LIMIT = 2;

Deno.test({
  name: "each user may make so many calls within a minute, from the origins that are let in",
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const scene = await openScene("google", { CALENDAR_RATE_LIMIT_PER_MINUTE: String(LIMIT) });
  const { stack, sql, redirect_to } = scene;
  const base = `${stack.apiUrl}/functions/v1/calendar`;
  const document = checkAgainst(JSON.parse(JSON.stringify(apiDocument())));
  const statusOf = async (api: CalendarApi, method: string, path: string) => {
    const response = await api.request(method, path);
    await document.check(method, path, response);
    return response.status;
  };
  const times = async (count: number, act: () => Promise<number>) => {
    const statuses: number[] = [];
    for (let n = 0; n < count; n++) statuses.push(await act());
    return statuses;
  };
  /** Makes all calls of a user, or those of one scope, happen so many seconds earlier. */
  const earlier = async (user_id: string, seconds: number, scope: string | null = null) => {
    await sql`update calendar_sync.calls set at = at - make_interval(secs => ${seconds})
      where caller = ${user_id} and scope = coalesce(${scope}, scope)`;
  };
  try {
    await t.step(
      "as many pass as are allowed, the next is told when to come back, and then passes",
      async () => {
        const { id, api } = await scene.newUser();
        const passed = await times(LIMIT, () => statusOf(api, "GET", "/problems"));
        assert.deepEqual(new Set(passed), new Set([200]));
        const refused = await api.request("GET", "/status");
        const wait_s = Number(refused.headers.get("retry-after"));
        assert.equal(refused.status, 429);
        const body = JSON.parse(await document.check("GET", "/status", refused));
        assert.equal(body.code, "rate_limited");
        assert.ok(Number.isInteger(wait_s) && wait_s >= 50 && wait_s <= 60, String(wait_s));
        // The window slides: each call makes room for one when it is a minute old.
        await sql`update calendar_sync.calls set at = clock_timestamp() - interval '59.5 s' where caller = ${id}`;
        const late = await api.request("GET", "/status");
        assert.equal(late.headers.get("retry-after"), "1");
        await late.body?.cancel();
        await sql`update calendar_sync.calls set at = clock_timestamp() - interval '30 s' where caller = ${id}`;
        await sql`update calendar_sync.calls set at = clock_timestamp() - interval '60 s'
          where ctid in (select ctid from calendar_sync.calls where caller = ${id} and scope = 'all' limit 3)`;
        const again = await times(5, () => statusOf(api, "GET", "/status"));
        assert.deepEqual(again, [200, 200, 200, 429, 429]);
      },
    );

    await t.step("of calls side by side exactly as many pass", async () => {
      const { api } = await scene.newUser();
      const statuses = await Promise.all(Array.from({ length: 100 }, () => statusOf(api, "GET", "/status")));
      assert.equal(statuses.filter((status) => status === 200).length, LIMIT);
      assert.equal(statuses.filter((status) => status === 429).length, 100 - LIMIT);
    });

    await t.step("Sync now may be a tenth of them, and one that is refused counts all the same", async () => {
      const { id, api } = await scene.newUser();
      const syncs = await times(5, () => statusOf(api, "POST", "/sync"));
      assert.deepEqual(syncs, [202, 202, 429, 429, 429]);
      const others = await times(LIMIT - 5 + 1, () => statusOf(api, "GET", "/status"));
      assert.deepEqual(others, [...Array(LIMIT - 5).fill(200), 429]);
      await earlier(id, 61, "all");
      assert.equal(await statusOf(api, "POST", "/sync"), 429, "a minute has not passed since those two");
      await earlier(id, 61);
      assert.equal(await statusOf(api, "POST", "/sync"), 202);
      const side_by_side = await Promise.all(
        Array.from({ length: 15 }, () => statusOf(api, "POST", "/sync")),
      );
      assert.equal(side_by_side.filter((status) => status === 202).length, SYNC_LIMIT - 1);
    });

    await t.step("what has one calendar looked at is a call like any other", async () => {
      const { api } = await scene.newUser();
      const body = { integration_id: crypto.randomUUID() };
      const seen: number[] = [];
      for (let n = 0; n <= LIMIT; n++) {
        const path = ["/reapply", "/retry", "/resume"][n % 3] ?? "";
        const response = await api.request("POST", path, body);
        await document.check("POST", path, response);
        seen.push(response.status);
      }
      assert.deepEqual(seen, [...Array(LIMIT).fill(404), 429]);
    });

    await t.step("a Sync now that is refused as a call is not counted as one", async () => {
      const { id, api } = await scene.newUser();
      await times(LIMIT, () => statusOf(api, "GET", "/status"));
      assert.deepEqual(await times(3, () => statusOf(api, "POST", "/sync")), [429, 429, 429]);
      await earlier(id, 61);
      assert.deepEqual(await times(3, () => statusOf(api, "POST", "/sync")), [202, 202, 429]);
    });

    await t.step("every call counts, whatever comes of it, and nobody else pays for it", async () => {
      const { api } = await scene.newUser();
      for (const [method, path] of [["GET", "/nothing"], ["PUT", "/status"], ["POST", "/confirm"]]) {
        for (let n = 0; n < 6; n++) await (await api.request(method ?? "", path ?? "")).body?.cancel();
      }
      assert.deepEqual(await times(3, () => statusOf(api, "GET", "/status")), [200, 200, 429]);
      const { api: another } = await scene.newUser();
      assert.equal(await statusOf(another, "GET", "/status"), 200);
    });

    await t.step("with a limit below ten one Sync now is possible", async () => {
      const user_id = crypto.randomUUID();
      const waits: number[] = [];
      for (let n = 0; n < 2; n++) {
        const [row] = await sql<{ wait_s: number }[]>`
          select (public.calendar_count_call(${user_id}, true, 3) ->> 'wait_s')::int as wait_s`;
        waits.push(row?.wait_s ?? -1);
      }
      assert.equal(waits[0], 0);
      assert.ok((waits[1] ?? 0) > 0);
    });

    await t.step("a user who called can be deleted, and the tick drops calls that are over", async () => {
      const { id, api } = await scene.newUser();
      await statusOf(api, "GET", "/status");
      await sql`delete from auth.users where id = ${id}`;
      await earlier(id, 61);
      await sql`select calendar_sync.tick()`;
      assert.equal((await sql`select from calendar_sync.calls where caller = ${id}`).length, 0);
      assert.ok((await sql`select from calendar_sync.calls`).length > 0, "those of the others stay");
    });

    await t.step("a call appends one row and changes none", async () => {
      const user_id = crypto.randomUUID();
      await sql.begin(async (transaction) => {
        const writes = async () => {
          const [row] = await transaction<{ appended: number; changed: number }[]>`
            select n_tup_ins::int as appended, n_tup_upd::int + n_tup_del::int as changed
            from pg_stat_xact_user_tables where relname = 'calls'`;
          return [row?.appended ?? 0, row?.changed ?? 0];
        };
        const [appended_before = 0, changed_before = 0] = await writes();
        for (let n = 0; n <= LIMIT; n++) {
          await transaction`select public.calendar_count_call(${user_id}, false, ${LIMIT})`;
        }
        assert.deepEqual(await writes(), [appended_before + LIMIT, changed_before]);
      });
    });

    await t.step("no API role can read or reset them", async () => {
      for (const role of ["anon", "authenticated", "service_role"]) {
        await assert.rejects(
          sql.begin(async (transaction) => {
            await transaction.unsafe(`set local role ${role}`);
            await transaction`select from calendar_sync.calls`;
          }),
          /permission denied/,
        );
      }
      await assert.rejects(
        sql.begin(async (transaction) => {
          await transaction`set local role authenticated`;
          await transaction`select public.calendar_count_call(gen_random_uuid(), false, 1)`;
        }),
        /permission denied/,
      );
    });

    await t.step(
      "pages of the configured origins are let in, of no other, and may read what they need",
      async () => {
        const own = new URL(redirect_to).origin;
        const { api } = await scene.newUser();
        const ask = (method: string, origin: string, headers: Record<string, string>) =>
          fetch(`${base}/status`, { method, headers: { origin, ...headers } });
        for (const [origin, is_allowed] of [[own, true], ["https://evil.example", false]] as const) {
          const preflight = await ask("OPTIONS", origin, {
            "access-control-request-method": "PATCH",
            "access-control-request-headers": "authorization,apikey,content-type",
          });
          assert.equal(preflight.headers.get("access-control-allow-origin"), is_allowed ? origin : null);
          await preflight.body?.cancel();
          const answers = [await ask("GET", origin, api.headers()), await ask("GET", origin, {})];
          for (const answer of answers) {
            assert.equal(answer.headers.get("access-control-allow-origin"), is_allowed ? origin : null);
            await answer.body?.cancel();
          }
          if (!is_allowed) continue;
          assert.match(preflight.headers.get("access-control-allow-methods") ?? "", /PATCH/);
          assert.match(preflight.headers.get("access-control-allow-headers") ?? "", /authorization/);
          const exposed = answers[0]?.headers.get("access-control-expose-headers")?.toLowerCase() ?? "";
          assert.ok(exposed.includes("retry-after") && exposed.includes("link"), exposed);
        }
        await times(LIMIT, () => statusOf(api, "GET", "/status"));
        const refused = await ask("GET", own, api.headers());
        assert.equal(refused.status, 429);
        assert.equal(refused.headers.get("access-control-allow-origin"), own, "a refusal can be read too");
        await refused.body?.cancel();
      },
    );
  } finally {
    await scene.close();
  }
});
