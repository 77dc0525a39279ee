import assert from "node:assert/strict";
import { z } from "zod";
import type { Engine, Integration } from "../../support/engine.ts";
import { testEngine } from "../../support/engine-test.ts";

const WORKER = "a0000000-0000-0000-0000-000000000000";

testEngine("orphans, events of ours that no mapping knows, are found", [
  {
    name: "a calendar is searched once all its jobs are done, and once only",
    async show(engine) {
      const { user_id } = await engine.integration();
      await engine.insert(user_id, 120);
      await engine.sql`select calendar_sync.find_orphans()`;
      const kinds: string[] = [];
      for (;;) {
        const [lane] = await engine.claim(WORKER);
        if (!lane) break;
        kinds.push(lane.kind);
        await engine.record(WORKER, lane);
      }
      assert.deepEqual(kinds, ["event", "event", "find_orphans"]);
    },
  },
  {
    name: "a search that did not end is repeated",
    async show(engine) {
      await engine.integration();
      await engine.sql`select calendar_sync.find_orphans()`;
      const [first] = await engine.claim(WORKER);
      assert.equal(first?.kind, "find_orphans");
      await engine.retire(WORKER);
      const [lane] = await engine.claim(WORKER);
      assert.equal(lane?.kind, "find_orphans");
      assert.ok(lane);
      await engine.record(WORKER, lane);
      assert.deepEqual(await engine.claim(WORKER), []);
    },
  },
  {
    name: "a search waits behind what persons and bulk wait for",
    async show(engine) {
      const searched = await engine.integration();
      await engine.sql`select calendar_sync.find_orphans()`;
      const edited = await engine.integration();
      await engine.insert(edited.user_id, 1);
      const imported = await engine.integration();
      await engine.insert(imported.user_id, 101);
      const order: string[] = [];
      for (;;) {
        const [lane] = await engine.claim(WORKER);
        if (!lane) break;
        if (order.at(-1) !== lane.integration_id) order.push(lane.integration_id);
        await engine.record(WORKER, lane, undefined, { next_jobs: 200 });
      }
      assert.deepEqual(order, [edited.id, imported.id, searched.id]);
    },
  },
  {
    name: "only the calendars that are named are searched, and asking twice is asking once",
    async show(engine) {
      const named = await engine.integration();
      await engine.integration();
      const ask = async () => {
        const [row] = await engine
          .sql`select calendar_sync.find_orphans(array[${named.id}::uuid]) as asked`;
        return row?.["asked"];
      };
      assert.equal(await ask(), 1);
      assert.equal(await ask(), 1);
      assert.deepEqual((await engine.claim(WORKER, 8)).map(({ integration_id }) => integration_id), [
        named.id,
      ]);
    },
  },
  {
    name: "an unknown event is queued as after an attempt without an outcome, and a known one is left alone",
    async show(engine) {
      const { integration, ids } = await searching(engine, 3);
      const gone = crypto.randomUUID();
      await engine.sql`delete from public.calendar_event_mappings where obligation_id = ${ids[0] ?? ""}`;
      assert.deepEqual(
        await compare(engine, integration, [
          ...ids.map((id) => ({ event_id: `event of ${id}`, obligation_id: id })),
          { event_id: "left behind", obligation_id: gone },
        ]),
        [],
      );
      const jobs = await engine.sql`
        select obligation_id, priority, attempted_in from calendar_sync.jobs where kind = 'event' order by obligation_id`;
      assert.deepEqual(
        jobs.map((row) => ({ ...row })),
        [ids[0] ?? "", gone].sort().map((obligation_id) => ({
          obligation_id,
          priority: 2,
          attempted_in: [integration.calendar_id],
        })),
      );
    },
  },
  {
    name: "a job that waits already learns where to look",
    async show(engine) {
      const { integration, ids } = await searching(engine, 1);
      await engine.sql`delete from public.calendar_event_mappings`;
      await engine.sql`
        insert into calendar_sync.jobs (integration_id, kind, obligation_id) values (${integration.id}, 'event', ${
        ids[0] ?? ""
      })`;
      await compare(engine, integration, [{ event_id: "unknown", obligation_id: ids[0] ?? "" }]);
      const [job] = await engine
        .sql`select priority, attempted_in from calendar_sync.jobs where kind = 'event'`;
      assert.deepEqual({ ...job }, { priority: 0, attempted_in: [integration.calendar_id] });
    },
  },
  {
    name: "an event is a double only where the known one stands beside it",
    async show(engine) {
      const { integration, ids: [first = "", second = ""] } = await searching(engine, 2);
      const doubles = await compare(engine, integration, [
        { event_id: `event of ${first}`, obligation_id: first },
        { event_id: "double", obligation_id: first },
        { event_id: "not a double", obligation_id: second },
      ]);
      assert.deepEqual(doubles, ["double"]);
      const jobs = await engine.sql`select obligation_id from calendar_sync.jobs where kind = 'event'`;
      assert.deepEqual(jobs.map(({ obligation_id }) => obligation_id), [second]);
    },
  },
  {
    name: "an event that a mapping knows in another calendar is not a double here",
    async show(engine) {
      const { integration, ids: [id = ""] } = await searching(engine, 1);
      await engine.sql`update public.calendar_event_mappings set calendar_id = 'another'`;
      assert.deepEqual(
        await compare(engine, integration, [{ event_id: `event of ${id}`, obligation_id: id }]),
        [],
      );
      const [job] = await engine.sql`select attempted_in from calendar_sync.jobs where kind = 'event'`;
      assert.deepEqual(job?.["attempted_in"], [integration.calendar_id]);
    },
  },
  {
    name: "what its user moved out twice is left where it is, for as long as its deadline would be hidden",
    async show(engine) {
      const { sql } = engine;
      const { integration, ids } = await searching(engine, 3);
      const [hidden = "", changed = "", cancelled = ""] = ids;
      await sql`delete from public.calendar_event_mappings`;
      await sql`
        insert into calendar_sync.edits (integration_id, obligation_id, due, deletions, is_gone, is_hidden)
        select ${integration.id}, id, '2027-01-01', 2, true, true from unnest(${ids}::uuid[]) as each (id)`;
      await sql`alter table public.obligations disable trigger user`;
      await sql`update public.obligations set deadline_date = '2027-02-02' where id = ${changed}`;
      await sql`update public.obligations set status = 'cancelled' where id = ${cancelled}`;
      await sql`alter table public.obligations enable trigger user`;
      const elsewhere = ids.map((id) => ({ event_id: id, obligation_id: id, calendar_id: "theirs" }));
      await compare(engine, integration, [], elsewhere);
      const jobs = await sql<{ obligation_id: string }[]>`
        select obligation_id from calendar_sync.jobs where kind = 'event'`;
      assert.deepEqual(
        jobs.map(({ obligation_id }) => obligation_id).sort(),
        [changed, cancelled].sort(),
        `${hidden} is left alone`,
      );
    },
  },
  {
    name: "who lost the lease changes nothing",
    async show(engine) {
      const { integration, ids: [id = ""] } = await searching(engine, 1);
      await engine.retire(WORKER);
      assert.equal(await compare(engine, integration, [{ event_id: "unknown", obligation_id: id }]), null);
      assert.equal((await engine.sql`select from calendar_sync.jobs where kind = 'event'`).length, 0);
    },
  },
]);

/** An integration whose calendar shows so many obligations and is being searched. */
async function searching(engine: Engine, count: number) {
  const integration = await engine.integration();
  const ids = await engine.insert(integration.user_id, count);
  await engine.settle();
  await engine.sql`select calendar_sync.find_orphans()`;
  const [lane] = await engine.claim(WORKER);
  assert.equal(lane?.kind, "find_orphans");
  return { integration, ids };
}

function compare(
  { rpc }: Engine,
  { id }: Integration,
  events: readonly { readonly event_id: string; readonly obligation_id: string }[],
  moved: readonly {
    readonly event_id: string;
    readonly obligation_id: string;
    readonly calendar_id: string;
  }[] = [],
): Promise<string[] | null> {
  return rpc(
    "calendar_compare_events",
    { p_worker: WORKER, p_integration_id: id, p_events: events, p_moved: moved },
    z.array(z.string()).nullable(),
  );
}
