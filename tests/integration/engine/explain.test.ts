import assert from "node:assert/strict";
import { z } from "zod";
import type { Engine, Integration } from "../../support/engine.ts";
import { testEngine } from "../../support/engine-test.ts";

const WORKER = "a0000000-0000-0000-0000-000000000000";

const Explanation = z.object({
  obligation_id: z.string(),
  integrations: z.array(z.object({
    integration_id: z.string(),
    in_calendar: z.boolean(),
    code: z.string(),
    reason: z.string().nullable(),
    since: z.string().nullable(),
    next_try_at: z.string().nullable(),
    waits_for: z.string().nullable(),
    last_error: z.object({ code: z.string() }).loose().nullable(),
  })),
}).nullable();

/** How one obligation of a new user comes to be as each code says. */
const CODES: Readonly<Record<string, (scene: Scene) => PromiseLike<unknown>>> = {
  synced: ({ engine }) => engine.drain(),
  waiting: () => Promise.resolve(),
  retrying: ({ work }) => work({ kind: "retry", counts: true }),
  given_up: async ({ engine, work }) => {
    await engine.sql`select calendar_sync.absorb_changes(1000)`;
    await engine.sql`update calendar_sync.jobs set attempts = 7`;
    await work({ kind: "retry", counts: true });
  },
  rejected: ({ work }) => work({ kind: "failed", error: "too_long" }),
  not_noticed: async ({ engine }) => {
    await engine.drain();
    await engine.sql`alter table public.obligations disable trigger user`;
    await engine.sql`update public.obligations set title = 'Changed'`;
  },
  no_deadline: ({ engine }) => changed(engine, "deadline_date = null"),
  cancelled: ({ engine }) => changed(engine, "status = 'cancelled'"),
  completed: async ({ engine }) => {
    await engine
      .sql`update public.calendar_integrations set settings = settings || '{"completed_events": "remove"}'`;
    await changed(engine, "status = 'completed'");
  },
  type_not_chosen: async ({ engine }) => {
    await engine
      .sql`update public.calendar_integrations set settings = settings || '{"obligation_types": ["VAT"]}'`;
    await changed(engine, "obligation_type = 'Payroll'");
  },
  sync_off: ({ engine }) => engine.sql`update public.calendar_integrations set sync_enabled = false`,
  paused: ({ engine }) =>
    engine
      .sql`update public.calendar_integrations set status = 'paused', last_error = '{"code": "calendar_missing"}'`,
  disconnected: ({ engine }) => engine.sql`update public.calendar_integrations set status = 'disconnected'`,
  disconnecting: ({ engine }) => engine.sql`update public.calendar_integrations set status = 'disconnecting'`,
};

