-- How often one user may call the Calendar API, one feed be read, and one address ask for feeds that are not. A window of a
-- minute begins with the first call; who is over the limit waits for its end.

-- Unlogged: after a crash everybody begins anew, and no call pays for the WAL.
create unlogged table calendar_sync.call_counts (
  user_id uuid not null,
  scope text not null check (scope in ('all', 'sync', 'feed', 'address')),
  began_at timestamptz not null,
  calls integer not null,
  primary key (user_id, scope)
) with (fillfactor = 50);

comment on table calendar_sync.call_counts is
  'Calls in each caller''s present window. No foreign key: nothing of it keeps a user from being deleted.';
comment on column calendar_sync.call_counts.user_id is
  'Who calls: a user; for a feed or an address, the first half of a hash of its token or of itself.';
comment on column calendar_sync.call_counts.scope is 'all: every call of the Calendar API. sync: POST /sync, which is in all too. feed: reading a feed. address: asking for a feed that there is not.';
comment on column calendar_sync.call_counts.began_at is 'When the window began: with the first call after the last one had ended.';
comment on column calendar_sync.call_counts.calls is 'Calls in the window; one more than the limit for who is over it.';

alter table calendar_sync.call_counts enable row level security;

create function calendar_sync.call_window() returns interval
language sql immutable security invoker set search_path = ''
as $$ select interval '60 seconds' $$;

comment on function calendar_sync.call_window() is 'How long a window lasts in which calls are counted.';

-- Each row is locked while it is counted up, so calls side by side are counted one after the other. What is refused as a
-- whole is no call of POST /sync; what is refused as one is a call all the same.
create function calendar_sync.count_call(p_caller uuid, p_scope text, p_limit integer) returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_began_at timestamptz;
  v_calls integer;
begin
  insert into calendar_sync.call_counts as count (user_id, scope, began_at, calls)
  values (p_caller, p_scope, clock_timestamp(), 1)
  on conflict (user_id, scope) do update set
    began_at = case when count.began_at > excluded.began_at - calendar_sync.call_window()
      then count.began_at else excluded.began_at end,
    calls = case when count.began_at > excluded.began_at - calendar_sync.call_window()
      then least(count.calls, p_limit) + 1 else 1 end
  returning count.began_at, count.calls into v_began_at, v_calls;
  if v_calls <= p_limit then
    return 0;
  end if;
  return greatest(ceil(extract(epoch from v_began_at + calendar_sync.call_window() - clock_timestamp())), 1);
end;
$$;

comment on function calendar_sync.count_call(uuid, text, integer) is
  'Counts a call: 0 where it is one of the p_limit of its window, else the seconds until that ends.';

create function public.calendar_count_call(p_user_id uuid, p_sync boolean, p_limit integer) returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_wait_s integer := calendar_sync.count_call(p_user_id, 'all', p_limit);
begin
  if v_wait_s = 0 and p_sync then
    v_wait_s := calendar_sync.count_call(p_user_id, 'sync', greatest(p_limit / 10, 1));
  end if;
  return v_wait_s;
end;
$$;

comment on function public.calendar_count_call(uuid, boolean, integer) is
  'Counts a call of a user: 0 where it may go on, else the seconds until the window ends. p_limit: calls in a window, of which a tenth (at least one) may be POST /sync.';

revoke execute on function public.calendar_count_call(uuid, boolean, integer) from public, anon, authenticated, service_role;
grant execute on function public.calendar_count_call(uuid, boolean, integer) to service_role;
