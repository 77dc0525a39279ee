import assert from "node:assert/strict";
import { activate, connectAgain, consent } from "../../support/consent.ts";
import type { Engine, Integration } from "../../support/engine.ts";
import { testEngine } from "../../support/engine-test.ts";

const WORKER = "a0000000-0000-0000-0000-000000000000";

testEngine("an account that was disconnected is connected again", [
  {
    name: "it is switched on, although it was switched off when it was disconnected",
    async show(engine) {
      const { sql } = engine;
      const { integration, obligation_id } = await shown(engine);
      await sql`update public.calendar_integrations set sync_enabled = false`;
      await disconnect(engine, integration);
      await sql`update public.obligations set deadline_date = '2027-02-02'`;
      await again(engine, integration);
      const [row] = await sql`select sync_enabled from public.calendar_integrations`;
      assert.deepEqual({ ...row }, { sync_enabled: true });
      await engine.pass(2);
      await engine.drain();
      assert.deepEqual((await story(engine, obligation_id)).slice(-2), [
        "yes, 2027-01-01, adopted -> created",
        "yes, 2027-01-01, created -> still",
      ]);
    },
  },
  {
    name: "one that only lost its grant stays switched off",
    async show(engine) {
      const { sql } = engine;
      const { integration } = await shown(engine);
      await sql`
        update public.calendar_integrations
        set sync_enabled = false, status = 'disconnected', last_error = '{"code": "invalid_grant"}'`;
      await again(engine, integration);
      const [row] = await sql`select status, sync_enabled from public.calendar_integrations`;
      assert.deepEqual({ ...row }, { status: "active", sync_enabled: false });
    },
  },
  {
    name: "evidence says what keeps changes from a calendar that somebody brings back by hand",
    async show(engine) {
      const { sql } = engine;
      const { integration } = await shown(engine);
      await sql`update public.calendar_integrations set sync_enabled = false`;
      await disconnect(engine, integration);
      await sql`update public.calendar_integrations set removed_at = null, status = 'active'`;
      const [obstacle] = await sql`
        select reason, began_with from calendar_sync.history
        where integration_id = ${integration.id} and obligation_id is null and until_at is null`;
      assert.deepEqual({ ...obstacle }, { reason: "switched_off", began_with: "connected" });
    },
  },
  {
    name: "an event that its user moved still stands where it was left, and evidence says so",
    async show(engine) {
      const { sql } = engine;
      const { integration, obligation_id } = await shown(engine);
      for (const is_kept of [true, false]) {
        await left(engine, integration, obligation_id, { is_kept });
        await disconnect(engine, integration);
        await again(engine, integration);
        assert.equal(
          (await story(engine, obligation_id)).at(-1),
          "yes, 2027-03-05, adopted -> still, (moved_by_user)",
        );
      }
      // It begins when it should: it only lasts longer.
      await sql`update calendar_sync.edits set is_kept = false, seen = ${
        sql.json({ kind: "all_day", start_date: "2027-01-01", end_date: "2027-01-04" })
      }`;
      await sql`update calendar_sync.history set due = '2027-01-01' where until_at is null`;
      await disconnect(engine, integration);
      await again(engine, integration);
      assert.equal((await story(engine, obligation_id)).at(-1), "yes, 2027-01-01, adopted -> still");
    },
  },
  {
    name: "what its user hid stays hidden, and evidence says so as long as its deadline is the same",
    async show(engine) {
      const { sql } = engine;
      const { integration, obligation_id } = await shown(engine);
      await sql`delete from public.calendar_event_mappings`;
      await sql`
        insert into calendar_sync.edits (integration_id, obligation_id, due, deletions, is_gone, is_hidden)
        values (${integration.id}, ${obligation_id}, '2027-01-01', 2, true, true)`;
      await sql`
        update calendar_sync.history set in_calendar = false, reason = 'hidden_by_user', began_with = 'hidden_by_user'`;
      // The event of another deadline keeps the row of the calendar.
      await engine.insert(integration.user_id, 1);
      await engine.drain();
      await disconnect(engine, integration);
      await again(engine, integration);
      await engine.pass(2);
      await engine.drain();
      const told = [
        "no, 2027-01-01, hidden_by_user -> disconnected, (hidden_by_user)",
        "no, 2027-01-01, connected -> still, (hidden_by_user)",
      ];
      assert.deepEqual(await story(engine, obligation_id), told);
      await disconnect(engine, integration);
      await sql`update public.obligations set deadline_date = '2027-02-02' where id = ${obligation_id}`;
      await again(engine, integration);
      await engine.pass(2);
      await engine.drain();
      assert.deepEqual((await story(engine, obligation_id)).slice(1), [
        "no, 2027-01-01, connected -> disconnected, (hidden_by_user)",
        "yes, 2027-01-01, created -> still",
      ]);
    },
  },
]);

