import assert from "node:assert/strict";
import type { Behaviour } from "../../support/engine-test.ts";
import { fullCalendar } from "../../support/full-calendar.ts";
import { noted, said } from "./answers.ts";

const WORKER = "a0000000-0000-0000-0000-000000000000";
const NOBODY = "99999999-0000-4000-8000-000000000000";

/** What an administrator may do with calendars that stay connected. */
export const ACTING: readonly Behaviour[] = [
  {
    name: "retry: what was given up is tried now, once more each time it is asked for",
    async show(engine) {
      const { sql } = engine;
      const { id, user_id } = await engine.integration();
      await engine.insert(user_id, 3);
      const [lane] = await engine.claim(WORKER);
      assert.ok(lane);
      await engine.record(WORKER, lane, { kind: "failed" }, { wait: { reason: "backoff", ms: 60_000 } });
      assert.deepEqual(await engine.claim(WORKER), []);
      assert.deepEqual(await said(sql`select * from calendar_admin.retry(${user_id}, 'Ticket 7')`), [
        [id, "3 changes that had been given up are tried now"],
      ]);
      const [again] = await engine.claim(WORKER);
      assert.equal(again?.jobs.length, 3);
      assert.ok(again.jobs.every(({ cause }) => cause?.by.startsWith("admin:")));
      await engine.retire(WORKER);
      assert.deepEqual(await said(sql`select * from calendar_admin.retry(${id})`), [
        [id, "0 changes that had been given up are tried now"],
      ]);
      assert.deepEqual(await noted(sql, "retried"), [["admin", "Ticket 7"], ["admin", null]]);
    },
  },
  {
    name: "resync: everything is compared and searched for, of all of a user's calendars",
    async show(engine) {
      const { sql } = engine;
      const { user_id } = await engine.integration();
      await engine.integration({ user_id });
      await engine.insert(user_id, 2);
      await engine.drain();
      await sql`delete from public.calendar_event_mappings`;
      assert.equal((await said(sql`select * from calendar_admin.resync(${user_id}, 'Restored')`)).length, 2);
      await sql`select calendar_admin.resync(${user_id})`;
      await engine.drain();
      const [row] = await sql`select count(*)::int as mapped,
        (select count(*)::int from calendar_sync.jobs where kind = 'find_orphans') as searched from public.calendar_event_mappings`;
      assert.deepEqual({ ...row }, { mapped: 4, searched: 0 });
      assert.equal((await noted(sql, "resynced")).length, 4);
      // The first two were the user's own doing.
      assert.deepEqual((await noted(sql, "created")).slice(-4).map(([by]) => by), Array(4).fill("admin"));
    },
  },
  {
    name: "pause: nothing but resume ends it, and its user reads why",
    async show(engine) {
      const { sql } = engine;
      const { id, user_id } = await engine.integration();
      await engine.insert(user_id, 1);
      const [lane] = await engine.claim(WORKER);
      assert.ok(lane);
      assert.deepEqual(
        await said(sql`select * from calendar_admin.pause(${id}, 'The account is examined.')`),
        [
          [id, "paused; a batch that is under way is still finished"],
        ],
      );
      assert.match(
        (await said(sql`select * from calendar_admin.pause(${id}, 'The account is examined.')`)).join(),
        /was paused already/,
      );
      const words =
        "An administrator has paused the sync of this calendar: The account is examined. It goes on once an administrator resumes it.";
      const untouched = async () => {
        const [row] = await sql`select status, last_error from public.calendar_integrations where id = ${id}`;
        assert.deepEqual({ ...row }, {
          status: "paused",
          last_error: {
            code: "configuration",
            message: words,
            details: { reason: "The account is examined" },
          },
        });
      };
      await untouched();
      // The worker that was at it, the user in every way there is, the night and the sweep.
      assert.equal(await engine.record(WORKER, lane), true);
      await untouched();
      await engine.insert(user_id, 1);
      const status = await engine.asUser(user_id, async (own) => {
        await own`select public.calendar_sync_now()`;
        await own`select public.calendar_resume(${id})`;
        await own`select public.calendar_update_integration(${id}, true, '{"completed_events": "remove"}')`;
        return await own<{ integration: { status: string; last_error: { message: string } } }[]>`
          select public.calendar_status() -> 0 as integration`;
      });
      assert.equal(status[0]?.integration.last_error.message, words);
      await sql`select public.calendar_set_calendar(${user_id}, ${id}, 'another', 'Another', 'other')`;
      await sql`update public.calendar_integrations set status = 'active' where id = ${id}`;
      await sql`select calendar_sync.nightly()`;
      await sql`select calendar_sync.sweep('00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff')`;
      await untouched();
      assert.deepEqual(await engine.claim(WORKER), []);

      assert.deepEqual(await said(sql`select * from calendar_admin.resume(${user_id}, 'Done')`), [
        [id, "resumed; what had waited is looked at now"],
      ]);
      assert.deepEqual(await said(sql`select * from calendar_admin.resume(${id})`), [[id, "was not paused"]]);
      assert.deepEqual(await engine.statusOf(id), { status: "active", code: null });
      await engine.drain();
      const [row] = await sql`select count(*)::int as events from public.calendar_event_mappings`;
      assert.equal(row?.["events"], 2);
      assert.deepEqual(await noted(sql, "paused"), [["admin", "The account is examined."]]);
      assert.deepEqual(await noted(sql, "resumed"), [["admin", "Done"]]);
    },
  },
  {
    name:
      "a paused account whose grant is lost stays paused when it is connected again, and its user may still leave",
    async show(engine) {
      const { sql } = engine;
      const { id, user_id } = await engine.integration();
      await sql`select calendar_admin.pause(${id})`;
      await sql`update public.calendar_integrations set status = 'disconnected', last_error = '{"code": "invalid_grant", "message": "…"}' where id = ${id}`;
      assert.deepEqual(await engine.statusOf(id), { status: "disconnected", code: "invalid_grant" });
      await sql`update public.calendar_integrations set status = 'active', last_error = null where id = ${id}`;
      assert.deepEqual(await engine.statusOf(id), { status: "paused", code: "configuration" });
      await sql`select public.calendar_begin_disconnect(${user_id}, ${id}, 'remove')`;
      assert.match((await said(sql`select * from calendar_admin.pause(${id}, 'Late')`)).join(), /left alone/);
      await engine.drain();
      const left = await sql`select from public.calendar_integrations where removed_at is null`;
      assert.equal(left.length, 0);
    },
  },
  {
    name:
      "resume tries again what an organisation refused, and leaves the question before many deletions to allow_deletions",
    async show(engine) {
      const { sql } = engine;
      const refused = await engine.integration();
      await sql`update public.calendar_integrations set status = 'paused', last_error = '{"code": "blocked_by_policy", "message": "…"}' where id = ${refused.id}`;
      await sql`select calendar_admin.resume(${refused.id})`;
      assert.deepEqual(await engine.statusOf(refused.id), { status: "active", code: null });

      const { integration, ids } = await fullCalendar(engine, 60);
      await sql`delete from public.obligations where id = any (${ids.slice(0, 40)}::uuid[])`;
      await engine.drain();
      assert.deepEqual(await engine.statusOf(integration.id), { status: "paused", code: "mass_deletion" });
      assert.match(
        (await said(sql`select * from calendar_admin.resume(${integration.id})`)).join(),
        /allow_deletions/,
      );
      assert.deepEqual(await engine.statusOf(integration.id), { status: "paused", code: "mass_deletion" });
      await assert.rejects(
        async () => await sql`select * from calendar_admin.allow_deletions(${integration.user_id})`,
        /one integration at a time/,
      );
      assert.deepEqual(
        await said(sql`select * from calendar_admin.allow_deletions(${integration.id}, 'He said so')`),
        [
          [integration.id, "40 events may go, and are being removed"],
        ],
      );
      assert.match(
        (await said(sql`select * from calendar_admin.allow_deletions(${integration.id})`)).join(),
        /nothing was changed/,
      );
      await engine.drain();
      const [row] = await sql`select count(*)::int as events from public.calendar_event_mappings`;
      assert.equal(row?.["events"], 20);
      assert.deepEqual(await noted(sql, "resumed"), [["admin", null], ["admin", "He said so"]]);
    },
  },
  {
    name: "drain: our own waits end, it says what is queued, and it wakes the worker",
    async show(engine) {
      const { sql } = engine;
      await sql`select calendar_admin.set_worker('http://127.0.0.1:9/functions/v1/calendar-sync', repeat('a secret ', 5) || '.')`;
      await sql`delete from net.http_request_queue`;
      const { user_id } = await engine.integration();
      await engine.insert(user_id, 2);
      const [lane] = await engine.claim(WORKER);
      assert.ok(lane);
      await engine.record(WORKER, lane, { kind: "retry", counts: true, run_in_ms: 300_000 }, {
        wait: { reason: "backoff", ms: 300_000 },
        succeeded: false,
      });
      await sql`update calendar_sync.providers set open_since = now(), probe_at = now() + interval '5 s' where name = 'google'`;
      assert.deepEqual(await engine.claim(WORKER), []);
      const counts = new Map(
        (await sql`select * from calendar_admin.drain('Now')`).map(({ what, how_many }) => [what, how_many]),
      );
      assert.equal(counts.get("calendars that are ready"), "1");
      assert.equal(counts.get("changes that wait in all of these"), "2");
      assert.equal((await sql`select from net.http_request_queue where url like '%calendar-sync'`).length, 1);
      assert.equal((await engine.claim(WORKER))[0]?.jobs.length, 2);
      await sql`select calendar_admin.drain()`;
      assert.deepEqual(await noted(sql, "drained"), [["admin", "Now"], ["admin", null]]);
    },
  },
  {
    name: "an id that nobody has, and what is malformed, are refused with what to do, and nothing is noted",
    async show({ sql }) {
      for (
        const name of [
          "retry",
          "resync",
          "pause",
          "resume",
          "allow_deletions",
          "disconnect_user",
          "erase_user",
        ]
      ) {
        const error = await sql.unsafe(`select calendar_admin.${name}('${NOBODY}')`).then(
          () => null,
          (error) => error,
        );
        assert.match(String(error), /There is no (integration and no )?user with the id 99999999/, name);
        assert.match(error?.hint ?? "", /calendar_admin\.integrations/, name);
      }
      const refused: readonly [string, RegExp][] = [
        ["set_worker()", /Say what to set/],
        ["set_worker(url => 'https://example.com/')", /has to be https/],
        ["set_worker(secret => 'a short one')", /at least 32 characters/],
      ];
      for (const [call, words] of refused) {
        await assert.rejects(
          async () => await sql.unsafe(`select calendar_admin.${call}`),
          (error: unknown) => {
            assert.match(String(error), words);
            assert.ok(!String(error).includes("a short one"));
            return true;
          },
        );
      }
      assert.equal((await sql`select from calendar_sync.activity`).length, 0);
    },
  },
  {
    name: "the dashboard's user signs what the dashboard does",
    async show(engine) {
      const { id } = await engine.integration();
      const user = "3f0c7f0a-5a51-4c40-9d2f-2f6f1c6c0a11";
      await engine.sql.unsafe(
        `select calendar_admin.retry('${id}');\n\n-- source: dashboard\n-- user: ${user}\n-- date: 2026-11-26T00:00:00.000Z`,
      );
      const [row] = await engine.sql`select caused_by from calendar_sync.activity where action = 'retried'`;
      assert.equal(row?.["caused_by"], `admin:${user}`);
    },
  },
];
