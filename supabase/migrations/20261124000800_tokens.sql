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
    exception when others then
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
exception when others then
  return null;
end;
$$;

comment on function calendar_sync.read_secret(uuid) is 'The secret, or null where it is missing or cannot be decrypted.';

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

create function public.calendar_begin_refresh(
  p_integration_id uuid, p_min_valid_s integer, p_rejected_token text default null
) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_integration public.calendar_integrations;
  v_access_token text;
  v_refresh_token text;
begin
  select * into v_integration from public.calendar_integrations where id = p_integration_id;
  if not found or v_integration.status in ('disconnected', 'pending_confirmation') then
    return jsonb_build_object('kind', 'disconnected');
  end if;
  v_access_token := calendar_sync.read_secret(v_integration.access_token_secret_id);
  if v_access_token is not null and v_access_token is distinct from p_rejected_token
    and v_integration.token_expires_at > now() + make_interval(secs => p_min_valid_s)
  then
    return jsonb_build_object('kind', 'valid', 'access_token', v_access_token, 'expires_at', v_integration.token_expires_at);
  end if;
  v_refresh_token := calendar_sync.read_secret(v_integration.refresh_token_secret_id);
  if v_refresh_token is null then
    perform public.calendar_refresh_failed(p_integration_id, v_integration.refresh_token_secret_id, 'secret_unreadable',
      'The stored tokens of this calendar cannot be read. Connect it again.', true);
    return jsonb_build_object('kind', 'unreadable');
  end if;
  update calendar_sync.lanes set refresh_claimed_until = now() + interval '15 seconds'
  where integration_id = p_integration_id and (refresh_claimed_until is null or refresh_claimed_until <= now());
  if not found then
    return jsonb_build_object('kind', 'busy');
  end if;
  return jsonb_build_object('kind', 'refresh', 'refresh_token', v_refresh_token, 'claim', v_integration.refresh_token_secret_id);
end;
$$;

comment on function public.calendar_begin_refresh(uuid, integer, text) is
  'The access token, if it is valid for p_min_valid_s seconds more and not the rejected one; else the refresh token and, for 15 s, the right to use it.';

create function public.calendar_save_tokens(
  p_integration_id uuid, p_claim uuid, p_access_token text, p_expires_at timestamptz, p_refresh_token text default null
) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_integration public.calendar_integrations;
begin
  select * into v_integration from public.calendar_integrations
  where id = p_integration_id and refresh_token_secret_id = p_claim for update;
  if not found then
    return;
  end if;
  update public.calendar_integrations
  set access_token_secret_id =
      calendar_sync.store_secret(v_integration.access_token_secret_id, p_access_token, 'calendar_sync: access token'),
    refresh_token_secret_id = case
      when p_refresh_token is null then v_integration.refresh_token_secret_id
      else calendar_sync.store_secret(v_integration.refresh_token_secret_id, p_refresh_token, 'calendar_sync: refresh token')
    end,
    token_expires_at = p_expires_at
  where id = p_integration_id;
  update calendar_sync.lanes set refresh_claimed_until = null where integration_id = p_integration_id;
end;
$$;

comment on function public.calendar_save_tokens(uuid, uuid, text, timestamptz, text) is
  'Stores refreshed tokens, before they are used, and gives the refresh claim back. Does nothing if the account was connected anew meanwhile.';

create function public.calendar_refresh_failed(
  p_integration_id uuid, p_claim uuid, p_code text, p_message text, p_disconnect boolean
) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  -- What was learned about an older grant says nothing of the one that a new consent brought meanwhile.
  perform from public.calendar_integrations
  where id = p_integration_id and refresh_token_secret_id is not distinct from p_claim for update;
  if not found then
    return;
  end if;
  -- A user who is leaving anyway does not have to reconnect first: the events stay, the rest goes.
  if p_disconnect then
    delete from public.calendar_integrations where id = p_integration_id and status = 'disconnecting';
  end if;
  update public.calendar_integrations
  set last_error = jsonb_build_object('code', p_code, 'message', p_message),
    status = case when p_disconnect then 'disconnected' else status end
  where id = p_integration_id;
  update calendar_sync.lanes set refresh_claimed_until = null where integration_id = p_integration_id;
end;
$$;

comment on function public.calendar_refresh_failed(uuid, uuid, text, text, boolean) is
  'Says on the integration why its token could not be refreshed; disconnects it where the grant is lost.';

revoke execute on function public.calendar_begin_refresh(uuid, integer, text),
  public.calendar_save_tokens(uuid, uuid, text, timestamptz, text),
  public.calendar_refresh_failed(uuid, uuid, text, text, boolean) from public, anon, authenticated;
grant execute on function public.calendar_begin_refresh(uuid, integer, text),
  public.calendar_save_tokens(uuid, uuid, text, timestamptz, text),
  public.calendar_refresh_failed(uuid, uuid, text, text, boolean) to service_role;
