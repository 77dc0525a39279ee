-- Gauges: how things stand when the metrics are read. Each is a short look into an index; what could be long is counted up to a
-- bound.

create function calendar_sync.provider_gauges() returns table (metric text, labels jsonb, value numeric)
language plpgsql stable security definer set search_path = ''
set enable_seqscan = off set jit = off
as $$
declare
  v_users constant integer := 200;
  v_changes_max constant integer := 10000;
  -- Ids are random: the users after an id that changes every hour are a fair sample.
  v_from constant uuid := md5(date_trunc('hour', now())::text)::uuid;
begin
  return query
  select 'calendar_integrations', jsonb_build_object('provider', integration.provider, 'status', integration.status), count(*)::numeric
  from public.calendar_integrations as integration where integration.removed_at is null
  group by integration.provider, integration.status;
  return query
  select 'calendar_integration_errors',
    jsonb_build_object('provider', integration.provider, 'code', coalesce(integration.last_error ->> 'code', 'none')), count(*)::numeric
  from public.calendar_integrations as integration
  where integration.last_error is not null and integration.removed_at is null group by integration.provider, integration.last_error ->> 'code';
  return query
  with chosen as (
    select distinct near.user_id from (
      (select integration.user_id from public.calendar_integrations as integration
        where integration.user_id >= v_from and integration.status = 'active' order by integration.user_id limit v_users)
      union all
      (select integration.user_id from public.calendar_integrations as integration
        where integration.user_id < v_from and integration.status = 'active' order by integration.user_id limit v_users)
    ) as near limit v_users
  ), changes as materialized (
    select (
      select count(*) from (
        select from calendar_sync.activity as change
        where change.user_id = chosen.user_id and change.at > now() - interval '1 day'
          and change.action in ('created', 'updated', 'moved', 'removed')
        limit v_changes_max
      ) as counted
    ) as of_user
    from chosen
  )
  select 'calendar_user_changes_last_day', jsonb_build_object('quantile', quantile.label),
    coalesce(percentile_disc(quantile.fraction) within group (order by changes.of_user), 0)::numeric
  from (values ('0.5', 0.5), ('0.9', 0.9), ('0.99', 0.99), ('1.0', 1)) as quantile (label, fraction) left join changes on true
  group by quantile.label, quantile.fraction;
  return query
  select gauge.metric, jsonb_build_object('provider', provider.name, 'scope', quota.scope), gauge.value
  from calendar_sync.providers as provider
  cross join lateral (values
    ('account', provider.account_calls, provider.account_window), ('project', provider.project_calls, provider.project_window)
  ) as quota (scope, calls, window_length)
  cross join lateral (values
    ('calendar_quota_calls_limit', quota.calls::numeric),
    ('calendar_quota_calls_used', (
      select coalesce(case quota.scope when 'project' then sum(account.calls) else max(account.calls) end, 0)
      from (
        select sum(call.calls) as calls from calendar_sync.provider_calls as call
        where call.provider = provider.name and call.at > clock_timestamp() - quota.window_length
        group by call.integration_id
      ) as account
    ))
  ) as gauge (metric, value)
  where quota.calls is not null;
  return query
  select 'calendar_circuit_breaker_open', jsonb_build_object('provider', provider.name, 'cause', cause.name), cause.is_true::integer::numeric
  from calendar_sync.providers as provider
  cross join lateral (values
    ('down', provider.open_since is not null), ('quota', coalesce(provider.quota_until > now(), false))
  ) as cause (name, is_true);
end;
$$;

comment on function calendar_sync.provider_gauges() is
  'Accounts by status and by error, and how many changes users get in a day; quotas, what is used of them, and whether a provider''s calendars are left alone.';

create function calendar_sync.queue_gauges() returns table (metric text, labels jsonb, value numeric)
language plpgsql stable security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  v_bound constant integer := 10000;
  v_queued numeric;
  v_given_up numeric;
