-- API keys: programs that act for a user, each within its scopes. A key is eck_live_<id>_<secret>. Its id is public: lists and logs
-- name the key by it. Its secret is shown once and kept nowhere.

create table calendar_sync.api_keys (
  id text primary key check (id ~ '^[0-9A-Za-z]{10}$'),
  user_id uuid not null references auth.users (id) on delete cascade,
  name text not null check (char_length(name) between 1 and 100),
  scopes text[] not null check (
    cardinality(scopes) > 0 and array_position(scopes, null) is null and scopes <@ array[
      'status:read', 'sync:write', 'evidence:read', 'feeds:write', 'proposals:write', 'webhooks:write'
    ]
  ),
  secret_hash bytea not null check (octet_length(secret_hash) = 32),
  created_at timestamptz not null default now(),
  expires_at timestamptz not null check (expires_at <= created_at + interval '8760 hours'),
  last_used_at timestamptz,
  replaced_by text
);

comment on table calendar_sync.api_keys is
  'API keys. One that its owner deletes goes at once; one that expired stays, so that its owner sees why a program stopped, until the owner makes another: then it goes if it has been over for 30 days, or if its place is needed.';
comment on column calendar_sync.api_keys.id is 'The public characters of the key.';
comment on column calendar_sync.api_keys.scopes is 'What the key opens: see calendar_sync.scope_of and the Calendar API.';
-- A slow hash protects what people choose. 256 random bits cannot be found by trying, however fast each try is.
comment on column calendar_sync.api_keys.secret_hash is 'SHA-256 of the secret part. The secret itself is nowhere.';
comment on column calendar_sync.api_keys.expires_at is 'From when on it opens nothing; at most 365 days (8760 hours) after it was made.';
comment on column calendar_sync.api_keys.last_used_at is 'When it was last used, give or take an hour.';
comment on column calendar_sync.api_keys.replaced_by is 'The key that it was rotated to. No foreign key: that one may be deleted first.';

create index api_keys_user_id_idx on calendar_sync.api_keys (user_id);
alter table calendar_sync.api_keys enable row level security;

create function calendar_sync.key_json(key calendar_sync.api_keys) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select jsonb_build_object(
    'id', key.id, 'name', key.name, 'scopes', key.scopes, 'created_at', key.created_at,
    'expires_at', key.expires_at, 'last_used_at', key.last_used_at, 'replaced_by', key.replaced_by
  )
$$;

comment on function calendar_sync.key_json(calendar_sync.api_keys) is 'A key as its owner sees it.';

create function calendar_sync.caller_of_key(p_key_id text) returns uuid
language sql immutable security invoker set search_path = ''
as $$ select md5(p_key_id)::uuid $$;

comment on function calendar_sync.caller_of_key(text) is 'Under which id the calls with a key are counted (calendar_sync.calls).';

-- Every key that is refused takes the same steps: the answer's time says nothing of whether there is such a key. Nothing is counted
-- for one that is refused: else whoever knows an id, which is public, could use up its owner's calls.
create function public.calendar_use_key(p_key_id text, p_secret_hash text, p_sync boolean, p_limit integer) returns jsonb
language plpgsql volatile security definer set search_path = '' set enable_seqscan = off set jit = off
as $$
declare
  -- A user with many keys may call as often as five.
  v_keys_counted constant integer := 5;
  v_nobody constant uuid := uuid '00000000-0000-0000-0000-000000000000';
  v_key calendar_sync.api_keys;
  v_is_same boolean;
  v_blocked_until timestamptz;
  v_refused text;
  v_wait_s integer;
