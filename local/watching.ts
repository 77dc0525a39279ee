import postgres from "postgres";
import { runAsPostgres } from "./postgres/schema-database.ts";

/** Makes the functions and triggers of each watched table anew. A table that was dropped leaves its row behind until the next tick. */
const WATCH_ANEW =
  `select calendar_sync.watch_relation(watched.relation, watched.root, watched.obligation_column, watched.user_column)
from calendar_sync.watched_tables as watched join pg_catalog.pg_class as class on class.oid = watched.relation;
`;

/**
 * What has the functions and triggers made anew that `calendar_sync.watch` made on a project's tables: each project has others, so they
 * are not compared with those of the default table.
 *
 * @param before_url of a database with the next migration so far
 * @param wanted_url of one as the schema files make it
 * @returns a statement, which was run in the first one; empty where nothing differs
 * @throws Error where it does not do
 */
export async function renderWatching(before_url: string, wanted_url: string): Promise<string> {
  const wanted = await watchingOf(wanted_url);
  if (await watchingOf(before_url) === wanted) return "";
  await runAsPostgres(before_url, [WATCH_ANEW]);
  if (await watchingOf(before_url) === wanted) return WATCH_ANEW;
  throw new Error(
    "What calendar_sync.watch makes differs also where it is made anew: write its migration by hand.",
  );
}

async function watchingOf(url: string): Promise<string> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    const rows = await sql<{ made: string }[]>`
      select concat_ws(' ', pg_get_functiondef(oid), proacl, obj_description(oid, 'pg_proc')) as made
      from pg_proc where pronamespace = 'calendar_sync'::regnamespace and proname like 'on\\_change\\_%'
      union all
      select pg_get_triggerdef(oid) from pg_trigger where tgname like 'calendar\\_sync\\_%'
      order by 1`;
    return rows.map(({ made }) => made).join("\n");
  } finally {
    await sql.end({ timeout: 1 });
  }
}
