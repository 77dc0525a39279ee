-- What an administrator may do. Each function takes the id of an integration, or of a user for all of the user's, says what it did,
-- may be repeated, and is noted in the activity: who, why, what.

create function calendar_admin.run_now(p_integration_id uuid, p_everything boolean) returns integer
language plpgsql volatile security invoker set search_path = ''
as $$
begin
  -- What only an organisation can mend is tried again when somebody asks for it.
  update public.calendar_integrations set status = 'active'
  where id = p_integration_id and status = 'paused' and last_error ->> 'code' in ('blocked_by_policy', 'mailbox_unavailable');
  return calendar_sync.run_now(array[p_integration_id], p_everything);
end;
$$;

comment on function calendar_admin.run_now(uuid, boolean) is
  'calendar_sync.run_now, also for a calendar that an organisation keeps us out of. Returns how many changes had been given up.';

create function calendar_admin.awaits(integration public.calendar_integrations) returns text
language sql stable security invoker set search_path = ''
as $$
  select case
    when integration.status in ('active', 'disconnecting') and integration.sync_enabled then null
    when integration.paused_by_admin is not null then 'once an administrator resumes it'
    when integration.status = 'active' then 'once its user switches it on'
    when integration.status = 'disconnected' then 'once its user connects it again'
    when integration.last_error ->> 'code' = 'mass_deletion' then
      'once its user, or calendar_admin.allow_deletions, agrees to the deletions'
    when integration.last_error ->> 'code' = 'mass_edit' then 'once its user, or calendar_admin.resume, agrees to the edits'
    when integration.status = 'paused' then 'once its user has chosen a calendar'
  end
$$;

comment on function calendar_admin.awaits(public.calendar_integrations) is
  'What has to happen before an integration syncs; null where nothing has.';

create function calendar_admin.retry(p_id uuid, p_reason text default null)
returns table (integration_id uuid, account_email text, done text)
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  v_integration public.calendar_integrations;
  v_given_up integer;
begin
  for v_integration in select * from calendar_admin.lock_integrations(p_id, p_reason) loop
    v_given_up := calendar_admin.run_now(v_integration.id, false);
    select * into v_integration from public.calendar_integrations where id = v_integration.id;
    perform calendar_sync.note(v_integration, 'retried', jsonb_build_object('given_up', v_given_up));
    return query select v_integration.id, v_integration.account_email, format('%s changes that had been given up are tried %s', v_given_up,
      coalesce(calendar_admin.awaits(v_integration), 'now'));
  end loop;
end;
$$;

comment on function calendar_admin.retry(uuid, text) is
  'Has everything that failed tried again now: of an integration, or of all of a user''s. Ends our own waits, not one that the provider asked for.';

create function calendar_admin.resync(p_id uuid, p_reason text default null)
returns table (integration_id uuid, account_email text, done text)
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  v_integration public.calendar_integrations;
begin
  for v_integration in select * from calendar_admin.lock_integrations(p_id, p_reason) loop
    perform calendar_admin.run_now(v_integration.id, true);
    perform calendar_sync.find_orphans(array[v_integration.id]);
    select * into v_integration from public.calendar_integrations where id = v_integration.id;
    perform calendar_sync.note(v_integration, 'resynced');
    return query select v_integration.id, v_integration.account_email, format(
      'every deadline is compared with the calendar, and orphans are looked for, %s',
      coalesce(calendar_admin.awaits(v_integration), 'now'));
  end loop;
end;
$$;

comment on function calendar_admin.resync(uuid, text) is
  'Has everything looked at anew, of an integration or of all of a user''s: every deadline is compared with its event, what failed is tried again, and orphans, events of ours that no mapping knows, are looked for in the calendar.';

create function calendar_admin.pause(p_id uuid, p_reason text default null)
returns table (integration_id uuid, account_email text, done text)
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  v_why constant text := rtrim(btrim(coalesce(p_reason, '')), '.');
  v_before public.calendar_integrations;
  v_after public.calendar_integrations;
begin
  for v_before in select * from calendar_admin.lock_integrations(p_id, p_reason) loop
    if v_before.status = 'disconnecting' then
      return query select v_before.id, v_before.account_email, 'left alone: it is being disconnected'::text;
      continue;
    end if;
    if v_before.paused_by_admin = v_why then
      return query select v_before.id, v_before.account_email, 'was paused already, for the same reason'::text;
      continue;
    end if;
    update public.calendar_integrations
    set paused_by_admin = v_why, status = case when status = 'active' then 'paused' else status end
    where id = v_before.id returning * into v_after;
    if v_before.last_error ->> 'code' = 'mass_edit' then
      perform calendar_sync.append_changes(array[v_before.id], 'allow_edits', 0);
    end if;
    return query select v_after.id, v_after.account_email, case when v_before.paused_by_admin is null
      then 'paused; a batch that is under way is still finished' else 'was paused already; its user reads the new reason' end;
  end loop;
end;
$$;

