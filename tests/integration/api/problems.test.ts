import assert from "node:assert/strict";
import type { Engine, Integration } from "../../support/engine.ts";
import { testEngine } from "../../support/engine-test.ts";

const WORKER = "a0000000-0000-0000-0000-000000000000";

interface Problem {
  readonly obligation_id: string;
  readonly title: string | null;
  readonly due: string | null;
  readonly legal?: unknown;
  readonly code: string;
  readonly reason: string | null;
  readonly attempts: number;
}

testEngine("what failed is shown to its user, and is tried again when its user says so", [
  {
    name: "what was given up and what was rejected are told apart, the newest first, each with its reason",
    async show(engine) {
      const integration = await engine.integration();
      const [rejected = "", given_up = ""] = await failed(engine, integration, 2);
      await engine.sql`
        update calendar_sync.jobs set attempts = 8, failed_at = now() + interval '1 second', last_error = 'timeout'
        where obligation_id = ${given_up}`;
      await engine.sql`
        update public.obligations set deadline_date = null, deadline_at = '2027-01-31 10:00+01' where id = ${rejected}`;
      await engine.sql`update calendar_sync.jobs set failed_at = now() where obligation_id = ${rejected}`;
      const { problems, total } = await problemsOf(engine, integration.user_id);
      assert.equal(total, 2);
      assert.deepEqual(
        problems.map(({ obligation_id, title, due, code, reason, attempts }) => ({
          obligation_id,
          title,
          due,
          code,
          reason,
          attempts,
        })),
        [
          {
            obligation_id: given_up,
            title: "Obligation 2",
            due: "2027-01-01",
            code: "given_up",
            reason: "timeout",
            attempts: 8,
          },
          {
            obligation_id: rejected,
            title: "Obligation 1",
            due: "2027-01-31T09:00:00Z",
            code: "rejected",
            reason: null,
            attempts: 0,
          },
        ],
      );
    },
  },
  {
    name: "a hundred are shown, all are counted, and nobody sees another user's",
    async show(engine) {
      const [mine, other] = [await engine.integration(), await engine.integration()];
      for (const count of [65, 65]) await failed(engine, mine, count);
      await failed(engine, other, 2);
      const { problems, total } = await problemsOf(engine, mine.user_id);
      assert.deepEqual([problems.length, total], [100, 130]);
      assert.equal((await problemsOf(engine, other.user_id)).total, 2);
      assert.equal((await problemsOf(engine, await engine.user())).total, 0);
    },
  },
  {
    name: "an obligation that is gone, or somebody else's now, is shown without its title",
    async show(engine) {
      const integration = await engine.integration();
      const [gone = "", given = ""] = await failed(engine, integration, 2);
      await engine.sql.begin(async (sql) => {
        await sql`set local session_replication_role = replica`;
        await sql`delete from public.obligations where id = ${gone}`;
        await sql`update public.obligations set user_id = ${await engine.user()} where id = ${given}`;
      });
      const { problems } = await problemsOf(engine, integration.user_id);
      assert.deepEqual(problems.map(({ title, due }) => ({ title, due })), [
        { title: null, due: null },
        { title: null, due: null },
      ]);
    },
  },
  {
    name: "one that is too far away for any calendar has no legal date, as it has no due date",
    async show(engine) {
      const integration = await engine.integration();
      const ids = await failed(engine, integration, 2);
      await engine.sql`
        update public.obligations set deadline_date = case id when ${
        ids[0] ?? ""
      } then date '20227-03-01' else 'infinity' end
        where id = any (${ids})`;
      const { problems } = await problemsOf(engine, integration.user_id);
      assert.deepEqual(problems.map(({ due, legal }) => [due, legal]), [[null, null], [null, null]]);
    },
  },
  {
    name: "all that failed is due at once, as if it had never been tried, and nothing else is looked at",
    async show(engine) {
      const integration = await engine.integration();
      const ids = await failed(engine, integration, 3);
      const calm = await engine.insert(integration.user_id, 1, "Calm");
      await engine.sql`delete from calendar_sync.jobs where obligation_id = ${calm[0] ?? ""}`;
      await settleLane(engine);
      assert.equal(await retry(engine, integration.user_id, integration.id), 3);
      const changes = await engine.sql`select kind, obligation_id, priority from calendar_sync.changes`;
      assert.deepEqual(changes.map((change) => ({ ...change })), [
        { kind: "retry", obligation_id: null, priority: 0 },
      ]);
      const [lane] = await engine.claim(WORKER);
      assert.deepEqual(lane?.jobs.map(({ obligation_id }) => obligation_id).sort(), [...ids].sort());
      assert.ok(lane?.jobs.every(({ attempts }) => attempts === 0));
      assert.equal((await engine.sql`select from calendar_sync.jobs where kind = 'scan'`).length, 0);
    },
  },
  {
    name: "one obligation is tried again alone; one that did not fail is not queued",
    async show(engine) {
      const integration = await engine.integration();
      const [one = "", two = ""] = await failed(engine, integration, 2);
      assert.equal(await retry(engine, integration.user_id, integration.id, one), 1);
      await engine.sql`select calendar_sync.absorb_changes(1000)`;
      assert.equal(await retry(engine, integration.user_id, integration.id, one), 0);
      assert.equal(await retry(engine, integration.user_id, integration.id, crypto.randomUUID()), 0);
      const left = await engine.sql<{ obligation_id: string }[]>`
        select obligation_id from calendar_sync.jobs where failed_at is not null`;
      assert.deepEqual(left.map(({ obligation_id }) => obligation_id), [two]);
    },
  },
  {
    name:
      "it wakes the worker, ends our own wait and has a provider that was down tried; a wait that the provider asked for goes on",
    async show(engine) {
      const integration = await engine.integration();
      await failed(engine, integration, 1);
      await settleLane(engine);
      await engine.sql`select vault.create_secret('http://127.0.0.1:1/', 'calendar_sync_url')`;
      await engine.sql`select vault.create_secret('secret', 'calendar_sync_secret')`;
      await engine.sql`
        update calendar_sync.providers set open_since = now(), probe_at = now() + interval '3 seconds' where name = 'google'`;
      const waitAfterRetry = async (reason: string) => {
        await engine.sql`
          update calendar_sync.lanes set wait_until = now() + interval '1 hour', wait_reason = ${reason}`;
        await retry(engine, integration.user_id, integration.id);
        await engine.sql`select calendar_sync.absorb_changes(1000)`;
        const [lane] = await engine.sql`select wait_reason from calendar_sync.lanes`;
        return lane?.["wait_reason"];
      };
      assert.equal(await waitAfterRetry("backoff"), null);
      assert.equal((await engine.sql`select from net.http_request_queue`).length, 1);
      const [google] = await engine.sql`
        select probe_at <= now() as is_tried from calendar_sync.providers where name = 'google'`;
      assert.equal(google?.["is_tried"], true);
      assert.equal(await waitAfterRetry("retry_after"), "retry_after");
      assert.equal(await waitAfterRetry("quota"), "quota");
    },
  },
  {
    name: "where nothing failed nothing changes but that the worker is woken",
    async show(engine) {
      const integration = await engine.integration();
      await engine.drain();
      const before = await engine.sql`select ctid, xmin, wait_until from calendar_sync.lanes`;
      assert.equal(await retry(engine, integration.user_id, integration.id), 0);
      assert.deepEqual(
        await engine.sql`select ctid, xmin, wait_until from calendar_sync.lanes`.then((rows) => [...rows]),
        [...before],
      );
      await engine.sql`select calendar_sync.absorb_changes(1000)`;
      assert.deepEqual(await engine.claim(WORKER), []);
      assert.equal((await engine.sql`select from calendar_sync.jobs`).length, 0);
    },
  },
  {
    name: "of a calendar that does not sync nothing is queued, and its reasons stay to be read",
    async show(engine) {
      const integration = await engine.integration();
      await failed(engine, integration, 1);
      await engine.sql`update public.calendar_integrations set status = 'paused'`;
      assert.equal(await retry(engine, integration.user_id, integration.id), 0);
      assert.equal((await problemsOf(engine, integration.user_id)).total, 1);
    },
  },
  {
    name: "another user's calendar is none, and another calendar of the same user is left alone",
    async show(engine) {
      const user_id = await engine.user();
      const [one, two] = [await engine.integration({ user_id }), await engine.integration({ user_id })];
      await failed(engine, one, 1);
      assert.equal(await retry(engine, await engine.user(), one.id), null);
      assert.equal(await retry(engine, user_id, crypto.randomUUID()), null);
      assert.equal(await retry(engine, user_id, two.id), 1);
      await engine.sql`select calendar_sync.absorb_changes(1000)`;
      assert.equal((await problemsOf(engine, user_id)).total, 1);
    },
  },
]);

