-- The life of a connection in calendar_sync.activity: every change of an integration, a person's in the dashboard too, is noted in
-- the same transaction. Tokens, the time of the last sync and errors that pass by themselves are not noted.

create function calendar_sync.account_details(integration public.calendar_integrations) returns jsonb
language sql immutable security invoker set search_path = ''
as $$
  select jsonb_build_object('account_email', integration.account_email, 'calendar_name', integration.calendar_name,
    'access', integration.access)
$$;

comment on function calendar_sync.account_details(public.calendar_integrations) is
  'Whose account and which calendar it is, for rows that are read when the integration is gone.';

create function calendar_sync.note_connections() returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_now constant timestamptz := clock_timestamp();
begin
  if tg_op = 'INSERT' then
    insert into calendar_sync.activity (user_id, integration_id, provider, action, calendar_id, details)
    select added.user_id, added.id, added.provider, 'connected', added.calendar_id,
      calendar_sync.account_details(row (added.*)::public.calendar_integrations)
    from new_rows as added where added.removed_at is null;
    return null;
  elsif tg_op = 'DELETE' then
    -- Rows that were deleted without having been removed: their events are left where they are.
    insert into calendar_sync.activity (user_id, integration_id, provider, action, calendar_id, details)
    select coalesce(gone.user_id, gone.deleted_user_id), gone.id, gone.provider, 'disconnected', gone.calendar_id, calendar_sync.with_because(
      calendar_sync.account_details(row (gone.*)::public.calendar_integrations) || jsonb_build_object('events', 'left'))
    from old_rows as gone where gone.removed_at is null
    order by gone.id;
    update calendar_sync.history
    set until_at = v_now, ended_with = 'disconnected', ended_by = calendar_sync.caused_by(), ended_request_id = calendar_sync.request_id()
    where until_at is null and integration_id in (select id from old_rows);
    return null;
  end if;
  -- Every record of a batch updates its integration, and only the time of its last sync: 1 ms instead of 6.
  if not exists (
    select from old_rows as before join new_rows as after on after.id = before.id
    where (after.status, after.sync_enabled, after.calendar_id, after.settings, after.last_error ->> 'code', after.paused_by_admin,
        after.removed_at)
      is distinct from (before.status, before.sync_enabled, before.calendar_id, before.settings, before.last_error ->> 'code',
        before.paused_by_admin, before.removed_at)
  ) then
    return null;
  end if;
  with noted as (
  insert into calendar_sync.activity (user_id, integration_id, provider, action, calendar_id, reason, details)
  select coalesce(after.user_id, before.user_id, after.deleted_user_id), after.id, after.provider, event.action, after.calendar_id,
    event.reason, calendar_sync.with_because(event.details)
  from old_rows as before
  join new_rows as after on after.id = before.id
  cross join lateral (values
    (1, case
        when before.removed_at is not null and after.removed_at is null then 'connected'
        when before.status = 'disconnected' and after.status = 'active' then 'reconnected'
      end, null, calendar_sync.account_details(row (after.*)::public.calendar_integrations)),
    (2, case when before.removed_at is null and after.removed_at is null and after.calendar_id is distinct from before.calendar_id
        then 'calendar_chosen' end,
      -- The provider gave the calendar another id, and the worker follows.
      case when calendar_sync.caused_by() = 'worker' then 'new_id' end,
      jsonb_build_object('calendar_id_before', before.calendar_id, 'calendar_before', before.calendar_name,
        'calendar_name', after.calendar_name)),
    (3, case when calendar_sync.complete_settings(after.settings) <> calendar_sync.complete_settings(before.settings)
        then 'settings_changed' end, null,
      jsonb_build_object('settings_before', calendar_sync.settings_that_differ(before.settings, after.settings),
        'settings', calendar_sync.settings_that_differ(after.settings, before.settings))),
    (4, case when before.sync_enabled and not after.sync_enabled then 'switched_off'
        when after.sync_enabled and not before.sync_enabled then 'switched_on' end, null, null),
    (5, case
        when after.status = 'paused' and (before.status <> 'paused'
          or after.last_error ->> 'code' <> coalesce(before.last_error ->> 'code', '')) then 'paused'
        when after.paused_by_admin is not null and after.paused_by_admin is distinct from before.paused_by_admin then 'paused'
        when after.status = before.status or after.removed_at is not null then null
        when after.status = 'disconnected' then 'grant_lost'
      end, after.last_error ->> 'code',
      jsonb_build_object('deletions', after.last_error #> '{details,deletions}',
        'of_events', after.last_error #> '{details,events}')),
    (6, case
        when before.status in ('paused', 'disconnecting') and after.status = 'active' then 'resumed'
        when before.paused_by_admin is not null and after.paused_by_admin is null then 'resumed'
      end,
      case before.status when 'paused' then before.last_error ->> 'code' else before.status end, null),
    (7, case when after.status = 'disconnecting' and before.status <> 'disconnecting' then 'disconnecting' end,
      case when after.user_id is null then 'user_deleted' end, null),
    (8, case when after.removed_at is not null and before.removed_at is null then 'disconnected' end, null,
      calendar_sync.account_details(row (before.*)::public.calendar_integrations)
        || jsonb_build_object('events', case
          when before.status <> 'disconnecting' then 'kept'
          when exists (
            select from public.calendar_event_mappings as mapping where mapping.integration_id = before.id
          ) then 'left'
          else 'removed'
        end))
  ) as event (place, action, reason, details)
  where event.action is not null
  order by after.id, event.place
  returning integration_id, action, reason, caused_by, request_id, at
  ), word as (
    select distinct on (integration_id) integration_id, calendar_sync.in_words(action, reason) as word, action, caused_by, request_id
    from noted where action in (
      'connected', 'reconnected', 'switched_off', 'switched_on', 'paused', 'grant_lost', 'resumed', 'disconnecting', 'disconnected')
    order by integration_id, at desc
  ), ended as (
    update calendar_sync.history as period
    set until_at = v_now, ended_with = word.word, ended_by = word.caused_by, ended_request_id = word.request_id
    from word
    where period.integration_id = word.integration_id and period.until_at is null
      and (period.obligation_id is null or word.action = 'disconnected')
    returning period.id
  )
  insert into calendar_sync.history
    (user_id, integration_id, provider, in_calendar, reason, from_at, began_with, began_by, began_request_id)
  select coalesce(after.user_id, after.deleted_user_id), after.id, after.provider, false,
    calendar_sync.obstacle_of(row (after.*)::public.calendar_integrations), v_now, word.word, word.caused_by, word.request_id
  from word join new_rows as after on after.id = word.integration_id
  -- Reads what was ended, so that it is ended before.
  where (select count(*) from ended) >= 0 and after.removed_at is null
    and calendar_sync.obstacle_of(row (after.*)::public.calendar_integrations) is not null;
  return null;
end;
$$;

comment on function calendar_sync.note_connections() is 'Notes what happened to connections, and why.';

create function calendar_sync.settings_that_differ(settings jsonb, others jsonb) returns jsonb
language sql immutable security invoker set search_path = ''
as $$
  select jsonb_object_agg(setting.name, setting.value)
  from jsonb_each(calendar_sync.complete_settings(settings)) as setting (name, value)
  where setting.value is distinct from calendar_sync.complete_settings(others) -> setting.name
$$;

comment on function calendar_sync.settings_that_differ(jsonb, jsonb) is 'Those of an integration''s settings that have another value in others.';

create trigger connection_added after insert on public.calendar_integrations
referencing new table as new_rows
for each statement execute function calendar_sync.note_connections();

create trigger connection_changed after update on public.calendar_integrations
referencing old table as old_rows new table as new_rows
for each statement execute function calendar_sync.note_connections();

create trigger connection_ended after delete on public.calendar_integrations
referencing old table as old_rows
for each statement execute function calendar_sync.note_connections();
