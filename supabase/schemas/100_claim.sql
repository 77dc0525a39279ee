-- What the worker asks for: which lanes are due, and all that it needs to work them. Claim and record are its two calls a batch.

-- A few calls are to spare: for a taken id, for asking whether the calendar is still there, and for looking for orphans. They double
-- with every run that achieved nothing: where many ids are taken, the usual number does not suffice for a single event.
create function calendar_sync.take_batch(p_integration_id uuid) returns json
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_calls_to_spare integer := 5;
  v_doublings_max constant integer := 4;
  -- FILES_PER_REQUEST of CalDAV, the fewest of all providers.
  v_events_a_page constant integer := 50;
  -- CONFIRMATIONS_MAX of the worker.
  v_confirmations constant integer := 25;
  v_calls_for_other_calendars constant integer := 50;
  -- Not until the window is over: others may be served sooner.
  v_others_first constant interval := interval '5 seconds';
  -- A pull goes after the events, but these may never end.
  v_pull_waits constant interval := interval '5 seconds';
  v_connecting_takes constant interval := interval '1 second';
  -- A claim may at least keep the token of a blocked user alive.
  v_asked_again constant interval := interval '1 day';
  v_lane calendar_sync.lanes;
  v_integration public.calendar_integrations;
  v_status text;
  -- Of the jobs that are due and are no event.
  v_due text[];
  v_kind text := 'event';
  v_until timestamptz;
  v_scope text;
  v_left integer;
  v_more_at timestamptz;
  v_fair integer;
  v_jobs integer;
  v_scan_begins boolean := false;
  v_batch record;
  v_events jsonb := jsonb '[]';
  v_calls integer;
