-- Providers, one row each: what is connected how, what their quotas allow, and whether they can be reached. What the database
-- checks about providers it reads from here.

create table calendar_sync.providers (
  name text primary key check (name ~ '^[a-z][a-z0-9_]*$'),
  label text not null,
  credential text not null check (credential in ('oauth', 'password')),
  account_calls integer not null check (account_calls > 0),
  account_window interval not null check (account_window > interval '0'),
  project_calls integer check (project_calls > 0),
  project_window interval check (project_window > interval '0'),
  sync_share numeric not null default 0.95 check (sync_share > 0 and sync_share <= 1),
  project_sync_share numeric not null default 0.9 check (project_sync_share > 0 and project_sync_share <= 1),
  user_share numeric not null default 0.25 check (user_share > 0 and user_share <= 1),
  idle_limit interval,
  listings_lag boolean not null default true,
  quota_until timestamptz,
  unreachable uuid[] not null default '{}',
  open_since timestamptz,
  probe_at timestamptz,
  probe_interval interval not null default '5 seconds',
  check ((project_calls is null) = (project_window is null))
);

comment on table calendar_sync.providers is
  'Calendar providers. Change a row when a provider raises a quota for your project.';
comment on column calendar_sync.providers.label is 'What people call it.';
comment on column calendar_sync.providers.credential is 'How an account is connected: oauth or password.';
comment on column calendar_sync.providers.account_calls is 'Calls that the provider allows one account within account_window.';
comment on column calendar_sync.providers.project_calls is 'Calls for all accounts together within project_window. Null: no such quota.';
comment on column calendar_sync.providers.sync_share is 'The share of an account''s calls that syncing may use. The rest is for people who click.';
comment on column calendar_sync.providers.project_sync_share is 'The same for the calls of all accounts together.';
comment on column calendar_sync.providers.user_share is
  'Of the calls of all accounts together the share that syncing of one user may use, whatever accounts the user has, while others wait.';
comment on column calendar_sync.providers.idle_limit is
  'A refresh token that nobody used for so long is used once, before the provider ends it. Null: tokens do not end.';
comment on column calendar_sync.providers.listings_lag is
  'A listing may show an event as it was before our last write. Where it cannot, a version that comes back is an edit.';
comment on column calendar_sync.providers.quota_until is 'The quota of all accounts together is spent until then.';
comment on column calendar_sync.providers.unreachable is
  'Integrations whose last run could not reach the provider, since the last run that could. Five open the circuit breaker.';
comment on column calendar_sync.providers.open_since is 'The circuit breaker is open: one lane at a time tries the provider. Null: it is closed.';
comment on column calendar_sync.providers.probe_at is 'When the next lane may try while the circuit breaker is open.';
comment on column calendar_sync.providers.probe_interval is 'How long to wait between two such tries.';

alter table calendar_sync.providers enable row level security;

-- Google: projects since May 2026, per minute; it ends a refresh token after six idle months. Graph: per mailbox in 10 minutes,
-- per application in 10 seconds; Entra ends a refresh token after 90 idle days. CalDAV: no server publishes a quota, so it is what
-- servers have been seen to bear; a password does not end. They list the files themselves, and many make a version of what is in a
-- file: the same move made twice has the same one.
insert into calendar_sync.providers
  (name, label, credential, account_calls, account_window, project_calls, project_window, idle_limit, listings_lag)
values
  ('google', 'Google', 'oauth', 600, '1 minute', 10000, '1 minute', '150 days', true),
  ('outlook', 'Outlook', 'oauth', 10000, '10 minutes', 130000, '10 seconds', '60 days', true),
  ('caldav', 'CalDAV', 'password', 240, '1 minute', null, null, null, false);

-- A sliding window, one row for each batch. A counter would be updated by everybody, and a bucket that refills would let twice
-- its size through within one window.
create table calendar_sync.provider_calls (
  id bigint generated always as identity primary key,
  provider text not null,
  integration_id uuid not null,
  calls integer not null,
  at timestamptz not null default clock_timestamp()
);

comment on table calendar_sync.provider_calls is
  'Calls made to providers, or reserved for a batch that runs. No foreign key: calls of a removed integration count too.';
create index provider_calls_integration_idx on calendar_sync.provider_calls (integration_id, at) include (calls);
create index provider_calls_project_idx on calendar_sync.provider_calls (provider, at) include (calls);

alter table calendar_sync.provider_calls enable row level security;

create function calendar_sync.count_calls(p_provider text, p_integration_id uuid, p_calls integer) returns bigint
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_id bigint;
begin
  if p_calls > 0 then
    insert into calendar_sync.provider_calls (provider, integration_id, calls)
    values (p_provider, p_integration_id, p_calls) returning id into v_id;
  end if;
  return v_id;
end;
$$;

comment on function calendar_sync.count_calls(text, uuid, integer) is
  'Counts calls against the quotas of an account and its provider. Returns the id of the row; null for no calls.';

