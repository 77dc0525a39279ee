import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { type Engine, openEngine } from "../../support/engine.ts";
import { testEngine } from "../../support/engine-test.ts";
import { countEvents } from "../../support/full-calendar.ts";

const WORKER = "a0000000-0000-0000-0000-000000000000";

testEngine("nothing is lost between a change and the claim that absorbs it", [
  {
    name: "a calendar that is connected during an open import has what the import commits afterwards",
    async show(engine) {
      const user_id = await engine.user();
      const open = await openTransaction(engine);
      await open.sql`
        insert into public.obligations (user_id, title, deadline_date)
        select ${user_id}, 'Imported ' || n, '2027-01-01' from generate_series(1, 5) as n`;
      const integration = await connect(engine, user_id);
      await engine.drain();
      assert.equal(await countEvents(engine, integration), 0);
      const [scan] = await engine
        .sql`select cursor ? 'waits_for' as waits from calendar_sync.jobs where kind = 'scan'`;
      assert.deepEqual({ ...scan }, { waits: true });
      await open.commit();
      await engine.pass(60);
      await engine.drain();
      assert.equal(await countEvents(engine, integration), 5);
      assert.equal((await engine.sql`select from calendar_sync.jobs`).length, 0, "it is repeated once");
    },
  },
  {
    name: "so has one that is switched on during an open import",
    async show(engine) {
      const integration = await engine.integration();
      await engine.sql`update public.calendar_integrations set sync_enabled = false`;
      await engine.drain();
      const open = await openTransaction(engine);
      await open.sql`set local session_replication_role = replica`;
      await open.sql`
        insert into public.obligations (user_id, title, deadline_date) values (${integration.user_id}, 'Imported', '2027-01-01')`;
      await engine.sql`update public.calendar_integrations set sync_enabled = true`;
      await engine.drain();
      assert.equal(await countEvents(engine, integration), 0);
      await open.commit();
      await engine.pass(60);
      await engine.drain();
      assert.equal(await countEvents(engine, integration), 1);
    },
  },
  {
    name:
      "Sync now, and a switch, go on at once while a scan waits for a transaction, and the scan is still repeated",
    async show(engine) {
      const integration = await engine.integration();
      await engine.sql`update public.calendar_integrations set sync_enabled = false`;
      await engine.drain();
      const open = await openTransaction(engine);
      await open.sql`set local session_replication_role = replica`;
      await open.sql`
        insert into public.obligations (user_id, title, deadline_date) values (${integration.user_id}, 'Imported', '2027-01-01')`;
      await engine.sql`update public.calendar_integrations set sync_enabled = true`;
      await engine.drain();
      await unseen(engine, integration.user_id, "First");
      await engine.asUser(integration.user_id, (own) => own`select public.calendar_sync_now()`);
      await engine.drain();
      assert.equal(await countEvents(engine, integration), 1);
      await unseen(engine, integration.user_id, "Second");
      await engine.sql`update public.calendar_integrations set sync_enabled = false`;
      await engine.sql`update public.calendar_integrations set sync_enabled = true`;
      await engine.drain();
      assert.equal(await countEvents(engine, integration), 2);
      await open.commit();
      await engine.pass(60);
      await engine.drain();
      assert.equal(await countEvents(engine, integration), 3);
    },
  },
  {
    name: "a token that is to be kept alive does not keep a lane that is being left busy",
    async show(engine) {
      const integration = await engine.integration();
      await engine.sql`
        insert into calendar_sync.jobs (integration_id, kind) values (${integration.id}, 'keep_alive')`;
      await engine.sql`
        insert into calendar_sync.jobs (integration_id, kind, run_at)
        values (${integration.id}, 'scan', now() + interval '1 minute')`;
      await engine.sql`update public.calendar_integrations set status = 'disconnecting'`;
      await engine.sql`delete from calendar_sync.changes`;
      await engine.sql`select calendar_sync.reschedule(array[${integration.id}::uuid])`;
      assert.deepEqual(await engine.claim(WORKER), []);
    },
  },
  {
    name: "transactions that began later do not keep a scan waiting",
    async show(engine) {
      const integration = await connect(engine, await engine.user());
      await engine.claim(WORKER);
      const open = await openTransaction(engine);
      await open.sql`insert into auth.users (email) values ('later@example.com')`;
      await engine.retire(WORKER);
      await engine.drain();
      const left = await engine
        .sql`select kind from calendar_sync.jobs where integration_id = ${integration.id}`;
      assert.equal(left.length, 0);
      await open.commit();
    },
  },
  {
    name: "a change of a leased lane is absorbed after the record",
    async show(engine) {
      const { user_id } = await engine.integration();
      await engine.insert(user_id, 1, "First");
      const [lane] = await engine.claim(WORKER);
      assert.ok(lane);
      await engine.insert(user_id, 1, "Second");
      await engine.sql`select calendar_sync.absorb_changes(1000)`;
      assert.equal((await engine.sql`select from calendar_sync.changes`).length, 1);
      await engine.record(WORKER, lane);
      const [next] = await engine.claim(WORKER);
      assert.deepEqual(next?.jobs.map(({ deadline }) => deadline?.title), ["Second 1"]);
    },
  },
  {
    name: "a change that is appended and committed while a claim is under way is not lost",
    async show(engine) {
      const { user_id } = await engine.integration();
      const [edited = ""] = await engine.insert(user_id, 1, "First");
      const claiming = await openTransaction(engine);
      const [claim] = await claiming.sql<{ lanes: unknown[] }[]>`
        select public.calendar_claim(${WORKER}, 1, 15) -> 'lanes' as lanes`;
      assert.equal(claim?.lanes.length, 1);
      await engine.sql`update public.obligations set title = 'Edited' where id = ${edited}`;
      await engine.insert(user_id, 1, "Second");
      await claiming.commit();
      assert.equal((await engine.sql`select from calendar_sync.changes`).length, 2);
      await engine.retire(WORKER);
      const [lane] = await engine.claim(WORKER);
      assert.deepEqual(lane?.jobs.map(({ deadline, version }) => [deadline?.title, version]).sort(), [
        ["Edited", 2],
        ["Second 1", 1],
      ]);
    },
  },
  {
    name: "an incident names its obligations, and the tick has those alone looked at",
    own_database: true,
    async show(engine) {
      const lost = await engine.integration();
      const other = await engine.integration();
      const [existing = ""] = await engine.insert(lost.user_id, 1);
      await engine.insert(other.user_id, 1);
      await engine.settle();
      await engine
        .sql`alter table calendar_sync.changes add constraint refused check (kind <> 'event') not valid`;
      const [created = ""] = await engine.insert(lost.user_id, 1);
      await engine.sql`update public.obligations set title = 'Changed' where id = ${existing}`;
      await engine.sql`alter table calendar_sync.changes drop constraint refused`;
      const incidents = await engine.sql<{ ids: string[] }[]>`
        select obligation_ids as ids from calendar_sync.incidents where kind = 'enqueue' order by id`;
      assert.deepEqual(incidents.map(({ ids }) => [...new Set(ids)]), [[created], [existing]]);
      await engine.sql`select calendar_sync.tick()`;
      const changes = await engine.sql<{ integration_id: string; obligation_id: string; by: string }[]>`
        select integration_id, obligation_id, cause ->> 'by' as by from calendar_sync.changes`;
      assert.deepEqual(
        changes.map(({ integration_id, obligation_id, by }) => `${integration_id} ${obligation_id} ${by}`)
          .sort(),
        [existing, created].map((id) => `${lost.id} ${id} repair`).sort(),
      );
      await engine.sql`select calendar_sync.tick()`;
      assert.equal((await engine.sql`select from calendar_sync.changes`).length, 2, "once");
    },
  },
]);

