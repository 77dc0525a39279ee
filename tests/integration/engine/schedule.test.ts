import assert from "node:assert/strict";
import fc from "fast-check";
import type { Lane } from "../../../supabase/functions/_shared/sync/lane.ts";
import { type Engine, type Integration, synced } from "../../support/engine.ts";
import { testEngine } from "../../support/engine-test.ts";

const WORKERS = ["a0000000-0000-0000-0000-000000000000", "b0000000-0000-0000-0000-000000000000"];

/** What may happen to the engine; `n` picks an integration, an obligation or a worker. */
const Happening = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("insert"), n: fc.nat(9), many: fc.constantFrom(1, 3, 101) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom("edit", "edit all", "complete", "delete", "reassign"),
      n: fc.nat(40),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant("claim"), n: fc.nat(1), many: fc.integer({ min: 1, max: 3 }) }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        "record success",
        "record success",
        "record retry",
        "record rejection",
        "record retry-after",
        "record backoff",
        "record pause",
        "record loss",
      ),
      n: fc.nat(9),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("pass"), n: fc.constantFrom(1, 20, 400) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        "switch",
        "another calendar",
        "remove completed",
        "sync now",
        "reconnect",
        "disconnect",
        "retire",
        "renew",
        "find orphans",
        "idle token",
        "nightly",
        "sweep",
        "tick",
      ),
      n: fc.nat(9),
    }),
  },
);
type Happening = { readonly kind: string; readonly n: number; readonly many?: number };

testEngine("every lane knows from when on it may be worked", [{
  name: "whatever happens in whatever order, no lane that has work is forgotten",
  async show(engine) {
    await fc.assert(
      fc.asyncProperty(fc.array(Happening, { minLength: 5, maxLength: 25 }), async (happenings) => {
        const scene = await openScene(engine);
        for (const happening of happenings) {
          await scene.happen(happening);
          await engine.sql`select calendar_sync.absorb_changes(1000)`;
          await assertScheduleAgrees(engine, happening.kind);
        }
        await scene.calmDown();
        await assertNothingIsLeft(engine);
      }),
      { numRuns: 60, seed: 20_261_124 },
    );
  },
}]);

/** No lane may wait for longer than the schedule says, and none that has nothing to do may be ready. */
async function assertScheduleAgrees(engine: Engine, after: string): Promise<void> {
  const wrong = await engine.sql`
    select lane.integration_id, lane.ready_at, lane.priority, fresh.ready_at as fresh_ready_at,
      fresh.priority as fresh_priority,
      integration.status, integration.sync_enabled
    from calendar_sync.lanes as lane
    join calendar_sync.schedule as fresh using (integration_id)
    join public.calendar_integrations as integration on integration.id = lane.integration_id
    where lane.leased_by is null and (
      (fresh.ready_at is null) <> (lane.ready_at is null)
      or lane.ready_at > fresh.ready_at
      or lane.ready_at is not null and lane.ready_at > now() and lane.priority <> fresh.priority
      or lane.ready_at is not null and fresh.priority is null
    )`;
  assert.deepEqual(wrong.map((row) => ({ ...row })), [], `after ${after}`);
}

/** Every calendar that syncs shows what it should, apart from what was rejected or given up, and every disconnection has ended. */
async function assertNothingIsLeft({ sql }: Engine): Promise<void> {
  const differing = await sql`
    select integration.id, ahead.obligation_id
    from public.calendar_integrations as integration
    cross join lateral calendar_sync.compare(integration.id, calendar_sync.keys_after(integration.id, null, 10000)) as ahead
    where integration.status = 'active' and integration.sync_enabled and ahead.differs and not exists (
      select from calendar_sync.jobs as job
      where job.integration_id = integration.id and job.obligation_id = ahead.obligation_id and job.failed_at is not null
    )`;
  assert.deepEqual(differing.map((row) => ({ ...row })), [], "what differs in the end");
  const [left] = await sql`
    select (select count(*)::int from public.calendar_integrations where status = 'disconnecting') as leaving,
      (select count(*)::int from calendar_sync.changes) as changes`;
  assert.deepEqual({ ...left }, { leaving: 0, changes: 0 }, "what is left in the end");
}

