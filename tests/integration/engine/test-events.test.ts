import assert from "node:assert/strict";
import { z } from "zod";
import type { Lane, TestEvent } from "../../../supabase/functions/_shared/sync/lane.ts";
import type { RecordedOutcome } from "../../../supabase/functions/_shared/sync/recorded.ts";
import { UNTOUCHED } from "../../../supabase/functions/_shared/sync/record-batch.ts";
import type { Engine, Integration } from "../../support/engine.ts";
import { testEngine } from "../../support/engine-test.ts";

const WORKER = crypto.randomUUID();
const TEN_MINUTES_S = 600;

testEngine("a user has a test event written into a calendar", [
  {
    name: "it is written at once, left alone for ten minutes, and then removed",
    async show(engine) {
      const scene = await openScene(engine);
      assert.equal((await scene.ask("send"))?.state, "writing");
      const [lane] = await engine.claim(WORKER);
      assert.equal(lane?.kind, "test_event");
      assert.ok(lane.calls > 0, "its calls are reserved");
      const test = testOf(lane);
      assert.deepEqual([test.calendar_id, test.event_id, test.is_wanted], [scene.calendar_id, null, true]);
      await scene.record(lane, [written(lane)]);
      const shown = await scene.ask("show");
      assert.equal(shown?.state, "there");
      assert.ok(shown.took_ms !== null && shown.took_ms >= 0);
      assert.equal(shown.event?.event_id, "event");
      assert.deepEqual(await engine.claim(WORKER), []);
      await engine.pass(TEN_MINUTES_S + 1);
      assert.equal((await scene.ask("show"))?.state, "removing");
      const [last] = await engine.claim(WORKER);
      assert.ok(last);
      assert.deepEqual([testOf(last).event_id, testOf(last).is_wanted], ["event", false]);
      await scene.record(last, [cleared(last)]);
      assert.equal(await scene.ask("show"), null);
      assert.deepEqual(await scene.left(), { jobs: 0, tests: 0, leftovers: 0 });
    },
  },
  {
    name: "asked for twice there is one, and it is removed once its user says so",
    async show(engine) {
      const scene = await openScene(engine);
      const first = await scene.ask("send");
      assert.deepEqual(await scene.ask("send"), first);
      const [lane] = await engine.claim(WORKER);
      assert.ok(lane);
      // Said while it is being written.
      await scene.ask("remove");
      await scene.record(lane, [written(lane)]);
      const [next] = await engine.claim(WORKER);
      assert.ok(next);
      assert.deepEqual([testOf(next).event_id, testOf(next).is_wanted], ["event", false]);
    },
  },
  {
    name: "what a lost worker may have written is written again or removed, and never forgotten",
    async show(engine) {
      const scene = await openScene(engine);
      await scene.ask("send");
      const [lost] = await engine.claim(WORKER);
      assert.ok(lost);
      await engine.pass(60);
      const [again] = await engine.claim(crypto.randomUUID());
      assert.ok(again);
      assert.deepEqual(testOf(again), { ...testOf(lost), starts_at: testOf(again).starts_at });
      assert.equal(await scene.record(lost, [written(lost)]), false);
      await engine.pass(TEN_MINUTES_S);
      const [late] = await engine.claim(crypto.randomUUID());
      assert.ok(late);
      assert.deepEqual([testOf(late).calendar_id, testOf(late).event_id, testOf(late).is_wanted], [
        scene.calendar_id,
        null,
        false,
      ]);
    },
  },
  {
    name: "one that no worker took in time is forgotten",
    async show(engine) {
      const scene = await openScene(engine);
      await scene.ask("send");
      await engine.pass(TEN_MINUTES_S + 1);
      const [lane] = await engine.claim(WORKER);
      assert.ok(lane);
      assert.deepEqual([testOf(lane).calendar_id, testOf(lane).is_wanted], [null, false]);
    },
  },
  {
    name: "a write that comes after all was cleared is an orphan, and its event is looked for",
    async show(engine) {
      const scene = await openScene(engine);
      await scene.ask("send");
      const [lost] = await engine.claim(WORKER);
      assert.ok(lost);
      await engine.pass(60);
      await scene.ask("remove");
      const worker = crypto.randomUUID();
      const [last] = await engine.claim(worker);
      assert.ok(last);
      await scene.record(last, [cleared(last)], worker);
      assert.equal(await scene.record(lost, [written(lost)]), false);
      const [orphan] = await engine.claim(WORKER);
      assert.equal(orphan?.kind, "event");
      const [job] = orphan.jobs;
      assert.deepEqual([job?.obligation_id, job?.attempted_in, job?.deadline], [
        testOf(lost).id,
        [scene.calendar_id],
        null,
      ]);
    },
  },
  {
    name:
      "the search for orphans leaves it alone while it stands, and finds it when nobody knows it any more",
    async show(engine) {
      const scene = await openScene(engine);
      await scene.ask("send");
      const [lane] = await engine.claim(WORKER);
      assert.ok(lane);
      await scene.record(lane, [written(lane)]);
      const { id } = testOf(lane);
      const search = async () => {
        await engine.sql`select calendar_sync.find_orphans()`;
        const [searched] = await engine.claim(WORKER);
        assert.equal(searched?.kind, "find_orphans");
        const doubles = await engine.rpc("calendar_compare_events", {
          p_worker: WORKER,
          p_integration_id: scene.id,
          p_events: [{ event_id: "event", obligation_id: id }],
        }, z.array(z.string()));
        assert.deepEqual(doubles, []);
        await engine.record(WORKER, searched);
        return await engine.sql`select obligation_id from calendar_sync.jobs where kind = 'event'`;
      };
      assert.equal((await search()).length, 0);
      await engine.sql`delete from calendar_sync.test_events`;
      assert.deepEqual((await search()).map(({ obligation_id }) => obligation_id), [id]);
    },
  },
  {
    name: "a refusal is told, leaves nothing, and is forgotten when its user tries again",
    async show(engine) {
      const scene = await openScene(engine);
      await scene.ask("send");
      const [lane] = await engine.claim(WORKER);
      assert.ok(lane);
      await scene.record(lane, [{ kind: "refused", ...rowFor(lane), error: "forbidden" }]);
      const refused = await scene.ask("show");
      assert.deepEqual([refused?.state, refused?.code, refused?.reason], [
        "refused",
        "rejected",
        "forbidden",
      ]);
      assert.deepEqual(await engine.claim(WORKER), []);
      assert.equal((await scene.ask("send"))?.state, "writing");
      const [again] = await engine.claim(WORKER);
      assert.ok(again && testOf(again).id !== testOf(lane).id);
      await engine.retire(WORKER);
      await scene.ask("remove");
      await engine.pass(TEN_MINUTES_S);
    },
  },
  {
    name: "a removal that is refused is tried again in the night, as that of any other event",
    async show(engine) {
      const scene = await openScene(engine);
      await scene.ask("send");
      const [lane] = await engine.claim(WORKER);
      assert.ok(lane);
      await scene.record(lane, [
        { ...cleared(lane), error: "read_only", left_in: [scene.calendar_id] },
      ]);
      assert.deepEqual(await scene.left(), { jobs: 0, tests: 0, leftovers: 1 });
    },
  },
  {
    name: "it goes while syncing is switched off, and nothing else is done then",
    async show(engine) {
      const scene = await openScene(engine);
      await engine.insert(scene.user_id, 3);
      await engine.sql`update public.calendar_integrations set sync_enabled = false`;
      await scene.ask("send");
      const [lane] = await engine.claim(WORKER);
      assert.equal(lane?.kind, "test_event");
      await scene.record(lane, [written(lane)]);
      assert.deepEqual(await engine.claim(WORKER), []);
      await scene.ask("remove");
      const [last] = await engine.claim(WORKER);
      assert.equal(last?.kind, "test_event");
    },
  },
  {
    name: "a calendar that does not work is told instead, in its own words",
    async show(engine) {
      const scene = await openScene(engine);
      const message = "The calendar is gone.";
      await engine.sql`
        update public.calendar_integrations
        set status = 'paused', last_error = ${engine.sql.json({ code: "calendar_missing", message })}`;
      const refused = await scene.ask("send");
      assert.deepEqual([refused?.state, refused?.code, refused?.message], [
        "refused",
        "calendar_missing",
        message,
      ]);
      assert.equal(await scene.ask("show"), null);
      assert.deepEqual(await scene.left(), { jobs: 0, tests: 0, leftovers: 0 });
    },
  },
  {
    name: "leaving removes it first, and waits for it",
    async show(engine) {
      const scene = await openScene(engine);
      await scene.ask("send");
      const [lane] = await engine.claim(WORKER);
      assert.ok(lane);
      await scene.record(lane, [written(lane)]);
      await engine.sql`update public.calendar_integrations set status = 'disconnecting'`;
      const [first] = await engine.claim(WORKER);
      assert.equal(first?.kind, "test_event");
      assert.equal(testOf(first).is_wanted, false);
      await scene.record(first, [cleared(first)]);
      const kinds: string[] = [];
      for (let [next] = await engine.claim(WORKER); next; [next] = await engine.claim(WORKER)) {
        kinds.push(next.kind);
        await engine.record(WORKER, next);
      }
      assert.equal(kinds.at(-1), "disconnect");
    },
  },
  {
    name: "an account that is left at once keeps in mind what may still be there",
    async show(engine) {
      const scene = await openScene(engine);
      await scene.ask("send");
      assert.ok((await engine.claim(WORKER)).length === 1);
      const end = () =>
        engine.rpc("calendar_end_test_event", {
          p_user_id: scene.user_id,
          p_integration_id: scene.id,
        }, z.boolean());
      assert.equal(await end(), true);
      await engine.retire(WORKER);
      await engine.rpc("calendar_begin_disconnect", {
        p_user_id: scene.user_id,
        p_integration_id: scene.id,
        p_events: "keep",
      }, z.unknown());
      assert.deepEqual(await scene.left(), { jobs: 0, tests: 0, leftovers: 1 });
      assert.equal(await end(), false);
    },
  },
  {
    name: "another calendar is chosen meanwhile: it is removed from where it may be",
    async show(engine) {
      const scene = await openScene(engine);
      await scene.ask("send");
      assert.ok((await engine.claim(WORKER)).length === 1);
      await engine.retire(WORKER);
      await engine.sql`update public.calendar_integrations set calendar_id = 'another'`;
      const [lane] = await engine.claim(WORKER);
      assert.ok(lane);
      assert.deepEqual([testOf(lane).calendar_id, testOf(lane).is_wanted], [scene.calendar_id, false]);
    },
  },
  {
    name: "nobody asks for somebody else's calendar",
    async show(engine) {
      const { id } = await openScene(engine);
      const other = await engine.user();
      for (const call of ["test_event", "send_test_event", "remove_test_event"]) {
        const [row] = await engine.asUser(
          other,
          (sql) => sql.unsafe(`select public.calendar_${call}('${id}') as answer`),
        );
        assert.equal(row?.["answer"], null, call);
      }
      assert.equal((await engine.sql`select from calendar_sync.test_events`).length, 0);
    },
  },
]);

