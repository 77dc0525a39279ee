-- What the worker asks for: which lanes are due, and all that it needs to work them. Claim and record are its two calls a batch.

create function calendar_sync.advance_scan(p_integration_id uuid, p_jobs integer) returns void
language plpgsql volatile security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  v_keys_a_chunk constant integer := 1000;
  v_chunks_max constant integer := 20;
  v_scan calendar_sync.jobs;
  v_cursor jsonb;
  v_keys uuid[];
begin
  select * into v_scan from calendar_sync.jobs
  where integration_id = p_integration_id and obligation_id is null and kind = 'scan' and run_at <= now();
  if not found then
    return;
  end if;
  v_cursor := coalesce(v_scan.cursor, '{}');
  for chunk in 1..v_chunks_max loop
    if v_cursor ? 'waits_for' then
      exit when calendar_sync.is_open_before((v_cursor ->> 'waits_for')::xid8);
      v_cursor := '{}';
    end if;
    exit when (
      select count(*) >= p_jobs from (
        select from calendar_sync.jobs
        where integration_id = p_integration_id and kind = 'event' and failed_at is null and run_at <= now() limit p_jobs
      ) as due
    );
    if v_cursor ? 'listens' then
      v_cursor := jsonb_build_object('repeat_after', pg_snapshot_xmax(pg_current_snapshot())::text);
    end if;
    v_keys := calendar_sync.keys_after(p_integration_id, (v_cursor ->> 'after')::uuid, v_keys_a_chunk);
    insert into calendar_sync.jobs as job (integration_id, kind, obligation_id, priority, cause)
    select p_integration_id, 'event', found.obligation_id, v_scan.priority, v_scan.cause
    from calendar_sync.compare(p_integration_id, v_keys) as found where found.differs
    order by found.obligation_id
    on conflict (integration_id, obligation_id, kind) do update
    set version = job.version + 1, priority = excluded.priority, run_at = excluded.run_at, attempts = 0, failed_at = null,
      cause = excluded.cause
    -- What was given up has changed, or somebody asked. A sweep leaves it.
    where job.failed_at is not null and excluded.priority < 2;
    if cardinality(v_keys) = v_keys_a_chunk then
      v_cursor := v_cursor || jsonb_build_object('after', v_keys[v_keys_a_chunk]);
    elsif v_cursor ? 'repeat_after' and calendar_sync.is_open_before((v_cursor ->> 'repeat_after')::xid8) then
      v_cursor := jsonb_build_object('waits_for', v_cursor -> 'repeat_after');
    elsif v_cursor ? 'repeat_after' then
      v_cursor := '{}';
    else
      delete from calendar_sync.jobs
      where integration_id = p_integration_id and obligation_id is null and kind = 'scan';
      return;
    end if;
  end loop;
  -- A transaction that stays open is asked for less and less often, at most once a minute.
  update calendar_sync.jobs
  set cursor = v_cursor, run_at = case when v_cursor ? 'waits_for'
    then now() + least(greatest((now() - v_scan.created_at) / 4, interval '1 second'), interval '1 minute') else v_scan.run_at end
  where integration_id = p_integration_id and obligation_id is null and kind = 'scan';
end;
$$;

comment on function calendar_sync.advance_scan(uuid, integer) is
  'Goes on with the scan of a calendar, chunk by chunk in the order of ids, until p_jobs jobs are due or the scan is over.';

create function calendar_sync.is_open_before(p_transaction xid8) returns boolean
language sql volatile security invoker set search_path = ''
as $$
  select exists (
    select from pg_snapshot_xip(pg_current_snapshot()) as open (id) where open.id < p_transaction
  )
$$;

comment on function calendar_sync.is_open_before(xid8) is 'Whether a transaction before this one is still open.';

