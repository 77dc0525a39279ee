-- What users see of their integrations, and what they may change themselves.
--
-- A function of schema public that users may call runs as the user. What needs more rights is a function of schema calendar_sync
-- that acts on the caller's own rows alone, counts the call, and waits for no lock.

-- While a scan is due, the obligations that it has yet to reach count as pending; at most so many are looked at.
create function calendar_sync.progress(p_integration_id uuid) returns jsonb
language plpgsql stable security definer set search_path = '' set jit = off
as $$
declare
  v_ahead_max constant integer := 100000;
  v_scans boolean;
  v_after uuid;
  v_pending bigint;
  v_failed bigint;
  v_unsettled bigint;
  v_ahead bigint := 0;
  v_ahead_mapped bigint := 0;
  v_mappings bigint;
begin
  select count(*) filter (where not queued.is_failed), count(*) filter (where queued.is_failed), count(mapping.id)
  into v_pending, v_failed, v_unsettled
  from (
    -- A change of what was given up is tried.
    select each.obligation_id, bool_and(each.is_failed) as is_failed
    from (
      select job.obligation_id, job.failed_at is not null as is_failed from calendar_sync.jobs as job
      where job.integration_id = p_integration_id and job.kind = 'event'
      union all
      select change.obligation_id, false from calendar_sync.changes as change
      where change.integration_id = p_integration_id and change.kind = 'event'
    ) as each
    group by each.obligation_id
  ) as queued
  left join public.calendar_event_mappings as mapping
    on mapping.integration_id = p_integration_id and mapping.obligation_id = queued.obligation_id;
  select count(*) into v_mappings from public.calendar_event_mappings where integration_id = p_integration_id;
  select true, (cursor ->> 'after')::uuid into v_scans, v_after from calendar_sync.jobs
  where integration_id = p_integration_id and obligation_id is null and kind = 'scan' and not coalesce(cursor ? 'waits_for', false);
  if exists (
    select from calendar_sync.changes where integration_id = p_integration_id and kind in ('scan', 'listen')
  ) then
    v_scans := true;
    v_after := null;
  end if;
  if v_scans then
    select count(*), count(ahead.event_id) into v_ahead, v_ahead_mapped
    from calendar_sync.compare(p_integration_id, calendar_sync.keys_after(p_integration_id, v_after, v_ahead_max)) as ahead
    where ahead.differs and not exists (
      select from calendar_sync.jobs as job
      where job.integration_id = p_integration_id and job.obligation_id = ahead.obligation_id and job.kind = 'event'
    ) and not exists (
      select from calendar_sync.changes as change
      where change.integration_id = p_integration_id and change.obligation_id = ahead.obligation_id
    );
  end if;
  return jsonb_build_object(
    'pending', v_pending + v_ahead,
    'synced', v_mappings - v_unsettled - v_ahead_mapped,
    'failed', v_failed
  );
end;
$$;

comment on function calendar_sync.progress(uuid) is
  'Obligations of a calendar that are as they should be, still to be looked at, and given up.';

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
    -- What is there, also while it is still to be changed.
    'events', (select count(*) from public.calendar_event_mappings as mapping where mapping.integration_id = integration.id),
    -- Show the retry time of errors that pass by themselves.
    'last_error', integration.last_error || case when next_try.at is not null then jsonb_build_object('details',
      coalesce(integration.last_error -> 'details', '{}') || jsonb_build_object('next_try_at', next_try.at)) else '{}' end,
    'settings', calendar_sync.complete_settings(integration.settings)
  ) || case when integration.server is not null then jsonb_build_object(
    'server', substring(integration.server from '^\w+://(\[[^]]*\]|[^:/]+)')) else '{}' end
  from (values (1)) as one
  left join lateral (
    select nullif(greatest(lane.ready_at, wait.until, now()), now()) as at
    from calendar_sync.lanes as lane
    join calendar_sync.providers as its_provider on its_provider.name = lane.provider
    cross join lateral calendar_sync.wait_of(lane, its_provider) as wait
    where lane.integration_id = integration.id and integration.last_error ->> 'code' in ('provider_unavailable', 'quota')
      and lane.ready_at is not null and wait.reason is distinct from 'leased'
  ) as next_try on true
$$;

comment on function calendar_sync.integration_json(public.calendar_integrations) is 'An integration as the Calendar API shows it.';

