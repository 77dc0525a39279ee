-- A batch: what a worker is given of a lane. In json, which is written as it is made: half the time of jsonb.

-- The host does not limit how many long texts there are, and a worker holds all of its lanes in memory.
create function calendar_sync.batch_bytes_max() returns integer
language sql immutable security invoker set search_path = ''
as $$ select 2000000 $$;

comment on function calendar_sync.batch_bytes_max() is
  'So many bytes of deadlines a batch has about; what does not fit in is for the next one. One deadline always fits in.';

-- A worker that has the lane does not absorb what changes meanwhile: the deadline is read new, the version is old.
create function calendar_sync.is_repetition(job calendar_sync.jobs) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  return job.attempted_version is not distinct from job.version and not exists (
    select from calendar_sync.changes as change
    where change.integration_id = job.integration_id
      and (change.obligation_id = job.obligation_id or change.kind in ('scan', 'listen'))
  );
end;
$$;

comment on function calendar_sync.is_repetition(calendar_sync.jobs) is
  'Of a job that was attempted: whether every attempt was of what is wanted now.';

-- The calls that the jobs may cost are counted on the way. A job costs one; a move, or finding what an interrupted attempt left, one
-- more. An event of which no version is known is looked for first: it may be deleted. Reminders of what was completed are looked at
-- and taken away.
create function calendar_sync.due_events(
  p_integration public.calendar_integrations, p_jobs integer,
  out jobs json, out obligation_ids uuid[], out calls integer, out deletions integer
)
language plpgsql stable security definer set search_path = ''
as $$
begin
  obligation_ids := array(
    select job.obligation_id from calendar_sync.jobs as job
    where job.integration_id = p_integration.id and job.kind = 'event' and job.failed_at is null and job.run_at <= now()
    order by job.priority, job.run_at limit p_jobs
  );
  select coalesce(json_agg(json_build_object(
      'obligation_id', due.obligation_id,
      'version', due.version,
      'attempts', due.attempts,
      'attempted_in', due.attempted_in,
      'is_repetition', due.is_repetition,
      'cause', due.cause,
      'deadline', case when (due.deadline).obligation_id is not null and not due.is_hidden then row_to_json(due.deadline) end,
      'deadline_hash', due.deadline_hash,
      'mapping', case when due.event_id is not null then json_build_object(
        'calendar_id', due.calendar_id, 'external_event_id', due.event_id, 'content_hash', due.content_hash,
        'etag', due.etag, 'previous_etag', due.previous_etag, 'sent_time', due.sent_time) end,
      -- A call for each job would take 75 µs.
      'edit', case when (due.edit).obligation_id is not null then calendar_sync.edit_json(due.edit, due.deadline) end
    )), '[]'),
    coalesce(array_agg(due.obligation_id), '{}'),
    coalesce(sum(1 + cardinality(due.attempted_in) + case when due.event_id is null then 0 else
      (due.calendar_id is distinct from p_integration.calendar_id)::integer + case when due.etag is null then 2 else 0 end
      + case when (due.deadline).status = 'completed' and not due.is_hidden then 2 else 0 end
    end), 0),
    count(*) filter (where due.event_id is not null and not due.is_wanted)
  into jobs, obligation_ids, calls, deletions
  from (
    select found.*, job.version, job.attempts, job.attempted_in,
      job.attempted_in <> '{}' and calendar_sync.is_repetition(job) as is_repetition, job.cause, sum(pg_column_size(found.deadline)) over (
        order by job.priority, job.run_at rows between unbounded preceding and 1 preceding
      ) as bytes_before
    from calendar_sync.compare(p_integration.id, obligation_ids) as found
    cross join lateral (
      select queued.* from calendar_sync.jobs as queued
      where queued.integration_id = p_integration.id and queued.obligation_id = found.obligation_id and queued.kind = 'event' offset 0
    ) as job
  ) as due
  where coalesce(due.bytes_before, 0) < calendar_sync.batch_bytes_max();
end;
$$;

comment on function calendar_sync.due_events(public.calendar_integrations, integer) is
  'The event jobs of a calendar that are due, at most p_jobs and calendar_sync.batch_bytes_max, as the worker gets them. calls: how many calls they may cost. deletions: how many of them delete an event.';

