import assert from "node:assert/strict";
import { z } from "zod";
import { lastError } from "../../../supabase/functions/_shared/domain/last-error.ts";
import type { Engine, Integration, LaneNotes } from "../../support/engine.ts";
import { testEngine } from "../../support/engine-test.ts";

const WORKER = "a0000000-0000-0000-0000-000000000000";

const FAILS: LaneNotes = { succeeded: false, last_error: lastError("provider_unavailable") };
const IS_PAUSED: LaneNotes = {
  succeeded: false,
  status: "paused",
  last_error: lastError("calendar_missing"),
};
const LOSES_GRANT: LaneNotes = {
  succeeded: false,
  status: "disconnected",
  last_error: lastError("scope_missing"),
};

const REFUSED = [["paused", "blocked_by_policy"], ["disconnected", "invalid_grant"]] as const;

testEngine("a calendar that is stopped while a batch is under way keeps the reason", [
  ...REFUSED.flatMap(([status, code]) =>
    Object.entries({ succeeds: {}, fails: FAILS, pauses: IS_PAUSED }).map(([what, notes]) => ({
      name: `it stays ${status} when the batch ${what}`,
      async show(engine: Engine) {
        const integration = await engine.integration();
        await batch(engine, integration, notes, () => refuse(engine, integration, status, code));
        assert.deepEqual(await engine.statusOf(integration.id), { status, code });
      },
    }))
  ),
  {
    name: "Sync now tries again what was refused meanwhile",
    async show(engine) {
      const integration = await engine.integration();
      await batch(engine, integration, {}, () => refuse(engine, integration, "paused", "blocked_by_policy"));
      await engine.asUser(integration.user_id, (sql) => sql`select public.calendar_sync_now()`);
      await engine.drain();
      assert.deepEqual(await engine.statusOf(integration.id), { status: "active", code: null });
    },
  },
  {
    name: "a grant that the batch finds lost is said of a paused one all the same",
    async show(engine) {
      const integration = await engine.integration();
      const pause = () => refuse(engine, integration, "paused", "blocked_by_policy");
      await batch(engine, integration, LOSES_GRANT, pause);
      assert.deepEqual(await engine.statusOf(integration.id), {
        status: "disconnected",
        code: "scope_missing",
      });
    },
  },
  {
    name: "a refresh that fails later does not take the place of the grant that the batch lost",
    async show(engine) {
      for (
        const [status, code] of [["paused", "blocked_by_policy"], [null, "provider_unavailable"]] as const
      ) {
        const integration = await engine.integration();
        const claim = await beginRefresh(engine, integration);
        await batch(engine, integration, LOSES_GRANT);
        await failRefresh(engine, integration, claim, status, code);
        assert.deepEqual(await engine.statusOf(integration.id), {
          status: "disconnected",
          code: "scope_missing",
        });
      }
    },
  },
  {
    name: "many edits that the batch met are asked about, although it failed otherwise",
    async show(engine) {
      const integration = await engine.integration();
      const ids = await engine.insert(integration.user_id, 60);
      for (let part = 0; part < 5; part++) await engine.drain();
      const moved = { kind: "all_day", start_date: "2027-03-05", end_date: "2027-03-06" } as const;
      const edits = ids.map((obligation_id) => ({
        kind: "moved" as const,
        obligation_id,
        event_id: `event of ${obligation_id}`,
        etag: "2",
        seen: moved,
        has_guests: false,
        sent_time: null,
      }));
      await batch(engine, integration, { ...FAILS, edits });
      assert.deepEqual(await engine.statusOf(integration.id), { status: "paused", code: "mass_edit" });
    },
  },
  {
    name: "a calendar that is being left tells of an error while it lasts",
    async show(engine) {
      const integration = await engine.integration();
      await engine.insert(integration.user_id, 2);
      await engine.drain();
      await engine
        .sql`select public.calendar_begin_disconnect(${integration.user_id}, ${integration.id}, 'remove')`;
      const told: unknown[] = [];
      for (const fails of [true, false]) {
        const [lane] = await engine.claim(WORKER);
        assert.ok(lane);
        if (fails) await engine.record(WORKER, lane, { kind: "retry", counts: false, run_in_ms: 0 }, FAILS);
        else await engine.record(WORKER, lane);
        told.push((await engine.statusOf(integration.id)).code);
      }
      assert.deepEqual(told, ["provider_unavailable", null]);
    },
  },
]);

/** A worker claims a change and records a batch; what happens in between. */
async function batch(
  engine: Engine,
  { user_id }: Integration,
  notes: LaneNotes,
  meanwhile: () => Promise<void> = async () => {},
): Promise<void> {
  await engine.insert(user_id, 1);
  const [lane] = await engine.claim(WORKER);
  assert.ok(lane);
  await meanwhile();
  await engine.record(WORKER, lane, undefined, notes);
}

/** A person asks for the list of calendars, and the provider refuses to refresh the token for it. */
async function refuse(
  engine: Engine,
  integration: Integration,
  status: "paused" | "disconnected",
  code: string,
): Promise<void> {
  await failRefresh(engine, integration, await beginRefresh(engine, integration), status, code);
}

async function beginRefresh({ sql, rpc }: Engine, { id }: Integration): Promise<string> {
  await sql`
    update public.calendar_integrations
    set refresh_token_secret_id = calendar_sync.store_secret(null, 'refresh', 'refresh token') where id = ${id}`;
  const args = { p_integration_id: id, p_min_valid_s: 120, p_rejected_token: "a token" };
  return (await rpc("calendar_begin_refresh", args, z.object({ claim: z.string() }))).claim;
}

async function failRefresh(
  { rpc }: Engine,
  { id }: Integration,
  claim: string,
  status: "paused" | "disconnected" | null,
  code: string,
): Promise<void> {
  await rpc("calendar_refresh_failed", {
    p_integration_id: id,
    p_claim: claim,
    p_status: status,
    p_error: { code, message: "why" },
  }, z.unknown());
}
