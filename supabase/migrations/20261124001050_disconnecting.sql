-- Disconnecting an account: what is forgotten, what is kept for a later connection, and whether the grant may end.

create table calendar_sync.kept_calendars (
  user_id uuid not null references auth.users (id) on delete cascade,
  provider text not null,
  account_id text not null,
  calendar_id text not null,
  calendar_name text,
  calendar_role text not null,
  primary key (user_id, provider, account_id)
);

comment on table calendar_sync.kept_calendars is
  'Calendars whose events a user kept when disconnecting, so that connecting again adopts them.';

alter table calendar_sync.kept_calendars enable row level security;

create table calendar_sync.kept_events (
  user_id uuid not null,
  provider text not null,
  account_id text not null,
  obligation_id uuid not null,
  calendar_id text not null,
  external_event_id text not null,
  etag text,
  deadline_hash text not null,
  content_hash text not null,
  primary key (user_id, provider, account_id, obligation_id),
  foreign key (user_id, provider, account_id)
    references calendar_sync.kept_calendars (user_id, provider, account_id) on delete cascade
);

comment on table calendar_sync.kept_events is
  'The mappings of kept calendars: connecting again goes on from them, so that no event is doubled and none is forgotten.';

alter table calendar_sync.kept_events enable row level security;

create table calendar_sync.kept_attempts (
  user_id uuid not null,
  provider text not null,
  account_id text not null,
  obligation_id uuid not null,
  attempted_in text[] not null,
  primary key (user_id, provider, account_id, obligation_id),
  foreign key (user_id, provider, account_id)
    references calendar_sync.kept_calendars (user_id, provider, account_id) on delete cascade
);

comment on table calendar_sync.kept_attempts is
  'What was being written when a user disconnected and kept the events: it may be there, though no mapping says so.';

alter table calendar_sync.kept_attempts enable row level security;

-- The refresh token is returned only when nobody else here uses the account: revoking ends every grant that the
-- account gave to the same provider project.
create function calendar_sync.remove_integration(p_integration_id uuid) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_integration public.calendar_integrations;
  v_account_id text;
  v_refresh_token text;
begin
  select * into v_integration from public.calendar_integrations where id = p_integration_id for update;
  v_account_id := coalesce(v_integration.account_id, (
    select account_id from calendar_sync.connections where integration_id = p_integration_id limit 1
  ));
  if not exists (
    select from public.calendar_integrations
    where provider = v_integration.provider and account_id = v_account_id and id <> p_integration_id
  ) then
    v_refresh_token := coalesce(
      calendar_sync.read_secret(v_integration.refresh_token_secret_id),
      (select calendar_sync.read_secret(refresh_token_secret_id) from calendar_sync.connections
        where integration_id = p_integration_id and refresh_token_secret_id is not null limit 1)
    );
  end if;
  delete from calendar_sync.connections where integration_id = p_integration_id;
  delete from public.calendar_integrations where id = p_integration_id;
  return jsonb_build_object('kind', 'removed', 'provider', v_integration.provider, 'account_id', v_account_id,
    'refresh_token', v_refresh_token);
end;
$$;

comment on function calendar_sync.remove_integration(uuid) is 'Removes an integration with its tokens; says whether the grant may be revoked.';

create function calendar_sync.keep_events(p_integration_id uuid) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_integration public.calendar_integrations;
begin
  select * into v_integration from public.calendar_integrations where id = p_integration_id;
  if v_integration.calendar_id is not null then
    insert into calendar_sync.kept_calendars
    values (v_integration.user_id, v_integration.provider, v_integration.account_id, v_integration.calendar_id,
      v_integration.calendar_name, v_integration.calendar_role)
    on conflict (user_id, provider, account_id) do update
    set calendar_id = excluded.calendar_id, calendar_name = excluded.calendar_name, calendar_role = excluded.calendar_role;
    insert into calendar_sync.kept_events
    select v_integration.user_id, v_integration.provider, v_integration.account_id, obligation_id, calendar_id,
      external_event_id, etag, deadline_hash, content_hash
    from public.calendar_event_mappings where integration_id = p_integration_id
    on conflict do nothing;
    insert into calendar_sync.kept_attempts
    select v_integration.user_id, v_integration.provider, v_integration.account_id, obligation_id, attempted_in
    from calendar_sync.jobs where integration_id = p_integration_id and attempted_in <> '{}'
    on conflict do nothing;
  end if;
end;
$$;

comment on function calendar_sync.keep_events(uuid) is
  'Remembers which events stay in the calendar of an account that is about to go, so that connecting it again goes on from there.';

create function public.calendar_begin_disconnect(p_user_id uuid, p_integration_id uuid, p_events text) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_integration public.calendar_integrations;
begin
  perform calendar_sync.act_for(p_user_id);
  select * into v_integration from public.calendar_integrations
  where id = p_integration_id and user_id = p_user_id for no key update;
  if not found then
    return null;
  end if;
  if p_events = 'remove' and v_integration.status <> 'pending_confirmation' then
    if v_integration.status = 'disconnected' then
      return jsonb_build_object('kind', 'reconnect_needed');
    end if;
    update public.calendar_integrations set status = 'disconnecting', last_error = null where id = p_integration_id;
    return jsonb_build_object('kind', 'draining', 'provider', v_integration.provider, 'account_id', v_integration.account_id);
  end if;
  perform calendar_sync.keep_events(p_integration_id);
  return calendar_sync.remove_integration(p_integration_id);
end;
$$;

comment on function public.calendar_begin_disconnect(uuid, uuid, text) is
  'Disconnects: at once where the events are kept, else once the worker has removed them.';

revoke execute on function public.calendar_begin_disconnect(uuid, uuid, text) from public, anon, authenticated, service_role;
grant execute on function public.calendar_begin_disconnect(uuid, uuid, text) to service_role;
