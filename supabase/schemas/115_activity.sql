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

create function calendar_sync.add_activity_day(p_day date, p_name text) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  execute format('create table calendar_sync.%I (like calendar_sync.activity including all)', p_name);
  execute format('comment on table calendar_sync.%I is %L', p_name, 'Activity of one day.');
  execute format('alter table calendar_sync.%I enable row level security', p_name);
  execute format('create trigger activity_kept_whole before truncate on calendar_sync.%I
    for each statement execute function calendar_sync.refuse_change_of_activity()', p_name);
  perform set_config('calendar_sync.activity_may_change', 'yes', true);
  execute format('with late as (delete from calendar_sync.activity_default where at >= %L and at < %L returning *)
    insert into calendar_sync.%I select * from late', p_day || ' 00:00+00', p_day + 1 || ' 00:00+00', p_name);
  perform set_config('calendar_sync.activity_may_change', '', true);
  execute format('alter table calendar_sync.activity attach partition calendar_sync.%I for values from (%L) to (%L)',
    p_name, p_day || ' 00:00+00', p_day + 1 || ' 00:00+00');
end;
$$;

comment on function calendar_sync.add_activity_day(date, text) is
  'Makes the partition of a day, with the rows of that day that are in activity_default.';

create function calendar_sync.old_activity_days(p_spared interval) returns setof name
language sql stable security definer set search_path = ''
as $$
  select partition.relname
  from pg_catalog.pg_inherits as child
  join pg_catalog.pg_class as partition on partition.oid = child.inhrelid
  cross join calendar_sync.options
  where child.inhparent = 'calendar_sync.activity'::regclass and partition.relname ~ '^activity_\d{8}$'
    and to_date(right(partition.relname, 8), 'YYYYMMDD') < (now() - options.activity_kept_for - p_spared)::date
$$;

comment on function calendar_sync.old_activity_days(interval) is
  'The partitions that are older than calendar_sync.options says, by more than p_spared.';

-- A partition that is attached locks activity_default, and one that is dropped all of activity, until the transaction ends. A long
-- reader, such as pg_dump, keeps us from that, and the workers would wait behind us: then tomorrow is soon enough.
create function calendar_sync.keep_activity() returns void
language plpgsql volatile security definer set search_path = '' set lock_timeout = '2s'
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
    order by 1
  loop
    v_name := 'activity_' || to_char(v_day, 'YYYYMMDD');
    continue when to_regclass('calendar_sync.' || v_name) is not null;
    begin
      perform calendar_sync.add_activity_day(v_day, v_name);
    exception when lock_not_available then
      raise warning 'calendar_sync: % is not made now: somebody reads activity for long', v_name;
      exit;
    end;
  end loop;
  for v_name in
    select day from calendar_sync.old_activity_days(interval '0') as day
  loop
    begin
      execute format('drop table calendar_sync.%I', v_name);
    exception when lock_not_available then
      raise warning 'calendar_sync: % is not dropped now: somebody reads activity for long', v_name;
      exit;
    end;
  end loop;
end;
$$;

comment on function calendar_sync.keep_activity() is
  'Makes the partitions of the coming days and drops those that are older than calendar_sync.options says; what a long reader prevents waits for the next call.';

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
