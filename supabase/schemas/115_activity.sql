-- Activity: every change made in a calendar and every event in the life of a connection. Rows are appended, never updated, and
-- dropped by the day.
--
-- Activity outlives what it tells of, so the details of a connection hold the account's address: evidence first asks whose
-- calendar it was. The address is shown to that user and to administrators, is kept no longer than the rest, and goes with
-- calendar_sync.forget_activity.

create table calendar_sync.activity (
  at timestamptz not null default clock_timestamp(),
  user_id uuid,
  integration_id uuid,
  provider text,
  obligation_id uuid,
  action text not null check (action in (
    'created', 'updated', 'moved', 'removed', 'adopted', 'rejected', 'given_up',
    'connected', 'reconnected', 'grant_lost', 'paused', 'resumed', 'switched_off', 'switched_on', 'calendar_chosen',
    'settings_changed', 'disconnecting', 'disconnected', 'retried', 'resynced', 'erased', 'drained',
    'proposal_opened', 'proposal_accepted', 'proposal_dismissed', 'proposal_undone', 'proposal_superseded',
    'moved_by_user', 'resized_by_user', 'moved_back_by_user', 'deleted_by_user', 'hidden_by_user', 'returned_by_user'
  )),
  calendar_id text,
  event_id text,
  title text,
  due text,
  reason text,
  details jsonb,
  caused_by text default calendar_sync.caused_by(),
  request_id text default calendar_sync.request_id(),
  check (obligation_id is null or (user_id, integration_id, provider) is not null)
) partition by range (at);

comment on table calendar_sync.activity is
  'Every change made to a calendar and every one given up, every event in the life of a connection, and what an administrator did. No foreign keys: it outlives what it tells of.';
comment on column calendar_sync.activity.user_id is 'Whose calendar it is; null where it concerns all.';
comment on column calendar_sync.activity.obligation_id is 'The obligation whose event changed; null for what happened to a connection.';
comment on column calendar_sync.activity.details is 'More about it, by the kind of action; never a secret.';
comment on column calendar_sync.activity.title is
  'The obligation''s, as it was then. Null where the obligation itself was gone: an earlier row has it.';
comment on column calendar_sync.activity.due is 'The deadline as the event shows it: a date, or an instant.';
comment on column calendar_sync.activity.reason is 'Why it was rejected or given up, in the provider''s word.';
comment on column calendar_sync.activity.caused_by is 'Who or what caused it: what calendar_sync.caused_by() said where the change was made, or sweep, nightly, repair, connected, lease_lost, orphans or channel where the system itself found something to do.';
comment on column calendar_sync.activity.request_id is 'The request that led to it, or the worker''s run where none did: the same id stands in the functions'' log lines.';

create function calendar_sync.with_because(p_details jsonb) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select nullif(jsonb_strip_nulls(coalesce(p_details, '{}') || jsonb_build_object('because', nullif(current_setting('calendar_sync.because', true), ''))), '{}')
$$;

comment on function calendar_sync.with_because(jsonb) is
  'The details of a row of activity, with the administrator''s reason where one is given, and without nulls.';

create function calendar_sync.note(
  p_integration public.calendar_integrations, p_action text, p_details jsonb default null
) returns void
language sql volatile security definer set search_path = ''
as $$
  insert into calendar_sync.activity (user_id, integration_id, provider, action, calendar_id, details)
  values (coalesce(p_integration.user_id, p_integration.deleted_user_id), p_integration.id, p_integration.provider, p_action, p_integration.calendar_id,
    calendar_sync.with_because(p_details))
$$;

comment on function calendar_sync.note(public.calendar_integrations, text, jsonb) is
  'Notes an event in the life of a connection; without an integration, one that concerns them all.';

create index activity_user_idx on calendar_sync.activity (user_id, at desc);
create index activity_obligation_idx on calendar_sync.activity (obligation_id, at);
create index activity_request_idx on calendar_sync.activity (request_id) where request_id is not null;
-- The life of one connection; the many changes of events are not in it.
create index activity_connection_idx on calendar_sync.activity (integration_id, at) where obligation_id is null;

alter table calendar_sync.activity enable row level security;

