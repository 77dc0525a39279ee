import assert from "node:assert/strict";
import type { Engine } from "../../support/engine.ts";
import { testEngine } from "../../support/engine-test.ts";
import { doneRow, retryRow } from "../../../supabase/functions/_shared/sync/outcome-rows.ts";
import type { Lane, LaneEvent } from "../../../supabase/functions/_shared/sync/lane.ts";
import type { RecordedOutcome } from "../../../supabase/functions/_shared/sync/recorded.ts";
import { UNTOUCHED } from "../../../supabase/functions/_shared/sync/record-batch.ts";
import { z } from "zod";

const WORKER = crypto.randomUUID();

testEngine("a user has the reminders of existing events set to those of the settings", [
  {
    name: "the events come in portions, in the order of their obligations, and once each",
    async show(engine) {
      const scene = await openScene(engine, 7);
      assert.equal(await scene.reapply(), 7);
      await engine.sql`update calendar_sync.lanes set batch_jobs = 3`;
      const portions: number[] = [];
      const seen: string[] = [];
      for (;;) {
        const [lane] = await engine.claim(WORKER);
        assert.ok(lane);
        assert.equal(lane.kind, "reapply");
        portions.push(eventsOf(lane).length);
        seen.push(...eventsOf(lane).map(({ obligation_id }) => obligation_id));
        assert.ok(lane.calls >= eventsOf(lane).length, "calls are reserved for each");
        await scene.record(lane, eventsOf(lane).length === 0 ? [doneRow(lane)] : [advanced(lane)]);
        if (eventsOf(lane).length === 0) break;
      }
      assert.deepEqual(portions, [3, 3, 1, 0]);
      assert.deepEqual(seen, await scene.ids());
      assert.deepEqual(await engine.claim(WORKER), [], "it is done once");
    },
  },
  {
    name: "a portion holds two megabytes of deadlines at the most",
    async show(engine) {
      const scene = await openScene(engine, 20);
      await engine.pass(2);
      await engine.sql`update public.obligations set description = repeat('🗓', 40000)`;
      await engine.drain();
      await scene.reapply();
      const portions: number[] = [];
      do {
        const [lane] = await engine.claim(WORKER);
        assert.ok(lane);
        portions.push(eventsOf(lane).length);
        await scene.record(lane, eventsOf(lane).length === 0 ? [doneRow(lane)] : [advanced(lane)]);
      } while (portions.at(-1) !== 0);
      assert.deepEqual(portions, [13, 7, 0]);
    },
  },
  {
    name: "asked again meanwhile, it begins again, and what an earlier portion says ends nothing",
    async show(engine) {
      const scene = await openScene(engine, 4);
      await scene.reapply();
      await engine.sql`update calendar_sync.lanes set batch_jobs = 2`;
      const [first] = await engine.claim(WORKER);
      assert.ok(first);
      await scene.record(first, [advanced(first)]);
      const [second] = await engine.claim(WORKER);
      assert.ok(second);
      await scene.reapply();
      await scene.record(second, [advanced(second)]);
      const [again] = await engine.claim(WORKER);
      assert.deepEqual(
        again?.events?.map(({ obligation_id }) => obligation_id),
        (await scene.ids()).slice(0, 2),
      );
    },
  },
  {
    name: "deadlines that change meanwhile go first",
    async show(engine) {
      const scene = await openScene(engine, 3);
      await scene.reapply();
      await engine.sql`update calendar_sync.lanes set batch_jobs = 2`;
      const [lane] = await engine.claim(WORKER);
      assert.ok(lane);
      await engine.pass(5);
      await engine.sql`update public.obligations set title = 'Changed'`;
      await scene.record(lane, [advanced(lane)]);
      const [next] = await engine.claim(WORKER);
      assert.ok(next);
      assert.deepEqual([next.kind, next.jobs.length], ["event", 2]);
    },
  },
  {
    name: "a worker that is lost repeats its portion, and one that lost its lease changes nothing",
    async show(engine) {
      const scene = await openScene(engine, 2);
      await scene.reapply();
      const [lost] = await engine.claim(WORKER);
      assert.ok(lost);
      await engine.pass(3600);
      const [lane] = await engine.claim(crypto.randomUUID());
      assert.deepEqual(lane?.events, lost.events);
      assert.equal(await scene.record(lost, [advanced(lost)]), false);
      const rows = await engine.sql`select kind, cursor from calendar_sync.jobs`;
      assert.deepEqual(rows.map((row) => ({ ...row })), [{ kind: "reapply", cursor: null }]);
    },
  },
  {
    name: "an event that fails waits, and what came before it is done",
    async show(engine) {
      const scene = await openScene(engine, 3);
      await scene.reapply();
      const [lane] = await engine.claim(WORKER);
      assert.ok(lane);
      const [first, ...others] = eventsOf(lane);
      assert.ok(first);
      await scene.record(lane, [
        {
          kind: "advanced",
          job: "reapply",
          version: lane.single?.version ?? 0,
          obligation_id: first.obligation_id,
        },
        retryRow(lane, "conflict"),
      ]);
      assert.deepEqual(await engine.claim(WORKER), []);
      await engine.pass(60);
      const [again] = await engine.claim(WORKER);
      assert.deepEqual(
        again?.events?.map(({ obligation_id }) => obligation_id),
        others.map(({ obligation_id }) => obligation_id),
      );
      assert.equal(again?.single?.attempts, 1);
    },
  },
  {
    name: "in a calendar that does not sync it is done once it does, and in one that is left never",
    async show(engine) {
      const scene = await openScene(engine, 2);
      await engine.sql`update public.calendar_integrations set sync_enabled = false`;
      assert.equal(await scene.reapply(), 2);
      assert.deepEqual(await engine.claim(WORKER), []);
      await engine.sql`update public.calendar_integrations set sync_enabled = true`;
      await engine.sql`delete from calendar_sync.changes where kind in ('listen', 'pull')`;
      const [lane] = await engine.claim(WORKER);
      assert.equal(lane?.kind, "reapply");
      await engine.retire(WORKER);
      await engine.sql`update public.calendar_integrations set status = 'disconnecting'`;
      assert.equal(await scene.reapply(), 0);
      await engine.drain();
      assert.deepEqual([...await engine.sql`select kind from calendar_sync.jobs where kind = 'reapply'`], []);
    },
  },
  {
    name: "nobody asks for somebody else's calendar",
    async show(engine) {
      const scene = await openScene(engine, 1);
      const other = await engine.user();
      const [row] = await engine.asUser(
        other,
        (sql) => sql`select public.calendar_reapply(${scene.id}) as queued`,
      );
      assert.equal(row?.["queued"], null);
      assert.deepEqual([...await engine.sql`select from calendar_sync.changes`], []);
    },
  },
]);

