import assert from "node:assert/strict";
import { connectAgain } from "../../support/consent.ts";
import type { Engine, Integration } from "../../support/engine.ts";
import { testEngine } from "../../support/engine-test.ts";

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
]);

/** A calendar with the event of one deadline. */
async function shown(
  engine: Engine,
): Promise<{ readonly integration: Integration; readonly obligation_id: string }> {
  const integration = await engine.integration();
  const [obligation_id = ""] = await engine.insert(integration.user_id, 1);
  await engine.drain();
  return { integration, obligation_id };
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
