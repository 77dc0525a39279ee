-- Whether the installation does its work: asked by uptime monitors, so that it has to be cheap, and told from outside, since
-- a dead pg_cron cannot say that it is dead. Idle is healthy.

-- Tick and sweep write nothing while all rests, so that pg_cron's own record of its runs says when they ran. Looking at the
-- last thousand runs of all jobs finds a tick that lives, whatever else runs, and costs nothing where it does not.
create function calendar_sync.tick_age() returns interval
language sql stable security definer set search_path = ''
as $$
  select clock_timestamp() - max(run.end_time)
  from (
    select detail.jobid, detail.status, detail.end_time from cron.job_run_details as detail
    order by detail.runid desc limit 1000
  ) as run
  join cron.job as job on job.jobid = run.jobid
  where job.jobname = 'calendar_sync_tick' and run.status = 'succeeded'
$$;

comment on function calendar_sync.tick_age() is
  'Since the tick last succeeded; null where pg_cron knows of no run. Needs cron.log_run, which is on unless somebody turned it off.';

-- A database that has just started has run nothing yet. Before pg_cron 1.5 the tick comes once a minute.
create function calendar_sync.tick_runs() returns boolean
language sql stable security definer set search_path = ''
as $$
  select exists (
    select from cron.job
    where job.jobname = 'calendar_sync_tick' and job.active
      and coalesce(calendar_sync.tick_age(), clock_timestamp() - pg_catalog.pg_postmaster_start_time())
        < case when job.schedule like '%seconds' then interval '1 minute' else interval '3 minutes' end
  )
$$;

comment on function calendar_sync.tick_runs() is
  'Whether the tick is scheduled and succeeded within the last minute; where none is known, whether the database started within it.';

-- pg_net indexes its answers by their time alone, and keeps them for six hours.
create function calendar_sync.doorbell(
  out configured boolean, out refused boolean, out unanswered_since timestamptz, out succeeded_at timestamptz
)
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_rings constant integer := 10;
  v_answered_within constant interval := interval '1 minute';
begin
  select count(*) = 2 into configured from vault.secrets as secret
  where secret.name in ('calendar_sync_url', 'calendar_sync_secret');
  with recent as (
    select ring.id, ring.at, answer.created, answer.is_ok
    from (select * from calendar_sync.rings order by id desc limit v_rings) as ring
    left join lateral (
      select response.created, coalesce(response.status_code between 200 and 299, false) as is_ok
      from net._http_response as response
      where response.id = ring.request_id
        and response.created between ring.at - v_answered_within and ring.at + v_answered_within
    ) as answer on true
  ), answered as (
    select max(id) as id, (array_agg(not is_ok order by id desc))[1] as refused, max(created) filter (where is_ok) as succeeded_at
    from recent where created is not null
  )
  select coalesce(answered.refused, false), answered.succeeded_at,
    (select min(recent.at) from recent where recent.id > coalesce(answered.id, 0))
  into refused, succeeded_at, unanswered_since
  from answered;
end;
$$;

comment on function calendar_sync.doorbell() is
  'Whether the doorbell has its secrets; whether its last answer was none of 2xx; since when a ring is unanswered; and when one last succeeded, of its last ten rings.';

-- Who waits: 0 a person, 1 bulk, 2 a sweep. A provider that is down, or whose quota is spent, keeps its own waiting, and is
-- not for us to mend.
create function calendar_sync.waits_too_long() returns boolean
language plpgsql stable security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
  v_person constant interval := interval '5 minutes';
  v_others constant interval := interval '30 minutes';
begin
  return exists (
    select from calendar_sync.gates as gate
    cross join (values (0, v_person), (1, v_others), (2, v_others)) as class (priority, patience)
    cross join lateral (
      select lane.ready_at from calendar_sync.lanes as lane
      where lane.provider = gate.provider and lane.priority = class.priority and lane.ready_at is not null
      order by lane.ready_at limit 1
    ) as first
    where gate.down_since is null and coalesce(gate.spent_until <= now(), true) and first.ready_at < now() - class.patience
  ) or coalesce((select mark.created_at < now() - v_person from calendar_sync.marks as mark order by mark.id limit 1), false);
end;
$$;

comment on function calendar_sync.waits_too_long() is
  'Whether a person has waited for more than 5 minutes, or anything for more than 30, without its provider being to blame.';

create function calendar_sync.health() returns table (check_name text, is_passed boolean)
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_ring_patience constant interval := interval '1 minute';
  v_bell record;
begin
  select * into v_bell from calendar_sync.doorbell();
  return query values
    ('tick', calendar_sync.tick_runs()),
    -- A call that went astray is no matter where nothing waits for it.
    ('doorbell', v_bell.configured and not v_bell.refused
      and not (coalesce(v_bell.unanswered_since < now() - v_ring_patience, false) and calendar_sync.work_is_due())),
    ('queue', not calendar_sync.waits_too_long());
end;
$$;

comment on function calendar_sync.health() is
  'tick: it is scheduled and succeeded within the last minute. doorbell: it has its secrets, and the worker answered 2xx when last rung. queue: nothing waits too long.';

create function public.calendar_health() returns jsonb
language sql stable security definer set search_path = ''
as $$
  select coalesce(jsonb_agg(health.check_name) filter (where not health.is_passed), '[]') from calendar_sync.health() as health
$$;

comment on function public.calendar_health() is 'Names of the checks that fail; see calendar_sync.health.';

create function calendar_sync.tidy_rings() returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_kept constant integer := 100;
begin
  delete from calendar_sync.rings
  where id <= (select ring.id from calendar_sync.rings as ring order by ring.id desc limit 1) - v_kept;
end;
$$;

comment on function calendar_sync.tidy_rings() is 'Called by the tick: forgets all but the last hundred rings.';

revoke execute on function public.calendar_health() from public, anon, authenticated, service_role;
grant execute on function public.calendar_health() to service_role;