testEngine("an account is connected again while its events are removed", [
  {
    name: "its calendar is not deleted between the look at it and the end of the confirmation",
    async show(engine) {
      const { integration, claim } = await confirming(engine);
      await engine.drain();
      assert.equal((await engine.statusOf(integration.id)).status, "disconnecting");
      await engine.pass(2);
      assert.deepEqual(await engine.claim(WORKER), [], "nor a moment later");
      const flow_id = await consent(engine, integration.user_id, `account of ${integration.id}`);
      await activate(engine, flow_id, integration.calendar_id);
      await engine.sql`select public.calendar_unlock_user(${integration.user_id}, ${claim})`;
      await engine.pass(2);
      await engine.drain();
      const [row] = await engine.sql`select id, status, calendar_id from public.calendar_integrations`;
      assert.deepEqual({ ...row }, {
        id: integration.id,
        status: "active",
        calendar_id: integration.calendar_id,
      });
    },
  },
  {
    name: "leaving goes on where the confirmation came to nothing",
    async show(engine) {
      const { integration, claim } = await confirming(engine);
      await engine.drain();
      await engine.sql`select public.calendar_unlock_user(${integration.user_id}, ${claim})`;
      await engine.pass(2);
      await engine.drain();
      assert.deepEqual([...await engine.sql`select id from public.calendar_integrations`], []);
    },
  },
  {
    name: "a confirmation that comes too late waits until the calendar is deleted",
    async show(engine) {
      const { integration } = await shown(engine);
      const { id, user_id } = integration;
      await engine.sql`select public.calendar_begin_disconnect(${user_id}, ${id}, 'remove')`;
      const [removing] = await engine.claim(WORKER);
      assert.ok(removing);
      await engine.record(WORKER, removing);
      const [ending] = await engine.claim(WORKER);
      assert.equal(ending?.kind, "disconnect");
      assert.equal(await take(engine, integration), "busy");
      await engine.record(WORKER, ending);
      assert.equal(await take(engine, integration), "taken");
    },
  },
]);

/** Somebody is leaving, and has just begun to confirm the same account once more. */
async function confirming(
  engine: Engine,
): Promise<{ readonly integration: Integration; readonly claim: string }> {
  const { integration } = await shown(engine);
  const { id, user_id } = integration;
  await engine.sql`select public.calendar_begin_disconnect(${user_id}, ${id}, 'remove')`;
  const claim = crypto.randomUUID();
  await engine.sql`select public.calendar_lock_user(${user_id}, ${claim}, 30)`;
  assert.equal(await take(engine, integration), "taken");
  return { integration, claim };
}

/** What a confirmation is told first. */
async function take(engine: Engine, { id, user_id }: Integration): Promise<unknown> {
  const ticket = crypto.randomUUID();
  const flow_id = await consent(engine, user_id, `account of ${id}`);
  await engine.sql`update calendar_sync.flows set ticket_hash = ${ticket} where id = ${flow_id}`;
  const [taken] = await engine.sql`
    select public.calendar_take_connection(${user_id}, ${ticket}) ->> 'kind' as kind`;
  return taken?.["kind"];
}

/** A calendar with the event of one deadline. */
async function shown(
  engine: Engine,
): Promise<{ readonly integration: Integration; readonly obligation_id: string }> {
  const integration = await engine.integration();
  const [obligation_id = ""] = await engine.insert(integration.user_id, 1);
  await engine.drain();
  return { integration, obligation_id };
}

/** Its user moved the event, and it was left there. */
async function left(
  { sql }: Engine,
  { id }: Integration,
  obligation_id: string,
  { is_kept }: { readonly is_kept: boolean },
): Promise<void> {
  await sql`
    insert into calendar_sync.edits (integration_id, obligation_id, due, seen, is_kept)
    values (${id}, ${obligation_id}, '2027-01-01', ${
    sql.json({ kind: "all_day", start_date: "2027-03-05", end_date: "2027-03-06" })
  }, ${is_kept})
    on conflict (integration_id, obligation_id) do update set is_kept = excluded.is_kept`;
  await sql`
    update calendar_sync.history set due = '2027-03-05', reason = 'moved_by_user', began_with = 'moved_by_user'
    where obligation_id = ${obligation_id} and until_at is null`;
}

async function disconnect({ sql }: Engine, { id, user_id }: Integration): Promise<void> {
  await sql`select public.calendar_begin_disconnect(${user_id}, ${id}, 'keep')`;
}

async function again(engine: Engine, { id, calendar_id }: Integration): Promise<void> {
  await connectAgain(engine, id, calendar_id);
}

async function story({ sql }: Engine, obligation_id: string): Promise<readonly string[]> {
  const periods = await sql<
    {
      in_calendar: boolean;
      due: string;
      reason: string | null;
      began_with: string;
      ended_with: string | null;
    }[]
  >`select in_calendar, due, reason, began_with, ended_with from calendar_sync.evidence(${obligation_id})`;
  return periods.map(({ in_calendar, due, reason, began_with, ended_with }) =>
    `${in_calendar ? "yes" : "no"}, ${due}, ${began_with} -> ${ended_with ?? "still"}${
      reason === null ? "" : `, (${reason})`
    }`
  );
}
