-- Made from supabase/schemas by npm run generate. Change those, not this.

-- schemas/005_extensions.sql

-- What the calendar sync stands on. Hosted Supabase has all three.

create extension if not exists pg_net with schema extensions;
create extension if not exists supabase_vault with schema vault;
create extension if not exists pg_cron with schema pg_catalog;

-- schemas/010_deadlines.sql

-- What the calendar sync knows of an obligation: a deadline, as one recipient's calendar shows it.

create schema calendar_sync;
comment on schema calendar_sync is 'Calendar sync: the outbox, lanes, jobs and everything behind them. Not exposed by the Data API.';
grant usage on schema calendar_sync to authenticated, service_role;

create type calendar_sync.deadline as (
  obligation_id uuid,
  recipient_id uuid,
  title text,
  description text,
  obligation_type text,
  status text,
  deadline_date date,
  deadline_at timestamptz,
  time_zone text,
  url text
);

comment on type calendar_sync.deadline is
  'An obligation as one recipient''s calendar shows it. status is open, completed or cancelled.';

create function calendar_sync.due_text(deadline_date date, deadline_at timestamptz) returns text
language plpgsql stable security invoker set search_path = ''
as $$
begin
  return case
    when deadline_date between date '0001-01-01' and date '9999-12-31' then to_char(deadline_date, 'YYYY-MM-DD')
    when deadline_at between timestamptz '0001-01-01 00:00:00+00' and timestamptz '9999-12-31 23:59:59.999999+00'
      then to_char(deadline_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
  end;
end;
$$;

comment on function calendar_sync.due_text(date, timestamptz) is
  'A deadline as the Calendar API prints it: a date, or an instant in UTC (RFC 3339). Null for none, and for one that RFC 3339 cannot write.';

create function calendar_sync.shown_url(url text) returns text
language sql immutable security invoker set search_path = ''
as $$ select case when url ~* '^https?:' and length(url) <= 2000 then url end $$;

comment on function calendar_sync.shown_url(text) is 'Where the host shows an obligation, as far as a page may link to it.';

-- schemas/015_version.sql

-- Made from package.json by npm run generate. Change that, not this.

create function calendar_sync.version() returns text
language sql immutable security invoker set search_path = ''
as $$ select '0.1.0' $$;

comment on function calendar_sync.version() is 'The version of EcoComply calendar that this database has.';

-- schemas/020_causes.sql

-- Who or what caused a change, and by which request. It is read where the change is made and travels with the work: from the
-- row in the outbox through job and worker to the row of activity. Every write of an obligation asks for it, so it is plpgsql,
-- which a session plans once: as SQL it took 200 µs longer.

create function calendar_sync.request_id() returns text
language plpgsql stable security invoker set search_path = ''
as $$
declare
  v_headers constant text := nullif(current_setting('request.headers', true), '');
  v_id text;
begin
  if v_headers is not null then
    v_id := v_headers::jsonb ->> 'x-request-id';
  end if;
  return case when v_id ~ '^[A-Za-z0-9._-]{1,64}$' then v_id end;
end;
$$;

comment on function calendar_sync.request_id() is
  'The x-request-id of the call that this transaction serves; null where there is none, or none that is fit for a log.';

-- A caller with the secret key may do everything, so we believe it when it says for whom it acts.
create function calendar_sync.caused_by() returns text
language plpgsql stable security invoker set search_path = ''
as $$
declare
  v_said constant text := nullif(current_setting('calendar_sync.caused_by', true), '');
  v_claims constant text := nullif(current_setting('request.jwt.claims', true), '');
  v_headers text;
begin
  if v_said is not null then
    return v_said;
  end if;
  if auth.uid() is not null then
    return 'user:' || auth.uid();
  end if;
  if v_claims is not null and v_claims::jsonb ->> 'role' = 'service_role' then
    v_headers := nullif(current_setting('request.headers', true), '');
    return coalesce('user:' || substring(v_headers::jsonb ->> 'x-on-behalf-of'
      from '^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$'), 'service');
  end if;
  return 'database:' || session_user;
end;
$$;

comment on function calendar_sync.caused_by() is
  'Who acts: user:<id> through an API, also where a function with a secret key says in x-on-behalf-of that it acts for one; else service with a secret key, database:<role> with SQL, or what the setting calendar_sync.caused_by says.';

create function calendar_sync.cause(p_by text default null) returns jsonb
language plpgsql stable security invoker set search_path = ''
as $$
begin
  -- A write by plain SQL: no API has said anything of its caller. Asking three settings instead of six saves 20 µs.
  if p_by is null and coalesce(current_setting('request.jwt.claims', true), '') = ''
    and coalesce(current_setting('request.jwt.claim.sub', true), '') = ''
    and coalesce(current_setting('request.headers', true), '') = ''
  then
    return jsonb_build_object('by',
      coalesce(nullif(current_setting('calendar_sync.caused_by', true), ''), 'database:' || session_user), 'request_id', null);
  end if;
  return jsonb_build_object('by', coalesce(p_by, calendar_sync.caused_by()), 'request_id', calendar_sync.request_id());
end;
$$;

comment on function calendar_sync.cause(text) is
  'The cause that a change or a job carries: who or what caused it (p_by instead of the caller where it is given), and the request. Call it once a statement, not once a row.';

create function calendar_sync.act_as(p_by text) returns text
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  v_before constant text := coalesce(current_setting('calendar_sync.caused_by', true), '');
begin
  perform set_config('calendar_sync.caused_by', p_by, true);
  return v_before;
end;
$$;

comment on function calendar_sync.act_as(text) is
  'Sets the cause for the rest of the transaction; an empty text means the caller again. Returns the cause before, to be set back afterwards.';

create function calendar_sync.act_for(p_user_id uuid) returns void
language plpgsql volatile security invoker set search_path = ''
as $$
begin
  if coalesce(current_setting('calendar_sync.caused_by', true), '') = '' then
    perform calendar_sync.act_as('user:' || p_user_id);
  end if;
end;
$$;

comment on function calendar_sync.act_for(uuid) is
  'act_as this user, unless a cause is set already: an administrator may act for a user.';

create function calendar_sync.cause_for(p_caused_by text, p_user_id uuid) returns text
language sql immutable security invoker set search_path = ''
as $$
  select case
    when p_caused_by = 'user:' || p_user_id then 'you'
    when p_caused_by like 'user:%' then 'another_user'
    else split_part(p_caused_by, ':', 1)
  end
$$;

comment on function calendar_sync.cause_for(text, uuid) is
  'A cause as this user may read it: you, another_user, or the kind of cause. Ids and logins are for administrators.';

grant execute on function calendar_sync.request_id(), calendar_sync.caused_by() to authenticated, service_role;

-- schemas/025_providers.sql

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

-- schemas/030_integrations.sql

-- One integration is one account at one provider that a user connected. Its tokens are in Vault; here are their ids.
--
-- A removed integration stays as a row with removed_at, without credentials, for as long as events of ours may be in its
-- calendar, or an administrator keeps it paused. Connecting the account again revives it. Until then policies, limits and triggers
-- ignore it.

create function calendar_sync.default_settings() returns jsonb
language sql immutable security invoker set search_path = ''
as $$
  select '{"reminders_minutes": [10080, 1440], "all_day_reminder_time": "09:00", "completed_events": "keep", "obligation_types": null, "title_template": "{title}", "calendar_edits": "restore"}'::jsonb
$$;

comment on function calendar_sync.default_settings() is 'Of a calendar for which nothing else was chosen.';

-- A row that was written before a setting came to be lacks it.
create function calendar_sync.complete_settings(settings jsonb) returns jsonb
language plpgsql immutable security invoker set search_path = ''
as $$
begin
  return calendar_sync.default_settings() || settings;
end;
$$;

comment on function calendar_sync.complete_settings(jsonb) is
  'The settings of an integration, with the default for each that is missing. Whoever reads settings reads them this way.';

create table public.calendar_integrations (
  id uuid primary key default gen_random_uuid(),
  user_id uuid references auth.users (id) on delete set null,
  provider text not null references calendar_sync.providers (name),
  account_id text,
  account_email text,
  server text,
  access text not null default 'dedicated' check (access in ('dedicated', 'existing')),
  scopes text[] not null default '{}',
  status text not null default 'active' check (status in ('active', 'disconnected', 'paused', 'disconnecting')),
  last_error jsonb,
  paused_by_admin text,
  calendar_id text,
  calendar_name text,
  calendar_role text not null default 'other' check (calendar_role in ('own', 'primary', 'other')),
  own_calendar_id text,
  sync_enabled boolean not null default true,
  settings jsonb not null default calendar_sync.default_settings(),
  refresh_token_secret_id uuid,
  access_token_secret_id uuid,
  token_expires_at timestamptz,
  token_refreshed_at timestamptz,
  sign_in_refused_at timestamptz,
  last_synced_at timestamptz,
  deleted_user_id uuid,
  removed_at timestamptz,
  remove_by timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint calendar_integrations_removed check (removed_at is null or status = 'disconnected'
    and num_nonnulls(account_email, refresh_token_secret_id, access_token_secret_id, token_expires_at) = 0)
);

comment on table public.calendar_integrations is 'Calendar accounts that users connected.';
comment on column public.calendar_integrations.user_id is 'Null once the user is deleted: then its events are removed until remove_by.';
comment on column public.calendar_integrations.account_id is
  'The provider''s own id of the account; it outlives its e-mail address.';
comment on column public.calendar_integrations.server is
  'The origin of the server, where an account is on one that its user named. Null: the provider has one for all.';
comment on column public.calendar_integrations.access is 'dedicated: a calendar of our own; existing: also the user''s other ones.';
comment on column public.calendar_integrations.last_error is 'Why it does not sync: {"code", "message", "details"?}. Null while all is well.';
comment on column public.calendar_integrations.paused_by_admin is
  'Why an administrator paused it; empty: the administrator gave no reason. Null: no administrator did. While it is set, the status is never active.';
comment on column public.calendar_integrations.calendar_role is
  'own: we made the calendar, so we may delete it. primary: the account''s default one, whose id Outlook changes. other: one that the user had.';
comment on column public.calendar_integrations.settings is
  'reminders_minutes: at most five, of 0 to 40320 minutes; all_day_reminder_time: when an all-day deadline is taken as due on its day; completed_events: keep or remove; obligation_types: which, null for all; title_template: {title}, {type}, {status} and text; calendar_edits: what becomes of a deadline that is moved in the calendar, restore, keep, ignore or accept. A setting that is missing has its default.';
comment on column public.calendar_integrations.own_calendar_id is
  'The calendar that we made for it, also while another one is chosen: it is not made twice, and Google cannot be asked for it.';
comment on column public.calendar_integrations.sync_enabled is 'The user''s switch. Off: changes wait.';
comment on column public.calendar_integrations.refresh_token_secret_id is 'Id of a Vault secret.';
comment on column public.calendar_integrations.access_token_secret_id is
  'Id of a Vault secret: what calls are made with. An access token, or a server, user name and password in JSON.';
comment on column public.calendar_integrations.token_expires_at is 'When what calls are made with ends. Null: not by itself.';
comment on column public.calendar_integrations.sign_in_refused_at is
  'When the server first refused the password since calls last succeeded. Null: it did not.';
comment on column public.calendar_integrations.token_refreshed_at is 'When the refresh token was last used. Providers end tokens that lie idle.';
comment on column public.calendar_integrations.deleted_user_id is 'Whose it was, once the user is deleted: events are tagged with it.';
comment on column public.calendar_integrations.removed_at is 'When it was removed. Null: it is connected.';
comment on column public.calendar_integrations.remove_by is 'When it goes with its secrets, whatever is left to do: set when its user is deleted.';

-- Partial, so that user_id is no key that a foreign key may name: deleting a user, which sets it to null, would keep the worker's
-- new mappings waiting.
create unique index calendar_integrations_user_idx on public.calendar_integrations (user_id, provider, account_id)
where user_id is not null;

-- "Does another integration use this account?", asked before a grant is revoked.
create index calendar_integrations_account_idx on public.calendar_integrations (provider, account_id);

-- How many there are of each kind, asked when metrics are read. A sync that succeeds changes neither column.
create index calendar_integrations_status_idx on public.calendar_integrations (provider, status) where removed_at is null;
create index calendar_integrations_error_idx on public.calendar_integrations (provider, (last_error ->> 'code'))
where last_error is not null;

-- What an administrator looks for: few among many, and written only when trouble comes or goes.
create index calendar_integrations_troubled_idx on public.calendar_integrations (id)
where removed_at is null and (last_error is not null or status <> 'active');
create index calendar_integrations_remove_by_idx on public.calendar_integrations (remove_by) where remove_by is not null;

alter table public.calendar_integrations enable row level security;

create policy "own integrations" on public.calendar_integrations for select to authenticated
using (user_id = (select auth.uid()) and removed_at is null);

revoke all on public.calendar_integrations from anon, authenticated, service_role;
-- A change has calendars looked at, so users make it with public.calendar_update_integration, which counts it.
grant select on public.calendar_integrations to authenticated, service_role;

create table public.calendar_event_mappings (
  id uuid primary key default gen_random_uuid(),
  integration_id uuid not null references public.calendar_integrations (id) on delete cascade,
  obligation_id uuid not null,
  calendar_id text not null,
  external_event_id text not null,
  etag text,
  previous_etag text,
  sent_time jsonb,
  deadline_hash text not null,
  content_hash text not null,
  synced_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (integration_id, obligation_id)
);

comment on table public.calendar_event_mappings is 'Which event stands for which obligation in which calendar.';
comment on column public.calendar_event_mappings.obligation_id is 'No foreign key: a mapping outlives its obligation until the event is gone.';
comment on column public.calendar_event_mappings.etag is 'The version that we last wrote or saw. Null: the provider has none, or any version may be overwritten.';
comment on column public.calendar_event_mappings.previous_etag is 'The version before, where calendar_sync.providers.listings_lag: a listing that was late may still show it.';
comment on column public.calendar_event_mappings.sent_time is 'When the event is, as we last sent it: an EventTime. Null: not known.';
comment on column public.calendar_event_mappings.deadline_hash is 'The hash of the deadline when it was last compared; see calendar_sync.compare.';
comment on column public.calendar_event_mappings.content_hash is 'Hash of the event as last sent, never as read back.';

-- For changes of an obligation that name no calendar.
create index calendar_event_mappings_obligation_idx on public.calendar_event_mappings (obligation_id);

-- For a listing, which knows events by their own ids. The integration is not in it: right after an import the planner would take it
-- for one that finds an obligation of an integration.
create index calendar_event_mappings_event_idx on public.calendar_event_mappings (external_event_id);

alter table public.calendar_event_mappings enable row level security;

create policy "mappings of own integrations" on public.calendar_event_mappings for select to authenticated
using (integration_id in (
  select integration.id from public.calendar_integrations as integration
  where integration.user_id = (select auth.uid()) and integration.removed_at is null
));

revoke all on public.calendar_event_mappings from anon, authenticated, service_role;
grant select on public.calendar_event_mappings to authenticated, service_role;

-- What an administrator paused stays paused: "Sync now", connecting again, the night and a worker that is just at it change
-- nothing. Its user may still leave.
create function calendar_sync.integration_before_update() returns trigger
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  v_days_to_remove_events constant integer := 7;
begin
  new.updated_at := now();
  if new.user_id is null and old.user_id is not null then
    -- With a grant the worker removes the events. Without one there is no way to them, and the next tick removes the row.
    new.status := case when new.status = 'disconnected' then 'disconnected' else 'disconnecting' end;
    new.last_error := null;
    new.paused_by_admin := null;
    new.deleted_user_id := old.user_id;
    new.remove_by := now() + make_interval(days => v_days_to_remove_events);
  end if;
  if new.paused_by_admin is not null and new.status in ('active', 'paused') then
    new.status := 'paused';
    -- The code for what only the operator can end: an active integration has it for a wrong client secret.
    new.last_error := jsonb_build_object('code', 'configuration',
      'message', 'An administrator has paused the sync of this calendar' || coalesce(': ' || nullif(new.paused_by_admin, ''), '')
        || '. It goes on once an administrator resumes it.',
      'details', jsonb_build_object('reason', new.paused_by_admin));
  end if;
  return new;
end;
$$;

comment on function calendar_sync.integration_before_update() is
  'Keeps updated_at. Keeps an integration paused while paused_by_admin is set. Begins to remove the events of a deleted user.';

create trigger integration_before_update before update on public.calendar_integrations
for each row execute function calendar_sync.integration_before_update();

create function calendar_sync.event_place(integration public.calendar_integrations, calendar_id text, event_id text) returns jsonb
language sql immutable security invoker set search_path = ''
as $$
  select case when event_id is not null and integration.removed_at is null then jsonb_build_object(
    'calendar_id', calendar_id, 'event_id', event_id, 'account_id', integration.account_id, 'account_email', integration.account_email) end
$$;

comment on function calendar_sync.event_place(public.calendar_integrations, text, text) is
  'What the address of an event''s page is made of; null where there is no event, or its account is not connected any more.';

-- An event of ours that may be in a calendar although no mapping knows it.
create table calendar_sync.leftovers (
  integration_id uuid not null references public.calendar_integrations (id) on delete cascade,
  obligation_id uuid not null,
  calendar_id text not null,
  reason text not null,
  noted_at timestamptz not null default now(),
  primary key (integration_id, obligation_id, calendar_id)
);

comment on table calendar_sync.leftovers is
  'Events of ours that may still be in a calendar although no mapping knows them: a removal was refused, or a write was interrupted when its account was removed. Each night they are tried again.';
comment on column calendar_sync.leftovers.reason is 'Why the event could not be removed, in the provider''s word; interrupted: a write had no outcome.';

alter table calendar_sync.leftovers enable row level security;

-- What an administrator may set.
create table calendar_sync.options (
  only_row boolean primary key default true check (only_row),
  deletions_free integer not null default 25 check (deletions_free >= 0),
  deletions_share numeric not null default 0.2 check (deletions_share between 0 and 1),
  activity_kept_for interval not null default '400 days' check (activity_kept_for >= interval '1 day'),
  integrations_per_user integer not null default 10 check (integrations_per_user > 0)
);

comment on table calendar_sync.options is 'What an administrator may set, in one row.';
comment on column calendar_sync.options.deletions_free is 'So many events may go from a calendar at once without a question.';
comment on column calendar_sync.options.deletions_share is 'So may this share of its events, if that is more.';
comment on column calendar_sync.options.integrations_per_user is
  'So many accounts one user may connect. Those that are connected already stay.';
comment on column calendar_sync.options.activity_kept_for is 'Older days of calendar_sync.activity are dropped.';

alter table calendar_sync.options enable row level security;

insert into calendar_sync.options default values;

-- schemas/035_outbox.sql

-- The outbox. A change says that something may differ: one obligation in one calendar, or all of a calendar. Changes are
-- appended in the transaction that makes them necessary. The next claim absorbs them into jobs. Nobody ever waits for a row of
-- another transaction to append one.
--
-- Locks are taken in one order: integration, lane, provider. Only a transaction that holds a lane's lock writes its jobs.
--
-- A function that runs with every claim or record is plpgsql even where it is one statement: a session plans it once, where a
-- function in SQL is planned at every call. It goes by index, whatever the statistics say: right after an import they still know of
-- empty tables (100 jobs: 18 ms instead of 4). And it runs without JIT: plans that avoid sequential scans look expensive, and
-- compiling them took 230 ms a claim.

create table calendar_sync.changes (
  id bigint generated always as identity,
  integration_id uuid not null,
  obligation_id uuid,
  kind text not null,
  priority smallint not null,
  cause jsonb,
  created_at timestamptz not null default now(),
  -- In the order in which they are absorbed: a person does not wait for the changes of a bulk.
  primary key (priority, id),
  -- One check, of constant arrays: PostgreSQL parses it again in every statement, and two checks of lists took 10 µs longer.
  check (case when obligation_id is null
    then kind = any ('{scan,listen,disconnect,find_orphans,keep_alive,pull,channel,reapply,test_event,retry,reschedule,allow_deletions,allow_edits}'::text[])
    else kind = any ('{event,put_back,retry}'::text[]) end)
);

comment on table calendar_sync.changes is
  'What may differ, appended by the transaction that changed it and absorbed by the next claim. No foreign key and no unique key: a write waits for nobody.';
comment on column calendar_sync.changes.obligation_id is 'Null: all of the calendar.';
comment on column calendar_sync.changes.kind is
  'The kind of job to queue; or listen: a scan that is repeated once the transactions that are open now have ended. retry: what waits or was given up is tried at once, in all of the calendar or of one obligation. put_back: the event is written as it should be, wherever its user left it. reschedule: syncing was stopped. allow_deletions: the deletions that are due now are agreed to. allow_edits: so are the edits that the next pull finds, however many.';
comment on column calendar_sync.changes.cause is 'As calendar_sync.cause says.';

create index changes_integration_idx on calendar_sync.changes (integration_id, priority, id);
alter table calendar_sync.changes enable row level security;

-- The integration's lane. It has no foreign key: one would lock the integration after the lane.
create table calendar_sync.lanes (
  integration_id uuid primary key,
  provider text not null,
  ready_at timestamptz,
  priority smallint not null default 0,
  leased_by uuid,
  leased_until timestamptz,
  lease uuid,
  recorded_lease uuid,
  attempts integer not null default 0,
  wait_until timestamptz,
  wait_reason text check (wait_reason in ('backoff', 'retry_after', 'quota', 'user_blocked')),
  batch_jobs smallint not null default 100,
  deletions_agreed boolean not null default false,
  deletions_allowed integer not null default 0,
  check ((wait_until is null) = (wait_reason is null))
) with (fillfactor = 70);

comment on table calendar_sync.lanes is 'One lane for each integration: which worker has it, and from when on it may be worked.';
comment on column calendar_sync.lanes.ready_at is
  'From when on a worker may claim it: its next work, after any lease and wait. Null: nothing to do. Kept by calendar_sync.reschedule.';
comment on column calendar_sync.lanes.priority is 'Of the most urgent work at ready_at. 0: a person waits. 1: bulk. 2: sweep.';
comment on column calendar_sync.lanes.leased_by is 'The worker that works this lane alone until leased_until.';
comment on column calendar_sync.lanes.lease is
  'The latest claim. A call about an earlier claim, or about one whose answer was lost, is ignored.';
comment on column calendar_sync.lanes.recorded_lease is 'The latest claim whose outcome was recorded: a repeated record is ignored.';
comment on column calendar_sync.lanes.attempts is 'Runs in a row that achieved nothing.';
comment on column calendar_sync.lanes.wait_reason is
  'backoff: our own, ended by "Sync now". retry_after: the provider asked for it. quota: our share of the account''s calls, or the user''s of the project''s, is spent. user_blocked: its user is banned or soft-deleted.';
comment on column calendar_sync.lanes.batch_jobs is
  'Jobs of the next batch. It grows while batches are quick: progress shows early, and bulk needs few round trips.';
comment on column calendar_sync.lanes.deletions_agreed is
  'Its user agreed to the deletions that are due when they are next counted, however many.';
comment on column calendar_sync.lanes.deletions_allowed is 'So many deletions were agreed to; 0 again once nothing is left to do.';

alter table calendar_sync.lanes enable row level security;

-- A claim reads the heads of these queues and nothing else, however many lanes and jobs there are.
create index lanes_ready_idx on calendar_sync.lanes (provider, priority, ready_at) where ready_at is not null;
create index lanes_leased_by_idx on calendar_sync.lanes (leased_by) where leased_by is not null;

create table calendar_sync.jobs (
  integration_id uuid not null references public.calendar_integrations (id) on delete cascade,
  kind text not null check (kind in ('event', 'scan', 'find_orphans', 'keep_alive', 'disconnect', 'pull', 'channel', 'reapply', 'test_event')),
  obligation_id uuid,
  version bigint not null default 1,
  priority smallint not null default 0,
  run_at timestamptz not null default now(),
  attempts integer not null default 0,
  attempted_in text[] not null default '{}',
  attempted_version bigint,
  cursor jsonb,
  failed_at timestamptz,
  last_error text,
  cause jsonb,
  created_at timestamptz not null default now(),
  unique nulls not distinct (integration_id, obligation_id, kind),
  check ((kind = 'event') = (obligation_id is not null))
-- A claim marks every job that it takes: where there is room on the page, no index has to know.
) with (fillfactor = 60);

comment on table calendar_sync.jobs is
  'What is to be done in a calendar, by kind. event: bring one obligation into line. scan: queue an event job for everything that differs. find_orphans: look for events of ours that no mapping knows. keep_alive: use the refresh token once. disconnect: the last step of leaving. pull: read what its user changed in the calendar. channel: make, renew or end the provider''s push channel. reapply: set the reminders of its events to those of the settings. test_event: write the test event, or remove it.';
comment on column calendar_sync.jobs.version is 'Raised by every change. An outcome removes the job only if its version is still the claimed one.';
comment on column calendar_sync.jobs.priority is '0: a person waits. 1: bulk. 2: sweep.';
comment on column calendar_sync.jobs.attempted_in is
  'Calendars for which a worker took the job without a recorded outcome: an event may be there that no mapping knows.';
comment on column calendar_sync.jobs.attempted_version is
  'The version of the job at the first of these attempts. While it is still this one, all of them were of what is wanted now.';
comment on column calendar_sync.jobs.cursor is
  'How far a scan has come: after, the last obligation''s id. listens: transactions that are open when it begins could not know of the calendar, so it is repeated. repeat_after: the first transaction that could. waits_for: the scan is over and is repeated when all transactions before this one have ended. Of reapply: after, the last obligation whose event is done.';
comment on column calendar_sync.jobs.failed_at is 'Given up until the obligation changes or somebody asks.';
comment on column calendar_sync.jobs.cause is 'Of the last change that made it necessary. Trying again is no change.';

create index jobs_due_idx on calendar_sync.jobs (integration_id, priority, run_at) where failed_at is null;
create index jobs_failed_idx on calendar_sync.jobs (integration_id, failed_at) where failed_at is not null;
create index jobs_troubled_idx on calendar_sync.jobs (created_at) where attempts > 0 or failed_at is not null;
alter table calendar_sync.jobs enable row level security;

create table calendar_sync.incidents (
  id bigint generated always as identity primary key,
  kind text not null check (kind in ('enqueue', 'wake_up', 'stalled', 'claim', 'erasure', 'webhooks', 'step', 'watch')),
  sqlstate text not null,
  message text not null,
  obligation_ids uuid[],
  repaired_at timestamptz,
  created_at timestamptz not null default now()
);

comment on table calendar_sync.incidents is
  'What went wrong inside a transaction without disturbing it. The tick repairs lost changes.';
comment on column calendar_sync.incidents.obligation_ids is 'The obligations whose change was lost. Null: it concerns none, or all.';
create index incidents_open_idx on calendar_sync.incidents (id) where repaired_at is null;
create index incidents_created_idx on calendar_sync.incidents (created_at);
alter table calendar_sync.incidents enable row level security;

create function calendar_sync.note_incident(p_kind text, p_sqlstate text, p_message text, p_obligation_ids uuid[] default null)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  insert into calendar_sync.incidents (kind, sqlstate, message, obligation_ids)
  values (p_kind, p_sqlstate, left(p_message, 500), p_obligation_ids);
exception when others then
  raise warning 'calendar_sync: % failed (% %) and could not be recorded: %', p_kind, p_sqlstate, p_message, sqlerrm;
end;
$$;

comment on function calendar_sync.note_incident(text, text, text, uuid[]) is 'Records a failure; never fails itself.';

create function calendar_sync.note_incident_hourly(p_kind text, p_of text, p_sqlstate text, p_message text) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if not exists (
    select from calendar_sync.incidents
    where created_at > now() - interval '1 hour' and kind = p_kind and starts_with(message, p_of || ': ')
  ) then
    perform calendar_sync.note_incident(p_kind, p_sqlstate, p_of || ': ' || p_message);
  end if;
end;
$$;

comment on function calendar_sync.note_incident_hourly(text, text, text, text) is
  'Records a failure of what every tick tries again, once an hour. p_of: what failed.';

create function calendar_sync.append_changes(
  p_integration_ids uuid[], p_kind text, p_priority integer, p_cause jsonb default calendar_sync.cause()
) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  insert into calendar_sync.changes (integration_id, kind, priority, cause)
  select id, p_kind, p_priority, p_cause from unnest(p_integration_ids) as id;
end;
$$;

comment on function calendar_sync.append_changes(uuid[], text, integer, jsonb) is 'Appends a change of whole calendars.';

-- 100: measured, from there on a scan is cheaper than the jobs, for the writer and for the worker.
create function calendar_sync.append_event_changes(
  p_integration_ids uuid[], p_obligation_ids uuid[], p_priority integer default 0, p_cause jsonb default calendar_sync.cause()
) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_events_max constant integer := 100;
begin
  if cardinality(p_integration_ids) <= v_events_max then
    insert into calendar_sync.changes (integration_id, obligation_id, kind, priority, cause)
    select pair.integration_id, pair.obligation_id, 'event', p_priority, p_cause
    from unnest(p_integration_ids, p_obligation_ids) as pair (integration_id, obligation_id);
    return;
  end if;
  with pair as materialized (
    select each.integration_id, each.obligation_id
    from unnest(p_integration_ids, p_obligation_ids) as each (integration_id, obligation_id)
  ), bulk as materialized (
    select integration_id from pair group by integration_id having count(*) > v_events_max
  )
  insert into calendar_sync.changes (integration_id, obligation_id, kind, priority, cause)
  select pair.integration_id, pair.obligation_id, 'event', p_priority, p_cause
  from pair where pair.integration_id not in (select integration_id from bulk)
  union all
  select bulk.integration_id, null, 'scan', greatest(p_priority, 1), p_cause from bulk;
end;
$$;

comment on function calendar_sync.append_event_changes(uuid[], uuid[], integer, jsonb) is
  'Appends a change for each pair of integration and obligation; one for the whole calendar where it has more than 100.';

create function calendar_sync.append_changes_to_all(p_cause jsonb default calendar_sync.cause()) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  insert into calendar_sync.changes (integration_id, kind, priority, cause)
  select id, 'scan', 1, p_cause from public.calendar_integrations where removed_at is null;
  insert into calendar_sync.feed_changes (user_id) select user_id from calendar_sync.feed_owners;
end;
$$;

comment on function calendar_sync.append_changes_to_all(jsonb) is 'Has every calendar and every feed compared with the obligations.';

create function calendar_sync.run_now(p_integration_ids uuid[], p_everything boolean, p_obligation_id uuid default null)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_cause constant jsonb := calendar_sync.cause();
begin
  insert into calendar_sync.changes (integration_id, obligation_id, kind, priority, cause)
  select id, p_obligation_id, 'retry', 0, v_cause from unnest(p_integration_ids) as id
  union all
  select id, null, 'scan', 0, v_cause from unnest(p_integration_ids) as id where p_everything;
  return (
    select count(*) from calendar_sync.jobs
    where integration_id = any (p_integration_ids) and failed_at is not null
      and (p_obligation_id is null or obligation_id = p_obligation_id)
  );
end;
$$;

comment on function calendar_sync.run_now(uuid[], boolean, uuid) is
  'Somebody asks: our own waits end, what was given up is tried again (of one obligation, where it is given), and with p_everything the calendars are scanned. Returns how many changes had been given up. It appends and waits for nobody.';

create function calendar_sync.content_settings(settings jsonb) returns jsonb
language sql immutable security invoker set search_path = ''
as $$
  select jsonb_build_array(settings -> 'completed_events', settings -> 'obligation_types', settings -> 'title_template')
$$;

comment on function calendar_sync.content_settings(jsonb) is
  'Those of complete settings that say which events there are and what they show: a change of one acts on the events that are there.';

-- A record holds a lane and adds rows that name its integration: it would wait for a deletion that waits for the lane.
create function calendar_sync.lock_integrations(p_integration_ids uuid[]) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform from public.calendar_integrations where id = any (p_integration_ids) order by id for no key update;
  perform from calendar_sync.lanes where integration_id = any (p_integration_ids) order by integration_id for update;
end;
$$;

comment on function calendar_sync.lock_integrations(uuid[]) is
  'Waits for what workers are recording of these integrations, and keeps it waiting. Whoever deletes integrations calls it first.';

-- Every change of an integration that matters to its calendar, a person's in the dashboard too, has the calendar scanned.
create function calendar_sync.integration_changed() returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_before constant jsonb := calendar_sync.complete_settings(old.settings);
  v_settings constant jsonb := calendar_sync.complete_settings(new.settings);
begin
  if tg_op = 'DELETE' or new.removed_at is not null then
    delete from calendar_sync.lanes where integration_id = old.id;
    delete from calendar_sync.jobs where integration_id = old.id;
    delete from calendar_sync.pulls where integration_id = old.id;
    delete from calendar_sync.test_events where integration_id = old.id;
    return null;
  end if;
  if tg_op = 'INSERT' or old.removed_at is not null then
    insert into calendar_sync.lanes (integration_id, provider) values (new.id, new.provider);
    insert into calendar_sync.pulls (integration_id, next_pull_at) values (new.id, now() + calendar_sync.poll_interval(new.id));
    -- Events that were left in its calendar are looked for.
    insert into calendar_sync.changes (integration_id, obligation_id, kind, priority, cause)
    select distinct leftover.integration_id, leftover.obligation_id, 'event', 1, calendar_sync.cause('connected')
    from calendar_sync.leftovers as leftover where leftover.integration_id = new.id;
  end if;
  if new.status in ('active', 'disconnecting') and (tg_op = 'INSERT' or new.sync_enabled > old.sync_enabled
    or (new.status, new.calendar_id, calendar_sync.content_settings(v_settings), new.removed_at)
      is distinct from (old.status, old.calendar_id, calendar_sync.content_settings(v_before), old.removed_at))
  then
    perform calendar_sync.run_now(array[new.id], false);
    perform calendar_sync.append_changes(array[new.id], 'listen', 0);
    perform calendar_sync.append_changes(array[new.id], case new.status when 'active' then 'pull' else 'disconnect' end, 0);
  elsif (new.status, new.sync_enabled) is distinct from (old.status, old.sync_enabled) then
    perform calendar_sync.append_changes(array[new.id], 'reschedule', 0);
  end if;
  if new.status = 'disconnecting' then
    perform calendar_sync.end_test_event(new.id);
  end if;
  -- A user who chooses to have completed obligations removed, or fewer types, agrees to that.
  if tg_op = 'UPDATE' and new.status <> 'paused' and (
    v_settings ->> 'completed_events' = 'remove' and v_before ->> 'completed_events' = 'keep'
    or v_settings -> 'obligation_types' <> 'null'
      and (v_before -> 'obligation_types' = 'null' or not v_settings -> 'obligation_types' @> (v_before -> 'obligation_types'))
  ) then
    perform calendar_sync.append_changes(array[new.id], 'allow_deletions', 0);
  end if;
  -- A move that is not carried out yet is not accepted any more.
  if tg_op = 'UPDATE' and v_before ->> 'calendar_edits' = 'accept' and v_settings ->> 'calendar_edits' <> 'accept' then
    perform calendar_sync.put_back(edit.integration_id, edit.obligation_id)
    from calendar_sync.edits as edit where edit.integration_id = new.id and edit.is_accepted and edit.seen is not null;
  end if;
  return null;
end;
$$;

comment on function calendar_sync.integration_changed() is
  'Gives an integration its lane or takes it away, has its calendar scanned when a change asks for it, and has moves put back that are accepted in advance no more.';

create trigger integration_changed
after insert or delete or update of status, sync_enabled, calendar_id, settings, removed_at, user_id on public.calendar_integrations
for each row execute function calendar_sync.integration_changed();

create function calendar_sync.delete_tokens() returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
  delete from vault.secrets where id in (
    select unnest(array[old_row.refresh_token_secret_id, old_row.access_token_secret_id]) from old_rows as old_row
  );
  return null;
end;
$$;

comment on function calendar_sync.delete_tokens() is 'Removes the tokens of deleted integrations and flows.';

create trigger delete_tokens after delete on public.calendar_integrations
referencing old table as old_rows
for each statement execute function calendar_sync.delete_tokens();

-- schemas/040_pulls.sql

-- Pulls: a worker reads what users changed in a calendar since it was last read. A pull is queued when somebody asks, when a provider
-- says that there is news, and now and then by the tick.

create table calendar_sync.pulls (
  integration_id uuid primary key references public.calendar_integrations (id) on delete cascade,
  calendar_id text,
  cursor_secret_id uuid,
  pulled_at timestamptz,
  next_pull_at timestamptz not null,
  edits_agreed boolean not null default false
);

comment on table calendar_sync.pulls is 'How far each calendar was read, and when it is read again.';
comment on column calendar_sync.pulls.calendar_id is 'The calendar that was read. The cursor says nothing of any other.';
comment on column calendar_sync.pulls.cursor_secret_id is
  'Id of a Vault secret: with what the next listing goes on. It is the provider''s and may hold an address. Null: everything is listed.';
comment on column calendar_sync.pulls.pulled_at is 'When it was last read to the end. Null: never.';
comment on column calendar_sync.pulls.next_pull_at is 'When the tick has it read, if nobody asks before.';
comment on column calendar_sync.pulls.edits_agreed is 'Its user agreed to the edits that the next pull finds, however many.';

create index pulls_next_idx on calendar_sync.pulls (next_pull_at);
alter table calendar_sync.pulls enable row level security;

create function calendar_sync.delete_cursors() returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
  delete from vault.secrets where id in (select old_row.cursor_secret_id from old_rows as old_row);
  return null;
end;
$$;

comment on function calendar_sync.delete_cursors() is 'Removes the cursors of calendars that are not read any more.';

create trigger delete_cursors after delete on calendar_sync.pulls
referencing old table as old_rows
for each statement execute function calendar_sync.delete_cursors();

create function calendar_sync.queue_pulls() returns integer
language plpgsql volatile security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  -- 45,000 calendars in the 15 minutes in which each is read once.
  v_pulls_max constant integer := 500;
  v_ids uuid[];
begin
  with due as materialized (
    select pull.integration_id from calendar_sync.pulls as pull
    where pull.next_pull_at <= now() order by pull.next_pull_at limit v_pulls_max
    for update skip locked
  ), postponed as (
    -- Also of those that are paused now: they are read as soon as they go on.
    update calendar_sync.pulls as pull set next_pull_at = now() + calendar_sync.poll_interval(pull.integration_id)
    from due where pull.integration_id = due.integration_id
    returning pull.integration_id
  )
  select array_agg(integration.id) into v_ids
  from postponed
  join public.calendar_integrations as integration on integration.id = postponed.integration_id
  where integration.status = 'active' and integration.sync_enabled;
  if v_ids is not null then
    perform calendar_sync.append_changes(v_ids, 'pull', 2, calendar_sync.cause('poll'));
  end if;
  return coalesce(cardinality(v_ids), 0);
end;
$$;

comment on function calendar_sync.queue_pulls() is
  'Called by the tick: has the calendars read that were not for long enough, those that wait longest first. How many.';

create function calendar_sync.record_pull(p_integration_id uuid, p_calendar_id text, p_cursor text) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_again_within constant interval := interval '15 minutes';
  v_pull calendar_sync.pulls;
  v_interval interval := calendar_sync.poll_interval(p_integration_id);
begin
  select * into v_pull from calendar_sync.pulls where integration_id = p_integration_id for update;
  -- Its provider told of something that the listing may not show yet, and tells once.
  if exists (
    select from calendar_sync.channels as channel
    join calendar_sync.providers as provider on provider.name = channel.provider and provider.listings_lag
    where channel.integration_id = p_integration_id and channel.notified_at > now() - v_again_within
  ) then
    v_interval := least(v_interval, v_again_within);
  end if;
  if p_cursor is null then
    delete from vault.secrets where id = v_pull.cursor_secret_id;
    v_pull.cursor_secret_id := null;
  elsif v_pull.cursor_secret_id is null or calendar_sync.read_secret(v_pull.cursor_secret_id) is distinct from p_cursor then
    v_pull.cursor_secret_id := calendar_sync.store_secret(v_pull.cursor_secret_id, p_cursor, 'calendar_sync: cursor');
  end if;
  -- The tick and the listing come on top. And calendars that were connected together are not to be read together for ever.
  update calendar_sync.pulls
  set calendar_id = p_calendar_id, cursor_secret_id = v_pull.cursor_secret_id, pulled_at = now(),
    next_pull_at = now() + (0.85 + 0.1 * random()) * v_interval, edits_agreed = false
  where integration_id = p_integration_id;
end;
$$;

comment on function calendar_sync.record_pull(uuid, text, text) is 'Notes how far a calendar was read: p_cursor null, all of it is listed next time.';

-- schemas/045_channels.sql

-- Push channels: a provider calls us when a calendar changes, so that a pull need not wait for its poll. A channel only shortens
-- the wait: whatever is lost, the poll still finds it.

-- What only the environment of the functions says. They report it when they start.
create table calendar_sync.push_setup (
  only_row boolean primary key default true check (only_row),
  providers text[] not null default '{}',
  any_calendar boolean not null default false,
  public_url text,
  reported_at timestamptz
);

comment on table calendar_sync.push_setup is 'Which providers are to call us, as the functions last reported. In one row.';
comment on column calendar_sync.push_setup.providers is 'Providers for which push is on.';
comment on column calendar_sync.push_setup.any_calendar is
  'Whether calendars of the user''s own have channels too. There each event of the user''s wakes us.';
comment on column calendar_sync.push_setup.public_url is 'Where providers reach the functions.';

alter table calendar_sync.push_setup enable row level security;

insert into calendar_sync.push_setup default values;

create table calendar_sync.channels (
  id uuid primary key,
  integration_id uuid not null references public.calendar_integrations (id) on delete cascade,
  provider text not null,
  calendar_id text not null,
  token_hash text not null,
  resource_id text,
  state text not null check (state in ('registering', 'active', 'stopping', 'failed')),
  expires_at timestamptz,
  renew_at timestamptz,
  verified_at timestamptz,
  notified_at timestamptz,
  missed_at timestamptz,
  failures integer not null default 0,
  created_at timestamptz not null default now()
);

comment on table calendar_sync.channels is
  'Push channels. A row is written before the provider is asked, so that its calls are known even where its answer is lost.';
comment on column calendar_sync.channels.token_hash is 'SHA-256 in hex of what the provider repeats in every call.';
comment on column calendar_sync.channels.resource_id is 'What the provider calls it. Null: not known yet, or as we do.';
comment on column calendar_sync.channels.state is
  'registering: the provider has not answered. active. stopping: it is to be ended, and its calls still count. failed: given up after days, so the calendar is only polled.';
comment on column calendar_sync.channels.expires_at is
  'When it ends by itself. While the provider has not answered, when it would at the latest.';
comment on column calendar_sync.channels.renew_at is 'When it is renewed or replaced.';
comment on column calendar_sync.channels.verified_at is 'When the provider first reached us. Null: it has not.';
comment on column calendar_sync.channels.notified_at is 'When the provider last called.';
comment on column calendar_sync.channels.missed_at is
  'When the last poll found an edit that the provider had not told of for a day. Null: it did not.';
comment on column calendar_sync.channels.failures is 'Attempts to make it that failed in a row.';

create index channels_integration_idx on calendar_sync.channels (integration_id);
create index channels_renew_idx on calendar_sync.channels (renew_at) where state = 'active';
create index channels_expires_idx on calendar_sync.channels (expires_at);
-- How many there are, and how many there should be, asked when metrics are read.
create index channels_state_idx on calendar_sync.channels (provider, state, (verified_at is null));
create index calendar_integrations_pushed_idx on public.calendar_integrations (provider, calendar_role)
where status = 'active' and sync_enabled and removed_at is null;
alter table calendar_sync.channels enable row level security;

create function calendar_sync.wants_channel(p_integration public.calendar_integrations) returns boolean
language sql stable security definer set search_path = ''
as $$
  select p_integration.status = 'active' and p_integration.sync_enabled and p_integration.removed_at is null
    and p_integration.paused_by_admin is null and p_integration.calendar_id is not null
    and exists (
      select from calendar_sync.push_setup as setup
      where p_integration.provider = any (setup.providers) and (p_integration.calendar_role = 'own' or setup.any_calendar)
    )
$$;

comment on function calendar_sync.wants_channel(public.calendar_integrations) is
  'Whether the calendar of an integration is to have a push channel.';

create function calendar_sync.poll_interval(p_integration_id uuid) returns interval
language plpgsql stable security definer set search_path = ''
as $$
begin
  return case when exists (
    select from calendar_sync.channels as channel
    join public.calendar_integrations as integration on integration.id = channel.integration_id
    where channel.integration_id = p_integration_id and channel.calendar_id = integration.calendar_id
      and channel.state = 'active' and channel.expires_at > now() and channel.verified_at is not null and channel.missed_at is null
  ) then interval '1 day' else interval '15 minutes' end;
end;
$$;

comment on function calendar_sync.poll_interval(uuid) is
  'How often a calendar is read for what its user changed: once a day where the provider tells us, else every 15 minutes. A channel is trusted once the provider has reached us, and while no poll finds what it did not tell.';

create function calendar_sync.note_poll(p_integration_id uuid, p_found boolean) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_silence constant interval := interval '1 day';
begin
  update calendar_sync.channels as channel
  set missed_at = case when p_found then now() end,
    -- It has been silent about an edit: a new one may do better.
    renew_at = case when p_found then least(channel.renew_at, now()) else channel.renew_at end
  where channel.integration_id = p_integration_id and channel.state = 'active'
    and (channel.missed_at is not null) is distinct from p_found
    and (not p_found or greatest(channel.notified_at, channel.created_at) < now() - v_silence);
end;
$$;

comment on function calendar_sync.note_poll(uuid, boolean) is
  'Takes whether a pull found an edit. A channel that has told of nothing for a day, although there was one, is not trusted and replaced.';

-- Called by the trigger that comes after the one that keeps lanes.
create function calendar_sync.integration_channels() returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_has_channels boolean;
begin
  if new.removed_at is not null then
    delete from calendar_sync.channels where integration_id = new.id;
    return null;
  end if;
  if tg_op = 'UPDATE' and (new.status, new.sync_enabled, new.calendar_id, new.calendar_role, new.paused_by_admin, new.removed_at)
    is not distinct from (old.status, old.sync_enabled, old.calendar_id, old.calendar_role, old.paused_by_admin, old.removed_at)
  then
    return null;
  end if;
  v_has_channels := exists (select from calendar_sync.channels where integration_id = new.id);
  if new.status = 'disconnected' then
    -- Without a grant nothing can be ended. With the next one it is.
    update calendar_sync.channels set state = 'stopping' where integration_id = new.id and state <> 'stopping';
  elsif calendar_sync.wants_channel(new)
    or v_has_channels and (new.status in ('active', 'disconnecting') or new.paused_by_admin is not null)
  then
    perform calendar_sync.append_changes(array[new.id], 'channel', 0);
  end if;
  return null;
end;
$$;

comment on function calendar_sync.integration_channels() is
  'Has channels made, replaced or ended when an integration becomes active, changes its calendar, is paused by an administrator or goes.';

create trigger integration_channels
after insert or update of status, sync_enabled, calendar_id, calendar_role, paused_by_admin, removed_at, user_id
on public.calendar_integrations
for each row execute function calendar_sync.integration_channels();

create function calendar_sync.queue_missing_channels() returns void
language sql volatile security definer set search_path = ''
as $$
  select calendar_sync.append_changes(array_agg(integration.id), 'channel', 2, calendar_sync.cause('channel'))
  from public.calendar_integrations as integration
  where integration.removed_at is null and integration.status = 'active' and calendar_sync.wants_channel(integration)
    and not exists (select from calendar_sync.channels as channel where channel.integration_id = integration.id and channel.state <> 'stopping')
    and not exists (
      select from calendar_sync.jobs as job
      where job.integration_id = integration.id and job.obligation_id is null and job.kind = 'channel'
    )
$$;

comment on function calendar_sync.queue_missing_channels() is
  'Has channels made for calendars that are to have one and have none, but for those that were given up.';

-- Work goes through the lane, so that a token is refreshed by one worker alone and calls are counted.
create function calendar_sync.renewals_until() returns timestamptz
language sql stable security invoker set search_path = ''
as $$ select now() + interval '10 seconds' $$;

comment on function calendar_sync.renewals_until() is
  'Channels that are to be renewed until then are renewed now: the next tick would be late.';

create function calendar_sync.queue_channels() returns void
language plpgsql volatile security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  v_a_tick constant integer := 100;
  v_cause constant jsonb := calendar_sync.cause('channel');
  v_until constant timestamptz := calendar_sync.renewals_until();
  v_ended uuid[];
begin
  with ended as (
    delete from calendar_sync.channels where expires_at <= now() returning integration_id, state
  )
  select array_agg(distinct integration_id) into v_ended from ended where state = 'active';
  if v_ended is not null then
    -- What was changed since is read now, and from now on every 15 minutes.
    perform calendar_sync.append_changes(v_ended, 'pull', 1, v_cause);
    perform calendar_sync.append_changes(v_ended, 'channel', 2, v_cause);
  end if;
  insert into calendar_sync.changes (integration_id, kind, priority, cause)
  select due.integration_id, 'channel', 2, v_cause
  from (
    select channel.integration_id from calendar_sync.channels as channel
    where channel.state = 'active' and channel.renew_at <= v_until
      and not exists (
        select from calendar_sync.jobs as job
        where job.integration_id = channel.integration_id and job.obligation_id is null and job.kind = 'channel'
      ) and not exists (
        select from calendar_sync.changes as change where change.integration_id = channel.integration_id and change.kind = 'channel'
      )
    order by channel.renew_at limit v_a_tick
  ) as due;
end;
$$;

comment on function calendar_sync.queue_channels() is
  'Called by the tick: queues the channels that are to be renewed, a hundred at a time, and forgets those that have ended.';

create function calendar_sync.channels_json(p_integration public.calendar_integrations) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'wanted', calendar_sync.wants_channel(p_integration),
    'channels', coalesce(jsonb_agg(jsonb_build_object(
      'channel_id', channel.id,
      'calendar_id', channel.calendar_id,
      'resource_id', channel.resource_id,
      'state', channel.state,
      'renewal_is_due', coalesce(channel.renew_at <= calendar_sync.renewals_until(), false),
      'is_silent', channel.missed_at is not null
    ) order by channel.created_at desc, channel.id), '[]')
  )
  from calendar_sync.channels as channel
  where channel.integration_id = p_integration.id and coalesce(channel.expires_at > now(), true)
$$;

comment on function calendar_sync.channels_json(public.calendar_integrations) is
  'What the worker is told of the channels of an integration: those that there are, the newest first, and whether its calendar is to have one.';

create function calendar_sync.renewal_of(p_expires_at timestamptz) returns timestamptz
language sql volatile security invoker set search_path = ''
as $$ select p_expires_at - (p_expires_at - now()) * (0.2 + 0.05 * random()) $$;

comment on function calendar_sync.renewal_of(timestamptz) is
  'When a channel that lives from now until then is renewed: when a fifth of its life is left, or up to a twentieth sooner, so that those that were made together are not renewed together.';

create type calendar_sync.kept_channel as (
  channel_id uuid,
  calendar_id text,
  token_hash text,
  resource_id text,
  state text,
  expires_at timestamptz,
  is_verified boolean,
  failures integer
);

comment on type calendar_sync.kept_channel is
  'A channel as the worker tells of it: calendar_sync.channels, or the state ended.';

create function public.calendar_save_channel(p_worker uuid, p_integration_id uuid, p_channel jsonb) returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  -- What providers grant at most, until they say what they granted.
  v_life constant interval := interval '7 days';
  v_told constant calendar_sync.kept_channel := jsonb_populate_record(null::calendar_sync.kept_channel, p_channel);
  v_kept calendar_sync.channels;
begin
  perform calendar_sync.act_as('worker');
  perform from public.calendar_integrations where id = p_integration_id and removed_at is null for key share skip locked;
  if not found then
    return false;
  end if;
  perform from calendar_sync.lanes
  where integration_id = p_integration_id and leased_by = p_worker and leased_until > now() for key share;
  if not found then
    return false;
  end if;
  if v_told.state = 'ended' then
    delete from calendar_sync.channels where id = v_told.channel_id and integration_id = p_integration_id;
    return true;
  end if;
  if v_told.state in ('registering', 'failed') then
    insert into calendar_sync.channels (id, integration_id, provider, calendar_id, token_hash, state, failures, expires_at)
    select v_told.channel_id, integration.id, integration.provider, v_told.calendar_id, v_told.token_hash, v_told.state,
      coalesce(v_told.failures, 0), case when v_told.state = 'registering' then now() + v_life end
    from public.calendar_integrations as integration where integration.id = p_integration_id
    on conflict (id) do update set state = excluded.state, failures = excluded.failures, expires_at = excluded.expires_at;
    return true;
  end if;
  select * into v_kept from calendar_sync.channels where id = v_told.channel_id and integration_id = p_integration_id for update;
  if not found then
    return false;
  end if;
  update calendar_sync.channels
  set state = v_told.state,
    resource_id = coalesce(v_told.resource_id, resource_id),
    expires_at = coalesce(v_told.expires_at, expires_at),
    renew_at = coalesce(calendar_sync.renewal_of(v_told.expires_at), renew_at),
    verified_at = coalesce(verified_at, case when v_told.is_verified then now() end),
    missed_at = null,
    failures = 0
  where id = v_told.channel_id;
  -- Of what changed before it began no channel tells.
  if v_told.state = 'active' and v_kept.state = 'registering' then
    perform calendar_sync.append_changes(array[p_integration_id], 'pull', 1);
  end if;
  return true;
end;
$$;

comment on function public.calendar_save_channel(uuid, uuid, jsonb) is
  'Keeps what a worker tells of a channel, as calendar_sync.kept_channel. False, and nothing kept, where the lease was lost or the integration has gone: then the worker ends what it made.';

create function public.calendar_channels_of(p_user_id uuid, p_integration_id uuid) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object('channel_id', channel.id, 'resource_id', channel.resource_id)), '[]')
  from calendar_sync.channels as channel
  join public.calendar_integrations as integration on integration.id = channel.integration_id
  where integration.id = p_integration_id and integration.user_id = p_user_id and integration.removed_at is null
    and integration.status <> 'disconnected' and channel.state in ('registering', 'active', 'stopping')
$$;

comment on function public.calendar_channels_of(uuid, uuid) is
  'The channels of a user''s integration that may be open and that its token can end.';

create function public.calendar_forget_channels(p_integration_id uuid, p_channel_ids uuid[]) returns void
language sql volatile security definer set search_path = ''
as $$ delete from calendar_sync.channels where integration_id = p_integration_id and id = any (p_channel_ids) $$;

comment on function public.calendar_forget_channels(uuid, uuid[]) is 'Forgets channels that were ended.';

-- schemas/047_push.sql

-- What comes from outside about channels: calls of the providers, and what the environment of the functions says of push.

create type calendar_sync.push_item as (
  channel_id uuid,
  token_hash text,
  resource_id text,
  kind text,
  expires_at timestamptz
);

comment on type calendar_sync.push_item is
  'What a provider says of a channel. kind: opened (it begins), changed, missed (calls were lost), renewal_due, removed (it has ended). token_hash: of what the caller sent.';

-- Hashes are compared as hashes of themselves with a salt that nobody knows, so that the time that a comparison takes says nothing
-- of where they differ. A row that somebody else holds is not waited for: then another call or the worker is writing it.
create function public.calendar_note_push(p_provider text, p_items jsonb) returns integer
language plpgsql volatile security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  -- Of a channel whose provider's answer was lost nobody knows how long it lives.
  v_replaced_after constant interval := interval '1 day';
  v_salt constant text := gen_random_uuid()::text;
  v_cause constant jsonb := calendar_sync.cause('channel');
  v_known uuid[];
  v_pulls uuid[];
  v_renewals uuid[];
begin
  with item as materialized (
    select (jsonb_populate_record(null::calendar_sync.push_item, said)).* from jsonb_array_elements(p_items) as said
  ), known as materialized (
    select channel.id, channel.integration_id, item.kind, item.resource_id, item.expires_at,
      integration.status = 'active' and integration.calendar_id = channel.calendar_id
        and (item.kind in ('changed', 'missed', 'removed') or channel.state in ('registering', 'failed')) as is_news
    from item
    join calendar_sync.channels as channel on channel.id = item.channel_id and channel.provider = p_provider
    join public.calendar_integrations as integration on integration.id = channel.integration_id and integration.removed_at is null
    where sha256(convert_to(v_salt || channel.token_hash, 'UTF8')) = sha256(convert_to(v_salt || item.token_hash, 'UTF8'))
      and coalesce(item.resource_id = channel.resource_id, true)
  ), free as materialized (
    select channel.id from calendar_sync.channels as channel
    where channel.id in (select known.id from known) for update skip locked
  ), noted as (
    update calendar_sync.channels as channel
    set notified_at = now(), verified_at = coalesce(channel.verified_at, now()), missed_at = null,
      resource_id = coalesce(channel.resource_id, said.resource_id),
      -- Its provider's answer was lost, or comes after this.
      state = case when channel.state in ('registering', 'failed') then 'active' else channel.state end,
      expires_at = case
        when said.is_removed then least(channel.expires_at, now())
        when channel.renew_at is null then coalesce(said.expires_at, channel.expires_at, now() + v_replaced_after)
        else channel.expires_at
      end,
      renew_at = case
        when said.is_removed or said.is_due then now()
        when channel.renew_at is null then coalesce(calendar_sync.renewal_of(said.expires_at), now() + v_replaced_after)
        else channel.renew_at
      end
    from (
      select known.id, max(known.resource_id) as resource_id, max(known.expires_at) as expires_at,
        bool_or(known.kind = 'removed') as is_removed, bool_or(known.kind = 'renewal_due') as is_due
      from known group by known.id
    ) as said
    where channel.id = said.id and channel.id in (select free.id from free)
  )
  select array_agg(distinct known.id),
    array_agg(distinct known.integration_id) filter (where known.is_news),
    array_agg(distinct known.integration_id) filter (where known.kind in ('renewal_due', 'removed'))
  into v_known, v_pulls, v_renewals from known;
  insert into calendar_sync.changes (integration_id, kind, priority, cause)
  select due.integration_id, 'pull', 0, v_cause from unnest(v_pulls) as due (integration_id)
  -- A pull that nobody has begun reads this edit too. One that has begun may not.
  where not exists (
    select from calendar_sync.changes as change where change.integration_id = due.integration_id and change.kind = 'pull'
  )
  union all
  select due.integration_id, 'channel', 1, v_cause from unnest(v_renewals) as due (integration_id);
  return coalesce(cardinality(v_known), 0);
end;
$$;

comment on function public.calendar_note_push(text, jsonb) is
  'Takes what a provider says of channels, as an array of calendar_sync.push_item, and queues the pulls and renewals that follow. Items whose channel, token or resource is not known do nothing. Returns how many channels were known.';

create function public.calendar_report_push(p_providers text[], p_any_calendar boolean, p_public_url text) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_before calendar_sync.push_setup;
  v_outdated uuid[];
  v_cause constant jsonb := calendar_sync.cause('channel');
begin
  select * into v_before from calendar_sync.push_setup for update;
  if (v_before.providers, v_before.any_calendar, v_before.public_url, v_before.reported_at is null)
    is not distinct from (p_providers, p_any_calendar, p_public_url, false)
  then
    return;
  end if;
  update calendar_sync.push_setup
  set providers = p_providers, any_calendar = p_any_calendar, public_url = p_public_url, reported_at = now();
  -- What was given up may succeed now.
  delete from calendar_sync.channels where state = 'failed';
  -- Channels that call an old address, or that are not wanted any more, are replaced or ended.
  with outdated as (
    update calendar_sync.channels as channel set state = 'stopping'
    from public.calendar_integrations as integration
    where integration.id = channel.integration_id and channel.state <> 'stopping'
      and (v_before.public_url is distinct from p_public_url or not calendar_sync.wants_channel(integration))
    returning channel.integration_id
  )
  select array_agg(distinct integration_id) into v_outdated from outdated;
  perform calendar_sync.append_changes(v_outdated, 'channel', 2, v_cause);
  perform calendar_sync.queue_missing_channels();
end;
$$;

comment on function public.calendar_report_push(text[], boolean, text) is
  'Takes what the environment says of push channels. Where that is new, channels are made, replaced or ended.';

-- schemas/050_edits.sql

-- Edits: what users did to events of ours, as far as we have to remember it.

create table calendar_sync.edits (
  integration_id uuid not null references public.calendar_integrations (id) on delete cascade,
  obligation_id uuid not null,
  due text,
  seen jsonb,
  is_kept boolean not null default false,
  is_accepted boolean not null default false,
  deletions smallint not null default 0,
  is_gone boolean not null default false,
  is_hidden boolean not null default false,
  original_event_id text,
  has_guests boolean not null default false,
  restored_at timestamptz[] not null default '{}',
  edited_at timestamptz not null default now(),
  primary key (integration_id, obligation_id),
  check (not is_kept or seen is not null)
);

comment on table calendar_sync.edits is 'What the user of a calendar did to the event of an obligation.';
comment on column calendar_sync.edits.due is
  'The deadline for which it was done. is_kept, is_hidden and deletions hold for this one alone: another deadline ends them.';
comment on column calendar_sync.edits.seen is 'Where the event stands although it should stand elsewhere: a SeenTime. Null: it stands where we put it.';
comment on column calendar_sync.edits.is_kept is 'What we write leaves it there.';
comment on column calendar_sync.edits.is_accepted is 'Its user accepted the move in advance, and the deadline is to be changed.';
comment on column calendar_sync.edits.deletions is 'How often it was deleted.';
comment on column calendar_sync.edits.is_gone is 'It was deleted and is not back yet.';
comment on column calendar_sync.edits.is_hidden is 'It was deleted again and stays away.';
comment on column calendar_sync.edits.original_event_id is 'The event that was deleted last: its user may take the deletion back.';
comment on column calendar_sync.edits.has_guests is 'Its user invited somebody: it is never deleted and made anew.';
comment on column calendar_sync.edits.restored_at is 'When it was last put back after a move, the latest last.';

create index edits_original_idx on calendar_sync.edits (integration_id, original_event_id) where original_event_id is not null;
alter table calendar_sync.edits enable row level security;

create function calendar_sync.edit_holds(edit calendar_sync.edits, deadline calendar_sync.deadline) returns boolean
language sql stable security invoker set search_path = ''
as $$
  select edit.obligation_id is not null and edit.due is not distinct from calendar_sync.due_text(deadline.deadline_date, deadline.deadline_at)
$$;

comment on function calendar_sync.edit_holds(calendar_sync.edits, calendar_sync.deadline) is
  'Whether an edit was made for the deadline that an obligation has now. Another time zone alone is no other deadline.';

create function calendar_sync.put_back(p_integration_id uuid, p_obligation_id uuid) returns void
language sql volatile security definer set search_path = ''
as $$
  insert into calendar_sync.changes (integration_id, obligation_id, kind, priority, cause)
  values (p_integration_id, p_obligation_id, 'put_back', 0, calendar_sync.cause())
$$;

comment on function calendar_sync.put_back(uuid, uuid) is
  'Has an event written as it should be, wherever its user left it. It appends and waits for nobody.';

-- schemas/055_feeds.sql

-- iCal feeds: deadlines for anybody who knows a feed's address. What a user's feeds last showed is kept, and a write to an
-- obligation appends a change for each recipient with a feed. Users without a feed cost nothing.

create table calendar_sync.feed_owners (
  user_id uuid primary key references auth.users (id) on delete cascade,
  modified_at timestamptz not null default clock_timestamp(),
  refreshed_at timestamptz
);

comment on table calendar_sync.feed_owners is 'Users with a feed.';
comment on column calendar_sync.feed_owners.modified_at is
  'When something visible last changed in the user''s feeds; always rises. A time and no count, so that a restored backup repeats none.';
comment on column calendar_sync.feed_owners.refreshed_at is 'When feed_items were last compared with the obligations. Null: before the next poll they have to be.';

alter table calendar_sync.feed_owners enable row level security;

create table calendar_sync.feeds (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references calendar_sync.feed_owners (user_id) on delete cascade,
  name text not null,
  settings jsonb not null,
  token_hash text not null unique check (token_hash ~ '^[0-9a-f]{64}$'),
  expires_at timestamptz,
  last_used_at timestamptz,
  last_client text check (last_client in ('google', 'outlook', 'apple', 'thunderbird', 'other')),
  changed_at timestamptz not null default clock_timestamp(),
  reminders_changed_at timestamptz not null default clock_timestamp(),
  created_at timestamptz not null default now()
);

comment on table calendar_sync.feeds is 'Feeds: calendars that anybody can read who has the address.';
comment on column calendar_sync.feeds.settings is
  'obligation_types: which, null for all; look_back_days, look_ahead_days (null: no end); reminders_minutes: at most five, of 0 to 40320 minutes; completed_events: keep or remove.';
comment on column calendar_sync.feeds.token_hash is 'SHA-256 of the token in the address, in hex. The token itself is nowhere.';
comment on column calendar_sync.feeds.expires_at is 'From when on there is nothing at its address; null: never.';
comment on column calendar_sync.feeds.last_used_at is 'When it was last read, give or take an hour.';
comment on column calendar_sync.feeds.last_client is 'The kind of program that last read it.';
comment on column calendar_sync.feeds.changed_at is 'When its name or settings last changed.';
comment on column calendar_sync.feeds.reminders_changed_at is 'When its reminders last changed, which changes every event in it.';

create index feeds_user_id_idx on calendar_sync.feeds (user_id);

alter table calendar_sync.feeds enable row level security;

create table calendar_sync.feed_items (
  user_id uuid not null references calendar_sync.feed_owners (user_id) on delete cascade,
  obligation_id uuid not null,
  title text not null,
  description text,
  obligation_type text,
  status text not null check (status in ('open', 'completed', 'cancelled')),
  deadline_date date,
  deadline_at timestamptz,
  time_zone text,
  url text,
  sequence integer not null default 0,
  modified_at timestamptz not null,
  cancelled_at timestamptz,
  dropped boolean not null default false,
  created_at timestamptz not null,
  primary key (user_id, obligation_id),
  check (cancelled_at is not null or not dropped)
);

comment on table calendar_sync.feed_items is
  'What a user''s feeds last showed of each obligation. What is gone stays as cancelled for two days, so that calendars remove it.';
comment on column calendar_sync.feed_items.obligation_id is 'No foreign key: an item outlives its obligation.';
comment on column calendar_sync.feed_items.sequence is 'How often something visible of it changed (RFC 5545, SEQUENCE).';
comment on column calendar_sync.feed_items.modified_at is 'When something visible of it last changed.';
comment on column calendar_sync.feed_items.cancelled_at is
  'Since when it is cancelled, deleted, somebody else''s or without a deadline.';
comment on column calendar_sync.feed_items.dropped is
  'No feed shows it any more. Its texts are gone; its sequence is kept for a year, so that it does not fall where the deadline returns.';
comment on column calendar_sync.feed_items.created_at is 'When a feed first showed it.';

-- For changes of an obligation that name no user.
create index feed_items_obligation_idx on calendar_sync.feed_items (obligation_id);

-- For what has been cancelled for long enough: asked with every poll.
create index feed_items_cancelled_idx on calendar_sync.feed_items (user_id, cancelled_at) where cancelled_at is not null and not dropped;

alter table calendar_sync.feed_items enable row level security;

create table calendar_sync.feed_changes (
  id bigint generated always as identity primary key,
  user_id uuid not null
);

comment on table calendar_sync.feed_changes is
  'Users whose feeds may have to show something else, appended by the transaction that changed it and absorbed by the next poll. No foreign key: a write waits for nobody.';

create index feed_changes_user_id_idx on calendar_sync.feed_changes (user_id);

alter table calendar_sync.feed_changes enable row level security;

-- One join for the triggers on obligations. Measured: with a join of each of the two a big INSERT takes a tenth longer.
create view calendar_sync.listeners with (security_invoker = true) as
select user_id, id as integration_id, null::uuid as feed_user_id from public.calendar_integrations where removed_at is null
union all
select user_id, null, user_id from calendar_sync.feed_owners;

comment on view calendar_sync.listeners is
  'What has to hear of a change of a user''s obligations: each integration, and the feeds as one.';

create function calendar_sync.append_feed_changes(p_user_ids uuid[]) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  insert into calendar_sync.feed_changes (user_id) select distinct user_id from unnest(p_user_ids) as user_id;
end;
$$;

comment on function calendar_sync.append_feed_changes(uuid[]) is 'Has these users'' feeds compared with their obligations before they are next read.';

create function calendar_sync.cancelled_items_stay() returns interval
language sql immutable security invoker set search_path = ''
as $$ select interval '2 days' $$;

comment on function calendar_sync.cancelled_items_stay() is
  'How long a feed shows what was cancelled. Calendars that keep what they once read remove it; the others would show it struck through.';

create function calendar_sync.tidy_feeds() returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  -- Of a feed that nobody reads one change is enough.
  delete from calendar_sync.feed_changes as change
  where exists (
    select from calendar_sync.feed_changes as newer where newer.user_id = change.user_id and newer.id > change.id
  ) or not exists (select from calendar_sync.feed_owners as owner where owner.user_id = change.user_id);
  -- A day later than a poll does: a reader's ETag of a day that is over is never the same again.
  update calendar_sync.feed_items set dropped = true, title = '', description = null, obligation_type = null, url = null
  where cancelled_at < now() - calendar_sync.cancelled_items_stay() - interval '1 day' and not dropped;
  delete from calendar_sync.feed_items where dropped and cancelled_at < now() - interval '1 year';
end;
$$;

comment on function calendar_sync.tidy_feeds() is
  'Deletes changes that say nothing new, drops cancelled items of feeds that nobody reads, and deletes items that were dropped a year ago.';

-- schemas/060_settings.sql

-- What users set is judged by a trigger and not by constraints: their error prints the row, with all that is in it, to the caller
-- and into the log, and they are checked with every record of a batch. Users write settings of an integration through the Data
-- API, those of a feed through a function.
--
-- calendar_edits accept is a value like the others here: whether an installation offers it is in the environment of the functions
-- (CALENDAR_ACCEPT_EDITS). Where it does not, they take accept for restore, whoever wrote it.

create function calendar_sync.is_title_template(p_template jsonb) returns boolean
language sql immutable security invoker set search_path = ''
as $$
  select jsonb_typeof(p_template) = 'string' and char_length(p_template #>> '{}') <= 100
    and strpos(p_template #>> '{}', '{title}') > 0
    and regexp_replace(p_template #>> '{}', '\{(title|type|status)\}', '', 'g') !~ '[{}]'
$$;

comment on function calendar_sync.is_title_template(jsonb) is
  'Whether titles of events can be made by it: {title}, {type}, {status} and text, of at most 100 characters, with {title} in it.';

create function calendar_sync.settings_problem(p_settings jsonb, p_known text[]) returns text
language sql immutable security invoker set search_path = ''
as $$
  select case
    when p_settings is null or jsonb_typeof(p_settings) <> 'object' then 'settings: must be an object'
    when length(p_settings::text) > 100000 then 'settings: are too long'
    when p_settings - p_known <> '{}' then 'settings: may hold ' || array_to_string(p_known, ', ') || ' and nothing else'
    when not coalesce(p_settings ->> 'completed_events' in ('keep', 'remove'), false)
      then 'settings.completed_events: must be keep or remove'
    when 'all_day_reminder_time' = any (p_known)
      and not coalesce(p_settings ->> 'all_day_reminder_time' ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$', false)
      then 'settings.all_day_reminder_time: must be a time of day, such as 09:00'
    when not coalesce(jsonb_typeof(p_settings -> 'reminders_minutes') = 'array', false)
      or not jsonb_path_exists(p_settings, 'strict $ ? (@.reminders_minutes.size() <= 5)')
      or jsonb_path_exists(p_settings, 'strict $.reminders_minutes[*] ? (!(@.type() == "number") || @ < 0 || @ > 40320 || @ % 1 != 0)')
      then 'settings.reminders_minutes: must be at most five whole numbers of 0 to 40320'
    when not coalesce(jsonb_typeof(p_settings -> 'obligation_types') in ('null', 'array'), false)
      then 'settings.obligation_types: must be a list, or null'
    when jsonb_typeof(p_settings -> 'obligation_types') = 'array' and (
      not jsonb_path_exists(p_settings, 'strict $ ? (@.obligation_types.size() >= 1 && @.obligation_types.size() <= 100)')
      or jsonb_path_exists(p_settings, 'strict $.obligation_types[*] ? (@.type() != "string" || !(@ like_regex "^.{1,200}$" flag "s"))')
    ) then 'settings.obligation_types: must be 1 to 100 texts of 1 to 200 characters, or null'
    when 'title_template' = any (p_known) and not coalesce(calendar_sync.is_title_template(p_settings -> 'title_template'), false)
      then 'settings.title_template: must be {title}, {type}, {status} and text, of at most 100 characters, with {title} in it and no other braces'
    when 'calendar_edits' = any (p_known) and not coalesce(p_settings ->> 'calendar_edits' in ('restore', 'keep', 'ignore', 'accept'), false)
      then 'settings.calendar_edits: must be restore, keep, ignore or accept'
    -- From here on of a feed.
    when not 'look_back_days' = any (p_known) then null
    when not jsonb_path_exists(p_settings,
      'strict $ ? (@.look_back_days >= 0 && @.look_back_days <= 3650 && @.look_back_days % 1 == 0)')
      then 'settings.look_back_days: must be a whole number of 0 to 3650'
    when not jsonb_path_exists(p_settings,
      'strict $ ? (@.look_ahead_days == null || @.look_ahead_days >= 1 && @.look_ahead_days <= 3650 && @.look_ahead_days % 1 == 0)')
      then 'settings.look_ahead_days: must be a whole number of 1 to 3650, or null'
  end
$$;

comment on function calendar_sync.settings_problem(jsonb, text[]) is
  'What is wrong with the settings of an integration or a feed, without repeating them. Null: nothing.';

create function calendar_sync.refuse_settings() returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_problem text;
begin
  if tg_table_name = 'calendar_integrations' then
    if jsonb_typeof(new.settings) = 'object' then
      new.settings := calendar_sync.complete_settings(new.settings);
    end if;
    v_problem := coalesce(
      calendar_sync.settings_problem(new.settings, array(select jsonb_object_keys(calendar_sync.default_settings()))),
      case when new.sync_enabled is null then 'sync_enabled: must be true or false' end);
  else
    v_problem := coalesce(calendar_sync.settings_problem(new.settings,
      array['obligation_types', 'look_back_days', 'look_ahead_days', 'reminders_minutes', 'completed_events']
    ), case
      when new.name is null or btrim(new.name) = '' or char_length(new.name) > 100 then 'name: must have 1 to 100 characters'
      when new.expires_at < '2000-01-01 00:00:00+00' or new.expires_at >= '9999-12-31 00:00:00+00'
        then 'expires_at: must be a time of the years 2000 to 9999'
    end);
  end if;
  if v_problem is not null then
    raise exception '%', v_problem using errcode = 'invalid_parameter_value';
  end if;
  return new;
end;
$$;

comment on function calendar_sync.refuse_settings() is
  'Refuses what users may not set, with a message that names the field and nothing of the row. A setting of an integration that is missing gets its default.';

create trigger refuse_settings before insert or update of settings, sync_enabled on public.calendar_integrations
for each row execute function calendar_sync.refuse_settings();
create trigger refuse_settings before insert or update of name, settings, expires_at on calendar_sync.feeds
for each row execute function calendar_sync.refuse_settings();

-- schemas/065_preferences.sql

-- What a user chose once for everything: the time zone, and when reminders of all-day deadlines count back from.

create table calendar_sync.preferences (
  user_id uuid primary key references auth.users (id) on delete cascade,
  time_zone text check (length(time_zone) <= 100),
  all_day_reminder_time text not null default calendar_sync.default_settings() ->> 'all_day_reminder_time'
    check (all_day_reminder_time ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'),
  updated_at timestamptz not null default now()
);

comment on table calendar_sync.preferences is 'Defaults of users. A user without a row has chosen none.';
comment on column calendar_sync.preferences.time_zone is
  'IANA name, for the daily mail and for times that the page shows. Null: the user''s browser has not told it yet.';
comment on column calendar_sync.preferences.all_day_reminder_time is 'HH:MM. A new integration begins with it; those that there are keep theirs.';

alter table calendar_sync.preferences enable row level security;

-- The setting takes names of files alone, in whatever case, and no abbreviations. A rule such as FOO+3 it would take, too, but
-- a rule has digits. The view pg_timezone_names says the same, but reads every file of the database's time zones for it.
create function calendar_sync.known_time_zone(p_name text) returns text
language plpgsql volatile security invoker set search_path = '' set timezone = 'UTC'
as $$
begin
  if p_name ~ '^(?:Etc/GMT[+-][0-9]{1,2}|[A-Za-z_]+(?:[/-][A-Za-z_]+)*)$' and length(p_name) <= 100
    and p_name !~* '^(?:posix/|right/|posixrules$|localtime$|factory$)'
  then
    perform set_config('timezone', p_name, true);
    return current_setting('timezone');
  end if;
  return null;
exception when invalid_parameter_value then
  return null;
end;
$$;

comment on function calendar_sync.known_time_zone(text) is
  'A time zone as the IANA database writes its name; null for what Postgres does not know as one.';

create function calendar_sync.time_zone_of(p_user_id uuid) returns text
language sql stable security definer set search_path = ''
as $$ select coalesce((select time_zone from calendar_sync.preferences where user_id = p_user_id), 'UTC') $$;

comment on function calendar_sync.time_zone_of(uuid) is 'The IANA name of the time zone that a user lives in; UTC where that is not known.';

create function calendar_sync.first_settings(p_user_id uuid) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select calendar_sync.default_settings() || coalesce((
    select jsonb_build_object('all_day_reminder_time', all_day_reminder_time) from calendar_sync.preferences where user_id = p_user_id
  ), '{}')
$$;

comment on function calendar_sync.first_settings(uuid) is 'What a new integration of this user begins with.';

-- A trigger, so that no way to connect forgets it.
create function calendar_sync.begin_with_preferences() returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
  new.settings := calendar_sync.first_settings(new.user_id);
  return new;
end;
$$;

comment on function calendar_sync.begin_with_preferences() is 'Gives a new integration its user''s defaults, where nothing was chosen for it.';

create trigger begin_with_preferences before insert on public.calendar_integrations
for each row when (new.settings = calendar_sync.default_settings()) execute function calendar_sync.begin_with_preferences();

-- schemas/070_watch.sql

-- The host's tables. A host describes its obligations with an adapter, `calendar_sync.deadline_of(<row of its table>)`, and calls
-- `calendar_sync.watch` once. That makes the triggers that append changes, and the view of all deadlines.
--
-- Facts of PostgreSQL that this follows from: a statement trigger with transition tables fires only for writes to the table that
-- is named in the statement, so a partition needs triggers of its own; attaching and detaching a partition fires nothing; a new
-- partition inherits no statement trigger; views and foreign tables take no transition tables, and a write to a foreign partition
-- fails through a parent that has them ("cannot collect transition tuples"); who makes a trigger waits for whoever writes.

create table calendar_sync.watched_tables (
  relation regclass primary key,
  root regclass not null,
  obligation_column name not null,
  user_column name
);

comment on table calendar_sync.watched_tables is 'Tables of the host whose changes are noticed, and their partitions.';
comment on column calendar_sync.watched_tables.root is 'The table that was given to calendar_sync.watch: relation itself, or what it is a partition of.';
comment on column calendar_sync.watched_tables.obligation_column is 'The column with the obligation''s id.';
comment on column calendar_sync.watched_tables.user_column is
  'For a table of members: the column with the user''s id. Null: a table of obligations.';

alter table calendar_sync.watched_tables enable row level security;

-- calendar_sync.watch replaces it.
create view calendar_sync.deadlines with (security_invoker = true) as
select nothing.* from unnest('{}'::calendar_sync.deadline[]) as nothing;

comment on view calendar_sync.deadlines is
  'Every obligation as each of its recipients sees it, very long texts cut. All that reads obligations reads them here.';

create function calendar_sync.on_change(p_relation regclass) returns text
language sql stable security invoker set search_path = ''
as $$
  -- 63 bytes is what an identifier may have.
  select case when length(whole.name) <= 63 then whole.name else left(whole.name, 50) || '_' || left(md5(whole.name), 12) end
  from (
    select 'on_change_' || class.relnamespace::regnamespace::text || '_' || class.relname as name
    from pg_catalog.pg_class as class where class.oid = p_relation
  ) as whole
$$;

comment on function calendar_sync.on_change(regclass) is 'The name of the trigger function of a watched table.';

create function calendar_sync.check_watchable(p_table regclass, p_column name) returns void
language plpgsql stable security invoker set search_path = ''
as $$
declare
  v_kind "char";
  v_type regtype;
begin
  select relkind into v_kind from pg_catalog.pg_class where oid = p_table;
  if v_kind not in ('r', 'p') then
    raise exception '% is no table, so its changes cannot be noticed.', p_table using errcode = 'wrong_object_type',
      hint = 'Watch the tables behind it. Where the id is not in them, call calendar_sync.obligations_changed(<ids>) from a trigger of your own.';
  end if;
  select atttypid into v_type from pg_catalog.pg_attribute where attrelid = p_table and attname = p_column and not attisdropped;
  if v_type is null then
    raise exception '% has no column %.', p_table, p_column using errcode = 'undefined_column',
      hint = 'select calendar_sync.watch(''<table>'', ''<the column with its id>'');';
  elsif v_type <> 'uuid'::regtype then
    raise exception 'The column % of % is %, and has to be uuid.', p_column, p_table, v_type using errcode = 'datatype_mismatch',
      hint = 'Add one that is: alter table … add column calendar_id uuid not null unique default gen_random_uuid(); and return it as obligation_id in deadline_of.';
  end if;
end;
$$;

comment on function calendar_sync.check_watchable(regclass, name) is
  'Refuses what is no table, and a key that is no uuid, with a hint.';

create function calendar_sync.check_triggerable(p_relation regclass) returns void
language plpgsql stable security invoker set search_path = ''
as $$
begin
  if (select relkind from pg_catalog.pg_class where oid = p_relation) = 'f' then
    raise exception '% is a foreign table: its changes cannot be noticed, and no write reaches it through a watched table.', p_relation
      using errcode = 'wrong_object_type',
        hint = 'Detach it; or do not watch the table, and call calendar_sync.obligations_changed(<ids>) from a row trigger of your own.';
  elsif not pg_catalog.has_table_privilege(p_relation, 'trigger') then
    raise exception '% may make no trigger on %, so its changes cannot be noticed.', current_user, p_relation
      using errcode = 'insufficient_privilege', hint = format('grant trigger on %s to %I;', p_relation, current_user);
  end if;
end;
$$;

comment on function calendar_sync.check_triggerable(regclass) is
  'Refuses, with a hint, a table or partition that we cannot make triggers on.';

-- The function is made for one table, so that its plans are kept by the session: a single INSERT pays 200 µs less than with a
-- statement that is put together at run time.
create function calendar_sync.watch_relation(
  p_relation regclass, p_root regclass, p_obligation_column name, p_user_column name
) returns void
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  v_function constant text := format('calendar_sync.%I', calendar_sync.on_change(p_relation));
  -- Columns of a partition may stand in another order.
  v_same_columns constant boolean := (
    select array_agg(attname order by attnum) from pg_catalog.pg_attribute
    where attrelid = p_relation and attnum > 0 and not attisdropped
  ) = (
    select array_agg(attname order by attnum) from pg_catalog.pg_attribute
    where attrelid = p_root and attnum > 0 and not attisdropped
  );
  v_row constant text := case when v_same_columns then 'row (%1$s.*)::%2$s'
    else 'jsonb_populate_record(null::%2$s, to_jsonb(row (%1$s.*)::' || p_relation || '))' end;
  v_old constant text := 'old_rows cross join lateral calendar_sync.deadline_of(' || format(v_row, 'old_rows', p_root) || ')';
  v_new constant text := 'new_rows cross join lateral calendar_sync.deadline_of(' || format(v_row, 'new_rows', p_root) || ')';
  v_cases text;
  v_event text;
begin
  perform calendar_sync.check_triggerable(p_relation);
  -- For each kind of statement: whose obligations it changed.
  select string_agg(format($source$
    when %L then
      select array_agg(listener.integration_id) filter (where listener.integration_id is not null),
        array_agg(changed.obligation_id) filter (where listener.integration_id is not null),
        array_agg(listener.feed_user_id) filter (where listener.feed_user_id is not null)
      into v_integration_ids, v_obligation_ids, v_feed_user_ids
      from (%s) as changed (obligation_id, user_id)
      join calendar_sync.listeners as listener on listener.user_id = changed.user_id;$source$, event.name, case
        when p_user_column is null then event.of_obligations else format(event.of_members, p_obligation_column, p_user_column)
      end), '') into v_cases
  from (values
    ('INSERT', format($rows$
        select deadline.obligation_id, deadline.recipient_id from %s as deadline
        where deadline.deadline_date is not null or deadline.deadline_at is not null
      $rows$, v_new), 'select %1$I, %2$I from new_rows'),
    ('UPDATE', format($rows$
        with before as materialized (
          select deadline.* from %s as deadline
        ), after as materialized (
          select deadline.* from %s as deadline
        )
        select each.obligation_id, each.recipient_id from (
          (select * from before except select * from after) union all (select * from after except select * from before)
        ) as each
        group by each.obligation_id, each.recipient_id
      $rows$, v_old, v_new),
      '(select %1$I, %2$I from old_rows except select %1$I, %2$I from new_rows) union (select %1$I, %2$I from new_rows except select %1$I, %2$I from old_rows)'),
    ('DELETE', format('select deadline.obligation_id, deadline.recipient_id from %s as deadline', v_old),
      'select %1$I, %2$I from old_rows')
  ) as event (name, of_obligations, of_members);
  execute format($definition$
create or replace function %1$s() returns trigger
language plpgsql volatile security definer set search_path = '' set jit = off
as $function$
declare
  v_integration_ids uuid[];
  v_obligation_ids uuid[];
  v_feed_user_ids uuid[];
  v_lost_ids uuid[];
begin
  case tg_op %2$s
    when 'TRUNCATE' then
      perform calendar_sync.append_changes_to_all();
  end case;
  -- Most writes concern no calendar, or one.
  if cardinality(v_integration_ids) = 1 then
    insert into calendar_sync.changes (integration_id, obligation_id, kind, priority, cause)
    values (v_integration_ids[1], v_obligation_ids[1], 'event', 0, calendar_sync.cause());
  elsif v_integration_ids is not null then
    perform calendar_sync.append_event_changes(v_integration_ids, v_obligation_ids);
  end if;
  if v_feed_user_ids is not null then
    perform calendar_sync.append_feed_changes(v_feed_user_ids);
  end if;
  return null;
exception when others then
  if tg_op in ('INSERT', 'UPDATE') then
    select array_agg(%3$I) into v_lost_ids from new_rows;
  end if;
  if tg_op in ('DELETE', 'UPDATE') then
    select array_agg(%3$I) || v_lost_ids into v_lost_ids from old_rows;
  end if;
  perform calendar_sync.note_incident('enqueue', sqlstate, sqlerrm, v_lost_ids);
  return null;
end;
$function$
  $definition$, v_function, v_cases, p_obligation_column);
  execute format('revoke execute on function %s() from public, anon, authenticated, service_role', v_function);
  execute format('comment on function %s() is %L', v_function,
    format('Appends a change for what a statement on %s changed for a recipient with a calendar or a feed. Made by calendar_sync.watch.', p_relation));
  foreach v_event in array array[
    'insert after insert on %s referencing new table as new_rows',
    'update after update on %s referencing old table as old_rows new table as new_rows',
    'delete after delete on %s referencing old table as old_rows',
    'truncate after truncate on %s'
  ] loop
    execute format('create or replace trigger calendar_sync_' || v_event || ' for each statement execute function %s()',
      p_relation, v_function);
  end loop;
  insert into calendar_sync.watched_tables (relation, root, obligation_column, user_column)
  values (p_relation, p_root, p_obligation_column, p_user_column)
  on conflict (relation) do update
  set root = excluded.root, obligation_column = excluded.obligation_column, user_column = excluded.user_column;
end;
$$;

comment on function calendar_sync.watch_relation(regclass, regclass, name, name) is
  'Makes the triggers of one watched table or partition.';

create function calendar_sync.unwatch_relation(p_relation regclass) returns void
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  v_trigger text;
begin
  delete from calendar_sync.watched_tables where relation = p_relation;
  foreach v_trigger in array array['insert', 'update', 'delete', 'truncate'] loop
    execute format('drop trigger if exists calendar_sync_%s on %s', v_trigger, p_relation);
  end loop;
  execute format('drop function if exists calendar_sync.%I()', calendar_sync.on_change(p_relation));
end;
$$;

comment on function calendar_sync.unwatch_relation(regclass) is 'Removes the triggers of one table or partition.';

create function calendar_sync.replace_deadlines_view() returns void
language plpgsql volatile security invoker set search_path = ''
as $$
begin
  -- Inlined with the adapter: a filter on the view is one on the table. The host does not limit its texts, so the view does, above
  -- what any event shows: one huge row must not take the memory of a worker that others share.
  execute 'create or replace view calendar_sync.deadlines with (security_invoker = true) as ' || coalesce((
    select string_agg(format(
      'select deadline.obligation_id, deadline.recipient_id, left(deadline.title, 1000) as title,
        left(deadline.description, 40000) as description, left(deadline.obligation_type, 200) as obligation_type, deadline.status,
        deadline.deadline_date, deadline.deadline_at, left(deadline.time_zone, 100) as time_zone,
        case when length(deadline.url) <= 8000 then deadline.url end as url
      from %s as obligation cross join lateral calendar_sync.deadline_of(obligation) as deadline', root),
      ' union all ' order by root::text)
    from calendar_sync.watched_tables where relation = root and user_column is null
  ), 'select nothing.* from unnest(''{}''::calendar_sync.deadline[]) as nothing');
end;
$$;

comment on function calendar_sync.replace_deadlines_view() is 'Makes calendar_sync.deadlines a view over all watched tables.';

create function calendar_sync.watch(p_table regclass, p_key name) returns void
language plpgsql volatile security invoker set search_path = ''
as $$
begin
  perform calendar_sync.check_watchable(p_table, p_key);
  if not exists (
    select from pg_catalog.pg_proc as adapter
    join pg_catalog.pg_class as class on class.reltype = adapter.proargtypes[0]
    where adapter.pronamespace = 'calendar_sync'::regnamespace and adapter.proname = 'deadline_of' and class.oid = p_table
  ) then
    raise exception 'There is no adapter calendar_sync.deadline_of(%).', p_table using errcode = 'undefined_function',
      hint = format('create function calendar_sync.deadline_of(obligation %s) returns setof calendar_sync.deadline …   -- see docs/embed/adapt.md', p_table);
  end if;
  perform calendar_sync.watch_relation(part.relid, p_table, p_key, null)
  from (select p_table as relid union select relid from pg_catalog.pg_partition_tree(p_table)) as part;
  perform calendar_sync.replace_deadlines_view();
  perform calendar_sync.append_changes_to_all();
end;
$$;

comment on function calendar_sync.watch(regclass, name) is
  'Has every change of a table of obligations noticed; p_key is the column with the obligation''s id. Makes triggers on the table and its partitions, and the view calendar_sync.deadlines over all watched tables. It may be repeated.';

create function calendar_sync.watch_recipients(p_table regclass, p_obligation name, p_user name) returns void
language plpgsql volatile security invoker set search_path = ''
as $$
begin
  perform calendar_sync.check_watchable(p_table, p_obligation);
  perform calendar_sync.check_watchable(p_table, p_user);
  perform calendar_sync.watch_relation(part.relid, p_table, p_obligation, p_user)
  from (select p_table as relid union select relid from pg_catalog.pg_partition_tree(p_table)) as part;
  perform calendar_sync.append_changes_to_all();
end;
$$;

comment on function calendar_sync.watch_recipients(regclass, name, name) is
  'Has every change of a table of members noticed: p_obligation is the column with the obligation''s id, p_user the one with the user''s. It may be repeated.';

create function calendar_sync.unwatch(p_table regclass) returns void
language plpgsql volatile security invoker set search_path = ''
as $$
begin
  perform calendar_sync.unwatch_relation(relation) from calendar_sync.watched_tables where root = p_table;
  perform calendar_sync.replace_deadlines_view();
  perform calendar_sync.append_changes_to_all();
end;
$$;

comment on function calendar_sync.unwatch(regclass) is
  'Ends calendar_sync.watch or watch_recipients of a table. Events of its obligations are removed.';

create function calendar_sync.watch_partitions() returns void
language plpgsql volatile security definer set search_path = ''
-- The host's next writes wait behind us.
set lock_timeout = '1s'
as $$
declare
  v_partition record;
  v_changed boolean := false;
begin
  -- A table that was dropped leaves its row behind.
  delete from calendar_sync.watched_tables as watched
  where not exists (select from pg_catalog.pg_class as class where class.oid = watched.relation);
  for v_partition in
    select watched.relation, watched.root, watched.obligation_column, watched.user_column, false as is_attached
    from calendar_sync.watched_tables as watched
    where watched.relation <> watched.root
      and not exists (select from pg_catalog.pg_partition_tree(watched.root) as part where part.relid = watched.relation)
    union all
    select part.relid, root.root, root.obligation_column, root.user_column, true
    from calendar_sync.watched_tables as root
    join pg_catalog.pg_class as class on class.oid = root.root and class.relkind = 'p'
    cross join lateral pg_catalog.pg_partition_tree(root.root) as part
    where root.relation = root.root
      and not exists (select from calendar_sync.watched_tables as watched where watched.relation = part.relid)
  loop
    begin
      if v_partition.is_attached then
        perform calendar_sync.watch_relation(
          v_partition.relation, v_partition.root, v_partition.obligation_column, v_partition.user_column);
      else
        perform calendar_sync.unwatch_relation(v_partition.relation);
      end if;
      v_changed := true;
    exception when others then
      perform calendar_sync.note_incident_hourly('watch', v_partition.relation::text, sqlstate, sqlerrm);
    end;
  end loop;
  if v_changed then
    perform calendar_sync.append_changes_to_all(calendar_sync.cause('repair'));
  end if;
end;
$$;

comment on function calendar_sync.watch_partitions() is
  'Called by the tick: partitions that were attached are watched, those that were detached no more, and calendars are scanned after either. Where that fails, it is an incident and tried again.';

create function calendar_sync.look_at_obligations(p_obligation_ids uuid[]) returns void
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_integration_ids uuid[];
  v_obligation_ids uuid[];
  v_feed_user_ids uuid[];
begin
  with concerned as (
    select each.id as obligation_id, deadline.recipient_id as user_id
    from unnest(p_obligation_ids) as each (id)
    cross join lateral (
      select every.recipient_id from calendar_sync.deadlines as every where every.obligation_id = each.id offset 0
    ) as deadline
    union
    select mapping.obligation_id, integration.user_id
    from public.calendar_event_mappings as mapping
    join public.calendar_integrations as integration on integration.id = mapping.integration_id
    where mapping.obligation_id = any (p_obligation_ids)
    union
    select item.obligation_id, item.user_id from calendar_sync.feed_items as item
    where item.obligation_id = any (p_obligation_ids)
  )
  select array_agg(listener.integration_id) filter (where listener.integration_id is not null),
    array_agg(concerned.obligation_id) filter (where listener.integration_id is not null),
    array_agg(listener.feed_user_id) filter (where listener.feed_user_id is not null)
  into v_integration_ids, v_obligation_ids, v_feed_user_ids
  from concerned join calendar_sync.listeners as listener on listener.user_id = concerned.user_id;
  if v_integration_ids is not null then
    perform calendar_sync.append_event_changes(v_integration_ids, v_obligation_ids);
  end if;
  if v_feed_user_ids is not null then
    perform calendar_sync.append_feed_changes(v_feed_user_ids);
  end if;
end;
$$;

comment on function calendar_sync.look_at_obligations(uuid[]) is
  'Has these obligations looked at in the calendars and feeds of their recipients, former ones too. Fails where the adapter does.';

create function calendar_sync.obligations_changed(p_obligation_ids uuid[]) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform calendar_sync.look_at_obligations(p_obligation_ids);
exception when others then
  perform calendar_sync.note_incident('enqueue', sqlstate, sqlerrm, p_obligation_ids);
end;
$$;

comment on function calendar_sync.obligations_changed(uuid[]) is
  'Has these obligations looked at in the calendars and feeds of their recipients, former ones too. For tables that do not contain the obligation''s id. Never fails.';

-- schemas/075_wake_up.sql

-- The wake-up call: one HTTP call that says "look into the outbox". It may get lost or come twice; neither does harm.

-- pg_net forgets a request when it sends it, and its answers name no address: this tells which answers are to our calls.
-- Unlogged, as pg_net's own tables are: after a crash neither knows anything.
create unlogged table calendar_sync.wake_up_calls (
  id bigint generated always as identity primary key,
  request_id bigint not null,
  at timestamptz not null default clock_timestamp()
);

comment on table calendar_sync.wake_up_calls is 'The last calls of the worker, by which their answers in pg_net are known. The tick keeps a hundred.';
comment on column calendar_sync.wake_up_calls.request_id is 'The id of its answer in net._http_response, once there is one.';

alter table calendar_sync.wake_up_calls enable row level security;

-- pg_net sends a batch and deletes it in one transaction. A row that is locked is on its way already, to a worker that may look
-- before we commit: only a row that nobody holds makes another call unnecessary. The header is written out, no
-- variable: with one PostgreSQL may plan the query anew each time, which takes longer than all the rest.
create function calendar_sync.wake_up() returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_url text;
  v_secret text;
begin
  perform from net.http_request_queue where headers ? 'x-calendar-sync-secret' limit 1 for key share skip locked;
  if found then
    return;
  end if;
  select decrypted_secret into v_url from vault.decrypted_secrets where name = 'calendar_sync_url';
  select decrypted_secret into v_secret from vault.decrypted_secrets where name = 'calendar_sync_secret';
  if v_url is null or v_secret is null then
    return;
  end if;
  insert into calendar_sync.wake_up_calls (request_id) values (net.http_post(
    url := v_url,
    body := '{}',
    headers := jsonb_build_object('content-type', 'application/json', 'x-calendar-sync-secret', v_secret),
    timeout_milliseconds := 5000
  ));
exception when others then
  perform calendar_sync.note_incident('wake_up', sqlstate, sqlerrm);
end;
$$;

comment on function calendar_sync.wake_up() is
  'Wakes the worker through pg_net, unless a call is queued. Without the Vault secrets calendar_sync_url and calendar_sync_secret jobs wait.';

-- While many write, a call is queued most of the time: then asking wake_up would cost every write as much again.
create function calendar_sync.wake_up_at_commit() returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if current_setting('calendar_sync.woken', true) = 'yes' then
    return null;
  end if;
  perform set_config('calendar_sync.woken', 'yes', true);
  begin
    perform from net.http_request_queue where headers ? 'x-calendar-sync-secret' limit 1 for key share skip locked;
    if not found then
      perform calendar_sync.wake_up();
    end if;
  exception when others then
    perform calendar_sync.note_incident('wake_up', sqlstate, sqlerrm);
  end;
  return null;
end;
$$;

comment on function calendar_sync.wake_up_at_commit() is 'Wakes the worker once, as the last act of a transaction, however many changes it appended.';

-- Deferred, so that a long transaction does not spend its call before there is anything to see.
create constraint trigger wake_up_at_commit after insert on calendar_sync.changes
deferrable initially deferred for each row execute function calendar_sync.wake_up_at_commit();

-- schemas/080_compare.sql

-- The one question about a calendar: which obligations differ from what was recorded? For some ids it is compare; in key order it
-- is the scan, for one obligation `explain`, over everything the sweep.

create type calendar_sync.comparison as (
  obligation_id uuid,
  deadline calendar_sync.deadline,
  deadline_hash text,
  calendar_id text,
  event_id text,
  content_hash text,
  synced_at timestamptz,
  is_wanted boolean,
  differs boolean,
  etag text,
  previous_etag text,
  sent_time jsonb,
  edit calendar_sync.edits,
  is_hidden boolean
);

comment on type calendar_sync.comparison is
  'An obligation as it is and as a calendar was last brought into line. deadline null: not this user''s. event_id null: no event. is_wanted: it should have an event. differs: a filter that is wider than the worker''s plan, never narrower. edit: what its user did to the event. is_hidden: its user wants no event.';

create function calendar_sync.texts_of(p_list jsonb) returns text[]
language plpgsql immutable security invoker set search_path = ''
as $$
begin
  return case when jsonb_typeof(p_list) = 'array' then array(select jsonb_array_elements_text(p_list)) end;
end;
$$;

comment on function calendar_sync.texts_of(jsonb) is 'A list of texts; null where it is none.';

create function calendar_sync.is_to_be_shown(
  p_status text, p_deadline_date date, p_deadline_at timestamptz, p_obligation_type text, p_completed_events text, p_types text[]
) returns boolean
language plpgsql immutable security invoker set search_path = ''
as $$
begin
  return (p_deadline_date is not null or p_deadline_at is not null)
    and p_status <> 'cancelled'
    and (p_status <> 'completed' or p_completed_events = 'keep')
    and (p_types is null or coalesce(p_obligation_type = any (p_types), false));
end;
$$;

comment on function calendar_sync.is_to_be_shown(text, date, timestamptz, text, text, text[]) is
  'Whether an obligation is to have an event, by the settings of a calendar. p_types null: obligations of every type.';

-- Titles that are made by a template show the template and may show the type, so the hash covers both; else it stays as it was.
--
-- The hash is spelt without anything that a session's TimeZone or DateStyle could change, or that fails for infinity.
create function calendar_sync.compare(p_integration_id uuid, p_obligation_ids uuid[]) returns setof calendar_sync.comparison
language plpgsql stable security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off set plan_cache_mode = force_generic_plan
as $$
declare
  v_integration public.calendar_integrations;
  v_settings jsonb;
  v_completed_events text;
  -- Null: all.
  v_types text[];
  -- Null: titles are those of the obligations.
  v_title_template text;
begin
  select * into v_integration from public.calendar_integrations where id = p_integration_id;
  v_settings := calendar_sync.complete_settings(v_integration.settings);
  v_completed_events := v_settings ->> 'completed_events';
  v_types := calendar_sync.texts_of(v_settings -> 'obligation_types');
  v_title_template := nullif(v_settings ->> 'title_template', '{title}');
  return query
  select each.id, found.deadline, found.hash, mapping.calendar_id, mapping.external_event_id, mapping.content_hash,
    mapping.synced_at, shown.is_wanted, case
      when not shown.is_wanted then mapping.id is not null
      else mapping.id is null or mapping.calendar_id is distinct from v_integration.calendar_id or mapping.deadline_hash <> found.hash
    end, mapping.etag, mapping.previous_etag, mapping.sent_time, edit.its_row, shown.is_hidden
  from unnest(p_obligation_ids) as each (id)
  left join lateral (
    select row (candidate.*)::calendar_sync.deadline as deadline,
      md5(jsonb_build_array(
        candidate.title, candidate.description, candidate.status, extract(epoch from candidate.deadline_date),
        extract(epoch from candidate.deadline_at), candidate.time_zone, candidate.url
      )::text || case when v_title_template is null then '' else jsonb_build_array(v_title_template, candidate.obligation_type)::text end) as hash,
      v_integration.status <> 'disconnecting' and calendar_sync.is_to_be_shown(candidate.status, candidate.deadline_date,
        candidate.deadline_at, candidate.obligation_type, v_completed_events, v_types) as is_wanted
    from (
      -- OFFSET keeps the recipient out of this look-up: right after a bulk import the planner would go through all of a user's
      -- obligations for each id (200 ids of 400: 150 ms instead of 6).
      select every_recipient.* from calendar_sync.deadlines as every_recipient
      where every_recipient.obligation_id = each.id offset 0
    ) as candidate
    where candidate.recipient_id = v_integration.user_id
  ) as found on true
  left join lateral (
    -- OFFSET: else the planner may go through all events of the calendar for each id.
    select known.* from public.calendar_event_mappings as known
    where known.integration_id = p_integration_id and known.obligation_id = each.id offset 0
  ) as mapping on true
  left join lateral (
    select known as its_row from calendar_sync.edits as known
    where known.integration_id = p_integration_id and known.obligation_id = each.id offset 0
  ) as edit on true
  cross join lateral (
    select coalesce((edit.its_row).is_hidden, false) and calendar_sync.edit_holds(edit.its_row, found.deadline) as is_hidden
  ) as its_user
  cross join lateral (
    select its_user.is_hidden, coalesce(found.is_wanted, false) and not its_user.is_hidden as is_wanted
  ) as shown;
end;
$$;

comment on function calendar_sync.compare(uuid, uuid[]) is
  'Compares these obligations with what was recorded for a calendar, a row for each id.';

create function calendar_sync.edit_json(edit calendar_sync.edits, deadline calendar_sync.deadline) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select jsonb_build_object(
    'seen', edit.seen,
    'is_kept', edit.is_kept and calendar_sync.edit_holds(edit, deadline),
    'is_gone', edit.is_gone,
    'original_event_id', edit.original_event_id,
    'has_guests', edit.has_guests
  )
$$;

comment on function calendar_sync.edit_json(calendar_sync.edits, calendar_sync.deadline) is 'What its user did to an event, as the worker gets it.';

create function calendar_sync.keys_after(p_integration_id uuid, p_after uuid, p_keys integer) returns uuid[]
language plpgsql stable security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off set plan_cache_mode = force_custom_plan
as $$
declare
  v_user_id constant uuid := (select user_id from public.calendar_integrations where id = p_integration_id);
begin
  return array(
    (
      select deadline.obligation_id as id from calendar_sync.deadlines as deadline
      where deadline.recipient_id = v_user_id and (p_after is null or deadline.obligation_id > p_after)
      order by 1 limit p_keys
    )
    union
    (
      select mapping.obligation_id from public.calendar_event_mappings as mapping
      where mapping.integration_id = p_integration_id and (p_after is null or mapping.obligation_id > p_after)
      order by 1 limit p_keys
    )
    order by 1 limit p_keys
  );
end;
$$;

comment on function calendar_sync.keys_after(uuid, uuid, integer) is
  'The next obligations of a calendar in the order of their ids: those of its user and those with an event. p_after null: from the first.';

create function calendar_sync.deadline_for(p_obligation_id uuid, p_user_id uuid) returns calendar_sync.deadline
language plpgsql stable security definer set search_path = ''
as $$
begin
  return (
    select row (candidate.*)::calendar_sync.deadline
    from (
      -- OFFSET: as in calendar_sync.compare.
      select every_recipient.* from calendar_sync.deadlines as every_recipient
      where every_recipient.obligation_id = p_obligation_id offset 0
    ) as candidate
    where candidate.recipient_id = p_user_id
  );
end;
$$;

comment on function calendar_sync.deadline_for(uuid, uuid) is 'An obligation as this user sees it; null where it is not the user''s.';

-- The safety stop: a calendar that is about to lose many events at once asks first. Due jobs are looked at in the order in which they
-- will be claimed. What was written a moment ago settles first: what is deleted in one go right after a bulk sync comes due in
-- portions, and is one go all the same. Every event of a calendar is looked at, so no text of an obligation is read.
create function calendar_sync.count_deletions(p_integration_id uuid, p_due_jobs integer default null) returns integer
language plpgsql stable security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off set plan_cache_mode = force_generic_plan
as $$
declare
  v_integration public.calendar_integrations;
  v_settings jsonb;
  v_completed_events text;
  v_types text[];
  v_ids uuid[];
begin
  select * into v_integration from public.calendar_integrations where id = p_integration_id;
  v_settings := calendar_sync.complete_settings(v_integration.settings);
  v_completed_events := v_settings ->> 'completed_events';
  v_types := calendar_sync.texts_of(v_settings -> 'obligation_types');
  if p_due_jobs is null then
    v_ids := array(select obligation_id from public.calendar_event_mappings where integration_id = p_integration_id);
  else
    v_ids := array(
      select due.obligation_id from (
        select job.obligation_id from calendar_sync.jobs as job
        where job.integration_id = p_integration_id and job.kind = 'event' and job.failed_at is null
          and job.run_at <= now() + calendar_sync.settling_time()
        order by job.priority, job.run_at limit p_due_jobs
      ) as due
      -- OFFSET: as in calendar_sync.compare.
      cross join lateral (
        select from public.calendar_event_mappings as mapping
        where mapping.integration_id = p_integration_id and mapping.obligation_id = due.obligation_id offset 0
      ) as shown
    );
  end if;
  return (
    select count(*)::integer
    from unnest(v_ids) as each (id)
    left join lateral (
      select calendar_sync.is_to_be_shown(candidate.status, candidate.deadline_date, candidate.deadline_at,
        candidate.obligation_type, v_completed_events, v_types) as is_wanted
      from (
        select every_recipient.recipient_id, every_recipient.status, every_recipient.deadline_date, every_recipient.deadline_at,
          every_recipient.obligation_type
        from calendar_sync.deadlines as every_recipient where every_recipient.obligation_id = each.id offset 0
      ) as candidate
      where candidate.recipient_id = v_integration.user_id
    ) as found on true
    where v_integration.status = 'disconnecting' or not coalesce(found.is_wanted, false) or exists (
      select from calendar_sync.edits as known
      where known.integration_id = p_integration_id and known.obligation_id = each.id and known.is_hidden
        and calendar_sync.edit_holds(known, calendar_sync.deadline_for(each.id, v_integration.user_id))
    )
  );
end;
$$;

comment on function calendar_sync.count_deletions(uuid, integer) is
  'How many events of a calendar have to go; where p_due_jobs is given, how many of its next so many due jobs would delete one.';

-- Counts everything when a scan begins, else what is due.
create function calendar_sync.stop_mass_deletion(p_integration_id uuid, p_scan_begins boolean) returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_options calendar_sync.options;
  v_lane calendar_sync.lanes;
  v_events integer;
  v_allowed integer;
  v_deletions integer;
begin
  select * into v_lane from calendar_sync.lanes where integration_id = p_integration_id;
  if v_lane.deletions_agreed then
    update calendar_sync.lanes
    set deletions_agreed = false, deletions_allowed = calendar_sync.count_deletions(p_integration_id)
    where integration_id = p_integration_id;
    return false;
  end if;
  select * into v_options from calendar_sync.options;
  select count(*) into v_events from public.calendar_event_mappings where integration_id = p_integration_id;
  v_allowed := greatest(
    v_options.deletions_free, floor(v_options.deletions_share * v_events)::integer, v_lane.deletions_allowed);
  if v_events <= v_allowed then
    return false;
  end if;
  if not p_scan_begins and calendar_sync.count_deletions(p_integration_id, v_events) <= v_allowed then
    return false;
  end if;
  v_deletions := calendar_sync.count_deletions(p_integration_id);
  if v_deletions <= v_allowed then
    return false;
  end if;
  perform calendar_sync.act_as('worker');
  update public.calendar_integrations
  set status = 'paused', last_error = jsonb_build_object(
    'code', 'mass_deletion',
    'message', format('%s of %s events would be deleted at once, so nothing is changed. Confirm that they shall go, or restore the obligations and choose Sync now.', v_deletions, v_events),
    'details', jsonb_build_object('deletions', v_deletions, 'events', v_events))
  where id = p_integration_id;
  return true;
end;
$$;

comment on function calendar_sync.stop_mass_deletion(uuid, boolean) is
  'Pauses a calendar that is about to lose more events than calendar_sync.options lets go without a question, and says so.';

create function calendar_sync.allow_deletions(p_integration_id uuid) returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_deletions integer;
begin
  perform from public.calendar_integrations where id = p_integration_id for no key update;
  v_deletions := calendar_sync.count_deletions(p_integration_id);
  update calendar_sync.lanes set deletions_allowed = v_deletions where integration_id = p_integration_id;
  update public.calendar_integrations set status = 'active', last_error = null
  where id = p_integration_id and status = 'paused' and last_error ->> 'code' = 'mass_deletion';
  return v_deletions;
end;
$$;

comment on function calendar_sync.allow_deletions(uuid) is
  'Lets a calendar go on that was stopped because many events would be deleted: so many as would be now.';

-- schemas/085_schedule.sql

-- The schedule. Every lane knows from when on it may be worked and how urgent that is, so a claim reads the head of an index
-- instead of looking through jobs.

-- What was written a moment ago is left alone for this long: a burst of edits costs two writes, the first and the last.
create function calendar_sync.settling_time() returns interval
language sql immutable security invoker set search_path = ''
as $$ select interval '1 second' $$;

comment on function calendar_sync.settling_time() is
  'For so long an obligation is left alone after its event was written: a burst of edits costs two writes, the first and the last.';

create function calendar_sync.attempts_max() returns integer
language sql immutable security invoker set search_path = ''
as $$ select 8 $$;

comment on function calendar_sync.attempts_max() is 'After so many attempts of its own a job is given up until its obligation changes or somebody asks.';

create view calendar_sync.schedule with (security_invoker = true) as
select lane.integration_id, work.priority, case when work.due_at is not null then
    greatest(work.due_at, lane.wait_until, lane.leased_until)
  end as ready_at
from calendar_sync.lanes as lane
join public.calendar_integrations as integration on integration.id = lane.integration_id
left join lateral (
  select due.priority, greatest(due.run_at, now()) as due_at
  from (
    select head.priority, head.run_at
    from (values (0::smallint), (1::smallint), (2::smallint)) as class (priority)
    cross join lateral (
      select job.priority, job.run_at from calendar_sync.jobs as job
      where job.integration_id = lane.integration_id and job.priority = class.priority and job.failed_at is null
        and job.kind not in ('disconnect', 'keep_alive', 'channel', 'test_event')
        and (job.kind not in ('find_orphans', 'pull', 'reapply') or integration.status = 'active')
      order by job.run_at limit 1
    ) as head
    where integration.status = 'active' and integration.sync_enabled or integration.status = 'disconnecting'
    union all
    -- The last step of leaving waits until nothing of ours is left in the calendar.
    select job.priority, job.run_at from calendar_sync.jobs as job
    where job.integration_id = lane.integration_id and job.kind = 'disconnect' and job.obligation_id is null
      and integration.status = 'disconnecting'
      and not exists (
        select from calendar_sync.jobs as other
        where other.integration_id = lane.integration_id and other.kind in ('event', 'scan', 'test_event')
      )
      and not exists (
        select from public.calendar_event_mappings as mapping where mapping.integration_id = lane.integration_id
      )
    union all
    -- A token of a paused calendar ends too. Channels end while an administrator has paused it. A test event goes while syncing is off.
    select job.priority, job.run_at from calendar_sync.jobs as job
    where job.integration_id = lane.integration_id and job.obligation_id is null and (
      job.kind = 'keep_alive' and integration.status in ('active', 'paused')
      or job.kind = 'test_event' and integration.status in ('active', 'disconnecting')
      or job.kind = 'channel' and (integration.status = 'active' and integration.sync_enabled
        or integration.status = 'disconnecting' or integration.paused_by_admin is not null)
    )
  ) as due
  -- What settles in a moment counts as due: else its priority would not be known until the lane is claimed again.
  order by greatest(due.run_at, now() + calendar_sync.settling_time()), due.priority, due.run_at limit 1
) as work on true;

comment on view calendar_sync.schedule is
  'What each lane has to do next and from when on it may, worked out from scratch. lanes.ready_at and lanes.priority say the same.';

-- A lane that waits already keeps its place in the queue. One that was just served, or has work again, goes to the end.
create function calendar_sync.reschedule(p_integration_ids uuid[]) returns void
language plpgsql volatile security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off set plan_cache_mode = force_generic_plan
as $$
begin
  update calendar_sync.lanes as lane
  set ready_at = fresh.ready_at, priority = coalesce(fresh.priority, lane.priority)
  from (
    select waiting.integration_id, schedule.priority, case
        when waiting.ready_at < schedule.ready_at and schedule.ready_at <= now() then waiting.ready_at else schedule.ready_at
      end as ready_at
    from unnest(p_integration_ids) as each (id)
    cross join lateral (
      -- OFFSET: one by one. With = any (…) very many ids may be compared with very many lanes.
      select own.priority, own.ready_at from calendar_sync.schedule as own where own.integration_id = each.id offset 0
    ) as schedule
    join calendar_sync.lanes as waiting on waiting.integration_id = each.id
  ) as fresh
  where lane.integration_id = fresh.integration_id
    and (lane.ready_at, lane.priority) is distinct from (fresh.ready_at, coalesce(fresh.priority, lane.priority));
end;
$$;

comment on function calendar_sync.reschedule(uuid[]) is 'Works out anew when these lanes may be worked and how urgent that is.';

create function calendar_sync.set_wait(p_integration_ids uuid[], p_reason text, p_until timestamptz) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  update calendar_sync.lanes set wait_reason = p_reason, wait_until = p_until
  where integration_id = any (p_integration_ids) and (p_reason is not null or wait_reason is not null);
end;
$$;

comment on function calendar_sync.set_wait(uuid[], text, timestamptz) is
  'Has these lanes wait, or, with nulls, wait no more. calendar_sync.reschedule then says when they may be worked.';

-- What a lane waits for besides its own work.
create function calendar_sync.wait_of(
  lane calendar_sync.lanes, provider calendar_sync.providers, out reason text, out until timestamptz
)
language sql stable security invoker set search_path = ''
as $$
  select case
      when lane.leased_until > now() then 'leased'
      when provider.open_since is not null then 'provider_down'
      when provider.quota_until > now() then 'project_quota'
      when lane.wait_until > now() then lane.wait_reason
    end,
    case when coalesce(lane.leased_until <= now(), true) then
      nullif(greatest(lane.wait_until, provider.probe_at, provider.quota_until, now()), now())
    end
$$;

comment on function calendar_sync.wait_of(calendar_sync.lanes, calendar_sync.providers) is
  'What a lane waits for, and until when: leased, provider_down, project_quota, backoff, retry_after, quota, user_blocked; null: nothing, or only for its own next work at ready_at.';

create function calendar_sync.absorb_changes(p_changes integer) returns void
language plpgsql volatile security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off set plan_cache_mode = force_generic_plan
as $$
declare
  -- Each takes 25 to 40 µs, and a hosted statement may take 8 s.
  v_rows_max constant integer := greatest(p_changes, 50000);
  v_lanes uuid[];
  v_retries calendar_sync.changes[];
  v_asked uuid[];
  v_agreed uuid[];
  v_agreed_edits uuid[];
  v_put_back calendar_sync.changes[];
begin
  -- Skip leased lanes: their record would block on our lock.
  select array_agg(lane.integration_id) into v_lanes from (
    select locked.integration_id from calendar_sync.lanes as locked
    where locked.integration_id in (
      select change.integration_id
      from calendar_sync.changes as change
      join calendar_sync.lanes as idle using (integration_id)
      where idle.leased_by is null or idle.leased_until <= now()
      order by change.priority, change.id limit p_changes
    )
    for update skip locked
  ) as lane;
  if v_lanes is null then
    return;
  end if;
  -- All changes of a lane at once, so that a lane with many does not keep others waiting; where there are very many, the most urgent
  -- and oldest of each lane. Exactly the rows that are read go.
  with absorbed as (
    delete from calendar_sync.changes as change where change.ctid = any (array(
      select own.at from unnest(v_lanes) as lane (id)
      cross join lateral (
        select waiting.ctid as at from calendar_sync.changes as waiting
        where waiting.integration_id = lane.id order by waiting.priority, waiting.id limit v_rows_max / cardinality(v_lanes)
      ) as own
    )) returning change.*
  ), asked as (
    -- Of several causes that of the most urgent change, and of these the last.
    select each.integration_id, case each.kind when 'listen' then 'scan' when 'put_back' then 'event' else each.kind end as kind, each.obligation_id,
      min(each.priority) as priority, (array_agg(each.cause order by each.priority, each.id desc))[1] as cause,
      case when bool_or(each.kind = 'listen') then '{"listens": true}'::jsonb end as cursor
    from absorbed as each where each.kind not in ('retry', 'reschedule', 'allow_deletions', 'allow_edits')
    group by 1, 2, 3
  ), queued as (
    insert into calendar_sync.jobs as job (integration_id, kind, obligation_id, priority, run_at, cause, cursor, attempted_in)
    select asked.integration_id, asked.kind, asked.obligation_id, asked.priority,
      greatest(now(), mapping.synced_at + calendar_sync.settling_time()), asked.cause, asked.cursor, array(
        select leftover.calendar_id from calendar_sync.leftovers as leftover
        where leftover.integration_id = asked.integration_id and leftover.obligation_id = asked.obligation_id
      )
    from asked
    left join lateral (
      -- OFFSET: as in calendar_sync.compare.
      select known.synced_at from public.calendar_event_mappings as known
      where known.integration_id = asked.integration_id and known.obligation_id = asked.obligation_id offset 0
    ) as mapping on true
    order by asked.integration_id, asked.obligation_id, asked.kind
    on conflict (integration_id, obligation_id, kind) do update
    set version = job.version + 1, priority = excluded.priority, attempts = 0, failed_at = null,
      -- A channel is given up after days of failures, counted from here.
      created_at = case when job.kind = 'channel' then now() else job.created_at end,
      -- A calendar with much news is read all the same: each piece of it would put the pull off.
      run_at = case when job.kind = 'pull' then least(job.run_at, excluded.run_at) else excluded.run_at end,
      last_error = null, cause = excluded.cause,
      -- A scan begins again at once, and is still repeated where it was to be.
      cursor = case when excluded.cursor is not null then excluded.cursor
        when job.cursor ? 'waits_for' then jsonb_build_object('repeat_after', job.cursor -> 'waits_for')
        else job.cursor - 'after' end
    -- A sweep only finds what was forgotten: what is queued or was given up is not forgotten.
    where excluded.priority < 2
  )
  select array_agg(row (each.*)::calendar_sync.changes order by each.id) filter (where each.kind = 'retry'),
    array_agg(each.integration_id) filter (where each.kind = 'allow_deletions'),
    array_agg(each.integration_id) filter (where each.kind = 'allow_edits'),
    array_agg(row (each.*)::calendar_sync.changes) filter (where each.kind = 'put_back')
  into v_retries, v_agreed, v_agreed_edits, v_put_back
  from absorbed as each;
  if v_retries is not null then
    v_asked := array(select distinct integration_id from unnest(v_retries) where priority < 2);
    update calendar_sync.lanes
    set attempts = 0, wait_until = case when wait_reason <> 'backoff' then wait_until end, wait_reason = nullif(wait_reason, 'backoff')
    where integration_id = any (v_asked);
    -- What was given up has the cause of whoever asks. What waits for its next attempt keeps its own.
    update calendar_sync.jobs as job
    set run_at = now(), failed_at = null, priority = retry.priority,
      -- In the night a job that was given up gets one more attempt.
      attempts = case when retry.priority < 2 then 0 else job.attempts end,
      cause = case when job.failed_at is null then job.cause else retry.cause end
    from unnest(v_retries) as retry
    where job.integration_id = retry.integration_id and (retry.obligation_id is null or job.obligation_id = retry.obligation_id)
      and (job.failed_at is not null or job.run_at > now() and job.attempts > 0);
    -- Somebody waits: a provider that was down is tried now, but not more often than once a second.
    update calendar_sync.providers set probe_at = now()
    where probe_at > now() and probe_at < now() + probe_interval - interval '1 second'
      and name in (select lane.provider from calendar_sync.lanes as lane where lane.integration_id = any (v_asked));
  end if;
  if v_agreed is not null then
    -- They are counted with the batch: the host's adapter, which may fail, fails its own lane there.
    update calendar_sync.lanes set deletions_agreed = true where integration_id = any (v_agreed);
  end if;
  if v_agreed_edits is not null then
    update calendar_sync.pulls set edits_agreed = true where integration_id = any (v_agreed_edits);
  end if;
  if v_put_back is not null then
    perform calendar_sync.end_moves(array_agg(each.integration_id), array_agg(each.obligation_id)) from unnest(v_put_back) as each;
  end if;
  -- A user who connects again while leaving stays.
  delete from calendar_sync.jobs as job
  using public.calendar_integrations as integration
  where job.integration_id = any (v_lanes) and job.obligation_id is null and job.kind = 'disconnect'
    and integration.id = job.integration_id and integration.status <> 'disconnecting';
  perform calendar_sync.reschedule(v_lanes);
end;
$$;

comment on function calendar_sync.absorb_changes(integer) is
  'Turns the changes of lanes that nobody works into jobs: of the lanes of the p_changes most urgent and oldest changes. 50,000 changes at most, or p_changes.';

create function calendar_sync.work_is_due() returns boolean
language plpgsql volatile security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
begin
  return exists (
    select from calendar_sync.changes as change
    cross join lateral (
      -- OFFSET: few changes, or none, are no reason to read every lane.
      select from calendar_sync.lanes as lane
      where lane.integration_id = change.integration_id and (lane.leased_by is null or lane.leased_until <= now()) offset 0
    ) as idle
  ) or exists (
    select from calendar_sync.queue_heads() as head
    where head.ready_at <= now() and coalesce(head.waits_until <= now(), true)
  ) or calendar_sync.deliveries_are_due() or calendar_sync.ending_channels_are_due();
end;
$$;

comment on function calendar_sync.work_is_due() is 'Whether there is work that could be done now and that no worker does.';

create function calendar_sync.queue_heads()
returns table (provider text, priority smallint, ready_at timestamptz, is_open boolean, waits_until timestamptz)
language plpgsql stable security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
begin
  return query
  select provider.name, class.priority, first.ready_at, provider.open_since is not null,
    greatest(provider.quota_until, provider.probe_at)
  from calendar_sync.providers as provider
  cross join (values (0::smallint), (1::smallint), (2::smallint)) as class (priority)
  cross join lateral (
    select lane.ready_at from calendar_sync.lanes as lane
    where lane.provider = provider.name and lane.priority = class.priority and lane.ready_at is not null
    order by lane.ready_at limit 1
  ) as first;
end;
$$;

comment on function calendar_sync.queue_heads() is
  'The lane of each provider and priority that is ready first. is_open: the provider''s circuit breaker. waits_until: its own wait.';

-- schemas/090_blocked_users.sql

-- A user who is banned or soft-deleted in Supabase Auth. Syncing pauses and the user's feeds are not found for as long as that
-- lasts. Nothing hears of it: a trigger on auth.users could keep Auth from doing its work, and nobody writes a row when a ban
-- ends. So a claim asks for each lane that it leases, a poll for the feed's owner, and the tick for the few lanes that wait.

-- The columns are looked for in auth.users first. In an older project without them their names are those of `absent`.
create function calendar_sync.blocked_until(p_user_id uuid) returns timestamptz
language plpgsql stable security definer set search_path = ''
as $$
begin
  return (
    select case when found.deleted_at is not null then 'infinity' when found.banned_until > now() then found.banned_until end
    from (values (null::timestamptz, null::timestamptz)) as absent (banned_until, deleted_at)
    cross join lateral (
      select banned_until, deleted_at from auth.users as account where account.id = p_user_id
    ) as found
  );
end;
$$;

comment on function calendar_sync.blocked_until(uuid) is
  'Until when a user is banned; infinity for one who is soft-deleted. Null: the user is neither.';

create index lanes_blocked_idx on calendar_sync.lanes (integration_id) where wait_reason = 'user_blocked';

create function calendar_sync.resume_unblocked() returns void
language plpgsql volatile security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  v_ids uuid[];
begin
  v_ids := array(
    select lane.integration_id from calendar_sync.lanes as lane
    join public.calendar_integrations as integration on integration.id = lane.integration_id
    where lane.wait_reason = 'user_blocked'
      and (integration.status <> 'active' or calendar_sync.blocked_until(integration.user_id) is null)
    for update of lane skip locked
  );
  perform calendar_sync.set_wait(v_ids, null, null);
  perform calendar_sync.reschedule(v_ids);
end;
$$;

comment on function calendar_sync.resume_unblocked() is
  'Called by the tick: lanes go on whose user is not blocked any more, or whose account is being disconnected.';

-- schemas/095_fair_shares.sql

-- Several accounts of one user have one share, so that no user can spend the quota of the project. Others wait where a lane of
-- theirs could be worked now, or is being worked: of the lanes of one claim the first must not take the calls of the last. Nobody
-- is kept from calls that nobody else wants.
create function calendar_sync.fair_share_left(p_provider text, p_integration_id uuid, p_needed integer) returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid;
  v_share integer;
  v_window interval;
  v_used integer;
begin
  select greatest(floor(project_calls * user_share), 1), project_window into v_share, v_window
  from calendar_sync.providers where name = p_provider and project_calls is not null;
  if v_share is null then
    return null;
  end if;
  select user_id into v_user_id from public.calendar_integrations where id = p_integration_id;
  select coalesce(sum(call.calls), 0) into v_used
  from (
    select p_integration_id as id union select id from public.calendar_integrations where user_id = v_user_id and provider = p_provider
  ) as own
  join calendar_sync.provider_calls as call on call.integration_id = own.id and call.at > clock_timestamp() - v_window;
  if v_used + p_needed <= v_share or not exists (
    select from calendar_sync.lanes as lane
    join public.calendar_integrations as integration on integration.id = lane.integration_id
    where lane.leased_by is not null and lane.leased_until > now() and lane.provider = p_provider
      and integration.id <> p_integration_id and integration.user_id is distinct from v_user_id
  ) and not exists (
    select from (values (0::smallint), (1::smallint), (2::smallint)) as class (priority)
    cross join lateral (
      select from calendar_sync.lanes as lane
      join public.calendar_integrations as integration on integration.id = lane.integration_id
      where lane.provider = p_provider and lane.priority = class.priority and lane.ready_at <= now()
        and integration.id <> p_integration_id and integration.user_id is distinct from v_user_id
      limit 1
    ) as other
  ) then
    return null;
  end if;
  return greatest(v_share - v_used, 0);
end;
$$;

comment on function calendar_sync.fair_share_left(text, uuid, integer) is
  'How many calls are left of a user''s share of the project''s quota. Null: the user may use what is there, since nobody else waits, or p_needed calls are within the share.';

-- schemas/097_scan.sql

-- The scan: a walk over all of a calendar, chunk by chunk, which queues a job for everything that differs.

create function calendar_sync.advance_scan(p_integration_id uuid, p_jobs integer) returns void
language plpgsql volatile security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  v_keys_a_chunk constant integer := 1000;
  -- Other lanes wait for the same claim.
  v_until constant timestamptz := clock_timestamp() + interval '300 milliseconds';
  v_scan calendar_sync.jobs;
  v_cursor jsonb;
  v_keys uuid[];
begin
  select * into v_scan from calendar_sync.jobs
  where integration_id = p_integration_id and obligation_id is null and kind = 'scan' and run_at <= now();
  if not found then
    return;
  end if;
  v_cursor := coalesce(v_scan.cursor, '{}');
  loop
    if v_cursor ? 'waits_for' then
      exit when calendar_sync.is_open_before((v_cursor ->> 'waits_for')::xid8);
      v_cursor := '{}';
    end if;
    exit when (
      select count(*) >= p_jobs from (
        select from calendar_sync.jobs
        where integration_id = p_integration_id and kind = 'event' and failed_at is null and run_at <= now() limit p_jobs
      ) as due
    );
    if v_cursor ? 'listens' then
      v_cursor := jsonb_build_object('repeat_after', pg_snapshot_xmax(pg_current_snapshot())::text);
    end if;
    v_keys := calendar_sync.keys_after(p_integration_id, (v_cursor ->> 'after')::uuid, v_keys_a_chunk);
    insert into calendar_sync.jobs as job (integration_id, kind, obligation_id, priority, cause)
    select p_integration_id, 'event', found.obligation_id, v_scan.priority, v_scan.cause
    from calendar_sync.compare(p_integration_id, v_keys) as found where found.differs
    order by found.obligation_id
    on conflict (integration_id, obligation_id, kind) do update
    set version = job.version + 1, priority = excluded.priority, run_at = excluded.run_at, attempts = 0, failed_at = null,
      cause = excluded.cause
    -- What was given up has changed, or somebody asked. A sweep leaves it.
    where job.failed_at is not null and excluded.priority < 2;
    if cardinality(v_keys) = v_keys_a_chunk then
      v_cursor := v_cursor || jsonb_build_object('after', v_keys[v_keys_a_chunk]);
    elsif v_cursor ? 'repeat_after' and calendar_sync.is_open_before((v_cursor ->> 'repeat_after')::xid8) then
      v_cursor := jsonb_build_object('waits_for', v_cursor -> 'repeat_after');
    elsif v_cursor ? 'repeat_after' then
      v_cursor := '{}';
    else
      delete from calendar_sync.jobs
      where integration_id = p_integration_id and obligation_id is null and kind = 'scan';
      return;
    end if;
    exit when clock_timestamp() >= v_until;
  end loop;
  -- A transaction that stays open is asked for less and less often, at most once a minute.
  update calendar_sync.jobs
  set cursor = v_cursor, run_at = case when v_cursor ? 'waits_for'
    then now() + least(greatest((now() - v_scan.created_at) / 4, interval '1 second'), interval '1 minute') else v_scan.run_at end
  where integration_id = p_integration_id and obligation_id is null and kind = 'scan';
end;
$$;

comment on function calendar_sync.advance_scan(uuid, integer) is
  'Goes on with the scan of a calendar, chunk by chunk in the order of ids, until p_jobs jobs are due, its time is up, or the scan is over.';

create function calendar_sync.is_open_before(p_transaction xid8) returns boolean
language sql volatile security invoker set search_path = ''
as $$
  select exists (
    select from pg_snapshot_xip(pg_current_snapshot()) as open (id) where open.id < p_transaction
  )
$$;

comment on function calendar_sync.is_open_before(xid8) is 'Whether a transaction before this one is still open.';

-- schemas/098_batch.sql

-- A batch: what a worker is given of a lane. In json, which is written as it is made: half the time of jsonb.

-- The host does not limit how many long texts there are, and a worker holds all of its lanes in memory.
create function calendar_sync.batch_bytes_max() returns integer
language sql immutable security invoker set search_path = ''
as $$ select 2000000 $$;

comment on function calendar_sync.batch_bytes_max() is
  'So many bytes of deadlines a batch has about; what does not fit in is for the next one. One deadline always fits in.';

-- A worker that has the lane does not absorb what changes meanwhile: the deadline is read new, the version is old.
create function calendar_sync.is_repetition(job calendar_sync.jobs) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  return job.attempted_version is not distinct from job.version and not exists (
    select from calendar_sync.changes as change
    where change.integration_id = job.integration_id
      and (change.obligation_id = job.obligation_id or change.kind in ('scan', 'listen'))
  );
end;
$$;

comment on function calendar_sync.is_repetition(calendar_sync.jobs) is
  'Of a job that was attempted: whether every attempt was of what is wanted now.';

-- The calls that the jobs may cost are counted on the way. A job costs one; a move, or finding what an interrupted attempt left, one
-- more. An event of which no version is known is looked for first: it may be deleted. Reminders of what was completed are looked at
-- and taken away.
create function calendar_sync.due_events(
  p_integration public.calendar_integrations, p_jobs integer,
  out jobs json, out obligation_ids uuid[], out calls integer, out deletions integer
)
language plpgsql stable security definer set search_path = ''
as $$
begin
  obligation_ids := array(
    select job.obligation_id from calendar_sync.jobs as job
    where job.integration_id = p_integration.id and job.kind = 'event' and job.failed_at is null and job.run_at <= now()
    order by job.priority, job.run_at limit p_jobs
  );
  select coalesce(json_agg(json_build_object(
      'obligation_id', due.obligation_id,
      'version', due.version,
      'attempts', due.attempts,
      'attempted_in', due.attempted_in,
      'is_repetition', due.is_repetition,
      'cause', due.cause,
      'deadline', case when (due.deadline).obligation_id is not null and not due.is_hidden then row_to_json(due.deadline) end,
      'deadline_hash', due.deadline_hash,
      'mapping', case when due.event_id is not null then json_build_object(
        'calendar_id', due.calendar_id, 'external_event_id', due.event_id, 'content_hash', due.content_hash,
        'etag', due.etag, 'previous_etag', due.previous_etag, 'sent_time', due.sent_time) end,
      -- A call for each job would take 75 µs.
      'edit', case when (due.edit).obligation_id is not null then calendar_sync.edit_json(due.edit, due.deadline) end
    )), '[]'),
    coalesce(array_agg(due.obligation_id), '{}'),
    coalesce(sum(1 + cardinality(due.attempted_in) + case when due.event_id is null then 0 else
      (due.calendar_id is distinct from p_integration.calendar_id)::integer + case when due.etag is null then 2 else 0 end
      + case when (due.deadline).status = 'completed' and not due.is_hidden then 2 else 0 end
    end), 0),
    count(*) filter (where due.event_id is not null and not due.is_wanted)
  into jobs, obligation_ids, calls, deletions
  from (
    select found.*, job.version, job.attempts, job.attempted_in,
      job.attempted_in <> '{}' and calendar_sync.is_repetition(job) as is_repetition, job.cause, sum(pg_column_size(found.deadline)) over (
        order by job.priority, job.run_at rows between unbounded preceding and 1 preceding
      ) as bytes_before
    from calendar_sync.compare(p_integration.id, obligation_ids) as found
    cross join lateral (
      select queued.* from calendar_sync.jobs as queued
      where queued.integration_id = p_integration.id and queued.obligation_id = found.obligation_id and queued.kind = 'event' offset 0
    ) as job
  ) as due
  where coalesce(due.bytes_before, 0) < calendar_sync.batch_bytes_max();
end;
$$;

comment on function calendar_sync.due_events(public.calendar_integrations, integer) is
  'The event jobs of a calendar that are due, at most p_jobs and calendar_sync.batch_bytes_max, as the worker gets them. calls: how many calls they may cost. deletions: how many of them delete an event.';

-- In the calendar that events belong in: what is to move there is made anew, with reminders of the settings.
create function calendar_sync.events_after(
  p_integration public.calendar_integrations, p_after uuid, p_events integer
) returns jsonb
language plpgsql stable security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off set plan_cache_mode = force_custom_plan
as $$
declare
  v_ids constant uuid[] := array(
    select mapping.obligation_id from public.calendar_event_mappings as mapping
    where mapping.integration_id = p_integration.id and mapping.calendar_id = p_integration.calendar_id
      and (p_after is null or mapping.obligation_id > p_after)
    order by mapping.obligation_id limit p_events
  );
begin
  return (
    select coalesce(jsonb_agg(jsonb_build_object(
      'obligation_id', next.obligation_id,
      'calendar_id', next.calendar_id,
      'event_id', next.event_id,
      'deadline', case when (next.deadline).obligation_id is not null then to_jsonb(next.deadline) end,
      'edit', case when (next.edit).obligation_id is not null then calendar_sync.edit_json(next.edit, next.deadline) end
    ) order by next.obligation_id), '[]')
    from (
      select found.*, sum(pg_column_size(found.deadline)) over (
          order by found.obligation_id rows between unbounded preceding and 1 preceding
        ) as bytes_before
      from calendar_sync.compare(p_integration.id, v_ids) as found
    ) as next
    where coalesce(next.bytes_before, 0) < calendar_sync.batch_bytes_max()
  );
end;
$$;

comment on function calendar_sync.events_after(public.calendar_integrations, uuid, integer) is
  'The next events of a calendar, at most p_events and calendar_sync.batch_bytes_max, in the order of their obligations, for a job that goes through all of them. p_after null: from the first.';

create function calendar_sync.lane_json(
  p_lane calendar_sync.lanes, p_integration public.calendar_integrations, p_kind text, p_jobs json, p_events jsonb, p_calls integer
) returns json
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_single calendar_sync.jobs;
begin
  if p_kind <> 'event' then
    select * into v_single from calendar_sync.jobs as job
    where job.integration_id = p_integration.id and job.kind = p_kind and job.obligation_id is null;
  end if;
  return json_build_object(
    'integration_id', p_integration.id,
    'provider', p_integration.provider,
    'lease', p_lane.lease,
    'kind', p_kind,
    'removing', p_integration.status = 'disconnecting',
    'user_id', coalesce(p_integration.user_id, p_integration.deleted_user_id),
    'calendar', case when p_integration.calendar_id is not null then jsonb_build_object(
      'id', p_integration.calendar_id, 'role', p_integration.calendar_role) end,
    'own_calendar_id', p_integration.own_calendar_id,
    'access', p_integration.access,
    'settings', calendar_sync.complete_settings(p_integration.settings),
    'attempts', p_lane.attempts,
    'batch_jobs', p_lane.batch_jobs,
    'access_token', calendar_sync.read_secret(p_integration.access_token_secret_id),
    'token_expires_at', p_integration.token_expires_at,
    'jobs', p_jobs,
    'single', case when p_kind <> 'event' then jsonb_build_object(
      'version', v_single.version, 'attempts', v_single.attempts,
      'failing_s', case when v_single.attempts = 0 then 0 else extract(epoch from now() - v_single.created_at) end) end,
    'push', case when p_kind in ('channel', 'disconnect') then calendar_sync.channels_json(p_integration) end,
    'cursor', case when p_kind = 'pull' then (
      select calendar_sync.read_secret(pull.cursor_secret_id) from calendar_sync.pulls as pull
      where pull.integration_id = p_integration.id and pull.calendar_id = p_integration.calendar_id
    ) end,
    'events', p_events,
    'test_event', case when p_kind = 'test_event' then calendar_sync.take_test_event(p_integration) end,
    'calls', p_calls,
    'reserved_id', calendar_sync.count_calls(p_lane.provider, p_integration.id, p_calls)
  );
end;
$$;

comment on function calendar_sync.lane_json(calendar_sync.lanes, public.calendar_integrations, text, json, jsonb, integer) is
  'A lane as the worker gets it: with event jobs, or with the one job of another kind. It reserves the calls.';

-- schemas/100_claim.sql

-- What the worker asks for: which lanes are due, and all that it needs to work them. Claim and record are its two calls a batch.

-- A few calls are to spare: for a taken id, for asking whether the calendar is still there, and for looking for orphans. They double
-- with every run that achieved nothing: where many ids are taken, the usual number does not suffice for a single event.
create function calendar_sync.take_batch(p_integration_id uuid) returns json
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_calls_to_spare integer := 5;
  v_doublings_max constant integer := 4;
  -- FILES_PER_REQUEST of CalDAV, the fewest of all providers.
  v_events_a_page constant integer := 50;
  -- CONFIRMATIONS_MAX of the worker.
  v_confirmations constant integer := 25;
  v_calls_for_other_calendars constant integer := 50;
  -- Not until the window is over: others may be served sooner.
  v_others_first constant interval := interval '5 seconds';
  -- A pull goes after the events, but these may never end.
  v_pull_waits constant interval := interval '5 seconds';
  v_connecting_takes constant interval := interval '1 second';
  -- A claim may at least keep the token of a blocked user alive.
  v_asked_again constant interval := interval '1 day';
  v_lane calendar_sync.lanes;
  v_integration public.calendar_integrations;
  v_status text;
  -- Of the jobs that are due and are no event.
  v_due text[];
  v_kind text := 'event';
  v_until timestamptz;
  v_scope text;
  v_left integer;
  v_more_at timestamptz;
  v_fair integer;
  v_jobs integer;
  v_scan_begins boolean := false;
  v_batch record;
  v_events jsonb := jsonb '[]';
  v_calls integer;
begin
  select * into v_lane from calendar_sync.lanes where integration_id = p_integration_id;
  select * into v_integration from public.calendar_integrations where id = p_integration_id;
  v_status := v_integration.status;
  v_due := array(
    select job.kind from calendar_sync.jobs as job
    where job.integration_id = p_integration_id and job.obligation_id is null and job.run_at <= now()
  );
  if 'keep_alive' = any (v_due) and v_status in ('active', 'paused') then
    return calendar_sync.lane_json(v_lane, v_integration, 'keep_alive', '[]', '[]', 0);
  end if;
  -- It takes a few calls, and without it everything that the user changes is seen late. While an administrator has paused the
  -- calendar, its channels end.
  if 'channel' = any (v_due) and (v_status = 'active' and v_integration.sync_enabled or v_status = 'disconnecting'
    or v_integration.paused_by_admin is not null)
  then
    v_kind := 'channel';
  -- So does a test event, also while syncing is switched off, and its user waits for it.
  elsif 'test_event' = any (v_due) and v_status in ('active', 'disconnecting') then
    v_kind := 'test_event';
  -- Syncing was stopped, and the lane was not rescheduled since.
  elsif not (v_status = 'active' and v_integration.sync_enabled or v_status = 'disconnecting') then
    return null;
  end if;
  -- Leaving goes on: events are removed from the calendar of a user who is erased.
  if v_status = 'active' then
    v_until := calendar_sync.blocked_until(v_integration.user_id);
    if v_until is not null then
      perform calendar_sync.set_wait(array[p_integration_id], 'user_blocked', least(v_until, now() + v_asked_again));
      return null;
    end if;
  end if;
  if v_integration.server is not null then
    v_until := calendar_sync.server_wait(v_lane.provider, v_integration.server);
    if v_until is not null then
      perform calendar_sync.set_wait(array[p_integration_id], 'backoff', v_until);
      return null;
    end if;
  end if;
  select quota.scope, quota.left_for_syncing, quota.more_at into v_scope, v_left, v_more_at
  from calendar_sync.quota_of(v_lane.provider, p_integration_id) as quota
  order by quota.left_for_syncing, quota.scope desc limit 1;
  if v_left = 0 then
    if v_scope = 'project' then
      update calendar_sync.providers set quota_until = v_more_at where name = v_lane.provider;
    else
      perform calendar_sync.set_wait(array[p_integration_id], 'quota', v_more_at);
    end if;
    return null;
  end if;
  v_calls_to_spare := v_calls_to_spare * power(2, least(v_lane.attempts, v_doublings_max));
  v_fair := calendar_sync.fair_share_left(v_lane.provider, p_integration_id, v_lane.batch_jobs + v_calls_to_spare);
  if v_fair = 0 then
    perform calendar_sync.set_wait(array[p_integration_id], 'quota', now() + v_others_first);
    return null;
  end if;
  v_left := least(v_left, v_fair);
  if v_kind <> 'event' then
    perform calendar_sync.set_wait(array[p_integration_id], null, null);
    return calendar_sync.lane_json(v_lane, v_integration, v_kind, '[]', '[]', least(v_left, v_calls_to_spare));
  end if;
  v_jobs := least(v_lane.batch_jobs, v_left);
  if 'scan' = any (v_due) then
    select not coalesce(cursor ? 'after', false) into v_scan_begins from calendar_sync.jobs
    where integration_id = p_integration_id and obligation_id is null and kind = 'scan';
    perform calendar_sync.advance_scan(p_integration_id, v_jobs);
  end if;
  select * into v_batch from calendar_sync.due_events(v_integration, v_jobs);
  -- What is about to be deleted is counted before anything is: everything when a scan begins, else where the batch deletes.
  if v_status = 'active' and (v_scan_begins or v_batch.deletions > 0)
    and calendar_sync.stop_mass_deletion(p_integration_id, v_scan_begins)
  then
    -- It begins again when the calendar goes on.
    update calendar_sync.jobs set cursor = cursor - 'after'
    where integration_id = p_integration_id and obligation_id is null and kind = 'scan';
    return null;
  end if;
  if v_due && array['pull', 'find_orphans', 'reapply', 'disconnect'] then
    select job.kind into v_kind from calendar_sync.jobs as job
    where job.integration_id = p_integration_id and job.obligation_id is null and job.run_at <= now()
      and case when v_batch.obligation_ids <> '{}' then job.kind = 'pull' and job.run_at <= now() - v_pull_waits else true end
      and (job.kind in ('pull', 'find_orphans', 'reapply') and v_status = 'active'
        or job.kind = 'disconnect' and v_status = 'disconnecting'
          and not exists (
            select from calendar_sync.jobs as other
            where other.integration_id = p_integration_id and other.kind in ('event', 'scan', 'test_event')
          )
          and not exists (
            select from public.calendar_event_mappings as mapping where mapping.integration_id = p_integration_id
          ))
    order by job.kind <> 'pull', job.priority, job.run_at limit 1;
    -- Its user is connecting an account, which may be this one: the calendar that was found is not to be deleted meanwhile.
    if v_kind = 'disconnect' and exists (
      select from calendar_sync.locks
      where purpose = 'calendar' and subject_id = v_integration.user_id and claimed_until > clock_timestamp()
    ) then
      perform calendar_sync.set_wait(array[p_integration_id], 'backoff', now() + v_connecting_takes);
      return null;
    end if;
    v_kind := coalesce(v_kind, 'event');
  end if;
  v_calls := v_calls_to_spare;
  case v_kind
    when 'event' then
      v_calls := v_calls + v_batch.calls;
      update calendar_sync.jobs as job
      set attempted_in = job.attempted_in || v_integration.calendar_id,
        attempted_version = case when job.attempted_in = '{}' then job.version end
      where job.integration_id = p_integration_id and job.obligation_id = any (v_batch.obligation_ids) and job.kind = 'event'
        and v_integration.calendar_id is not null and v_integration.calendar_id <> all (job.attempted_in);
    when 'pull', 'find_orphans' then
      v_calls := v_calls + (
        select count(*) / v_events_a_page from public.calendar_event_mappings where integration_id = p_integration_id
      ) + case when v_kind = 'pull' then v_confirmations when v_integration.access = 'existing' then v_calls_for_other_calendars else 0 end;
    when 'reapply' then
      v_events := calendar_sync.events_after(v_integration, (
        select (job.cursor ->> 'after')::uuid from calendar_sync.jobs as job
        where job.integration_id = p_integration_id and job.obligation_id is null and job.kind = 'reapply'
      ), v_jobs);
      v_calls := v_calls + jsonb_array_length(v_events);
    else null;
  end case;
  perform calendar_sync.set_wait(array[p_integration_id], null, null);
  return calendar_sync.lane_json(v_lane, v_integration, v_kind, case when v_kind = 'event' then v_batch.jobs else '[]' end, v_events,
    least(v_left, v_calls));
-- `others` leaves out two: the statement's time is up, or an ASSERT of the host's adapter fails.
exception when query_canceled or assert_failure or others then
  -- A lane that cannot be read, such as one with an obligation that the host's adapter fails on, waits alone: longer each time, since
  -- other lanes wait for as long as it takes to fail.
  perform calendar_sync.note_incident('claim', sqlstate, format('%s: %s', p_integration_id, sqlerrm));
  update calendar_sync.lanes
  set attempts = attempts + 1, wait_reason = 'backoff',
    wait_until = now() + interval '1 minute' * power(2, least(attempts, v_doublings_max))
  where integration_id = p_integration_id;
  return null;
end;
$$;

comment on function calendar_sync.take_batch(uuid) is
  'The next batch of a leased lane, with the provider calls reserved that it may make. Null: the quota is spent, or its server is down, or its user is blocked or is connecting an account, or the lane was stopped, or it could not be read: then it notes an incident, and the lane waits for a minute, and longer each time.';

create function calendar_sync.claimed(p_lanes json) returns json
language plpgsql volatile security definer set search_path = ''
as $$
begin
  return json_build_object('lanes', p_lanes, 'deliveries_are_due', calendar_sync.deliveries_are_due(),
    'ending_channels_are_due', calendar_sync.ending_channels_are_due());
end;
$$;

comment on function calendar_sync.claimed(json) is 'What a claim answers: the lanes that it leased, and what else is due.';

create function public.calendar_claim(p_worker uuid, p_lanes integer, p_lease_s integer) returns json
language plpgsql volatile security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off set plan_cache_mode = force_generic_plan
as $$
declare
  v_changes constant integer := 200;
  -- A hosted statement may take 8 s. Lanes that are not reached in this time are left to the next claim: once a statement's time
  -- is up and a lane was put aside for it, nothing ends the statement any more.
  v_reading_max constant interval := interval '3 seconds';
  v_until timestamptz;
  v_probed text[];
  -- The owners of the lanes that the worker has.
  v_served uuid[];
  v_places_each integer;
  -- Owners that have as many.
  v_full uuid[];
  v_ids uuid[];
  v_batches json;
begin
  perform calendar_sync.absorb_changes(v_changes);
  with probe as (
    select name from calendar_sync.providers where probe_at <= now() for update skip locked
  ), probed as (
    update calendar_sync.providers as provider set probe_at = now() + provider.probe_interval
    from probe where provider.name = probe.name returning provider.name
  )
  select coalesce(array_agg(name), '{}') into v_probed from probed;
  -- Calendars of one user have at most half of a worker's places: where their server takes long to answer, others have the rest.
  v_served := array(
    select coalesce(integration.user_id, integration.deleted_user_id, integration.id) from calendar_sync.lanes as lane
    join public.calendar_integrations as integration on integration.id = lane.integration_id
    where lane.leased_by = p_worker and lane.leased_until > now()
  );
  v_places_each := greatest((p_lanes + cardinality(v_served)) / 2, 1);
  v_full := array(select served.id from unnest(v_served) as served (id) group by served.id having count(*) >= v_places_each);
  with due as materialized (
    select ready.integration_id, ready.urgent_at, (select count(*) from unnest(v_served) as served (id) where served.id = ready.owner_id)
      + row_number() over (partition by ready.owner_id order by ready.urgent_at) as place
    from calendar_sync.providers as provider
    cross join lateral (
      select case when provider.open_since is null then p_lanes when provider.name = any (v_probed) then 1 else 0 end as lanes
    ) as room
    cross join lateral (
      select oldest.integration_id, oldest.owner_id, oldest.ready_at + class.patience as urgent_at
      -- What a person waits for goes first, but not for ever: work of a lower priority that has waited for so much longer is as urgent.
      from (values (0, interval '0'), (1, interval '30 seconds'), (2, interval '10 minutes')) as class (priority, patience)
      cross join lateral (
        select lane.integration_id, lane.ready_at, owner.id as owner_id
        from calendar_sync.lanes as lane
        join public.calendar_integrations as integration on integration.id = lane.integration_id
        cross join lateral (
          select coalesce(integration.user_id, integration.deleted_user_id, integration.id) as id
        ) as owner
        where lane.provider = provider.name and lane.priority = class.priority and lane.ready_at <= now() and owner.id <> all (v_full)
        order by lane.ready_at limit room.lanes
        for no key update of integration skip locked for update of lane skip locked
      ) as oldest
      order by urgent_at limit room.lanes
    ) as ready
    where coalesce(provider.quota_until <= now(), true)
  ), candidate as materialized (
    select integration_id from due where place <= v_places_each order by urgent_at limit p_lanes
  ), leased as (
    update calendar_sync.lanes as lane
    set leased_by = p_worker, leased_until = now() + make_interval(secs => p_lease_s), lease = gen_random_uuid(),
      ready_at = now() + make_interval(secs => p_lease_s),
      -- The worker that had it died, perhaps of the batch.
      batch_jobs = case when lane.leased_by is null then lane.batch_jobs else greatest(lane.batch_jobs / 2, 1) end
    from candidate where lane.integration_id = candidate.integration_id
    returning lane.integration_id
  )
  select array_agg(integration_id) into v_ids from leased;
  if v_ids is null then
    return calendar_sync.claimed(json '[]');
  end if;
  v_until := clock_timestamp() + v_reading_max;
  select coalesce(json_agg(batch.lane) filter (where batch.lane is not null), '[]'),
    array_agg(batch.id) filter (where batch.lane is null)
  into v_batches, v_ids
  from (
    select id, case when clock_timestamp() < v_until then calendar_sync.take_batch(id) end as lane from unnest(v_ids) as id
  ) as batch;
  if v_ids is not null then
    update calendar_sync.lanes set leased_by = null, leased_until = null where integration_id = any (v_ids);
    perform calendar_sync.reschedule(v_ids);
  end if;
  return calendar_sync.claimed(v_batches);
end;
$$;

comment on function public.calendar_claim(uuid, integer, integer) is
  'Leases up to p_lanes lanes to a worker for p_lease_s seconds, the most urgent and longest waiting first, with all that it needs to work them. deliveries_are_due: whether there are mails or calls of webhooks to send, for which calendar_claim_deliveries is asked. ending_channels_are_due: the same of calendar_claim_ending_channels.';

-- Only lanes that the worker knows of: a lane whose claim was answered to nobody becomes free in its time.
create function public.calendar_renew(p_worker uuid, p_lease_s integer, p_integration_ids uuid[] default null) returns jsonb
language sql volatile security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
  with renewed as (
    update calendar_sync.lanes
    set leased_until = now() + make_interval(secs => p_lease_s), ready_at = now() + make_interval(secs => p_lease_s)
    where leased_by = p_worker and leased_until > now() - interval '1 minute'
      and (p_integration_ids is null or integration_id = any (p_integration_ids))
    returning integration_id
  )
  select coalesce(jsonb_agg(integration_id), '[]') from renewed
$$;

comment on function public.calendar_renew(uuid, integer, uuid[]) is
  'Renews the leases that a worker still holds, those of p_integration_ids where they are given, and names their integrations.';

create function public.calendar_next_work(p_within_s integer) returns integer
language plpgsql volatile security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  v_next_at timestamptz;
begin
  select min(greatest(first.ready_at, provider.quota_until, provider.probe_at)) into v_next_at
  from calendar_sync.providers as provider
  cross join (values (0), (1), (2)) as class (priority)
  cross join lateral (
    select lane.ready_at from calendar_sync.lanes as lane
    where lane.provider = provider.name and lane.priority = class.priority and lane.ready_at is not null
      and lane.leased_by is null
    order by lane.ready_at limit 1
  ) as first;
  v_next_at := least(v_next_at, (
    select min(first.next_attempt_at) from (values ('webhook'), ('mail')) as sent (channel)
    cross join lateral (
      select next.next_attempt_at from calendar_sync.deliveries as next
      where next.channel = sent.channel and next.ended_at is null and next.leased_by is null order by next.next_attempt_at limit 1
    ) as first
  ));
  return case when v_next_at <= clock_timestamp() + make_interval(secs => p_within_s)
    then greatest(ceil(extract(epoch from v_next_at - clock_timestamp()) * 1000), 0) end;
end;
$$;

comment on function public.calendar_next_work(integer) is
  'In how many milliseconds the next lane or delivery will be due that nobody works; null where that is more than p_within_s seconds away.';

-- schemas/105_tokens.sql

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

-- schemas/110_outcomes.sql

-- What the worker tells of a batch: `calendar_record` parses it once into these types.

create type calendar_sync.outcome as (
  kind text,
  job text,
  obligation_id uuid,
  version bigint,
  action text,
  calendar_id text,
  event_id text,
  etag text,
  deadline_hash text,
  content_hash text,
  title text,
  due text,
  cause jsonb,
  run_in_ms bigint,
  error text,
  counts boolean,
  may_leave boolean,
  left_in text[],
  sent_time jsonb,
  is_kept boolean,
  has_guests boolean
);

comment on type calendar_sync.outcome is
  'What became of a job. kind: synced, unchanged, removed, retry, failed; not_begun, nothing of its event was written. With a job, of one that is no event: done, retry, advanced (as far as this obligation); of a test event: written, refused, cleared (nothing of it is left). counts: the failure is the job''s own. may_leave: an event may be there that no mapping knows. content_hash: what the event shows; empty, with retry: that is not known. left_in: calendars from which an event could not be removed. sent_time: when the event is, as it was sent. is_kept: that is where its user left it. has_guests: somebody is invited to it.';

create type calendar_sync.batch as (
  lease uuid,
  reserved_id bigint,
  wrote_to text,
  calls_made integer,
  next_jobs smallint,
  succeeded boolean,
  reached boolean,
  wait_reason text,
  wait_ms bigint,
  status text,
  last_error jsonb,
  calendar_id text,
  pulled boolean,
  cursor text,
  calendar_edits text
);

comment on type calendar_sync.batch is
  'What became of a batch. wrote_to: the calendar it was for. reached: whether the provider answered; null: the batch does not say. calendar_id: the calendar''s new id. pulled: all news of the calendar was read, up to cursor. calendar_edits: what becomes of moves, as of the settings.';

create type calendar_sync.decided_edit as (
  kind text,
  obligation_id uuid,
  event_id text,
  etag text,
  seen jsonb,
  sent_time jsonb,
  has_guests boolean
);

comment on type calendar_sync.decided_edit is
  'What the worker decided of an event that is not as we wrote it: moved, resized, deleted, returned, overtaken, converged, known, noise, series. etag, seen and has_guests: as the event is now. sent_time: for converged, where it should be.';

create type calendar_sync.edit_now as (
  kind text,
  obligation_id uuid,
  event_id text,
  etag text,
  seen jsonb,
  sent_time jsonb,
  has_guests boolean,
  deadline calendar_sync.deadline,
  due text,
  before calendar_sync.edits,
  action text,
  shows text
);

comment on type calendar_sync.edit_now is 'A calendar_sync.decided_edit, with the obligation as it is, its deadline in words, and what was known before. action: in a word of the activity; null: nothing to tell of. shows: the date or the instant that the event shows, or showed.';

-- schemas/115_activity.sql

-- Activity: every change made in a calendar and every event in the life of a connection. Rows are appended, never updated, and
-- dropped by the day.
--
-- Activity outlives what it tells of, so the details of a connection hold the account's address: evidence first asks whose
-- calendar it was. The address is shown to that user and to administrators, is kept no longer than the rest, and goes with
-- calendar_sync.forget_activity.

create table calendar_sync.activity (
  at timestamptz not null default clock_timestamp(),
  user_id uuid,
  integration_id uuid,
  provider text,
  obligation_id uuid,
  action text not null check (action in (
    'created', 'updated', 'moved', 'removed', 'adopted', 'rejected', 'given_up',
    'connected', 'reconnected', 'grant_lost', 'paused', 'resumed', 'switched_off', 'switched_on', 'calendar_chosen',
    'settings_changed', 'disconnecting', 'disconnected', 'retried', 'resynced', 'erased', 'drained',
    'proposal_opened', 'proposal_accepted', 'proposal_dismissed', 'proposal_undone', 'proposal_superseded',
    'moved_by_user', 'resized_by_user', 'moved_back_by_user', 'deleted_by_user', 'hidden_by_user', 'returned_by_user'
  )),
  calendar_id text,
  event_id text,
  title text,
  due text,
  reason text,
  details jsonb,
  caused_by text default calendar_sync.caused_by(),
  request_id text default calendar_sync.request_id(),
  check (obligation_id is null or (user_id, integration_id, provider) is not null)
) partition by range (at);

comment on table calendar_sync.activity is
  'Every change made to a calendar and every one given up, every event in the life of a connection, and what an administrator did. No foreign keys: it outlives what it tells of.';
comment on column calendar_sync.activity.user_id is 'Whose calendar it is; null where it concerns all.';
comment on column calendar_sync.activity.obligation_id is 'The obligation whose event changed; null for what happened to a connection.';
comment on column calendar_sync.activity.details is 'More about it, by the kind of action; never a secret.';
comment on column calendar_sync.activity.title is
  'The obligation''s, as it was then. Null where the obligation itself was gone: an earlier row has it.';
comment on column calendar_sync.activity.due is 'The deadline as the event shows it: a date, or an instant.';
comment on column calendar_sync.activity.reason is 'Why it was rejected or given up, in the provider''s word.';
comment on column calendar_sync.activity.caused_by is 'Who or what caused it: what calendar_sync.caused_by() said where the change was made, or sweep, nightly, repair, connected, lease_lost, orphans or channel where the system itself found something to do.';
comment on column calendar_sync.activity.request_id is 'The request that led to it, or the worker''s run where none did: the same id stands in the functions'' log lines.';

create function calendar_sync.with_because(p_details jsonb) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select nullif(jsonb_strip_nulls(coalesce(p_details, '{}') || jsonb_build_object('because', nullif(current_setting('calendar_sync.because', true), ''))), '{}')
$$;

comment on function calendar_sync.with_because(jsonb) is
  'The details of a row of activity, with the administrator''s reason where one is given, and without nulls.';

create function calendar_sync.note(
  p_integration public.calendar_integrations, p_action text, p_details jsonb default null
) returns void
language sql volatile security definer set search_path = ''
as $$
  insert into calendar_sync.activity (user_id, integration_id, provider, action, calendar_id, details)
  values (coalesce(p_integration.user_id, p_integration.deleted_user_id), p_integration.id, p_integration.provider, p_action, p_integration.calendar_id,
    calendar_sync.with_because(p_details))
$$;

comment on function calendar_sync.note(public.calendar_integrations, text, jsonb) is
  'Notes an event in the life of a connection; without an integration, one that concerns them all.';

create index activity_user_idx on calendar_sync.activity (user_id, at desc);
create index activity_obligation_idx on calendar_sync.activity (obligation_id, at);
create index activity_request_idx on calendar_sync.activity (request_id) where request_id is not null;
-- The life of one connection; the many changes of events are not in it.
create index activity_connection_idx on calendar_sync.activity (integration_id, at) where obligation_id is null;

alter table calendar_sync.activity enable row level security;

-- Only the owner has a grant to change activity, and this trigger keeps the owner from doing it by mistake. The two functions that
-- may, keep_activity and forget_activity, say so while they run.
create function calendar_sync.refuse_change_of_activity() returns trigger
language plpgsql volatile security invoker set search_path = ''
as $$
begin
  if current_setting('calendar_sync.activity_may_change', true) = 'yes' then
    return case when tg_op = 'UPDATE' then new when tg_op = 'DELETE' then old end;
  end if;
  raise exception 'calendar_sync.activity is only appended to.' using errcode = 'insufficient_privilege',
    hint = 'calendar_sync.options.activity_kept_for says how long it is kept; calendar_sync.forget_activity(user_id) takes out what is personal.';
end;
$$;

comment on function calendar_sync.refuse_change_of_activity() is 'Refuses to change or delete activity.';

-- Partitions inherit the row trigger; keep_activity gives each the other one, since a TRUNCATE of one day fires only its own.
create trigger activity_kept before update or delete on calendar_sync.activity
for each row execute function calendar_sync.refuse_change_of_activity();
create trigger activity_kept_whole before truncate on calendar_sync.activity
for each statement execute function calendar_sync.refuse_change_of_activity();

-- Rows of days without a partition go here, as when keep_activity was not called for weeks.
create table calendar_sync.activity_default partition of calendar_sync.activity default;
comment on table calendar_sync.activity_default is 'Activity of days without a partition; keep_activity moves it.';
alter table calendar_sync.activity_default enable row level security;
create trigger activity_kept_whole before truncate on calendar_sync.activity_default
for each statement execute function calendar_sync.refuse_change_of_activity();

create function calendar_sync.add_activity_day(p_day date, p_name text) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  execute format('create table calendar_sync.%I (like calendar_sync.activity including all)', p_name);
  execute format('comment on table calendar_sync.%I is %L', p_name, 'Activity of one day.');
  execute format('alter table calendar_sync.%I enable row level security', p_name);
  execute format('create trigger activity_kept_whole before truncate on calendar_sync.%I
    for each statement execute function calendar_sync.refuse_change_of_activity()', p_name);
  perform set_config('calendar_sync.activity_may_change', 'yes', true);
  execute format('with late as (delete from calendar_sync.activity_default where at >= %L and at < %L returning *)
    insert into calendar_sync.%I select * from late', p_day || ' 00:00+00', p_day + 1 || ' 00:00+00', p_name);
  perform set_config('calendar_sync.activity_may_change', '', true);
  execute format('alter table calendar_sync.activity attach partition calendar_sync.%I for values from (%L) to (%L)',
    p_name, p_day || ' 00:00+00', p_day + 1 || ' 00:00+00');
end;
$$;

comment on function calendar_sync.add_activity_day(date, text) is
  'Makes the partition of a day, with the rows of that day that are in activity_default.';

create function calendar_sync.old_activity_days(p_spared interval) returns setof name
language sql stable security definer set search_path = ''
as $$
  select partition.relname
  from pg_catalog.pg_inherits as child
  join pg_catalog.pg_class as partition on partition.oid = child.inhrelid
  cross join calendar_sync.options
  where child.inhparent = 'calendar_sync.activity'::regclass and partition.relname ~ '^activity_\d{8}$'
    and to_date(right(partition.relname, 8), 'YYYYMMDD') < (now() - options.activity_kept_for - p_spared)::date
$$;

comment on function calendar_sync.old_activity_days(interval) is
  'The partitions that are older than calendar_sync.options says, by more than p_spared.';

-- A partition that is attached locks activity_default, and one that is dropped all of activity, until the transaction ends. A long
-- reader, such as pg_dump, keeps us from that, and the workers would wait behind us: then tomorrow is soon enough.
create function calendar_sync.keep_activity() returns void
language plpgsql volatile security definer set search_path = '' set lock_timeout = '2s'
as $$
declare
  v_days_ahead constant integer := 7;
  v_day date;
  v_name text;
begin
  for v_day in
    select day::date from generate_series(current_date, current_date + v_days_ahead, interval '1 day') as day
    union
    select distinct (at at time zone 'UTC')::date from calendar_sync.activity_default
    order by 1
  loop
    v_name := 'activity_' || to_char(v_day, 'YYYYMMDD');
    continue when to_regclass('calendar_sync.' || v_name) is not null;
    begin
      perform calendar_sync.add_activity_day(v_day, v_name);
    exception when lock_not_available then
      raise warning 'calendar_sync: % is not made now: somebody reads activity for long', v_name;
      exit;
    end;
  end loop;
  for v_name in
    select day from calendar_sync.old_activity_days(interval '0') as day
  loop
    begin
      execute format('drop table calendar_sync.%I', v_name);
    exception when lock_not_available then
      raise warning 'calendar_sync: % is not dropped now: somebody reads activity for long', v_name;
      exit;
    end;
  end loop;
end;
$$;

comment on function calendar_sync.keep_activity() is
  'Makes the partitions of the coming days and drops those that are older than calendar_sync.options says; what a long reader prevents waits for the next call.';

select calendar_sync.keep_activity();

create function calendar_sync.forget_activity(p_user_id uuid) returns bigint
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_rows bigint;
begin
  perform set_config('calendar_sync.activity_may_change', 'yes', true);
  update calendar_sync.activity set title = null, calendar_id = null, event_id = null, details = null
  where user_id = p_user_id and num_nonnulls(title, calendar_id, event_id, details) > 0;
  get diagnostics v_rows = row_count;
  perform set_config('calendar_sync.activity_may_change', '', true);
  update calendar_sync.history set title = null, calendar_id = null, calendar_name = null, event_id = null, account_email = null
  where user_id = p_user_id and num_nonnulls(title, calendar_id, calendar_name, event_id, account_email) > 0;
  return v_rows;
end;
$$;

comment on function calendar_sync.forget_activity(uuid) is
  'For an erasure: takes out of a user''s activity and history the titles, the calendars and the account''s address. What stays is when something happened, of what kind, for which ids and which deadline. How many rows it was; 0 where nothing is left to take out.';

create function calendar_sync.due_as_shown(p_due text) returns text
language plpgsql stable security invoker set search_path = ''
as $$
begin
  return case when p_due like '%T%' then calendar_sync.due_text(null, p_due::timestamptz) else p_due end;
end;
$$;

comment on function calendar_sync.due_as_shown(text) is
  'A deadline of an activity row as the Calendar API prints it: a date, or an instant in UTC (RFC 3339).';

-- With a partition a day most of it is planning: a generic plan is made once a session (400 days: 14 ms instead of 90).
create function calendar_sync.own_activity(p_limit integer, p_until timestamptz) returns jsonb
language plpgsql volatile security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off set plan_cache_mode = force_generic_plan
as $$
declare
  v_limit_max constant integer := 200;
  v_user_id constant uuid := calendar_sync.count_own_call();
begin
  return (
    select coalesce(jsonb_agg(jsonb_build_object(
      'kind', case when recent.obligation_id is null then 'connection' else 'event' end,
      'at', recent.at,
      'integration_id', recent.integration_id,
      'provider', recent.provider,
      'account_email', coalesce(integration.account_email, recent.details ->> 'account_email'),
      'calendar_name', coalesce(recent.details ->> 'calendar_name', integration.calendar_name),
      'action', recent.action,
      'reason', recent.reason,
      'caused_by', calendar_sync.cause_for(recent.caused_by, v_user_id)
    ) || case when recent.obligation_id is null then jsonb_build_object(
      'calendar_before', recent.details ->> 'calendar_before',
      'settings_before', recent.details -> 'settings_before',
      'settings', recent.details -> 'settings',
      'events', recent.details ->> 'events'
    ) else jsonb_build_object(
      'obligation_id', recent.obligation_id,
      'obligation_url', calendar_sync.shown_url(deadline.url),
      'event', calendar_sync.event_place(integration, mapping.calendar_id, mapping.external_event_id),
      'title', coalesce(recent.title, deadline.title, (
        select earlier.title from calendar_sync.activity as earlier
        where earlier.obligation_id = recent.obligation_id and earlier.integration_id = recent.integration_id
          and earlier.at < recent.at and earlier.title is not null
        order by earlier.at desc limit 1
      )),
      'due', calendar_sync.due_as_shown(recent.due)
    ) end order by recent.at desc), '[]')
    from (
      select * from calendar_sync.activity where user_id = v_user_id and at <= coalesce(p_until, 'infinity')
      order by at desc limit least(p_limit, v_limit_max)
    ) as recent
    left join public.calendar_integrations as integration
      on integration.id = recent.integration_id and integration.user_id = v_user_id
    left join public.calendar_event_mappings as mapping
      on mapping.integration_id = integration.id and mapping.obligation_id = recent.obligation_id
    -- As calendar_sync.deadline_for, without a call for each row.
    left join lateral (
      select found.recipient_id, found.title, found.url from calendar_sync.deadlines as found
      where found.obligation_id = recent.obligation_id offset 0
    ) as deadline on deadline.recipient_id = v_user_id
  );
end;
$$;

comment on function calendar_sync.own_activity(integer, timestamptz) is
  'The last p_limit changes made to the caller''s calendars and events in the life of their connections, at most 200, newest first; those up to p_until where it is given.';
grant execute on function calendar_sync.own_activity(integer, timestamptz) to authenticated;

create function public.calendar_activity(p_limit integer default 50, p_until timestamptz default null) returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select calendar_sync.own_activity(p_limit, p_until) $$;

comment on function public.calendar_activity(integer, timestamptz) is
  'The last p_limit changes made to the caller''s calendars and events in the life of their connections, at most 200, newest first; those up to p_until where it is given.';

-- schemas/117_connection_activity.sql

-- The life of a connection in calendar_sync.activity: every change of an integration, a person's in the dashboard too, is noted in
-- the same transaction. Tokens, the time of the last sync and errors that pass by themselves are not noted.

create function calendar_sync.account_details(integration public.calendar_integrations) returns jsonb
language sql immutable security invoker set search_path = ''
as $$
  select jsonb_build_object('account_email', integration.account_email, 'calendar_name', integration.calendar_name,
    'access', integration.access)
$$;

comment on function calendar_sync.account_details(public.calendar_integrations) is
  'Whose account and which calendar it is, for rows that are read when the integration is gone.';

create function calendar_sync.note_connections() returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_now constant timestamptz := clock_timestamp();
begin
  if tg_op = 'INSERT' then
    insert into calendar_sync.activity (user_id, integration_id, provider, action, calendar_id, details)
    select added.user_id, added.id, added.provider, 'connected', added.calendar_id,
      calendar_sync.account_details(row (added.*)::public.calendar_integrations)
    from new_rows as added where added.removed_at is null;
    return null;
  elsif tg_op = 'DELETE' then
    -- Rows that were deleted without having been removed: their events are left where they are.
    insert into calendar_sync.activity (user_id, integration_id, provider, action, calendar_id, details)
    select coalesce(gone.user_id, gone.deleted_user_id), gone.id, gone.provider, 'disconnected', gone.calendar_id, calendar_sync.with_because(
      calendar_sync.account_details(row (gone.*)::public.calendar_integrations) || jsonb_build_object('events', 'left'))
    from old_rows as gone where gone.removed_at is null
    order by gone.id;
    update calendar_sync.history
    set until_at = v_now, ended_with = 'disconnected', ended_by = calendar_sync.caused_by(), ended_request_id = calendar_sync.request_id()
    where until_at is null and integration_id in (select id from old_rows);
    return null;
  end if;
  -- Every record of a batch updates its integration, and only the time of its last sync: 1 ms instead of 6.
  if not exists (
    select from old_rows as before join new_rows as after on after.id = before.id
    where (after.status, after.sync_enabled, after.calendar_id, after.settings, after.last_error ->> 'code', after.paused_by_admin,
        after.removed_at)
      is distinct from (before.status, before.sync_enabled, before.calendar_id, before.settings, before.last_error ->> 'code',
        before.paused_by_admin, before.removed_at)
  ) then
    return null;
  end if;
  with noted as (
  insert into calendar_sync.activity (user_id, integration_id, provider, action, calendar_id, reason, details)
  select coalesce(after.user_id, before.user_id, after.deleted_user_id), after.id, after.provider, event.action, after.calendar_id,
    event.reason, calendar_sync.with_because(event.details)
  from old_rows as before
  join new_rows as after on after.id = before.id
  cross join lateral (values
    (1, case
        when before.removed_at is not null and after.removed_at is null then 'connected'
        when before.status = 'disconnected' and after.status = 'active' then 'reconnected'
      end, null, calendar_sync.account_details(row (after.*)::public.calendar_integrations)),
    (2, case when before.removed_at is null and after.removed_at is null and after.calendar_id is distinct from before.calendar_id
        then 'calendar_chosen' end,
      -- The provider gave the calendar another id, and the worker follows.
      case when calendar_sync.caused_by() = 'worker' then 'new_id' end,
      jsonb_build_object('calendar_id_before', before.calendar_id, 'calendar_before', before.calendar_name,
        'calendar_name', after.calendar_name)),
    (3, case when calendar_sync.complete_settings(after.settings) <> calendar_sync.complete_settings(before.settings)
        then 'settings_changed' end, null,
      jsonb_build_object('settings_before', calendar_sync.settings_that_differ(before.settings, after.settings),
        'settings', calendar_sync.settings_that_differ(after.settings, before.settings))),
    (4, case when before.sync_enabled and not after.sync_enabled then 'switched_off'
        when after.sync_enabled and not before.sync_enabled then 'switched_on' end, null, null),
    (5, case
        when after.status = 'paused' and (before.status <> 'paused'
          or after.last_error ->> 'code' <> coalesce(before.last_error ->> 'code', '')) then 'paused'
        when after.paused_by_admin is not null and after.paused_by_admin is distinct from before.paused_by_admin then 'paused'
        when after.status = before.status or after.removed_at is not null then null
        when after.status = 'disconnected' then 'grant_lost'
      end, after.last_error ->> 'code',
      jsonb_build_object('deletions', after.last_error #> '{details,deletions}',
        'of_events', after.last_error #> '{details,events}')),
    (6, case
        when before.status in ('paused', 'disconnecting') and after.status = 'active' then 'resumed'
        when before.paused_by_admin is not null and after.paused_by_admin is null then 'resumed'
      end,
      case before.status when 'paused' then before.last_error ->> 'code' else before.status end, null),
    (7, case when after.status = 'disconnecting' and before.status <> 'disconnecting' then 'disconnecting' end,
      case when after.user_id is null then 'user_deleted' end, null),
    (8, case when after.removed_at is not null and before.removed_at is null then 'disconnected' end, null,
      calendar_sync.account_details(row (before.*)::public.calendar_integrations)
        || jsonb_build_object('events', case
          when before.status <> 'disconnecting' then 'kept'
          when exists (
            select from public.calendar_event_mappings as mapping where mapping.integration_id = before.id
          ) then 'left'
          else 'removed'
        end))
  ) as event (place, action, reason, details)
  where event.action is not null
  order by after.id, event.place
  returning integration_id, action, reason, caused_by, request_id, at
  ), word as (
    select distinct on (integration_id) integration_id, calendar_sync.in_words(action, reason) as word, action, caused_by, request_id
    from noted where action in (
      'connected', 'reconnected', 'switched_off', 'switched_on', 'paused', 'grant_lost', 'resumed', 'disconnecting', 'disconnected')
    order by integration_id, at desc
  ), ended as (
    update calendar_sync.history as period
    set until_at = v_now, ended_with = word.word, ended_by = word.caused_by, ended_request_id = word.request_id
    from word
    where period.integration_id = word.integration_id and period.until_at is null
      and (period.obligation_id is null or word.action = 'disconnected')
    returning period.id
  )
  insert into calendar_sync.history
    (user_id, integration_id, provider, in_calendar, reason, from_at, began_with, began_by, began_request_id)
  select coalesce(after.user_id, after.deleted_user_id), after.id, after.provider, false,
    calendar_sync.obstacle_of(row (after.*)::public.calendar_integrations), v_now, word.word, word.caused_by, word.request_id
  from word join new_rows as after on after.id = word.integration_id
  -- Reads what was ended, so that it is ended before.
  where (select count(*) from ended) >= 0 and after.removed_at is null
    and calendar_sync.obstacle_of(row (after.*)::public.calendar_integrations) is not null;
  return null;
end;
$$;

comment on function calendar_sync.note_connections() is 'Notes what happened to connections, and why.';

create function calendar_sync.settings_that_differ(settings jsonb, others jsonb) returns jsonb
language sql immutable security invoker set search_path = ''
as $$
  select jsonb_object_agg(setting.name, setting.value)
  from jsonb_each(calendar_sync.complete_settings(settings)) as setting (name, value)
  where setting.value is distinct from calendar_sync.complete_settings(others) -> setting.name
$$;

comment on function calendar_sync.settings_that_differ(jsonb, jsonb) is 'Those of an integration''s settings that have another value in others.';

create trigger connection_added after insert on public.calendar_integrations
referencing new table as new_rows
for each statement execute function calendar_sync.note_connections();

create trigger connection_changed after update on public.calendar_integrations
referencing old table as old_rows new table as new_rows
for each statement execute function calendar_sync.note_connections();

create trigger connection_ended after delete on public.calendar_integrations
referencing old table as old_rows
for each statement execute function calendar_sync.note_connections();

-- schemas/120_history.sql

-- History: which deadline stood in which calendar, as which date, from when to when. A period is written when an outcome is recorded,
-- so it outlives the activity, the obligation, the connection and the user. The rows without an obligation are periods in which
-- changes did not reach a calendar.

create table calendar_sync.history (
  id bigint generated always as identity primary key,
  user_id uuid not null,
  integration_id uuid not null,
  provider text not null,
  account_email text,
  calendar_id text,
  calendar_name text,
  obligation_id uuid,
  event_id text,
  title text,
  due text,
  in_calendar boolean not null,
  reason text,
  from_at timestamptz not null,
  began_with text not null,
  began_by text,
  began_request_id text,
  until_at timestamptz,
  ended_with text,
  ended_by text,
  ended_request_id text,
  check ((until_at is null) = (ended_with is null))
);

comment on table calendar_sync.history is
  'Periods in which a deadline stood in a calendar, or was refused by it. Kept for good; calendar_sync.forget_activity takes out what is personal.';
comment on column calendar_sync.history.obligation_id is 'Null: a period in which changes did not reach the calendar.';
comment on column calendar_sync.history.due is 'The deadline as the event showed it: a date, or an instant in UTC.';
comment on column calendar_sync.history.in_calendar is 'False: it was refused, or its user hid it.';
comment on column calendar_sync.history.reason is
  'Why it was refused, or why changes did not reach the calendar; moved_by_user, hidden_by_user: what its user did to the event.';
comment on column calendar_sync.history.began_with is 'The action that began the period, with its reason.';
comment on column calendar_sync.history.began_by is 'Who or what caused it, as calendar_sync.activity.caused_by.';
comment on column calendar_sync.history.began_request_id is 'The request that led to it.';

create unique index history_open_idx on calendar_sync.history (integration_id, obligation_id) nulls not distinct where until_at is null;
create index history_obligation_idx on calendar_sync.history (obligation_id) where obligation_id is not null;
create index history_obstacles_idx on calendar_sync.history (integration_id) where obligation_id is null;
create index history_user_idx on calendar_sync.history (user_id);
alter table calendar_sync.history enable row level security;

create function calendar_sync.in_words(p_word text, p_reason text) returns text
language sql immutable security invoker set search_path = ''
as $$ select p_word || coalesce(': ' || p_reason, '') $$;

comment on function calendar_sync.in_words(text, text) is 'An action or a state with its reason, such as "paused: mass_deletion".';

create function calendar_sync.obstacle_of(integration public.calendar_integrations) returns text
language sql immutable security invoker set search_path = ''
as $$
  select nullif(concat_ws('; ',
    case integration.status
      when 'active' then null
      when 'disconnected' then calendar_sync.in_words('grant_lost', integration.last_error ->> 'code')
      when 'paused' then calendar_sync.in_words('paused', integration.last_error ->> 'code')
      else integration.status
    end,
    case when not integration.sync_enabled then 'switched_off' end
  ), '')
$$;

comment on function calendar_sync.obstacle_of(public.calendar_integrations) is 'Why changes do not reach a calendar; null: they do.';

create function calendar_sync.record_history(
  p_integration public.calendar_integrations, p_outcomes calendar_sync.outcome[]
) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_now constant timestamptz := clock_timestamp();
  v_caused_by constant text := calendar_sync.caused_by();
  v_request_id constant text := calendar_sync.request_id();
begin
  update calendar_sync.history as period
  set until_at = v_now, ended_with = o.word,
    ended_by = coalesce(o.cause ->> 'by', v_caused_by), ended_request_id = coalesce(o.cause ->> 'request_id', v_request_id)
  -- As calendar_sync.in_words, without a call for each row.
  from (
    select told.*, told.action || case when told.kind = 'failed' then coalesce(': ' || told.error, '') else '' end as word
    from unnest(p_outcomes) as told
  ) as o
  -- As in calendar_sync.record_events.
  cross join lateral (
    select open.ctid as place from calendar_sync.history as open
    where open.integration_id = p_integration.id and open.obligation_id = o.obligation_id and open.until_at is null offset 0
  ) as its
  where period.ctid = its.place
    and not (o.kind = 'failed' and period.reason is not distinct from o.word);
  insert into calendar_sync.history (user_id, integration_id, provider, account_email, calendar_id, calendar_name, obligation_id,
    event_id, title, due, in_calendar, reason, from_at, began_with, began_by, began_request_id)
  select coalesce(p_integration.user_id, p_integration.deleted_user_id), p_integration.id, p_integration.provider,
    p_integration.account_email, place.calendar_id,
    case when place.calendar_id = p_integration.calendar_id then p_integration.calendar_name end, o.obligation_id, coalesce(o.event_id, mapping.external_event_id), coalesce(o.title, last.title),
    coalesce(calendar_sync.due_as_shown(o.due), last.due), o.kind = 'synced' or mapping.id is not null,
    case when o.kind = 'failed' then o.word
      -- Where nothing was written, as of adopted and recovered ones, the event stands where its user left it.
      when coalesce(o.is_kept, exists (
        select from calendar_sync.edits as edit
        where edit.integration_id = p_integration.id and edit.obligation_id = o.obligation_id and edit.seen is not null
          and calendar_sync.due_of(calendar_sync.shown_deadline(edit.seen)) is distinct from edit.due
      )) then 'moved_by_user'
    end, v_now, o.word,
    coalesce(o.cause ->> 'by', v_caused_by), coalesce(o.cause ->> 'request_id', v_request_id)
  from (
    select told.*, told.action || case when told.kind = 'failed' then coalesce(': ' || told.error, '') else '' end as word
    from unnest(p_outcomes) as told
  ) as o
  left join lateral (
    select known.* from public.calendar_event_mappings as known
    where o.kind = 'failed' and known.integration_id = p_integration.id and known.obligation_id = o.obligation_id offset 0
  ) as mapping on true
  -- Another one may have been chosen meanwhile.
  cross join lateral (
    select coalesce(o.calendar_id, mapping.calendar_id, p_integration.calendar_id) as calendar_id
  ) as place
  left join lateral (
    -- What the event shows that could not be changed, or that was adopted.
    select earlier.title, earlier.due from calendar_sync.history as earlier
    where o.action <> 'created' and o.due is null and earlier.obligation_id = o.obligation_id
      and earlier.integration_id = p_integration.id and earlier.in_calendar
    order by earlier.from_at desc limit 1
  ) as last on o.kind = 'synced' or mapping.id is not null
  where o.kind in ('synced', 'failed')
  on conflict (integration_id, obligation_id) where until_at is null do nothing;
end;
$$;

comment on function calendar_sync.record_history(public.calendar_integrations, calendar_sync.outcome[]) is
  'Ends the periods of these obligations and begins new ones: synced with an action, failed with the action rejected or given_up, removed.';

create function calendar_sync.begin_absences(p_integration public.calendar_integrations) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  insert into calendar_sync.history (user_id, integration_id, provider, account_email, calendar_id, calendar_name, obligation_id,
    title, due, in_calendar, reason, from_at, began_with, began_by, began_request_id)
  select p_integration.user_id, p_integration.id, p_integration.provider, p_integration.account_email, p_integration.calendar_id,
    p_integration.calendar_name, edit.obligation_id, deadline.title,
    calendar_sync.due_text(deadline.deadline_date, deadline.deadline_at), false, 'hidden_by_user', clock_timestamp(), 'connected',
    calendar_sync.caused_by(), calendar_sync.request_id()
  from calendar_sync.edits as edit
  cross join lateral calendar_sync.deadline_for(edit.obligation_id, p_integration.user_id) as deadline
  where edit.integration_id = p_integration.id and edit.is_hidden and deadline.obligation_id is not null
    and calendar_sync.edit_holds(edit, deadline)
  on conflict (integration_id, obligation_id) where until_at is null do nothing;
end;
$$;

comment on function calendar_sync.begin_absences(public.calendar_integrations) is
  'Begins the periods of what its user hid, where a calendar that was disconnected is connected again.';

create function calendar_sync.end_absences(p_integration public.calendar_integrations, p_outcomes calendar_sync.outcome[]) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_now constant timestamptz := clock_timestamp();
  v_caused_by constant text := calendar_sync.caused_by();
  v_request_id constant text := calendar_sync.request_id();
  v_ended uuid[];
begin
  -- What its user hid stays so while the deadline is the same. The rest of the edit stays: the original may still return.
  with ended as (
    update calendar_sync.edits as edit set is_hidden = false
    from unnest(p_outcomes) as o
    where o.kind = 'removed' and o.action is null
      and edit.integration_id = p_integration.id and edit.obligation_id = o.obligation_id and edit.is_hidden
      and not calendar_sync.edit_holds(edit, calendar_sync.deadline_for(o.obligation_id, p_integration.user_id))
    returning edit.obligation_id
  )
  select array_agg(ended.obligation_id) into v_ended from ended;
  if v_ended is not null then
    perform calendar_sync.end_edit_notices(p_integration, array['deadline_hidden'], v_ended);
  end if;
  update calendar_sync.history as period
  set until_at = v_now, ended_with = 'removed',
    ended_by = coalesce(o.cause ->> 'by', v_caused_by), ended_request_id = coalesce(o.cause ->> 'request_id', v_request_id)
  from unnest(p_outcomes) as o
  -- As in calendar_sync.record_events.
  cross join lateral (
    select open.ctid as place from calendar_sync.history as open
    where open.integration_id = p_integration.id and open.obligation_id = o.obligation_id and open.until_at is null
      and not open.in_calendar offset 0
  ) as its
  where o.kind = 'removed' and o.action is null and period.ctid = its.place
    and not exists (
      select from calendar_sync.edits as known
      where known.integration_id = p_integration.id and known.obligation_id = o.obligation_id and known.is_hidden
    );
end;
$$;

comment on function calendar_sync.end_absences(public.calendar_integrations, calendar_sync.outcome[]) is
  'Ends the periods in which deadlines were wanted and absent, and what their users hid with its notices: removed without an action, since nothing was there.';

-- schemas/125_edit_effects.sql

-- What follows from edits: deleted events come back or stay away, moved ones are put back or kept, and users are told.

create function calendar_sync.shown_deadline(p_time jsonb) returns jsonb
language sql immutable security invoker set search_path = ''
as $$
  select case p_time ->> 'kind'
    when 'all_day' then jsonb_build_object('deadline_date', p_time -> 'start_date')
    when 'timed' then jsonb_build_object('deadline_at', coalesce(p_time -> 'start_at', p_time -> 'start'), 'time_zone', p_time -> 'time_zone')
  end
$$;

comment on function calendar_sync.shown_deadline(jsonb) is
  'The deadline that an event shows whose time was seen or sent: {"deadline_date"} or {"deadline_at", "time_zone"}.';

-- No hash is empty.
create function calendar_sync.forget_content(p_integration_ids uuid[], p_obligation_ids uuid[]) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  update public.calendar_event_mappings as mapping set deadline_hash = '', content_hash = ''
  from unnest(p_integration_ids, p_obligation_ids) as each (integration_id, obligation_id)
  cross join lateral (
    select known.ctid as place from public.calendar_event_mappings as known
    where known.integration_id = each.integration_id and known.obligation_id = each.obligation_id offset 0
  ) as its
  where mapping.ctid = its.place;
end;
$$;

comment on function calendar_sync.forget_content(uuid[], uuid[]) is
  'Forgets what was written of these obligations, each in the calendar at the same place of the other list: it differs from whatever is wanted.';

create function calendar_sync.rewrite(p_integration_id uuid, p_obligation_ids uuid[]) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_cause constant jsonb := calendar_sync.cause();
begin
  perform calendar_sync.forget_content(array_fill(p_integration_id, array[cardinality(p_obligation_ids)]), p_obligation_ids);
  insert into calendar_sync.jobs as job (integration_id, kind, obligation_id, priority, cause)
  select distinct p_integration_id, 'event', each.id, 0, v_cause from unnest(p_obligation_ids) as each (id)
  on conflict (integration_id, obligation_id, kind) do update
  set version = job.version + 1, priority = 0, failed_at = null, last_error = null, cause = excluded.cause,
    -- What is wanted is as it was: whether every attempt was of that, too.
    attempted_version = case when job.attempted_version = job.version then job.version + 1 else job.attempted_version end,
    -- One that meets another version each time it is written waits as after any other failure.
    run_at = case when job.attempts > 1 and job.failed_at is null then job.run_at else now() end,
    attempts = case when job.failed_at is null then job.attempts else 0 end;
end;
$$;

comment on function calendar_sync.rewrite(uuid, uuid[]) is 'Has events written again, although their obligations did not change. A version that we know is the only one that is written over.';

create function calendar_sync.with_restore(p_restored_at timestamptz[]) returns timestamptz[]
language sql stable security invoker set search_path = ''
as $$
  select array(
    select at.at from unnest(p_restored_at) as at (at) where at.at > now() - interval '24 hours' order by at.at desc limit 2
  ) || now()
$$;

comment on function calendar_sync.with_restore(timestamptz[]) is 'edits.restored_at once the event is put back now: the last three within a day.';

create function calendar_sync.end_moves(p_integration_ids uuid[], p_obligation_ids uuid[]) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  -- Where the event stands is known until it is written: what that write meets may be the same move.
  update calendar_sync.edits as edit
  set is_kept = false, is_accepted = false,
    restored_at = case when edit.is_accepted then calendar_sync.with_restore(edit.restored_at) else edit.restored_at end
  from unnest(p_integration_ids, p_obligation_ids) as each (integration_id, obligation_id)
  where edit.integration_id = each.integration_id and edit.obligation_id = each.obligation_id;
  perform calendar_sync.forget_content(p_integration_ids, p_obligation_ids);
end;
$$;

comment on function calendar_sync.end_moves(uuid[], uuid[]) is
  'For put_back: these moves are neither kept nor accepted any more, and the jobs that are queued put the events back.';

create function calendar_sync.notice_edits(p_integration public.calendar_integrations, p_kind text, p_obligation_ids uuid[]) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  insert into calendar_sync.notices (user_id, kind, object, integration_id, obligation_id)
  select p_integration.user_id, p_kind, p_integration.id || ':' || each.id, p_integration.id, each.id
  from unnest(p_obligation_ids) as each (id) where p_integration.user_id is not null
  on conflict (user_id, kind, object) where ended_at is null do nothing;
end;
$$;

comment on function calendar_sync.notice_edits(public.calendar_integrations, text, uuid[]) is
  'As write_notice, for many: tells a user what came of edits of these obligations.';

create function calendar_sync.end_edit_notices(p_integration public.calendar_integrations, p_kinds text[], p_obligation_ids uuid[]) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  update calendar_sync.notices as notice set ended_at = now(), dismissed_at = coalesce(notice.dismissed_at, now())
  where notice.user_id = p_integration.user_id and notice.kind = any (p_kinds) and notice.ended_at is null
    and notice.object = any (array(select p_integration.id || ':' || each.id from unnest(p_obligation_ids) as each (id)));
end;
$$;

comment on function calendar_sync.end_edit_notices(public.calendar_integrations, text[], uuid[]) is
  'As end_notices, for many: what these notices told of edits of these obligations is over.';

create function calendar_sync.record_deletions(p_integration public.calendar_integrations, p_edits calendar_sync.edit_now[]) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_restored uuid[] := array(
    select edit.obligation_id from unnest(p_edits) as edit where edit.kind = 'deleted' and edit.action = 'deleted_by_user');
  v_hidden uuid[] := array(
    select edit.obligation_id from unnest(p_edits) as edit where edit.action = 'hidden_by_user');
begin
  if cardinality(v_restored) + cardinality(v_hidden) = 0 then
    return;
  end if;
  insert into calendar_sync.edits as known
    (integration_id, obligation_id, due, deletions, is_gone, is_hidden, original_event_id)
  select p_integration.id, edit.obligation_id, edit.due, 1, true, edit.action = 'hidden_by_user', edit.event_id
  from unnest(p_edits) as edit where edit.kind = 'deleted'
  on conflict (integration_id, obligation_id) do update
  set due = excluded.due, is_gone = true, is_hidden = excluded.is_hidden, original_event_id = excluded.original_event_id,
    deletions = case when known.due is not distinct from excluded.due then known.deletions else 0 end + 1,
    seen = null, is_kept = false, edited_at = now();
  perform calendar_sync.rewrite(p_integration.id, v_restored);
  -- There is no version that it could meet.
  update public.calendar_event_mappings as mapping set etag = null, previous_etag = null, sent_time = null
  where mapping.integration_id = p_integration.id and mapping.obligation_id = any (v_restored);
  delete from public.calendar_event_mappings as mapping
  where mapping.integration_id = p_integration.id and mapping.obligation_id = any (v_hidden);
  perform calendar_sync.notice_edits(p_integration, 'deadline_restored', v_restored);
  perform calendar_sync.end_edit_notices(p_integration, array['deadline_restored'], v_hidden);
  perform calendar_sync.notice_edits(p_integration, 'deadline_hidden', v_hidden);
  perform calendar_sync.count_restores(p_integration.provider, 'deleted', cardinality(v_restored), cardinality(v_hidden));
end;
$$;

comment on function calendar_sync.record_deletions(public.calendar_integrations, calendar_sync.edit_now[]) is
  'What a user deleted comes back; what is deleted again stays away until its deadline changes.';

create function calendar_sync.record_returns(
  p_integration public.calendar_integrations, p_edits calendar_sync.edit_now[], p_calendar_id text
) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_ids uuid[] := array(select edit.obligation_id from unnest(p_edits) as edit where edit.kind = 'returned');
begin
  if cardinality(v_ids) = 0 then
    return;
  end if;
  -- What does not stand where it was deleted was moved as well: the write that follows meets it, under a version that no event has, and
  -- then it is a move.
  insert into public.calendar_event_mappings as mapping
    (integration_id, obligation_id, calendar_id, external_event_id, etag, deadline_hash, content_hash)
  select p_integration.id, edit.obligation_id, p_calendar_id, edit.event_id,
    case when edit.shows in (edit.due, (edit.before).due, calendar_sync.due_of(calendar_sync.shown_deadline(known.sent_time)))
      then edit.etag else '""' end, '', ''
  from unnest(p_edits) as edit
  left join lateral (
    select before.sent_time from public.calendar_event_mappings as before
    where before.integration_id = p_integration.id and before.obligation_id = edit.obligation_id offset 0
  ) as known on true
  where edit.kind = 'returned'
  on conflict (integration_id, obligation_id) do update
  set calendar_id = excluded.calendar_id, external_event_id = excluded.external_event_id, etag = excluded.etag, previous_etag = null,
    sent_time = null;
  update calendar_sync.edits as edit
  set is_gone = false, is_hidden = false, deletions = greatest(edit.deletions - 1, 0), original_event_id = null, edited_at = now()
  where edit.integration_id = p_integration.id and edit.obligation_id = any (v_ids);
  -- It may have missed changes while it was gone.
  perform calendar_sync.rewrite(p_integration.id, v_ids);
  perform calendar_sync.end_edit_notices(p_integration, array['deadline_restored', 'deadline_hidden'], v_ids);
end;
$$;

comment on function calendar_sync.record_returns(public.calendar_integrations, calendar_sync.edit_now[], text) is
  'The event whose deletion a user took back stands for its obligation again.';

create function calendar_sync.record_convergences(p_integration public.calendar_integrations, p_edits calendar_sync.edit_now[]) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_ids uuid[] := array(select edit.obligation_id from unnest(p_edits) as edit where edit.kind = 'converged');
begin
  if cardinality(v_ids) = 0 then
    return;
  end if;
  update calendar_sync.edits as edit set seen = null, is_kept = false, edited_at = now()
  where edit.integration_id = p_integration.id and edit.obligation_id = any (v_ids) and edit.seen is not null;
  -- Nothing is left to decide: its user moved it back.
  perform calendar_sync.supersede(array(
    select proposal.id from public.calendar_proposals as proposal
    where proposal.integration_id = p_integration.id and proposal.state = 'open' and proposal.obligation_id = any (v_ids)
  ));
  perform calendar_sync.rewrite(p_integration.id, v_ids);
end;
$$;

comment on function calendar_sync.record_convergences(public.calendar_integrations, calendar_sync.edit_now[]) is
  'These events stand where they should be, although we did not put them there.';

-- Another program, or a second one of us, may move each event back that we put back: it was put back three times within a day.
create function calendar_sync.fought_moves(p_edits calendar_sync.edit_now[]) returns uuid[]
language sql stable security invoker set search_path = ''
as $$
  select coalesce(array_agg(edit.obligation_id), '{}')
  from unnest(p_edits) as edit
  where edit.kind in ('moved', 'resized') and (
    select count(*) from unnest((edit.before).restored_at) as at (at) where at.at > now() - interval '24 hours'
  ) >= 3
$$;

comment on function calendar_sync.fought_moves(calendar_sync.edit_now[]) is
  'The obligations of those moves that were put back three times within a day.';

create function calendar_sync.leave_moves(
  p_integration public.calendar_integrations, p_edits calendar_sync.edit_now[], p_obligation_ids uuid[]
) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_reason constant text := 'changed_again';
begin
  if cardinality(p_obligation_ids) = 0 then
    return;
  end if;
  update calendar_sync.edits as edit set is_accepted = false
  where edit.integration_id = p_integration.id and edit.obligation_id = any (p_obligation_ids) and edit.is_accepted;
  perform calendar_sync.rewrite(p_integration.id, p_obligation_ids);
  update calendar_sync.jobs as job set failed_at = now(), last_error = v_reason
  where job.integration_id = p_integration.id and job.obligation_id = any (p_obligation_ids) and job.kind = 'event';
  insert into calendar_sync.activity (user_id, integration_id, provider, obligation_id, action, calendar_id, title, due, reason)
  select p_integration.user_id, p_integration.id, p_integration.provider, edit.obligation_id, 'rejected', p_integration.calendar_id,
    (edit.deadline).title, edit.shows, v_reason
  from unnest(p_edits) as edit where edit.obligation_id = any (p_obligation_ids);
  perform calendar_sync.notice_given_up(p_integration, array(
    select jsonb_populate_record(null::calendar_sync.outcome, jsonb_build_object('obligation_id', each.id, 'error', v_reason))
    from unnest(p_obligation_ids) as each (id)
  ));
end;
$$;

comment on function calendar_sync.leave_moves(public.calendar_integrations, calendar_sync.edit_now[], uuid[]) is
  'Gives up on moved events, and tells their user: another program changes them each time.';

create function calendar_sync.restore_moves(p_integration public.calendar_integrations, p_edits calendar_sync.edit_now[]) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_fought constant uuid[] := calendar_sync.fought_moves(p_edits);
  v_restored constant uuid[] := array(
    select edit.obligation_id from unnest(p_edits) as edit
    where edit.kind in ('moved', 'resized') and edit.obligation_id <> all (v_fought));
begin
  update calendar_sync.edits as edit set restored_at = calendar_sync.with_restore(edit.restored_at)
  where edit.integration_id = p_integration.id and edit.obligation_id = any (v_restored);
  perform calendar_sync.rewrite(p_integration.id, v_restored);
  perform calendar_sync.count_restores(p_integration.provider, 'moved', cardinality(v_restored), cardinality(v_fought));
  perform calendar_sync.leave_moves(p_integration, p_edits, v_fought);
end;
$$;

comment on function calendar_sync.restore_moves(public.calendar_integrations, calendar_sync.edit_now[]) is
  'Puts moved events back, but for those of fought_moves.';

create function calendar_sync.record_moves(
  p_integration public.calendar_integrations, p_edits calendar_sync.edit_now[], p_mode text
) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if not exists (select from unnest(p_edits) as edit where edit.kind in ('moved', 'resized')) then
    return;
  end if;
  insert into calendar_sync.edits as known (integration_id, obligation_id, due, seen, is_kept, is_accepted)
  select p_integration.id, edit.obligation_id, edit.due, edit.seen, edit.kind = 'moved' and p_mode = 'keep',
    edit.kind = 'moved' and p_mode = 'accept'
  from unnest(p_edits) as edit where edit.kind in ('moved', 'resized')
  on conflict (integration_id, obligation_id) do update
  set seen = excluded.seen, is_accepted = excluded.is_accepted, is_kept = excluded.is_kept or p_mode = 'keep' and known.is_kept and known.due is not distinct from excluded.due,
    deletions = case when known.due is not distinct from excluded.due then known.deletions else 0 end,
    due = excluded.due, is_gone = false,
    -- Made longer, it was not moved again.
    edited_at = case when calendar_sync.due_of(calendar_sync.shown_deadline(known.seen))
      is not distinct from calendar_sync.due_of(calendar_sync.shown_deadline(excluded.seen)) then known.edited_at else now() end;
  perform calendar_sync.open_proposal(p_integration, edit.obligation_id, calendar_sync.shown_deadline(edit.seen),
    calendar_sync.when_json((edit.deadline).deadline_date, (edit.deadline).deadline_at, (edit.deadline).time_zone))
  from unnest(p_edits) as edit where edit.kind = 'moved';
  case p_mode
    when 'restore' then perform calendar_sync.restore_moves(p_integration, p_edits);
    when 'accept' then perform calendar_sync.leave_moves(p_integration, p_edits, calendar_sync.fought_moves(p_edits));
    when 'keep' then perform calendar_sync.rewrite(p_integration.id, array(
      select edit.obligation_id from unnest(p_edits) as edit where edit.kind = 'moved'));
    else null;
  end case;
end;
$$;

comment on function calendar_sync.record_moves(public.calendar_integrations, calendar_sync.edit_now[], text) is
  'Makes proposals of moves and does what p_mode says, as of settings.calendar_edits.';

-- schemas/130_user_edits.sql

-- What becomes of edits. The worker decides what its user did to an event; here it is recorded, and what follows is queued. Whoever calls
-- these functions has the lane.

-- A deletion of the same deadline is the second one. The words are found here, once: a function for each row takes 75 µs a call.
create function calendar_sync.edits_now(p_integration public.calendar_integrations, p_edits jsonb) returns calendar_sync.edit_now[]
language plpgsql stable security definer set search_path = '' set enable_hashjoin = on set jit = off
as $$
begin
  if coalesce(jsonb_array_length(p_edits), 0) = 0 then
    return array[]::calendar_sync.edit_now[];
  end if;
  return array(
    select row (its.kind, edit.obligation_id, edit.event_id, edit.etag, edit.seen, edit.sent_time, edit.has_guests, known.deadline,
      legal.due, known.edit, case its.kind
        when 'moved' then 'moved_by_user'
        when 'resized' then 'resized_by_user'
        when 'returned' then 'returned_by_user'
        when 'deleted' then case when (known.edit).deletions > 0 and (known.edit).due is not distinct from legal.due
          then 'hidden_by_user' else 'deleted_by_user' end
        when 'overtaken' then case
          when edit.seen is null then 'deleted_by_user'
          when shown.due = calendar_sync.due_of(calendar_sync.shown_deadline(known.sent_time)) then 'resized_by_user'
          else 'moved_by_user'
        end
        when 'converged' then case when (known.edit).seen is not null then 'moved_back_by_user' end
      end, shown.due)::calendar_sync.edit_now
    from jsonb_populate_recordset(null::calendar_sync.decided_edit, p_edits) as edit
    join calendar_sync.compare(p_integration.id, array(
      select distinct (each ->> 'obligation_id')::uuid from jsonb_array_elements(p_edits) as each
    )) as known on known.obligation_id = edit.obligation_id
    cross join lateral (
      select calendar_sync.due_text((known.deadline).deadline_date, (known.deadline).deadline_at) as due offset 0
    ) as legal
    cross join lateral (
      select case edit.seen ->> 'kind'
        when 'all_day' then edit.seen ->> 'start_date'
        when 'timed' then calendar_sync.due_text(null, (edit.seen ->> 'start_at')::timestamptz)
        else legal.due
      end as due offset 0
    ) as shown
    cross join lateral (
      select case
        -- It was decided before its deadline came to stand where it was moved, as by accepting the same move of another calendar.
        when edit.kind = 'moved' and calendar_sync.is_due_at(known.deadline, calendar_sync.shown_deadline(edit.seen)) then 'noise'
        -- It was decided before its deadline went: nothing is left to propose.
        when edit.kind in ('moved', 'deleted') and legal.due is null then 'overtaken'
        -- It was decided before its deadline changed, which goes over it as over anything that was done before.
        when edit.kind in ('moved', 'deleted') and known.sent_time is not null and not coalesce((known.edit).is_kept and calendar_sync.edit_holds(known.edit, known.deadline), false)
          and not calendar_sync.is_due_at(known.deadline, calendar_sync.shown_deadline(known.sent_time))
          and not coalesce(calendar_sync.is_due_at(known.deadline, calendar_sync.shown_deadline((known.edit).seen)), false)
          then 'overtaken'
        -- It was decided before a change was taken back that no event ever showed.
        when edit.kind = 'overtaken' and known.is_wanted and known.sent_time is not null
          and calendar_sync.is_due_at(known.deadline, calendar_sync.shown_deadline(known.sent_time))
          then case
            when edit.seen is null then 'deleted'
            when calendar_sync.is_due_at(known.deadline, calendar_sync.shown_deadline(edit.seen)) then 'resized'
            else 'moved'
          end
        else edit.kind
      end as kind offset 0
    ) as its
  );
end;
$$;

comment on function calendar_sync.edits_now(public.calendar_integrations, jsonb) is
  'The edits that a worker decided on, each with its obligation as it is now.';

-- A calendar that was filled or emptied by a program, or by mistake, asks first.
create function calendar_sync.stop_mass_edit(
  p_integration public.calendar_integrations, p_edits calendar_sync.edit_now[], p_is_locked boolean
) returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_options calendar_sync.options;
  v_events integer;
  v_moves integer;
  v_deletions integer;
begin
  select * into v_options from calendar_sync.options;
  if cardinality(p_edits) <= v_options.deletions_free then
    return false;
  end if;
  select count(*) filter (where edit.kind in ('moved', 'resized')), count(*) filter (where edit.kind = 'deleted')
  into v_moves, v_deletions from unnest(p_edits) as edit;
  select count(*) into v_events from public.calendar_event_mappings where integration_id = p_integration.id;
  if v_moves + v_deletions <= greatest(v_options.deletions_free, floor(v_options.deletions_share * v_events))
    or exists (select from calendar_sync.pulls where integration_id = p_integration.id and edits_agreed)
  then
    return false;
  end if;
  -- Nobody waits for a user who is changing the integration: the news is read again in a moment. A calendar that was paused meanwhile
  -- keeps its reason, and is read again when it is resumed.
  if not p_is_locked and p_integration.status = 'active' then
    update public.calendar_integrations
    set status = 'paused', last_error = jsonb_build_object(
      'code', 'mass_edit',
      'message', format('%s of %s events were moved or deleted in the calendar at once, so nothing is changed. Resume to have each treated by itself.', v_moves + v_deletions, v_events),
      'details', jsonb_build_object('moves', v_moves, 'deletions', v_deletions, 'events', v_events))
    where id = p_integration.id;
    perform calendar_sync.count_mass_edit(p_integration.provider);
  end if;
  return true;
end;
$$;

comment on function calendar_sync.stop_mass_edit(public.calendar_integrations, calendar_sync.edit_now[], boolean) is
  'Pauses a calendar in which more events were moved or deleted than calendar_sync.options lets go without a question, and says so. p_is_locked: its user is changing it; then it is only left alone.';

create function calendar_sync.note_edits(
  p_integration public.calendar_integrations, p_edits calendar_sync.edit_now[], p_calendar_id text
) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_now constant timestamptz := clock_timestamp();
  v_by constant text := calendar_sync.caused_by();
  v_request_id constant text := calendar_sync.request_id();
begin
  insert into calendar_sync.activity (user_id, integration_id, provider, obligation_id, action, calendar_id, event_id, title, due)
  select p_integration.user_id, p_integration.id, p_integration.provider, edit.obligation_id, edit.action,
    p_calendar_id, edit.event_id, (edit.deadline).title, edit.shows
  from unnest(p_edits) as edit
  where edit.action is not null and p_integration.user_id is not null;
  update calendar_sync.history as period
  set until_at = v_now, ended_with = edit.action, ended_by = v_by, ended_request_id = v_request_id
  from unnest(p_edits) as edit
  -- As in calendar_sync.record_events.
  cross join lateral (
    select open.ctid as place from calendar_sync.history as open
    where open.integration_id = p_integration.id and open.obligation_id = edit.obligation_id and open.until_at is null offset 0
  ) as its
  where period.ctid = its.place and edit.action not in ('resized_by_user', 'returned_by_user');
  insert into calendar_sync.history (user_id, integration_id, provider, account_email, calendar_id, calendar_name, obligation_id,
    event_id, title, due, in_calendar, reason, from_at, began_with, began_by, began_request_id)
  select p_integration.user_id, p_integration.id, p_integration.provider, p_integration.account_email, p_calendar_id,
    case when p_calendar_id = p_integration.calendar_id then p_integration.calendar_name end, edit.obligation_id, edit.event_id, (edit.deadline).title,
    edit.shows, edit.action <> 'hidden_by_user', nullif(edit.action, 'moved_back_by_user'), v_now, edit.action, v_by, v_request_id
  from unnest(p_edits) as edit
  where edit.action in ('moved_by_user', 'moved_back_by_user', 'hidden_by_user') and p_integration.user_id is not null
  on conflict (integration_id, obligation_id) where until_at is null do nothing;
end;
$$;

comment on function calendar_sync.note_edits(public.calendar_integrations, calendar_sync.edit_now[], text) is
  'Notes in activity and history what a user did to events. p_calendar_id: where they are, which need not be the calendar that was chosen meanwhile.';

create function calendar_sync.record_edits(
  p_integration public.calendar_integrations, p_edits calendar_sync.edit_now[], p_calendar_id text, p_mode text
) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_listings_lag constant boolean := (select listings_lag from calendar_sync.providers where name = p_integration.provider);
  v_caller text;
begin
  if cardinality(p_edits) = 0 then
    return;
  end if;
  v_caller := calendar_sync.act_as('calendar');
  update public.calendar_event_mappings as mapping
  set previous_etag = case when v_listings_lag then mapping.etag end, etag = edit.etag, sent_time = coalesce(edit.sent_time, mapping.sent_time)
  from unnest(p_edits) as edit
  -- As in calendar_sync.record_events.
  cross join lateral (
    select known.ctid as place from public.calendar_event_mappings as known
    where known.integration_id = p_integration.id and known.obligation_id = edit.obligation_id
      and known.external_event_id = edit.event_id offset 0
  ) as its
  where mapping.ctid = its.place and edit.kind not in ('deleted', 'returned') and edit.has_guests is not null
    and (edit.etag is distinct from mapping.etag or edit.sent_time is not null);
  insert into calendar_sync.edits as known (integration_id, obligation_id, has_guests)
  select p_integration.id, edit.obligation_id, edit.has_guests
  from unnest(p_edits) as edit
  where edit.has_guests is not null and edit.has_guests <> coalesce((edit.before).has_guests, false)
  on conflict (integration_id, obligation_id) do update set has_guests = excluded.has_guests;
  -- What goes over them may meet the same moves once more; and their user may take a deletion back.
  insert into calendar_sync.edits as known (integration_id, obligation_id, due, seen, is_gone, original_event_id)
  select p_integration.id, edit.obligation_id, edit.due, edit.seen, edit.seen is null, case when edit.seen is null then edit.event_id end
  from unnest(p_edits) as edit where edit.kind = 'overtaken'
  on conflict (integration_id, obligation_id) do update
  set seen = excluded.seen, is_kept = false, is_accepted = false, is_gone = known.is_gone or excluded.is_gone,
    original_event_id = coalesce(excluded.original_event_id, known.original_event_id),
    deletions = case when known.due is not distinct from excluded.due then known.deletions else 0 end,
    due = excluded.due, edited_at = now();
  perform calendar_sync.note_edits(p_integration, p_edits, p_calendar_id);
  perform calendar_sync.count_edits(p_integration, p_edits);
  perform calendar_sync.record_deletions(p_integration, p_edits);
  perform calendar_sync.record_returns(p_integration, p_edits, p_calendar_id);
  perform calendar_sync.record_convergences(p_integration, p_edits);
  perform calendar_sync.record_moves(p_integration, p_edits, p_mode);
  -- What we were about to write goes over what its user did. What is gone has no version that it could meet.
  update public.calendar_event_mappings as mapping set etag = null, previous_etag = null
  where mapping.integration_id = p_integration.id and mapping.obligation_id = any (array(
    select edit.obligation_id from unnest(p_edits) as edit where edit.kind = 'overtaken' and edit.seen is null
  ));
  perform calendar_sync.rewrite(p_integration.id, array(
    select edit.obligation_id from unnest(p_edits) as edit where edit.kind = 'overtaken'
  ));
  perform calendar_sync.act_as(v_caller);
end;
$$;

comment on function calendar_sync.record_edits(public.calendar_integrations, calendar_sync.edit_now[], text, text) is
  'Records what a user did to events and queues what follows. p_calendar_id: where they are. p_mode: as of settings.calendar_edits.';

create function calendar_sync.proposals_to_accept(p_integration_id uuid) returns uuid[]
language plpgsql stable security definer set search_path = ''
as $$
begin
  -- OFFSET: as in calendar_sync.compare.
  return array(
    select proposal.id from calendar_sync.edits as edit
    cross join lateral (
      select open.id from public.calendar_proposals as open
      where open.integration_id = edit.integration_id and open.obligation_id = edit.obligation_id and open.state = 'open' offset 0
    ) as proposal
    where edit.integration_id = p_integration_id and edit.is_accepted and edit.seen is not null
  );
end;
$$;

comment on function calendar_sync.proposals_to_accept(uuid) is
  'Moves that their user accepted in advance and that did not change their deadlines yet, as where a worker died before it.';

create function calendar_sync.end_edits(p_integration public.calendar_integrations, p_outcomes calendar_sync.outcome[]) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_ids uuid[];
begin
  select array_agg(o.obligation_id) into v_ids
  from unnest(p_outcomes) as o
  cross join lateral (
    select from calendar_sync.edits as known
    where known.integration_id = p_integration.id and known.obligation_id = o.obligation_id offset 0
  ) as its
  where o.kind = 'synced' or o.kind = 'removed' and o.action is not null;
  if v_ids is null then
    return;
  end if;
  perform calendar_sync.end_edit_notices(p_integration, array['deadline_hidden'], array(
    select edit.obligation_id from calendar_sync.edits as edit
    where edit.integration_id = p_integration.id and edit.obligation_id = any (v_ids) and edit.is_hidden
  ));
  update calendar_sync.edits as edit
  set seen = case when o.is_kept then edit.seen end, is_kept = coalesce(o.is_kept, false) and edit.seen is not null,
    is_gone = false, is_hidden = false,
    deletions = case when coalesce(o.is_kept, false) or o.sent_time is null
      or calendar_sync.due_of(calendar_sync.shown_deadline(o.sent_time)) is not distinct from edit.due then edit.deletions else 0 end
  from unnest(p_outcomes) as o
  where edit.integration_id = p_integration.id and edit.obligation_id = o.obligation_id and o.obligation_id = any (v_ids)
    and o.kind = 'synced' and (edit.seen is not null or edit.is_gone or edit.is_hidden or edit.deletions > 0);
  delete from calendar_sync.edits as edit using unnest(p_outcomes) as o
  where edit.integration_id = p_integration.id and edit.obligation_id = o.obligation_id and o.obligation_id = any (v_ids)
    and o.kind = 'removed';
end;
$$;

comment on function calendar_sync.end_edits(public.calendar_integrations, calendar_sync.outcome[]) is
  'What users did to events counts no more once these are written as they should be, or are gone.';

-- The event of before, in another calendar or deleted, says nothing of this one; and one that was taken over may have guests of its own.
create function calendar_sync.record_guests(p_integration_id uuid, p_outcomes calendar_sync.outcome[]) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  update calendar_sync.edits as edit set has_guests = false
  from unnest(p_outcomes) as o
  where edit.integration_id = p_integration_id and edit.obligation_id = o.obligation_id and o.kind = 'synced'
    and edit.has_guests and o.has_guests is distinct from true
    and (edit.is_gone or not exists (
      select from public.calendar_event_mappings as known
      where known.integration_id = p_integration_id and known.obligation_id = o.obligation_id
        and known.calendar_id = o.calendar_id and known.external_event_id = o.event_id
    ));
  insert into calendar_sync.edits as known (integration_id, obligation_id, has_guests)
  select p_integration_id, o.obligation_id, true from unnest(p_outcomes) as o where o.kind = 'synced' and o.has_guests
  order by o.obligation_id
  on conflict (integration_id, obligation_id) do update set has_guests = true where not known.has_guests;
end;
$$;

comment on function calendar_sync.record_guests(uuid, calendar_sync.outcome[]) is
  'Notes whether somebody is invited to the events that were written. Called while their mappings are as they were before.';

create function calendar_sync.tidy_edits() returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_kept_for constant interval := interval '90 days';
  v_user_ids uuid[];
  v_objects text[];
begin
  with old as (
    delete from calendar_sync.edits as edit using public.calendar_integrations as integration
    where edit.edited_at < now() - v_kept_for and integration.id = edit.integration_id
      and not exists (
        select from public.calendar_event_mappings as mapping
        where mapping.integration_id = edit.integration_id and mapping.obligation_id = edit.obligation_id
      )
      and not coalesce(edit.is_hidden and calendar_sync.edit_holds(
        edit, calendar_sync.deadline_for(edit.obligation_id, integration.user_id)), false)
    returning edit.integration_id, edit.obligation_id, integration.user_id
  )
  select array_agg(old.user_id), array_agg(old.integration_id || ':' || old.obligation_id) into v_user_ids, v_objects from old;
  perform calendar_sync.end_notices(each.user_id, array['deadline_hidden'], each.object)
  from unnest(v_user_ids, v_objects) as each (user_id, object);
end;
$$;

comment on function calendar_sync.tidy_edits() is 'Drops what users did to events that are not there any more and that no deadline brings back.';

-- schemas/135_known_events.sql

-- What the worker asks of a listing: which of these events are ours and not as we wrote them?

create function public.calendar_known_events(
  p_worker uuid, p_integration_id uuid, p_calendar_id text, p_news jsonb, p_is_complete boolean
) returns jsonb
language plpgsql stable security definer set search_path = ''
set enable_seqscan = off set enable_nestloop = off set jit = off
as $$
begin
  if not exists (select from calendar_sync.lanes where integration_id = p_integration_id and leased_by = p_worker) then
    return null;
  end if;
  return (
    with news as materialized (
      select each.event_id, each.etag, each.is_gone
      from jsonb_to_recordset(p_news) as each (event_id text, etag text, is_gone boolean)
    ), mapped as materialized (
      select news.event_id, mapping.obligation_id, not news.is_gone and (
        news.etag = mapping.etag or news.etag = mapping.previous_etag) as is_echo
      from news
      cross join lateral (
        -- OFFSET keeps the integration out of this look-up: right after an import the planner would go through all events of the
        -- calendar for each id (10,000 ids: 29 s instead of 1).
        select known.integration_id, known.calendar_id, known.obligation_id, known.etag, known.previous_etag
        from public.calendar_event_mappings as known
        where known.external_event_id = news.event_id offset 0
      ) as mapping
      where mapping.integration_id = p_integration_id and mapping.calendar_id = p_calendar_id
    ), asked as materialized (
      select mapped.event_id, mapped.obligation_id, false as is_missing from mapped where mapped.is_echo is distinct from true
      union all
      -- An event whose deletion may have been taken back.
      select news.event_id, original.obligation_id, false
      from news
      cross join lateral (
        select known.obligation_id from calendar_sync.edits as known
        where known.integration_id = p_integration_id and known.original_event_id = news.event_id offset 0
      ) as original
      where news.event_id not in (select mapped.event_id from mapped)
      union all
      select mapping.external_event_id, mapping.obligation_id, true
      from public.calendar_event_mappings as mapping
      where p_is_complete and mapping.integration_id = p_integration_id and mapping.calendar_id = p_calendar_id
        and not exists (select from mapped where mapped.obligation_id = mapping.obligation_id)
    )
    select coalesce(jsonb_agg(jsonb_build_object(
      'event_id', asked.event_id,
      'is_missing', asked.is_missing,
      'obligation_id', asked.obligation_id,
      'mapping', case when found.event_id is not null then jsonb_build_object('external_event_id', found.event_id, 'etag', found.etag,
        'previous_etag', found.previous_etag, 'sent_time', found.sent_time, 'content_hash', found.content_hash) end,
      'synced_at', found.synced_at,
      'deadline', case when found.is_wanted then jsonb_build_object('deadline_date', (found.deadline).deadline_date,
        'deadline_at', (found.deadline).deadline_at, 'time_zone', (found.deadline).time_zone) end,
      'attempted', coalesce((
        select case when found.is_wanted and calendar_sync.is_repetition(job) then 'the_same' else 'anything' end
        from calendar_sync.jobs as job
        where job.integration_id = p_integration_id and job.obligation_id = asked.obligation_id and job.kind = 'event'
          and job.attempted_in <> '{}'
      ), 'nothing'),
      'edit', case when (found.edit).obligation_id is not null then calendar_sync.edit_json(found.edit, found.deadline) end
    )), '[]')
    from asked
    join calendar_sync.compare(p_integration_id, array(select distinct asked.obligation_id from asked)) as found
      on found.obligation_id = asked.obligation_id
  );
end;
$$;

comment on function public.calendar_known_events(uuid, uuid, text, jsonb, boolean) is
  'Of the events of a listing those that a mapping or an edit knows and that are not as we last wrote them, with what we know of each; where the listing is complete, also those of ours that are not in it: is_missing. p_news: {"event_id", "etag", "is_gone"}. Null where the lease was lost.';

-- schemas/140_proposals.sql

-- Proposals: a user moved an event of ours. A calendar never writes an obligation, so the user decides on the page whether the deadline
-- moves, too. What users do with them is in 240_proposal_calls.sql.

create table public.calendar_proposals (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null,
  integration_id uuid not null,
  provider text not null,
  obligation_id uuid not null,
  kind text not null check (kind = 'move'),
  seen jsonb not null,
  legal jsonb not null,
  state text not null default 'open' check (state in ('open', 'accepted', 'dismissed', 'superseded')),
  replaced jsonb,
  seen_at timestamptz not null default now(),
  decided_at timestamptz,
  check ((state = 'open') = (decided_at is null))
);

-- No foreign keys: the worker's record would wait for a transaction that deletes the user or the integration.
comment on table public.calendar_proposals is
  'Deadlines that users moved in their calendars. One that is open waits for its user; decided ones stay for 30 days.';
comment on column public.calendar_proposals.provider is 'The provider of the calendar in which it was moved.';
comment on column public.calendar_proposals.kind is 'move: the event was moved to another time.';
comment on column public.calendar_proposals.seen is
  'What the calendar showed: {"deadline_date"} or {"deadline_at", "time_zone"}.';
comment on column public.calendar_proposals.legal is 'The deadline as it was then, in the same form.';
comment on column public.calendar_proposals.state is
  'superseded: the event was moved again, the deadline changed, or the calendar was disconnected.';
comment on column public.calendar_proposals.replaced is
  'The exact deadline that accepting it replaced: {"deadline_date", "deadline_at", "time_zone"}. Undo puts it back.';
comment on column public.calendar_proposals.seen_at is 'When we saw it.';

create unique index calendar_proposals_open_idx on public.calendar_proposals (integration_id, obligation_id) where state = 'open';
create index calendar_proposals_accepted_idx on public.calendar_proposals (integration_id, obligation_id) where state = 'accepted';
create index calendar_proposals_user_idx on public.calendar_proposals (user_id, seen_at);
create index calendar_proposals_decided_idx on public.calendar_proposals (decided_at) where decided_at is not null;

alter table public.calendar_proposals enable row level security;

create policy "own proposals" on public.calendar_proposals for select to authenticated
using (user_id = (select auth.uid()));

revoke all on public.calendar_proposals from anon, authenticated, service_role;
grant select on public.calendar_proposals to authenticated, service_role;

create function calendar_sync.when_json(deadline_date date, deadline_at timestamptz, time_zone text) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select case
    -- As one that is too far away to be written.
    when calendar_sync.due_text(deadline_date, deadline_at) is null then null
    when deadline_date is not null then jsonb_build_object('deadline_date', calendar_sync.due_text(deadline_date, null))
    when deadline_at is not null then jsonb_build_object('deadline_at', calendar_sync.due_text(null, deadline_at), 'time_zone', time_zone)
  end
$$;

comment on function calendar_sync.when_json(date, timestamptz, text) is
  'A deadline as proposals show it: {"deadline_date"} or {"deadline_at", "time_zone"}. Null for none.';

create function calendar_sync.normal_when(p_when jsonb) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select calendar_sync.when_json((p_when ->> 'deadline_date')::date, (p_when ->> 'deadline_at')::timestamptz, p_when ->> 'time_zone')
$$;

comment on function calendar_sync.normal_when(jsonb) is 'The same time as when_json spells it.';

create function calendar_sync.due_of(p_when jsonb) returns text
language sql stable security invoker set search_path = ''
as $$ select calendar_sync.due_text((p_when ->> 'deadline_date')::date, (p_when ->> 'deadline_at')::timestamptz) $$;

comment on function calendar_sync.due_of(jsonb) is 'The date or the instant of {"deadline_date"} or {"deadline_at"}.';

-- Another time zone alone is no other deadline. A cancelled obligation has none to move.
create function calendar_sync.is_due_at(p_deadline calendar_sync.deadline, p_when jsonb) returns boolean
language sql stable security invoker set search_path = ''
as $$
  select p_deadline.obligation_id is not null and p_deadline.status <> 'cancelled'
    and calendar_sync.due_text(p_deadline.deadline_date, p_deadline.deadline_at) is not distinct from calendar_sync.due_of(p_when)
$$;

comment on function calendar_sync.is_due_at(calendar_sync.deadline, jsonb) is 'Whether this is the deadline of an obligation that still stands.';

create function calendar_sync.note_proposals(p_proposal_ids uuid[], p_action text, p_details jsonb default '{}') returns void
language sql volatile security definer set search_path = ''
as $$
  insert into calendar_sync.activity (user_id, integration_id, provider, obligation_id, action, calendar_id, title, due, details)
  select proposal.user_id, proposal.integration_id, proposal.provider, proposal.obligation_id, p_action, integration.calendar_id,
    (calendar_sync.deadline_for(proposal.obligation_id, proposal.user_id)).title,
    calendar_sync.due_of(proposal.seen), p_details || jsonb_build_object('proposal_id', proposal.id, 'legal', proposal.legal)
  from public.calendar_proposals as proposal
  left join public.calendar_integrations as integration on integration.id = proposal.integration_id
  where proposal.id = any (p_proposal_ids)
  order by proposal.id
$$;

comment on function calendar_sync.note_proposals(uuid[], text, jsonb) is
  'Notes in the activity what became of proposals; webhooks are told from there. due is where the event was moved to.';

create function calendar_sync.supersede(p_proposal_ids uuid[]) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_ids uuid[];
begin
  -- Skipped: its user decides on it right now, and that call looks at the deadline itself.
  with superseded as (
    update public.calendar_proposals set state = 'superseded', decided_at = now()
    where id in (
      select id from public.calendar_proposals
      where id = any (p_proposal_ids) and state = 'open' for no key update skip locked
    )
    returning id
  )
  select array_agg(id) into v_ids from superseded;
  if v_ids is null then
    return;
  end if;
  perform calendar_sync.end_notices(user_id, array['proposal_opened'], id::text)
  from public.calendar_proposals where id = any (v_ids);
  perform calendar_sync.note_proposals(v_ids, 'proposal_superseded');
end;
$$;

comment on function calendar_sync.supersede(uuid[]) is 'Ends these proposals where they are open, and their notices.';

create function calendar_sync.supersede_outdated(p_proposal_ids uuid[]) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  -- Should the old deadline come back before the event is written, it fits what was sent, and not where the event stands.
  perform calendar_sync.put_back(proposal.integration_id, proposal.obligation_id)
  from public.calendar_proposals as proposal
  join calendar_sync.edits as edit on edit.integration_id = proposal.integration_id and edit.obligation_id = proposal.obligation_id
  join public.calendar_integrations as integration on integration.id = proposal.integration_id
  where proposal.id = any (p_proposal_ids) and proposal.state = 'open' and edit.seen is not null
    and integration.removed_at is null and integration.status <> 'disconnecting';
  perform calendar_sync.supersede(p_proposal_ids);
end;
$$;

comment on function calendar_sync.supersede_outdated(uuid[]) is
  'As supersede, of proposals whose deadline changed: their events are written where they should be, whatever that is by then.';

create function calendar_sync.open_proposal(
  p_integration public.calendar_integrations, p_obligation_id uuid, p_seen jsonb, p_legal jsonb
) returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_seen constant jsonb := calendar_sync.normal_when(p_seen);
  v_legal constant jsonb := calendar_sync.normal_when(p_legal);
  v_open public.calendar_proposals;
  v_id uuid;
begin
  if p_integration.user_id is null then
    return null;
  end if;
  -- Its user may be deciding on it right now: that call waits for nobody longer than two seconds, and then this one goes on.
  select * into v_open from public.calendar_proposals
  where integration_id = p_integration.id and obligation_id = p_obligation_id and state = 'open' for no key update;
  if v_open.seen = v_seen and v_open.legal = v_legal then
    return v_open.id;
  end if;
  perform calendar_sync.supersede(array[v_open.id]);
  insert into public.calendar_proposals (user_id, integration_id, provider, obligation_id, kind, seen, legal)
  values (p_integration.user_id, p_integration.id, p_integration.provider, p_obligation_id, 'move', v_seen, v_legal)
  returning id into v_id;
  perform calendar_sync.write_notice(p_integration.user_id, 'proposal_opened', p_integration.id, p_obligation_id, v_id::text);
  perform calendar_sync.note_proposals(array[v_id], 'proposal_opened');
  return v_id;
end;
$$;

comment on function calendar_sync.open_proposal(public.calendar_integrations, uuid, jsonb, jsonb) is
  'Asks a user whether a deadline moves to where its event was moved: p_seen is what the calendar showed, p_legal the deadline, both {"deadline_date"} or {"deadline_at", "time_zone"}. It supersedes an older one that is open; the same move again changes nothing. Returns the open proposal''s id; null where the user is deleted.';

create function calendar_sync.supersede_proposals(p_integration_id uuid, p_obligation_ids uuid[] default null) returns void
language plpgsql volatile security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
begin
  perform calendar_sync.supersede_outdated(array(
    select proposal.id from public.calendar_proposals as proposal
    where proposal.integration_id = p_integration_id and proposal.state = 'open'
      and coalesce(proposal.obligation_id = any (p_obligation_ids), true)
      and (not calendar_sync.is_due_at(calendar_sync.deadline_for(proposal.obligation_id, proposal.user_id), proposal.legal)
        or not exists (
          select from public.calendar_integrations as integration
          where integration.id = p_integration_id and integration.removed_at is null and integration.status <> 'disconnecting'
        ))
  ));
  -- One that was accepted in advance can be undone until the deadline changes.
  perform calendar_sync.end_notices(proposal.user_id, array['proposal_opened'], proposal.id::text)
  from public.calendar_proposals as proposal
  where proposal.integration_id = p_integration_id and proposal.state = 'accepted'
    and coalesce(proposal.obligation_id = any (p_obligation_ids), true)
    and not calendar_sync.is_due_at(calendar_sync.deadline_for(proposal.obligation_id, proposal.user_id), proposal.seen);
end;
$$;

comment on function calendar_sync.supersede_proposals(uuid, uuid[]) is
  'Ends the open proposals of these obligations in a calendar (null: of all) whose deadline is no longer the one that they were made for.';

-- A calendar that is leaving shows no moves any more.
create function calendar_sync.end_proposals_of_integration() returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if old.user_id is null or tg_op = 'UPDATE' and new.user_id is null then
    delete from public.calendar_proposals where integration_id = old.id;
    return null;
  end if;
  perform calendar_sync.supersede(array(
    select id from public.calendar_proposals where integration_id = old.id and state = 'open'
  ));
  return null;
end;
$$;

comment on function calendar_sync.end_proposals_of_integration() is
  'Supersedes the open proposals of an integration that is disconnected; those of a user who is deleted go.';

create trigger proposals_leave after update on public.calendar_integrations
for each row when (
  new.removed_at is not null and old.removed_at is null
  or new.status = 'disconnecting' and old.status <> 'disconnecting'
  or new.user_id is null and old.user_id is not null
) execute function calendar_sync.end_proposals_of_integration();

create trigger proposals_deleted after delete on public.calendar_integrations
for each row execute function calendar_sync.end_proposals_of_integration();

create function calendar_sync.tidy_proposals() returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_ids uuid[];
  v_ids text[];
begin
  -- The notice of a move that was accepted in advance offers to undo it as long as the proposal is there.
  with gone as (
    delete from public.calendar_proposals where decided_at < now() - calendar_sync.notices_stay() returning user_id, id
  )
  select array_agg(gone.user_id), array_agg(gone.id::text) into v_user_ids, v_ids from gone;
  perform calendar_sync.end_notices(each.user_id, array['proposal_opened'], each.id)
  from unnest(v_user_ids, v_ids) as each (user_id, id);
  delete from public.calendar_proposals as proposal
  where not exists (select from auth.users as account where account.id = proposal.user_id);
end;
$$;

comment on function calendar_sync.tidy_proposals() is 'Drops proposals that were decided 30 days ago and ends their notices, and drops those of users who are deleted.';

-- schemas/143_record_jobs.sql

-- What becomes of jobs once a batch was tried: they are done, tried again, or given up.

-- As where a change that was refused is taken back.
create function calendar_sync.record_recoveries(p_integration public.calendar_integrations, p_obligation_ids uuid[]) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform calendar_sync.record_history(p_integration, array(
    select jsonb_populate_record(null::calendar_sync.outcome, jsonb_build_object(
      'kind', 'synced', 'action', 'recovered', 'obligation_id', failed.obligation_id, 'event_id', failed.event_id))
    from calendar_sync.history as failed
    where failed.integration_id = p_integration.id and failed.obligation_id = any (p_obligation_ids) and failed.until_at is null
      and failed.reason is not null and failed.reason not in ('moved_by_user', 'hidden_by_user')
  ));
  perform calendar_sync.append_recovered_events(p_integration, p_obligation_ids);
end;
$$;

comment on function calendar_sync.record_recoveries(public.calendar_integrations, uuid[]) is
  'These deadlines had failed, and nothing is left to do for them: their events are as they should be.';

create function calendar_sync.record_jobs(
  p_integration public.calendar_integrations, p_outcomes calendar_sync.outcome[]
) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_caused_by constant text := calendar_sync.caused_by();
  v_request_id constant text := calendar_sync.request_id();
  v_given_up calendar_sync.outcome[];
  v_recovered uuid[];
begin
  if exists (select from unnest(p_outcomes) as o where o.job is not null) then
    delete from calendar_sync.jobs as job using unnest(p_outcomes) as o
    where job.integration_id = p_integration.id and job.obligation_id is null and job.kind = o.job
      and o.kind = 'done' and job.version = o.version;
    -- A batch may have come to an obligation and failed there.
    update calendar_sync.jobs as job
    set cursor = jsonb_build_object('after', o.obligation_id), attempts = 0, run_at = now(), last_error = null
    from unnest(p_outcomes) as o
    where job.integration_id = p_integration.id and job.obligation_id is null and job.kind = o.job
      and o.kind = 'advanced' and job.version = o.version;
    update calendar_sync.jobs as job
    set attempts = job.attempts + 1, run_at = now() + o.run_in_ms * interval '1 millisecond', last_error = o.error
    from unnest(p_outcomes) as o
    where job.integration_id = p_integration.id and job.obligation_id is null and job.kind = o.job
      and o.kind = 'retry' and job.version = o.version;
  end if;

  with outcome as materialized (
    select job.place, job.obligation_id, o as told, o.kind, o.counts, o.run_in_ms, o.error, o.may_leave,
      job.version = o.version as is_current, o.kind in ('synced', 'removed', 'unchanged') as is_end,
      case when job.version <> o.version then 0 when o.counts then job.attempts + 1 else job.attempts end as attempts
    from unnest(p_outcomes) as o
    -- As in calendar_sync.record_events.
    cross join lateral (
      select queued.ctid as place, queued.obligation_id, queued.version, queued.attempts from calendar_sync.jobs as queued
      where queued.integration_id = p_integration.id and queued.obligation_id = o.obligation_id and queued.kind = 'event' offset 0
    ) as job
    where o.job is null
  ), finished as (
    delete from calendar_sync.jobs as job using outcome
    where job.ctid = outcome.place and outcome.is_current and outcome.is_end
    returning job.obligation_id, job.told, outcome.kind
  ), given_up as materialized (
    -- Deletions are never given up while an account is being disconnected.
    select outcome.obligation_id, outcome.kind, outcome.error from outcome
    where p_integration.status <> 'disconnecting' and outcome.is_current and (outcome.kind = 'failed'
      or outcome.kind = 'retry' and outcome.counts and outcome.attempts >= calendar_sync.attempts_max())
  ), changed as (
    update calendar_sync.jobs as job
    set attempted_in = case when outcome.may_leave then job.attempted_in else '{}' end,
      attempts = outcome.attempts,
      run_at = case
        when outcome.is_current and outcome.kind = 'retry' then now() + outcome.run_in_ms * interval '1 millisecond'
        when not outcome.is_current and outcome.kind = 'synced' then now() + calendar_sync.settling_time()
        else job.run_at
      end,
      failed_at = case when outcome.obligation_id in (select obligation_id from given_up) then now() end,
      last_error = case when outcome.kind = 'not_begun' then job.last_error else outcome.error end,
      -- It is there again, although the newest change of it is not.
      told = job.told and (outcome.is_current or outcome.kind <> 'synced')
    from outcome
    where job.ctid = outcome.place and not (outcome.is_current and outcome.is_end)
    returning job.obligation_id, job.cause
  )
  select array_agg(row (
    'failed', null, given_up.obligation_id, null, case given_up.kind when 'failed' then 'rejected' else 'given_up' end,
    null, null, null, null, null, null, null, changed.cause, null, given_up.error, null, null, null, null, null, null
  )::calendar_sync.outcome), (select array_agg(finished.obligation_id) from finished where finished.told and finished.kind = 'unchanged')
  into v_given_up, v_recovered
  from given_up join changed using (obligation_id);
  if v_recovered is not null then
    perform calendar_sync.record_recoveries(p_integration, v_recovered);
  end if;
  if v_given_up is not null and p_integration.user_id is not null then
    insert into calendar_sync.activity
      (user_id, integration_id, provider, obligation_id, action, calendar_id, reason, caused_by, request_id)
    select p_integration.user_id, p_integration.id, p_integration.provider, o.obligation_id, o.action, p_integration.calendar_id,
      o.error, coalesce(o.cause ->> 'by', v_caused_by), coalesce(o.cause ->> 'request_id', v_request_id)
    from unnest(v_given_up) as o;
    perform calendar_sync.record_history(p_integration, v_given_up);
    perform calendar_sync.notice_given_up(p_integration, v_given_up);
  end if;
end;
$$;

comment on function calendar_sync.record_jobs(public.calendar_integrations, calendar_sync.outcome[]) is
  'Drops the jobs that are done, and says of the others when they are tried again, or that they are given up.';

-- schemas/145_record.sql

-- What the worker tells: the outcome of a batch, and its last word. A worker that lost the lease is not believed.

-- A worker that lost the lease may have overwritten what the next one wrote.
create function calendar_sync.distrust(p_integration_id uuid, p_outcomes calendar_sync.outcome[], p_calendar_id text) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_cause constant jsonb := calendar_sync.cause('lease_lost');
begin
  perform from calendar_sync.lanes where integration_id = p_integration_id for update;
  insert into calendar_sync.jobs as job (integration_id, kind, obligation_id, priority, attempted_in, cause)
  select integration.id, 'event', outcome.obligation_id, 1, array[coalesce(outcome.calendar_id, p_calendar_id)], v_cause
  from unnest(p_outcomes) as outcome
  join public.calendar_integrations as integration on integration.id = p_integration_id and integration.removed_at is null
  where outcome.obligation_id is not null and outcome.kind not in ('unchanged', 'not_begun')
    -- A test event that nobody knows any more is an orphan.
    and (outcome.job is null or outcome.kind = 'written' and not exists (
      select from calendar_sync.test_events as test where test.id = outcome.obligation_id))
    and coalesce(outcome.calendar_id, p_calendar_id) is not null
  order by outcome.obligation_id
  on conflict (integration_id, obligation_id, kind) do update
  set version = job.version + 1, failed_at = null, attempted_in = array(
    select distinct calendar_id from unnest(job.attempted_in || excluded.attempted_in) as calendar_id order by 1
  );
  if found then
    perform calendar_sync.reschedule(array[p_integration_id]);
  end if;
end;
$$;

comment on function calendar_sync.distrust(uuid, calendar_sync.outcome[], text) is
  'Has looked at again what a worker wrote that had lost its lease.';

create function calendar_sync.record_events(
  p_integration public.calendar_integrations, p_outcomes calendar_sync.outcome[]
) returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  -- For a job without a cause the worker's run stands for it.
  v_caused_by constant text := calendar_sync.caused_by();
  v_request_id constant text := calendar_sync.request_id();
  v_user_id constant uuid := coalesce(p_integration.user_id, p_integration.deleted_user_id);
  v_listings_lag constant boolean := (select listings_lag from calendar_sync.providers where name = p_integration.provider);
  -- Most batches hold nothing but synced events: what there is none of costs no look-up for each outcome.
  v_unchanged boolean;
  v_removes boolean;
  v_leaves boolean;
  v_removed integer := 0;
begin
  select bool_or(o.kind = 'unchanged'), bool_or(o.kind = 'removed'), bool_or(o.left_in is not null)
  into v_unchanged, v_removes, v_leaves
  from unnest(p_outcomes) as o;
  -- The worker hands back the causes that it was given: meanwhile the jobs may have others.
  insert into calendar_sync.activity
    (user_id, integration_id, provider, obligation_id, action, calendar_id, event_id, title, due, caused_by, request_id)
  select v_user_id, p_integration.id, p_integration.provider, o.obligation_id, o.action, o.calendar_id,
    o.event_id, o.title, o.due, coalesce(o.cause ->> 'by', v_caused_by), coalesce(o.cause ->> 'request_id', v_request_id)
  from unnest(p_outcomes) as o
  where o.action is not null and v_user_id is not null;

  if exists (select from unnest(p_outcomes) as o where o.has_guests)
    or exists (select from calendar_sync.edits as edit where edit.integration_id = p_integration.id and edit.has_guests)
  then
    perform calendar_sync.record_guests(p_integration.id, p_outcomes);
  end if;
  insert into public.calendar_event_mappings as mapping
    (integration_id, obligation_id, calendar_id, external_event_id, etag, sent_time, deadline_hash, content_hash)
  select p_integration.id, o.obligation_id, o.calendar_id, o.event_id, o.etag, o.sent_time, o.deadline_hash, o.content_hash
  from unnest(p_outcomes) as o
  where o.kind = 'synced'
  order by o.obligation_id
  on conflict (integration_id, obligation_id) do update
  set calendar_id = excluded.calendar_id, external_event_id = excluded.external_event_id, etag = excluded.etag,
    previous_etag = case when v_listings_lag then mapping.etag end, sent_time = excluded.sent_time,
    deadline_hash = excluded.deadline_hash, content_hash = excluded.content_hash, synced_at = now(), updated_at = now();

  -- One look-up for each outcome, and then by place: else the planner, whose statistics may know of few rows, goes through all
  -- rows of the calendar for each outcome (500 outcomes of 5000 events: 1 s a table). Nobody else writes them while we have the lane.
  if v_unchanged then
    update public.calendar_event_mappings as mapping set deadline_hash = o.deadline_hash, updated_at = now()
    from unnest(p_outcomes) as o
    cross join lateral (
      select known.ctid as place from public.calendar_event_mappings as known
      where known.integration_id = p_integration.id and known.obligation_id = o.obligation_id offset 0
    ) as its
    where o.kind = 'unchanged' and mapping.ctid = its.place and mapping.deadline_hash <> o.deadline_hash;
  end if;

  -- What its user did was seen, but not what an earlier attempt wrote, whose answer was lost.
  if exists (select from unnest(p_outcomes) as o where o.kind = 'retry' and o.content_hash = '') then
    perform calendar_sync.forget_content(array_agg(p_integration.id), array_agg(o.obligation_id))
    from unnest(p_outcomes) as o where o.kind = 'retry' and o.content_hash = '';
  end if;

  perform calendar_sync.record_history(p_integration, array(
    select o from unnest(p_outcomes) as o where o.kind = 'synced' or o.kind = 'removed' and o.action is not null
  ));
  if v_removes then
    perform calendar_sync.end_absences(p_integration, p_outcomes);
    delete from public.calendar_event_mappings as mapping
    using unnest(p_outcomes) as o
    cross join lateral (
      select known.ctid as place from public.calendar_event_mappings as known
      where known.integration_id = p_integration.id and known.obligation_id = o.obligation_id offset 0
    ) as its
    where o.kind = 'removed' and mapping.ctid = its.place;
    get diagnostics v_removed = row_count;
  end if;
  if exists (select from calendar_sync.edits where integration_id = p_integration.id) then
    perform calendar_sync.end_edits(p_integration, p_outcomes);
  end if;

  -- Events that could not be removed, and those that now could. A job that did not look into a calendar says nothing of it.
  if exists (select from calendar_sync.leftovers where integration_id = p_integration.id) then
    delete from calendar_sync.leftovers as leftover
    using unnest(p_outcomes) as o
    cross join lateral (
      select known.ctid as place from calendar_sync.leftovers as known
      join calendar_sync.jobs as job on job.integration_id = known.integration_id and job.obligation_id = known.obligation_id
        and job.kind = 'event' and known.calendar_id = any (job.attempted_in)
      where known.integration_id = p_integration.id and known.obligation_id = o.obligation_id offset 0
    ) as its
    where o.kind in ('synced', 'removed', 'unchanged') and leftover.ctid = its.place;
  end if;
  if v_leaves then
    insert into calendar_sync.leftovers (integration_id, obligation_id, calendar_id, reason)
    select p_integration.id, o.obligation_id, place.id, coalesce(o.error, 'refused')
    from unnest(p_outcomes) as o cross join lateral unnest(o.left_in) as place (id)
    on conflict (integration_id, obligation_id, calendar_id) do update set reason = excluded.reason;
  end if;
  return v_removed;
end;
$$;

comment on function calendar_sync.record_events(public.calendar_integrations, calendar_sync.outcome[]) is
  'Records which events a calendar holds after a batch, and what was changed. Returns how many events went.';

create function public.calendar_record(
  p_worker uuid, p_integration_id uuid, p_outcomes jsonb, p_batch jsonb, p_edits jsonb default '[]'
) returns jsonb
language plpgsql volatile security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off set plan_cache_mode = force_generic_plan
as $$
declare
  v_retry_after_max constant interval := interval '1 hour';
  v_accepted_within constant interval := interval '1 minute';
  v_outcomes calendar_sync.outcome[] := array(
    select row (o.*)::calendar_sync.outcome from jsonb_populate_recordset(null::calendar_sync.outcome, coalesce(p_outcomes, '[]')) as o
  );
  v_edits calendar_sync.edit_now[];
  v_accepting uuid[] := array[]::uuid[];
  v_batch calendar_sync.batch := jsonb_populate_record(null::calendar_sync.batch, p_batch);
  v_integration public.calendar_integrations;
  v_is_locked boolean;
  v_is_stopped boolean;
  v_removed integer;
  v_breaker text;
begin
  perform calendar_sync.act_as('worker');
  select * into v_integration from public.calendar_integrations where id = p_integration_id for no key update skip locked;
  v_is_locked := not found;
  if v_is_locked then
    select * into v_integration from public.calendar_integrations where id = p_integration_id;
  end if;
  perform from calendar_sync.lanes
  where integration_id = p_integration_id and leased_by = p_worker and coalesce(lease = v_batch.lease, true)
  for update;
  if not found then
    -- The answer was lost, or the call came twice: all of it is recorded already.
    if exists (
      select from calendar_sync.lanes where integration_id = p_integration_id and recorded_lease = v_batch.lease
    ) then
      return '{"recorded": true, "circuit_breaker": null, "accepting": []}'::jsonb;
    end if;
    perform calendar_sync.distrust(p_integration_id, v_outcomes, v_batch.wrote_to);
    return '{"recorded": false, "circuit_breaker": null, "accepting": []}'::jsonb;
  end if;

  v_edits := calendar_sync.edits_now(v_integration, p_edits);
  if calendar_sync.stop_mass_edit(v_integration, v_edits, v_is_locked) then
    -- It is all there to be read again.
    select status into v_integration.status from public.calendar_integrations where id = p_integration_id;
    v_edits := '{}';
    v_batch.pulled := false;
    v_batch.succeeded := false;
    v_outcomes := array(select o from unnest(v_outcomes) as o where o.job is distinct from 'pull');
  end if;
  v_removed := calendar_sync.record_events(v_integration, v_outcomes);
  perform calendar_sync.record_jobs(v_integration, v_outcomes);
  perform calendar_sync.record_test_event(p_integration_id, v_outcomes);
  if exists (select from public.calendar_proposals where integration_id = p_integration_id and state = 'open')
    or exists (select from public.calendar_proposals where integration_id = p_integration_id and state = 'accepted')
  then
    perform calendar_sync.supersede_proposals(p_integration_id, array(
      select o.obligation_id from unnest(v_outcomes) as o where o.kind in ('synced', 'removed', 'unchanged')
    ));
  end if;
  perform calendar_sync.record_edits(v_integration, v_edits, v_batch.wrote_to, coalesce(v_batch.calendar_edits, 'restore'));
  if v_batch.calendar_edits = 'accept' and v_integration.status = 'active' then
    v_accepting := calendar_sync.proposals_to_accept(p_integration_id);
  end if;
  if v_batch.pulled then
    perform calendar_sync.note_poll(p_integration_id, exists (
      select from unnest(v_edits) as edit where edit.kind in ('moved', 'resized', 'deleted', 'returned')
    ));
    perform calendar_sync.record_pull(p_integration_id, v_batch.wrote_to, v_batch.cursor);
  end if;
  -- A worker that dies before it accepts them leaves that to the next: it is not to come with a poll that may be a day away.
  if v_accepting <> '{}' and v_batch.pulled then
    update calendar_sync.pulls set next_pull_at = least(next_pull_at, now() + greatest(v_accepted_within, (
      -- Where it fails again and again, twice as late each time.
      select now() - max(edit.edited_at) from calendar_sync.edits as edit
      where edit.integration_id = p_integration_id and edit.is_accepted and edit.seen is not null
    )))
    where integration_id = p_integration_id;
  end if;
  -- Of the reserved calls only those that were made stay counted.
  if v_batch.calls_made > 0 then
    update calendar_sync.provider_calls set calls = v_batch.calls_made
    where id = v_batch.reserved_id and integration_id = p_integration_id;
  else
    delete from calendar_sync.provider_calls where id = v_batch.reserved_id and integration_id = p_integration_id;
  end if;
  update calendar_sync.lanes
  set leased_by = null, leased_until = null, recorded_lease = lease,
    batch_jobs = coalesce(v_batch.next_jobs, batch_jobs),
    attempts = case when v_batch.wait_reason = 'backoff' then attempts + 1 else 0 end,
    wait_reason = v_batch.wait_reason,
    wait_until = case when v_batch.wait_reason is not null
      then now() + least(v_batch.wait_ms * interval '1 millisecond', v_retry_after_max) end,
    deletions_allowed = greatest(deletions_allowed - v_removed, 0)
  where integration_id = p_integration_id;

  -- Nobody waits for a user who is changing the integration: what there is to say of it the next run says.
  if v_is_locked then
    perform calendar_sync.append_changes(array[p_integration_id], 'scan', 1);
    v_batch.calendar_id := null;
    v_batch.status := null;
    v_batch.last_error := null;
    v_batch.succeeded := false;
  end if;
  if v_batch.calendar_id is not null and v_batch.wrote_to = v_integration.calendar_id then
    -- Our own calendar has a new id; or it is another one, which an attempt to connect made whose answer was lost, and holds
    -- nothing. So every event is written again: where it stands, that changes nothing.
    update public.calendar_event_mappings
    set calendar_id = v_batch.calendar_id, deadline_hash = '', content_hash = '', etag = null, previous_etag = null
    where integration_id = p_integration_id and calendar_id = v_integration.calendar_id;
    update calendar_sync.test_events set calendar_id = v_batch.calendar_id
    where integration_id = p_integration_id and calendar_id = v_integration.calendar_id;
    update calendar_sync.jobs set attempted_in = array_replace(attempted_in, v_integration.calendar_id, v_batch.calendar_id)
    where integration_id = p_integration_id and v_integration.calendar_id = any (attempted_in);
    update public.calendar_integrations
    set calendar_id = v_batch.calendar_id,
      own_calendar_id = case when own_calendar_id = v_integration.calendar_id then v_batch.calendar_id else own_calendar_id end
    where id = p_integration_id;
  end if;
  -- The user has chosen another calendar than the one that was found missing.
  if v_batch.last_error ->> 'code' = 'calendar_missing' and v_batch.wrote_to is distinct from v_integration.calendar_id then
    v_batch.status := null;
    v_batch.last_error := null;
  end if;
  -- It was stopped during the batch, for a reason that somebody has to mend. Only a lost grant goes over a pause.
  v_is_stopped := v_integration.status = 'disconnected'
    or v_integration.status = 'paused' and v_batch.status is distinct from 'disconnected';
  if not v_is_locked and (v_batch.succeeded or v_batch.reached or v_batch.last_error is not null) then
    update public.calendar_integrations
    set last_synced_at = case when v_batch.succeeded then now() else last_synced_at end,
      sign_in_refused_at = case when v_batch.succeeded and v_batch.reached then null else sign_in_refused_at end,
      last_error = case
        when v_is_stopped then last_error
        when v_batch.last_error is not null then v_batch.last_error
        when v_batch.succeeded or v_batch.reached and last_error ->> 'code' = 'provider_unavailable' then null
        else last_error
      end
    where id = p_integration_id;
  end if;
  if v_batch.status is not null and not v_is_stopped and v_integration.status <> 'disconnecting' then
    update public.calendar_integrations set status = v_batch.status where id = p_integration_id;
  end if;

  if v_batch.reached is not null then
    v_breaker := calendar_sync.record_reach(p_integration_id, v_integration.provider, v_batch.reached);
  end if;
  perform calendar_sync.reschedule(array[p_integration_id]);
  update calendar_sync.lanes set deletions_allowed = 0
  where integration_id = p_integration_id and deletions_allowed > 0 and ready_at is null;
  return jsonb_build_object('recorded', true, 'circuit_breaker', v_breaker, 'accepting', to_jsonb(v_accepting));
end;
$$;

comment on function public.calendar_record(uuid, uuid, jsonb, jsonb, jsonb) is
  'Records the outcome of a batch and gives the lease back: p_outcomes as calendar_sync.outcome, p_batch as calendar_sync.batch, p_edits as calendar_sync.decided_edit. recorded: false, and nothing recorded, where the lease was lost. circuit_breaker: opened or closed where that is what the batch did. accepting: proposals that their user accepted in advance, for calendar_accept_edit.';

create function public.calendar_retire(p_worker uuid, p_flushes jsonb default '[]') returns boolean
language plpgsql volatile security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  v_ids uuid[];
  v_work_is_due boolean;
begin
  -- Calls that an unfinished batch reserved stay counted: they may have been made.
  with released as (
    update calendar_sync.lanes set leased_by = null, leased_until = null where leased_by = p_worker returning integration_id
  )
  select array_agg(integration_id) into v_ids from released;
  if v_ids is not null then
    perform calendar_sync.reschedule(v_ids);
  end if;
  perform calendar_sync.release_deliveries(p_worker);
  perform public.calendar_keep_counts(p_flushes);
  perform calendar_sync.tell_of_stalled_tick();
  v_work_is_due := calendar_sync.work_is_due();
  if v_work_is_due then
    perform calendar_sync.wake_up();
  end if;
  return v_work_is_due;
end;
$$;

comment on function public.calendar_retire(uuid, jsonb) is
  'A worker''s last word: its leases are free, what it counted is kept, and the next one is woken if work is left.';

-- Orphans: events of ours that no mapping knows, left by a restored backup or by a write whose worker had lost its lease.
create function public.calendar_compare_events(
  p_worker uuid, p_integration_id uuid, p_events jsonb, p_moved jsonb default '[]'
) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_cause constant jsonb := calendar_sync.cause('orphans');
  v_calendar_id text;
  v_user_id uuid;
  v_doubles jsonb;
begin
  select calendar_id, user_id into v_calendar_id, v_user_id from public.calendar_integrations where id = p_integration_id for no key update;
  perform from calendar_sync.lanes where integration_id = p_integration_id and leased_by = p_worker for update;
  if not found then
    return null;
  end if;
  -- What stands in a calendar because another integration of the user put it there was not moved.
  with moved as materialized (
    select distinct event.obligation_id, event.calendar_id
    from jsonb_to_recordset(p_moved) as event (event_id text, obligation_id uuid, calendar_id text)
    where not exists (
      select from public.calendar_integrations as other
      where other.user_id = v_user_id and other.id <> p_integration_id
        and event.calendar_id in (other.calendar_id, other.own_calendar_id)
    ) and not exists (
      select from public.calendar_event_mappings as known
      where known.obligation_id = event.obligation_id and known.calendar_id = event.calendar_id
    ) and not exists (
      -- Its user wants none in this calendar: what they moved out of it a second time is the only one that they have.
      select from calendar_sync.edits as edit
      cross join lateral calendar_sync.deadline_for(edit.obligation_id, v_user_id) as deadline
      where edit.integration_id = p_integration_id and edit.obligation_id = event.obligation_id and edit.is_hidden
        and calendar_sync.edit_holds(edit, deadline) and deadline.status <> 'cancelled'
    )
  ), left_behind as (
    insert into calendar_sync.leftovers (integration_id, obligation_id, calendar_id, reason)
    select p_integration_id, obligation_id, calendar_id, 'moved_by_user' from moved
    on conflict (integration_id, obligation_id, calendar_id) do nothing
  )
  -- As after attempts without an outcome: it is looked for where it stands, and written where it should be.
  insert into calendar_sync.jobs as job (integration_id, kind, obligation_id, priority, attempted_in, cause)
  select p_integration_id, 'event', obligation_id, 2, array_agg(calendar_id) || v_calendar_id, v_cause from moved
  group by obligation_id
  on conflict (integration_id, obligation_id, kind) do update
  set version = job.version + 1, attempted_in = array(
    select distinct id from unnest(job.attempted_in || excluded.attempted_in) as id order by 1
  );
  with found as materialized (
    select event.event_id, event.obligation_id from jsonb_to_recordset(p_events) as event (event_id text, obligation_id uuid)
    where not exists (
      select from calendar_sync.test_events as test where test.integration_id = p_integration_id and test.id = event.obligation_id
    )
  ), orphan as materialized (
    select found.event_id, found.obligation_id,
      mapping.id is not null and exists (
        select from found as known where known.event_id = mapping.external_event_id
      ) as is_double
    from found
    left join public.calendar_event_mappings as mapping
      on mapping.integration_id = p_integration_id and mapping.obligation_id = found.obligation_id
        and mapping.calendar_id = v_calendar_id
    where mapping.external_event_id is distinct from found.event_id
  ), queued as (
    -- As after an attempt without an outcome: the event is adopted or removed.
    insert into calendar_sync.jobs as job (integration_id, kind, obligation_id, priority, attempted_in, cause)
    select distinct p_integration_id, 'event', obligation_id, 2, array[v_calendar_id], v_cause from orphan where not is_double
    on conflict (integration_id, obligation_id, kind) do update
    set version = job.version + 1, attempted_in = job.attempted_in || excluded.attempted_in
    where not job.attempted_in @> excluded.attempted_in
  )
  select coalesce(jsonb_agg(event_id), '[]') into v_doubles from orphan where is_double;
  return v_doubles;
end;
$$;

comment on function public.calendar_compare_events(uuid, uuid, jsonb, jsonb) is
  'Takes the events of ours that were found in a calendar, and those that its user moved to other calendars of the account. Queues the obligations of orphans and of moved events. Answers with the ids of events that stand beside the one that a mapping knows: they are to be deleted. Null where the lease was lost.';

-- schemas/150_notices.sql

-- Notices: what a user has to be told. The transaction that changes a state writes the notice; the page shows it, mail and outgoing
-- webhooks are made from it.
--
-- One notice a state: while a connection is lost there is one open notice, however often the loss is found. What heals ends it.

create table calendar_sync.notice_kinds (
  kind text primary key,
  severity text not null check (severity in ('info', 'warning', 'critical')),
  lasts boolean not null,
  mail text not null check (mail in ('immediately', 'daily', 'off')),
  mail_required boolean not null default false,
  check (not mail_required or mail <> 'off')
);

comment on table calendar_sync.notice_kinds is 'The kinds of notices that there are.';
comment on column calendar_sync.notice_kinds.lasts is
  'True: it tells of a state, which ends by itself or by somebody who mends it. False: it tells of something that was done.';
comment on column calendar_sync.notice_kinds.mail is 'When it is sent by mail to a user who chose nothing.';
comment on column calendar_sync.notice_kinds.mail_required is
  'Its mail cannot be switched off: it tells of something that a stranger with the user''s session would do.';

alter table calendar_sync.notice_kinds enable row level security;

insert into calendar_sync.notice_kinds (kind, severity, lasts, mail, mail_required) values
  ('connection_lost', 'critical', true, 'immediately', false),
  ('connection_paused', 'warning', true, 'immediately', false),
  ('deadline_failed', 'warning', true, 'daily', false),
  ('deadline_restored', 'info', false, 'off', false),
  ('deadline_hidden', 'warning', true, 'off', false),
  ('proposal_opened', 'info', true, 'off', false),
  ('connection_added', 'info', false, 'immediately', true),
  ('key_added', 'info', false, 'immediately', true),
  ('webhook_added', 'info', false, 'immediately', true),
  ('webhook_disabled', 'warning', true, 'off', false);

-- No foreign key to auth.users: a record would wait for a transaction that deletes its user. Notices go with the integrations of a
-- user who is deleted, with an erasure, and in the night.
create table calendar_sync.notices (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null,
  kind text not null references calendar_sync.notice_kinds (kind),
  object text not null,
  integration_id uuid,
  obligation_id uuid,
  details jsonb not null default '{}',
  created_at timestamptz not null default now(),
  dismissed_at timestamptz,
  ended_at timestamptz
);

comment on table calendar_sync.notices is 'What users are told. Their words are in the functions: _shared/notices/message.ts.';
comment on column calendar_sync.notices.object is 'What it is about. There is one notice of a user, kind and object until it ends.';
comment on column calendar_sync.notices.integration_id is 'No foreign key: it outlives the integration.';
comment on column calendar_sync.notices.details is
  'More about it, by kind: code, why a connection or a deadline failed; name, of a key or a webhook. No title, no address, no secret.';
comment on column calendar_sync.notices.dismissed_at is 'Since when it is not shown as new any more: its user dismissed it, or it ended.';
comment on column calendar_sync.notices.ended_at is
  'When what it tells of was over. A notice that its user dismissed earlier is not written again while that lasts.';

create unique index notices_open_idx on calendar_sync.notices (user_id, kind, object) where ended_at is null;
create index notices_user_idx on calendar_sync.notices (user_id, created_at);
create index notices_integration_idx on calendar_sync.notices (integration_id) where ended_at is null;
-- How many there are, asked when metrics are read.
create index notices_shown_idx on calendar_sync.notices (kind) where dismissed_at is null;
create index notices_dismissed_idx on calendar_sync.notices (dismissed_at) where dismissed_at is not null;

alter table calendar_sync.notices enable row level security;

create function calendar_sync.notices_stay() returns interval
language sql immutable security invoker set search_path = ''
as $$ select interval '30 days' $$;

comment on function calendar_sync.notices_stay() is 'For so long a dismissed notice is listed; then it goes.';

create function calendar_sync.write_notice(
  p_user_id uuid, p_kind text, p_integration_id uuid, p_obligation_id uuid, p_object text, p_details jsonb default '{}'
) returns uuid
language sql volatile security definer set search_path = ''
as $$
  insert into calendar_sync.notices as notice (user_id, kind, object, integration_id, obligation_id, details)
  select p_user_id, p_kind, p_object, p_integration_id, p_obligation_id, jsonb_strip_nulls(coalesce(p_details, '{}'))
  where p_user_id is not null
  on conflict (user_id, kind, object) where ended_at is null do update set details = excluded.details
  where notice.details <> excluded.details
  returning id
$$;

comment on function calendar_sync.write_notice(uuid, text, uuid, uuid, text, jsonb) is
  'Tells a user of something, once until it ends: p_object is what it is about, such as the id of a key. Call it in the transaction that changes the state. Returns the notice; null where there is one already that says the same.';

create function calendar_sync.end_notices(p_user_id uuid, p_kinds text[], p_object text) returns void
language sql volatile security definer set search_path = ''
as $$
  update calendar_sync.notices set ended_at = now(), dismissed_at = coalesce(dismissed_at, now())
  where user_id = p_user_id and kind = any (p_kinds) and object = p_object and ended_at is null
$$;

comment on function calendar_sync.end_notices(uuid, text[], text) is 'What these notices told of is over: they are dismissed, and next time there is a new one.';

create function calendar_sync.end_notices_of(p_integration_id uuid, p_kinds text[] default null) returns void
language sql volatile security definer set search_path = ''
as $$
  update calendar_sync.notices as notice
  -- What was done stays to be read.
  set ended_at = now(), dismissed_at = case when its_kind.lasts then coalesce(notice.dismissed_at, now()) else notice.dismissed_at end
  from calendar_sync.notice_kinds as its_kind
  where notice.integration_id = p_integration_id and notice.ended_at is null and its_kind.kind = notice.kind
    and (p_kinds is null or notice.kind = any (p_kinds))
$$;

comment on function calendar_sync.end_notices_of(uuid, text[]) is
  'What the notices of an integration told of is over: of these kinds, or of all where the integration is removed.';

-- Connections. Whatever changes an integration, the notice is written with it.
create function calendar_sync.notice_connection() returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_code constant text := new.last_error ->> 'code';
begin
  if new.user_id is null then
    delete from calendar_sync.notices where tg_op = 'UPDATE' and user_id = old.user_id;
    return null;
  end if;
  if new.removed_at is not null then
    perform calendar_sync.end_notices_of(new.id);
    return null;
  end if;
  if tg_op = 'INSERT' or old.removed_at is not null then
    perform calendar_sync.write_notice(new.user_id, 'connection_added', new.id, null, new.id::text);
    -- There is nothing to take back.
    if new.status = 'active' then
      return null;
    end if;
  end if;
  case new.status
    when 'active' then
      perform calendar_sync.end_notices_of(new.id,
        -- What was refused is tried again now and then. Only success, or a new consent, mends it.
        case when new.last_error is null then array['connection_lost', 'connection_paused'] else array['connection_lost'] end);
    when 'disconnecting' then
      perform calendar_sync.end_notices_of(new.id, array['connection_lost', 'connection_paused']);
    when 'disconnected' then
      perform calendar_sync.end_notices_of(new.id, array['connection_paused']);
      perform calendar_sync.write_notice(new.user_id, 'connection_lost', new.id, null, new.id::text, jsonb_build_object('code', v_code));
    when 'paused' then
      perform calendar_sync.end_notices_of(new.id, array['connection_lost']);
      perform calendar_sync.write_notice(new.user_id, 'connection_paused', new.id, null, new.id::text, jsonb_build_object(
        'code', case when new.paused_by_admin is null then v_code else 'paused_by_admin' end));
  end case;
  return null;
end;
$$;

comment on function calendar_sync.notice_connection() is 'Tells a user that a connection was added, lost or paused, and takes it back once it is well.';

-- Every record of a batch updates its integration: a condition costs it nothing.
create trigger notice_added after insert on public.calendar_integrations
for each row when (new.removed_at is null and new.user_id is not null)
execute function calendar_sync.notice_connection();

create trigger notice_changed after update on public.calendar_integrations
for each row when (
  new.status is distinct from old.status or new.removed_at is distinct from old.removed_at or new.user_id is distinct from old.user_id
  or new.paused_by_admin is distinct from old.paused_by_admin
  or (new.last_error is null) <> (old.last_error is null)
  or new.status <> 'active' and new.last_error ->> 'code' is distinct from old.last_error ->> 'code'
) execute function calendar_sync.notice_connection();

create function calendar_sync.end_connection_notices() returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform calendar_sync.end_notices_of(old.id);
  return null;
end;
$$;

comment on function calendar_sync.end_connection_notices() is 'Ends the notices of an integration that is deleted.';

create trigger notice_deleted after delete on public.calendar_integrations
for each row when (old.user_id is not null) execute function calendar_sync.end_connection_notices();

-- Deadlines. The job of a deadline that was given up remembers that its user was told; when the job goes, the deadline is as it
-- should be. Other jobs pay for the comparison of one column.
alter table calendar_sync.jobs add column told boolean not null default false;
comment on column calendar_sync.jobs.told is 'Its user has a notice that this deadline was given up.';

create function calendar_sync.notice_given_up(p_integration public.calendar_integrations, p_outcomes calendar_sync.outcome[])
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  insert into calendar_sync.notices as notice (user_id, kind, object, integration_id, obligation_id, details)
  select p_integration.user_id, 'deadline_failed', p_integration.id || ':' || o.obligation_id, p_integration.id, o.obligation_id,
    jsonb_strip_nulls(jsonb_build_object('code', o.error))
  from unnest(p_outcomes) as o
  on conflict (user_id, kind, object) where ended_at is null do update set details = excluded.details
  where notice.details <> excluded.details;
  update calendar_sync.jobs as job set told = true
  from unnest(p_outcomes) as o
  where job.integration_id = p_integration.id and job.obligation_id = o.obligation_id and job.kind = 'event' and not job.told;
end;
$$;

comment on function calendar_sync.notice_given_up(public.calendar_integrations, calendar_sync.outcome[]) is
  'Tells the user of deadlines that were given up in a calendar.';

create function calendar_sync.end_deadline_notice() returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
  update calendar_sync.notices set ended_at = now(), dismissed_at = coalesce(dismissed_at, now())
  where integration_id = old.integration_id and obligation_id = old.obligation_id and kind = 'deadline_failed' and ended_at is null;
  return null;
end;
$$;

comment on function calendar_sync.end_deadline_notice() is 'Ends the notice of a deadline whose job is done, or whose event could be written after all.';

create trigger notice_ended after delete on calendar_sync.jobs
for each row when (old.told) execute function calendar_sync.end_deadline_notice();

create trigger notice_ended_early after update on calendar_sync.jobs
for each row when (old.told and not new.told) execute function calendar_sync.end_deadline_notice();

-- What the page reads, and does.
create function calendar_sync.own_notices(p_limit integer) returns jsonb
language plpgsql volatile security definer set search_path = '' set enable_seqscan = off set jit = off
as $$
declare
  v_user_id constant uuid := calendar_sync.count_own_call();
begin
  return jsonb_build_object('notices', (
    select coalesce(jsonb_agg(jsonb_build_object(
      'id', notice.id, 'kind', notice.kind, 'severity', notice.severity, 'created_at', notice.created_at,
      'integration_id', notice.integration_id, 'obligation_id', notice.obligation_id, 'dismissed_at', notice.dismissed_at,
      'details', notice.details, 'provider', its_provider.label, 'account_email', integration.account_email
    ) order by notice.created_at desc, notice.id), '[]')
    from (
      select recent.*, its_kind.severity from calendar_sync.notices as recent
      join calendar_sync.notice_kinds as its_kind on its_kind.kind = recent.kind
      where recent.user_id = v_user_id
        and (recent.dismissed_at is null or recent.dismissed_at > now() - calendar_sync.notices_stay())
      -- However many warnings follow, they hide nothing that is worse.
      order by recent.dismissed_at is not null, array_position(array['critical', 'warning', 'info'], its_kind.severity),
        recent.created_at desc
      limit p_limit
    ) as notice
    left join public.calendar_integrations as integration
      on integration.id = notice.integration_id and integration.user_id = v_user_id
    left join calendar_sync.providers as its_provider on its_provider.name = integration.provider
  ), 'unread', (
    select count(*) from calendar_sync.notices as unread where unread.user_id = v_user_id and unread.dismissed_at is null
  ));
end;
$$;

comment on function calendar_sync.own_notices(integer) is
  'The caller''s notices, newest first, dismissed ones for 30 days, with what their words are made of; and how many are not dismissed. Of more than p_limit the dismissed ones are left out first, then the least severe, then the oldest.';
grant execute on function calendar_sync.own_notices(integer) to authenticated;

create function public.calendar_notices() returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select calendar_sync.own_notices(200) $$;

comment on function public.calendar_notices() is
  'The caller''s notices, newest first, dismissed ones for 30 days, and how many are not dismissed. Of more than 200 the dismissed ones are left out first, then the least severe, then the oldest.';

create function calendar_sync.dismiss_own_notice(p_notice_id uuid) returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id constant uuid := calendar_sync.count_own_call();
begin
  update calendar_sync.notices as notice
  set dismissed_at = coalesce(notice.dismissed_at, now()),
    ended_at = case when its_kind.lasts then notice.ended_at else coalesce(notice.ended_at, now()) end
  from calendar_sync.notice_kinds as its_kind
  where notice.id = p_notice_id and notice.user_id = v_user_id and its_kind.kind = notice.kind;
  return found;
end;
$$;

comment on function calendar_sync.dismiss_own_notice(uuid) is 'Dismisses a notice of the caller; false where there is none.';
grant execute on function calendar_sync.dismiss_own_notice(uuid) to authenticated;

create function public.calendar_dismiss_notice(p_notice_id uuid) returns boolean
language sql volatile security invoker set search_path = ''
as $$ select calendar_sync.dismiss_own_notice(p_notice_id) $$;

comment on function public.calendar_dismiss_notice(uuid) is 'Dismisses a notice of the caller; false where there is none. It may be repeated.';

create function calendar_sync.restore_own_notice(p_notice_id uuid) returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id constant uuid := calendar_sync.count_own_call();
begin
  update calendar_sync.notices as notice
  set dismissed_at = null, ended_at = null
  from calendar_sync.notice_kinds as its_kind
  where notice.id = p_notice_id and notice.user_id = v_user_id and its_kind.kind = notice.kind
    -- What has been mended meanwhile stays dismissed.
    and (notice.ended_at is null or not its_kind.lasts)
    and not exists (
      select from calendar_sync.notices as newer
      where newer.user_id = notice.user_id and newer.kind = notice.kind and newer.object = notice.object
        and newer.ended_at is null and newer.id <> notice.id
    );
  -- The dismissal took its mail back, too.
  update calendar_sync.notices as notice set mail_at = calendar_sync.next_mail_at(notice)
  where notice.id = p_notice_id and notice.user_id = v_user_id and notice.mail_at is null
    and notice.ended_at is null and notice.dismissed_at is null;
  return exists (select from calendar_sync.notices where id = p_notice_id and user_id = v_user_id);
end;
$$;

comment on function calendar_sync.restore_own_notice(uuid) is
  'Takes the dismissal of a notice of the caller back, unless what it tells of is over; false where there is no such notice.';
grant execute on function calendar_sync.restore_own_notice(uuid) to authenticated;

create function public.calendar_restore_notice(p_notice_id uuid) returns boolean
language sql volatile security invoker set search_path = ''
as $$ select calendar_sync.restore_own_notice(p_notice_id) $$;

comment on function public.calendar_restore_notice(uuid) is
  'Takes the dismissal of a notice of the caller back, unless what it tells of is over; false where there is no such notice.';

create function calendar_sync.tidy_notices() returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  -- Nobody has to confirm to have read what was done.
  update calendar_sync.notices as notice set dismissed_at = now(), ended_at = coalesce(notice.ended_at, now())
  from calendar_sync.notice_kinds as its_kind
  where its_kind.kind = notice.kind and not its_kind.lasts and notice.dismissed_at is null
    and notice.created_at < now() - calendar_sync.notices_stay();
  -- One that its user dismissed stays until it ends: it is not to be written again.
  delete from calendar_sync.notices
  where dismissed_at < now() - calendar_sync.notices_stay() and ended_at is not null;
  delete from calendar_sync.notices as notice
  where not exists (select from auth.users as account where account.id = notice.user_id);
end;
$$;

comment on function calendar_sync.tidy_notices() is
  'Drops notices that were dismissed 30 days ago, and those of users who are deleted; dismisses what was done that long ago.';

-- schemas/155_deliveries.sql

-- Deliveries: what is sent to people and to their systems, by mail or as an outgoing webhook. Each waits, is tried again and is given
-- up alone. The worker of the calendars sends them too; the claim of lanes tells it when some are due.

create table calendar_sync.deliveries (
  id uuid primary key default gen_random_uuid(),
  channel text not null check (channel in ('webhook', 'mail')),
  user_id uuid references auth.users (id) on delete cascade,
  endpoint_id uuid,
  event_id text not null check (length(event_id) between 1 and 200),
  type text not null,
  payload jsonb not null,
  state text not null default 'pending' check (state in ('pending', 'retrying', 'delivered', 'failed')),
  attempts jsonb not null default '[]' check (jsonb_typeof(attempts) = 'array'),
  attempt_count integer not null default 0,
  next_attempt_at timestamptz default now(),
  leased_by uuid,
  leased_until timestamptz,
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  recipient uuid not null generated always as (coalesce(endpoint_id, user_id, '00000000-0000-0000-0000-000000000000')) stored,
  unique nulls not distinct (channel, endpoint_id, event_id),
  check ((channel = 'webhook') = (endpoint_id is not null)),
  check ((ended_at is not null) = (state in ('delivered', 'failed'))),
  check ((next_attempt_at is null) = (ended_at is not null)),
  check ((leased_by is null) = (leased_until is null))
);

comment on table calendar_sync.deliveries is
  'Mails and calls of webhooks: those that have to be sent, and those of the last 30 days. A row is written in the transaction that changes what it tells of.';
comment on column calendar_sync.deliveries.user_id is 'Whom it is for; null: for the installation or its administrators.';
comment on column calendar_sync.deliveries.endpoint_id is 'The webhook that is called; null for a mail.';
comment on column calendar_sync.deliveries.event_id is
  'The same with every attempt, so that the other side can tell what it has already: webhook-id, or the mail''s idempotency key.';
comment on column calendar_sync.deliveries.payload is 'What the sender makes the message of: ids and codes, never a secret.';
comment on column calendar_sync.deliveries.attempts is
  'The last 20 as {at, status, error}: the other side''s status, or a word of ours. Never a word of the other side''s.';
comment on column calendar_sync.deliveries.attempt_count is 'Attempts since it was written, or last asked for by a person: its place in the schedule.';
comment on column calendar_sync.deliveries.next_attempt_at is 'While it is leased: the end of the lease, when another worker may try.';
comment on column calendar_sync.deliveries.recipient is
  'Who is not to get too many at once: the webhook, the user, or all zeros for administrators.';

create index deliveries_due_idx on calendar_sync.deliveries (channel, next_attempt_at) where ended_at is null;
create index deliveries_recipient_idx on calendar_sync.deliveries (channel, recipient, next_attempt_at) where ended_at is null;
create index deliveries_leased_idx on calendar_sync.deliveries (leased_by) where leased_by is not null;
create index deliveries_ended_idx on calendar_sync.deliveries (ended_at) where ended_at is not null;
create index deliveries_endpoint_idx on calendar_sync.deliveries (endpoint_id, created_at desc) where endpoint_id is not null;
create index deliveries_user_idx on calendar_sync.deliveries (user_id) where user_id is not null;

alter table calendar_sync.deliveries enable row level security;

-- As for changes: at the end of the transaction, and once.
create constraint trigger wake_up_at_commit after insert on calendar_sync.deliveries
deferrable initially deferred for each row when (new.next_attempt_at <= now())
execute function calendar_sync.wake_up_at_commit();

create function calendar_sync.append_delivery(
  p_channel text, p_user_id uuid, p_event_id text, p_type text, p_payload jsonb,
  p_endpoint_id uuid default null, p_send_at timestamptz default now()
) returns uuid
language sql volatile security definer set search_path = ''
as $$
  insert into calendar_sync.deliveries (channel, user_id, endpoint_id, event_id, type, payload, next_attempt_at)
  values (p_channel, p_user_id, p_endpoint_id, p_event_id, p_type, p_payload, p_send_at)
  on conflict (channel, endpoint_id, event_id) do nothing
  returning id
$$;

comment on function calendar_sync.append_delivery(text, uuid, text, text, jsonb, uuid, timestamptz) is
  'Has something sent, at p_send_at. Null, and nothing done, where this event was appended for this recipient before.';

create function calendar_sync.deliveries_are_due() returns boolean
language plpgsql stable security definer set search_path = ''
set enable_seqscan = off set jit = off
as $$
begin
  return exists (
    select from calendar_sync.deliveries where ended_at is null and channel in ('webhook', 'mail') and next_attempt_at <= now()
  );
end;
$$;

comment on function calendar_sync.deliveries_are_due() is 'Whether something has to be sent now that no worker is sending.';

create function calendar_sync.delivery_wait(p_channel text, p_attempts integer, p_created_at timestamptz) returns interval
language sql volatile security invoker set search_path = ''
as $$
  select case p_channel
    when 'webhook' then jitter * (array['5 seconds', '5 minutes', '30 minutes', '2 hours', '5 hours', '10 hours', '14 hours', '20 hours',
      '24 hours']::interval[])[p_attempts]
    -- For the last time a day after it was written.
    when 'mail' then case when p_created_at > now() - interval '1 day' then
      least(jitter * interval '5 seconds' * power(2, least(p_attempts, 20) - 1), p_created_at + interval '1 day' - now()) end
  end
  from (select 1 + random() * 0.1 as jitter) as schedule
$$;

comment on function calendar_sync.delivery_wait(text, integer, timestamptz) is
  'How long a delivery waits after so many attempts in vain, with up to a tenth of jitter; null: it is given up.';

-- Where a delivery goes, as its sender needs it: in 165_webhooks.sql for webhooks, in 185_mail.sql for mails.
create function calendar_sync.delivery_json(delivery calendar_sync.deliveries) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
  return jsonb_build_object(
    'id', delivery.id, 'channel', delivery.channel, 'user_id', delivery.user_id, 'endpoint_id', delivery.endpoint_id,
    'event_id', delivery.event_id, 'type', delivery.type, 'payload', delivery.payload, 'created_at', delivery.created_at,
    'attempts', delivery.attempt_count,
    'target', case delivery.channel when 'webhook' then calendar_sync.webhook_target(delivery.endpoint_id)
      when 'mail' then calendar_sync.mail_target(delivery) end
  );
end;
$$;

comment on function calendar_sync.delivery_json(calendar_sync.deliveries) is
  'A delivery as the worker gets it. target: what only its channel knows, such as a webhook''s address and secrets.';

-- Those of the oldest thousand, which usually is all that is due. Where one recipient has very many, the others stand behind it:
-- then they are looked for one by one, from somewhere else each time, however many deliveries each has.
create function calendar_sync.due_recipients(p_channel text) returns setof uuid
language plpgsql volatile security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  v_oldest constant integer := 1000;
  v_others constant integer := 50;
  v_start constant uuid := gen_random_uuid();
  v_count bigint;
  v_lap record;
begin
  return query
  select distinct oldest.recipient from (
    select due.recipient from calendar_sync.deliveries as due
    where due.ended_at is null and due.channel = p_channel and due.next_attempt_at <= now()
    order by due.next_attempt_at limit v_oldest
  ) as oldest;
  select count(*) into v_count from (
    select from calendar_sync.deliveries as due
    where due.ended_at is null and due.channel = p_channel and due.next_attempt_at <= now() limit v_oldest
  ) as counted;
  if v_count < v_oldest then
    return;
  end if;
  for v_lap in
    select * from (values (v_start, uuid 'ffffffff-ffff-ffff-ffff-ffffffffffff'), ('00000000-0000-0000-0000-000000000000', v_start))
      as lap (first, last)
  loop
    return query
    with recursive open_one (recipient) as (
      (
        select first.recipient from calendar_sync.deliveries as first
        where first.ended_at is null and first.channel = p_channel and first.recipient >= v_lap.first
        order by first.recipient limit 1
      )
      union all
      select next.recipient from open_one cross join lateral (
        select other.recipient from calendar_sync.deliveries as other
        where other.ended_at is null and other.channel = p_channel and other.recipient > open_one.recipient
        order by other.recipient limit 1
      ) as next
      where next.recipient <= v_lap.last
    )
    select open_one.recipient from open_one
    where open_one.recipient <= v_lap.last and exists (
      select from calendar_sync.deliveries as due
      where due.ended_at is null and due.channel = p_channel and due.recipient = open_one.recipient and due.next_attempt_at <= now()
    )
    limit v_others;
  end loop;
end;
$$;

comment on function calendar_sync.due_recipients(text) is
  'Recipients with a delivery that is due, where they are many not all; some may come twice.';

-- One recipient cannot keep the others waiting, however many deliveries it has and however long its answers take: each has at most
-- two under way, and those that did not answer in time last share half of the places, one a user. Webhooks take turns: the one that
-- was last called longest ago is next. A new webhook waits at most 10 s, until one of six silent ones leaves its place; the silent
-- ones of n users wait 10 s for every six of them. Recipients of mails are drawn by lot.
create function public.calendar_claim_deliveries(p_worker uuid, p_limit integer, p_lease_s integer) returns jsonb
language plpgsql volatile security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  v_ids uuid[] := array[]::uuid[];
  v_channel record;
  v_recipient uuid;
  v_busy uuid[];
  v_owner uuid;
  v_doubted uuid[];
  v_room integer;
  v_doubted_room integer;
  v_taken uuid[];
begin
  -- What is under way is counted, so one claim at a time. It takes some milliseconds, and only workers take this lock.
  perform pg_advisory_xact_lock(hashtext('calendar_sync.deliveries'));
  for v_channel in
    select * from (values ('webhook', 12, 2), ('mail', 4, 1)) as channel (name, at_once, for_each)
  loop
    v_busy := array(
      select recipient from calendar_sync.deliveries
      where leased_by is not null and leased_until > now() and channel = v_channel.name
    );
    v_room := least(p_limit - cardinality(v_ids), v_channel.at_once - cardinality(v_busy));
    continue when v_room <= 0;
    v_doubted := array(
      select owner.id from unnest(v_busy) as busy (id)
      cross join lateral (select calendar_sync.doubted_owner(v_channel.name, busy.id) as id) as owner
      where owner.id is not null
    );
    v_doubted_room := v_channel.at_once / 2 - cardinality(v_doubted);
    for v_recipient in
      select due.recipient from calendar_sync.due_recipients(v_channel.name) as due (recipient)
      left join calendar_sync.webhooks as webhook on webhook.id = due.recipient
      order by webhook.last_called_at, random()
    loop
      exit when v_room <= 0;
      v_owner := calendar_sync.doubted_owner(v_channel.name, v_recipient);
      continue when v_owner is not null and (v_doubted_room <= 0 or v_owner = any (v_doubted));
      with due as materialized (
        select delivery.id from calendar_sync.deliveries as delivery
        where delivery.ended_at is null and delivery.channel = v_channel.name and delivery.recipient = v_recipient
          and delivery.next_attempt_at <= now()
        order by delivery.next_attempt_at
        limit greatest(least(v_room, case when v_owner is null then v_channel.for_each else 1 end
          - (select count(*) from unnest(v_busy) as busy (id) where busy.id = v_recipient)), 0)
        for update skip locked
      ), leased as (
        update calendar_sync.deliveries as delivery
        set leased_by = p_worker, leased_until = now() + make_interval(secs => p_lease_s),
          next_attempt_at = now() + make_interval(secs => p_lease_s)
        from due where delivery.id = due.id
        returning delivery.id
      )
      select array_agg(id) into v_taken from leased;
      continue when v_taken is null;
      v_ids := v_ids || v_taken;
      -- A recipient may come twice.
      v_busy := v_busy || array_fill(v_recipient, array[cardinality(v_taken)]);
      v_room := v_room - cardinality(v_taken);
      if v_owner is not null then
        v_doubted := v_doubted || v_owner;
        v_doubted_room := v_doubted_room - 1;
      end if;
    end loop;
  end loop;
  -- A webhook that somebody changes or deletes just now keeps nobody waiting.
  update calendar_sync.webhooks as webhook set last_called_at = clock_timestamp()
  from (
    select called.id from calendar_sync.webhooks as called
    where called.id in (select delivery.endpoint_id from calendar_sync.deliveries as delivery where delivery.id = any (v_ids))
    for no key update skip locked
  ) as called
  where webhook.id = called.id;
  return (
    select coalesce(jsonb_agg(calendar_sync.delivery_json(delivery) order by delivery.created_at), '[]')
    from unnest(v_ids) as claimed (id) join calendar_sync.deliveries as delivery on delivery.id = claimed.id
  );
end;
$$;

comment on function public.calendar_claim_deliveries(uuid, integer, integer) is
  'Leases up to p_limit deliveries that are due to a worker for p_lease_s seconds, with all that it needs to send them. A worker that dies leaves them to the next one when the lease ends.';

create function public.calendar_record_deliveries(p_worker uuid, p_results jsonb) returns void
language plpgsql volatile security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  v_attempts_kept constant integer := 20;
  v_retry_after_max_s constant integer := 24 * 60 * 60;
  v_result record;
  v_delivery calendar_sync.deliveries;
  v_wait interval;
begin
  for v_result in
    select * from jsonb_to_recordset(p_results)
      as result (id uuid, outcome text, status integer, error text, retry_after_s numeric, took_ms integer)
    order by id
  loop
    -- That it arrived is true whoever has the lease by now; for all else the next one knows better.
    select * into v_delivery from calendar_sync.deliveries
    where id = v_result.id and ended_at is null and (leased_by = p_worker or v_result.outcome = 'delivered')
    for update;
    continue when not found;
    v_wait := case when v_result.outcome = 'retry'
      then calendar_sync.delivery_wait(v_delivery.channel, v_delivery.attempt_count + 1, v_delivery.created_at) end;
    update calendar_sync.deliveries
    set attempts = (
        select jsonb_agg(attempt order by place) from (
          select attempt, place from jsonb_array_elements(v_delivery.attempts || (
            jsonb_build_object('at', now(), 'status', v_result.status)
            || jsonb_strip_nulls(jsonb_build_object('error', left(v_result.error, 100)))
          )) with ordinality as kept (attempt, place)
          order by place desc limit v_attempts_kept
        ) as newest
      ),
      attempt_count = attempt_count + 1,
      state = case when v_result.outcome = 'delivered' then 'delivered' when v_wait is not null then 'retrying' else 'failed' end,
      next_attempt_at = now() + case when v_wait is not null then greatest(
        v_wait, make_interval(secs => least(greatest(v_result.retry_after_s, 0), v_retry_after_max_s))
      ) end,
      ended_at = case when v_wait is null then now() end,
      leased_by = null, leased_until = null
    where id = v_delivery.id;
    if v_delivery.channel = 'webhook' then
      perform calendar_sync.record_webhook(v_delivery.endpoint_id, v_result.outcome, v_result.error, v_result.took_ms);
    end if;
  end loop;
end;
$$;

comment on function public.calendar_record_deliveries(uuid, jsonb) is
  'Records attempts as {id, outcome, status, error, retry_after_s, took_ms}. outcome: delivered; retry, after the wait of its channel or retry_after_s where that is longer; failed, for good; gone, which switches a webhook off.';

create function calendar_sync.release_deliveries(p_worker uuid) returns void
language sql volatile security definer set search_path = ''
as $$
  update calendar_sync.deliveries set leased_by = null, leased_until = null, next_attempt_at = now() where leased_by = p_worker
$$;

comment on function calendar_sync.release_deliveries(uuid) is 'Gives back what a worker that leaves has not sent. It may have arrived all the same.';

create function calendar_sync.tidy_deliveries() returns void
language sql volatile security definer set search_path = ''
as $$ delete from calendar_sync.deliveries where ended_at < now() - interval '30 days' $$;

comment on function calendar_sync.tidy_deliveries() is 'Drops what was delivered or given up 30 days ago.';

-- schemas/160_notifications.sql

-- Which notices a user gets by mail, and the addresses that mail does not reach.

create table calendar_sync.mail_choices (
  user_id uuid not null references auth.users (id) on delete cascade,
  kind text not null references calendar_sync.notice_kinds (kind),
  mail text not null check (mail in ('immediately', 'daily', 'off')),
  primary key (user_id, kind)
);

comment on table calendar_sync.mail_choices is 'What users chose of their mail. Without a row it is as calendar_sync.notice_kinds says.';

alter table calendar_sync.mail_choices enable row level security;

create table calendar_sync.suppressed_mail (
  user_id uuid primary key references auth.users (id) on delete cascade,
  email text not null,
  reason text not null,
  suppressed_at timestamptz not null default now()
);

comment on table calendar_sync.suppressed_mail is
  'Addresses that a mail server refused for good: nothing more is sent there until the user has another address.';
comment on column calendar_sync.suppressed_mail.reason is 'What the mail server said: a status code, never its text.';

alter table calendar_sync.suppressed_mail enable row level security;

create function calendar_sync.mail_of(p_user_id uuid, p_kind text) returns text
language sql stable security definer set search_path = ''
as $$
  select coalesce(choice.mail, its_kind.mail)
  from calendar_sync.notice_kinds as its_kind
  left join calendar_sync.mail_choices as choice on choice.kind = its_kind.kind and choice.user_id = p_user_id
  where its_kind.kind = p_kind
$$;

comment on function calendar_sync.mail_of(uuid, text) is 'When a user gets notices of a kind by mail: immediately, daily or off.';

create function calendar_sync.is_mail_suppressed(p_user_id uuid) returns boolean
language sql stable security definer set search_path = ''
as $$
  select exists (
    select from calendar_sync.suppressed_mail as suppressed
    join auth.users as account on account.id = suppressed.user_id and account.email = suppressed.email
    where suppressed.user_id = p_user_id
  )
$$;

comment on function calendar_sync.is_mail_suppressed(uuid) is 'Whether nothing is sent to the address that a user has now.';

create function calendar_sync.suppress_mail(p_user_id uuid, p_email text, p_reason text) returns void
language sql volatile security definer set search_path = ''
as $$
  insert into calendar_sync.suppressed_mail as known (user_id, email, reason)
  select account.id, p_email, left(p_reason, 100) from auth.users as account where account.id = p_user_id
  on conflict (user_id) do update set email = excluded.email, reason = excluded.reason, suppressed_at = now()
$$;

comment on function calendar_sync.suppress_mail(uuid, text, text) is
  'Nothing more is sent to this address of a user. For hosts too, whose mail provider reports a bounce or a complaint.';

create function calendar_sync.notifications_json(p_user_id uuid) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'email', (select account.email from auth.users as account where account.id = p_user_id),
    'kinds', (
      select jsonb_object_agg(its_kind.kind, calendar_sync.mail_of(p_user_id, its_kind.kind)) from calendar_sync.notice_kinds as its_kind
    ),
    'suppressed', calendar_sync.is_mail_suppressed(p_user_id)
  )
$$;

comment on function calendar_sync.notifications_json(uuid) is 'What a user is told by mail, as the Calendar API shows it.';

create function calendar_sync.own_notifications() returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id constant uuid := calendar_sync.count_own_call();
begin
  return calendar_sync.notifications_json(v_user_id);
end;
$$;

comment on function calendar_sync.own_notifications() is 'What the caller is told by mail.';
grant execute on function calendar_sync.own_notifications() to authenticated;

create function public.calendar_notifications() returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select calendar_sync.own_notifications() $$;

comment on function public.calendar_notifications() is 'What the caller is told by mail: email, kinds, suppressed.';

create function calendar_sync.change_notifications(p_user_id uuid, p_kinds jsonb) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_wrong text;
begin
  if coalesce(jsonb_typeof(p_kinds), '') <> 'object' then
    raise exception 'kinds: must be an object' using errcode = 'invalid_parameter_value';
  end if;
  select case
      when its_kind.kind is null then 'kinds: may hold the kinds of notices and nothing else'
      when its_kind.mail_required and chosen.mail = 'off' then format('kinds.%s: cannot be switched off', its_kind.kind)
      else format('kinds.%s: must be immediately, daily or off', its_kind.kind)
    end
  into v_wrong
  from jsonb_each_text(p_kinds) as chosen (kind, mail)
  left join calendar_sync.notice_kinds as its_kind on its_kind.kind = chosen.kind
  where its_kind.kind is null or chosen.mail is null or chosen.mail not in ('immediately', 'daily', 'off')
    or its_kind.mail_required and chosen.mail = 'off'
  limit 1;
  if v_wrong is not null then
    raise exception '%', v_wrong using errcode = 'invalid_parameter_value';
  end if;
  insert into calendar_sync.mail_choices (user_id, kind, mail)
  select p_user_id, chosen.kind, chosen.mail from jsonb_each_text(p_kinds) as chosen (kind, mail)
  where p_user_id is not null
  on conflict (user_id, kind) do update set mail = excluded.mail;
  perform calendar_sync.plan_mails_anew(p_user_id, array(select jsonb_object_keys(p_kinds)));
end;
$$;

comment on function calendar_sync.change_notifications(uuid, jsonb) is
  'Sets when a user gets notices by mail: {"<kind>": "immediately" | "daily" | "off"}. An unknown kind or value is an error, and then nothing changes.';

create function calendar_sync.change_own_notifications(p_kinds jsonb) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id constant uuid := calendar_sync.count_own_call();
begin
  perform calendar_sync.change_notifications(v_user_id, p_kinds);
  return calendar_sync.notifications_json(v_user_id);
end;
$$;

comment on function calendar_sync.change_own_notifications(jsonb) is 'change_notifications for the caller.';
grant execute on function calendar_sync.change_own_notifications(jsonb) to authenticated;

create function public.calendar_change_notifications(p_kinds jsonb) returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select calendar_sync.change_own_notifications(p_kinds) $$;

comment on function public.calendar_change_notifications(jsonb) is
  'Sets when the caller gets notices by mail: {"<kind>": "immediately" | "daily" | "off"}; what is not given stays.';

-- schemas/165_webhooks.sql

-- Outgoing webhooks (Standard Webhooks 1.0.0): addresses that are told what happens to a user's calendars. Users without one cost
-- nothing. The secrets are in Vault and nowhere else.

create table calendar_sync.webhooks (
  id uuid primary key default gen_random_uuid(),
  user_id uuid references auth.users (id) on delete cascade,
  url text not null check (length(url) between 1 and 2000),
  types text[] not null,
  enabled boolean not null default true,
  signing_secret_id uuid not null,
  previous_secret_id uuid,
  previous_until timestamptz,
  disabled_because text check (disabled_because in ('gone', 'failing')),
  doubted boolean not null default true,
  failing_since timestamptz,
  last_called_at timestamptz not null default clock_timestamp() - interval '20 seconds',
  created_at timestamptz not null default clock_timestamp(),
  constraint webhooks_types_known check (
    cardinality(types) between 1 and 13 and array_position(types, null) is null and types <@ array[
      'connection.connected', 'connection.disconnected', 'connection.paused', 'connection.resumed', 'connection.removed',
      'deadline.shown', 'deadline.updated', 'deadline.removed', 'deadline.failed', 'deadline.recovered',
      'proposal.opened', 'proposal.decided', 'webhook.test'
    ]
  ),
  check ((previous_secret_id is null) = (previous_until is null)),
  check (disabled_because is null or not enabled)
);

comment on table calendar_sync.webhooks is 'Addresses that are told what happens to calendars.';
comment on column calendar_sync.webhooks.user_id is 'Whose calendars it is about; null: the installation''s own, about all.';
comment on column calendar_sync.webhooks.signing_secret_id is 'Id of the Vault secret that calls are signed with.';
comment on column calendar_sync.webhooks.previous_secret_id is 'The secret before the last rotation, which signs along until previous_until.';
comment on column calendar_sync.webhooks.disabled_because is
  'gone: it answered 410. failing: every attempt failed for five days. Null: on, or switched off by a person.';
comment on column calendar_sync.webhooks.doubted is
  'It has not been called yet, or its last answer was late, a failure or none. Doubted ones share half of the places, one a user, so that they never keep the others waiting.';
comment on column calendar_sync.webhooks.failing_since is 'The first failure of its receiver after the last success.';
comment on column calendar_sync.webhooks.last_called_at is
  'When it was last called; the longest ago comes first. A new one counts as called a lease ago: it does not wait for those that are being called.';

create index webhooks_user_idx on calendar_sync.webhooks (user_id);
create index webhooks_failing_idx on calendar_sync.webhooks (failing_since) where failing_since is not null;
create index webhooks_previous_idx on calendar_sync.webhooks (previous_until) where previous_until is not null;

alter table calendar_sync.webhooks enable row level security;

alter table calendar_sync.deliveries
  add constraint deliveries_endpoint_id_fkey foreign key (endpoint_id) references calendar_sync.webhooks (id) on delete cascade;

create function calendar_sync.forget_webhook_secrets() returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
  delete from vault.secrets where id in (old.signing_secret_id, old.previous_secret_id);
  perform calendar_sync.end_notices(old.user_id, array['webhook_disabled'], old.id::text);
  return null;
end;
$$;

comment on function calendar_sync.forget_webhook_secrets() is 'The secrets of a webhook go with it.';

create trigger forget_webhook_secrets after delete on calendar_sync.webhooks
for each row execute function calendar_sync.forget_webhook_secrets();

create function calendar_sync.doubted_owner(p_channel text, p_recipient uuid) returns uuid
language plpgsql stable security definer set search_path = ''
as $$
begin
  if p_channel = 'webhook' then
    return (select coalesce(user_id, id) from calendar_sync.webhooks where id = p_recipient and doubted);
  end if;
  return null;
end;
$$;

comment on function calendar_sync.doubted_owner(text, uuid) is
  'Whose a recipient is that may be late or not answer at all; null for one that last answered in time.';

create function calendar_sync.webhook_target(p_endpoint_id uuid) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object('url', webhook.url, 'enabled', webhook.enabled, 'secrets', jsonb_path_query_array(jsonb_build_array(
    calendar_sync.read_secret(webhook.signing_secret_id),
    case when webhook.previous_until > now() then calendar_sync.read_secret(webhook.previous_secret_id) end
  ), '$[*] ? (@ != null)'))
  from calendar_sync.webhooks as webhook where webhook.id = p_endpoint_id
$$;

comment on function calendar_sync.webhook_target(uuid) is
  'What it takes to call a webhook: its address, whether it is switched on, and the secrets that sign, the current one first.';

-- Of its address no more than the host: the rest may be a secret.
create function calendar_sync.webhook_notice(p_webhook calendar_sync.webhooks, p_kind text, p_object text default null) returns void
language sql volatile security definer set search_path = ''
as $$
  select calendar_sync.write_notice(p_webhook.user_id, p_kind, null, null, coalesce(p_object, p_webhook.id::text), jsonb_build_object(
    'name', substring(p_webhook.url from '^[^/]*//([^/?#]*)'), 'code', p_webhook.disabled_because))
$$;

comment on function calendar_sync.webhook_notice(calendar_sync.webhooks, text, text) is
  'Tells the owner of a webhook what happened to it; p_object, by default its id, is what there is one notice of.';

create function calendar_sync.switch_webhook_off(p_endpoint_id uuid, p_because text) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_webhook calendar_sync.webhooks;
begin
  update calendar_sync.webhooks set enabled = false, disabled_because = p_because where id = p_endpoint_id and enabled
  returning * into v_webhook;
  if not found then
    return;
  end if;
  if p_because is not null then
    perform calendar_sync.webhook_notice(v_webhook, 'webhook_disabled');
  end if;
  update calendar_sync.deliveries
  set state = 'failed', ended_at = now(), next_attempt_at = null, leased_by = null, leased_until = null
  where endpoint_id = p_endpoint_id and ended_at is null;
end;
$$;

comment on function calendar_sync.switch_webhook_off(uuid, text) is
  'Switches a webhook off: by a person where p_because is null. What was still to be sent is given up; once it is on, it can be sent again.';

create function calendar_sync.record_webhook(p_endpoint_id uuid, p_outcome text, p_error text, p_took_ms integer) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_patience constant interval := interval '5 days';
  v_late_ms constant integer := 2000;
  -- It was not called, or not to the end, and that was not its receiver's doing.
  v_not_its_fault constant text[] := array[
    'switched_off', 'address_not_allowed', 'secret_unreadable', 'not_configured', 'internal', 'aborted'
  ];
  v_delivered constant boolean := p_outcome = 'delivered';
  v_doubted constant boolean := not v_delivered or p_took_ms > v_late_ms;
begin
  if p_error = any (v_not_its_fault) then
    return;
  end if;
  -- Where all goes well it writes nothing.
  update calendar_sync.webhooks
  set doubted = v_doubted, failing_since = case when not v_delivered then coalesce(failing_since, now()) end
  where id = p_endpoint_id and (doubted, failing_since is null) is distinct from (v_doubted, v_delivered);
  if p_outcome = 'gone' then
    perform calendar_sync.switch_webhook_off(p_endpoint_id, 'gone');
  elsif not v_delivered and exists (
    select from calendar_sync.webhooks where id = p_endpoint_id and failing_since < now() - v_patience
  ) then
    perform calendar_sync.switch_webhook_off(p_endpoint_id, 'failing');
  end if;
end;
$$;

comment on function calendar_sync.record_webhook(uuid, text, text, integer) is
  'What an attempt says of its webhook: whether it is doubted, and whether it is switched off. Nothing where the fault was ours.';

create function calendar_sync.forget_previous_secrets() returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if not exists (select from calendar_sync.webhooks where previous_until <= now()) then
    return;
  end if;
  delete from vault.secrets where id in (
    select previous_secret_id from calendar_sync.webhooks where previous_until <= now()
  );
  update calendar_sync.webhooks set previous_secret_id = null, previous_until = null where previous_until <= now();
end;
$$;

comment on function calendar_sync.forget_previous_secrets() is 'Deletes the secrets that a rotation replaced a day ago.';

-- The key of a delivery waits for whoever deletes its webhook or its user, and fails with that: all others in the same statement would
-- lose the event with it.
create function calendar_sync.lock_webhooks(p_ids uuid[]) returns setof calendar_sync.webhooks
language plpgsql volatile security definer set search_path = '' set lock_timeout = '100ms'
as $$
declare
  v_id uuid;
begin
  foreach v_id in array p_ids loop
    begin
      return query select webhook.* from calendar_sync.webhooks as webhook
      where webhook.id = v_id and (webhook.user_id is null or exists (
        select from auth.users as owner where owner.id = webhook.user_id for key share
      ))
      for key share;
    exception when lock_not_available then
      -- That transaction may wait for this one's integration, so this one must not wait for it.
      null;
    end;
  end loop;
end;
$$;

comment on function calendar_sync.lock_webhooks(uuid[]) is
  'Locks these webhooks until this transaction ends, and answers with those that it could lock. It leaves out a webhook that is being deleted, or whose user is, or that another transaction locks for longer.';

-- Every change of a state is a row of activity, so the events are made of those, in the same transaction. It is the first statement
-- that sees them: the jobs still say of which deadlines it was told that they failed.
create function calendar_sync.append_webhook_events() returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_listening constant uuid[] := array(
    select id from calendar_sync.webhooks where user_id is null and enabled
    union all
    select theirs.id from (select distinct user_id from new_rows) as owner
    cross join lateral (select id from calendar_sync.webhooks where user_id = owner.user_id and enabled offset 0) as theirs
  );
begin
  if v_listening = '{}' then
    return null;
  end if;
  with event as materialized (
    select 'evt_' || replace(gen_random_uuid()::text, '-', '') as id, happened.type, noted.user_id,
      jsonb_build_object('type', happened.type, 'timestamp', calendar_sync.due_text(null, noted.at), 'data', jsonb_strip_nulls(
        jsonb_build_object('integration_id', noted.integration_id, 'provider', noted.provider, 'obligation_id', noted.obligation_id,
          'code', case
            -- The word of a provider is for the owner to read, not for other systems.
            when happened.type = 'deadline.failed' then noted.action
            when happened.type in ('connection.disconnected', 'connection.paused') then noted.reason
            when happened.type = 'proposal.decided' then substring(noted.action from '^proposal_(.*)$')
          end))) as payload
    from new_rows as noted
    cross join lateral (
      select exists (
        select from calendar_sync.jobs as job
        where job.integration_id = noted.integration_id and job.obligation_id = noted.obligation_id and job.kind = 'event' and job.told
      ) as had_failed
    ) as before
    cross join lateral (
      select case noted.action
        when 'connected' then 'connection.connected'
        when 'reconnected' then 'connection.connected'
        when 'grant_lost' then 'connection.disconnected'
        when 'paused' then 'connection.paused'
        when 'resumed' then 'connection.resumed'
        when 'disconnected' then 'connection.removed'
        when 'created' then 'deadline.shown'
        when 'adopted' then 'deadline.shown'
        when 'updated' then 'deadline.updated'
        when 'moved' then 'deadline.updated'
        when 'removed' then 'deadline.removed'
        when 'hidden_by_user' then 'deadline.removed'
        when 'proposal_opened' then 'proposal.opened'
        when 'proposal_accepted' then 'proposal.decided'
        when 'proposal_dismissed' then 'proposal.decided'
        when 'proposal_superseded' then 'proposal.decided'
        when 'proposal_undone' then 'proposal.opened'
        -- A failure that is found again each night is no change.
        when 'rejected' then case when not before.had_failed then 'deadline.failed' end
        when 'given_up' then case when not before.had_failed then 'deadline.failed' end
      end as type
      union all
      select 'deadline.recovered' where before.had_failed and noted.action in ('created', 'adopted', 'updated', 'moved')
    ) as happened
    where happened.type is not null and noted.integration_id is not null
  )
  insert into calendar_sync.deliveries (channel, user_id, endpoint_id, event_id, type, payload)
  select 'webhook', webhook.user_id, webhook.id, event.id, event.type, event.payload
  from event join calendar_sync.lock_webhooks(array(
    select listening.id from calendar_sync.webhooks as listening
    where listening.id = any (v_listening) and exists (select from event as wanted where wanted.type = any (listening.types))
  )) as webhook
    on event.type = any (webhook.types) and (webhook.user_id = event.user_id or webhook.user_id is null);
  return null;
exception when others then
  -- No write of anybody's fails because of what is told of it.
  perform calendar_sync.note_incident('webhooks', sqlstate, sqlerrm);
  return null;
end;
$$;

comment on function calendar_sync.append_webhook_events() is
  'Has the webhooks called that want to know what was just noted in the activity. For users without one it looks into one small index.';

create trigger append_webhook_events after insert on calendar_sync.activity
referencing new table as new_rows
for each statement execute function calendar_sync.append_webhook_events();

-- Nothing was written, so there is no row of activity that would tell of it.
create function calendar_sync.append_recovered_events(p_integration public.calendar_integrations, p_obligation_ids uuid[]) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  insert into calendar_sync.deliveries (channel, user_id, endpoint_id, event_id, type, payload)
  select 'webhook', webhook.user_id, webhook.id, event.id, 'deadline.recovered', jsonb_build_object(
    'type', 'deadline.recovered', 'timestamp', calendar_sync.due_text(null, now()), 'data', jsonb_build_object(
      'integration_id', p_integration.id, 'provider', p_integration.provider, 'obligation_id', event.obligation_id))
  from (
    select 'evt_' || replace(gen_random_uuid()::text, '-', '') as id, each.id as obligation_id from unnest(p_obligation_ids) as each (id)
  ) as event
  cross join calendar_sync.lock_webhooks(array(
    select listening.id from calendar_sync.webhooks as listening
    where listening.enabled and 'deadline.recovered' = any (listening.types)
      and (listening.user_id = p_integration.user_id or listening.user_id is null)
  )) as webhook;
-- As in calendar_sync.append_webhook_events.
exception when others then
  perform calendar_sync.note_incident('webhooks', sqlstate, sqlerrm);
end;
$$;

comment on function calendar_sync.append_recovered_events(public.calendar_integrations, uuid[]) is
  'Has the webhooks told that these deadlines, which had failed, are as they should be although nothing was written.';

-- schemas/170_flows.sql

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

-- schemas/175_connecting.sql

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

-- schemas/180_leaving.sql

-- Leaving: an integration is disconnected and removed, at once or once the worker has removed its events.

-- Ending a grant ends every grant that the account gave to the same provider project.
create function calendar_sync.is_account_used(p_provider text, p_account_id text) returns boolean
language sql stable security definer set search_path = ''
as $$
  select exists (
    select from public.calendar_integrations
    where provider = p_provider and account_id = p_account_id and removed_at is null
  ) or exists (
    select from calendar_sync.flows where provider = p_provider and account_id = p_account_id
  )
$$;

comment on function calendar_sync.is_account_used(text, text) is
  'Whether an integration or a flow of any user uses this account, so that its grant must not be ended.';

create function calendar_sync.drop_removed(p_integration_id uuid) returns void
language sql volatile security definer set search_path = ''
as $$
  delete from public.calendar_integrations as integration
  where integration.id = p_integration_id and integration.removed_at is not null
    and (integration.user_id is null or integration.paused_by_admin is null and (integration.calendar_id is null or (
      not exists (select from public.calendar_event_mappings as mapping where mapping.integration_id = p_integration_id)
      and not exists (select from calendar_sync.leftovers as leftover where leftover.integration_id = p_integration_id)
    )))
$$;

comment on function calendar_sync.drop_removed(uuid) is
  'Deletes the row of a removed integration, unless events of ours may be in its calendar, or an administrator paused it: its user could end that by connecting the account again.';

create function calendar_sync.remove_integration(p_integration_id uuid) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_integration public.calendar_integrations;
  v_refresh_token text;
begin
  perform calendar_sync.lock_integrations(array[p_integration_id]);
  select * into v_integration from public.calendar_integrations where id = p_integration_id;
  -- A write without an outcome may have left an event.
  insert into calendar_sync.leftovers (integration_id, obligation_id, calendar_id, reason)
  select job.integration_id, job.obligation_id, place.id, 'interrupted'
  from calendar_sync.jobs as job cross join lateral unnest(job.attempted_in) as place (id)
  where job.integration_id = p_integration_id and job.kind = 'event'
  union all
  select test.integration_id, test.id, test.calendar_id, 'interrupted'
  from calendar_sync.test_events as test
  where test.integration_id = p_integration_id and test.calendar_id is not null and test.refused is null
  on conflict do nothing;
  v_refresh_token := calendar_sync.read_secret(v_integration.refresh_token_secret_id);
  perform calendar_sync.end_channels_later(v_integration);
  delete from vault.secrets where id in (v_integration.refresh_token_secret_id, v_integration.access_token_secret_id);
  -- A refresh that is under way must not store its result.
  delete from calendar_sync.locks where purpose = 'refresh' and subject_id = p_integration_id;
  update public.calendar_integrations
  set removed_at = now(), status = 'disconnected', last_error = null, account_email = null,
    calendar_name = null, scopes = '{}', refresh_token_secret_id = null, access_token_secret_id = null, token_expires_at = null
  where id = p_integration_id;
  perform calendar_sync.drop_removed(p_integration_id);
  return jsonb_build_object('kind', 'removed', 'provider', v_integration.provider, 'account_id', v_integration.account_id,
    'refresh_token', case when not calendar_sync.is_account_used(v_integration.provider, v_integration.account_id)
      then v_refresh_token end);
end;
$$;

comment on function calendar_sync.remove_integration(uuid) is
  'Removes an integration with its tokens. It stays as a removed row for what calendar_sync.drop_removed names. refresh_token: its grant may be ended; null where another flow or integration uses the account.';

create function public.calendar_begin_disconnect(p_user_id uuid, p_integration_id uuid, p_events text) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_integration public.calendar_integrations;
  v_flow calendar_sync.flows;
  v_refresh_token text;
begin
  perform calendar_sync.act_for(p_user_id);
  select * into v_integration from public.calendar_integrations
  where id = p_integration_id and user_id = p_user_id and removed_at is null for no key update;
  if not found then
    -- Several consents of one account have one id.
    for v_flow in
      select * from calendar_sync.flows as flow
      where flow.user_id = p_user_id and flow.ticket_hash is not null and calendar_sync.future_id(flow) = p_integration_id
      order by flow.created_at for update
    loop
      v_refresh_token := coalesce(calendar_sync.read_secret(v_flow.refresh_token_secret_id), v_refresh_token);
      delete from calendar_sync.flows where id = v_flow.id;
    end loop;
    if not found then
      return null;
    end if;
    return jsonb_build_object('kind', 'removed', 'provider', v_flow.provider, 'account_id', null, 'refresh_token',
      case when not calendar_sync.is_account_used(v_flow.provider, v_flow.account_id) then v_refresh_token end);
  end if;
  if p_events = 'remove' then
    if v_integration.status = 'disconnected' then
      return jsonb_build_object('kind', 'reconnect_needed');
    end if;
    update public.calendar_integrations set status = 'disconnecting', last_error = null where id = p_integration_id;
    return jsonb_build_object('kind', 'draining', 'provider', v_integration.provider, 'account_id', v_integration.account_id);
  end if;
  return calendar_sync.remove_integration(p_integration_id);
end;
$$;

comment on function public.calendar_begin_disconnect(uuid, uuid, text) is
  'Disconnects: at once where the events are kept, else once the worker has removed them. Ends the flows of an account that were not confirmed. Null where there is neither.';

create function public.calendar_finish_disconnect(p_worker uuid, p_integration_id uuid) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform calendar_sync.act_as('worker');
  perform from public.calendar_integrations where id = p_integration_id and status = 'disconnecting' for update;
  if not found then
    return null;
  end if;
  perform from calendar_sync.lanes where integration_id = p_integration_id and leased_by = p_worker for update;
  if not found then
    return null;
  end if;
  return calendar_sync.remove_integration(p_integration_id);
end;
$$;

comment on function public.calendar_finish_disconnect(uuid, uuid) is
  'Removes an integration whose events are gone; null where the lease was lost or its user connected again.';

-- schemas/182_ending_channels.sql

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

-- schemas/185_mail.sql

-- When a notice is mailed. The tick queues what is due (200_mail_queue.sql), and the worker sends it.

-- What only the environment of the functions says. They report it when they start.
create table calendar_sync.mail_setup (
  only_row boolean primary key default true check (only_row),
  transport text check (transport in ('http', 'smtp')),
  tells_admin boolean not null default false,
  delay interval not null default '10 minutes' check (delay >= interval '0'),
  reported_at timestamptz
);

comment on table calendar_sync.mail_setup is 'Whether and how the functions send mail, as they last reported. In one row.';
comment on column calendar_sync.mail_setup.transport is 'http: through a provider''s API. smtp: to a mail server. Null: no mail is sent.';
comment on column calendar_sync.mail_setup.tells_admin is 'CALENDAR_ADMIN_EMAIL is set.';
comment on column calendar_sync.mail_setup.delay is 'CALENDAR_MAIL_DELAY: what heals by then is never mailed.';

alter table calendar_sync.mail_setup enable row level security;
insert into calendar_sync.mail_setup default values;

alter table calendar_sync.options
  add column mails_per_minute integer not null default 300 check (mails_per_minute >= 6),
  add column lost_free integer not null default 5 check (lost_free > 0),
  add column lost_share numeric not null default 0.2 check (lost_share > 0 and lost_share <= 1);
comment on column calendar_sync.options.mails_per_minute is 'So many mails are queued in a minute: many at once are paced.';
comment on column calendar_sync.options.lost_free is 'Fewer users than this may lose connections within an hour without its being taken for a fault of ours.';
comment on column calendar_sync.options.lost_share is
  'From lost_free users on, and if more than this share of all connections is lost, the fault is ours: CALENDAR_ADMIN_EMAIL is mailed, users are not. Where it is not set users are.';

alter table calendar_sync.notices
  add column mail_at timestamptz,
  add column mails smallint not null default 0,
  add column kept_back boolean not null default false;
comment on column calendar_sync.notices.mail_at is 'When its next mail is due. Null: it is not mailed, or not again.';
comment on column calendar_sync.notices.mails is 'How many mails told of it, one that was kept back among them.';
comment on column calendar_sync.notices.kept_back is 'Its first mail was kept back: administrators were told of many at once.';

create index notices_mail_idx on calendar_sync.notices (mail_at) where mail_at is not null;
create index notices_lost_idx on calendar_sync.notices (created_at) where kind in ('connection_lost', 'connection_paused');

create function calendar_sync.next_morning(p_user_id uuid, p_from timestamptz) returns timestamptz
language sql stable security definer set search_path = ''
as $$
  select (case when here.at::time < time '07:00' then here.at::date else here.at::date + 1 end + time '07:00') at time zone here.zone
  from (
    select user_zone.name as zone, p_from at time zone user_zone.name as at
    from (select calendar_sync.time_zone_of(p_user_id) as name) as user_zone
  ) as here
$$;

comment on function calendar_sync.next_morning(uuid, timestamptz) is 'The next 07:00 where the user lives; in UTC where that is not known.';

-- What must be mailed could be made to happen again and again, by a user or with a stolen session: a notice for each would spend
-- the quota of the operator's mail, and everybody else's mail would wait behind it.
create function calendar_sync.first_mail_at(notice calendar_sync.notices) returns timestamptz
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_mails_an_hour constant integer := 5;
begin
  if (
    select count(*) from calendar_sync.notices as earlier
    join calendar_sync.notice_kinds as its_kind on its_kind.kind = earlier.kind and its_kind.mail_required
    where earlier.user_id = notice.user_id and earlier.id <> notice.id
      and earlier.created_at between notice.created_at - interval '1 hour' and notice.created_at
  ) < v_mails_an_hour then
    return notice.created_at;
  end if;
  return date_trunc('hour', notice.created_at) + interval '1 hour';
end;
$$;

comment on function calendar_sync.first_mail_at(calendar_sync.notices) is
  'When a notice whose mail cannot be switched off is mailed: at once; from the sixth within an hour on together with the others, at the next full hour.';

create function calendar_sync.next_mail_at(notice calendar_sync.notices) returns timestamptz
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_mode constant text := calendar_sync.mail_of(notice.user_id, notice.kind);
  v_repeats constant boolean := notice.kind in ('connection_lost', 'connection_paused');
  v_required constant boolean := (select its_kind.mail_required from calendar_sync.notice_kinds as its_kind where its_kind.kind = notice.kind);
  v_at timestamptz;
begin
  v_at := case
    when v_mode = 'off' then null
    when notice.mails = 0 and v_repeats then notice.created_at + (select delay from calendar_sync.mail_setup)
    when notice.mails = 0 and v_required then calendar_sync.first_mail_at(notice)
    when notice.mails = 0 then notice.created_at
    when not v_repeats then null
    when notice.mails = 1 then notice.created_at + interval '3 days'
    when notice.mails = 2 then notice.created_at + interval '10 days'
  end;
  -- Two mails of one notice are a day apart, also where the first one was late.
  if notice.mails > 0 and v_at <= now() then
    v_at := now() + interval '1 day';
  end if;
  return case
    -- greatest would ignore it.
    when v_at is null then null
    when v_mode = 'daily' then calendar_sync.next_morning(notice.user_id, greatest(v_at, now()))
    else v_at
  end;
end;
$$;

comment on function calendar_sync.next_mail_at(calendar_sync.notices) is
  'When the next mail about a notice is due, as its user chose and after so many mails; null: never.';

create function calendar_sync.is_told_with_others(notice calendar_sync.notices) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  return calendar_sync.mail_of(notice.user_id, notice.kind) = 'daily'
    or notice.mail_at > notice.created_at and (select its_kind.mail_required from calendar_sync.notice_kinds as its_kind where its_kind.kind = notice.kind);
end;
$$;

comment on function calendar_sync.is_told_with_others(calendar_sync.notices) is
  'Whether one mail tells of all such notices of the user that are due: the daily ones, and those of which there are many.';

create function calendar_sync.plan_mail() returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if tg_op = 'INSERT' then
    new.mail_at := calendar_sync.next_mail_at(new);
  elsif new.mail_at is not null and (new.ended_at is not null or new.dismissed_at is not null)
    -- Somebody else with the user's session could dismiss it.
    and not (select mail_required from calendar_sync.notice_kinds where kind = new.kind)
  then
    new.mail_at := null;
  end if;
  return new;
end;
$$;

comment on function calendar_sync.plan_mail() is 'Plans the first mail of a notice, and no more mail of one that ended or was dismissed.';

create trigger plan_mail before insert or update of ended_at, dismissed_at on calendar_sync.notices
for each row execute function calendar_sync.plan_mail();

-- Without a wait for whoever is writing a notice: what is skipped keeps its plan.
create function calendar_sync.plan_mails_anew(p_user_id uuid, p_kinds text[]) returns void
language sql volatile security definer set search_path = ''
as $$
  update calendar_sync.notices as notice set mail_at = calendar_sync.next_mail_at(notice)
  from (
    select open.id from calendar_sync.notices as open
    where open.user_id = p_user_id and open.kind = any (p_kinds)
      and (open.mail_at is not null or open.ended_at is null and open.dismissed_at is null
        and open.kind in ('connection_lost', 'connection_paused'))
    for update skip locked
  ) as planned
  where notice.id = planned.id
$$;

comment on function calendar_sync.plan_mails_anew(uuid, text[]) is 'After a user chose anew: plans the mails of these kinds that have yet to come.';

create function public.calendar_report_mail(p_transport text, p_tells_admin boolean, p_delay_s integer) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_delay constant interval := make_interval(secs => p_delay_s);
  v_before calendar_sync.mail_setup;
begin
  select * into v_before from calendar_sync.mail_setup;
  if (v_before.transport, v_before.tells_admin, v_before.delay, v_before.reported_at is null)
    is not distinct from (p_transport, p_tells_admin, v_delay, false)
  then
    return;
  end if;
  update calendar_sync.mail_setup
  set transport = p_transport, tells_admin = p_tells_admin, delay = v_delay, reported_at = now();
  if v_before.delay <> v_delay then
    update calendar_sync.notices as notice set mail_at = calendar_sync.next_mail_at(notice)
    where notice.mail_at is not null and notice.mails = 0 and notice.kind in ('connection_lost', 'connection_paused');
  end if;
end;
$$;

comment on function public.calendar_report_mail(text, boolean, integer) is
  'Called by a function that starts: whether and how mail is sent. It writes only what is new.';

-- schemas/190_rate_limits.sql

-- How often one user may call. A call appends a row and waits for nobody; the window slides.

-- Unlogged: after a crash everybody begins anew, and no call pays for the WAL.
create unlogged table calendar_sync.calls (
  caller uuid not null,
  scope text not null check (scope in ('all', 'sync', 'rpc', 'rpc_sync', 'feed', 'address', 'key', 'keys', 'keys_sync', 'password')),
  at timestamptz not null default clock_timestamp(),
  admission uuid
);

comment on table calendar_sync.calls is 'The calls of the last minute, for the rate limits. The tick drops older ones.';
comment on column calendar_sync.calls.caller is 'A user; or, for an address or a key, a hash of it.';
comment on column calendar_sync.calls.scope is
  'all: calls of the Calendar API. sync: of these, POST /sync. rpc: calls that a user makes of the database functions without the Calendar API. rpc_sync: of these, those that have calendars looked at. feed: readings of a user''s feeds. address: readings of feeds that there are not. key: calls with one API key. keys: calls with all keys of a user. keys_sync: of these, POST /sync. password: passwords that a user had tried on a calendar server.';
comment on column calendar_sync.calls.admission is
  'Which call of the Calendar API it is. What that asks the database for its user is not counted again. Nobody but the Calendar API learns it.';

create index calls_idx on calendar_sync.calls (caller, scope, at);
create unique index calls_admission_idx on calendar_sync.calls (admission) where admission is not null;
alter table calendar_sync.calls enable row level security;

alter table calendar_sync.options
  add column rpc_calls_per_minute integer not null default 240 check (rpc_calls_per_minute > 0);
comment on column calendar_sync.options.rpc_calls_per_minute is
  'Calls of the database functions that one user may make in a minute through the Data API, and a tenth of that for what has calendars looked at. CALENDAR_RATE_LIMIT_PER_MINUTE alone limits the Calendar API.';

create function calendar_sync.count_call(p_caller uuid, p_scope text, p_limit integer, p_admission uuid default null) returns integer
language plpgsql volatile security definer set search_path = '' set enable_seqscan = off set jit = off
as $$
declare
  v_window constant interval := interval '60 seconds';
  v_calls integer;
  v_first_at timestamptz;
begin
  select count(*), min(recent.at) into v_calls, v_first_at from (
    select call.at from calendar_sync.calls as call
    where call.caller = p_caller and call.scope = p_scope and call.at > clock_timestamp() - v_window
    order by call.at desc limit p_limit
  ) as recent;
  if v_calls >= p_limit then
    return greatest(ceil(extract(epoch from v_first_at + v_window - clock_timestamp())), 1);
  end if;
  insert into calendar_sync.calls (caller, scope, admission) values (p_caller, p_scope, p_admission);
  return 0;
end;
$$;

comment on function calendar_sync.count_call(uuid, text, integer, uuid) is
  'Counts a call: 0 where it is one of p_limit within a minute, else the seconds until the next one may be made. Calls side by side may exceed the limit by as many as run at once.';

-- Exact: it is a transaction of its own, so calls of one user side by side wait for each other only while they are counted.
create function public.calendar_count_call(p_user_id uuid, p_sync boolean, p_limit integer) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_admission constant uuid := gen_random_uuid();
  v_wait_s integer;
begin
  perform pg_advisory_xact_lock(hashtext('calendar_sync.calls'), hashtext(p_user_id::text));
  v_wait_s := calendar_sync.count_call(p_user_id, 'all', p_limit, v_admission);
  if v_wait_s = 0 and p_sync then
    v_wait_s := calendar_sync.count_call(p_user_id, 'sync', greatest(p_limit / 10, 1));
  end if;
  return jsonb_build_object('wait_s', v_wait_s, 'admission', v_admission);
end;
$$;

comment on function public.calendar_count_call(uuid, boolean, integer) is
  'Counts a call of a user. wait_s: 0 where it may go on, else the seconds until it may. admission: sent as x-calendar-admission, it says that this call is counted. p_limit: calls in a minute, of which a tenth (at least one) may be POST /sync.';

create function public.calendar_count_password(p_user_id uuid, p_limit integer) returns integer
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform pg_advisory_xact_lock(hashtext('calendar_sync.calls'), hashtext(p_user_id::text));
  return calendar_sync.count_call(p_user_id, 'password', p_limit);
end;
$$;

comment on function public.calendar_count_password(uuid, integer) is
  'Counts a password that is about to be tried on a calendar server: 0 where it is one of p_limit of the user within a minute, else the seconds until the next one may be tried. Those that no server refused are taken off again, by calendar_forget_password.';

create function public.calendar_forget_password(p_user_id uuid) returns void
language sql volatile security definer set search_path = ''
as $$
  delete from calendar_sync.calls as call where call.ctid = (
    select newest.ctid from calendar_sync.calls as newest
    where newest.caller = p_user_id and newest.scope = 'password' order by newest.at desc limit 1);
$$;

comment on function public.calendar_forget_password(uuid) is
  'Takes one password that was counted off again: the server accepted it, or it was not tried at all.';

create function calendar_sync.is_counted(p_user_id uuid) returns boolean
language plpgsql stable security definer set search_path = '' set enable_seqscan = off set jit = off
as $$
declare
  v_headers constant text := nullif(current_setting('request.headers', true), '');
  v_admission uuid;
begin
  -- calendar_use_key has counted it, so that a program takes nothing from its user's own calls.
  if coalesce(current_setting('calendar_sync.key_id', true), '') <> '' then
    return true;
  end if;
  if v_headers is not null then
    v_admission := substring(v_headers::jsonb ->> 'x-calendar-admission' from '^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$')::uuid;
  end if;
  return v_admission is not null
    and exists (select from calendar_sync.calls where admission = v_admission and caller = p_user_id);
end;
$$;

comment on function calendar_sync.is_counted(uuid) is
  'Whether a call comes from the Calendar API, which has counted it.';

-- The Data API turns an SQLSTATE of PT429 into the status 429.
create function calendar_sync.count_own_call(p_sync boolean default false) returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id constant uuid := (select auth.uid());
  v_limit integer;
  v_wait_s integer;
begin
  if v_user_id is null or calendar_sync.is_counted(v_user_id) then
    return v_user_id;
  end if;
  select rpc_calls_per_minute into v_limit from calendar_sync.options;
  v_wait_s := calendar_sync.count_call(v_user_id, 'rpc', v_limit);
  if v_wait_s = 0 and p_sync then
    v_wait_s := calendar_sync.count_call(v_user_id, 'rpc_sync', greatest(v_limit / 10, 1));
  end if;
  if v_wait_s > 0 then
    raise exception 'Too many calls. Try again in % s.', v_wait_s using errcode = 'PT429', hint = v_wait_s::text;
  end if;
  return v_user_id;
end;
$$;

comment on function calendar_sync.count_own_call(boolean) is
  'Counts a call of the signed-in user, unless the Calendar API has counted it, and returns the user''s id; null for a caller who is nobody. An error, 429 through the Data API, where it is one too many.';

-- schemas/195_api_keys.sql

-- API keys: programs that act for a user, each within its scopes. A key is eck_live_<id>_<secret>. Its id is public: lists and logs
-- name the key by it. Its secret is shown once and kept nowhere.

create table calendar_sync.api_keys (
  id text primary key check (id ~ '^[0-9A-Za-z]{10}$'),
  user_id uuid not null references auth.users (id) on delete cascade,
  name text not null check (char_length(name) between 1 and 100),
  scopes text[] not null check (
    cardinality(scopes) > 0 and array_position(scopes, null) is null and scopes <@ array[
      'status:read', 'sync:write', 'evidence:read', 'feeds:write', 'proposals:write', 'webhooks:write'
    ]
  ),
  secret_hash bytea not null check (octet_length(secret_hash) = 32),
  created_at timestamptz not null default now(),
  expires_at timestamptz not null check (expires_at <= created_at + interval '8760 hours'),
  last_used_at timestamptz,
  replaced_by text
);

comment on table calendar_sync.api_keys is
  'API keys. One that its owner deletes goes at once; one that expired stays, so that its owner sees why a program stopped, until the owner makes another: then it goes if it has been over for 30 days, or if its place is needed.';
comment on column calendar_sync.api_keys.id is 'The public characters of the key.';
comment on column calendar_sync.api_keys.scopes is 'What the key opens: see calendar_sync.scope_of and the Calendar API.';
-- A slow hash protects what people choose. 256 random bits cannot be found by trying, however fast each try is.
comment on column calendar_sync.api_keys.secret_hash is 'SHA-256 of the secret part. The secret itself is nowhere.';
comment on column calendar_sync.api_keys.expires_at is 'From when on it opens nothing; at most 365 days (8760 hours) after it was made.';
comment on column calendar_sync.api_keys.last_used_at is 'When it was last used, give or take an hour.';
comment on column calendar_sync.api_keys.replaced_by is 'The key that it was rotated to. No foreign key: that one may be deleted first.';

create index api_keys_user_id_idx on calendar_sync.api_keys (user_id);
alter table calendar_sync.api_keys enable row level security;

create function calendar_sync.key_json(key calendar_sync.api_keys) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select jsonb_build_object(
    'id', key.id, 'name', key.name, 'scopes', key.scopes, 'created_at', key.created_at,
    'expires_at', key.expires_at, 'last_used_at', key.last_used_at, 'replaced_by', key.replaced_by
  )
$$;

comment on function calendar_sync.key_json(calendar_sync.api_keys) is 'A key as its owner sees it.';

create function calendar_sync.caller_of_key(p_key_id text) returns uuid
language sql immutable security invoker set search_path = ''
as $$ select md5(p_key_id)::uuid $$;

comment on function calendar_sync.caller_of_key(text) is 'Under which id the calls with a key are counted (calendar_sync.calls).';

-- Every key that is refused takes the same steps: the answer's time says nothing of whether there is such a key. Nothing is counted
-- for one that is refused: else whoever knows an id, which is public, could use up its owner's calls.
create function public.calendar_use_key(p_key_id text, p_secret_hash text, p_sync boolean, p_limit integer) returns jsonb
language plpgsql volatile security definer set search_path = '' set enable_seqscan = off set jit = off
as $$
declare
  -- A user with many keys may call as often as five.
  v_keys_counted constant integer := 5;
  v_nobody constant uuid := uuid '00000000-0000-0000-0000-000000000000';
  v_key calendar_sync.api_keys;
  v_is_same boolean;
  v_blocked_until timestamptz;
  v_refused text;
  v_wait_s integer;
begin
  select * into v_key from calendar_sync.api_keys where id = p_key_id;
  -- Hashes of what the caller sent are compared, hashed once more: the time of a comparison tells where two hashes differ, and
  -- nobody can make that say anything of the secret.
  v_is_same := sha256(decode(p_secret_hash, 'hex')) = sha256(coalesce(v_key.secret_hash, ''));
  v_blocked_until := calendar_sync.blocked_until(coalesce(v_key.user_id, v_nobody));
  v_refused := case
    when v_key.id is null then 'key_unknown'
    when not v_is_same then 'key_secret_wrong'
    when v_key.expires_at <= now() then 'key_expired'
    when v_blocked_until is not null then 'key_user_blocked'
  end;
  if v_refused is not null then
    return jsonb_build_object('kind', 'refused', 'reason', v_refused);
  end if;

  -- Exact: it is a transaction of its own, so calls with one user's keys wait for each other only while they are counted.
  perform pg_advisory_xact_lock(hashtext('calendar_sync.api_keys'), hashtext(v_key.user_id::text));
  v_wait_s := calendar_sync.count_call(calendar_sync.caller_of_key(v_key.id), 'key', p_limit);
  if v_wait_s = 0 then
    v_wait_s := calendar_sync.count_call(v_key.user_id, 'keys', p_limit * v_keys_counted);
  end if;
  if v_wait_s = 0 and p_sync then
    v_wait_s := calendar_sync.count_call(v_key.user_id, 'keys_sync', greatest(p_limit / 10, 1));
  end if;
  if v_wait_s > 0 then
    return jsonb_build_object('kind', 'limited', 'user_id', v_key.user_id, 'wait_s', v_wait_s);
  end if;
  if v_key.last_used_at is null or v_key.last_used_at < now() - interval '1 hour' then
    update calendar_sync.api_keys set last_used_at = now() where id in (
      select id from calendar_sync.api_keys
      where id = v_key.id and (last_used_at is null or last_used_at < now() - interval '1 hour')
      for no key update skip locked
    );
  end if;
  return jsonb_build_object('kind', 'allowed', 'user_id', v_key.user_id, 'scopes', v_key.scopes);
end;
$$;

comment on function public.calendar_use_key(text, text, boolean, integer) is
  'Lets a key in and counts the call: {"kind": "allowed", "user_id", "scopes"}, {"kind": "limited", "user_id", "wait_s"}, or {"kind": "refused", "reason"}, which is for the log and not for the caller. p_limit: calls with one key in a minute; all keys of a user together may make five times as many calls, and a tenth of p_limit (at least one) of POST /sync.';

-- What a key may have the database do for its user. One list for all: a function that is not in it cannot be called with a key.
create function calendar_sync.scope_of(p_function text) returns text
language sql immutable security invoker set search_path = ''
as $$
  select case p_function
    when 'calendar_status' then 'status:read'
    when 'calendar_explain' then 'status:read'
    when 'calendar_problems' then 'status:read'
    when 'calendar_activity' then 'status:read'
    when 'calendar_notices' then 'status:read'
    when 'calendar_obligation_types' then 'status:read'
    when 'calendar_find_obligations' then 'status:read'
    when 'calendar_test_event' then 'status:read'
    when 'calendar_send_test_event' then 'sync:write'
    when 'calendar_remove_test_event' then 'sync:write'
    when 'calendar_sync_now' then 'sync:write'
    when 'calendar_retry' then 'sync:write'
    when 'calendar_resume' then 'sync:write'
    when 'calendar_reapply' then 'sync:write'
    when 'calendar_evidence' then 'evidence:read'
    when 'calendar_feeds' then 'feeds:write'
    when 'calendar_update_feed' then 'feeds:write'
    when 'calendar_delete_feed' then 'feeds:write'
    when 'calendar_proposals' then 'proposals:write'
    when 'calendar_accept_proposal' then 'proposals:write'
    when 'calendar_dismiss_proposal' then 'proposals:write'
    when 'calendar_undo_proposal' then 'proposals:write'
  end
$$;

comment on function calendar_sync.scope_of(text) is
  'The scope with which a key may call this function of a user; null: with none, only users call it.';

create function calendar_sync.user_of_key(p_key_id text, p_function text) returns uuid
language plpgsql stable security definer set search_path = '' set enable_seqscan = off
as $$
declare
  v_key calendar_sync.api_keys;
begin
  select * into v_key from calendar_sync.api_keys where id = p_key_id and expires_at > now();
  -- Since calendar_use_key let it in it may have ended. The Data API turns an SQLSTATE of PT401 into the status 401.
  if v_key.id is null or calendar_sync.blocked_until(v_key.user_id) is not null then
    raise exception 'The key % opens nothing any more.', p_key_id using errcode = 'PT401';
  elsif not coalesce(calendar_sync.scope_of(p_function) = any (v_key.scopes), false) then
    raise exception 'The key % does not open %.', p_key_id, p_function using errcode = 'insufficient_privilege';
  end if;
  return v_key.user_id;
end;
$$;

comment on function calendar_sync.user_of_key(text, text) is
  'Whose key it is; an error unless it is good now and its scopes cover this function.';
grant execute on function calendar_sync.user_of_key(text, text) to service_role;

create function calendar_sync.statement_of(p_function text, p_args jsonb) returns text
language plpgsql stable security invoker set search_path = ''
as $$
declare
  v_given constant text[] := array(select jsonb_object_keys(p_args));
  v_names text[];
  v_types oid[];
begin
  select coalesce(routine.proargnames, '{}'), routine.proargtypes::oid[] into strict v_names, v_types
  from pg_catalog.pg_proc as routine
  where routine.pronamespace = 'public'::regnamespace and routine.proname = p_function and not routine.prosecdef;
  if not v_given <@ v_names then
    raise exception 'public.% has no such arguments.', p_function using errcode = 'undefined_function';
  elsif v_given = '{}' then
    return format('select to_jsonb(public.%I())', p_function);
  end if;
  return (
    select format('select to_jsonb(public.%I(%s)) from jsonb_to_record($1) as given (%s)', p_function,
      string_agg(format('%1$I => given.%1$I', argument.name), ', '),
      string_agg(format('%I %s', argument.name, format_type(argument.type, null)), ', '))
    from rows from (unnest(v_names), unnest(v_types)) as argument (name, type)
    where argument.name = any (v_given)
  );
end;
$$;

comment on function calendar_sync.statement_of(text, jsonb) is
  'Calls a user''s function of schema public with arguments by name, as the Data API does: the statement takes them as $1. What it is made of are names and types of the catalogue, never a value.';
grant execute on function calendar_sync.statement_of(text, jsonb) to service_role;

-- With a key a user's function runs as with the user's own token: as the role authenticated, under row level security, with the
-- user's id in the claims and nothing else. So no function has a second form for keys, and what a user may not do no key can.
--
-- The user is the key's, never one that the caller names. The scope is asked for here too, after the Calendar API: neither a route
-- that forgets it nor a wrong name of a function gets further than the key's scopes.
--
-- It runs as its caller, since Postgres forbids a change of role inside a function that runs as its owner. The Data API's session
-- belongs to authenticator, which may be any of the API's roles; the change ends with the call.
create function public.calendar_call_with_key(p_key_id text, p_function text, p_args jsonb) returns jsonb
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  v_user_id constant uuid := calendar_sync.user_of_key(p_key_id, p_function);
  v_statement constant text := calendar_sync.statement_of(p_function, p_args);
  v_role constant text := current_setting('role');
  v_claims constant text := coalesce(current_setting('request.jwt.claims', true), '');
  v_answer jsonb;
begin
  perform set_config('request.jwt.claims', jsonb_build_object('sub', v_user_id, 'role', 'authenticated')::text, true),
    set_config('calendar_sync.key_id', p_key_id, true), set_config('role', 'authenticated', true);
  -- An older Data API sets each claim by itself, and auth.uid() reads that first.
  if auth.uid() is distinct from v_user_id then
    raise exception 'The caller could not be made the user of the key %.', p_key_id using errcode = 'insufficient_privilege';
  end if;
  execute v_statement into v_answer using p_args;
  perform set_config('role', v_role, true), set_config('calendar_sync.key_id', '', true),
    set_config('request.jwt.claims', v_claims, true);
  return v_answer;
end;
$$;

comment on function public.calendar_call_with_key(text, text, jsonb) is
  'Calls a user''s function for the user of a key that calendar_use_key let in, within the scopes of the key.';

-- schemas/200_mail_queue.sql

-- Which mails are sent: the tick queues those that are due, a part at a time, and tells administrators what only they can mend.

-- Who is told that the fault is ours. Rows are for administrators; mail goes to CALENDAR_ADMIN_EMAIL.
create table calendar_sync.admin_notices (
  id uuid primary key default gen_random_uuid(),
  kind text not null check (kind in ('many_lost', 'configuration', 'erasure', 'stalled', 'tick', 'webhook')),
  object text not null default '',
  details jsonb not null default '{}',
  created_at timestamptz not null default now(),
  ended_at timestamptz
);

comment on table calendar_sync.admin_notices is 'What administrators were told that only they can mend.';
comment on column calendar_sync.admin_notices.kind is
  'many_lost: many connections were lost at once. configuration: a provider refuses our client. erasure: a user could not be erased. stalled: work was due and no worker came. tick: pg_cron does not run the tick. webhook: one of the installation was switched off after failures.';
comment on column calendar_sync.admin_notices.object is 'Which provider or webhook it is about, where it is about one.';

create unique index admin_notices_open_idx on calendar_sync.admin_notices (kind, object) where ended_at is null;
create index admin_notices_ended_idx on calendar_sync.admin_notices (ended_at);

alter table calendar_sync.admin_notices enable row level security;

create function calendar_sync.tell_admin(p_kind text, p_object text, p_details jsonb) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  -- What comes and goes is told once.
  v_quiet constant interval := interval '1 hour';
  v_id uuid;
begin
  if exists (select from calendar_sync.admin_notices where kind = p_kind and object = p_object and ended_at is null) then
    return;
  end if;
  update calendar_sync.admin_notices set ended_at = null where id = (
    select id from calendar_sync.admin_notices
    where kind = p_kind and object = p_object and ended_at > now() - v_quiet order by ended_at desc limit 1
  );
  if found then
    return;
  end if;
  insert into calendar_sync.admin_notices (kind, object, details) values (p_kind, p_object, p_details)
  on conflict (kind, object) where ended_at is null do nothing
  returning id into v_id;
  if v_id is not null and (select tells_admin and transport is not null from calendar_sync.mail_setup) then
    perform calendar_sync.append_delivery('mail', null, 'admin-' || v_id, 'admin_' || p_kind,
      p_details || jsonb_build_object('kind', p_kind, 'created_at', now()));
  end if;
end;
$$;

comment on function calendar_sync.tell_admin(text, text, jsonb) is
  'Tells administrators of something, once until it is mended.';

create function calendar_sync.may_be_our_fault(notice calendar_sync.notices) returns boolean
language sql immutable security invoker set search_path = ''
as $$
  select notice.kind in ('connection_lost', 'connection_paused') and coalesce(notice.details ->> 'code', '') not in (
    'mass_edit', 'mass_deletion', 'calendar_missing', 'mailbox_unavailable', 'paused_by_admin'
  )
$$;

comment on function calendar_sync.may_be_our_fault(calendar_sync.notices) is
  'Whether a connection may have been lost by a fault of ours, and not by what its user or an administrator did.';

create function calendar_sync.lost_lately(out lost bigint, out connections bigint, out fault_is_ours boolean)
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_options calendar_sync.options;
  v_users bigint;
begin
  select * into v_options from calendar_sync.options;
  -- Within an hour, and the delay: the first of them are due after it. One user with many connections is no sign of a fault of ours.
  select count(distinct notice.integration_id), count(distinct notice.user_id) into lost, v_users
  from calendar_sync.notices as notice
  where notice.kind in ('connection_lost', 'connection_paused') and calendar_sync.may_be_our_fault(notice)
    and notice.ended_at is null and notice.created_at > now() - interval '1 hour' - (select delay from calendar_sync.mail_setup);
  fault_is_ours := false;
  if v_users >= v_options.lost_free then
    select count(*) into connections from public.calendar_integrations where removed_at is null;
    fault_is_ours := lost > v_options.lost_share * connections;
  end if;
end;
$$;

comment on function calendar_sync.lost_lately() is
  'How many connections were lost or paused within an hour by what may be a fault of ours, and whether that is so many of all that it is.';

create function calendar_sync.tell_admins() returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_found record;
begin
  for v_found in
    select 'configuration' as kind, provider.name as object, jsonb_build_object('provider', provider.label) as details
    from calendar_sync.providers as provider
    where exists (
      select from public.calendar_integrations as integration
      where integration.provider = provider.name and integration.last_error is not null
        and integration.last_error ->> 'code' = 'configuration' and integration.status = 'active' and integration.removed_at is null
    )
    union all
    select incident.kind, '', '{}'::jsonb from calendar_sync.incidents as incident
    where incident.kind in ('erasure', 'stalled') and incident.created_at > now() - calendar_sync.threshold('incidents')
    group by incident.kind
    union all
    select 'webhook', webhook.id::text, jsonb_build_object('webhook_id', webhook.id, 'code', webhook.disabled_because)
    from calendar_sync.webhooks as webhook where webhook.user_id is null and webhook.disabled_because is not null
  loop
    perform calendar_sync.tell_admin(v_found.kind, v_found.object, v_found.details);
  end loop;
  if not exists (select from calendar_sync.admin_notices where ended_at is null) then
    return;
  end if;
  update calendar_sync.admin_notices as notice set ended_at = now()
  where notice.ended_at is null and case notice.kind
    when 'configuration' then not exists (
      select from public.calendar_integrations as integration
      where integration.provider = notice.object and integration.last_error is not null
        and integration.last_error ->> 'code' = 'configuration' and integration.status = 'active' and integration.removed_at is null
    )
    when 'many_lost' then not (select fault_is_ours from calendar_sync.lost_lately())
    -- It runs: the tick calls this.
    when 'tick' then true
    when 'webhook' then not exists (
      select from calendar_sync.webhooks as webhook
      where webhook.user_id is null and webhook.id::text = notice.object and webhook.disabled_because is not null
    )
    else not exists (
      select from calendar_sync.incidents as incident
      where incident.kind = notice.kind and incident.created_at > now() - calendar_sync.threshold('incidents')
    )
  end;
end;
$$;

comment on function calendar_sync.tell_admins() is 'Called by the tick: tells administrators what only they can mend, and notes what is mended.';

create function calendar_sync.tell_of_stalled_tick() returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if (select tells_admin and transport is not null from calendar_sync.mail_setup)
    and not (select ok from calendar_sync.check_tick())
  then
    perform calendar_sync.tell_admin('tick', '', '{}');
  end if;
end;
$$;

comment on function calendar_sync.tell_of_stalled_tick() is 'Called by a worker that leaves: whoever stalls cannot say so.';

create function calendar_sync.due_soon(p_user_id uuid) returns integer
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
begin
  return (
    select count(*) from calendar_sync.deadlines as deadline
    where deadline.recipient_id = p_user_id and deadline.status = 'open'
      and (deadline.deadline_date between current_date and current_date + 14
        or deadline.deadline_at between now() and now() + interval '14 days')
  );
exception when others then
  -- The adapter is the host's.
  return null;
end;
$$;

comment on function calendar_sync.due_soon(uuid) is 'How many open deadlines of a user are due within 14 days; null where the adapter fails.';

create function calendar_sync.queue_mails() returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  -- A function that starts with the first notice has time to report.
  v_patience constant interval := interval '15 minutes';
  v_ticks_a_minute constant integer := 6;
  v_setup calendar_sync.mail_setup;
  v_lost record;
  v_ids uuid[];
  v_together uuid[];
begin
  if not exists (select from calendar_sync.notices where mail_at <= now()) then
    return;
  end if;
  select * into v_setup from calendar_sync.mail_setup;
  if v_setup.transport is null then
    update calendar_sync.notices set mail_at = null where mail_at < now() - v_patience;
    return;
  end if;
  if exists (
    select from calendar_sync.notices as notice
    where notice.mail_at <= now() and notice.mails = 0 and calendar_sync.may_be_our_fault(notice)
  ) then
    select * into v_lost from calendar_sync.lost_lately();
    if v_lost.fault_is_ours then
      perform calendar_sync.tell_admin('many_lost', '',
        jsonb_build_object('lost', v_lost.lost, 'connections', v_lost.connections));
      -- An administrator is mailed now, and users who are still without a connection after three days. Without an administrator's
      -- address users are mailed now.
      update calendar_sync.notices as notice set mails = 1, kept_back = true, mail_at = created_at + interval '3 days'
      where v_setup.tells_admin and notice.mail_at <= now() and notice.mails = 0 and calendar_sync.may_be_our_fault(notice);
    end if;
  end if;

  -- In turn: the first of each user, then the second of each.
  select array_agg(due.id) into v_ids from (
    select notice.id from calendar_sync.notices as notice
    join (
      select each.id, its_kind.mail_required,
        row_number() over (partition by each.user_id order by its_kind.mail_required desc, each.mail_at) as place
      from calendar_sync.notices as each
      join calendar_sync.notice_kinds as its_kind on its_kind.kind = each.kind
      where each.mail_at <= now()
    ) as waiting using (id)
    where notice.mail_at <= now()
    order by waiting.mail_required desc, waiting.place, notice.mail_at
    limit (select mails_per_minute / v_ticks_a_minute from calendar_sync.options)
    for update of notice skip locked
  ) as due;
  -- A mail that tells of several tells of all.
  select array_agg(due.id) into v_together from (
    select notice.id from calendar_sync.notices as notice
    where notice.mail_at <= now() and calendar_sync.is_told_with_others(notice) and notice.user_id in (
      select chosen.user_id from calendar_sync.notices as chosen
      where chosen.id = any (v_ids) and calendar_sync.is_told_with_others(chosen)
    )
    for update skip locked
  ) as due;

  insert into calendar_sync.deliveries (channel, user_id, event_id, type, payload)
  select 'mail', notice.user_id, format('notice-%s-%s', notice.id, notice.mails + 1), notice.kind, jsonb_strip_nulls(jsonb_build_object(
    'kind', notice.kind, 'notices', jsonb_build_array(notice.id), 'integration_id', notice.integration_id,
    'code', notice.details ->> 'code', 'created_at', notice.created_at, 'mails', notice.mails - notice.kept_back::integer,
    'due_soon', case when notice.kind in ('connection_lost', 'connection_paused') then calendar_sync.due_soon(notice.user_id) end))
  from calendar_sync.notices as notice
  join auth.users as account on account.id = notice.user_id and account.email <> ''
  where notice.id = any (v_ids) and calendar_sync.mail_of(notice.user_id, notice.kind) = 'immediately'
    and not calendar_sync.is_told_with_others(notice)
  on conflict (channel, endpoint_id, event_id) do nothing;

  insert into calendar_sync.deliveries (channel, user_id, event_id, type, payload)
  select 'mail', told.user_id, 'digest-' || md5(string_agg(told.ids, ',' order by told.ids)), 'digest', jsonb_build_object(
    'kind', 'digest',
    'notices', (select jsonb_agg(notice.id order by notice.id) from calendar_sync.notices as notice
      where notice.id = any (v_together) and notice.user_id = told.user_id),
    'items', jsonb_agg(jsonb_strip_nulls(jsonb_build_object('kind', told.kind, 'integration_id', told.integration_id, 'code', told.code,
      'count', told.count)) order by told.kind, told.integration_id, told.code))
  from (
    select notice.user_id, notice.kind, notice.integration_id, count(*) as count,
      -- Deadlines fail for many reasons; the page says which. An event that is changed again and again is there all the same.
      case when notice.kind <> 'deadline_failed' or notice.details ->> 'code' = 'changed_again' then notice.details ->> 'code' end as code,
      string_agg(format('%s-%s', notice.id, notice.mails + 1), ',' order by notice.id) as ids
    from calendar_sync.notices as notice
    where notice.id = any (v_together)
    group by notice.user_id, notice.kind, notice.integration_id, 5
  ) as told
  join auth.users as account on account.id = told.user_id and account.email <> ''
  group by told.user_id
  on conflict (channel, endpoint_id, event_id) do nothing;

  -- First the count, from which the next mail follows.
  update calendar_sync.notices set mails = mails + 1 where id = any (v_ids || coalesce(v_together, '{}'));
  update calendar_sync.notices as notice
  set mail_at = case when notice.ended_at is null and notice.dismissed_at is null then calendar_sync.next_mail_at(notice) end
  where notice.id = any (v_ids || coalesce(v_together, '{}'));
exception when foreign_key_violation then
  -- A user was deleted in this very moment. The next tick goes on.
  return;
end;
$$;

comment on function calendar_sync.queue_mails() is
  'Called by the tick: makes deliveries of the notices whose mail is due, a tick''s share of them. Where many connections are lost at once the fault is ours: an administrator is mailed, and not each user.';

create function calendar_sync.mail_target(delivery calendar_sync.deliveries) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'email', account.email,
    'suppressed', calendar_sync.is_mail_suppressed(delivery.user_id),
    -- What healed, was dismissed or switched off meanwhile is not sent any more, and nothing to a user who is banned.
    'is_needed', calendar_sync.blocked_until(delivery.user_id) is null and exists (
      select from jsonb_array_elements_text(delivery.payload -> 'notices') as told (id)
      join calendar_sync.notices as notice on notice.id = told.id::uuid
      join calendar_sync.notice_kinds as its_kind on its_kind.kind = notice.kind
      where its_kind.mail_required or notice.ended_at is null and notice.dismissed_at is null
        and calendar_sync.mail_of(delivery.user_id, notice.kind) <> 'off'
    ),
    'calendars', (
      select coalesce(jsonb_object_agg(integration.id, jsonb_build_object(
        'provider', provider.label, 'account_email', integration.account_email)), '{}')
      from (
        select delivery.payload ->> 'integration_id' as id
        union select item ->> 'integration_id' from jsonb_array_elements(delivery.payload -> 'items') as item
      ) as told
      join public.calendar_integrations as integration on integration.id = told.id::uuid and integration.user_id = delivery.user_id
      join calendar_sync.providers as provider on provider.name = integration.provider
    )
  )
  from auth.users as account where account.id = delivery.user_id
$$;

comment on function calendar_sync.mail_target(calendar_sync.deliveries) is
  'The address of a mail''s user, whether it is still to be sent, and the names of its calendars. Null for administrators, whose address is in the environment.';

create function public.calendar_suppress_mail(p_user_id uuid, p_email text, p_reason text) returns void
language sql volatile security definer set search_path = ''
as $$ select calendar_sync.suppress_mail(p_user_id, p_email, p_reason) $$;

comment on function public.calendar_suppress_mail(uuid, text, text) is
  'A mail server refused this address of a user for good: nothing more is sent there.';

create function public.calendar_unsubscribe(p_user_id uuid, p_kinds text[]) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if not exists (select from auth.users where id = p_user_id) then
    return;
  end if;
  perform calendar_sync.change_notifications(p_user_id, (
    select coalesce(jsonb_object_agg(its_kind.kind, 'off'), '{}') from calendar_sync.notice_kinds as its_kind
    where its_kind.kind = any (p_kinds) and not its_kind.mail_required
  ));
end;
$$;

comment on function public.calendar_unsubscribe(uuid, text[]) is
  'Switches off the mail of these kinds, for whoever shows a mail''s own address for that. What cannot be switched off stays.';

-- schemas/205_status.sql

-- What users see of their integrations, and what they may change themselves.
--
-- A function of schema public that users may call runs as the user. What needs more rights is a function of schema calendar_sync
-- that acts on the caller's own rows alone, counts the call, and waits for no lock.

-- While a scan is due, the obligations that it has yet to reach count as pending; at most so many are looked at.
create function calendar_sync.progress(p_integration_id uuid) returns jsonb
language plpgsql stable security definer set search_path = '' set jit = off
as $$
declare
  v_ahead_max constant integer := 100000;
  v_scans boolean;
  v_after uuid;
  v_pending bigint;
  v_failed bigint;
  v_unsettled bigint;
  v_ahead bigint := 0;
  v_ahead_mapped bigint := 0;
  v_mappings bigint;
begin
  select count(*) filter (where not queued.is_failed), count(*) filter (where queued.is_failed), count(mapping.id)
  into v_pending, v_failed, v_unsettled
  from (
    -- A change of what was given up is tried.
    select each.obligation_id, bool_and(each.is_failed) as is_failed
    from (
      select job.obligation_id, job.failed_at is not null as is_failed from calendar_sync.jobs as job
      where job.integration_id = p_integration_id and job.kind = 'event'
      union all
      select change.obligation_id, false from calendar_sync.changes as change
      where change.integration_id = p_integration_id and change.kind = 'event'
    ) as each
    group by each.obligation_id
  ) as queued
  left join public.calendar_event_mappings as mapping
    on mapping.integration_id = p_integration_id and mapping.obligation_id = queued.obligation_id;
  select count(*) into v_mappings from public.calendar_event_mappings where integration_id = p_integration_id;
  select true, (cursor ->> 'after')::uuid into v_scans, v_after from calendar_sync.jobs
  where integration_id = p_integration_id and obligation_id is null and kind = 'scan' and not coalesce(cursor ? 'waits_for', false);
  if exists (
    select from calendar_sync.changes where integration_id = p_integration_id and kind in ('scan', 'listen')
  ) then
    v_scans := true;
    v_after := null;
  end if;
  if v_scans then
    select count(*), count(ahead.event_id) into v_ahead, v_ahead_mapped
    from calendar_sync.compare(p_integration_id, calendar_sync.keys_after(p_integration_id, v_after, v_ahead_max)) as ahead
    where ahead.differs and not exists (
      select from calendar_sync.jobs as job
      where job.integration_id = p_integration_id and job.obligation_id = ahead.obligation_id and job.kind = 'event'
    ) and not exists (
      select from calendar_sync.changes as change
      where change.integration_id = p_integration_id and change.obligation_id = ahead.obligation_id
    );
  end if;
  return jsonb_build_object(
    'pending', v_pending + v_ahead,
    'synced', v_mappings - v_unsettled - v_ahead_mapped,
    'failed', v_failed
  );
end;
$$;

comment on function calendar_sync.progress(uuid) is
  'Obligations of a calendar that are as they should be, still to be looked at, and given up.';

create function calendar_sync.integration_json(integration public.calendar_integrations) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select jsonb_build_object(
    'id', integration.id,
    'provider', integration.provider,
    'account_email', integration.account_email,
    'status', integration.status,
    'access', integration.access,
    'calendar_id', integration.calendar_id,
    'calendar_name', integration.calendar_name,
    'sync_enabled', integration.sync_enabled,
    'last_synced_at', integration.last_synced_at,
    'progress', calendar_sync.progress(integration.id),
    -- What is there, also while it is still to be changed.
    'events', (select count(*) from public.calendar_event_mappings as mapping where mapping.integration_id = integration.id),
    -- Show the retry time of errors that pass by themselves.
    'last_error', integration.last_error || case when next_try.at is not null then jsonb_build_object('details',
      coalesce(integration.last_error -> 'details', '{}') || jsonb_build_object('next_try_at', next_try.at)) else '{}' end,
    'settings', calendar_sync.complete_settings(integration.settings)
  ) || case when integration.server is not null then jsonb_build_object(
    'server', substring(integration.server from '^\w+://(\[[^]]*\]|[^:/]+)')) else '{}' end
  from (values (1)) as one
  left join lateral (
    select nullif(greatest(lane.ready_at, wait.until, now()), now()) as at
    from calendar_sync.lanes as lane
    join calendar_sync.providers as its_provider on its_provider.name = lane.provider
    cross join lateral calendar_sync.wait_of(lane, its_provider) as wait
    where lane.integration_id = integration.id and integration.last_error ->> 'code' in ('provider_unavailable', 'quota')
      and lane.ready_at is not null and wait.reason is distinct from 'leased'
  ) as next_try on true
$$;

comment on function calendar_sync.integration_json(public.calendar_integrations) is 'An integration as the Calendar API shows it.';

create function calendar_sync.own_integrations(p_integration_id uuid default null) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id constant uuid := calendar_sync.count_own_call();
begin
  return (
    select coalesce(jsonb_agg(shown.integration order by shown.created_at, shown.id), '[]')
    from (
      select calendar_sync.integration_json(integration) as integration, integration.created_at, integration.id
      from public.calendar_integrations as integration
      where integration.user_id = v_user_id and integration.removed_at is null
        and (p_integration_id is null or integration.id = p_integration_id)
      union all
      -- A flow that waits for its user to confirm; it says nothing of the account. Its id is that of the integration to come: of
      -- several consents of one account the newest shows.
      select jsonb_build_object('id', flow.future_id, 'provider', flow.provider, 'account_email', null, 'status', 'pending_confirmation',
        'access', flow.access, 'calendar_id', null, 'calendar_name', null, 'sync_enabled', true, 'last_synced_at', null,
        'progress', jsonb_build_object('pending', 0, 'synced', 0, 'failed', 0), 'events', 0, 'last_error', null,
        'settings', calendar_sync.first_settings(v_user_id)), flow.created_at, flow.id
      from (
        select distinct on (future.id) pending.*, future.id as future_id
        from calendar_sync.flows as pending cross join lateral (select calendar_sync.future_id(pending) as id) as future
        where pending.user_id = v_user_id and pending.ticket_hash is not null and pending.server is null and pending.expires_at > now()
        order by future.id, pending.created_at desc
      ) as flow
      where p_integration_id is null and not exists (
          select from public.calendar_integrations as known
          where known.user_id = v_user_id and known.provider = flow.provider and known.account_id = flow.account_id
            and known.removed_at is null
        )
    ) as shown
  );
end;
$$;

comment on function calendar_sync.own_integrations(uuid) is
  'The caller''s integrations, or one of them, and the flows that wait for confirmation.';
grant execute on function calendar_sync.own_integrations(uuid) to authenticated;

create function public.calendar_status() returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select calendar_sync.own_integrations() $$;

comment on function public.calendar_status() is 'The caller''s integrations.';

create function calendar_sync.update_own_integration(p_integration_id uuid, p_sync_enabled boolean, p_settings jsonb) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  -- To switch syncing on, and to change what the events show, has the calendar looked at, as "Sync now" does.
  v_user_id constant uuid := calendar_sync.count_own_call(coalesce(p_sync_enabled, false)
    or coalesce(p_settings ?| array['completed_events', 'obligation_types', 'title_template'], false));
begin
  update public.calendar_integrations
  set sync_enabled = coalesce(p_sync_enabled, sync_enabled), settings = settings || coalesce(p_settings, '{}')
  where id = p_integration_id and user_id = v_user_id and removed_at is null;
end;
$$;

comment on function calendar_sync.update_own_integration(uuid, boolean, jsonb) is
  'Changes the switch and the settings of an integration of the caller, where they are given.';
grant execute on function calendar_sync.update_own_integration(uuid, boolean, jsonb) to authenticated;

create function public.calendar_update_integration(
  p_integration_id uuid, p_sync_enabled boolean default null, p_settings jsonb default null
) returns jsonb
language plpgsql volatile security invoker set search_path = ''
as $$
begin
  perform calendar_sync.update_own_integration(p_integration_id, p_sync_enabled, p_settings);
  -- Without an id it would answer with all integrations.
  return case when p_integration_id is not null then calendar_sync.own_integrations(p_integration_id) -> 0 end;
end;
$$;

comment on function public.calendar_update_integration(uuid, boolean, jsonb) is
  'Changes the caller''s switch and settings; null where the integration is not the caller''s.';

create function calendar_sync.sync_own_now(p_integration_id uuid) returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id constant uuid := calendar_sync.count_own_call(true);
  v_ids uuid[];
begin
  if p_integration_id is not null and not exists (
    select from public.calendar_integrations where id = p_integration_id and user_id = v_user_id and removed_at is null
  ) then
    return null;
  end if;
  -- What only somebody else can mend is tried again when the user asks for it.
  update public.calendar_integrations set status = 'active'
  where user_id = v_user_id and status = 'paused'
    and last_error ->> 'code' in ('blocked_by_policy', 'mailbox_unavailable', 'mass_deletion')
    and (p_integration_id is null or id = p_integration_id);
  v_ids := array(
    select id from public.calendar_integrations
    where user_id = v_user_id and removed_at is null and status = 'active' and sync_enabled
      and (p_integration_id is null or id = p_integration_id)
  );
  perform calendar_sync.run_now(v_ids, true);
  perform calendar_sync.append_changes(v_ids, 'pull', 0);
  -- What its user moved to another calendar can be seen there.
  perform calendar_sync.append_changes(array(
    select id from public.calendar_integrations where id = any (v_ids) and access = 'existing'
  ), 'find_orphans', 0);
  return cardinality(v_ids);
end;
$$;

comment on function calendar_sync.sync_own_now(uuid) is
  'Has the caller''s calendars looked at, and what was given up tried again. How many; null where the integration is not the caller''s.';
grant execute on function calendar_sync.sync_own_now(uuid) to authenticated;

create function public.calendar_sync_now(p_integration_id uuid default null) returns integer
language sql volatile security invoker set search_path = ''
as $$ select calendar_sync.sync_own_now(p_integration_id) $$;

comment on function public.calendar_sync_now(uuid) is
  '"Sync now": how many of the caller''s calendars were queued; null where the integration is not the caller''s.';

create function calendar_sync.resume_own(p_integration_id uuid) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id constant uuid := calendar_sync.count_own_call(true);
begin
  perform from public.calendar_integrations
  where id = p_integration_id and user_id = v_user_id and status = 'paused' and last_error ->> 'code' = 'mass_deletion'
  for no key update;
  if found then
    perform calendar_sync.allow_deletions(p_integration_id);
  end if;
  update public.calendar_integrations set status = 'active', last_error = null
  where id = p_integration_id and user_id = v_user_id and status = 'paused' and last_error ->> 'code' = 'mass_edit';
  if found then
    perform calendar_sync.append_changes(array[p_integration_id], 'allow_edits', 0);
  end if;
end;
$$;

comment on function calendar_sync.resume_own(uuid) is
  'Lets a calendar of the caller go on that was stopped for many deletions or edits: they are agreed to.';
grant execute on function calendar_sync.resume_own(uuid) to authenticated;

create function public.calendar_resume(p_integration_id uuid) returns jsonb
language plpgsql volatile security invoker set search_path = ''
as $$
begin
  perform calendar_sync.resume_own(p_integration_id);
  return case when p_integration_id is not null then calendar_sync.own_integrations(p_integration_id) -> 0 end;
end;
$$;

comment on function public.calendar_resume(uuid) is
  'The caller agrees to the deletions or edits for which a calendar was stopped; null where the integration is not the caller''s. Nothing happens to one that was not stopped.';

create function calendar_sync.reapply_own(p_integration_id uuid) returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id constant uuid := calendar_sync.count_own_call(true);
  v_status text;
begin
  select status into v_status from public.calendar_integrations
  where id = p_integration_id and user_id = v_user_id and removed_at is null;
  if not found then
    return null;
  end if;
  if v_status = 'disconnecting' then
    return 0;
  end if;
  perform calendar_sync.append_changes(array[p_integration_id], 'reapply', 0);
  return (select count(*) from public.calendar_event_mappings where integration_id = p_integration_id);
end;
$$;

comment on function calendar_sync.reapply_own(uuid) is
  'Has the reminders of the events in a calendar of the caller set to those of its settings, once. How many events; null where the calendar is not the caller''s. In one that does not sync it is done once it does.';
grant execute on function calendar_sync.reapply_own(uuid) to authenticated;

create function public.calendar_reapply(p_integration_id uuid) returns integer
language sql volatile security invoker set search_path = ''
as $$ select calendar_sync.reapply_own(p_integration_id) $$;

comment on function public.calendar_reapply(uuid) is
  'Has the reminders of the events in a calendar of the caller set to those of its settings. How many events; null where the calendar is not the caller''s.';

create function calendar_sync.retry_own(p_integration_id uuid, p_obligation_id uuid) returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id constant uuid := calendar_sync.count_own_call(true);
  v_may_sync boolean;
begin
  select status = 'active' and sync_enabled into v_may_sync from public.calendar_integrations
  where id = p_integration_id and user_id = v_user_id and removed_at is null;
  if not found then
    return null;
  end if;
  return case when v_may_sync then calendar_sync.run_now(array[p_integration_id], false, p_obligation_id) else 0 end;
end;
$$;

comment on function calendar_sync.retry_own(uuid, uuid) is
  'Has what failed in a calendar of the caller tried again at once, or one obligation of it. How many; null where the calendar is not the caller''s. In one that does not sync all of it is tried once it does.';
grant execute on function calendar_sync.retry_own(uuid, uuid) to authenticated;

create function public.calendar_retry(p_integration_id uuid, p_obligation_id uuid default null) returns integer
language sql volatile security invoker set search_path = ''
as $$ select calendar_sync.retry_own(p_integration_id, p_obligation_id) $$;

comment on function public.calendar_retry(uuid, uuid) is
  'Has what failed in a calendar of the caller tried again at once, or one obligation of it. How many; null where the calendar is not the caller''s.';

-- schemas/207_test_events.sql

-- A test event: one event that its user has written into a calendar to see that events arrive there. It goes by itself.
--
-- Towards the provider it is an event like any other, of an obligation that does not exist: the id of the row. So it is written once,
-- however often a write is repeated, and the search for orphans finds one whose row is gone.

create table calendar_sync.test_events (
  integration_id uuid primary key references public.calendar_integrations (id) on delete cascade,
  id uuid not null default gen_random_uuid(),
  starts_at timestamptz not null,
  asked_at timestamptz not null default clock_timestamp(),
  remove_at timestamptz not null,
  calendar_id text,
  event_id text,
  written_at timestamptz,
  refused text,
  check (event_id is null or calendar_id is not null)
);

comment on table calendar_sync.test_events is
  'Test events that stand in calendars, are on their way there, or were refused; at most one for each integration.';
comment on column calendar_sync.test_events.id is 'What its event is tagged with, where others have the id of their obligation.';
comment on column calendar_sync.test_events.remove_at is 'From then on it is not wanted any more.';
comment on column calendar_sync.test_events.calendar_id is
  'The calendar for which a worker took it: it may be there, whatever came of it. Null: no worker has.';
comment on column calendar_sync.test_events.written_at is 'When it was written. Null: that is not known.';
comment on column calendar_sync.test_events.refused is 'The provider does not accept it, and says why in its own word. Nothing of it is left.';

alter table calendar_sync.test_events enable row level security;

-- The calendar is noted before anything is written there.
create function calendar_sync.take_test_event(p_integration public.calendar_integrations) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_test jsonb;
begin
  update calendar_sync.test_events as test
  set calendar_id = p_integration.calendar_id
  where test.integration_id = p_integration.id and test.calendar_id is null and test.refused is null
    and test.remove_at > now() and p_integration.status = 'active';
  select jsonb_build_object(
    'id', test.id,
    'starts_at', test.starts_at,
    'time_zone', calendar_sync.time_zone_of(p_integration.user_id),
    'calendar_id', test.calendar_id,
    'event_id', test.event_id,
    -- Where another calendar was chosen since, it is of no use any more.
    'is_wanted', test.remove_at > now() and p_integration.status = 'active' and test.calendar_id = p_integration.calendar_id
  ) into v_test
  from calendar_sync.test_events as test where test.integration_id = p_integration.id and test.refused is null;
  return v_test;
end;
$$;

comment on function calendar_sync.take_test_event(public.calendar_integrations) is
  'What the worker is told of the test event of an integration; null where there is none.';

create function calendar_sync.record_test_event(p_integration_id uuid, p_outcomes calendar_sync.outcome[]) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if not exists (select from unnest(p_outcomes) as o where o.job = 'test_event') then
    return;
  end if;
  update calendar_sync.test_events as test set event_id = o.event_id, written_at = coalesce(test.written_at, clock_timestamp())
  from unnest(p_outcomes) as o
  where o.job = 'test_event' and o.kind = 'written' and test.integration_id = p_integration_id and test.id = o.obligation_id;
  update calendar_sync.jobs as job set run_at = test.remove_at, attempts = 0, last_error = null
  from unnest(p_outcomes) as o
  join calendar_sync.test_events as test on test.integration_id = p_integration_id
  where job.integration_id = p_integration_id and job.obligation_id is null and job.kind = 'test_event'
    and o.job = 'test_event' and o.kind = 'written' and job.version = o.version;
  update calendar_sync.test_events as test set refused = o.error
  from unnest(p_outcomes) as o
  where o.job = 'test_event' and o.kind = 'refused' and test.integration_id = p_integration_id and test.id = o.obligation_id;
  -- A removal that was refused is tried again as that of any other leftover.
  insert into calendar_sync.leftovers (integration_id, obligation_id, calendar_id, reason)
  select p_integration_id, o.obligation_id, place.id, o.error
  from unnest(p_outcomes) as o cross join lateral unnest(o.left_in) as place (id)
  where o.job = 'test_event' and o.kind = 'cleared'
  on conflict (integration_id, obligation_id, calendar_id) do update set reason = excluded.reason;
  delete from calendar_sync.test_events as test
  using unnest(p_outcomes) as o
  where o.job = 'test_event' and o.kind = 'cleared' and test.integration_id = p_integration_id and test.id = o.obligation_id;
  delete from calendar_sync.jobs as job using unnest(p_outcomes) as o
  where job.integration_id = p_integration_id and job.obligation_id is null and job.kind = 'test_event'
    and o.job = 'test_event' and o.kind in ('refused', 'cleared') and job.version = o.version;
end;
$$;

comment on function calendar_sync.record_test_event(uuid, calendar_sync.outcome[]) is
  'Records what became of a test event: written, refused with nothing left of it, or cleared.';

create function calendar_sync.end_test_event(p_integration_id uuid) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  update calendar_sync.test_events set remove_at = least(remove_at, now()) where integration_id = p_integration_id and refused is null;
  if found then
    perform calendar_sync.append_changes(array[p_integration_id], 'test_event', 0);
  end if;
end;
$$;

comment on function calendar_sync.end_test_event(uuid) is 'Has the test event of an integration removed now.';

-- Disconnecting at once leaves no time for the worker: the caller asks again until it is gone, or goes without.
create function public.calendar_end_test_event(p_user_id uuid, p_integration_id uuid) returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_status text;
begin
  select status into v_status from public.calendar_integrations
  where id = p_integration_id and user_id = p_user_id and removed_at is null;
  if v_status is distinct from 'active' or not exists (
    select from calendar_sync.test_events where integration_id = p_integration_id and refused is null
  ) then
    return false;
  end if;
  perform calendar_sync.act_for(p_user_id);
  if exists (select from calendar_sync.test_events where integration_id = p_integration_id and remove_at > now()) then
    perform calendar_sync.end_test_event(p_integration_id);
  end if;
  return true;
end;
$$;

comment on function public.calendar_end_test_event(uuid, uuid) is
  'Has the test event of an integration removed now, and says whether one may still stand that a worker will remove.';

create function calendar_sync.test_event_json(p_integration public.calendar_integrations) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
  return (
    select jsonb_build_object(
      'provider', p_integration.provider,
      'state', shown.state,
      'starts_at', test.starts_at,
      'remove_at', test.remove_at,
      'took_ms', case when shown.state = 'there' then round(extract(epoch from test.written_at - test.asked_at) * 1000) end,
      'event', case when shown.state = 'there' then calendar_sync.event_place(p_integration, test.calendar_id, test.event_id) end,
      'reason', test.refused,
      'code', case
        when test.refused is not null then 'rejected'
        when shown.state in ('refused', 'writing') then coalesce(p_integration.last_error ->> 'code', nullif(p_integration.status, 'active'))
      end,
      'message', case when test.refused is null and shown.state in ('refused', 'writing') then p_integration.last_error ->> 'message' end
    )
    from calendar_sync.test_events as test
    cross join lateral (
      select case
        when test.refused is not null then 'refused'
        when test.remove_at <= now() then 'removing'
        when test.written_at is not null then 'there'
        when p_integration.status <> 'active' then 'refused'
        else 'writing'
      end as state
    ) as shown
    where test.integration_id = p_integration.id and (test.refused is null or test.remove_at > now())
  );
end;
$$;

comment on function calendar_sync.test_event_json(public.calendar_integrations) is
  'The test event of an integration as the Calendar API shows it; null where there is none.';

create function calendar_sync.own_test_event(p_integration_id uuid, p_wanted text) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_stands constant interval := interval '10 minutes';
  v_begins_in constant interval := interval '5 minutes';
  v_user_id constant uuid := calendar_sync.count_own_call(p_wanted = 'sent');
  v_integration public.calendar_integrations;
begin
  select * into v_integration from public.calendar_integrations
  where id = p_integration_id and user_id = v_user_id and removed_at is null;
  if not found then
    return null;
  end if;
  if p_wanted = 'sent' and v_integration.status <> 'active' then
    return jsonb_build_object('test_event', coalesce(calendar_sync.test_event_json(v_integration), jsonb_build_object(
      'provider', v_integration.provider, 'state', 'refused', 'starts_at', null, 'remove_at', null, 'took_ms', null, 'event', null,
      'reason', null, 'code', coalesce(v_integration.last_error ->> 'code', v_integration.status),
      'message', v_integration.last_error ->> 'message')));
  elsif p_wanted = 'sent' then
    -- Asked twice, there is one.
    insert into calendar_sync.test_events as test (integration_id, starts_at, remove_at)
    values (v_integration.id, date_bin(v_begins_in, now() + 2 * v_begins_in, 'epoch'), now() + v_stands)
    on conflict (integration_id) do update
    set id = gen_random_uuid(), starts_at = excluded.starts_at, asked_at = excluded.asked_at, remove_at = excluded.remove_at,
      calendar_id = null, event_id = null, written_at = null, refused = null
    where test.refused is not null;
    if found then
      perform calendar_sync.append_changes(array[v_integration.id], 'test_event', 0);
    end if;
  elsif p_wanted = 'removed' then
    delete from calendar_sync.test_events where integration_id = v_integration.id and refused is not null;
    perform calendar_sync.end_test_event(v_integration.id);
  end if;
  return jsonb_build_object('test_event', calendar_sync.test_event_json(v_integration));
end;
$$;

comment on function calendar_sync.own_test_event(uuid, text) is
  'The test event of a calendar of the caller, once it is asked for (sent), is to go (removed), or as it is (shown). Null where the calendar is not the caller''s.';
grant execute on function calendar_sync.own_test_event(uuid, text) to authenticated;

create function public.calendar_test_event(p_integration_id uuid) returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select calendar_sync.own_test_event(p_integration_id, 'shown') $$;

comment on function public.calendar_test_event(uuid) is
  'The test event of a calendar of the caller: {"test_event"}, which is null where there is none. Null where the calendar is not the caller''s.';

create function public.calendar_send_test_event(p_integration_id uuid) returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select calendar_sync.own_test_event(p_integration_id, 'sent') $$;

comment on function public.calendar_send_test_event(uuid) is
  'Has a test event written into a calendar of the caller, for ten minutes. Answers as calendar_test_event.';

create function public.calendar_remove_test_event(p_integration_id uuid) returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select calendar_sync.own_test_event(p_integration_id, 'removed') $$;

comment on function public.calendar_remove_test_event(uuid) is
  'Has the test event in a calendar of the caller removed now. Answers as calendar_test_event.';

-- schemas/210_explain.sql

-- Why is this obligation in that calendar, or why not? What failed? Which obligations do I have?

create function calendar_sync.stands_elsewhere(edit calendar_sync.edits, deadline calendar_sync.deadline) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select calendar_sync.normal_when(shown)
  from calendar_sync.shown_deadline(edit.seen) as shown
  where deadline.status <> 'cancelled'
    and calendar_sync.due_of(shown) <> calendar_sync.due_text(deadline.deadline_date, deadline.deadline_at)
$$;

comment on function calendar_sync.stands_elsewhere(calendar_sync.edits, calendar_sync.deadline) is
  'Where an event was moved in its calendar, as proposals show it, while that is not its deadline. Null: it is where it should be, or its deadline is gone.';

create function calendar_sync.explain_own(p_obligation_id uuid) returns jsonb
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_user_id constant uuid := calendar_sync.count_own_call();
  v_deadline calendar_sync.deadline := calendar_sync.deadline_for(p_obligation_id, v_user_id);
begin
  if v_deadline.obligation_id is null and not exists (
    select from public.calendar_integrations as integration
    join public.calendar_event_mappings as mapping on mapping.integration_id = integration.id
    where integration.user_id = v_user_id and integration.removed_at is null and mapping.obligation_id = p_obligation_id
  ) then
    return null;
  end if;
  return jsonb_build_object('obligation_id', p_obligation_id, 'integrations', coalesce((
    select jsonb_agg(jsonb_build_object(
      'integration_id', integration.id,
      'provider', integration.provider,
      'account_email', integration.account_email,
      'calendar_name', integration.calendar_name,
      'in_calendar', found.event_id is not null,
      'event_id', found.event_id,
      'event', calendar_sync.event_place(integration, found.calendar_id, found.event_id),
      'synced_at', found.synced_at,
      'code', case
        when found.event_id is null and v_deadline.obligation_id is null then 'not_yours'
        when found.event_id is null and v_deadline.deadline_date is null and v_deadline.deadline_at is null then 'no_deadline'
        when found.event_id is null and found.is_hidden then 'hidden_by_user'
        when found.event_id is null and not found.is_wanted and integration.status <> 'disconnecting' then case
          when v_deadline.status = 'cancelled'
            or v_deadline.status = 'completed' and calendar_sync.complete_settings(integration.settings) ->> 'completed_events' = 'remove'
          then v_deadline.status
          else 'type_not_chosen'
        end
        when integration.status <> 'active' then integration.status
        when not integration.sync_enabled then 'sync_off'
        when job.failed_at is not null and job.attempts >= calendar_sync.attempts_max() then 'given_up'
        when job.failed_at is not null then 'rejected'
        when job.attempts > 0 then 'retrying'
        when queue.is_queued then 'waiting'
        when found.differs then 'not_noticed'
        else 'synced'
      end,
      'reason', job.last_error,
      'stands', elsewhere.stands,
      'legal', calendar_sync.when_json(v_deadline.deadline_date, v_deadline.deadline_at, v_deadline.time_zone),
      'since', case when found.is_hidden then (found.edit).edited_at else coalesce(job.failed_at, job.created_at,
        -- Not the period of its history: each change of its title begins another one.
        case when elsewhere.stands is not null then (found.edit).edited_at end) end,
      'next_try_at', case when queue.is_tried then nullif(greatest(job.run_at, wait.until, now()), now()) end,
      'waits_for', case when queue.is_tried then case wait.reason
        when 'provider_down' then 'provider' when 'backoff' then 'provider' when 'retry_after' then 'provider_limit'
        when 'quota' then 'quota' when 'project_quota' then 'quota'
      end end,
      'also_in', (
        select coalesce(jsonb_agg(jsonb_build_object(
          'calendar_id', leftover.calendar_id, 'reason', leftover.reason, 'since', leftover.noted_at
        ) order by leftover.noted_at, leftover.calendar_id), '[]')
        from calendar_sync.leftovers as leftover
        where leftover.integration_id = integration.id and leftover.obligation_id = p_obligation_id
      ),
      'last_error', integration.last_error
    ) order by integration.created_at, integration.id)
    from public.calendar_integrations as integration
    join calendar_sync.lanes as lane on lane.integration_id = integration.id
    join calendar_sync.providers as its_provider on its_provider.name = integration.provider
    cross join lateral calendar_sync.wait_of(lane, its_provider) as wait
    cross join lateral calendar_sync.compare(integration.id, array[p_obligation_id]) as found
    cross join lateral (
      select case when found.event_id is not null then calendar_sync.stands_elsewhere(found.edit, v_deadline) end as stands
    ) as elsewhere
    left join calendar_sync.jobs as job
      on job.integration_id = integration.id and job.obligation_id = p_obligation_id and job.kind = 'event'
    left join calendar_sync.jobs as scan
      on scan.integration_id = integration.id and scan.obligation_id is null and scan.kind = 'scan'
    cross join lateral (
      select job.obligation_id is not null
        or scan.kind is not null and coalesce((scan.cursor ->> 'after')::uuid < p_obligation_id, not coalesce(scan.cursor ? 'waits_for', false))
        or exists (
          select from calendar_sync.changes as change
          where change.integration_id = integration.id and change.kind in ('event', 'scan', 'listen')
            and coalesce(change.obligation_id = p_obligation_id, true)
        ) as is_queued
    ) as place
    cross join lateral (
      select place.is_queued, place.is_queued and job.failed_at is null
        and (integration.status = 'active' and integration.sync_enabled or integration.status = 'disconnecting') as is_tried
    ) as queue
    where integration.user_id = v_user_id and integration.removed_at is null
  ), '[]'));
end;
$$;

comment on function calendar_sync.explain_own(uuid) is
  'For each of the caller''s calendars why an obligation is or is not in it. Null where the caller has no such obligation.';
grant execute on function calendar_sync.explain_own(uuid) to authenticated;

create function public.calendar_explain(p_obligation_id uuid) returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select calendar_sync.explain_own(p_obligation_id) $$;

comment on function public.calendar_explain(uuid) is
  'For each of the caller''s calendars why an obligation is or is not in it. Null where the caller has no such obligation.';

create function calendar_sync.own_problems(p_limit integer) returns jsonb
language plpgsql volatile security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  v_user_id constant uuid := calendar_sync.count_own_call();
begin
  return jsonb_build_object(
    'total', (
      select count(*)
      from public.calendar_integrations as integration
      join calendar_sync.jobs as job on job.integration_id = integration.id and job.failed_at is not null
      where integration.user_id = v_user_id
    ),
    'problems', coalesce((
      select jsonb_agg(jsonb_build_object(
        'integration_id', failed.integration_id,
        'provider', failed.provider,
        'account_email', failed.account_email,
        'calendar_name', failed.calendar_name,
        'obligation_id', failed.obligation_id,
        'title', deadline.title,
        'due', calendar_sync.due_text(deadline.deadline_date, deadline.deadline_at),
        'obligation_url', calendar_sync.shown_url(deadline.url),
        'event', calendar_sync.event_place(failed.integration, mapping.calendar_id, mapping.external_event_id),
        'code', case when failed.attempts >= calendar_sync.attempts_max() then 'given_up' else 'rejected' end,
        'reason', failed.last_error,
        'stands', case when mapping.id is not null then calendar_sync.stands_elsewhere(edit, deadline) end,
        'legal', calendar_sync.when_json(deadline.deadline_date, deadline.deadline_at, deadline.time_zone),
        'since', failed.failed_at,
        'attempts', failed.attempts
      ) order by failed.failed_at desc, failed.obligation_id)
      from (
        select integration, integration.provider, integration.account_email, integration.calendar_name, job.*
        from public.calendar_integrations as integration
        cross join lateral (
          select * from calendar_sync.jobs as newest
          where newest.integration_id = integration.id and newest.failed_at is not null
          order by newest.failed_at desc limit p_limit
        ) as job
        where integration.user_id = v_user_id
        order by job.failed_at desc limit p_limit
      ) as failed
      cross join lateral calendar_sync.deadline_for(failed.obligation_id, v_user_id) as deadline
      left join public.calendar_event_mappings as mapping
        on mapping.integration_id = failed.integration_id and mapping.obligation_id = failed.obligation_id
      left join calendar_sync.edits as edit
        on edit.integration_id = failed.integration_id and edit.obligation_id = failed.obligation_id
    ), '[]')
  );
end;
$$;

comment on function calendar_sync.own_problems(integer) is
  'Obligations that were given up or rejected in the caller''s calendars, the newest p_limit, and how many there are in all.';
grant execute on function calendar_sync.own_problems(integer) to authenticated;

create function public.calendar_problems() returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select calendar_sync.own_problems(100) $$;

comment on function public.calendar_problems() is
  'Obligations that were given up or rejected in the caller''s calendars, the newest hundred, and how many there are in all.';

create function calendar_sync.find_own_obligations(p_search text, p_limit integer) returns jsonb
language plpgsql volatile security definer set search_path = '' set enable_seqscan = off set jit = off
as $$
declare
  v_limit_max constant integer := 50;
  v_user_id constant uuid := calendar_sync.count_own_call();
begin
  return (
    select coalesce(jsonb_agg(jsonb_build_object(
      'id', nearest.obligation_id,
      'title', nearest.title,
      'due', calendar_sync.due_text(nearest.deadline_date, nearest.deadline_at),
      'time_zone', nearest.time_zone,
      'status', nearest.status,
      'obligation_type', nearest.obligation_type,
      'url', calendar_sync.shown_url(nearest.url)
    ) order by nearest.distance_s nulls last, nearest.title, nearest.obligation_id), '[]')
    from (
      select deadline.*, abs(
        coalesce(extract(epoch from deadline.deadline_at), extract(epoch from deadline.deadline_date) + 12 * 60 * 60)
          - extract(epoch from now())
      ) as distance_s
      from calendar_sync.deadlines as deadline
      -- ICU: a database's own collation may know the case of ASCII only.
      where deadline.recipient_id = v_user_id
        and strpos(lower(deadline.title collate "und-x-icu"), lower(p_search collate "und-x-icu")) > 0
      order by distance_s nulls last, deadline.title, deadline.obligation_id
      limit least(p_limit, v_limit_max)
    ) as nearest
  );
end;
$$;

comment on function calendar_sync.find_own_obligations(text, integer) is
  'Up to p_limit obligations of the caller (at most 50) whose title contains a text, upper or lower case; the deadline nearest to now comes first.';
grant execute on function calendar_sync.find_own_obligations(text, integer) to authenticated;

create function public.calendar_find_obligations(p_search text default '', p_limit integer default 20) returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select calendar_sync.find_own_obligations(p_search, p_limit) $$;

comment on function public.calendar_find_obligations(text, integer) is
  'Up to p_limit obligations of the caller (at most 50) whose title contains a text, upper or lower case; the deadline nearest to now comes first.';

-- Only types that a feed can be asked for.
create function calendar_sync.own_obligation_types() returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id constant uuid := calendar_sync.count_own_call();
begin
  return (select coalesce(jsonb_agg(own.obligation_type order by own.obligation_type), '[]')
  from (
    select distinct deadline.obligation_type
    from calendar_sync.deadlines as deadline
    where deadline.recipient_id = v_user_id and length(deadline.obligation_type) between 1 and 200
    order by deadline.obligation_type limit 100
  ) as own);
end;
$$;

comment on function calendar_sync.own_obligation_types() is 'Types of the caller''s obligations, sorted, at most a hundred.';
grant execute on function calendar_sync.own_obligation_types() to authenticated;

create function public.calendar_obligation_types() returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select calendar_sync.own_obligation_types() $$;

comment on function public.calendar_obligation_types() is 'Types of the caller''s obligations, sorted, at most a hundred.';

-- schemas/215_evidence.sql

-- Evidence: from when to when was this deadline, as which date, in whose calendar? The periods of an event, cut where changes began or
-- ceased to reach its calendar.

create function calendar_sync.evidence(p_obligation_id uuid, p_user_id uuid default null)
returns table (
  user_id uuid, account_email text, provider text, integration_id uuid, calendar_id text, calendar_name text,
  in_calendar boolean, event_id text, title text, due text, from_at timestamptz, until_at timestamptz,
  reason text, began_with text, began_by text, began_request_id text, ended_with text, ended_by text, ended_request_id text
)
language plpgsql stable security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
begin
  return query
  with event as materialized (
    select * from calendar_sync.history as period
    where period.obligation_id = p_obligation_id and (p_user_id is null or period.user_id = p_user_id)
  ), obstacle as materialized (
    select period.* from (select distinct event.integration_id from event) as calendar
    join calendar_sync.history as period on period.integration_id = calendar.integration_id and period.obligation_id is null
  ), cut as (
    select event.id, event.from_at as at, 0 as place, event.began_with as word, event.began_by as by, event.began_request_id as request_id
    from event
    union all
    select event.id, edge.at, edge.place, edge.word, edge.by, edge.request_id
    from event
    join obstacle on obstacle.integration_id = event.integration_id
    cross join lateral (values
      (1, obstacle.from_at, obstacle.began_with, obstacle.began_by, obstacle.began_request_id),
      (2, obstacle.until_at, obstacle.ended_with, obstacle.ended_by, obstacle.ended_request_id)
    ) as edge (place, at, word, by, request_id)
    where edge.at > event.from_at and (event.until_at is null or edge.at < event.until_at)
  ), part as (
    select each.*, lead(each.at) over later as until_at, lead(each.word) over later as ended_with,
      lead(each.by) over later as ended_by, lead(each.request_id) over later as ended_request_id
    from (select distinct on (cut.id, cut.at) * from cut order by cut.id, cut.at, cut.place) as each
    window later as (partition by each.id order by each.at)
  )
  select event.user_id, event.account_email, event.provider, event.integration_id, event.calendar_id, event.calendar_name,
    event.in_calendar, event.event_id, event.title, event.due, part.at, coalesce(part.until_at, event.until_at), nullif(concat_ws('; ',
      event.reason,
      (
        select obstacle.reason from obstacle
        where obstacle.integration_id = event.integration_id and obstacle.from_at <= part.at
          and (obstacle.until_at is null or obstacle.until_at > part.at)
      ),
      case when event.in_calendar and event.until_at is null and part.until_at is null and not exists (
        select from public.calendar_event_mappings as mapping
        where mapping.integration_id = event.integration_id and mapping.obligation_id = p_obligation_id
      ) then 'not_tracked' end
    ), ''),
    part.word, part.by, part.request_id, coalesce(part.ended_with, event.ended_with), coalesce(part.ended_by, event.ended_by),
    coalesce(part.ended_request_id, event.ended_request_id)
  from part join event on event.id = part.id
  union all
  -- Wanted now, and neither there nor refused.
  select integration.user_id, integration.account_email, integration.provider, integration.id, integration.calendar_id,
    integration.calendar_name, false, null, (found.deadline).title,
    calendar_sync.due_text((found.deadline).deadline_date, (found.deadline).deadline_at), coalesce(job.created_at, (
      select min(change.created_at) from calendar_sync.changes as change
      where change.integration_id = integration.id and coalesce(change.obligation_id = p_obligation_id, true)
    )), null, coalesce(calendar_sync.obstacle_of(integration), 'waiting'), null, null, null, null, null, null
  from calendar_sync.deadlines as deadline
  join public.calendar_integrations as integration on integration.user_id = deadline.recipient_id and integration.removed_at is null
  cross join lateral calendar_sync.compare(integration.id, array[p_obligation_id]) as found
  left join calendar_sync.jobs as job
    on job.integration_id = integration.id and job.obligation_id = p_obligation_id and job.kind = 'event'
  where deadline.obligation_id = p_obligation_id and (p_user_id is null or deadline.recipient_id = p_user_id) and found.is_wanted
    and not exists (select from event where event.integration_id = integration.id and event.until_at is null)
  order by 11 nulls first, 4;
end;
$$;

comment on function calendar_sync.evidence(uuid, uuid) is
  'From when to when was this deadline, as which date, in whose calendar? A row for each period; of this user''s calendars alone where p_user_id is given. in_calendar false: it was wanted and not there. reason: why it was not, or why changes did not reach the event. until_at null: still. For administrators; the dashboard exports the result as CSV.';
grant execute on function calendar_sync.evidence(uuid, uuid) to service_role;

create function calendar_sync.own_evidence(p_obligation_id uuid) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id constant uuid := calendar_sync.count_own_call();
  v_periods jsonb;
begin
  if v_user_id is null then
    return null;
  end if;
  select jsonb_agg(to_jsonb(period) - 'user_id' || jsonb_build_object(
    'began_by', calendar_sync.cause_for(period.began_by, v_user_id),
    'ended_by', calendar_sync.cause_for(period.ended_by, v_user_id)
  ) order by period.from_at nulls first, period.integration_id) into v_periods
  from calendar_sync.evidence(p_obligation_id, v_user_id) as period;
  if v_periods is null and (calendar_sync.deadline_for(p_obligation_id, v_user_id)).obligation_id is null then
    return null;
  end if;
  return jsonb_build_object('obligation_id', p_obligation_id, 'periods', coalesce(v_periods, '[]'));
end;
$$;

comment on function calendar_sync.own_evidence(uuid) is
  'calendar_sync.evidence of the caller''s own calendars, with causes as the caller may read them. Null where the caller never had such an obligation.';
grant execute on function calendar_sync.own_evidence(uuid) to authenticated;

create function public.calendar_evidence(p_obligation_id uuid) returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select calendar_sync.own_evidence(p_obligation_id) $$;

comment on function public.calendar_evidence(uuid) is
  'From when to when an obligation was in the caller''s calendars, as which deadline. Null where the caller never had such an obligation.';

-- schemas/220_feed_calls.sql

-- Reading and managing feeds. Where nothing changed, a poll looks up one feed by its token's hash and counts the call, no more.

-- Compares only what a feed shows. Joined by hash whatever the statistics say: a plan that was made for few rows would compare
-- each of many with each.
create function calendar_sync.refresh_feed_items(p_user_id uuid) returns void
language plpgsql volatile security definer set search_path = '' set enable_nestloop = off set jit = off
as $$
declare
  v_now timestamptz;
  v_changed boolean;
begin
  -- One at a time for each user. A poll that comes meanwhile shows what is there and does not wait; only the first has to.
  if exists (select from calendar_sync.feed_owners where user_id = p_user_id and refreshed_at is null) then
    perform from calendar_sync.feed_owners where user_id = p_user_id for no key update;
  end if;
  select greatest(clock_timestamp(), modified_at + interval '1 microsecond') into v_now
  from calendar_sync.feed_owners where user_id = p_user_id for no key update skip locked;
  if not found then
    return;
  end if;
  -- Before the comparison, so that a change that is committed after it stays.
  delete from calendar_sync.feed_changes where user_id = p_user_id;
  with shown as materialized (
    select deadline.obligation_id, deadline.title, nullif(deadline.description, '') as description,
      nullif(deadline.obligation_type, '') as obligation_type, deadline.status, deadline.deadline_date, deadline.deadline_at,
      case when deadline.deadline_at is not null then coalesce(deadline.time_zone, 'UTC') end as time_zone,
      case when deadline.url ~* '^https?:' then deadline.url end as url
    from calendar_sync.deadlines as deadline
    where deadline.recipient_id = p_user_id and deadline.status <> 'cancelled'
      and (deadline.deadline_date is not null or deadline.deadline_at is not null)
  ), changed as (
    insert into calendar_sync.feed_items as item (user_id, obligation_id, title, description, obligation_type, status,
      deadline_date, deadline_at, time_zone, url, modified_at, created_at)
    select p_user_id, shown.*, v_now, v_now
    from shown left join calendar_sync.feed_items as known
      on known.user_id = p_user_id and known.obligation_id = shown.obligation_id
    where known.obligation_id is null or known.cancelled_at is not null
      or (known.title, known.description, known.obligation_type, known.status, known.deadline_date, known.deadline_at,
        known.time_zone, known.url)
      is distinct from (shown.title, shown.description, shown.obligation_type, shown.status, shown.deadline_date,
        shown.deadline_at, shown.time_zone, shown.url)
    on conflict (user_id, obligation_id) do update set
      title = excluded.title, description = excluded.description, obligation_type = excluded.obligation_type,
      status = excluded.status, deadline_date = excluded.deadline_date, deadline_at = excluded.deadline_at,
      time_zone = excluded.time_zone, url = excluded.url, sequence = item.sequence + 1, modified_at = v_now,
      cancelled_at = null, dropped = false
    returning true
  ), cancelled as (
    update calendar_sync.feed_items as item
    set status = 'cancelled', sequence = item.sequence + 1, modified_at = v_now, cancelled_at = v_now
    where item.user_id = p_user_id and item.cancelled_at is null
      and not exists (select from shown where shown.obligation_id = item.obligation_id)
    returning true
  ), dropped as (
    update calendar_sync.feed_items as item
    set dropped = true, title = '', description = null, obligation_type = null, url = null
    where item.user_id = p_user_id and item.cancelled_at <= now() - calendar_sync.cancelled_items_stay() and not item.dropped
      and not exists (select from shown where shown.obligation_id = item.obligation_id)
    returning true
  )
  select exists (select from changed) or exists (select from cancelled) or exists (select from dropped) into v_changed;
  update calendar_sync.feed_owners
  set refreshed_at = v_now, modified_at = case when v_changed then v_now else modified_at end
  where user_id = p_user_id;
end;
$$;

comment on function calendar_sync.refresh_feed_items(uuid) is
  'Brings what a user''s feeds show up to date; feed_owners.modified_at rises only if something visible changed.';

-- An address is counted only when it names no feed: Google and Microsoft read the feeds of all their users from few addresses.
create function public.calendar_poll_feed(
  p_token_hash text, p_address uuid, p_client text, p_feed_limit integer, p_address_limit integer
) returns jsonb
language plpgsql volatile security definer set search_path = '' set enable_seqscan = off set jit = off
as $$
declare
  v_feed calendar_sync.feeds;
  v_owner calendar_sync.feed_owners;
  v_wait_s integer;
  v_compared_every constant interval := interval '2 seconds';
begin
  select * into v_feed from calendar_sync.feeds
  where token_hash = p_token_hash and (expires_at is null or expires_at > now());
  v_wait_s := case when v_feed.id is null
    then calendar_sync.count_call(p_address, 'address', p_address_limit)
    else calendar_sync.count_call(v_feed.user_id, 'feed', p_feed_limit) end;
  if v_wait_s > 0 then
    return jsonb_build_object('kind', 'limited', 'wait_s', v_wait_s);
  elsif v_feed.id is null or calendar_sync.blocked_until(v_feed.user_id) is not null then
    return jsonb_build_object('kind', 'unknown');
  end if;

  select * into v_owner from calendar_sync.feed_owners where user_id = v_feed.user_id;
  -- At most every few seconds, however often the obligations change; and once a day whatever the changes say, since triggers may
  -- have been off.
  if v_owner.refreshed_at is null or v_owner.refreshed_at < now() - interval '1 day'
    or v_owner.refreshed_at < now() - v_compared_every
      and exists (select from calendar_sync.feed_changes where user_id = v_feed.user_id)
    or exists (
      select from calendar_sync.feed_items
      where user_id = v_feed.user_id and cancelled_at <= now() - calendar_sync.cancelled_items_stay() and not dropped
    )
  then
    perform calendar_sync.refresh_feed_items(v_feed.user_id);
    select * into v_owner from calendar_sync.feed_owners where user_id = v_feed.user_id;
  end if;
  if v_feed.last_used_at is null or v_feed.last_used_at < now() - interval '1 hour' then
    update calendar_sync.feeds set last_used_at = now(), last_client = p_client where id = v_feed.id;
  end if;
  return jsonb_build_object(
    'kind', 'feed',
    'feed_id', v_feed.id,
    'name', v_feed.name,
    'settings', v_feed.settings,
    'day', (now() at time zone 'UTC')::date,
    'now', now(),
    'feed_changed_at', v_feed.changed_at,
    'reminders_changed_at', v_feed.reminders_changed_at,
    'items_changed_at', v_owner.modified_at
  );
end;
$$;

comment on function public.calendar_poll_feed(text, uuid, text, integer, integer) is
  'What there is at the address with this token: {"kind": "feed", …}, {"kind": "unknown"}, or {"kind": "limited", "wait_s"}. p_feed_limit: readings in a minute of all feeds of their owner. p_address_limit: readings in vain from one address.';

-- In json, which is written as it is made: half the time of jsonb.
create function public.calendar_feed_page(p_feed_id uuid, p_day date, p_after uuid, p_limit integer) returns json
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_user_id uuid;
  v_settings jsonb;
  v_types text[];
  v_from date;
  v_until date;
  v_items json;
  v_zones json;
begin
  select user_id, settings into v_user_id, v_settings from calendar_sync.feeds where id = p_feed_id;
  if jsonb_typeof(v_settings -> 'obligation_types') = 'array' then
    v_types := array(select jsonb_array_elements_text(v_settings -> 'obligation_types'));
  end if;
  v_from := p_day - (v_settings ->> 'look_back_days')::numeric::integer;
  -- Postgres knows later dates, and infinity; no calendar does.
  v_until := least(p_day + (v_settings ->> 'look_ahead_days')::numeric::integer, date '9999-12-31');
  select coalesce(json_agg(page order by page.obligation_id), '[]') into v_items
  from (
    -- As much as any calendar shows: a page has to fit into a function's memory.
    select obligation_id, title, case when length(description) > 8000 then left(description, 7999) || '…' else description end as description,
      obligation_type, status, deadline_date, deadline_at, time_zone, url, sequence, modified_at, created_at
    from calendar_sync.feed_items
    where user_id = v_user_id and not dropped and (p_after is null or obligation_id > p_after)
      and coalesce(deadline_date, (deadline_at at time zone 'UTC')::date) between v_from and v_until
      and (v_types is null or obligation_type = any (v_types))
      and (status <> 'completed' or v_settings ->> 'completed_events' = 'keep')
    order by obligation_id limit p_limit
  ) as page;
  if p_after is null then
    select coalesce(json_agg(zone order by zone.time_zone), '[]') into v_zones
    from (
      select time_zone, min(deadline_at) as first, max(deadline_at) as last
      from calendar_sync.feed_items
      where user_id = v_user_id and not dropped and time_zone is not null
        and (deadline_at at time zone 'UTC')::date between v_from and v_until
      group by time_zone
    ) as zone;
  end if;
  return json_build_object('items', v_items, 'zones', v_zones);
end;
$$;

comment on function public.calendar_feed_page(uuid, date, uuid, integer) is
  'The next p_limit items of a feed after p_after, by obligation; with the first ones, the time zones of all and from when to when each is used.';

create function calendar_sync.feed_json(feed calendar_sync.feeds) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select jsonb_build_object(
    'id', feed.id, 'name', feed.name, 'settings', feed.settings, 'created_at', feed.created_at,
    'expires_at', feed.expires_at, 'last_used_at', feed.last_used_at, 'last_client', feed.last_client
  )
$$;

comment on function calendar_sync.feed_json(calendar_sync.feeds) is 'A feed as its owner sees it.';

create function calendar_sync.own_feeds() returns jsonb
language sql volatile security definer set search_path = ''
as $$
  select coalesce(jsonb_agg(calendar_sync.feed_json(feed) order by feed.created_at, feed.id), '[]')
  from calendar_sync.feeds as feed where feed.user_id = (select calendar_sync.count_own_call())
$$;

comment on function calendar_sync.own_feeds() is 'The caller''s feeds, oldest first.';
grant execute on function calendar_sync.own_feeds() to authenticated;

create function public.calendar_feeds() returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select calendar_sync.own_feeds() $$;

comment on function public.calendar_feeds() is 'The caller''s feeds, oldest first.';

create function calendar_sync.default_feed_settings() returns jsonb
language sql immutable security invoker set search_path = ''
as $$
  select '{"obligation_types": null, "look_back_days": 90, "look_ahead_days": null, "reminders_minutes": [10080, 1440], "completed_events": "keep"}'::jsonb
$$;

comment on function calendar_sync.default_feed_settings() is 'Of a feed for which nothing else was chosen.';

create function public.calendar_create_feed(
  p_user_id uuid, p_name text, p_settings jsonb, p_expires_at timestamptz, p_token_hash text
) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_feeds_max constant integer := 20;
  v_feed calendar_sync.feeds;
begin
  -- Locked in either case: another call may be deleting the last feed, and the owner with it.
  insert into calendar_sync.feed_owners as owner (user_id) values (p_user_id)
  on conflict (user_id) do update set modified_at = owner.modified_at;
  if (select count(*) from calendar_sync.feeds where user_id = p_user_id) >= v_feeds_max then
    return null;
  end if;
  insert into calendar_sync.feeds (user_id, name, settings, expires_at, token_hash)
  values (p_user_id, p_name, calendar_sync.default_feed_settings() || coalesce(p_settings, '{}'), p_expires_at, p_token_hash)
  returning * into v_feed;
  return calendar_sync.feed_json(v_feed);
end;
$$;

comment on function public.calendar_create_feed(uuid, text, jsonb, timestamptz, text) is
  'A new feed of a user; null where there are 20 already.';

create function public.calendar_rotate_feed(p_user_id uuid, p_feed_id uuid, p_token_hash text) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_feed calendar_sync.feeds;
begin
  update calendar_sync.feeds set token_hash = p_token_hash, last_used_at = null, last_client = null
  where id = p_feed_id and user_id = p_user_id returning * into v_feed;
  return case when found then calendar_sync.feed_json(v_feed) end;
end;
$$;

comment on function public.calendar_rotate_feed(uuid, uuid, text) is
  'Gives a feed a new address; there is nothing at the old one any more. Null for another user''s.';

create function calendar_sync.change_own_feed(p_feed_id uuid, p_name text, p_settings jsonb, p_expiry jsonb) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_before calendar_sync.feeds;
  v_after calendar_sync.feeds;
  v_now constant timestamptz := clock_timestamp();
  v_user_id constant uuid := calendar_sync.count_own_call();
begin
  select * into v_before from calendar_sync.feeds
  where id = p_feed_id and user_id = v_user_id for no key update;
  if not found then
    return null;
  end if;
  v_after := v_before;
  v_after.name := coalesce(p_name, v_before.name);
  v_after.settings := v_before.settings || coalesce(p_settings, '{}');
  update calendar_sync.feeds set
    name = v_after.name,
    settings = v_after.settings,
    expires_at = case when p_expiry is null then expires_at else (p_expiry ->> 'at')::timestamptz end,
    changed_at = case when (v_after.name, v_after.settings) is distinct from (v_before.name, v_before.settings)
      then v_now else changed_at end,
    reminders_changed_at = case
      when v_after.settings -> 'reminders_minutes' is distinct from v_before.settings -> 'reminders_minutes'
      then v_now else reminders_changed_at end
  where id = p_feed_id returning * into v_after;
  return calendar_sync.feed_json(v_after);
end;
$$;

comment on function calendar_sync.change_own_feed(uuid, text, jsonb, jsonb) is
  'Changes what is given of a feed of the caller; p_expiry is {"at": instant or null}. Null for another user''s.';
grant execute on function calendar_sync.change_own_feed(uuid, text, jsonb, jsonb) to authenticated;

create function public.calendar_update_feed(
  p_feed_id uuid, p_name text default null, p_settings jsonb default null, p_expiry jsonb default null
) returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select calendar_sync.change_own_feed(p_feed_id, p_name, p_settings, p_expiry) $$;

comment on function public.calendar_update_feed(uuid, text, jsonb, jsonb) is
  'Changes what is given of a feed of the caller; p_expiry is {"at": instant or null}. Null for another user''s.';

-- With the last feed goes all that was kept for it, and writing obligations costs its owner nothing more.
create function calendar_sync.delete_own_feed(p_feed_id uuid) returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id constant uuid := calendar_sync.count_own_call();
  v_found boolean;
begin
  perform from calendar_sync.feed_owners where user_id = v_user_id for update;
  delete from calendar_sync.feeds where id = p_feed_id and user_id = v_user_id;
  v_found := found;
  delete from calendar_sync.feed_owners as owner
  where owner.user_id = v_user_id and not exists (select from calendar_sync.feeds where user_id = v_user_id);
  return v_found;
end;
$$;

comment on function calendar_sync.delete_own_feed(uuid) is 'Ends a feed of the caller; false for another user''s.';
grant execute on function calendar_sync.delete_own_feed(uuid) to authenticated;

create function public.calendar_delete_feed(p_feed_id uuid) returns boolean
language sql volatile security invoker set search_path = ''
as $$ select calendar_sync.delete_own_feed(p_feed_id) $$;

comment on function public.calendar_delete_feed(uuid) is 'Ends a feed of the caller; false for another user''s.';

-- schemas/225_preference_calls.sql

-- What users ask for and change of their defaults.

create function calendar_sync.preferences_json(p_user_id uuid) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'time_zone', preferences.time_zone,
    'all_day_reminder_time', coalesce(preferences.all_day_reminder_time, calendar_sync.default_settings() ->> 'all_day_reminder_time')
  )
  from (values (1)) as one
  left join calendar_sync.preferences as preferences on preferences.user_id = p_user_id
$$;

comment on function calendar_sync.preferences_json(uuid) is 'A user''s defaults as the Calendar API shows them.';

create function calendar_sync.own_preferences() returns jsonb
language sql volatile security definer set search_path = ''
as $$ select calendar_sync.preferences_json(calendar_sync.count_own_call()) $$;

comment on function calendar_sync.own_preferences() is 'The caller''s defaults.';
grant execute on function calendar_sync.own_preferences() to authenticated;

create function public.calendar_preferences() returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select calendar_sync.own_preferences() $$;

comment on function public.calendar_preferences() is 'The caller''s defaults.';

create function calendar_sync.change_own_preferences(p_change jsonb) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id constant uuid := calendar_sync.count_own_call();
  v_time_zone text;
  v_problem text;
begin
  v_problem := case
    when coalesce(jsonb_typeof(p_change), '') <> 'object' then 'preferences: must be an object'
    when p_change - array['time_zone', 'all_day_reminder_time'] <> '{}'
      then 'preferences: may hold time_zone, all_day_reminder_time and nothing else'
    when p_change ? 'all_day_reminder_time'
      and not coalesce(p_change ->> 'all_day_reminder_time' ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$', false)
      then 'all_day_reminder_time: must be a time of day, such as 09:00'
  end;
  if v_problem is null and p_change ? 'time_zone' then
    v_time_zone := calendar_sync.known_time_zone(p_change ->> 'time_zone');
    if v_time_zone is null then
      v_problem := 'time_zone: must be a name of the IANA database, such as Europe/Paris';
    end if;
  end if;
  if v_problem is not null then
    raise exception '%', v_problem using errcode = 'invalid_parameter_value';
  end if;
  -- A session may outlive its user.
  insert into calendar_sync.preferences (user_id) select person.id from auth.users as person where person.id = v_user_id
  on conflict (user_id) do nothing;
  update calendar_sync.preferences
  set time_zone = coalesce(v_time_zone, time_zone),
    all_day_reminder_time = coalesce(p_change ->> 'all_day_reminder_time', all_day_reminder_time),
    updated_at = now()
  where user_id = v_user_id;
  return calendar_sync.preferences_json(v_user_id);
end;
$$;

comment on function calendar_sync.change_own_preferences(jsonb) is
  'Changes the caller''s defaults that are given, time_zone and all_day_reminder_time, and returns all of them. An error that names the field where one is not possible.';
grant execute on function calendar_sync.change_own_preferences(jsonb) to authenticated;

create function public.calendar_update_preferences(p_change jsonb) returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select calendar_sync.change_own_preferences(p_change) $$;

comment on function public.calendar_update_preferences(jsonb) is
  'Changes the caller''s defaults that are given, time_zone and all_day_reminder_time, and returns all of them.';

-- schemas/230_webhook_calls.sql

-- Managing webhooks, for the Calendar API. Its addresses are judged there, so users call none of these themselves.

create function calendar_sync.webhook_json(webhook calendar_sync.webhooks) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'id', webhook.id, 'url', webhook.url, 'types', to_jsonb(webhook.types), 'enabled', webhook.enabled,
    'disabled_because', webhook.disabled_because, 'failing_since', webhook.failing_since,
    'previous_secret_until', webhook.previous_until, 'created_at', webhook.created_at,
    'last_day', (
      select jsonb_build_object(
        'delivered', count(*) filter (where delivery.state = 'delivered'),
        'failed', count(*) filter (where delivery.state = 'failed'),
        'waiting', count(*) filter (where delivery.ended_at is null)
      )
      from calendar_sync.deliveries as delivery
      where delivery.endpoint_id = webhook.id and delivery.created_at > now() - interval '1 day'
    )
  )
$$;

comment on function calendar_sync.webhook_json(calendar_sync.webhooks) is
  'A webhook as its owner sees it. last_day: what became of the deliveries of the last 24 hours.';

create function public.calendar_webhooks(p_user_id uuid) returns jsonb
language sql volatile security definer set search_path = ''
as $$
  select coalesce(jsonb_agg(calendar_sync.webhook_json(webhook) order by webhook.created_at, webhook.id), '[]')
  from calendar_sync.webhooks as webhook where webhook.user_id = p_user_id
$$;

comment on function public.calendar_webhooks(uuid) is 'A user''s webhooks, oldest first.';

-- gen_random_uuid is strong, but six of its bits are fixed: three of them hold more than the hash does.
create function calendar_sync.new_webhook_secret() returns text
language sql volatile security invoker set search_path = ''
as $$
  select 'whsec_' || encode(sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), 'base64')
$$;

comment on function calendar_sync.new_webhook_secret() is 'A secret for signing, of 32 random bytes.';

create function calendar_sync.add_webhook(p_user_id uuid, p_url text, p_types text[]) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_secret constant text := calendar_sync.new_webhook_secret();
  v_webhook calendar_sync.webhooks;
begin
  insert into calendar_sync.webhooks (user_id, url, types, signing_secret_id)
  values (p_user_id, p_url, array(select distinct type from unnest(p_types) as type order by type),
    calendar_sync.store_secret(null, v_secret, 'calendar_sync: webhook'))
  returning * into v_webhook;
  return calendar_sync.webhook_json(v_webhook) || jsonb_build_object('secret', v_secret);
end;
$$;

comment on function calendar_sync.add_webhook(uuid, text, text[]) is
  'A new webhook of a user, or of the installation where there is none, with its secret, which is shown once.';

create function public.calendar_create_webhook(p_user_id uuid, p_url text, p_types text[]) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_webhooks_max constant integer := 5;
  v_added jsonb;
begin
  perform pg_advisory_xact_lock(hashtext('calendar_sync.webhooks'), hashtext(p_user_id::text));
  if (select count(*) from calendar_sync.webhooks where user_id = p_user_id) >= v_webhooks_max then
    return null;
  end if;
  v_added := calendar_sync.add_webhook(p_user_id, p_url, p_types);
  perform calendar_sync.webhook_notice(webhook, 'webhook_added')
  from calendar_sync.webhooks as webhook where webhook.id = (v_added ->> 'id')::uuid;
  return v_added;
end;
$$;

comment on function public.calendar_create_webhook(uuid, text, text[]) is 'A new webhook of a user, with its secret; null where there are five already.';

create function public.calendar_update_webhook(p_user_id uuid, p_webhook_id uuid, p_url text, p_types text[], p_enabled boolean) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_webhook calendar_sync.webhooks;
  v_url_before text;
begin
  select url into v_url_before from calendar_sync.webhooks where id = p_webhook_id and user_id = p_user_id for no key update;
  if not found then
    return null;
  end if;
  if p_enabled is false then
    perform calendar_sync.switch_webhook_off(p_webhook_id, null);
  end if;
  update calendar_sync.webhooks as webhook
  set url = coalesce(p_url, webhook.url),
    types = case when p_types is null then webhook.types else array(select distinct type from unnest(p_types) as type order by type) end,
    enabled = coalesce(p_enabled, webhook.enabled),
    disabled_because = case when p_enabled is null then webhook.disabled_because end,
    -- What was learned of another address, or before somebody mended it, says nothing now.
    failing_since = case when p_url is null and p_enabled is not true then webhook.failing_since end,
    doubted = webhook.doubted or p_url is not null or p_enabled is true
  where webhook.id = p_webhook_id
  returning * into v_webhook;
  if v_webhook.url <> v_url_before then
    -- A stranger who leads it elsewhere learns as much as one who adds one.
    perform calendar_sync.webhook_notice(v_webhook, 'webhook_added', v_webhook.id || ':' || gen_random_uuid());
  end if;
  if v_webhook.enabled then
    perform calendar_sync.end_notices(p_user_id, array['webhook_disabled'], p_webhook_id::text);
  end if;
  return calendar_sync.webhook_json(v_webhook);
end;
$$;

comment on function public.calendar_update_webhook(uuid, uuid, text, text[], boolean) is
  'Changes what is given of a user''s webhook; switched off, what was still to be sent is given up. Null for another user''s.';

create function public.calendar_delete_webhook(p_user_id uuid, p_webhook_id uuid) returns boolean
language sql volatile security definer set search_path = ''
as $$
  with gone as (
    delete from calendar_sync.webhooks where id = p_webhook_id and user_id = p_user_id returning true
  )
  select exists (select from gone)
$$;

comment on function public.calendar_delete_webhook(uuid, uuid) is
  'Deletes a user''s webhook with its secrets and deliveries; false for another user''s.';

create function calendar_sync.rotate_webhook(p_webhook_id uuid) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_overlap constant interval := interval '1 day';
  v_secret constant text := calendar_sync.new_webhook_secret();
  v_webhook calendar_sync.webhooks;
begin
  select * into v_webhook from calendar_sync.webhooks where id = p_webhook_id for no key update;
  delete from vault.secrets where id = v_webhook.previous_secret_id;
  update calendar_sync.webhooks
  set previous_secret_id = signing_secret_id, previous_until = now() + v_overlap,
    signing_secret_id = calendar_sync.store_secret(null, v_secret, 'calendar_sync: webhook')
  where id = p_webhook_id returning * into v_webhook;
  return calendar_sync.webhook_json(v_webhook) || jsonb_build_object('secret', v_secret);
end;
$$;

comment on function calendar_sync.rotate_webhook(uuid) is
  'Gives a webhook a new secret. The one before signs along for a day; one that was replaced before that is gone at once.';

create function public.calendar_rotate_webhook(p_user_id uuid, p_webhook_id uuid) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if not exists (select from calendar_sync.webhooks where id = p_webhook_id and user_id = p_user_id) then
    return null;
  end if;
  return calendar_sync.rotate_webhook(p_webhook_id);
end;
$$;

comment on function public.calendar_rotate_webhook(uuid, uuid) is 'Gives a user''s webhook a new secret; null for another user''s.';

create function calendar_sync.delivery_for_owner(delivery calendar_sync.deliveries) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select jsonb_build_object('id', delivery.id, 'event_id', delivery.event_id, 'type', delivery.type, 'state', delivery.state,
    'attempts', delivery.attempts, 'created_at', delivery.created_at,
    -- While it is being sent that is the end of a lease.
    'next_attempt_at', case when delivery.leased_by is null then delivery.next_attempt_at end)
$$;

comment on function calendar_sync.delivery_for_owner(calendar_sync.deliveries) is 'A delivery as the owner of its webhook sees it.';

create function public.calendar_test_webhook(p_user_id uuid, p_webhook_id uuid) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_delivery calendar_sync.deliveries;
begin
  insert into calendar_sync.deliveries (channel, user_id, endpoint_id, event_id, type, payload)
  select 'webhook', webhook.user_id, webhook.id, 'evt_' || replace(gen_random_uuid()::text, '-', ''), 'webhook.test',
    jsonb_build_object('type', 'webhook.test', 'timestamp', calendar_sync.due_text(null, now()),
      'data', jsonb_build_object('integration_id', null, 'provider', null))
  from calendar_sync.webhooks as webhook where webhook.id = p_webhook_id and webhook.user_id = p_user_id
  -- One that is being deleted is waited for: its key would fail.
  for key share
  returning * into v_delivery;
  return case when found then calendar_sync.delivery_for_owner(v_delivery) end;
end;
$$;

comment on function public.calendar_test_webhook(uuid, uuid) is
  'Has an event of the type webhook.test sent, also to a webhook that is switched off; null for another user''s.';

create function public.calendar_webhook_deliveries(p_user_id uuid, p_webhook_id uuid, p_limit integer) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if not exists (select from calendar_sync.webhooks where id = p_webhook_id and user_id = p_user_id) then
    return null;
  end if;
  return (
    select coalesce(jsonb_agg(calendar_sync.delivery_for_owner(recent) order by recent.created_at desc, recent.id), '[]')
    from (
      select * from calendar_sync.deliveries where endpoint_id = p_webhook_id order by created_at desc, id limit p_limit
    ) as recent
  );
end;
$$;

comment on function public.calendar_webhook_deliveries(uuid, uuid, integer) is
  'The last p_limit deliveries of a user''s webhook, newest first; null for another user''s.';

create function calendar_sync.send_again(p_ids uuid[]) returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_count integer;
begin
  -- What is being sent just now is as good as sent again.
  update calendar_sync.deliveries
  set state = 'pending', attempt_count = 0, next_attempt_at = now(), ended_at = null
  where id = any (p_ids) and leased_by is null;
  get diagnostics v_count = row_count;
  if v_count > 0 then
    perform calendar_sync.wake_up();
  end if;
  return v_count;
end;
$$;

comment on function calendar_sync.send_again(uuid[]) is
  'Has deliveries sent now, with the same event ids, whatever became of them, and tried again by the schedule from its beginning.';

create function public.calendar_retry_delivery(p_user_id uuid, p_webhook_id uuid, p_delivery_id uuid) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_sent boolean;
begin
  select webhook.enabled or delivery.type = 'webhook.test' into v_sent
  from calendar_sync.deliveries as delivery join calendar_sync.webhooks as webhook on webhook.id = delivery.endpoint_id
  where delivery.id = p_delivery_id and webhook.id = p_webhook_id and webhook.user_id = p_user_id;
  if not found then
    return jsonb_build_object('kind', 'unknown');
  elsif not v_sent then
    return jsonb_build_object('kind', 'switched_off');
  end if;
  perform calendar_sync.send_again(array[p_delivery_id]);
  return jsonb_build_object('kind', 'queued', 'queued', 1);
end;
$$;

comment on function public.calendar_retry_delivery(uuid, uuid, uuid) is
  'Has one delivery sent again: {"kind": "queued", "queued"}, or why not: unknown, where it is not the user''s; switched_off, unless it is a test.';

create function public.calendar_replay_webhook(p_user_id uuid, p_webhook_id uuid, p_since timestamptz) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_enabled boolean;
begin
  select enabled into v_enabled from calendar_sync.webhooks where id = p_webhook_id and user_id = p_user_id;
  if not found then
    return jsonb_build_object('kind', 'unknown');
  elsif not v_enabled then
    return jsonb_build_object('kind', 'switched_off');
  end if;
  return jsonb_build_object('kind', 'queued', 'queued', calendar_sync.send_again(array(
    select id from calendar_sync.deliveries
    where endpoint_id = p_webhook_id and created_at >= p_since and type <> 'webhook.test'
  )));
end;
$$;

comment on function public.calendar_replay_webhook(uuid, uuid, timestamptz) is
  'Has everything sent again that a user''s webhook was to be told since p_since, as far as it is kept: {"kind": "queued", "queued"}, or why not: unknown, where it is not the user''s, or switched_off.';

-- schemas/235_key_calls.sql

-- What users do with their API keys: list, make, rotate, revoke.

create function calendar_sync.own_keys() returns jsonb
language sql volatile security definer set search_path = ''
as $$
  select coalesce(jsonb_agg(calendar_sync.key_json(key) order by key.created_at, key.id), '[]')
  from calendar_sync.api_keys as key where key.user_id = (select calendar_sync.count_own_call())
$$;

comment on function calendar_sync.own_keys() is 'The caller''s keys, oldest first.';
grant execute on function calendar_sync.own_keys() to authenticated;

create function public.calendar_keys() returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select calendar_sync.own_keys() $$;

comment on function public.calendar_keys() is 'The caller''s keys, oldest first; never a secret.';

create function calendar_sync.keys_left(p_user_id uuid, p_of integer) returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_left integer;
begin
  -- Two calls side by side would count the same keys. Both hold it only for this transaction.
  perform pg_advisory_xact_lock(hashtext('calendar_sync.api_keys'), hashtext(p_user_id::text));
  delete from calendar_sync.api_keys where user_id = p_user_id and expires_at < now() - interval '30 days';
  select p_of - count(*) into v_left from calendar_sync.api_keys where user_id = p_user_id;
  if v_left > 0 then
    return v_left;
  end if;
  delete from calendar_sync.api_keys where id in (
    select id from calendar_sync.api_keys where user_id = p_user_id and expires_at <= now() order by expires_at limit 1 - v_left
  );
  return p_of - (select count(*) from calendar_sync.api_keys where user_id = p_user_id);
end;
$$;

comment on function calendar_sync.keys_left(uuid, integer) is
  'How many keys a user may still make of so many. Expired ones give way.';

create function calendar_sync.tell_of_key(key calendar_sync.api_keys) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform calendar_sync.write_notice(key.user_id, 'key_added', null, null, key.id, jsonb_build_object('name', key.name));
end;
$$;

comment on function calendar_sync.tell_of_key(calendar_sync.api_keys) is
  'Tells a user of a key that was made or rotated, in case it was somebody else with the user''s session. It stays to be read when the key is revoked.';

create function public.calendar_create_key(
  p_user_id uuid, p_name text, p_scopes text[], p_expires_at timestamptz, p_key_id text, p_secret_hash text
) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_keys_max constant integer := 20;
  v_key calendar_sync.api_keys;
begin
  if calendar_sync.keys_left(p_user_id, v_keys_max) <= 0 then
    return null;
  end if;
  insert into calendar_sync.api_keys (id, user_id, name, scopes, secret_hash, expires_at)
  values (p_key_id, p_user_id, p_name, p_scopes, decode(p_secret_hash, 'hex'),
    -- The clock of the caller may be ahead.
    least(coalesce(p_expires_at, now() + interval '2160 hours'), now() + interval '8760 hours'))
  returning * into v_key;
  perform calendar_sync.tell_of_key(v_key);
  return calendar_sync.key_json(v_key);
end;
$$;

comment on function public.calendar_create_key(uuid, text, text[], timestamptz, text, text) is
  'A new key of a user, good for 90 days where no end is given and for at most 365; null where there are 20 already.';

create function public.calendar_rotate_key(p_user_id uuid, p_key_id text, p_new_key_id text, p_new_secret_hash text) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  -- Twice as many as a user may make: a full list keeps nobody from rotating a key that leaked.
  v_keys_max constant integer := 40;
  v_overlap constant interval := interval '1 day';
  v_old calendar_sync.api_keys;
  v_new calendar_sync.api_keys;
begin
  -- Before any row is locked, as in calendar_sync.keys_left.
  perform pg_advisory_xact_lock(hashtext('calendar_sync.api_keys'), hashtext(p_user_id::text));
  select * into v_old from calendar_sync.api_keys where id = p_key_id and user_id = p_user_id for update;
  if not found then
    return jsonb_build_object('kind', 'unknown');
  elsif v_old.replaced_by is not null then
    return jsonb_build_object('kind', 'replaced');
  elsif calendar_sync.keys_left(p_user_id, v_keys_max) <= 0 then
    return jsonb_build_object('kind', 'too_many');
  end if;
  insert into calendar_sync.api_keys (id, user_id, name, scopes, secret_hash, expires_at)
  values (p_new_key_id, p_user_id, v_old.name, v_old.scopes, decode(p_new_secret_hash, 'hex'),
    now() + (v_old.expires_at - v_old.created_at))
  returning * into v_new;
  perform calendar_sync.tell_of_key(v_new);
  update calendar_sync.api_keys set expires_at = least(expires_at, now() + v_overlap), replaced_by = v_new.id where id = v_old.id;
  return jsonb_build_object('kind', 'rotated', 'key', calendar_sync.key_json(v_new));
end;
$$;

comment on function public.calendar_rotate_key(uuid, text, text, text) is
  'Makes a key with the name, scopes and lifetime of another, which stays good for a day: {"kind": "rotated", "key"}, or why not: unknown, replaced, too_many.';

create function calendar_sync.delete_own_key(p_key_id text) returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id constant uuid := calendar_sync.count_own_call();
begin
  delete from calendar_sync.api_keys where id = p_key_id and user_id = v_user_id;
  return found;
end;
$$;

comment on function calendar_sync.delete_own_key(text) is 'Revokes a key of the caller at once; false for another user''s.';
grant execute on function calendar_sync.delete_own_key(text) to authenticated;

create function public.calendar_delete_key(p_key_id text) returns boolean
language sql volatile security invoker set search_path = ''
as $$ select calendar_sync.delete_own_key(p_key_id) $$;

comment on function public.calendar_delete_key(text) is 'Revokes a key of the caller at once; false for another user''s.';

-- schemas/240_proposal_calls.sql

-- What users do with proposals: list, accept, dismiss, undo. Accepting is the one way in which the calendar sync writes an obligation,
-- and the user does it: under the user's own role and row level security, by calendar_sync.accept_proposal.

-- For the default table of obligations, and by a host for its own, it is replaced; see docs/embed/adapt.md.
create function calendar_sync.accept_proposal(obligation_id uuid, deadline_date date, deadline_at timestamptz, time_zone text)
returns boolean
language plpgsql volatile security invoker set search_path = ''
as $$
begin
  return false;
end;
$$;

comment on function calendar_sync.accept_proposal(uuid, date, timestamptz, text) is
  'Moves the deadline of an obligation, as the signed-in user: the only function of the calendar sync that writes an obligation. Exactly one of deadline_date and deadline_at is given. False: the user may not change it. Hosts replace it for their own tables.';
grant execute on function calendar_sync.accept_proposal(uuid, date, timestamptz, text) to authenticated;

create function calendar_sync.proposals_json(p_ids uuid[]) returns jsonb
language plpgsql stable security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
begin
  return (
    select coalesce(jsonb_agg(jsonb_build_object(
      'id', proposal.id, 'integration_id', proposal.integration_id, 'obligation_id', proposal.obligation_id, 'kind', proposal.kind,
      'seen', proposal.seen, 'legal', proposal.legal, 'state', proposal.state, 'seen_at', proposal.seen_at,
      'decided_at', proposal.decided_at, 'provider', proposal.provider, 'account_email', integration.account_email,
      'title', (its.deadline).title,
      'obligation_url', calendar_sync.shown_url((its.deadline).url),
      'event', calendar_sync.event_place(integration, mapping.calendar_id, mapping.external_event_id),
      -- What is chosen for the calendar says nothing of it: the choice is about moves that come.
      'event_state', case
        when mapping.id is null or edit.is_gone and job.obligation_id is null then 'gone'
        when edit.is_gone then 'pending'
        -- It was accepted and undone, and stands where it was accepted.
        when edit.seen is null and mapping.sent_time is not null
          and not calendar_sync.is_due_at(its.deadline, calendar_sync.shown_deadline(mapping.sent_time)) then 'pending'
        when edit.seen is null or calendar_sync.is_due_at(its.deadline, calendar_sync.shown_deadline(edit.seen)) then 'back'
        -- Its description is yet to say so.
        when edit.is_kept and job.obligation_id is not null then 'moved'
        when edit.is_kept then 'kept'
        when job.obligation_id is not null then 'pending'
        else 'moved'
      end,
      'can_undo', proposal.state = 'accepted' and calendar_sync.is_due_at(its.deadline, proposal.seen)
    ) order by proposal.state = 'open' desc, proposal.seen_at desc, proposal.id), '[]')
    from public.calendar_proposals as proposal
    -- As calendar_sync.deadline_for, without a call for each row.
    left join lateral (
      select row (every_recipient.*)::calendar_sync.deadline as deadline from calendar_sync.deadlines as every_recipient
      where every_recipient.obligation_id = proposal.obligation_id offset 0
    ) as its on (its.deadline).recipient_id = proposal.user_id
    left join public.calendar_integrations as integration on integration.id = proposal.integration_id
    left join public.calendar_event_mappings as mapping
      on mapping.integration_id = proposal.integration_id and mapping.obligation_id = proposal.obligation_id
    left join calendar_sync.edits as edit
      on edit.integration_id = proposal.integration_id and edit.obligation_id = proposal.obligation_id
    left join calendar_sync.jobs as job
      on job.integration_id = proposal.integration_id and job.obligation_id = proposal.obligation_id and job.kind = 'event'
        and job.failed_at is null
    where proposal.id = any (p_ids)
  );
end;
$$;

comment on function calendar_sync.proposals_json(uuid[]) is
  'These proposals as their user sees them, open ones first, the newest first. event_state: where the event is. back: on the deadline. kept: where it was moved, with the legal date in its description. moved: where it was moved. pending: still to be put back. gone: nowhere.';

create function calendar_sync.own_proposals(p_decided integer) returns jsonb
language plpgsql volatile security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  v_user_id constant uuid := calendar_sync.count_own_call();
  v_open uuid[];
begin
  -- The worker may not have come by yet, or may not come at all while syncing is off.
  perform calendar_sync.supersede_outdated(array(
    select proposal.id from public.calendar_proposals as proposal
    left join lateral (
      select row (every_recipient.*)::calendar_sync.deadline as deadline from calendar_sync.deadlines as every_recipient
      where every_recipient.obligation_id = proposal.obligation_id offset 0
    ) as its on (its.deadline).recipient_id = v_user_id
    where proposal.user_id = v_user_id and proposal.state = 'open'
      and not calendar_sync.is_due_at(its.deadline, proposal.legal)
  ));
  v_open := array(select id from public.calendar_proposals where user_id = v_user_id and state = 'open');
  return jsonb_build_object('open', cardinality(v_open), 'proposals', calendar_sync.proposals_json(v_open || array(
    select id from public.calendar_proposals
    where user_id = v_user_id and state <> 'open' and decided_at > now() - calendar_sync.notices_stay()
    order by seen_at desc, id
    limit p_decided
  )));
end;
$$;

comment on function calendar_sync.own_proposals(integer) is
  'The open proposals of the caller, then up to p_decided of those that were decided within 30 days, the newest first; and how many are open.';
grant execute on function calendar_sync.own_proposals(integer) to authenticated;

-- All that are open, since each is to be decided: 2,000 are 1.4 MB and took 0.3 s on two busy cores. Decided ones could be any number where
-- another program moves events again and again.
create function public.calendar_proposals() returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select calendar_sync.own_proposals(1000) $$;

comment on function public.calendar_proposals() is
  'The open proposals of the caller, then up to 1,000 of those that were decided within 30 days; and how many are open.';

-- The row of a deadline, so that nobody changes it between the look at it and the write. Where a host's tables cannot be locked through
-- the view (several watched tables, no right to), the moment in between stays.
create function calendar_sync.lock_deadline(p_obligation_id uuid) returns void
language plpgsql volatile security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
begin
  perform from calendar_sync.deadlines as deadline where deadline.obligation_id = p_obligation_id for no key update;
exception when insufficient_privilege or feature_not_supported then
  return;
end;
$$;

comment on function calendar_sync.lock_deadline(uuid) is 'Keeps a deadline as it is until the transaction ends.';

create function calendar_sync.prepare_decision(p_proposal_id uuid, p_decision text) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id constant uuid := (select auth.uid());
  v_proposal public.calendar_proposals;
  v_deadline calendar_sync.deadline;
  v_target jsonb;
begin
  select * into v_proposal from public.calendar_proposals where id = p_proposal_id and user_id = v_user_id for no key update;
  if not found then
    return '{"kind": "not_found"}'::jsonb;
  end if;
  perform calendar_sync.lock_deadline(v_proposal.obligation_id);
  v_deadline := calendar_sync.deadline_for(v_proposal.obligation_id, v_user_id);
  if v_deadline.obligation_id is null and exists (
    select from calendar_sync.deadlines where obligation_id = v_proposal.obligation_id
  ) then
    perform calendar_sync.supersede(array[v_proposal.id]);
    return '{"kind": "not_allowed"}'::jsonb;
  end if;
  if p_decision = 'undo' then
    if v_proposal.state <> 'accepted' then
      return '{"kind": "conflict", "reason": "not_accepted"}'::jsonb;
    elsif not calendar_sync.is_due_at(v_deadline, v_proposal.seen) then
      return '{"kind": "conflict", "reason": "deadline_changed"}'::jsonb;
    end if;
    v_target := v_proposal.replaced;
  else
    if v_proposal.state <> 'open' then
      return '{"kind": "conflict", "reason": "decided"}'::jsonb;
    elsif not calendar_sync.is_due_at(v_deadline, v_proposal.legal) then
      perform calendar_sync.supersede_outdated(array[v_proposal.id]);
      return '{"kind": "conflict", "reason": "deadline_changed"}'::jsonb;
    end if;
    v_target := v_proposal.seen;
    -- A calendar that names no time zone that we know says nothing against the one that the obligation has.
    if v_target ->> 'time_zone' is null then
      v_target := v_target || jsonb_build_object('time_zone', v_deadline.time_zone);
    end if;
  end if;
  if p_decision = 'accept' then
    update public.calendar_proposals
    set replaced = jsonb_build_object('deadline_date', v_deadline.deadline_date, 'deadline_at', v_deadline.deadline_at,
      'time_zone', v_deadline.time_zone)
    where id = v_proposal.id;
  end if;
  return v_target || jsonb_build_object('kind', 'ready', 'obligation_id', v_proposal.obligation_id);
end;
$$;

comment on function calendar_sync.prepare_decision(uuid, text) is
  'Whether the caller can decide this of a proposal now: accept, dismiss or undo. {"kind": "ready"} with the deadline that is to be written, or why not: not_found, not_allowed, conflict.';
grant execute on function calendar_sync.prepare_decision(uuid, text) to authenticated;

-- Of what it is told it believes nothing: an accepted proposal is one whose deadline stands where the event was moved to.
create function calendar_sync.record_decision(p_proposal_id uuid, p_decision text, p_in_advance boolean default false) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id constant uuid := (select auth.uid());
  v_proposal public.calendar_proposals;
  v_deadline calendar_sync.deadline;
  v_is_so boolean;
  v_asks_again boolean;
begin
  select * into v_proposal from public.calendar_proposals where id = p_proposal_id and user_id = v_user_id for no key update;
  if not found then
    return '{"kind": "not_found"}'::jsonb;
  end if;
  v_deadline := calendar_sync.deadline_for(v_proposal.obligation_id, v_user_id);
  v_is_so := case p_decision
    when 'accept' then v_proposal.state = 'open' and calendar_sync.is_due_at(v_deadline, v_proposal.seen)
    when 'undo' then v_proposal.state = 'accepted' and calendar_sync.is_due_at(v_deadline, v_proposal.replaced)
    when 'dismiss' then v_proposal.state = 'open'
  end;
  if v_is_so is distinct from true then
    raise exception 'The deadline of obligation % is not where the decision has it.', v_proposal.obligation_id
      using hint = 'calendar_sync.accept_proposal has to write the deadline that it is given, or to return false.';
  end if;
  -- What was proposed for the deadline as it was before, in this and in other calendars.
  perform calendar_sync.supersede_outdated(array(
    select other.id from public.calendar_proposals as other
    where other.user_id = v_user_id and other.obligation_id = v_proposal.obligation_id and other.state = 'open' and other.id <> p_proposal_id
      and not calendar_sync.is_due_at(v_deadline, other.legal)
  ));
  -- Of a calendar that was disconnected nothing is left to decide.
  v_asks_again := p_decision = 'undo' and exists (
    select from public.calendar_integrations as integration
    where integration.id = v_proposal.integration_id and integration.removed_at is null and integration.status <> 'disconnecting');
  update public.calendar_proposals
  set state = case when p_decision = 'accept' then 'accepted' when p_decision = 'dismiss' then 'dismissed'
      when v_asks_again then 'open' else 'superseded' end,
    decided_at = case when not v_asks_again then now() end
  where id = p_proposal_id
  returning * into v_proposal;
  if p_decision = 'accept' then
    -- Should the old deadline come back before the event is written, it fits what was sent, and not where the event stands.
    perform calendar_sync.forget_content(array[v_proposal.integration_id], array[v_proposal.obligation_id]);
  else
    -- It is decided: a move that was to be accepted in advance is not accepted again, and one that was not written yet is put back.
    update calendar_sync.edits as edit set is_accepted = false
    where edit.integration_id = v_proposal.integration_id and edit.obligation_id = v_proposal.obligation_id and edit.is_accepted
      and edit.seen is not null;
    if found then
      perform calendar_sync.put_back(v_proposal.integration_id, v_proposal.obligation_id);
    end if;
  end if;
  if p_in_advance then
    perform calendar_sync.write_notice(v_user_id, 'proposal_opened', v_proposal.integration_id, v_proposal.obligation_id,
      v_proposal.id::text, '{"code": "accepted"}');
  else
    perform calendar_sync.end_notices(v_user_id, array['proposal_opened'], v_proposal.id::text);
    if v_asks_again then
      perform calendar_sync.write_notice(v_user_id, 'proposal_opened', v_proposal.integration_id, v_proposal.obligation_id,
        v_proposal.id::text);
    end if;
  end if;
  perform calendar_sync.note_proposals(array[p_proposal_id],
    case p_decision when 'accept' then 'proposal_accepted' when 'dismiss' then 'proposal_dismissed' else 'proposal_undone' end,
    case when p_in_advance then '{"in_advance": true}'::jsonb else '{}' end);
  return jsonb_build_object('kind', 'decided', 'proposal', calendar_sync.proposals_json(array[p_proposal_id]) -> 0);
end;
$$;

comment on function calendar_sync.record_decision(uuid, text, boolean) is
  'Records what the caller decided of a proposal, once the deadline is as it says. p_in_advance: the user accepts moves without being asked, so the notice stays, to undo it.';
grant execute on function calendar_sync.record_decision(uuid, text, boolean) to authenticated;

create function calendar_sync.move_deadline(p_proposal_id uuid, p_decision text, p_in_advance boolean default false) returns jsonb
language plpgsql volatile security invoker set search_path = '' set lock_timeout = '2s'
as $$
declare
  v_step jsonb;
begin
  v_step := calendar_sync.prepare_decision(p_proposal_id, p_decision);
  if v_step ->> 'kind' <> 'ready' then
    return v_step;
  end if;
  begin
    if calendar_sync.accept_proposal(
      (v_step ->> 'obligation_id')::uuid, (v_step ->> 'deadline_date')::date, (v_step ->> 'deadline_at')::timestamptz,
      v_step ->> 'time_zone'
    ) then
      return calendar_sync.record_decision(p_proposal_id, p_decision, p_in_advance);
    end if;
  -- A policy, a constraint or a trigger of the host refuses it, or a host without the default table has not said how to write its own.
  -- What was written is undone.
  exception
    when lock_not_available or serialization_failure or deadlock_detected then
      raise;
    when assert_failure or others then
      raise warning 'calendar_sync: the deadline of obligation % was not moved: % %', v_step ->> 'obligation_id', sqlstate, sqlerrm;
  end;
  return '{"kind": "not_allowed"}'::jsonb;
exception when lock_not_available then
  return '{"kind": "conflict", "reason": "busy"}'::jsonb;
end;
$$;

comment on function calendar_sync.move_deadline(uuid, text, boolean) is
  'Moves a deadline as its user: to where the event was moved (accept), or back (undo). {"kind": "decided", "proposal"}, not_found, not_allowed, or conflict with a reason.';
grant execute on function calendar_sync.move_deadline(uuid, text, boolean) to authenticated;
grant execute on function calendar_sync.count_own_call(boolean) to authenticated;

create function public.calendar_accept_proposal(p_proposal_id uuid) returns jsonb
language plpgsql volatile security invoker set search_path = ''
as $$
begin
  perform calendar_sync.count_own_call();
  return calendar_sync.move_deadline(p_proposal_id, 'accept');
end;
$$;

comment on function public.calendar_accept_proposal(uuid) is
  'Moves the deadline to where the caller moved its event, with the caller''s own rights: {"kind": "decided", "proposal"}, {"kind": "not_found"}, {"kind": "not_allowed"} or {"kind": "conflict", "reason"}.';

create function public.calendar_undo_proposal(p_proposal_id uuid) returns jsonb
language plpgsql volatile security invoker set search_path = ''
as $$
begin
  perform calendar_sync.count_own_call();
  return calendar_sync.move_deadline(p_proposal_id, 'undo');
end;
$$;

comment on function public.calendar_undo_proposal(uuid) is
  'Takes an accepted proposal of the caller back, while the deadline is what it made it; then it is open again. Answers as calendar_accept_proposal.';

create function public.calendar_dismiss_proposal(p_proposal_id uuid) returns jsonb
language plpgsql volatile security invoker set search_path = '' set lock_timeout = '2s'
as $$
declare
  v_step jsonb;
begin
  perform calendar_sync.count_own_call();
  v_step := calendar_sync.prepare_decision(p_proposal_id, 'dismiss');
  if v_step ->> 'kind' <> 'ready' then
    return v_step;
  end if;
  return calendar_sync.record_decision(p_proposal_id, 'dismiss');
exception when lock_not_available then
  return '{"kind": "conflict", "reason": "busy"}'::jsonb;
end;
$$;

comment on function public.calendar_dismiss_proposal(uuid) is
  'Leaves the deadline where it is. Answers as calendar_accept_proposal.';

-- Accepting in advance: the user chose it, and the operator allows it.
create function calendar_sync.user_of_edit(p_proposal_id uuid) returns uuid
language sql stable security definer set search_path = ''
as $$
  select proposal.user_id
  from public.calendar_proposals as proposal
  join public.calendar_integrations as integration on integration.id = proposal.integration_id and integration.removed_at is null
  where proposal.id = p_proposal_id and integration.user_id = proposal.user_id
    and integration.settings ->> 'calendar_edits' = 'accept' and calendar_sync.blocked_until(proposal.user_id) is null
$$;

comment on function calendar_sync.user_of_edit(uuid) is
  'The user who accepts this proposal in advance; null where its calendar is not set to that, or its user is blocked.';
grant execute on function calendar_sync.user_of_edit(uuid) to service_role;

create function calendar_sync.refuse_edit(p_proposal_id uuid) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform calendar_sync.put_back(integration_id, obligation_id) from public.calendar_proposals where id = p_proposal_id;
end;
$$;

comment on function calendar_sync.refuse_edit(uuid) is 'Has a moved event put back where its deadline is.';
grant execute on function calendar_sync.refuse_edit(uuid) to service_role;

-- As calendar_call_with_key: it runs as its caller, since Postgres forbids a change of role inside a function that runs as its owner.
create function public.calendar_accept_edit(p_proposal_id uuid) returns boolean
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  v_user_id constant uuid := calendar_sync.user_of_edit(p_proposal_id);
  v_role constant text := current_setting('role');
  v_claims constant text := coalesce(current_setting('request.jwt.claims', true), '');
  v_verdict jsonb;
begin
  if v_user_id is not null then
    perform set_config('request.jwt.claims', jsonb_build_object('sub', v_user_id, 'role', 'authenticated')::text, true),
      set_config('role', 'authenticated', true);
    -- An older Data API sets each claim by itself, and auth.uid() reads that first.
    if auth.uid() is distinct from v_user_id then
      raise exception 'The caller could not be made the user of the proposal %.', p_proposal_id using errcode = 'insufficient_privilege';
    end if;
    v_verdict := calendar_sync.move_deadline(p_proposal_id, 'accept', true);
    perform set_config('role', v_role, true), set_config('request.jwt.claims', v_claims, true);
  end if;
  if v_verdict ->> 'kind' = 'decided' then
    return true;
  end if;
  -- Where somebody else is changing the obligation, the next run accepts it.
  if v_verdict ->> 'reason' is distinct from 'busy' then
    perform calendar_sync.refuse_edit(p_proposal_id);
  end if;
  return false;
end;
$$;

comment on function public.calendar_accept_edit(uuid) is
  'Accepts a move for a user who accepts all in advance, with the user''s own rights, and leaves a notice that undoes it. False: the user may not change the obligation, or the deadline has changed: the event is put back; or the obligation is locked: then it is offered again.';

-- schemas/245_sweep.sql

-- The sweep finds what no trigger told: triggers that were off for a while, a restored backup, an adapter that was redefined. Each
-- integration and each user's feeds are looked at once a day, in the minute that follows from their ids. So the sweep needs no
-- memory.

create function calendar_sync.sweep_calendars(p_from uuid, p_to uuid) returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_everything constant integer := 2147483647;
  v_integration_ids uuid[];
  v_obligation_ids uuid[];
begin
  -- A calendar that was stopped goes on once the obligations are back.
  update public.calendar_integrations as integration set status = 'active'
  where integration.id between p_from and p_to and integration.removed_at is null and integration.status = 'paused'
    and integration.last_error ->> 'code' = 'mass_deletion' and calendar_sync.count_deletions(integration.id) = 0;
  select array_agg(integration.id), array_agg(found.obligation_id)
  into v_integration_ids, v_obligation_ids
  from public.calendar_integrations as integration
  cross join lateral calendar_sync.compare(
    integration.id, calendar_sync.keys_after(integration.id, null, v_everything)) as found
  where integration.id between p_from and p_to and integration.removed_at is null
    and integration.status = 'active' and integration.sync_enabled and found.differs
    and not exists (
      select from calendar_sync.jobs as job
      where job.integration_id = integration.id and (job.kind = 'scan' or job.obligation_id = found.obligation_id)
    )
    and not exists (
      select from calendar_sync.changes as change
      where change.integration_id = integration.id
        and (change.kind in ('scan', 'listen') or change.obligation_id = found.obligation_id)
    );
  if v_integration_ids is not null then
    perform calendar_sync.append_event_changes(v_integration_ids, v_obligation_ids, 2);
  end if;
  perform calendar_sync.supersede_proposals(own.integration_id) from (
    select distinct integration_id from public.calendar_proposals
    where integration_id between p_from and p_to and state in ('open', 'accepted')
  ) as own;
  return coalesce(cardinality(v_obligation_ids), 0);
end;
$$;

comment on function calendar_sync.sweep_calendars(uuid, uuid) is
  'Queues what differs in the calendars from one id to another and nobody queued. How many obligations it found. Fails where the adapter does.';

create function calendar_sync.sweep(p_from uuid, p_to uuid) returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_caller constant text := calendar_sync.act_as('sweep');
  v_found integer := 0;
  v_id uuid;
begin
  begin
    v_found := calendar_sync.sweep_calendars(p_from, p_to);
  -- `others` leaves out an ASSERT of the host's adapter. A statement that is cancelled ends: it may be a sweep of everything.
  exception when assert_failure or others then
    -- One by one, so that a calendar that cannot be read keeps no other from being swept.
    for v_id in select id from public.calendar_integrations where id between p_from and p_to order by id loop
      begin
        v_found := v_found + calendar_sync.sweep_calendars(v_id, v_id);
      exception when assert_failure or others then
        perform calendar_sync.note_incident('claim', sqlstate, format('%s: %s', v_id, sqlerrm));
      end;
    end loop;
  end;
  perform calendar_sync.append_feed_changes(array(
    select user_id from calendar_sync.feed_owners where user_id between p_from and p_to
  ));
  perform calendar_sync.reschedule(array(
    select fresh.integration_id from calendar_sync.schedule as fresh join calendar_sync.lanes as lane using (integration_id)
    where fresh.integration_id between p_from and p_to
      and ((fresh.ready_at is null) <> (lane.ready_at is null) or fresh.ready_at < lane.ready_at)
  ));
  perform calendar_sync.act_as(v_caller);
  return v_found;
end;
$$;

comment on function calendar_sync.sweep(uuid, uuid) is
  'Looks at integrations and feed owners from one id to another: queues what differs and nobody queued, and corrects the schedule. How many obligations it found. A calendar that cannot be read is an incident.';

-- The first eight hexadecimal digits of an id, in equal slices.
create function calendar_sync.slice_of(p_minute integer, out from_id uuid, out to_id uuid)
language sql immutable security invoker set search_path = ''
as $$
  select (lpad(to_hex(4294967296 * p_minute / 1440), 8, '0') || '-0000-0000-0000-000000000000')::uuid,
    (lpad(to_hex(4294967296 * (p_minute + 1) / 1440 - 1), 8, '0') || '-ffff-ffff-ffff-ffffffffffff')::uuid
$$;

comment on function calendar_sync.slice_of(integer) is 'The ids that are swept in a minute of the day, 0 to 1439.';

create function calendar_sync.sweep_slice() returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_week constant integer := 7;
  v_minute constant integer := extract(hour from now() at time zone 'UTC') * 60 + extract(minute from now() at time zone 'UTC');
  v_from uuid;
  v_to uuid;
begin
  select from_id, to_id into v_from, v_to from calendar_sync.slice_of(v_minute);
  perform calendar_sync.find_orphans(array(
    select id from public.calendar_integrations
    where id between v_from and v_to and removed_at is null and status = 'active' and sync_enabled
      and abs(hashtext(id::text)::bigint) % v_week = extract(dow from now() at time zone 'UTC')
  ));
  return calendar_sync.sweep(v_from, v_to);
end;
$$;

comment on function calendar_sync.sweep_slice() is
  'Called by pg_cron every minute: sweeps the integrations and feeds whose minute of the day it is, and once a week has their calendars searched for orphans.';

create function calendar_sync.find_orphans(p_integration_ids uuid[] default null) returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_ids constant uuid[] := array(
    select id from public.calendar_integrations
    where removed_at is null and (p_integration_ids is null or id = any (p_integration_ids))
  );
begin
  perform calendar_sync.append_changes(v_ids, 'find_orphans', 2);
  return cardinality(v_ids);
end;
$$;

comment on function calendar_sync.find_orphans(uuid[]) is
  'Has calendars searched for events of ours that no mapping knows; all calendars where no ids are given, as after a backup was restored.';

-- schemas/250_counts.sql

-- What the functions count. They count in memory and append it, a row for each run of the worker, so no counter is shared; the tick
-- adds the rows up. A series only grows: its sum is the same before and after that. Sums are numeric, since a sum of floating point
-- numbers depends on their order and could seem to shrink.

create table calendar_sync.count_flushes (
  id uuid primary key,
  counts jsonb not null,
  at timestamptz not null default clock_timestamp()
);

comment on table calendar_sync.count_flushes is
  'What a process of a function counted in a while: [{"metric", "labels", "value"}]. The tick adds what is older than a minute to count_totals.';
comment on column calendar_sync.count_flushes.id is 'Chosen by the sender, so that what is sent again is kept once.';
create index count_flushes_at_idx on calendar_sync.count_flushes (at);

create table calendar_sync.count_totals (
  metric text not null,
  labels jsonb not null,
  value numeric not null,
  grown_at timestamptz not null,
  primary key (metric, labels)
);

comment on table calendar_sync.count_totals is 'How much every series has grown since the installation, but for what count_flushes still holds.';
comment on column calendar_sync.count_totals.grown_at is 'When something was last added.';

create table calendar_sync.count_words (
  metric text not null,
  word text not null,
  noted_at timestamptz not null default now(),
  primary key (metric, word)
);

comment on table calendar_sync.count_words is
  'Words from outside that have a series of their own: fifty a metric, the first that came; all others are counted as other. A word that was not counted for a week gives its place up.';

alter table calendar_sync.count_flushes enable row level security;
alter table calendar_sync.count_totals enable row level security;
alter table calendar_sync.count_words enable row level security;

create function calendar_sync.word_labels() returns table (metric text, label text)
language sql immutable security invoker set search_path = ''
as $$
  values ('calendar_obligation_syncs', 'obligation_type'), ('calendar_job_failures', 'reason')
$$;

comment on function calendar_sync.word_labels() is 'Labels whose values come from outside: free text of users, words of providers.';

create function calendar_sync.bounded_counts(p_counts jsonb) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_words_max constant integer := 50;
  v_characters_max constant integer := 64;
begin
  with told as materialized (
    select distinct count.metric, left(count.labels ->> open.label, v_characters_max) as word
    from jsonb_to_recordset(p_counts) as count (metric text, labels jsonb)
    join calendar_sync.word_labels() as open on open.metric = count.metric
  ), unknown as (
    select told.metric, told.word, row_number() over (partition by told.metric order by told.word) as place
    from told
    where not exists (
      select from calendar_sync.count_words as known where known.metric = told.metric and known.word = told.word
    )
  )
  insert into calendar_sync.count_words (metric, word)
  select unknown.metric, unknown.word from unknown
  where unknown.place <= v_words_max - (
    select count(*) from calendar_sync.count_words as known where known.metric = unknown.metric
  )
  order by 1, 2
  on conflict do nothing;
  return (
    select coalesce(jsonb_agg(jsonb_build_object('metric', count.metric, 'value', count.value, 'labels', case
      when open.label is null then count.labels
      when known.word is null then count.labels || jsonb_build_object(open.label, 'other')
      else count.labels || jsonb_build_object(open.label, known.word)
    end)), '[]')
    from jsonb_to_recordset(p_counts) as count (metric text, labels jsonb, value numeric)
    left join calendar_sync.word_labels() as open on open.metric = count.metric
    left join calendar_sync.count_words as known
      on known.metric = count.metric and known.word = left(count.labels ->> open.label, v_characters_max)
  );
end;
$$;

comment on function calendar_sync.bounded_counts(jsonb) is 'The same counts, with other for every word that has no place.';

-- A failed flush never fails the caller.
create function public.calendar_keep_counts(p_flushes jsonb) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  insert into calendar_sync.count_flushes (id, counts)
  select flush.id, calendar_sync.bounded_counts(flush.counts)
  from jsonb_to_recordset(p_flushes) as flush (id uuid, counts jsonb)
  on conflict do nothing;
exception when others then
  raise warning 'calendar_sync: counts were not kept: % %', sqlstate, sqlerrm;
end;
$$;

comment on function public.calendar_keep_counts(jsonb) is
  'Keeps what a function counted: [{"id", "counts": [{"metric", "labels", "value"}]}]; never fails itself.';

create function calendar_sync.roll_up_counts() returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  with taken as (
    delete from calendar_sync.count_flushes where at < now() - interval '1 minute' returning counts
  )
  insert into calendar_sync.count_totals as total (metric, labels, value, grown_at)
  select count.metric, count.labels, sum(count.value), now()
  from taken cross join lateral jsonb_to_recordset(taken.counts) as count (metric text, labels jsonb, value numeric)
  group by 1, 2 order by 1, 2
  on conflict (metric, labels) do update set value = total.value + excluded.value, grown_at = excluded.grown_at;
end;
$$;

comment on function calendar_sync.roll_up_counts() is 'Called by the tick: adds up what was counted more than a minute ago.';

-- A series may end. Its count is not added to other, which would seem to jump.
create function calendar_sync.tidy_counts() returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_idle constant interval := interval '7 days';
begin
  delete from calendar_sync.count_totals as total using calendar_sync.word_labels() as open
  where open.metric = total.metric and total.grown_at < now() - v_idle
    and total.labels ->> open.label <> 'other';
  delete from calendar_sync.count_words as known using calendar_sync.word_labels() as open
  where open.metric = known.metric and known.noted_at < now() - v_idle and not exists (
    select from calendar_sync.count_totals as total
    where total.metric = known.metric and total.labels ->> open.label = known.word
  );
end;
$$;

comment on function calendar_sync.tidy_counts() is 'Called every night: words that were not counted for a week give their places up.';

-- schemas/255_edit_counts.sql

-- What users did to events and what came of it, counted where it is recorded: a batch whose answer gets lost is recorded once, and so
-- counted once. Each count is an appended row of count_flushes, so that nobody waits for a counter.

-- What is counted never fails what is done.
create function calendar_sync.append_counts(p_counts jsonb) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  insert into calendar_sync.count_flushes (id, counts) values (gen_random_uuid(), p_counts);
exception when others then
  raise warning 'calendar_sync: counts were not kept: % %', sqlstate, sqlerrm;
end;
$$;

comment on function calendar_sync.append_counts(jsonb) is
  'Counts what happened in this transaction: [{"metric", "labels", "value"}]; never fails itself.';

create function calendar_sync.count_edits(p_integration public.calendar_integrations, p_edits calendar_sync.edit_now[]) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_counts constant jsonb := (
    select jsonb_agg(jsonb_build_object(
      'metric', 'calendar_edits', 'labels', jsonb_build_object('provider', p_integration.provider, 'kind', by_kind.kind), 'value', by_kind.edits))
    from (
      -- What is known already was counted when it was found.
      select edit.kind, count(*) as edits from unnest(p_edits) as edit where edit.kind <> 'known' group by edit.kind
    ) as by_kind
  );
begin
  if v_counts is not null then
    perform calendar_sync.append_counts(v_counts);
  end if;
end;
$$;

comment on function calendar_sync.count_edits(public.calendar_integrations, calendar_sync.edit_now[]) is
  'Counts what a user did to events, by kind.';

create function calendar_sync.count_restores(p_provider text, p_edit text, p_restored integer, p_left integer) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform calendar_sync.append_counts(jsonb_agg(jsonb_build_object(
    'metric', 'calendar_restores', 'value', counted.events,
    'labels', jsonb_build_object('provider', p_provider, 'edit', p_edit, 'result', counted.result))))
  from (values ('restored', p_restored), ('left', p_left)) as counted (result, events)
  where counted.events > 0 having count(*) > 0;
end;
$$;

comment on function calendar_sync.count_restores(text, text, integer, integer) is
  'Counts moved (p_edit moved) or deleted (deleted) events that are put back, and those that are left as their user wants them.';

create function calendar_sync.count_mass_edit(p_provider text) returns void
language sql volatile security definer set search_path = ''
as $$
  select calendar_sync.append_counts(jsonb_build_array(jsonb_build_object(
    'metric', 'calendar_mass_edits', 'labels', jsonb_build_object('provider', p_provider), 'value', 1)))
$$;

comment on function calendar_sync.count_mass_edit(text) is 'Counts a calendar that is paused because very many of its events were moved or deleted at once.';

create function calendar_sync.count_new_proposals() returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform calendar_sync.append_counts(jsonb_agg(jsonb_build_object(
    'metric', 'calendar_proposals', 'labels', jsonb_build_object('provider', opened.provider, 'state', opened.state), 'value', opened.proposals)))
  from (
    select new_row.provider, new_row.state, count(*) as proposals from new_rows as new_row group by new_row.provider, new_row.state
  ) as opened
  having count(*) > 0;
  return null;
end;
$$;

comment on function calendar_sync.count_new_proposals() is 'Counts proposals that are opened.';

create trigger count_new_proposals after insert on public.calendar_proposals
referencing new table as new_rows
for each statement execute function calendar_sync.count_new_proposals();

create function calendar_sync.count_decided_proposals() returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform calendar_sync.append_counts(jsonb_agg(jsonb_build_object(
    'metric', 'calendar_proposals', 'labels', jsonb_build_object('provider', decided.provider, 'state', decided.state), 'value', decided.proposals)))
  from (
    select new_row.provider, new_row.state, count(*) as proposals
    from new_rows as new_row join old_rows as old_row on old_row.id = new_row.id
    where new_row.state <> old_row.state group by new_row.provider, new_row.state
  ) as decided
  having count(*) > 0;
  return null;
end;
$$;

comment on function calendar_sync.count_decided_proposals() is 'Counts proposals by the state that they come into.';

create trigger count_decided_proposals after update on public.calendar_proposals
referencing old table as old_rows new table as new_rows
for each statement execute function calendar_sync.count_decided_proposals();

-- schemas/260_erasing.sql

-- Erasing a user for good (GDPR, article 17). Where the grant still lives the worker removes the events first, as for a user who
-- disconnects with them. So it takes as long as the provider does, and the tick sees it through.

create table calendar_sync.erasures (
  user_id uuid primary key,
  integration_ids uuid[] not null,
  asked_at timestamptz not null default now(),
  asked_by text not null,
  reason text
);

comment on table calendar_sync.erasures is
  'Users who are being erased and whose events have yet to go. No foreign key: the user may be deleted meanwhile. The row goes with the last trace.';
comment on column calendar_sync.erasures.integration_ids is 'The integrations that the user had when it was asked for.';
comment on column calendar_sync.erasures.asked_by is 'Who asked for it, as calendar_sync.caused_by() said.';

alter table calendar_sync.erasures enable row level security;

create function calendar_sync.integrations_of_user(p_user_id uuid) returns setof uuid
language sql stable security definer set search_path = ''
as $$
  select id from public.calendar_integrations where user_id = p_user_id
  union all
  -- By the index of the few that have to go.
  select id from public.calendar_integrations where remove_by is not null and deleted_user_id = p_user_id
$$;

comment on function calendar_sync.integrations_of_user(uuid) is
  'Every integration of a user: removed ones, and those of a user who is deleted whose events are being removed.';

create function calendar_sync.forget_traces(p_user_id uuid, p_integration_ids uuid[]) returns bigint
language plpgsql volatile security definer set search_path = ''
as $$
declare
  -- Calls are counted for minutes, also those of a calendar that was disconnected before.
  v_ids constant uuid[] := p_integration_ids || array(
    select distinct integration_id from calendar_sync.activity
    where user_id = p_user_id and at > now() - interval '1 hour' and integration_id is not null
  );
begin
  delete from calendar_sync.feed_owners where user_id = p_user_id;
  delete from calendar_sync.calls where caller in (
    select calendar_sync.caller_of_key(id) from calendar_sync.api_keys where user_id = p_user_id
  );
  delete from calendar_sync.api_keys where user_id = p_user_id;
  delete from calendar_sync.feed_changes where user_id = p_user_id;
  delete from calendar_sync.webhooks where user_id = p_user_id;
  delete from calendar_sync.deliveries where user_id = p_user_id;
  delete from calendar_sync.flows where user_id = p_user_id;
  delete from calendar_sync.preferences where user_id = p_user_id;
  delete from calendar_sync.notices where user_id = p_user_id;
  delete from public.calendar_proposals where user_id = p_user_id;
  delete from calendar_sync.mail_choices where user_id = p_user_id;
  delete from calendar_sync.suppressed_mail where user_id = p_user_id;
  delete from calendar_sync.locks where subject_id = p_user_id or subject_id = any (v_ids);
  delete from calendar_sync.calls where caller = p_user_id;
  delete from public.calendar_integrations
  where removed_at is not null and id in (select calendar_sync.integrations_of_user(p_user_id));
  delete from calendar_sync.changes as change
  where change.integration_id = any (v_ids)
    and not exists (select from calendar_sync.lanes as lane where lane.integration_id = change.integration_id);
  delete from calendar_sync.provider_calls as call
  where call.integration_id = any (v_ids)
    and not exists (select from calendar_sync.lanes as lane where lane.integration_id = call.integration_id);
  update calendar_sync.providers as provider
  set unreachable = array(select id from unnest(provider.unreachable) as id where id <> all (v_ids))
  where provider.unreachable && v_ids;
  update calendar_sync.server_breakers as breaker
  set unreachable = array(select id from unnest(breaker.unreachable) as id where id <> all (v_ids))
  where breaker.unreachable && v_ids;
  delete from calendar_sync.incidents
  where kind = 'claim' and exists (select from unnest(v_ids) as id where strpos(message, id::text) > 0);
  return calendar_sync.forget_activity(p_user_id);
end;
$$;

comment on function calendar_sync.forget_traces(uuid, uuid[]) is
  'Erases what is known of a user besides the calendars that are still connected. Returns how many rows of activity were blanked.';

create function calendar_sync.pursue_erasure(p_user_id uuid) returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_erasure calendar_sync.erasures;
  v_left integer;
begin
  select * into v_erasure from calendar_sync.erasures where user_id = p_user_id for update skip locked;
  if not found then
    return null;
  end if;
  -- A user who connects again meanwhile is erased all the same.
  v_erasure.integration_ids := array(
    select unnest(v_erasure.integration_ids) union select calendar_sync.integrations_of_user(p_user_id)
  );
  update calendar_sync.erasures set integration_ids = v_erasure.integration_ids
  where user_id = p_user_id and cardinality(integration_ids) < cardinality(v_erasure.integration_ids);
  perform calendar_sync.lock_integrations(v_erasure.integration_ids);
  -- Without a grant there is no way to the events.
  delete from public.calendar_integrations where id = any (v_erasure.integration_ids) and status = 'disconnected';
  update public.calendar_integrations set status = 'disconnecting', last_error = null
  where id = any (v_erasure.integration_ids) and status in ('active', 'paused');
  select count(*) into v_left from public.calendar_integrations where id = any (v_erasure.integration_ids);
  if v_left = 0 then
    perform calendar_sync.forget_traces(p_user_id, v_erasure.integration_ids);
    delete from calendar_sync.erasures where user_id = p_user_id;
    -- That it was done is worth knowing; for whom it was done must not be known.
    insert into calendar_sync.activity (action, details, caused_by)
    values ('erased', jsonb_strip_nulls(jsonb_build_object(
      'calendars', cardinality(v_erasure.integration_ids), 'because', v_erasure.reason)), v_erasure.asked_by);
  end if;
  return v_left;
end;
$$;

comment on function calendar_sync.pursue_erasure(uuid) is
  'Goes on with an erasure: disconnects what is connected, and once nothing is, erases all else. Returns how many calendars have yet to go; null where there is no such erasure, or it is being pursued already.';

-- An erasure that fails keeps neither the others nor the tick from going on. It is tried again with each tick, and noted once an hour.
create function calendar_sync.try_erasure(p_user_id uuid) returns integer
language plpgsql volatile security definer set search_path = ''
as $$
begin
  return calendar_sync.pursue_erasure(p_user_id);
exception when others then
  if not exists (
    select from calendar_sync.incidents where kind = 'erasure' and created_at > now() - interval '1 hour'
  ) then
    perform calendar_sync.note_incident('erasure', sqlstate, sqlerrm);
  end if;
  return null;
end;
$$;

comment on function calendar_sync.try_erasure(uuid) is 'pursue_erasure; where it fails, an incident.';

-- schemas/265_health.sql

-- Whether the installation does its work. One set of checks, with one table of thresholds, is behind /healthz, the metrics,
-- calendar_admin.health, setup_check() and the doctor. Idle is healthy.
--
-- pg_net and pg_cron may be dropped and created again: their tables are read by functions that are bound when they run.

create table calendar_sync.thresholds (
  name text primary key,
  value interval not null check (value > interval '0'),
  meaning text not null
);

comment on table calendar_sync.thresholds is 'When a check of the installation''s health fails.';

alter table calendar_sync.thresholds enable row level security;

insert into calendar_sync.thresholds (name, value, meaning) values
  ('tick', '1 minute', 'The tick last succeeded so long ago (three times that where pg_cron knows no seconds).'),
  ('wake_up', '1 minute', 'A wake-up call is unanswered for so long while work is due.'),
  ('person', '5 minutes', 'A person waits for so long, and the provider is not to blame.'),
  ('queue', '30 minutes', 'Anything waits for so long, and the provider is not to blame.'),
  ('stalled', '1 minute', 'Work is due for so long and no worker comes: pg_net''s worker is restarted.'),
  ('incidents', '1 hour', 'An incident is so recent.'),
  ('erasure', '1 day', 'A user waits for so long to be erased.');

create function calendar_sync.threshold(p_name text) returns interval
language sql stable security definer set search_path = ''
as $$ select value from calendar_sync.thresholds where name = p_name $$;

comment on function calendar_sync.threshold(text) is 'The value of calendar_sync.thresholds.';

-- What each job of ours last did. pg_cron does not index runs by job, so only the latest of all are looked at.
create function calendar_sync.cron_jobs() returns table (
  job text, schedule text, active boolean, command text, last_run_at timestamptz, last_status text, last_message text,
  succeeded_at timestamptz
)
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_runs_looked_at constant integer := 20000;
begin
  return query
  select one.jobname::text, one.schedule::text, one.active, one.command::text, run.start_time, run.status::text,
    run.return_message::text, success.end_time
  from cron.job as one
  left join lateral (
    select detail.start_time, detail.status, detail.return_message from cron.job_run_details as detail
    where detail.jobid = one.jobid and detail.runid > (select max(newest.runid) - v_runs_looked_at from cron.job_run_details as newest)
    order by detail.runid desc limit 1
  ) as run on true
  left join lateral (
    select detail.end_time from cron.job_run_details as detail
    where detail.jobid = one.jobid and detail.status = 'succeeded'
      and detail.runid > (select max(newest.runid) - v_runs_looked_at from cron.job_run_details as newest)
    order by detail.runid desc limit 1
  ) as success on true
  where one.jobname like 'calendar\_sync\_%' and one.database = current_database()
  order by one.jobname;
end;
$$;

comment on function calendar_sync.cron_jobs() is
  'The jobs that pg_cron runs for us and how they last went. Needs cron.log_run, which is on unless somebody turned it off.';

-- pg_net indexes its answers by time alone, dates an answer with the beginning of its batch, and keeps answers for six hours.
create function calendar_sync.wake_up_answers(p_calls integer) returns table (
  id bigint, request_id bigint, at timestamptz, answered_at timestamptz, status_code integer, timed_out boolean, error_msg text
)
language plpgsql stable security definer set search_path = ''
as $$
begin
  return query
  select call.id, call.request_id, call.at, response.created, response.status_code, response.timed_out, response.error_msg
  from (select * from calendar_sync.wake_up_calls as latest order by latest.id desc limit p_calls) as call
  left join net._http_response as response
    on response.id = call.request_id and response.created between call.at - interval '1 minute' and call.at + interval '1 minute'
  order by call.id desc;
end;
$$;

comment on function calendar_sync.wake_up_answers(integer) is 'The latest p_calls wake-up calls and what they were answered, newest first.';

create function calendar_sync.wake_up_state(
  out configured boolean, out refused boolean, out unanswered_since timestamptz, out succeeded_at timestamptz, out queued bigint
)
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_calls constant integer := 10;
  v_queued_max constant integer := 10000;
begin
  select count(*) = 2 into configured from vault.secrets as secret
  where secret.name in ('calendar_sync_url', 'calendar_sync_secret');
  with recent as (
    select call.id, call.at, call.answered_at, coalesce(call.status_code between 200 and 299, false) as is_ok
    from calendar_sync.wake_up_answers(v_calls) as call
  ), answered as (
    select max(recent.id) as id, (array_agg(not is_ok order by recent.id desc))[1] as refused,
      max(answered_at) filter (where is_ok) as succeeded_at
    from recent where answered_at is not null
  )
  select coalesce(answered.refused, false), answered.succeeded_at,
    (select min(recent.at) from recent where recent.id > coalesce(answered.id, 0))
  into refused, succeeded_at, unanswered_since
  from answered;
  select count(*) into queued from (select from net.http_request_queue limit v_queued_max) as waiting;
end;
$$;

comment on function calendar_sync.wake_up_state() is
  'Of the last ten wake-up calls: whether the last answer was not 2xx, since when one is unanswered, when one last succeeded. configured: the Vault secrets are there. queued: calls that wait in pg_net.';

-- A provider that is down, or whose quota is spent, keeps its own lanes waiting: that is not for us to mend.
create function calendar_sync.waits_since(p_priority integer default null) returns timestamptz
language sql stable security definer set search_path = ''
as $$
  select least((
    select min(head.ready_at) from calendar_sync.queue_heads() as head
    where not head.is_open and coalesce(head.waits_until <= now(), true) and head.ready_at <= now()
      and head.priority = coalesce(p_priority, head.priority)
  ), (
    select min(first.created_at)
    from (values (0::smallint), (1::smallint), (2::smallint)) as class (priority)
    cross join lateral (
      select change.created_at from calendar_sync.changes as change
      where change.priority = class.priority order by change.id limit 1
    ) as first
    where class.priority = coalesce(p_priority, class.priority)
  ))
$$;

comment on function calendar_sync.waits_since(integer) is
  'Since when the oldest work waits that could be done, of a priority where one is given. Null: nothing waits.';

create type calendar_sync.health_check as (
  name text, ok boolean, severity text, found text, how_to_mend text
);

comment on type calendar_sync.health_check is
  'A check of health. severity: error, the installation does not do its work; warning, somebody has to look.';

-- Each function is one check or a few; a check that cannot be carried out fails and says why.
create function calendar_sync.check_tick() returns setof calendar_sync.health_check
language sql stable security definer set search_path = ''
as $$
  -- A database that has just started has run nothing yet. Before pg_cron 1.5 the tick comes once a minute.
  select 'tick', coalesce(job.active and coalesce(job.succeeded_at, pg_postmaster_start_time())
      > clock_timestamp() - calendar_sync.threshold('tick') * case when job.schedule like '%seconds' then 1 else 3 end, false),
    'error', case
      when job.job is null then 'The tick is not scheduled.'
      when not job.active then 'The tick is switched off.'
      else coalesce('The tick last succeeded at ' || job.succeeded_at || '.', 'The tick has not succeeded yet.')
    end, 'select * from calendar_admin.setup_check() where not ok;'
  from (values (1)) as one
  left join calendar_sync.cron_jobs() as job on job.job = 'calendar_sync_tick'
$$;

comment on function calendar_sync.check_tick() is 'Whether pg_cron runs the tick.';

create function calendar_sync.check_wake_up() returns setof calendar_sync.health_check
language sql stable security definer set search_path = ''
as $$
  select 'wake_up', state.configured and not state.refused
      -- A call that got lost does not matter where nothing waits for it.
      and not (coalesce(state.unanswered_since < now() - calendar_sync.threshold('wake_up'), false) and calendar_sync.work_is_due()),
    'error', case
      when not state.configured then 'The worker cannot be woken: its address or secret is not in Vault.'
      when state.refused then 'The worker''s last answer was not 2xx.'
      when state.unanswered_since is not null then format('A call has been unanswered since %s.', state.unanswered_since)
      else coalesce('The worker last answered at ' || state.succeeded_at || '.', 'The worker was not called lately.')
    end, 'select * from calendar_admin.setup_check() where not ok;'
  from calendar_sync.wake_up_state() as state
$$;

comment on function calendar_sync.check_wake_up() is 'Whether the worker can be woken and answers 2xx.';

create function calendar_sync.check_queue() returns setof calendar_sync.health_check
language sql stable security definer set search_path = ''
as $$
  select 'queue', coalesce(waits.person_since > now() - calendar_sync.threshold('person'), true)
      and coalesce(waits.any_since > now() - calendar_sync.threshold('queue'), true),
    'error', coalesce('The oldest work that could be done has waited for '
      || date_trunc('second', now() - waits.any_since) || '.', 'Nothing waits.'),
    'select * from calendar_admin.setup_check() where not ok; then select * from calendar_admin.slowest_lanes;'
  from (select calendar_sync.waits_since(0) as person_since, calendar_sync.waits_since() as any_since) as waits
$$;

comment on function calendar_sync.check_queue() is 'Whether nothing waits too long.';

create function calendar_sync.check_providers() returns setof calendar_sync.health_check
language sql stable security definer set search_path = ''
as $$
  select 'provider ' || provider.name, provider.open_since is null and coalesce(provider.quota_until <= now(), true), 'warning',
    case
      when provider.open_since is not null then format('%s cannot be reached since %s.', provider.label, provider.open_since)
      when provider.quota_until > now() then format('The quota of all %s accounts together is spent.', provider.label)
      else format('%s can be reached.', provider.label)
    end, 'nothing: it is tried again by itself; select * from calendar_admin.circuit_breakers; says when'
  from calendar_sync.providers as provider
  union all
  select 'client of ' || provider.name, refused.accounts = 0, 'error',
    case when refused.accounts = 0 then 'no account says that its id or secret is refused'
      else format('%s accounts say that its id or secret is refused', refused.accounts) end,
    format('npx supabase secrets set --env-file supabase/.env.calendar.local   -- client id and secret of %s. The accounts heal by themselves; sooner: select calendar_admin.drain();', provider.label)
  from calendar_sync.providers as provider
  cross join lateral (
    select count(*) as accounts from public.calendar_integrations as integration
    where integration.provider = provider.name and integration.removed_at is null and integration.last_error is not null
      and integration.last_error ->> 'code' = 'configuration' and integration.status = 'active'
  ) as refused
  where provider.credential = 'oauth'
$$;

comment on function calendar_sync.check_providers() is 'Whether each provider can be reached, and accepts our client.';

create function calendar_sync.check_troubles() returns setof calendar_sync.health_check
language sql stable security definer set search_path = ''
as $$
  select 'given up', count(*) = 0, 'warning',
    format('%s%s deadlines could not be brought into a calendar after %s attempts.', count(*), case when count(*) >= 1000 then ' or more' end,
      calendar_sync.attempts_max()),
    'select * from calendar_admin.stuck_jobs; then select * from calendar_admin.retry(''<integration_id>'');'
  from (
    select from calendar_sync.jobs as job
    where job.failed_at is not null and job.attempts >= calendar_sync.attempts_max()
    order by job.integration_id, job.failed_at limit 1000
  ) as given_up
  union all
  select 'incidents', count(*) = 0, 'warning', format('%s incidents within the last hour.', count(*)),
    'select * from calendar_admin.incidents;'
  from (
    select incident.created_at from calendar_sync.incidents as incident order by incident.id desc limit 1000
  ) as incident
  where incident.created_at > now() - calendar_sync.threshold('incidents')
  union all
  select 'activity', count(day.name) = 0 and not late.is_there and old.days = 0, 'warning', case
      when late.is_there then 'Rows are in calendar_sync.activity_default, for which nobody made a day.'
      when old.days > 0 then format('%s days are older than calendar_sync.options.activity_kept_for by more than three days.', old.days)
      else coalesce('Days without a partition: ' || string_agg(day.name, ', ') || '.', 'Today and the next three days have a partition.')
    end, 'select calendar_sync.keep_activity();'
  from (select exists (select from calendar_sync.activity_default) as is_there) as late
  cross join (select count(*) as days from calendar_sync.old_activity_days(interval '3 days')) as old
  left join (
    select 'activity_' || to_char((now() at time zone 'UTC')::date + ahead, 'YYYYMMDD') as name from generate_series(0, 3) as ahead
  ) as day on pg_catalog.to_regclass('calendar_sync.' || day.name) is null
  group by late.is_there, old.days
  union all
  select 'erasures', count(*) = 0, 'warning', format('%s users have waited to be erased for more than a day.', count(*)),
    'select * from calendar_admin.erasures; then select * from calendar_admin.erase_user(''<user_id>'', ''keep''); gives their events up'
  from calendar_sync.erasures as erasure where erasure.asked_at < now() - calendar_sync.threshold('erasure')
$$;

comment on function calendar_sync.check_troubles() is 'What somebody should look at: given up, incidents, the days of the activity, erasures.';

create function calendar_sync.health() returns setof calendar_sync.health_check
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_check text;
begin
  foreach v_check in array array['tick', 'wake_up', 'queue', 'providers', 'troubles'] loop
    begin
      return query execute format(
        'select name, ok, severity, found, case when not ok then how_to_mend end from calendar_sync.check_%s()', v_check);
    exception when others then
      return next row (v_check, false, 'error', format('This could not be checked: %s', sqlerrm),
        'select * from calendar_admin.setup_check() where not ok;')::calendar_sync.health_check;
    end;
  end loop;
end;
$$;

comment on function calendar_sync.health() is 'Every check of health, a row each.';

create function public.calendar_health() returns jsonb
language sql volatile security definer set search_path = ''
as $$
  select coalesce(jsonb_agg(health_check.name) filter (where not health_check.ok), '[]')
  from calendar_sync.health() as health_check where health_check.name in ('tick', 'wake_up', 'queue')
$$;

comment on function public.calendar_health() is 'Names of the checks that fail, of tick, wake_up and queue: without one of them nothing syncs.';

-- schemas/270_gauges.sql

-- Gauges: how things stand when the metrics are read. Each is a short look into an index; what could be long is counted up to a
-- bound.

create function calendar_sync.provider_gauges() returns table (metric text, labels jsonb, value numeric)
language plpgsql stable security definer set search_path = ''
set enable_seqscan = off set jit = off
as $$
declare
  v_users constant integer := 200;
  v_changes_max constant integer := 10000;
  -- Ids are random: the users after an id that changes every hour are a fair sample.
  v_from constant uuid := md5(date_trunc('hour', now())::text)::uuid;
begin
  return query
  select 'calendar_integrations', jsonb_build_object('provider', integration.provider, 'status', integration.status), count(*)::numeric
  from public.calendar_integrations as integration where integration.removed_at is null
  group by integration.provider, integration.status;
  return query
  select 'calendar_integration_errors',
    jsonb_build_object('provider', integration.provider, 'code', coalesce(integration.last_error ->> 'code', 'none')), count(*)::numeric
  from public.calendar_integrations as integration
  where integration.last_error is not null and integration.removed_at is null group by integration.provider, integration.last_error ->> 'code';
  return query
  with chosen as (
    select distinct near.user_id from (
      (select integration.user_id from public.calendar_integrations as integration
        where integration.user_id >= v_from and integration.status = 'active' order by integration.user_id limit v_users)
      union all
      (select integration.user_id from public.calendar_integrations as integration
        where integration.user_id < v_from and integration.status = 'active' order by integration.user_id limit v_users)
    ) as near limit v_users
  ), changes as materialized (
    select (
      select count(*) from (
        select from calendar_sync.activity as change
        where change.user_id = chosen.user_id and change.at > now() - interval '1 day'
          and change.action in ('created', 'updated', 'moved', 'removed')
        limit v_changes_max
      ) as counted
    ) as of_user
    from chosen
  )
  select 'calendar_user_changes_last_day', jsonb_build_object('quantile', quantile.label),
    coalesce(percentile_disc(quantile.fraction) within group (order by changes.of_user), 0)::numeric
  from (values ('0.5', 0.5), ('0.9', 0.9), ('0.99', 0.99), ('1.0', 1)) as quantile (label, fraction) left join changes on true
  group by quantile.label, quantile.fraction;
  return query
  select gauge.metric, jsonb_build_object('provider', provider.name, 'scope', quota.scope), gauge.value
  from calendar_sync.providers as provider
  cross join lateral (values
    ('account', provider.account_calls, provider.account_window), ('project', provider.project_calls, provider.project_window)
  ) as quota (scope, calls, window_length)
  cross join lateral (values
    ('calendar_quota_calls_limit', quota.calls::numeric),
    ('calendar_quota_calls_used', (
      select coalesce(case quota.scope when 'project' then sum(account.calls) else max(account.calls) end, 0)
      from (
        select sum(call.calls) as calls from calendar_sync.provider_calls as call
        where call.provider = provider.name and call.at > clock_timestamp() - quota.window_length
        group by call.integration_id
      ) as account
    ))
  ) as gauge (metric, value)
  where quota.calls is not null;
  return query
  select 'calendar_circuit_breaker_open', jsonb_build_object('provider', provider.name, 'cause', cause.name), cause.is_true::integer::numeric
  from calendar_sync.providers as provider
  cross join lateral (values
    ('down', provider.open_since is not null), ('quota', coalesce(provider.quota_until > now(), false))
  ) as cause (name, is_true);
end;
$$;

comment on function calendar_sync.provider_gauges() is
  'Accounts by status and by error, and how many changes users get in a day; quotas, what is used of them, and whether a provider''s calendars are left alone.';

create function calendar_sync.queue_gauges() returns table (metric text, labels jsonb, value numeric)
language plpgsql stable security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  v_bound constant integer := 10000;
  v_queued numeric;
  v_given_up numeric;
begin
  select count(*) into v_queued from (
    select from calendar_sync.jobs as job where job.failed_at is null limit v_bound + 1
  ) as queued;
  select count(*) into v_given_up from (
    select from calendar_sync.jobs as job where job.failed_at is not null limit v_bound + 1
  ) as given_up;
  -- The statistics know how many rows a partial index holds.
  return query
  select 'calendar_queue_jobs', jsonb_build_object('state', depth.state), case
      when depth.counted <= v_bound then depth.counted
      else greatest(depth.counted, (select index.reltuples from pg_catalog.pg_class as index where index.oid = depth.index)::numeric)
    end
  from (values
    ('queued', v_queued, 'calendar_sync.jobs_due_idx'::regclass), ('given_up', v_given_up, 'calendar_sync.jobs_failed_idx'::regclass)
  ) as depth (state, counted, index);
  return query
  select 'calendar_queue_changes', '{}'::jsonb, count(*)::numeric
  from (select from calendar_sync.changes limit v_bound + 1) as waiting;
  return query
  select 'calendar_oldest_change_age_seconds', '{}'::jsonb, coalesce(extract(epoch from clock_timestamp() - (
    select min(first.created_at)
    from (values (0::smallint), (1::smallint), (2::smallint)) as class (priority)
    cross join lateral (
      select change.created_at from calendar_sync.changes as change
      where change.priority = class.priority order by change.id limit 1
    ) as first
  )), 0);
  return query
  select 'calendar_lanes_leased', '{}'::jsonb, count(*)::numeric
  from calendar_sync.lanes as lane where lane.leased_by is not null and lane.leased_until > now();
  return query
  select gauge.metric, jsonb_build_object('provider', provider.name, 'waiting', class.waiting), gauge.value
  from calendar_sync.providers as provider
  cross join (values (0, 'person'), (1, 'bulk'), (2, 'sweep')) as class (priority, waiting)
  cross join lateral (
    select count(*)::numeric as lanes, extract(epoch from clock_timestamp() - min(due.ready_at)) as oldest_s
    from (
      select lane.ready_at from calendar_sync.lanes as lane
      where lane.provider = provider.name and lane.priority = class.priority and lane.ready_at <= now()
      order by lane.ready_at limit v_bound + 1
    ) as due
  ) as found
  cross join lateral (values
    ('calendar_lanes_due', found.lanes), ('calendar_oldest_due_age_seconds', coalesce(found.oldest_s, 0))
  ) as gauge (metric, value);
end;
$$;

comment on function calendar_sync.queue_gauges() is 'What waits, for how long, and what is in work.';

create function calendar_sync.delivery_gauges() returns table (metric text, labels jsonb, value numeric)
language plpgsql stable security definer set search_path = ''
set enable_seqscan = off set jit = off
as $$
declare
  v_bound constant integer := 10000;
begin
  return query
  select gauge.metric, jsonb_build_object('channel', channel.name), gauge.value
  from (values ('webhook'), ('mail')) as channel (name)
  cross join lateral (
    select count(*)::numeric as open, count(*) filter (where waiting.state = 'retrying')::numeric as retrying,
      extract(epoch from clock_timestamp() - min(waiting.next_attempt_at) filter (where waiting.next_attempt_at <= now())) as oldest_s
    from (
      select delivery.state, delivery.next_attempt_at from calendar_sync.deliveries as delivery
      where delivery.ended_at is null and delivery.channel = channel.name order by delivery.next_attempt_at limit v_bound + 1
    ) as waiting
  ) as found
  cross join lateral (values
    ('calendar_deliveries_waiting', found.open), ('calendar_deliveries_retrying', found.retrying),
    ('calendar_oldest_delivery_age_seconds', coalesce(found.oldest_s, 0))
  ) as gauge (metric, value);
end;
$$;

comment on function calendar_sync.delivery_gauges() is 'Mails and calls of webhooks that are waiting, and for how long.';

create function calendar_sync.channel_gauges() returns table (metric text, labels jsonb, value numeric)
language plpgsql stable security definer set search_path = ''
set enable_seqscan = off set jit = off
as $$
begin
  return query
  with counted as (
    select channel.provider, case
        when channel.state <> 'active' then channel.state
        when channel.verified_at is null then 'unverified'
        else 'verified'
      end as state, count(*) as channels
    from calendar_sync.channels as channel group by 1, 2
  ), wanted as (
    select integration.provider, count(*) as channels
    from public.calendar_integrations as integration
    cross join calendar_sync.push_setup as setup
    where integration.status = 'active' and integration.sync_enabled and integration.removed_at is null
      and integration.provider = any (setup.providers) and (integration.calendar_role = 'own' or setup.any_calendar)
    group by integration.provider
  )
  select 'calendar_channels', jsonb_build_object('provider', counted.provider, 'state', counted.state), counted.channels::numeric from counted
  union all
  select 'calendar_channels', jsonb_build_object('provider', wanted.provider, 'state', 'missing'),
    greatest(wanted.channels - (
      select coalesce(sum(counted.channels), 0) from counted where counted.provider = wanted.provider and counted.state <> 'stopping'
    ), 0)::numeric
  from wanted;
end;
$$;

comment on function calendar_sync.channel_gauges() is
  'Push channels by provider and state. verified: active, and the provider has reached us. missing: calendars that are to have one and have none.';

create function calendar_sync.user_gauges() returns table (metric text, labels jsonb, value numeric)
language plpgsql stable security definer set search_path = ''
set enable_seqscan = off set jit = off
as $$
declare
  v_bound constant integer := 10000;
begin
  return query
  select 'calendar_proposals_open', '{}'::jsonb, count(*)::numeric
  from (select from public.calendar_proposals as proposal where proposal.state = 'open' limit v_bound + 1) as open;
  return query
  select 'calendar_notices_open', jsonb_build_object('kind', its_kind.kind), found.notices
  from calendar_sync.notice_kinds as its_kind
  cross join lateral (
    select count(*)::numeric as notices
    from (
      select from calendar_sync.notices as notice where notice.kind = its_kind.kind and notice.dismissed_at is null limit v_bound + 1
    ) as open
  ) as found;
end;
$$;

comment on function calendar_sync.user_gauges() is 'Proposals that wait for their users, and notices that nobody dismissed and that are not over.';

create function calendar_sync.health_gauges() returns table (metric text, labels jsonb, value numeric)
language plpgsql volatile security definer set search_path = ''
as $$
begin
  return query
  select gauge.metric, jsonb_build_object('kind', kind.name), gauge.value
  from (values ('enqueue'), ('wake_up'), ('stalled'), ('claim'), ('erasure'), ('webhooks'), ('step'), ('watch')) as kind (name)
  cross join lateral (
    values
      ('calendar_incidents_unrepaired', (
        select count(*)::numeric from calendar_sync.incidents as incident
        where incident.repaired_at is null and incident.kind = kind.name
      )),
      ('calendar_incidents_last_hour', (
        select count(*)::numeric from calendar_sync.incidents as incident
        where incident.created_at > now() - interval '1 hour' and incident.kind = kind.name
      ))
  ) as gauge (metric, value);
  return query
  select 'calendar_healthy', jsonb_build_object('check', health_check.name), health_check.ok::integer::numeric
  from calendar_sync.health() as health_check where health_check.name in ('tick', 'wake_up', 'queue');
  -- Without pg_cron or pg_net these are unknown, and the checks above say so.
  begin
    return query
    select 'calendar_tick_age_seconds', '{}'::jsonb, extract(epoch from clock_timestamp() - job.succeeded_at)
    from (values (1)) as one left join calendar_sync.cron_jobs() as job on job.job = 'calendar_sync_tick';
    return query
    select gauge.metric, '{}'::jsonb, gauge.value
    from calendar_sync.wake_up_state() as state
    cross join lateral (values
      ('calendar_wake_up_success_age_seconds', extract(epoch from clock_timestamp() - state.succeeded_at)),
      ('calendar_wake_up_calls_waiting', state.queued::numeric)
    ) as gauge (metric, value);
  exception when undefined_table or invalid_schema_name or insufficient_privilege then
    null;
  end;
end;
$$;

comment on function calendar_sync.health_gauges() is 'Incidents, and whether tick, worker and queue are as they should be.';

-- One statement, and so one snapshot: what the tick is adding up is never missed and never seen twice.
create function public.calendar_metrics() returns jsonb
language sql volatile security definer set search_path = ''
as $$
  select jsonb_build_object(
    'counts', (
      select coalesce(jsonb_agg(to_jsonb(series) order by series.metric, series.labels), '[]')
      from (
        select counted.metric, counted.labels, sum(counted.value) as value
        from (
          select total.metric, total.labels, total.value from calendar_sync.count_totals as total
          union all
          select count.metric, count.labels, count.value from calendar_sync.count_flushes as flush
          cross join lateral jsonb_to_recordset(flush.counts) as count (metric text, labels jsonb, value numeric)
        ) as counted
        group by counted.metric, counted.labels
      ) as series
    ),
    'gauges', (
      select jsonb_agg(to_jsonb(gauge) order by gauge.metric, gauge.labels)
      from (
        select * from calendar_sync.provider_gauges()
        union all select * from calendar_sync.queue_gauges()
        union all select * from calendar_sync.delivery_gauges()
        union all select * from calendar_sync.channel_gauges()
        union all select * from calendar_sync.user_gauges()
        union all select * from calendar_sync.health_gauges()
      ) as gauge
    )
  )
$$;

comment on function public.calendar_metrics() is
  'What the functions counted up to now, and how things stand: {"counts", "gauges"}, each [{"metric", "labels", "value"}].';

-- schemas/275_tick.sql

-- The tick: every ten seconds it repairs, tidies and, if work is due, wakes the worker. Idle, it writes nothing.

create function calendar_sync.repair() returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_everything_every constant interval := interval '1 hour';
  v_lost uuid[];
  v_open bigint[];
  v_unnamed boolean;
begin
  select array_agg(distinct lost.id) filter (where lost.id is not null), array_agg(distinct incident.id),
    bool_or(incident.kind = 'enqueue' and incident.obligation_ids is null)
  into v_lost, v_open, v_unnamed
  from calendar_sync.incidents as incident
  left join lateral unnest(incident.obligation_ids) as lost (id) on true
  where incident.repaired_at is null;
  if v_open is null then
    return;
  end if;
  if v_lost is not null then
    begin
      perform calendar_sync.act_as('repair');
      perform calendar_sync.look_at_obligations(v_lost);
      perform calendar_sync.act_as('');
    -- As in calendar_sync.take_batch.
    exception when query_canceled or assert_failure or others then
      -- The incidents stay open and have the ids: the next tick tries again.
      perform calendar_sync.note_incident_hourly('step', 'repair', sqlstate, sqlerrm);
      return;
    end;
  end if;
  -- A change that names nothing could be anybody's. Everything is looked at once, rarely.
  if v_unnamed and not exists (
    select from calendar_sync.incidents
    where kind = 'enqueue' and obligation_ids is null and repaired_at > now() - v_everything_every
  ) then
    perform calendar_sync.append_changes_to_all(calendar_sync.cause('repair'));
    v_unnamed := false;
  end if;
  update calendar_sync.incidents set repaired_at = now()
  where id = any (v_open) and not (v_unnamed and kind = 'enqueue' and obligation_ids is null);
end;
$$;

comment on function calendar_sync.repair() is
  'Has looked at what lost changes concerned: the obligations that an incident names; where it names none everything, once an hour at most.';

-- What fails keeps nothing else from being done, however often it fails.
create function calendar_sync.try_step(p_step text) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  execute format('select calendar_sync.%I()', p_step);
exception when others then
  perform calendar_sync.note_incident_hourly('step', p_step, sqlstate, sqlerrm);
end;
$$;

comment on function calendar_sync.try_step(text) is
  'Calls a function of calendar_sync, a step of the tick or of the night; where it fails, it has done nothing and that is an incident.';

create function calendar_sync.tidy_passing() returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  delete from calendar_sync.changes as change
  where not exists (select from calendar_sync.lanes as lane where lane.integration_id = change.integration_id);
  delete from calendar_sync.provider_calls as call
  using calendar_sync.providers as provider
  where provider.name = call.provider
    and call.at < now() - greatest(provider.account_window, provider.project_window) - interval '1 minute';
  delete from calendar_sync.calls where at < clock_timestamp() - interval '1 minute';
  delete from calendar_sync.locks where claimed_until < clock_timestamp() - interval '1 minute';
  delete from calendar_sync.wake_up_calls
  where id <= (select max(call.id) from calendar_sync.wake_up_calls as call) - 100;
  delete from calendar_sync.flows where expires_at < now() - case when ticket_hash is null then interval '1 hour' else interval '0' end;
  delete from calendar_sync.ending_channels where given_up_at <= now();
end;
$$;

comment on function calendar_sync.tidy_passing() is 'Drops what is of use for minutes only.';

create function calendar_sync.try_erasures() returns void
language sql volatile security definer set search_path = ''
as $$ select calendar_sync.try_erasure(user_id) from calendar_sync.erasures $$;

comment on function calendar_sync.try_erasures() is 'Goes on with every erasure.';

create function calendar_sync.remove_ownerless() returns void
language sql volatile security definer set search_path = ''
as $$
  select calendar_sync.lock_integrations(array(
    select id from public.calendar_integrations
    where remove_by is not null and user_id is null and (status = 'disconnected' or remove_by < now())
  ));
  delete from public.calendar_integrations
  where remove_by is not null and user_id is null and (status = 'disconnected' or remove_by < now())
$$;

comment on function calendar_sync.remove_ownerless() is
  'Removes what is left of deleted users'' integrations, with its secrets: without a grant at once, else after seven days.';

create function calendar_sync.wake_up_if_due() returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if calendar_sync.work_is_due() then
    perform calendar_sync.wake_up();
    perform calendar_sync.restart_pg_net();
  elsif (select state.refused from calendar_sync.wake_up_state() as state) then
    -- Whether it is mended shows only at the next call, and the next change may be hours away.
    perform calendar_sync.wake_up();
  end if;
end;
$$;

comment on function calendar_sync.wake_up_if_due() is 'Wakes the worker if work is due or its last answer was no success.';

create function calendar_sync.tick() returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_step text;
begin
  if not pg_try_advisory_xact_lock(hashtext('calendar_sync.tick')) then
    return;
  end if;
  foreach v_step in array array[
    'repair', 'tidy_passing', 'roll_up_counts', 'try_erasures', 'resume_unblocked', 'queue_channels', 'tell_admins', 'queue_mails',
    'queue_pulls', 'forget_previous_secrets', 'remove_ownerless', 'wake_up_if_due',
    -- Last: it keeps locks on the host's tables until the tick ends.
    'watch_partitions'
  ] loop
    perform calendar_sync.try_step(v_step);
  end loop;
end;
$$;

comment on function calendar_sync.tick() is 'Called by pg_cron: repairs, tidies, wakes the worker if work is due or its last answer was no success.';

-- pg_net's worker is known to stop without a word, and starts again when it is told to.
create function calendar_sync.restart_pg_net() returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_patience constant interval := calendar_sync.threshold('stalled');
  v_since constant timestamptz := calendar_sync.waits_since();
begin
  if v_since is null or v_since > now() - v_patience
    or exists (select from calendar_sync.lanes where leased_by is not null and leased_until > now())
    or exists (select from calendar_sync.incidents where kind = 'stalled' and created_at > now() - v_patience)
  then
    return;
  end if;
  perform calendar_sync.note_incident('stalled', '', format(
    'Work has been due since %s and no worker has come. Calls waiting in pg_net: %s.', v_since,
    (select count(*) from net.http_request_queue)));
  perform net.worker_restart();
exception when others then
  perform calendar_sync.note_incident('stalled', sqlstate, sqlerrm);
end;
$$;

comment on function calendar_sync.restart_pg_net() is
  'Notes when work has been due for a minute and no worker does it, and restarts the worker of pg_net.';

create function calendar_sync.nightly() returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_caller constant text := calendar_sync.act_as('nightly');
  v_cause constant jsonb := calendar_sync.cause();
  v_step text;
begin
  -- Every refresh token is used once that is about to end because nothing changed in its calendar for months.
  perform calendar_sync.append_changes(array_agg(integration.id), 'keep_alive', 2, null)
  from public.calendar_integrations as integration
  join calendar_sync.providers as provider on provider.name = integration.provider
  where integration.status in ('active', 'paused') and integration.removed_at is null
    and integration.token_refreshed_at < now() - provider.idle_limit;
  perform calendar_sync.try_step('queue_missing_channels');
  -- Given up because the provider did not do it, not because it refused: one more attempt. Leftovers are looked for again.
  insert into calendar_sync.changes (integration_id, obligation_id, kind, priority, cause)
  select job.integration_id, job.obligation_id, 'retry', 2, v_cause from calendar_sync.jobs as job
  where job.failed_at is not null and job.attempts >= calendar_sync.attempts_max()
  union all
  select distinct leftover.integration_id, leftover.obligation_id, 'event', 1, v_cause
  from calendar_sync.leftovers as leftover join calendar_sync.lanes as lane using (integration_id);
  -- Organisations change their rules without telling anybody: once a day it is tried again.
  update public.calendar_integrations set status = 'active'
  where status = 'paused' and last_error ->> 'code' in ('blocked_by_policy', 'mailbox_unavailable');
  delete from calendar_sync.incidents where repaired_at < now() - interval '30 days';
  delete from calendar_sync.server_breakers as breaker where not exists (
    select from public.calendar_integrations as integration
    where integration.provider = breaker.provider and integration.server = breaker.server and integration.removed_at is null
  );
  foreach v_step in array array[
    'tidy_feeds', 'tidy_notices', 'tidy_edits', 'tidy_proposals', 'tidy_counts', 'tidy_deliveries'
  ] loop
    perform calendar_sync.try_step(v_step);
  end loop;
  -- By what they ran: a job that was scheduled again has another id than its earlier runs.
  delete from cron.job_run_details as detail
  where detail.command ~ '^\s*select calendar_sync\.(tick|sweep_slice|nightly)\(\)[\s;]*$' and detail.end_time < now() - interval '1 day';
  perform calendar_sync.act_as(v_caller);
  -- Last: its locks on the activity are kept until the night ends.
  perform calendar_sync.try_step('keep_activity');
end;
$$;

comment on function calendar_sync.nightly() is
  'Called by pg_cron every night: uses idle tokens, tries again what was given up or what an organisation refused, keeps the partitions of the activity, and drops what is old.';

-- schemas/280_admin.sql

-- For administrators, in the dashboard: views to click on, functions to act with, a checklist. Only the dashboard's roles get in: no
-- API role has a right to the schema, and the Data API must not expose it.

create schema calendar_admin;
comment on schema calendar_admin is
  'Calendar sync for administrators: views that are safe to click on, functions to act with, and setup_check(), which names what is missing. Not exposed by the Data API.';
revoke all on schema calendar_admin from public;

-- The dashboard's SQL editor signs in as one role for everybody. A comment of the query says which of its users runs it.
create function calendar_admin.sign(p_reason text default null) returns void
language plpgsql volatile security invoker set search_path = ''
as $$
begin
  perform calendar_sync.act_as('admin:' || coalesce(
    substring(current_query() from '(?i)-- source: dashboard\s+-- user: ([0-9a-f-]{36})'), session_user::text
  ));
  perform set_config('calendar_sync.because', coalesce(p_reason, ''), true);
end;
$$;

comment on function calendar_admin.sign(text) is
  'Sets who acts and why, for all that the rest of the transaction notes in the activity: the user of the dashboard where it says so, else the role that signed in.';

create function calendar_admin.is_known_user(p_id uuid) returns boolean
language sql stable security invoker set search_path = ''
as $$
  select exists (select from auth.users where id = p_id)
    or exists (select from calendar_sync.integrations_of_user(p_id))
    or exists (
      select from calendar_sync.activity
      where user_id = p_id and num_nonnulls(title, calendar_id, event_id, details) > 0
    )
    or exists (select from calendar_sync.erasures where user_id = p_id)
    or exists (select from calendar_sync.webhooks where user_id = p_id)
    or exists (select from calendar_sync.calls where caller = p_id)
$$;

comment on function calendar_admin.is_known_user(uuid) is
  'Whether there is such a user, or was one of whom something is left.';

create function calendar_admin.lock_integrations(p_id uuid, p_reason text) returns setof public.calendar_integrations
language plpgsql volatile security invoker set search_path = ''
as $$
begin
  perform calendar_admin.sign(p_reason);
  return query
  select * from public.calendar_integrations
  where removed_at is null and (id = p_id or user_id = p_id) order by id for no key update;
  if not found and not calendar_admin.is_known_user(p_id) then
    raise exception 'There is no integration and no user with the id %.', coalesce(p_id::text, 'null')
      using errcode = 'no_data_found', hint = 'Look it up: select integration_id, user_id, account_email, state '
        'from calendar_admin.integrations where account_email = ''…''.';
  end if;
end;
$$;

comment on function calendar_admin.lock_integrations(uuid, text) is
  'Signs, and locks the integration with this id, or all of the user with this id. An error where there is neither; none where the user has none.';

create function calendar_admin.state_of(integration public.calendar_integrations) returns text
language sql immutable security invoker set search_path = ''
as $$
  select case integration.status
    when 'active' then case when integration.sync_enabled then 'syncs' else 'switched off by its user' end
    when 'paused' then case when integration.paused_by_admin is not null then 'paused by an administrator' else 'paused' end
    when 'disconnected' then 'has to be connected again'
    when 'disconnecting' then 'is being disconnected, its events are removed'
  end
$$;

comment on function calendar_admin.state_of(public.calendar_integrations) is 'The state of an integration in words.';

create function calendar_admin.worker_url_pattern() returns text
language sql immutable security invoker set search_path = ''
as $$ select '^(https://[^/\s]+|http://(localhost|127\.0\.0\.1|\[::1\]|host\.docker\.internal|kong|api\.supabase\.internal)(:\d+)?)/functions/v1/calendar-sync$' $$;

comment on function calendar_admin.worker_url_pattern() is
  'What the address of calendar-sync looks like; plain http only where it leaves no machine.';

-- The one place that knows what an answer to a wake-up call means.
create function calendar_admin.read_answer(
  p_status_code integer, p_timed_out boolean, p_error text, out ok boolean, out found text, out how_to_mend text
)
language sql immutable security invoker set search_path = ''
as $$
  select
    p_status_code = 202 and p_error is null,
    case
      when p_timed_out then 'calendar-sync did not answer within 5 s'
      when p_status_code is null then 'The address of calendar-sync cannot be reached: ' || coalesce(p_error, 'no reason is given')
      when p_status_code = 202 then 'calendar-sync answered 202: it took the secret and went to work'
      when p_status_code = 401 then 'calendar-sync answered 401: its CALENDAR_SYNC_SECRET is not the calendar_sync_secret in Vault'
      when p_status_code = 404 then 'The address answered 404: there is no function calendar-sync'
      when p_status_code >= 500 then format('The address answered %s: calendar-sync does not start, or dies', p_status_code)
      else format('The address answered %s: that is not calendar-sync', p_status_code)
    end,
    case
      when p_timed_out or p_status_code >= 500 then
        'npx supabase secrets set --env-file supabase/.env.calendar.local   -- what is missing, the log of the function names: Edge Functions, calendar-sync, Logs'
      when p_status_code = 401 then
        'select calendar_admin.set_worker(secret => ''<CALENDAR_SYNC_SECRET>'');   -- or the other way round: npx supabase secrets set CALENDAR_SYNC_SECRET=…'
      when p_status_code = 404 then
        'npx supabase functions deploy --use-api   -- or, if the address is wrong: select calendar_admin.set_worker(url => ''https://<ref>.supabase.co/functions/v1/calendar-sync'');'
      when p_status_code = 202 and p_error is null then null
      else 'select calendar_admin.set_worker(url => ''https://<ref>.supabase.co/functions/v1/calendar-sync'');'
    end
$$;

comment on function calendar_admin.read_answer(integer, boolean, text) is
  'What an answer to a wake-up call, as pg_net keeps it, means, and what to do about it.';

-- schemas/285_admin_calendars.sql

-- Views of calendars. Each is bounded, by a limit or by an index of troubles, so clicking on one disturbs nobody. OFFSET 0 has rows
-- looked up one by one, whatever the statistics say.

create view calendar_admin.integrations with (security_invoker = true) as
select
  integration.id as integration_id,
  integration.user_id,
  integration.provider,
  integration.account_email,
  calendar_admin.state_of(integration) as state,
  integration.last_error ->> 'message' as why,
  integration.calendar_name,
  integration.created_at as connected_at,
  date_trunc('second', now() - integration.created_at) as connected_for,
  integration.last_synced_at,
  (
    select min(work.since) from (
      select lane.ready_at as since from calendar_sync.lanes as lane
      where lane.integration_id = integration.id and lane.ready_at <= now()
      union all
      select change.created_at from calendar_sync.changes as change where change.integration_id = integration.id
      union all
      (
        select job.created_at from calendar_sync.jobs as job
        where job.integration_id = integration.id and job.kind in ('event', 'scan') and job.failed_at is null
        order by job.priority, job.run_at limit 1
      )
    ) as work
  ) as waiting_since,
  (
    select least(count(*), 1000) from (
      (
        select job.obligation_id from calendar_sync.jobs as job
        where job.integration_id = integration.id and job.kind = 'event' and job.failed_at is null limit 1000
      )
      union
      (
        select change.obligation_id from calendar_sync.changes as change
        where change.integration_id = integration.id and change.kind = 'event' limit 1000
      )
    ) as waiting
  ) as waiting_changes,
  (
    select count(*) from (
      select from calendar_sync.jobs as job
      where job.integration_id = integration.id and job.failed_at is not null limit 1000
    ) as failed
  ) as given_up
from public.calendar_integrations as integration where integration.removed_at is null;

comment on view calendar_admin.integrations is
  'Every connected account: whose it is, how it is and what waits. Filter it by user_id, account_email or state.';
comment on column calendar_admin.integrations.integration_id is 'What the functions of this schema take.';
comment on column calendar_admin.integrations.user_id is 'Whose it is; the functions take it too, for all of a user''s.';
comment on column calendar_admin.integrations.why is 'Why it does not sync, as its user reads it. Empty while all is well.';
comment on column calendar_admin.integrations.connected_for is 'The age of the connection.';
comment on column calendar_admin.integrations.last_synced_at is 'When it last did what there was to do.';
comment on column calendar_admin.integrations.waiting_since is 'Since when something waits to be looked at. Empty: nothing does.';
comment on column calendar_admin.integrations.waiting_changes is
  'Changes that wait, 1000 where there are that many or more. A bulk change counts once it was scanned.';
comment on column calendar_admin.integrations.given_up is 'Changes that are no longer tried, 1000 where there are that many or more.';

create view calendar_admin.failing_integrations with (security_invoker = true) as
select
  integration.id as integration_id,
  integration.user_id,
  integration.provider,
  integration.account_email,
  calendar_admin.state_of(integration) as state,
  integration.last_error ->> 'code' as code,
  integration.last_error ->> 'message' as why,
  case
    when integration.paused_by_admin is not null then format('select * from calendar_admin.resume(%L);', integration.id)
    when integration.last_error ->> 'code' = 'mass_deletion' then
      format('ask its user, then select * from calendar_admin.allow_deletions(%L);', integration.id)
    when integration.last_error ->> 'code' = 'mass_edit' then
      format('ask its user, then select * from calendar_admin.resume(%L);', integration.id)
    when integration.last_error ->> 'code' = 'configuration' then 'npx supabase secrets set --env-file supabase/.env.calendar.local   -- client id and secret of the provider'
    when integration.last_error ->> 'code' in ('provider_unavailable', 'quota') then 'nothing, it goes on by itself'
    when integration.last_error ->> 'code' in ('blocked_by_policy', 'mailbox_unavailable') then
      format('its organisation has to act, then select * from calendar_admin.retry(%L);', integration.id)
    when integration.status = 'disconnecting' then 'nothing, it goes on by itself'
    else 'its user has to act: the Settings page says what'
  end as what_to_do,
  integration.last_synced_at,
  integration.updated_at as changed_at
from public.calendar_integrations as integration
where (integration.last_error is not null or integration.status <> 'active') and integration.removed_at is null
order by integration.last_synced_at nulls first, integration.id
limit 1000;

comment on view calendar_admin.failing_integrations is
  'Accounts that do not sync, or have trouble, and why. The longest unsynced first; at most 1000.';
comment on column calendar_admin.failing_integrations.code is 'As in the Calendar API''s last_error.code.';
comment on column calendar_admin.failing_integrations.why is 'As its user reads it.';
comment on column calendar_admin.failing_integrations.changed_at is 'When anything of the account last changed.';

-- Three ways to be slow: due and no worker comes, due later because of a wait, and changed without having been looked at.
create view calendar_admin.slowest_lanes with (security_invoker = true) as
with candidate as (
  select first.integration_id
  from calendar_sync.providers as provider
  cross join (values (0::smallint), (1::smallint), (2::smallint)) as class (priority)
  cross join lateral (
    (
      select lane.integration_id from calendar_sync.lanes as lane
      where lane.provider = provider.name and lane.priority = class.priority and lane.ready_at <= now()
      order by lane.ready_at limit 100
    )
    union all
    (
      select lane.integration_id from calendar_sync.lanes as lane
      where lane.provider = provider.name and lane.priority = class.priority and lane.ready_at > now() + interval '15 seconds'
      order by lane.ready_at desc limit 100
    )
  ) as first
  union
  select changed.integration_id from (
    select change.integration_id from calendar_sync.changes as change order by change.priority, change.id limit 100
  ) as changed
)
select
  integration.id as integration_id,
  integration.user_id,
  integration.provider,
  integration.account_email,
  waiting.since as waiting_since,
  date_trunc('second', now() - waiting.since) as waiting_for,
  case wait.reason
    when 'leased' then 'it is being worked'
    when 'provider_down' then 'its provider cannot be reached by anybody'
    when 'project_quota' then 'the quota of all accounts together is spent'
    when 'retry_after' then 'the provider asked us to wait'
    when 'quota' then 'our share of this account''s quota, or its user''s of the project''s, is spent'
    when 'user_blocked' then 'its user is banned or soft-deleted in Supabase Auth'
    when 'backoff' then format('%s runs in a row failed', lane.attempts)
    else case when lane.ready_at > now() then 'what failed is tried again later' else 'no worker has come yet' end
  end as why,
  nullif(greatest(lane.ready_at, wait.until, now()), now()) as next_try_at,
  lane.attempts as failed_runs
from candidate
cross join lateral (
  select * from calendar_sync.lanes as found where found.integration_id = candidate.integration_id offset 0
) as lane
cross join lateral (
  select * from public.calendar_integrations as found where found.id = candidate.integration_id offset 0
) as integration
join calendar_sync.providers as its_provider on its_provider.name = lane.provider
cross join lateral calendar_sync.wait_of(row (lane.*)::calendar_sync.lanes, row (its_provider.*)::calendar_sync.providers) as wait
cross join lateral (
  select min(work.since) as since from (
    select lane.ready_at as since where lane.ready_at <= now()
    union all
    select change.created_at from calendar_sync.changes as change where change.integration_id = lane.integration_id
    union all
    (
      select job.created_at from calendar_sync.jobs as job
      where job.integration_id = lane.integration_id and job.failed_at is null
      order by job.priority, job.run_at limit 1
    )
  ) as work
) as waiting
where waiting.since is not null
  and (integration.status = 'active' and integration.sync_enabled or integration.status = 'disconnecting')
order by waiting.since
limit 100;

comment on view calendar_admin.slowest_lanes is
  'The calendars whose work has waited for the longest, and for what. At most 100; the first one''s waiting_for is how far everything is behind.';
comment on column calendar_admin.slowest_lanes.why is 'What it waits for.';
comment on column calendar_admin.slowest_lanes.next_try_at is 'When it goes on. Empty: at once.';
comment on column calendar_admin.slowest_lanes.failed_runs is 'Runs in a row that achieved nothing.';

create view calendar_admin.stuck_jobs with (security_invoker = true) as
select
  job.integration_id,
  integration.user_id,
  integration.provider,
  integration.account_email,
  job.obligation_id,
  deadline.title,
  calendar_sync.due_text(deadline.deadline_date, deadline.deadline_at) as due,
  case
    when job.failed_at is null then 'is tried again'
    when job.last_error = 'changed_again' then 'left alone: somebody else keeps moving it'
    when job.attempts >= calendar_sync.attempts_max() then 'given up'
    else 'rejected by the provider'
  end as state,
  job.last_error as reason,
  job.attempts as tries,
  job.created_at as changed_at,
  job.failed_at as given_up_at,
  case when job.failed_at is null then job.run_at end as next_try_at
from (
  select * from calendar_sync.jobs as troubled
  where (troubled.attempts > 0 or troubled.failed_at is not null) and troubled.kind = 'event'
  order by troubled.created_at limit 500
) as job
cross join lateral (
  select * from public.calendar_integrations as found where found.id = job.integration_id offset 0
) as integration
cross join lateral calendar_sync.deadline_for(job.obligation_id, integration.user_id) as deadline
order by job.created_at;

comment on view calendar_admin.stuck_jobs is
  'Deadlines that could not be brought into a calendar at the first try: given up, rejected, or tried again. The oldest 500.';
comment on column calendar_admin.stuck_jobs.title is 'The obligation''s. Empty where it is gone, and only its event has yet to go.';
comment on column calendar_admin.stuck_jobs.state is
  'given up: after 8 attempts, until it changes, somebody asks or the night comes. rejected and left alone: until it changes or somebody asks.';
comment on column calendar_admin.stuck_jobs.reason is 'The provider''s own word, the status of its answer (http_503), or one of ours, among them changed_again, deadline_out_of_range, edited and network.';
comment on column calendar_admin.stuck_jobs.changed_at is 'When the obligation changed that waits since.';

create index activity_at_idx on calendar_sync.activity (at desc);

create view calendar_admin.most_synced_types with (security_invoker = true) as
select
  coalesce(nullif(deadline.obligation_type, ''), case when deadline.obligation_id is null then '(deleted since)' else '(none)' end) as obligation_type,
  count(*) as changes,
  count(distinct recent.user_id) as users,
  round(100.0 * count(*) / sum(count(*)) over (), 1) as percent,
  max(recent.at) as last_change_at
from (
  select activity.at, activity.user_id, activity.obligation_id from calendar_sync.activity
  where activity.at > now() - interval '7 days' and activity.action in ('created', 'updated', 'moved', 'removed')
  order by activity.at desc limit 10000
) as recent
cross join lateral calendar_sync.deadline_for(recent.obligation_id, recent.user_id) as deadline
group by 1
order by changes desc
limit 100;

comment on view calendar_admin.most_synced_types is
  'Which types of obligations the latest changes of calendars were about: of the last seven days, the newest 10,000 changes.';
comment on column calendar_admin.most_synced_types.changes is 'Events that were created, updated, moved or removed.';
comment on column calendar_admin.most_synced_types.percent is 'Of these changes.';

create view calendar_admin.recent_activity with (security_invoker = true) as
select
  recent.at,
  recent.action,
  recent.user_id,
  recent.integration_id,
  recent.provider,
  recent.obligation_id,
  recent.title,
  recent.due,
  coalesce(recent.details ->> 'because', recent.reason) as reason,
  recent.caused_by,
  recent.request_id,
  recent.details
from calendar_sync.activity as recent
order by recent.at desc
limit 500;

comment on view calendar_admin.recent_activity is
  'The latest 500 changes of calendars and connections, and what administrators did. calendar_sync.activity has all of them.';
comment on column calendar_admin.recent_activity.reason is 'The provider''s, or the administrator''s.';
comment on column calendar_admin.recent_activity.caused_by is 'user:<id>, admin:<who>, database:<role>, service, or the part of ours that did it.';
comment on column calendar_admin.recent_activity.request_id is 'The same id stands in the functions'' log lines.';

create view calendar_admin.erasures with (security_invoker = true) as
select
  erasure.user_id,
  erasure.asked_at,
  erasure.asked_by,
  erasure.reason,
  (
    select count(*) from public.calendar_integrations as integration where integration.id = any (erasure.integration_ids)
  ) as calendars_left
from calendar_sync.erasures as erasure
order by erasure.asked_at
limit 1000;

comment on view calendar_admin.erasures is
  'Users who are being erased and whose events have yet to go. Users who have been erased are not here any more.';
comment on column calendar_admin.erasures.calendars_left is 'Calendars from which events are still being removed.';

-- schemas/290_admin_installation.sql

-- Views of the installation: is it healthy, and what holds it up.

create view calendar_admin.circuit_breakers with (security_invoker = true) as
select
  provider.name as provider,
  null::text as server,
  case
    when provider.open_since is not null then case when provider.probe_at <= now() then 'half-open: the next calendar tries the provider'
      else 'open: the provider cannot be reached' end
    when provider.quota_until > now() then 'the quota of all accounts together is spent'
    else 'closed'
  end as state,
  provider.open_since,
  nullif(greatest(provider.probe_at, provider.quota_until, now()), now()) as next_try_at,
  cardinality(provider.unreachable) as unreachable_in_a_row
from calendar_sync.providers as provider
union all
select
  breaker.provider,
  breaker.server,
  case
    when breaker.open_since is null then 'closed'
    when breaker.probe_at <= now() then 'half-open: the next calendar tries the server'
    else 'open: the server cannot be reached'
  end,
  breaker.open_since,
  nullif(greatest(breaker.probe_at, now()), now()),
  cardinality(breaker.unreachable)
from calendar_sync.server_breakers as breaker
order by provider, server nulls first;

comment on view calendar_admin.circuit_breakers is 'Whether each provider''s calendars may be worked. Closed: they may. An open circuit breaker closes by itself.';
comment on column calendar_admin.circuit_breakers.server is 'Of one server, where accounts are on servers that their users named: shown while it could not be reached. Empty: of the provider.';
comment on column calendar_admin.circuit_breakers.next_try_at is 'When a calendar tries whether the provider is back. Empty: at once.';
comment on column calendar_admin.circuit_breakers.unreachable_in_a_row is 'Different calendars in a row that could not reach it; five open the circuit breaker.';

create view calendar_admin.quota with (security_invoker = true) as
with recent as (
  select call.provider, call.integration_id, sum(call.calls) as used
  from calendar_sync.providers as provider
  join calendar_sync.provider_calls as call
    on call.provider = provider.name and call.at > clock_timestamp() - provider.account_window
  group by call.provider, call.integration_id, provider.account_calls
  order by sum(call.calls)::numeric / provider.account_calls desc limit 50
)
select
  both_scopes.provider,
  both_scopes.quota_of,
  both_scopes.integration_id,
  integration.account_email,
  both_scopes.used,
  both_scopes.allowed,
  both_scopes.within,
  round(100 * both_scopes.used / both_scopes.allowed, 1) as percent_used,
  greatest(floor(both_scopes.allowed * both_scopes.share) - both_scopes.used, 0) as left_for_syncing
from (
  select provider.name as provider, 'all accounts together' as quota_of, null::uuid as integration_id, coalesce((
      select sum(call.calls) from calendar_sync.provider_calls as call
      where call.provider = provider.name and call.at > clock_timestamp() - provider.project_window
    ), 0) as used, provider.project_calls as allowed, provider.project_window as within, provider.project_sync_share as share
  from calendar_sync.providers as provider where provider.project_calls is not null
  union all
  select recent.provider, 'one account', recent.integration_id, recent.used, provider.account_calls, provider.account_window,
    provider.sync_share
  from recent join calendar_sync.providers as provider on provider.name = recent.provider
) as both_scopes
left join lateral (
  select found.account_email from public.calendar_integrations as found where found.id = both_scopes.integration_id offset 0
) as integration on true
order by both_scopes.integration_id is not null, percent_used desc, both_scopes.provider;

comment on view calendar_admin.quota is
  'What of the providers'' quotas is used: of each provider for all accounts together, and of the 50 accounts that use most of theirs.';
comment on column calendar_admin.quota.used is 'Calls within the window that ends now.';
comment on column calendar_admin.quota.allowed is 'Change it in calendar_sync.providers when a provider raises it for you.';
comment on column calendar_admin.quota.left_for_syncing is 'Less than what is left: a part is kept for people who click.';

create view calendar_admin.incidents with (security_invoker = true) as
select
  incident.created_at as at,
  case incident.kind
    when 'enqueue' then 'a change of obligations could not be noted; what it concerned was looked at instead'
    when 'wake_up' then 'the worker could not be woken'
    when 'stalled' then 'work was due for a minute and no worker came'
    when 'claim' then 'a calendar''s work could not be read; only that calendar waits'
    when 'erasure' then 'a user could not be erased; it is tried again'
    when 'webhooks' then 'webhooks could not be told of a change; the change itself was made'
    when 'step' then 'a step of the tick or of the night failed; the others were done, and it is tried again'
    when 'watch' then 'a partition of a watched table could not be watched; it is tried again'
    else incident.kind
  end as what,
  incident.message,
  incident.sqlstate,
  incident.obligation_ids,
  incident.repaired_at
from calendar_sync.incidents as incident
order by incident.id desc
limit 500;

comment on view calendar_admin.incidents is 'What went wrong inside a transaction without disturbing it. The latest 500.';
comment on column calendar_admin.incidents.obligation_ids is 'The obligations that it concerned, where it is known.';
comment on column calendar_admin.incidents.repaired_at is 'When the tick had seen to it.';

create view calendar_admin.mails with (security_invoker = true) as
select
  delivery.created_at as queued_at,
  delivery.type as kind,
  delivery.user_id,
  delivery.state,
  delivery.attempt_count as attempts,
  delivery.attempts -> -1 ->> 'status' as last_status,
  delivery.attempts -> -1 ->> 'error' as last_error,
  delivery.next_attempt_at,
  delivery.ended_at
from calendar_sync.deliveries as delivery
where delivery.channel = 'mail'
order by delivery.created_at desc
limit 500;

comment on view calendar_admin.mails is 'The latest 500 mails and what became of them.';
comment on column calendar_admin.mails.kind is 'The kind of notice; digest: the daily mail; admin_…: to CALENDAR_ADMIN_EMAIL.';
comment on column calendar_admin.mails.user_id is 'Empty: to administrators.';

create view calendar_admin.notices with (security_invoker = true) as
select notice.created_at as since, notice.kind, notice.object as about, notice.details, notice.ended_at
from calendar_sync.admin_notices as notice
order by notice.created_at desc
limit 500;

comment on view calendar_admin.notices is 'What only administrators can mend: the latest 500. ended_at empty: it is still so.';

create view calendar_admin.wake_up_calls with (security_invoker = true) as
select
  call.request_id,
  call.at as called_at,
  call.answered_at,
  call.status_code,
  coalesce(reading.found, 'not answered yet') as answer,
  reading.ok as is_good
from calendar_sync.wake_up_answers(50) as call
left join lateral calendar_admin.read_answer(call.status_code, call.timed_out, call.error_msg) as reading
  on call.answered_at is not null
order by call.at desc;

comment on view calendar_admin.wake_up_calls is 'The latest 50 calls of calendar-sync and what it answered.';
comment on column calendar_admin.wake_up_calls.request_id is 'The id of the call in pg_net.';
comment on column calendar_admin.wake_up_calls.is_good is 'Empty: not answered yet.';

create view calendar_admin.cron_jobs with (security_invoker = true) as
select job.job, job.schedule, job.active, job.last_run_at, job.last_status, job.last_message
from calendar_sync.cron_jobs() as job
order by job.job;

comment on view calendar_admin.cron_jobs is 'The jobs that pg_cron runs for us, and how they last went.';
comment on column calendar_admin.cron_jobs.last_run_at is 'Empty: not among the latest 20,000 runs of all jobs.';

create view calendar_admin.health with (security_invoker = true) as
select health_check.name, health_check.ok, health_check.found as what_it_means, health_check.how_to_mend as what_to_do
from calendar_sync.health() as health_check;

comment on view calendar_admin.health is 'Is everything in order? A row for each check. setup_check() looks deeper, at how the installation is set up.';
comment on column calendar_admin.health.what_to_do is 'Empty where all is well.';

-- schemas/295_admin_functions.sql

-- What an administrator may do. Each function takes the id of an integration, or of a user for all of the user's, says what it did,
-- may be repeated, and is noted in the activity: who, why, what.

create function calendar_admin.run_now(p_integration_id uuid, p_everything boolean) returns integer
language plpgsql volatile security invoker set search_path = ''
as $$
begin
  -- What only an organisation can mend is tried again when somebody asks for it.
  update public.calendar_integrations set status = 'active'
  where id = p_integration_id and status = 'paused' and last_error ->> 'code' in ('blocked_by_policy', 'mailbox_unavailable');
  return calendar_sync.run_now(array[p_integration_id], p_everything);
end;
$$;

comment on function calendar_admin.run_now(uuid, boolean) is
  'calendar_sync.run_now, also for a calendar that an organisation keeps us out of. Returns how many changes had been given up.';

create function calendar_admin.awaits(integration public.calendar_integrations) returns text
language sql stable security invoker set search_path = ''
as $$
  select case
    when integration.status in ('active', 'disconnecting') and integration.sync_enabled then null
    when integration.paused_by_admin is not null then 'once an administrator resumes it'
    when integration.status = 'active' then 'once its user switches it on'
    when integration.status = 'disconnected' then 'once its user connects it again'
    when integration.last_error ->> 'code' = 'mass_deletion' then
      'once its user, or calendar_admin.allow_deletions, agrees to the deletions'
    when integration.last_error ->> 'code' = 'mass_edit' then 'once its user, or calendar_admin.resume, agrees to the edits'
    when integration.status = 'paused' then 'once its user has chosen a calendar'
  end
$$;

comment on function calendar_admin.awaits(public.calendar_integrations) is
  'What has to happen before an integration syncs; null where nothing has.';

create function calendar_admin.retry(p_id uuid, p_reason text default null)
returns table (integration_id uuid, account_email text, done text)
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  v_integration public.calendar_integrations;
  v_given_up integer;
begin
  for v_integration in select * from calendar_admin.lock_integrations(p_id, p_reason) loop
    v_given_up := calendar_admin.run_now(v_integration.id, false);
    select * into v_integration from public.calendar_integrations where id = v_integration.id;
    perform calendar_sync.note(v_integration, 'retried', jsonb_build_object('given_up', v_given_up));
    return query select v_integration.id, v_integration.account_email, format('%s changes that had been given up are tried %s', v_given_up,
      coalesce(calendar_admin.awaits(v_integration), 'now'));
  end loop;
end;
$$;

comment on function calendar_admin.retry(uuid, text) is
  'Has everything that failed tried again now: of an integration, or of all of a user''s. Ends our own waits, not one that the provider asked for.';

create function calendar_admin.resync(p_id uuid, p_reason text default null)
returns table (integration_id uuid, account_email text, done text)
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  v_integration public.calendar_integrations;
begin
  for v_integration in select * from calendar_admin.lock_integrations(p_id, p_reason) loop
    perform calendar_admin.run_now(v_integration.id, true);
    perform calendar_sync.find_orphans(array[v_integration.id]);
    select * into v_integration from public.calendar_integrations where id = v_integration.id;
    perform calendar_sync.note(v_integration, 'resynced');
    return query select v_integration.id, v_integration.account_email, format(
      'every deadline is compared with the calendar, and orphans are looked for, %s',
      coalesce(calendar_admin.awaits(v_integration), 'now'));
  end loop;
end;
$$;

comment on function calendar_admin.resync(uuid, text) is
  'Has everything looked at anew, of an integration or of all of a user''s: every deadline is compared with its event, what failed is tried again, and orphans, events of ours that no mapping knows, are looked for in the calendar.';

create function calendar_admin.pause(p_id uuid, p_reason text default null)
returns table (integration_id uuid, account_email text, done text)
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  v_why constant text := rtrim(btrim(coalesce(p_reason, '')), '.');
  v_before public.calendar_integrations;
  v_after public.calendar_integrations;
begin
  for v_before in select * from calendar_admin.lock_integrations(p_id, p_reason) loop
    if v_before.status = 'disconnecting' then
      return query select v_before.id, v_before.account_email, 'left alone: it is being disconnected'::text;
      continue;
    end if;
    if v_before.paused_by_admin = v_why then
      return query select v_before.id, v_before.account_email, 'was paused already, for the same reason'::text;
      continue;
    end if;
    update public.calendar_integrations
    set paused_by_admin = v_why, status = case when status = 'active' then 'paused' else status end
    where id = v_before.id returning * into v_after;
    if v_before.last_error ->> 'code' = 'mass_edit' then
      perform calendar_sync.append_changes(array[v_before.id], 'allow_edits', 0);
    end if;
    return query select v_after.id, v_after.account_email, case when v_before.paused_by_admin is null
      then 'paused; a batch that is under way is still finished' else 'was paused already; its user reads the new reason' end;
  end loop;
end;
$$;

comment on function calendar_admin.pause(uuid, text) is
  'Stops an integration, or all of a user''s, until calendar_admin.resume. Changes wait. The user cannot undo it. The Settings page shows the reason.';

create function calendar_admin.resume(p_id uuid, p_reason text default null)
returns table (integration_id uuid, account_email text, done text)
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  v_before public.calendar_integrations;
  v_after public.calendar_integrations;
begin
  for v_before in select * from calendar_admin.lock_integrations(p_id, p_reason) loop
    if v_before.paused_by_admin is null
      and (v_before.status <> 'paused' or v_before.last_error ->> 'code' is not distinct from 'mass_deletion')
    then
      return query select v_before.id, v_before.account_email,
        coalesce('nothing to resume: it syncs ' || calendar_admin.awaits(v_before), 'was not paused');
      continue;
    end if;
    -- Whatever else was wrong with it shows again as soon as it is tried.
    update public.calendar_integrations
    set paused_by_admin = null, status = case when status = 'paused' then 'active' else status end,
      last_error = case when status = 'paused' then null else last_error end
    where id = v_before.id returning * into v_after;
    return query select v_after.id, v_after.account_email, coalesce(
      'no longer paused; it syncs ' || calendar_admin.awaits(v_after), 'resumed; what had waited is looked at now');
  end loop;
  for v_after in
    update public.calendar_integrations set paused_by_admin = null
    where user_id = p_id and removed_at is not null and paused_by_admin is not null returning *
  loop
    perform calendar_sync.drop_removed(v_after.id);
    return query select v_after.id, v_after.account_email, 'is disconnected; connected again, it is not paused'::text;
  end loop;
end;
$$;

comment on function calendar_admin.resume(uuid, text) is
  'Ends calendar_admin.pause for an integration or all of a user''s; with the user''s id, also of accounts that the user disconnected meanwhile. Also retries what was paused for another reason, and continues after a mass edit in its user''s place. After a mass deletion: allow_deletions.';

create function calendar_admin.allow_deletions(p_integration_id uuid, p_reason text default null)
returns table (integration_id uuid, account_email text, done text)
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  v_integration public.calendar_integrations;
  v_deletions integer;
begin
  select * into v_integration from calendar_admin.lock_integrations(p_integration_id, p_reason) as one where one.id = p_integration_id;
  if not found then
    raise exception 'Deletions are allowed for one integration at a time, and % is a user.', p_integration_id
      using errcode = 'invalid_parameter_value',
        hint = format('select integration_id, account_email from calendar_admin.failing_integrations where code = ''mass_deletion'' and user_id = %L;', p_integration_id);
  end if;
  if v_integration.paused_by_admin is not null or v_integration.status <> 'paused'
    or v_integration.last_error ->> 'code' is distinct from 'mass_deletion'
  then
    return query select v_integration.id, v_integration.account_email, 'was not stopped for many deletions: nothing was changed'::text;
    return;
  end if;
  v_deletions := calendar_sync.allow_deletions(p_integration_id);
  return query select v_integration.id, v_integration.account_email, format('%s events may go, and are being removed', v_deletions);
end;
$$;

comment on function calendar_admin.allow_deletions(uuid, text) is
  'Agrees, instead of its user, to the deletions for which a calendar was stopped.';

create function calendar_admin.drain(p_reason text default null) returns table (what text, how_many bigint)
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  v_changes constant integer := 10000;
  v_ids uuid[];
begin
  perform calendar_admin.sign(p_reason);
  v_ids := array(
    select integration_id from calendar_sync.lanes where ready_at > now() and (leased_until is null or leased_until <= now())
  );
  perform calendar_sync.run_now(v_ids, false);
  -- As the next claim would: so that the numbers below say what is ready.
  perform calendar_sync.absorb_changes(v_changes);
  update calendar_sync.providers set probe_at = now() where probe_at > now();
  perform calendar_sync.wake_up();
  return query
  select 'calendars that are worked on now', count(*) from calendar_sync.lanes where leased_until > now()
  union all
  select 'calendars that are ready', count(*) from calendar_sync.lanes where ready_at <= now()
  union all
  -- Not those that this call itself has appended.
  select 'calendars with new changes', count(distinct integration_id) from calendar_sync.changes where created_at < now()
  union all
  select 'calendars that wait for their provider or its quota', count(*) from calendar_sync.lanes
  where ready_at > now() and (leased_until is null or leased_until <= now())
  union all
  select 'changes that wait in all of these', count(*) from calendar_sync.jobs where kind = 'event' and failed_at is null
  union all
  select 'changes that are given up (see stuck_jobs)', count(*) from calendar_sync.jobs where failed_at is not null;
  perform calendar_sync.note(null, 'drained', jsonb_build_object('tried_now', cardinality(v_ids)));
end;
$$;

comment on function calendar_admin.drain(text) is
  'Ends all our own waits, tries providers that were down and what was given up, wakes the worker, and says what is queued. Repeat it to watch the numbers fall: the work begins when the call is over.';

create function calendar_admin.check_leaving(p_user_id uuid, p_events text) returns void
language plpgsql stable security invoker set search_path = ''
as $$
begin
  if p_events is null or p_events not in ('keep', 'remove') then
    raise exception 'p_events says what becomes of the events: keep or remove, not %.', coalesce(p_events, 'null')
      using errcode = 'invalid_parameter_value';
  end if;
  if not calendar_admin.is_known_user(p_user_id) then
    raise exception 'There is no user with the id %, and nothing is left of one.', coalesce(p_user_id::text, 'null')
      using errcode = 'no_data_found',
        hint = 'select distinct user_id from calendar_admin.integrations where account_email = ''…'';';
  end if;
end;
$$;

comment on function calendar_admin.check_leaving(uuid, text) is
  'Refuses a user of whom nothing is known, and any other word than keep and remove.';

create function calendar_admin.disconnect_user(p_user_id uuid, p_events text default 'keep', p_reason text default null)
returns table (integration_id uuid, account_email text, done text)
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  v_integration public.calendar_integrations;
begin
  perform calendar_admin.check_leaving(p_user_id, p_events);
  perform calendar_admin.sign(p_reason);
  for v_integration in
    select * from public.calendar_integrations where user_id = p_user_id and removed_at is null order by id for update
  loop
    if p_events = 'remove' and v_integration.status = 'disconnected' then
      return query select v_integration.id, v_integration.account_email,
        'left as it is: its grant is lost, so nobody can remove its events; keep forgets it without'::text;
      continue;
    end if;
    if p_events = 'remove' and v_integration.status = 'disconnecting' then
      return query select v_integration.id, v_integration.account_email, 'is being disconnected already'::text;
      continue;
    end if;
    -- Its answer holds a token: it is for the function that ends the grant.
    perform public.calendar_begin_disconnect(p_user_id, v_integration.id, p_events);
    return query select v_integration.id, v_integration.account_email, case
      when p_events = 'remove'
        then 'its events are removed, then it is forgotten with its tokens and its grant is ended'
      else 'forgotten with its tokens, its events stay; its user can take the grant back in the account''s own settings'
    end;
  end loop;
  if not found then
    return query select null::uuid, null::text, 'this user has nothing connected'::text;
  end if;
end;
$$;

comment on function calendar_admin.disconnect_user(uuid, text, text) is
  'Disconnects every account of a user. keep: at once, the events stay in the calendars, and connecting again goes on from there. remove: once the worker has removed them.';

create function calendar_admin.erase_user(p_user_id uuid, p_events text default 'remove', p_reason text default null)
returns table (what text, how_many bigint)
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  v_ids uuid[];
  v_activity bigint;
  v_left integer;
  v_feeds bigint;
  v_keys bigint;
begin
  perform calendar_admin.check_leaving(p_user_id, p_events);
  perform calendar_admin.sign(p_reason);
  select coalesce(array_agg(id order by id), '{}') into v_ids from calendar_sync.integrations_of_user(p_user_id) as id;
  select count(*) into v_feeds from calendar_sync.feeds where user_id = p_user_id;
  select count(*) into v_keys from calendar_sync.api_keys where user_id = p_user_id and expires_at > now();
  perform calendar_sync.lock_integrations(v_ids);
  insert into calendar_sync.erasures as erasure (user_id, integration_ids, asked_by, reason)
  values (p_user_id, v_ids, calendar_sync.caused_by(), p_reason)
  on conflict (user_id) do nothing;
  if p_events = 'keep' then
    delete from public.calendar_integrations where id = any (v_ids);
  end if;
  v_activity := calendar_sync.forget_traces(p_user_id, v_ids);
  v_left := calendar_sync.pursue_erasure(p_user_id);
  return query values
    ('calendars whose events are removed first (see calendar_admin.erasures)', coalesce(v_left, 0)::bigint),
    ('calendars forgotten with their tokens', (cardinality(v_ids) - coalesce(v_left, 0))::bigint),
    ('feeds ended', v_feeds),
    ('API keys revoked', v_keys),
    ('rows of activity blanked', v_activity);
end;
$$;

comment on function calendar_admin.erase_user(uuid, text, text) is
  'Erases what we know of a user (GDPR). remove: deletes the events first, if the grant works. keep: erases at once and leaves the events; it also ends a waiting remove. Obligations are yours to erase.';

create function calendar_admin.set_worker(url text default null, secret text default null) returns text
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  v_secret_min constant integer := 32;
  v_given constant jsonb := jsonb_strip_nulls(jsonb_build_object('calendar_sync_url', url, 'calendar_sync_secret', secret));
  v_name text;
begin
  if v_given = '{}' then
    raise exception 'Say what to set: url => ''https://<ref>.supabase.co/functions/v1/calendar-sync'', secret => ''<CALENDAR_SYNC_SECRET>''.'
      using errcode = 'invalid_parameter_value';
  end if;
  if url !~ calendar_admin.worker_url_pattern() then
    raise exception 'The address has to be https://<ref>.supabase.co/functions/v1/calendar-sync; http only for this machine.'
      using errcode = 'invalid_parameter_value';
  end if;
  -- The secret itself appears in no message.
  if char_length(secret) < v_secret_min or secret <> btrim(secret) then
    raise exception 'The secret has to be CALENDAR_SYNC_SECRET to the letter: at least % characters, no spaces around it.', v_secret_min
      using errcode = 'invalid_parameter_value';
  end if;
  perform calendar_admin.sign();
  for v_name in select jsonb_object_keys(v_given) loop
    -- Made anew: what cannot be decrypted cannot be updated. Empty at first: vault.create_secret writes its argument to the WAL.
    delete from vault.secrets where name = v_name;
    perform vault.update_secret(vault.create_secret('', v_name, 'calendar_sync: the wake-up call'), v_given ->> v_name);
  end loop;
  perform calendar_sync.note(null, 'settings_changed', jsonb_build_object('vault', (
    select jsonb_agg(name) from jsonb_object_keys(v_given) as name)));
  perform calendar_sync.wake_up();
  return format('Stored in Vault: %s. The worker is called now; select * from calendar_admin.wake_up_calls; shows the answer.', (
    select string_agg(name, ', ' order by name) from jsonb_object_keys(v_given) as name));
end;
$$;

comment on function calendar_admin.set_worker(text, text) is
  'Stores in Vault where calendar-sync is and the secret that it asks for, or one of the two, and wakes the worker. Do not save the query: it holds the secret.';

create function calendar_admin.wake_up() returns bigint
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  v_request_id bigint;
begin
  perform calendar_sync.wake_up();
  -- Where a call was waiting to be sent, that is the one.
  select request_id into v_request_id from calendar_sync.wake_up_calls order by id desc limit 1;
  if v_request_id is null or not exists (select from net.http_request_queue where id = v_request_id) then
    raise exception 'The worker could not be called.'
      using hint = 'select * from calendar_admin.setup_check() where not ok; says what is missing.';
  end if;
  return v_request_id;
end;
$$;

comment on function calendar_admin.wake_up() is
  'Wakes the worker, and returns the request_id under which calendar_admin.wake_up_calls will have the answer. For the doctor.';

-- schemas/300_admin_webhooks.sql

-- Outgoing webhooks and deliveries, for administrators: what is sent, what is stuck, and webhooks of the installation itself.

create view calendar_admin.webhooks with (security_invoker = true) as
with webhook as (
  select * from calendar_sync.webhooks where user_id is null
  union all
  (select * from calendar_sync.webhooks where failing_since is not null and user_id is not null order by failing_since limit 500)
)
select
  webhook.id,
  webhook.user_id,
  substring(webhook.url from '^[^/]*//[^/?#]*') as origin,
  webhook.types,
  webhook.enabled,
  webhook.disabled_because,
  webhook.failing_since,
  (select count(*) from calendar_sync.deliveries as delivery
    where delivery.channel = 'webhook' and delivery.recipient = webhook.id and delivery.ended_at is null) as waiting,
  webhook.created_at
from webhook
order by webhook.failing_since nulls last, webhook.created_at;

comment on view calendar_admin.webhooks is
  'The installation''s own webhooks, and the 500 of users that have been failing for longest.';
comment on column calendar_admin.webhooks.user_id is 'Null: the installation''s own.';
comment on column calendar_admin.webhooks.origin is 'Of the address no more than this: the rest may be a secret.';

create view calendar_admin.deliveries with (security_invoker = true) as
with delivery as (
  (
    select first.* from (values ('webhook'), ('mail')) as sent (channel)
    cross join lateral (
      select * from calendar_sync.deliveries as next
      where next.channel = sent.channel and next.ended_at is null order by next.next_attempt_at limit 500
    ) as first
  )
  union all
  (select * from calendar_sync.deliveries where ended_at is not null order by ended_at desc limit 500)
)
select
  delivery.id,
  delivery.channel,
  delivery.user_id,
  delivery.endpoint_id as webhook_id,
  delivery.type,
  delivery.state,
  delivery.attempt_count as attempts,
  (delivery.attempts -> -1 ->> 'status')::integer as last_status,
  delivery.attempts -> -1 ->> 'error' as last_error,
  (delivery.attempts -> -1 ->> 'at')::timestamptz as last_attempt_at,
  delivery.next_attempt_at,
  delivery.created_at,
  delivery.ended_at
from delivery
order by delivery.next_attempt_at nulls last, delivery.ended_at desc;

comment on view calendar_admin.deliveries is
  'Mails and calls of webhooks: of each the 500 that are due next, then the 500 that ended last.';
comment on column calendar_admin.deliveries.webhook_id is 'Null for a mail.';
comment on column calendar_admin.deliveries.last_status is 'What the other side last answered; null: nothing.';
comment on column calendar_admin.deliveries.last_error is 'Why the last attempt failed, in a word of ours.';

create function calendar_admin.add_webhook(url text, types text[]) returns table (id uuid, secret text)
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  v_added jsonb;
begin
  if url is null or url !~ '^https?://[^/\\\s@]+(/\S*)?$' then
    raise exception 'Give the address of a receiver, such as https://app.example.com/calendar-events.' using errcode = 'invalid_parameter_value';
  end if;
  perform calendar_admin.sign();
  v_added := calendar_sync.add_webhook(null, url, types);
  perform calendar_sync.note(null, 'settings_changed', jsonb_build_object('webhook_added', v_added ->> 'id'));
  return query select (v_added ->> 'id')::uuid, v_added ->> 'secret';
exception when check_violation then
  raise exception 'Give at least one type, of those that docs/embed/webhooks.md lists.' using errcode = 'invalid_parameter_value';
end;
$$;

comment on function calendar_admin.add_webhook(text, text[]) is
  'Adds a webhook of the installation, which is told of all users'' calendars. Returns its secret, once. CALENDAR_WEBHOOK_HOSTS has to allow the address.';

create function calendar_admin.enable_webhook(webhook_id uuid) returns text
language plpgsql volatile security invoker set search_path = ''
as $$
begin
  update calendar_sync.webhooks as webhook
  set enabled = true, disabled_because = null, failing_since = null, doubted = true
  where webhook.id = webhook_id and webhook.user_id is null;
  if not found then
    raise exception 'The installation has no such webhook. Users switch their own on.' using errcode = 'no_data_found';
  end if;
  perform calendar_admin.sign();
  perform calendar_sync.note(null, 'settings_changed', jsonb_build_object('webhook_enabled', webhook_id));
  return 'Switched on. What was given up is not sent again.';
end;
$$;

comment on function calendar_admin.enable_webhook(uuid) is
  'Switches a webhook of the installation on again, which 410 or five days of failures switched off.';

create function calendar_admin.remove_webhook(webhook_id uuid) returns text
language plpgsql volatile security invoker set search_path = ''
as $$
begin
  delete from calendar_sync.webhooks as webhook where webhook.id = webhook_id;
  if not found then
    raise exception 'There is no such webhook; select * from calendar_admin.webhooks; lists them.' using errcode = 'no_data_found';
  end if;
  perform calendar_admin.sign();
  perform calendar_sync.note(null, 'settings_changed', jsonb_build_object('webhook_removed', webhook_id));
  return 'Removed, with its secrets and what was still to be sent to it.';
end;
$$;

comment on function calendar_admin.remove_webhook(uuid) is 'Removes a webhook, the installation''s or a user''s.';

create function calendar_admin.rotate_webhook(webhook_id uuid) returns text
language plpgsql volatile security invoker set search_path = ''
as $$
begin
  if not exists (select from calendar_sync.webhooks as webhook where webhook.id = webhook_id and webhook.user_id is null) then
    raise exception 'The installation has no such webhook. Users rotate their own.' using errcode = 'no_data_found';
  end if;
  perform calendar_admin.sign();
  perform calendar_sync.note(null, 'settings_changed', jsonb_build_object('webhook_rotated', webhook_id));
  return calendar_sync.rotate_webhook(webhook_id) ->> 'secret';
end;
$$;

comment on function calendar_admin.rotate_webhook(uuid) is
  'Gives a webhook of the installation a new secret, and answers with it this once. The one before signs along for a day.';

-- schemas/305_admin_keys.sql

-- API keys, for administrators: whose a key is that a log names, and the end of one that leaked.

create view calendar_admin.api_keys with (security_invoker = true) as
select
  key.id as key_id,
  key.user_id,
  key.name,
  key.scopes,
  case
    when key.expires_at <= now() then 'over'
    when key.replaced_by is not null then 'replaced, and still good'
    else 'good'
  end as state,
  key.last_used_at,
  key.created_at,
  key.expires_at,
  key.replaced_by
from calendar_sync.api_keys as key
order by key.last_used_at desc nulls last, key.id;

comment on view calendar_admin.api_keys is
  'Every API key, most recently used first, without secrets. Has no row limit: filter by key_id, which logs name, or by user_id.';
comment on column calendar_admin.api_keys.key_id is 'The public characters: in a log key_id, in a key what stands after eck_live_.';
comment on column calendar_admin.api_keys.state is 'over: it expired, was revoked here, or the day after its rotation has passed. Keys of a user who is banned open nothing meanwhile, whatever stands here.';
comment on column calendar_admin.api_keys.last_used_at is 'Give or take an hour. Empty: never.';
comment on column calendar_admin.api_keys.replaced_by is 'The key that it was rotated to.';

create function calendar_admin.revoke_keys(p_id text, p_reason text default null) returns table (key_id text, user_id uuid, done text)
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  v_keys calendar_sync.api_keys[];
begin
  perform calendar_admin.sign(p_reason);
  select array_agg(key order by key.id) into v_keys from calendar_sync.api_keys as key
  where key.id = p_id or key.user_id::text = lower(p_id);
  if v_keys is null then
    raise exception 'There is no API key with the id %, and no user with one.', coalesce(p_id, 'null') using errcode = 'no_data_found',
      hint = 'select * from calendar_admin.api_keys; the id of a key is what stands after eck_live_ in it: 10 characters.';
  end if;
  -- The row stays, so that its user sees that it is over.
  update calendar_sync.api_keys as key set expires_at = now()
  from unnest(v_keys) as revoked where key.id = revoked.id and key.expires_at > now();
  perform calendar_sync.note(null, 'settings_changed', jsonb_build_object('api_keys_revoked', (
    select jsonb_agg(revoked.id) from unnest(v_keys) as revoked where revoked.expires_at > now()
  ))) where exists (select from unnest(v_keys) as revoked where revoked.expires_at > now());
  return query select revoked.id, revoked.user_id,
    case when revoked.expires_at > now() then 'revoked: it opens nothing any more' else 'it was over before' end
  from unnest(v_keys) as revoked;
end;
$$;

comment on function calendar_admin.revoke_keys(text, text) is
  'Ends an API key at once, by its public id, or all keys of a user. For a key that leaked.';

-- schemas/307_admin_copies.sql

-- A copy of production, as for staging. It has production's tokens, webhooks and keys, and would act with them.

create function calendar_admin.make_copy_harmless() returns table (what text, how_many bigint)
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  -- In a copy nothing is called for so long. In production, where this is run by mistake, something nearly always was.
  v_quiet_for constant interval := interval '10 minutes';
  v_called_at constant timestamptz := (select max(call.at) from calendar_sync.wake_up_calls as call);
begin
  if exists (select from cron.job where jobname like 'calendar\_sync\_%')
    or exists (select from vault.secrets where name ~ '^calendar_sync_(url|secret)(_off)?$')
  then
    raise exception 'This database has jobs or a worker, as production has. Nothing was changed.'
      using errcode = 'object_not_in_prerequisite_state', hint = 'Is it a copy? docs/deploy/deploy.md, Staging, says what comes first.';
  end if;
  if v_called_at > now() - v_quiet_for then
    raise exception 'This database called a worker at %, as production does. Nothing was changed.', v_called_at
      using errcode = 'object_not_in_prerequisite_state', hint = format('Is it a copy? Repeat this at %s.', v_called_at + v_quiet_for);
  end if;
  perform calendar_admin.sign();
  return query
  select 'calendars forgotten with their tokens', count(*) from public.calendar_integrations
  union all select 'connections under way forgotten with their tokens', count(*) from calendar_sync.flows
  union all select 'webhooks removed', count(*) from calendar_sync.webhooks
  union all select 'mails and calls of webhooks not sent', count(*) from calendar_sync.deliveries where ended_at is null
  union all select 'feeds ended', count(*) from calendar_sync.feeds
  union all select 'API keys revoked', count(*) from calendar_sync.api_keys where expires_at > now();
  -- First what would be told that calendars go, and what would be kept with a token to be ended.
  delete from calendar_sync.webhooks;
  delete from calendar_sync.channels;
  delete from calendar_sync.ending_channels;
  delete from public.calendar_integrations;
  delete from calendar_sync.flows;
  delete from calendar_sync.deliveries;
  update calendar_sync.notices set mail_at = null where mail_at is not null;
  -- One that production ends later would open the copy for as long as it lasts.
  delete from calendar_sync.feed_owners;
  delete from calendar_sync.api_keys;
  perform calendar_sync.note(null, 'settings_changed', '{"copy_made_harmless": true}');
end;
$$;

comment on function calendar_admin.make_copy_harmless() is
  'For a copy of production, never for production. Deletes all accounts with their tokens and channels, and all webhooks, feeds, API keys and unsent messages. No user, webhook or provider is told. It refuses while the database has our jobs or a worker, and for ten minutes after the database last called a worker.';

-- schemas/310_setup_platform.sql

-- What calendar_admin.setup_check() asks of the platform: extensions, Vault, pg_cron, pg_net and the worker. Each function is one
-- concern and returns a row for each check. A check that cannot be carried out is a row that fails and says why.

create type calendar_admin.finding as (check_name text, ok boolean, severity text, found text, how_to_mend text);

comment on type calendar_admin.finding is
  'One check of an installation. severity: error, nothing or not everything syncs; warning, something is not as it should be; info, nothing to mend.';

create function calendar_admin.check_extensions() returns setof calendar_admin.finding
language sql stable security invoker set search_path = ''
as $$
  select
    'extension ' || wanted.name,
    installed.extversion is not null
      and string_to_array(regexp_replace(installed.extversion, '[^0-9.].*$', ''), '.')::integer[] >= wanted.at_least,
    'error',
    coalesce('version ' || installed.extversion, 'missing')
      || case when installed.extversion is null then '' else format(', at least %s is needed', array_to_string(wanted.at_least, '.')) end,
    case when installed.extversion is null then format('create extension %I with schema %I;', wanted.name, wanted.in_schema)
      else format('alter extension %I update;   -- or, where that brings nothing newer: Project Settings, Infrastructure, Upgrade project', wanted.name) end
  -- pg_net: since 0.12 its worker can be restarted. Vault: since 0.3 it stands alone. pg_cron: since 1.5 it knows seconds.
  from (values
    ('pg_net', array[0, 12], 'extensions'), ('supabase_vault', array[0, 3], 'vault'), ('pg_cron', array[1, 5], 'pg_catalog')
  ) as wanted (name, at_least, in_schema)
  left join pg_catalog.pg_extension as installed on installed.extname = wanted.name
$$;

comment on function calendar_admin.check_extensions() is 'The extensions that the sync stands on, and their versions.';

-- As its owner, like the code that reads them.
create function calendar_admin.check_vault() returns setof calendar_admin.finding
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_secret_min constant integer := 32;
  v_name text;
  v_value text;
  v_problem text;
begin
  foreach v_name in array array['calendar_sync_url', 'calendar_sync_secret'] loop
    v_problem := null;
    begin
      select coalesce(decrypted_secret, '') into v_value from vault.decrypted_secrets where name = v_name;
      v_problem := case
        when not found then 'missing: the worker is not called, and changes wait'
        when v_value = '' then 'empty: the worker is not called, and changes wait'
        when v_name = 'calendar_sync_url' and v_value !~ calendar_admin.worker_url_pattern() then
          'not an address like https://<ref>.supabase.co/functions/v1/calendar-sync'
        when v_name = 'calendar_sync_secret' and v_value <> btrim(v_value) then 'it has spaces around it'
        when v_name = 'calendar_sync_secret' and char_length(v_value) < v_secret_min then
          format('shorter than the %s characters that the function asks for', v_secret_min)
      end;
    exception
      when insufficient_privilege then
        raise;
      when others then
        v_problem := format('it cannot be decrypted (%s), as after a restore without the project''s key', sqlerrm);
    end;
    return next row (
      'vault secret ' || v_name, v_problem is null, 'error',
      coalesce(v_problem, case v_name when 'calendar_sync_url' then 'the worker is at ' || split_part(v_value, '/', 3) else 'readable and long enough' end),
      case v_name
        when 'calendar_sync_url' then 'select calendar_admin.set_worker(url => ''https://<ref>.supabase.co/functions/v1/calendar-sync'');'
        else 'select calendar_admin.set_worker(secret => ''<CALENDAR_SYNC_SECRET>'');'
      end
    )::calendar_admin.finding;
  end loop;
end;
$$;

comment on function calendar_admin.check_vault() is 'The two secrets of the wake-up call: there, readable and well-formed. It does not show them.';

-- The rights of those who run the code, not of whoever asks: functions run as their owners, and the views that they read
-- call functions as those too.
create function calendar_admin.check_rights() returns setof calendar_admin.finding
language sql stable security invoker set search_path = ''
as $$
  with runner as (
    select distinct routine.proowner as role from pg_catalog.pg_proc as routine
    join pg_catalog.pg_namespace as space on space.oid = routine.pronamespace
    where routine.prosecdef and (space.nspname in ('calendar_sync', 'calendar_admin')
      or space.nspname = 'public' and routine.proname like 'calendar\_%')
  ), wanted (schema, name, privileges) as (
    values
      ('vault', 'secrets', array['select', 'delete']), ('vault', 'decrypted_secrets', array['select']),
      ('net', 'http_request_queue', array['select', 'insert', 'update']), ('net', '_http_response', array['select']),
      ('net', 'http_request_queue_id_seq', array['usage']),
      ('cron', 'job', array['select']), ('cron', 'job_run_details', array['select', 'delete'])
  ), called as (
    select routine.oid, space.nspname as schema from pg_catalog.pg_proc as routine
    join pg_catalog.pg_namespace as space on space.oid = routine.pronamespace
    where (space.nspname, routine.proname) in (('vault', 'create_secret'), ('vault', 'update_secret'), ('net', 'http_post'),
      ('net', 'wake'), ('net', 'worker_restart'))
    union
    -- Whatever the view decrypts with, in this version of Vault.
    select used.refobjid, 'vault' from pg_catalog.pg_rewrite as rule
    join pg_catalog.pg_class as view on view.oid = rule.ev_class and view.relname = 'decrypted_secrets'
    join pg_catalog.pg_namespace as space on space.oid = view.relnamespace and space.nspname = 'vault'
    join pg_catalog.pg_depend as used on used.classid = 'pg_catalog.pg_rewrite'::regclass and used.objid = rule.oid
      and used.refclassid = 'pg_catalog.pg_proc'::regclass
  ), missing as (
    select space.nspname as schema, runner.role, 1 as place, format('usage on schema %I', space.nspname) as right
    from runner cross join pg_catalog.pg_namespace as space
    where space.nspname in ('vault', 'net', 'cron') and not pg_catalog.has_schema_privilege(runner.role, space.oid, 'usage')
    union all
    select wanted.schema, runner.role, 2, format('%s on %s%I.%I', privilege,
      case class.relkind when 'S' then 'sequence ' else '' end, wanted.schema, wanted.name)
    from runner cross join wanted cross join unnest(wanted.privileges) as privilege
    join pg_catalog.pg_namespace as space on space.nspname = wanted.schema
    join pg_catalog.pg_class as class on class.relnamespace = space.oid and class.relname = wanted.name
    where not case class.relkind when 'S' then pg_catalog.has_sequence_privilege(runner.role, class.oid, privilege)
      else pg_catalog.has_table_privilege(runner.role, class.oid, privilege) end
    union all
    select called.schema, runner.role, 3, format('execute on function %s', called.oid::regprocedure)
    from runner cross join called where not pg_catalog.has_function_privilege(runner.role, called.oid, 'execute')
  )
  select
    'rights on ' || area.name, count(missing.role) = 0, 'error',
    coalesce(string_agg(missing.role::regrole || ' lacks ' || missing.right, ', ' order by missing.place, missing.right),
      'the functions have all that they need'),
    string_agg('grant ' || missing.right || ' to ' || missing.role::regrole || ';', ' ' order by missing.place, missing.right)
      || '   -- as the owner of the extension'
  from (values ('vault'), ('net'), ('cron')) as area (name)
  left join missing on missing.schema = area.name
  group by area.name
$$;

comment on function calendar_admin.check_rights() is
  'Whether the functions may use Vault, pg_net and pg_cron, with the grant that is missing. Says the same to whoever asks.';

create function calendar_admin.check_cron() returns setof calendar_admin.finding
language sql stable security invoker set search_path = ''
as $$
  with tick as (
    -- A run that is just beginning has no time yet.
    select active, coalesce(last_run_at, case when last_status in ('starting', 'connecting', 'sending') then now() end) as last_run_at
    from calendar_sync.cron_jobs() where job = 'calendar_sync_tick'
  ), failed as (
    select job, command, last_message from calendar_sync.cron_jobs() where last_status = 'failed'
  )
  select
    'cron job ' || wanted.name,
    coalesce(job.active and job.schedule = wanted.schedule and btrim(job.command, ' ;') = wanted.command
      and not job.is_elsewhere and job.can_sign_in, false),
    'error',
    case
      when job.jobid is null then 'missing'
      when not job.active then 'switched off'
      when not job.can_sign_in then format('runs as %s, who cannot sign in here', job.username)
      when job.is_elsewhere then format('runs at %s:%s, and this server is at port %s, as after a restore', job.nodename, job.nodeport,
        current_setting('port'))
      when job.schedule <> wanted.schedule then format('runs at %L instead of %L', job.schedule, wanted.schedule)
      when btrim(job.command, ' ;') <> wanted.command then 'runs something else'
      else format('runs at %L', job.schedule)
    end,
    case when job.jobid is not null and not job.active then
        format('select cron.alter_job((select jobid from cron.job where jobname = %L), active := true);', wanted.name)
      -- cron.schedule() alone leaves host and port of a job that is there as they are, and makes a second one for another user.
      when job.is_elsewhere or not job.can_sign_in then format('select cron.unschedule(%s); select cron.schedule(%L, %L, %L);', job.jobid, wanted.name,
        wanted.schedule, wanted.command)
      else format('select cron.schedule(%L, %L, %L);', wanted.name, wanted.schedule, wanted.command)
    end
  from (values
    ('calendar_sync_tick', '10 seconds', 'select calendar_sync.tick()'),
    ('calendar_sync_sweep', '* * * * *', 'select calendar_sync.sweep_slice()'),
    ('calendar_sync_nightly', '17 3 * * *', 'select calendar_sync.nightly()')
  ) as wanted (name, schedule, command)
  left join lateral (
    -- Host and port are of no account where pg_cron runs its jobs in background workers.
    select job.*, (job.nodeport <> current_setting('port')::integer or job.nodename <> coalesce(host.setting, job.nodename))
      and coalesce(workers.setting, 'off') = 'off' as is_elsewhere, coalesce(role.rolcanlogin, false) as can_sign_in
    from cron.job as job
    left join pg_catalog.pg_roles as role on role.rolname = job.username
    left join pg_catalog.pg_settings as host on host.name = 'cron.host'
    left join pg_catalog.pg_settings as workers on workers.name = 'cron.use_background_workers'
    where job.jobname = wanted.name and job.database = current_database()
  ) as job on true
  union all
  select
    'pg_cron runs', coalesce((select last_run_at > now() - calendar_sync.threshold('tick') from tick where active), false), 'error',
    case
      when not exists (select from tick where active) then 'the tick is not scheduled'
      else coalesce((select format('the tick ran %s s ago', round(extract(epoch from now() - last_run_at))) from tick where last_run_at is not null),
        'the tick has not run: in the first seconds after the migrations that is so; later pg_cron is dead, or cron.log_run is off')
    end,
    'select cron.alter_job(jobid, active := active) from cron.job where jobname like ''calendar_sync_%'';   -- pg_cron looks again; '
      'if nothing runs within a minute: Project Settings, General, Restart project (fast reboot)'
  union all
  select
    'cron jobs succeed', not exists (select from failed), 'error',
    coalesce((select string_agg(format('%s failed: %s', job, left(last_message, 200)), '; ' order by job) from failed),
      'none of them failed when it last ran'),
    (select string_agg(btrim(command, ' ;') || ';', ' ') || '   -- shows the error; what is wrong is often among the other checks' from failed)
$$;

comment on function calendar_admin.check_cron() is
  'The three jobs of pg_cron: there, switched on, at the right times, on this server; whether pg_cron runs them, and how that went.';

create function calendar_admin.check_pg_net() returns setof calendar_admin.finding
language sql stable security invoker set search_path = ''
as $$
  with worker as (
    select count(*) as seen from pg_catalog.pg_stat_activity
    where backend_type ilike '%pg\_net%' or application_name ilike 'pg\_net%'
  ), queue as (
    select count(*) as waiting from (select from net.http_request_queue limit 10000) as request
  ), due as (
    select coalesce(min(waiting_since) < now() - interval '30 seconds', false) as is_late
    from calendar_admin.slowest_lanes where why = 'no worker has come yet'
  )
  select
    'pg_net''s worker is alive',
    worker.seen > 0,
    'error',
    case
      when worker.seen > 0 then 'running'
      when not pg_catalog.pg_has_role('pg_read_all_stats', 'usage') then format('%s may not see other processes', current_user)
      else 'there is no such process'
    end,
    case when pg_catalog.pg_has_role('pg_read_all_stats', 'usage') then '' else format('grant pg_read_all_stats to %I;   -- ', current_user) end
      || 'select net.worker_restart();   -- where it does not come back: Project Settings, General, Restart project (fast reboot)'
  from worker
  union all
  select
    'pg_net''s queue moves',
    not (queue.waiting > 0 and due.is_late),
    'error',
    format('calls that wait in it: %s%s', queue.waiting, case when queue.waiting > 0 and due.is_late then '; work has been due for more than 30 s' end),
    'select net.worker_restart();   -- a call of somebody else''s with a long time-out holds up all others: select url from net.http_request_queue order by id limit 10;'
  from queue cross join due
$$;

comment on function calendar_admin.check_pg_net() is 'Whether what is queued in pg_net is sent.';

create function calendar_admin.check_worker() returns setof calendar_admin.finding
language sql stable security invoker set search_path = ''
as $$
  with answered as (
    select call.*, reading.ok, reading.found, reading.how_to_mend
    from calendar_sync.wake_up_answers(50) as call
    cross join lateral calendar_admin.read_answer(call.status_code, call.timed_out, call.error_msg) as reading
    where call.answered_at is not null order by call.at desc limit 1
  )
  select
    'the worker answers',
    coalesce(answered.ok, true),
    case when answered.request_id is null then 'info' else 'error' end,
    case when answered.request_id is null then 'it was not called lately: npm run doctor calls it'
      else format('%s (%s s ago)', answered.found, round(extract(epoch from now() - answered.at))) end,
    answered.how_to_mend
  from (values (1)) as one
  left join answered on true
  union all
  -- Only the functions can read them: an answer is all there is to see.
  select
    'function secrets', true, 'info',
    case when answered.ok then 'the database cannot see them; calendar-sync started, so all that it needs is there'
      else 'the database cannot see them; the log of a function that does not start names what is missing' end,
    null
  from (values (1)) as one left join answered on true
$$;

comment on function calendar_admin.check_worker() is 'What calendar-sync last answered, and with it as much as can be told of the functions'' secrets.';

-- schemas/315_setup_logging.sql

-- What the server's log may tell. Tokens reach the database as parameters of calls, and once, in set_worker, as a text in a statement.

-- The settings of each role, since whoever asks need not be who runs the calls: role in this database, role, database, server.
create function calendar_admin.check_logging() returns setof calendar_admin.finding
language sql stable security invoker set search_path = ''
as $$
  with wanted (name) as (
    select unnest(array['log_statement', 'log_min_duration_statement', 'log_min_duration_sample', 'log_transaction_sample_rate',
      'log_parameter_max_length', 'log_parameter_max_length_on_error', 'pgaudit.log', 'pgaudit.role', 'pgaudit.log_parameter',
      'auto_explain.log_min_duration', 'auto_explain.log_parameter_max_length'])
  ), given as (
    select setting.setrole as role, setting.setdatabase as database, split_part(entry, '=', 1) as name,
      lower(substr(entry, strpos(entry, '=') + 1)) as value
    from pg_catalog.pg_db_role_setting as setting cross join unnest(setting.setconfig) as entry
    where setting.setdatabase in (0, (select oid from pg_catalog.pg_database where datname = current_database()))
  ), scope as (
    select 0::oid as role union select given.role from given join wanted using (name)
  ), logging as (
    select scope.role, jsonb_object_agg(wanted.name, coalesce(set_for.value, server.setting, '')) as value
    from scope cross join wanted
    left join lateral (
      select given.value from given where given.name = wanted.name and given.role in (scope.role, 0)
      order by given.role <> 0 desc, given.database <> 0 desc limit 1
    ) as set_for on true
    left join lateral (
      select lower(current.setting) as setting from pg_catalog.pg_settings as current where current.name = wanted.name
    ) as server on true
    group by scope.role
  ), problem as (
    select logging.role, said.found, said.name, said.mended
    from logging
    cross join lateral (values
      (value ->> 'log_statement' = 'all', 'log_statement is all: secrets that are typed as SQL are logged', 'log_statement', 'ddl'),
      (value ->> 'log_parameter_max_length' <> '0' and (value ->> 'log_statement' in ('mod', 'all')
          or value ->> 'log_min_duration_statement' not like '-%' or value ->> 'log_min_duration_sample' not like '-%'
          or (value ->> 'log_transaction_sample_rate')::numeric > 0),
        'statements are logged with their parameters, which may be tokens', 'log_parameter_max_length', '0'),
      (value ->> 'log_parameter_max_length_on_error' <> '0',
        'calls that fail are logged with their parameters, which may be tokens', 'log_parameter_max_length_on_error', '0'),
      (value ->> 'pgaudit.log_parameter' in ('on', 'true', 'yes', '1')
          and (value ->> 'pgaudit.log' not in ('', 'none') or value ->> 'pgaudit.role' <> ''),
        'pgaudit logs parameters, which may be tokens', 'pgaudit.log_parameter', 'off'),
      -- The Data API ends calls after eight seconds. The setting is a number of milliseconds, or has a unit.
      (value ->> 'auto_explain.log_parameter_max_length' <> '' and value ->> 'auto_explain.log_parameter_max_length' <> '0'
          and case when value ->> 'auto_explain.log_min_duration' ~ '^-?[0-9]+$'
            then (value ->> 'auto_explain.log_min_duration')::numeric
            else extract(epoch from nullif(value ->> 'auto_explain.log_min_duration', '')::interval) * 1000
          end between 0 and 8000,
        'auto_explain logs parameters, which may be tokens', 'auto_explain.log_parameter_max_length', '0')
    ) as said (is_so, found, name, mended)
    where said.is_so
  )
  select
    'what the database logs', count(*) = 0, 'warning',
    coalesce(string_agg(problem.found || case when problem.role <> 0 then ' (' || problem.role::regrole || ')' else '' end, '; '
      order by problem.role, problem.name), 'parameters, which contain tokens, are not logged'),
    string_agg(format('alter %s set %s = %L;', case when problem.role = 0 then format('database %I', current_database())
      else format('role %s', problem.role::regrole) end, problem.name, problem.mended), ' ' order by problem.role, problem.name)
      || '   -- as a superuser; it holds for new sessions'
  from problem
$$;

comment on function calendar_admin.check_logging() is
  'Whether tokens may end up in the server''s log, by what any role''s sessions log: log_statement, slow statements, parameters, pgaudit, auto_explain.';

-- schemas/320_versions.sql

-- Which version the functions are of, and whether it fits the database's. The functions of the release before work with a newer
-- database; functions that are newer than the database may call what it does not have.

create table calendar_sync.functions_version (
  only_row boolean primary key default true check (only_row),
  version text,
  reported_at timestamptz
);

comment on table calendar_sync.functions_version is 'The version of the functions, as calendar-sync last reported it. In one row.';
comment on column calendar_sync.functions_version.version is 'Null: no calendar-sync has started since the migration.';

alter table calendar_sync.functions_version enable row level security;
insert into calendar_sync.functions_version default values;

create function public.calendar_report_version(p_version text) returns void
language sql volatile security definer set search_path = ''
as $$
  update calendar_sync.functions_version set version = p_version, reported_at = now()
  where version is distinct from p_version
$$;

comment on function public.calendar_report_version(text) is
  'Called by calendar-sync when it starts: the version that it is of. It writes only what is new.';

create function calendar_admin.check_version() returns setof calendar_admin.finding
language sql stable security invoker set search_path = ''
as $$
  select
    'versions', coalesce(reported.order_of = installed.order_of, true),
    case when reported.order_of is null then 'info' when reported.order_of > installed.order_of then 'error' else 'warning' end,
    case
      when reported.version is null then format('the database has %s; the functions have not said theirs yet', installed.version)
      when reported.order_of = installed.order_of then format('the database and the functions have %s', installed.version)
      else format('the database has %s, the functions have %s', installed.version, reported.version)
    end,
    case when reported.order_of > installed.order_of then 'npx supabase db push --remote --include-all   -- needs Supabase CLI 3.1 or later'
      else 'npx supabase functions deploy --use-api' end
  from (
    select version, string_to_array(substring(version from '^[0-9]+\.[0-9]+\.[0-9]+'), '.')::integer[] as order_of
    from calendar_sync.version() as version
  ) as installed
  cross join (
    select version, string_to_array(substring(version from '^[0-9]+\.[0-9]+\.[0-9]+'), '.')::integer[] as order_of
    from calendar_sync.functions_version
  ) as reported
$$;

comment on function calendar_admin.check_version() is
  'Whether the database and the functions are of the same version. Older functions work; newer ones may not.';

-- schemas/325_setup_check.sql

-- What setup_check() asks of this project's own part: triggers, the adapter, rights, options; and setup_check() itself.

-- The triggers of our tables as the migrations made them.
create table calendar_sync.expected_triggers (
  relation regclass not null,
  name name not null,
  definition text not null,
  primary key (relation, name)
);

comment on table calendar_sync.expected_triggers is 'The triggers on our own tables, as the migrations made them: setup_check() compares.';
comment on column calendar_sync.expected_triggers.definition is 'The statement that makes the trigger.';

alter table calendar_sync.expected_triggers enable row level security;

insert into calendar_sync.expected_triggers (relation, name, definition)
select trigger.tgrelid, trigger.tgname, pg_catalog.pg_get_triggerdef(trigger.oid)
from pg_catalog.pg_trigger as trigger
join pg_catalog.pg_class as class on class.oid = trigger.tgrelid and not class.relispartition
join pg_catalog.pg_proc as routine on routine.oid = trigger.tgfoid
where not trigger.tgisinternal and trigger.tgparentid = 0 and routine.pronamespace = 'calendar_sync'::regnamespace
  and trigger.tgrelid not in (select relation from calendar_sync.watched_tables);

create function calendar_admin.check_triggers() returns setof calendar_admin.finding
language sql stable security invoker set search_path = ''
as $$
  select
    format('trigger %s on %s', wanted.name, wanted.relation), coalesce(present.tgenabled in ('O', 'A'), false), 'error',
    case when present.oid is null then 'missing'
      when present.tgenabled in ('O', 'A') then 'there'
      else 'switched off: changes are not noticed until the daily sweep' end,
    case when present.oid is null then wanted.mend
      else format('alter table %s enable trigger %I;', wanted.relation, wanted.name) end
  from (
    select expected.relation, expected.name, expected.definition || ';' as mend from calendar_sync.expected_triggers as expected
    union all
    select watched.relation, 'calendar_sync_' || event.name, case when watched.user_column is null
        then format('select calendar_sync.watch(%L, %L);', watched.root, watched.obligation_column)
        else format('select calendar_sync.watch_recipients(%L, %L, %L);', watched.root, watched.obligation_column, watched.user_column)
      end
    from calendar_sync.watched_tables as watched
    cross join (values ('insert'), ('update'), ('delete'), ('truncate')) as event (name)
  ) as wanted
  left join pg_catalog.pg_trigger as present
    on present.tgrelid = wanted.relation and present.tgname = wanted.name and not present.tgisinternal
  union all
  select 'watched tables', count(*) > 0, 'error',
    coalesce('changes are noticed of ' || string_agg(watched.root::text, ', ' order by watched.root::text), 'none: no change of any obligation is noticed'),
    'select calendar_sync.watch(''<your table>'', ''<the column with its id>'');'
  from calendar_sync.watched_tables as watched where watched.relation = watched.root and watched.user_column is null
  union all
  select 'partitions of watched tables', count(*) = 0, 'error',
    coalesce('changes are not noticed before the daily sweep in ' || string_agg(part.relid::regclass::text, ', '), 'all are watched'),
    'select * from calendar_admin.incidents;   -- says why'
  from calendar_sync.watched_tables as root
  join pg_catalog.pg_class as class on class.oid = root.relation and class.relkind = 'p'
  cross join lateral pg_catalog.pg_partition_tree(root.root) as part
  where root.relation = root.root
    and not exists (select from calendar_sync.watched_tables as watched where watched.relation = part.relid)
$$;

comment on function calendar_admin.check_triggers() is
  'The triggers on watched tables, all of their partitions, and our own tables: there and switched on.';

-- It runs as its owner, like the code that reads obligations. The adapter may read any columns of any tables, so the planner is
-- asked whether an index leads from a recipient to the obligations; none does, too, where the adapter cannot be inlined. Volatile,
-- because EXPLAIN is.
create function calendar_admin.check_adapter() returns setof calendar_admin.finding
language plpgsql volatile security definer set search_path = '' set enable_seqscan = off
as $$
declare
  v_rows_looked_at constant integer := 50;
  v_tables constant text := (
    select string_agg(root::text, ', ' order by root::text) from calendar_sync.watched_tables
    where relation = root and user_column is null
  );
  v_plan json;
  v_problem text;
  v_rows bigint;
begin
  begin
    select count(*), max(case
        when deadline.obligation_id is null then 'obligation_id is null'
        when deadline.recipient_id is null then 'recipient_id is null'
        when deadline.title is null then 'title is null'
        when coalesce(deadline.status, '') not in ('open', 'completed', 'cancelled') then 'status is not open, completed or cancelled'
        when deadline.deadline_date is not null and deadline.deadline_at is not null then 'a deadline has both a date and an instant'
      end)
    into v_rows, v_problem
    from (select * from calendar_sync.deadlines limit v_rows_looked_at) as deadline;
  exception when insufficient_privilege then
    return next row (
      'adapter deadline_of', false, 'error', format('%s cannot read what the adapter reads: %s', current_user, sqlerrm),
      format('grant select on %s to %I;', v_tables, current_user)
    )::calendar_admin.finding;
    return;
  when others then
    v_problem := format('it fails: %s', sqlerrm);
  end;
  return next row (
    'adapter deadline_of', v_problem is null, 'error',
    coalesce(v_problem, format('%s deadlines were looked at, and are as they should be', v_rows)),
    format('create or replace function calendar_sync.deadline_of(obligation %s) …   -- see docs/embed/adapt.md', v_tables)
  )::calendar_admin.finding;
  execute 'explain (format json) select from calendar_sync.deadlines
    where recipient_id = ''00000000-0000-0000-0000-000000000000''' into v_plan;
  return next row (
    'index from recipient to obligations', v_plan::text not like '%"Seq Scan"%', 'warning',
    case when v_plan::text like '%"Seq Scan"%' then 'none is used: every look at a calendar reads all obligations' else 'used' end,
    format('create index on %s (<the column that names the recipient>, <its key>);', v_tables)
  )::calendar_admin.finding;
end;
$$;

comment on function calendar_admin.check_adapter() is 'Runs the adapter over a few obligations, and asks whether it finds a user''s by index.';

create function calendar_admin.check_exposure() returns setof calendar_admin.finding
language sql stable security invoker set search_path = ''
as $$
  -- Where the dashboard keeps the setting is not in the database; an `alter role` of it is.
  with visible as (
    select setting.setdatabase, regexp_split_to_array(btrim(split_part(config.entry, '=', 2)), '\s*,\s*') as schemas
    from pg_catalog.pg_db_role_setting as setting
    join pg_catalog.pg_roles as role on role.oid = setting.setrole and role.rolname = 'authenticator'
    cross join unnest(setting.setconfig) as config (entry)
    where config.entry like 'pgrst.db\_schemas=%'
      and setting.setdatabase in (0, (select oid from pg_catalog.pg_database where datname = current_database()))
  ), exposed as (
    select setdatabase, schemas && array['calendar_sync', 'calendar_admin', 'vault', 'net'] as too_much,
      array(select name from unnest(schemas) as name where name not in ('calendar_sync', 'calendar_admin', 'vault', 'net')) as rest
    from visible
  ),
  -- Functions that users may call run as the user; definer functions in public are for the edge functions alone.
  routine as (
    select routine.oid, routine.pronamespace::regnamespace::text as schema, routine.prosecdef as is_definer,
      pg_catalog.has_function_privilege('anon', routine.oid, 'execute') as by_anon,
      pg_catalog.has_function_privilege('authenticated', routine.oid, 'execute') as by_users,
      pg_catalog.has_function_privilege('service_role', routine.oid, 'execute') as by_service
    from pg_catalog.pg_proc as routine
    where routine.pronamespace in ('calendar_sync'::regnamespace, 'calendar_admin'::regnamespace)
      or routine.pronamespace = 'public'::regnamespace and routine.proname like 'calendar\_%'
  ), wrong_call as (
    select routine.oid, format('revoke execute on function %s from public, anon, authenticated%s;', routine.oid::regprocedure,
        case when routine.schema = 'calendar_admin' then ', service_role' end) as mend
    from routine
    where routine.by_anon or routine.schema = 'public' and routine.is_definer and routine.by_users
      or routine.schema = 'calendar_admin' and (routine.by_users or routine.by_service)
    union all
    select routine.oid, format('grant execute on function %s to service_role;', routine.oid::regprocedure)
    from routine
    where routine.schema = 'public' and routine.is_definer and not routine.by_service
  ), relation as (
    select class.oid, class.relrowsecurity, class.relkind, role.name as role, class.relname = 'obligations' as is_hosts,
      pg_catalog.has_table_privilege(role.name, class.oid, 'select')
        or pg_catalog.has_any_column_privilege(role.name, class.oid, 'select') as reads,
      pg_catalog.has_table_privilege(role.name, class.oid, 'insert, update, delete, truncate')
        or pg_catalog.has_any_column_privilege(role.name, class.oid, 'insert, update') as writes
    from pg_catalog.pg_class as class
    cross join (values ('anon'), ('authenticated')) as role (name)
    where class.relkind in ('r', 'p', 'v') and (
      class.relnamespace in ('calendar_sync'::regnamespace, 'calendar_admin'::regnamespace)
      or class.relnamespace = 'public'::regnamespace and (class.relname like 'calendar\_%' or class.relname = 'obligations')
    )
  ), wrong_access as (
    select relation.oid, format('revoke all on %s from public, %s;', relation.oid::regclass, relation.role) as mend
    from relation where not relation.is_hosts and relation.role = 'anon' and (relation.reads or relation.writes)
    union all
    select relation.oid, format('revoke insert, update, delete, truncate on %s from public, authenticated;', relation.oid::regclass)
    from relation where not relation.is_hosts and relation.role = 'authenticated' and relation.writes
    union all
    select distinct relation.oid, format('alter table %s enable row level security;', relation.oid::regclass)
    from relation where relation.relkind <> 'v' and not relation.relrowsecurity and (relation.reads or relation.writes)
  )
  select
    'exposed schemas', coalesce(bool_and(not exposed.too_much), true),
    case when count(*) = 0 then 'info' else 'error' end,
    case
      when count(*) = 0 then 'the setting is not in the database: Project Settings, Data API, Exposed schemas must name none of calendar_sync, calendar_admin, vault, net'
      when bool_or(exposed.too_much) then 'the Data API shows a schema that is none of its business'
      else 'none of ours'
    end,
    string_agg(format('alter role authenticator %sset pgrst.db_schemas = %L; notify pgrst, ''reload config'';',
      case when exposed.setdatabase = 0 then '' else format('in database %I ', current_database()) end,
      array_to_string(exposed.rest, ', ')), ' ') filter (where exposed.too_much)
  from exposed
  union all
  select
    'who may call functions', count(*) = 0, 'error',
    case when count(*) = 0 then 'users may call only user functions, edge functions only theirs; nobody else may call any'
      else format('%s may be called by others than those they are for, or not by those', string_agg(distinct wrong_call.oid::regprocedure::text, ', ')) end,
    string_agg(wrong_call.mend, ' ' order by wrong_call.mend)
  from wrong_call
  union all
  select
    'who may read and write tables', count(*) = 0, 'error',
    case when count(*) = 0 then 'users their own rows, nobody else any'
      else format('%s: more than that', string_agg(distinct wrong_access.oid::regclass::text, ', ')) end,
    string_agg(wrong_access.mend, ' ' order by wrong_access.mend)
  from wrong_access
$$;

comment on function calendar_admin.check_exposure() is
  'Whether the Data API shows only what it should, as far as the database knows; each function may be called by those whom it is for; and API roles have no right to a table but to rows of their own.';

create function calendar_admin.check_options() returns setof calendar_admin.finding
language sql stable security invoker set search_path = ''
as $$
  select
    'options', coalesce(bool_and(options.deletions_free <= 1000 and options.deletions_share <= 0.5), false), 'warning',
    case when count(*) = 0 then 'the row of calendar_sync.options is missing'
      else format('deletions allowed without asking: %s events, or %s of a calendar', max(options.deletions_free),
        round(100 * max(options.deletions_share)) || '%') end,
    case when count(*) = 0 then 'insert into calendar_sync.options default values;'
      else 'update calendar_sync.options set deletions_free = default, deletions_share = default;' end
  from calendar_sync.options as options
  union all
  select
    'quota of ' || provider.name, provider.account_calls >= 10 and coalesce(provider.project_calls >= provider.account_calls, true), 'warning',
    format('%s calls of an account within %s%s', provider.account_calls, provider.account_window,
      coalesce(format(', %s of all accounts within %s', provider.project_calls, provider.project_window), '')),
    format('update calendar_sync.providers set account_calls = …, project_calls = … where name = %L;   -- as the provider allows', provider.name)
  from calendar_sync.providers as provider
$$;

comment on function calendar_admin.check_options() is 'Whether what an administrator may set is set to something sensible.';

create function calendar_admin.check_mail() returns setof calendar_admin.finding
language sql stable security invoker set search_path = ''
as $$
  select
    'mail', setup.transport is not null, 'warning',
    case
      when setup.transport is not null then format('users are told by mail, by %s', upper(setup.transport))
      when setup.reported_at is null then 'not known yet: no calendar-sync has started since the migration'
      else 'no mail is sent: who does not open the page does not learn of a lost connection'
    end,
    'npx supabase secrets set CALENDAR_MAIL_FROM=<name and address> CALENDAR_MAIL_API_KEY=<key>   -- or CALENDAR_SMTP_URL; see docs/use/notices-and-mail.md'
  from calendar_sync.mail_setup as setup
  union all
  select
    'mail to administrators', setup.tells_admin or setup.transport is null, 'warning',
    case when setup.tells_admin then 'CALENDAR_ADMIN_EMAIL is told what only administrators can mend'
      else 'nobody is told what only administrators can mend' end,
    'npx supabase secrets set CALENDAR_ADMIN_EMAIL=<address>'
  from calendar_sync.mail_setup as setup
  union all
  select
    'mails', count(*) = 0, 'warning',
    case when count(*) = 0 then 'none has been refused again and again'
      else format('%s have been refused five times or more, the latest with: %s', count(*), max(failing.error)) end,
    'select * from calendar_admin.mails;'
  from (
    select delivery.attempts -> -1 ->> 'error' as error from calendar_sync.deliveries as delivery
    where delivery.channel = 'mail' and delivery.ended_at is null and delivery.attempt_count >= 5
  ) as failing
$$;

comment on function calendar_admin.check_mail() is 'Whether users and administrators are told by mail, and whether mails are taken.';

create function calendar_admin.check_webhooks() returns setof calendar_admin.finding
language sql stable security invoker set search_path = ''
as $$
  select
    'webhooks of the installation', count(*) = 0, 'warning',
    case when count(*) = 0 then 'none is switched off after failures'
      else 'switched off: ' || string_agg(substring(webhook.url from '^[^/]*//[^/?#]*'), ', ') end,
    string_agg(format('select calendar_admin.enable_webhook(%L);', webhook.id), ' ')
  from calendar_sync.webhooks as webhook where webhook.user_id is null and webhook.disabled_because is not null
$$;

comment on function calendar_admin.check_webhooks() is 'Whether each webhook of the installation is still called.';

create function calendar_admin.check_push() returns setof calendar_admin.finding
language sql stable security invoker set search_path = ''
as $$
  -- Providers ask or call within seconds, so a channel that was made some minutes ago has been heard of.
  with counted as (
    select count(*) filter (where channel.verified_at is not null) as verified,
      count(*) filter (where channel.state = 'active' and channel.verified_at is null) as silent,
      count(*) filter (where channel.state = 'failed') as failed
    from calendar_sync.channels as channel where channel.created_at < now() - interval '10 minutes' and channel.state <> 'stopping'
  )
  select
    'push channels', counted.silent + counted.failed = 0 or counted.verified > 0, 'warning',
    case
      when setup.reported_at is null then 'not known yet: no calendar-sync has started since the migration'
      when setup.providers = '{}' then 'no provider is to call us: calendars are read every 15 minutes'
      when counted.verified + counted.silent + counted.failed = 0 then format('none has been made yet; %s are to call us', array_to_string(setup.providers, ' and '))
      when counted.verified = 0 then format('no provider has reached us on any of %s channels: calendars are read every 15 minutes', counted.silent + counted.failed)
      else format('providers have reached us on %s of %s', counted.verified, counted.verified + counted.silent + counted.failed)
    end,
    'npx supabase functions deploy calendar-webhook --use-api   -- and is CALENDAR_PUBLIC_URL the address at which providers reach it?'
  from calendar_sync.push_setup as setup cross join counted
  union all
  select
    -- Plain http is for providers on this machine.
    'address for push channels', setup.providers = '{}' or setup.public_url ~ '^(https://|http://(localhost|127\.|\[::1\]))', 'warning',
    case
      when setup.providers = '{}' then 'none is needed'
      when setup.public_url ~ '^(https://|http://(localhost|127\.|\[::1\]))' then setup.public_url
      else format('%s is not https: providers refuse to call it', setup.public_url)
    end,
    'npx supabase secrets set CALENDAR_PUBLIC_URL=https://<where providers reach the functions>   -- or switch push off'
  from calendar_sync.push_setup as setup
$$;

comment on function calendar_admin.check_push() is 'Whether providers that are to call us when a calendar changes do reach us.';

create function calendar_admin.check_health() returns setof calendar_admin.finding
language sql volatile security invoker set search_path = ''
as $$
  -- pg_cron, pg_net and the worker have checks of their own above.
  select health_check.name, health_check.ok, health_check.severity, health_check.found, health_check.how_to_mend
  from calendar_sync.health() as health_check where health_check.name not in ('tick', 'wake_up')
$$;

comment on function calendar_admin.check_health() is 'What calendar_admin.health says of the work itself.';

create function calendar_admin.setup_check()
returns table (check_name text, ok boolean, severity text, found text, how_to_mend text)
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  v_concern text;
begin
  foreach v_concern in array array[
    'extensions', 'rights', 'vault', 'cron', 'pg_net', 'worker', 'triggers', 'adapter', 'exposure', 'logging',
    'options', 'mail', 'webhooks', 'push', 'version', 'health'
  ] loop
    begin
      return query execute format(
        'select check_name, ok, severity, found, case when not ok then how_to_mend end from calendar_admin.check_%s()', v_concern);
    exception when others then
      return query select replace(v_concern, '_', ' '), false, 'error', format('this could not be checked: %s', sqlerrm),
        'what is missing is often among the other checks; where this role may not look: set role postgres;';
    end;
  end loop;
end;
$$;

comment on function calendar_admin.setup_check() is
  'Everything that this installation needs: is it there, what was found, and the command that mends it. select * from calendar_admin.setup_check() where not ok;';

-- schemas/330_grants.sql

-- Who may call functions. Postgres lets everybody execute a new function, and older Supabase projects grant it to the API's roles too.

-- In schema public a function that runs as its caller is for users, and one that runs as its owner is for the edge functions, which
-- call with the secret key. Two run as their caller and are for the edge functions: they change their role.
do $$
declare
  v_function record;
begin
  for v_function in
    select routine.oid::regprocedure as signature, case
        when routine.prosecdef or routine.proname in ('calendar_call_with_key', 'calendar_accept_edit') then 'service_role'
        else 'authenticated'
      end as caller
    from pg_catalog.pg_proc as routine
    where routine.pronamespace = 'public'::regnamespace and routine.proname like 'calendar\_%'
  loop
    execute format('revoke execute on function %s from public, anon, authenticated, service_role', v_function.signature);
    execute format('grant execute on function %s to %I', v_function.signature, v_function.caller);
  end loop;
end;
$$;

-- In the other schemas only those that are granted beside the function.
revoke execute on all functions in schema calendar_sync, calendar_admin from public;
