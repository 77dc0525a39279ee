-- What users set is judged by a trigger and not by constraints: their error prints the row, with all that is in it, to the caller
-- and into the log, and they are checked with every record of a batch. Users write settings of an integration through the Data
-- API, those of a feed through a function.

create function calendar_sync.settings_problem(p_settings jsonb, p_known text[]) returns text
language sql immutable security invoker set search_path = ''
as $$
  select case
    when p_settings is null or jsonb_typeof(p_settings) <> 'object' then 'settings: must be an object'
    when length(p_settings::text) > 100000 then 'settings: are too long'
    when p_settings - p_known <> '{}' then 'settings: may hold ' || array_to_string(p_known, ', ') || ' and nothing else'
    when not coalesce(p_settings ->> 'completed_events' in ('keep', 'remove'), false)
      then 'settings.completed_events: must be keep or remove'
    when 'all_day_reminder_time' = any (p_known)
      and not coalesce(p_settings ->> 'all_day_reminder_time' ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$', false)
      then 'settings.all_day_reminder_time: must be a time of day, such as 09:00'
    when not coalesce(jsonb_typeof(p_settings -> 'reminders_minutes') = 'array', false)
      or not jsonb_path_exists(p_settings, 'strict $ ? (@.reminders_minutes.size() <= 5)')
      or jsonb_path_exists(p_settings, 'strict $.reminders_minutes[*] ? (!(@.type() == "number") || @ < 0 || @ > 40320 || @ % 1 != 0)')
      then 'settings.reminders_minutes: must be at most five whole numbers of 0 to 40320'
    -- From here on of a feed.
    when not 'obligation_types' = any (p_known) then null
    when not coalesce(jsonb_typeof(p_settings -> 'obligation_types') in ('null', 'array'), false)
      then 'settings.obligation_types: must be a list, or null'
    when jsonb_typeof(p_settings -> 'obligation_types') = 'array' and (
      not jsonb_path_exists(p_settings, 'strict $ ? (@.obligation_types.size() <= 100)')
      or jsonb_path_exists(p_settings, 'strict $.obligation_types[*] ? (@.type() != "string")')
    ) then 'settings.obligation_types: must be at most 100 texts'
    when not jsonb_path_exists(p_settings,
      'strict $ ? (@.look_back_days >= 0 && @.look_back_days <= 3650 && @.look_back_days % 1 == 0)')
      then 'settings.look_back_days: must be a whole number of 0 to 3650'
    when not jsonb_path_exists(p_settings,
      'strict $ ? (@.look_ahead_days == null || @.look_ahead_days >= 1 && @.look_ahead_days <= 3650 && @.look_ahead_days % 1 == 0)')
      then 'settings.look_ahead_days: must be a whole number of 1 to 3650, or null'
  end
$$;

comment on function calendar_sync.settings_problem(jsonb, text[]) is
  'What is wrong with the settings of an integration or a feed, without repeating them. Null: nothing.';

create function calendar_sync.refuse_settings() returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_problem text;
begin
  if tg_table_name = 'calendar_integrations' then
    v_problem := coalesce(
      calendar_sync.settings_problem(new.settings, array['reminders_minutes', 'all_day_reminder_time', 'completed_events']),
      case when new.sync_enabled is null then 'sync_enabled: must be true or false' end);
  else
    v_problem := coalesce(calendar_sync.settings_problem(new.settings,
      array['obligation_types', 'look_back_days', 'look_ahead_days', 'reminders_minutes', 'completed_events']
    ), case
      when new.name is null or btrim(new.name) = '' or char_length(new.name) > 100 then 'name: must have 1 to 100 characters'
      when new.expires_at < '2000-01-01 00:00:00+00' or new.expires_at >= '9999-12-31 00:00:00+00'
        then 'expires_at: must be a time of the years 2000 to 9999'
    end);
  end if;
  if v_problem is not null then
    raise exception '%', v_problem using errcode = 'invalid_parameter_value';
  end if;
  return new;
end;
$$;

comment on function calendar_sync.refuse_settings() is 'Refuses what users may not set, with a message that names the field and nothing of the row.';

create trigger refuse_settings before insert or update of settings, sync_enabled on public.calendar_integrations
for each row execute function calendar_sync.refuse_settings();
create trigger refuse_settings before insert or update of name, settings, expires_at on calendar_sync.feeds
for each row execute function calendar_sync.refuse_settings();
