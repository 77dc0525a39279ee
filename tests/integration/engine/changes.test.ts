import assert from "node:assert/strict";
import type { Engine, Integration } from "../../support/engine.ts";
import { testEngine } from "../../support/engine-test.ts";

const WORKER = "a0000000-0000-0000-0000-000000000000";

testEngine("a statement that touches many obligations of a calendar appends one change", [
  {
    name: "100 rows append a change each, 101 append one for the whole calendar",
    async show(engine) {
      const few = await engine.integration();
      const many = await engine.integration();
      await engine.insert(few.user_id, 100);
      await engine.insert(many.user_id, 101);
      assert.deepEqual(await written(engine, few), { jobs: 0, changes: 100, everything: 0 });
      assert.deepEqual(await written(engine, many), { jobs: 0, changes: 1, everything: 1 });
    },
  },
  {
    name: "a statement that touches many users writes for each what that one needs",
    async show(engine) {
      const few = await engine.integration();
      const many = await engine.integration();
      await engine.sql`
        insert into public.obligations (user_id, title, deadline_date)
        select case when n <= 100 then ${few.user_id}::uuid else ${many.user_id}::uuid end, n::text, '2027-01-01'
        from generate_series(1, 201) as n`;
      assert.deepEqual(await written(engine, few), { jobs: 0, changes: 100, everything: 0 });
      assert.deepEqual(await written(engine, many), { jobs: 0, changes: 1, everything: 1 });
    },
  },
  {
    name: "100,000 obligations in one statement are one change",
    own_database: true,
    async show(engine) {
      const integration = await engine.integration();
      await engine.sql`
        insert into public.obligations (user_id, title, deadline_date)
        select ${integration.user_id}, n::text, '2027-01-01' from generate_series(1, 100000) as n`;
      assert.deepEqual(await written(engine, integration), { jobs: 0, changes: 1, everything: 1 });
    },
  },
  {
    name: "the scan hands out each obligation exactly once, batch by batch in the order of their ids",
    own_database: true,
    async show(engine) {
      const integration = await engine.integration();
      const ids = await engine.insert(integration.user_id, 10_000);
      await engine.sql`update calendar_sync.lanes set batch_jobs = 1500`;
      await engine
        .sql`update calendar_sync.providers set account_calls = 10000000, project_calls = 10000000 where project_calls is not null`;
      const handed_out: string[] = [];
      for (;;) {
        const [lane] = await engine.claim(WORKER);
        if (!lane) break;
        const batch = lane.jobs.map(({ obligation_id }) => obligation_id).sort();
        assert.ok(
          batch[0] === undefined || (handed_out.at(-1) ?? "") < batch[0],
          "a batch begins before the last ended",
        );
        handed_out.push(...batch);
        await engine.record(WORKER, lane);
      }
      assert.deepEqual(handed_out, ids.sort());
    },
  },
  {
    name: "a scan hands out what differs and nothing else",
    async show(engine) {
      const { user_id } = await engine.integration();
      const ids = await engine.insert(user_id, 2500);
      await engine.settle();
      await engine.sql`update public.obligations set title = 'Changed' where id = any (${
        ids.slice(0, 150)
      }::uuid[])`;
      assert.equal((await countDrained(engine)).size, 150);
    },
  },
  {
    name: "a second change of everything during a scan has it begin again",
    async show(engine) {
      const { user_id } = await engine.integration();
      const ids = (await engine.insert(user_id, 300)).sort();
      const [lane] = await engine.claim(WORKER);
      assert.equal(lane?.jobs.length, 100);
      assert.ok(lane);
      await engine.record(WORKER, lane);
      await engine.sql`update public.obligations set title = 'Changed' where id = any (${
        ids.slice(0, 150)
      }::uuid[])`;
      await engine.pass(2);
      await engine.drain();
      const [stale] = await engine.sql`
        select count(*)::int from calendar_sync.compare(
          ${lane.integration_id}, calendar_sync.keys_after(${lane.integration_id}, null, 1000)) as found
        where found.differs`;
      assert.equal(stale?.["count"], 0);
      assert.deepEqual(await written(engine, { id: lane.integration_id }), {
        jobs: 0,
        changes: 0,
        everything: 0,
      });
    },
  },
  {
    name: "a scan that finds nothing to do ends, and leaves nothing behind",
    own_database: true,
    async show(engine) {
      const integration = await engine.integration();
      await engine.insert(integration.user_id, 25_000);
      await engine.settle();
      await engine.sql`select calendar_sync.append_changes(array[${integration.id}::uuid], 'scan', 0)`;
      assert.equal((await countDrained(engine)).size, 0);
      const [lane] = await engine
        .sql`select ready_at, (select count(*)::int from calendar_sync.jobs) as jobs from calendar_sync.lanes`;
      assert.deepEqual({ ...lane }, { ready_at: null, jobs: 0 });
    },
  },
  {
    name: "changes of a lane that is locked wait for the next claim",
    async show(engine) {
      const integration = await engine.integration();
      await engine.insert(integration.user_id, 101);
      await engine.sql.begin(async (recording) => {
        await recording`select from calendar_sync.lanes where integration_id = ${integration.id} for update`;
        assert.deepEqual(await engine.claim(WORKER), []);
        assert.deepEqual(await written(engine, integration), { jobs: 0, changes: 1, everything: 1 });
      });
      assert.equal((await engine.claim(WORKER)).length, 1);
      assert.equal((await written(engine, integration)).changes, 0);
    },
  },
  {
    name: "switching off only takes a calendar out of the queue; switching on has all of it looked at",
    async show(engine) {
      const { id } = await engine.integration();
      const kindsOfSwitching = async (sync_enabled: boolean) => {
        await engine
          .sql`update public.calendar_integrations set sync_enabled = ${sync_enabled} where id = ${id}`;
        const changes = await engine.sql<{ kind: string }[]>`
          with taken as (delete from calendar_sync.changes where integration_id = ${id} returning kind)
          select kind from taken order by kind`;
        return changes.map(({ kind }) => kind);
      };
      assert.deepEqual(await kindsOfSwitching(false), ["reschedule"]);
      assert.deepEqual(await kindsOfSwitching(true), ["listen", "pull", "retry"]);
    },
  },
  {
    name:
      "of very many single changes a claim absorbs 50,000, urgent ones first, and the next one those of others",
    own_database: true,
    async show(engine) {
      const many = await engine.integration();
      const [urgent = ""] = await engine.insert(many.user_id, 1);
      const other = await engine.integration();
      await engine.sql`delete from calendar_sync.changes`;
      await appendBulk(engine, many, 60_000);
      await engine.insert(other.user_id, 1);
      await engine.sql`update calendar_sync.changes set priority = 2 where integration_id = ${other.id}`;
      await engine.sql`update public.obligations set title = 'Urgent' where id = ${urgent}`;
      const [lane] = await engine.claim(WORKER, 8);
      assert.equal(lane?.integration_id, many.id);
      assert.equal(lane.jobs[0]?.obligation_id, urgent);
      assert.deepEqual(await written(engine, many), { jobs: 50_000, changes: 10_001, everything: 0 });
      const [next] = await engine.claim(WORKER, 8);
      assert.equal(next?.integration_id, other.id);
      await engine.retire(WORKER);
      await engine.claim(WORKER, 8);
      assert.equal((await written(engine, many)).changes, 0);
    },
  },
  {
    name: "however long changes take to be absorbed, the claim hands out lanes",
    own_database: true,
    async show(engine) {
      const { id, user_id } = await engine.integration();
      await engine.insert(user_id, 1);
      await engine.sql.unsafe(`
        alter function calendar_sync.absorb_changes(integer) rename to absorb_quickly;
        create function calendar_sync.absorb_changes(p_changes integer) returns void language plpgsql as $$
        begin
          perform pg_sleep(3.1);
          perform calendar_sync.absorb_quickly(p_changes);
        end $$`);
      assert.deepEqual((await engine.claim(WORKER)).map(({ integration_id }) => integration_id), [id]);
    },
  },
  {
    name: "the tick drops changes of integrations that are gone, and keeps the others",
    async show(engine) {
      const gone = await engine.integration();
      const kept = await engine.integration();
      for (const { user_id } of [gone, kept]) await engine.insert(user_id, 101);
      await engine.sql`delete from public.calendar_integrations where id = ${gone.id}`;
      await engine.sql`select calendar_sync.tick()`;
      assert.equal((await written(engine, gone)).changes, 0);
      assert.equal((await written(engine, kept)).changes, 1);
    },
  },
]);