-- In the calendar that events belong in: what is to move there is made anew, with reminders of the settings.
create function calendar_sync.events_after(
  p_integration public.calendar_integrations, p_after uuid, p_events integer
) returns jsonb
language plpgsql stable security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
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
      'obligation_id', found.obligation_id,
      'calendar_id', found.calendar_id,
      'event_id', found.event_id,
      'deadline', case when (found.deadline).obligation_id is not null then calendar_sync.shown_json(found.deadline) end
    ) order by found.obligation_id), '[]')
    from calendar_sync.compare(p_integration.id, v_ids) as found
  );
end;
$$;

comment on function calendar_sync.events_after(public.calendar_integrations, uuid, integer) is
  'The next events of a calendar, in the order of their obligations, for a job that goes through all of them. p_after null: from the first.';

create function calendar_sync.lane_json(p_integration_id uuid, p_jobs integer) returns jsonb
language plpgsql volatile security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  v_integration public.calendar_integrations;
  v_jobs jsonb := jsonb '[]';
  v_ids uuid[];
  v_single calendar_sync.jobs;
  -- A pull goes after the events, but these may never end.
  v_pull_waits constant interval := interval '5 seconds';
begin
  select * into v_integration from public.calendar_integrations where id = p_integration_id;
  select * into v_single from calendar_sync.jobs as job
  where job.integration_id = p_integration_id and job.kind = 'keep_alive' and job.obligation_id is null and job.run_at <= now()
    and v_integration.status in ('active', 'paused');
  -- It takes a few calls, and without it everything that the user changes is seen late.
  if not found and calendar_sync.channel_is_due(v_integration) then
    select * into v_single from calendar_sync.jobs as job
    where job.integration_id = p_integration_id and job.kind = 'channel' and job.obligation_id is null;
  end if;
  if v_single.kind is null then
    select * into v_single from calendar_sync.jobs as job
    where job.integration_id = p_integration_id and job.kind = 'pull' and job.obligation_id is null
      and job.run_at <= now() - v_pull_waits and v_integration.status = 'active';
  end if;
  if v_single.kind is null then
    select array_agg(due.obligation_id) into v_ids from (
      select job.obligation_id from calendar_sync.jobs as job
      where job.integration_id = p_integration_id and job.kind = 'event' and job.failed_at is null and job.run_at <= now()
      order by job.priority, job.run_at limit p_jobs
    ) as due;
    if v_ids is null then
      select job.* into v_single
      from calendar_sync.jobs as job
      where job.integration_id = p_integration_id and job.obligation_id is null and job.run_at <= now() and (
        job.kind in ('pull', 'find_orphans', 'reapply') and v_integration.status = 'active'
        or job.kind = 'disconnect' and v_integration.status = 'disconnecting'
          and not exists (
            select from calendar_sync.jobs as other
            where other.integration_id = p_integration_id and other.kind in ('event', 'scan')
          )
          and not exists (
            select from public.calendar_event_mappings as mapping where mapping.integration_id = p_integration_id
          )
      )
      order by job.kind <> 'pull', job.priority, job.run_at limit 1;
    else
      select coalesce(jsonb_agg(jsonb_build_object(
        'obligation_id', job.obligation_id,
        'version', job.version,
        'attempts', job.attempts,
        'attempted_in', to_jsonb(job.attempted_in),
        'cause', job.cause,
        'deadline', case when (found.deadline).obligation_id is not null and not found.is_hidden
          then calendar_sync.shown_json(found.deadline) end,
        'deadline_hash', found.deadline_hash,
        'mapping', case when found.event_id is not null then jsonb_build_object(
          'calendar_id', found.calendar_id, 'external_event_id', found.event_id, 'content_hash', found.content_hash,
          'etag', found.etag, 'previous_etag', found.previous_etag, 'sent_time', found.sent_time) end,
        -- A call for each job would take 75 µs.
        'edit', case when (found.edit).obligation_id is not null
          then calendar_sync.edit_json(row (found.*)::calendar_sync.comparison) end
      )), '[]') into v_jobs
      from calendar_sync.compare(p_integration_id, v_ids) as found
      cross join lateral (
        select queued.* from calendar_sync.jobs as queued
        where queued.integration_id = p_integration_id and queued.obligation_id = found.obligation_id and queued.kind = 'event' offset 0
      ) as job;
      update calendar_sync.jobs as job set attempted_in = job.attempted_in || v_integration.calendar_id
      where job.integration_id = p_integration_id and job.obligation_id = any (v_ids) and job.kind = 'event'
        and v_integration.calendar_id is not null and v_integration.calendar_id <> all (job.attempted_in);
    end if;
  end if;
  return (select jsonb_build_object(
    'integration_id', v_integration.id,
    'provider', v_integration.provider,
    'lease', lane.lease,
    'kind', coalesce(v_single.kind, 'event'),
    'removing', v_integration.status = 'disconnecting',
    'user_id', coalesce(v_integration.user_id, v_integration.deleted_user_id),
    'calendar', case when v_integration.calendar_id is not null then jsonb_build_object(
      'id', v_integration.calendar_id, 'role', v_integration.calendar_role) end,
    'own_calendar_id', v_integration.own_calendar_id,
    'access', v_integration.access,
    'settings', calendar_sync.complete_settings(v_integration.settings),
    'attempts', lane.attempts,
    'batch_jobs', lane.batch_jobs,
    'access_token', calendar_sync.read_secret(v_integration.access_token_secret_id),
    'token_expires_at', v_integration.token_expires_at,
    'jobs', v_jobs,
    'single', case when v_single.kind is not null then jsonb_build_object(
      'version', v_single.version, 'attempts', v_single.attempts,
      'failing_s', case when v_single.attempts = 0 then 0 else extract(epoch from now() - v_single.created_at) end) end,
    'push', case when v_single.kind in ('channel', 'disconnect') then calendar_sync.channels_json(v_integration) end,
    'cursor', case when v_single.kind = 'pull' then (
      select calendar_sync.read_secret(pull.cursor_secret_id) from calendar_sync.pulls as pull
      where pull.integration_id = p_integration_id and pull.calendar_id = v_integration.calendar_id
    ) end
  ) || case when v_single.kind = 'reapply' then jsonb_build_object(
    'events', calendar_sync.events_after(v_integration, (v_single.cursor ->> 'after')::uuid, p_jobs)) else '{}' end
  from calendar_sync.lanes as lane where lane.integration_id = p_integration_id);
