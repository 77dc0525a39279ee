-- What users do with their API keys: list, make, rotate, revoke.

create function calendar_sync.own_keys() returns jsonb
language sql volatile security definer set search_path = ''
as $$
  select coalesce(jsonb_agg(calendar_sync.key_json(key) order by key.created_at, key.id), '[]')
  from calendar_sync.api_keys as key where key.user_id = (select calendar_sync.count_own_call())
$$;

comment on function calendar_sync.own_keys() is 'The caller''s keys, oldest first.';
grant execute on function calendar_sync.own_keys() to authenticated;

create function public.calendar_keys() returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select calendar_sync.own_keys() $$;

comment on function public.calendar_keys() is 'The caller''s keys, oldest first; never a secret.';

create function calendar_sync.keys_left(p_user_id uuid, p_of integer) returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_left integer;
begin
  -- Two calls side by side would count the same keys. Both hold it only for this transaction.
  perform pg_advisory_xact_lock(hashtext('calendar_sync.api_keys'), hashtext(p_user_id::text));
  delete from calendar_sync.api_keys where user_id = p_user_id and expires_at < now() - interval '30 days';
  select p_of - count(*) into v_left from calendar_sync.api_keys where user_id = p_user_id;
  if v_left > 0 then
    return v_left;
  end if;
  delete from calendar_sync.api_keys where id in (
    select id from calendar_sync.api_keys where user_id = p_user_id and expires_at <= now() order by expires_at limit 1 - v_left
  );
  return p_of - (select count(*) from calendar_sync.api_keys where user_id = p_user_id);
end;
$$;

comment on function calendar_sync.keys_left(uuid, integer) is
  'How many keys a user may still make of so many. Expired ones give way.';

create function calendar_sync.tell_of_key(key calendar_sync.api_keys) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform calendar_sync.write_notice(key.user_id, 'key_added', null, null, key.id, jsonb_build_object('name', key.name));
end;
$$;

comment on function calendar_sync.tell_of_key(calendar_sync.api_keys) is
  'Tells a user of a key that was made or rotated, in case it was somebody else with the user''s session. It stays to be read when the key is revoked.';

create function public.calendar_create_key(
  p_user_id uuid, p_name text, p_scopes text[], p_expires_at timestamptz, p_key_id text, p_secret_hash text
) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_keys_max constant integer := 20;
  v_key calendar_sync.api_keys;
begin
  if calendar_sync.keys_left(p_user_id, v_keys_max) <= 0 then
    return null;
  end if;
  insert into calendar_sync.api_keys (id, user_id, name, scopes, secret_hash, expires_at)
  values (p_key_id, p_user_id, p_name, p_scopes, decode(p_secret_hash, 'hex'),
    -- The clock of the caller may be ahead.
    least(coalesce(p_expires_at, now() + interval '2160 hours'), now() + interval '8760 hours'))
  returning * into v_key;
  perform calendar_sync.tell_of_key(v_key);
  return calendar_sync.key_json(v_key);
end;
$$;

comment on function public.calendar_create_key(uuid, text, text[], timestamptz, text, text) is
  'A new key of a user, good for 90 days where no end is given and for at most 365; null where there are 20 already.';

create function public.calendar_rotate_key(p_user_id uuid, p_key_id text, p_new_key_id text, p_new_secret_hash text) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  -- Twice as many as a user may make: a full list keeps nobody from rotating a key that leaked.
  v_keys_max constant integer := 40;
  v_overlap constant interval := interval '1 day';
  v_old calendar_sync.api_keys;
  v_new calendar_sync.api_keys;
begin
  -- Before any row is locked, as in calendar_sync.keys_left.
  perform pg_advisory_xact_lock(hashtext('calendar_sync.api_keys'), hashtext(p_user_id::text));
  select * into v_old from calendar_sync.api_keys where id = p_key_id and user_id = p_user_id for update;
  if not found then
    return jsonb_build_object('kind', 'unknown');
  elsif v_old.replaced_by is not null then
    return jsonb_build_object('kind', 'replaced');
  elsif calendar_sync.keys_left(p_user_id, v_keys_max) <= 0 then
    return jsonb_build_object('kind', 'too_many');
  end if;
  insert into calendar_sync.api_keys (id, user_id, name, scopes, secret_hash, expires_at)
  values (p_new_key_id, p_user_id, v_old.name, v_old.scopes, decode(p_new_secret_hash, 'hex'),
    now() + (v_old.expires_at - v_old.created_at))
  returning * into v_new;
  perform calendar_sync.tell_of_key(v_new);
  update calendar_sync.api_keys set expires_at = least(expires_at, now() + v_overlap), replaced_by = v_new.id where id = v_old.id;
  return jsonb_build_object('kind', 'rotated', 'key', calendar_sync.key_json(v_new));
end;
$$;

comment on function public.calendar_rotate_key(uuid, text, text, text) is
  'Makes a key with the name, scopes and lifetime of another, which stays good for a day: {"kind": "rotated", "key"}, or why not: unknown, replaced, too_many.';

create function calendar_sync.delete_own_key(p_key_id text) returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id constant uuid := calendar_sync.count_own_call();
begin
  delete from calendar_sync.api_keys where id = p_key_id and user_id = v_user_id;
  return found;
end;
$$;

comment on function calendar_sync.delete_own_key(text) is 'Revokes a key of the caller at once; false for another user''s.';
grant execute on function calendar_sync.delete_own_key(text) to authenticated;

create function public.calendar_delete_key(p_key_id text) returns boolean
language sql volatile security invoker set search_path = ''
as $$ select calendar_sync.delete_own_key(p_key_id) $$;

comment on function public.calendar_delete_key(text) is 'Revokes a key of the caller at once; false for another user''s.';
