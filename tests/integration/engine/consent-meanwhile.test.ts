import assert from "node:assert/strict";
import { z } from "zod";
import { until } from "../../support/calendar-api.ts";
import { activate, consent } from "../../support/consent.ts";
import { type Engine, type Integration, openEngine } from "../../support/engine.ts";
import { testEngine } from "../../support/engine-test.ts";

const options = { lock_timeout_ms: 10_000 } as const;

testEngine("what asks for a token while its user connects the account again has the new grant", [
  {
    name: "a refresh is not begun with the old one",
    options,
    async show(engine) {
      const integration = await engine.integration();
      await store(engine, integration, { access: "old access", refresh: "old refresh" });
      assert.deepEqual(await duringConsent(engine, integration, () => beginRefresh(engine, integration)), {
        kind: "valid",
        access_token: "new access",
      });
    },
  },
  {
    name: "tokens that could not be read do not end it",
    options,
    async show(engine) {
      const integration = await engine.integration();
      await store(engine, integration, { access: "old access", refresh: "" });
      assert.deepEqual(await duringConsent(engine, integration, () => beginRefresh(engine, integration)), {
        kind: "valid",
        access_token: "new access",
      });
      assert.deepEqual(await engine.statusOf(integration.id), { status: "active", code: null });
    },
  },
  {
    name: "a password that could not be read does not end it",
    options,
    async show(engine) {
      const integration = await engine.integration();
      await store(engine, integration, { access: "", refresh: "" });
      const read = () =>
        engine.rpc("calendar_read_password", { p_integration_id: integration.id }, z.unknown());
      assert.deepEqual(await duringConsent(engine, integration, read), {
        kind: "valid",
        secret: "new access",
      });
      assert.deepEqual(await engine.statusOf(integration.id), { status: "active", code: null });
    },
  },
  {
    name: "a refresh that was begun before does not store its result, nor say that it failed",
    async show(engine) {
      const integration = await engine.integration();
      await store(engine, integration, { access: "old access", refresh: "old refresh" });
      const { claim } = z.object({ claim: z.string() }).parse(await beginRefresh(engine, integration));
      await duringConsent(engine, integration, null);
      const { sql } = engine;
      const [saved] = await sql`
        select public.calendar_save_tokens(${integration.id}, ${claim}, 'older', now() + interval '1 hour', 'older') as is_saved`;
      assert.equal(saved?.["is_saved"], false);
      await sql`
        select public.calendar_refresh_failed(${integration.id}, ${claim}, 'disconnected', '{"code": "invalid_grant"}')`;
      assert.deepEqual(await engine.statusOf(integration.id), { status: "active", code: null });
      assert.deepEqual(await beginRefresh(engine, integration), {
        kind: "valid",
        access_token: "new access",
      });
    },
  },
]);

testEngine("a refresh that is under way when its user leaves", [{
  name: "stores nothing, and finds that the grant is gone",
  async show(engine) {
    const integration = await engine.integration();
    // Its event is kept, and with it the row.
    await engine.insert(integration.user_id, 1);
    await engine.drain();
    await store(engine, integration, { access: "old access", refresh: "old refresh" });
    const { claim } = z.object({ claim: z.string() }).parse(await beginRefresh(engine, integration));
    await engine
      .sql`select public.calendar_begin_disconnect(${integration.user_id}, ${integration.id}, 'keep')`;
    const [saved] = await engine.sql`
      select public.calendar_save_tokens(${integration.id}, ${claim}, 'newer', now() + interval '1 hour', 'newer') as is_saved`;
    assert.equal(saved?.["is_saved"], false);
    assert.deepEqual(await beginRefresh(engine, integration), { kind: "disconnected" });
    assert.deepEqual([...await engine.sql`select description from vault.secrets`], []);
  },
}]);

/** The tokens of an integration, which are due for a refresh; empty: such that cannot be read. */
async function store(
  { sql }: Engine,
  { id }: Integration,
  { access, refresh }: { readonly access: string; readonly refresh: string },
): Promise<void> {
  await sql`
    update public.calendar_integrations
    set access_token_secret_id = calendar_sync.store_secret(access_token_secret_id, ${access}, 'access token'),
      refresh_token_secret_id = calendar_sync.store_secret(refresh_token_secret_id, ${refresh}, 'refresh token'),
      token_expires_at = now() + interval '10 seconds'
    where id = ${id}`;
}

async function beginRefresh({ rpc }: Engine, { id }: Integration): Promise<unknown> {
  return await rpc(
    "calendar_begin_refresh",
    { p_integration_id: id, p_min_valid_s: 120 },
    z.discriminatedUnion("kind", [
      z.object({ kind: z.literal("valid"), access_token: z.string() }),
      z.object({ kind: z.literal("refresh"), refresh_token: z.string(), claim: z.string() }),
      z.object({ kind: z.enum(["busy", "disconnected", "unreadable"]) }),
    ]),
  );
}

/** The user consents to a new grant. Something asks for a token when all is written and nothing is committed. */
async function duringConsent(
  engine: Engine,
  { user_id, id, calendar_id }: Integration,
  ask: (() => Promise<unknown>) | null,
): Promise<unknown> {
  const { host: [host], port: [port], user, pass, database } = engine.sql.options;
  const flow_id = await consent(engine, user_id, `account of ${id}`);
  await engine.sql`
    update calendar_sync.flows
    set access_token_secret_id = calendar_sync.store_secret(null, 'new access', 'access token'),
      refresh_token_secret_id = calendar_sync.store_secret(null, 'new refresh', 'refresh token')
    where id = ${flow_id}`;
  const confirming = openEngine(`postgresql://${user}:${pass}@${host}:${port}/${database}`, {
    connections: 1,
  });
  try {
    await confirming.sql`begin`;
    await activate(confirming, flow_id, calendar_id);
    let is_answered = false;
    const asked = ask?.().finally(() => is_answered = true);
    await until(async () => ask === null || is_answered || await isWaiting(engine));
    await confirming.sql`commit`;
    return await asked;
  } finally {
    await confirming.close();
  }
}

async function isWaiting({ sql }: Engine): Promise<boolean> {
  const waiting = await sql`
    select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`;
  return waiting.length > 0;
}
