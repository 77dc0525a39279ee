import assert from "node:assert/strict";
import type { Engine, Integration } from "../../support/engine.ts";
import { testEngine } from "../../support/engine-test.ts";

const WORKER = "a0000000-0000-0000-0000-000000000000";
const ATTEMPTS_MAX = 8;
/** Longer than any wait of a job or a lane. */
const LATER_S = 600;

testEngine("a failure is tried again for as long as it may pass, and no longer", [
  {
    name: "a job whose own attempts fail is given up after the eighth, with the reason, and its lane goes on",
    async show(engine) {
      const integration = await engine.integration();
      const [failing] = await engine.insert(integration.user_id, 1, "Failing");
      for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
        assert.equal(await jobState(engine, integration), "waits", `before attempt ${attempt}`);
        await engine.insert(integration.user_id, 1, `Going through ${attempt}`);
        await engine.pass(LATER_S);
        const [lane] = await engine.claim(WORKER);
        assert.ok(lane);
        assert.equal(lane.jobs.length, 2);
        await engine.record(
          WORKER,
          lane,
          (job) => job.obligation_id === failing ? { kind: "retry", counts: true } : { kind: "synced" },
        );
      }
      assert.equal(await jobState(engine, integration), "given up");
      await engine.pass(LATER_S);
      assert.deepEqual(await engine.claim(WORKER), []);
      const told = await engine.sql`
        select action, obligation_id, reason from calendar_sync.activity
        where obligation_id is not null and action <> 'created'`;
      assert.deepEqual(told.map((row) => ({ ...row })), [
        { action: "given_up", obligation_id: failing, reason: "server_error" },
      ]);
    },
  },
  {
    name: "failures that the whole lane shares never lead to giving up",
    async show(engine) {
      const integration = await engine.integration();
      await engine.insert(integration.user_id, 1);
      await fail(engine, 3 * ATTEMPTS_MAX, false);
      assert.equal(await jobState(engine, integration), "waits");
    },
  },
  {
    name: "failures that the whole lane shares do not give up again what a night gave another try",
    async show(engine) {
      const integration = await givenUp(engine);
      await engine.sql`select calendar_sync.nightly()`;
      await fail(engine, 1, false);
      assert.equal(await jobState(engine, integration), "waits");
    },
  },
  {
    name: "what was given up comes back when its obligation changes",
    async show(engine) {
      const integration = await givenUp(engine);
      await engine.sql`update public.obligations set title = 'Changed'`;
      assert.equal(await jobState(engine, integration), "waits");
      await fail(engine, ATTEMPTS_MAX - 1, true);
      assert.equal(await jobState(engine, integration), "waits");
    },
  },
  {
    name: "what was given up comes back when its obligation changes together with many others",
    async show(engine) {
      const integration = await givenUp(engine);
      await engine.insert(integration.user_id, 100);
      await engine.drain();
      await engine.sql`update public.obligations set title = title || ' changed'`;
      await engine.drain();
      assert.equal(await jobState(engine, integration), "done");
    },
  },
  {
    name: "what was given up comes back when its user says Sync now",
    async show(engine) {
      const integration = await givenUp(engine);
      await engine.asUser(
        integration.user_id,
        (sql) => sql`select public.calendar_sync_now(${integration.id})`,
      );
      assert.equal(await jobState(engine, integration), "waits");
      const [lane] = await engine.claim(WORKER);
      assert.equal(lane?.jobs.length, 1);
    },
  },
  {
    name: "what was given up gets one more try a night, and what was rejected does not",
    async show(engine) {
      const integration = await givenUp(engine);
      const rejecting = await engine.integration();
      await engine.insert(rejecting.user_id, 1, "Rejected");
      const [lane] = await engine.claim(WORKER);
      assert.ok(lane);
      await engine.record(WORKER, lane, { kind: "failed" });
      await engine.sql`select calendar_sync.nightly()`;
      assert.equal(await jobState(engine, rejecting), "given up");
      await fail(engine, 1, true);
      assert.equal(await jobState(engine, integration), "given up");
      await engine.pass(LATER_S);
      assert.deepEqual(await engine.claim(WORKER, 8), []);
    },
  },
  {
    name: "while disconnecting nothing is given up",
    async show(engine) {
      const integration = await engine.integration();
      await engine.insert(integration.user_id, 1);
      await engine.settle();
      await disconnect(engine, integration);
      await fail(engine, 2 * ATTEMPTS_MAX, true);
      assert.equal(await jobState(engine, integration), "waits");
    },
  },
  {
    name: "what was given up or rejected before does not keep a user from leaving",
    async show(engine) {
      const integration = await engine.integration();
      await engine.insert(integration.user_id, 2);
      const [lane] = await engine.claim(WORKER);
      assert.ok(lane);
      await engine.record(
        WORKER,
        lane,
        (job) => job === lane.jobs[0] ? { kind: "failed" } : { kind: "synced" },
      );
      await engine.pass(LATER_S);
      await disconnect(engine, integration);
      const kinds: string[] = [];
      for (let claims = 0; claims < 5 && kinds.at(-1) !== "disconnect"; claims++) {
        const [next] = await engine.claim(WORKER);
        if (!next) continue;
        kinds.push(next.kind);
        await engine.record(WORKER, next, { kind: "removed" });
        await engine.pass(LATER_S);
      }
      assert.equal(kinds.at(-1), "disconnect");
    },
  },
  {
    name: "what is rejected while its user leaves does not keep the user either",
    async show(engine) {
      const integration = await engine.integration();
      await engine.insert(integration.user_id, 1);
      const [lane] = await engine.claim(WORKER);
      assert.ok(lane);
      await disconnect(engine, integration);
      await engine.record(WORKER, lane, { kind: "failed" });
      await engine.drain();
      assert.equal((await engine.sql`select from public.calendar_integrations`).length, 0);
    },
  },
  {
    name: "a user who connects again while leaving stays, and nothing is left to do",
    async show(engine) {
      const integration = await engine.integration();
      await engine.insert(integration.user_id, 1);
      await engine.settle();
      await disconnect(engine, integration);
      await engine.sql`select calendar_sync.absorb_changes(1000)`;
      await engine.sql`update public.calendar_integrations set status = 'active'`;
      await engine.drain();
      assert.equal(
        (await engine.sql`select from public.calendar_integrations where status = 'active'`).length,
        1,
      );
      assert.deepEqual([...await engine.sql`select kind from calendar_sync.jobs`], []);
    },
  },
  {
    name: "what was given up is looked at again when another calendar is chosen",
    async show(engine) {
      const integration = await givenUp(engine);
      await engine.sql`update public.calendar_integrations set calendar_id = 'another'`;
      await engine.drain();
      assert.equal(await jobState(engine, integration), "done");
    },
  },
  {
    name: "a lane that was paused or switched off is not worked once its wait is over",
    async show(engine) {
      for (const lane_state of ["paused", "off"] as const) {
        const integration = await engine.integration();
        await engine.insert(integration.user_id, 1);
        const [lane] = await engine.claim(WORKER);
        assert.ok(lane);
        await engine.record(WORKER, lane, () => null, {
          succeeded: false,
          wait: { reason: "backoff", ms: 1000 },
          ...(lane_state === "paused" ? { status: "paused" } : {}),
        });
        if (lane_state === "off") {
          await engine.sql`update public.calendar_integrations set sync_enabled = false`;
        }
        await engine.pass(LATER_S);
        assert.deepEqual(await engine.claim(WORKER), [], lane_state);
      }
    },
  },
  {
    name: "where an attempt may have left an event is kept exactly as long as the record says",
    async show(engine) {
      const { user_id, calendar_id } = await engine.integration();
      await engine.insert(user_id, 1);
      await engine.sql`select calendar_sync.absorb_changes(1000)`;
      const attemptedIn = async () => {
        const [row] = await engine.sql<
          { attempted_in: string[] }[]
        >`select attempted_in from calendar_sync.jobs`;
        return row?.attempted_in;
      };
      assert.deepEqual(await attemptedIn(), []);
      const [first] = await engine.claim(WORKER);
      assert.ok(first);
      assert.deepEqual(first.jobs[0]?.attempted_in, []);
      assert.deepEqual(await attemptedIn(), [calendar_id]);
      await engine.record(WORKER, first, { kind: "retry", counts: true, may_leave: true });
      assert.deepEqual(await attemptedIn(), [calendar_id]);
      await engine.pass(LATER_S);
      const [second] = await engine.claim(WORKER);
      assert.ok(second);
      assert.deepEqual(second.jobs[0]?.attempted_in, [calendar_id]);
      await engine.record(WORKER, second, { kind: "retry", counts: true, may_leave: false });
      assert.deepEqual(await attemptedIn(), []);
    },
  },
  ...Object.entries({
    "cannot be read": "obligation.title::date",
    "fails an assertion": "public.fails()",
    "takes too long to read": "public.takes_long()",
  }).map(([trouble, date]) => ({
    name: `an obligation that ${trouble} keeps only its own lane waiting, longer each time`,
    own_database: true,
    async show(engine: Engine) {
      const poisoned = await engine.integration();
      await engine.insert(poisoned.user_id, 1, "Poison");
      await engine.pass(1);
      const sound = await engine.integration();
      await engine.insert(sound.user_id, 1, "Sound");
      await poison(engine, { date });
      assert.deepEqual(await claimInTime(engine), [sound.id]);
      const failures: number[] = [];
      for (let minute = 1; minute <= 4; minute++) {
        await engine.pass(61);
        await engine.insert(sound.user_id, 1, `Sound in minute ${minute}`);
        assert.deepEqual(await claimInTime(engine), [sound.id]);
        const [row] = await engine.sql<{ failures: number }[]>`
          select count(*)::int as failures from calendar_sync.incidents where kind = 'claim'`;
        failures.push(row?.failures ?? 0);
      }
      assert.deepEqual(failures, [2, 2, 3, 3]);
    },
  })),
  {
    name:
      "a user who agrees to deletions while obligations cannot be read keeps only that user's lane waiting",
    own_database: true,
    async show(engine) {
      const poisoned = await engine.integration();
      await engine.insert(poisoned.user_id, 1, "Poison");
      const sound = await engine.integration();
      await engine.settle();
      await poison(engine, { date: "obligation.title::date" });
      await engine.sql`
        update public.calendar_integrations set settings = settings || '{"completed_events": "remove"}'
        where id = ${poisoned.id}`;
      await engine.insert(sound.user_id, 1, "Sound");
      assert.deepEqual(await claimInTime(engine), [sound.id]);
    },
  },
  {
    name: "what has to go from a calendar is counted without reading a text",
    own_database: true,
    async show(engine) {
      const { id, user_id } = await engine.integration();
      await engine.insert(user_id, 3, "Poison");
      await engine.insert(user_id, 2, "Sound");
      await engine.settle();
      await poison(engine, { title: "(1 / 0)::text" });
      await engine.sql`update public.obligations set status = 'cancelled' where title = 'Poison 1'`;
      const [row] = await engine.sql`select calendar_sync.count_deletions(${id}) as count`;
      assert.equal(row?.["count"], 1);
    },
  },
  {
    name: "a scan that takes long is gone on with by the next claims",
    own_database: true,
    async show(engine) {
      const { id, user_id } = await engine.integration();
      await engine.insert(user_id, 2_500, "Poison");
      await engine.settle();
      // A millisecond each.
      await poison(engine, {
        title: "case when md5(repeat(obligation.title, 50000)) <> '' then obligation.title end",
      });
      await engine.sql`select calendar_sync.append_changes(array[${id}::uuid], 'scan', 0)`;
      const cursors: unknown[] = [];
      for (let claims = 0; claims < 3; claims++) {
        const [lane] = await engine.claim(WORKER);
        assert.deepEqual(lane?.jobs, []);
        await engine.record(WORKER, lane);
        cursors.push(...await engine.sql`select cursor ? 'after' as goes_on from calendar_sync.jobs`);
      }
      assert.deepEqual(cursors, [{ goes_on: true }, { goes_on: true }]);
    },
  },
]);

