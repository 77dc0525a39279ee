import assert from "node:assert/strict";
import type { Engine } from "../../support/engine.ts";
import { testEngine } from "../../support/engine-test.ts";

testEngine("a step that fails keeps nothing else from being done", [
  {
    name: "of the tick: the steps after it are done, and it is one incident an hour",
    own_database: true,
    async show(engine) {
      const { user_id } = await engine.integration();
      await breakStep(engine, "repair");
      await breakStep(engine, "queue_mails");
      await engine.insert(user_id, 1);
      await engine.sql`select calendar_sync.absorb_changes(1000)`;
      await engine
        .sql`insert into calendar_sync.calls values (gen_random_uuid(), 'all', now() - interval '1 hour')`;
      await engine.pass(65);
      for (let ticks = 0; ticks < 3; ticks++) await tick(engine);
      assert.equal((await engine.sql`select from calendar_sync.calls`).length, 0);
      assert.equal((await incidents(engine, "stalled")).length, 1, "the last but one");
      assert.deepEqual(await incidents(engine, "step"), [
        "queue_mails: out of order",
        "repair: out of order",
      ]);
      await engine.pass(3_601);
      await tick(engine);
      assert.equal((await incidents(engine, "step")).length, 4);
    },
  },
  {
    name: "of the night, which undoes what the step began",
    own_database: true,
    async show(engine) {
      await engine.sql.unsafe(`
        create or replace function calendar_sync.tidy_feeds() returns void language plpgsql set search_path = '' as $$
        begin
          perform calendar_sync.note_incident('claim', '00000', 'begun');
          raise exception 'out of order';
        end $$`);
      await engine.sql`
        insert into calendar_sync.notices (user_id, kind, object) values (gen_random_uuid(), 'key_added', 'of nobody')`;
      await engine.sql`select calendar_sync.nightly()`;
      assert.equal((await engine.sql`select from calendar_sync.notices`).length, 0);
      assert.deepEqual(await incidents(engine, "claim"), []);
      assert.deepEqual(await incidents(engine, "step"), ["tidy_feeds: out of order"]);
    },
  },
]);

testEngine(
  "changes that were lost because the host's adapter fails",
  [
    { exception: "an error", statement: "raise exception 'no such tenant'", told: "no such tenant" },
    { exception: "an assertion", statement: "assert false, 'no tenant'", told: "no tenant" },
  ].map(({ exception, statement, told }) => ({
    name: `with ${exception} are named once, and repaired when it works again`,
    own_database: true,
    async show(engine: Engine) {
      const { id, user_id } = await engine.integration();
      const ids = await engine.insert(user_id, 3);
      await engine.drain();
      const [adapter] = await engine.sql<{ definition: string }[]>`
      select pg_get_functiondef('calendar_sync.deadline_of'::regproc) as definition`;
      await engine.sql.unsafe(`
      create or replace function calendar_sync.deadline_of(obligation public.obligations)
      returns setof calendar_sync.deadline language plpgsql stable security invoker rows 1 as $$ begin ${statement}; end $$`);
      await engine.sql`select calendar_sync.note_incident('enqueue', 'P0001', 'lost', ${ids}::uuid[])`;
      for (let ticks = 0; ticks < 5; ticks++) await tick(engine);
      assert.deepEqual(await incidents(engine, "enqueue"), ["lost"]);
      assert.deepEqual(await incidents(engine, "step"), [`repair: ${told}`]);
      assert.equal(await countOpen(engine), 2);
      await engine.sql.unsafe(adapter?.definition ?? "");
      await tick(engine);
      assert.equal(await countOpen(engine), 0);
      const changes = await engine.sql`
      select obligation_id from calendar_sync.changes where integration_id = ${id} and cause ->> 'by' = 'repair' order by 1`;
      assert.deepEqual(changes.map(({ obligation_id }) => obligation_id), ids.toSorted());
    },
  })),
);

async function countOpen({ sql }: Engine): Promise<number> {
  return (await sql`select from calendar_sync.incidents where repaired_at is null`).length;
}

async function breakStep({ sql }: Engine, name: string): Promise<void> {
  await sql.unsafe(`
    create or replace function calendar_sync.${name}() returns void language plpgsql set search_path = '' as $$
    begin raise exception 'out of order'; end $$`);
}

async function tick({ sql }: Engine): Promise<void> {
  await sql`select calendar_sync.tick()`;
}

async function incidents({ sql }: Engine, kind: string): Promise<string[]> {
  const rows = await sql<{ message: string }[]>`
    select message from calendar_sync.incidents where kind = ${kind} order by message`;
  return rows.map(({ message }) => message);
}
