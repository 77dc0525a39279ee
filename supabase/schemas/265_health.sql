-- Whether the installation does its work. One set of checks, with one table of thresholds, is behind /healthz, the metrics,
-- calendar_admin.health, setup_check() and the doctor. Idle is healthy.
--
-- pg_net and pg_cron may be dropped and created again: their tables are read by functions that are bound when they run.

create table calendar_sync.thresholds (
  name text primary key,
  value interval not null check (value > interval '0'),
  meaning text not null
);

comment on table calendar_sync.thresholds is 'When a check of the installation''s health fails.';

alter table calendar_sync.thresholds enable row level security;

insert into calendar_sync.thresholds (name, value, meaning) values
  ('tick', '1 minute', 'The tick last succeeded so long ago (three times that where pg_cron knows no seconds).'),
  ('wake_up', '1 minute', 'A wake-up call is unanswered for so long while work is due.'),
  ('person', '5 minutes', 'A person waits for so long, and the provider is not to blame.'),
  ('queue', '30 minutes', 'Anything waits for so long, and the provider is not to blame.'),
  ('stalled', '1 minute', 'Work is due for so long and no worker comes: pg_net''s worker is restarted.'),
  ('incidents', '1 hour', 'An incident is so recent.'),
  ('erasure', '1 day', 'A user waits for so long to be erased.');

create function calendar_sync.threshold(p_name text) returns interval
language sql stable security definer set search_path = ''
as $$ select value from calendar_sync.thresholds where name = p_name $$;

comment on function calendar_sync.threshold(text) is 'The value of calendar_sync.thresholds.';

-- What each job of ours last did. pg_cron does not index runs by job, so only the latest of all are looked at.
create function calendar_sync.cron_jobs() returns table (
  job text, schedule text, active boolean, command text, last_run_at timestamptz, last_status text, last_message text,
  succeeded_at timestamptz
)
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_runs_looked_at constant integer := 20000;
begin
  return query
  select one.jobname::text, one.schedule::text, one.active, one.command::text, run.start_time, run.status::text,
    run.return_message::text, success.end_time
  from cron.job as one
  left join lateral (
    select detail.start_time, detail.status, detail.return_message from cron.job_run_details as detail
    where detail.jobid = one.jobid and detail.runid > (select max(newest.runid) - v_runs_looked_at from cron.job_run_details as newest)
    order by detail.runid desc limit 1
  ) as run on true
  left join lateral (
    select detail.end_time from cron.job_run_details as detail
    where detail.jobid = one.jobid and detail.status = 'succeeded'
      and detail.runid > (select max(newest.runid) - v_runs_looked_at from cron.job_run_details as newest)
    order by detail.runid desc limit 1
  ) as success on true
  where one.jobname like 'calendar\_sync\_%' and one.database = current_database()
  order by one.jobname;
end;
$$;

comment on function calendar_sync.cron_jobs() is
  'The jobs that pg_cron runs for us and how they last went. Needs cron.log_run, which is on unless somebody turned it off.';

-- pg_net indexes its answers by time alone, dates an answer with the beginning of its batch, and keeps answers for six hours.
create function calendar_sync.wake_up_answers(p_calls integer) returns table (
  id bigint, request_id bigint, at timestamptz, answered_at timestamptz, status_code integer, timed_out boolean, error_msg text
)
language plpgsql stable security definer set search_path = ''
as $$
begin
  return query
  select call.id, call.request_id, call.at, response.created, response.status_code, response.timed_out, response.error_msg
  from (select * from calendar_sync.wake_up_calls as latest order by latest.id desc limit p_calls) as call
  left join net._http_response as response
    on response.id = call.request_id and response.created between call.at - interval '1 minute' and call.at + interval '1 minute'
  order by call.id desc;
end;
$$;

comment on function calendar_sync.wake_up_answers(integer) is 'The latest p_calls wake-up calls and what they were answered, newest first.';

create function calendar_sync.wake_up_state(
  out configured boolean, out refused boolean, out unanswered_since timestamptz, out succeeded_at timestamptz, out queued bigint
)
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_calls constant integer := 10;
  v_queued_max constant integer := 10000;
begin
  select count(*) = 2 into configured from vault.secrets as secret
  where secret.name in ('calendar_sync_url', 'calendar_sync_secret');
  with recent as (
    select call.id, call.at, call.answered_at, coalesce(call.status_code between 200 and 299, false) as is_ok
    from calendar_sync.wake_up_answers(v_calls) as call
  ), answered as (
    select max(recent.id) as id, (array_agg(not is_ok order by recent.id desc))[1] as refused,
      max(answered_at) filter (where is_ok) as succeeded_at
    from recent where answered_at is not null
  )
  select coalesce(answered.refused, false), answered.succeeded_at,
    (select min(recent.at) from recent where recent.id > coalesce(answered.id, 0))
  into refused, succeeded_at, unanswered_since
  from answered;
  select count(*) into queued from (select from net.http_request_queue limit v_queued_max) as waiting;
