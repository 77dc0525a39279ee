import type { Sql } from "postgres";
import { createDirectRpc } from "../tests/support/direct-rpc.ts";
import { claimLanes, recordSynced } from "./support/batch.ts";
import { openDatabase } from "./support/database.ts";
import { populate } from "./support/population.ts";
import type { Row } from "./table.ts";

const MANY = 2_000;
/** Enough for the planner to take indexes. */
const OTHERS = 1_000;
const OTHERS_OBLIGATIONS = 20;
const SINGLE_EDITS = 100;

/** What grows with what: rows written, index probes and WAL, from an edit to the record of its event. */
export async function growth(): Promise<readonly Row[]> {
  const { sql, close } = await openDatabase();
  try {
    await populate(sql, { users: OTHERS, obligations_each: OTHERS_OBLIGATIONS, mapped: true });
    await populate(sql, { users: 1, obligations_each: MANY, mapped: true });
    await sql`update calendar_sync.providers set account_calls = 100000000, project_calls = 100000000 where project_calls is not null`;
    // What connecting queued, such as the first pull of each calendar, is not what is measured.
    await workAll(sql);
    await sql`vacuum analyze`;
    await sql`checkpoint`;
    const [importer] = await sql<{ id: string }[]>`
      select user_id as id from public.obligations group by user_id order by count(*) desc limit 1`;
    const single = await sql<{ id: string }[]>`
      select id from public.obligations where user_id <> ${importer?.id ?? ""} limit ${SINGLE_EDITS}`;
    const idle = await workDone(sql, () => workAll(sql));
    const writing = await workDone(sql, async () => {
      for (const { id } of single) {
        await sql`update public.obligations set title = title || '.' where id = ${id}`;
      }
    });
    const working = await workDone(sql, () => workAll(sql));
    const together = await workDone(sql, async () => {
      await sql`update public.obligations set title = title || '!' where user_id = ${importer?.id ?? ""}`;
      await workAll(sql);
    });
    return [
      row("an edit alone, the writer", writing, SINGLE_EDITS),
      row("an edit alone, the worker", working, SINGLE_EDITS),
      row(`an edit among ${MANY}, both`, together, MANY),
      row("a claim that finds nothing", idle, 1),
    ];
  } finally {
    await close();
  }
}

/** Claims and records until nothing is due. */
async function workAll(sql: Sql): Promise<void> {
  const rpc = createDirectRpc(sql);
  const worker_id = crypto.randomUUID();
  for (let claimed = await claimLanes(rpc, worker_id); claimed.length > 0;) {
    for (const lane of claimed) await recordSynced(rpc, worker_id, lane);
    claimed = await claimLanes(rpc, worker_id);
  }
}

/** What the database did. */
interface Work {
  /** Inserted, changed or deleted, in tables of all schemas but the catalogue's. */
  readonly rows: number;
  readonly probes: number;
  readonly wal_bytes: number;
}

async function workDone(sql: Sql, run: () => Promise<unknown>): Promise<Work> {
  const before = await counters(sql);
  await run();
  const after = await counters(sql);
  return {
    rows: after.rows - before.rows,
    probes: after.probes - before.probes,
    wal_bytes: after.wal_bytes - before.wal_bytes,
  };
}

/** Of every connection: each reports what it counted before it takes the next statement. */
async function counters(sql: Sql): Promise<Work> {
  await Promise.all(
    Array.from({ length: sql.options.max }, () => sql`select pg_stat_force_next_flush() from pg_sleep(0.05)`),
  );
  const [found] = await sql<Work[]>`select
    (select sum(n_tup_ins + n_tup_upd + n_tup_del)::float8 from pg_stat_user_tables) as rows,
    (select sum(idx_scan)::float8 from pg_stat_user_indexes) as probes,
    (pg_current_wal_lsn() - '0/0')::float8 as wal_bytes`;
  if (!found) throw new Error("The server keeps no statistics.");
  return found;
}

function row(what: string, { rows, probes, wal_bytes }: Work, edits: number): Row {
  return [
    `rows written, ${what}`,
    (rows / edits).toFixed(1),
    `${(probes / edits).toFixed(1)} index probes, ${(wal_bytes / edits).toFixed(0)} bytes of WAL`,
  ];
}
