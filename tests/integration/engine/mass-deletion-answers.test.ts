import assert from "node:assert/strict";
import type { Engine, Integration } from "../../support/engine.ts";
import { testEngine } from "../../support/engine-test.ts";
import { countEvents, fullCalendar } from "../../support/full-calendar.ts";

const WORKER = "a0000000-0000-0000-0000-000000000000";
const STOPPED = { status: "paused", code: "mass_deletion" };
const GOES_ON = { status: "active", code: null };

testEngine("a calendar that was stopped goes on as its user says", [
  {
    name: "its user lets exactly it go on, and the next time is asked again",
    async show(engine) {
      const { integration, ids } = await fullCalendar(engine, 200);
      await engine.sql`delete from public.obligations where id = any (${ids.slice(0, 100)}::uuid[])`;
      await engine.drain();
      const resumed = await resume(engine, integration, integration.user_id);
      assert.equal(resumed?.status, "active");
      await engine.drain();
      assert.equal(await countEvents(engine, integration), 100);
      await engine.sql`delete from public.obligations where id = any (${ids.slice(100, 150)}::uuid[])`;
      await engine.drain();
      assert.deepEqual(await engine.statusOf(integration.id), STOPPED);
      assert.equal(await countEvents(engine, integration), 100);
    },
  },
  {
    name: "what is deleted while the agreed deletions are under way is not agreed to",
    async show(engine) {
      const { integration, ids } = await fullCalendar(engine, 400);
      await engine.sql`delete from public.obligations where id = any (${ids.slice(0, 200)}::uuid[])`;
      await engine.drain();
      await resume(engine, integration, integration.user_id);
      for (let deleted = 0; deleted < 150;) {
        const [lane] = await engine.claim(WORKER);
        assert.ok(lane);
        await engine.record(WORKER, lane);
        deleted += lane.jobs.length;
      }
      await engine.sql`delete from public.obligations where id = any (${ids.slice(200, 300)}::uuid[])`;
      await engine.drain();
      assert.deepEqual(await engine.statusOf(integration.id), STOPPED);
      assert.ok(await countEvents(engine, integration) >= 200);
    },
  },
  {
    name: "another user cannot let it go on, and learns nothing of it",
    async show(engine) {
      const { integration, ids } = await fullCalendar(engine, 60);
      await engine.sql`delete from public.obligations where id = any (${ids.slice(0, 30)}::uuid[])`;
      await engine.drain();
      assert.equal(await resume(engine, integration, await engine.user()), null);
      assert.deepEqual(await engine.statusOf(integration.id), STOPPED);
    },
  },
  {
    name: "letting go on what was never stopped changes nothing",
    async show(engine) {
      const { integration, ids } = await fullCalendar(engine, 60);
      assert.equal((await resume(engine, integration, integration.user_id))?.status, "active");
      await engine.sql`delete from public.obligations where id = any (${ids.slice(0, 30)}::uuid[])`;
      await engine.drain();
      assert.deepEqual(await engine.statusOf(integration.id), STOPPED);
    },
  },
  {
    name: "once the obligations are back, Sync now goes on without a question",
    own_database: true,
    async show(engine) {
      const { integration, ids } = await fullCalendar(engine, 60);
      await deleteAndRestore(engine, integration, ids);
      await engine.asUser(integration.user_id, (sql) => sql`select public.calendar_sync_now()`);
      await engine.drain();
      assert.deepEqual(await engine.statusOf(integration.id), GOES_ON);
      assert.equal(await countEvents(engine, integration), 60);
      assert.equal(await countJobs(engine), 0);
    },
  },
  {
    name: "once the obligations are back, the sweep lets it go on by itself, and before that it does not",
    own_database: true,
    async show(engine) {
      const { integration, ids } = await fullCalendar(engine, 60);
      const sweep = () => engine.sql`select calendar_sync.sweep(${integration.id}, ${integration.id})`;
      await deleteAndRestore(engine, integration, ids, sweep);
      await sweep();
      await engine.drain();
      assert.deepEqual(await engine.statusOf(integration.id), GOES_ON);
      assert.equal(await countEvents(engine, integration), 60);
    },
  },
  {
    name: "Sync now while the obligations are gone asks again",
    async show(engine) {
      const { integration, ids } = await fullCalendar(engine, 60);
      await engine.sql`delete from public.obligations where id = any (${ids.slice(0, 30)}::uuid[])`;
      await engine.drain();
      await engine.asUser(integration.user_id, (sql) => sql`select public.calendar_sync_now()`);
      await engine.drain();
      assert.deepEqual(await engine.statusOf(integration.id), STOPPED);
      assert.equal(await countEvents(engine, integration), 60);
    },
  },
  {
    name: "who chooses to have completed events removed is not asked",
    async show(engine) {
      const { integration } = await fullCalendar(engine, 60);
      await engine.sql`update public.obligations set status = 'completed'`;
      await engine.settle();
      await removeCompleted(engine, integration);
      await engine.drain();
      assert.deepEqual(await engine.statusOf(integration.id), GOES_ON);
      assert.equal(await countEvents(engine, integration), 0);
    },
  },
  {
    name: "that choice does not answer the question for what was deleted",
    async show(engine) {
      const { integration, ids } = await fullCalendar(engine, 60);
      await engine.sql`delete from public.obligations where id = any (${ids.slice(0, 30)}::uuid[])`;
      await engine.drain();
      await removeCompleted(engine, integration);
      await engine.drain();
      assert.deepEqual(await engine.statusOf(integration.id), STOPPED);
      assert.equal(await countEvents(engine, integration), 60);
    },
  },
]);

async function deleteAndRestore(
  engine: Engine,
  integration: Integration,
  ids: readonly string[],
  meanwhile?: () => PromiseLike<unknown>,
): Promise<void> {
  const gone = ids.slice(0, 30);
  await engine
    .sql`create table public.backup as select * from public.obligations where id = any (${gone}::uuid[])`;
  await engine.sql`delete from public.obligations where id = any (${gone}::uuid[])`;
  await engine.drain();
  await meanwhile?.();
  assert.deepEqual(await engine.statusOf(integration.id), STOPPED);
  await engine.sql`insert into public.obligations select * from public.backup`;
}

async function resume(
  engine: Engine,
  { id }: Integration,
  user_id: string,
): Promise<{ status: string } | null> {
  const [row] = await engine.asUser(
    user_id,
    (sql) => sql<{ resumed: { status: string } | null }[]>`select public.calendar_resume(${id}) as resumed`,
  );
  assert.ok(row);
  return row.resumed;
}

async function removeCompleted(engine: Engine, { id, user_id }: Integration): Promise<void> {
  await engine.asUser(user_id, (sql) =>
    sql`
    select public.calendar_update_integration(${id}, p_settings => '{"completed_events": "remove"}')`);
}

async function countJobs({ sql }: Engine): Promise<number> {
  const [row] = await sql<{ count: number }[]>`select count(*)::int from calendar_sync.jobs`;
  return row?.count ?? 0;
}
