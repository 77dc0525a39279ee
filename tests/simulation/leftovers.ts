import type { Sql } from "postgres";

/** Prepares a database for {@link leftovers}. */
export async function installLeftovers(sql: Sql): Promise<void> {
  await sql.unsafe(FUNCTION);
}

/** What a history left behind, a line a table; also takes away what outlives users by design. */
export async function leftovers(sql: Sql): Promise<readonly string[]> {
  const rows = await sql<{ line: string }[]>`select simulation.leftovers() as line`;
  return rows.map(({ line }) => line);
}

const FUNCTION = `
create schema simulation;

create function simulation.leftovers() returns setof text language plpgsql as $$
declare
  v_table regclass;
  v_left bigint;
begin
  delete from calendar_sync.provider_calls;
  delete from calendar_sync.calls;
  delete from calendar_sync.server_breakers;
  -- The tick would.
  perform calendar_sync.roll_up_counts();
  delete from calendar_sync.count_flushes where at > now() - interval '1 minute';
  -- Counters only grow.
  delete from calendar_sync.count_totals;
  -- Events of deleted users are removed for days.
  delete from public.calendar_integrations where user_id is null and deleted_user_id is not null;
  delete from calendar_sync.changes as change
  where not exists (select from calendar_sync.lanes as lane where lane.integration_id = change.integration_id);
  perform set_config('calendar_sync.activity_may_change', 'yes', true);
  delete from calendar_sync.activity;
  delete from calendar_sync.history;
  perform set_config('calendar_sync.activity_may_change', '', true);
  delete from calendar_sync.incidents where kind <> 'enqueue';
  -- Those of deleted users go in the night.
  perform calendar_sync.tidy_notices();
  -- No tick runs here: administrators are told so.
  delete from calendar_sync.admin_notices;
  for v_table in
    select oid::regclass from pg_class where relkind = 'r' and relnamespace = 'calendar_sync'::regnamespace
      and relname not in ('providers', 'options', 'thresholds', 'watched_tables', 'expected_triggers', 'notice_kinds',
        'mail_setup', 'push_setup', 'functions_version')
    union all select unnest(array['public.obligations', 'public.calendar_integrations',
      'public.calendar_event_mappings', 'vault.secrets']::regclass[])
  loop
    execute format('select count(*) from %s', v_table) into v_left;
    if v_left > 0 then
      return next format('%s rows left in %s', v_left, v_table);
      execute format('delete from %s', v_table);
    end if;
  end loop;
end $$;
`;