end;
$$;

comment on function calendar_sync.lane_json(uuid, integer) is
  'A lane as the worker gets it: up to p_jobs event jobs that are due, or one job of another kind. With reapply come the next events.';

-- A job costs one call; a move, or finding what an interrupted attempt left, one more. A few are to spare: for a taken id, for
-- asking whether the calendar is still there, and for looking for orphans. They double with every run that achieved nothing:
-- where many ids are taken, the usual number does not suffice for a single event.
create function calendar_sync.take_batch(p_integration_id uuid) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_calls_to_spare integer := 5;
  v_doublings_max constant integer := 4;
  v_events_a_page constant integer := 100;
  -- CONFIRMATIONS_MAX of the worker.
  v_confirmations constant integer := 25;
  -- Not until the window is over: others may be served sooner.
  v_others_first constant interval := interval '5 seconds';
  -- A claim may at least keep the token of a blocked user alive.
  v_asked_again constant interval := interval '1 day';
  v_blocked_until timestamptz;
  v_server text;
  v_server_wait timestamptz;
  v_fair integer;
  v_calls_for_other_calendars constant integer := 50;
  v_lane calendar_sync.lanes;
  v_integration public.calendar_integrations;
  v_channel_is_due boolean;
  v_status text;
  v_enabled boolean;
  v_scope text;
  v_left integer;
  v_more_at timestamptz;
  v_jobs integer;
  v_scan_begins boolean;
  v_batch jsonb;
  v_calls integer;
