import type { Sql } from "postgres";
import { z } from "zod";
import type { Lane } from "../supabase/functions/_shared/sync/lane.ts";
import { createDirectRpc } from "../tests/support/direct-rpc.ts";
import { claimLanes, LANES_A_CLAIM, recordSynced } from "./support/batch.ts";
import { openDatabase } from "./support/database.ts";
import { depopulate, makeDue, populate } from "./support/population.ts";
import { atMost, quantile, ratio, type Row, seconds, timed } from "./table.ts";

const JOBS_A_LANE = 20;
const FEW_LANES = 50;
const MANY_LANES = 50_000;
const CLAIMS = 60;

/** What one claim costs with a million jobs waiting, and with a thousand. */
export async function claim(): Promise<readonly Row[]> {
  const { sql, close } = await openDatabase();
  try {
    await sql`update calendar_sync.providers set account_calls = 100000000, project_calls = 100000000 where project_calls is not null`;
    const few = await measure(sql, FEW_LANES);
    await depopulate(sql);
    const many = await measure(sql, MANY_LANES);
    const sizes = await bytesPerRow(sql);
    const row = (what: string, of: (times: Times) => readonly number[], limit?: number): Row => {
      const [small_ms, large_ms] = [quantile(of(few), 0.5), quantile(of(many), 0.5)];
      return [
        `${what} at ${MANY_LANES * JOBS_A_LANE} queued`,
        ratio(large_ms, small_ms),
        `${large_ms.toFixed(1)} ms for ${small_ms.toFixed(1)} ms at ${FEW_LANES * JOBS_A_LANE}`,
        limit === undefined ? undefined : atMost(large_ms / small_ms, limit, " ×"),
      ];
    };
    return [
      row("claim of 4 lanes", ({ claims }) => claims, 1.5),
      row("record of a lane", ({ records }) => records),
      row("retire", ({ retires }) => retires),
      ["filling the tables", seconds(many.filled_ms), `${MANY_LANES} lanes, ${JOBS_A_LANE} mapped jobs each`],
      ...sizes.map((
        { name, bytes },
      ): Row => [`bytes a row of ${name}`, bytes.toFixed(0), "indexes included"]),
    ];
  } finally {
    await close();
  }
}

async function bytesPerRow(sql: Sql): Promise<readonly { readonly name: string; readonly bytes: number }[]> {
  return await sql<{ name: string; bytes: number }[]>`
    select relname as name, pg_total_relation_size(oid)::float8 / reltuples as bytes from pg_class
    where oid in ('public.obligations'::regclass, 'public.calendar_event_mappings'::regclass, 'calendar_sync.jobs'::regclass)
    order by relname`;
}

interface Times {
  readonly filled_ms: number;
  readonly claims: number[];
  readonly records: number[];
  readonly retires: number[];
}

async function measure(sql: Sql, lanes: number): Promise<Times> {
  const filled_ms = await timed(async () => {
    await populate(sql, { users: lanes, obligations_each: JOBS_A_LANE, mapped: true });
    await makeDue(sql);
    await sql`vacuum analyze`;
  });
  const times: Times = { filled_ms, claims: [], records: [], retires: [] };
  const rpc = createDirectRpc(sql);
  while (times.claims.length < CLAIMS) {
    const worker_id = crypto.randomUUID();
    let claimed: readonly Lane[] = [];
    times.claims.push(await timed(async () => claimed = await claimLanes(rpc, worker_id)));
    for (const lane of claimed) {
      if (lane.jobs.length !== JOBS_A_LANE) throw new Error(`${lane.jobs.length} jobs in a lane`);
      times.records.push(await timed(() => recordSynced(rpc, worker_id, lane)));
    }
    times.retires.push(await timed(() => rpc("calendar_retire", { p_worker: worker_id }, z.boolean())));
    // Of the few, all are done before long; the many are far from it.
    if (claimed.length < LANES_A_CLAIM) await makeDue(sql);
  }
  return times;
}
