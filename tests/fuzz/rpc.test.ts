import assert from "node:assert/strict";
import fc from "fast-check";
import type { Sql } from "postgres";
import { feedFrom } from "../integration/feeds/support.ts";
import { openScene } from "../support/scene.ts";
import { ADA } from "../support/subjects/subject.ts";
import { checkAnswers } from "./answers.ts";
import { userState } from "./database-state.ts";
import { readDocument } from "./document.ts";
import { asUser } from "./rows.ts";
import { forMany, RUNS, SEED } from "./runs.ts";
import { hostileJson, hostileText } from "./texts.ts";

/** A function that the Data API offers. */
interface DatabaseFunction {
  readonly name: string;
  readonly arguments: readonly { readonly name: string; readonly type: string }[];
  /** Whether a signed-in user may call it. */
  readonly is_for_users: boolean;
}

const INSTANTS = [
  "infinity",
  "-infinity",
  "10000-01-01T00:00:00Z",
  "2999-01-01T00:00:00Z",
  "0001-01-01",
  "x",
];

/** Settings with something wrong inside: past the Calendar API only the database looks at them. */
const settings = fc.oneof(
  hostileJson,
  fc.tuple(
    fc.constantFrom(
      "reminders_minutes",
      "completed_events",
      "obligation_types",
      "look_back_days",
      "look_ahead_days",
      "__proto__",
    ),
    fc.oneof(
      hostileJson,
      fc.constantFrom("[1.5]", '["1"]', "[1e5]", "[-1]", "[[1]]", "[1,1,1,1,1,1]", "[60]", "1e3", '"keep"'),
      fc.integer({ min: 1, max: 200 }).map((count) => JSON.stringify(Array(count).fill("x".repeat(2_000)))),
    ),
  ).map(([name, json]) => `{${JSON.stringify(name)}:${json}}`),
  fc.constantFrom(...INSTANTS).map((at) => JSON.stringify({ at })),
);

