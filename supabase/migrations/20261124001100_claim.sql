-- What the worker asks: which lanes are due, and all it needs to work them. Claim and record are its two calls a batch.

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
    select job.obligation_id, job.version, job.attempts, job.attempted_in, job.cause
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
    'cause', picked.cause,
    'deadline', deadline.shown,
    'obligation_type', deadline.shown -> 'obligation_type',
    'deadline_hash', deadline.hash,
    'mapping', case when mapping.id is not null then jsonb_build_object(
      'calendar_id', mapping.calendar_id, 'external_event_id', mapping.external_event_id,
      'content_hash', mapping.content_hash) end
  )), '[]') into v_jobs
  from picked
  left join lateral (
    select calendar_sync.shown_json(row (candidate.*)::calendar_sync.deadline) as shown, calendar_sync.deadline_hash(
      row (candidate.*)::calendar_sync.deadline, v_integration.settings ->> 'completed_events') as hash
    from (
      -- OFFSET keeps the recipient out of this scan: right after a bulk import, before statistics know of it, the planner
      -- would go through all of a user's obligations for each job (200 jobs of 400: 150 ms instead of 6).
      select every_recipient.* from calendar_sync.deadlines as every_recipient
      where every_recipient.obligation_id = picked.obligation_id offset 0
    ) as candidate
    where candidate.recipient_id = v_integration.user_id
  ) as deadline on true
  left join public.calendar_event_mappings as mapping
    on mapping.integration_id = p_integration_id and mapping.obligation_id = picked.obligation_id;
  return (select jsonb_build_object(
    'integration_id', v_integration.id,
    'provider', v_integration.provider,
    'lease', lane.lease,
    'task', case
      when lane.exercise_due then 'exercise_token'
      when v_integration.status = 'disconnecting' and not exists (
          select from calendar_sync.jobs where integration_id = p_integration_id
        ) and not exists (
          select from public.calendar_event_mappings where integration_id = p_integration_id
        ) then 'finish_disconnect'
      when lane.own_events_due and v_jobs = '[]' and v_integration.status = 'active' then 'find_own_events'
      else 'sync'
    end,
    'removing', v_integration.status = 'disconnecting',
    'user_id', v_integration.user_id,
    'calendar', case when v_integration.calendar_id is not null then jsonb_build_object(
      'id', v_integration.calendar_id, 'role', v_integration.calendar_role) end,
    'settings', v_integration.settings,
    'attempts', lane.attempts,
    'batch_jobs', lane.batch_jobs,
    'access_token', calendar_sync.read_secret(v_integration.access_token_secret_id),
    'token_expires_at', v_integration.token_expires_at,
    'jobs', v_jobs
  ) from calendar_sync.lanes as lane where lane.integration_id = p_integration_id);
end;
$$;

comment on function calendar_sync.lane_json(uuid, integer) is 'A lane as the worker gets it, with up to p_jobs jobs that are due.';

-- A job costs one call; a move, or finding what an interrupted attempt left, one more. A few are to spare: for a taken
-- id, for asking whether the calendar is still there, and for looking for our own events.
create function calendar_sync.take_batch(p_integration_id uuid) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_calls_to_spare constant integer := 5;
  v_events_a_page constant integer := 100;
  v_lane calendar_sync.lanes;
  v_status text;
  v_scope text;
  v_left integer;
  v_more_at timestamptz;
  v_jobs integer;
  v_batch jsonb;
  v_calls integer;
