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
