import assert from "node:assert/strict";
import { z } from "zod";
import type { Engine, Integration } from "../../support/engine.ts";
import { testEngine } from "../../support/engine-test.ts";

const DAY_S = 86_400;
const WORKER = "a0000000-0000-0000-0000-000000000000";

testEngine("a user has one notice of what is wrong, until it is well again", [
  {
    name: "a new connection is told, and a reconnection is not",
    async show(engine) {
      const integration = await engine.integration();
      assert.deepEqual(await open(engine, integration.user_id), ["connection_added"]);
      await lose(engine, integration);
      await reconnect(engine, integration);
      assert.deepEqual(await open(engine, integration.user_id), ["connection_added"]);
    },
  },
  {
    name: "an account that was taken over from another program is none that was added",
    async show(engine) {
      const user_id = await engine.user();
      await engine
        .sql`select calendar_sync.import_integration(${user_id}, 'google', 'account', 'a@example.org', '{}',
        'refresh', 'calendar', 'Calendar')`;
      assert.deepEqual(await open(engine, user_id), []);
    },
  },
  {
    name: "a lost grant is one notice, however often it is found, and reconnecting dismisses it",
    async show(engine) {
      const integration = await engine.integration();
      await lose(engine, integration);
      await engine
        .sql`update public.calendar_integrations set updated_at = now() where id = ${integration.id}`;
      await engine.sql`
        update public.calendar_integrations set last_error = '{"code": "scope_missing", "message": "No."}' where id = ${integration.id}`;
      assert.deepEqual(await open(engine, integration.user_id), [
        "connection_added",
        "connection_lost scope_missing",
      ]);
      await reconnect(engine, integration);
      assert.deepEqual(await open(engine, integration.user_id), ["connection_added"]);
      await lose(engine, integration);
      assert.deepEqual(await open(engine, integration.user_id), [
        "connection_added",
        "connection_lost invalid_grant",
      ]);
      assert.equal(await count(engine, integration.user_id, "connection_lost"), 2);
    },
  },
  {
    name: "a calendar that is tried again every night stays paused until a try succeeds",
    async show(engine) {
      const integration = await engine.integration();
      await pause(engine, integration, "blocked_by_policy");
      await engine.sql`select calendar_sync.nightly()`;
      assert.equal((await engine.statusOf(integration.id)).status, "active");
      assert.ok((await open(engine, integration.user_id)).includes("connection_paused blocked_by_policy"));
      await pause(engine, integration, "blocked_by_policy");
      assert.equal(await count(engine, integration.user_id, "connection_paused"), 1);
      await engine.sql`select calendar_sync.nightly()`;
      await engine.drain();
      assert.deepEqual(await open(engine, integration.user_id), ["connection_added"]);
    },
  },
  {
    name: "a wrong client secret of ours, an outage and a spent quota are no notices for users",
    async show(engine) {
      const integration = await engine.integration();
      for (const code of ["configuration", "provider_unavailable", "quota"]) {
        await engine.sql`
          update public.calendar_integrations set last_error = ${engine.sql.json({ code, message: "Later." })}
          where id = ${integration.id}`;
      }
      assert.deepEqual(await open(engine, integration.user_id), ["connection_added"]);
    },
  },
  {
    name: "a deadline that is given up is one notice, and one that is shown dismisses it",
    async show(engine) {
      const { integration, obligation_id } = await givenUp(engine);
      assert.ok((await open(engine, integration.user_id)).includes("deadline_failed too_long"));
      assert.equal(await count(engine, integration.user_id, "deadline_failed"), 1);
      // Another change of it fails as well.
      await engine.sql`update public.obligations set title = 'Another' where id = ${obligation_id}`;
      await fail(engine, "too_long");
      assert.equal(await count(engine, integration.user_id, "deadline_failed"), 1);
      await engine.sql`update public.obligations set title = 'Short' where id = ${obligation_id}`;
      await engine.drain();
      assert.deepEqual(await open(engine, integration.user_id), ["connection_added"]);
    },
  },
  {
    name:
      "a hidden deadline is one notice until there is no such deadline any more; should it return, it is shown",
    async show(engine) {
      const { sql } = engine;
      const other = await engine.user();
      for (
        const [go, come_back] of [
          [(id: string) => sql`delete from public.obligations where id = ${id}`, null],
          [
            (id: string) => sql`update public.obligations set deadline_date = null where id = ${id}`,
            (id: string) => sql`update public.obligations set deadline_date = '2027-01-01' where id = ${id}`,
          ],
          [
            (id: string) => sql`update public.obligations set user_id = ${other} where id = ${id}`,
            (id: string, user_id: string) =>
              sql`update public.obligations set user_id = ${user_id} where id = ${id}`,
          ],
        ] as const
      ) {
        const { integration: { user_id }, obligation_id } = await hidden(engine);
        const work = async () => {
          await engine.pass(2);
          await engine.drain();
        };
        await sql`update public.obligations set status = 'cancelled' where id = ${obligation_id}`;
        await work();
        assert.deepEqual(await unread(engine, user_id), ["connection_added", "deadline_hidden"]);
        await sql`update public.obligations set status = 'pending' where id = ${obligation_id}`;
        await go(obligation_id);
        await work();
        assert.deepEqual(await unread(engine, user_id), ["connection_added"]);
        // Its user may still take the deletion back.
        const [edit] = await sql`
          select original_event_id from calendar_sync.edits where obligation_id = ${obligation_id}`;
        assert.deepEqual({ ...edit }, { original_event_id: "original" });
        if (come_back === null) continue;
        await come_back(obligation_id, user_id);
        await work();
        const events = await sql`
          select from public.calendar_event_mappings where obligation_id = ${obligation_id}`;
        assert.equal(events.length, 1);
      }
    },
  },
  {
    name: "what its user dismissed is not told again while it lasts",
    async show(engine) {
      const { integration, obligation_id } = await givenUp(engine);
      const { notices } = await listed(engine, integration.user_id);
      for (const { id } of notices) assert.equal(await dismiss(engine, integration.user_id, id), true);
      assert.equal((await listed(engine, integration.user_id)).unread, 0);
      await engine.sql`update public.obligations set title = 'Another' where id = ${obligation_id}`;
      await fail(engine, "too_long");
      assert.equal((await listed(engine, integration.user_id)).unread, 0);
      await engine.drain();
      await engine.sql`update public.obligations set title = 'Another one' where id = ${obligation_id}`;
      await engine.drain();
      await engine.sql`update public.obligations set title = 'The next' where id = ${obligation_id}`;
      await engine.pass(2);
      await fail(engine, "too_long");
      assert.equal((await listed(engine, integration.user_id)).unread, 1);
    },
  },
  {
    name: "a user sees and dismisses own notices alone",
    async show(engine) {
      const ada = await engine.integration();
      const bob = await engine.integration();
      const [notice] = (await listed(engine, bob.user_id)).notices;
      assert.ok(notice);
      assert.equal((await listed(engine, ada.user_id)).notices.some(({ id }) => id === notice.id), false);
      assert.equal(await dismiss(engine, ada.user_id, notice.id), false);
      assert.equal((await listed(engine, bob.user_id)).unread, 1);
    },
  },
  {
    name: "of more than 200 the dismissed are left out first, then the least severe, then the oldest",
    async show(engine) {
      const integration = await engine.integration();
      const { user_id } = integration;
      await lose(engine, integration);
      await engine.pass(60);
      await engine.sql`
        select calendar_sync.write_notice(${user_id}, 'deadline_failed', null, gen_random_uuid(), n::text)
        from generate_series(1, 199) as n`;
      await engine.pass(60);
      await engine.sql`select calendar_sync.write_notice(${user_id}, 'key_added', null, null, 'a key')`;
      const kinds = async () => {
        const { notices } = await listed(engine, user_id);
        assert.equal(notices.length, 200);
        return [notices[0]?.kind, notices.at(-1)?.kind];
      };
      assert.deepEqual(await kinds(), ["deadline_failed", "connection_lost"]);
      await engine.sql`
        update calendar_sync.notices set dismissed_at = now() where user_id = ${user_id} and kind = 'connection_lost'`;
      assert.deepEqual(await kinds(), ["key_added", "deadline_failed"]);
    },
  },
  {
    name: "dismissed notices are listed for thirty days",
    async show(engine) {
      const { user_id } = await engine.integration();
      const [notice] = (await listed(engine, user_id)).notices;
      assert.ok(notice);
      await dismiss(engine, user_id, notice.id);
      await engine.pass(30 * DAY_S - 60);
      assert.equal((await listed(engine, user_id)).notices.length, 1);
      await engine.pass(120);
      assert.equal((await listed(engine, user_id)).notices.length, 0);
      await engine.sql`select calendar_sync.nightly()`;
      assert.equal(await count(engine, user_id, "connection_added"), 0);
    },
  },
  {
    name: "a removed connection has nothing wrong with it; that it was added can still be read",
    async show(engine) {
      const integration = await engine.integration();
      await engine.insert(integration.user_id, 1);
      await engine.drain();
      await lose(engine, integration);
      await engine.rpc("calendar_begin_disconnect", {
        p_user_id: integration.user_id,
        p_integration_id: integration.id,
        p_events: "keep",
      }, z.unknown());
      assert.deepEqual(await unread(engine, integration.user_id), ["connection_added"]);
    },
  },
  {
    name: "notices go with a user who is deleted, and with one who is erased",
    async show(engine) {
      const deleted = await engine.integration();
      await engine.sql`delete from auth.users where id = ${deleted.user_id}`;
      assert.equal(await count(engine, deleted.user_id, "connection_added"), 0);
      const erased = await engine.integration();
      await engine.sql`select calendar_admin.erase_user(${erased.user_id}, 'keep')`;
      await engine.drain();
      await engine.sql`select calendar_sync.tick()`;
      assert.equal(await count(engine, erased.user_id, "connection_added"), 0);
      const without_calendar = await engine.user();
      await engine
        .sql`select calendar_sync.write_notice(${without_calendar}, 'key_added', null, null, 'a key')`;
      await engine.sql`delete from auth.users where id = ${without_calendar}`;
      await engine.sql`select calendar_sync.nightly()`;
      assert.equal(await count(engine, without_calendar, "key_added"), 0);
    },
  },
  {
    name: "a record of a batch in which all goes well writes no notice",
    async show(engine) {
      const integration = await engine.integration();
      await engine.insert(integration.user_id, 50);
      const before = await notices(engine);
      await engine.drain();
      assert.deepEqual(await notices(engine), before);
    },
  },
]);

