// `npm run bench`: what the triggers cost a write, how soon a change reaches the calendar, and what a bulk import costs
// in provider calls. Everything is measured in one run, on one machine, against the emulator without its quota.
import { openScene, type Scene } from "../tests/support/scene.ts";
import { until } from "../tests/support/calendar-api.ts";
import { ROOT } from "../local/paths.ts";

const LATENCY_ROUNDS = 30;
/** Longer than a worker lingers, and than pg_net rests after a batch: each round starts from idle. */
const IDLE_MS = 3_500;
const BULK = 1_000;
const INSERT_ROWS = 10_000;
const INSERT_ROUNDS = 7;

const started_at = performance.now();
const scene = await openScene();
const ready_ms = performance.now() - started_at;
try {
  const user = await scene.connectedUser();
  const rows: (readonly [string, string, string])[] = [
    ["stack ready", `${(ready_ms / 1000).toFixed(1)} s`, ""],
    ...await insertCost(scene, user.id, user.integration.id),
    ...await bulkImport(scene, user),
    ...await latency(scene, user),
    [
      "size of what is deployed",
      `${Math.round(await deployedBytes() / 1024)} KiB`,
      "functions and migrations, without packages",
    ],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  for (const [name, figure, note] of rows) {
    console.log(`${name.padEnd(width)}  ${figure.padStart(10)}  ${note}`);
  }
} finally {
  await scene.close();
}
Deno.exit(0);

/** INSERT of many rows in one statement, with our triggers and without, in turns; medians. */
async function insertCost({ sql }: Scene, user_id: string, integration_id: string) {
  await sql`update public.calendar_integrations set sync_enabled = false where id = ${integration_id}`;
  const other = await sql<
    { id: string }[]
  >`insert into auth.users (email) values ('nobody@example.com') returning id`;
  const insert = async (owner: string) => {
    const from = performance.now();
    await sql`insert into public.obligations (user_id, title, deadline_date)
      select ${owner}, 'Row ' || n, date '2027-01-01' + n % 300 from generate_series(1, ${INSERT_ROWS}::int) as n`;
    const took_ms = performance.now() - from;
    await sql`truncate public.obligations`;
    await sql`delete from calendar_sync.marks`;
    return took_ms;
  };
  const times: Record<"without" | "connected" | "nobody", number[]> = {
    without: [],
    connected: [],
    nobody: [],
  };
  for (let round = 0; round < INSERT_ROUNDS; round++) {
    await sql`alter table public.obligations disable trigger calendar_sync_insert`;
    times.without.push(await insert(user_id));
    await sql`alter table public.obligations enable trigger calendar_sync_insert`;
    times.connected.push(await insert(user_id));
    times.nobody.push(await insert(other[0]?.id ?? ""));
  }
  await sql`update public.calendar_integrations set sync_enabled = true where id = ${integration_id}`;
  const base = quantile(times.without, 0.5);
  const ratio = (list: number[]) => `${(quantile(list, 0.5) / base).toFixed(2)} ×`;
  return [
    [
      `INSERT of ${INSERT_ROWS} rows, connected user`,
      ratio(times.connected),
      `of ${base.toFixed(0)} ms without triggers`,
    ],
    [`INSERT of ${INSERT_ROWS} rows, nobody connected`, ratio(times.nobody), "of the same"],
  ] as const;
}

async function bulkImport({ sql, provider, events }: Scene, user: { id: string; calendar_id: string }) {
  provider.emulator.state.requests = [];
  const from = performance.now();
  await sql`insert into public.obligations (user_id, title, deadline_date)
    select ${user.id}, 'Bulk ' || n, date '2027-01-01' + n % 300 from generate_series(1, ${BULK}::int) as n`;
  await until(() => Promise.resolve(events(user.calendar_id).length === BULK), 120_000);
  const took_ms = performance.now() - from;
  const calls = provider.emulator.state.requests.filter(({ in_batch }) => !in_batch).length;
  await sql`delete from public.obligations where user_id = ${user.id}`;
  await until(() => Promise.resolve(events(user.calendar_id).length === 0), 120_000);
  return [
    [`${BULK} obligations in one INSERT`, `${(took_ms / 1000).toFixed(1)} s`, "until the last event"],
    ["provider calls for them", `${(calls / BULK).toFixed(2)} ×`, `of one an obligation (${calls})`],
  ] as const;
}

async function latency({ sql, events }: Scene, user: { id: string; calendar_id: string }) {
  const times: number[] = [];
  for (let round = 0; round < LATENCY_ROUNDS; round++) {
    await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
    await sql`insert into public.obligations (user_id, title, deadline_date) values (${user.id}, ${`Round ${round}`}, '2027-01-01')`;
    const committed_at = performance.now();
    while (events(user.calendar_id).length <= round) await new Promise((resolve) => setTimeout(resolve, 1));
    times.push(performance.now() - committed_at);
  }
  return [
    ["commit to event from idle, p50", `${quantile(times, 0.5).toFixed(0)} ms`, `of ${LATENCY_ROUNDS}`],
    ["commit to event from idle, p95", `${quantile(times, 0.95).toFixed(0)} ms`, `of ${LATENCY_ROUNDS}`],
  ] as const;
}

async function deployedBytes(folder = `${ROOT}/supabase`): Promise<number> {
  let bytes = 0;
  for await (const entry of Deno.readDir(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) bytes += entry.name.startsWith(".") ? 0 : await deployedBytes(path);
    else if (/\.(ts|sql|json|toml)$/.test(entry.name)) bytes += (await Deno.stat(path)).size;
  }
  return bytes;
}

function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)] ?? NaN;
}
