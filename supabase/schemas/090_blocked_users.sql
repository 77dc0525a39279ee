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
