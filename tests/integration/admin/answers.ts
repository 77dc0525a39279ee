import assert from "node:assert/strict";
import type { Sql } from "postgres";

/** The answers of a function: which integration, what was done. */
export async function said(answer: PromiseLike<readonly Record<string, unknown>[]>) {
  return (await answer).map((row) => [row["integration_id"], row["done"]]);
}

/** Who did it, and the reason, oldest first. */
export async function noted(sql: Sql, action: string) {
  const rows = await sql<{ by: string; reason: string | null }[]>`
    select split_part(caused_by, ':', 1) as by, details ->> 'because' as reason from calendar_sync.activity where action = ${action} order by at`;
  return rows.map(({ by, reason }) => [by, reason]);
}

/** Tables of ours that know more of the user than that something happened, and when. */
export async function tracesOf(sql: Sql, user_id: string): Promise<string[]> {
  const tables = await sql<{ name: string }[]>`
    select format('%I.%I', table_schema, table_name) as name
    from information_schema.columns join information_schema.tables using (table_schema, table_name)
    where column_name = 'user_id' and table_type = 'BASE TABLE'
      and table_name !~ '^activity_'
      and (table_schema = 'calendar_sync' or table_schema = 'public' and table_name like 'calendar\\_%')`;
  assert.ok(tables.length > 5);
  const found: string[] = [];
  for (const { name } of tables) {
    const personal = name === "calendar_sync.activity"
      ? "and num_nonnulls(title, calendar_id, event_id, details) > 0"
      : "";
    if (
      (await sql.unsafe(`select from ${name} where user_id = $1 ${personal} limit 1`, [user_id])).length > 0
    ) {
      found.push(name);
    }
  }
  return found;
}