begin
  select * into v_key from calendar_sync.api_keys where id = p_key_id;
  -- Hashes of what the caller sent are compared, hashed once more: the time of a comparison tells where two hashes differ, and
  -- nobody can make that say anything of the secret.
  v_is_same := sha256(decode(p_secret_hash, 'hex')) = sha256(coalesce(v_key.secret_hash, ''));
  v_blocked_until := calendar_sync.blocked_until(coalesce(v_key.user_id, v_nobody));
  v_refused := case
    when v_key.id is null then 'key_unknown'
    when not v_is_same then 'key_secret_wrong'
    when v_key.expires_at <= now() then 'key_expired'
    when v_blocked_until is not null then 'key_user_blocked'
  end;
  if v_refused is not null then
    return jsonb_build_object('kind', 'refused', 'reason', v_refused);
  end if;

  -- Exact: it is a transaction of its own, so calls with one user's keys wait for each other only while they are counted.
  perform pg_advisory_xact_lock(hashtext('calendar_sync.api_keys'), hashtext(v_key.user_id::text));
  v_wait_s := calendar_sync.count_call(calendar_sync.caller_of_key(v_key.id), 'key', p_limit);
  if v_wait_s = 0 then
    v_wait_s := calendar_sync.count_call(v_key.user_id, 'keys', p_limit * v_keys_counted);
  end if;
  if v_wait_s = 0 and p_sync then
    v_wait_s := calendar_sync.count_call(v_key.user_id, 'keys_sync', greatest(p_limit / 10, 1));
  end if;
  if v_wait_s > 0 then
    return jsonb_build_object('kind', 'limited', 'user_id', v_key.user_id, 'wait_s', v_wait_s);
  end if;
  if v_key.last_used_at is null or v_key.last_used_at < now() - interval '1 hour' then
    update calendar_sync.api_keys set last_used_at = now() where id in (
      select id from calendar_sync.api_keys
      where id = v_key.id and (last_used_at is null or last_used_at < now() - interval '1 hour')
      for no key update skip locked
    );
  end if;
  return jsonb_build_object('kind', 'allowed', 'user_id', v_key.user_id, 'scopes', v_key.scopes);
end;
$$;

comment on function public.calendar_use_key(text, text, boolean, integer) is
  'Lets a key in and counts the call: {"kind": "allowed", "user_id", "scopes"}, {"kind": "limited", "user_id", "wait_s"}, or {"kind": "refused", "reason"}, which is for the log and not for the caller. p_limit: calls with one key in a minute; all keys of a user together may make five times as many calls, and a tenth of p_limit (at least one) of POST /sync.';

-- What a key may have the database do for its user. One list for all: a function that is not in it cannot be called with a key.
create function calendar_sync.scope_of(p_function text) returns text
language sql immutable security invoker set search_path = ''
as $$
  select case p_function
    when 'calendar_status' then 'status:read'
    when 'calendar_explain' then 'status:read'
    when 'calendar_problems' then 'status:read'
    when 'calendar_activity' then 'status:read'
    when 'calendar_notices' then 'status:read'
    when 'calendar_obligation_types' then 'status:read'
    when 'calendar_find_obligations' then 'status:read'
    when 'calendar_test_event' then 'status:read'
    when 'calendar_send_test_event' then 'sync:write'
    when 'calendar_remove_test_event' then 'sync:write'
    when 'calendar_sync_now' then 'sync:write'
    when 'calendar_retry' then 'sync:write'
    when 'calendar_resume' then 'sync:write'
    when 'calendar_reapply' then 'sync:write'
    when 'calendar_evidence' then 'evidence:read'
    when 'calendar_feeds' then 'feeds:write'
    when 'calendar_update_feed' then 'feeds:write'
    when 'calendar_delete_feed' then 'feeds:write'
    when 'calendar_proposals' then 'proposals:write'
    when 'calendar_accept_proposal' then 'proposals:write'
    when 'calendar_dismiss_proposal' then 'proposals:write'
    when 'calendar_undo_proposal' then 'proposals:write'
  end
$$;

comment on function calendar_sync.scope_of(text) is
  'The scope with which a key may call this function of a user; null: with none, only users call it.';

create function calendar_sync.user_of_key(p_key_id text, p_function text) returns uuid
language plpgsql stable security definer set search_path = '' set enable_seqscan = off
as $$
declare
  v_key calendar_sync.api_keys;