-- Only the owner has a grant to change activity, and this trigger keeps the owner from doing it by mistake. The two functions that
-- may, keep_activity and forget_activity, say so while they run.
create function calendar_sync.refuse_change_of_activity() returns trigger
language plpgsql volatile security invoker set search_path = ''
as $$
begin
  if current_setting('calendar_sync.activity_may_change', true) = 'yes' then
    return case when tg_op = 'UPDATE' then new when tg_op = 'DELETE' then old end;
  end if;
  raise exception 'calendar_sync.activity is only appended to.' using errcode = 'insufficient_privilege',
    hint = 'calendar_sync.options.activity_kept_for says how long it is kept; calendar_sync.forget_activity(user_id) takes out what is personal.';
end;
$$;

comment on function calendar_sync.refuse_change_of_activity() is 'Refuses to change or delete activity.';

-- Partitions inherit the row trigger; keep_activity gives each the other one, since a TRUNCATE of one day fires only its own.
create trigger activity_kept before update or delete on calendar_sync.activity
for each row execute function calendar_sync.refuse_change_of_activity();
create trigger activity_kept_whole before truncate on calendar_sync.activity
for each statement execute function calendar_sync.refuse_change_of_activity();

-- Rows of days without a partition go here, as when keep_activity was not called for weeks.
create table calendar_sync.activity_default partition of calendar_sync.activity default;
comment on table calendar_sync.activity_default is 'Activity of days without a partition; keep_activity moves it.';
alter table calendar_sync.activity_default enable row level security;
create trigger activity_kept_whole before truncate on calendar_sync.activity_default
for each statement execute function calendar_sync.refuse_change_of_activity();

create function calendar_sync.keep_activity() returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_days_ahead constant integer := 7;
  v_day date;
  v_name text;
