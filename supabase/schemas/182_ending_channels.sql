-- Channels that are open when their integration goes at once, as where an administrator disconnects or erases its user. No lane is left
-- that could end them, so they wait here with what it takes, and with nothing that says whose they were.

create table calendar_sync.ending_channels (
  id uuid primary key default gen_random_uuid(),
  provider text not null,
  channels jsonb not null,
  refresh_token_secret_id uuid not null,
  next_attempt_at timestamptz not null default now(),
  given_up_at timestamptz not null
);

comment on table calendar_sync.ending_channels is
  'Push channels of integrations that have gone, a row an integration, until they are ended or given up.';
comment on column calendar_sync.ending_channels.channels is 'An array of {"channel_id", "resource_id"}.';
comment on column calendar_sync.ending_channels.refresh_token_secret_id is 'Id of a Vault secret, which goes with the row.';
comment on column calendar_sync.ending_channels.given_up_at is 'When the row goes, whatever is left: then the channels end by themselves.';

alter table calendar_sync.ending_channels enable row level security;

create constraint trigger wake_up_at_commit after insert on calendar_sync.ending_channels
deferrable initially deferred for each row execute function calendar_sync.wake_up_at_commit();

create function calendar_sync.forget_ending_tokens() returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
  delete from vault.secrets where id in (select old_row.refresh_token_secret_id from old_rows as old_row);
  return null;
end;
$$;

comment on function calendar_sync.forget_ending_tokens() is 'Removes the tokens with which channels were to be ended.';

create trigger forget_ending_tokens after delete on calendar_sync.ending_channels
referencing old table as old_rows
for each statement execute function calendar_sync.forget_ending_tokens();

create function calendar_sync.end_channels_later(p_integration public.calendar_integrations) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  -- An erased user's token does not stay for longer.
  v_kept_for constant interval := interval '1 hour';
  v_channels jsonb;
  v_refresh_token text;
begin
  if p_integration.status = 'disconnected' then
    return;
  end if;
  select jsonb_agg(jsonb_build_object('channel_id', channel.id, 'resource_id', channel.resource_id)) into v_channels
  from calendar_sync.channels as channel
  where channel.integration_id = p_integration.id and channel.state <> 'failed' and coalesce(channel.expires_at > now(), true);
  if v_channels is null then
    return;
  end if;
  v_refresh_token := calendar_sync.read_secret(p_integration.refresh_token_secret_id);
  if v_refresh_token is not null then
    insert into calendar_sync.ending_channels (provider, channels, refresh_token_secret_id, given_up_at)
    values (p_integration.provider, v_channels,
      calendar_sync.store_secret(null, v_refresh_token, 'calendar_sync: ends push channels'), now() + v_kept_for);
  end if;
end;
$$;

comment on function calendar_sync.end_channels_later(public.calendar_integrations) is
  'Has the open channels of an integration that is about to go ended by the worker, with a copy of its refresh token that stays for an hour at most.';

-- Before its tokens and channels go with it.
create function calendar_sync.integration_goes() returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform calendar_sync.end_channels_later(old);
  return old;
end;
$$;

comment on function calendar_sync.integration_goes() is 'Has the open channels of an integration that is deleted ended.';

create trigger integration_goes before delete on public.calendar_integrations
for each row execute function calendar_sync.integration_goes();

create function calendar_sync.ending_channels_are_due() returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  return exists (select from calendar_sync.ending_channels where next_attempt_at <= now());
end;
$$;

comment on function calendar_sync.ending_channels_are_due() is 'Whether channels of integrations that have gone are to be ended now.';

create function public.calendar_claim_ending_channels() returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_a_claim constant integer := 10;
  v_every constant interval := interval '1 minute';
  v_claimed jsonb;
begin
  with due as (
    select ending.id from calendar_sync.ending_channels as ending
    where ending.next_attempt_at <= now() order by ending.next_attempt_at limit v_a_claim for update skip locked
  ), claimed as (
    update calendar_sync.ending_channels as ending set next_attempt_at = now() + v_every
    from due where ending.id = due.id returning ending.*
  )
  select coalesce(jsonb_agg(jsonb_build_object('id', claimed.id, 'provider', claimed.provider, 'channels', claimed.channels,
    'refresh_token', calendar_sync.read_secret(claimed.refresh_token_secret_id))), '[]') into v_claimed
  from claimed;
  return v_claimed;
end;
$$;

comment on function public.calendar_claim_ending_channels() is
  'Channels of integrations that have gone, for the worker to end: up to ten times {"id", "provider", "channels", "refresh_token"}. What is not told to calendar_forget_ending_channels is handed out again after a minute.';

create function public.calendar_forget_ending_channels(p_ids uuid[]) returns void
language sql volatile security definer set search_path = ''
as $$ delete from calendar_sync.ending_channels where id = any (p_ids) $$;

comment on function public.calendar_forget_ending_channels(uuid[]) is 'Forgets channels that were ended, and their tokens.';
