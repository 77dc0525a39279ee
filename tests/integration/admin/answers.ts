import assert from "node:assert/strict";
import type { ISql, Sql } from "postgres";

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

/** Of the history stays that something happened, and when, and for which ids. */
const PERSONAL: Readonly<Record<string, string>> = {
  "calendar_sync.activity": "and num_nonnulls(title, calendar_id, event_id, details) > 0",
  "calendar_sync.history": "and num_nonnulls(title, calendar_id, calendar_name, event_id, account_email) > 0",
};

/** Every table of ours with a user or an integration in it, and how many rows tell of this user. */
export async function tracesOf(sql: ISql, user_id: string, integration_ids: readonly string[] = []) {
  const columns = await sql<{ name: string; column: string }[]>`
    select attribute.attrelid::regclass::text as name, attribute.attname as column
    from pg_attribute as attribute join pg_class as class on class.oid = attribute.attrelid
    where attribute.attname in ('user_id', 'integration_id', 'recipient_id') and not attribute.attisdropped
      and class.relkind in ('r', 'p') and not class.relispartition
      and (class.relnamespace = 'calendar_sync'::regnamespace
        or class.relnamespace = 'public'::regnamespace and class.relname like 'calendar\\_%')`;
  assert.ok(columns.length >= 15, String(columns.length));
  const traces: { name: string; column: string; rows: number }[] = [];
  for (const { name, column } of columns) {
    const owners = column === "integration_id" ? [...integration_ids] : [user_id];
    const [row] = await sql.unsafe<{ rows: number }[]>(
      `select count(*)::int as rows from ${name} where ${column} = any ($1::uuid[]) ${PERSONAL[name] ?? ""}`,
      [owners],
    );
    traces.push({ name: name.includes(".") ? name : `public.${name}`, column, rows: row?.rows ?? -1 });
  }
  return traces;
}

/** The tables with any. */
export async function tablesThatKnow(sql: Sql, user_id: string): Promise<string[]> {
  const traces = await tracesOf(sql, user_id);
  return [...new Set(traces.filter(({ rows }) => rows > 0).map(({ name }) => name))];
}