comment on function calendar_admin.pause(uuid, text) is
  'Stops an integration, or all of a user''s, until calendar_admin.resume. Changes wait. The user cannot undo it. The Settings page shows the reason.';

create function calendar_admin.resume(p_id uuid, p_reason text default null)
returns table (integration_id uuid, account_email text, done text)
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  v_before public.calendar_integrations;
  v_after public.calendar_integrations;
begin
  for v_before in select * from calendar_admin.lock_integrations(p_id, p_reason) loop
    if v_before.paused_by_admin is null
      and (v_before.status <> 'paused' or v_before.last_error ->> 'code' is not distinct from 'mass_deletion')
    then
      return query select v_before.id, v_before.account_email,
        coalesce('nothing to resume: it syncs ' || calendar_admin.awaits(v_before), 'was not paused');
      continue;
    end if;
    -- Whatever else was wrong with it shows again as soon as it is tried.
    update public.calendar_integrations
    set paused_by_admin = null, status = case when status = 'paused' then 'active' else status end,
      last_error = case when status = 'paused' then null else last_error end
    where id = v_before.id returning * into v_after;
    return query select v_after.id, v_after.account_email, coalesce(
      'no longer paused; it syncs ' || calendar_admin.awaits(v_after), 'resumed; what had waited is looked at now');
  end loop;
  for v_after in
    update public.calendar_integrations set paused_by_admin = null
    where user_id = p_id and removed_at is not null and paused_by_admin is not null returning *
  loop
    perform calendar_sync.drop_removed(v_after.id);
    return query select v_after.id, v_after.account_email, 'is disconnected; connected again, it is not paused'::text;
  end loop;
end;
$$;

comment on function calendar_admin.resume(uuid, text) is
  'Ends calendar_admin.pause for an integration or all of a user''s; with the user''s id, also of accounts that the user disconnected meanwhile. Also retries what was paused for another reason, and continues after a mass edit in its user''s place. After a mass deletion: allow_deletions.';

create function calendar_admin.allow_deletions(p_integration_id uuid, p_reason text default null)
returns table (integration_id uuid, account_email text, done text)
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  v_integration public.calendar_integrations;
  v_deletions integer;
begin
  select * into v_integration from calendar_admin.lock_integrations(p_integration_id, p_reason) as one where one.id = p_integration_id;
  if not found then
    raise exception 'Deletions are allowed for one integration at a time, and % is a user.', p_integration_id
      using errcode = 'invalid_parameter_value',
        hint = format('select integration_id, account_email from calendar_admin.failing_integrations where code = ''mass_deletion'' and user_id = %L;', p_integration_id);
  end if;
  if v_integration.paused_by_admin is not null or v_integration.status <> 'paused'
    or v_integration.last_error ->> 'code' is distinct from 'mass_deletion'
  then
    return query select v_integration.id, v_integration.account_email, 'was not stopped for many deletions: nothing was changed'::text;
    return;
  end if;
  v_deletions := calendar_sync.allow_deletions(p_integration_id);
  return query select v_integration.id, v_integration.account_email, format('%s events may go, and are being removed', v_deletions);
end;
$$;

comment on function calendar_admin.allow_deletions(uuid, text) is
  'Agrees, instead of its user, to the deletions for which a calendar was stopped.';

create function calendar_admin.drain(p_reason text default null) returns table (what text, how_many bigint)
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  v_changes constant integer := 10000;
  v_ids uuid[];
begin
  perform calendar_admin.sign(p_reason);
  v_ids := array(
    select integration_id from calendar_sync.lanes where ready_at > now() and (leased_until is null or leased_until <= now())
  );
  perform calendar_sync.run_now(v_ids, false);
  -- As the next claim would: so that the numbers below say what is ready.
  perform calendar_sync.absorb_changes(v_changes);
  update calendar_sync.providers set probe_at = now() where probe_at > now();
  perform calendar_sync.wake_up();
  return query
  select 'calendars that are worked on now', count(*) from calendar_sync.lanes where leased_until > now()
  union all
  select 'calendars that are ready', count(*) from calendar_sync.lanes where ready_at <= now()
  union all
  -- Not those that this call itself has appended.
  select 'calendars with new changes', count(distinct integration_id) from calendar_sync.changes where created_at < now()
  union all
  select 'calendars that wait for their provider or its quota', count(*) from calendar_sync.lanes
  where ready_at > now() and (leased_until is null or leased_until <= now())
  union all
  select 'changes that wait in all of these', count(*) from calendar_sync.jobs where kind = 'event' and failed_at is null
  union all
  select 'changes that are given up (see stuck_jobs)', count(*) from calendar_sync.jobs where failed_at is not null;
  perform calendar_sync.note(null, 'drained', jsonb_build_object('tried_now', cardinality(v_ids)));
end;
$$;

comment on function calendar_admin.drain(text) is
  'Ends all our own waits, tries providers that were down and what was given up, wakes the worker, and says what is queued. Repeat it to watch the numbers fall: the work begins when the call is over.';