begin
  for v_day in
    select day::date from generate_series(current_date, current_date + v_days_ahead, interval '1 day') as day
    union
    select distinct (at at time zone 'UTC')::date from calendar_sync.activity_default
  loop
    v_name := 'activity_' || to_char(v_day, 'YYYYMMDD');
    continue when to_regclass('calendar_sync.' || v_name) is not null;
    execute format('create table calendar_sync.%I (like calendar_sync.activity including all)', v_name);
    execute format('comment on table calendar_sync.%I is %L', v_name, 'Activity of one day.');
    execute format('alter table calendar_sync.%I enable row level security', v_name);
    execute format('create trigger activity_kept_whole before truncate on calendar_sync.%I
      for each statement execute function calendar_sync.refuse_change_of_activity()', v_name);
    perform set_config('calendar_sync.activity_may_change', 'yes', true);
    execute format('with late as (delete from calendar_sync.activity_default where at >= %L and at < %L returning *)
      insert into calendar_sync.%I select * from late', v_day || ' 00:00+00', v_day + 1 || ' 00:00+00', v_name);
    perform set_config('calendar_sync.activity_may_change', '', true);
    execute format('alter table calendar_sync.activity attach partition calendar_sync.%I for values from (%L) to (%L)',
      v_name, v_day || ' 00:00+00', v_day + 1 || ' 00:00+00');
  end loop;
  for v_name in
    select partition.relname
    from pg_catalog.pg_inherits as child
    join pg_catalog.pg_class as partition on partition.oid = child.inhrelid
    cross join calendar_sync.options
    where child.inhparent = 'calendar_sync.activity'::regclass and partition.relname ~ '^activity_\d{8}$'
      and to_date(right(partition.relname, 8), 'YYYYMMDD') < (now() - options.activity_kept_for)::date
  loop
    execute format('drop table calendar_sync.%I', v_name);
  end loop;
end;
$$;

comment on function calendar_sync.keep_activity() is
  'Makes the partitions of the coming days and drops those that are older than calendar_sync.options says.';

select calendar_sync.keep_activity();

create function calendar_sync.forget_activity(p_user_id uuid) returns bigint
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_rows bigint;
begin
  perform set_config('calendar_sync.activity_may_change', 'yes', true);
  update calendar_sync.activity set title = null, calendar_id = null, event_id = null, details = null
  where user_id = p_user_id and num_nonnulls(title, calendar_id, event_id, details) > 0;
  get diagnostics v_rows = row_count;
  perform set_config('calendar_sync.activity_may_change', '', true);
  update calendar_sync.history set title = null, calendar_id = null, calendar_name = null, event_id = null, account_email = null
  where user_id = p_user_id and num_nonnulls(title, calendar_id, calendar_name, event_id, account_email) > 0;
  return v_rows;
end;
$$;

comment on function calendar_sync.forget_activity(uuid) is
  'For an erasure: takes out of a user''s activity and history the titles, the calendars and the account''s address. What stays is when something happened, of what kind, for which ids and which deadline. How many rows it was; 0 where nothing is left to take out.';

create function calendar_sync.due_as_shown(p_due text) returns text
language plpgsql stable security invoker set search_path = ''
as $$
begin
  return case when p_due like '%T%' then calendar_sync.due_text(null, p_due::timestamptz) else p_due end;
end;
$$;

comment on function calendar_sync.due_as_shown(text) is
  'A deadline of an activity row as the Calendar API prints it: a date, or an instant in UTC (RFC 3339).';

-- With a partition a day most of it is planning: a generic plan is made once a session (400 days: 14 ms instead of 90).
create function calendar_sync.own_activity(p_limit integer, p_until timestamptz) returns jsonb
language plpgsql volatile security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off set plan_cache_mode = force_generic_plan
as $$
declare
  v_limit_max constant integer := 200;
  v_user_id constant uuid := calendar_sync.count_own_call();
begin
  return (
    select coalesce(jsonb_agg(jsonb_build_object(
      'kind', case when recent.obligation_id is null then 'connection' else 'event' end,
      'at', recent.at,
      'integration_id', recent.integration_id,
      'provider', recent.provider,
      'account_email', coalesce(integration.account_email, recent.details ->> 'account_email'),
      'calendar_name', coalesce(recent.details ->> 'calendar_name', integration.calendar_name),
      'action', recent.action,
      'reason', recent.reason,
      'caused_by', calendar_sync.cause_for(recent.caused_by, v_user_id)
    ) || case when recent.obligation_id is null then jsonb_build_object(
      'calendar_before', recent.details ->> 'calendar_before',
      'settings_before', recent.details -> 'settings_before',
      'settings', recent.details -> 'settings',
      'events', recent.details ->> 'events'
    ) else jsonb_build_object(
      'obligation_id', recent.obligation_id,
      'obligation_url', calendar_sync.shown_url(deadline.url),
      'event', calendar_sync.event_place(integration, mapping.calendar_id, mapping.external_event_id),
      'title', coalesce(recent.title, deadline.title, (
        select earlier.title from calendar_sync.activity as earlier
        where earlier.obligation_id = recent.obligation_id and earlier.integration_id = recent.integration_id
          and earlier.at < recent.at and earlier.title is not null
        order by earlier.at desc limit 1
      )),
      'due', calendar_sync.due_as_shown(recent.due)
    ) end order by recent.at desc), '[]')
    from (
      select * from calendar_sync.activity where user_id = v_user_id and at <= coalesce(p_until, 'infinity')
      order by at desc limit least(p_limit, v_limit_max)
    ) as recent
    left join public.calendar_integrations as integration
      on integration.id = recent.integration_id and integration.user_id = v_user_id
    left join public.calendar_event_mappings as mapping
      on mapping.integration_id = integration.id and mapping.obligation_id = recent.obligation_id
    -- As calendar_sync.deadline_for, without a call for each row.
    left join lateral (
      select found.recipient_id, found.title, found.url from calendar_sync.deadlines as found
      where found.obligation_id = recent.obligation_id offset 0
    ) as deadline on deadline.recipient_id = v_user_id
  );
end;
$$;

comment on function calendar_sync.own_activity(integer, timestamptz) is
  'The last p_limit changes made to the caller''s calendars and events in the life of their connections, at most 200, newest first; those up to p_until where it is given.';
grant execute on function calendar_sync.own_activity(integer, timestamptz) to authenticated;

create function public.calendar_activity(p_limit integer default 50, p_until timestamptz default null) returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select calendar_sync.own_activity(p_limit, p_until) $$;

comment on function public.calendar_activity(integer, timestamptz) is
  'The last p_limit changes made to the caller''s calendars and events in the life of their connections, at most 200, newest first; those up to p_until where it is given.';

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
    from noted where action in ('reconnected', 'switched_off', 'switched_on', 'paused', 'grant_lost', 'resumed', 'disconnecting', 'disconnected')
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
