-- A user's own feeds: made, changed, given a new address, ended. The functions make the tokens; here are only their hashes.

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
language sql stable security definer set search_path = ''
as $$
  select coalesce(jsonb_agg(calendar_sync.feed_json(feed) order by feed.created_at, feed.id), '[]')
  from calendar_sync.feeds as feed where feed.user_id = (select auth.uid())
$$;

comment on function calendar_sync.own_feeds() is 'The caller''s feeds, oldest first.';
grant execute on function calendar_sync.own_feeds() to authenticated;

create function public.calendar_feeds() returns jsonb
language sql stable security invoker set search_path = ''
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
  -- Locked in either case: another call may just be deleting the last feed, and the owner with it.
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
begin
  select * into v_before from calendar_sync.feeds
  where id = p_feed_id and user_id = (select auth.uid()) for no key update;
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
  v_user_id constant uuid := (select auth.uid());
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

-- Only types that a feed can be asked for.
create function calendar_sync.own_obligation_types() returns jsonb
language sql stable security definer set search_path = ''
as $$
  select coalesce(jsonb_agg(obligation_type order by obligation_type), '[]')
  from (
    select distinct deadline.obligation_type
    from calendar_sync.deadlines as deadline
    where deadline.recipient_id = (select auth.uid()) and length(deadline.obligation_type) between 1 and 200
    order by deadline.obligation_type limit 100
  ) as own
$$;

comment on function calendar_sync.own_obligation_types() is 'Types of the caller''s obligations, sorted, at most a hundred.';
grant execute on function calendar_sync.own_obligation_types() to authenticated;

create function public.calendar_obligation_types() returns jsonb
language sql stable security invoker set search_path = ''
as $$ select calendar_sync.own_obligation_types() $$;

comment on function public.calendar_obligation_types() is 'Types of the caller''s obligations, sorted, at most a hundred.';

revoke execute on function public.calendar_create_feed(uuid, text, jsonb, timestamptz, text),
  public.calendar_rotate_feed(uuid, uuid, text)
from public, anon, authenticated, service_role;
grant execute on function public.calendar_create_feed(uuid, text, jsonb, timestamptz, text),
  public.calendar_rotate_feed(uuid, uuid, text)
to service_role;

revoke execute on function public.calendar_feeds(), public.calendar_update_feed(uuid, text, jsonb, jsonb),
  public.calendar_delete_feed(uuid), public.calendar_obligation_types()
from public, anon, authenticated, service_role;
grant execute on function public.calendar_feeds(), public.calendar_update_feed(uuid, text, jsonb, jsonb),
  public.calendar_delete_feed(uuid), public.calendar_obligation_types()
to authenticated;