begin
  select * into v_key from calendar_sync.api_keys where id = p_key_id and expires_at > now();
  -- Since calendar_use_key let it in it may have ended. The Data API turns an SQLSTATE of PT401 into the status 401.
  if v_key.id is null or calendar_sync.blocked_until(v_key.user_id) is not null then
    raise exception 'The key % opens nothing any more.', p_key_id using errcode = 'PT401';
  elsif not coalesce(calendar_sync.scope_of(p_function) = any (v_key.scopes), false) then
    raise exception 'The key % does not open %.', p_key_id, p_function using errcode = 'insufficient_privilege';
  end if;
  return v_key.user_id;
end;
$$;

comment on function calendar_sync.user_of_key(text, text) is
  'Whose key it is; an error unless it is good now and its scopes cover this function.';
grant execute on function calendar_sync.user_of_key(text, text) to service_role;

create function calendar_sync.statement_of(p_function text, p_args jsonb) returns text
language plpgsql stable security invoker set search_path = ''
as $$
declare
  v_given constant text[] := array(select jsonb_object_keys(p_args));
  v_names text[];
  v_types oid[];
begin
  select coalesce(routine.proargnames, '{}'), routine.proargtypes::oid[] into strict v_names, v_types
  from pg_catalog.pg_proc as routine
  where routine.pronamespace = 'public'::regnamespace and routine.proname = p_function and not routine.prosecdef;
  if not v_given <@ v_names then
    raise exception 'public.% has no such arguments.', p_function using errcode = 'undefined_function';
  elsif v_given = '{}' then
    return format('select to_jsonb(public.%I())', p_function);
  end if;
  return (
    select format('select to_jsonb(public.%I(%s)) from jsonb_to_record($1) as given (%s)', p_function,
      string_agg(format('%1$I => given.%1$I', argument.name), ', '),
      string_agg(format('%I %s', argument.name, format_type(argument.type, null)), ', '))
    from rows from (unnest(v_names), unnest(v_types)) as argument (name, type)
    where argument.name = any (v_given)
  );
end;
$$;

comment on function calendar_sync.statement_of(text, jsonb) is
  'Calls a user''s function of schema public with arguments by name, as the Data API does: the statement takes them as $1. What it is made of are names and types of the catalogue, never a value.';
grant execute on function calendar_sync.statement_of(text, jsonb) to service_role;

-- With a key a user's function runs as with the user's own token: as the role authenticated, under row level security, with the
-- user's id in the claims and nothing else. So no function has a second form for keys, and what a user may not do no key can.
--
-- The user is the key's, never one that the caller names. The scope is asked for here too, after the Calendar API: neither a route
-- that forgets it nor a wrong name of a function gets further than the key's scopes.
--
-- It runs as its caller, since Postgres forbids a change of role inside a function that runs as its owner. The Data API's session
-- belongs to authenticator, which may be any of the API's roles; the change ends with the call.
create function public.calendar_call_with_key(p_key_id text, p_function text, p_args jsonb) returns jsonb
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  v_user_id constant uuid := calendar_sync.user_of_key(p_key_id, p_function);
  v_statement constant text := calendar_sync.statement_of(p_function, p_args);
  v_role constant text := current_setting('role');
  v_claims constant text := coalesce(current_setting('request.jwt.claims', true), '');
  v_answer jsonb;
begin
  perform set_config('request.jwt.claims', jsonb_build_object('sub', v_user_id, 'role', 'authenticated')::text, true),
    set_config('calendar_sync.key_id', p_key_id, true), set_config('role', 'authenticated', true);
  -- An older Data API sets each claim by itself, and auth.uid() reads that first.
  if auth.uid() is distinct from v_user_id then
    raise exception 'The caller could not be made the user of the key %.', p_key_id using errcode = 'insufficient_privilege';
  end if;
  execute v_statement into v_answer using p_args;
  perform set_config('role', v_role, true), set_config('calendar_sync.key_id', '', true),
    set_config('request.jwt.claims', v_claims, true);
  return v_answer;
end;
$$;

comment on function public.calendar_call_with_key(text, text, jsonb) is
  'Calls a user''s function for the user of a key that calendar_use_key let in, within the scopes of the key.';
