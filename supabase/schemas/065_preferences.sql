-- What a user chose once for everything: the time zone, and when reminders of all-day deadlines count back from.

create table calendar_sync.preferences (
  user_id uuid primary key references auth.users (id) on delete cascade,
  time_zone text check (length(time_zone) <= 100),
  all_day_reminder_time text not null default calendar_sync.default_settings() ->> 'all_day_reminder_time'
    check (all_day_reminder_time ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'),
  updated_at timestamptz not null default now()
);

comment on table calendar_sync.preferences is 'Defaults of users. A user without a row has chosen none.';
comment on column calendar_sync.preferences.time_zone is
  'IANA name, for the daily mail and for times that the page shows. Null: the user''s browser has not told it yet.';
comment on column calendar_sync.preferences.all_day_reminder_time is 'HH:MM. A new integration begins with it; those that there are keep theirs.';

alter table calendar_sync.preferences enable row level security;

-- The setting takes names of files alone, in whatever case, and no abbreviations. A rule such as FOO+3 it would take, too, but
-- a rule has digits. The view pg_timezone_names says the same, but reads every file of the database's time zones for it.
create function calendar_sync.known_time_zone(p_name text) returns text
language plpgsql volatile security invoker set search_path = '' set timezone = 'UTC'
as $$
begin
  if p_name ~ '^(?:Etc/GMT[+-][0-9]{1,2}|[A-Za-z_]+(?:[/-][A-Za-z_]+)*)$' and length(p_name) <= 100
    and p_name !~* '^(?:posix/|right/|posixrules$|localtime$|factory$)'
  then
    perform set_config('timezone', p_name, true);
    return current_setting('timezone');
  end if;
  return null;
exception when invalid_parameter_value then
  return null;
end;
$$;

comment on function calendar_sync.known_time_zone(text) is
  'A time zone as the IANA database writes its name; null for what Postgres does not know as one.';

create function calendar_sync.time_zone_of(p_user_id uuid) returns text
language sql stable security definer set search_path = ''
as $$ select coalesce((select time_zone from calendar_sync.preferences where user_id = p_user_id), 'UTC') $$;

comment on function calendar_sync.time_zone_of(uuid) is 'The IANA name of the time zone that a user lives in; UTC where that is not known.';

create function calendar_sync.first_settings(p_user_id uuid) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select calendar_sync.default_settings() || coalesce((
    select jsonb_build_object('all_day_reminder_time', all_day_reminder_time) from calendar_sync.preferences where user_id = p_user_id
  ), '{}')
$$;

comment on function calendar_sync.first_settings(uuid) is 'What a new integration of this user begins with.';

-- A trigger, so that no way to connect forgets it.
create function calendar_sync.begin_with_preferences() returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
  new.settings := calendar_sync.first_settings(new.user_id);
  return new;
end;
$$;

comment on function calendar_sync.begin_with_preferences() is 'Gives a new integration its user''s defaults, where nothing was chosen for it.';

create trigger begin_with_preferences before insert on public.calendar_integrations
for each row when (new.settings = calendar_sync.default_settings()) execute function calendar_sync.begin_with_preferences();
