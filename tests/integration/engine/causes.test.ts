import assert from "node:assert/strict";
import type { ISql } from "postgres";
import type { Engine } from "../../support/engine.ts";
import { testEngine } from "../../support/engine-test.ts";

const WORKER = "c0000000-0000-0000-0000-000000000000";
const BULK = 101;

testEngine("what was done to a calendar says who or what caused it", [
  {
    name: "a user's write, a service's and one with SQL: the writer, and the request where there is one",
    async show(engine) {
      const { id, user_id } = await engine.integration();
      const insert = (title: string) => (sql: ISql) =>
        sql`insert into public.obligations (user_id, title, deadline_date) values (${user_id}, ${title}, '2027-01-01')`;
      await as(engine, { sub: user_id, role: "authenticated" }, { "x-request-id": "r-1" }, insert("user"));
      await as(engine, { role: "service_role" }, { "x-request-id": "r-2" }, insert("service"));
      await as(engine, { role: "service_role" }, { "x-on-behalf-of": user_id }, insert("for a user"));
      await as(engine, { role: "service_role" }, { "x-on-behalf-of": "nobody" }, insert("for nobody"));
      await insert("SQL")(engine.sql);
      await engine.drain();
      assert.deepEqual(await causesOf(engine, id), {
        user: [`user:${user_id}`, "r-1"],
        service: ["service", "r-2"],
        "for a user": [`user:${user_id}`, null],
        "for nobody": ["service", null],
        SQL: [await database(engine), null],
      });
    },
  },
  {
    name: "nobody speaks for another user without the secret key",
    async show(engine) {
      const { id, user_id } = await engine.integration();
      const other = await engine.user();
      await as(
        engine,
        { sub: user_id, role: "authenticated" },
        { "x-on-behalf-of": other },
        (sql) =>
          sql`insert into public.obligations (user_id, title, deadline_date) values (${user_id}, 'own', '2027-01-01')`,
      );
      await engine.drain();
      assert.deepEqual(await causesOf(engine, id), { own: [`user:${user_id}`, null] });
    },
  },
  {
    name: "a bulk write's cause travels with the scan, to its last chunk",
    async show(engine) {
      const { id, user_id } = await engine.integration();
      await as(
        engine,
        { sub: user_id, role: "authenticated" },
        { "x-request-id": "bulk" },
        (sql) =>
          sql`insert into public.obligations (user_id, title, deadline_date)
          select ${user_id}, 'Bulk ' || n, '2027-01-01' from generate_series(1, ${BULK * 11}::int) as n`,
      );
      const [outbox] = await engine.sql`
        select (select count(*) from calendar_sync.jobs)::int as jobs,
          (select array_agg(cause ->> 'request_id') from calendar_sync.changes) as requests`;
      assert.deepEqual({ ...outbox }, { jobs: 0, requests: ["bulk"] });
      await engine.drain();
      const causes = new Set(Object.values(await causesOf(engine, id)).map((cause) => cause.join()));
      assert.deepEqual([...causes], [`user:${user_id},bulk`]);
    },
  },
  {
    name: "of several causes a scan has that of the most urgent change, and of these the last",
    async show(engine) {
      const { id, user_id } = await engine.integration();
      await engine.insert(user_id, 1);
      await engine.settle();
      const ask = async (by: string, priority: number) => {
        await engine.sql`
          insert into calendar_sync.changes (integration_id, kind, priority, cause)
          values (${id}, 'scan', ${priority}, ${engine.sql.json({ by, request_id: null })})`;
      };
      const scan = async () => {
        await engine.sql`select calendar_sync.absorb_changes(100)`;
        const [job] = await engine.sql`
          select cause ->> 'by' as by, cursor from calendar_sync.jobs where kind = 'scan'`;
        return { ...job };
      };
      for (const [by, priority] of [["second", 1], ["urgent", 0], ["late", 1], ["last", 0]] as const) {
        await ask(by, priority);
      }
      assert.deepEqual(await scan(), { by: "last", cursor: null });
      await ask("less urgent", 2);
      assert.deepEqual(await scan(), { by: "last", cursor: null });
      await engine
        .sql`update calendar_sync.jobs set cursor = '{"after": "00000000-0000-0000-0000-000000000000"}'`;
      await ask("newer", 0);
      assert.deepEqual(await scan(), { by: "newer", cursor: {} }, "it begins again");
    },
  },
  {
    name: "trying again is no new cause, a newer change is one",
    async show(engine) {
      const { id, user_id } = await engine.integration();
      const [retried = "", changed = ""] = await engine.insert(user_id, 2, "Deed");
      const [lane] = await engine.claim(WORKER);
      assert.ok(lane);
      await engine.record(WORKER, lane, { kind: "retry", counts: true });
      await as(
        engine,
        { sub: user_id, role: "authenticated" },
        { "x-request-id": "newer" },
        (sql) => sql`update public.obligations set title = 'Changed' where id = ${changed}`,
      );
      await engine.pass(10);
      await engine.drain();
      assert.deepEqual(await causesOf(engine, id), {
        "Deed 1": [await database(engine), null],
        Changed: [`user:${user_id}`, "newer"],
      });
      assert.ok(retried);
    },
  },
  {
    name: "what a worker was doing when a newer change came is still the older one's",
    async show(engine) {
      const { id, user_id } = await engine.integration();
      const [obligation_id = ""] = await engine.insert(user_id, 1, "Old");
      const [lane] = await engine.claim(WORKER);
      assert.ok(lane);
      await as(
        engine,
        { sub: user_id, role: "authenticated" },
        { "x-request-id": "newer" },
        (sql) => sql`update public.obligations set title = 'New' where id = ${obligation_id}`,
      );
      await engine.record(WORKER, lane);
      await engine.pass(10);
      await engine.drain();
      assert.deepEqual(await causesOf(engine, id), {
        "Old 1": [await database(engine), null],
        New: [`user:${user_id}`, "newer"],
      });
    },
  },
  {
    name: "what is given up and tried again is the caller's who asked, or the night's",
    async show(engine) {
      const { id, user_id } = await engine.integration();
      const ids = await engine.insert(user_id, 3, "Hopeless");
      const giveUp = async () => {
        await engine.pass(3600);
        await engine.sql`select calendar_sync.absorb_changes(1000)`;
        await engine.sql`update calendar_sync.jobs set attempts = 8`;
        const [lane] = await engine.claim(WORKER);
        assert.ok(lane);
        await engine.record(WORKER, lane, { kind: "retry", counts: true });
      };
      await giveUp();
      assert.deepEqual(await jobCauses(engine), Array(3).fill(await database(engine)));
      await as(
        engine,
        { sub: user_id, role: "authenticated" },
        {},
        (sql) => sql`select public.calendar_retry(${id}, ${ids[0] ?? ""})`,
      );
      assert.deepEqual(
        await jobCauses(engine),
        [
          `user:${user_id}`,
          ...Array(2).fill(await database(engine)),
        ].sort(),
      );
      await engine.sql`select calendar_sync.nightly()`;
      assert.deepEqual(await jobCauses(engine), [...Array(2).fill("nightly"), `user:${user_id}`].sort());
      await giveUp();
      await as(
        engine,
        { sub: user_id, role: "authenticated" },
        {},
        (sql) => sql`select public.calendar_sync_now(${id})`,
      );
      assert.deepEqual(await jobCauses(engine), Array(3).fill(`user:${user_id}`));
    },
  },
  {
    name: "a rejection says what led to it",
    async show(engine) {
      const { id, user_id } = await engine.integration();
      await as(
        engine,
        { sub: user_id, role: "authenticated" },
        { "x-request-id": "r" },
        (sql) =>
          sql`insert into public.obligations (user_id, title, deadline_date) values (${user_id}, 'No', '2027-01-01')`,
      );
      const [lane] = await engine.claim(WORKER);
      assert.ok(lane);
      await engine.record(WORKER, lane, { kind: "failed" });
      const [row] = await engine.sql`
        select action, caused_by, request_id from calendar_sync.activity
        where integration_id = ${id} and obligation_id is not null`;
      assert.deepEqual({ ...row }, { action: "rejected", caused_by: `user:${user_id}`, request_id: "r" });
    },
  },
  {
    name: "the sweep and a repair are causes of their own, and whoever called is one again afterwards",
    own_database: true,
    async show(engine) {
      const { id, user_id } = await engine.integration();
      await unnoticed(engine, user_id, "Swept");
      await engine.sql.begin(async (sql) => {
        await sql`select calendar_sync.sweep(${id}, ${id})`;
        await sql`insert into public.obligations (user_id, title, deadline_date) values (${user_id}, 'After', '2027-01-01')`;
      });
      await engine.drain();
      await unnoticed(engine, user_id, "Repaired");
      await engine.sql`select calendar_sync.note_incident('enqueue', '', 'lost')`;
      await engine.sql`select calendar_sync.tick()`;
      await engine.drain();
      assert.deepEqual(await causesOf(engine, id), {
        Swept: ["sweep", null],
        After: [await database(engine), null],
        Repaired: ["repair", null],
      });
    },
  },
  {
    name: "what has no known cause is caused by the worker's run",
    async show(engine) {
      const { id, user_id } = await engine.integration();
      await engine.insert(user_id, 1, "Unknown");
      await engine.sql`select calendar_sync.absorb_changes(1000)`;
      await engine.sql`update calendar_sync.jobs set cause = null`;
      const [lane] = await engine.claim(WORKER);
      assert.ok(lane);
      await as(
        engine,
        { role: "service_role" },
        { "x-request-id": "run" },
        (sql) =>
          sql`select public.calendar_record(${WORKER}, ${id}, ${
            sql.json([{
              kind: "synced",
              obligation_id: lane.jobs[0]?.obligation_id ?? "",
              version: 1,
              calendar_id: "c",
              event_id: "e",
              deadline_hash: "h",
              content_hash: "h",
              action: "created",
              title: "Unknown",
            }])
          }, ${sql.json({ succeeded: true })})`,
      );
      assert.deepEqual(await causesOf(engine, id), { Unknown: ["worker", "run"] });
    },
  },
]);

