import assert from "node:assert/strict";
import fc from "fast-check";
import type { Engine } from "../../support/engine.ts";
import { testEngine } from "../../support/engine-test.ts";
import { countEvents, fullCalendar } from "../../support/full-calendar.ts";

const WORKER = "a0000000-0000-0000-0000-000000000000";
const SWEEP = 2;
const SLICES_A_DAY = 1440;

testEngine("the sweep finds what no trigger told", [
  {
    name: "what was inserted, changed and deleted while the triggers were off is queued, and nothing else",
    async show(engine) {
      const { integration, ids } = await fullCalendar(engine, 50);
      const other = await fullCalendar(engine, 5);
      const [changed, deleted, untouched] = [ids[3] ?? "", ids[7] ?? "", ids[9] ?? ""];
      const inserted = await withoutTriggers(engine, async () => {
        await engine.sql`update public.obligations set title = 'Changed' where id = ${changed}`;
        await engine.sql`update public.obligations set obligation_type = 'not shown' where id = ${untouched}`;
        await engine.sql`delete from public.obligations where id = ${deleted}`;
        return await engine.insert(integration.user_id, 1);
      });
      assert.equal(await sweep(engine), 3);
      await engine.sql`select calendar_sync.absorb_changes(1000)`;
      const jobs = await engine.sql`
        select integration_id, array_agg(obligation_id order by obligation_id) as ids, array_agg(distinct priority) as priorities
        from calendar_sync.jobs group by 1`;
      assert.deepEqual(jobs.map((row) => ({ ...row })), [{
        integration_id: integration.id,
        ids: [changed, deleted, ...inserted].sort(),
        priorities: [SWEEP],
      }]);
      await engine.drain();
      assert.equal(await sweep(engine), 0);
      assert.equal(await countEvents(engine, integration), 50);
      assert.equal(await countEvents(engine, other.integration), 5);
    },
  },
  {
    name: "more than 100 of a calendar are one change, and are found all the same",
    async show(engine) {
      const { integration } = await fullCalendar(engine, 3);
      await withoutTriggers(engine, () => engine.insert(integration.user_id, 150));
      assert.equal(await sweep(engine), 150);
      const changes = await engine
        .sql`select kind, priority, cause ->> 'by' as by from calendar_sync.changes`;
      assert.deepEqual(changes.map((row) => ({ ...row })), [{ kind: "scan", priority: SWEEP, by: "sweep" }]);
      const [lane] = await engine.claim(WORKER);
      assert.ok(lane);
      const [priority] = await engine.sql`select distinct priority from calendar_sync.jobs`;
      assert.equal(priority?.["priority"], SWEEP);
      await engine.record(WORKER, lane);
      await engine.drain();
      assert.equal(await countEvents(engine, integration), 153);
    },
  },
  {
    name: "where all is well it writes nothing",
    async show(engine) {
      for (let integrations = 0; integrations < 5; integrations++) await fullCalendar(engine, 20);
      const before = await engine.versions();
      assert.equal(await sweep(engine), 0);
      assert.deepEqual(await engine.versions(), before);
    },
  },
  {
    name: "what was given up or rejected stays so",
    async show(engine) {
      const { user_id } = await engine.integration();
      await engine.insert(user_id, 1);
      const [lane] = await engine.claim(WORKER);
      assert.ok(lane);
      await engine.record(WORKER, lane, { kind: "failed" });
      const before = await engine.versions();
      assert.equal(await sweep(engine), 0);
      assert.deepEqual(await engine.versions(), before);
    },
  },
  {
    name: "what a person waits for is not made to wait by it",
    async show(engine) {
      const { integration } = await fullCalendar(engine, 2);
      await engine.sql`update public.obligations set title = 'Edited'`;
      await sweep(engine);
      await engine.sql`select calendar_sync.absorb_changes(1000)`;
      const jobs = await engine.sql`select priority, version::int as version from calendar_sync.jobs`;
      assert.deepEqual(jobs.map((row) => ({ ...row })), [{ priority: 0, version: 1 }, {
        priority: 0,
        version: 1,
      }]);
      assert.ok(integration);
    },
  },
  {
    name: "a search for orphans that is queued does not keep a calendar from being swept",
    async show(engine) {
      const { integration } = await fullCalendar(engine, 3);
      await withoutTriggers(engine, () => engine.insert(integration.user_id, 1));
      await engine.sql`select calendar_sync.find_orphans()`;
      assert.equal(await sweep(engine), 1);
    },
  },
  {
    name: "an adapter that was redefined has everything looked at",
    own_database: true,
    async show(engine) {
      const { integration } = await fullCalendar(engine, 30);
      await engine.sql.unsafe(`
        create or replace function calendar_sync.deadline_of(obligation public.obligations)
        returns setof calendar_sync.deadline language sql stable security invoker rows 1 as $$
          select obligation.id, obligation.user_id, 'Due: ' || obligation.title, obligation.description,
            obligation.obligation_type, 'open', obligation.deadline_date, obligation.deadline_at, obligation.time_zone,
            obligation.url
        $$`);
      assert.equal(await sweep(engine), 30);
      const [lane] = await engine.claim(WORKER);
      assert.ok(lane?.jobs.every(({ deadline }) => deadline?.title.startsWith("Due: ")));
      assert.equal(lane?.integration_id, integration.id);
    },
  },
  ...Object.entries({
    "cannot be read": "raise exception 'no such type'",
    "fails an assertion": "assert false, 'no such type'",
  }).map(([trouble, statement]) => ({
    name: `an obligation that ${trouble} keeps only its own calendar from being swept`,
    own_database: true,
    async show(engine: Engine) {
      const poisoned = await fullCalendar(engine, 3);
      const sound = await fullCalendar(engine, 3);
      await engine.sql.unsafe(`
        create function public.fail() returns date language plpgsql stable as $$ begin ${statement}; end $$;
        create or replace function calendar_sync.deadline_of(obligation public.obligations)
        returns setof calendar_sync.deadline language sql stable security invoker rows 1 as $$
          select obligation.id, obligation.user_id, obligation.title, obligation.description, obligation.obligation_type, 'open',
            case when obligation.title = 'Poison' then public.fail() else obligation.deadline_date end,
            obligation.deadline_at, obligation.time_zone, obligation.url
        $$`);
      await withoutTriggers(engine, async () => {
        await engine.sql`update public.obligations set title = 'Changed'`;
        await engine.sql`update public.obligations set title = 'Poison' where id = ${poisoned.ids[0] ?? ""}`;
      });
      assert.equal(await sweep(engine), 3);
      const changes = await engine.sql`
        select integration_id, count(*)::int as changes from calendar_sync.changes where kind = 'event' group by 1`;
      assert.deepEqual(changes.map((row) => ({ ...row })), [{
        integration_id: sound.integration.id,
        changes: 3,
      }]);
      const incidents = await engine.sql`select kind, message from calendar_sync.incidents`;
      assert.deepEqual(incidents.map((row) => ({ ...row })), [{
        kind: "claim",
        message: `${poisoned.integration.id}: no such type`,
      }]);
    },
  })),
  {
    name: "mappings that a restored backup lacks, or has too many, are found",
    async show(engine) {
      const { integration, ids } = await fullCalendar(engine, 30);
      await engine.sql`delete from public.calendar_event_mappings where obligation_id = any (${
        ids.slice(0, 10)
      }::uuid[])`;
      await withoutTriggers(
        engine,
        () => engine.sql`delete from public.obligations where id = any (${ids.slice(20, 25)}::uuid[])`,
      );
      assert.equal(await sweep(engine), 15);
      await engine.drain();
      assert.equal(await countEvents(engine, integration), 25);
    },
  },
  {
    name: "a lane that was forgotten by hand is mended",
    async show(engine) {
      const { user_id, id } = await engine.integration();
      await engine.insert(user_id, 1);
      await engine.sql`select calendar_sync.absorb_changes(1000)`;
      await engine.sql`update calendar_sync.lanes set ready_at = null`;
      assert.deepEqual(await engine.claim(WORKER), []);
      await sweep(engine);
      assert.deepEqual((await engine.claim(WORKER)).map(({ integration_id }) => integration_id), [id]);
    },
  },
  {
    name: "only calendars that sync are looked at, and only those between the two ids",
    async show(engine) {
      const off = await fullCalendar(engine, 1);
      const paused = await fullCalendar(engine, 1);
      const inside = await fullCalendar(engine, 1);
      await engine
        .sql`update public.calendar_integrations set sync_enabled = false where id = ${off.integration.id}`;
      await engine
        .sql`update public.calendar_integrations set status = 'paused' where id = ${paused.integration.id}`;
      await engine.settle();
      await withoutTriggers(engine, () => engine.sql`update public.obligations set title = 'Changed'`);
      for (const { integration } of [off, paused]) {
        const [swept] = await engine
          .sql`select calendar_sync.sweep(${integration.id}, ${integration.id}) as found`;
        assert.equal(swept?.["found"], 0);
      }
      const { id } = inside.integration;
      const [swept] = await engine.sql`select calendar_sync.sweep(${id}, ${id}) as found`;
      assert.equal(swept?.["found"], 1);
    },
  },
  {
    name: "every id belongs to exactly one slice of the day",
    async show({ sql }) {
      const ids = fc.sample(fc.uuid({ version: 4 }), { numRuns: 100, seed: 20_261_124 });
      ids.push("00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff");
      const found = await sql<{ slices: number }[]>`
        select count(slice.from_id)::int as slices from unnest(${ids}::uuid[]) as id
        left join (
          select each.* from generate_series(0, ${SLICES_A_DAY - 1}) as minute
          cross join lateral calendar_sync.slice_of(minute) as each
        ) as slice on id between slice.from_id and slice.to_id
        group by id`;
      assert.equal(found.length, ids.length);
      assert.deepEqual([...new Set(found.map(({ slices }) => slices))], [1]);
    },
  },
  {
    name: "the minute's call sweeps the slice of that minute",
    async show(engine) {
      // The minute may end between two statements: the next one's slice has its integration too.
      const slices = await engine.sql<{ first: string; next: string }[]>`
        select (calendar_sync.slice_of(minute)).from_id as first,
          (calendar_sync.slice_of((minute + 1) % ${SLICES_A_DAY})).from_id as next
        from (select (extract(epoch from now() at time zone 'UTC')::bigint / 60 % ${SLICES_A_DAY})::int as minute) as clock`;
      const [slice] = slices;
      assert.ok(slice);
      const within = (start: string) => `${start.slice(0, -1)}1`;
      const ids = [within(slice.first), within(slice.next)];
      for (const id of ids) {
        const { user_id } = await engine.integration({ id });
        await withoutTriggers(engine, () => engine.insert(user_id, 1));
      }
      const [swept] = await engine.sql`select calendar_sync.sweep_slice() as found`;
      assert.equal(swept?.["found"], 1);
      const changes = await engine.sql<
        { integration_id: string }[]
      >`select integration_id from calendar_sync.changes where kind = 'event'`;
      assert.ok(ids.includes(changes[0]?.integration_id ?? ""));
    },
  },
]);

async function sweep({ sql }: Engine): Promise<number> {
  const [row] = await sql<{ found: number }[]>`
    select calendar_sync.sweep('00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff') as found`;
  assert.ok(row);
  return row.found;
}

async function withoutTriggers<T>({ sql }: Engine, act: () => PromiseLike<T>): Promise<T> {
  await sql`alter table public.obligations disable trigger user`;
  try {
    return await act();
  } finally {
    await sql`alter table public.obligations enable trigger user`;
  }
}
