-- Connecting: a flow that was confirmed, or a password that was accepted, becomes an integration with a calendar of its own.

-- Two tabs may confirm at once, and each looks at what the other writes: a user's flows and integrations of a provider are locked
-- in one order.
create function calendar_sync.lock_account(p_user_id uuid, p_provider text, p_account_id text) returns public.calendar_integrations
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_integration public.calendar_integrations;
begin
  perform from public.calendar_integrations
  where user_id = p_user_id and provider = p_provider order by id for no key update;
  select * into v_integration from public.calendar_integrations
  where user_id = p_user_id and provider = p_provider and account_id = p_account_id;
  return v_integration;
end;
$$;

comment on function calendar_sync.lock_account(uuid, text, text) is
  'The integration of this account, a removed one too, locked with the user''s others of the provider. Null: there is none.';

create function calendar_sync.future_id(flow calendar_sync.flows) returns uuid
language sql stable security invoker set search_path = ''
as $$
  select coalesce((
    select integration.id from public.calendar_integrations as integration
    where integration.user_id = flow.user_id and integration.provider = flow.provider and integration.account_id = flow.account_id
  ), flow.id)
$$;

comment on function calendar_sync.future_id(calendar_sync.flows) is
  'The id that the integration of a flow will have: that of the account''s earlier integration, or the flow''s own.';

create function calendar_sync.is_calendar_used(integration public.calendar_integrations, p_calendar_id text) returns boolean
language sql stable security definer set search_path = ''
as $$
  select exists (
    select from public.calendar_integrations as other
    where other.user_id = integration.user_id and other.provider = integration.provider and other.id <> integration.id
      and other.server is not distinct from integration.server
      and other.removed_at is null and other.calendar_id = p_calendar_id
  )
$$;

comment on function calendar_sync.is_calendar_used(public.calendar_integrations, text) is
  'Whether another integration of the same user writes to this calendar. Two would take each other''s events.';

create function public.calendar_take_connection(p_user_id uuid, p_ticket_hash text) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_flow calendar_sync.flows;
  v_known public.calendar_integrations;
  v_limit integer;
begin
  select * into v_flow from calendar_sync.flows where ticket_hash = p_ticket_hash and expires_at > now();
  if not found then
    return jsonb_build_object('kind', 'unknown');
  end if;
  if v_flow.user_id <> p_user_id then
    delete from calendar_sync.flows where id = v_flow.id;
    return jsonb_build_object('kind', 'forbidden');
  end if;
  v_known := calendar_sync.lock_account(p_user_id, v_flow.provider, v_flow.account_id);
  -- A worker that found nothing left is about to delete the calendar, and cannot be told any more.
  if v_known.status = 'disconnecting' and exists (
    select from calendar_sync.lanes where integration_id = v_known.id and leased_until > now()
  ) and not exists (
    select from calendar_sync.jobs where integration_id = v_known.id and kind in ('event', 'scan')
  ) and not exists (
    select from public.calendar_event_mappings where integration_id = v_known.id
  ) then
    return jsonb_build_object('kind', 'busy');
  end if;
  -- Connecting an account again is no further account.
  if v_known.id is null or v_known.removed_at is not null then
    v_limit := calendar_sync.limit_reached(p_user_id);
    if v_limit is not null then
      return jsonb_build_object('kind', 'too_many', 'limit', v_limit);
    end if;
  end if;
  -- Another connection of the user took the calendar meanwhile: this one gets another.
  if calendar_sync.is_calendar_used(v_known, v_known.calendar_id) then
    v_known.calendar_id := null;
    v_known.calendar_role := null;
  end if;
  if calendar_sync.is_calendar_used(v_known, v_known.own_calendar_id) then
    v_known.own_calendar_id := null;
  end if;
  -- Looking for the calendar and making one.
  perform calendar_sync.count_calls(v_flow.provider, coalesce(v_known.id, v_flow.id), 2);
  return jsonb_build_object(
    'kind', 'taken',
    'flow_id', v_flow.id,
    'provider', v_flow.provider,
    'access', v_flow.access,
    'calendar_id', v_known.calendar_id,
    'calendar_name', v_known.calendar_name,
    'calendar_role', coalesce(v_known.calendar_role, 'own'),
    'access_before', case when v_known.removed_at is null then v_known.access end,
    'own_calendar_id', v_known.own_calendar_id,
    'access_token', calendar_sync.read_secret(v_flow.access_token_secret_id),
    'token_expires_at', v_flow.token_expires_at
  );