create function calendar_sync.quota_of(p_provider text, p_integration_id uuid) returns table (
  scope text, allowed integer, window_length interval, used integer, left_for_people integer, left_for_syncing integer,
  more_at timestamptz
)
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
begin
  return query
  select quota.scope, quota.calls, quota.window_length, recent.used, greatest(quota.calls - recent.used, 0),
    greatest(floor(quota.calls * quota.share)::integer - recent.used, 0), recent.oldest_at + quota.window_length
  from calendar_sync.providers as provider
  cross join lateral (values
    ('account', provider.account_calls, provider.account_window, provider.sync_share),
    ('project', provider.project_calls, provider.project_window, provider.project_sync_share)
  ) as quota (scope, calls, window_length, share)
  cross join lateral (
    select coalesce(sum(counted.calls), 0)::integer as used, min(counted.at) as oldest_at
    from (
      select call.calls, call.at from calendar_sync.provider_calls as call
      where quota.scope = 'account' and call.integration_id = p_integration_id
        and call.at > clock_timestamp() - quota.window_length
      union all
      select call.calls, call.at from calendar_sync.provider_calls as call
      where quota.scope = 'project' and call.provider = provider.name
        and call.at > clock_timestamp() - quota.window_length
    ) as counted
  ) as recent
  where provider.name = p_provider and quota.calls is not null;
end;
$$;

comment on function calendar_sync.quota_of(text, uuid) is
  'The quotas of an account and of its provider''s project: what is used and left. more_at: when the oldest calls leave the window.';

-- Where each account may be on another server, one that is down says nothing of the others.
create table calendar_sync.server_breakers (
  provider text not null,
  server text not null,
  unreachable uuid[] not null,
  open_since timestamptz,
  probe_at timestamptz,
  primary key (provider, server)
);

comment on table calendar_sync.server_breakers is
  'Circuit breakers of servers that users named, as the columns of calendar_sync.providers: a row while one could not be reached.';
comment on column calendar_sync.server_breakers.server is 'Its origin, as in public.calendar_integrations.';

alter table calendar_sync.server_breakers enable row level security;

create function calendar_sync.record_server_reach(p_integration_id uuid, p_provider text, p_server text, p_reached boolean) returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_accounts_until_open constant integer := 5;
  v_probe_interval constant interval := interval '5 seconds';
  v_was_open boolean;
  v_is_open boolean;
begin
  if p_reached then
    delete from calendar_sync.server_breakers where provider = p_provider and server = p_server
    returning open_since is not null into v_was_open;
    return case when v_was_open then 'closed' end;
  end if;
  insert into calendar_sync.server_breakers as breaker (provider, server, unreachable)
  values (p_provider, p_server, array[p_integration_id])
  on conflict (provider, server) do update
  set unreachable = breaker.unreachable || p_integration_id,
    open_since = case when cardinality(breaker.unreachable) + 1 >= v_accounts_until_open then now() end,
    probe_at = case when cardinality(breaker.unreachable) + 1 >= v_accounts_until_open then now() + v_probe_interval end
  where breaker.open_since is null and p_integration_id <> all (breaker.unreachable)
  returning breaker.open_since is not null into v_is_open;
  return case when v_is_open then 'opened' end;
end;
$$;

comment on function calendar_sync.record_server_reach(uuid, text, text, boolean) is
  'calendar_sync.record_reach for one server.';

create function calendar_sync.server_wait(p_provider text, p_server text) returns timestamptz
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_probe_interval constant interval := interval '5 seconds';
  -- Not all of its calendars at once.
  v_spread constant interval := interval '20 seconds';
  v_probe_at timestamptz;
begin
  select probe_at into v_probe_at from calendar_sync.server_breakers
  where provider = p_provider and server = p_server and open_since is not null;
  if not found then
    return null;
  end if;
  perform from calendar_sync.server_breakers
  where provider = p_provider and server = p_server and probe_at <= now() for update skip locked;
  if not found then
    return greatest(v_probe_at, now()) + random() * v_spread;
  end if;
  update calendar_sync.server_breakers set probe_at = now() + v_probe_interval
  where provider = p_provider and server = p_server;
  return null;
end;
$$;

comment on function calendar_sync.server_wait(text, text) is
  'Until when a calendar of this server has to wait, since its circuit breaker is open. Null: it may be worked, one at a time in order to try.';

-- Written only when something changes: while all is well this row is read and not written.
create function calendar_sync.record_reach(p_integration_id uuid, p_provider text, p_reached boolean) returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_accounts_until_open constant integer := 5;
  v_was_open boolean;
  v_is_open boolean;
  v_server constant text := (select server from public.calendar_integrations where id = p_integration_id);
begin
  if v_server is not null then
    return calendar_sync.record_server_reach(p_integration_id, p_provider, v_server, p_reached);
  end if;
  if p_reached then
    update calendar_sync.providers as provider
    set unreachable = '{}', open_since = null, probe_at = null
    from calendar_sync.providers as before
    where provider.name = p_provider and before.name = p_provider
      and (provider.unreachable <> '{}' or provider.open_since is not null)
    returning before.open_since is not null into v_was_open;
    return case when v_was_open then 'closed' end;
  end if;
  update calendar_sync.providers as provider
  set unreachable = provider.unreachable || p_integration_id,
    open_since = case when cardinality(provider.unreachable) + 1 >= v_accounts_until_open then now() end,
    probe_at = case when cardinality(provider.unreachable) + 1 >= v_accounts_until_open then now() + provider.probe_interval end
  where provider.name = p_provider and provider.open_since is null and p_integration_id <> all (provider.unreachable)
  returning provider.open_since is not null into v_is_open;
  return case when v_is_open then 'opened' end;
end;
$$;

comment on function calendar_sync.record_reach(uuid, text, boolean) is
  'Records whether a run reached its provider. Five integrations in a row that did not open the circuit breaker; one that did closes it. Returns opened, closed, or null where it stays as it was. Where accounts are on servers that their users named, each server has its own.';
