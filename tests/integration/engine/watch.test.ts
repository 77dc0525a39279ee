import assert from "node:assert/strict";
import type { Engine, Integration } from "../../support/engine.ts";
import { testEngine } from "../../support/engine-test.ts";

testEngine("a host's own tables are watched", [
  {
    name:
      "a partitioned table: rows written through the parent and into a partition, and truncate of the parent",
    own_database: true,
    async show(engine) {
      const integration = await engine.integration();
      await partitioned(engine);
      for (const table of ["duties", "duties_2027"]) {
        await settled(engine);
        await duty(engine, table, integration);
        assert.equal(await changesOf(engine, integration), 1, `insert into ${table}`);
        await settled(engine);
        await engine.sql.unsafe(`update public.${table} set name = name || '.'`);
        assert.ok(await changesOf(engine, integration) >= 1, `update ${table}`);
      }
      await settled(engine);
      await engine.sql`delete from public.duties_2027 where name like '%'`;
      assert.equal(await changesOf(engine, integration), 2);
      await settled(engine);
      await engine.sql`truncate public.duties`;
      assert.ok(await changesOf(engine, integration) >= 1);
    },
  },
  {
    name: "partitions that are attached and detached are noticed by the tick",
    own_database: true,
    async show(engine) {
      const integration = await engine.integration();
      await partitioned(engine);
      await migrate(engine, "create table public.duties_2028 (like public.duties including all)");
      await duty(engine, "duties_2028", integration, "2028-01-01");
      await settled(engine);
      await migrate(
        engine,
        "alter table public.duties attach partition public.duties_2028 for values from ('2028-01-01') to ('2029-01-01')",
      );
      await engine.sql`select calendar_sync.tick()`;
      await engine.drain();
      assert.equal(await events(engine, integration), 1);
      await duty(engine, "duties_2028", integration, "2028-02-01");
      assert.equal(await changesOf(engine, integration), 1);
      await engine.drain();
      await migrate(engine, "alter table public.duties detach partition public.duties_2028");
      await engine.pass(2);
      await engine.sql`select calendar_sync.tick()`;
      await engine.drain();
      assert.equal(await events(engine, integration), 0);
      await duty(engine, "duties_2028", integration, "2028-03-01");
      assert.equal(await changesOf(engine, integration), 0, "it is watched no more");
      await engine.sql`select calendar_sync.tick()`;
      assert.equal(await changesOf(engine, integration), 0, "nothing to do is nothing done");
    },
  },
  {
    name: "what cannot be watched is refused with a hint",
    own_database: true,
    async show({ sql }) {
      await sql`create view public.a_view as select * from public.obligations`;
      await sql`create foreign data wrapper nothing`;
      await sql`create server nowhere foreign data wrapper nothing`;
      await sql`create foreign table public.foreign_table (id uuid) server nowhere`;
      await sql`create table public.numbered (id bigint primary key)`;
      await sql`create table public.without_adapter (id uuid primary key)`;
      const refusals = {
        a_view: /is no table/,
        foreign_table: /is no table/,
        numbered: /has to be uuid/,
        without_adapter: /no adapter/,
      };
      for (const [table, message] of Object.entries(refusals)) {
        await assert.rejects(
          async () => await sql`select calendar_sync.watch(${table}::regclass, 'id')`,
          (error: unknown) =>
            error instanceof Error && message.test(error.message) && "hint" in error && Boolean(error.hint),
          table,
        );
      }
      await assert.rejects(
        async () => await sql`select calendar_sync.watch('public.obligations', 'no_column')`,
        /has no column/,
      );
      await assert.rejects(
        async () => await sql`select calendar_sync.watch_recipients('public.numbered', 'id', 'id')`,
        /has to be uuid/,
      );
      assert.equal((await sql`select from calendar_sync.watched_tables`).length, 1);
    },
  },
  {
    name: "watch refuses a table with a partition that takes no triggers, with a hint",
    own_database: true,
    async show(engine) {
      await partitioned(engine);
      await migrate(engine, "select calendar_sync.unwatch('public.duties')");
      await strangePartitions(engine);
      const refusals = {
        "alter table public.duties detach partition public.duties_theirs": /duties_far is a foreign table/,
        "alter table public.duties detach partition public.duties_far": /no trigger on public\.duties_theirs/,
      };
      for (const [detach, message] of Object.entries(refusals)) {
        await engine.sql.begin(async (sql) => {
          await sql.unsafe(`${detach}; set local role postgres; set local search_path = public`);
          await assert.rejects(
            sql.savepoint((point) => point`select calendar_sync.watch('public.duties', 'duty_id')`),
            (error: unknown) =>
              error instanceof Error && message.test(error.message) && "hint" in error && Boolean(error.hint),
            detach,
          );
          await sql`rollback and chain`;
        });
      }
    },
  },
  {
    name:
      "a partition that takes no triggers keeps the tick from nothing else; it is told until it is mended",
    own_database: true,
    async show(engine) {
      const integration = await engine.integration();
      await partitioned(engine);
      await strangePartitions(engine);
      await engine
        .sql`insert into calendar_sync.calls values (gen_random_uuid(), 'all', now() - interval '1 hour')`;
      for (let time = 0; time < 3; time++) await engine.sql`select calendar_sync.tick()`;
      assert.equal(
        (await engine.sql`select from calendar_sync.calls`).length,
        0,
        "the other steps were done",
      );
      const told = await engine.sql<{ message: string }[]>`
        select message from calendar_sync.incidents where kind = 'watch' order by message`;
      assert.match(told[0]?.message ?? "", /duties_far: .* is a foreign table/);
      assert.match(told[1]?.message ?? "", /duties_theirs: postgres may make no trigger on/);
      assert.equal(told.length, 2);
      const check = async () => {
        const [row] = await engine.sql`
          select ok, found from calendar_admin.check_triggers() where check_name = 'partitions of watched tables'`;
        return row?.["ok"] ? "" : String(row?.["found"]);
      };
      assert.match(await check(), /duties_far, .*duties_theirs/);
      await engine.sql`grant trigger on public.duties_theirs to postgres`;
      await engine.sql`select calendar_sync.tick()`;
      assert.doesNotMatch(await check(), /duties_theirs/);
      await settled(engine);
      await duty(engine, "duties_theirs", integration, "2031-01-01");
      assert.equal(await changesOf(engine, integration), 1);
      await migrate(engine, "alter table public.duties detach partition public.duties_far");
      assert.equal(await check(), "");
    },
  },
  {
    name:
      "who writes to a new partition in a transaction that does not end keeps the tick waiting for a moment only",
    own_database: true,
    async show(engine) {
      const integration = await engine.integration();
      await partitioned(engine);
      await migrate(
        engine,
        "create table public.duties_2028 partition of public.duties for values from ('2028-01-01') to ('2029-01-01')",
      );
      const writer = await engine.sql.reserve();
      try {
        await writer`begin`;
        await writer`insert into public.duties_2028 (name, due) values ('Unfinished', '2028-01-01')`;
        const began_at = performance.now();
        for (let time = 0; time < 2; time++) await engine.sql`select calendar_sync.tick()`;
        assert.ok(performance.now() - began_at < 5_000);
        const told = await engine.sql`select sqlstate from calendar_sync.incidents where kind = 'watch'`;
        assert.deepEqual(told.map(({ sqlstate }) => sqlstate), ["55P03"]);
        await duty(engine, "duties_2028", integration, "2028-02-02");
        await writer`commit`;
      } finally {
        writer.release();
      }
      await settled(engine);
      await engine.sql`select calendar_sync.tick()`;
      await settled(engine);
      await duty(engine, "duties_2028", integration, "2028-03-03");
      assert.equal(await changesOf(engine, integration), 1);
    },
  },
  {
    name: "two tables are watched at once; watch may be repeated, and unwatch ends one alone",
    own_database: true,
    async show(engine) {
      const integration = await engine.integration();
      await partitioned(engine);
      for (let time = 0; time < 2; time++) {
        await migrate(engine, "select calendar_sync.watch('public.duties', 'duty_id')");
      }
      await settled(engine);
      await engine.insert(integration.user_id, 1);
      await duty(engine, "duties", integration);
      assert.equal(await changesOf(engine, integration), 2);
      await engine.drain();
      assert.equal(await events(engine, integration), 2);
      await migrate(engine, "select calendar_sync.unwatch('public.duties')");
      await engine.pass(2);
      await engine.drain();
      assert.equal(await events(engine, integration), 1);
      await duty(engine, "duties", integration);
      assert.equal(await changesOf(engine, integration), 0);
      await engine.insert(integration.user_id, 1);
      assert.equal(await changesOf(engine, integration), 1);
    },
  },
  {
    name: "members of an obligation get and lose it with their row",
    own_database: true,
    async show(engine) {
      const [owner, member] = [await engine.integration(), await engine.integration()];
      const { sql } = engine;
      await migrate(
        engine,
        `
        create table public.members (duty_id uuid not null, person_id uuid not null, primary key (duty_id, person_id));
        create table public.shared (duty_id uuid primary key default gen_random_uuid(), name text not null, due date);
        create function calendar_sync.deadline_of(obligation public.shared) returns setof calendar_sync.deadline
        language sql stable as $$
          select obligation.duty_id, member.person_id, obligation.name, null::text, null::text, 'open', obligation.due,
            null::timestamptz, null::text, null::text
          from public.members as member where member.duty_id = obligation.duty_id
        $$;
        select calendar_sync.watch('public.shared', 'duty_id');
        select calendar_sync.watch_recipients('public.members', 'duty_id', 'person_id')`,
      );
      const [shared] = await sql<{ id: string }[]>`
        insert into public.shared (name, due) values ('Shared', '2027-01-01') returning duty_id as id`;
      const id = shared?.id ?? "";
      await sql`insert into public.members values (${id}, ${owner.user_id})`;
      await engine.drain();
      assert.deepEqual([await events(engine, owner), await events(engine, member)], [1, 0]);
      await sql`update public.members set person_id = ${member.user_id}`;
      await engine.pass(2);
      await engine.drain();
      assert.deepEqual([await events(engine, owner), await events(engine, member)], [0, 1]);
      await sql`update public.shared set name = 'Renamed'`;
      assert.deepEqual([await changesOf(engine, owner), await changesOf(engine, member)], [0, 1]);
      await sql`delete from public.members`;
      await engine.pass(2);
      await engine.drain();
      assert.deepEqual([await events(engine, owner), await events(engine, member)], [0, 0]);
    },
  },
]);

