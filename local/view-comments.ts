import postgres from "postgres";

/** A column of a view, and what is said of it. */
interface ColumnComment {
  /** As SQL writes it. */
  readonly column: string;
  /** As a literal of SQL. */
  readonly comment: string;
}

/**
 * The comments of columns of views that one database has and another lacks: pg-delta does not compare them, and a view that is made anew
 * loses them.
 *
 * @returns statements; empty where nothing is missing
 */
export async function renderViewComments(before_url: string, wanted_url: string): Promise<string> {
  const [before, wanted] = [await commentsOf(before_url), await commentsOf(wanted_url)];
  const there = new Map(before.map(({ column, comment }) => [column, comment]));
  const missing = wanted.filter(({ column, comment }) => there.get(column) !== comment);
  return missing.map(({ column, comment }) => `COMMENT ON COLUMN ${column} IS ${comment};\n`).join("\n");
}

async function commentsOf(url: string): Promise<readonly ColumnComment[]> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return await sql<ColumnComment[]>`
      select format('%I.%I.%I', class.relnamespace::regnamespace::text, class.relname, part.attname) as column,
        quote_literal(described.description) as comment
      from pg_class as class
      join pg_attribute as part on part.attrelid = class.oid and part.attnum > 0
      join pg_description as described
        on described.objoid = class.oid and described.classoid = 'pg_class'::regclass and described.objsubid = part.attnum
      where class.relkind = 'v' and class.relnamespace::regnamespace::text in ('public', 'calendar_sync', 'calendar_admin')
      order by 1`;
  } finally {
    await sql.end({ timeout: 1 });
  }
}