begin
  select * into v_lane from calendar_sync.lanes where integration_id = p_integration_id;
  select * into v_integration from public.calendar_integrations where id = p_integration_id;
  v_status := v_integration.status;
  v_due := array(
    select job.kind from calendar_sync.jobs as job
    where job.integration_id = p_integration_id and job.obligation_id is null and job.run_at <= now()
  );
  if 'keep_alive' = any (v_due) and v_status in ('active', 'paused') then
    return calendar_sync.lane_json(v_lane, v_integration, 'keep_alive', '[]', '[]', 0);
  end if;
  -- It takes a few calls, and without it everything that the user changes is seen late. While an administrator has paused the
  -- calendar, its channels end.
  if 'channel' = any (v_due) and (v_status = 'active' and v_integration.sync_enabled or v_status = 'disconnecting'
    or v_integration.paused_by_admin is not null)
  then
    v_kind := 'channel';
  -- So does a test event, also while syncing is switched off, and its user waits for it.
  elsif 'test_event' = any (v_due) and v_status in ('active', 'disconnecting') then
    v_kind := 'test_event';
  -- Syncing was stopped, and the lane was not rescheduled since.
  elsif not (v_status = 'active' and v_integration.sync_enabled or v_status = 'disconnecting') then
    return null;
  end if;
  -- Leaving goes on: events are removed from the calendar of a user who is erased.
  if v_status = 'active' then
    v_until := calendar_sync.blocked_until(v_integration.user_id);
    if v_until is not null then
      perform calendar_sync.set_wait(array[p_integration_id], 'user_blocked', least(v_until, now() + v_asked_again));
      return null;
    end if;
  end if;
  if v_integration.server is not null then
    v_until := calendar_sync.server_wait(v_lane.provider, v_integration.server);
    if v_until is not null then
      perform calendar_sync.set_wait(array[p_integration_id], 'backoff', v_until);
      return null;
    end if;
  end if;
  select quota.scope, quota.left_for_syncing, quota.more_at into v_scope, v_left, v_more_at
  from calendar_sync.quota_of(v_lane.provider, p_integration_id) as quota
  order by quota.left_for_syncing, quota.scope desc limit 1;
  if v_left = 0 then
    if v_scope = 'project' then
      update calendar_sync.providers set quota_until = v_more_at where name = v_lane.provider;
    else
      perform calendar_sync.set_wait(array[p_integration_id], 'quota', v_more_at);
    end if;
    return null;
  end if;
  v_calls_to_spare := v_calls_to_spare * power(2, least(v_lane.attempts, v_doublings_max));
  v_fair := calendar_sync.fair_share_left(v_lane.provider, p_integration_id, v_lane.batch_jobs + v_calls_to_spare);
  if v_fair = 0 then
    perform calendar_sync.set_wait(array[p_integration_id], 'quota', now() + v_others_first);
    return null;
  end if;
  v_left := least(v_left, v_fair);
  if v_kind <> 'event' then
    perform calendar_sync.set_wait(array[p_integration_id], null, null);
    return calendar_sync.lane_json(v_lane, v_integration, v_kind, '[]', '[]', least(v_left, v_calls_to_spare));
  end if;
  v_jobs := least(v_lane.batch_jobs, v_left);
  if 'scan' = any (v_due) then
    select not coalesce(cursor ? 'after', false) into v_scan_begins from calendar_sync.jobs
    where integration_id = p_integration_id and obligation_id is null and kind = 'scan';
    perform calendar_sync.advance_scan(p_integration_id, v_jobs);
  end if;
  select * into v_batch from calendar_sync.due_events(v_integration, v_jobs);
  -- What is about to be deleted is counted before anything is: everything when a scan begins, else where the batch deletes.
  if v_status = 'active' and (v_scan_begins or v_batch.deletions > 0)
    and calendar_sync.stop_mass_deletion(p_integration_id, v_scan_begins)
  then
    -- It begins again when the calendar goes on.
    update calendar_sync.jobs set cursor = cursor - 'after'
    where integration_id = p_integration_id and obligation_id is null and kind = 'scan';
    return null;
  end if;
  if v_due && array['pull', 'find_orphans', 'reapply', 'disconnect'] then
    select job.kind into v_kind from calendar_sync.jobs as job
    where job.integration_id = p_integration_id and job.obligation_id is null and job.run_at <= now()
      and case when v_batch.obligation_ids <> '{}' then job.kind = 'pull' and job.run_at <= now() - v_pull_waits else true end
      and (job.kind in ('pull', 'find_orphans', 'reapply') and v_status = 'active'
        or job.kind = 'disconnect' and v_status = 'disconnecting'
          and not exists (
            select from calendar_sync.jobs as other
            where other.integration_id = p_integration_id and other.kind in ('event', 'scan', 'test_event')
          )
          and not exists (
            select from public.calendar_event_mappings as mapping where mapping.integration_id = p_integration_id
          ))
    order by job.kind <> 'pull', job.priority, job.run_at limit 1;
    -- Its user is connecting an account, which may be this one: the calendar that was found is not to be deleted meanwhile.
    if v_kind = 'disconnect' and exists (
      select from calendar_sync.locks
      where purpose = 'calendar' and subject_id = v_integration.user_id and claimed_until > clock_timestamp()
    ) then
      perform calendar_sync.set_wait(array[p_integration_id], 'backoff', now() + v_connecting_takes);
      return null;
    end if;
    v_kind := coalesce(v_kind, 'event');
  end if;
  v_calls := v_calls_to_spare;
  case v_kind
    when 'event' then
      v_calls := v_calls + v_batch.calls;
      update calendar_sync.jobs as job
      set attempted_in = job.attempted_in || v_integration.calendar_id,
        attempted_version = case when job.attempted_in = '{}' then job.version end
      where job.integration_id = p_integration_id and job.obligation_id = any (v_batch.obligation_ids) and job.kind = 'event'
        and v_integration.calendar_id is not null and v_integration.calendar_id <> all (job.attempted_in);
    when 'pull', 'find_orphans' then
      v_calls := v_calls + (
        select count(*) / v_events_a_page from public.calendar_event_mappings where integration_id = p_integration_id
      ) + case when v_kind = 'pull' then v_confirmations when v_integration.access = 'existing' then v_calls_for_other_calendars else 0 end;
    when 'reapply' then
      v_events := calendar_sync.events_after(v_integration, (
        select (job.cursor ->> 'after')::uuid from calendar_sync.jobs as job
        where job.integration_id = p_integration_id and job.obligation_id is null and job.kind = 'reapply'
      ), v_jobs);
      v_calls := v_calls + jsonb_array_length(v_events);
    else null;
  end case;
  perform calendar_sync.set_wait(array[p_integration_id], null, null);
  return calendar_sync.lane_json(v_lane, v_integration, v_kind, case when v_kind = 'event' then v_batch.jobs else '[]' end, v_events,
    least(v_left, v_calls));
