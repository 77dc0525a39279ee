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