end;
$$;

comment on function public.calendar_take_connection(uuid, text) is
  'What a confirmed flow needs to find or make its calendar: the token, and the calendar of an earlier connection of the account. The same user may repeat it until calendar_activate; another user ends the flow. busy: the account is just being disconnected, repeat it in a moment. too_many: the user has as many accounts as there may be; repeat it once one is gone.';

-- Some servers give a calendar that is made anew the address of the one that was deleted.
create function calendar_sync.write_events_again(p_integration_id uuid, p_calendar_id text) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  -- No hash is empty.
  update public.calendar_event_mappings set deadline_hash = '', content_hash = '', etag = null, previous_etag = null
  where integration_id = p_integration_id and calendar_id = p_calendar_id;
  if found then
    perform calendar_sync.append_changes(array[p_integration_id], 'scan', 0);
  end if;
end;
$$;

comment on function calendar_sync.write_events_again(uuid, text) is
  'Of a calendar that was just made: every event that was in one of the same id is written once more.';

create function public.calendar_activate(
  p_flow_id uuid, p_calendar_id text, p_calendar_name text, p_calendar_role text, p_is_new boolean default false
) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_flow calendar_sync.flows;
  v_known public.calendar_integrations;
  v_integration public.calendar_integrations;
begin
  select * into v_flow from calendar_sync.flows where id = p_flow_id;
  if not found then
    return null;
  end if;
  -- It is called for a user who has just shown the ticket.
  perform calendar_sync.act_for(v_flow.user_id);
  v_known := calendar_sync.lock_account(v_flow.user_id, v_flow.provider, v_flow.account_id);
  select * into v_flow from calendar_sync.flows where id = p_flow_id for update;
  if not found then
    return null;
  end if;
  -- One person may have two user names on a server.
  if exists (
    select from public.calendar_integrations as other
    where other.user_id = v_flow.user_id and other.provider = v_flow.provider and other.id is distinct from v_known.id
      and other.server = v_flow.server and other.removed_at is null and other.calendar_id = p_calendar_id
  ) then
    return jsonb_build_object('kind', 'in_use');
  end if;
  if v_known.id is null then
    insert into public.calendar_integrations (id, user_id, provider, account_id, account_email, server, access, scopes,
      calendar_id, calendar_name, calendar_role, own_calendar_id, access_token_secret_id, refresh_token_secret_id,
      token_expires_at, token_refreshed_at)
    values (v_flow.id, v_flow.user_id, v_flow.provider, v_flow.account_id, v_flow.account_email, v_flow.server, v_flow.access, v_flow.scopes,
      p_calendar_id, p_calendar_name, p_calendar_role, case when p_calendar_role = 'own' then p_calendar_id end, v_flow.access_token_secret_id, v_flow.refresh_token_secret_id,
      v_flow.token_expires_at, now())
    returning * into v_integration;
  else
    if v_known.removed_at is null and v_known.status in ('active', 'paused') then
      perform calendar_sync.note(v_known, 'reconnected', calendar_sync.account_details(v_known));
    end if;
    -- Events in a calendar that another connection took meanwhile are that one's.
    delete from public.calendar_event_mappings as mapping
    where mapping.integration_id = v_known.id and calendar_sync.is_calendar_used(v_known, mapping.calendar_id);
    -- The new secrets take the place of the old. An old refresh token stays where no new one came.
    delete from vault.secrets where id = v_known.access_token_secret_id
      or id = v_known.refresh_token_secret_id and v_flow.refresh_token_secret_id is not null;
    update public.calendar_integrations
    set status = 'active', last_error = null, removed_at = null, access = v_flow.access, account_email = v_flow.account_email, server = v_flow.server,
      sign_in_refused_at = null,
      -- Connecting an account again switches it on, whatever it was when it was disconnected.
      sync_enabled = sync_enabled or v_known.removed_at is not null,
      scopes = v_flow.scopes, calendar_id = p_calendar_id, calendar_name = p_calendar_name, calendar_role = p_calendar_role,
      own_calendar_id = case when p_calendar_role = 'own' then p_calendar_id else own_calendar_id end,
      access_token_secret_id = v_flow.access_token_secret_id,
      refresh_token_secret_id = coalesce(v_flow.refresh_token_secret_id, refresh_token_secret_id),
      token_expires_at = v_flow.token_expires_at, token_refreshed_at = now()
    where id = v_known.id
    returning * into v_integration;
    -- A refresh of the old grant that is under way must not store its result.
    delete from calendar_sync.locks where purpose = 'refresh' and subject_id = v_known.id;
    if v_known.removed_at is not null then
      -- Events that were kept are ours again.
      insert into calendar_sync.activity (user_id, integration_id, provider, obligation_id, action, calendar_id, event_id)
      select v_integration.user_id, v_integration.id, v_integration.provider, mapping.obligation_id, 'adopted',
        mapping.calendar_id, mapping.external_event_id
      from public.calendar_event_mappings as mapping where mapping.integration_id = v_integration.id;
      perform calendar_sync.record_history(v_integration, array(
        select jsonb_populate_record(null::calendar_sync.outcome, jsonb_build_object('kind', 'synced', 'action', 'adopted',
          'obligation_id', mapping.obligation_id, 'calendar_id', mapping.calendar_id, 'event_id', mapping.external_event_id))
        from public.calendar_event_mappings as mapping where mapping.integration_id = v_integration.id
      ));
      perform calendar_sync.begin_absences(v_integration);
    else
      perform calendar_sync.append_changes(array[v_integration.id], 'scan', 0);
    end if;
  end if;
  if p_is_new then
    perform calendar_sync.write_events_again(v_integration.id, p_calendar_id);
  end if;
  update calendar_sync.flows set access_token_secret_id = null, refresh_token_secret_id = null where id = p_flow_id;
  delete from calendar_sync.flows where id = p_flow_id;
  -- Somebody watches: a small first batch shows events at once.
  update calendar_sync.lanes set attempts = 0, wait_until = null, wait_reason = null, batch_jobs = 25
  where integration_id = v_integration.id;
  perform calendar_sync.run_now(array[v_integration.id], false);
  return calendar_sync.integration_json(v_integration);