-- `others` leaves out two: the statement's time is up, or an ASSERT of the host's adapter fails.
exception when query_canceled or assert_failure or others then
  -- A lane that cannot be read, such as one with an obligation that the host's adapter fails on, waits alone: longer each time, since
  -- other lanes wait for as long as it takes to fail.
  perform calendar_sync.note_incident('claim', sqlstate, format('%s: %s', p_integration_id, sqlerrm));
  update calendar_sync.lanes
  set attempts = attempts + 1, wait_reason = 'backoff',
    wait_until = now() + interval '1 minute' * power(2, least(attempts, v_doublings_max))
  where integration_id = p_integration_id;
  return null;
end;
$$;

comment on function calendar_sync.take_batch(uuid) is
  'The next batch of a leased lane, with the provider calls reserved that it may make. Null: the quota is spent, or its server is down, or its user is blocked or is connecting an account, or the lane was stopped, or it could not be read: then it notes an incident, and the lane waits for a minute, and longer each time.';

create function calendar_sync.claimed(p_lanes json) returns json
language plpgsql volatile security definer set search_path = ''
as $$
begin
  return json_build_object('lanes', p_lanes, 'deliveries_are_due', calendar_sync.deliveries_are_due(),
    'ending_channels_are_due', calendar_sync.ending_channels_are_due());
end;
$$;

comment on function calendar_sync.claimed(json) is 'What a claim answers: the lanes that it leased, and what else is due.';

create function public.calendar_claim(p_worker uuid, p_lanes integer, p_lease_s integer) returns json
language plpgsql volatile security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off set plan_cache_mode = force_generic_plan
as $$
declare
  v_changes constant integer := 200;
  -- A hosted statement may take 8 s. Lanes that are not reached in this time are left to the next claim: once a statement's time
  -- is up and a lane was put aside for it, nothing ends the statement any more.
  v_reading_max constant interval := interval '3 seconds';
  v_until timestamptz;
  v_probed text[];
  -- The owners of the lanes that the worker has.
  v_served uuid[];
  v_places_each integer;
  -- Owners that have as many.
  v_full uuid[];
  v_ids uuid[];
  v_batches json;
