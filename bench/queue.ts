import { ROOT } from "../local/paths.ts";
import type { Rpc } from "../supabase/functions/_shared/platform/rpc.ts";
import { createWorker } from "../supabase/functions/_shared/sync/worker.ts";
import { createDirectRpc } from "../tests/support/direct-rpc.ts";
import { type Database, openDatabase } from "./support/database.ts";
import { noopDependencies, silently } from "./support/noop-worker.ts";
import { populate } from "./support/population.ts";
import { atLeast, quantile, ratio, type Row } from "./table.ts";

const LANES = 200;
const JOBS_A_LANE = 100;
const JOBS = LANES * JOBS_A_LANE;
const ROUNDS = 3;

const BASELINES = [
  {
    name: "graphile-worker",
    script: "graphile-worker.mjs",
    jobs: 10_000,
    args: ["single"],
    target: 1,
  },
  {
    name: "pg-boss, fetch and complete of 100",
    script: "pg-boss.mjs",
    jobs: JOBS,
    args: [],
    target: 1,
  },
  {
    name: "graphile-worker, local queue and batching",
    script: "graphile-worker.mjs",
    jobs: JOBS,
    args: ["batched"],
    target: 0.5,
  },
] as const;

/** The queue without a provider: our outbox and worker beside two job queues, in turns on one server. */
export async function queue(): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const durable of [false, true]) {
    const ours: number[] = [];
    const theirs = BASELINES.map((): number[] => []);
    const database = await openDatabase({ durable });
    try {
      for (let round = 0; round < ROUNDS; round++) {
        ours.push(await drainOurs(database));
        for (const [index, baseline] of BASELINES.entries()) {
          theirs[index]?.push(await drain(database, baseline));
        }
      }
    } finally {
      await database.close();
    }
    const kind = durable ? "commits on disk" : "as npm start runs it";
    const base = quantile(ours, 0.5);
    rows.push([`our queue, ${kind}`, `${base.toFixed(0)}/s`, `${JOBS} jobs in ${LANES} lanes, one worker`]);
    BASELINES.forEach(({ name, target }, index) => {
      const speed = quantile(theirs[index] ?? [], 0.5);
      rows.push([
        `  for ${name}`,
        ratio(base, speed),
        `of ${speed.toFixed(0)}/s`,
        atLeast(base / speed, target, " ×"),
      ]);
    });
  }
  return rows;
}

/** @returns jobs per second, from the first claim to the record of the last batch */
async function drainOurs({ sql }: Database): Promise<number> {
  await sql`truncate auth.users cascade`;
  await populate(sql, { users: LANES, obligations_each: JOBS_A_LANE, mapped: false });
  // Through the triggers: that is how jobs come about.
  await sql`update public.obligations set title = title || ' (edited)'`;
  await sql`update calendar_sync.providers set account_calls = 100000000, project_calls = 100000000 where project_calls is not null`;
  // All of it is queued before the clock starts.
  await sql`select calendar_sync.absorb_changes(1000000)`;
  // A calendar that was just connected would be read, too, and here is no provider that could be asked.
  await sql`delete from calendar_sync.jobs where kind <> 'event'`;
  await sql`vacuum analyze`;
  const direct = createDirectRpc(sql);
  let claimed_at = 0;
  let recorded_at = 0;
  const rpc: Rpc = async (name, args, schema) => {
    if (claimed_at === 0 && name === "calendar_claim") claimed_at = performance.now();
    const answer = await direct(name, args, schema);
    if (name === "calendar_record") recorded_at = performance.now();
    return answer;
  };
  const worker = createWorker(noopDependencies(rpc));
  // A worker stops after work for a second of CPU and wakes its successor, which pg_net would bring at once.
  while (await synced(sql) < JOBS) await silently(() => worker.wakeUp());
  return JOBS / (recorded_at - claimed_at) * 1000;
}

async function synced(sql: Database["sql"]): Promise<number> {
  const [row] = await sql<{ n: number }[]>`select count(*)::int as n from public.calendar_event_mappings`;
  return row?.n ?? 0;
}

/** @returns jobs per second, as a process of its own says, which runs in Node: for both as fast as in Deno, or faster */
async function drain({ url }: Database, { script, jobs, args }: (typeof BASELINES)[number]): Promise<number> {
  const { success, stdout, stderr } = await new Deno.Command("node", {
    args: [`${ROOT}/bench/baselines/${script}`, url, String(jobs), ...args],
    stdin: "null",
  }).output();
  const took_ms = Number(new TextDecoder().decode(stdout));
  if (!success || !(took_ms > 0)) {
    throw new Error(`${script}: ${new TextDecoder().decode(stderr).slice(-500)}`);
  }
  return jobs / took_ms * 1000;
}
