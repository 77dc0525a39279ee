-- Connecting an account: state (before consent), connection (after consent, before the user's own session confirms).

create table calendar_sync.states (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  provider text not null,
  access text not null,
  redirect_to text not null,
  expires_at timestamptz not null
);

comment on table calendar_sync.states is 'OAuth flows that were begun; each is used once.';
create index states_user_id_idx on calendar_sync.states (user_id);

alter table calendar_sync.states enable row level security;

create table calendar_sync.connections (
  ticket_hash text primary key,
  integration_id uuid not null references public.calendar_integrations (id) on delete cascade,
  access text not null,
  account_id text not null,
  account_email text,
  scopes text[] not null,
  refresh_token_secret_id uuid,
  access_token_secret_id uuid,
  token_expires_at timestamptz not null,
  expires_at timestamptz not null
);

comment on table calendar_sync.connections is
  'Consents that wait for POST /confirm. Only the browser that consented has the ticket.';
comment on column calendar_sync.connections.ticket_hash is 'SHA-256 of the ticket.';
create index connections_integration_id_idx on calendar_sync.connections (integration_id);

alter table calendar_sync.connections enable row level security;

create trigger connection_deleted after delete on calendar_sync.connections
referencing old table as old_rows
for each statement execute function calendar_sync.integration_deleted();

create function public.calendar_begin_connection(
  p_user_id uuid, p_provider text, p_access text, p_redirect_to text, p_expires_s integer
) returns jsonb
language sql volatile security definer set search_path = ''
as $$
  insert into calendar_sync.states (user_id, provider, access, redirect_to, expires_at)
  values (p_user_id, p_provider, p_access, p_redirect_to, now() + make_interval(secs => p_expires_s))
  returning jsonb_build_object('state_id', id)
$$;

comment on function public.calendar_begin_connection(uuid, text, text, text, integer) is 'Begins an OAuth flow.';

create function public.calendar_take_state(p_state_id uuid) returns jsonb
language sql volatile security definer set search_path = ''
as $$
  delete from calendar_sync.states where id = p_state_id
  returning jsonb_build_object('user_id', user_id, 'provider', provider, 'access', access,
    'redirect_to', redirect_to, 'expired', expires_at < now())
$$;

comment on function public.calendar_take_state(uuid) is 'The flow that a state names, once; null when unknown or used.';

create function public.calendar_store_connection(
  p_user_id uuid, p_provider text, p_access text, p_account_id text, p_account_email text, p_scopes text[],
  p_access_token text, p_refresh_token text, p_token_expires_at timestamptz, p_ticket_hash text, p_expires_s integer
) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_integration public.calendar_integrations;
begin
  select * into v_integration from public.calendar_integrations
  where user_id = p_user_id and provider = p_provider and account_id = p_account_id for update;
  -- Without a new refresh token, the one of a live integration goes on; with none of them the grant would end in an hour.
  if p_refresh_token is null
    and (v_integration.id is null or v_integration.status = 'disconnected'
      or calendar_sync.read_secret(v_integration.refresh_token_secret_id) is null)
  then
    return null;
  end if;
  if v_integration.id is null then
    insert into public.calendar_integrations (user_id, provider, access)
    values (p_user_id, p_provider, p_access)
    returning * into v_integration;
  end if;
  insert into calendar_sync.connections (
    ticket_hash, integration_id, access, account_id, account_email, scopes,
    access_token_secret_id, refresh_token_secret_id, token_expires_at, expires_at
  ) values (
    p_ticket_hash, v_integration.id, p_access, p_account_id, p_account_email, p_scopes,
    calendar_sync.store_secret(null, p_access_token, 'calendar_sync: access token'),
    case when p_refresh_token is not null
      then calendar_sync.store_secret(null, p_refresh_token, 'calendar_sync: refresh token') end,
    p_token_expires_at, now() + make_interval(secs => p_expires_s)
  );
  return jsonb_build_object('integration_id', v_integration.id);
end;
$$;

comment on function public.calendar_store_connection(uuid, text, text, text, text, text[], text, text, timestamptz, text, integer) is
  'Keeps a consent until it is confirmed; null where there is no refresh token to live on.';

-- Two tabs may confirm at once, and each looks at what the other writes: integrations are locked before their connections,
-- all of a user and provider, in one order.
create function calendar_sync.lock_integrations(p_integration_id uuid) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform from public.calendar_integrations as one
  join public.calendar_integrations as other on other.user_id = one.user_id and other.provider = one.provider
  where one.id = p_integration_id
  order by other.id for no key update of other;
end;
$$;

comment on function calendar_sync.lock_integrations(uuid) is
  'Whoever connects an account waits until the one before is through, of the same user and provider.';

create function public.calendar_take_connection(p_user_id uuid, p_ticket_hash text) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_connection calendar_sync.connections;
  v_integration public.calendar_integrations;
  v_known public.calendar_integrations;
begin
  perform calendar_sync.act_for(p_user_id);
  perform calendar_sync.lock_integrations((
    select integration_id from calendar_sync.connections where ticket_hash = p_ticket_hash
  ));
  select * into v_connection from calendar_sync.connections
  where ticket_hash = p_ticket_hash and expires_at > now() for update;
  if not found then
    return jsonb_build_object('kind', 'unknown');
  end if;
  select * into v_integration from public.calendar_integrations where id = v_connection.integration_id;
  if v_integration.user_id <> p_user_id then
    delete from calendar_sync.connections where ticket_hash = p_ticket_hash;
    delete from public.calendar_integrations where id = v_integration.id and status = 'pending_confirmation';
    return jsonb_build_object('kind', 'forbidden');
  end if;
  if v_integration.account_id is null then
    select * into v_known from public.calendar_integrations
    where user_id = p_user_id and provider = v_integration.provider and account_id = v_connection.account_id;
    if v_known.id is not null then
      -- The same account was confirmed meanwhile, from another tab: one account is one integration.
      update calendar_sync.connections set integration_id = v_known.id where ticket_hash = p_ticket_hash;
      delete from public.calendar_integrations where id = v_integration.id;
      v_integration := v_known;
    else
      update public.calendar_integrations as integration
      set account_id = v_connection.account_id, calendar_id = kept.calendar_id, calendar_name = kept.calendar_name,
        calendar_role = coalesce(kept.calendar_role, integration.calendar_role)
      from (values (1)) as one left join calendar_sync.kept_calendars as kept
        on kept.user_id = p_user_id and kept.provider = v_integration.provider and kept.account_id = v_connection.account_id
      where integration.id = v_integration.id
      returning integration.* into v_integration;
    end if;
  end if;
  if v_integration.status = 'disconnecting' then
    -- A worker that found nothing left is about to delete the calendar, and cannot be told any more.
    if exists (
      select from calendar_sync.lanes where integration_id = v_integration.id and leased_until > now()
    ) and not exists (
      select from calendar_sync.jobs where integration_id = v_integration.id
    ) and not exists (
      select from public.calendar_event_mappings where integration_id = v_integration.id
    ) then
      return jsonb_build_object('kind', 'busy');
    end if;
    update public.calendar_integrations set status = 'active' where id = v_integration.id;
  end if;
  if v_connection.access_token_secret_id is not null then
    -- The new secrets take the place of the old; an old refresh token stays where no new one came.
    delete from vault.secrets where id = v_integration.access_token_secret_id
      or (id = v_integration.refresh_token_secret_id and v_connection.refresh_token_secret_id is not null);
    update public.calendar_integrations
    set access = v_connection.access,
      account_email = v_connection.account_email,
      scopes = v_connection.scopes,
      access_token_secret_id = v_connection.access_token_secret_id,
      refresh_token_secret_id = coalesce(v_connection.refresh_token_secret_id, refresh_token_secret_id),
      token_expires_at = v_connection.token_expires_at,
      token_refreshed_at = now()
    where id = v_integration.id
    returning * into v_integration;
    -- Whoever is refreshing the old grant must not store what comes of it.
    update calendar_sync.lanes set refresh_claim = null, refresh_claimed_until = null, exercise_due = false
    where integration_id = v_integration.id;
    update calendar_sync.connections set access_token_secret_id = null, refresh_token_secret_id = null
    where ticket_hash = p_ticket_hash;
  end if;
  -- Looking for the calendar and making one.
  perform calendar_sync.note_calls(v_integration.id, 2);
  return jsonb_build_object(
    'kind', 'taken',
    'integration_id', v_integration.id,
    'provider', v_integration.provider,
    'access', v_integration.access,
    'account_id', v_integration.account_id,
    'calendar_id', v_integration.calendar_id,
    'calendar_name', v_integration.calendar_name,
    'calendar_role', v_integration.calendar_role,
    'access_token', calendar_sync.read_secret(v_integration.access_token_secret_id),
    'token_expires_at', v_integration.token_expires_at
  );
end;
$$;

comment on function public.calendar_take_connection(uuid, text) is
  'Gives the integration its new tokens. The same user may repeat it until calendar_activate; another user ends it. busy: it is just being disconnected, repeat it in a moment.';

create function calendar_sync.merge_pending(integration public.calendar_integrations) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_merged uuid[];
begin
  with moved as (
    update calendar_sync.connections as connection set integration_id = integration.id
    from public.calendar_integrations as pending
    where pending.user_id = integration.user_id and pending.provider = integration.provider
      and pending.status = 'pending_confirmation' and pending.account_id is null
      and connection.integration_id = pending.id and connection.account_id = integration.account_id
    returning pending.id
  )
  select array_agg(id) into v_merged from moved;
  delete from public.calendar_integrations where id = any (v_merged);
end;
$$;

comment on function calendar_sync.merge_pending(public.calendar_integrations) is
  'Consents to the same account that were never confirmed: they no longer show, and their tickets are good for this integration.';

create function public.calendar_activate(
  p_integration_id uuid, p_calendar_id text, p_calendar_name text, p_calendar_role text, p_ticket_hash text
) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_cause constant jsonb := calendar_sync.cause('connected');
  v_integration public.calendar_integrations;
begin
  perform calendar_sync.lock_integrations(p_integration_id);
  select * into v_integration from public.calendar_integrations where id = p_integration_id;
  -- It is called for whoever has just shown the ticket, and only its user can.
  perform calendar_sync.act_for(v_integration.user_id);
  delete from calendar_sync.connections where ticket_hash = p_ticket_hash;
  if v_integration.status in ('active', 'paused') then
    perform calendar_sync.note(v_integration, 'reconnected', calendar_sync.account_details(v_integration));
  end if;
  update public.calendar_integrations
  set status = 'active', last_error = null,
    calendar_id = p_calendar_id, calendar_name = p_calendar_name, calendar_role = p_calendar_role
  where id = p_integration_id
  returning * into v_integration;
  if not found then
    return null;
  end if;
  perform calendar_sync.merge_pending(v_integration);
  with adopted as (
    insert into public.calendar_event_mappings
      (integration_id, obligation_id, calendar_id, external_event_id, etag, deadline_hash, content_hash)
    select p_integration_id, obligation_id, calendar_id, external_event_id, etag, deadline_hash, content_hash
    from calendar_sync.kept_events as kept
    where kept.user_id = v_integration.user_id and kept.provider = v_integration.provider
      and kept.account_id = v_integration.account_id
    on conflict do nothing
    returning obligation_id, calendar_id, external_event_id
  )
  insert into calendar_sync.activity (user_id, integration_id, provider, obligation_id, action, calendar_id, event_id)
  select v_integration.user_id, p_integration_id, v_integration.provider, obligation_id, 'adopted', calendar_id, external_event_id
  from adopted;
  insert into calendar_sync.jobs as job (integration_id, obligation_id, attempted_in, cause)
  select p_integration_id, obligation_id, attempted_in, v_cause
  from calendar_sync.kept_attempts as kept
  where kept.user_id = v_integration.user_id and kept.provider = v_integration.provider
    and kept.account_id = v_integration.account_id
  order by obligation_id
  on conflict (integration_id, obligation_id) do update
  set version = job.version + 1, attempted_in = calendar_sync.merged(job.attempted_in, excluded.attempted_in);
  delete from calendar_sync.kept_calendars
  where user_id = v_integration.user_id and provider = v_integration.provider and account_id = v_integration.account_id;
  -- Somebody watches: a small first batch shows events at once.
  update calendar_sync.lanes
  set attempts = 0, backoff_until = null, held_until = null, batch_jobs = 25
  where integration_id = p_integration_id;
  update calendar_sync.jobs
  set run_at = now(), attempts = 0, failed_at = null, cause = case when failed_at is null then cause else v_cause end
  where integration_id = p_integration_id;
  perform calendar_sync.mark(p_integration_id, 'connected', v_cause);
  return calendar_sync.integration_json(v_integration);
end;
$$;

comment on function public.calendar_activate(uuid, text, text, text, text) is
  'Ends the confirmation: the integration is active and everything in it will be looked at.';

create function public.calendar_integration_of(p_user_id uuid, p_integration_id uuid) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'integration_id', id, 'provider', provider, 'status', status, 'access', access, 'account_id', account_id,
    'calendar_id', calendar_id, 'calendar_role', calendar_role, 'user_id', user_id)
  from public.calendar_integrations where id = p_integration_id and user_id = p_user_id
