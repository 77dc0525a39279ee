import assert from "node:assert/strict";
import { z } from "zod";
import { CONFIRMATIONS_MAX } from "../../../supabase/functions/_shared/sync/confirm-absences.ts";
import type { Lane } from "../../../supabase/functions/_shared/sync/lane.ts";
import type { Engine } from "../../support/engine.ts";
import { testEngine } from "../../support/engine-test.ts";

const WORKER = "a0000000-0000-0000-0000-000000000000";

/** "Sync now" of a user. */
async function syncNow({ asUser }: Engine, user_id: string): Promise<void> {
  await asUser(user_id, (sql) => sql`select public.calendar_sync_now()`);
}

async function only(engine: Engine): Promise<Lane> {
  const [lane] = await engine.claim(WORKER);
  assert.ok(lane);
  return lane;
}

/** The kinds of what is claimed until nothing is due, each recorded as done. */
async function kindsDone(engine: Engine): Promise<string[]> {
  const kinds: string[] = [];
  for (;;) {
    const [lane] = await engine.claim(WORKER);
    if (!lane) return kinds;
    if (lane.kind !== "event" || lane.jobs.length > 0) kinds.push(lane.kind);
    await engine.record(WORKER, lane, undefined, lane.kind === "pull" ? { pulled: true, cursor: null } : {});
  }
}

const pullsQueued = async ({ sql }: Engine, integration_id: string) =>
  (await sql`
    select priority from calendar_sync.changes where integration_id = ${integration_id} and kind = 'pull'
    union all select priority from calendar_sync.jobs where integration_id = ${integration_id} and kind = 'pull'`)
    .map((row) => row["priority"]);