end;
$$;

comment on function calendar_sync.wake_up_state() is
  'Of the last ten wake-up calls: whether the last answer was not 2xx, since when one is unanswered, when one last succeeded. configured: the Vault secrets are there. queued: calls that wait in pg_net.';

-- A provider that is down, or whose quota is spent, keeps its own lanes waiting: that is not for us to mend.
create function calendar_sync.waits_since(p_priority integer default null) returns timestamptz
language sql stable security definer set search_path = ''
as $$
  select least((
    select min(head.ready_at) from calendar_sync.queue_heads() as head
    where not head.is_open and coalesce(head.waits_until <= now(), true) and head.ready_at <= now()
      and head.priority = coalesce(p_priority, head.priority)
  ), (
    select min(first.created_at)
    from (values (0::smallint), (1::smallint), (2::smallint)) as class (priority)
    cross join lateral (
      select change.created_at from calendar_sync.changes as change
      where change.priority = class.priority order by change.id limit 1
    ) as first
    where class.priority = coalesce(p_priority, class.priority)
  ))
$$;

comment on function calendar_sync.waits_since(integer) is
  'Since when the oldest work waits that could be done, of a priority where one is given. Null: nothing waits.';

create type calendar_sync.health_check as (
  name text, ok boolean, severity text, found text, how_to_mend text
);

comment on type calendar_sync.health_check is
  'A check of health. severity: error, the installation does not do its work; warning, somebody has to look.';

-- Each function is one check or a few; a check that cannot be carried out fails and says why.
create function calendar_sync.check_tick() returns setof calendar_sync.health_check
language sql stable security definer set search_path = ''
as $$
  -- A database that has just started has run nothing yet. Before pg_cron 1.5 the tick comes once a minute.
  select 'tick', coalesce(job.active and coalesce(job.succeeded_at, pg_postmaster_start_time())
      > clock_timestamp() - calendar_sync.threshold('tick') * case when job.schedule like '%seconds' then 1 else 3 end, false),
    'error', case
      when job.job is null then 'The tick is not scheduled.'
      when not job.active then 'The tick is switched off.'
      else coalesce('The tick last succeeded at ' || job.succeeded_at || '.', 'The tick has not succeeded yet.')
    end, 'select * from calendar_admin.setup_check() where not ok;'
  from (values (1)) as one
  left join calendar_sync.cron_jobs() as job on job.job = 'calendar_sync_tick'
$$;

comment on function calendar_sync.check_tick() is 'Whether pg_cron runs the tick.';

create function calendar_sync.check_wake_up() returns setof calendar_sync.health_check
language sql stable security definer set search_path = ''
as $$
  select 'wake_up', state.configured and not state.refused
      -- A call that got lost does not matter where nothing waits for it.
      and not (coalesce(state.unanswered_since < now() - calendar_sync.threshold('wake_up'), false) and calendar_sync.work_is_due()),
    'error', case
      when not state.configured then 'The worker cannot be woken: its address or secret is not in Vault.'
      when state.refused then 'The worker''s last answer was not 2xx.'
      when state.unanswered_since is not null then format('A call has been unanswered since %s.', state.unanswered_since)
      else coalesce('The worker last answered at ' || state.succeeded_at || '.', 'The worker was not called lately.')
    end, 'select * from calendar_admin.setup_check() where not ok;'
  from calendar_sync.wake_up_state() as state
$$;

comment on function calendar_sync.check_wake_up() is 'Whether the worker can be woken and answers 2xx.';

create function calendar_sync.check_queue() returns setof calendar_sync.health_check
language sql stable security definer set search_path = ''
as $$
  select 'queue', coalesce(waits.person_since > now() - calendar_sync.threshold('person'), true)
      and coalesce(waits.any_since > now() - calendar_sync.threshold('queue'), true),
    'error', coalesce('The oldest work that could be done has waited for '
      || date_trunc('second', now() - waits.any_since) || '.', 'Nothing waits.'),
    'select * from calendar_admin.setup_check() where not ok; then select * from calendar_admin.slowest_lanes;'
  from (select calendar_sync.waits_since(0) as person_since, calendar_sync.waits_since() as any_since) as waits
$$;

comment on function calendar_sync.check_queue() is 'Whether nothing waits too long.';