end;
$$;

comment on function public.calendar_activate(uuid, text, text, text, boolean) is
  'Ends a flow: the integration is active, and everything in its calendar will be looked at. p_is_new: the calendar was just made. Null where the flow has ended. in_use: another integration of the user writes to that calendar of that server.';

create function public.calendar_integration_of(p_user_id uuid, p_integration_id uuid) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'integration_id', id, 'provider', provider, 'status', status, 'access', access, 'account_id', account_id,
    'calendar_id', calendar_id, 'calendar_role', calendar_role, 'own_calendar_id', own_calendar_id, 'user_id', user_id)
  from public.calendar_integrations where id = p_integration_id and user_id = p_user_id and removed_at is null
$$;

comment on function public.calendar_integration_of(uuid, uuid) is 'What the Calendar API needs of a user''s integration; null where it is not that user''s.';

create function public.calendar_set_calendar(
  p_user_id uuid, p_integration_id uuid, p_calendar_id text, p_calendar_name text, p_calendar_role text,
  p_is_new boolean default false
) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_integration public.calendar_integrations;
begin
  perform calendar_sync.act_for(p_user_id);
  select * into v_integration from public.calendar_integrations
  where id = p_integration_id and user_id = p_user_id and removed_at is null;
  if not found then
    return null;
  end if;
  perform calendar_sync.lock_account(p_user_id, v_integration.provider, v_integration.account_id);
  if calendar_sync.is_calendar_used(v_integration, p_calendar_id) then
    return jsonb_build_object('kind', 'in_use');
  end if;
  update public.calendar_integrations
  set calendar_id = p_calendar_id, calendar_name = p_calendar_name, calendar_role = p_calendar_role,
    own_calendar_id = case when p_calendar_role = 'own' then p_calendar_id else own_calendar_id end,
    status = case when status = 'paused' and last_error ->> 'code' = 'calendar_missing' then 'active' else status end,
    last_error = case when last_error ->> 'code' = 'calendar_missing' then null else last_error end
  where id = p_integration_id
  returning * into v_integration;
  if p_is_new then
    perform calendar_sync.write_events_again(p_integration_id, p_calendar_id);
  end if;
  return jsonb_build_object('kind', 'set', 'integration', calendar_sync.integration_json(v_integration));
