-- The sweep finds what no trigger told: triggers that were off for a while, a restored backup, an adapter that was redefined. Each
-- integration and each user's feeds are looked at once a day, in the minute that follows from their ids. So the sweep needs no
-- memory.

create function calendar_sync.sweep_calendars(p_from uuid, p_to uuid) returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_everything constant integer := 2147483647;
  v_integration_ids uuid[];
  v_obligation_ids uuid[];
begin
  -- A calendar that was stopped goes on once the obligations are back.
  update public.calendar_integrations as integration set status = 'active'
  where integration.id between p_from and p_to and integration.removed_at is null and integration.status = 'paused'
    and integration.last_error ->> 'code' = 'mass_deletion' and calendar_sync.count_deletions(integration.id) = 0;
  select array_agg(integration.id), array_agg(found.obligation_id)
  into v_integration_ids, v_obligation_ids
  from public.calendar_integrations as integration
  cross join lateral calendar_sync.compare(
    integration.id, calendar_sync.keys_after(integration.id, null, v_everything)) as found
  where integration.id between p_from and p_to and integration.removed_at is null
    and integration.status = 'active' and integration.sync_enabled and found.differs
    and not exists (
      select from calendar_sync.jobs as job
      where job.integration_id = integration.id and (job.kind = 'scan' or job.obligation_id = found.obligation_id)
    )
    and not exists (
      select from calendar_sync.changes as change
      where change.integration_id = integration.id
        and (change.kind in ('scan', 'listen') or change.obligation_id = found.obligation_id)
    );
  if v_integration_ids is not null then
    perform calendar_sync.append_event_changes(v_integration_ids, v_obligation_ids, 2);
  end if;
  perform calendar_sync.supersede_proposals(own.integration_id) from (
    select distinct integration_id from public.calendar_proposals
    where integration_id between p_from and p_to and state in ('open', 'accepted')
  ) as own;
  return coalesce(cardinality(v_obligation_ids), 0);
end;
$$;

comment on function calendar_sync.sweep_calendars(uuid, uuid) is
  'Queues what differs in the calendars from one id to another and nobody queued. How many obligations it found. Fails where the adapter does.';

create function calendar_sync.sweep(p_from uuid, p_to uuid) returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_caller constant text := calendar_sync.act_as('sweep');
  v_found integer := 0;
  v_id uuid;
begin
  begin
    v_found := calendar_sync.sweep_calendars(p_from, p_to);
  -- `others` leaves out an ASSERT of the host's adapter. A statement that is cancelled ends: it may be a sweep of everything.
  exception when assert_failure or others then
    -- One by one, so that a calendar that cannot be read keeps no other from being swept.
    for v_id in select id from public.calendar_integrations where id between p_from and p_to order by id loop
      begin
        v_found := v_found + calendar_sync.sweep_calendars(v_id, v_id);
      exception when assert_failure or others then
        perform calendar_sync.note_incident('claim', sqlstate, format('%s: %s', v_id, sqlerrm));
      end;
    end loop;
  end;
  perform calendar_sync.append_feed_changes(array(
    select user_id from calendar_sync.feed_owners where user_id between p_from and p_to
  ));
  perform calendar_sync.reschedule(array(
    select fresh.integration_id from calendar_sync.schedule as fresh join calendar_sync.lanes as lane using (integration_id)
    where fresh.integration_id between p_from and p_to
      and ((fresh.ready_at is null) <> (lane.ready_at is null) or fresh.ready_at < lane.ready_at)
  ));
  perform calendar_sync.act_as(v_caller);
  return v_found;
end;
$$;

comment on function calendar_sync.sweep(uuid, uuid) is
  'Looks at integrations and feed owners from one id to another: queues what differs and nobody queued, and corrects the schedule. How many obligations it found. A calendar that cannot be read is an incident.';

-- The first eight hexadecimal digits of an id, in equal slices.
create function calendar_sync.slice_of(p_minute integer, out from_id uuid, out to_id uuid)
language sql immutable security invoker set search_path = ''
as $$
  select (lpad(to_hex(4294967296 * p_minute / 1440), 8, '0') || '-0000-0000-0000-000000000000')::uuid,
    (lpad(to_hex(4294967296 * (p_minute + 1) / 1440 - 1), 8, '0') || '-ffff-ffff-ffff-ffffffffffff')::uuid
$$;

comment on function calendar_sync.slice_of(integer) is 'The ids that are swept in a minute of the day, 0 to 1439.';

create function calendar_sync.sweep_slice() returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_week constant integer := 7;
  v_minute constant integer := extract(hour from now() at time zone 'UTC') * 60 + extract(minute from now() at time zone 'UTC');
  v_from uuid;
  v_to uuid;
begin
  select from_id, to_id into v_from, v_to from calendar_sync.slice_of(v_minute);
  perform calendar_sync.find_orphans(array(
    select id from public.calendar_integrations
    where id between v_from and v_to and removed_at is null and status = 'active' and sync_enabled
      and abs(hashtext(id::text)::bigint) % v_week = extract(dow from now() at time zone 'UTC')
  ));
  return calendar_sync.sweep(v_from, v_to);
end;
$$;

comment on function calendar_sync.sweep_slice() is
  'Called by pg_cron every minute: sweeps the integrations and feeds whose minute of the day it is, and once a week has their calendars searched for orphans.';

create function calendar_sync.find_orphans(p_integration_ids uuid[] default null) returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_ids constant uuid[] := array(
    select id from public.calendar_integrations
    where removed_at is null and (p_integration_ids is null or id = any (p_integration_ids))
  );
begin
  perform calendar_sync.append_changes(v_ids, 'find_orphans', 2);
  return cardinality(v_ids);
end;
$$;

comment on function calendar_sync.find_orphans(uuid[]) is
  'Has calendars searched for events of ours that no mapping knows; all calendars where no ids are given, as after a backup was restored.';
