-- The schedule. Every lane knows from when on it may be worked and how urgent that is, so a claim reads the head of an index
-- instead of looking through jobs.

-- What was written a moment ago is left alone for this long: a burst of edits costs two writes, the first and the last.
create function calendar_sync.settling_time() returns interval
language sql immutable security invoker set search_path = ''
as $$ select interval '1 second' $$;

comment on function calendar_sync.settling_time() is
  'For so long an obligation is left alone after its event was written: a burst of edits costs two writes, the first and the last.';

create function calendar_sync.attempts_max() returns integer
language sql immutable security invoker set search_path = ''
as $$ select 8 $$;

comment on function calendar_sync.attempts_max() is 'After so many attempts of its own a job is given up until its obligation changes or somebody asks.';

create view calendar_sync.schedule with (security_invoker = true) as
select lane.integration_id, work.priority, case when work.due_at is not null then
    greatest(work.due_at, lane.wait_until, lane.leased_until)
  end as ready_at
from calendar_sync.lanes as lane
join public.calendar_integrations as integration on integration.id = lane.integration_id
left join lateral (
  select due.priority, greatest(due.run_at, now()) as due_at
  from (
    select head.priority, head.run_at
    from (values (0::smallint), (1::smallint), (2::smallint)) as class (priority)
    cross join lateral (
      select job.priority, job.run_at from calendar_sync.jobs as job
      where job.integration_id = lane.integration_id and job.priority = class.priority and job.failed_at is null
        and job.kind not in ('disconnect', 'keep_alive', 'channel', 'test_event')
        and (job.kind not in ('find_orphans', 'pull', 'reapply') or integration.status = 'active')
      order by job.run_at limit 1
    ) as head
    where integration.status = 'active' and integration.sync_enabled or integration.status = 'disconnecting'
    union all
    -- The last step of leaving waits until nothing of ours is left in the calendar.
    select job.priority, job.run_at from calendar_sync.jobs as job
    where job.integration_id = lane.integration_id and job.kind = 'disconnect' and job.obligation_id is null
      and integration.status = 'disconnecting'
      and not exists (
        select from calendar_sync.jobs as other
        where other.integration_id = lane.integration_id and other.kind in ('event', 'scan', 'test_event')
      )
      and not exists (
        select from public.calendar_event_mappings as mapping where mapping.integration_id = lane.integration_id
      )
    union all
    -- A token of a paused calendar ends too. Channels end while an administrator has paused it. A test event goes while syncing is off.
    select job.priority, job.run_at from calendar_sync.jobs as job
    where job.integration_id = lane.integration_id and job.obligation_id is null and (
      job.kind = 'keep_alive' and integration.status in ('active', 'paused')
      or job.kind = 'test_event' and integration.status in ('active', 'disconnecting')
      or job.kind = 'channel' and (integration.status = 'active' and integration.sync_enabled
        or integration.status = 'disconnecting' or integration.paused_by_admin is not null)
    )
  ) as due
  -- What settles in a moment counts as due: else its priority would not be known until the lane is claimed again.
  order by greatest(due.run_at, now() + calendar_sync.settling_time()), due.priority, due.run_at limit 1
) as work on true;

comment on view calendar_sync.schedule is
  'What each lane has to do next and from when on it may, worked out from scratch. lanes.ready_at and lanes.priority say the same.';

-- A lane that waits already keeps its place in the queue. One that was just served, or has work again, goes to the end.
create function calendar_sync.reschedule(p_integration_ids uuid[]) returns void
language plpgsql volatile security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off set plan_cache_mode = force_generic_plan
as $$
begin
  update calendar_sync.lanes as lane
  set ready_at = fresh.ready_at, priority = coalesce(fresh.priority, lane.priority)
  from (
    select waiting.integration_id, schedule.priority, case
        when waiting.ready_at < schedule.ready_at and schedule.ready_at <= now() then waiting.ready_at else schedule.ready_at
      end as ready_at
    from unnest(p_integration_ids) as each (id)
    cross join lateral (
      -- OFFSET: one by one. With = any (…) very many ids may be compared with very many lanes.
      select own.priority, own.ready_at from calendar_sync.schedule as own where own.integration_id = each.id offset 0
    ) as schedule
    join calendar_sync.lanes as waiting on waiting.integration_id = each.id
  ) as fresh
  where lane.integration_id = fresh.integration_id
    and (lane.ready_at, lane.priority) is distinct from (fresh.ready_at, coalesce(fresh.priority, lane.priority));
end;
$$;

comment on function calendar_sync.reschedule(uuid[]) is 'Works out anew when these lanes may be worked and how urgent that is.';

create function calendar_sync.set_wait(p_integration_ids uuid[], p_reason text, p_until timestamptz) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  update calendar_sync.lanes set wait_reason = p_reason, wait_until = p_until
  where integration_id = any (p_integration_ids) and (p_reason is not null or wait_reason is not null);
