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