testEngine("calendars are read for what their users changed", [
  {
    name: "when their user asks, after the events that are due",
    async show(engine) {
      const { user_id } = await engine.integration();
      await engine.insert(user_id, 3);
      await syncNow(engine, user_id);
      assert.deepEqual(await kindsDone(engine), ["event", "pull"]);
    },
  },
  {
    name: "a pull that waited for five seconds goes before events, however many there are",
    async show(engine) {
      const { user_id } = await engine.integration();
      await syncNow(engine, user_id);
      await engine.sql`select calendar_sync.absorb_changes(100)`;
      await engine.pass(6);
      await engine.insert(user_id, 3);
      assert.deepEqual(await kindsDone(engine), ["pull", "event"]);
    },
  },
  {
    name: "a pull has the calls that it takes to read every file of a CalDAV calendar",
    async show(engine) {
      const { user_id } = await engine.integration({ provider: "caldav" });
      await engine.insert(user_id, 2_000);
      await engine.settle();
      await syncNow(engine, user_id);
      const lane = await only(engine);
      // Where the calendars are, their files, and 50 of these with one request.
      const needed = 1 + 1 + 2_000 / 50 + CONFIRMATIONS_MAX;
      assert.ok(lane.kind === "pull" && lane.calls >= needed, `${lane.kind}: ${lane.calls}`);
    },
  },
  {
    name: "news that comes again and again does not put a pull off",
    async show(engine) {
      const { id, user_id } = await engine.integration();
      const note = async () => {
        await engine.sql`select calendar_sync.append_changes(array[${id}::uuid], 'pull', 0)`;
        await engine.sql`select calendar_sync.absorb_changes(100)`;
      };
      await note();
      await engine.pass(4);
      await note();
      await engine.pass(2);
      await note();
      await engine.insert(user_id, 1);
      assert.equal((await only(engine)).kind, "pull");
    },
  },
  {
    name: "news that comes during a pull is read by the next one",
    async show(engine) {
      const { id, user_id } = await engine.integration();
      await syncNow(engine, user_id);
      const lane = await only(engine);
      assert.equal(lane.kind, "pull");
      await engine.sql`select calendar_sync.append_changes(array[${id}::uuid], 'pull', 0)`;
      await engine.record(WORKER, lane, undefined, { pulled: true, cursor: "1" });
      assert.deepEqual(await kindsDone(engine), ["pull"]);
    },
  },
  {
    name: "connecting, switching on and going on queue one, leaving does not",
    async show(engine) {
      const { sql } = engine;
      const { id, user_id } = await engine.integration();
      const [fresh] = await sql<{ id: string }[]>`
        insert into public.calendar_integrations (user_id, provider, account_id, calendar_id)
        values (${user_id}, 'google', 'another account', 'another calendar') returning id`;
      assert.deepEqual(await pullsQueued(engine, fresh?.id ?? ""), [0]);
      for (
        const change of [
          "status = 'paused'",
          "status = 'active'",
          "sync_enabled = false",
          "sync_enabled = true",
          "calendar_id = 'other'",
        ]
      ) {
        await sql`delete from calendar_sync.changes`;
        await sql.unsafe(`update public.calendar_integrations set ${change} where id = '${id}'`);
        const begins = /active|true|calendar/.test(change);
        assert.deepEqual(await pullsQueued(engine, id), begins ? [0] : [], change);
      }
      await sql`delete from calendar_sync.changes`;
      await sql`update public.calendar_integrations set status = 'disconnecting' where id = ${id}`;
      assert.deepEqual(await pullsQueued(engine, id), []);
    },
  },
  {
    name: "one that is paused or is being disconnected is not read",
    async show(engine) {
      for (const status of ["paused", "disconnecting"]) {
        const { id } = await engine.integration();
        await engine.sql`insert into calendar_sync.jobs (integration_id, kind) values (${id}, 'pull')`;
        await engine.sql`update public.calendar_integrations set status = ${status} where id = ${id}`;
        assert.equal((await kindsDone(engine)).includes("pull"), false, status);
      }
    },
  },
  {
    name: "by the tick, once the time has come, a bounded number at once, behind all else",
    async show(engine) {
      const { sql } = engine;
      const { id, user_id } = await engine.integration();
      await sql`select calendar_sync.queue_pulls()`;
      assert.deepEqual(await pullsQueued(engine, id), []);
      await engine.pass(16 * 60);
      const [queued] = await sql`select calendar_sync.queue_pulls() as pulls`;
      assert.equal(queued?.["pulls"], 1);
      const [again] = await sql`select calendar_sync.queue_pulls() as pulls`;
      assert.equal(again?.["pulls"], 0);
      assert.deepEqual(await pullsQueued(engine, id), [2]);
      await engine.insert(user_id, 1);
      assert.deepEqual(await kindsDone(engine), ["event", "pull"]);

      await sql`
        insert into public.calendar_integrations (user_id, provider, account_id, calendar_id)
        select ${user_id}, 'google', 'account ' || n, 'calendar ' || n from generate_series(1, 600) as n`;
      await engine.pass(16 * 60);
      const [many] = await sql`select calendar_sync.queue_pulls() as pulls`;
      assert.equal(many?.["pulls"], 500);
    },
  },
  {
    name:
      "a pull that waits for its next attempt goes on waiting when the tick asks for one, and not when a person does",
    async show(engine) {
      const { id, user_id } = await engine.integration();
      await syncNow(engine, user_id);
      await engine.record(WORKER, await only(engine), undefined, { succeeded: false, reached: true });
      const due = async () =>
        (await engine
          .sql`select run_at > now() as waits, attempts from calendar_sync.jobs where kind = 'pull'`)[0];
      assert.deepEqual({ ...await due() }, { waits: true, attempts: 1 });
      await engine.sql`select calendar_sync.append_changes(array[${id}::uuid], 'pull', 2)`;
      await engine.sql`select calendar_sync.absorb_changes(100)`;
      assert.deepEqual({ ...await due() }, { waits: true, attempts: 1 });
      await engine.sql`select calendar_sync.append_changes(array[${id}::uuid], 'pull', 0)`;
      await engine.sql`select calendar_sync.absorb_changes(100)`;
      assert.deepEqual({ ...await due() }, { waits: false, attempts: 0 });
    },
  },
  {
    name: "each pull goes on where the one before ended, and in another calendar it begins anew",
    async show(engine) {
      const { sql } = engine;
      const { id, user_id } = await engine.integration();
      const read = async (cursor: string | null) => {
        await syncNow(engine, user_id);
        const lane = await only(engine);
        assert.equal(lane.kind, "pull");
        await engine.record(WORKER, lane, undefined, { pulled: true, cursor });
        return lane.cursor;
      };
      assert.deepEqual([await read("first"), await read("second"), await read(null), await read("third")], [
        null,
        "first",
        "second",
        null,
      ]);
      await sql`update public.calendar_integrations set calendar_id = 'other' where id = ${id}`;
      assert.deepEqual([await read("of the other"), await read("again")], [null, "of the other"]);
      const stored = await sql`select from calendar_sync.pulls where pulls::text like '%again%'`;
      assert.equal(stored.length, 0, "the cursor is in Vault alone");
      const secrets = () => sql`select from vault.secrets where description = 'calendar_sync: cursor'`;
      assert.equal((await secrets()).length, 1);
      await sql`select calendar_sync.remove_integration(${id})`;
      assert.equal((await secrets()).length, 0);
    },
  },
  {
    name: "who lost the lease learns nothing and changes nothing",
    async show(engine) {
      const { id, user_id, calendar_id } = await engine.integration();
      await syncNow(engine, user_id);
      const lane = await only(engine);
      await engine.pass(20);
      const other = crypto.randomUUID();
      const [again] = await engine.claim(other);
      assert.ok(again);
      const known = await engine.rpc("calendar_known_events", {
        p_worker: WORKER,
        p_integration_id: id,
        p_calendar_id: calendar_id,
        p_news: [],
        p_is_complete: true,
      }, z.unknown());
      assert.equal(known, null);
      assert.equal(await engine.record(WORKER, lane, undefined, { pulled: true, cursor: "lost" }), false);
      assert.equal(await engine.record(other, again, undefined, { pulled: true, cursor: "kept" }), true);
      await syncNow(engine, user_id);
      assert.equal((await only(engine)).cursor, "kept");
    },
  },
]);