end;
$$;

comment on function calendar_sync.set_wait(uuid[], text, timestamptz) is
  'Has these lanes wait, or, with nulls, wait no more. calendar_sync.reschedule then says when they may be worked.';

-- What a lane waits for besides its own work.
create function calendar_sync.wait_of(
  lane calendar_sync.lanes, provider calendar_sync.providers, out reason text, out until timestamptz
)
language sql stable security invoker set search_path = ''
as $$
  select case
      when lane.leased_until > now() then 'leased'
      when provider.open_since is not null then 'provider_down'
      when provider.quota_until > now() then 'project_quota'
      when lane.wait_until > now() then lane.wait_reason
    end,
    case when coalesce(lane.leased_until <= now(), true) then
      nullif(greatest(lane.wait_until, provider.probe_at, provider.quota_until, now()), now())
    end
$$;

comment on function calendar_sync.wait_of(calendar_sync.lanes, calendar_sync.providers) is
  'What a lane waits for, and until when: leased, provider_down, project_quota, backoff, retry_after, quota, user_blocked; null: nothing, or only for its own next work at ready_at.';

create function calendar_sync.absorb_changes(p_changes integer) returns void
language plpgsql volatile security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off set plan_cache_mode = force_generic_plan
as $$
declare
  -- Each takes 25 to 40 µs, and a hosted statement may take 8 s.
  v_rows_max constant integer := greatest(p_changes, 50000);
  v_lanes uuid[];
  v_retries calendar_sync.changes[];
  v_asked uuid[];
  v_agreed uuid[];
  v_agreed_edits uuid[];
  v_put_back calendar_sync.changes[];
begin
  -- Skip leased lanes: their record would block on our lock.
  select array_agg(lane.integration_id) into v_lanes from (
    select locked.integration_id from calendar_sync.lanes as locked
    where locked.integration_id in (
      select change.integration_id
      from calendar_sync.changes as change
      join calendar_sync.lanes as idle using (integration_id)
      where idle.leased_by is null or idle.leased_until <= now()
      order by change.priority, change.id limit p_changes
    )
    for update skip locked
  ) as lane;
  if v_lanes is null then
    return;
  end if;
  -- All changes of a lane at once, so that a lane with many does not keep others waiting; where there are very many, the most urgent
  -- and oldest of each lane. Exactly the rows that are read go.
  with absorbed as (
    delete from calendar_sync.changes as change where change.ctid = any (array(
      select own.at from unnest(v_lanes) as lane (id)
      cross join lateral (
        select waiting.ctid as at from calendar_sync.changes as waiting
        where waiting.integration_id = lane.id order by waiting.priority, waiting.id limit v_rows_max / cardinality(v_lanes)
      ) as own
    )) returning change.*
  ), asked as (
    -- Of several causes that of the most urgent change, and of these the last.
    select each.integration_id, case each.kind when 'listen' then 'scan' when 'put_back' then 'event' else each.kind end as kind, each.obligation_id,
      min(each.priority) as priority, (array_agg(each.cause order by each.priority, each.id desc))[1] as cause,
      case when bool_or(each.kind = 'listen') then '{"listens": true}'::jsonb end as cursor
    from absorbed as each where each.kind not in ('retry', 'reschedule', 'allow_deletions', 'allow_edits')
    group by 1, 2, 3
  ), queued as (
    insert into calendar_sync.jobs as job (integration_id, kind, obligation_id, priority, run_at, cause, cursor, attempted_in)
    select asked.integration_id, asked.kind, asked.obligation_id, asked.priority,
      greatest(now(), mapping.synced_at + calendar_sync.settling_time()), asked.cause, asked.cursor, array(
        select leftover.calendar_id from calendar_sync.leftovers as leftover
        where leftover.integration_id = asked.integration_id and leftover.obligation_id = asked.obligation_id
      )
    from asked
    left join lateral (
      -- OFFSET: as in calendar_sync.compare.
      select known.synced_at from public.calendar_event_mappings as known
      where known.integration_id = asked.integration_id and known.obligation_id = asked.obligation_id offset 0
    ) as mapping on true
    order by asked.integration_id, asked.obligation_id, asked.kind
    on conflict (integration_id, obligation_id, kind) do update
    set version = job.version + 1, priority = excluded.priority, attempts = 0, failed_at = null,
      -- A channel is given up after days of failures, counted from here.
      created_at = case when job.kind = 'channel' then now() else job.created_at end,
      -- A calendar with much news is read all the same: each piece of it would put the pull off.
      run_at = case when job.kind = 'pull' then least(job.run_at, excluded.run_at) else excluded.run_at end,
      last_error = null, cause = excluded.cause,
      -- A scan begins again at once, and is still repeated where it was to be.
      cursor = case when excluded.cursor is not null then excluded.cursor
        when job.cursor ? 'waits_for' then jsonb_build_object('repeat_after', job.cursor -> 'waits_for')
        else job.cursor - 'after' end
    -- A sweep only finds what was forgotten: what is queued or was given up is not forgotten.
    where excluded.priority < 2
  )
  select array_agg(row (each.*)::calendar_sync.changes order by each.id) filter (where each.kind = 'retry'),
    array_agg(each.integration_id) filter (where each.kind = 'allow_deletions'),
    array_agg(each.integration_id) filter (where each.kind = 'allow_edits'),
    array_agg(row (each.*)::calendar_sync.changes) filter (where each.kind = 'put_back')
  into v_retries, v_agreed, v_agreed_edits, v_put_back
  from absorbed as each;
  if v_retries is not null then
    v_asked := array(select distinct integration_id from unnest(v_retries) where priority < 2);
    update calendar_sync.lanes
    set attempts = 0, wait_until = case when wait_reason <> 'backoff' then wait_until end, wait_reason = nullif(wait_reason, 'backoff')
    where integration_id = any (v_asked);
    -- What was given up has the cause of whoever asks. What waits for its next attempt keeps its own.
    update calendar_sync.jobs as job
    set run_at = now(), failed_at = null, priority = retry.priority,
      -- In the night a job that was given up gets one more attempt.
      attempts = case when retry.priority < 2 then 0 else job.attempts end,
      cause = case when job.failed_at is null then job.cause else retry.cause end
    from unnest(v_retries) as retry
    where job.integration_id = retry.integration_id and (retry.obligation_id is null or job.obligation_id = retry.obligation_id)
      and (job.failed_at is not null or job.run_at > now() and job.attempts > 0);
    -- Somebody waits: a provider that was down is tried now, but not more often than once a second.
    update calendar_sync.providers set probe_at = now()
    where probe_at > now() and probe_at < now() + probe_interval - interval '1 second'
      and name in (select lane.provider from calendar_sync.lanes as lane where lane.integration_id = any (v_asked));
  end if;
  if v_agreed is not null then
    -- They are counted with the batch: the host's adapter, which may fail, fails its own lane there.
    update calendar_sync.lanes set deletions_agreed = true where integration_id = any (v_agreed);
  end if;
  if v_agreed_edits is not null then
    update calendar_sync.pulls set edits_agreed = true where integration_id = any (v_agreed_edits);
  end if;
  if v_put_back is not null then
    perform calendar_sync.end_moves(array_agg(each.integration_id), array_agg(each.obligation_id)) from unnest(v_put_back) as each;
  end if;
  -- A user who connects again while leaving stays.
  delete from calendar_sync.jobs as job
  using public.calendar_integrations as integration
  where job.integration_id = any (v_lanes) and job.obligation_id is null and job.kind = 'disconnect'
    and integration.id = job.integration_id and integration.status <> 'disconnecting';
  perform calendar_sync.reschedule(v_lanes);
