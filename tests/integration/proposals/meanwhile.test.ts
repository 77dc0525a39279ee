import assert from "node:assert/strict";
import type { Engine } from "../../support/engine.ts";
import { testEngine } from "../../support/engine-test.ts";
import { beingRead, moved, notices, SEEN_TIME, states, WORKER } from "./support.ts";

/** More than are let go without a question. */
const MANY = 60;

/** Where every event is written first, as a worker reads it. */
const LEGAL_TIME = { kind: "all_day", start_date: "2027-01-01", end_date: "2027-01-02" } as const;

const LONGER_TIME = { ...LEGAL_TIME, end_date: "2027-01-03" } as const;

const decide = ({ asUser }: Engine, user_id: string, decision: "accept" | "undo", id: string) =>
  asUser(
    user_id,
    (sql) =>
      decision === "accept"
        ? sql`select public.calendar_accept_proposal(${id})`
        : sql`select public.calendar_undo_proposal(${id})`,
  );

/** Reads a calendar, and finds there what `kind` says of each event. */
async function find(
  engine: Engine,
  integration_id: string,
  ids: readonly string[],
  kind: "moved" | "deleted" | "returned" | "lengthened",
  meanwhile: () => Promise<unknown> = () => Promise.resolve(),
): Promise<void> {
  await engine.sql`select calendar_sync.append_changes(array[${integration_id}::uuid], 'pull', 0)`;
  const [lane] = await engine.claim(WORKER);
  assert.ok(lane?.kind === "pull");
  await meanwhile();
  await engine.record(WORKER, lane, undefined, {
    pulled: true,
    cursor: "2",
    edits: ids.map((obligation_id) => ({
      kind: kind === "lengthened" ? "overtaken" : kind,
      obligation_id,
      event_id: `event of ${obligation_id}`,
      etag: kind === "deleted" ? null : "2",
      seen: { moved: SEEN_TIME, deleted: null, returned: LEGAL_TIME, lengthened: LONGER_TIME }[kind],
      has_guests: kind === "deleted" ? null : false,
      sent_time: null,
    })),
  });
}

