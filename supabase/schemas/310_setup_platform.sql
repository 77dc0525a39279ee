-- What calendar_admin.setup_check() asks of the platform: extensions, Vault, pg_cron, pg_net and the worker. Each function is one
-- concern and returns a row for each check. A check that cannot be carried out is a row that fails and says why.

create type calendar_admin.finding as (check_name text, ok boolean, severity text, found text, how_to_mend text);

comment on type calendar_admin.finding is
  'One check of an installation. severity: error, nothing or not everything syncs; warning, something is not as it should be; info, nothing to mend.';

create function calendar_admin.check_extensions() returns setof calendar_admin.finding
language sql stable security invoker set search_path = ''
as $$
  select
    'extension ' || wanted.name,
    installed.extversion is not null
      and string_to_array(regexp_replace(installed.extversion, '[^0-9.].*$', ''), '.')::integer[] >= wanted.at_least,
    'error',
    coalesce('version ' || installed.extversion, 'missing')
      || case when installed.extversion is null then '' else format(', at least %s is needed', array_to_string(wanted.at_least, '.')) end,
    case when installed.extversion is null then format('create extension %I with schema %I;', wanted.name, wanted.in_schema)
      else format('alter extension %I update;   -- or, where that brings nothing newer: Project Settings, Infrastructure, Upgrade project', wanted.name) end
  -- pg_net: since 0.12 its worker can be restarted. Vault: since 0.3 it stands alone. pg_cron: since 1.5 it knows seconds.
  from (values
    ('pg_net', array[0, 12], 'extensions'), ('supabase_vault', array[0, 3], 'vault'), ('pg_cron', array[1, 5], 'pg_catalog')
  ) as wanted (name, at_least, in_schema)
  left join pg_catalog.pg_extension as installed on installed.extname = wanted.name
$$;

comment on function calendar_admin.check_extensions() is 'The extensions that the sync stands on, and their versions.';

-- As its owner, like the code that reads them.
create function calendar_admin.check_vault() returns setof calendar_admin.finding
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_secret_min constant integer := 32;
  v_name text;
  v_value text;
  v_problem text;
begin
  foreach v_name in array array['calendar_sync_url', 'calendar_sync_secret'] loop
    v_problem := null;
    begin
      select coalesce(decrypted_secret, '') into v_value from vault.decrypted_secrets where name = v_name;
      v_problem := case
        when not found then 'missing: the worker is not called, and changes wait'
        when v_value = '' then 'empty: the worker is not called, and changes wait'
        when v_name = 'calendar_sync_url' and v_value !~ calendar_admin.worker_url_pattern() then
          'not an address like https://<ref>.supabase.co/functions/v1/calendar-sync'
        when v_name = 'calendar_sync_secret' and v_value <> btrim(v_value) then 'it has spaces around it'
        when v_name = 'calendar_sync_secret' and char_length(v_value) < v_secret_min then
          format('shorter than the %s characters that the function asks for', v_secret_min)
      end;
    exception
      when insufficient_privilege then
        raise;
      when others then
        v_problem := format('it cannot be decrypted (%s), as after a restore without the project''s key', sqlerrm);
    end;
    return next row (
      'vault secret ' || v_name, v_problem is null, 'error',
      coalesce(v_problem, case v_name when 'calendar_sync_url' then 'the worker is at ' || split_part(v_value, '/', 3) else 'readable and long enough' end),
      case v_name
        when 'calendar_sync_url' then 'select calendar_admin.set_worker(url => ''https://<ref>.supabase.co/functions/v1/calendar-sync'');'
        else 'select calendar_admin.set_worker(secret => ''<CALENDAR_SYNC_SECRET>'');'
      end
    )::calendar_admin.finding;
  end loop;
end;
$$;

comment on function calendar_admin.check_vault() is 'The two secrets of the wake-up call: there, readable and well-formed. It does not show them.';

