-- What the server's log may tell. Tokens reach the database as parameters of calls, and once, in set_worker, as a text in a statement.

-- The settings of each role, since whoever asks need not be who runs the calls: role in this database, role, database, server.
create function calendar_admin.check_logging() returns setof calendar_admin.finding
language sql stable security invoker set search_path = ''
as $$
  with wanted (name) as (
    select unnest(array['log_statement', 'log_min_duration_statement', 'log_min_duration_sample', 'log_transaction_sample_rate',
      'log_parameter_max_length', 'log_parameter_max_length_on_error', 'pgaudit.log', 'pgaudit.role', 'pgaudit.log_parameter',
      'auto_explain.log_min_duration', 'auto_explain.log_parameter_max_length'])
  ), given as (
    select setting.setrole as role, setting.setdatabase as database, split_part(entry, '=', 1) as name,
      lower(substr(entry, strpos(entry, '=') + 1)) as value
    from pg_catalog.pg_db_role_setting as setting cross join unnest(setting.setconfig) as entry
    where setting.setdatabase in (0, (select oid from pg_catalog.pg_database where datname = current_database()))
  ), scope as (
    select 0::oid as role union select given.role from given join wanted using (name)
  ), logging as (
    select scope.role, jsonb_object_agg(wanted.name, coalesce(set_for.value, server.setting, '')) as value
    from scope cross join wanted
    left join lateral (
      select given.value from given where given.name = wanted.name and given.role in (scope.role, 0)
      order by given.role <> 0 desc, given.database <> 0 desc limit 1
    ) as set_for on true
    left join lateral (
      select lower(current.setting) as setting from pg_catalog.pg_settings as current where current.name = wanted.name
    ) as server on true
    group by scope.role
  ), problem as (
    select logging.role, said.found, said.name, said.mended
    from logging
    cross join lateral (values
      (value ->> 'log_statement' = 'all', 'log_statement is all: secrets that are typed as SQL are logged', 'log_statement', 'ddl'),
      (value ->> 'log_parameter_max_length' <> '0' and (value ->> 'log_statement' in ('mod', 'all')
          or value ->> 'log_min_duration_statement' not like '-%' or value ->> 'log_min_duration_sample' not like '-%'
          or (value ->> 'log_transaction_sample_rate')::numeric > 0),
        'statements are logged with their parameters, which may be tokens', 'log_parameter_max_length', '0'),
      (value ->> 'log_parameter_max_length_on_error' <> '0',
        'calls that fail are logged with their parameters, which may be tokens', 'log_parameter_max_length_on_error', '0'),
      (value ->> 'pgaudit.log_parameter' in ('on', 'true', 'yes', '1')
          and (value ->> 'pgaudit.log' not in ('', 'none') or value ->> 'pgaudit.role' <> ''),
        'pgaudit logs parameters, which may be tokens', 'pgaudit.log_parameter', 'off'),
      -- The Data API ends calls after eight seconds. The setting is a number of milliseconds, or has a unit.
      (value ->> 'auto_explain.log_parameter_max_length' <> '' and value ->> 'auto_explain.log_parameter_max_length' <> '0'
          and case when value ->> 'auto_explain.log_min_duration' ~ '^-?[0-9]+$'
            then (value ->> 'auto_explain.log_min_duration')::numeric
            else extract(epoch from nullif(value ->> 'auto_explain.log_min_duration', '')::interval) * 1000
          end between 0 and 8000,
        'auto_explain logs parameters, which may be tokens', 'auto_explain.log_parameter_max_length', '0')
    ) as said (is_so, found, name, mended)
    where said.is_so
  )
  select
    'what the database logs', count(*) = 0, 'warning',
    coalesce(string_agg(problem.found || case when problem.role <> 0 then ' (' || problem.role::regrole || ')' else '' end, '; '
      order by problem.role, problem.name), 'parameters, which contain tokens, are not logged'),
    string_agg(format('alter %s set %s = %L;', case when problem.role = 0 then format('database %I', current_database())
      else format('role %s', problem.role::regrole) end, problem.name, problem.mended), ' ' order by problem.role, problem.name)
      || '   -- as a superuser; it holds for new sessions'
  from problem
$$;

comment on function calendar_admin.check_logging() is
  'Whether tokens may end up in the server''s log, by what any role''s sessions log: log_statement, slow statements, parameters, pgaudit, auto_explain.';