testEngine("why an obligation is in a calendar, or why not, can be asked", [
  ...Object.entries(CODES).map(([code, happen]) => ({
    name: `it is ${code}`,
    own_database: code === "not_noticed",
    async show(engine: Engine) {
      const scene = await openScene(engine);
      await happen(scene);
      const { explained } = await scene.ask();
      assert.equal(explained.code, code);
      assert.equal(explained.in_calendar, ["synced", "not_noticed"].includes(code));
      assert.equal(
        explained.reason,
        { retrying: "server_error", given_up: "server_error", rejected: "too_long" }[code] ?? null,
      );
      assert.equal(explained.last_error?.code ?? null, code === "paused" ? "calendar_missing" : null);
      assert.equal(explained.next_try_at !== null, code === "retrying");
    },
  })),
  {
    name:
      "it is not_yours once it was given to somebody else and its event is gone from one of two calendars",
    async show(engine) {
      const scene = await openScene(engine);
      await engine.drain();
      const second = await engine.integration({ user_id: scene.integration.user_id });
      await engine.sql`update public.obligations set user_id = ${await engine.user()}`;
      await engine.sql`delete from calendar_sync.jobs`;
      await engine.sql`delete from calendar_sync.changes`;
      const codes = (await scene.askAll())?.integrations.map((
        { integration_id, code },
      ) => [integration_id, code]);
      assert.deepEqual(codes, [[scene.integration.id, "not_noticed"], [second.id, "not_yours"]]);
    },
  },
  {
    name: "an event that is still to go is waiting, not synced",
    async show(engine) {
      const scene = await openScene(engine);
      await engine.drain();
      await engine.sql`delete from public.obligations`;
      const { explained } = await scene.ask();
      assert.deepEqual([explained.code, explained.in_calendar], ["waiting", true]);
    },
  },
  {
    name: "what a scan has yet to reach waits, and what it has passed does not",
    async show(engine) {
      const scene = await openScene(engine);
      await engine.drain();
      await engine.sql`select calendar_sync.append_changes(array[${scene.integration.id}::uuid], 'scan', 0)`;
      assert.equal((await scene.ask()).explained.code, "waiting");
      await engine.sql`select calendar_sync.absorb_changes(1000)`;
      assert.equal((await scene.ask()).explained.code, "waiting");
      await engine.sql`update calendar_sync.jobs set cursor = ${
        engine.sql.json({ after: scene.obligation_id })
      } where kind = 'scan'`;
      assert.equal((await scene.ask()).explained.code, "synced");
      await engine.sql`update calendar_sync.jobs set cursor = '{"waits_for": "1000"}' where kind = 'scan'`;
      assert.equal((await scene.ask()).explained.code, "synced");
    },
  },
  {
    name: "what it waits for and until when is told",
    async show(engine) {
      const scene = await openScene(engine);
      for (
        const [reason, waits_for] of [["backoff", "provider"], ["retry_after", "provider_limit"], [
          "quota",
          "quota",
        ]] as const
      ) {
        await engine.sql`
          update calendar_sync.lanes set wait_until = now() + interval '1 minute', wait_reason = ${reason}`;
        assert.deepEqual(await scene.waiting(), [waits_for, 60], reason);
      }
      await engine.sql`update calendar_sync.lanes set wait_until = null, wait_reason = null`;
      await engine
        .sql`update calendar_sync.providers set quota_until = now() + interval '1 minute' where name = 'google'`;
      assert.deepEqual(await scene.waiting(), ["quota", 60]);
      await engine.sql`
        update calendar_sync.providers set quota_until = null, open_since = now(), probe_at = now() + interval '1 minute'
        where name = 'google'`;
      assert.deepEqual(await scene.waiting(), ["provider", 60]);
    },
  },
  {
    name: "what does not wait is told no time and no cause, whatever happens to its provider",
    async show(engine) {
      const scene = await openScene(engine);
      await engine.drain();
      await engine.sql`
        update calendar_sync.providers set open_since = now(), probe_at = now() + interval '1 minute' where name = 'google'`;
      const { explained } = await scene.ask();
      assert.deepEqual([explained.code, explained.next_try_at, explained.waits_for], ["synced", null, null]);
    },
  },
  {
    name: "what is not tried is promised no time",
    async show(engine) {
      const scene = await openScene(engine);
      await scene.work({ kind: "retry", counts: true, run_in_ms: 60_000 });
      await engine.sql`update public.calendar_integrations set status = 'paused'`;
      const { explained } = await scene.ask();
      assert.deepEqual([explained.code, explained.next_try_at], ["paused", null]);
    },
  },
  {
    name: "nothing is told of another user's obligation, nor of one that nobody has",
    async show(engine) {
      const scene = await openScene(engine);
      assert.equal(await scene.askAll(await engine.user()), null);
      await engine.sql`delete from public.obligations`;
      assert.equal(await scene.askAll(), null);
    },
  },
  {
    name: "without a calendar there is nothing to tell",
    async show(engine) {
      const user_id = await engine.user();
      const [id = ""] = await engine.insert(user_id, 1);
      const [row] = await engine.asUser(user_id, (sql) => sql`select public.calendar_explain(${id}) as told`);
      assert.deepEqual(row?.["told"], { obligation_id: id, integrations: [] });
    },
  },
]);

interface Scene {
  readonly engine: Engine;
  readonly integration: Integration;
  readonly obligation_id: string;
  /** Claims the lane and says what became of its job. */
  work(outcome: Parameters<Engine["record"]>[2]): Promise<void>;
  askAll(user_id?: string): Promise<z.infer<typeof Explanation>>;
  /** What is told of the only calendar. */
  ask(): Promise<{ explained: NonNullable<z.infer<typeof Explanation>>["integrations"][number] }>;
  /** What it waits for, and for how many seconds about. */
  waiting(): Promise<[string | null, number]>;
}

/** A user with one calendar and one obligation that is queued. */
async function openScene(engine: Engine): Promise<Scene> {
  const integration = await engine.integration();
  const [obligation_id = ""] = await engine.insert(integration.user_id, 1);
  const scene: Scene = {
    engine,
    integration,
    obligation_id,
    async work(outcome) {
      const [lane] = await engine.claim(WORKER);
      assert.ok(lane);
      await engine.record(WORKER, lane, outcome);
    },
    async askAll(user_id = integration.user_id) {
      const [row] = await engine.asUser(
        user_id,
        (sql) => sql`select public.calendar_explain(${obligation_id}) as told`,
      );
      return Explanation.parse(row?.["told"]);
    },
    async ask() {
      const [explained, ...more] = (await scene.askAll())?.integrations ?? [];
      assert.ok(explained);
      assert.equal(more.length, 0);
      return { explained };
    },
    async waiting() {
      const { waits_for, next_try_at } = (await scene.ask()).explained;
      const seconds = (Date.parse(next_try_at ?? "") - Date.now()) / 1000;
      return [waits_for, Math.round(seconds / 10) * 10];
    },
  };
  return scene;
}

async function changed(engine: Engine, change: string): Promise<void> {
  await engine.drain();
  await engine.pass(2);
  await engine.sql.unsafe(`update public.obligations set ${change}`);
  await engine.drain();
}
