-- What the worker asks: which lanes are due, and all it needs to work them. Claim and record are its two calls a batch.

create function calendar_sync.advance_walk(p_integration_id uuid, p_jobs integer) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_keys constant integer := 1000;
  v_chunks_max constant integer := 20;
  v_after uuid;
  v_priority smallint;
  v_last uuid;
  v_seen integer;
begin
  select walk_after, walk_priority into v_after, v_priority from calendar_sync.lanes where integration_id = p_integration_id;
  if v_after is null then
    with taken as (delete from calendar_sync.marks where integration_id = p_integration_id returning priority)
    select min(priority) into v_priority from taken;
    if v_priority is null then
      return;
    end if;
    v_after := '00000000-0000-0000-0000-000000000000';
  end if;
  for chunk in 1..v_chunks_max loop
    exit when (
      select count(*) >= p_jobs from (
        select from calendar_sync.jobs
        where integration_id = p_integration_id and failed_at is null and run_at <= now() limit p_jobs
      ) as due
    );
    with looked_at as materialized (
      select * from calendar_sync.difference(p_integration_id, v_after, v_keys)
    ), queued as (
      insert into calendar_sync.jobs (integration_id, obligation_id, priority)
      select p_integration_id, obligation_id, v_priority from looked_at where differs
      on conflict do nothing
    )
    select max(obligation_id::text)::uuid, count(*) into v_last, v_seen from looked_at;
    v_after := case when v_seen = v_keys then v_last end;
    exit when v_after is null;
  end loop;
  update calendar_sync.lanes set walk_after = v_after, walk_priority = coalesce(v_priority, 0)
  where integration_id = p_integration_id;
end;
$$;

comment on function calendar_sync.advance_walk(uuid, integer) is
  'Turns marks into jobs, chunk by chunk, until p_jobs jobs are due or the walk is over.';

create view calendar_sync.due_lanes with (security_invoker = true) as
select lane.integration_id, lane.served_at,
  least(
    (select min(priority) from calendar_sync.marks where marks.integration_id = lane.integration_id),
    case when lane.walk_after is not null then lane.walk_priority end,
    (
      select priority from calendar_sync.jobs
      where jobs.integration_id = lane.integration_id and failed_at is null and run_at <= now()
      order by priority limit 1
    ),
    case when integration.status = 'disconnecting' then 0 end,
    case when lane.exercise_due then 2::smallint end
  ) as priority
from calendar_sync.lanes as lane
join public.calendar_integrations as integration on integration.id = lane.integration_id
where (
    (integration.status = 'active' and integration.sync_enabled) or integration.status = 'disconnecting'
    or (lane.exercise_due and integration.status in ('active', 'paused'))
  )
  and coalesce(lane.leased_until <= now(), true)
  and coalesce(lane.backoff_until <= now(), true)
  and coalesce(lane.held_until <= now(), true)
  and coalesce(lane.budget_until <= now(), true)
  and (
    lane.walk_after is not null
    or lane.exercise_due
    or (
      integration.status = 'disconnecting'
      and not exists (select from calendar_sync.jobs where jobs.integration_id = lane.integration_id)
      and not exists (
        select from public.calendar_event_mappings as mapping where mapping.integration_id = lane.integration_id
      )
    )
    or exists (select from calendar_sync.marks where marks.integration_id = lane.integration_id)
    or exists (
      select from calendar_sync.jobs
      where jobs.integration_id = lane.integration_id and failed_at is null and run_at <= now()
    )
  );

comment on view calendar_sync.due_lanes is 'Calendars with work that could be done now and that nobody is doing.';

create function calendar_sync.lane_json(p_integration_id uuid, p_jobs integer) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_integration public.calendar_integrations;
  v_jobs jsonb;
begin
  select * into v_integration from public.calendar_integrations where id = p_integration_id;
  with picked as materialized (
    -- A job that is locked is being changed by its user right now: it will be due again in a moment.
    select job.obligation_id, job.version, job.attempts, job.attempted_in
    from calendar_sync.jobs as job
    where job.integration_id = p_integration_id and job.failed_at is null and job.run_at <= now()
    order by job.priority, job.run_at
    limit p_jobs for update skip locked
  ), noted as (
    update calendar_sync.jobs as job set attempted_in = job.attempted_in || v_integration.calendar_id from picked
    where job.integration_id = p_integration_id and job.obligation_id = picked.obligation_id
      and v_integration.calendar_id is not null and v_integration.calendar_id <> all (job.attempted_in)
  )
  select coalesce(jsonb_agg(jsonb_build_object(
    'obligation_id', picked.obligation_id,
    'version', picked.version,
    'attempts', picked.attempts,
    'attempted_in', to_jsonb(picked.attempted_in),
    'deadline', deadline.shown,
    'deadline_hash', deadline.hash,
    'mapping', case when mapping.id is not null then jsonb_build_object(
      'calendar_id', mapping.calendar_id, 'external_event_id', mapping.external_event_id,
      'content_hash', mapping.content_hash) end
  )), '[]') into v_jobs
  from picked
  left join lateral (
    select to_jsonb(candidate) as shown, calendar_sync.deadline_hash(
      row (candidate.*)::calendar_sync.deadline, v_integration.settings ->> 'completed_events') as hash
    from (
      -- OFFSET keeps the recipient out of this scan: right after a bulk import, before statistics know of it, the planner
      -- would go through all of a user's obligations for each job (200 jobs of 400: 150 ms instead of 6).
      select every_recipient.* from public.obligations as obligation
      cross join lateral calendar_sync.deadline_of(obligation) as every_recipient
      where every_recipient.obligation_id = picked.obligation_id offset 0
    ) as candidate
    where candidate.recipient_id = v_integration.user_id
  ) as deadline on true
  left join public.calendar_event_mappings as mapping
    on mapping.integration_id = p_integration_id and mapping.obligation_id = picked.obligation_id;
  return (select jsonb_build_object(
    'integration_id', v_integration.id,
    'provider', v_integration.provider,
    'removing', v_integration.status = 'disconnecting',
    'drained', v_integration.status = 'disconnecting' and not exists (
        select from calendar_sync.jobs where integration_id = p_integration_id
      ) and not exists (
        select from public.calendar_event_mappings where integration_id = p_integration_id
      ),
    'user_id', v_integration.user_id,
    'calendar', case when v_integration.calendar_id is not null then jsonb_build_object(
      'id', v_integration.calendar_id, 'role', v_integration.calendar_role) end,
    'settings', v_integration.settings,
    'attempts', lane.attempts,
    'batch_jobs', lane.batch_jobs,
    'exercise', lane.exercise_due,
    'access_token', calendar_sync.read_secret(v_integration.access_token_secret_id),
    'token_expires_at', v_integration.token_expires_at,
    'jobs', v_jobs
  ) from calendar_sync.lanes as lane where lane.integration_id = p_integration_id);
