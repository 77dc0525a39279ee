import assert from "node:assert/strict";
import type { Lane } from "../../../supabase/functions/_shared/sync/lane.ts";
import type { Engine, Integration, Provider } from "../../support/engine.ts";
import { testEngine } from "../../support/engine-test.ts";

const WORKER = "a0000000-0000-0000-0000-000000000000";
const LANES_UNTIL_OPEN = 5;
const PROBE_S = 5;
const NOT_REACHED = { succeeded: false, reached: false, wait: { reason: "backoff", ms: 1000 } } as const;

testEngine("a provider's circuit breaker opens while it is down, and its project's quota is waited for", [
  {
    name: "five different lanes in a row that were not reached open it, the same lane five times does not",
    async show(engine) {
      const one = await busy(engine, "google");
      for (let run = 0; run < LANES_UNTIL_OPEN; run++) {
        await engine.pass(2);
        await workAll(engine, NOT_REACHED);
        assert.equal(await isDown(engine, "google"), false);
      }
      await engine.sql`update public.calendar_integrations set sync_enabled = false where id = ${one.id}`;
      for (let lanes = 2; lanes <= LANES_UNTIL_OPEN; lanes++) {
        assert.equal(await isDown(engine, "google"), false, `before lane ${lanes}`);
        await busy(engine, "google");
        await workAll(engine, NOT_REACHED);
      }
      assert.equal(await isDown(engine, "google"), true);
    },
  },
  {
    name: "a lane that was reached in between keeps it closed",
    async show(engine) {
      for (let lanes = 1; lanes < LANES_UNTIL_OPEN; lanes++) {
        await busy(engine, "google");
        await workAll(engine, NOT_REACHED);
        await engine.pass(-3600);
      }
      await engine.pass(3600 * LANES_UNTIL_OPEN);
      const [lane] = await engine.claim(WORKER);
      assert.ok(lane);
      await engine.record(WORKER, lane);
      const [next] = await engine.claim(WORKER);
      assert.ok(next);
      await engine.record(WORKER, next, () => null, NOT_REACHED);
      assert.equal(await isDown(engine, "google"), false);
    },
  },
  {
    name: "while it is open one lane in five seconds tries, whatever its priority, and other providers go on",
    async show(engine) {
      await openBreaker(engine);
      const outlook = await busy(engine, "outlook");
      for (let lanes = 0; lanes < 3; lanes++) await busy(engine, "google");
      await busy(engine, "google", 1);
      await busy(engine, "google", 2);
      assert.deepEqual((await engine.claim(WORKER, 8)).map(({ integration_id }) => integration_id), [
        outlook.id,
      ]);
      for (let probe = 0; probe < 2; probe++) {
        await engine.pass(PROBE_S);
        const lanes = await engine.claim(WORKER, 8);
        assert.equal(lanes.length, 1, `probe ${probe + 1}`);
        assert.deepEqual(await engine.claim(WORKER, 8), []);
      }
    },
  },
  {
    name: "a try that fails keeps it open, one that succeeds closes it for everybody",
    async show(engine) {
      await openBreaker(engine);
      for (let lanes = 0; lanes < 4; lanes++) await busy(engine, "google");
      await engine.pass(PROBE_S);
      const [failing] = await engine.claim(WORKER, 8);
      assert.ok(failing);
      await engine.record(WORKER, failing, () => null, NOT_REACHED);
      assert.equal(await isDown(engine, "google"), true);
      assert.deepEqual(await engine.claim(WORKER, 8), []);
      await engine.pass(PROBE_S);
      const [succeeding] = await engine.claim(WORKER, 8);
      assert.ok(succeeding);
      await engine.record(WORKER, succeeding);
      assert.equal(await isDown(engine, "google"), false);
      assert.ok((await engine.claim(WORKER, 8)).length > 1);
    },
  },
  {
    name: "Sync now has it tried at once",
    async show(engine) {
      await openBreaker(engine);
      const waiting = await busy(engine, "google");
      assert.deepEqual(await engine.claim(WORKER, 8), []);
      // A person's second click within a second has nothing tried again.
      await engine.pass(2);
      await engine.asUser(waiting.user_id, (sql) => sql`select public.calendar_sync_now()`);
      assert.equal((await engine.claim(WORKER, 8)).length, 1);
      assert.deepEqual(await engine.claim(WORKER, 8), []);
    },
  },
  {
    name: "Sync now does not wait for a record that waits",
    options: { lock_timeout_ms: 10_000 },
    async show(engine) {
      const { user_id } = await openBreaker(engine);
      const mine = await engine.integration({ user_id });
      const [obligation_id] = await engine.insert(user_id, 1);
      await engine.sql`select calendar_sync.absorb_changes(1000)`;
      await engine.sql`update calendar_sync.lanes set ready_at = null where integration_id <> ${mine.id}`;
      await engine.sql`
        insert into public.calendar_event_mappings
          (integration_id, obligation_id, calendar_id, external_event_id, deadline_hash, content_hash)
        values (${mine.id}, ${obligation_id ?? ""}, 'calendar', 'event', 'before', 'before')`;
      await engine.pass(PROBE_S);
      const [lane] = await engine.claim(WORKER, 8);
      assert.ok(lane);
      assert.equal(lane.integration_id, mine.id);
      const blocker = await engine.sql.reserve();
      await blocker`begin`;
      await blocker`update public.calendar_event_mappings set etag = 'held' where integration_id = ${mine.id}`;
      const waiting = () =>
        engine.sql<{ count: number }[]>`
          select count(*)::int from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`;
      const recorded = engine.record(WORKER, lane, { kind: "synced" });
      await untilCount(waiting, 1);
      await engine.asUser(user_id, (sql) => sql`select public.calendar_sync_now()`);
      await blocker`rollback`;
      blocker.release();
      assert.equal(await recorded, true);
    },
  },
  {
    name: "a project's quota that is spent is waited for, without claiming lane after lane",
    own_database: true,
    async show(engine) {
      await engine
        .sql`update calendar_sync.providers set project_calls = 10, project_sync_share = 1 where name = 'google'`;
      const spender = await busy(engine, "google");
      await engine.sql`select calendar_sync.count_calls('google', ${spender.id}, 10)`;
      for (let lanes = 0; lanes < 20; lanes++) await busy(engine, "google");
      const outlook = await busy(engine, "outlook");
      assert.deepEqual(
        (await engine.claim(WORKER, 2)).map(({ integration_id }) => integration_id).filter((id) =>
          id !== outlook.id
        ),
        [],
      );
      const [provider] = await engine.sql`
        select quota_until between now() + interval '50 seconds' and now() + interval '60 seconds' as waits
        from calendar_sync.providers where name = 'google'`;
      assert.equal(provider?.["waits"], true);
      const before = await lanesAsTheyAre(engine);
      assert.deepEqual((await engine.claim(WORKER, 8)).filter(({ provider }) => provider === "google"), []);
      assert.equal(await lanesAsTheyAre(engine), before);
      await engine.pass(61);
      assert.equal((await engine.claim(WORKER, 2)).length, 2);
    },
  },
]);

