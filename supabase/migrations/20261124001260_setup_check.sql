-- What setup_check() asks of this project's own part: triggers, the adapter, who may do what, partitions, options, clients; and
-- setup_check() itself.

create function calendar_admin.obligations_table() returns text
language sql stable security invoker set search_path = ''
as $$
  select argument.typrelid::regclass::text
  from pg_catalog.pg_proc as adapter
  join pg_catalog.pg_type as argument on argument.oid = adapter.proargtypes[0]
  where adapter.oid = 'calendar_sync.deadline_of'::regproc
$$;

comment on function calendar_admin.obligations_table() is 'The table that the adapter reads, as SQL names it.';

create function calendar_admin.check_triggers() returns setof calendar_admin.finding
language sql stable security invoker set search_path = ''
as $$
  select
    format('trigger %s', wanted.name), coalesce(present.tgenabled in ('O', 'A'), false), 'error',
    case when present.oid is null then format('missing on %s', wanted.on_table)
      when present.tgenabled in ('O', 'A') then format('on %s', wanted.on_table)
      else format('switched off on %s: changes are not noticed until the daily sweep', wanted.on_table) end,
    case when present.oid is null then format('create %s execute function %s();', wanted.definition, wanted.function)
      else format('alter table %s enable trigger %I;', wanted.on_table, wanted.name) end
  from (
    select calendar_admin.obligations_table() as on_table, definition.name, 'calendar_sync.obligations_changed' as function,
      format(definition.text, calendar_admin.obligations_table()) as definition
    from (values
      ('calendar_sync_insert', 'trigger calendar_sync_insert after insert on %s referencing new table as new_rows for each statement'),
      ('calendar_sync_update',
        'trigger calendar_sync_update after update on %s referencing old table as old_rows new table as new_rows for each statement'),
      ('calendar_sync_delete', 'trigger calendar_sync_delete after delete on %s referencing old table as old_rows for each statement'),
      ('calendar_sync_truncate', 'trigger calendar_sync_truncate after truncate on %s for each statement')
    ) as definition (name, text)
    union all
    values
    ('public.calendar_integrations', 'integration_changed', 'calendar_sync.integration_changed',
      'trigger integration_changed after insert or update of status, sync_enabled, calendar_id, settings on public.calendar_integrations for each row'),
    ('public.calendar_integrations', 'drop_lanes', 'calendar_sync.drop_lanes',
      'trigger drop_lanes after delete on public.calendar_integrations referencing old table as old_rows for each statement'),
    ('public.calendar_integrations', 'integration_deleted', 'calendar_sync.integration_deleted',
      'trigger integration_deleted after delete on public.calendar_integrations referencing old table as old_rows for each statement'),
    ('public.calendar_integrations', 'stay_paused', 'calendar_sync.stay_paused',
      'trigger stay_paused before update on public.calendar_integrations for each row when (new.paused_by_admin is not null)'),
    ('calendar_sync.marks', 'ring_at_commit', 'calendar_sync.ring_at_commit',
      'constraint trigger ring_at_commit after insert on calendar_sync.marks deferrable initially deferred for each row')
  ) as wanted
  left join pg_catalog.pg_trigger as present
    on present.tgrelid = pg_catalog.to_regclass(wanted.on_table) and present.tgname = wanted.name and not present.tgisinternal
  order by wanted.on_table desc, wanted.name
$$;

comment on function calendar_admin.check_triggers() is 'The triggers that notice changes: there and switched on.';

-- Asks the planner, since the adapter may read any columns of any tables. Volatile, because EXPLAIN has to be.
create function calendar_admin.adapter_scans() returns boolean
language plpgsql volatile security invoker set search_path = '' set enable_seqscan = off
as $$
declare
  v_plan json;
