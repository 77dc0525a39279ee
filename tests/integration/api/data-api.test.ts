import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { z } from "zod";
import { testEngine } from "../../support/engine-test.ts";
import { openScene } from "../../support/scene.ts";
import { move } from "../proposals/support.ts";

const CALLS_PER_MINUTE = 20;
const SYNCS_PER_MINUTE = 2;

const Problem = z.looseObject({ code: z.string(), message: z.string().min(1) });

Deno.test({
  name: "what the Data API offers to users has a limit of its own",
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const scene = await openScene();
  const { sql, stack } = scene;
  try {
    await sql`update calendar_sync.options set rpc_calls_per_minute = ${CALLS_PER_MINUTE}`;
    const { id, api, integration } = await scene.connectedUser();
    const call = (name: string, headers: Readonly<Record<string, string>> = {}) =>
      fetch(`${stack.apiUrl}/rest/v1/rpc/${name}`, {
        method: "POST",
        headers: { ...api.headers(), ...headers, "content-type": "application/json" },
        body: "{}",
      });
    const statuses = async (name: string, count: number) => {
      const seen: number[] = [];
      for (let calls = 0; calls < count; calls++) {
        const answer = await call(name);
        await answer.body?.cancel();
        seen.push(answer.status);
      }
      return seen;
    };
    const forget = () => sql`delete from calendar_sync.calls where caller = ${id}`;

    await t.step("calendar_sync_now: a tenth of the calls, then 429 with a body that says so", async () => {
      await forget();
      assert.deepEqual(await statuses("calendar_sync_now", SYNCS_PER_MINUTE), [200, 200]);
      const refused = await call("calendar_sync_now");
      assert.equal(refused.status, 429);
      assert.match(Problem.parse(await refused.json()).message, /^Too many calls\. Try again in \d+ s\.$/);
      assert.deepEqual(await statuses("calendar_status", 1), [200], "other calls go on");
    });

    await t.step("calendar_retry and calendar_resume have the same tenth", async () => {
      await forget();
      const body = JSON.stringify({ p_integration_id: crypto.randomUUID() });
      const seen: number[] = [];
      for (const name of ["calendar_retry", "calendar_resume", "calendar_retry"]) {
        const answer = await fetch(`${stack.apiUrl}/rest/v1/rpc/${name}`, {
          method: "POST",
          headers: { ...api.headers(), "content-type": "application/json" },
          body,
        });
        await answer.body?.cancel();
        seen.push(answer.status);
      }
      assert.deepEqual(seen, [200, 200, 429]);
    });

    await t.step(
      "what has a calendar looked at by a change of it has the same tenth, and the table takes no change",
      async () => {
        await forget();
        const update = async (change: Readonly<Record<string, unknown>>) => {
          const answer = await fetch(`${stack.apiUrl}/rest/v1/rpc/calendar_update_integration`, {
            method: "POST",
            headers: { ...api.headers(), "content-type": "application/json" },
            body: JSON.stringify({ p_integration_id: integration.id, ...change }),
          });
          await answer.body?.cancel();
          return answer.status;
        };
        const noted = () =>
          sql`select from calendar_sync.activity where user_id = ${id} and action like 'switched_%'`;
        const before = (await noted()).length;
        const seen: number[] = [];
        for (const p_sync_enabled of [false, true, false, true, false, true]) {
          seen.push(await update({ p_sync_enabled }));
        }
        assert.deepEqual(seen, [200, 200, 200, 200, 200, 429]);
        assert.equal(await update({ p_settings: { title_template: "{title}!" } }), 429);
        assert.equal(await update({ p_settings: { reminders_minutes: [] } }), 200, "other settings go on");
        assert.equal((await noted()).length, before + 5);
        const table = await fetch(`${stack.apiUrl}/rest/v1/calendar_integrations?id=eq.${integration.id}`, {
          method: "PATCH",
          headers: { ...api.headers(), "content-type": "application/json" },
          body: JSON.stringify({ sync_enabled: true }),
        });
        assert.equal(table.status, 403);
        await table.body?.cancel();
        assert.equal((await noted()).length, before + 5);
      },
    );

    await t.step("reading: as many calls as the option says, and of nobody else's less", async () => {
      await forget();
      assert.deepEqual(
        await statuses("calendar_status", CALLS_PER_MINUTE + 1),
        [...Array(CALLS_PER_MINUTE).fill(200), 429],
      );
      assert.deepEqual(await statuses("calendar_feeds", 1), [429]);
      const { api: another } = await scene.newUser();
      const answer = await fetch(`${stack.apiUrl}/rest/v1/rpc/calendar_status`, {
        method: "POST",
        headers: { ...another.headers(), "content-type": "application/json" },
        body: "{}",
      });
      assert.equal(answer.status, 200);
      assert.deepEqual(await answer.json(), []);
    });

    await t.step(
      "of what the Calendar API asks nothing counts: its own limit alone holds there",
      async () => {
        await forget();
        const { id: integration_id } = (await api.status())[0] ?? {};
        const seen: number[] = [];
        for (let calls = 0; calls < CALLS_PER_MINUTE * 2; calls++) {
          const [path, body] = calls % 2 === 0 ? ["/sync", {}] : ["/reapply", { integration_id }];
          const answer = await api.request("POST", String(path), body);
          await answer.body?.cancel();
          seen.push(answer.status);
        }
        assert.deepEqual(new Set(seen), new Set([202]));
        assert.deepEqual(await statuses("calendar_sync_now", SYNCS_PER_MINUTE + 1), [200, 200, 429]);
      },
    );

    await t.step("a call is let off for its user's own admission, and for none that is made up", async () => {
      const { id: other_id, api: other } = await scene.newUser();
      await other.status();
      const admissionOf = async (user_id: string) => {
        const [row] = await sql<{ admission: string }[]>`
          select admission from calendar_sync.calls where caller = ${user_id} and scope = 'all' limit 1`;
        return row?.admission ?? "";
      };
      const counted = async () =>
        Number(
          (await sql`select count(*) from calendar_sync.calls where caller = ${id} and scope = 'rpc'`)[0]
            ?.count,
        );
      for (
        const [admission, counts] of [
          [await admissionOf(id), 0],
          [await admissionOf(other_id), 1],
          [crypto.randomUUID(), 1],
          ["' or true", 1],
        ] as const
      ) {
        const before = await counted();
        const answer = await call("calendar_status", { "x-calendar-admission": admission });
        await answer.body?.cancel();
        assert.equal(answer.status, 200);
        assert.equal(await counted() - before, counts, admission);
      }
    });
  } finally {
    await scene.close();
  }
});