const Listed = z.object({
  notices: z.array(z.object({ id: z.string(), kind: z.string() })),
  unread: z.int(),
});

function listed(engine: Engine, user_id: string): Promise<z.infer<typeof Listed>> {
  return engine.asUser(user_id, async (sql) => {
    const [row] = await sql`select public.calendar_notices() as answer`;
    return Listed.parse(row?.["answer"]);
  });
}

function dismiss(engine: Engine, user_id: string, id: string): Promise<boolean> {
  return engine.asUser(user_id, async (sql) => {
    const [row] = await sql<
      { dismissed: boolean }[]
    >`select public.calendar_dismiss_notice(${id}) as dismissed`;
    return row?.dismissed ?? false;
  });
}

async function lose({ sql }: Engine, { id }: Integration): Promise<void> {
  await sql`
    update public.calendar_integrations
    set status = 'disconnected', last_error = '{"code": "invalid_grant", "message": "Connect it again."}' where id = ${id}`;
}

async function reconnect({ sql }: Engine, { id }: Integration): Promise<void> {
  await sql`update public.calendar_integrations set status = 'active', last_error = null where id = ${id}`;
}

/** As `calendar_record` does it: first why, then that. */
async function pause({ sql }: Engine, { id }: Integration, code: string): Promise<void> {
  await sql`
    update public.calendar_integrations set last_error = ${
    sql.json({ code, message: "Stopped." })
  } where id = ${id}`;
  await sql`update public.calendar_integrations set status = 'paused' where id = ${id}`;
}

