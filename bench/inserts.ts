import type { Scene } from "../tests/support/scene.ts";
import { quantile, ratio, type Row, timed } from "./table.ts";

const INSERT_ROWS = 10_000;
const INSERT_ROUNDS = 7;

/** What the triggers cost an INSERT of many rows: with them and without, in turns; medians. */
export async function insertCost(
  { sql }: Scene,
  user_id: string,
  integration_id: string,
): Promise<readonly Row[]> {
  await sql`update public.calendar_integrations set sync_enabled = false where id = ${integration_id}`;
  const other = await sql<
    { id: string }[]
  >`insert into auth.users (email) values ('nobody@example.com') returning id`;
  const insert = async (owner: string) => {
    const took_ms = await timed(() =>
      sql`insert into public.obligations (user_id, title, deadline_date)
        select ${owner}, 'Row ' || n, date '2027-01-01' + n % 300 from generate_series(1, ${INSERT_ROWS}::int) as n`
    );
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
  return [
    [
      `INSERT of ${INSERT_ROWS} rows, connected user`,
      ratio(quantile(times.connected, 0.5), base),
      `of ${base.toFixed(0)} ms without triggers`,
    ],
    [
      `INSERT of ${INSERT_ROWS} rows, nobody connected`,
      ratio(quantile(times.nobody, 0.5), base),
      "of the same",
    ],
  ];
}
