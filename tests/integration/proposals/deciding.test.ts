import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { z } from "zod";
import type { Engine } from "../../support/engine.ts";
import { testEngine } from "../../support/engine-test.ts";
import { move, moved, noted, notices, states } from "./support.ts";

const Verdict = z.object({
  kind: z.string(),
  reason: z.string().optional(),
  proposal: z.object({ state: z.string(), can_undo: z.boolean() }).loose().optional(),
});
type Decision = "accept" | "dismiss" | "undo";

testEngine("a proposal is decided by its user, with the user's own rights", [
  {
    name: "accepting moves the deadline, as the user",
    async show(engine) {
      const { integration: { user_id }, obligation_id, id } = await moved(engine);
      const { kind, proposal } = await decide(engine, user_id, "accept", id);
      assert.deepEqual([kind, proposal?.state, proposal?.can_undo], ["decided", "accepted", true]);
      assert.deepEqual(await due(engine, obligation_id), ["2027-03-05", null, null]);
      assert.equal(await notices(engine, user_id), 0);
      assert.deepEqual(await noted(engine, user_id), ["opened", "accepted"]);
      const [change] = await engine.sql`
        select cause ->> 'by' as by from calendar_sync.changes where obligation_id = ${obligation_id}`;
      assert.equal(change?.["by"], `user:${user_id}`);
    },
  },
  {
    name: "where the old deadline comes back before the event is written, the event is written all the same",
    async show(engine) {
      const { integration: { id: integration_id, user_id }, obligation_id, id } = await moved(engine);
      await decide(engine, user_id, "accept", id);
      await engine
        .sql`update public.obligations set deadline_date = '2027-01-01' where id = ${obligation_id}`;
      const [compared] = await engine.sql`
        select * from calendar_sync.compare(${integration_id}, array[${obligation_id}::uuid])`;
      assert.equal(compared?.["content_hash"], "");
    },
  },
  {
    name: "an all-day deadline can become a timed one, and back again to the microsecond",
    async show(engine) {
      const { integration, obligation_id } = await moved(engine);
      await engine.sql`
        update public.obligations set deadline_date = null, deadline_at = '2027-01-01 08:00:00.123456Z', time_zone = 'Europe/Paris'
        where id = ${obligation_id}`;
      const id = await move(engine, integration.id, obligation_id, {
        deadline_at: "2027-03-05T09:00:00Z",
        time_zone: null,
      }, { deadline_at: "2027-01-01T08:00:00Z", time_zone: "Europe/Paris" });
      await decide(engine, integration.user_id, "accept", id);
      assert.deepEqual(await due(engine, obligation_id), [
        null,
        "2027-03-05T09:00:00.000000Z",
        "Europe/Paris",
      ]);
      const { kind, proposal } = await decide(engine, integration.user_id, "undo", id);
      assert.deepEqual([kind, proposal?.state], ["decided", "open"]);
      assert.deepEqual(await due(engine, obligation_id), [
        null,
        "2027-01-01T08:00:00.123456Z",
        "Europe/Paris",
      ]);
    },
  },
  {
    name: "an undone proposal waits for a decision again, and its user is told",
    async show(engine) {
      const { integration: { user_id }, obligation_id, id } = await moved(engine);
      await decide(engine, user_id, "accept", id);
      await decide(engine, user_id, "undo", id);
      assert.deepEqual(await due(engine, obligation_id), ["2027-01-01", null, null]);
      assert.deepEqual(await states(engine, user_id), ["open"]);
      assert.equal(await notices(engine, user_id), 1);
      assert.equal((await decide(engine, user_id, "accept", id)).kind, "decided");
    },
  },
  {
    name: "dismissing leaves the deadline where it is",
    async show(engine) {
      const { integration: { user_id }, obligation_id, id } = await moved(engine);
      const { proposal } = await decide(engine, user_id, "dismiss", id);
      assert.equal(proposal?.state, "dismissed");
      assert.deepEqual(await due(engine, obligation_id), ["2027-01-01", null, null]);
      assert.equal(await notices(engine, user_id), 0);
      assert.deepEqual(await noted(engine, user_id), ["opened", "dismissed"]);
    },
  },
  {
    name: "nobody decides twice, and undo takes back nothing but an acceptance",
    async show(engine) {
      const { integration: { user_id }, id } = await moved(engine);
      assert.equal(await refusal(engine, user_id, "undo", id), "conflict not_accepted");
      await decide(engine, user_id, "dismiss", id);
      for (const decision of ["accept", "dismiss"] as const) {
        assert.equal(await refusal(engine, user_id, decision, id), "conflict decided");
      }
      assert.equal(await refusal(engine, user_id, "undo", id), "conflict not_accepted");
    },
  },
  {
    name: "a proposal of somebody else is not found",
    async show(engine) {
      const { obligation_id, id } = await moved(engine);
      const stranger = await engine.user();
      for (const decision of ["accept", "dismiss", "undo"] as const) {
        assert.equal(await refusal(engine, stranger, decision, id), "not_found");
      }
      assert.deepEqual(await due(engine, obligation_id), ["2027-01-01", null, null]);
    },
  },
  {
    name: "a deadline that changed since is not overwritten: the proposal is superseded",
    async show(engine) {
      for (const decision of ["accept", "dismiss"] as const) {
        const { integration: { user_id }, obligation_id, id } = await moved(engine);
        await engine
          .sql`update public.obligations set deadline_date = '2027-02-02' where id = ${obligation_id}`;
        assert.equal(await refusal(engine, user_id, decision, id), "conflict deadline_changed");
        assert.deepEqual(await due(engine, obligation_id), ["2027-02-02", null, null]);
        assert.deepEqual(await states(engine, user_id), ["superseded"]);
      }
    },
  },
  {
    name: "an acceptance is taken back only while the deadline is what it made it",
    async show(engine) {
      const { integration: { user_id }, obligation_id, id } = await moved(engine);
      await decide(engine, user_id, "accept", id);
      await engine
        .sql`update public.obligations set deadline_date = '2027-02-02' where id = ${obligation_id}`;
      assert.equal(await refusal(engine, user_id, "undo", id), "conflict deadline_changed");
      assert.deepEqual(await due(engine, obligation_id), ["2027-02-02", null, null]);
    },
  },
  {
    name: "a deadline that is being changed right now is waited for, and then not overwritten",
    async show(engine) {
      const { integration: { user_id }, obligation_id, id } = await moved(engine);
      const host = await engine.sql.reserve();
      try {
        await host`begin`;
        await host`update public.obligations set deadline_date = '2027-02-02' where id = ${obligation_id}`;
        const accepted = refusal(engine, user_id, "accept", id);
        await waitForLock(engine.sql);
        await host`commit`;
        assert.equal(await accepted, "conflict deadline_changed");
      } finally {
        host.release();
      }
      assert.deepEqual(await due(engine, obligation_id), ["2027-02-02", null, null]);
    },
  },
  {
    name: "a deadline that somebody keeps locked is given up after a moment, and can be decided later",
    async show(engine) {
      const { integration: { user_id }, obligation_id, id } = await moved(engine);
      const host = await engine.sql.reserve();
      try {
        await host`begin`;
        await host`update public.obligations set title = 'Locked' where id = ${obligation_id}`;
        assert.equal(await refusal(engine, user_id, "accept", id), "conflict busy");
        await host`rollback`;
      } finally {
        host.release();
      }
      assert.equal((await decide(engine, user_id, "accept", id)).kind, "decided");
    },
  },
  {
    name: "of two acceptances at the same time one is made",
    async show(engine) {
      const { integration: { user_id }, id } = await moved(engine);
      const kinds = await Promise.all(["accept", "accept"].map(async () => {
        const { kind, reason } = await decide(engine, user_id, "accept", id);
        return `${kind} ${reason ?? ""}`.trim();
      }));
      assert.deepEqual(kinds.toSorted(), ["conflict decided", "decided"]);
    },
  },
  {
    name: "what row level security refuses is not allowed, and the proposal stays open",
    own_database: true,
    async show(engine) {
      const { integration: { user_id }, obligation_id, id } = await moved(engine);
      await engine.sql`
        create policy "read only" on public.obligations as restrictive for update to authenticated using (false)`;
      assert.equal(await refusal(engine, user_id, "accept", id), "not_allowed");
      await engine.sql`drop policy "read only" on public.obligations`;
      await engine.sql`revoke update on public.obligations from authenticated`;
      assert.equal(await refusal(engine, user_id, "accept", id), "not_allowed");
      await engine.sql`grant update on public.obligations to authenticated`;
      await engine
        .sql`alter table public.obligations add constraint first_quarter check (deadline_date < '2027-02-01')`;
      assert.equal(await refusal(engine, user_id, "accept", id), "not_allowed");
      assert.deepEqual(await due(engine, obligation_id), ["2027-01-01", null, null]);
      assert.deepEqual(await states(engine, user_id), ["open"]);
      assert.equal(await notices(engine, user_id), 1);
    },
  },
  {
    name: "an obligation that is somebody else's by now is not allowed",
    async show(engine) {
      const { integration: { user_id }, obligation_id, id } = await moved(engine);
      await engine
        .sql`update public.obligations set user_id = ${await engine.user()} where id = ${obligation_id}`;
      assert.equal(await refusal(engine, user_id, "accept", id), "not_allowed");
      assert.deepEqual(await due(engine, obligation_id), ["2027-01-01", null, null]);
    },
  },
  {
    name: "a hook of the host that claims more than it wrote changes nothing",
    own_database: true,
    async show(engine) {
      const { integration: { user_id }, obligation_id, id } = await moved(engine);
      await engine.sql`
        create or replace function calendar_sync.accept_proposal(
          obligation_id uuid, deadline_date date, deadline_at timestamptz, time_zone text
        ) returns boolean language plpgsql volatile security invoker set search_path = ''
        as $$ begin
          update public.obligations set title = 'Touched' where id = accept_proposal.obligation_id;
          return true;
        end $$`;
      assert.equal(await refusal(engine, user_id, "accept", id), "not_allowed");
      const [row] = await engine.sql`select title from public.obligations where id = ${obligation_id}`;
      assert.equal(row?.["title"], "Obligation 1");
      assert.deepEqual(await states(engine, user_id), ["open"]);
    },
  },
  {
    name: "accepting in one calendar supersedes what other calendars proposed for the old deadline",
    async show(engine) {
      const { integration, obligation_id, id } = await moved(engine);
      const other = await engine.integration({ user_id: integration.user_id, provider: "outlook" });
      await move(engine, other.id, obligation_id, { deadline_date: "2027-04-01" });
      await decide(engine, integration.user_id, "accept", id);
      assert.deepEqual((await states(engine, integration.user_id)).toSorted(), ["accepted", "superseded"]);
      assert.equal(await notices(engine, integration.user_id), 0);
    },
  },
  {
    name: "the list has open ones first, supersedes what has changed, and ends after 30 days",
    async show(engine) {
      const { integration: { id: integration_id, user_id }, id } = await moved(engine);
      await decide(engine, user_id, "dismiss", id);
      const others = await engine.insert(user_id, 3, "Other");
      for (const obligation_id of others) await move(engine, integration_id, obligation_id);
      await engine.sql`update public.obligations set deadline_date = '2027-02-02' where id = ${
        others[1] ?? ""
      }`;
      const listed = await list(engine, user_id);
      assert.deepEqual(listed.proposals.map(({ state }) => state), [
        "open",
        "open",
        "superseded",
        "dismissed",
      ]);
      assert.equal(listed.open, 2);
      await engine.pass(31 * 86_400);
      assert.deepEqual((await list(engine, user_id)).proposals.map(({ state }) => state), ["open", "open"]);
    },
  },
  {
    name: "of very many all open ones are listed, and of the decided ones the newest thousand",
    async show(engine) {
      const { integration, id } = await moved(engine);
      const { sql } = engine;
      await sql`
        insert into public.calendar_proposals
          (user_id, integration_id, provider, obligation_id, kind, seen, legal, state, seen_at, decided_at)
        select user_id, integration_id, provider, obligation_id, kind, seen, legal, 'superseded', seen_at - n * interval '1 minute', now()
        from public.calendar_proposals cross join generate_series(1, 1010) as n where id = ${id}`;
      await engine.insert(integration.user_id, 250);
      await sql`
        select calendar_sync.open_proposal(integration, obligation.id, '{"deadline_date": "2027-03-05"}',
          '{"deadline_date": "2027-01-01"}')
        from public.calendar_integrations as integration join public.obligations as obligation using (user_id)
        where integration.id = ${integration.id}`;
      const { proposals, open } = await list(engine, integration.user_id);
      const states = proposals.map(({ state }) => state);
      assert.deepEqual([open, states.lastIndexOf("open"), states.length], [251, 250, 1251]);
      const [kept] = await sql<{ ids: string[] }[]>`
        select array_agg(id order by seen_at desc) as ids from (
          select id, seen_at from public.calendar_proposals where state = 'superseded' order by seen_at desc limit 1000
        ) as newest`;
      assert.deepEqual(proposals.slice(251).map((each) => each.id), kept?.ids);
    },
  },
  {
    name: "decisions count against the user's calls",
    async show(engine) {
      const { integration: { user_id }, id } = await moved(engine);
      await engine.sql`update calendar_sync.options set rpc_calls_per_minute = 2`;
      try {
        await decide(engine, user_id, "accept", id);
        await decide(engine, user_id, "undo", id);
        await assert.rejects(decide(engine, user_id, "dismiss", id), /Too many calls/);
      } finally {
        await engine.sql`update calendar_sync.options set rpc_calls_per_minute = 240`;
      }
    },
  },
]);

