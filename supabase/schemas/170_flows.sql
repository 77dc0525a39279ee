-- Connecting an account. A flow begins with /authorize. After the provider's redirect it holds the tokens. Only
-- /confirm, in the session of the user who began it, makes an integration of it.

create table calendar_sync.flows (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  provider text not null references calendar_sync.providers (name),
  access text not null,
  redirect_to text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  state_used_at timestamptz,
  ticket_hash text unique,
  account_id text,
  account_email text,
  server text,
  scopes text[],
  refresh_token_secret_id uuid,
  access_token_secret_id uuid,
  token_expires_at timestamptz
);

comment on table calendar_sync.flows is 'Accounts that are being connected: from /authorize, through the provider''s consent, to /confirm.';
comment on column calendar_sync.flows.id is 'Named by the state; becomes the id of a new integration.';
comment on column calendar_sync.flows.state_used_at is 'A state is used once.';
comment on column calendar_sync.flows.server is
  'Of an account that was connected with a password: nobody has to confirm it, and it shows when it is active.';
comment on column calendar_sync.flows.ticket_hash is 'SHA-256 of the ticket, which only the browser that consented has. Null: nobody has consented yet.';
create index flows_user_id_idx on calendar_sync.flows (user_id);
create index flows_account_idx on calendar_sync.flows (provider, account_id) where account_id is not null;

alter table calendar_sync.flows enable row level security;

create trigger delete_tokens after delete on calendar_sync.flows
referencing old table as old_rows
for each statement execute function calendar_sync.delete_tokens();

-- The limit of a user, where it is reached. One that is being disconnected counts until it is gone.
create function calendar_sync.limit_reached(p_user_id uuid) returns integer
language sql stable security definer set search_path = ''
as $$
  select integrations_per_user from calendar_sync.options
  where integrations_per_user <= (
    select count(*) from public.calendar_integrations where user_id = p_user_id and removed_at is null
  )
$$;

comment on function calendar_sync.limit_reached(uuid) is
  'How many accounts a user may connect, where there are as many already. Null: there may be one more.';

create function public.calendar_begin_connection(
  p_user_id uuid, p_provider text, p_access text, p_redirect_to text, p_expires_s integer
) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_limit constant integer := calendar_sync.limit_reached(p_user_id);
  v_flow calendar_sync.flows;
begin
  -- Which account it will be, nobody knows yet. It may be one that is there and has something to gain by a new consent.
  if v_limit is not null and not exists (
    select from public.calendar_integrations
    where user_id = p_user_id and provider = p_provider and removed_at is null
      and (status <> 'active' or last_error is not null or access = 'dedicated' and p_access = 'existing')
  ) then
    return jsonb_build_object('kind', 'too_many', 'limit', v_limit);
  end if;
  insert into calendar_sync.flows (user_id, provider, access, redirect_to, expires_at)
  values (p_user_id, p_provider, coalesce(p_access, (
      select max(access) from public.calendar_integrations
      where user_id = p_user_id and provider = p_provider and status = 'disconnected' and removed_at is null
    ), 'dedicated'), p_redirect_to, now() + make_interval(secs => p_expires_s))
  returning * into v_flow;
  return jsonb_build_object('kind', 'begun', 'state_id', v_flow.id, 'access', v_flow.access);
end;
$$;

comment on function public.calendar_begin_connection(uuid, text, text, text, integer) is
  'Begins a flow. p_access null: what an account had whose grant was lost, else dedicated. too_many: the user has as many accounts as there may be, and none that connecting again would help.';

create function public.calendar_take_state(p_state_id uuid) returns jsonb
language sql volatile security definer set search_path = ''
as $$
  update calendar_sync.flows set state_used_at = now() where id = p_state_id and state_used_at is null
  returning jsonb_build_object('user_id', user_id, 'provider', provider, 'access', access,
    'redirect_to', redirect_to, 'expired', expires_at < now())
$$;

comment on function public.calendar_take_state(uuid) is 'The flow that a state names, once; null when unknown or used.';

create function public.calendar_store_connection(
  p_state_id uuid, p_account_id text, p_account_email text, p_scopes text[],
  p_access_token text, p_refresh_token text, p_token_expires_at timestamptz, p_ticket_hash text, p_expires_s integer
) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_flow calendar_sync.flows;
begin
  select * into v_flow from calendar_sync.flows where id = p_state_id for no key update;
  -- Without a new refresh token that of a live integration goes on. Without any the grant would end in an hour.
  if not found or p_refresh_token is null and not exists (
    select from public.calendar_integrations as integration
    where integration.user_id = v_flow.user_id and integration.provider = v_flow.provider
      and integration.account_id = p_account_id and integration.status <> 'disconnected'
      and calendar_sync.read_secret(integration.refresh_token_secret_id) is not null
  ) then
    return null;
  end if;
  update calendar_sync.flows
  set account_id = p_account_id, account_email = p_account_email, scopes = p_scopes, ticket_hash = p_ticket_hash,
    access_token_secret_id = calendar_sync.store_secret(null, p_access_token, 'calendar_sync: access token'),
    refresh_token_secret_id = case when p_refresh_token is not null
      then calendar_sync.store_secret(null, p_refresh_token, 'calendar_sync: refresh token') end,
    token_expires_at = p_token_expires_at, expires_at = now() + make_interval(secs => p_expires_s)
  where id = p_state_id;
  return jsonb_build_object('flow_id', p_state_id);
end;
$$;

comment on function public.calendar_store_connection(uuid, text, text, text[], text, text, timestamptz, text, integer) is
  'Keeps a consent with its flow until it is confirmed; null where there is no refresh token to live on.';

create function public.calendar_begin_password_connection(
  p_user_id uuid, p_provider text, p_access text, p_account_id text, p_account_email text, p_server text, p_secret text,
  p_ticket_hash text, p_expires_s integer
) returns uuid
language sql volatile security definer set search_path = ''
as $$
  insert into calendar_sync.flows (user_id, provider, access, redirect_to, expires_at, state_used_at, ticket_hash, account_id,
    account_email, server, scopes, access_token_secret_id)
  values (p_user_id, p_provider, coalesce(p_access, (
      select access from public.calendar_integrations
      where user_id = p_user_id and provider = p_provider and account_id = p_account_id and removed_at is null
    ), 'dedicated'), '', now() + make_interval(secs => p_expires_s), now(), p_ticket_hash, p_account_id,
    p_account_email, p_server, '{}', calendar_sync.store_secret(null, p_secret, 'calendar_sync: password'))
  returning id
$$;

comment on function public.calendar_begin_password_connection(uuid, text, text, text, text, text, text, text, integer) is
  'Keeps a password that was accepted, for the seconds until calendar_activate. p_access null: what the account has, else dedicated.';

create function public.calendar_end_flow(p_user_id uuid, p_flow_id uuid) returns void
language sql volatile security definer set search_path = ''
as $$
  delete from calendar_sync.flows where id = p_flow_id and user_id = p_user_id
$$;

comment on function public.calendar_end_flow(uuid, uuid) is 'Ends a flow that led to nothing, with what it kept.';
