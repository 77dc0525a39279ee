import assert from "node:assert/strict";
import { z } from "zod";
import type { Engine } from "../../support/engine.ts";
import type { Behaviour } from "../../support/engine-test.ts";
import { examplesOf, examplesUnder } from "../../support/doc-examples.ts";
import { noted } from "./answers.ts";

/** What a copy of production has that could act, and what could open something. */
async function fillCopy({ sql, ...engine }: Engine): Promise<void> {
  await sql`select calendar_admin.set_worker('https://production.supabase.co/functions/v1/calendar-sync', ${
    "a secret of production".padEnd(32, ".")
  })`;
  const { id, user_id } = await engine.integration();
  await engine.insert(user_id, 2);
  const open = async (integration_id: string) => {
    await sql`update public.calendar_integrations set refresh_token_secret_id =
      calendar_sync.store_secret(null, 'a refresh token', 'calendar_sync: refresh token') where id = ${integration_id}`;
    await sql`insert into calendar_sync.channels (id, integration_id, provider, calendar_id, token_hash, resource_id, state, expires_at)
      values (gen_random_uuid(), ${integration_id}, 'google', 'calendar', 'hash', 'resource', 'active', now() + interval '7 days')`;
  };
  await open(id);
  await sql`update calendar_sync.pulls set cursor_secret_id = calendar_sync.store_secret(null, 'a cursor', 'calendar_sync: cursor')`;
  const left = await engine.integration();
  await open(left.id);
  await sql`select calendar_admin.disconnect_user(${left.user_id})`;
  await sql`select calendar_store_connection(
    (calendar_begin_connection(${user_id}, 'google', 'dedicated', 'https://app.example.com/', 600) ->> 'state_id')::uuid,
    'another account', 'ada@example.com', '{}', 'an access token', 'a refresh token', now() + interval '1 hour', 'ticket', 600)`;
  for (const owner of [user_id, null]) {
    await sql`select calendar_sync.add_webhook(${owner}, 'https://customer.example.com/', '{connection.removed,deadline.shown}')`;
  }
  await sql`update calendar_sync.mail_setup set transport = 'http', reported_at = now()`;
  await sql`select calendar_sync.append_delivery('mail', ${user_id}, 'notice-1', 'connection_lost', '{"notices": []}')`;
  await sql`insert into calendar_sync.feed_owners (user_id) values (${user_id})`;
  await sql`insert into calendar_sync.feeds (user_id, name, settings, token_hash)
    values (${user_id}, 'Feed', calendar_sync.default_feed_settings(), ${"0".repeat(64)})`;
  await sql`insert into calendar_sync.api_keys (id, user_id, name, scopes, secret_hash, expires_at)
    values ('0123456789', ${user_id}, 'Key', '{status:read}', sha256('key'), now() + interval '1 day')`;
}

/** What the worker of the copy would be handed. */
async function workOf({ sql, rpc, ...engine }: Engine) {
  await sql`update calendar_sync.mail_setup set transport = 'http', reported_at = now()`;
  await sql`select calendar_sync.tick()`;
  await sql`select calendar_sync.nightly()`;
  await engine.pass(24 * 60 * 60);
  await sql`select calendar_sync.tick()`;
  const worker = crypto.randomUUID();
  return {
    calendars: await engine.claim(worker, 10),
    deliveries: await rpc(
      "calendar_claim_deliveries",
      { p_worker: worker, p_limit: 10, p_lease_s: 20 },
      z.array(z.unknown()),
    ),
    channels: await rpc("calendar_claim_ending_channels", {}, z.array(z.unknown())),
  };
}

/** Runs statements as the role of the SQL editor. */
async function asPostgres({ sql }: Engine, text: string): Promise<void> {
  const connection = await sql.reserve();
  try {
    await connection`set session authorization postgres`;
    await connection.unsafe(text).simple();
  } finally {
    await connection`reset session authorization`;
    connection.release();
  }
}

/** What an administrator does with a copy of production. */
export const COPIES: readonly Behaviour[] = [
  {
    name:
      "a copy that was made harmless as docs/deploy/deploy.md says holds no token, owes nothing and lets nobody in",
    own_database: true,
    async show(engine) {
      const { sql } = engine;
      await fillCopy(engine);
      const recipe = examplesUnder(await examplesOf("docs/deploy/deploy.md"), "Staging", "sql").slice(0, -1);
      for (const text of recipe) {
        await asPostgres(engine, text);
        await engine.pass(10 * 60);
      }
      assert.deepEqual([...await sql`select description from vault.secrets`], []);
      assert.deepEqual(await workOf(engine), { calendars: [], deliveries: [], channels: [] });
      assert.deepEqual([...await sql`select id from calendar_sync.feeds`], []);
      assert.deepEqual([...await sql`select id from calendar_sync.api_keys`], []);
      assert.deepEqual(await noted(sql, "settings_changed"), [["admin", null], ["admin", null]]);
    },
  },
  {
    name:
      "make_copy_harmless: refused where there are jobs or a worker, or was one ten minutes ago; says what it forgot",
    own_database: true,
    async show(engine) {
      const { sql } = engine;
      await fillCopy(engine);
      const harmless = async () =>
        (await sql<{ how_many: string }[]>`select * from calendar_admin.make_copy_harmless()`).map((
          { how_many },
        ) => how_many);
      await assert.rejects(harmless, /has jobs or a worker/);
      await asPostgres(engine, "select cron.unschedule(jobname) from cron.job");
      await assert.rejects(harmless, /has jobs or a worker/);
      // As docs/deploy/deploy.md stops all syncing.
      await sql`select vault.update_secret(id, new_name => name || '_off') from vault.secrets where name is not null`;
      await assert.rejects(harmless, /has jobs or a worker/);
      await sql`delete from vault.secrets where name is not null`;
      await assert.rejects(harmless, /called a worker at/);
      await engine.pass(9 * 60);
      await assert.rejects(harmless, /called a worker at/);
      assert.equal((await sql`select from public.calendar_integrations`).length, 1);
      await engine.pass(60);
      assert.deepEqual(await harmless(), ["1", "1", "2", "1", "1", "1"]);
      assert.deepEqual(await harmless(), ["0", "0", "0", "0", "0", "0"]);
    },
  },
];
