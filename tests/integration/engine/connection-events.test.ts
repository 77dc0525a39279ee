import assert from "node:assert/strict";
import { activate, connectAgain, consent } from "../../support/consent.ts";
import type { Engine, Integration } from "../../support/engine.ts";
import { testEngine } from "../../support/engine-test.ts";

const WORKER = "a0000000-0000-0000-0000-000000000000";

interface Event {
  readonly action: string;
  readonly reason: string | null;
  readonly caused_by: string;
  readonly details: Record<string, unknown> | null;
}

testEngine("the life of a connection is noted, with who or what caused each event of it", [
  {
    name: "a consent is no connection until it is confirmed, and then says whose account it is",
    async show(engine) {
      const user_id = await engine.user();
      const abandoned = await consent(engine, user_id, "ada");
      await engine.sql`delete from calendar_sync.flows where id = ${abandoned}`;
      const id = await consent(engine, user_id, "ada");
      assert.deepEqual(await eventsOf(engine, user_id), []);
      await activate(engine, id);
      assert.deepEqual(await eventsOf(engine, user_id), [
        {
          action: "connected",
          reason: null,
          caused_by: `user:${user_id}`,
          details: { access: "dedicated", account_email: "ada@example.com", calendar_name: "Deadlines" },
        },
      ]);
    },
  },
  {
    name: "what users do: the switch, settings, another calendar, connecting again, leaving",
    async show(engine) {
      const { sql } = engine;
      const { id, user_id } = await engine.integration();
      await sql`update public.calendar_integrations set calendar_name = 'Deadlines'`;
      const change = (sync_enabled: boolean | null, settings: Record<string, unknown> | null) =>
        engine.asUser(
          user_id,
          (own) =>
            own`select public.calendar_update_integration(${id}, ${sync_enabled}, ${
              settings === null ? null : sql.json({ ...settings, reminders_minutes: [] })
            })`,
        );
      await change(false, null);
      await change(true, { completed_events: "remove" });
      await change(true, { completed_events: "remove" });
      await sql`select public.calendar_set_calendar(${user_id}, ${id}, 'work', 'Work', 'other')`;
      await connectAgain(engine, id);
      await sql`select public.calendar_begin_disconnect(${user_id}, ${id}, 'remove')`;
      await connectAgain(engine, id);
      await sql`select public.calendar_begin_disconnect(${user_id}, ${id}, 'keep')`;
      const told = (await eventsOf(engine, user_id)).slice(1);
      assert.ok(told.every(({ caused_by }) => caused_by === `user:${user_id}`), JSON.stringify(told));
      assert.deepEqual(told.map(({ action, reason, details }) => [action, reason, details]), [
        ["switched_off", null, null],
        ["settings_changed", null, {
          settings_before: { completed_events: "keep", reminders_minutes: [10080, 1440] },
          settings: { completed_events: "remove", reminders_minutes: [] },
        }],
        ["switched_on", null, null],
        ["calendar_chosen", null, {
          calendar_id_before: `calendar of ${id}`,
          calendar_before: "Deadlines",
          calendar_name: "Work",
        }],
        // As it was before.
        ["reconnected", null, { access: "dedicated", calendar_name: "Work" }],
        ["calendar_chosen", null, {
          calendar_id_before: "work",
          calendar_before: "Work",
          calendar_name: "Deadlines",
        }],
        ["disconnecting", null, null],
        ["resumed", "disconnecting", null],
        ["disconnected", null, {
          access: "dedicated",
          account_email: `account of ${id}@example.com`,
          calendar_name: "Deadlines",
          events: "kept",
        }],
      ]);
    },
  },
  {
    name: "what the provider does: a grant that is lost, a calendar that is gone, one that has another id",
    async show(engine) {
      const integration = await engine.integration();
      const error = (code: string) => ({ code, message: "Said to its user." });
      await record(engine, integration, { status: "paused", last_error: error("calendar_missing") });
      await engine.sql`
        select public.calendar_set_calendar(${integration.user_id}, ${integration.id}, 'new', null, 'own')`;
      await record(engine, integration, { calendar_id: "newer", wrote_to: "new" });
      await record(engine, integration, { last_error: error("provider_unavailable"), reached: false });
      await record(engine, integration, { status: "disconnected", last_error: error("invalid_grant") });
      await connectAgain(engine, integration.id, "newer");
      await engine.sql`
        insert into calendar_sync.locks (purpose, subject_id, claim, claimed_until)
        values ('refresh', ${integration.id}, ${WORKER}, now() + interval '1 minute')`;
      await engine.sql`
        select public.calendar_refresh_failed(${integration.id}, ${WORKER}, 'paused', ${
        engine.sql.json(error("blocked_by_policy"))
      })`;
      await engine.sql`select calendar_sync.nightly()`;
      const told = (await eventsOf(engine, integration.user_id)).slice(1);
      assert.deepEqual(told.map(({ action, reason, caused_by }) => `${action} ${reason} by ${caused_by}`), [
        "paused calendar_missing by worker",
        `calendar_chosen null by user:${integration.user_id}`,
        `resumed calendar_missing by user:${integration.user_id}`,
        "calendar_chosen new_id by worker",
        "grant_lost invalid_grant by worker",
        `reconnected null by user:${integration.user_id}`,
        "paused blocked_by_policy by worker",
        "resumed blocked_by_policy by nightly",
      ]);
    },
  },
  {
    name: "a stop before many deletions says of how many, and who agreed",
    async show(engine) {
      const integration = await engine.integration();
      await engine.insert(integration.user_id, 40);
      await engine.drain();
      await engine.sql`delete from public.obligations`;
      await engine.pass(2);
      await engine.claim(WORKER);
      await engine.asUser(
        integration.user_id,
        (own) => own`select public.calendar_resume(${integration.id})`,
      );
      assert.deepEqual((await eventsOf(engine, integration.user_id)).slice(1), [
        {
          action: "paused",
          reason: "mass_deletion",
          caused_by: "worker",
          details: { deletions: 40, of_events: 40 },
        },
        {
          action: "resumed",
          reason: "mass_deletion",
          caused_by: `user:${integration.user_id}`,
          details: null,
        },
      ]);
    },
  },
  {
    name: "an end says what became of the events, also where the user goes",
    async show(engine) {
      const { sql } = engine;
      const ends = async ({ user_id }: Integration) =>
        (await eventsOf(engine, user_id)).filter(({ action }) => action === "disconnected")
          .map(({ reason, caused_by, details }) => [reason, caused_by, details?.["events"]]);
      const [removed, deleted, gone] = [
        await engine.integration(),
        await engine.integration(),
        await engine.integration(),
      ];
      await sql`select public.calendar_begin_disconnect(${removed.user_id}, ${removed.id}, 'remove')`;
      await engine.drain();
      await sql`delete from public.calendar_integrations where id = ${deleted.id}`;
      await sql`delete from auth.users where id = ${gone.user_id}`;
      await engine.drain();
      assert.deepEqual(await ends(removed), [[null, "worker", "removed"]]);
      assert.deepEqual(await ends(deleted), [[null, "database:supabase_admin", "left"]]);
      assert.deepEqual(await ends(gone), [[null, "worker", "removed"]]);
    },
  },
  {
    name: "what only keeps the books is not noted, and one statement about many notes each",
    async show(engine) {
      const { sql } = engine;
      const all = [await engine.integration(), await engine.integration(), await engine.integration()];
      for (const { user_id } of all) await engine.insert(user_id, 1);
      await engine.drain();
      await sql`
        update public.calendar_integrations set token_expires_at = now(), token_refreshed_at = now(), scopes = '{a}',
          account_email = 'ada@example.com', last_error = '{"code": "quota"}', updated_at = now(), last_synced_at = now()`;
      await sql`update public.calendar_integrations set status = status, settings = settings, last_error = null`;
      const told = async () =>
        (await Promise.all(all.map(({ user_id }) => eventsOf(engine, user_id)))).flatMap((each) =>
          each.slice(1)
        );
      assert.deepEqual(await told(), []);
      await sql`update public.calendar_integrations set sync_enabled = false`;
      assert.deepEqual((await told()).map(({ action }) => action), [
        "switched_off",
        "switched_off",
        "switched_off",
      ]);
    },
  },
  {
    name: "no token, and no error's words, gets into it",
    async show(engine) {
      const { sql } = engine;
      const { id } = await engine.integration();
      await sql`
        update public.calendar_integrations set status = 'disconnected',
          last_error = '{"code": "admin_consent_required", "message": "words", "details": {"admin_consent_url": "https://url.example/"}}'`;
      await connectAgain(engine, id);
      await sql`delete from public.calendar_integrations`;
      const [row] = await sql<{ all: string }[]>`
        select string_agg(to_jsonb(activity)::text, ',') as all from calendar_sync.activity`;
      const secrets = await sql<{ id: string }[]>`
        select refresh_token_secret_id as id from public.calendar_integrations union all select id from vault.secrets`;
      assert.ok(row && row.all.includes("admin_consent_required"));
      for (const secret of ["words", "url.example", "a token", ...secrets.map(({ id }) => id)]) {
        assert.ok(!row.all.includes(secret), secret);
      }
    },
  },
]);

/** The events of a user's connections, the oldest first. */
async function eventsOf({ sql }: Engine, user_id: string): Promise<readonly Event[]> {
  const rows = await sql<Event[]>`
    select action, reason, caused_by, details from calendar_sync.activity
    where user_id = ${user_id} and obligation_id is null order by at`;
  return rows.map((row) => ({ ...row }));
}

/** What a worker says of a lane that it holds. */
async function record({ sql }: Engine, { id }: Integration, lane: Record<string, unknown>): Promise<void> {
  await sql`update calendar_sync.lanes set leased_by = ${WORKER}, leased_until = now() + interval '1 minute'`;
  await sql`select public.calendar_record(${WORKER}, ${id}, '[]', ${
    sql.json({ wrote_to: `calendar of ${id}`, ...JSON.parse(JSON.stringify(lane)) })
  })`;
}
