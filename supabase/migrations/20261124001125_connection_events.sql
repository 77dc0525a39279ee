-- The life of a connection in calendar_sync.activity: whatever changes an integration, a person in the dashboard included, is
-- noted in the same transaction. What only keeps the books (tokens, the last sync, an error that passes by itself) is not.

create function calendar_sync.account_details(integration public.calendar_integrations) returns jsonb
language sql immutable security invoker set search_path = ''
as $$
  select jsonb_build_object('account_email', integration.account_email, 'calendar_name', integration.calendar_name,
    'access', integration.access)
$$;

comment on function calendar_sync.account_details(public.calendar_integrations) is
  'Whose account and which calendar it is, for rows that are read when the integration is gone.';

create function calendar_sync.connection_added() returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
  insert into calendar_sync.activity (user_id, integration_id, provider, action, calendar_id, details)
  select added.user_id, added.id, added.provider, 'connected', added.calendar_id,
    calendar_sync.account_details(row (added.*)::public.calendar_integrations)
  from new_rows as added
  -- A consent that nobody has confirmed is no connection yet.
  where added.status <> 'pending_confirmation';
  return null;
end;
$$;

comment on function calendar_sync.connection_added() is 'Notes connections that begin at once, such as those of a restored backup.';

create trigger connection_added after insert on public.calendar_integrations
referencing new table as new_rows
for each statement execute function calendar_sync.connection_added();

create function calendar_sync.connection_changed() returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
  insert into calendar_sync.activity (user_id, integration_id, provider, action, calendar_id, reason, details)
  select after.user_id, after.id, after.provider, event.action, after.calendar_id, event.reason, calendar_sync.with_because(event.details)
  from old_rows as before
  join new_rows as after on after.id = before.id
  cross join lateral (values
    (1, case
        when before.status = 'pending_confirmation' and after.status <> before.status then 'connected'
        when before.status = 'disconnected' and after.status = 'active' then 'reconnected'
      end, null, calendar_sync.account_details(row (after.*)::public.calendar_integrations)),
    (2, case when before.status <> 'pending_confirmation' and after.calendar_id is distinct from before.calendar_id
        then 'calendar_chosen' end,
      -- Outlook gives a calendar another id, and the worker follows.
      case when calendar_sync.caused_by() = 'worker' then 'new_id' end,
      jsonb_build_object('calendar_id_before', before.calendar_id, 'calendar_before', before.calendar_name,
        'calendar_name', after.calendar_name)),
    (3, case when after.settings <> before.settings then 'settings_changed' end, null,
      jsonb_build_object('settings_before', calendar_sync.settings_that_differ(before.settings, after.settings),
        'settings', calendar_sync.settings_that_differ(after.settings, before.settings))),
    (4, case when before.sync_enabled and not after.sync_enabled then 'switched_off'
        when after.sync_enabled and not before.sync_enabled then 'switched_on' end, null, null),
    (5, case
        when after.status = 'paused' and (before.status <> 'paused'
          or after.last_error ->> 'code' <> coalesce(before.last_error ->> 'code', '')) then 'paused'
        when after.paused_by_admin <> coalesce(before.paused_by_admin, '') then 'paused'
        when after.status = before.status or before.status = 'pending_confirmation' then null
        when after.status = 'disconnected' then 'grant_lost'
      end, after.last_error ->> 'code',
      jsonb_build_object('deletions', after.last_error #> '{details,deletions}',
        'of_events', after.last_error #> '{details,events}')),
    (6, case
        when before.status in ('paused', 'disconnecting') and after.status = 'active' then 'resumed'
        when before.paused_by_admin is not null and after.paused_by_admin is null then 'resumed'
      end,
      case before.status when 'paused' then before.last_error ->> 'code' else before.status end, null),
    (7, case when after.status = 'disconnecting' and before.status <> 'disconnecting' then 'disconnecting' end, null, null)
  ) as event (turn, action, reason, details)
  where (after.status, after.sync_enabled, after.calendar_id, after.settings, after.last_error ->> 'code', after.paused_by_admin)
      is distinct from (before.status, before.sync_enabled, before.calendar_id, before.settings, before.last_error ->> 'code',
        before.paused_by_admin)
    and event.action is not null
  order by after.id, event.turn;
  return null;
end;
$$;

comment on function calendar_sync.connection_changed() is 'Notes what became of a connection, and why.';

create function calendar_sync.settings_that_differ(settings jsonb, others jsonb) returns jsonb
language sql immutable security invoker set search_path = ''
as $$
  select jsonb_object_agg(setting.name, setting.value) from jsonb_each(settings) as setting (name, value)
  where setting.value is distinct from others -> setting.name
$$;

comment on function calendar_sync.settings_that_differ(jsonb, jsonb) is 'Of settings those that are otherwise in others.';

create trigger connection_changed after update on public.calendar_integrations
referencing old table as old_rows new table as new_rows
for each statement execute function calendar_sync.connection_changed();

create function calendar_sync.connection_ended() returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
  insert into calendar_sync.activity (user_id, integration_id, provider, action, calendar_id, reason, details)
  select gone.user_id, gone.id, gone.provider, 'disconnected', gone.calendar_id,
    case when person.id is null then 'user_deleted' end,
    calendar_sync.with_because(
      calendar_sync.account_details(row (gone.*)::public.calendar_integrations) || jsonb_build_object('events', case
        when kept.user_id is not null then 'kept'
        when gone.status = 'disconnecting' and person.id is not null then 'removed'
        else 'left'
      end))
  from old_rows as gone
  left join auth.users as person on person.id = gone.user_id
  left join calendar_sync.kept_calendars as kept
    on kept.user_id = gone.user_id and kept.provider = gone.provider and kept.account_id = gone.account_id
  where gone.status <> 'pending_confirmation'
  order by gone.id;
  return null;
end;
$$;

comment on function calendar_sync.connection_ended() is
  'Notes which connections ended, and what became of their events: kept because their user chose so, removed before, or left where they were because the user or the integration was deleted.';

create trigger connection_ended after delete on public.calendar_integrations
referencing old table as old_rows
for each statement execute function calendar_sync.connection_ended();
