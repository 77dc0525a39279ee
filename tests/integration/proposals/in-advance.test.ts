import assert from "node:assert/strict";
import type { Engine } from "../../support/engine.ts";
import { testEngine } from "../../support/engine-test.ts";
import { beingRead, move, moved, noted, notices, SEEN_TIME, states, WORKER } from "./support.ts";

const DAY_S = 86_400;

testEngine("a user who accepts moves in advance does so with the user's own rights", [
  {
    name: "a move moves the deadline, as the user, and a notice stays that undoes it",
    async show(engine) {
      const { integration: { user_id }, obligation_id, id } = await inAdvance(engine);
      assert.equal(await acceptEdit(engine, id), true);
      assert.deepEqual(await states(engine, user_id), ["accepted"]);
      assert.equal(await due(engine, obligation_id), "2027-03-05");
      assert.deepEqual(await noted(engine, user_id), ["opened", "accepted"]);
      const [notice] = await engine.sql`
        select details, dismissed_at from calendar_sync.notices where user_id = ${user_id} and kind = 'proposal_opened'`;
      assert.deepEqual({ ...notice }, { details: { code: "accepted" }, dismissed_at: null });
      const [change] = await engine.sql`
        select cause ->> 'by' as by from calendar_sync.changes where obligation_id = ${obligation_id} and kind = 'event'`;
      assert.equal(change?.["by"], `user:${user_id}`);
      await engine.asUser(user_id, (sql) => sql`select public.calendar_undo_proposal(${id})`);
      assert.equal(await due(engine, obligation_id), "2027-01-01");
    },
  },
  {
    name: "the notice ends when the deadline changes, since then nothing can be undone",
    async show(engine) {
      const { integration: { user_id }, obligation_id, id } = await inAdvance(engine);
      await acceptEdit(engine, id);
      await engine.drain();
      assert.equal(await notices(engine, user_id), 1);
      await engine
        .sql`update public.obligations set deadline_date = '2027-02-02' where id = ${obligation_id}`;
      await engine.pass(60);
      await engine.drain();
      assert.equal(await notices(engine, user_id), 0);
    },
  },
  {
    name: "the notice goes with its proposal, since then nothing can be undone either",
    async show(engine) {
      const { integration: { user_id }, id } = await inAdvance(engine);
      await acceptEdit(engine, id);
      await engine.drain();
      // It tells of a state: dismissing it does not end it.
      await engine.sql`
        update calendar_sync.notices set dismissed_at = now() where user_id = ${user_id} and kind = 'proposal_opened'`;
      const left = async () => {
        const rows = await engine.sql<{ is_over: boolean }[]>`
          select ended_at is not null as is_over from calendar_sync.notices
          where user_id = ${user_id} and kind = 'proposal_opened'`;
        return rows.map(({ is_over }) => is_over);
      };
      await engine.pass(29 * DAY_S);
      await engine.sql`select calendar_sync.nightly()`;
      assert.deepEqual(await left(), [false]);
      await engine.pass(2 * DAY_S);
      await engine.sql`select calendar_sync.nightly()`;
      assert.deepEqual(await states(engine, user_id), []);
      assert.deepEqual(await left(), [true]);
      await engine.sql`select calendar_sync.nightly()`;
      assert.deepEqual(await left(), []);
    },
  },
  {
    name: "the next move asks anew",
    async show(engine) {
      const { integration, obligation_id, id } = await inAdvance(engine);
      await acceptEdit(engine, id);
      const next = await move(engine, integration.id, obligation_id, { deadline_date: "2027-04-01" }, {
        deadline_date: "2027-03-05",
      });
      assert.equal(await acceptEdit(engine, next), true);
      assert.equal(await due(engine, obligation_id), "2027-04-01");
      await engine.drain();
      assert.equal(await notices(engine, integration.user_id), 1);
    },
  },
  {
    name:
      "where a worker dies before it accepts a move, the calendar is read again after a minute, and again until one has",
    async show(engine) {
      const { integration, tell } = await beingRead(engine, { calendar_edits: "accept" });
      assert.equal(await tell("moved", SEEN_TIME), true);
      assert.deepEqual(await kindsDue(engine), []);
      await engine.pass(60);
      assert.deepEqual(await kindsDue(engine), ["pull"]);
      const [left] = await engine
        .sql`select cardinality(calendar_sync.proposals_to_accept(${integration.id})) as proposals`;
      assert.equal(left?.["proposals"], 1);
      await engine.pass(70);
      assert.deepEqual(await kindsDue(engine), ["pull"]);
      // It waits longer each time.
      await engine.pass(60);
      assert.deepEqual(await kindsDue(engine), []);
      await engine.pass(80);
      assert.deepEqual(await kindsDue(engine), ["pull"]);
      const [proposal] = await engine.sql`select id from public.calendar_proposals where state = 'open'`;
      assert.equal(await acceptEdit(engine, String(proposal?.["id"])), true);
      // The change of the deadline has its event written, and nothing is left.
      await engine.pass(60);
      await kindsDue(engine);
      await engine.pass(120);
      assert.deepEqual(await kindsDue(engine), []);
    },
  },
  {
    name: "a move whose user chose otherwise before it was accepted is put back",
    async show(engine) {
      const { integration, obligation_id, tell } = await beingRead(engine, { calendar_edits: "accept" });
      await tell("moved", SEEN_TIME);
      await engine.sql`
        update public.calendar_integrations set settings = settings || '{"calendar_edits": "restore"}'
        where id = ${integration.id}`;
      assert.ok(await isPutBack(engine, obligation_id));
      await engine.sql`select calendar_sync.absorb_changes(10)`;
      const [left] = await engine
        .sql`select cardinality(calendar_sync.proposals_to_accept(${integration.id})) as proposals`;
      assert.equal(left?.["proposals"], 0);
      assert.deepEqual(await states(engine, integration.user_id), ["open"]);
    },
  },
  {
    name: "it does not use up the user's calls",
    async show(engine) {
      const { integration: { user_id }, id } = await inAdvance(engine);
      await acceptEdit(engine, id);
      const calls = await engine.sql`select from calendar_sync.calls where caller = ${user_id}`;
      assert.equal(calls.length, 0);
    },
  },
  {
    name: "the session is the worker's again afterwards",
    async show(engine) {
      const { id } = await inAdvance(engine);
      await asWorker(engine, async (sql) => {
        await sql`select public.calendar_accept_edit(${id})`;
        const [after] = await sql`
          select current_user::text as role, current_setting('request.jwt.claims')::jsonb ->> 'role' as claimed`;
        assert.deepEqual({ ...after }, { role: "service_role", claimed: "service_role" });
      });
    },
  },
  {
    name: "where the user may not change the obligation, it is put back and the proposal stays open",
    own_database: true,
    async show(engine) {
      const { integration: { user_id }, obligation_id, id } = await inAdvance(engine);
      await engine.sql`
        create policy "read only" on public.obligations as restrictive for update to authenticated using (false)`;
      assert.equal(await acceptEdit(engine, id), false);
      assert.equal(await due(engine, obligation_id), "2027-01-01");
      assert.deepEqual(await states(engine, user_id), ["open"]);
      assert.equal(await notices(engine, user_id), 1);
      assert.ok(await isPutBack(engine, obligation_id));
    },
  },
  {
    name: "a calendar that is not set to it, and a blocked user, accept nothing in advance",
    async show(engine) {
      const asking = await moved(engine);
      assert.equal(await acceptEdit(engine, asking.id), false);
      assert.ok(await isPutBack(engine, asking.obligation_id));
      const { integration: { user_id }, obligation_id, id } = await inAdvance(engine);
      await engine.sql`update auth.users set banned_until = now() + interval '1 hour' where id = ${user_id}`;
      assert.equal(await acceptEdit(engine, id), false);
      assert.equal(await due(engine, obligation_id), "2027-01-01");
    },
  },
  {
    name: "users, and nobody, cannot call it",
    async show(engine) {
      const { integration: { user_id }, id } = await inAdvance(engine);
      await assert.rejects(
        engine.asUser(user_id, (sql) => sql`select public.calendar_accept_edit(${id})`),
        /permission denied/,
      );
    },
  },
]);