const Shown = z.object({
  test_event: z.object({
    state: z.string(),
    took_ms: z.number().nullable(),
    event: z.object({ event_id: z.string() }).nullable(),
    code: z.string().nullable(),
    reason: z.string().nullable(),
    message: z.string().nullable(),
  }).nullable(),
});

async function openScene(engine: Engine) {
  const integration: Integration = await engine.integration();
  await engine.drain();
  const functions = { show: "test_event", send: "send_test_event", remove: "remove_test_event" } as const;
  return {
    ...integration,
    async ask(what: keyof typeof functions) {
      const [row] = await engine.asUser(
        integration.user_id,
        (sql) => sql.unsafe(`select public.calendar_${functions[what]}('${integration.id}') as answer`),
      );
      return Shown.parse(row?.["answer"]).test_event;
    },
    record: async (lane: Lane, rows: readonly RecordedOutcome[], worker = WORKER) =>
      (await engine.rpc("calendar_record", {
        p_worker: worker,
        p_integration_id: lane.integration_id,
        p_outcomes: rows,
        p_batch: {
          ...UNTOUCHED,
          calls_made: 1,
          lease: lane.lease,
          reserved_id: lane.reserved_id,
          wrote_to: lane.calendar?.id ?? null,
          wait_reason: null,
          wait_ms: null,
        },
        p_edits: [],
      }, z.object({ recorded: z.boolean() }))).recorded,
    async left() {
      const [row] = await engine.sql`
        select (select count(*)::int from calendar_sync.jobs where kind = 'test_event') as jobs,
          (select count(*)::int from calendar_sync.test_events) as tests,
          (select count(*)::int from calendar_sync.leftovers) as leftovers`;
      return { ...row };
    },
  };
}

function testOf({ test_event }: Lane): TestEvent {
  assert.ok(test_event);
  return test_event;
}

const rowFor = (lane: Lane) =>
  ({ job: "test_event", obligation_id: testOf(lane).id, version: lane.single?.version ?? 0 }) as const;

function written(lane: Lane): RecordedOutcome {
  return { kind: "written", ...rowFor(lane), calendar_id: testOf(lane).calendar_id ?? "", event_id: "event" };
}

function cleared(lane: Lane): RecordedOutcome & { readonly kind: "cleared" } {
  return { kind: "cleared", ...rowFor(lane) };
}
