-- What was changed in whose calendar, and what became of connections: appended, never updated, dropped by the day.
--
-- It outlives what it tells of, so the account's address stands in the details of its connection: whose calendar it was is
-- the first thing that evidence is asked for, and the only other trace of it goes with the integration. It is shown to that
-- user and to administrators, is kept no longer than the rest, and goes with calendar_sync.forget_activity.

create table calendar_sync.activity (
  at timestamptz not null default clock_timestamp(),
  user_id uuid,
  integration_id uuid,
  provider text,
  obligation_id uuid,
  action text not null check (action in (
    'created', 'updated', 'moved', 'removed', 'adopted', 'rejected', 'given_up',
    'connected', 'reconnected', 'grant_lost', 'paused', 'resumed', 'switched_off', 'switched_on', 'calendar_chosen',
    'settings_changed', 'disconnecting', 'disconnected', 'retried', 'resynced', 'erased', 'drained'
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
comment on column calendar_sync.activity.user_id is 'Whose calendar it is; null where it concerned everybody''s.';
comment on column calendar_sync.activity.obligation_id is 'Whose event was changed; null where it is no event that changed.';
comment on column calendar_sync.activity.details is 'What else there is to know, by the kind of action; never a secret.';
comment on column calendar_sync.activity.title is
  'The obligation''s, as it was then. Null where the obligation itself was gone: an earlier row has it.';
comment on column calendar_sync.activity.due is 'The deadline as the event shows it: a date, or an instant.';
comment on column calendar_sync.activity.reason is 'Why it was rejected or given up, in the provider''s word.';
comment on column calendar_sync.activity.caused_by is 'Who or what caused it: as calendar_sync.caused_by() says where the change was made that led to it, or sweep, nightly, repair, connected, lease_lost or own_events where the system itself found something to do.';
comment on column calendar_sync.activity.request_id is 'The request that led to it, or the worker''s run where none did: the same id stands in the functions'' log lines.';

create function calendar_sync.with_because(p_details jsonb) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select nullif(jsonb_strip_nulls(coalesce(p_details, '{}') || jsonb_build_object('because', calendar_sync.because())), '{}')
$$;

comment on function calendar_sync.with_because(jsonb) is
  'The details of a row of activity, with the reason of whoever acts where one is given, and without what is null.';

create function calendar_sync.note(
  p_integration public.calendar_integrations, p_action text, p_details jsonb default null
) returns void
language sql volatile security definer set search_path = ''
as $$
  insert into calendar_sync.activity (user_id, integration_id, provider, action, calendar_id, details)
  values (p_integration.user_id, p_integration.id, p_integration.provider, p_action, p_integration.calendar_id,
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

create policy "own activity" on calendar_sync.activity for select to authenticated using (user_id = (select auth.uid()));

grant select on calendar_sync.activity to authenticated;

-- No role but the owner has a grant to change it, and the owner neither does so by mistake: the two functions that may,
-- keep_activity and forget_activity, say so for as long as it takes.
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

comment on function calendar_sync.refuse_change_of_activity() is 'Refuses whatever would change or delete what was noted.';

-- Every partition gets this one with the table, and the other one from keep_activity: a TRUNCATE of one day asks only its own.
create trigger activity_kept before update or delete on calendar_sync.activity
for each row execute function calendar_sync.refuse_change_of_activity();
create trigger activity_kept_whole before truncate on calendar_sync.activity
for each statement execute function calendar_sync.refuse_change_of_activity();

-- Where rows go for which nobody made a day, because nothing has called keep_activity for weeks.
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
  return v_rows;
end;
$$;

comment on function calendar_sync.forget_activity(uuid) is
  'For an erasure: takes out of a user''s activity the titles, the calendars and the account''s address. What stays is when something happened, of what kind, for which ids and which deadline. How many rows it was; 0 where nothing is left to take out.';

create function calendar_sync.due_as_shown(p_due text) returns text
language sql stable security invoker set search_path = ''
as $$
  select case when p_due like '%T%' then calendar_sync.due_text(null, p_due::timestamptz) else p_due end
$$;

comment on function calendar_sync.due_as_shown(text) is
  'A deadline of an activity row as the Calendar API prints it: a date, or an instant in UTC (RFC 3339).';

-- With a partition a day most of it is planning: a generic plan is made once a session (400 days: 14 ms instead of 90).
create function calendar_sync.own_activity(p_limit integer) returns jsonb
language plpgsql stable security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set plan_cache_mode = force_generic_plan
as $$
declare
  v_limit_max constant integer := 200;
  v_user_id constant uuid := (select auth.uid());
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
      'title', coalesce(recent.title, calendar_sync.shown_title(deadline.title), (
        select earlier.title from calendar_sync.activity as earlier
        where earlier.obligation_id = recent.obligation_id and earlier.integration_id = recent.integration_id
          and earlier.at < recent.at and earlier.title is not null
        order by earlier.at desc limit 1
      )),
      'due', calendar_sync.due_as_shown(recent.due)
    ) end order by recent.at desc), '[]')
    from (
      select * from calendar_sync.activity where user_id = v_user_id
      order by at desc limit least(p_limit, v_limit_max)
    ) as recent
    left join public.calendar_integrations as integration
      on integration.id = recent.integration_id and integration.user_id = v_user_id
    left join lateral (
      select candidate.title from (
        -- OFFSET keeps the recipient out of this scan, as in calendar_sync.lane_json.
        select every_recipient.* from calendar_sync.deadlines as every_recipient
        where every_recipient.obligation_id = recent.obligation_id offset 0
      ) as candidate
      where candidate.recipient_id = v_user_id
    ) as deadline on true
  );
end;
$$;

comment on function calendar_sync.own_activity(integer) is
  'The last p_limit changes made to the caller''s calendars and events in the life of their connections, at most 200, newest first.';
grant execute on function calendar_sync.own_activity(integer) to authenticated;

create function public.calendar_activity(p_limit integer default 50) returns jsonb
language sql stable security invoker set search_path = ''
as $$ select calendar_sync.own_activity(p_limit) $$;

comment on function public.calendar_activity(integer) is
  'The last p_limit changes made to the caller''s calendars and events in the life of their connections, at most 200, newest first.';

revoke execute on function public.calendar_activity(integer) from public, anon, authenticated, service_role;
grant execute on function public.calendar_activity(integer) to authenticated;