create function calendar_admin.check_leaving(p_user_id uuid, p_events text) returns void
language plpgsql stable security invoker set search_path = ''
as $$
begin
  if p_events is null or p_events not in ('keep', 'remove') then
    raise exception 'p_events says what becomes of the events: keep or remove, not %.', coalesce(p_events, 'null')
      using errcode = 'invalid_parameter_value';
  end if;
  if not calendar_admin.is_known_user(p_user_id) then
    raise exception 'There is no user with the id %, and nothing is left of one.', coalesce(p_user_id::text, 'null')
      using errcode = 'no_data_found',
        hint = 'select distinct user_id from calendar_admin.integrations where account_email = ''…'';';
  end if;
end;
$$;

comment on function calendar_admin.check_leaving(uuid, text) is
  'Refuses a user of whom nothing is known, and any other word than keep and remove.';

create function calendar_admin.disconnect_user(p_user_id uuid, p_events text default 'keep', p_reason text default null)
returns table (integration_id uuid, account_email text, done text)
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  v_integration public.calendar_integrations;
begin
  perform calendar_admin.check_leaving(p_user_id, p_events);
  perform calendar_admin.sign(p_reason);
  for v_integration in
    select * from public.calendar_integrations where user_id = p_user_id and removed_at is null order by id for update
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
    -- Its answer holds a token: it is for the function that ends the grant.
    perform public.calendar_begin_disconnect(p_user_id, v_integration.id, p_events);
    return query select v_integration.id, v_integration.account_email, case
      when p_events = 'remove'
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
  v_keys bigint;
begin
  perform calendar_admin.check_leaving(p_user_id, p_events);
  perform calendar_admin.sign(p_reason);
  select coalesce(array_agg(id order by id), '{}') into v_ids from calendar_sync.integrations_of_user(p_user_id) as id;
  select count(*) into v_feeds from calendar_sync.feeds where user_id = p_user_id;
  select count(*) into v_keys from calendar_sync.api_keys where user_id = p_user_id and expires_at > now();
  perform calendar_sync.lock_integrations(v_ids);
  insert into calendar_sync.erasures as erasure (user_id, integration_ids, asked_by, reason)
  values (p_user_id, v_ids, calendar_sync.caused_by(), p_reason)
  on conflict (user_id) do nothing;
  if p_events = 'keep' then
    delete from public.calendar_integrations where id = any (v_ids);
  end if;
  v_activity := calendar_sync.forget_traces(p_user_id, v_ids);
  v_left := calendar_sync.pursue_erasure(p_user_id);
  return query values
    ('calendars whose events are removed first (see calendar_admin.erasures)', coalesce(v_left, 0)::bigint),
    ('calendars forgotten with their tokens', (cardinality(v_ids) - coalesce(v_left, 0))::bigint),
    ('feeds ended', v_feeds),
    ('API keys revoked', v_keys),
    ('rows of activity blanked', v_activity);
end;
$$;

comment on function calendar_admin.erase_user(uuid, text, text) is
  'Erases what we know of a user (GDPR). remove: deletes the events first, if the grant works. keep: erases at once and leaves the events; it also ends a waiting remove. Obligations are yours to erase.';

create function calendar_admin.set_worker(url text default null, secret text default null) returns text
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
  if url !~ calendar_admin.worker_url_pattern() then
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
    -- Made anew: what cannot be decrypted cannot be updated. Empty at first: vault.create_secret writes its argument to the WAL.
    delete from vault.secrets where name = v_name;
    perform vault.update_secret(vault.create_secret('', v_name, 'calendar_sync: the wake-up call'), v_given ->> v_name);
  end loop;
  perform calendar_sync.note(null, 'settings_changed', jsonb_build_object('vault', (
    select jsonb_agg(name) from jsonb_object_keys(v_given) as name)));
  perform calendar_sync.wake_up();
  return format('Stored in Vault: %s. The worker is called now; select * from calendar_admin.wake_up_calls; shows the answer.', (
    select string_agg(name, ', ' order by name) from jsonb_object_keys(v_given) as name));
end;
$$;

comment on function calendar_admin.set_worker(text, text) is
  'Stores in Vault where calendar-sync is and the secret that it asks for, or one of the two, and wakes the worker. Do not save the query: it holds the secret.';

create function calendar_admin.wake_up() returns bigint
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  v_request_id bigint;
begin
  perform calendar_sync.wake_up();
  -- Where a call was waiting to be sent, that is the one.
  select request_id into v_request_id from calendar_sync.wake_up_calls order by id desc limit 1;
  if v_request_id is null or not exists (select from net.http_request_queue where id = v_request_id) then
    raise exception 'The worker could not be called.'
      using hint = 'select * from calendar_admin.setup_check() where not ok; says what is missing.';
  end if;
  return v_request_id;
end;
$$;

comment on function calendar_admin.wake_up() is
  'Wakes the worker, and returns the request_id under which calendar_admin.wake_up_calls will have the answer. For the doctor.';