create function calendar_sync.own_integrations(p_integration_id uuid default null) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id constant uuid := calendar_sync.count_own_call();
begin
  return (
    select coalesce(jsonb_agg(shown.integration order by shown.created_at, shown.id), '[]')
    from (
      select calendar_sync.integration_json(integration) as integration, integration.created_at, integration.id
      from public.calendar_integrations as integration
      where integration.user_id = v_user_id and integration.removed_at is null
        and (p_integration_id is null or integration.id = p_integration_id)
      union all
      -- A flow that waits for its user to confirm; it says nothing of the account. Its id is that of the integration to come: of
      -- several consents of one account the newest shows.
      select jsonb_build_object('id', flow.future_id, 'provider', flow.provider, 'account_email', null, 'status', 'pending_confirmation',
        'access', flow.access, 'calendar_id', null, 'calendar_name', null, 'sync_enabled', true, 'last_synced_at', null,
        'progress', jsonb_build_object('pending', 0, 'synced', 0, 'failed', 0), 'events', 0, 'last_error', null,
        'settings', calendar_sync.first_settings(v_user_id)), flow.created_at, flow.id
      from (
        select distinct on (future.id) pending.*, future.id as future_id
        from calendar_sync.flows as pending cross join lateral (select calendar_sync.future_id(pending) as id) as future
        where pending.user_id = v_user_id and pending.ticket_hash is not null and pending.server is null and pending.expires_at > now()
        order by future.id, pending.created_at desc
      ) as flow
      where p_integration_id is null and not exists (
          select from public.calendar_integrations as known
          where known.user_id = v_user_id and known.provider = flow.provider and known.account_id = flow.account_id
            and known.removed_at is null
        )
    ) as shown
  );
end;
$$;

comment on function calendar_sync.own_integrations(uuid) is
  'The caller''s integrations, or one of them, and the flows that wait for confirmation.';
grant execute on function calendar_sync.own_integrations(uuid) to authenticated;

create function public.calendar_status() returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select calendar_sync.own_integrations() $$;

comment on function public.calendar_status() is 'The caller''s integrations.';

create function calendar_sync.update_own_integration(p_integration_id uuid, p_sync_enabled boolean, p_settings jsonb) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  -- To switch syncing on, and to change what the events show, has the calendar looked at, as "Sync now" does.
  v_user_id constant uuid := calendar_sync.count_own_call(coalesce(p_sync_enabled, false)
    or coalesce(p_settings ?| array['completed_events', 'obligation_types', 'title_template'], false));
begin
  update public.calendar_integrations
  set sync_enabled = coalesce(p_sync_enabled, sync_enabled), settings = settings || coalesce(p_settings, '{}')
  where id = p_integration_id and user_id = v_user_id and removed_at is null;
end;
$$;

comment on function calendar_sync.update_own_integration(uuid, boolean, jsonb) is
  'Changes the switch and the settings of an integration of the caller, where they are given.';
grant execute on function calendar_sync.update_own_integration(uuid, boolean, jsonb) to authenticated;

create function public.calendar_update_integration(
  p_integration_id uuid, p_sync_enabled boolean default null, p_settings jsonb default null
) returns jsonb
language plpgsql volatile security invoker set search_path = ''
as $$
begin
  perform calendar_sync.update_own_integration(p_integration_id, p_sync_enabled, p_settings);
  -- Without an id it would answer with all integrations.
  return case when p_integration_id is not null then calendar_sync.own_integrations(p_integration_id) -> 0 end;
end;
$$;

comment on function public.calendar_update_integration(uuid, boolean, jsonb) is
  'Changes the caller''s switch and settings; null where the integration is not the caller''s.';

create function calendar_sync.sync_own_now(p_integration_id uuid) returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id constant uuid := calendar_sync.count_own_call(true);
  v_ids uuid[];
begin
  if p_integration_id is not null and not exists (
    select from public.calendar_integrations where id = p_integration_id and user_id = v_user_id and removed_at is null
  ) then
    return null;
  end if;
  -- What only somebody else can mend is tried again when the user asks for it.
  update public.calendar_integrations set status = 'active'
  where user_id = v_user_id and status = 'paused'
    and last_error ->> 'code' in ('blocked_by_policy', 'mailbox_unavailable', 'mass_deletion')
    and (p_integration_id is null or id = p_integration_id);
  v_ids := array(
    select id from public.calendar_integrations
    where user_id = v_user_id and removed_at is null and status = 'active' and sync_enabled
      and (p_integration_id is null or id = p_integration_id)
  );
  perform calendar_sync.run_now(v_ids, true);
  perform calendar_sync.append_changes(v_ids, 'pull', 0);
  -- What its user moved to another calendar can be seen there.
  perform calendar_sync.append_changes(array(
    select id from public.calendar_integrations where id = any (v_ids) and access = 'existing'
  ), 'find_orphans', 0);
  return cardinality(v_ids);