function advanced(lane: Lane): RecordedOutcome {
  const last = eventsOf(lane).at(-1);
  assert.ok(last && lane.single);
  return {
    kind: "advanced",
    job: "reapply",
    version: lane.single.version,
    obligation_id: last.obligation_id,
  };
}

function eventsOf({ kind, jobs, events }: Lane): readonly LaneEvent[] {
  assert.deepEqual([kind, jobs], ["reapply", []]);
  assert.ok(events);
  return events;
}

async function openScene(engine: Engine, obligations: number) {
  const { id, user_id } = await engine.integration();
  await engine.insert(user_id, obligations);
  await engine.drain();
  return {
    id,
    async reapply() {
      const [row] = await engine.asUser(
        user_id,
        (sql) => sql`select public.calendar_reapply(${id}) as queued`,
      );
      return row?.["queued"];
    },
    async ids() {
      return (await engine.sql<{ id: string }[]>`select id from public.obligations order by id`).map((
        { id },
      ) => id);
    },
    async record(lane: Lane, rows: readonly RecordedOutcome[]) {
      const { wait: _, ...facts } = UNTOUCHED;
      const { recorded } = await engine.rpc("calendar_record", {
        p_worker: WORKER,
        p_integration_id: lane.integration_id,
        p_outcomes: rows,
        p_batch: {
          ...facts,
          succeeded: true,
          reached: true,
          calls_made: eventsOf(lane).length,
          lease: lane.lease,
          reserved_id: lane.reserved_id,
          wrote_to: lane.calendar?.id ?? null,
          wait_reason: null,
          wait_ms: null,
        },
      }, z.object({ recorded: z.boolean() }));
      return recorded;
    },
  };
}