end;
$$;

comment on function public.calendar_set_calendar(uuid, uuid, text, text, text, boolean) is
  'Chooses the calendar that events belong in; those elsewhere are moved. p_is_new: it was just made. in_use: another integration of the user writes to it. Null where the integration is not the user''s.';

-- Every refresh token is used once at once: that shows whether it lives, and a provider that rotates tokens brings another one than
-- lay in the column. So no access token is asked for.
create function calendar_sync.import_integration(
  p_user_id uuid, p_provider text, p_account_id text, p_account_email text, p_scopes text[], p_refresh_token text,
  p_calendar_id text, p_calendar_name text, p_events jsonb default '{}', p_calendar_role text default 'other',
  p_access text default 'existing', p_sync_enabled boolean default true
) returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_id uuid;
begin
  if nullif(p_account_id, '') is null or nullif(p_refresh_token, '') is null or nullif(p_calendar_id, '') is null
    or not exists (select from auth.users where id = p_user_id)
  then
    return null;
  end if;
  select id into v_id from public.calendar_integrations
  where user_id = p_user_id and provider = p_provider and account_id = p_account_id;
  if found then
    -- Imported already, or connected by its user: what is known of it here is newer.
    return v_id;
  end if;
  insert into public.calendar_integrations (user_id, provider, account_id, account_email, access, scopes,
    calendar_id, calendar_name, calendar_role, own_calendar_id, sync_enabled, refresh_token_secret_id)
  values (p_user_id, p_provider, p_account_id, p_account_email, p_access, coalesce(p_scopes, '{}'),
    p_calendar_id, p_calendar_name, p_calendar_role, case when p_calendar_role = 'own' then p_calendar_id end, p_sync_enabled,
    calendar_sync.store_secret(null, p_refresh_token, 'calendar_sync: refresh token'))
  returning id into v_id;
  -- Its user connected it long ago. The mail of a notice that is only ended would still be sent.
  delete from calendar_sync.notices
  where user_id = p_user_id and kind = 'connection_added' and object = v_id::text and ended_at is null;
  -- No hash is empty: each event is written once, by its id, and is ours from then on.
  insert into public.calendar_event_mappings
    (integration_id, obligation_id, calendar_id, external_event_id, deadline_hash, content_hash)
  select v_id, event.key::uuid, p_calendar_id, event.value, '', ''
  from jsonb_each_text(coalesce(p_events, '{}')) as event where event.value <> '';
  perform calendar_sync.append_changes(array[v_id], 'keep_alive', 1);
  return v_id;
end;
$$;

comment on function calendar_sync.import_integration(uuid, text, text, text, text[], text, text, text, jsonb, text, text, boolean) is
  'Takes over an account that another program connected with the same OAuth client: its refresh token into Vault, and p_events ({"<obligation id>": "<event id>"}) as events of ours, to be updated where they are. An account that is connected already is left alone, so it may be repeated. Null, and nothing done, without a user, an account id, a refresh token or a calendar.';
