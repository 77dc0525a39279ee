-- How things stand, found out when the metrics are read. Everything is a short look into an index: what could be long is
-- counted up to a bound.

create function calendar_sync.integration_gauges() returns table (metric text, labels jsonb, value numeric)
language plpgsql stable security definer set search_path = ''
set enable_seqscan = off
as $$
declare
  v_users constant integer := 200;
  v_changes_max constant integer := 10000;
  -- Ids are random: who comes after one that changes every hour is as good a choice as any.
  v_from constant uuid := md5(date_trunc('hour', now())::text)::uuid;
begin
  return query
  select 'calendar_integrations', jsonb_build_object('provider', integration.provider, 'status', integration.status), count(*)::numeric
  from public.calendar_integrations as integration group by integration.provider, integration.status;
  return query
  select 'calendar_integration_errors',
    jsonb_build_object('provider', integration.provider, 'code', coalesce(integration.last_error ->> 'code', 'none')), count(*)::numeric
  from public.calendar_integrations as integration
  where integration.last_error is not null group by integration.provider, integration.last_error ->> 'code';
  return query
  with chosen as (
    select distinct near.user_id from (
      (select integration.user_id from public.calendar_integrations as integration
        where integration.user_id >= v_from and integration.status = 'active' order by integration.user_id limit v_users)
      union all
      (select integration.user_id from public.calendar_integrations as integration
        where integration.user_id < v_from and integration.status = 'active' order by integration.user_id limit v_users)
    ) as near limit v_users
  ), changes as (
    select (
      select count(*) from (
        select from calendar_sync.activity as change
        where change.user_id = chosen.user_id and change.at > now() - interval '1 day'
          and change.action in ('created', 'updated', 'moved', 'removed')
        limit v_changes_max
      ) as counted
    ) as of_user
    from chosen
  ), quantiles as (
    select array[0.5, 0.9, 0.99, 1]::double precision[] as fractions
  )
  select 'calendar_user_changes_last_day', jsonb_build_object('quantile', case when one.fraction = 1 then '1.0' else one.fraction::text end),
    coalesce(found.quantiles[one.place], 0)::numeric
  from quantiles
  cross join lateral (
    select percentile_disc(quantiles.fractions) within group (order by changes.of_user) as quantiles from changes
  ) as found
  cross join lateral unnest(quantiles.fractions) with ordinality as one (fraction, place);
end;
$$;

comment on function calendar_sync.integration_gauges() is 'Accounts by status and by error, and how many changes users get in a day.';

create function calendar_sync.queue_gauges() returns table (metric text, labels jsonb, value numeric)
language plpgsql stable security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
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
  -- Of a partial index the statistics know how many rows it holds.
  return query
  select 'calendar_queue_jobs', jsonb_build_object('state', depth.state), case
      when depth.counted <= v_bound then depth.counted
      else greatest(depth.counted, (select index.reltuples from pg_catalog.pg_class as index where index.oid = depth.index)::numeric)
    end
  from (values
    ('queued', v_queued, 'calendar_sync.jobs_due_idx'::regclass), ('given_up', v_given_up, 'calendar_sync.jobs_failed_idx'::regclass)
  ) as depth (state, counted, index);
  return query
  select 'calendar_queue_marks', '{}'::jsonb, count(*)::numeric
  from (select from calendar_sync.marks limit v_bound + 1) as waiting;
  return query
  select 'calendar_oldest_mark_age_seconds', '{}'::jsonb, coalesce(extract(epoch from clock_timestamp() - (
    select mark.created_at from calendar_sync.marks as mark order by mark.id limit 1
  )), 0);
  return query
  select 'calendar_lanes_leased', '{}'::jsonb, count(*)::numeric
  from calendar_sync.lanes as lane where lane.leased_by is not null and lane.leased_until > now();
  return query
  select gauge.metric, jsonb_build_object('provider', gate.provider, 'waiting', class.waiting), gauge.value
  from calendar_sync.gates as gate
  cross join (values (0, 'person'), (1, 'bulk'), (2, 'sweep')) as class (priority, waiting)
  cross join lateral (
    select count(*)::numeric as lanes, extract(epoch from clock_timestamp() - min(due.ready_at)) as oldest_s
    from (
      select lane.ready_at from calendar_sync.lanes as lane
      where lane.provider = gate.provider and lane.priority = class.priority and lane.ready_at <= now()
      order by lane.ready_at limit v_bound + 1
    ) as due
  ) as found
  cross join lateral (values
    ('calendar_lanes_due', found.lanes), ('calendar_oldest_due_age_seconds', coalesce(found.oldest_s, 0))
  ) as gauge (metric, value);