-- The rights of those who run the code, not of whoever asks: functions run as their owners, and the views that they read
-- call functions as those too.
create function calendar_admin.check_rights() returns setof calendar_admin.finding
language sql stable security invoker set search_path = ''
as $$
  with runner as (
    select distinct routine.proowner as role from pg_catalog.pg_proc as routine
    join pg_catalog.pg_namespace as space on space.oid = routine.pronamespace
    where routine.prosecdef and (space.nspname in ('calendar_sync', 'calendar_admin')
      or space.nspname = 'public' and routine.proname like 'calendar\_%')
  ), wanted (schema, name, privileges) as (
    values
      ('vault', 'secrets', array['select', 'delete']), ('vault', 'decrypted_secrets', array['select']),
      ('net', 'http_request_queue', array['select', 'insert', 'update']), ('net', '_http_response', array['select']),
      ('net', 'http_request_queue_id_seq', array['usage']),
      ('cron', 'job', array['select']), ('cron', 'job_run_details', array['select', 'delete'])
  ), called as (
    select routine.oid, space.nspname as schema from pg_catalog.pg_proc as routine
    join pg_catalog.pg_namespace as space on space.oid = routine.pronamespace
    where (space.nspname, routine.proname) in (('vault', 'create_secret'), ('vault', 'update_secret'), ('net', 'http_post'),
      ('net', 'wake'), ('net', 'worker_restart'))
    union
    -- Whatever the view decrypts with, in this version of Vault.
    select used.refobjid, 'vault' from pg_catalog.pg_rewrite as rule
    join pg_catalog.pg_class as view on view.oid = rule.ev_class and view.relname = 'decrypted_secrets'
    join pg_catalog.pg_namespace as space on space.oid = view.relnamespace and space.nspname = 'vault'
    join pg_catalog.pg_depend as used on used.classid = 'pg_catalog.pg_rewrite'::regclass and used.objid = rule.oid
      and used.refclassid = 'pg_catalog.pg_proc'::regclass
  ), missing as (
    select space.nspname as schema, runner.role, 1 as place, format('usage on schema %I', space.nspname) as right
    from runner cross join pg_catalog.pg_namespace as space
    where space.nspname in ('vault', 'net', 'cron') and not pg_catalog.has_schema_privilege(runner.role, space.oid, 'usage')
    union all
    select wanted.schema, runner.role, 2, format('%s on %s%I.%I', privilege,
      case class.relkind when 'S' then 'sequence ' else '' end, wanted.schema, wanted.name)
    from runner cross join wanted cross join unnest(wanted.privileges) as privilege
    join pg_catalog.pg_namespace as space on space.nspname = wanted.schema
    join pg_catalog.pg_class as class on class.relnamespace = space.oid and class.relname = wanted.name
    where not case class.relkind when 'S' then pg_catalog.has_sequence_privilege(runner.role, class.oid, privilege)
      else pg_catalog.has_table_privilege(runner.role, class.oid, privilege) end
    union all
    select called.schema, runner.role, 3, format('execute on function %s', called.oid::regprocedure)
    from runner cross join called where not pg_catalog.has_function_privilege(runner.role, called.oid, 'execute')
  )
  select
    'rights on ' || area.name, count(missing.role) = 0, 'error',
    coalesce(string_agg(missing.role::regrole || ' lacks ' || missing.right, ', ' order by missing.place, missing.right),
      'the functions have all that they need'),
    string_agg('grant ' || missing.right || ' to ' || missing.role::regrole || ';', ' ' order by missing.place, missing.right)
      || '   -- as the owner of the extension'
  from (values ('vault'), ('net'), ('cron')) as area (name)
  left join missing on missing.schema = area.name
  group by area.name
$$;

comment on function calendar_admin.check_rights() is
  'Whether the functions may use Vault, pg_net and pg_cron, with the grant that is missing. Says the same to whoever asks.';

create function calendar_admin.check_cron() returns setof calendar_admin.finding
language sql stable security invoker set search_path = ''
as $$
  with tick as (
    -- A run that is just beginning has no time yet.
    select active, coalesce(last_run_at, case when last_status in ('starting', 'connecting', 'sending') then now() end) as last_run_at
    from calendar_sync.cron_jobs() where job = 'calendar_sync_tick'
  ), failed as (
    select job, command, last_message from calendar_sync.cron_jobs() where last_status = 'failed'
  )
  select
    'cron job ' || wanted.name,
    coalesce(job.active and job.schedule = wanted.schedule and btrim(job.command, ' ;') = wanted.command
      and not job.is_elsewhere and job.can_sign_in, false),
    'error',
    case
      when job.jobid is null then 'missing'
      when not job.active then 'switched off'
      when not job.can_sign_in then format('runs as %s, who cannot sign in here', job.username)
      when job.is_elsewhere then format('runs at %s:%s, and this server is at port %s, as after a restore', job.nodename, job.nodeport,
        current_setting('port'))
      when job.schedule <> wanted.schedule then format('runs at %L instead of %L', job.schedule, wanted.schedule)
      when btrim(job.command, ' ;') <> wanted.command then 'runs something else'
      else format('runs at %L', job.schedule)
    end,
    case when job.jobid is not null and not job.active then
        format('select cron.alter_job((select jobid from cron.job where jobname = %L), active := true);', wanted.name)
      -- cron.schedule() alone leaves host and port of a job that is there as they are, and makes a second one for another user.
      when job.is_elsewhere or not job.can_sign_in then format('select cron.unschedule(%s); select cron.schedule(%L, %L, %L);', job.jobid, wanted.name,
        wanted.schedule, wanted.command)
      else format('select cron.schedule(%L, %L, %L);', wanted.name, wanted.schedule, wanted.command)
    end
  from (values
    ('calendar_sync_tick', '10 seconds', 'select calendar_sync.tick()'),
    ('calendar_sync_sweep', '* * * * *', 'select calendar_sync.sweep_slice()'),
    ('calendar_sync_nightly', '17 3 * * *', 'select calendar_sync.nightly()')
  ) as wanted (name, schedule, command)
  left join lateral (
    -- Host and port are of no account where pg_cron runs its jobs in background workers.
    select job.*, (job.nodeport <> current_setting('port')::integer or job.nodename <> coalesce(host.setting, job.nodename))
      and coalesce(workers.setting, 'off') = 'off' as is_elsewhere, coalesce(role.rolcanlogin, false) as can_sign_in
    from cron.job as job
    left join pg_catalog.pg_roles as role on role.rolname = job.username
    left join pg_catalog.pg_settings as host on host.name = 'cron.host'
    left join pg_catalog.pg_settings as workers on workers.name = 'cron.use_background_workers'
    where job.jobname = wanted.name and job.database = current_database()
  ) as job on true
  union all
  select
    'pg_cron runs', coalesce((select last_run_at > now() - calendar_sync.threshold('tick') from tick where active), false), 'error',
    case
      when not exists (select from tick where active) then 'the tick is not scheduled'
      else coalesce((select format('the tick ran %s s ago', round(extract(epoch from now() - last_run_at))) from tick where last_run_at is not null),
        'the tick has not run: in the first seconds after the migrations that is so; later pg_cron is dead, or cron.log_run is off')
    end,
    'select cron.alter_job(jobid, active := active) from cron.job where jobname like ''calendar_sync_%'';   -- pg_cron looks again; '
      'if nothing runs within a minute: Project Settings, General, Restart project (fast reboot)'
  union all
  select
    'cron jobs succeed', not exists (select from failed), 'error',
    coalesce((select string_agg(format('%s failed: %s', job, left(last_message, 200)), '; ' order by job) from failed),
      'none of them failed when it last ran'),
    (select string_agg(btrim(command, ' ;') || ';', ' ') || '   -- shows the error; what is wrong is often among the other checks' from failed)
