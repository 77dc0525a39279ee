-- Tokens are in Vault and nowhere else. Locks that outlast a transaction are rows.

create table calendar_sync.locks (
  purpose text not null check (purpose in ('refresh', 'calendar')),
  subject_id uuid not null,
  claim uuid not null,
  claimed_until timestamptz not null,
  primary key (purpose, subject_id)
);

comment on table calendar_sync.locks is
  'Who does alone, for some seconds, what two must not do side by side. refresh: refreshes an integration''s access token. calendar: looks for or makes a user''s calendar, since Google cannot be asked whether an earlier call made one.';
comment on column calendar_sync.locks.subject_id is 'The integration, or the user.';
comment on column calendar_sync.locks.claimed_until is 'When the holder counts as dead and the next one may begin.';

alter table calendar_sync.locks enable row level security;

create function calendar_sync.take_lock(p_purpose text, p_subject_id uuid, p_claim uuid, p_claim_s integer) returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
begin
  insert into calendar_sync.locks as lock (purpose, subject_id, claim, claimed_until)
  values (p_purpose, p_subject_id, p_claim, clock_timestamp() + make_interval(secs => p_claim_s))
  on conflict (purpose, subject_id) do update set claim = excluded.claim, claimed_until = excluded.claimed_until
  where lock.claimed_until <= clock_timestamp();
  return found;
end;
$$;

comment on function calendar_sync.take_lock(text, uuid, uuid, integer) is 'Takes a lock for p_claim_s seconds; false while another claim has it.';

create function calendar_sync.release_lock(p_purpose text, p_subject_id uuid, p_claim uuid) returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
begin
  delete from calendar_sync.locks where purpose = p_purpose and subject_id = p_subject_id and claim = p_claim;
  return found;
end;
$$;

comment on function calendar_sync.release_lock(text, uuid, uuid) is 'Releases a lock; false where the claim does not have it any more.';

create function public.calendar_lock_user(p_user_id uuid, p_claim uuid, p_claim_s integer) returns boolean
language sql volatile security definer set search_path = ''
as $$ select calendar_sync.take_lock('calendar', p_user_id, p_claim, p_claim_s) $$;

comment on function public.calendar_lock_user(uuid, uuid, integer) is
  'Takes, for p_claim_s seconds, the lock under which a user''s calendar is looked for or made; false while another call has it.';

create function public.calendar_unlock_user(p_user_id uuid, p_claim uuid) returns boolean
language sql volatile security definer set search_path = ''
as $$ select calendar_sync.release_lock('calendar', p_user_id, p_claim) $$;

comment on function public.calendar_unlock_user(uuid, uuid) is 'Releases what calendar_lock_user took.';

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
      -- A row that cannot be decrypted cannot be updated either.
      delete from vault.secrets where id = v_id;
    end;
  end if;
  -- create_secret writes its argument to the WAL before it encrypts; update_secret does not.
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
  -- A missing grant is not for the user to mend: a token that may not be read is not lost.
  when insufficient_privilege then
    raise exception 'The tokens in Vault may not be read: %.', sqlerrm using errcode = 'insufficient_privilege',
      hint = 'select * from calendar_admin.setup_check() where not ok; names the missing grant.';
end;
$$;

comment on function calendar_sync.read_secret(uuid) is
  'The secret, or null where it is missing or cannot be decrypted. An error where Vault may not be read.';

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

-- One refresh for any number of users of a token, in whatever process: one of them takes the lock, the others wait and then read
-- what that one stored.
create function public.calendar_begin_refresh(
  p_integration_id uuid, p_min_valid_s integer, p_rejected_token text default null, p_calls integer default 0
) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_refresh_s constant integer := 15;
  v_integration public.calendar_integrations;
  v_token jsonb;
  v_refresh_token text;
  v_claim constant uuid := gen_random_uuid();
begin
  select * into v_integration from public.calendar_integrations where id = p_integration_id;
  if not found or v_integration.status = 'disconnected' then
    return jsonb_build_object('kind', 'disconnected');
  end if;
  v_token := calendar_sync.valid_access_token(p_integration_id, p_min_valid_s, p_rejected_token);
  if v_token is null then
    -- Waits for a consent that is being confirmed: what follows reads its grant.
    perform from public.calendar_integrations where id = p_integration_id for no key update;
    if not calendar_sync.take_lock('refresh', p_integration_id, v_claim, v_refresh_s) then
      return jsonb_build_object('kind', 'busy');
    end if;
    v_token := calendar_sync.valid_access_token(p_integration_id, p_min_valid_s, p_rejected_token);
    if v_token is not null then
      perform calendar_sync.release_lock('refresh', p_integration_id, v_claim);
    end if;
  end if;
  perform calendar_sync.count_calls(v_integration.provider, p_integration_id, p_calls);
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
  if not calendar_sync.release_lock('refresh', p_integration_id, p_claim) then
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
  return true;
end;
$$;

comment on function public.calendar_save_tokens(uuid, uuid, text, timestamptz, text) is
  'Stores refreshed tokens, before they are used, and releases the lock. False, and nothing stored, where another claim has the lock or the account was connected anew meanwhile.';

