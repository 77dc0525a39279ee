import type { Sql } from "postgres";
import { openDatabase } from "./support/database.ts";
import { emptyOutbox, populate } from "./support/population.ts";
import { createWebhook, listen, type Listening } from "./support/triggers.ts";
import { atLeast, atMost, quantile, ratio, type Row, timed } from "./table.ts";

const BULK_ROWS = 10_000;
const BULK_ROUNDS = 9;
const SINGLE_ROWS = 200;
const SINGLE_ROUNDS = 7;

const VARIANTS = [
  { name: "no trigger", listening: "nobody", connected: true },
  { name: "nobody connected", listening: "ours", connected: false },
  { name: "connected", listening: "ours", connected: true },
  { name: "webhook", listening: "webhook", connected: true },
] as const;
type Variant = (typeof VARIANTS)[number]["name"];
type Times = Record<Variant, number[]>;

/** What a write of obligations costs with our triggers, without any, and with a webhook a row; in turns, medians. */
export async function inserts(): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const durable of [false, true]) {
    const { sql, close } = await openDatabase({ durable });
    try {
      const people = await twoPeople(sql);
      if (!durable) rows.push(...bulkRows(await inTurns(sql, people, BULK_ROUNDS, insertMany)));
      rows.push(...singleRows(await inTurns(sql, people, SINGLE_ROUNDS, insertOneByOne), durable));
    } finally {
      await close();
    }
  }
  return rows;
}

interface Person {
  readonly id: string;
  readonly connected: boolean;
}

/** One with an integration and one without; and the webhook. */
async function twoPeople(sql: Sql): Promise<readonly Person[]> {
  await populate(sql, { users: 1, obligations_each: 0, mapped: false });
  await sql`insert into auth.users (email) values ('nobody@example.com')`;
  await createWebhook(sql, "http://127.0.0.1:9/");
  return await sql<Person[]>`
    select id, id in (select user_id from public.calendar_integrations) as connected from auth.users`;
}

/** @param insert returns how long each of its statements took, in milliseconds */
async function inTurns(
  sql: Sql,
  people: readonly Person[],
  rounds: number,
  insert: (sql: Sql, owner: string) => Promise<number[]>,
): Promise<Times> {
  const times: Times = { "no trigger": [], "nobody connected": [], connected: [], webhook: [] };
  // The first round warms up.
  for (let round = 0; round <= rounds; round++) {
    for (const { name, listening, connected } of VARIANTS) {
      await prepare(sql, listening);
      const taken = await insert(sql, people.find((one) => one.connected === connected)?.id ?? "");
      if (round > 0) times[name].push(...taken);
    }
  }
  return times;
}

/** Every round begins with empty tables, and with no wake-up call or webhook waiting to be sent. */
async function prepare(sql: Sql, listening: Listening): Promise<void> {
  await listen(sql, "nobody");
  await sql`truncate public.obligations`;
  await emptyOutbox(sql);
  await listen(sql, listening);
}

async function insertMany(sql: Sql, owner: string): Promise<number[]> {
  return [
    await timed(() =>
      sql`insert into public.obligations (user_id, title, deadline_date)
        select ${owner}, 'Row ' || n, date '2027-01-01' + n % 300 from generate_series(1, ${BULK_ROWS}::int) as n`
    ),
  ];
}

/** As pgbench does: one connection, one prepared statement, one transaction a row. */
async function insertOneByOne(sql: Sql, owner: string): Promise<number[]> {
  const connection = await sql.reserve();
  const times: number[] = [];
  try {
    for (let n = 0; n < SINGLE_ROWS; n++) {
      times.push(
        await timed(() =>
          connection`insert into public.obligations (user_id, title, deadline_date)
            values (${owner}, ${`Row ${n}`}, '2027-01-01')`
        ),
      );
    }
  } finally {
    connection.release();
  }
  return times;
}

function bulkRows(times: Times): Row[] {
  const median = (variant: Variant) => quantile(times[variant], 0.5);
  const base = median("no trigger");
  const added = (variant: Variant) => median(variant) - base;
  return [
    [
      `INSERT of ${BULK_ROWS}, connected`,
      ratio(median("connected"), base),
      `of ${base.toFixed(0)} ms without triggers`,
      atMost(median("connected") / base, 1.3, " ×"),
    ],
    [
      `INSERT of ${BULK_ROWS}, nobody connected`,
      ratio(median("nobody connected"), base),
      "of the same",
      atMost(median("nobody connected") / base, 1.15, " ×"),
    ],
    [`INSERT of ${BULK_ROWS}, webhook a row`, ratio(median("webhook"), base), "of the same"],
    [
      "added time, webhook a row for ours",
      ratio(added("webhook"), added("connected")),
      `${added("webhook").toFixed(0)} ms for ${added("connected").toFixed(0)} ms`,
      atLeast(added("webhook") / added("connected"), 4, " ×"),
    ],
  ];
}

function singleRows(times: Times, durable: boolean): Row[] {
  const kind = durable ? "single INSERT to disk" : "single INSERT";
  const base = quantile(times["no trigger"], 0.5);
  const row = (name: string, variant: Variant, limit?: number): Row => {
    const took_ms = quantile(times[variant], 0.5);
    return [
      name,
      ratio(took_ms, base),
      `${(took_ms * 1000).toFixed(0)} µs for ${(base * 1000).toFixed(0)} µs`,
      limit === undefined ? undefined : atMost(took_ms / base, limit, " ×"),
    ];
  };
  const against_webhook = quantile(times.connected, 0.5) / quantile(times.webhook, 0.5);
  return [
    row(`${kind}, connected`, "connected", 1.6),
    row(`${kind}, nobody connected`, "nobody connected", 1.1),
    row(`${kind}, webhook a row`, "webhook"),
    [
      `${kind}, connected, of webhook`,
      `${against_webhook.toFixed(2)} ×`,
      "",
      atMost(against_webhook, 1, " ×"),
    ],
  ];
}