async function decide({ asUser }: Engine, user_id: string, decision: Decision, id: string) {
  const [row] = await asUser(
    user_id,
    (sql) =>
      sql<{ answer: unknown }[]>`select ${
        sql.unsafe(`public.calendar_${decision}_proposal`)
      }(${id}) as answer`,
  );
  return Verdict.parse(row?.answer);
}

async function refusal(engine: Engine, user_id: string, decision: Decision, id: string): Promise<string> {
  const { kind, reason } = await decide(engine, user_id, decision, id);
  return reason === undefined ? kind : `${kind} ${reason}`;
}

async function list({ asUser }: Engine, user_id: string) {
  const [row] = await asUser(
    user_id,
    (sql) => sql<{ answer: unknown }[]>`select public.calendar_proposals() as answer`,
  );
  return z.object({ proposals: z.array(z.object({ id: z.string(), state: z.string() })), open: z.int() })
    .parse(row?.answer);
}

/** The three columns that are a deadline. */
async function due({ sql }: Engine, obligation_id: string) {
  const [row] = await sql<{ on: string | null; at: string | null; time_zone: string | null }[]>`
    select deadline_date::text as on, to_char(deadline_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at, time_zone
    from public.obligations where id = ${obligation_id}`;
  return [row?.on, row?.at, row?.time_zone];
}

async function waitForLock(sql: Sql): Promise<void> {
  for (const deadline = Date.now() + 5000; Date.now() < deadline;) {
    const waiting = await sql`select from pg_catalog.pg_locks where not granted`;
    if (waiting.length > 0) return;
  }
  throw new Error("Nobody waits for a lock.");
}
