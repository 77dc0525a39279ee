import type { TransactionSql } from "postgres";
import { RestProblem } from "./problems.ts";

export interface Column {
  readonly name: string;
  /** As a cast names it. */
  readonly type: string;
  /** SQL from the catalogue; null: there is none. */
  readonly default_sql: string | null;
  readonly is_key: boolean;
}

/** A table or view of schema `public`. */
export interface Table {
  readonly name: string;
  readonly columns: readonly Column[];
}

/**
 * What the catalogue says of a table. PostgREST asks once and remembers; here the next request sees a new column.
 *
 * @throws RestProblem 404 where there is none
 */
export async function findTable(transaction: TransactionSql, name: string): Promise<Table> {
  const columns = await transaction<Column[]>`
    select a.attname as name, format_type(a.atttypid, null) as type, pg_get_expr(d.adbin, d.adrelid) as default_sql,
      coalesce(a.attnum = any (i.indkey), false) as is_key
    from pg_class as c
      join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      left join pg_attrdef as d on d.adrelid = c.oid and d.adnum = a.attnum and a.attgenerated = ''
      left join pg_index as i on i.indrelid = c.oid and i.indisprimary
    where c.relnamespace = 'public'::regnamespace and c.relname = ${name} and c.relkind in ('r', 'p', 'v', 'm', 'f')
    order by a.attnum`;
  if (columns.length === 0) {
    throw new RestProblem(404, "PGRST205", `Could not find the table 'public.${name}' in the schema cache`);
  }
  return { name, columns: [...columns] };
}

/** @throws RestProblem 400 where the table has no such column */
export function columnNamed(table: Table, name: string): Column {
  const found = table.columns.find((column) => column.name === name);
  if (found !== undefined) return found;
  const message = `Could not find the '${name}' column of '${table.name}' in the schema cache`;
  throw new RestProblem(400, "PGRST204", message);
}