const EVENTS = 10_000;
/** Measured on two busy cores: 0.2 s for echoes, 1.5 s for what is gone, 4 s to record that. */
const QUICK_MS = 10_000;

testEngine("an attempt without an outcome", [{
  name: "tells what it may have made of the event, unless something else was wanted since, or nothing is",
  async show(engine) {
    const { sql } = engine;
    const { id, user_id, calendar_id } = await engine.integration();
    const [obligation_id = ""] = await engine.insert(user_id, 1);
    await engine.settle();
    const change = (fields: Readonly<Record<string, string>>) =>
      sql`update public.obligations set ${sql(fields)} where id = ${obligation_id}`;
    /** A worker takes the job and is not heard of any more; the next one has the lane, and something may change meanwhile. */
    const attempt = async (meanwhile: Readonly<Record<string, string>> | null = null) => {
      await engine.pass(120);
      const [job] = (await only(engine)).jobs;
      await engine.pass(120);
      const lane = await only(engine);
      if (meanwhile !== null) await change(meanwhile);
      const [known] = await engine.rpc("calendar_known_events", {
        p_worker: WORKER,
        p_integration_id: id,
        p_calendar_id: calendar_id,
        p_news: [{ event_id: lane.jobs[0]?.mapping?.external_event_id, etag: "another", is_gone: false }],
        p_is_complete: false,
      }, z.array(z.object({ attempted: z.string() })));
      return [job?.attempted_in.length, lane.jobs[0]?.is_repetition, known?.attempted];
    };
    const end = async () => {
      await engine.pass(120);
      await engine.record(WORKER, await only(engine));
    };
    await change({ title: "Second" });
    assert.deepEqual(await attempt(), [0, true, "the_same"]);
    await change({ title: "Third" });
    assert.deepEqual(await attempt(), [1, false, "anything"]);
    await end();
    await change({ title: "Fourth" });
    assert.deepEqual(await attempt({ deadline_date: "2027-02-02" }), [0, true, "anything"]);
    await end();
    await change({ title: "Fifth" });
    assert.deepEqual(await attempt(), [0, true, "the_same"]);
    // As where an edit is answered: what is wanted is what it was.
    await sql`select calendar_sync.rewrite(${id}, array[${obligation_id}::uuid])`;
    assert.deepEqual(await attempt(), [1, true, "the_same"]);
    await end();
    await change({ status: "cancelled" });
    assert.deepEqual(await attempt(), [0, true, "anything"]);
  },
}]);

testEngine("a calendar of 10,000 events", [{
  name: "is read in one pull, whether all of it is as we wrote it or all of it is gone",
  own_database: true,
  options: { connections: 2, lock_timeout_ms: 0 },
  async show(engine) {
    const { id, user_id, calendar_id } = await engine.integration();
    await engine.insert(user_id, EVENTS);
    await engine.settle();
    await engine.sql`
      update public.calendar_event_mappings set etag = 'ours', content_hash = 'content',
        sent_time = '{"kind": "all_day", "start_date": "2027-01-01", "end_date": "2027-01-02"}'`;
    await engine.sql`update calendar_sync.options set deletions_free = ${EVENTS}`;
    const mappings = await engine.sql<{ event_id: string; obligation_id: string }[]>`
      select external_event_id as event_id, obligation_id from public.calendar_event_mappings`;
    await syncNow(engine, user_id);
    const lane = await (async () => {
      for (;;) {
        const next = await only(engine);
        if (next.kind === "pull") return next;
        await engine.record(WORKER, next);
      }
    })();
    const ask = async (news: readonly unknown[]) => {
      const begun = performance.now();
      const known = await engine.rpc("calendar_known_events", {
        p_worker: WORKER,
        p_integration_id: id,
        p_calendar_id: calendar_id,
        p_news: news,
        p_is_complete: true,
      }, z.array(z.object({ event_id: z.string(), is_missing: z.boolean() })));
      const ms = performance.now() - begun;
      assert.ok(ms < QUICK_MS, `${Math.round(ms)} ms`);
      return known;
    };
    const echoes = mappings.map(({ event_id }) => ({ event_id, etag: "ours", is_gone: false }));
    assert.deepEqual(await ask(echoes), []);
    const gone = await ask([]);
    assert.deepEqual([gone.length, gone.every(({ is_missing }) => is_missing)], [EVENTS, true]);
    const begun = performance.now();
    await engine.record(WORKER, lane, undefined, {
      pulled: true,
      cursor: "1",
      edits: mappings.map(({ event_id, obligation_id }) => ({
        kind: "deleted",
        obligation_id,
        event_id,
        etag: null,
        seen: null,
        has_guests: null,
        sent_time: null,
      })),
    });
    const ms = performance.now() - begun;
    assert.ok(ms < QUICK_MS, `recorded in ${Math.round(ms)} ms`);
    const [jobs] = await engine
      .sql`select count(*)::int as events from calendar_sync.jobs where kind = 'event'`;
    assert.equal(jobs?.["events"], EVENTS);
  },
}]);