end;
$$;

comment on function calendar_sync.queue_gauges() is 'What waits, for how long, and what is in work.';

create function calendar_sync.provider_gauges() returns table (metric text, labels jsonb, value numeric)
language plpgsql stable security definer set search_path = ''
set enable_seqscan = off
as $$
begin
  return query
  select 'calendar_quota_calls_limit', jsonb_build_object('provider', quota.provider, 'scope', quota.scope), quota.calls::numeric
  from calendar_sync.quotas as quota;
  return query
  select 'calendar_quota_calls_used', jsonb_build_object('provider', quota.provider, 'scope', quota.scope), (
    select coalesce(case quota.scope when 'project' then sum(account.calls) else max(account.calls) end, 0)
    from (
      select sum(call.calls) as calls from calendar_sync.provider_calls as call
      where call.provider = quota.provider and call.at > clock_timestamp() - quota.window_length
      group by call.integration_id
    ) as account
  )
  from calendar_sync.quotas as quota;
  return query
  select 'calendar_gate_closed', jsonb_build_object('provider', gate.provider, 'cause', cause.name), cause.is_true::integer::numeric
  from calendar_sync.gates as gate
  cross join lateral (values
    ('down', gate.down_since is not null), ('quota', coalesce(gate.spent_until > now(), false))
  ) as cause (name, is_true);
end;
$$;

comment on function calendar_sync.provider_gauges() is 'Quotas, what is used of them, and whether a provider''s calendars are left alone.';

create function calendar_sync.health_gauges() returns table (metric text, labels jsonb, value numeric)
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_bound constant integer := 10000;
begin
  return query
  select gauge.metric, jsonb_build_object('kind', kind.name), gauge.value
  from (values ('enqueue'), ('doorbell'), ('stalled'), ('claim')) as kind (name)
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
  return query select 'calendar_tick_age_seconds', '{}'::jsonb, extract(epoch from calendar_sync.tick_age());
  return query
  select 'calendar_doorbell_success_age_seconds', '{}'::jsonb, extract(epoch from clock_timestamp() - bell.succeeded_at)
  from calendar_sync.doorbell() as bell;
  return query
  select 'calendar_doorbell_calls_waiting', '{}'::jsonb, count(*)::numeric
  from (select from net.http_request_queue limit v_bound + 1) as waiting;
  return query
  select 'calendar_healthy', jsonb_build_object('check', health.check_name), health.is_passed::integer::numeric
  from calendar_sync.health() as health;
end;
$$;

comment on function calendar_sync.health_gauges() is 'Incidents, and whether tick, doorbell and queue are as they should be.';

-- One statement, and so one snapshot: what the tick is just adding up is never missed and never seen twice.
create function public.calendar_metrics() returns jsonb
language sql stable security definer set search_path = ''
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
        select * from calendar_sync.integration_gauges()
        union all select * from calendar_sync.queue_gauges()
        union all select * from calendar_sync.provider_gauges()
        union all select * from calendar_sync.health_gauges()
      ) as gauge
    )
  )
$$;

comment on function public.calendar_metrics() is
  'What the functions counted up to now, and how things stand: {"counts", "gauges"}, each [{"metric", "labels", "value"}].';

revoke execute on function public.calendar_metrics() from public, anon, authenticated, service_role;
grant execute on function public.calendar_metrics() to service_role;