async function inAdvance(engine: Engine) {
  const scene = await moved(engine);
  await engine.sql`
    update public.calendar_integrations set settings = settings || '{"calendar_edits": "accept"}'
    where id = ${scene.integration.id}`;
  await engine.sql`delete from calendar_sync.changes`;
  return scene;
}

/** The kinds of what workers are handed after a tick, all of which is done. */
async function kindsDue(engine: Engine): Promise<string[]> {
  await engine.sql`select calendar_sync.tick()`;
  const kinds: string[] = [];
  for (let lanes = await engine.claim(WORKER); lanes.length > 0; lanes = await engine.claim(WORKER)) {
    for (const lane of lanes) {
      kinds.push(lane.kind);
      await engine.record(WORKER, lane, undefined, { pulled: lane.kind === "pull", cursor: "3" });
    }
  }
  return kinds;
}

function acceptEdit(engine: Engine, id: string): Promise<boolean> {
  return asWorker(engine, async (sql) => {
    const [row] = await sql`select public.calendar_accept_edit(${id}) as accepted`;
    return row?.["accepted"] === true;
  });
}

/** Does something as the functions do it: with the secret key, through the Data API. */
async function asWorker<T>({ sql }: Engine, act: (sql: Engine["sql"]) => Promise<T>): Promise<T> {
  const connection = await sql.reserve();
  try {
    await connection`begin`;
    await connection`select set_config('request.jwt.claims', '{"role": "service_role"}', true)`;
    await connection`set local role service_role`;
    const result = await act(connection);
    await connection`commit`;
    return result;
  } catch (error: unknown) {
    await connection`rollback`;
    throw error;
  } finally {
    connection.release();
  }
}

async function isPutBack({ sql }: Engine, obligation_id: string): Promise<boolean> {
  const changes = await sql`select from calendar_sync.changes where obligation_id = ${obligation_id}`;
  return changes.length > 0;
}

async function due({ sql }: Engine, obligation_id: string): Promise<string | null> {
  const [row] = await sql<{ due: string | null }[]>`
    select deadline_date::text as due from public.obligations where id = ${obligation_id}`;
  return row?.due ?? null;
}
