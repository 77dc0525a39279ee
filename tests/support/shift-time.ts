import type { Sql, TransactionSql } from "postgres";

/**
 * Time goes by, as far as the database knows: every instant that it keeps about calendars is moved into the past, whatever
 * its column is called. Nothing that was noted as history moves.
 *
 * @param seconds how much
 */
export async function shiftTime(sql: Sql, seconds: number): Promise<void> {
  await sql.begin(async (transaction) => {
    // No trigger is to take it for a change.
    await transaction`set local session_replication_role = replica`;
    await (await prepareShift(transaction))(seconds);
  });
}

/**
 * Prepares {@link shiftTime} for a connection that fires no triggers, so that each time is one statement with a plan.
 *
 * @param sql a connection with `session_replication_role = replica`
 */
export async function prepareShift(sql: Sql | TransactionSql): Promise<(seconds: number) => Promise<void>> {
  const [row] = await sql<{ statement: string }[]>`
    select 'with ' || string_agg(format('u%s as (update %s set %s)', place, name, columns), ', ') || ' select' as statement
    from (
      select row_number() over () as place, class.oid::regclass as name, string_agg(
        format('%1$I = %1$I - make_interval(secs => $1)', attribute.attname), ', ') as columns
      from pg_class as class join pg_attribute as attribute on attribute.attrelid = class.oid
      where class.relkind = 'r' and not class.relispartition
        and attribute.atttypid = 'timestamptz'::regtype and not attribute.attisdropped
        and (class.relnamespace = 'calendar_sync'::regnamespace
          or class.oid in ('public.calendar_integrations'::regclass, 'public.calendar_event_mappings'::regclass,
            'public.calendar_proposals'::regclass))
      group by class.oid
    ) as updates`;
  const statement = row?.statement ?? "select";
  return async (seconds) => {
    await sql.unsafe(statement, [seconds], { prepare: true });
  };
}
