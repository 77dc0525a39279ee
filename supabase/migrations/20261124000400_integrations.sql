-- One integration is one account at one provider that a user connected. Its tokens are in Vault; here are their ids.

create table public.calendar_integrations (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  provider text not null check (provider in ('google', 'outlook')),
  account_id text,
  account_email text,
  access text not null default 'dedicated' check (access in ('dedicated', 'existing')),
  scopes text[] not null default '{}',
  status text not null default 'pending_confirmation'
    check (status in ('pending_confirmation', 'active', 'disconnected', 'paused', 'disconnecting')),
  last_error jsonb,
  paused_by_admin text,
  calendar_id text,
  calendar_name text,
  calendar_role text not null default 'other' check (calendar_role in ('own', 'primary', 'other')),
  sync_enabled boolean not null default true,
  settings jsonb not null default '{"reminders_minutes": [10080, 1440], "completed_events": "keep"}',
  refresh_token_secret_id uuid,
  access_token_secret_id uuid,
  token_expires_at timestamptz,
  token_refreshed_at timestamptz,
  last_synced_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (user_id, provider, account_id),
  -- As expressions without a function: they are looked at with every record of a batch.
  constraint calendar_integrations_settings_known check (
    jsonb_typeof(settings) = 'object' and settings - array['reminders_minutes', 'completed_events'] = '{}'
    and coalesce(settings ->> 'completed_events' in ('keep', 'remove'), false)
  ),
  constraint calendar_integrations_settings_reminders check (
    jsonb_typeof(settings -> 'reminders_minutes') = 'array'
    and jsonb_path_exists(settings, 'strict $ ? (@.reminders_minutes.size() <= 5)')
    and not jsonb_path_exists(settings,
      'strict $.reminders_minutes[*] ? (!(@.type() == "number") || @ < 0 || @ > 40320 || @ % 1 != 0)')
  )
);

comment on table public.calendar_integrations is 'Calendar accounts that users connected.';
comment on column public.calendar_integrations.account_id is
  'The provider''s own id of the account; it outlives its e-mail address. Null until confirmed, like account_email: who sends a consent link learns nothing of who follows it.';
comment on column public.calendar_integrations.access is 'dedicated: a calendar of our own; existing: also the user''s other ones.';
comment on column public.calendar_integrations.last_error is 'Why it does not sync: {"code", "message", "details"?}. Null while all is well.';
comment on column public.calendar_integrations.paused_by_admin is
  'What its user is told of why an administrator paused it; null: none did. While it is set, the status is never active.';
comment on column public.calendar_integrations.calendar_role is
  'own: we made the calendar, so we may delete it. primary: the account''s default one, whose id Outlook changes. other: one that the user had.';
comment on column public.calendar_integrations.settings is
  'reminders_minutes: at most five, of 0 to 40320 minutes; completed_events: keep or remove.';
comment on column public.calendar_integrations.sync_enabled is 'The user''s switch. Off: changes wait.';
comment on column public.calendar_integrations.refresh_token_secret_id is 'Id of a Vault secret.';
comment on column public.calendar_integrations.access_token_secret_id is 'Id of a Vault secret.';
comment on column public.calendar_integrations.token_refreshed_at is 'When the refresh token was last used; providers end those that lie idle.';

-- "Does anyone else here use this account?", asked before a grant is revoked.
create index calendar_integrations_account_idx on public.calendar_integrations (provider, account_id);

-- How many there are of each kind, asked whenever metrics are read. Neither column changes with a sync that goes well.
create index calendar_integrations_status_idx on public.calendar_integrations (provider, status);
create index calendar_integrations_error_idx on public.calendar_integrations (provider, (last_error ->> 'code'))
where last_error is not null;

-- What an administrator looks for: few among many, and written only when trouble comes or goes.
create index calendar_integrations_troubled_idx on public.calendar_integrations (id)
where last_error is not null or status <> 'active';

alter table public.calendar_integrations enable row level security;

create policy "own integrations" on public.calendar_integrations for select to authenticated
using (user_id = (select auth.uid()));

create policy "own switches" on public.calendar_integrations for update to authenticated
using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));

revoke all on public.calendar_integrations from anon, authenticated, service_role;
grant select, update (sync_enabled, settings) on public.calendar_integrations to authenticated;
grant select on public.calendar_integrations to service_role;

create table public.calendar_event_mappings (
  id uuid primary key default gen_random_uuid(),
  integration_id uuid not null references public.calendar_integrations (id) on delete cascade,
  obligation_id uuid not null,
  calendar_id text not null,
  external_event_id text not null,
  etag text,
  deadline_hash text not null,
  content_hash text not null,
  synced_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (integration_id, obligation_id)
);

comment on table public.calendar_event_mappings is 'Which event stands for which obligation in which calendar.';
comment on column public.calendar_event_mappings.obligation_id is 'No foreign key: a mapping outlives its obligation until the event is gone.';
comment on column public.calendar_event_mappings.deadline_hash is 'calendar_sync.deadline_hash when last compared.';
comment on column public.calendar_event_mappings.content_hash is 'Hash of the event as last sent, never as read back.';

alter table public.calendar_event_mappings enable row level security;

create policy "mappings of own integrations" on public.calendar_event_mappings for select to authenticated
using (integration_id in (
  select integration.id from public.calendar_integrations as integration
  where integration.user_id = (select auth.uid())
));

revoke all on public.calendar_event_mappings from anon, authenticated, service_role;
grant select on public.calendar_event_mappings to authenticated, service_role;
