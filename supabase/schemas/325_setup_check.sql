-- What setup_check() asks of this project's own part: triggers, the adapter, rights, options; and setup_check() itself.

-- The triggers of our tables as the migrations made them.
create table calendar_sync.expected_triggers (
  relation regclass not null,
  name name not null,
  definition text not null,
  primary key (relation, name)
);

comment on table calendar_sync.expected_triggers is 'The triggers on our own tables, as the migrations made them: setup_check() compares.';
comment on column calendar_sync.expected_triggers.definition is 'The statement that makes the trigger.';

alter table calendar_sync.expected_triggers enable row level security;

insert into calendar_sync.expected_triggers (relation, name, definition)
select trigger.tgrelid, trigger.tgname, pg_catalog.pg_get_triggerdef(trigger.oid)
from pg_catalog.pg_trigger as trigger
join pg_catalog.pg_class as class on class.oid = trigger.tgrelid and not class.relispartition
join pg_catalog.pg_proc as routine on routine.oid = trigger.tgfoid
where not trigger.tgisinternal and trigger.tgparentid = 0 and routine.pronamespace = 'calendar_sync'::regnamespace
  and trigger.tgrelid not in (select relation from calendar_sync.watched_tables);

create function calendar_admin.check_triggers() returns setof calendar_admin.finding
language sql stable security invoker set search_path = ''
as $$
  select
    format('trigger %s on %s', wanted.name, wanted.relation), coalesce(present.tgenabled in ('O', 'A'), false), 'error',
    case when present.oid is null then 'missing'
      when present.tgenabled in ('O', 'A') then 'there'
      else 'switched off: changes are not noticed until the daily sweep' end,
    case when present.oid is null then wanted.mend
      else format('alter table %s enable trigger %I;', wanted.relation, wanted.name) end
  from (
    select expected.relation, expected.name, expected.definition || ';' as mend from calendar_sync.expected_triggers as expected
    union all
    select watched.relation, 'calendar_sync_' || event.name, case when watched.user_column is null
        then format('select calendar_sync.watch(%L, %L);', watched.root, watched.obligation_column)
        else format('select calendar_sync.watch_recipients(%L, %L, %L);', watched.root, watched.obligation_column, watched.user_column)
      end
    from calendar_sync.watched_tables as watched
    cross join (values ('insert'), ('update'), ('delete'), ('truncate')) as event (name)
  ) as wanted
  left join pg_catalog.pg_trigger as present
    on present.tgrelid = wanted.relation and present.tgname = wanted.name and not present.tgisinternal
  union all
  select 'watched tables', count(*) > 0, 'error',
    coalesce('changes are noticed of ' || string_agg(watched.root::text, ', ' order by watched.root::text), 'none: no change of any obligation is noticed'),
    'select calendar_sync.watch(''<your table>'', ''<the column with its id>'');'
  from calendar_sync.watched_tables as watched where watched.relation = watched.root and watched.user_column is null
  union all
  select 'partitions of watched tables', count(*) = 0, 'error',
    coalesce('changes are not noticed before the daily sweep in ' || string_agg(part.relid::regclass::text, ', '), 'all are watched'),
    'select * from calendar_admin.incidents;   -- says why'
  from calendar_sync.watched_tables as root
  join pg_catalog.pg_class as class on class.oid = root.relation and class.relkind = 'p'
  cross join lateral pg_catalog.pg_partition_tree(root.root) as part
  where root.relation = root.root
    and not exists (select from calendar_sync.watched_tables as watched where watched.relation = part.relid)
$$;

comment on function calendar_admin.check_triggers() is
  'The triggers on watched tables, all of their partitions, and our own tables: there and switched on.';

