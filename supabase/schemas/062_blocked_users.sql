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

create function calendar_sync.wait_while_blocked(p_integration_id uuid) returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  -- Once a day a claim may at least keep the token alive.
  v_asked_again constant interval := interval '1 day';
  v_blocked_until timestamptz;
begin
  -- Leaving goes on: events are removed from the calendar of a user who is erased.
  select calendar_sync.blocked_until(user_id) into v_blocked_until from public.calendar_integrations
  where id = p_integration_id and status = 'active';
  if v_blocked_until is null then
    return false;
  end if;
  update calendar_sync.lanes
  set wait_until = least(v_blocked_until, now() + v_asked_again), wait_reason = 'user_blocked'
  where integration_id = p_integration_id;
  return true;
end;
$$;

comment on function calendar_sync.wait_while_blocked(uuid) is
  'Has a lane wait whose user is banned or soft-deleted; false for every other.';

create function calendar_sync.resume_unblocked() returns void
language plpgsql volatile security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  v_ids uuid[];
begin
  with unblocked as (
    select lane.integration_id from calendar_sync.lanes as lane
    join public.calendar_integrations as integration on integration.id = lane.integration_id
    where lane.wait_reason = 'user_blocked'
      and (integration.status <> 'active' or calendar_sync.blocked_until(integration.user_id) is null)
    for update of lane skip locked
  ), resumed as (
    update calendar_sync.lanes as lane set wait_until = null, wait_reason = null
    from unblocked where lane.integration_id = unblocked.integration_id
    returning lane.integration_id
  )
  select array_agg(integration_id) into v_ids from resumed;
  if v_ids is not null then
    perform calendar_sync.reschedule(v_ids);
  end if;
end;
$$;

comment on function calendar_sync.resume_unblocked() is
  'Called by the tick: lanes go on whose user is not blocked any more, or whose account is being disconnected.';