begin
  select * into v_lane from calendar_sync.lanes where integration_id = p_integration_id;
  if v_lane.exercise_due then
    return calendar_sync.lane_json(p_integration_id, 0) || '{"calls": 0}';
  end if;
  select quota.scope, quota.left_for_writes, quota.more_at into v_scope, v_left, v_more_at
  from calendar_sync.quota_of(v_lane.provider, p_integration_id) as quota
  order by quota.left_for_writes, quota.scope desc limit 1;
  if v_left = 0 then
    if v_scope = 'project' then
      update calendar_sync.gates set spent_until = v_more_at where provider = v_lane.provider;
    else
      update calendar_sync.lanes set budget_until = v_more_at where integration_id = p_integration_id;
    end if;
    return null;
  end if;
  v_jobs := least(v_lane.batch_jobs, v_left);
  perform calendar_sync.advance_walk(p_integration_id, v_jobs);
  select status into v_status from public.calendar_integrations where id = p_integration_id;
  if v_status = 'active' and calendar_sync.stop_mass_deletion(p_integration_id, v_jobs) then
    return null;
  end if;
  v_batch := calendar_sync.lane_json(p_integration_id, v_jobs);
  select least(v_left, v_calls_to_spare + coalesce(sum(1
    + (job #>> '{mapping,calendar_id}' is distinct from v_batch #>> '{calendar,id}' and job -> 'mapping' <> 'null')::integer
    + jsonb_array_length(job -> 'attempted_in')
  ), 0)) into v_calls from jsonb_array_elements(v_batch -> 'jobs') as job;
  if v_batch ->> 'task' = 'find_own_events' then
    select least(v_left, v_calls_to_spare + count(*) / v_events_a_page) into v_calls
    from public.calendar_event_mappings where integration_id = p_integration_id;
  end if;
  update calendar_sync.lanes set reserved_call_id = calendar_sync.note_calls(p_integration_id, v_calls), budget_until = null
  where integration_id = p_integration_id;
  return v_batch || jsonb_build_object('calls', v_calls);
end;
$$;

comment on function calendar_sync.take_batch(uuid) is
  'The next batch of a leased lane, with the provider calls reserved that it may make; null where the quota is spent or the lane was stopped.';

-- What a person waits for goes first, but not for ever: work of a lower class that has waited for so much longer is as
-- urgent.
create function calendar_sync.patience(p_priority integer) returns interval
language sql immutable security invoker set search_path = ''
as $$
  select case p_priority when 0 then interval '0' when 1 then interval '30 seconds' else interval '10 minutes' end
$$;

comment on function calendar_sync.patience(integer) is 'How much longer work of a class may wait than what a person waits for.';

-- What cannot be read, such as an obligation that a host's adapter fails on, keeps its own lane waiting and no other.
create function calendar_sync.try_batch(p_integration_id uuid) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
begin
  return calendar_sync.take_batch(p_integration_id);
exception when others then
  perform calendar_sync.note_incident('claim', sqlstate, format('%s: %s', p_integration_id, sqlerrm));
  update calendar_sync.lanes set backoff_until = now() + interval '1 minute' where integration_id = p_integration_id;
  return null;
end;
$$;

comment on function calendar_sync.try_batch(uuid) is 'take_batch; where it fails, an incident, and the lane waits for a minute.';

create function public.calendar_claim(p_worker uuid, p_lanes integer, p_lease_s integer) returns jsonb
language plpgsql volatile security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
  v_marks constant integer := 200;
  v_probed text[];
  v_ids uuid[];
  v_batches jsonb;
begin
  perform calendar_sync.take_marks(v_marks);
  with probe as (
    select provider from calendar_sync.gates where probe_at <= now() for update skip locked
  ), probed as (
    update calendar_sync.gates as gate set probe_at = now() + calendar_sync.probe_interval()
    from probe where gate.provider = probe.provider returning gate.provider
  )
  select coalesce(array_agg(provider), '{}') into v_probed from probed;
  with candidate as materialized (
    select ready.integration_id, ready.turn_at
    from calendar_sync.gates as gate
    cross join lateral (
      select case when gate.down_since is null then p_lanes when gate.provider = any (v_probed) then 1 else 0 end as lanes
    ) as room
    cross join lateral (
      select oldest.integration_id, oldest.ready_at + calendar_sync.patience(class.priority) as turn_at
      from (values (0), (1), (2)) as class (priority)
      cross join lateral (
        select lane.integration_id, lane.ready_at
        from calendar_sync.lanes as lane
        join public.calendar_integrations as integration on integration.id = lane.integration_id
        where lane.provider = gate.provider and lane.priority = class.priority and lane.ready_at <= now()
        order by lane.ready_at limit room.lanes
        for no key update of integration skip locked for update of lane skip locked
      ) as oldest
      order by turn_at limit room.lanes
    ) as ready
    where coalesce(gate.spent_until <= now(), true)
    order by turn_at limit p_lanes
  ), leased as (
    update calendar_sync.lanes as lane
    set leased_by = p_worker, leased_until = now() + make_interval(secs => p_lease_s), lease = gen_random_uuid(),
      asked_anew = false,
      ready_at = now() + make_interval(secs => p_lease_s)
    from candidate where lane.integration_id = candidate.integration_id
    returning lane.integration_id
  )
  select array_agg(integration_id) into v_ids from leased;
  if v_ids is null then
    return '[]'::jsonb;
  end if;
  select coalesce(jsonb_agg(batch.lane) filter (where batch.lane is not null), '[]'),
    array_agg(batch.id) filter (where batch.lane is null)
  into v_batches, v_ids
  from (select id, calendar_sync.try_batch(id) as lane from unnest(v_ids) as id) as batch;
  if v_ids is not null then
    update calendar_sync.lanes set leased_by = null, leased_until = null where integration_id = any (v_ids);
    perform calendar_sync.reschedule(v_ids);
  end if;
  return v_batches;
end;
$$;

comment on function public.calendar_claim(uuid, integer, integer) is
  'Leases up to p_lanes lanes to a worker for p_lease_s seconds, the most urgent and longest waiting first, with all it needs to work them.';

-- Only what the worker knows of: what a claim leased whose answer never came is to be free again after its time.
create function public.calendar_renew(p_worker uuid, p_lease_s integer, p_integration_ids uuid[] default null) returns jsonb
language sql volatile security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
  with renewed as (
    update calendar_sync.lanes
    set leased_until = now() + make_interval(secs => p_lease_s), ready_at = now() + make_interval(secs => p_lease_s)
    where leased_by = p_worker and leased_until > now() - interval '1 minute'
      and (p_integration_ids is null or integration_id = any (p_integration_ids))
    returning integration_id
  )
  select coalesce(jsonb_agg(integration_id), '[]') from renewed
$$;

comment on function public.calendar_renew(uuid, integer, uuid[]) is
  'Renews the leases that a worker still holds, those of p_integration_ids where they are given, and names their integrations.';

create function public.calendar_next_turn(p_within_s integer) returns integer
language plpgsql volatile security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
  v_next_at timestamptz;
begin
  select min(greatest(first.ready_at, gate.spent_until, gate.probe_at)) into v_next_at
  from calendar_sync.gates as gate
  cross join (values (0), (1), (2)) as class (priority)
  cross join lateral (
    select lane.ready_at from calendar_sync.lanes as lane
    where lane.provider = gate.provider and lane.priority = class.priority and lane.ready_at is not null
      and lane.leased_by is null
    order by lane.ready_at limit 1
  ) as first;
  return case when v_next_at <= clock_timestamp() + make_interval(secs => p_within_s)
    then greatest(ceil(extract(epoch from v_next_at - clock_timestamp()) * 1000), 0) end;
end;
$$;

comment on function public.calendar_next_turn(integer) is
  'In how many milliseconds the next lane will be ready that nobody works; null where that is more than p_within_s seconds away.';

revoke execute on function public.calendar_claim(uuid, integer, integer), public.calendar_renew(uuid, integer, uuid[]),
  public.calendar_next_turn(integer) from public, anon, authenticated, service_role;
grant execute on function public.calendar_claim(uuid, integer, integer), public.calendar_renew(uuid, integer, uuid[]),
  public.calendar_next_turn(integer) to service_role;
