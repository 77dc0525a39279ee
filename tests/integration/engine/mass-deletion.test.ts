import assert from "node:assert/strict";
import type { Engine, Integration } from "../../support/engine.ts";
import { testEngine } from "../../support/engine-test.ts";
import { countEvents, fullCalendar } from "../../support/full-calendar.ts";

const WORKER = "a0000000-0000-0000-0000-000000000000";
const DELETIONS_FREE = 25;
const STOPPED = { status: "paused", code: "mass_deletion" };
const GOES_ON = { status: "active", code: null };

/** Ways in which the same obligations may go. */
const WAYS = [
  {
    name: "one statement",
    remove: ({ sql }: Engine, ids: readonly string[]) =>
      sql`delete from public.obligations where id = any (${[...ids]}::uuid[])`,
  },
  {
    name: "a statement each",
    remove: async ({ sql }: Engine, ids: readonly string[]) => {
      for (const id of ids) await sql`delete from public.obligations where id = ${id}`;
    },
  },
] as const;

testEngine("a calendar that is about to lose many events at once asks first", [
  ...WAYS.flatMap(({ name, remove }) => [
    {
      name: `more than 25 events, by ${name}: nothing is deleted and the numbers are right`,
      async show(engine: Engine) {
        const { integration, ids } = await fullCalendar(engine, 60);
        await remove(engine, ids.slice(0, DELETIONS_FREE + 1));
        assert.deepEqual(await engine.claim(WORKER), []);
        assert.deepEqual(await engine.statusOf(integration.id), STOPPED);
        assert.deepEqual(await numbers(engine, integration), { deletions: DELETIONS_FREE + 1, events: 60 });
        await engine.pass(600);
        assert.deepEqual(await engine.claim(WORKER), []);
        assert.equal(await countEvents(engine, integration), 60);
      },
    },
    {
      name: `exactly 25 events, by ${name}, go without a question`,
      async show(engine: Engine) {
        const { integration, ids } = await fullCalendar(engine, 60);
        await remove(engine, ids.slice(0, DELETIONS_FREE));
        await engine.drain();
        assert.deepEqual(await engine.statusOf(integration.id), GOES_ON);
        assert.equal(await countEvents(engine, integration), 60 - DELETIONS_FREE);
      },
    },
    {
      name: `of 400 events 80 go by ${name}, and 81 do not`,
      async show(engine: Engine) {
        const exact = await fullCalendar(engine, 400);
        const beyond = await fullCalendar(engine, 400);
        await remove(engine, exact.ids.slice(0, 80));
        await remove(engine, beyond.ids.slice(0, 81));
        await engine.drain();
        assert.deepEqual(await engine.statusOf(exact.integration.id), GOES_ON);
        assert.equal(await countEvents(engine, exact.integration), 320);
        assert.deepEqual(await engine.statusOf(beyond.integration.id), STOPPED);
        assert.equal(await countEvents(engine, beyond.integration), 400);
      },
    },
  ]),
  {
    name: "what was written a moment ago settles in portions, and counts as one go all the same",
    async show(engine) {
      const { integration, ids } = await fullCalendar(engine, 60);
      await engine.sql`
        update public.calendar_event_mappings set synced_at = now() - case when obligation_id = any (${
        ids.slice(0, 10)
      }::uuid[]) then interval '1 minute' else interval '0.1 s' end where integration_id = ${integration.id}`;
      await engine.sql`delete from public.obligations where id = any (${ids.slice(0, 40)}::uuid[])`;
      await engine.sql`select calendar_sync.absorb_changes(1000)`;
      const [due] = await engine.sql<{ n: number }[]>`
        select count(*)::integer as n from calendar_sync.jobs
        where integration_id = ${integration.id} and run_at <= now()`;
      assert.equal(due?.n, 10);
      assert.deepEqual(await engine.claim(WORKER), []);
      assert.deepEqual(await engine.statusOf(integration.id), STOPPED);
      assert.deepEqual(await numbers(engine, integration), { deletions: 40, events: 60 });
    },
  },
  {
    name: "a bulk deletion that is one change is stopped before anything is done, TRUNCATE in every calendar",
    async show(engine) {
      const bulk = await fullCalendar(engine, 300);
      const other = await fullCalendar(engine, 40);
      await engine.sql`delete from public.obligations where user_id = ${bulk.integration.user_id}`;
      assert.equal(await countJobs(engine), 0);
      await engine.drain();
      assert.deepEqual(await engine.statusOf(bulk.integration.id), STOPPED);
      assert.deepEqual(await engine.statusOf(other.integration.id), GOES_ON);
      await engine.sql`truncate public.obligations`;
      await engine.drain();
      assert.deepEqual(await engine.statusOf(other.integration.id), STOPPED);
      assert.deepEqual(await numbers(engine, other.integration), { deletions: 40, events: 40 });
      assert.equal(
        await countEvents(engine, bulk.integration) + await countEvents(engine, other.integration),
        340,
      );
    },
  },
  {
    name: "deletions that wait behind other jobs are stopped when they become due, before any of them",
    async show(engine) {
      const { integration, ids } = await fullCalendar(engine, 100);
      await engine.sql`update public.obligations set title = 'Changed' where id = any (${
        ids.slice(0, 60)
      }::uuid[])`;
      await engine.sql`delete from public.obligations where id = any (${ids.slice(60)}::uuid[])`;
      await engine.drain();
      assert.deepEqual(await engine.statusOf(integration.id), STOPPED);
      assert.equal(await countEvents(engine, integration), 100);
    },
  },
  {
    name: "events that were written a moment ago count too",
    async show(engine) {
      const { integration, ids } = await fullCalendar(engine, 60);
      await engine.sql`update public.calendar_event_mappings set synced_at = now()`;
      await engine.sql`delete from public.obligations where id = any (${ids.slice(0, 30)}::uuid[])`;
      await engine.drain();
      await engine.pass(2);
      await engine.drain();
      assert.deepEqual(await engine.statusOf(integration.id), STOPPED);
    },
  },
  {
    name: "users who disconnect, or are deleted, are not asked",
    async show(engine) {
      const leaving = await fullCalendar(engine, 60);
      const deleted = await fullCalendar(engine, 60);
      const { id, user_id } = leaving.integration;
      await engine.sql`select public.calendar_begin_disconnect(${user_id}, ${id}, 'remove')`;
      await engine.sql`delete from auth.users where id = ${deleted.integration.user_id}`;
      await engine.drain();
      assert.equal(await countEvents(engine, leaving.integration), 0);
      assert.equal(await countEvents(engine, deleted.integration), 0);
      assert.deepEqual([...await engine.sql`select id from public.calendar_integrations`], []);
      assert.deepEqual([...await engine.sql`select message from calendar_sync.incidents`], []);
    },
  },
  {
    name: "a reassignment takes events from the old user, who is asked",
    async show(engine) {
      const from = await fullCalendar(engine, 60);
      const to = await engine.integration();
      await engine.sql`
        update public.obligations set user_id = ${to.user_id} where id = any (${
        from.ids.slice(0, 30)
      }::uuid[])`;
      await engine.drain();
      assert.deepEqual(await engine.statusOf(from.integration.id), STOPPED);
      assert.equal(await countEvents(engine, from.integration), 60);
      assert.equal(await countEvents(engine, to), 30);
    },
  },
  {
    name: "moving everything to another calendar deletes nothing",
    async show(engine) {
      const { integration } = await fullCalendar(engine, 60);
      await engine.sql`update public.calendar_integrations set calendar_id = 'another'`;
      await engine.drain();
      assert.deepEqual(await engine.statusOf(integration.id), GOES_ON);
      const [moved] = await engine.sql`
        select count(*)::int from public.calendar_event_mappings where calendar_id = 'another'`;
      assert.equal(moved?.["count"], 60);
    },
  },
  {
    name: "an administrator's limits hold",
    own_database: true,
    async show(engine) {
      const { integration, ids } = await fullCalendar(engine, 60);
      await engine.sql`update calendar_sync.options set deletions_free = 2, deletions_share = 0.05`;
      await engine.sql`delete from public.obligations where id = any (${ids.slice(0, 3)}::uuid[])`;
      await engine.drain();
      assert.equal(await countEvents(engine, integration), 57);
      await engine.sql`delete from public.obligations where id = any (${ids.slice(3, 6)}::uuid[])`;
      await engine.drain();
      assert.deepEqual(await numbers(engine, integration), { deletions: 3, events: 57 });
    },
  },
]);

async function numbers({ sql }: Engine, { id }: Integration): Promise<unknown> {
  const [row] =
    await sql`select last_error -> 'details' as details from public.calendar_integrations where id = ${id}`;
  return row?.["details"];
}

async function countJobs({ sql }: Engine): Promise<number> {
  const [row] = await sql<{ count: number }[]>`select count(*)::int from calendar_sync.jobs`;
  return row?.count ?? 0;
}
