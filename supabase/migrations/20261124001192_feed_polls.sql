-- Reading a feed. Where nothing changed, a poll looks up one feed by its token's hash and counts itself, and that is all.

-- What is not seen is left out of the comparison: nothing visible, nothing changed. Joined by hash whatever the statistics
-- say: a plan that was made for few rows would compare each of many with each.
create function calendar_sync.refresh_feed_items(p_user_id uuid) returns void
language plpgsql volatile security definer set search_path = '' set enable_nestloop = off
as $$
declare
  v_now timestamptz;
  v_changed boolean;
begin
  -- One at a time for each user; nobody else comes by here.
  select greatest(clock_timestamp(), modified_at + interval '1 microsecond') into v_now
  from calendar_sync.feed_owners where user_id = p_user_id for no key update;
  if not found then
    return;
  end if;
  -- Before the comparison, so that whatever is committed after it leaves its mark.
  delete from calendar_sync.feed_marks where user_id = p_user_id;
  with shown as materialized (
    select deadline.obligation_id, deadline.title, nullif(deadline.description, '') as description,
      nullif(deadline.obligation_type, '') as obligation_type, deadline.status, deadline.deadline_date, deadline.deadline_at,
      case when deadline.deadline_at is not null then coalesce(deadline.time_zone, 'UTC') end as time_zone,
      case when deadline.url ~* '^https?:' then deadline.url end as url
    from calendar_sync.deadlines as deadline
    where deadline.recipient_id = p_user_id and calendar_sync.is_shown(row (deadline.*)::calendar_sync.deadline, 'keep')
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
      cancelled_at = null
    returning true
  ), cancelled as (
    update calendar_sync.feed_items as item
    set status = 'cancelled', sequence = item.sequence + 1, modified_at = v_now, cancelled_at = v_now
    where item.user_id = p_user_id and item.cancelled_at is null
      and not exists (select from shown where shown.obligation_id = item.obligation_id)
    returning true
  )
  select exists (select from changed) or exists (select from cancelled) into v_changed;
  update calendar_sync.feed_owners
  set refreshed_at = v_now, modified_at = case when v_changed then v_now else modified_at end
  where user_id = p_user_id;
end;
$$;

comment on function calendar_sync.refresh_feed_items(uuid) is
  'Brings what a user''s feeds show up to date; feed_owners.modified_at rises only if something visible changed.';

-- An address is counted for what it asks in vain alone: Google and Microsoft read the feeds of all their users from few.
create function public.calendar_poll_feed(
  p_token_hash text, p_address uuid, p_client text, p_feed_limit integer, p_address_limit integer
) returns jsonb
language plpgsql volatile security definer set search_path = '' set enable_seqscan = off
as $$
declare
  v_feed calendar_sync.feeds;
  v_owner calendar_sync.feed_owners;
  v_wait_s integer;
begin
  select * into v_feed from calendar_sync.feeds
  where token_hash = p_token_hash and (expires_at is null or expires_at > now());
  v_wait_s := case when v_feed.id is null
    then calendar_sync.count_call(p_address, 'address', p_address_limit)
    else calendar_sync.count_call(left(p_token_hash, 32)::uuid, 'feed', p_feed_limit) end;
  if v_wait_s > 0 then
    return jsonb_build_object('kind', 'limited', 'wait_s', v_wait_s);
  elsif v_feed.id is null then
    return jsonb_build_object('kind', 'unknown');
  end if;

  select * into v_owner from calendar_sync.feed_owners where user_id = v_feed.user_id;
  -- Once a day whatever the marks say: triggers may have been off, or a backup restored.
  if v_owner.refreshed_at is null or v_owner.refreshed_at < now() - interval '1 day'
    or exists (select from calendar_sync.feed_marks where user_id = v_feed.user_id)
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
  'What there is at the address with this token: {"kind": "feed", …}, {"kind": "unknown"}, or {"kind": "limited", "wait_s"}. The limits are calls in a window of one feed, and of one address that names none.';

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
  v_cancelled_after timestamptz;
  v_items json;
  v_zones json;
begin
  select user_id, settings into v_user_id, v_settings from calendar_sync.feeds where id = p_feed_id;
  if jsonb_typeof(v_settings -> 'obligation_types') = 'array' then
    v_types := array(select jsonb_array_elements_text(v_settings -> 'obligation_types'));
  end if;
  v_from := p_day - (v_settings ->> 'look_back_days')::integer;
  -- Postgres knows later dates, and infinity; no calendar does.
  v_until := least(p_day + (v_settings ->> 'look_ahead_days')::integer, date '9999-12-31');
  v_cancelled_after := p_day::timestamp at time zone 'UTC' - calendar_sync.cancelled_items_stay();
  select coalesce(json_agg(page order by page.obligation_id), '[]') into v_items
  from (
    -- Of texts that the host does not limit as much as any calendar shows: a page has to fit into a function's memory.
    select obligation_id, calendar_sync.shown_title(title) as title, 
      case when length(description) > 8000 then left(description, 7999) || '…' else description end as description,
      left(obligation_type, 200) as obligation_type, status, deadline_date, deadline_at, left(time_zone, 100) as time_zone,
      case when length(url) <= 8000 then url end as url, sequence, modified_at, created_at
    from calendar_sync.feed_items
    where user_id = v_user_id and (p_after is null or obligation_id > p_after)
      and coalesce(deadline_date, (deadline_at at time zone 'UTC')::date) between v_from and v_until
      and (v_types is null or obligation_type = any (v_types))
      and (status <> 'completed' or v_settings ->> 'completed_events' = 'keep')
      and (cancelled_at is null or cancelled_at >= v_cancelled_after)
    order by obligation_id limit p_limit
  ) as page;
  if p_after is null then
    select coalesce(json_agg(zone order by zone.time_zone), '[]') into v_zones
    from (
      select left(time_zone, 100) as time_zone, min(deadline_at) as first, max(deadline_at) as last
      from calendar_sync.feed_items
      where user_id = v_user_id and time_zone is not null
        and (deadline_at at time zone 'UTC')::date between v_from and v_until
      group by left(time_zone, 100)
    ) as zone;
  end if;
  return json_build_object('items', v_items, 'zones', v_zones);
end;
$$;

comment on function public.calendar_feed_page(uuid, date, uuid, integer) is
  'The next p_limit items of a feed after p_after, by obligation; with the first ones, the time zones of all and from when to when each is used.';

revoke execute on function public.calendar_poll_feed(text, uuid, text, integer, integer),
  public.calendar_feed_page(uuid, date, uuid, integer)
from public, anon, authenticated, service_role;
grant execute on function public.calendar_poll_feed(text, uuid, text, integer, integer),
  public.calendar_feed_page(uuid, date, uuid, integer)
to service_role;
