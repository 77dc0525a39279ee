import assert from "node:assert/strict";
import { testEngine } from "../../support/engine-test.ts";
import { beingRead, LEGAL, move, moved, noted, notices, SEEN, SEEN_TIME, states, WORKER } from "./support.ts";

testEngine("a moved event is one open proposal of its calendar, until something else is true", [
  {
    name: "a move opens a proposal and tells its user once",
    async show(engine) {
      const { integration, obligation_id, id } = await moved(engine);
      assert.equal(await move(engine, integration.id, obligation_id), id);
      assert.deepEqual(await states(engine, integration.user_id), ["open"]);
      assert.equal(await notices(engine, integration.user_id), 1);
      assert.deepEqual(await noted(engine, integration.user_id), ["opened"]);
    },
  },
  {
    name: "the same instant in another spelling is the same move",
    async show(engine) {
      const { integration, obligation_id } = await moved(engine);
      const first = await move(engine, integration.id, obligation_id, {
        deadline_at: "2027-03-05T10:00:00+01:00",
        time_zone: "Europe/Berlin",
      });
      const again = await move(engine, integration.id, obligation_id, {
        deadline_at: "2027-03-05T09:00:00.000Z",
        time_zone: "Europe/Berlin",
      });
      assert.equal(again, first);
      const [row] = await engine.sql`select seen from public.calendar_proposals where id = ${first}`;
      assert.deepEqual(row?.["seen"], { deadline_at: "2027-03-05T09:00:00Z", time_zone: "Europe/Berlin" });
    },
  },
  {
    name: "a later move supersedes the earlier one, and only its notice is open",
    async show(engine) {
      const { integration, obligation_id } = await moved(engine);
      await move(engine, integration.id, obligation_id, { deadline_date: "2027-04-01" });
      assert.deepEqual((await states(engine, integration.user_id)).sort(), ["open", "superseded"]);
      assert.equal(await notices(engine, integration.user_id), 1);
      assert.deepEqual(await noted(engine, integration.user_id), ["opened", "superseded", "opened"]);
    },
  },
  {
    name: "each calendar of a user has a proposal of its own",
    async show(engine) {
      const { integration, obligation_id } = await moved(engine);
      const other = await engine.integration({ user_id: integration.user_id, provider: "outlook" });
      await move(engine, other.id, obligation_id, { deadline_date: "2027-04-01" });
      assert.deepEqual(await states(engine, integration.user_id), ["open", "open"]);
    },
  },
  {
    name: "a new deadline supersedes the proposal when the worker brings the calendar into line",
    async show(engine) {
      const { integration, obligation_id } = await moved(engine);
      await engine
        .sql`update public.obligations set deadline_date = '2027-02-02' where id = ${obligation_id}`;
      await engine.drain();
      assert.deepEqual(await states(engine, integration.user_id), ["superseded"]);
      assert.equal(await notices(engine, integration.user_id), 0);
    },
  },
  {
    name: "an event that is kept goes back to its deadline where a new one ended the proposal and went again",
    async show(engine) {
      const { integration, obligation_id } = await moved(engine);
      const { sql } = engine;
      await sql`
        insert into calendar_sync.edits (integration_id, obligation_id, due, seen, is_kept)
        values (${integration.id}, ${obligation_id}, '2027-01-01',
          ${sql.json(SEEN_TIME)}, true)`;
      const becomes = (date: string) =>
        sql`update public.obligations set deadline_date = ${date} where id = ${obligation_id}`;
      await becomes("2027-02-02");
      await engine.asUser(integration.user_id, (user) => user`select public.calendar_proposals()`);
      assert.deepEqual(await states(engine, integration.user_id), ["superseded"]);
      await becomes("2027-01-01");
      await engine.pass(5);
      const [lane] = await engine.claim(WORKER);
      const [job] = lane?.jobs ?? [];
      assert.deepEqual([job?.obligation_id, job?.edit?.is_kept, job?.mapping?.content_hash], [
        obligation_id,
        false,
        "",
      ]);
    },
  },
  {
    name: "a move that was decided on before its deadline changed proposes nothing",
    async show(engine) {
      const { integration, obligation_id, tell } = await beingRead(engine);
      await engine
        .sql`update public.obligations set deadline_date = '2027-02-02' where id = ${obligation_id}`;
      assert.equal(await tell("moved", SEEN_TIME), true);
      assert.deepEqual(await states(engine, integration.user_id), []);
    },
  },
  {
    name: "a new title leaves the proposal open",
    async show(engine) {
      const { integration, obligation_id } = await moved(engine);
      await engine.sql`update public.obligations set title = 'Renamed' where id = ${obligation_id}`;
      await engine.drain();
      assert.deepEqual(await states(engine, integration.user_id), ["open"]);
    },
  },
  {
    name: "deleting, cancelling and reassigning the obligation supersede it",
    async show(engine) {
      for (
        const change of [
          (id: string) => engine.sql`delete from public.obligations where id = ${id}`,
          (id: string) => engine.sql`update public.obligations set status = 'cancelled' where id = ${id}`,
          async (id: string) =>
            await engine.sql`update public.obligations set user_id = ${await engine
              .user()} where id = ${id}`,
        ]
      ) {
        const { integration, obligation_id } = await moved(engine);
        await change(obligation_id);
        await engine.drain();
        assert.deepEqual(await states(engine, integration.user_id), ["superseded"]);
      }
    },
  },
  {
    name: "what crosses a change that was taken back is a move, or a deletion, all the same",
    async show(engine) {
      const { sql } = engine;
      for (
        const [seen, status, expected] of [
          [SEEN_TIME, "pending", ["open"]],
          [null, "pending", []],
          [SEEN_TIME, "cancelled", []],
        ] as const
      ) {
        const { integration, obligation_id, tell } = await beingRead(engine);
        // The worker knew of another deadline.
        await sql`update public.obligations set status = ${status} where id = ${obligation_id}`;
        assert.equal(await tell("overtaken", seen), true);
        assert.deepEqual(await states(engine, integration.user_id), expected);
        const [edit] =
          await sql`select is_gone from calendar_sync.edits where obligation_id = ${obligation_id}`;
        assert.equal(edit?.["is_gone"] ?? false, seen === null);
      }
    },
  },
  {
    name: "a move whose deadline goes before it is recorded is written over, and there is nothing to decide",
    async show(engine) {
      const { sql } = engine;
      for (
        const change of [
          (id: string) => sql`delete from public.obligations where id = ${id}`,
          (id: string) => sql`update public.obligations set deadline_date = null where id = ${id}`,
          async (id: string) =>
            await sql`update public.obligations set user_id = ${await engine.user()} where id = ${id}`,
        ]
      ) {
        const { integration, obligation_id, tell } = await beingRead(engine);
        await change(obligation_id);
        assert.equal(await tell("moved", SEEN_TIME), true);
        assert.deepEqual(await states(engine, integration.user_id), []);
        // Should the same deadline return, its event is written where it belongs.
        const [mapping] = await sql`
          select etag, deadline_hash, content_hash from public.calendar_event_mappings
          where obligation_id = ${obligation_id}`;
        assert.deepEqual({ ...mapping }, { etag: "2", deadline_hash: "", content_hash: "" });
        await engine.pass(2);
        await engine.drain();
        const left = await sql`select from calendar_sync.edits where integration_id = ${integration.id}`;
        assert.equal(left.length, 0);
      }
    },
  },
  {
    name: "the sweep supersedes what no worker could see",
    async show(engine) {
      const { integration, obligation_id } = await moved(engine);
      await engine
        .sql`update public.calendar_integrations set sync_enabled = false where id = ${integration.id}`;
      await engine
        .sql`update public.obligations set deadline_date = '2027-02-02' where id = ${obligation_id}`;
      await engine.sql`select calendar_sync.sweep(${integration.id}, ${integration.id})`;
      assert.deepEqual(await states(engine, integration.user_id), ["superseded"]);
    },
  },
  {
    name: "disconnecting supersedes the proposals of that calendar alone",
    async show(engine) {
      const { integration, obligation_id } = await moved(engine);
      const other = await engine.integration({ user_id: integration.user_id, provider: "outlook" });
      await move(engine, other.id, obligation_id);
      for (const events of ["keep", "remove"]) {
        const third = await engine.integration({ user_id: integration.user_id });
        await move(engine, third.id, obligation_id);
        await engine
          .sql`select public.calendar_begin_disconnect(${integration.user_id}, ${third.id}, ${events})`;
        const [row] = await engine
          .sql`select state from public.calendar_proposals where integration_id = ${third.id}`;
        assert.equal(row?.["state"], "superseded", events);
      }
      const rest = await engine.sql`
        select state from public.calendar_proposals where integration_id in (${integration.id}, ${other.id})`;
      assert.deepEqual(rest.map((row) => row["state"]), ["open", "open"]);
    },
  },
  {
    name: "the proposals of a deleted and of an erased user go",
    async show(engine) {
      const deleted = await moved(engine);
      await engine.sql`delete from auth.users where id = ${deleted.integration.user_id}`;
      assert.deepEqual(await states(engine, deleted.integration.user_id), []);
      const erased = await moved(engine);
      await engine.sql`select calendar_admin.erase_user(${erased.integration.user_id}, 'keep')`;
      await engine.sql`select calendar_sync.tick()`;
      assert.deepEqual(await states(engine, erased.integration.user_id), []);
    },
  },
  {
    name: "decided proposals stay for 30 days, open ones until they are decided",
    async show(engine) {
      const { integration, obligation_id } = await moved(engine);
      await move(engine, integration.id, obligation_id, { deadline_date: "2027-04-01" });
      await engine.pass(29 * 86_400);
      await engine.sql`select calendar_sync.nightly()`;
      assert.equal((await states(engine, integration.user_id)).length, 2);
      await engine.pass(2 * 86_400);
      await engine.sql`select calendar_sync.nightly()`;
      assert.deepEqual(await states(engine, integration.user_id), ["open"]);
    },
  },
  {
    name: "a user reads the own proposals alone, and writes none",
    async show(engine) {
      const { integration } = await moved(engine);
      const stranger = await moved(engine);
      const rows = await engine.asUser(
        integration.user_id,
        (sql) => sql`select user_id, seen, legal, state from public.calendar_proposals`,
      );
      assert.deepEqual(rows.map((row) => ({ ...row })), [
        { user_id: integration.user_id, seen: SEEN, legal: LEGAL, state: "open" },
      ]);
      await assert.rejects(
        engine.asUser(
          stranger.integration.user_id,
          (sql) => sql`update public.calendar_proposals set state = 'accepted', decided_at = now()`,
        ),
        /permission denied/,
      );
    },
  },
]);
