import assert from "node:assert/strict";
import type { Sql } from "postgres";
import type { Engine, Integration } from "../../support/engine.ts";

/** A deadline as proposals have it. */
export type When = { readonly deadline_date: string } | {
  readonly deadline_at: string;
  readonly time_zone: string | null;
};

/** Every obligation of `Engine.insert` is due then. */
export const LEGAL: When = { deadline_date: "2027-01-01" };
export const SEEN: When = { deadline_date: "2027-03-05" };

/** What the worker does when it finds an event moved. */
export async function move(
  { sql }: { readonly sql: Sql },
  integration_id: string,
  obligation_id: string,
  seen: When = SEEN,
  legal: When = LEGAL,
): Promise<string> {
  const [row] = await sql<{ id: string }[]>`
    select calendar_sync.open_proposal(integration, ${obligation_id}, ${sql.json({ ...seen })}, ${
    sql.json({ ...legal })
  }) as id
    from public.calendar_integrations as integration where integration.id = ${integration_id}`;
  assert.ok(row?.id);
  return row.id;
}

/** An integration and one obligation whose event its user moved. */
export async function moved(
  engine: Engine,
): Promise<{ readonly integration: Integration; readonly obligation_id: string; readonly id: string }> {
  const integration = await engine.integration();
  const [obligation_id] = await engine.insert(integration.user_id, 1);
  assert.ok(obligation_id);
  await engine.settle();
  return { integration, obligation_id, id: await move(engine, integration.id, obligation_id) };
}

/** The states of a user's proposals, oldest first. */
export async function states({ sql }: Engine, user_id: string): Promise<string[]> {
  const rows = await sql<{ state: string }[]>`
    select state from public.calendar_proposals where user_id = ${user_id} order by seen_at, decided_at nulls last`;
  return rows.map(({ state }) => state);
}

/** How many notices of moves a user has that are not dismissed. */
export async function notices({ sql }: Engine, user_id: string): Promise<number> {
  const [row] = await sql<{ open: number }[]>`
    select count(*)::int as open from calendar_sync.notices
    where user_id = ${user_id} and kind = 'proposal_opened' and dismissed_at is null`;
  return row?.open ?? 0;
}

/** What the activity says of a user's proposals, in its order. */
export async function noted({ sql }: Engine, user_id: string): Promise<string[]> {
  const rows = await sql<{ action: string }[]>`
    select action from calendar_sync.activity where user_id = ${user_id} and action like 'proposal%' order by at`;
  return rows.map(({ action }) => action.replace("proposal_", ""));
}

export const WORKER = "a0000000-0000-0000-0000-000000000000";

/** {@link SEEN}, as a worker reads it from an event. */
export const SEEN_TIME = { kind: "all_day", start_date: "2027-03-05", end_date: "2027-03-06" } as const;

/**
 * An obligation whose event is written, and a worker that reads the calendar and has yet to tell what it decided of the event.
 *
 * @param settings of the integration, where they differ from the usual ones
 */
export async function beingRead(engine: Engine, settings: Readonly<Record<string, string>> = {}) {
  const { sql } = engine;
  const integration = await engine.integration();
  await sql`
    update public.calendar_integrations set settings = settings || ${
    sql.json(settings)
  } where id = ${integration.id}`;
  const [obligation_id = ""] = await engine.insert(integration.user_id, 1);
  await engine.drain();
  await sql`select calendar_sync.append_changes(array[${integration.id}::uuid], 'pull', 0)`;
  const [lane] = await engine.claim(WORKER);
  assert.ok(lane);
  /** @param seen null: it is gone */
  const tell = (kind: "moved" | "overtaken", seen: typeof SEEN_TIME | null) =>
    engine.record(WORKER, lane, undefined, {
      pulled: true,
      cursor: "2",
      edits: [{
        kind,
        obligation_id,
        event_id: `event of ${obligation_id}`,
        etag: seen && "2",
        seen,
        has_guests: seen && false,
        sent_time: null,
      }],
    });
  return { integration, obligation_id, tell };
}