/** Does something as PostgREST would for such a call. */
async function as(
  { sql }: Engine,
  claims: { readonly role: string; readonly sub?: string },
  headers: Readonly<Record<string, string>>,
  act: (sql: ISql) => Promise<unknown>,
): Promise<void> {
  await sql.begin(async (transaction) => {
    await transaction`
      select set_config('request.jwt.claims', ${JSON.stringify(claims)}, true),
        set_config('request.headers', ${
      JSON.stringify(headers)
    }, true), set_config('role', ${claims.role}, true)`;
    await act(transaction);
  });
}

/** An obligation that no trigger saw. */
async function unnoticed({ sql }: Engine, user_id: string, title: string): Promise<void> {
  await sql.begin(async (transaction) => {
    await transaction`set local session_replication_role = replica`;
    await transaction`
      insert into public.obligations (user_id, title, deadline_date) values (${user_id}, ${title}, '2027-01-01')`;
  });
}

/** What a session of this test is called as a cause. */
async function database({ sql }: Engine): Promise<string> {
  const [row] = await sql<{ by: string }[]>`select 'database:' || session_user as by`;
  return row?.by ?? "";
}

async function jobCauses({ sql }: Engine): Promise<string[]> {
  await sql`select calendar_sync.absorb_changes(1000)`;
  const rows = await sql<{ by: string }[]>`
    select cause ->> 'by' as by from calendar_sync.jobs where kind = 'event' order by 1`;
  return rows.map(({ by }) => by).sort();
}

/** Cause and request of each event that was written, by its title. */
async function causesOf(
  { sql }: Engine,
  integration_id: string,
): Promise<Record<string, readonly [string | null, string | null]>> {
  const rows = await sql<{ title: string; caused_by: string | null; request_id: string | null }[]>`
    select title, caused_by, request_id from calendar_sync.activity
    where integration_id = ${integration_id} and action = 'created'`;
  return Object.fromEntries(
    rows.map(({ title, caused_by, request_id }) => [title, [caused_by, request_id] as const]),
  );
}