async function openScene(engine: Engine) {
  const { sql } = engine;
  await sql`delete from auth.users`;
  await sql`delete from public.calendar_integrations`;
  await sql`delete from calendar_sync.changes`;
  await sql`update calendar_sync.providers set unreachable = '{}', open_since = null, probe_at = null`;
  const integrations: Integration[] = [];
  for (const provider of ["google", "google", "outlook"] as const) {
    integrations.push(await engine.integration({ provider }));
  }
  const leased = new Map<string, { readonly worker: string; readonly lane: Lane }>();

  const record = async (n: number, outcome: Parameters<Engine["record"]>[2], notes = {}): Promise<void> => {
    const entry = [...leased.values()][n % Math.max(leased.size, 1)];
    if (!entry) return;
    leased.delete(entry.lane.integration_id);
    await engine.record(entry.worker, entry.lane, outcome, notes);
  };

  return {
    /** The workers leave, time passes, and the provider does what it is asked to do. */
    async calmDown(): Promise<void> {
      for (const worker of WORKERS) await engine.retire(worker);
      for (let rounds = 0; rounds < 3; rounds++) {
        await engine.pass(4000);
        await engine.drain();
      }
    },
    async happen({ kind, n, many = 1 }: Happening): Promise<void> {
      const integration = integrations[n % integrations.length];
      assert.ok(integration);
      const { id, user_id } = integration;
      const one = sql`(select id from public.obligations order by title, id offset ${n % 7} limit 1)`;
      const worker = WORKERS[n % 2] ?? "";
      switch (kind) {
        case "insert":
          await engine.insert(user_id, many);
          break;
        case "edit":
          await sql`update public.obligations set title = title || '.' where id = ${one}`;
          break;
        case "edit all":
          await sql`update public.obligations set title = title || '.' where user_id = ${user_id}`;
          break;
        case "complete":
          await sql`update public.obligations set status = 'completed' where id = ${one}`;
          break;
        case "delete":
          await sql`delete from public.obligations where id = ${one}`;
          break;
        case "reassign":
          await sql`update public.obligations set user_id = ${user_id} where id = ${one}`;
          break;
        case "claim":
          for (const lane of await engine.claim(worker, many)) {
            leased.set(lane.integration_id, { worker, lane });
          }
          break;
        case "record success":
          await record(n, synced);
          break;
        case "record retry":
          await record(n, { kind: "retry", counts: true });
          break;
        case "record rejection":
          await record(n, (_, { removing }) => ({ kind: removing ? "removed" : "failed" }));
          break;
        case "record retry-after":
          await record(n, synced, { wait: { reason: "retry_after", ms: 60_000 } });
          break;
        case "record backoff":
          await record(n, { kind: "retry", counts: false }, {
            succeeded: false,
            reached: false,
            wait: { reason: "backoff", ms: 5000 },
          });
          break;
        case "record pause":
          await record(n, { kind: "retry", counts: false }, {
            succeeded: false,
            wait: { reason: "backoff", ms: 1000 },
            status: "paused",
          });
          break;
        case "record loss":
          await record(n, synced, {
            succeeded: false,
            wait: { reason: "backoff", ms: 1000 },
            status: "disconnected",
          });
          break;
        case "pass":
          await engine.pass(n);
          break;
        case "switch":
          await sql`update public.calendar_integrations set sync_enabled = not sync_enabled where id = ${id}`;
          break;
        case "another calendar":
          await sql`update public.calendar_integrations set calendar_id = calendar_id || '.' where id = ${id}`;
          break;
        case "remove completed":
          await sql`
            update public.calendar_integrations
            set settings = settings || '{"completed_events": "remove"}' where id = ${id}`;
          break;
        case "sync now":
          await engine.asUser(user_id, (tx) => tx`select public.calendar_sync_now()`);
          break;
        case "reconnect":
          await sql`
            update public.calendar_integrations set status = 'active', last_error = null
            where id = ${id} and removed_at is null and status in ('paused', 'disconnected')`;
          break;
        case "disconnect":
          await sql`
            update public.calendar_integrations set status = 'disconnecting' where id = ${id} and status = 'active'`;
          break;
        case "retire":
          await engine.retire(worker);
          break;
        case "renew":
          await sql`select public.calendar_renew(${worker}, 15)`;
          break;
        case "find orphans":
          await sql`select calendar_sync.find_orphans(array[${id}::uuid])`;
          break;
        case "idle token":
          await sql`
            update public.calendar_integrations set token_refreshed_at = now() - interval '200 days' where id = ${id}`;
          break;
        case "nightly":
          await sql`select calendar_sync.nightly()`;
          break;
        case "sweep":
          await sql`
            select calendar_sync.sweep('00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff')`;
          break;
        case "tick":
          await sql`select calendar_sync.tick()`;
          break;
        default:
          throw new Error(`Unknown: ${kind}.`);
      }
    },
  };
}