/** Connects a calendar: unlike `engine.integration`, it is still to be scanned. */
async function connect({ sql }: Engine, user_id: string): Promise<{ readonly id: string }> {
  const [row] = await sql<{ id: string }[]>`
    insert into public.calendar_integrations (user_id, provider, account_id, calendar_id)
    values (${user_id}, 'google', ${crypto.randomUUID()}, 'calendar') returning id`;
  assert.ok(row);
  return row;
}

/** A transaction of another connection, which stays open until it is committed. */
async function openTransaction(engine: Engine): Promise<{ readonly sql: Sql; commit(): Promise<void> }> {
  const { host: [host], port: [port], user, pass, database } = engine.sql.options;
  const other = openEngine(`postgresql://${user}:${pass}@${host}:${port}/${database}`, { connections: 1 });
  await other.sql`begin`;
  return {
    sql: other.sql,
    async commit() {
      await other.sql`commit`;
      await other.close();
    },
  };
}

/** A write that no trigger tells of. */
async function unseen(engine: Engine, user_id: string, title: string): Promise<void> {
  await engine.sql.begin(async (own) => {
    await own`set local session_replication_role = replica`;
    await own`
      insert into public.obligations (user_id, title, deadline_date) values (${user_id}, ${title}, '2027-01-01')`;
  });
}