end;
$$;

comment on function calendar_sync.absorb_changes(integer) is
  'Turns the changes of lanes that nobody works into jobs: of the lanes of the p_changes most urgent and oldest changes. 50,000 changes at most, or p_changes.';

create function calendar_sync.work_is_due() returns boolean
language plpgsql volatile security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
begin
  return exists (
    select from calendar_sync.changes as change
    cross join lateral (
      -- OFFSET: few changes, or none, are no reason to read every lane.
      select from calendar_sync.lanes as lane
      where lane.integration_id = change.integration_id and (lane.leased_by is null or lane.leased_until <= now()) offset 0
    ) as idle
  ) or exists (
    select from calendar_sync.queue_heads() as head
    where head.ready_at <= now() and coalesce(head.waits_until <= now(), true)
  ) or calendar_sync.deliveries_are_due() or calendar_sync.ending_channels_are_due();
end;
$$;

comment on function calendar_sync.work_is_due() is 'Whether there is work that could be done now and that no worker does.';

create function calendar_sync.queue_heads()
returns table (provider text, priority smallint, ready_at timestamptz, is_open boolean, waits_until timestamptz)
language plpgsql stable security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
begin
  return query
  select provider.name, class.priority, first.ready_at, provider.open_since is not null,
    greatest(provider.quota_until, provider.probe_at)
  from calendar_sync.providers as provider
  cross join (values (0::smallint), (1::smallint), (2::smallint)) as class (priority)
  cross join lateral (
    select lane.ready_at from calendar_sync.lanes as lane
    where lane.provider = provider.name and lane.priority = class.priority and lane.ready_at is not null
    order by lane.ready_at limit 1
  ) as first;
end;
$$;

comment on function calendar_sync.queue_heads() is
  'The lane of each provider and priority that is ready first. is_open: the provider''s circuit breaker. waits_until: its own wait.';