create function public.calendar_refresh_failed(p_integration_id uuid, p_claim uuid, p_status text, p_error jsonb) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_status text;
begin
  perform calendar_sync.act_as('worker');
  select status into v_status from public.calendar_integrations where id = p_integration_id for no key update;
  -- What was learned of an older grant says nothing of one that a new consent brought meanwhile.
  if not calendar_sync.release_lock('refresh', p_integration_id, p_claim) then
    return;
  end if;
  -- A user who leaves does not have to reconnect first: the events stay, and the rest goes.
  if p_status is not null and v_status = 'disconnecting' then
    perform calendar_sync.remove_integration(p_integration_id);
    return;
  end if;
  -- An error that passes does not hide one that somebody has to mend, nor a pause that the grant was lost meanwhile.
  if v_status = 'disconnected' or v_status = 'paused' and p_status is null then
    return;
  end if;
  update public.calendar_integrations set status = coalesce(p_status, status), last_error = p_error where id = p_integration_id;
end;
$$;

comment on function public.calendar_refresh_failed(uuid, uuid, text, jsonb) is
  'Says on the integration why its token could not be refreshed. p_status: what becomes of it; null: it stays as it is.';

-- A password needs no lock: nobody changes it but its user.
create function public.calendar_read_password(p_integration_id uuid, p_calls integer default 0) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_integration public.calendar_integrations;
  v_secret text;
begin
  select * into v_integration from public.calendar_integrations where id = p_integration_id;
  if not found or v_integration.status = 'disconnected' then
    return jsonb_build_object('kind', 'lost');
  end if;
  perform calendar_sync.count_calls(v_integration.provider, p_integration_id, p_calls);
  v_secret := calendar_sync.read_secret(v_integration.access_token_secret_id);
  if v_secret is null then
    -- Its user may just be giving another one.
    select * into v_integration from public.calendar_integrations where id = p_integration_id for no key update;
    v_secret := calendar_sync.read_secret(v_integration.access_token_secret_id);
  end if;
  if v_secret is not null then
    return jsonb_build_object('kind', 'valid', 'secret', v_secret);
  end if;
  perform calendar_sync.lose_password(p_integration_id, jsonb_build_object(
    'code', 'secret_unreadable', 'message', 'The stored password of this calendar cannot be read. Connect it again.'));
  return jsonb_build_object('kind', 'lost');
end;
$$;

comment on function public.calendar_read_password(uuid, integer) is
  'The stored server, user name and password of an integration in JSON; lost where there is none, and then the integration says why. p_calls: provider calls that a person is about to make with it.';

create function calendar_sync.lose_password(p_integration_id uuid, p_error jsonb) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_status text;
begin
  perform calendar_sync.act_as('worker');
  select status into v_status from public.calendar_integrations where id = p_integration_id for no key update;
  -- A user who leaves does not have to reconnect first: the events stay, and the rest goes.
  if v_status = 'disconnecting' then
    perform calendar_sync.remove_integration(p_integration_id);
  else
    update public.calendar_integrations set status = 'disconnected', last_error = p_error where id = p_integration_id;
  end if;
end;
$$;

comment on function calendar_sync.lose_password(uuid, jsonb) is
  'Disconnects an integration whose password is of no use any more; one that is being disconnected goes.';

-- One refusal is not enough: servers answer it while a directory behind them is away.
create function public.calendar_password_refused(
  p_integration_id uuid, p_secret text, p_refusal_s integer, p_error_once jsonb, p_error_lost jsonb
) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_integration public.calendar_integrations;
  v_lost_at timestamptz;
begin
  perform calendar_sync.act_as('worker');
  select * into v_integration from public.calendar_integrations where id = p_integration_id for no key update;
  if not found or v_integration.status = 'disconnected' then
    return jsonb_build_object('kind', 'lost');
  end if;
  if calendar_sync.read_secret(v_integration.access_token_secret_id) is distinct from p_secret then
    return jsonb_build_object('kind', 'changed');
  end if;
  v_lost_at := v_integration.sign_in_refused_at + make_interval(secs => p_refusal_s);
  if v_lost_at <= clock_timestamp() then
    perform calendar_sync.lose_password(p_integration_id, p_error_lost);
    return jsonb_build_object('kind', 'lost');
  end if;
  update public.calendar_integrations
  set sign_in_refused_at = coalesce(sign_in_refused_at, clock_timestamp()),
    -- An error that passes does not hide one that somebody has to mend.
    last_error = case when status = 'paused' then last_error else p_error_once end
  where id = p_integration_id
  returning sign_in_refused_at + make_interval(secs => p_refusal_s) into v_lost_at;
  return jsonb_build_object('kind', 'refused_once',
    'ask_again_ms', ceil(extract(epoch from v_lost_at - clock_timestamp()) * 1000));
end;
$$;

comment on function public.calendar_password_refused(uuid, text, integer, jsonb, jsonb) is
  'Says of an integration that its account''s own address refused the password. Refused twice, p_refusal_s seconds apart and without a success between, it is lost. changed: its user has given another one meanwhile.';