/** An integration with one job that is due. */
async function busy(engine: Engine, provider: Provider, priority = 0): Promise<Integration> {
  const integration = await engine.integration({ provider });
  await engine.insert(integration.user_id, 1);
  if (priority > 0) {
    await engine
      .sql`update calendar_sync.changes set priority = ${priority} where integration_id = ${integration.id}`;
  }
  await engine.sql`select calendar_sync.absorb_changes(1000)`;
  return integration;
}

async function workAll(engine: Engine, notes: typeof NOT_REACHED): Promise<readonly Lane[]> {
  const lanes = await engine.claim(WORKER, 8);
  for (const lane of lanes) await engine.record(WORKER, lane, () => null, notes);
  return lanes;
}

/** Five lanes of Google that were not reached. */
async function openBreaker(engine: Engine): Promise<Integration> {
  const integrations: Integration[] = [];
  for (let lanes = 0; lanes < LANES_UNTIL_OPEN; lanes++) integrations.push(await busy(engine, "google"));
  await workAll(engine, NOT_REACHED);
  assert.equal(await isDown(engine, "google"), true);
  const [first] = integrations;
  assert.ok(first);
  return first;
}

async function isDown({ sql }: Engine, provider: Provider): Promise<boolean> {
  const [row] =
    await sql`select open_since is not null as is_down from calendar_sync.providers where name = ${provider}`;
  return row?.["is_down"] === true;
}

async function lanesAsTheyAre({ sql }: Engine): Promise<string> {
  const [row] = await sql`
    select string_agg(xmin::text, ',' order by lane.integration_id) as versions
    from calendar_sync.lanes as lane where provider = 'google'`;
  return String(row?.["versions"]);
}

async function untilCount(
  count: () => Promise<readonly { readonly count: number }[]>,
  wanted: number,
): Promise<void> {
  const deadline = performance.now() + 5000;
  while (((await count())[0]?.count ?? 0) < wanted) {
    assert.ok(performance.now() < deadline, `${wanted} statements never waited`);
  }
}
