import assert from "node:assert/strict";
import { testEngine } from "../../support/engine-test.ts";

const WORKER = "a0000000-0000-0000-0000-000000000000";

testEngine("an administrator sees what is wrong", [
  {
    name: "every view may be clicked on, shows what it says it does, and changes nothing",
    async show(engine) {
      const { sql } = engine;
      const well = await engine.integration();
      const paused = await engine.integration();
      const failing = await engine.integration({ provider: "outlook" });
      const [rejected = "", given_up = ""] = await engine.insert(failing.user_id, 2, "Report");
      await sql`update public.obligations set obligation_type = 'emission' where user_id = ${failing.user_id}`;
      const [lane] = await engine.claim(WORKER);
      assert.ok(lane);
      await engine.record(
        WORKER,
        lane,
        ({ obligation_id }) =>
          obligation_id === rejected ? { kind: "failed", error: "tooLong" } : { kind: "retry", counts: true },
      );
      await sql`update calendar_sync.jobs set attempts = 8, failed_at = now(), last_error = 'server_error' where obligation_id = ${given_up}`;
      await engine.insert(well.user_id, 1);
      await engine.drain();
      await sql`select calendar_admin.pause(${paused.id}, 'A question of ours')`;
      await engine.insert(paused.user_id, 1);
      await sql`update public.calendar_integrations set last_error = '{"code": "configuration", "message": "Refused."}' where id = ${well.id}`;
      await engine.insert(well.user_id, 1);
      await engine.pass(330);
      await sql`update calendar_sync.providers set open_since = now(), probe_at = now() + interval '5 s' where name = 'outlook'`;
      await sql`insert into calendar_sync.provider_calls (provider, integration_id, calls) values ('google', ${well.id}, 300)`;
      await sql`select calendar_sync.note_incident('wake_up', '42P01', 'no such table')`;
      await sql`insert into calendar_sync.wake_up_calls (request_id, at) values (-1, now()), (-2, now() - interval '1 s')`;
      await sql`insert into net._http_response (id, status_code, timed_out) values (-2, 401, false)`;

      const views = await sql<{ name: string }[]>`
        select relname as name from pg_class where relnamespace = 'calendar_admin'::regnamespace and relkind = 'v'`;
      const before = await engine.versions();
      for (const { name } of views) await sql.unsafe(`select * from calendar_admin.${name}`);
      assert.deepEqual(await engine.versions(), before);

      const of = async (view: string, where = "true") =>
        (await sql.unsafe(`select * from calendar_admin.${view} where ${where}`)).map((row) => ({ ...row }));
      const pick = (rows: readonly Record<string, unknown>[], ...keys: string[]) =>
        rows.map((row) => keys.map((key) => row[key]));

      const states = pick(await of("integrations"), "integration_id", "state", "waiting_changes", "given_up");
      assert.deepEqual(
        new Map(states.map(([id, ...rest]) => [id, rest])),
        new Map([
          [well.id, ["syncs", "1", "0"]],
          [paused.id, ["paused by an administrator", "1", "0"]],
          [failing.id, ["syncs", "0", "2"]],
        ]),
      );
      const [first] = await of(
        "integrations",
        `integration_id = '${well.id}' and waiting_since < now() - interval '80 s'`,
      );
      assert.equal(first?.["user_id"], well.user_id);

      const troubled = pick(await of("failing_integrations"), "integration_id", "code", "what_to_do");
      assert.deepEqual(new Set(troubled.map(([id]) => id)), new Set([well.id, paused.id]));
      assert.match(String(troubled.find(([id]) => id === paused.id)?.[2]), /calendar_admin\.resume/);
      assert.match(String(troubled.find(([id]) => id === well.id)?.[2]), /supabase secrets set/);

      const [slowest] = await of("slowest_lanes");
      assert.deepEqual([slowest?.["integration_id"], slowest?.["why"]], [well.id, "no worker has come yet"]);

      assert.deepEqual(
        new Set(
          pick(await of("stuck_jobs"), "obligation_id", "state", "reason", "title").map((row) => row.join()),
        ),
        new Set([
          `${rejected},rejected by the provider,tooLong,Report 1`,
          `${given_up},given up,server_error,Report 2`,
        ]),
      );
      await sql`update calendar_sync.jobs set last_error = 'changed_again' where obligation_id = ${rejected}`;
      const [left] = await of("stuck_jobs", `obligation_id = '${rejected}'`);
      assert.equal(left?.["state"], "left alone: somebody else keeps moving it");
      assert.deepEqual(pick(await of("most_synced_types"), "obligation_type", "changes"), [["(none)", "1"]]);
      assert.deepEqual(pick(await of("circuit_breakers"), "provider", "state"), [
        ["caldav", "closed"],
        ["google", "closed"],
        ["outlook", "open: the provider cannot be reached"],
      ]);
      assert.deepEqual(
        pick(await of("quota", "integration_id is not null"), "integration_id", "used", "percent_used").slice(
          0,
          1,
        ),
        [[well.id, "300", "50.0"]],
      );
      assert.deepEqual(pick(await of("incidents"), "what", "message"), [[
        "the worker could not be woken",
        "no such table",
      ]]);
      assert.deepEqual(
        pick(await of("wake_up_calls", "request_id < 0"), "request_id", "status_code", "is_good"),
        [
          ["-1", null, null],
          ["-2", 401, false],
        ],
      );
      const [act] = await of("recent_activity", "action = 'paused'");
      assert.deepEqual([act?.["integration_id"], act?.["reason"]], [paused.id, "A question of ours"]);

      const unwell = pick(await of("health", "not ok"), "name").flat();
      assert.deepEqual(unwell, [
        "tick",
        "wake_up",
        "queue",
        "provider outlook",
        "client of google",
        "given up",
        "incidents",
      ]);
      assert.equal((await of("health", "(what_to_do is null) <> ok")).length, 0);
      // The database of this test is none of pg_cron's.
      await sql`delete from cron.job_run_details`;
    },
  },
  {
    name:
      "no view shows a token or the id of one, and each says what it is, as does every column that needs it",
    async show({ sql }) {
      const secret = await sql`
        select attrelid::regclass::text, attname from pg_attribute join pg_class on pg_class.oid = attrelid
        where relnamespace = 'calendar_admin'::regnamespace and attname ~ 'secret|token|hash'`;
      assert.deepEqual([...secret], []);
      const silent = await sql`
        select oid::regclass::text as name from pg_class
        where relnamespace = 'calendar_admin'::regnamespace and relkind = 'v' and obj_description(oid, 'pg_class') is null
        union all
        select oid::regprocedure::text from pg_proc
        where pronamespace = 'calendar_admin'::regnamespace and obj_description(oid, 'pg_proc') is null`;
      assert.deepEqual([...silent], []);
      const runs_as_owner = await sql`
        select oid::regclass::text as name from pg_class
        where relnamespace = 'calendar_admin'::regnamespace and relkind = 'v' and not coalesce(reloptions @> '{security_invoker=true}', false)
        union all
        select oid::regprocedure::text from pg_proc where pronamespace = 'calendar_admin'::regnamespace and prosecdef order by name`;
      // They try what the functions do as their owner, and change nothing.
      assert.deepEqual(runs_as_owner.map(({ name }) => name), [
        "calendar_admin.check_adapter()",
        "calendar_admin.check_vault()",
      ]);
    },
  },
  {
    name: "no role of the API gets in",
    async show({ sql }) {
      for (const role of ["anon", "authenticated", "service_role"]) {
        await assert.rejects(async () =>
          await sql.begin(async (own) => {
            await own.unsafe(`set local role ${role}`);
            await own`select * from calendar_admin.health`;
          }), /permission denied for schema calendar_admin/);
      }
    },
  },
]);
