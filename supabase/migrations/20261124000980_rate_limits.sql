-- How often one user may call the Calendar API. A window of a minute begins with a user's first call; who is over the limit
-- waits for its end.

-- Unlogged: after a crash everybody begins anew, and no call pays for the WAL.
create unlogged table calendar_sync.call_counts (
  user_id uuid not null,
  scope text not null check (scope in ('all', 'sync')),
  began_at timestamptz not null,
  calls integer not null,
  primary key (user_id, scope)
) with (fillfactor = 50);

comment on table calendar_sync.call_counts is
  'Calls of the Calendar API in each user''s present window. No foreign key: nothing of it keeps a user from being deleted.';
comment on column calendar_sync.call_counts.scope is 'all: every call. sync: POST /sync, which is in all too.';
comment on column calendar_sync.call_counts.began_at is 'When the window began: with the first call after the last one had ended.';
comment on column calendar_sync.call_counts.calls is 'Calls in the window; one more than the limit for who is over it.';

alter table calendar_sync.call_counts enable row level security;

create function calendar_sync.call_window() returns interval
language sql immutable security invoker set search_path = ''
as $$ select interval '60 seconds' $$;

comment on function calendar_sync.call_window() is 'How long a window lasts in which a user''s calls are counted.';

-- Each row is locked while it is counted up, so calls side by side are counted one after the other. What is refused as a
-- whole is no call of POST /sync; what is refused as one is a call all the same.
create function public.calendar_count_call(p_user_id uuid, p_sync boolean, p_limit integer) returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_sync_limit constant integer := greatest(p_limit / 10, 1);
  v_wait_s integer;
begin
  with counted as (
    insert into calendar_sync.call_counts as count (user_id, scope, began_at, calls)
    values (p_user_id, 'all', clock_timestamp(), 1)
    on conflict (user_id, scope) do update set
      began_at = case when count.began_at > excluded.began_at - calendar_sync.call_window()
        then count.began_at else excluded.began_at end,
      calls = case when count.began_at > excluded.began_at - calendar_sync.call_window()
        then least(count.calls, p_limit) + 1 else 1 end
    returning count.began_at, count.calls > p_limit as is_refused
  ), counted_sync as (
    insert into calendar_sync.call_counts as count (user_id, scope, began_at, calls)
    select p_user_id, 'sync', clock_timestamp(), 1 from counted where p_sync and not counted.is_refused
    on conflict (user_id, scope) do update set
      began_at = case when count.began_at > excluded.began_at - calendar_sync.call_window()
        then count.began_at else excluded.began_at end,
      calls = case when count.began_at > excluded.began_at - calendar_sync.call_window()
        then least(count.calls, v_sync_limit) + 1 else 1 end
    returning count.began_at, count.calls > v_sync_limit as is_refused
  )
  select coalesce(max(greatest(
    ceil(extract(epoch from refused.began_at + calendar_sync.call_window() - clock_timestamp())), 1
  )), 0)::integer into v_wait_s
  from (select * from counted union all select * from counted_sync) as refused
  where refused.is_refused;
  return v_wait_s;
end;
$$;

comment on function public.calendar_count_call(uuid, boolean, integer) is
  'Counts a call of a user: 0 where it may go on, else the seconds until the window ends. p_limit: calls in a window, of which a tenth (at least one) may be POST /sync.';

revoke execute on function public.calendar_count_call(uuid, boolean, integer) from public, anon, authenticated;
grant execute on function public.calendar_count_call(uuid, boolean, integer) to service_role;
