-- What a user sees of an integration, and the few things that a user may change.

-- In the order of obligation ids, so that a walk can stop anywhere and go on from there. The filter is wider than the
-- worker's plan, never narrower: it only leaves out what certainly needs nothing.
create function calendar_sync.difference(p_integration_id uuid, p_after uuid, p_keys integer)
returns table (obligation_id uuid, differs boolean)
language plpgsql stable security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
  v_integration public.calendar_integrations;
begin
  select * into v_integration from public.calendar_integrations where id = p_integration_id;
  return query
  with keys as materialized (
    (
      select deadline.obligation_id as id
      from calendar_sync.deadlines as deadline
      where deadline.recipient_id = v_integration.user_id and deadline.obligation_id > p_after
      order by 1 limit p_keys
    )
    union
    (
      select mapping.obligation_id
      from public.calendar_event_mappings as mapping
      where mapping.integration_id = p_integration_id and mapping.obligation_id > p_after
      order by 1 limit p_keys
    )
    order by 1 limit p_keys
  )
  select keys.id, case
      when v_integration.status = 'disconnecting' or deadline.obligation_id is null then mapping.id is not null
      when mapping.id is null then
        calendar_sync.is_shown(row (deadline.*)::calendar_sync.deadline, v_integration.settings ->> 'completed_events')
      else mapping.calendar_id is distinct from v_integration.calendar_id
        or mapping.deadline_hash <> calendar_sync.deadline_hash(
          row (deadline.*)::calendar_sync.deadline, v_integration.settings ->> 'completed_events')
    end
  from keys
  left join lateral (
    select candidate.* from (
      -- OFFSET keeps the recipient out of this scan, as in calendar_sync.lane_json.
      select every_recipient.* from calendar_sync.deadlines as every_recipient
      where every_recipient.obligation_id = keys.id offset 0
    ) as candidate
    where candidate.recipient_id = v_integration.user_id
  ) as deadline on true
  left join public.calendar_event_mappings as mapping
    on mapping.integration_id = p_integration_id and mapping.obligation_id = keys.id
  order by keys.id;
end;
$$;

comment on function calendar_sync.difference(uuid, uuid, integer) is
  'The next p_keys obligations of a calendar after p_after, by id, and whether each may differ from its event.';

-- While a walk is due, the obligations that it has yet to reach count as pending: at most so many are looked at.
create function calendar_sync.progress(p_integration_id uuid) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_walk_after uuid;
  v_pending bigint;
  v_failed bigint;
  v_unsettled bigint;
  v_ahead bigint := 0;
  v_ahead_mapped bigint := 0;
  v_mappings bigint;
begin
  if not exists (
    select from public.calendar_integrations
    where id = p_integration_id and ((select auth.uid()) is null or user_id = (select auth.uid()))
  ) then
    return null;
  end if;
  select count(*) filter (where job.failed_at is null), count(*) filter (where job.failed_at is not null),
    count(mapping.id)
  into v_pending, v_failed, v_unsettled
  from calendar_sync.jobs as job
  left join public.calendar_event_mappings as mapping using (integration_id, obligation_id)
  where job.integration_id = p_integration_id;
  select count(*) into v_mappings from public.calendar_event_mappings where integration_id = p_integration_id;
  select case when walk_next is not null then '00000000-0000-0000-0000-000000000000' else walk_after end into v_walk_after
  from calendar_sync.lanes where integration_id = p_integration_id;
  if exists (select from calendar_sync.marks where integration_id = p_integration_id and everything) then
    v_walk_after := '00000000-0000-0000-0000-000000000000';
  end if;
  if v_walk_after is not null then
    select count(*), count(mapping.id) into v_ahead, v_ahead_mapped
    from calendar_sync.difference(p_integration_id, v_walk_after, 100000) as ahead
    left join calendar_sync.jobs as job
      on job.integration_id = p_integration_id and job.obligation_id = ahead.obligation_id
    left join public.calendar_event_mappings as mapping
      on mapping.integration_id = p_integration_id and mapping.obligation_id = ahead.obligation_id
    where ahead.differs and job.obligation_id is null;
  end if;
  return jsonb_build_object(
    'pending', v_pending + v_ahead,
    'synced', v_mappings - v_unsettled - v_ahead_mapped,
    'failed', v_failed
  );
end;
$$;

comment on function calendar_sync.progress(uuid) is
  'Obligations of a calendar that are as they should be, still to be looked at, and given up. Null for another user''s.';
grant execute on function calendar_sync.progress(uuid) to authenticated, service_role;

create function calendar_sync.next_try_at(p_integration_id uuid) returns timestamptz
language sql stable security definer set search_path = ''
as $$
  select nullif(greatest(lane.ready_at, gate.probe_at, gate.spent_until, now()), now())
  from public.calendar_integrations as integration
  join calendar_sync.lanes as lane on lane.integration_id = integration.id
  join calendar_sync.gates as gate on gate.provider = lane.provider
  where integration.id = p_integration_id
    and ((select auth.uid()) is null or integration.user_id = (select auth.uid()))
    and lane.ready_at is not null and (lane.leased_until is null or lane.leased_until <= now())
$$;

comment on function calendar_sync.next_try_at(uuid) is
  'When a calendar that waits goes on. Null: it is being worked or may be at once, has nothing to do, or is another user''s.';
grant execute on function calendar_sync.next_try_at(uuid) to authenticated, service_role;

-- Of what passes by itself a user wants to know when.
create function calendar_sync.last_error_json(integration public.calendar_integrations) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select case when wait.ends_at is null then integration.last_error
    else integration.last_error || jsonb_build_object('details',
      coalesce(integration.last_error -> 'details', '{}') || jsonb_build_object('next_try_at', wait.ends_at))
  end
  from (
    select case when integration.last_error ->> 'code' in ('provider_unavailable', 'quota')
      then calendar_sync.next_try_at(integration.id) end as ends_at
  ) as wait
