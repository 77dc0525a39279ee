-- Tokens lie in Vault and nowhere else.

create function calendar_sync.store_secret(p_secret_id uuid, p_secret text, p_description text) returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_id uuid := p_secret_id;
begin
  if v_id is not null then
    begin
      perform vault.update_secret(v_id, p_secret);
      if exists (select from vault.secrets where id = v_id) then
        return v_id;
      end if;
    exception when data_exception then
      -- A row that cannot be decrypted any more cannot be updated either.
      delete from vault.secrets where id = v_id;
    end;
  end if;
  -- create_secret writes what it is given to the WAL before it encrypts; update_secret does not.
  v_id := vault.create_secret('', null, p_description);
  perform vault.update_secret(v_id, p_secret);
  return v_id;
end;
$$;

comment on function calendar_sync.store_secret(uuid, text, text) is 'Stores a secret in Vault and returns its id, which changes if the old one was lost.';

create function calendar_sync.read_secret(p_secret_id uuid) returns text
language plpgsql stable security definer set search_path = ''
as $$
begin
  return (select nullif(decrypted_secret, '') from vault.decrypted_secrets where id = p_secret_id);
exception
  when data_exception then
    return null;
  -- Not the user's to mend: a token that may not be read is not lost, and nobody has to connect again.
  when insufficient_privilege then
    raise exception 'The tokens in Vault may not be read: %.', sqlerrm using errcode = 'insufficient_privilege',
      hint = 'select * from calendar_admin.setup_check() where not ok; names the missing grant.';
end;
$$;

comment on function calendar_sync.read_secret(uuid) is
  'The secret, or null where it is missing or cannot be decrypted. Fails where its owner lacks a right to Vault.';

create function calendar_sync.integration_deleted() returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
  delete from vault.secrets
  where id in (
    select unnest(array[old_row.refresh_token_secret_id, old_row.access_token_secret_id]) from old_rows as old_row
  );
  return null;
end;
$$;

comment on function calendar_sync.integration_deleted() is 'Takes the tokens along, also when the user is deleted.';

create trigger integration_deleted after delete on public.calendar_integrations
referencing old table as old_rows
for each statement execute function calendar_sync.integration_deleted();

create function calendar_sync.valid_access_token(
  p_integration_id uuid, p_min_valid_s integer, p_rejected_token text
) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_integration public.calendar_integrations;
  v_access_token text;
begin
  select * into v_integration from public.calendar_integrations where id = p_integration_id;
  if v_integration.token_expires_at > now() + make_interval(secs => p_min_valid_s) then
    v_access_token := calendar_sync.read_secret(v_integration.access_token_secret_id);
  end if;
  if v_access_token is null or v_access_token is not distinct from p_rejected_token then
    return null;
  end if;
  return jsonb_build_object('kind', 'valid', 'access_token', v_access_token, 'expires_at', v_integration.token_expires_at);
end;
$$;

comment on function calendar_sync.valid_access_token(uuid, integer, text) is
  'The stored access token, unless it is the rejected one or lasts for less than p_min_valid_s seconds. Volatile: it sees what another transaction just stored.';

-- One refresh for any number of users of a token, in whatever process: the claim is a row that one of them updates, and
-- who comes after reads again what that one stored.
create function public.calendar_begin_refresh(
  p_integration_id uuid, p_min_valid_s integer, p_rejected_token text default null, p_calls integer default 0
) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_integration public.calendar_integrations;
  v_token jsonb;
  v_refresh_token text;
  v_claim constant uuid := gen_random_uuid();
begin
  select * into v_integration from public.calendar_integrations where id = p_integration_id;
  if not found or v_integration.status in ('disconnected', 'pending_confirmation') then
    return jsonb_build_object('kind', 'disconnected');
  end if;
  v_token := calendar_sync.valid_access_token(p_integration_id, p_min_valid_s, p_rejected_token);
  if v_token is null then
    perform from public.calendar_integrations where id = p_integration_id for no key update;
    update calendar_sync.lanes set refresh_claim = v_claim, refresh_claimed_until = clock_timestamp() + interval '15 seconds'
    where integration_id = p_integration_id
      and (refresh_claimed_until is null or refresh_claimed_until <= clock_timestamp());
    if not found then
      return jsonb_build_object('kind', 'busy');
    end if;
    v_token := calendar_sync.valid_access_token(p_integration_id, p_min_valid_s, p_rejected_token);
    if v_token is not null then
      update calendar_sync.lanes set refresh_claim = null, refresh_claimed_until = null
      where integration_id = p_integration_id;
    end if;
  end if;
  perform calendar_sync.note_calls(p_integration_id, p_calls);
  if v_token is not null then
    return v_token;
  end if;
  v_refresh_token := calendar_sync.read_secret((
    select refresh_token_secret_id from public.calendar_integrations where id = p_integration_id
  ));
  if v_refresh_token is null then
    perform public.calendar_refresh_failed(p_integration_id, v_claim, 'disconnected', jsonb_build_object(
      'code', 'secret_unreadable', 'message', 'The stored tokens of this calendar cannot be read. Connect it again.'));
    return jsonb_build_object('kind', 'unreadable');
  end if;
  return jsonb_build_object(
    'kind', 'refresh', 'refresh_token', v_refresh_token, 'claim', v_claim, 'account_id', v_integration.account_id);