begin
  select * into v_lane from calendar_sync.lanes where integration_id = p_integration_id;
  select * into v_integration from public.calendar_integrations where id = p_integration_id;
  v_status := v_integration.status;
  v_enabled := v_integration.sync_enabled;
  v_server := v_integration.server;
  v_blocked_until := calendar_sync.blocked_until(v_integration.user_id);
  v_channel_is_due := calendar_sync.channel_is_due(v_integration);
  if v_status in ('active', 'paused') and exists (
    select from calendar_sync.jobs
    where integration_id = p_integration_id and kind = 'keep_alive' and obligation_id is null and run_at <= now()
  ) then
    return calendar_sync.lane_json(p_integration_id, 0) || '{"calls": 0, "reserved_id": null}';
  end if;
  -- Syncing was stopped, and the lane was not rescheduled since.
  if not (v_status = 'active' and v_enabled or v_status = 'disconnecting' or v_channel_is_due) then
    return null;
  end if;
  -- Leaving goes on: events are removed from the calendar of a user who is erased.
  if v_status = 'active' and v_blocked_until is not null then
    perform calendar_sync.set_wait(array[p_integration_id], 'user_blocked', least(v_blocked_until, now() + v_asked_again));
    return null;
  end if;
  if v_server is not null then
    v_server_wait := calendar_sync.server_wait(v_lane.provider, v_server);
    if v_server_wait is not null then
      perform calendar_sync.set_wait(array[p_integration_id], 'backoff', v_server_wait);
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
  if v_channel_is_due then
    v_calls := least(v_left, v_calls_to_spare);
    perform calendar_sync.set_wait(array[p_integration_id], null, null);
    return calendar_sync.lane_json(p_integration_id, 0) || jsonb_build_object(
      'calls', v_calls, 'reserved_id', calendar_sync.count_calls(v_lane.provider, p_integration_id, v_calls));
  end if;
  v_jobs := least(v_lane.batch_jobs, v_left);
  select not coalesce(cursor ? 'after', false) into v_scan_begins from calendar_sync.jobs
  where integration_id = p_integration_id and obligation_id is null and kind = 'scan' and run_at <= now();
  perform calendar_sync.advance_scan(p_integration_id, v_jobs);
  if v_status = 'active'
    and calendar_sync.stop_mass_deletion(p_integration_id, v_jobs, coalesce(v_scan_begins, false))
  then
    -- It begins again when the calendar goes on.
    update calendar_sync.jobs set cursor = cursor - 'after'
    where integration_id = p_integration_id and obligation_id is null and kind = 'scan';
    return null;
  end if;
  v_batch := calendar_sync.lane_json(p_integration_id, v_jobs);
  if v_batch ->> 'kind' in ('find_orphans', 'pull') then
    select v_calls_to_spare + count(*) / v_events_a_page into v_calls
    from public.calendar_event_mappings where integration_id = p_integration_id;
    if v_batch ->> 'kind' = 'pull' then
      v_calls := v_calls + v_confirmations;
    elsif v_batch ->> 'access' = 'existing' then
      v_calls := v_calls + v_calls_for_other_calendars;
    end if;
  elsif v_batch ->> 'kind' = 'reapply' then
    v_calls := v_calls_to_spare + jsonb_array_length(v_batch -> 'events');
  else
    select v_calls_to_spare + coalesce(sum(1
      + (job #>> '{mapping,calendar_id}' is distinct from v_batch #>> '{calendar,id}' and job -> 'mapping' <> 'null')::integer
      + jsonb_array_length(job -> 'attempted_in')
      -- An event of which no version is known is looked for first: it may be deleted.
      + case when job #>> '{mapping,external_event_id}' is not null and job #>> '{mapping,etag}' is null then 2 else 0 end
      -- Reminders of what was completed are looked at and taken away.
      + case when job #>> '{deadline,status}' = 'completed' and job -> 'mapping' <> 'null' then 2 else 0 end
    ), 0) into v_calls from jsonb_array_elements(v_batch -> 'jobs') as job;
  end if;
  v_calls := least(v_left, v_calls);
  perform calendar_sync.set_wait(array[p_integration_id], null, null);
  return v_batch || jsonb_build_object(
    'calls', v_calls, 'reserved_id', calendar_sync.count_calls(v_lane.provider, p_integration_id, v_calls));
exception when others then
  -- A lane that cannot be read, such as one with an obligation that the host's adapter fails on, waits alone.
  perform calendar_sync.note_incident('claim', sqlstate, format('%s: %s', p_integration_id, sqlerrm));
  perform calendar_sync.set_wait(array[p_integration_id], 'backoff', now() + interval '1 minute');
  return null;
end;
$$;

comment on function calendar_sync.take_batch(uuid) is
  'The next batch of a leased lane, with the provider calls reserved that it may make. Null: the quota is spent, or its server is down, or its user is blocked, or the lane was stopped, or it could not be read: then it notes an incident, and the lane waits for a minute.';

create function public.calendar_claim(p_worker uuid, p_lanes integer, p_lease_s integer) returns jsonb
language plpgsql volatile security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  v_changes constant integer := 200;
  v_probed text[];
  v_ids uuid[];
  v_batches jsonb;
begin
  perform calendar_sync.absorb_changes(v_changes);
  with probe as (
    select name from calendar_sync.providers where probe_at <= now() for update skip locked
  ), probed as (
    update calendar_sync.providers as provider set probe_at = now() + provider.probe_interval
    from probe where provider.name = probe.name returning provider.name
  )
  select coalesce(array_agg(name), '{}') into v_probed from probed;
  with candidate as materialized (
    select ready.integration_id, ready.urgent_at
    from calendar_sync.providers as provider
    cross join lateral (
      select case when provider.open_since is null then p_lanes when provider.name = any (v_probed) then 1 else 0 end as lanes
    ) as room
    cross join lateral (
      select oldest.integration_id, oldest.ready_at + class.patience as urgent_at
      -- What a person waits for goes first, but not for ever: work of a lower priority that has waited for so much longer is as urgent.
      from (values (0, interval '0'), (1, interval '30 seconds'), (2, interval '10 minutes')) as class (priority, patience)
      cross join lateral (
        select lane.integration_id, lane.ready_at
        from calendar_sync.lanes as lane
        join public.calendar_integrations as integration on integration.id = lane.integration_id
        where lane.provider = provider.name and lane.priority = class.priority and lane.ready_at <= now()
        order by lane.ready_at limit room.lanes
        for no key update of integration skip locked for update of lane skip locked
      ) as oldest
      order by urgent_at limit room.lanes
    ) as ready
    where coalesce(provider.quota_until <= now(), true)
    order by urgent_at limit p_lanes
  ), leased as (
    update calendar_sync.lanes as lane
    set leased_by = p_worker, leased_until = now() + make_interval(secs => p_lease_s), lease = gen_random_uuid(),
      ready_at = now() + make_interval(secs => p_lease_s)
    from candidate where lane.integration_id = candidate.integration_id
    returning lane.integration_id
  )
  select array_agg(integration_id) into v_ids from leased;
  if v_ids is null then
    return jsonb_build_object('lanes', jsonb '[]', 'deliveries_are_due', calendar_sync.deliveries_are_due());
  end if;
  select coalesce(jsonb_agg(batch.lane) filter (where batch.lane is not null), '[]'),
    array_agg(batch.id) filter (where batch.lane is null)
  into v_batches, v_ids
  from (select id, calendar_sync.take_batch(id) as lane from unnest(v_ids) as id) as batch;
  if v_ids is not null then
    update calendar_sync.lanes set leased_by = null, leased_until = null where integration_id = any (v_ids);
    perform calendar_sync.reschedule(v_ids);
  end if;
  return jsonb_build_object('lanes', v_batches, 'deliveries_are_due', calendar_sync.deliveries_are_due());
end;
$$;

comment on function public.calendar_claim(uuid, integer, integer) is
  'Leases up to p_lanes lanes to a worker for p_lease_s seconds, the most urgent and longest waiting first, with all that it needs to work them. deliveries_are_due: whether there are mails or calls of webhooks to send, for which calendar_claim_deliveries is asked.';

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