testEngine("what becomes of edits whose calendar, or whose deadline, is not as it was", [
  {
    name:
      "many at once are left as they are where the calendar was stopped while it was read, and asked about once it goes on",
    async show(engine) {
      const { sql } = engine;
      const { id, user_id } = await engine.integration();
      await sql`
        update public.calendar_integrations set settings = settings || '{"calendar_edits": "accept"}' where id = ${id}`;
      const ids = await engine.insert(user_id, MANY);
      for (let batch = 0; batch < 5; batch++) await engine.drain();
      await find(
        engine,
        id,
        ids,
        "moved",
        () => sql`select calendar_admin.pause(${id}::uuid, 'Checked first.')`,
      );
      assert.deepEqual(await states(engine, user_id), []);
      assert.deepEqual((await engine.statusOf(id)).status, "paused");
      const [accepting] = await sql`select calendar_sync.proposals_to_accept(${id}) as ids`;
      assert.deepEqual(accepting?.["ids"], []);

      await sql`select calendar_admin.resume(${id}::uuid)`;
      await engine.pass(60);
      await engine.drain();
      await find(engine, id, ids, "moved");
      assert.deepEqual(await engine.statusOf(id), { status: "paused", code: "mass_edit" });
      assert.deepEqual(await states(engine, user_id), []);
    },
  },
  {
    name: "a move is told of the calendar that was read, although another one was chosen meanwhile",
    async show(engine) {
      const { sql } = engine;
      const { integration, obligation_id, tell } = await beingRead(engine);
      await sql`
        select public.calendar_set_calendar(${integration.user_id}, ${integration.id}, 'B', 'Calendar B', 'other')`;
      await tell("moved", SEEN_TIME);
      const told = await sql`
        select calendar_id, calendar_name from calendar_sync.history
        where obligation_id = ${obligation_id} and reason = 'moved_by_user'`;
      assert.equal(told.length, 1);
      assert.notEqual(told[0]?.["calendar_id"], "B");
      assert.equal(told[0]?.["calendar_name"], null);
      const [activity] = await sql`
        select calendar_id from calendar_sync.activity where obligation_id = ${obligation_id} and action = 'moved_by_user'`;
      assert.notEqual(activity?.["calendar_id"] ?? "B", "B");
    },
  },
  {
    name: "an acceptance is taken back after its calendar was disconnected, and nobody is asked again",
    async show(engine) {
      for (const events of ["keep", "remove"]) {
        const { integration: { id: integration_id, user_id }, obligation_id, id } = await moved(engine);
        await decide(engine, user_id, "accept", id);
        await engine.sql`select public.calendar_begin_disconnect(${user_id}, ${integration_id}, ${events})`;
        await decide(engine, user_id, "undo", id);
        const [row] = await engine.sql`
          select deadline_date::text as day from public.obligations where id = ${obligation_id}`;
        assert.equal(row?.["day"], "2027-01-01");
        assert.deepEqual([await states(engine, user_id), await notices(engine, user_id)], [
          ["superseded"],
          0,
        ]);
      }
    },
  },
  {
    name: "a deletion counts no more once another deadline was written, although the old one comes back",
    async show(engine) {
      const { sql } = engine;
      const { id, user_id } = await engine.integration();
      const [obligation_id = ""] = await engine.insert(user_id, 1);
      await engine.drain();
      const isHidden = async () => {
        await find(engine, id, [obligation_id], "deleted");
        const [row] =
          await sql`select is_hidden from calendar_sync.edits where obligation_id = ${obligation_id}`;
        await engine.pass(60);
        await engine.drain();
        return row?.["is_hidden"];
      };
      assert.equal(await isHidden(), false);
      for (const day of ["2027-02-02", "2027-01-01"]) {
        await sql`update public.obligations set deadline_date = ${day} where id = ${obligation_id}`;
        await engine.pass(60);
        await engine.drain();
      }
      assert.equal(await isHidden(), false);
      assert.equal(await isHidden(), true);
    },
  },
  {
    name: "a kept event that is moved before its deadline changes goes to the new deadline",
    async show(engine) {
      const { sql } = engine;
      const { id, user_id } = await engine.integration();
      await sql`
        update public.calendar_integrations set settings = settings || '{"calendar_edits": "keep"}' where id = ${id}`;
      const [obligation_id = ""] = await engine.insert(user_id, 1);
      await engine.drain();
      await sql`
        insert into calendar_sync.edits (integration_id, obligation_id, due, seen, is_kept)
        values (${id}, ${obligation_id}, '2027-01-01', ${
        sql.json({ ...SEEN_TIME, start_date: "2027-03-04", end_date: "2027-03-05" })
      }, true)`;
      await find(
        engine,
        id,
        [obligation_id],
        "moved",
        () => sql`update public.obligations set deadline_date = '2027-02-02' where id = ${obligation_id}`,
      );
      const [edit] =
        await sql`select is_kept from calendar_sync.edits where obligation_id = ${obligation_id}`;
      assert.equal(edit?.["is_kept"], false);
      assert.deepEqual(await states(engine, user_id), []);
    },
  },
  {
    name: "what was deleted before its deadline went does not come back, and nobody is told that it does",
    async show(engine) {
      const { sql } = engine;
      const { id, user_id } = await engine.integration();
      const [obligation_id = ""] = await engine.insert(user_id, 1);
      await engine.drain();
      await find(
        engine,
        id,
        [obligation_id],
        "deleted",
        () => sql`update public.obligations set deadline_date = null where id = ${obligation_id}`,
      );
      assert.deepEqual(
        [...await sql`select kind from calendar_sync.notices where obligation_id = ${obligation_id}`],
        [],
      );
    },
  },
  {
    name: "an event that was made longer before its deadline changed was not moved",
    async show(engine) {
      const { sql } = engine;
      const { id, user_id } = await engine.integration();
      const [obligation_id = ""] = await engine.insert(user_id, 1);
      await engine.drain();
      const due = (day: string) =>
        sql`update public.obligations set deadline_date = ${day} where id = ${obligation_id}`;
      for (const day of ["2027-01-01", "2027-02-02"]) {
        // When that is recorded the change was taken back; and then it is still so.
        await due("2027-02-02");
        await find(engine, id, [obligation_id], "lengthened", () => due(day));
        await engine.pass(60);
        await engine.drain();
      }
      const noted = await sql<{ action: string }[]>`
        select action from calendar_sync.activity where obligation_id = ${obligation_id} and action like '%_by_user'`;
      assert.deepEqual(noted.map(({ action }) => action), ["resized_by_user", "resized_by_user"]);
      assert.deepEqual(await states(engine, user_id), []);
    },
  },
  {
    name: "what was deleted before its deadline changed, and is taken back, was not moved",
    async show(engine) {
      const { sql } = engine;
      const { id, user_id } = await engine.integration();
      const [obligation_id = ""] = await engine.insert(user_id, 1);
      await engine.drain();
      await find(
        engine,
        id,
        [obligation_id],
        "deleted",
        () => sql`update public.obligations set deadline_date = '2027-02-02' where id = ${obligation_id}`,
      );
      // Its new deadline is shown anyway.
      assert.deepEqual(
        [...await sql`select kind from calendar_sync.notices where obligation_id = ${obligation_id}`],
        [],
      );
      await find(engine, id, [obligation_id], "returned");
      await engine.pass(60);
      const [lane] = await engine.claim(WORKER);
      assert.deepEqual(lane?.jobs.map(({ mapping }) => mapping?.etag), ["2"]);
    },
  },
]);
