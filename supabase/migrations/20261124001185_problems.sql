-- What could not be synced, and trying it again.

create index jobs_failed_idx on calendar_sync.jobs (integration_id, failed_at) where failed_at is not null;

create function calendar_sync.own_problems(p_limit integer) returns jsonb
language plpgsql stable security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
  v_user_id constant uuid := (select auth.uid());
begin
  return jsonb_build_object(
    'total', (
      select count(*)
      from public.calendar_integrations as integration
      join calendar_sync.jobs as job on job.integration_id = integration.id and job.failed_at is not null
      where integration.user_id = v_user_id
    ),
    'problems', coalesce((
      select jsonb_agg(jsonb_build_object(
        'integration_id', failed.integration_id,
        'provider', failed.provider,
        'account_email', failed.account_email,
        'calendar_name', failed.calendar_name,
        'obligation_id', failed.obligation_id,
        'title', calendar_sync.shown_title(deadline.title),
        'due', calendar_sync.due_text(deadline.deadline_date, deadline.deadline_at),
        'code', case when failed.attempts >= calendar_sync.attempts_max() then 'given_up' else 'rejected' end,
        'reason', failed.last_error,
        'since', failed.failed_at,
        'attempts', failed.attempts
      ) order by failed.failed_at desc, failed.obligation_id)
      from (
        select integration.provider, integration.account_email, integration.calendar_name, job.*
        from public.calendar_integrations as integration
        cross join lateral (
          select * from calendar_sync.jobs as newest
          where newest.integration_id = integration.id and newest.failed_at is not null
          order by newest.failed_at desc limit p_limit
        ) as job
        where integration.user_id = v_user_id
        order by job.failed_at desc limit p_limit
      ) as failed
      left join lateral (
        select candidate.* from (
          -- OFFSET keeps the recipient out of this scan, as in calendar_sync.lane_json.
          select every_recipient.* from calendar_sync.deadlines as every_recipient
          where every_recipient.obligation_id = failed.obligation_id offset 0
        ) as candidate
        where candidate.recipient_id = v_user_id
      ) as deadline on true
    ), '[]')
  );
end;
$$;

comment on function calendar_sync.own_problems(integer) is
  'Obligations that were given up or rejected in the caller''s calendars, the newest p_limit, and how many there are in all.';
grant execute on function calendar_sync.own_problems(integer) to authenticated;

create function public.calendar_problems() returns jsonb
language sql stable security invoker set search_path = ''
as $$ select calendar_sync.own_problems(100) $$;

comment on function public.calendar_problems() is
  'Obligations that were given up or rejected in the caller''s calendars, the newest hundred, and how many there are in all.';

-- The bell rings for these jobs alone: nothing else in the calendar has to be looked at.
create function calendar_sync.retry_failed(p_integration_id uuid, p_obligation_id uuid) returns integer
language plpgsql volatile security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
  v_cause constant jsonb := calendar_sync.cause();
  v_provider text;
  v_may_sync boolean;
  v_queued integer;
begin
  select provider, status = 'active' and sync_enabled into v_provider, v_may_sync
  from public.calendar_integrations
  where id = p_integration_id and user_id = (select auth.uid()) for key share;
  if not found then
    return null;
  end if;
  if not v_may_sync then
    return 0;
  end if;
  perform from calendar_sync.lanes where integration_id = p_integration_id for no key update;
  with failed as (
    select obligation_id from calendar_sync.jobs
    where integration_id = p_integration_id and failed_at is not null
      and (p_obligation_id is null or obligation_id = p_obligation_id)
    order by obligation_id for no key update
  )
  update calendar_sync.jobs as job
  set run_at = now(), attempts = 0, failed_at = null, priority = 0, cause = v_cause
  from failed where job.integration_id = p_integration_id and job.obligation_id = failed.obligation_id;
  get diagnostics v_queued = row_count;
  if v_queued > 0 then
    update calendar_sync.lanes set attempts = 0, backoff_until = null, asked_anew = leased_by is not null
    where integration_id = p_integration_id;
    -- Somebody waits: a provider that was down is tried now. After the lane, as in calendar_record.
    update calendar_sync.gates set probe_at = now() where provider = v_provider and probe_at > now();
    insert into calendar_sync.marks (integration_id, everything, priority, reason)
    values (p_integration_id, false, 0, 'retry');
  end if;
  return v_queued;
end;
$$;

comment on function calendar_sync.retry_failed(uuid, uuid) is
  'Has what failed in a calendar of the caller tried again at once, or one obligation of it. How many; null where the calendar is not the caller''s. Of one that does not sync nothing is tried: all of it will be once it does.';
grant execute on function calendar_sync.retry_failed(uuid, uuid) to authenticated;

create function public.calendar_retry(p_integration_id uuid, p_obligation_id uuid default null) returns integer
language sql volatile security invoker set search_path = ''
as $$ select calendar_sync.retry_failed(p_integration_id, p_obligation_id) $$;

comment on function public.calendar_retry(uuid, uuid) is
  'Has what failed in a calendar of the caller tried again at once, or one obligation of it. How many; null where the calendar is not the caller''s.';

revoke execute on function public.calendar_problems(), public.calendar_retry(uuid, uuid) from public, anon, authenticated, service_role;
grant execute on function public.calendar_problems(), public.calendar_retry(uuid, uuid) to authenticated;
