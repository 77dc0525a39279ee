import assert from "node:assert/strict";
import type { Engine } from "../../support/engine.ts";
import { testEngine } from "../../support/engine-test.ts";

const WORKER = "a0000000-0000-0000-0000-000000000000";

testEngine("what was done to a calendar can be read afterwards", [
  {
    name: "every change and every one given up or rejected is a row, and what changed nothing is none",
    async show(engine) {
      const integration = await engine.integration();
      const actions = ["created", "updated", "moved"] as const;
      const [
        created = "",
        updated = "",
        moved = "",
        removed = "",
        rejected = "",
        given_up = "",
        unchanged = "",
      ] = await engine.insert(integration.user_id, 7);
      const [lane] = await engine.claim(WORKER);
      assert.ok(lane);
      await engine.sql`update calendar_sync.jobs set attempts = 7 where obligation_id = ${given_up}`;
      const written = [created, updated, moved].map((obligation_id, index) => ({
        kind: "synced",
        obligation_id,
        version: 1,
        calendar_id: "calendar",
        event_id: `event ${index}`,
        etag: null,
        deadline_hash: "hash",
        content_hash: "hash",
        action: actions[index],
        title: "Obligation",
        due: "2027-01-01",
      }));
      await engine.sql`
        select public.calendar_record(${WORKER}, ${integration.id}, ${
        engine.sql.json([
          ...written,
          {
            kind: "removed",
            obligation_id: removed,
            version: 1,
            action: "removed",
            calendar_id: "calendar",
            event_id: "event 3",
          },
          { kind: "failed", obligation_id: rejected, version: 1, error: "too_long", counts: true },
          {
            kind: "retry",
            obligation_id: given_up,
            version: 1,
            error: "timeout",
            counts: true,
            run_in_ms: 1000,
            may_leave: true,
          },
          { kind: "removed", obligation_id: unchanged, version: 1 },
        ])
      }, ${engine.sql.json({ succeeded: true })})`;
      const rows = await engine.sql`
        select obligation_id, action, event_id, title, due, reason from calendar_sync.activity
        where user_id = ${integration.user_id} and integration_id = ${integration.id} and provider = 'google'
          and obligation_id is not null`;
      const wanted = [
        {
          obligation_id: created,
          action: "created",
          event_id: "event 0",
          title: "Obligation",
          due: "2027-01-01",
          reason: null,
        },
        {
          obligation_id: updated,
          action: "updated",
          event_id: "event 1",
          title: "Obligation",
          due: "2027-01-01",
          reason: null,
        },
        {
          obligation_id: moved,
          action: "moved",
          event_id: "event 2",
          title: "Obligation",
          due: "2027-01-01",
          reason: null,
        },
        {
          obligation_id: removed,
          action: "removed",
          event_id: "event 3",
          title: null,
          due: null,
          reason: null,
        },
        {
          obligation_id: rejected,
          action: "rejected",
          event_id: null,
          title: null,
          due: null,
          reason: "too_long",
        },
        {
          obligation_id: given_up,
          action: "given_up",
          event_id: null,
          title: null,
          due: null,
          reason: "timeout",
        },
      ];
      const byAction = (a: { action: string }, b: { action: string }) => a.action.localeCompare(b.action);
      assert.deepEqual(rows.map((row) => ({ action: "", ...row })).sort(byAction), wanted.sort(byAction));
    },
  },
  {
    name: "the days ahead are made, and rows of days that nobody made are moved to theirs",
    own_database: true,
    async show(engine) {
      await engine.sql`update calendar_sync.options set activity_kept_for = '100000 days'`;
      const late = await engine.sql<{ at: string }[]>`
        insert into calendar_sync.activity (at, user_id, integration_id, provider, obligation_id, action)
        select at, gen_random_uuid(), gen_random_uuid(), 'google', gen_random_uuid(), 'created'
        from unnest(array['2001-02-03 00:00+00', '2001-02-03 23:59:59+00', '2001-02-04 00:00+00']::timestamptz[]) as at
        returning tableoid::regclass::text as at`;
      assert.deepEqual([...new Set(late.map(({ at }) => at))], ["calendar_sync.activity_default"]);
      await keep(engine);
      const moved = await engine.sql<{ partition: string; count: number }[]>`
        select tableoid::regclass::text as partition, count(*)::int from calendar_sync.activity group by 1 order by 1`;
      assert.deepEqual(moved.map((row) => ({ ...row })), [
        { partition: "calendar_sync.activity_20010203", count: 2 },
        { partition: "calendar_sync.activity_20010204", count: 1 },
      ]);
      const [ahead] = await engine.sql`
        select bool_and(to_regclass('calendar_sync.activity_' || to_char(day, 'YYYYMMDD')) is not null) as made
        from generate_series(current_date, current_date + 7, interval '1 day') as day`;
      assert.equal(ahead?.["made"], true);
      await keep(engine);
    },
  },
  {
    name: "days that are older than an administrator wants are dropped, and no others",
    own_database: true,
    async show(engine) {
      await engine.sql`update calendar_sync.options set activity_kept_for = '10 days'`;
      // One, where the database was prepared before midnight.
      const [earlier] = await engine.sql`
        select count(*)::int from pg_inherits join pg_class as part on part.oid = inhrelid
        where inhparent = 'calendar_sync.activity'::regclass and part.relname < 'activity_' || to_char(current_date, 'YYYYMMDD')`;
      await engine.sql`
        insert into calendar_sync.activity (at, user_id, integration_id, provider, obligation_id, action)
        select now() - make_interval(days => age), gen_random_uuid(), gen_random_uuid(), 'google', gen_random_uuid(), 'created'
        from unnest(array[0, 9, 12, 500]) as age`;
      await keep(engine);
      const [left] = await engine.sql`
        select array_agg(current_date - (at at time zone 'UTC')::date order by at desc) as ages from calendar_sync.activity`;
      assert.deepEqual(left?.["ages"], [0, 9]);
      const [partitions] = await engine.sql`
        select count(*)::int from pg_inherits where inhparent = 'calendar_sync.activity'::regclass`;
      assert.equal(partitions?.["count"], earlier?.["count"] + 1 + 8 + 1);
    },
  },
  {
    name:
      "a night with a long reader, such as pg_dump, ends soon and keeps no writer waiting; the next one catches up",
    own_database: true,
    options: { lock_timeout_ms: 5_000 },
    async show(engine) {
      const { sql } = engine;
      await sql`insert into calendar_sync.activity (at, action) values (now() - interval '9 days', 'drained')`;
      await keep(engine);
      await sql`update calendar_sync.options set activity_kept_for = '1 day'`;
      const last = (await partitions(engine)).at(-1) ?? "";
      await sql.unsafe(`drop table calendar_sync.${last}`);
      const before = await partitions(engine);
      const health = async () => {
        const [row] =
          await sql`select what_it_means from calendar_admin.health where name = 'activity' and not ok`;
        return row?.["what_it_means"];
      };
      assert.match(await health(), /^1 days are older/);
      await sql`insert into calendar_sync.incidents (kind, sqlstate, message, repaired_at) values ('claim', '', '', '-infinity')`;
      const reader = await sql.reserve();
      try {
        await reader`begin`;
        await reader`select from calendar_sync.activity`;
        const began_at = performance.now();
        const night = sql`select calendar_sync.nightly()`.execute();
        for (let writes = 0; writes < 20; writes++) {
          await sql`insert into calendar_sync.activity (action) values ('drained')`;
        }
        await night;
        assert.ok(performance.now() - began_at < 10_000);
        assert.equal(
          (await sql`select from calendar_sync.incidents`).length,
          0,
          "the rest of the night was done",
        );
        assert.deepEqual(await partitions(engine), before);
        await reader`commit`;
      } finally {
        reader.release();
      }
      await sql`select calendar_sync.nightly()`;
      assert.deepEqual(await partitions(engine), [...before.slice(1), last]);
      assert.equal(await health(), undefined);
    },
  },
  {
    name: "it works whatever way a session writes its dates",
    async show(engine) {
      await engine.sql.begin(async (sql) => {
        await sql`set local datestyle = 'SQL, DMY'`;
        await sql`set local timezone = 'Pacific/Kiritimati'`;
        await sql`
          insert into calendar_sync.activity (at, user_id, integration_id, provider, obligation_id, action)
          values (now() + interval '30 days', gen_random_uuid(), gen_random_uuid(), 'google', gen_random_uuid(), 'created')`;
        await sql`select calendar_sync.keep_activity()`;
      });
      const left = await engine.sql`select from calendar_sync.activity_default`;
      assert.equal(left.length, 0);
    },
  },
  {
    name: "a user sees the own rows only, and no table of it directly",
    async show(engine) {
      const [mine, other] = [await engine.integration(), await engine.integration()];
      for (const { user_id } of [mine, other]) await engine.insert(user_id, 3);
      await engine.drain();
      const [seen] = await engine.asUser(
        mine.user_id,
        (sql) => sql<{ rows: { integration_id: string }[] }[]>`select public.calendar_activity(50) as rows`,
      );
      assert.deepEqual(seen?.rows.map(({ integration_id }) => integration_id), Array(4).fill(mine.id));
      const tables = await engine.sql<{ name: string }[]>`
        select relid::text as name from pg_partition_tree('calendar_sync.activity')`;
      assert.ok(tables.length > 7);
      for (const { name } of tables) {
        await assert.rejects(
          engine.asUser(mine.user_id, (sql) => sql.unsafe(`select from ${name}`)),
          /permission denied/,
        );
      }
    },
  },
  {
    name: "nobody changes or deletes what was noted, not even its owner, not even one day of it",
    async show(engine) {
      const { sql } = engine;
      const { id, user_id } = await engine.integration();
      const [row] = await sql<{ partition: string }[]>`
        select tableoid::regclass::text as partition from calendar_sync.activity where integration_id = ${id}`;
      assert.ok(row);
      const changes = ["calendar_sync.activity", row.partition].flatMap((table) => [
        `update ${table} set title = 'Another'`,
        `delete from ${table}`,
        `truncate ${table}`,
      ]);
      for (const change of [...changes, "truncate calendar_sync.activity_default"]) {
        await assert.rejects(async () => await sql.unsafe(change), /only appended to/, change);
      }
      for (const role of ["service_role", "authenticated", "anon"]) {
        const insert = "insert into calendar_sync.activity (action) values ('drained')";
        for (const change of [...changes, insert]) {
          await assert.rejects(
            sql.begin(async (own) => {
              await own.unsafe(`set local role ${role}`);
              // What the owner's functions say for themselves is of no use to others.
              await own`select set_config('calendar_sync.activity_may_change', 'yes', true)`;
              await own.unsafe(change);
            }),
            /permission denied/,
            `${role}: ${change}`,
          );
        }
      }
      await keep(engine);
      await sql`select calendar_sync.forget_activity(${await engine.user()})`;
      await assert.rejects(async () => await sql.unsafe(changes[1] ?? ""), /only appended to/);
      const left = await sql`select from calendar_sync.activity where user_id = ${user_id}`;
      assert.equal(left.length, 1);
    },
  },
  {
    name: "an erasure takes out what is personal, keeps that something happened, and can be repeated",
    async show(engine) {
      const { sql } = engine;
      const [mine, other] = [await engine.integration(), await engine.integration()];
      await sql`update public.calendar_integrations set account_email = 'ada@example.com', calendar_name = 'Deadlines'`;
      for (const { user_id } of [mine, other]) await engine.insert(user_id, 2, "Ada's divorce");
      await engine.drain();
      const rowsOf = (user_id: string) =>
        sql`select * from calendar_sync.activity where user_id = ${user_id} order by at`;
      const [before, others] = [await rowsOf(mine.user_id), await rowsOf(other.user_id)];
      await sql`delete from auth.users where id = ${mine.user_id}`;
      const [forgotten] = await sql`select calendar_sync.forget_activity(${mine.user_id})::int as rows`;
      assert.equal(forgotten?.["rows"], 4);
      const after = await rowsOf(mine.user_id);
      assert.deepEqual(after.map(({ action }) => action), [
        "connected",
        "created",
        "created",
        "disconnecting",
      ]);
      assert.doesNotMatch(JSON.stringify(after), /divorce|ada@example|Deadlines|calendar of|event of/);
      assert.deepEqual(
        after.slice(0, 3).map(({ at, obligation_id, due }) => [at, obligation_id, due]),
        before.map(({ at, obligation_id, due }) => [at, obligation_id, due]),
      );
      const [again] = await sql`select calendar_sync.forget_activity(${mine.user_id})::int as rows`;
      assert.equal(again?.["rows"], 0);
      assert.deepEqual([...await rowsOf(mine.user_id)], [...after]);
      assert.deepEqual([...await rowsOf(other.user_id)], [...others]);
    },
  },
]);

async function keep({ sql }: Engine): Promise<void> {
  await sql`select calendar_sync.keep_activity()`;
}

/** The days that have a partition, oldest first. */
async function partitions({ sql }: Engine): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select relname as name from pg_class
    where relnamespace = 'calendar_sync'::regnamespace and relkind = 'r' and relname ~ '^activity_\\d{8}$' order by 1`;
  return rows.map(({ name }) => name);
}