end;
$$;

comment on function public.calendar_begin_refresh(uuid, integer, text, integer) is
  'The access token, if it is valid for p_min_valid_s seconds more and not the rejected one; else the refresh token and, for 15 s, the right to use it. p_calls: provider calls that a person is about to make with it.';

create function public.calendar_save_tokens(
  p_integration_id uuid, p_claim uuid, p_access_token text, p_expires_at timestamptz, p_refresh_token text default null
) returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform from public.calendar_integrations where id = p_integration_id for no key update;
  perform from calendar_sync.lanes where integration_id = p_integration_id and refresh_claim = p_claim for update;
  if not found then
    return false;
  end if;
  update public.calendar_integrations
  set access_token_secret_id =
      calendar_sync.store_secret(access_token_secret_id, p_access_token, 'calendar_sync: access token'),
    refresh_token_secret_id = case
      when p_refresh_token is null then refresh_token_secret_id
      else calendar_sync.store_secret(refresh_token_secret_id, p_refresh_token, 'calendar_sync: refresh token')
    end,
    token_expires_at = p_expires_at,
    token_refreshed_at = now()
  where id = p_integration_id;
  update calendar_sync.lanes set refresh_claim = null, refresh_claimed_until = null, exercise_due = false
  where integration_id = p_integration_id;
  return true;
end;
$$;

comment on function public.calendar_save_tokens(uuid, uuid, text, timestamptz, text) is
  'Stores refreshed tokens, before they are used, and gives the claim back. False, and nothing stored, where somebody else has claimed the refresh or the account was connected anew meanwhile.';

create function public.calendar_refresh_failed(p_integration_id uuid, p_claim uuid, p_status text, p_error jsonb) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform calendar_sync.act_as('worker');
  perform from public.calendar_integrations where id = p_integration_id for no key update;
  -- What was learned about an older grant says nothing of the one that a new consent brought meanwhile.
  update calendar_sync.lanes
  set refresh_claim = null, refresh_claimed_until = null, exercise_due = exercise_due and p_status is null
  where integration_id = p_integration_id and refresh_claim = p_claim;
  if not found then
    return;
  end if;
  -- A user who is leaving anyway does not have to reconnect first: the events stay, the rest goes.
  if p_status is not null and exists (
    select from public.calendar_integrations where id = p_integration_id and status = 'disconnecting'
  ) then
    perform calendar_sync.keep_events(p_integration_id);
    delete from public.calendar_integrations where id = p_integration_id;
  end if;
  -- What passes by itself does not hide what somebody has to mend.
  update public.calendar_integrations
  set last_error = case when p_status is null and status = 'paused' then last_error else p_error end,
    status = coalesce(p_status, status)
  where id = p_integration_id;
end;
$$;

comment on function public.calendar_refresh_failed(uuid, uuid, text, jsonb) is
  'Says on the integration why its token could not be refreshed; p_status: what becomes of it, null where it stays as it is.';

-- Google ends a refresh token after six idle months, Entra after 90 idle days.
create function calendar_sync.mark_idle_tokens() returns void
language sql volatile security definer set search_path = ''
as $$
  with asked as (
    update calendar_sync.lanes as lane set exercise_due = true
    from public.calendar_integrations as integration
    where integration.id = lane.integration_id and not lane.exercise_due
      and integration.status in ('active', 'paused')
      and integration.token_refreshed_at < now() - case integration.provider
        when 'google' then interval '150 days' else interval '60 days' end
    returning lane.integration_id
  )
  insert into calendar_sync.marks (integration_id, everything, priority, reason)
  select integration_id, false, 2::smallint, 'idle_token' from asked
$$;

comment on function calendar_sync.mark_idle_tokens() is
  'Has every refresh token used once that is about to end because nothing changed in its calendar for months.';

revoke execute on function public.calendar_begin_refresh(uuid, integer, text, integer),
  public.calendar_save_tokens(uuid, uuid, text, timestamptz, text),
  public.calendar_refresh_failed(uuid, uuid, text, jsonb) from public, anon, authenticated, service_role;
grant execute on function public.calendar_begin_refresh(uuid, integer, text, integer),
  public.calendar_save_tokens(uuid, uuid, text, timestamptz, text),
  public.calendar_refresh_failed(uuid, uuid, text, jsonb) to service_role;