Deno.test({
  name: "whatever a user calls the database's own functions with, the user's calendars and feeds go on",
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const document = await readDocument();
  const answers = checkAnswers(document, { secrets: [] });
  const scene = await openScene("google");
  const { stack, sql } = scene;
  const statuses = new Map<number, number>();
  try {
    await sql`update calendar_sync.options set rpc_calls_per_minute = 1000000`;
    const bystander = await scene.connectedUser(ADA);
    const user = await scene.connectedUser(ADA);
    let feed = await feedFrom(user.api, "/feeds", { name: "x" });
    const their_feed = await feedFrom(bystander.api, "/feeds", { name: "x" });
    const functions = await databaseFunctions(sql);
    const untouched = await userState(sql, bystander.id);

    const call = async ({ name }: DatabaseFunction, body: string) => {
      const response = await fetch(`${stack.apiUrl}/rest/v1/rpc/${name}`, {
        method: "POST",
        headers: { ...user.api.headers(), "content-type": "application/json" },
        body,
      });
      statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
      const text = await response.text();
      assert.ok(response.status < 500, `${response.status} ${text.slice(0, 500)}`);
      return { status: response.status, text };
    };
    const argumentsOf = ({ arguments: args }: DatabaseFunction) => {
      const ids = [
        user.integration.id,
        feed.id,
        bystander.integration.id,
        their_feed.id,
        crypto.randomUUID(),
      ];
      const values = args.map(({ name, type }) => [name, valueOf(type, ids)]);
      const all = Object.fromEntries(values);
      const some = fc.record(all, { requiredKeys: [] });
      return fc.oneof({ weight: 4, arbitrary: fc.record(all) }, { weight: 1, arbitrary: some }).map((given) =>
        `{${Object.entries(given).map(([name, json]) => `${JSON.stringify(name)}:${json}`).join()}}`
      );
    };
    /** What the Settings page and the worker would stumble over. */
    const goesOn = async () => {
      for (const path of ["/status", "/feeds", "/problems", "/activity"]) {
        const response = await user.api.request("GET", path);
        await answers.check({ method: "GET", path, headers: {}, body: null, attack: "rpc" }, response);
        assert.equal(response.status, 200);
      }
    };

    await t.step("those that are for users", async () => {
      const offered = functions.filter(({ is_for_users }) => is_for_users);
      assert.ok(offered.length >= 10, `${offered.length} functions`);
      for (const one of offered) {
        // An earlier one may have ended it; and a user has twenty at most.
        await sql`delete from calendar_sync.feeds where id = ${feed.id}`;
        feed = await feedFrom(user.api, "/feeds", { name: "x" });
        await forMany(argumentsOf(one), async (body) => {
          const { status } = await call(one, body);
          if (status < 300 && /update|delete|resume/.test(one.name)) await goesOn();
        });
        assert.equal(await userState(sql, bystander.id), untouched, one.name);
      }
      await goesOn();
    });

    await t.step("an end of a feed that no clock shows", async () => {
      const update = functions.find(({ name }) => name === "calendar_update_feed");
      assert.ok(update);
      feed = await feedFrom(user.api, "/feeds", { name: "x" });
      for (const at of ["infinity", "10000-01-01T00:00:00Z"]) {
        const { status } = await call(update, JSON.stringify({ p_feed_id: feed.id, p_expiry: { at } }));
        assert.equal(status, 400, at);
      }
      const beyond = { name: "x", expires_at: "9999-12-31T23:59:59-14:00" };
      assert.equal((await user.api.request("POST", "/feeds", beyond)).status, 400);
      await goesOn();
    });

    await t.step("those that are not", async () => {
      for (const one of functions.filter(({ is_for_users }) => !is_for_users)) {
        const state = await userState(sql, user.id);
        await forMany(argumentsOf(one), async (body) => {
          const { status, text } = await call(one, body);
          assert.ok([400, 401, 403, 404].includes(status), `${one.name}: ${status} ${text}`);
        }, 0.1);
        assert.equal(await userState(sql, user.id), state, one.name);
        assert.equal(await userState(sql, bystander.id), untouched, one.name);
      }
    });

    await t.step(
      "settings and the switch, as SQL",
      () =>
        forMany(fc.tuple(settings, fc.option(fc.boolean())), async ([json, enabled]) => {
          await asUser(sql, user.id, (sql) =>
            sql`select public.calendar_update_integration(${user.integration.id}, ${enabled}, ${json}::text::jsonb)`)
            .catch(
              (error: unknown) => {
                assert.match(
                  String(error),
                  /must |may hold|are too long|violates|invalid input|not-null|Unicode|out of range|overflow/,
                );
              },
            );
          await goesOn();
        }, 0.5),
    );

    await t.step("and the calendar is still kept", async () => {
      const enabled = JSON.stringify({ p_integration_id: user.integration.id, p_sync_enabled: true });
      const update = functions.find(({ name }) => name === "calendar_update_integration");
      assert.ok(update);
      assert.equal((await call(update, enabled)).status, 200);
      // A test event that was asked for stays for minutes.
      const ended = await user.api.request("DELETE", `/test_event?integration_id=${user.integration.id}`);
      assert.equal(ended.status, 200);
      await asUser(sql, user.id, (sql) =>
        sql`
        insert into public.obligations (user_id, title, deadline_date) values (${user.id}, 'Alive', '2027-01-01')`);
      await scene.untilTitles(user.calendar_id, ["Alive"]);
    });
  } finally {
    const seen = [...statuses].sort(([a], [b]) => a - b).map(([status, times]) => `${status}×${times}`).join(
      " ",
    );
    console.log(`    FUZZ_SEED=${SEED} FUZZ_RUNS=${RUNS}: ${seen}`);
    await scene.close();
  }
});

async function databaseFunctions(sql: Sql): Promise<DatabaseFunction[]> {
  return await sql<DatabaseFunction[]>`
    select p.proname as name, has_function_privilege('authenticated', p.oid, 'execute') as is_for_users,
      coalesce((
        select jsonb_agg(jsonb_build_object('name', name, 'type', format_type(type, null)) order by n)
        from unnest(p.proargnames, p.proargtypes::oid[]) with ordinality as argument (name, type, n)
      ), '[]') as arguments
    from pg_proc as p
    where p.pronamespace = 'public'::regnamespace and p.proname like 'calendar\\_%' and p.prorettype <> 'trigger'::regtype
    order by 1`;
}

/** A value for an argument, spelt as JSON. */
function valueOf(type: string, ids: readonly string[]): fc.Arbitrary<string> {
  const text = hostileText.map((one) => JSON.stringify(one));
  switch (type) {
    case "uuid":
      return fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom(...ids).map((id) => JSON.stringify(id)) },
        text,
      );
    case "jsonb":
      return settings;
    case "integer":
      return fc.constantFrom(
        "0",
        "-1",
        "1",
        "2147483647",
        "-2147483648",
        "2147483648",
        "1.5",
        "null",
        '"NaN"',
      );
    default:
      return fc.oneof(text, hostileJson, fc.constantFrom(...INSTANTS).map((at) => JSON.stringify(at)));
  }
}