$$;

comment on function calendar_sync.last_error_json(public.calendar_integrations) is
  'An integration''s last error, with details.next_try_at where it passes by itself and it is known when.';
grant execute on function calendar_sync.last_error_json(public.calendar_integrations) to authenticated, service_role;

create function calendar_sync.integration_json(integration public.calendar_integrations) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select jsonb_build_object(
    'id', integration.id,
    'provider', integration.provider,
    'account_email', integration.account_email,
    'status', integration.status,
    'access', integration.access,
    'calendar_id', integration.calendar_id,
    'calendar_name', integration.calendar_name,
    'sync_enabled', integration.sync_enabled,
    'last_synced_at', integration.last_synced_at,
    'progress', calendar_sync.progress(integration.id),
    'last_error', calendar_sync.last_error_json(integration),
    'settings', integration.settings
  )
$$;

comment on function calendar_sync.integration_json(public.calendar_integrations) is 'An integration as the Calendar API shows it.';
grant execute on function calendar_sync.integration_json(public.calendar_integrations) to authenticated, service_role;

create function public.calendar_status() returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select coalesce(jsonb_agg(calendar_sync.integration_json(integration) order by integration.created_at, integration.id), '[]')
  from public.calendar_integrations as integration
  where integration.user_id = (select auth.uid())
$$;

comment on function public.calendar_status() is 'The caller''s integrations.';

create function public.calendar_update_integration(
  p_integration_id uuid, p_sync_enabled boolean default null, p_settings jsonb default null
) returns jsonb
language sql volatile security invoker set search_path = ''
as $$
  update public.calendar_integrations as integration
  set sync_enabled = coalesce(p_sync_enabled, integration.sync_enabled),
    settings = integration.settings || coalesce(p_settings, '{}')
  where integration.id = p_integration_id and integration.user_id = (select auth.uid())
  returning calendar_sync.integration_json(integration)
$$;

comment on function public.calendar_update_integration(uuid, boolean, jsonb) is
  'Changes the caller''s switch and settings; null where the integration is not the caller''s.';

create function calendar_sync.hurry(p_integration_ids uuid[], p_everything boolean, p_reason text) returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_cause constant jsonb := calendar_sync.cause();
  v_given_up integer;
begin
  update calendar_sync.lanes set attempts = 0, backoff_until = null, asked_anew = leased_by is not null
  where integration_id = any (p_integration_ids);
  select count(*) into v_given_up from calendar_sync.jobs
  where integration_id = any (p_integration_ids) and failed_at is not null;
  -- What was given up is tried again because somebody asks; what waits only for its next attempt is as it was.
  update calendar_sync.jobs
  set run_at = now(), attempts = 0, failed_at = null, priority = 0, cause = case when failed_at is null then cause else v_cause end
  where integration_id = any (p_integration_ids) and (run_at > now() or failed_at is not null);
  -- Somebody waits: a provider that was down is tried now. After the lanes, as in calendar_record.
  update calendar_sync.gates set probe_at = now()
  where probe_at > now() and provider in (
    select integration.provider from public.calendar_integrations as integration where integration.id = any (p_integration_ids)
  );
  insert into calendar_sync.marks (integration_id, everything, priority, reason, cause)
  select id, p_everything, 0, p_reason, case when p_everything then v_cause end from unnest(p_integration_ids) as id;
  return v_given_up;
end;
$$;

comment on function calendar_sync.hurry(uuid[], boolean, text) is
  'Has what these calendars wait with tried now, or everything in them looked at, because somebody asks. How many changes had been given up. Their integrations are locked before.';

create function calendar_sync.request_sync(p_integration_id uuid) returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_ids uuid[];
begin
  -- What only somebody else can mend is tried again when its user asks for it.
  update public.calendar_integrations set status = 'active'
  where user_id = (select auth.uid()) and status = 'paused'
    and last_error ->> 'code' in ('blocked_by_policy', 'mailbox_unavailable', 'mass_deletion')
    and (p_integration_id is null or id = p_integration_id);
  select coalesce(array_agg(id), '{}') into v_ids from (
    select id from public.calendar_integrations
    where user_id = (select auth.uid()) and status = 'active' and sync_enabled
      and (p_integration_id is null or id = p_integration_id)
    order by id for key share
  ) as own;
  perform calendar_sync.hurry(v_ids, true, 'sync_now');
  return cardinality(v_ids);
end;
$$;

comment on function calendar_sync.request_sync(uuid) is 'Makes everything of the caller''s calendars due at once, what was given up included.';
grant execute on function calendar_sync.request_sync(uuid) to authenticated;

create function public.calendar_sync_now(p_integration_id uuid default null) returns integer
language sql volatile security invoker set search_path = ''
as $$
  select case
    when p_integration_id is null or exists (
      select from public.calendar_integrations where id = p_integration_id and user_id = (select auth.uid())
    ) then calendar_sync.request_sync(p_integration_id)
  end
$$;

comment on function public.calendar_sync_now(uuid) is
  '"Sync now": how many of the caller''s calendars were queued; null where the integration is not the caller''s.';

revoke execute on function public.calendar_status(), public.calendar_update_integration(uuid, boolean, jsonb),
  public.calendar_sync_now(uuid) from public, anon, authenticated, service_role;
grant execute on function public.calendar_status(), public.calendar_update_integration(uuid, boolean, jsonb),
  public.calendar_sync_now(uuid) to authenticated;
