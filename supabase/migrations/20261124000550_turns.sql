-- Whose turn it is. Every lane knows from when on it may be worked and how urgent that is, so that a claim reads the head of
-- an index instead of looking through jobs.

create view calendar_sync.turns with (security_invoker = true) as
select lane.integration_id, todo.priority, case when todo.due_at is not null then
    greatest(todo.due_at, lane.backoff_until, lane.held_until, lane.budget_until, lane.leased_until)
  end as ready_at
from calendar_sync.lanes as lane
join public.calendar_integrations as integration on integration.id = lane.integration_id
cross join lateral (
  select (integration.status = 'active' and integration.sync_enabled) or integration.status = 'disconnecting' as may_sync
) as lane_state
left join lateral (
  select work.priority, greatest(work.due_at, now()) as due_at
  from (
    select next_job.priority, next_job.run_at as due_at
    from (values (0::smallint), (1::smallint), (2::smallint)) as class (priority)
    cross join lateral (
      select job.priority, job.run_at from calendar_sync.jobs as job
      where job.integration_id = lane.integration_id and job.priority = class.priority and job.failed_at is null
      order by job.run_at limit 1
    ) as next_job
    where lane_state.may_sync
    union all
    select lane.walk_priority, now() where lane_state.may_sync and lane.walk_after is not null
    union all
    select lane.walk_next, now() where lane_state.may_sync and lane.walk_next is not null
    union all
    -- Nothing of ours is left in the calendar of somebody who leaves.
    select 0::smallint, now()
    where integration.status = 'disconnecting'
      and not exists (select from calendar_sync.jobs as job where job.integration_id = lane.integration_id)
      and not exists (
        select from public.calendar_event_mappings as mapping where mapping.integration_id = lane.integration_id
      )
    union all
    select 2::smallint, now() where lane.exercise_due and integration.status in ('active', 'paused')
    union all
    select 2::smallint, now() where lane.own_events_due and integration.status = 'active' and integration.sync_enabled
  ) as work
  -- What will have settled in a moment counts as due: its class would not be known until the lane's next turn.
  order by greatest(work.due_at, now() + calendar_sync.settling_time()), work.priority, work.due_at limit 1
) as todo on true;

comment on view calendar_sync.turns is
  'What each lane has to do next and from when on it may, worked out from scratch; lanes.ready_at and lanes.priority say the same.';

-- Who waits already keeps the place in the queue; who was just served, or has work again, goes to its end.
create function calendar_sync.reschedule(p_integration_ids uuid[]) returns void
language plpgsql volatile security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
begin
  update calendar_sync.lanes as lane
  set ready_at = turn.ready_at, priority = coalesce(turn.priority, lane.priority)
  from (
    select fresh.integration_id, fresh.priority, case
        when waiting.ready_at < fresh.ready_at and fresh.ready_at <= now() then waiting.ready_at else fresh.ready_at
      end as ready_at
    from calendar_sync.turns as fresh join calendar_sync.lanes as waiting using (integration_id)
    where fresh.integration_id = any (p_integration_ids)
  ) as turn
  where lane.integration_id = turn.integration_id
    and (lane.ready_at, lane.priority) is distinct from (turn.ready_at, coalesce(turn.priority, lane.priority));
end;
$$;

comment on function calendar_sync.reschedule(uuid[]) is 'Works out anew when these lanes may be worked and how urgent that is.';

create function calendar_sync.take_marks(p_marks integer) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_integration_ids uuid[];
begin
  with oldest as materialized (
    -- A lane that is being worked keeps its marks until it is given back: its record would wait for us.
    select mark.integration_id
    from calendar_sync.marks as mark join calendar_sync.lanes as lane using (integration_id)
    where lane.leased_by is null or lane.leased_until <= now()
    order by mark.id limit p_marks
  ), locked as materialized (
    select lane.integration_id from calendar_sync.lanes as lane
    where lane.integration_id in (select integration_id from oldest) for update skip locked
  ), taken as (
    -- All marks of a lane at once: who writes many does not keep others waiting behind them.
    delete from calendar_sync.marks as mark using locked where mark.integration_id = locked.integration_id
    returning mark.integration_id, mark.everything, mark.priority, mark.id, mark.cause
  ), asked as (
    update calendar_sync.lanes as lane
    set walk_next = least(lane.walk_next, walk.priority), deletions_unchecked = true,
      walk_next_cause = case when walk.priority <= lane.walk_next or lane.walk_next is null then walk.cause else lane.walk_next_cause end
    from (
      -- Of several causes that of the most urgent, and of these the last.
      select distinct on (integration_id) integration_id, priority, cause from taken where everything
      order by integration_id, priority, id desc
    ) as walk
    where lane.integration_id = walk.integration_id
  )
  select array_agg(distinct integration_id) into v_integration_ids from taken;
  if v_integration_ids is not null then
    perform calendar_sync.reschedule(v_integration_ids);
  end if;
end;
$$;

comment on function calendar_sync.take_marks(integer) is 'Carries the marks of the lanes of the p_marks oldest over to them.';