begin
  perform calendar_sync.absorb_changes(v_changes);
  with probe as (
    select name from calendar_sync.providers where probe_at <= now() for update skip locked
  ), probed as (
    update calendar_sync.providers as provider set probe_at = now() + provider.probe_interval
    from probe where provider.name = probe.name returning provider.name
  )
  select coalesce(array_agg(name), '{}') into v_probed from probed;
  -- Calendars of one user have at most half of a worker's places: where their server takes long to answer, others have the rest.
  v_served := array(
    select coalesce(integration.user_id, integration.deleted_user_id, integration.id) from calendar_sync.lanes as lane
    join public.calendar_integrations as integration on integration.id = lane.integration_id
    where lane.leased_by = p_worker and lane.leased_until > now()
  );
  v_places_each := greatest((p_lanes + cardinality(v_served)) / 2, 1);
  v_full := array(select served.id from unnest(v_served) as served (id) group by served.id having count(*) >= v_places_each);
  with due as materialized (
    select ready.integration_id, ready.urgent_at, (select count(*) from unnest(v_served) as served (id) where served.id = ready.owner_id)
      + row_number() over (partition by ready.owner_id order by ready.urgent_at) as place
    from calendar_sync.providers as provider
    cross join lateral (
      select case when provider.open_since is null then p_lanes when provider.name = any (v_probed) then 1 else 0 end as lanes
    ) as room
    cross join lateral (
      select oldest.integration_id, oldest.owner_id, oldest.ready_at + class.patience as urgent_at
      -- What a person waits for goes first, but not for ever: work of a lower priority that has waited for so much longer is as urgent.
      from (values (0, interval '0'), (1, interval '30 seconds'), (2, interval '10 minutes')) as class (priority, patience)
      cross join lateral (
        select lane.integration_id, lane.ready_at, owner.id as owner_id
        from calendar_sync.lanes as lane
        join public.calendar_integrations as integration on integration.id = lane.integration_id
        cross join lateral (
          select coalesce(integration.user_id, integration.deleted_user_id, integration.id) as id
        ) as owner
        where lane.provider = provider.name and lane.priority = class.priority and lane.ready_at <= now() and owner.id <> all (v_full)
        order by lane.ready_at limit room.lanes
        for no key update of integration skip locked for update of lane skip locked
      ) as oldest
      order by urgent_at limit room.lanes
    ) as ready
    where coalesce(provider.quota_until <= now(), true)
  ), candidate as materialized (
    select integration_id from due where place <= v_places_each order by urgent_at limit p_lanes
  ), leased as (
    update calendar_sync.lanes as lane
    set leased_by = p_worker, leased_until = now() + make_interval(secs => p_lease_s), lease = gen_random_uuid(),
      ready_at = now() + make_interval(secs => p_lease_s),
      -- The worker that had it died, perhaps of the batch.
      batch_jobs = case when lane.leased_by is null then lane.batch_jobs else greatest(lane.batch_jobs / 2, 1) end
    from candidate where lane.integration_id = candidate.integration_id
    returning lane.integration_id
  )
  select array_agg(integration_id) into v_ids from leased;
  if v_ids is null then
    return calendar_sync.claimed(json '[]');
  end if;
  v_until := clock_timestamp() + v_reading_max;
  select coalesce(json_agg(batch.lane) filter (where batch.lane is not null), '[]'),
    array_agg(batch.id) filter (where batch.lane is null)
  into v_batches, v_ids
  from (
    select id, case when clock_timestamp() < v_until then calendar_sync.take_batch(id) end as lane from unnest(v_ids) as id
  ) as batch;
  if v_ids is not null then
    update calendar_sync.lanes set leased_by = null, leased_until = null where integration_id = any (v_ids);
    perform calendar_sync.reschedule(v_ids);
  end if;
  return calendar_sync.claimed(v_batches);
end;
$$;

comment on function public.calendar_claim(uuid, integer, integer) is
  'Leases up to p_lanes lanes to a worker for p_lease_s seconds, the most urgent and longest waiting first, with all that it needs to work them. deliveries_are_due: whether there are mails or calls of webhooks to send, for which calendar_claim_deliveries is asked. ending_channels_are_due: the same of calendar_claim_ending_channels.';

-- Only lanes that the worker knows of: a lane whose claim was answered to nobody becomes free in its time.
create function public.calendar_renew(p_worker uuid, p_lease_s integer, p_integration_ids uuid[] default null) returns jsonb
language sql volatile security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
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

create function public.calendar_next_work(p_within_s integer) returns integer
language plpgsql volatile security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  v_next_at timestamptz;
begin
  select min(greatest(first.ready_at, provider.quota_until, provider.probe_at)) into v_next_at
  from calendar_sync.providers as provider
  cross join (values (0), (1), (2)) as class (priority)
  cross join lateral (
    select lane.ready_at from calendar_sync.lanes as lane
    where lane.provider = provider.name and lane.priority = class.priority and lane.ready_at is not null
      and lane.leased_by is null
    order by lane.ready_at limit 1
  ) as first;
  v_next_at := least(v_next_at, (
    select min(first.next_attempt_at) from (values ('webhook'), ('mail')) as sent (channel)
    cross join lateral (
      select next.next_attempt_at from calendar_sync.deliveries as next
      where next.channel = sent.channel and next.ended_at is null and next.leased_by is null order by next.next_attempt_at limit 1
    ) as first
  ));
  return case when v_next_at <= clock_timestamp() + make_interval(secs => p_within_s)
    then greatest(ceil(extract(epoch from v_next_at - clock_timestamp()) * 1000), 0) end;
end;
$$;

comment on function public.calendar_next_work(integer) is
  'In how many milliseconds the next lane or delivery will be due that nobody works; null where that is more than p_within_s seconds away.';
