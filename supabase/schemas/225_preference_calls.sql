-- What users ask for and change of their defaults.

create function calendar_sync.preferences_json(p_user_id uuid) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'time_zone', preferences.time_zone,
    'all_day_reminder_time', coalesce(preferences.all_day_reminder_time, calendar_sync.default_settings() ->> 'all_day_reminder_time')
  )
  from (values (1)) as one
  left join calendar_sync.preferences as preferences on preferences.user_id = p_user_id
$$;

comment on function calendar_sync.preferences_json(uuid) is 'A user''s defaults as the Calendar API shows them.';

create function calendar_sync.own_preferences() returns jsonb
language sql volatile security definer set search_path = ''
as $$ select calendar_sync.preferences_json(calendar_sync.count_own_call()) $$;

comment on function calendar_sync.own_preferences() is 'The caller''s defaults.';
grant execute on function calendar_sync.own_preferences() to authenticated;

create function public.calendar_preferences() returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select calendar_sync.own_preferences() $$;

comment on function public.calendar_preferences() is 'The caller''s defaults.';

create function calendar_sync.change_own_preferences(p_change jsonb) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id constant uuid := calendar_sync.count_own_call();
  v_time_zone text;
  v_problem text;
begin
  v_problem := case
    when coalesce(jsonb_typeof(p_change), '') <> 'object' then 'preferences: must be an object'
    when p_change - array['time_zone', 'all_day_reminder_time'] <> '{}'
      then 'preferences: may hold time_zone, all_day_reminder_time and nothing else'
    when p_change ? 'all_day_reminder_time'
      and not coalesce(p_change ->> 'all_day_reminder_time' ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$', false)
      then 'all_day_reminder_time: must be a time of day, such as 09:00'
  end;
  if v_problem is null and p_change ? 'time_zone' then
    v_time_zone := calendar_sync.known_time_zone(p_change ->> 'time_zone');
    if v_time_zone is null then
      v_problem := 'time_zone: must be a name of the IANA database, such as Europe/Paris';
    end if;
  end if;
  if v_problem is not null then
    raise exception '%', v_problem using errcode = 'invalid_parameter_value';
  end if;
  -- A session may outlive its user.
  insert into calendar_sync.preferences (user_id) select person.id from auth.users as person where person.id = v_user_id
  on conflict (user_id) do nothing;
  update calendar_sync.preferences
  set time_zone = coalesce(v_time_zone, time_zone),
    all_day_reminder_time = coalesce(p_change ->> 'all_day_reminder_time', all_day_reminder_time),
    updated_at = now()
  where user_id = v_user_id;
  return calendar_sync.preferences_json(v_user_id);
end;
$$;

comment on function calendar_sync.change_own_preferences(jsonb) is
  'Changes the caller''s defaults that are given, time_zone and all_day_reminder_time, and returns all of them. An error that names the field where one is not possible.';
grant execute on function calendar_sync.change_own_preferences(jsonb) to authenticated;

create function public.calendar_update_preferences(p_change jsonb) returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select calendar_sync.change_own_preferences(p_change) $$;

comment on function public.calendar_update_preferences(jsonb) is
  'Changes the caller''s defaults that are given, time_zone and all_day_reminder_time, and returns all of them.';