end;
$$;

comment on function calendar_sync.sync_own_now(uuid) is
  'Has the caller''s calendars looked at, and what was given up tried again. How many; null where the integration is not the caller''s.';
grant execute on function calendar_sync.sync_own_now(uuid) to authenticated;

create function public.calendar_sync_now(p_integration_id uuid default null) returns integer
language sql volatile security invoker set search_path = ''
as $$ select calendar_sync.sync_own_now(p_integration_id) $$;

comment on function public.calendar_sync_now(uuid) is
  '"Sync now": how many of the caller''s calendars were queued; null where the integration is not the caller''s.';

create function calendar_sync.resume_own(p_integration_id uuid) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id constant uuid := calendar_sync.count_own_call(true);
begin
  perform from public.calendar_integrations
  where id = p_integration_id and user_id = v_user_id and status = 'paused' and last_error ->> 'code' = 'mass_deletion'
  for no key update;
  if found then
    perform calendar_sync.allow_deletions(p_integration_id);
  end if;
  update public.calendar_integrations set status = 'active', last_error = null
  where id = p_integration_id and user_id = v_user_id and status = 'paused' and last_error ->> 'code' = 'mass_edit';
  if found then
    perform calendar_sync.append_changes(array[p_integration_id], 'allow_edits', 0);
  end if;
end;
$$;

comment on function calendar_sync.resume_own(uuid) is
  'Lets a calendar of the caller go on that was stopped for many deletions or edits: they are agreed to.';
grant execute on function calendar_sync.resume_own(uuid) to authenticated;

create function public.calendar_resume(p_integration_id uuid) returns jsonb
language plpgsql volatile security invoker set search_path = ''
as $$
begin
  perform calendar_sync.resume_own(p_integration_id);
  return case when p_integration_id is not null then calendar_sync.own_integrations(p_integration_id) -> 0 end;
end;
$$;

comment on function public.calendar_resume(uuid) is
  'The caller agrees to the deletions or edits for which a calendar was stopped; null where the integration is not the caller''s. Nothing happens to one that was not stopped.';

create function calendar_sync.reapply_own(p_integration_id uuid) returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id constant uuid := calendar_sync.count_own_call(true);
  v_status text;
begin
  select status into v_status from public.calendar_integrations
  where id = p_integration_id and user_id = v_user_id and removed_at is null;
  if not found then
    return null;
  end if;
  if v_status = 'disconnecting' then
    return 0;
  end if;
  perform calendar_sync.append_changes(array[p_integration_id], 'reapply', 0);
  return (select count(*) from public.calendar_event_mappings where integration_id = p_integration_id);
end;
$$;

comment on function calendar_sync.reapply_own(uuid) is
  'Has the reminders of the events in a calendar of the caller set to those of its settings, once. How many events; null where the calendar is not the caller''s. In one that does not sync it is done once it does.';
grant execute on function calendar_sync.reapply_own(uuid) to authenticated;

create function public.calendar_reapply(p_integration_id uuid) returns integer
language sql volatile security invoker set search_path = ''
as $$ select calendar_sync.reapply_own(p_integration_id) $$;

comment on function public.calendar_reapply(uuid) is
  'Has the reminders of the events in a calendar of the caller set to those of its settings. How many events; null where the calendar is not the caller''s.';

create function calendar_sync.retry_own(p_integration_id uuid, p_obligation_id uuid) returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id constant uuid := calendar_sync.count_own_call(true);
  v_may_sync boolean;
begin
  select status = 'active' and sync_enabled into v_may_sync from public.calendar_integrations
  where id = p_integration_id and user_id = v_user_id and removed_at is null;
  if not found then
    return null;
  end if;
  return case when v_may_sync then calendar_sync.run_now(array[p_integration_id], false, p_obligation_id) else 0 end;
end;
$$;

comment on function calendar_sync.retry_own(uuid, uuid) is
  'Has what failed in a calendar of the caller tried again at once, or one obligation of it. How many; null where the calendar is not the caller''s. In one that does not sync all of it is tried once it does.';
grant execute on function calendar_sync.retry_own(uuid, uuid) to authenticated;

create function public.calendar_retry(p_integration_id uuid, p_obligation_id uuid default null) returns integer
language sql volatile security invoker set search_path = ''
as $$ select calendar_sync.retry_own(p_integration_id, p_obligation_id) $$;

comment on function public.calendar_retry(uuid, uuid) is
  'Has what failed in a calendar of the caller tried again at once, or one obligation of it. How many; null where the calendar is not the caller''s.';