/** Obligations that failed in every calendar of their user; nothing else is left to do. */
async function failed(engine: Engine, { user_id }: Integration, count: number): Promise<string[]> {
  const ids = await engine.insert(user_id, count);
  await engine.sql`select calendar_sync.absorb_changes(1000)`;
  await engine.sql`update calendar_sync.jobs set failed_at = now() where obligation_id in ${engine.sql(ids)}`;
  await engine.sql`delete from calendar_sync.changes`;
  return ids;
}

async function settleLane({ sql }: Engine): Promise<void> {
  await sql`delete from calendar_sync.changes`;
  await sql`update calendar_sync.lanes set ready_at = null`;
}

async function problemsOf(
  engine: Engine,
  user_id: string,
): Promise<{ readonly problems: readonly Problem[]; readonly total: number }> {
  const [row] = await engine.asUser(
    user_id,
    (sql) =>
      sql<{ answer: { problems: Problem[]; total: number } }[]>`select public.calendar_problems() as answer`,
  );
  assert.ok(row);
  return row.answer;
}

async function retry(
  engine: Engine,
  user_id: string,
  integration_id: string,
  obligation_id: string | null = null,
): Promise<number | null> {
  const [row] = await engine.asUser(user_id, (sql) =>
    sql<{ queued: number | null }[]>`
      select public.calendar_retry(${integration_id}, ${obligation_id}) as queued`);
  assert.ok(row);
  return row.queued;
}