async function givenUp(engine: Engine): Promise<{ integration: Integration; obligation_id: string }> {
  const integration = await engine.integration();
  const [obligation_id = ""] = await engine.insert(integration.user_id, 1);
  await fail(engine, "too_long");
  return { integration, obligation_id };
}

/** A deadline whose event its user deleted twice. */
async function hidden(engine: Engine): Promise<{ integration: Integration; obligation_id: string }> {
  const { sql } = engine;
  const integration = await engine.integration();
  const [obligation_id = ""] = await engine.insert(integration.user_id, 1);
  await engine.drain();
  await sql`delete from public.calendar_event_mappings where obligation_id = ${obligation_id}`;
  await sql`
    insert into calendar_sync.edits (integration_id, obligation_id, due, deletions, is_gone, is_hidden, original_event_id)
    values (${integration.id}, ${obligation_id}, '2027-01-01', 2, true, true, 'original')`;
  await sql`
    select calendar_sync.notice_edits(integration, 'deadline_hidden', array[${obligation_id}::uuid])
    from public.calendar_integrations as integration where id = ${integration.id}`;
  return { integration, obligation_id };
}

async function fail(engine: Engine, error: string): Promise<void> {
  const [lane] = await engine.claim(WORKER);
  assert.ok(lane);
  await engine.record(WORKER, lane, { kind: "failed", error });
  await engine.retire(WORKER);
}

/** Kind and code of what has not ended. */
async function open({ sql }: Engine, user_id: string): Promise<string[]> {
  const rows = await sql<{ said: string }[]>`
    select concat_ws(' ', kind, details ->> 'code') as said from calendar_sync.notices
    where user_id = ${user_id} and ended_at is null order by 1`;
  return rows.map(({ said }) => said);
}

async function unread({ sql }: Engine, user_id: string): Promise<string[]> {
  const rows = await sql<{ kind: string }[]>`
    select kind from calendar_sync.notices where user_id = ${user_id} and dismissed_at is null order by 1`;
  return rows.map(({ kind }) => kind);
}

async function count({ sql }: Engine, user_id: string, kind: string): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int from calendar_sync.notices where user_id = ${user_id} and kind = ${kind}`;
  return row?.count ?? 0;
}

async function notices({ versions }: Engine): Promise<unknown> {
  return (await versions()).filter((table) => JSON.stringify(table).includes("calendar_sync.notices"));
}
