import assert from "node:assert/strict";
import type { Engine } from "../../support/engine.ts";
import { testEngine } from "../../support/engine-test.ts";

const WORKER_URL = "http://127.0.0.1:9/functions/v1/calendar-sync";

testEngine("the worker is called once", [
  {
    name: "a transaction calls once, however many statements change something",
    async show(engine) {
      const { user_id } = await withWorker(engine);
      await engine.sql.begin(async (sql) => {
        for (let n = 0; n < 5; n++) {
          await sql`insert into public.obligations (user_id, title, deadline_date) values (${user_id}, ${n}, '2027-01-01')`;
          assert.equal(await calls(engine), 0);
        }
        await sql`update public.obligations set title = 'Changed'`;
      });
      assert.equal(await calls(engine), 1);
    },
  },
  {
    name: "nobody is called where nothing changes for a calendar, or the transaction is rolled back",
    async show(engine) {
      const { user_id } = await withWorker(engine);
      await engine.insert(await engine.user(), 5);
      await engine
        .sql`insert into public.obligations (user_id, title) values (${user_id}, 'Without a deadline')`;
      await engine.sql`update public.obligations set title = title, created_at = now()`;
      await engine.sql.begin(async (sql) => {
        await sql`insert into public.obligations (user_id, title, deadline_date) values (${user_id}, 'Never', '2027-01-01')`;
        throw new RolledBack();
      }).catch((error: unknown) => assert.ok(error instanceof RolledBack));
      assert.equal(await calls(engine), 0);
    },
  },
  {
    name: "a savepoint that is rolled back does not keep a later change from calling",
    async show(engine) {
      const { user_id } = await withWorker(engine);
      await engine.sql.begin(async (sql) => {
        await sql.savepoint(async (inner) => {
          await inner`insert into public.obligations (user_id, title, deadline_date) values (${user_id}, 'Never', '2027-01-01')`;
          throw new RolledBack();
        }).catch((error: unknown) => assert.ok(error instanceof RolledBack));
        await sql`insert into public.obligations (user_id, title, deadline_date) values (${user_id}, 'Kept', '2027-01-01')`;
      });
      assert.equal(await calls(engine), 1);
    },
  },
  {
    name: "no other call is queued while one waits to be sent",
    async show(engine) {
      const { user_id } = await withWorker(engine);
      for (let n = 0; n < 5; n++) await engine.insert(user_id, 1);
      await engine.sql`select calendar_sync.tick()`;
      assert.equal(await calls(engine), 1);
    },
  },
  {
    name: "a call that is being sent may be too early, so another is queued",
    async show(engine) {
      const { user_id } = await withWorker(engine);
      await engine.insert(user_id, 1);
      await engine.sql.begin(async (sending) => {
        await sending`delete from net.http_request_queue`;
        await engine.insert(user_id, 1);
        assert.equal(await calls(engine), 2);
      });
      assert.equal(await calls(engine), 1);
    },
  },
  {
    name: "calls to other addresses do not count",
    async show(engine) {
      const { user_id } = await withWorker(engine);
      await engine.sql`select net.http_post('http://127.0.0.1:9/somebody-else')`;
      await engine.insert(user_id, 1);
      assert.equal(await calls(engine), 1);
    },
  },
  {
    name: "without the secrets writes succeed and changes wait",
    async show(engine) {
      const { user_id } = await engine.integration();
      await engine.insert(user_id, 1);
      assert.equal(await calls(engine), 0);
      const [left] = await engine.sql`
        select (select count(*)::int from calendar_sync.changes) as changes, (select count(*)::int from calendar_sync.incidents) as incidents`;
      assert.deepEqual({ ...left }, { changes: 1, incidents: 0 });
    },
  },
  {
    name: "a call that fails is noted once a transaction and disturbs nobody",
    async show(engine) {
      const { user_id } = await withWorker(engine);
      await engine.sql`alter table net.http_request_queue rename to gone`;
      await engine.insert(user_id, 3);
      await engine.sql`alter table net.gone rename to http_request_queue`;
      const incidents = await engine.sql`select kind from calendar_sync.incidents`;
      assert.deepEqual(incidents.map(({ kind }) => kind), ["wake_up"]);
      await engine.sql`select calendar_sync.tick()`;
      assert.equal(await calls(engine), 1);
    },
  },
]);

class RolledBack extends Error {
  override readonly name = "RolledBack";
}

async function withWorker(engine: Engine) {
  await engine.sql`
    select vault.create_secret(${WORKER_URL}, 'calendar_sync_url'), vault.create_secret('the secret', 'calendar_sync_secret')`;
  return await engine.integration();
}

async function calls({ sql }: Engine): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int from net.http_request_queue where url = ${WORKER_URL}`;
  return row?.count ?? 0;
}