/** Has every obligation whose title begins with `Poison` have this date or title, in SQL. */
async function poison(
  { sql }: Engine,
  given: { readonly date?: string; readonly title?: string },
): Promise<void> {
  const { date = "obligation.deadline_date", title = "obligation.title" } = given;
  await sql.unsafe(`
    create function public.fails() returns date language plpgsql stable as $$ begin assert false; end $$;
    create function public.takes_long() returns date language plpgsql stable as $$
      begin perform pg_sleep(10); return null; end $$;
    create or replace function calendar_sync.deadline_of(obligation public.obligations)
    returns setof calendar_sync.deadline language sql stable security invoker rows 1 as $$
      select obligation.id, obligation.user_id, case when obligation.title like 'Poison%' then ${title} else obligation.title end,
        obligation.description, obligation.obligation_type, case obligation.status when 'cancelled' then 'cancelled' else 'open' end,
        case when obligation.title like 'Poison%' then ${date} else obligation.deadline_date end,
        obligation.deadline_at, obligation.time_zone, obligation.url
    $$`);
}

/** The integrations of a claim whose time is as limited as that of every hosted call, only more. */
async function claimInTime({ sql }: Engine): Promise<readonly string[]> {
  return await sql.begin(async (transaction) => {
    await transaction`set local statement_timeout = '1s'`;
    const rows = await transaction<{ id: string }[]>`
      select lane ->> 'integration_id' as id
      from json_array_elements(public.calendar_claim(${WORKER}, 8, 15) -> 'lanes') as lane`;
    return rows.map(({ id }) => id);
  });
}