$$;

comment on function public.calendar_integration_of(uuid, uuid) is 'What the Calendar API needs of a user''s integration; null where it is not that user''s.';

create function public.calendar_set_calendar(
  p_user_id uuid, p_integration_id uuid, p_calendar_id text, p_calendar_name text, p_calendar_role text
) returns jsonb
language sql volatile security definer set search_path = ''
as $$
  select calendar_sync.act_for(p_user_id);
  update public.calendar_integrations as integration
  set calendar_id = p_calendar_id, calendar_name = p_calendar_name, calendar_role = p_calendar_role,
    status = case when status = 'paused' and last_error ->> 'code' = 'calendar_missing' then 'active' else status end,
    last_error = case when last_error ->> 'code' = 'calendar_missing' then null else last_error end
  where id = p_integration_id and user_id = p_user_id
  returning calendar_sync.integration_json(integration)
$$;

comment on function public.calendar_set_calendar(uuid, uuid, text, text, text) is
  'Chooses the calendar that events belong in; those elsewhere are moved.';

do $$
declare
  v_function regprocedure;
begin
  foreach v_function in array array[
    'public.calendar_begin_connection(uuid, text, text, text, integer)',
    'public.calendar_take_state(uuid)',
    'public.calendar_store_connection(uuid, text, text, text, text, text[], text, text, timestamptz, text, integer)',
    'public.calendar_take_connection(uuid, text)',
    'public.calendar_activate(uuid, text, text, text, text)',
    'public.calendar_integration_of(uuid, uuid)',
    'public.calendar_set_calendar(uuid, uuid, text, text, text)'
  ]::regprocedure[] loop
    execute format('revoke execute on function %s from public, anon, authenticated, service_role', v_function);
    execute format('grant execute on function %s to service_role', v_function);
  end loop;
end;
$$;
