-- What was changed in whose calendar: appended, never updated, dropped by the day.

create table calendar_sync.activity (
  at timestamptz not null default clock_timestamp(),
  user_id uuid not null,
  integration_id uuid not null,
  provider text not null,
  obligation_id uuid not null,
  action text not null check (action in ('created', 'updated', 'moved', 'removed', 'rejected', 'given_up')),
  calendar_id text,
  event_id text,
  due text,
  reason text
) partition by range (at);

comment on table calendar_sync.activity is
  'Every change made to a calendar, and every one given up. No foreign keys: it outlives what it tells of.';
comment on column calendar_sync.activity.due is 'The deadline as the event shows it: a date, or an instant.';
comment on column calendar_sync.activity.reason is 'Why it was rejected or given up, in the provider''s word.';

create index activity_user_idx on calendar_sync.activity (user_id, at desc);
create index activity_obligation_idx on calendar_sync.activity (obligation_id, at);

alter table calendar_sync.activity enable row level security;

create policy "own activity" on calendar_sync.activity for select to authenticated using (user_id = (select auth.uid()));

grant select on calendar_sync.activity to authenticated;

-- Where rows go for which nobody made a day, because nothing has called keep_activity for weeks.
create table calendar_sync.activity_default partition of calendar_sync.activity default;
comment on table calendar_sync.activity_default is 'Activity of days without a partition; keep_activity moves it.';
alter table calendar_sync.activity_default enable row level security;

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
    execute format('with late as (delete from calendar_sync.activity_default where at >= %L and at < %L returning *)
      insert into calendar_sync.%I select * from late', v_day || ' 00:00+00', v_day + 1 || ' 00:00+00', v_name);
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
