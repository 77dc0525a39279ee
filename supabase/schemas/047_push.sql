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
