-- Taking over accounts that another program connected: its tokens lie in columns, its events in the users' calendars.

-- The access token is not asked for: every refresh token is used once at once, which shows whether it lives, and at
-- Microsoft brings another one than lay in the column.
create function calendar_sync.import_integration(
  p_user_id uuid, p_provider text, p_account_id text, p_account_email text, p_scopes text[], p_refresh_token text,
  p_calendar_id text, p_calendar_name text, p_events jsonb default '{}', p_calendar_role text default 'other',
  p_access text default 'existing', p_sync_enabled boolean default true
) returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_integration public.calendar_integrations;
begin
  if nullif(p_account_id, '') is null or nullif(p_refresh_token, '') is null or nullif(p_calendar_id, '') is null
    or not exists (select from auth.users where id = p_user_id)
  then
    return null;
  end if;
  insert into public.calendar_integrations (user_id, provider, account_id, account_email, access, scopes, status,
    calendar_id, calendar_name, calendar_role, sync_enabled)
  values (p_user_id, p_provider, p_account_id, p_account_email, p_access, coalesce(p_scopes, '{}'), 'active',
    p_calendar_id, p_calendar_name, p_calendar_role, p_sync_enabled)
  on conflict (user_id, provider, account_id) do nothing
  returning * into v_integration;
  if not found then
    -- Imported already, or connected by its user: what is known of it here is newer.
    return (
      select id from public.calendar_integrations
      where user_id = p_user_id and provider = p_provider and account_id = p_account_id
    );
  end if;
  update public.calendar_integrations
  set refresh_token_secret_id = calendar_sync.store_secret(null, p_refresh_token, 'calendar_sync: refresh token')
  where id = v_integration.id;
  update calendar_sync.lanes set exercise_due = true where integration_id = v_integration.id;
  -- No hash is empty: each event is written once, by its id, and is one of ours from then on.
  insert into public.calendar_event_mappings
    (integration_id, obligation_id, calendar_id, external_event_id, deadline_hash, content_hash)
  select v_integration.id, event.key::uuid, p_calendar_id, event.value, '', ''
  from jsonb_each_text(coalesce(p_events, '{}')) as event where event.value <> '';
  insert into calendar_sync.marks (integration_id, everything, priority, reason, cause)
  values (v_integration.id, true, 1, 'imported', calendar_sync.cause());
  return v_integration.id;
end;
$$;

comment on function calendar_sync.import_integration(uuid, text, text, text, text[], text, text, text, jsonb, text, text, boolean) is
  'Takes over an account that another program connected with the same OAuth client: its refresh token into Vault, and p_events ({"<obligation id>": "<event id>"}) as events of ours, to be updated where they are. An account that is connected already is left alone, so that it may be repeated. Null, and nothing done, without a user, an account id, a refresh token or a calendar.';
