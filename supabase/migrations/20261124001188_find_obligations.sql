-- Which of my obligations? For whoever wants to ask why one is not in a calendar.

create function calendar_sync.find_own_obligations(p_search text, p_limit integer) returns jsonb
language plpgsql stable security definer set search_path = ''
set enable_seqscan = off
as $$
declare
  v_limit_max constant integer := 50;
  v_user_id constant uuid := (select auth.uid());
begin
  return (
    select coalesce(jsonb_agg(jsonb_build_object(
      'id', nearest.obligation_id,
      'title', calendar_sync.shown_title(nearest.title),
      'due', calendar_sync.due_text(nearest.deadline_date, nearest.deadline_at),
      'time_zone', left(nearest.time_zone, 100),
      'status', nearest.status,
      'obligation_type', left(nearest.obligation_type, 200)
    ) order by nearest.distance_s nulls last, nearest.title, nearest.obligation_id), '[]')
    from (
      select deadline.*, abs(
        coalesce(extract(epoch from deadline.deadline_at), extract(epoch from deadline.deadline_date) + 12 * 60 * 60)
          - extract(epoch from now())
      ) as distance_s
      from calendar_sync.deadlines as deadline
      -- ICU: a database's own collation may know the case of ASCII only.
      where deadline.recipient_id = v_user_id
        and strpos(lower(deadline.title collate "und-x-icu"), lower(p_search collate "und-x-icu")) > 0
      order by distance_s nulls last, deadline.title, deadline.obligation_id
      limit least(p_limit, v_limit_max)
    ) as nearest
  );
end;
$$;

comment on function calendar_sync.find_own_obligations(text, integer) is
  'Up to p_limit obligations of the caller (at most 50) whose title contains a text, in whatever case; those first whose deadline is nearest to now.';
grant execute on function calendar_sync.find_own_obligations(text, integer) to authenticated;

create function public.calendar_find_obligations(p_search text default '', p_limit integer default 20) returns jsonb
language sql stable security invoker set search_path = ''
as $$ select calendar_sync.find_own_obligations(p_search, p_limit) $$;

comment on function public.calendar_find_obligations(text, integer) is
  'Up to p_limit obligations of the caller (at most 50) whose title contains a text, in whatever case; those first whose deadline is nearest to now.';

revoke execute on function public.calendar_find_obligations(text, integer) from public, anon, authenticated, service_role;
grant execute on function public.calendar_find_obligations(text, integer) to authenticated;