-- In the calendar that events belong in: what is to move there is made anew, with reminders of the settings.
create function calendar_sync.events_after(
  p_integration public.calendar_integrations, p_after uuid, p_events integer
) returns jsonb
language plpgsql stable security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off set plan_cache_mode = force_custom_plan
as $$
declare
  v_ids constant uuid[] := array(
    select mapping.obligation_id from public.calendar_event_mappings as mapping
    where mapping.integration_id = p_integration.id and mapping.calendar_id = p_integration.calendar_id
      and (p_after is null or mapping.obligation_id > p_after)
    order by mapping.obligation_id limit p_events
  );
begin
  return (
    select coalesce(jsonb_agg(jsonb_build_object(
      'obligation_id', next.obligation_id,
      'calendar_id', next.calendar_id,
      'event_id', next.event_id,
      'deadline', case when (next.deadline).obligation_id is not null then to_jsonb(next.deadline) end,
      'edit', case when (next.edit).obligation_id is not null then calendar_sync.edit_json(next.edit, next.deadline) end
    ) order by next.obligation_id), '[]')
    from (
      select found.*, sum(pg_column_size(found.deadline)) over (
          order by found.obligation_id rows between unbounded preceding and 1 preceding
        ) as bytes_before
      from calendar_sync.compare(p_integration.id, v_ids) as found
    ) as next
    where coalesce(next.bytes_before, 0) < calendar_sync.batch_bytes_max()
  );
end;
$$;

comment on function calendar_sync.events_after(public.calendar_integrations, uuid, integer) is
  'The next events of a calendar, at most p_events and calendar_sync.batch_bytes_max, in the order of their obligations, for a job that goes through all of them. p_after null: from the first.';

create function calendar_sync.lane_json(
  p_lane calendar_sync.lanes, p_integration public.calendar_integrations, p_kind text, p_jobs json, p_events jsonb, p_calls integer
) returns json
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_single calendar_sync.jobs;
begin
  if p_kind <> 'event' then
    select * into v_single from calendar_sync.jobs as job
    where job.integration_id = p_integration.id and job.kind = p_kind and job.obligation_id is null;
  end if;
  return json_build_object(
    'integration_id', p_integration.id,
    'provider', p_integration.provider,
    'lease', p_lane.lease,
    'kind', p_kind,
    'removing', p_integration.status = 'disconnecting',
    'user_id', coalesce(p_integration.user_id, p_integration.deleted_user_id),
    'calendar', case when p_integration.calendar_id is not null then jsonb_build_object(
      'id', p_integration.calendar_id, 'role', p_integration.calendar_role) end,
    'own_calendar_id', p_integration.own_calendar_id,
    'access', p_integration.access,
    'settings', calendar_sync.complete_settings(p_integration.settings),
    'attempts', p_lane.attempts,
    'batch_jobs', p_lane.batch_jobs,
    'access_token', calendar_sync.read_secret(p_integration.access_token_secret_id),
    'token_expires_at', p_integration.token_expires_at,
    'jobs', p_jobs,
    'single', case when p_kind <> 'event' then jsonb_build_object(
      'version', v_single.version, 'attempts', v_single.attempts,
      'failing_s', case when v_single.attempts = 0 then 0 else extract(epoch from now() - v_single.created_at) end) end,
    'push', case when p_kind in ('channel', 'disconnect') then calendar_sync.channels_json(p_integration) end,
    'cursor', case when p_kind = 'pull' then (
      select calendar_sync.read_secret(pull.cursor_secret_id) from calendar_sync.pulls as pull
      where pull.integration_id = p_integration.id and pull.calendar_id = p_integration.calendar_id
    ) end,
    'events', p_events,
    'test_event', case when p_kind = 'test_event' then calendar_sync.take_test_event(p_integration) end,
    'calls', p_calls,
    'reserved_id', calendar_sync.count_calls(p_lane.provider, p_integration.id, p_calls)
  );
end;
$$;

comment on function calendar_sync.lane_json(calendar_sync.lanes, public.calendar_integrations, text, json, jsonb, integer) is
  'A lane as the worker gets it: with event jobs, or with the one job of another kind. It reserves the calls.';