begin
  select count(*) into v_queued from (
    select from calendar_sync.jobs as job where job.failed_at is null limit v_bound + 1
  ) as queued;
  select count(*) into v_given_up from (
    select from calendar_sync.jobs as job where job.failed_at is not null limit v_bound + 1
  ) as given_up;
  -- The statistics know how many rows a partial index holds.
  return query
  select 'calendar_queue_jobs', jsonb_build_object('state', depth.state), case
      when depth.counted <= v_bound then depth.counted
      else greatest(depth.counted, (select index.reltuples from pg_catalog.pg_class as index where index.oid = depth.index)::numeric)
    end
  from (values
    ('queued', v_queued, 'calendar_sync.jobs_due_idx'::regclass), ('given_up', v_given_up, 'calendar_sync.jobs_failed_idx'::regclass)
  ) as depth (state, counted, index);
  return query
  select 'calendar_queue_changes', '{}'::jsonb, count(*)::numeric
  from (select from calendar_sync.changes limit v_bound + 1) as waiting;
  return query
  select 'calendar_oldest_change_age_seconds', '{}'::jsonb, coalesce(extract(epoch from clock_timestamp() - (
    select min(first.created_at)
    from (values (0::smallint), (1::smallint), (2::smallint)) as class (priority)
    cross join lateral (
      select change.created_at from calendar_sync.changes as change
      where change.priority = class.priority order by change.id limit 1
    ) as first
  )), 0);
  return query
  select 'calendar_lanes_leased', '{}'::jsonb, count(*)::numeric
  from calendar_sync.lanes as lane where lane.leased_by is not null and lane.leased_until > now();
  return query
  select gauge.metric, jsonb_build_object('provider', provider.name, 'waiting', class.waiting), gauge.value
  from calendar_sync.providers as provider
  cross join (values (0, 'person'), (1, 'bulk'), (2, 'sweep')) as class (priority, waiting)
  cross join lateral (
    select count(*)::numeric as lanes, extract(epoch from clock_timestamp() - min(due.ready_at)) as oldest_s
    from (
      select lane.ready_at from calendar_sync.lanes as lane
      where lane.provider = provider.name and lane.priority = class.priority and lane.ready_at <= now()
      order by lane.ready_at limit v_bound + 1
    ) as due
  ) as found
  cross join lateral (values
    ('calendar_lanes_due', found.lanes), ('calendar_oldest_due_age_seconds', coalesce(found.oldest_s, 0))
  ) as gauge (metric, value);
end;
$$;

comment on function calendar_sync.queue_gauges() is 'What waits, for how long, and what is in work.';

create function calendar_sync.delivery_gauges() returns table (metric text, labels jsonb, value numeric)
language plpgsql stable security definer set search_path = ''
set enable_seqscan = off set jit = off
as $$
declare
  v_bound constant integer := 10000;
begin
  return query
  select gauge.metric, jsonb_build_object('channel', channel.name), gauge.value
  from (values ('webhook'), ('mail')) as channel (name)
  cross join lateral (
    select count(*)::numeric as open, count(*) filter (where waiting.state = 'retrying')::numeric as retrying,
      extract(epoch from clock_timestamp() - min(waiting.next_attempt_at) filter (where waiting.next_attempt_at <= now())) as oldest_s
    from (
      select delivery.state, delivery.next_attempt_at from calendar_sync.deliveries as delivery
      where delivery.ended_at is null and delivery.channel = channel.name order by delivery.next_attempt_at limit v_bound + 1
    ) as waiting
  ) as found
  cross join lateral (values
    ('calendar_deliveries_waiting', found.open), ('calendar_deliveries_retrying', found.retrying),
    ('calendar_oldest_delivery_age_seconds', coalesce(found.oldest_s, 0))
  ) as gauge (metric, value);
end;
$$;

comment on function calendar_sync.delivery_gauges() is 'Mails and calls of webhooks that are waiting, and for how long.';

create function calendar_sync.channel_gauges() returns table (metric text, labels jsonb, value numeric)
language plpgsql stable security definer set search_path = ''
set enable_seqscan = off set jit = off
as $$
begin
  return query
  with counted as (
    select channel.provider, case
        when channel.state <> 'active' then channel.state
        when channel.verified_at is null then 'unverified'
        else 'verified'
      end as state, count(*) as channels
    from calendar_sync.channels as channel group by 1, 2
  ), wanted as (
    select integration.provider, count(*) as channels
    from public.calendar_integrations as integration
    cross join calendar_sync.push_setup as setup
    where integration.status = 'active' and integration.sync_enabled and integration.removed_at is null
      and integration.provider = any (setup.providers) and (integration.calendar_role = 'own' or setup.any_calendar)
    group by integration.provider
  )
  select 'calendar_channels', jsonb_build_object('provider', counted.provider, 'state', counted.state), counted.channels::numeric from counted
  union all
  select 'calendar_channels', jsonb_build_object('provider', wanted.provider, 'state', 'missing'),
    greatest(wanted.channels - (
      select coalesce(sum(counted.channels), 0) from counted where counted.provider = wanted.provider and counted.state <> 'stopping'
    ), 0)::numeric
  from wanted;
end;
$$;