/** What so many statements append that change an obligation each. */
async function appendBulk({ sql }: Engine, { id }: Integration, changes: number): Promise<void> {
  await sql`
    insert into calendar_sync.changes (integration_id, obligation_id, kind, priority)
    select ${id}, gen_random_uuid(), 'event', 1 from generate_series(1, ${changes}::int)`;
}

async function written({ sql }: Engine, { id }: Pick<Integration, "id">) {
  const [row] = await sql<{ jobs: number; changes: number; everything: number }[]>`
    select (select count(*)::int from calendar_sync.jobs where integration_id = ${id}) as jobs,
      (select count(*)::int from calendar_sync.changes where integration_id = ${id}) as changes,
      (select count(*)::int from calendar_sync.changes where integration_id = ${id} and kind = 'scan') as everything`;
  assert.ok(row);
  return { ...row };
}

/** The obligations that are handed out until nothing is left. */
async function countDrained(engine: Engine): Promise<Set<string>> {
  const handed_out = new Set<string>();
  for (let claims = 0; claims < 100; claims++) {
    const [lane] = await engine.claim(WORKER);
    if (!lane) break;
    for (const { obligation_id } of lane.jobs) handed_out.add(obligation_id);
    await engine.record(WORKER, lane);
  }
  return handed_out;
}