async function jobState({ sql }: Engine, { id }: Integration): Promise<"waits" | "given up" | "done"> {
  await sql`select calendar_sync.absorb_changes(1000)`;
  const [job] = await sql<{ failed: boolean }[]>`
    select failed_at is not null as failed from calendar_sync.jobs where integration_id = ${id} order by failed_at limit 1`;
  if (!job) return "done";
  return job.failed ? "given up" : "waits";
}

/** Has whatever is handed out fail, so many times. */
async function fail(engine: Engine, times: number, counts: boolean): Promise<void> {
  for (let attempt = 0; attempt < times; attempt++) {
    await engine.pass(LATER_S);
    const [lane] = await engine.claim(WORKER);
    assert.ok(lane, `attempt ${attempt + 1}`);
    assert.equal(lane.jobs.length, 1, `attempt ${attempt + 1}`);
    await engine.record(WORKER, lane, { kind: "retry", counts });
  }
}

/** An integration with one obligation that was given up. */
async function givenUp(engine: Engine): Promise<Integration> {
  const integration = await engine.integration();
  await engine.insert(integration.user_id, 1);
  await fail(engine, ATTEMPTS_MAX, true);
  assert.equal(await jobState(engine, integration), "given up");
  return integration;
}

async function disconnect({ sql }: Engine, { id, user_id }: Integration): Promise<void> {
  await sql`select public.calendar_begin_disconnect(${user_id}, ${id}, 'remove')`;
}