/** A partitioned table of duties, watched. Columns of its partition stand in another order. */
async function partitioned(engine: Engine): Promise<void> {
  await migrate(
    engine,
    `
    create table public.duties (duty_id uuid not null default gen_random_uuid(), person_id uuid, name text, due date not null)
    partition by range (due);
    create table public.duties_2027 (due date not null, name text, person_id uuid, duty_id uuid not null default gen_random_uuid());
    alter table public.duties attach partition public.duties_2027 for values from ('2027-01-01') to ('2028-01-01');
    create index on public.duties (duty_id);
    create index on public.duties (person_id, duty_id);
    create function calendar_sync.deadline_of(obligation public.duties) returns setof calendar_sync.deadline
    language sql stable as $$
      select obligation.duty_id, obligation.person_id, obligation.name, null::text, null::text, 'open', obligation.due,
        null::timestamptz, null::text, null::text
    $$;
    select calendar_sync.watch('public.duties', 'duty_id')`,
  );
}

/** Attaches two partitions to it on which a migration of the host may make no triggers. */
async function strangePartitions({ sql }: Engine): Promise<void> {
  await sql.unsafe(`
    create extension file_fdw;
    create server files foreign data wrapper file_fdw;
    create foreign table public.duties_far partition of public.duties
    for values from ('2030-01-01') to ('2031-01-01') server files options (filename '/dev/null', format 'csv');
    grant select on public.duties_far to postgres;
    create table public.duties_theirs (like public.duties including defaults);
    alter table public.duties_theirs owner to supabase_admin;
    revoke all on public.duties_theirs from postgres;
    alter table public.duties attach partition public.duties_theirs for values from ('2031-01-01') to ('2032-01-01')`);
}

/** Does something as a migration of the host does. */
async function migrate({ sql }: Engine, statements: string): Promise<void> {
  await sql.begin((migration) => migration.unsafe(`set local role postgres; ${statements}`));
}

async function duty(
  { sql }: Engine,
  table: string,
  { user_id }: Integration,
  due = "2027-05-05",
): Promise<void> {
  await sql`insert into ${sql("public." + table)} (person_id, name, due) values (${user_id}, 'Duty', ${due})`;
}

async function settled(engine: Engine): Promise<void> {
  await engine.settle();
}

async function changesOf({ sql }: Engine, { id }: Integration): Promise<number> {
  return (await sql`select from calendar_sync.changes where integration_id = ${id}`).length;
}

async function events({ sql }: Engine, { id }: Integration): Promise<number> {
  return (await sql`select from public.calendar_event_mappings where integration_id = ${id}`).length;
}
