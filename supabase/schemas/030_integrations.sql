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