create function calendar_sync.check_providers() returns setof calendar_sync.health_check
language sql stable security definer set search_path = ''
as $$
  select 'provider ' || provider.name, provider.open_since is null and coalesce(provider.quota_until <= now(), true), 'warning',
    case
      when provider.open_since is not null then format('%s cannot be reached since %s.', provider.label, provider.open_since)
      when provider.quota_until > now() then format('The quota of all %s accounts together is spent.', provider.label)
      else format('%s can be reached.', provider.label)
    end, 'nothing: it is tried again by itself; select * from calendar_admin.circuit_breakers; says when'
  from calendar_sync.providers as provider
  union all
  select 'client of ' || provider.name, refused.accounts = 0, 'error',
    case when refused.accounts = 0 then 'no account says that its id or secret is refused'
      else format('%s accounts say that its id or secret is refused', refused.accounts) end,
    format('npx supabase secrets set --env-file supabase/.env.calendar.local   -- client id and secret of %s. The accounts heal by themselves; sooner: select calendar_admin.drain();', provider.label)
  from calendar_sync.providers as provider
  cross join lateral (
    select count(*) as accounts from public.calendar_integrations as integration
    where integration.provider = provider.name and integration.removed_at is null and integration.last_error is not null
      and integration.last_error ->> 'code' = 'configuration' and integration.status = 'active'
  ) as refused
  where provider.credential = 'oauth'
$$;

comment on function calendar_sync.check_providers() is 'Whether each provider can be reached, and accepts our client.';

create function calendar_sync.check_troubles() returns setof calendar_sync.health_check
language sql stable security definer set search_path = ''
as $$
  select 'given up', count(*) = 0, 'warning',
    format('%s%s deadlines could not be brought into a calendar after %s attempts.', count(*), case when count(*) >= 1000 then ' or more' end,
      calendar_sync.attempts_max()),
    'select * from calendar_admin.stuck_jobs; then select * from calendar_admin.retry(''<integration_id>'');'
  from (
    select from calendar_sync.jobs as job
    where job.failed_at is not null and job.attempts >= calendar_sync.attempts_max()
    order by job.integration_id, job.failed_at limit 1000
  ) as given_up
  union all
  select 'incidents', count(*) = 0, 'warning', format('%s incidents within the last hour.', count(*)),
    'select * from calendar_admin.incidents;'
  from (
    select incident.created_at from calendar_sync.incidents as incident order by incident.id desc limit 1000
  ) as incident
  where incident.created_at > now() - calendar_sync.threshold('incidents')
  union all
  select 'activity', count(day.name) = 0 and not late.is_there and old.days = 0, 'warning', case
      when late.is_there then 'Rows are in calendar_sync.activity_default, for which nobody made a day.'
      when old.days > 0 then format('%s days are older than calendar_sync.options.activity_kept_for by more than three days.', old.days)
      else coalesce('Days without a partition: ' || string_agg(day.name, ', ') || '.', 'Today and the next three days have a partition.')
    end, 'select calendar_sync.keep_activity();'
  from (select exists (select from calendar_sync.activity_default) as is_there) as late
  cross join (select count(*) as days from calendar_sync.old_activity_days(interval '3 days')) as old
  left join (
    select 'activity_' || to_char((now() at time zone 'UTC')::date + ahead, 'YYYYMMDD') as name from generate_series(0, 3) as ahead
  ) as day on pg_catalog.to_regclass('calendar_sync.' || day.name) is null
  group by late.is_there, old.days
  union all
  select 'erasures', count(*) = 0, 'warning', format('%s users have waited to be erased for more than a day.', count(*)),
    'select * from calendar_admin.erasures; then select * from calendar_admin.erase_user(''<user_id>'', ''keep''); gives their events up'
  from calendar_sync.erasures as erasure where erasure.asked_at < now() - calendar_sync.threshold('erasure')
$$;

comment on function calendar_sync.check_troubles() is 'What somebody should look at: given up, incidents, the days of the activity, erasures.';

create function calendar_sync.health() returns setof calendar_sync.health_check
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_check text;
begin
  foreach v_check in array array['tick', 'wake_up', 'queue', 'providers', 'troubles'] loop
    begin
      return query execute format(
        'select name, ok, severity, found, case when not ok then how_to_mend end from calendar_sync.check_%s()', v_check);
    exception when others then
      return next row (v_check, false, 'error', format('This could not be checked: %s', sqlerrm),
        'select * from calendar_admin.setup_check() where not ok;')::calendar_sync.health_check;
    end;
  end loop;
end;
$$;

comment on function calendar_sync.health() is 'Every check of health, a row each.';

create function public.calendar_health() returns jsonb
language sql volatile security definer set search_path = ''
as $$
  select coalesce(jsonb_agg(health_check.name) filter (where not health_check.ok), '[]')
  from calendar_sync.health() as health_check where health_check.name in ('tick', 'wake_up', 'queue')
$$;

comment on function public.calendar_health() is 'Names of the checks that fail, of tick, wake_up and queue: without one of them nothing syncs.';