testEngine("a token without `sub` gets nothing", [
  {
    name: "no function of users answers with anything, and nothing changes",
    async show(engine) {
      const { sql } = engine;
      const { id, user_id } = await engine.integration();
      const [moved = ""] = await engine.insert(user_id, 2);
      await engine.drain();
      const proposal_id = await move(engine, id, moved);
      // What is nobody's any more must not look like what belongs to a caller who is nobody.
      const left = await engine.integration();
      await engine.insert(left.user_id, 1);
      await engine.drain();
      await sql`delete from auth.users where id = ${left.user_id}`;
      const functions = await sql<{ name: string; arguments: number }[]>`
        select proname as name, pronargs::int as arguments from pg_proc
        where pronamespace = 'public'::regnamespace and proname like 'calendar\\_%'
          and has_function_privilege('authenticated', oid, 'execute') order by 1`;
      assert.ok(functions.length >= 12, String(functions.length));
      const before = await contents(sql);
      const owned = new Set([
        "calendar_evidence",
        "calendar_explain",
        "calendar_reapply",
        "calendar_resume",
        "calendar_retry",
        "calendar_sync_now",
        "calendar_test_event",
        "calendar_send_test_event",
        "calendar_remove_test_event",
        "calendar_update_integration",
        "calendar_delete_feed",
        "calendar_delete_key",
        "calendar_update_feed",
      ]);
      const notices = await sql<{ id: string }[]>`select id from calendar_sync.notices`;
      assert.ok(notices.length > 0);
      const argumentsOf = (name: string): readonly string[] => {
        if (owned.has(name)) return [`'${id}'`, `'${left.id}'`];
        if (/_proposal$/.test(name)) return [`'${proposal_id}'`];
        if (/_notice$/.test(name)) return notices.map((notice) => `'${notice.id}'`);
        return [SETTINGS.has(name) && /change|update/.test(name) ? "'{}'" : ""];
      };
      for (const { name } of functions) {
        for (const argument of argumentsOf(name)) {
          const answer = await asNobody(sql, `select public.${name}(${argument}) as answer`);
          const said = SETTINGS.has(name) ? ofOnePerson.parse(answer) : answer;
          assert.ok(isNothing(said), `${name}: ${JSON.stringify(answer)}`);
        }
      }
      assert.ok(isNothing(await asNobody(sql, "select public.calendar_sync_now() as answer")));
      for (const table of ["obligations", "calendar_integrations", "calendar_event_mappings"]) {
        assert.equal(Number(await asNobody(sql, `select count(*) as answer from public.${table}`)), 0, table);
      }
      assert.deepEqual(await contents(sql), before);
    },
  },
]);

/** Without a user they answer with what holds for everybody who has chosen nothing. */
const SETTINGS = new Set([
  "calendar_notifications",
  "calendar_change_notifications",
  "calendar_preferences",
  "calendar_update_preferences",
]);
/** What of that would be one person's. */
const ofOnePerson = z.object({ email: z.unknown(), suppressed: z.unknown(), time_zone: z.unknown() })
  .partial()
  .transform(({ email = null, suppressed = null, time_zone = null }) => [email, suppressed, time_zone]);

async function asNobody(sql: Sql, query: string): Promise<unknown> {
  return await sql.begin(async (own) => {
    await own`select set_config('request.jwt.claims', '{"role": "authenticated"}', true)`;
    await own`set local role authenticated`;
    const [row] = await own.unsafe(query);
    return row?.["answer"] ?? null;
  });
}

/** Null, false, 0, or an object or a list in which there is nothing else. */
function isNothing(answer: unknown): boolean {
  if (answer === null || answer === false || answer === 0) return true;
  // Of a decision on a proposal.
  if (JSON.stringify(answer) === '{"kind":"not_found"}') return true;
  return typeof answer === "object" && Object.values(answer).every(isNothing);
}

async function contents(sql: Sql): Promise<unknown> {
  const [row] = await sql`select
    (select jsonb_agg(to_jsonb(each) - 'updated_at' order by id) from public.calendar_integrations as each) as integrations,
    (select count(*)::int from calendar_sync.changes) as changes,
    (select count(*)::int from calendar_sync.calls) as calls`;
  return row;
}
