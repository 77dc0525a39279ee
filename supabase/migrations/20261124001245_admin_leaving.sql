-- Disconnecting and erasing a user, and the doorbell's secrets.

create function calendar_admin.check_choice(p_events text) returns void
language plpgsql immutable security invoker set search_path = ''
as $$
begin
  if p_events is null or p_events not in ('keep', 'remove') then
    raise exception 'p_events says what becomes of the events: keep or remove, not %.', coalesce(p_events, 'null')
      using errcode = 'invalid_parameter_value';
  end if;
end;
$$;

comment on function calendar_admin.check_choice(text) is 'Refuses what is no answer to the question of what becomes of the events.';

create function calendar_admin.disconnect_user(p_user_id uuid, p_events text default 'keep', p_reason text default null)
returns table (integration_id uuid, account_email text, done text)
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  v_integration public.calendar_integrations;
begin
  perform calendar_admin.check_choice(p_events);
  if not calendar_admin.is_known_user(p_user_id) then
    raise exception 'There is no user with the id %.', coalesce(p_user_id::text, 'null') using errcode = 'no_data_found',
      hint = 'select distinct user_id from calendar_admin.integrations where account_email = ''…'';';
  end if;
  perform calendar_admin.sign(p_reason);
  for v_integration in
    select * from public.calendar_integrations where user_id = p_user_id order by id for update
  loop
    if p_events = 'remove' and v_integration.status = 'disconnected' then
      return query select v_integration.id, v_integration.account_email,
        'left as it is: its grant is lost, so nobody can remove its events; keep forgets it without'::text;
      continue;
    end if;
    if p_events = 'remove' and v_integration.status = 'disconnecting' then
      return query select v_integration.id, v_integration.account_email, 'is being disconnected already'::text;
      continue;
    end if;
    -- What it answers is for the function that revokes a grant; it holds a token.
    perform public.calendar_begin_disconnect(p_user_id, v_integration.id, p_events);
    return query select v_integration.id, v_integration.account_email, case
      when p_events = 'remove' and v_integration.status <> 'pending_confirmation'
        then 'its events are removed, then it is forgotten with its tokens and its grant is ended'
      else 'forgotten with its tokens, its events stay; its user can take the grant back in the account''s own settings'
    end;
  end loop;
  if not found then
    return query select null::uuid, null::text, 'this user has nothing connected'::text;
  end if;
end;
$$;

comment on function calendar_admin.disconnect_user(uuid, text, text) is
  'Disconnects every account of a user. keep: at once, the events stay in the calendars, and connecting again goes on from there. remove: once the worker has removed them.';

create function calendar_admin.erase_user(p_user_id uuid, p_events text default 'remove', p_reason text default null)
returns table (what text, how_many bigint)
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  v_ids uuid[];
  v_activity bigint;
  v_left integer;
  v_feeds bigint;
begin
  perform calendar_admin.check_choice(p_events);
  if not calendar_admin.is_known_user(p_user_id) then
    raise exception 'There is no user with the id %, and nothing is left of one.', coalesce(p_user_id::text, 'null')
      using errcode = 'no_data_found',
        hint = 'select distinct user_id from calendar_admin.integrations where account_email = ''…'';';
  end if;
  perform calendar_admin.sign(p_reason);
  select coalesce(array_agg(id order by id), '{}') into v_ids from public.calendar_integrations where user_id = p_user_id;
  select count(*) into v_feeds from calendar_sync.feeds where user_id = p_user_id;
  perform calendar_admin.lock_integrations(v_ids);
  insert into calendar_sync.erasures as erasure (user_id, integration_ids, asked_by, reason)
  values (p_user_id, v_ids, calendar_admin.who(), p_reason)
  on conflict (user_id) do nothing;
  if p_events = 'keep' then
    delete from public.calendar_integrations where user_id = p_user_id;
  end if;
  v_activity := calendar_sync.forget_traces(p_user_id, v_ids);
  v_left := calendar_sync.pursue_erasure(p_user_id);
  return query values
    ('calendars whose events are removed first (see calendar_admin.erasures)', coalesce(v_left, 0)::bigint),
    ('calendars forgotten with their tokens', (cardinality(v_ids) - coalesce(v_left, 0))::bigint),
    ('feeds ended', v_feeds),
    ('rows of activity blanked', v_activity);
end;
$$;

comment on function calendar_admin.erase_user(uuid, text, text) is
  'Erases all that is known of a user here (GDPR). remove: where the grant still lives the events go first, and the rest with the last of them. keep: at once, also what an earlier remove still waits for; the events stay. The user''s obligations are the application''s own.';

create function calendar_admin.set_doorbell(url text default null, secret text default null) returns text
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  v_secret_min constant integer := 32;
  v_given constant jsonb := jsonb_strip_nulls(jsonb_build_object('calendar_sync_url', url, 'calendar_sync_secret', secret));
  v_name text;
begin
  if v_given = '{}' then
    raise exception 'Say what to set: url => ''https://<ref>.supabase.co/functions/v1/calendar-sync'', secret => ''<CALENDAR_SYNC_SECRET>''.'
      using errcode = 'invalid_parameter_value';
  end if;
  if url !~ calendar_admin.doorbell_url_pattern() then
    raise exception 'The address has to be https://<ref>.supabase.co/functions/v1/calendar-sync; http only for this machine.'
      using errcode = 'invalid_parameter_value';
  end if;
  -- The secret itself appears in no message.
  if char_length(secret) < v_secret_min or secret <> btrim(secret) then
    raise exception 'The secret has to be CALENDAR_SYNC_SECRET to the letter: at least % characters, no spaces around it.', v_secret_min
      using errcode = 'invalid_parameter_value';
  end if;
  perform calendar_admin.sign();
  for v_name in select jsonb_object_keys(v_given) loop
    -- Made anew: what cannot be decrypted cannot be updated. Empty at first: vault.create_secret lets what it is given into the WAL.
    delete from vault.secrets where name = v_name;
    perform vault.update_secret(vault.create_secret('', v_name, 'calendar_sync: the doorbell'), v_given ->> v_name);
  end loop;
  perform calendar_sync.note(null, 'settings_changed', jsonb_build_object('vault', (
    select jsonb_agg(name) from jsonb_object_keys(v_given) as name)));
  perform calendar_sync.ring();
  return format('Stored in Vault: %s. It rings now; select * from calendar_admin.doorbell; shows the answer.', (
    select string_agg(name, ', ' order by name) from jsonb_object_keys(v_given) as name));
end;
$$;

comment on function calendar_admin.set_doorbell(text, text) is
  'Stores in Vault where calendar-sync is and the secret that it asks for, or one of the two, and rings. Do not save the query: it holds the secret.';

create function calendar_admin.ring() returns bigint
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  v_request_id bigint;
begin
  perform calendar_sync.ring();
  -- Where a call was waiting to be sent, that is the one.
  select request_id into v_request_id from calendar_sync.rings order by id desc limit 1;
  if v_request_id is null or not exists (select from net.http_request_queue where id = v_request_id) then
    raise exception 'The doorbell did not ring.'
      using hint = 'select * from calendar_admin.setup_check() where not ok; says what is missing.';
  end if;
  return v_request_id;
end;
$$;

comment on function calendar_admin.ring() is
  'Rings, and returns the request_id under which calendar_admin.doorbell will have the answer. For the doctor.';