-- It runs as its owner, like the code that reads obligations. The adapter may read any columns of any tables, so the planner is
-- asked whether an index leads from a recipient to the obligations; none does, too, where the adapter cannot be inlined. Volatile,
-- because EXPLAIN is.
create function calendar_admin.check_adapter() returns setof calendar_admin.finding
language plpgsql volatile security definer set search_path = '' set enable_seqscan = off
as $$
declare
  v_rows_looked_at constant integer := 50;
  v_tables constant text := (
    select string_agg(root::text, ', ' order by root::text) from calendar_sync.watched_tables
    where relation = root and user_column is null
  );
  v_plan json;
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
      format('grant select on %s to %I;', v_tables, current_user)
    )::calendar_admin.finding;
    return;
  when others then
    v_problem := format('it fails: %s', sqlerrm);
  end;
  return next row (
    'adapter deadline_of', v_problem is null, 'error',
    coalesce(v_problem, format('%s deadlines were looked at, and are as they should be', v_rows)),
    format('create or replace function calendar_sync.deadline_of(obligation %s) …   -- see docs/embed/adapt.md', v_tables)
  )::calendar_admin.finding;
  execute 'explain (format json) select from calendar_sync.deadlines
    where recipient_id = ''00000000-0000-0000-0000-000000000000''' into v_plan;
  return next row (
    'index from recipient to obligations', v_plan::text not like '%"Seq Scan"%', 'warning',
    case when v_plan::text like '%"Seq Scan"%' then 'none is used: every look at a calendar reads all obligations' else 'used' end,
    format('create index on %s (<the column that names the recipient>, <its key>);', v_tables)
  )::calendar_admin.finding;
end;
$$;

comment on function calendar_admin.check_adapter() is 'Runs the adapter over a few obligations, and asks whether it finds a user''s by index.';

create function calendar_admin.check_exposure() returns setof calendar_admin.finding
language sql stable security invoker set search_path = ''
as $$
  -- Where the dashboard keeps the setting is not in the database; an `alter role` of it is.
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
  ),
  -- Functions that users may call run as the user; definer functions in public are for the edge functions alone.
  routine as (
    select routine.oid, routine.pronamespace::regnamespace::text as schema, routine.prosecdef as is_definer,
      pg_catalog.has_function_privilege('anon', routine.oid, 'execute') as by_anon,
      pg_catalog.has_function_privilege('authenticated', routine.oid, 'execute') as by_users,
      pg_catalog.has_function_privilege('service_role', routine.oid, 'execute') as by_service
    from pg_catalog.pg_proc as routine
    where routine.pronamespace in ('calendar_sync'::regnamespace, 'calendar_admin'::regnamespace)
      or routine.pronamespace = 'public'::regnamespace and routine.proname like 'calendar\_%'
  ), wrong_call as (
    select routine.oid, format('revoke execute on function %s from public, anon, authenticated%s;', routine.oid::regprocedure,
        case when routine.schema = 'calendar_admin' then ', service_role' end) as mend
    from routine
    where routine.by_anon or routine.schema = 'public' and routine.is_definer and routine.by_users
      or routine.schema = 'calendar_admin' and (routine.by_users or routine.by_service)
    union all
    select routine.oid, format('grant execute on function %s to service_role;', routine.oid::regprocedure)
    from routine
    where routine.schema = 'public' and routine.is_definer and not routine.by_service
  ), relation as (
    select class.oid, class.relrowsecurity, class.relkind, role.name as role, class.relname = 'obligations' as is_hosts,
      pg_catalog.has_table_privilege(role.name, class.oid, 'select')
        or pg_catalog.has_any_column_privilege(role.name, class.oid, 'select') as reads,
      pg_catalog.has_table_privilege(role.name, class.oid, 'insert, update, delete, truncate')
        or pg_catalog.has_any_column_privilege(role.name, class.oid, 'insert, update') as writes
    from pg_catalog.pg_class as class
    cross join (values ('anon'), ('authenticated')) as role (name)
    where class.relkind in ('r', 'p', 'v') and (
      class.relnamespace in ('calendar_sync'::regnamespace, 'calendar_admin'::regnamespace)
      or class.relnamespace = 'public'::regnamespace and (class.relname like 'calendar\_%' or class.relname = 'obligations')
    )
  ), wrong_access as (
    select relation.oid, format('revoke all on %s from public, %s;', relation.oid::regclass, relation.role) as mend
    from relation where not relation.is_hosts and relation.role = 'anon' and (relation.reads or relation.writes)
    union all
    select relation.oid, format('revoke insert, update, delete, truncate on %s from public, authenticated;', relation.oid::regclass)
    from relation where not relation.is_hosts and relation.role = 'authenticated' and relation.writes
    union all
    select distinct relation.oid, format('alter table %s enable row level security;', relation.oid::regclass)
    from relation where relation.relkind <> 'v' and not relation.relrowsecurity and (relation.reads or relation.writes)
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
  union all
  select
    'who may call functions', count(*) = 0, 'error',
    case when count(*) = 0 then 'users may call only user functions, edge functions only theirs; nobody else may call any'
      else format('%s may be called by others than those they are for, or not by those', string_agg(distinct wrong_call.oid::regprocedure::text, ', ')) end,
    string_agg(wrong_call.mend, ' ' order by wrong_call.mend)
  from wrong_call
  union all
  select
    'who may read and write tables', count(*) = 0, 'error',
    case when count(*) = 0 then 'users their own rows, nobody else any'
      else format('%s: more than that', string_agg(distinct wrong_access.oid::regclass::text, ', ')) end,
    string_agg(wrong_access.mend, ' ' order by wrong_access.mend)
  from wrong_access
$$;

comment on function calendar_admin.check_exposure() is
  'Whether the Data API shows only what it should, as far as the database knows; each function may be called by those whom it is for; and API roles have no right to a table but to rows of their own.';

create function calendar_admin.check_options() returns setof calendar_admin.finding
language sql stable security invoker set search_path = ''
as $$
  select
    'options', coalesce(bool_and(options.deletions_free <= 1000 and options.deletions_share <= 0.5), false), 'warning',
    case when count(*) = 0 then 'the row of calendar_sync.options is missing'
      else format('deletions allowed without asking: %s events, or %s of a calendar', max(options.deletions_free),
        round(100 * max(options.deletions_share)) || '%') end,
    case when count(*) = 0 then 'insert into calendar_sync.options default values;'
      else 'update calendar_sync.options set deletions_free = default, deletions_share = default;' end
  from calendar_sync.options as options
  union all
  select
    'quota of ' || provider.name, provider.account_calls >= 10 and coalesce(provider.project_calls >= provider.account_calls, true), 'warning',
    format('%s calls of an account within %s%s', provider.account_calls, provider.account_window,
      coalesce(format(', %s of all accounts within %s', provider.project_calls, provider.project_window), '')),
    format('update calendar_sync.providers set account_calls = …, project_calls = … where name = %L;   -- as the provider allows', provider.name)
  from calendar_sync.providers as provider
$$;

comment on function calendar_admin.check_options() is 'Whether what an administrator may set is set to something sensible.';

create function calendar_admin.check_mail() returns setof calendar_admin.finding
language sql stable security invoker set search_path = ''
as $$
  select
    'mail', setup.transport is not null, 'warning',
    case
      when setup.transport is not null then format('users are told by mail, by %s', upper(setup.transport))
      when setup.reported_at is null then 'not known yet: no calendar-sync has started since the migration'
      else 'no mail is sent: who does not open the page does not learn of a lost connection'
    end,
    'npx supabase secrets set CALENDAR_MAIL_FROM=<name and address> CALENDAR_MAIL_API_KEY=<key>   -- or CALENDAR_SMTP_URL; see docs/use/notices-and-mail.md'
  from calendar_sync.mail_setup as setup
  union all
  select
    'mail to administrators', setup.tells_admin or setup.transport is null, 'warning',
    case when setup.tells_admin then 'CALENDAR_ADMIN_EMAIL is told what only administrators can mend'
      else 'nobody is told what only administrators can mend' end,
    'npx supabase secrets set CALENDAR_ADMIN_EMAIL=<address>'
  from calendar_sync.mail_setup as setup
  union all
  select
    'mails', count(*) = 0, 'warning',
    case when count(*) = 0 then 'none has been refused again and again'
      else format('%s have been refused five times or more, the latest with: %s', count(*), max(failing.error)) end,
    'select * from calendar_admin.mails;'
  from (
    select delivery.attempts -> -1 ->> 'error' as error from calendar_sync.deliveries as delivery
    where delivery.channel = 'mail' and delivery.ended_at is null and delivery.attempt_count >= 5
  ) as failing
$$;

comment on function calendar_admin.check_mail() is 'Whether users and administrators are told by mail, and whether mails are taken.';

create function calendar_admin.check_webhooks() returns setof calendar_admin.finding
language sql stable security invoker set search_path = ''
as $$
  select
    'webhooks of the installation', count(*) = 0, 'warning',
    case when count(*) = 0 then 'none is switched off after failures'
      else 'switched off: ' || string_agg(substring(webhook.url from '^[^/]*//[^/?#]*'), ', ') end,
    string_agg(format('select calendar_admin.enable_webhook(%L);', webhook.id), ' ')
  from calendar_sync.webhooks as webhook where webhook.user_id is null and webhook.disabled_because is not null
$$;

comment on function calendar_admin.check_webhooks() is 'Whether each webhook of the installation is still called.';

create function calendar_admin.check_push() returns setof calendar_admin.finding
language sql stable security invoker set search_path = ''
as $$
  -- Providers ask or call within seconds, so a channel that was made some minutes ago has been heard of.
  with counted as (
    select count(*) filter (where channel.verified_at is not null) as verified,
      count(*) filter (where channel.state = 'active' and channel.verified_at is null) as silent,
      count(*) filter (where channel.state = 'failed') as failed
    from calendar_sync.channels as channel where channel.created_at < now() - interval '10 minutes' and channel.state <> 'stopping'
  )
  select
    'push channels', counted.silent + counted.failed = 0 or counted.verified > 0, 'warning',
    case
      when setup.reported_at is null then 'not known yet: no calendar-sync has started since the migration'
      when setup.providers = '{}' then 'no provider is to call us: calendars are read every 15 minutes'
      when counted.verified + counted.silent + counted.failed = 0 then format('none has been made yet; %s are to call us', array_to_string(setup.providers, ' and '))
      when counted.verified = 0 then format('no provider has reached us on any of %s channels: calendars are read every 15 minutes', counted.silent + counted.failed)
      else format('providers have reached us on %s of %s', counted.verified, counted.verified + counted.silent + counted.failed)
    end,
    'npx supabase functions deploy calendar-webhook --use-api   -- and is CALENDAR_PUBLIC_URL the address at which providers reach it?'
  from calendar_sync.push_setup as setup cross join counted
  union all
  select
    -- Plain http is for providers on this machine.
    'address for push channels', setup.providers = '{}' or setup.public_url ~ '^(https://|http://(localhost|127\.|\[::1\]))', 'warning',
    case
      when setup.providers = '{}' then 'none is needed'
      when setup.public_url ~ '^(https://|http://(localhost|127\.|\[::1\]))' then setup.public_url
      else format('%s is not https: providers refuse to call it', setup.public_url)
    end,
    'npx supabase secrets set CALENDAR_PUBLIC_URL=https://<where providers reach the functions>   -- or switch push off'
  from calendar_sync.push_setup as setup
$$;

comment on function calendar_admin.check_push() is 'Whether providers that are to call us when a calendar changes do reach us.';

create function calendar_admin.check_health() returns setof calendar_admin.finding
language sql volatile security invoker set search_path = ''
as $$
  -- pg_cron, pg_net and the worker have checks of their own above.
  select health_check.name, health_check.ok, health_check.severity, health_check.found, health_check.how_to_mend
  from calendar_sync.health() as health_check where health_check.name not in ('tick', 'wake_up')
$$;

comment on function calendar_admin.check_health() is 'What calendar_admin.health says of the work itself.';

create function calendar_admin.setup_check()
returns table (check_name text, ok boolean, severity text, found text, how_to_mend text)
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  v_concern text;
begin
  foreach v_concern in array array[
    'extensions', 'rights', 'vault', 'cron', 'pg_net', 'worker', 'triggers', 'adapter', 'exposure', 'logging',
    'options', 'mail', 'webhooks', 'push', 'version', 'health'
  ] loop
    begin
      return query execute format(
        'select check_name, ok, severity, found, case when not ok then how_to_mend end from calendar_admin.check_%s()', v_concern);
    exception when others then
      return query select replace(v_concern, '_', ' '), false, 'error', format('this could not be checked: %s', sqlerrm),
        'what is missing is often among the other checks; where this role may not look: set role postgres;';
    end;
  end loop;
end;
$$;

comment on function calendar_admin.setup_check() is
  'Everything that this installation needs: is it there, what was found, and the command that mends it. select * from calendar_admin.setup_check() where not ok;';