begin
  execute 'explain (format json) select from calendar_sync.deadlines
    where recipient_id = ''00000000-0000-0000-0000-000000000000''' into v_plan;
  return v_plan::text like '%"Seq Scan"%';
end;
$$;

comment on function calendar_admin.adapter_scans() is
  'Whether a user''s obligations can only be found by reading all of them: no index leads from a recipient to the obligations, or the adapter cannot be inlined.';

-- As its owner, like the code that reads obligations.
create function calendar_admin.check_adapter() returns setof calendar_admin.finding
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_rows_looked_at constant integer := 50;
  v_problem text;
  v_rows bigint;
begin
  begin
    select count(*), max(case
        when deadline.obligation_id is null then 'obligation_id is null'
        when deadline.recipient_id is null then 'recipient_id is null'
        when deadline.title is null then 'title is null'
        when coalesce(deadline.status, '') not in ('open', 'completed', 'cancelled') then 'status is not open, completed or cancelled'
        when deadline.deadline_date is not null and deadline.deadline_at is not null then 'a deadline has both a date and an instant'
      end)
    into v_rows, v_problem
    from (select * from calendar_sync.deadlines limit v_rows_looked_at) as deadline;
  exception when insufficient_privilege then
    return next row (
      'adapter deadline_of', false, 'error', format('%s cannot read what the adapter reads: %s', current_user, sqlerrm),
      format('grant select on %s to %I;', calendar_admin.obligations_table(), current_user)
    )::calendar_admin.finding;
    return;
  when others then
    v_problem := format('it fails: %s', sqlerrm);
  end;
  return next row (
    'adapter deadline_of', v_problem is null, 'error',
    coalesce(v_problem, format('%s deadlines were looked at, and are as they should be', v_rows)),
    format('create or replace function calendar_sync.deadline_of(obligation %s) …   -- see docs/adapt.md', calendar_admin.obligations_table())
  )::calendar_admin.finding;
  return query select 'index from recipient to obligations', not scans.all_of_them, 'warning',
    case when scans.all_of_them then 'none is used: every look at a calendar reads all obligations' else 'used' end,
    case when exists (
        select from pg_catalog.pg_attribute
        where attrelid = calendar_admin.obligations_table()::regclass and attname = 'user_id' and not attisdropped
      ) then format('create index on %s (user_id, id);', calendar_admin.obligations_table())
      else format('create index on %s (<the column that names the recipient>, <its key>);', calendar_admin.obligations_table()) end
  from (select calendar_admin.adapter_scans() as all_of_them) as scans;
end;
$$;

comment on function calendar_admin.check_adapter() is 'Runs the adapter over a few obligations, and asks whether it finds a user''s by index.';

-- Where the dashboard keeps the setting is not in the database; an `alter role` of it is.
create function calendar_admin.check_exposed_schemas() returns setof calendar_admin.finding
language sql stable security invoker set search_path = ''
as $$
  with visible as (
    select setting.setdatabase, regexp_split_to_array(btrim(split_part(config.entry, '=', 2)), '\s*,\s*') as schemas
    from pg_catalog.pg_db_role_setting as setting
    join pg_catalog.pg_roles as role on role.oid = setting.setrole and role.rolname = 'authenticator'
    cross join unnest(setting.setconfig) as config (entry)
    where config.entry like 'pgrst.db\_schemas=%'
      and setting.setdatabase in (0, (select oid from pg_catalog.pg_database where datname = current_database()))
  ), exposed as (
    select setdatabase, schemas && array['calendar_sync', 'calendar_admin', 'vault', 'net'] as too_much,
      array(select name from unnest(schemas) as name where name not in ('calendar_sync', 'calendar_admin', 'vault', 'net')) as rest
    from visible
  )
  select
    'exposed schemas', coalesce(bool_and(not exposed.too_much), true),
    case when count(*) = 0 then 'info' else 'error' end,
    case
      when count(*) = 0 then 'the setting is not in the database: Project Settings, Data API, Exposed schemas must name none of calendar_sync, calendar_admin, vault, net'
      when bool_or(exposed.too_much) then 'the Data API shows a schema that is none of its business'
      else 'none of ours'
    end,
    string_agg(format('alter role authenticator %sset pgrst.db_schemas = %L; notify pgrst, ''reload config'';',
      case when exposed.setdatabase = 0 then '' else format('in database %I ', current_database()) end,
      array_to_string(exposed.rest, ', ')), ' ') filter (where exposed.too_much)
  from exposed
$$;

comment on function calendar_admin.check_exposed_schemas() is 'Whether the Data API shows only what it should, as far as the database knows.';

-- User RPCs are invoker functions, under row level security; what is definer in public is for the functions alone.
create function calendar_admin.check_function_grants() returns setof calendar_admin.finding
language sql stable security invoker set search_path = ''
as $$
  with ours as (
    select routine.oid, routine.pronamespace::regnamespace::text as schema, routine.prosecdef as is_definer,
      pg_catalog.has_function_privilege('anon', routine.oid, 'execute') as by_anon,
      pg_catalog.has_function_privilege('authenticated', routine.oid, 'execute') as by_users,
      pg_catalog.has_function_privilege('service_role', routine.oid, 'execute') as by_service
    from pg_catalog.pg_proc as routine
    where routine.pronamespace in ('calendar_sync'::regnamespace, 'calendar_admin'::regnamespace)
      or routine.pronamespace = 'public'::regnamespace and routine.proname like 'calendar\_%'
  ), wrong as (
    select ours.oid, format('revoke execute on function %s from public, anon, authenticated%s;', ours.oid::regprocedure,
        case when ours.schema = 'calendar_admin' then ', service_role' end) as mend
    from ours
    where ours.by_anon or ours.schema = 'public' and ours.is_definer and ours.by_users
      or ours.schema = 'calendar_admin' and (ours.by_users or ours.by_service)
    union all
    select ours.oid, format('grant execute on function %s to service_role;', ours.oid::regprocedure)
    from ours
    where ours.schema = 'public' and ours.is_definer and not ours.by_service
  )
  select
    'who may call functions', count(*) = 0, 'error',
    case when count(*) = 0 then 'users their own, the functions theirs, nobody else any'
      else format('%s may be called by others than those they are for, or not by those', string_agg(distinct wrong.oid::regprocedure::text, ', ')) end,
    string_agg(wrong.mend, ' ' order by wrong.mend)
  from wrong
$$;

comment on function calendar_admin.check_function_grants() is 'Whether each function may be called by those whom it is for.';

create function calendar_admin.check_table_grants() returns setof calendar_admin.finding
language sql stable security invoker set search_path = ''
as $$
  with ours as (
    select class.oid, class.relrowsecurity, class.relkind, role.name as role, class.relname = 'obligations' as is_hosts,
      pg_catalog.has_table_privilege(role.name, class.oid, 'select')
        or pg_catalog.has_any_column_privilege(role.name, class.oid, 'select') as reads,
      pg_catalog.has_table_privilege(role.name, class.oid, 'insert, update, delete, truncate') as writes
    from pg_catalog.pg_class as class
    cross join (values ('anon'), ('authenticated')) as role (name)
    where class.relkind in ('r', 'p', 'v') and (
      class.relnamespace in ('calendar_sync'::regnamespace, 'calendar_admin'::regnamespace)
      or class.relnamespace = 'public'::regnamespace and (class.relname like 'calendar\_%' or class.relname = 'obligations')
    )
  ), wrong as (
    select ours.oid, format('revoke all on %s from public, %s;', ours.oid::regclass, ours.role) as mend
    from ours where not ours.is_hosts and ours.role = 'anon' and (ours.reads or ours.writes)
    union all
    select ours.oid, format('revoke insert, update, delete, truncate on %s from public, authenticated;', ours.oid::regclass)
      || case when ours.oid = pg_catalog.to_regclass('public.calendar_integrations')
        then format(' grant update (sync_enabled, settings) on %s to authenticated;', ours.oid::regclass) else '' end
    from ours where not ours.is_hosts and ours.role = 'authenticated' and ours.writes
    union all
    select distinct ours.oid, format('alter table %s enable row level security;', ours.oid::regclass)
    from ours where ours.relkind <> 'v' and not ours.relrowsecurity and (ours.reads or ours.writes)
  )
  select
    'who may read and write tables', count(*) = 0, 'error',
    case when count(*) = 0 then 'users their own rows, nobody else any'
      else format('%s: more than that', string_agg(distinct wrong.oid::regclass::text, ', ')) end,
    string_agg(wrong.mend, ' ' order by wrong.mend)
  from wrong
$$;

comment on function calendar_admin.check_table_grants() is 'Whether API roles have no right to a table but to rows of their own.';

create function calendar_admin.check_activity() returns setof calendar_admin.finding
language sql stable security invoker set search_path = ''
as $$
  select
    'activity has its days', count(*) filter (where pg_catalog.to_regclass('calendar_sync.' || day.name) is null) = 0, 'warning',
    coalesce('missing: ' || string_agg(day.name, ', ') filter (where pg_catalog.to_regclass('calendar_sync.' || day.name) is null),
      'today and the next three are there'),
    'select calendar_sync.keep_activity();'
  from (
    select 'activity_' || to_char((now() at time zone 'UTC')::date + ahead, 'YYYYMMDD') as name from generate_series(0, 3) as ahead
  ) as day
$$;

comment on function calendar_admin.check_activity() is 'Whether the activity has a partition for today and the coming days.';

create function calendar_admin.check_options() returns setof calendar_admin.finding
language sql stable security invoker set search_path = ''
as $$
  select
    'options', coalesce(bool_and(options.deletions_free <= 1000 and options.deletions_share <= 0.5), false), 'warning',
    case when count(*) = 0 then 'the row of calendar_sync.options is missing'
      else format('so many events may go at once without a question: %s, or %s of a calendar', max(options.deletions_free),
        round(100 * max(options.deletions_share)) || '%') end,
    case when count(*) = 0 then 'insert into calendar_sync.options default values;'
      else 'update calendar_sync.options set deletions_free = default, deletions_share = default;' end
  from calendar_sync.options as options
  union all
  select
    'quotas', count(*) filter (where quota.provider is null) = 0, 'error',
    coalesce('missing: ' || string_agg(wanted.provider || ' ' || wanted.scope, ', ') filter (where quota.provider is null),
      'known for each provider'),
    string_agg(format('insert into calendar_sync.quotas (provider, scope, calls, window_length) values (%L, %L, %s, %L);',
      wanted.provider, wanted.scope, wanted.calls, wanted.within), ' ') filter (where quota.provider is null)
  from (values
    ('google', 'integration', 600, '1 minute'), ('google', 'project', 10000, '1 minute'),
    ('outlook', 'integration', 10000, '10 minutes'), ('outlook', 'project', 130000, '10 seconds')
  ) as wanted (provider, scope, calls, within)
  left join calendar_sync.quotas as quota on quota.provider = wanted.provider and quota.scope = wanted.scope
$$;

comment on function calendar_admin.check_options() is 'Whether what an administrator may set is set to something sensible.';

create function calendar_admin.check_clients() returns setof calendar_admin.finding
language sql stable security invoker set search_path = ''
as $$
  select
    format('client of %s', gate.provider), refused.accounts = 0, 'error',
    case when refused.accounts = 0 then 'no account says that its id or secret is refused'
      else format('%s accounts say that its id or secret is refused', refused.accounts) end,
    case gate.provider
      when 'google' then 'npx supabase secrets set GOOGLE_CLIENT_ID=… GOOGLE_CLIENT_SECRET=…'
      else 'npx supabase secrets set MICROSOFT_CLIENT_ID=… MICROSOFT_CLIENT_SECRET=…'
    end || '   -- the accounts heal by themselves; sooner: select calendar_admin.drain();'
  from calendar_sync.gates as gate
  cross join lateral (
    select count(*) as accounts from public.calendar_integrations as integration
    where integration.provider = gate.provider and integration.last_error is not null
      and integration.last_error ->> 'code' = 'configuration' and integration.status = 'active'
  ) as refused
$$;

comment on function calendar_admin.check_clients() is 'Whether the providers accept our client ids and secrets, as the accounts tell.';

create function calendar_admin.setup_check()
returns table (check_name text, ok boolean, severity text, found text, how_to_mend text)
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  v_concern text;
begin
  foreach v_concern in array array[
    'extensions', 'rights', 'vault', 'cron_jobs', 'cron_runs', 'pg_net', 'doorbell', 'triggers', 'adapter', 'exposed_schemas',
    'function_grants', 'table_grants', 'activity', 'options', 'clients'
  ] loop
    begin
      return query execute format(
        'select check_name, ok, severity, found, case when not ok then how_to_mend end from calendar_admin.check_%s()', v_concern);
    exception
      -- What is missing says so in a check of its own.
      when insufficient_privilege or undefined_table or undefined_function or invalid_schema_name then
        return query select replace(v_concern, '_', ' '), true, 'info', format('cannot be told here: %s', sqlerrm), null::text;
      when others then
        return query select replace(v_concern, '_', ' '), false, 'warning', format('the check itself failed: %s', sqlerrm), null::text;
    end;
  end loop;
end;
$$;

comment on function calendar_admin.setup_check() is
  'Everything that this installation needs: is it there, what was found, and the command that mends it. select * from calendar_admin.setup_check() where not ok;';

-- Postgres lets everybody execute a new function; whoever runs the installation owns them, and nobody else comes in.
revoke execute on all functions in schema calendar_admin from public;
