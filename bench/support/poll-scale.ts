import type { Sql } from "postgres";

/** As the engine has them, without and with a channel that works. */
export const POLL_S = { without: 15 * 60, with: 24 * 60 * 60 } as const;
/** A pull comes a little before the interval is over: between 0.85 and 0.95 of it, see `calendar_sync.record_pull`. */
export const MEAN_SHARE = 0.9;

/** Divides the intervals in which calendars are polled; from now on each is polled within its new interval. */
export async function divideIntervals(sql: Sql, by: number): Promise<void> {
  const [found] = await sql<{ text: string }[]>`
    select coalesce(
      pg_get_functiondef(to_regprocedure('calendar_sync.whole_poll_interval(uuid)')),
      replace(pg_get_functiondef('calendar_sync.poll_interval(uuid)'::regprocedure), '.poll_interval', '.whole_poll_interval')
    ) as text`;
  if (!found) throw new Error("There is no interval to divide.");
  await sql.unsafe(found.text);
  await sql.unsafe(`
    create or replace function calendar_sync.poll_interval(p_integration_id uuid) returns interval
    language plpgsql stable security definer set search_path = ''
    as $$ begin return calendar_sync.whole_poll_interval(p_integration_id) / ${by}::float8; end $$`);
  await sql`
    update calendar_sync.pulls set next_pull_at = now() + random() * calendar_sync.poll_interval(integration_id)`;
}

/** No calendar is polled any more, until the intervals are divided anew. */
export async function stopPolls(sql: Sql): Promise<void> {
  await sql`update calendar_sync.pulls set next_pull_at = 'infinity'`;
}
