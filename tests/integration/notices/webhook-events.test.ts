import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { until } from "../../support/calendar-api.ts";
import type { Engine } from "../../support/engine.ts";
import { testEngine } from "../../support/engine-test.ts";

const TYPES = ["deadline.shown", "deadline.recovered"];

/** What writes events, of one deadline of each user. */
const WAYS: readonly { readonly name: string; write(sql: Sql, users: readonly string[]): Promise<void> }[] = [
  {
    name: "what a calendar was told",
    async write(sql, users) {
      await sql`
        insert into calendar_sync.activity (user_id, integration_id, provider, obligation_id, action)
        select user_id, id, provider, gen_random_uuid(), 'created' from public.calendar_integrations where user_id = any (${[
        ...users,
      ]})`;
    },
  },
  {
    name: "what recovered without a call",
    async write(sql, users) {
      await sql`
        select calendar_sync.append_recovered_events(integration, array[gen_random_uuid()])
        from public.calendar_integrations as integration where user_id = any (${[...users]})`;
    },
  },
];

testEngine(
  "a webhook that is being deleted, or whose user is, takes no event from another",
  WAYS.flatMap(({ name, write }) => [
    {
      name: `${name}: one is being deleted, and the transaction stays open`,
      async show(engine: Engine) {
        const { user_id } = await engine.integration();
        const [going, other, own] = [
          await webhook(engine, user_id),
          await webhook(engine, user_id),
          await webhook(engine, null),
        ];
        await meanwhile(engine, async (deleting) => {
          await deleting`delete from calendar_sync.webhooks where id = ${going}`;
          await write(engine.sql, [user_id]);
        });
        assert.deepEqual(await told(engine), [other, own].toSorted());
      },
    },
    {
      name: `${name}: one is being deleted, and that is committed while the events are written`,
      async show(engine: Engine) {
        const { user_id } = await engine.integration();
        const [going, other, own] = [
          await webhook(engine, user_id),
          await webhook(engine, user_id),
          await webhook(engine, null),
        ];
        let is_written = false;
        let writing: Promise<void> = Promise.resolve();
        await meanwhile(engine, async (deleting) => {
          await deleting`delete from calendar_sync.webhooks where id = ${going}`;
          writing = write(engine.sql, [user_id]).then(() => void (is_written = true));
          await until(async () => is_written || (await waiting(engine)) > 0);
        });
        await writing;
        assert.deepEqual(await told(engine), [other, own].toSorted());
      },
    },
    {
      name: `${name}: somebody else holds the row of a user for a moment`,
      async show(engine: Engine) {
        const { user_id } = await engine.integration();
        const [one, own] = [await webhook(engine, user_id), await webhook(engine, null)];
        let writing: Promise<void> = Promise.resolve();
        await meanwhile(engine, async (holding) => {
          await holding`select from auth.users where id = ${user_id} for update`;
          writing = write(engine.sql, [user_id]);
          await until(async () => (await waiting(engine)) > 0);
        });
        await writing;
        assert.deepEqual(await told(engine), [one, own].toSorted());
      },
    },
    {
      name: `${name}: a user is being deleted`,
      async show(engine: Engine) {
        const [leaving, staying] = [await engine.integration(), await engine.integration()];
        await webhook(engine, leaving.user_id);
        const [other, own] = [await webhook(engine, staying.user_id), await webhook(engine, null)];
        await meanwhile(engine, async (deleting) => {
          // As DELETE locks the row, before it gets to what hangs on it.
          await deleting`select from auth.users where id = ${leaving.user_id} for update`;
          await write(engine.sql, [leaving.user_id, staying.user_id]);
        });
        assert.deepEqual(await told(engine), [other, own, own].toSorted());
      },
    },
  ]),
);

testEngine("a call about a webhook that is being deleted finds none", [
  {
    name: "a test event is not sent",
    async show(engine) {
      const user_id = await engine.user();
      const id = await webhook(engine, user_id);
      let asking: Promise<readonly { answer: unknown }[]> = Promise.resolve([]);
      await meanwhile(engine, async (deleting) => {
        await deleting`delete from calendar_sync.webhooks where id = ${id}`;
        asking = engine.sql<
          { answer: unknown }[]
        >`select public.calendar_test_webhook(${user_id}, ${id}) as answer`.then((rows) => rows);
        await until(async () => (await waiting(engine)) > 0);
      });
      assert.deepEqual((await asking).map(({ answer }) => answer), [null]);
    },
  },
]);

async function webhook({ sql }: Engine, user_id: string | null): Promise<string> {
  const [row] = await sql<{ id: string }[]>`
    select calendar_sync.add_webhook(${user_id}, 'https://receiver.example/', ${TYPES}) ->> 'id' as id`;
  assert.ok(row);
  return row.id;
}

/** The webhooks that have an event to be sent, each as often as it has one. Nothing failed on the way. */
async function told({ sql }: Engine): Promise<string[]> {
  assert.deepEqual([...await sql`select message from calendar_sync.incidents`], []);
  const rows = await sql<{ endpoint_id: string }[]>`
    select endpoint_id from calendar_sync.deliveries order by endpoint_id`;
  return rows.map(({ endpoint_id }) => endpoint_id);
}

/** Sessions that wait for another's lock. */
async function waiting({ sql }: Engine): Promise<number> {
  return (await sql`select from pg_locks where not granted`).length;
}

/** Has another session's transaction open while something else is done, and commits it. */
async function meanwhile({ sql }: Engine, act: (other: Sql) => Promise<void>): Promise<void> {
  const session = await sql.reserve();
  try {
    await session`begin`;
    await act(session);
    await session`commit`;
  } finally {
    session.release();
  }
}