comment on function calendar_sync.channel_gauges() is
  'Push channels by provider and state. verified: active, and the provider has reached us. missing: calendars that are to have one and have none.';

create function calendar_sync.user_gauges() returns table (metric text, labels jsonb, value numeric)
language plpgsql stable security definer set search_path = ''
set enable_seqscan = off set jit = off
as $$
declare
  v_bound constant integer := 10000;
begin
  return query
  select 'calendar_proposals_open', '{}'::jsonb, count(*)::numeric
  from (select from public.calendar_proposals as proposal where proposal.state = 'open' limit v_bound + 1) as open;
  return query
  select 'calendar_notices_open', jsonb_build_object('kind', its_kind.kind), found.notices
  from calendar_sync.notice_kinds as its_kind
  cross join lateral (
    select count(*)::numeric as notices
    from (
      select from calendar_sync.notices as notice where notice.kind = its_kind.kind and notice.dismissed_at is null limit v_bound + 1
    ) as open
  ) as found;
end;
$$;

comment on function calendar_sync.user_gauges() is 'Proposals that wait for their users, and notices that nobody dismissed and that are not over.';

create function calendar_sync.health_gauges() returns table (metric text, labels jsonb, value numeric)
language plpgsql volatile security definer set search_path = ''
as $$
begin
  return query
  select gauge.metric, jsonb_build_object('kind', kind.name), gauge.value
  from (values ('enqueue'), ('wake_up'), ('stalled'), ('claim'), ('erasure'), ('webhooks'), ('step'), ('watch')) as kind (name)
  cross join lateral (
    values
      ('calendar_incidents_unrepaired', (
        select count(*)::numeric from calendar_sync.incidents as incident
        where incident.repaired_at is null and incident.kind = kind.name
      )),
      ('calendar_incidents_last_hour', (
        select count(*)::numeric from calendar_sync.incidents as incident
        where incident.created_at > now() - interval '1 hour' and incident.kind = kind.name
      ))
  ) as gauge (metric, value);
  return query
  select 'calendar_healthy', jsonb_build_object('check', health_check.name), health_check.ok::integer::numeric
  from calendar_sync.health() as health_check where health_check.name in ('tick', 'wake_up', 'queue');
  -- Without pg_cron or pg_net these are unknown, and the checks above say so.
  begin
    return query
    select 'calendar_tick_age_seconds', '{}'::jsonb, extract(epoch from clock_timestamp() - job.succeeded_at)
    from (values (1)) as one left join calendar_sync.cron_jobs() as job on job.job = 'calendar_sync_tick';
    return query
    select gauge.metric, '{}'::jsonb, gauge.value
    from calendar_sync.wake_up_state() as state
    cross join lateral (values
      ('calendar_wake_up_success_age_seconds', extract(epoch from clock_timestamp() - state.succeeded_at)),
      ('calendar_wake_up_calls_waiting', state.queued::numeric)
    ) as gauge (metric, value);
  exception when undefined_table or invalid_schema_name or insufficient_privilege then
    null;
  end;
end;
$$;

comment on function calendar_sync.health_gauges() is 'Incidents, and whether tick, worker and queue are as they should be.';

-- One statement, and so one snapshot: what the tick is adding up is never missed and never seen twice.
create function public.calendar_metrics() returns jsonb
language sql volatile security definer set search_path = ''
as $$
  select jsonb_build_object(
    'counts', (
      select coalesce(jsonb_agg(to_jsonb(series) order by series.metric, series.labels), '[]')
      from (
        select counted.metric, counted.labels, sum(counted.value) as value
        from (
          select total.metric, total.labels, total.value from calendar_sync.count_totals as total
          union all
          select count.metric, count.labels, count.value from calendar_sync.count_flushes as flush
          cross join lateral jsonb_to_recordset(flush.counts) as count (metric text, labels jsonb, value numeric)
        ) as counted
        group by counted.metric, counted.labels
      ) as series
    ),
    'gauges', (
      select jsonb_agg(to_jsonb(gauge) order by gauge.metric, gauge.labels)
      from (
        select * from calendar_sync.provider_gauges()
        union all select * from calendar_sync.queue_gauges()
        union all select * from calendar_sync.delivery_gauges()
        union all select * from calendar_sync.channel_gauges()
        union all select * from calendar_sync.user_gauges()
        union all select * from calendar_sync.health_gauges()
      ) as gauge
    )
  )
$$;

comment on function public.calendar_metrics() is
  'What the functions counted up to now, and how things stand: {"counts", "gauges"}, each [{"metric", "labels", "value"}].';
