-- What becomes of jobs once a batch was tried: they are done, tried again, or given up.

-- As where a change that was refused is taken back.
create function calendar_sync.record_recoveries(p_integration public.calendar_integrations, p_obligation_ids uuid[]) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform calendar_sync.record_history(p_integration, array(
    select jsonb_populate_record(null::calendar_sync.outcome, jsonb_build_object(
      'kind', 'synced', 'action', 'recovered', 'obligation_id', failed.obligation_id, 'event_id', failed.event_id))
    from calendar_sync.history as failed
    where failed.integration_id = p_integration.id and failed.obligation_id = any (p_obligation_ids) and failed.until_at is null
      and failed.reason is not null and failed.reason not in ('moved_by_user', 'hidden_by_user')
  ));
  perform calendar_sync.append_recovered_events(p_integration, p_obligation_ids);
end;
$$;

comment on function calendar_sync.record_recoveries(public.calendar_integrations, uuid[]) is
  'These deadlines had failed, and nothing is left to do for them: their events are as they should be.';

create function calendar_sync.record_jobs(
  p_integration public.calendar_integrations, p_outcomes calendar_sync.outcome[]
) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_caused_by constant text := calendar_sync.caused_by();
  v_request_id constant text := calendar_sync.request_id();
  v_given_up calendar_sync.outcome[];
  v_recovered uuid[];
begin
  if exists (select from unnest(p_outcomes) as o where o.job is not null) then
    delete from calendar_sync.jobs as job using unnest(p_outcomes) as o
    where job.integration_id = p_integration.id and job.obligation_id is null and job.kind = o.job
      and o.kind = 'done' and job.version = o.version;
    -- A batch may have come to an obligation and failed there.
    update calendar_sync.jobs as job
    set cursor = jsonb_build_object('after', o.obligation_id), attempts = 0, run_at = now(), last_error = null
    from unnest(p_outcomes) as o
    where job.integration_id = p_integration.id and job.obligation_id is null and job.kind = o.job
      and o.kind = 'advanced' and job.version = o.version;
    update calendar_sync.jobs as job
    set attempts = job.attempts + 1, run_at = now() + o.run_in_ms * interval '1 millisecond', last_error = o.error
    from unnest(p_outcomes) as o
    where job.integration_id = p_integration.id and job.obligation_id is null and job.kind = o.job
      and o.kind = 'retry' and job.version = o.version;
  end if;

  with outcome as materialized (
    select job.place, job.obligation_id, o as told, o.kind, o.counts, o.run_in_ms, o.error, o.may_leave,
      job.version = o.version as is_current, o.kind in ('synced', 'removed', 'unchanged') as is_end,
      case when job.version <> o.version then 0 when o.counts then job.attempts + 1 else job.attempts end as attempts
    from unnest(p_outcomes) as o
    -- As in calendar_sync.record_events.
    cross join lateral (
      select queued.ctid as place, queued.obligation_id, queued.version, queued.attempts from calendar_sync.jobs as queued
      where queued.integration_id = p_integration.id and queued.obligation_id = o.obligation_id and queued.kind = 'event' offset 0
    ) as job
    where o.job is null
  ), finished as (
    delete from calendar_sync.jobs as job using outcome
    where job.ctid = outcome.place and outcome.is_current and outcome.is_end
    returning job.obligation_id, job.told, outcome.kind
  ), given_up as materialized (
    -- Deletions are never given up while an account is being disconnected.
    select outcome.obligation_id, outcome.kind, outcome.error from outcome
    where p_integration.status <> 'disconnecting' and outcome.is_current and (outcome.kind = 'failed'
      or outcome.kind = 'retry' and outcome.counts and outcome.attempts >= calendar_sync.attempts_max())
  ), changed as (
    update calendar_sync.jobs as job
    set attempted_in = case when outcome.may_leave then job.attempted_in else '{}' end,
      attempts = outcome.attempts,
      run_at = case
        when outcome.is_current and outcome.kind = 'retry' then now() + outcome.run_in_ms * interval '1 millisecond'
        when not outcome.is_current and outcome.kind = 'synced' then now() + calendar_sync.settling_time()
        else job.run_at
      end,
      failed_at = case when outcome.obligation_id in (select obligation_id from given_up) then now() end,
      last_error = case when outcome.kind = 'not_begun' then job.last_error else outcome.error end,
      -- It is there again, although the newest change of it is not.
      told = job.told and (outcome.is_current or outcome.kind <> 'synced')
    from outcome
    where job.ctid = outcome.place and not (outcome.is_current and outcome.is_end)
    returning job.obligation_id, job.cause
  )
  select array_agg(row (
    'failed', null, given_up.obligation_id, null, case given_up.kind when 'failed' then 'rejected' else 'given_up' end,
    null, null, null, null, null, null, null, changed.cause, null, given_up.error, null, null, null, null, null, null
  )::calendar_sync.outcome), (select array_agg(finished.obligation_id) from finished where finished.told and finished.kind = 'unchanged')
  into v_given_up, v_recovered
  from given_up join changed using (obligation_id);
  if v_recovered is not null then
    perform calendar_sync.record_recoveries(p_integration, v_recovered);
  end if;
  if v_given_up is not null and p_integration.user_id is not null then
    insert into calendar_sync.activity
      (user_id, integration_id, provider, obligation_id, action, calendar_id, reason, caused_by, request_id)
    select p_integration.user_id, p_integration.id, p_integration.provider, o.obligation_id, o.action, p_integration.calendar_id,
      o.error, coalesce(o.cause ->> 'by', v_caused_by), coalesce(o.cause ->> 'request_id', v_request_id)
    from unnest(v_given_up) as o;
    perform calendar_sync.record_history(p_integration, v_given_up);
    perform calendar_sync.notice_given_up(p_integration, v_given_up);
  end if;
end;
$$;

comment on function calendar_sync.record_jobs(public.calendar_integrations, calendar_sync.outcome[]) is
  'Drops the jobs that are done, and says of the others when they are tried again, or that they are given up.';
