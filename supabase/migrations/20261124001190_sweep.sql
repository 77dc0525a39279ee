-- The sweep finds what nobody was told of: triggers that were off for a while, a restored backup, an adapter that was
-- redefined. Every integration is looked at once a day, in the minute that follows from its id, so that the sweep needs no
-- memory and, where all is well, writes nothing.

create function calendar_sync.sweep(p_from uuid, p_to uuid) returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_nothing constant uuid := '00000000-0000-0000-0000-000000000000'::uuid;
  v_everything constant integer := 2147483647;
  v_caller constant text := calendar_sync.act_as('sweep');
  v_integration_ids uuid[];
  v_obligation_ids uuid[];
begin
  -- A calendar that was stopped goes on once the obligations are back.
  update public.calendar_integrations as integration set status = 'active'
  where integration.id between p_from and p_to and integration.status = 'paused'
    and integration.last_error ->> 'code' = 'mass_deletion' and calendar_sync.count_deletions(integration.id) = 0;
  select array_agg(integration.id), array_agg(ahead.obligation_id)
  into v_integration_ids, v_obligation_ids
  from public.calendar_integrations as integration
  join calendar_sync.lanes as lane on lane.integration_id = integration.id
  cross join lateral calendar_sync.difference(integration.id, v_nothing, v_everything) as ahead
  where integration.id between p_from and p_to and integration.status = 'active' and integration.sync_enabled
    and lane.walk_after is null and lane.walk_next is null and ahead.differs
    and not exists (
      select from calendar_sync.jobs as job
      where job.integration_id = integration.id and job.obligation_id = ahead.obligation_id
    );
  perform calendar_sync.enqueue(v_integration_ids, v_obligation_ids, 2::smallint, 'sweep');
  perform calendar_sync.reschedule(array(
    select turn.integration_id from calendar_sync.turns as turn join calendar_sync.lanes as lane using (integration_id)
    where turn.integration_id between p_from and p_to
      and ((turn.ready_at is null) <> (lane.ready_at is null) or turn.ready_at < lane.ready_at)
  ));
  perform calendar_sync.act_as(v_caller);
  return coalesce(cardinality(v_obligation_ids), 0);
end;
$$;

comment on function calendar_sync.sweep(uuid, uuid) is
  'Looks at the integrations from one id to another: queues what differs and nobody queued, and mends the schedule. How many obligations it found.';

create function calendar_sync.slice_start(p_slice integer, p_slices integer) returns uuid
language sql immutable security invoker set search_path = ''
as $$
  select (lpad(to_hex(4294967296 * p_slice / p_slices), 8, '0') || '-0000-0000-0000-000000000000')::uuid
$$;

comment on function calendar_sync.slice_start(integer, integer) is 'The least id of one of p_slices equal slices of all ids, counted from 0.';

create function calendar_sync.sweep_slice() returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_last constant uuid := 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid;
  v_minutes constant integer := 1440;
  v_week constant integer := 7;
  v_minute constant integer := extract(hour from now() at time zone 'UTC') * 60 + extract(minute from now() at time zone 'UTC');
  v_from constant uuid := calendar_sync.slice_start(v_minute, v_minutes);
  v_to constant uuid := case when v_minute + 1 = v_minutes then v_last
    else calendar_sync.slice_start(v_minute + 1, v_minutes) end;
begin
  perform calendar_sync.find_own_events(array(
    select id from public.calendar_integrations
    where id between v_from and v_to and status = 'active' and sync_enabled
      and abs(hashtext(id::text)::bigint) % v_week = extract(dow from now() at time zone 'UTC')
  ));
  return calendar_sync.sweep(v_from, v_to);
end;
$$;

comment on function calendar_sync.sweep_slice() is
  'Called by pg_cron every minute: sweeps the integrations whose minute of the day it is, and once a week has their calendars searched for events that no mapping knows.';

create function calendar_sync.find_own_events(p_integration_ids uuid[] default null) returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_ids uuid[];
begin
  with asked as (
    update calendar_sync.lanes set own_events_due = true
    where (p_integration_ids is null or integration_id = any (p_integration_ids)) and not own_events_due
    returning integration_id
  )
  select array_agg(integration_id) into v_ids from asked;
  if v_ids is null then
    return 0;
  end if;
  perform calendar_sync.reschedule(v_ids);
  perform calendar_sync.ring();
  return cardinality(v_ids);
end;
$$;

comment on function calendar_sync.find_own_events(uuid[]) is
  'Has calendars searched for events of ours that no mapping knows; all calendars where no ids are given, as after a backup was restored.';