$$;

comment on function calendar_admin.check_cron() is
  'The three jobs of pg_cron: there, switched on, at the right times, on this server; whether pg_cron runs them, and how that went.';

create function calendar_admin.check_pg_net() returns setof calendar_admin.finding
language sql stable security invoker set search_path = ''
as $$
  with worker as (
    select count(*) as seen from pg_catalog.pg_stat_activity
    where backend_type ilike '%pg\_net%' or application_name ilike 'pg\_net%'
  ), queue as (
    select count(*) as waiting from (select from net.http_request_queue limit 10000) as request
  ), due as (
    select coalesce(min(waiting_since) < now() - interval '30 seconds', false) as is_late
    from calendar_admin.slowest_lanes where why = 'no worker has come yet'
  )
  select
    'pg_net''s worker is alive',
    worker.seen > 0,
    'error',
    case
      when worker.seen > 0 then 'running'
      when not pg_catalog.pg_has_role('pg_read_all_stats', 'usage') then format('%s may not see other processes', current_user)
      else 'there is no such process'
    end,
    case when pg_catalog.pg_has_role('pg_read_all_stats', 'usage') then '' else format('grant pg_read_all_stats to %I;   -- ', current_user) end
      || 'select net.worker_restart();   -- where it does not come back: Project Settings, General, Restart project (fast reboot)'
  from worker
  union all
  select
    'pg_net''s queue moves',
    not (queue.waiting > 0 and due.is_late),
    'error',
    format('calls that wait in it: %s%s', queue.waiting, case when queue.waiting > 0 and due.is_late then '; work has been due for more than 30 s' end),
    'select net.worker_restart();   -- a call of somebody else''s with a long time-out holds up all others: select url from net.http_request_queue order by id limit 10;'
  from queue cross join due
$$;

comment on function calendar_admin.check_pg_net() is 'Whether what is queued in pg_net is sent.';

create function calendar_admin.check_worker() returns setof calendar_admin.finding
language sql stable security invoker set search_path = ''
as $$
  with answered as (
    select call.*, reading.ok, reading.found, reading.how_to_mend
    from calendar_sync.wake_up_answers(50) as call
    cross join lateral calendar_admin.read_answer(call.status_code, call.timed_out, call.error_msg) as reading
    where call.answered_at is not null order by call.at desc limit 1
  )
  select
    'the worker answers',
    coalesce(answered.ok, true),
    case when answered.request_id is null then 'info' else 'error' end,
    case when answered.request_id is null then 'it was not called lately: npm run doctor calls it'
      else format('%s (%s s ago)', answered.found, round(extract(epoch from now() - answered.at))) end,
    answered.how_to_mend
  from (values (1)) as one
  left join answered on true
  union all
  -- Only the functions can read them: an answer is all there is to see.
  select
    'function secrets', true, 'info',
    case when answered.ok then 'the database cannot see them; calendar-sync started, so all that it needs is there'
      else 'the database cannot see them; the log of a function that does not start names what is missing' end,
    null
  from (values (1)) as one left join answered on true
$$;

comment on function calendar_admin.check_worker() is 'What calendar-sync last answered, and with it as much as can be told of the functions'' secrets.';