end;
$$;

comment on function calendar_sync.lane_json(uuid, integer) is 'A lane as the worker gets it, with up to p_jobs jobs that are due.';

-- A job costs one call; a move, or finding what an interrupted attempt left, one more. A few are to spare: for a taken
-- id, and for asking whether the calendar is still there.
create function calendar_sync.take_batch(p_integration_id uuid) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_lane calendar_sync.lanes;
  v_left integer;
  v_more_at timestamptz;
  v_batch jsonb;
  v_calls integer;
begin
  select * into v_lane from calendar_sync.lanes where integration_id = p_integration_id;
  if v_lane.exercise_due then
    return calendar_sync.lane_json(p_integration_id, 0) || '{"calls": 0}';
  end if;
  select quota.left_for_writes, quota.more_at into v_left, v_more_at
  from public.calendar_integrations as integration
  cross join lateral calendar_sync.quota_of(integration.provider, integration.id) as quota
  where integration.id = p_integration_id
  order by quota.left_for_writes limit 1;
  if v_left = 0 then
    update calendar_sync.lanes set leased_by = null, leased_until = null, budget_until = v_more_at
    where integration_id = p_integration_id;
    return null;
  end if;
  perform calendar_sync.advance_walk(p_integration_id, least(v_lane.batch_jobs, v_left));
  v_batch := calendar_sync.lane_json(p_integration_id, least(v_lane.batch_jobs, v_left));
  select least(v_left, 5 + coalesce(sum(1
    + (job #>> '{mapping,calendar_id}' is distinct from v_batch #>> '{calendar,id}' and job -> 'mapping' <> 'null')::integer
    + jsonb_array_length(job -> 'attempted_in')
  ), 0)) into v_calls from jsonb_array_elements(v_batch -> 'jobs') as job;
  update calendar_sync.lanes set reserved_call_id = calendar_sync.note_calls(p_integration_id, v_calls), budget_until = null
  where integration_id = p_integration_id;
  return v_batch || jsonb_build_object('calls', v_calls);
end;
$$;

comment on function calendar_sync.take_batch(uuid) is
  'The next batch of a leased lane, with the provider calls reserved that it may make; null, and the lease given back, where the quota is spent.';

create function public.calendar_claim(p_worker uuid, p_lanes integer, p_lease_s integer) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_ids uuid[];
begin
  with due as (
    select lane.integration_id
    from calendar_sync.due_lanes
    join calendar_sync.lanes as lane using (integration_id)
    join public.calendar_integrations as integration on integration.id = lane.integration_id
    where coalesce(lane.leased_until <= now(), true)
    order by due_lanes.priority, due_lanes.served_at nulls first
    limit p_lanes for key share of integration skip locked for update of lane skip locked
  ), leased as (
    update calendar_sync.lanes as lane
    set leased_by = p_worker, leased_until = now() + make_interval(secs => p_lease_s)
    from due where lane.integration_id = due.integration_id
    returning lane.integration_id
  )
  select array_agg(integration_id) into v_ids from leased;
  return coalesce((
    select jsonb_agg(batch.lane) from (select calendar_sync.take_batch(id) as lane from unnest(v_ids) as id) as batch
    where batch.lane is not null
  ), '[]');
end;
$$;

comment on function public.calendar_claim(uuid, integer, integer) is
  'Leases up to p_lanes lanes to a worker for p_lease_s seconds, the most urgent and longest unserved first, with all it needs to work them.';

create function public.calendar_renew(p_worker uuid, p_lease_s integer) returns jsonb
language sql volatile security definer set search_path = ''
as $$
  with renewed as (
    update calendar_sync.lanes set leased_until = now() + make_interval(secs => p_lease_s)
    where leased_by = p_worker and leased_until > now() - interval '1 minute'
    returning integration_id
  )
  select coalesce(jsonb_agg(integration_id), '[]') from renewed
$$;

comment on function public.calendar_renew(uuid, integer) is 'Renews the leases that a worker still holds, and names their integrations.';

revoke execute on function public.calendar_claim(uuid, integer, integer), public.calendar_renew(uuid, integer)
  from public, anon, authenticated;
grant execute on function public.calendar_claim(uuid, integer, integer), public.calendar_renew(uuid, integer) to service_role;
