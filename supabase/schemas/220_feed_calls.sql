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
