-- What users set is judged by a trigger and not by constraints: their error prints the row, with all that is in it, to the caller
-- and into the log, and they are checked with every record of a batch. Users write settings of an integration through the Data
-- API, those of a feed through a function.
--
-- calendar_edits accept is a value like the others here: whether an installation offers it is in the environment of the functions
-- (CALENDAR_ACCEPT_EDITS). Where it does not, they take accept for restore, whoever wrote it.

create function calendar_sync.is_title_template(p_template jsonb) returns boolean
language sql immutable security invoker set search_path = ''
as $$
  select jsonb_typeof(p_template) = 'string' and char_length(p_template #>> '{}') <= 100
    and strpos(p_template #>> '{}', '{title}') > 0
    and regexp_replace(p_template #>> '{}', '\{(title|type|status)\}', '', 'g') !~ '[{}]'
$$;

comment on function calendar_sync.is_title_template(jsonb) is
  'Whether titles of events can be made by it: {title}, {type}, {status} and text, of at most 100 characters, with {title} in it.';

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
    when not coalesce(jsonb_typeof(p_settings -> 'obligation_types') in ('null', 'array'), false)
      then 'settings.obligation_types: must be a list, or null'
    when jsonb_typeof(p_settings -> 'obligation_types') = 'array' and (
      not jsonb_path_exists(p_settings, 'strict $ ? (@.obligation_types.size() >= 1 && @.obligation_types.size() <= 100)')
      or jsonb_path_exists(p_settings, 'strict $.obligation_types[*] ? (@.type() != "string" || !(@ like_regex "^.{1,200}$" flag "s"))')
    ) then 'settings.obligation_types: must be 1 to 100 texts of 1 to 200 characters, or null'
    when 'title_template' = any (p_known) and not coalesce(calendar_sync.is_title_template(p_settings -> 'title_template'), false)
      then 'settings.title_template: must be {title}, {type}, {status} and text, of at most 100 characters, with {title} in it and no other braces'
    when 'calendar_edits' = any (p_known) and not coalesce(p_settings ->> 'calendar_edits' in ('restore', 'keep', 'ignore', 'accept'), false)
      then 'settings.calendar_edits: must be restore, keep, ignore or accept'
    -- From here on of a feed.
    when not 'look_back_days' = any (p_known) then null
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
    if jsonb_typeof(new.settings) = 'object' then
      new.settings := calendar_sync.complete_settings(new.settings);
    end if;
    v_problem := coalesce(
      calendar_sync.settings_problem(new.settings, array(select jsonb_object_keys(calendar_sync.default_settings()))),
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

comment on function calendar_sync.refuse_settings() is
  'Refuses what users may not set, with a message that names the field and nothing of the row. A setting of an integration that is missing gets its default.';

create trigger refuse_settings before insert or update of settings, sync_enabled on public.calendar_integrations
for each row execute function calendar_sync.refuse_settings();
create trigger refuse_settings before insert or update of name, settings, expires_at on calendar_sync.feeds
for each row execute function calendar_sync.refuse_settings();
