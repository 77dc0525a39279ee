import type { Sql } from "postgres";

/**
 * Time goes by, as far as the database knows: every instant that it keeps about calendars is moved into the past, whatever
 * its column is called. Nothing that was noted as history moves.
 *
 * @param seconds how much
 */
export async function shiftTime(sql: Sql, seconds: number): Promise<void> {
  await sql.unsafe(`do $shift$
    declare
      v_statement text;
    begin
      -- No trigger is to take it for a change.
      set local session_replication_role = replica;
      for v_statement in
        select format('update %s set %s', class.oid::regclass, string_agg(
          format('%1$I = %1$I - interval ''${Number(seconds)} s''', attribute.attname), ', '))
        from pg_class as class join pg_attribute as attribute on attribute.attrelid = class.oid
        where class.relkind = 'r' and not class.relispartition
          and attribute.atttypid = 'timestamptz'::regtype and not attribute.attisdropped
          and (class.relnamespace = 'calendar_sync'::regnamespace
            or class.oid in ('public.calendar_integrations'::regclass, 'public.calendar_event_mappings'::regclass))
        group by class.oid
      loop
        execute v_statement;
      end loop;
      set local session_replication_role = origin;
    end $shift$`);
}
