-- A walk over everything in a calendar: in the order of obligation ids, chunk by chunk, from claim to claim.

-- Its lock timeout is its own: a job that a user's open transaction has just queued is not waited for.
create function calendar_sync.queue_differing(
  p_integration_id uuid, p_after uuid, p_keys integer, p_priority smallint, p_cause jsonb, out seen integer, out last_id uuid
) returns record
language plpgsql volatile security definer set search_path = '' set lock_timeout = '10ms'
as $$
begin
  with looked_at as materialized (
    select * from calendar_sync.difference(p_integration_id, p_after, p_keys)
  ), queued as (
    insert into calendar_sync.jobs as job (integration_id, obligation_id, priority, cause)
    select p_integration_id, obligation_id, p_priority, p_cause from looked_at where differs
    order by obligation_id
    on conflict (integration_id, obligation_id) do update
    set version = job.version + 1, priority = excluded.priority, run_at = excluded.run_at, attempts = 0, failed_at = null,
      cause = excluded.cause
    -- What was given up has changed, or somebody asked; the sweep leaves it.
    where job.failed_at is not null and excluded.priority < 2
  )
  select count(*), max(obligation_id::text)::uuid into seen, last_id from looked_at;
exception when lock_not_available then
  seen := null;
end;
$$;

comment on function calendar_sync.queue_differing(uuid, uuid, integer, smallint, jsonb) is
  'Queues what may differ among the next p_keys obligations of a calendar; null, and nothing queued, where a user is just changing one of them.';

create function calendar_sync.advance_walk(p_integration_id uuid, p_jobs integer) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_keys constant integer := 1000;
  v_chunks_max constant integer := 20;
  v_nothing constant uuid := '00000000-0000-0000-0000-000000000000'::uuid;
  v_lane calendar_sync.lanes;
  v_last uuid;
  v_seen integer;
begin
  select * into v_lane from calendar_sync.lanes where integration_id = p_integration_id;
  for chunk in 1..v_chunks_max loop
    if v_lane.walk_after is null then
      exit when v_lane.walk_next is null;
      v_lane.walk_after := v_nothing;
      v_lane.walk_priority := v_lane.walk_next;
      v_lane.walk_cause := v_lane.walk_next_cause;
      v_lane.walk_next := null;
      v_lane.walk_next_cause := null;
    end if;
    exit when (
      select count(*) >= p_jobs from (
        select from calendar_sync.jobs
        where integration_id = p_integration_id and failed_at is null and run_at <= now() limit p_jobs
      ) as due
    );
    select chunk.seen, chunk.last_id into v_seen, v_last
    from calendar_sync.queue_differing(
      p_integration_id, v_lane.walk_after, v_keys, v_lane.walk_priority, v_lane.walk_cause) as chunk;
    exit when v_seen is null;
    v_lane.walk_after := case when v_seen = v_keys then v_last end;
  end loop;
  update calendar_sync.lanes
  set walk_after = v_lane.walk_after, walk_priority = v_lane.walk_priority, walk_next = v_lane.walk_next,
    walk_cause = v_lane.walk_cause, walk_next_cause = v_lane.walk_next_cause
  where integration_id = p_integration_id
    and (walk_after, walk_priority, walk_next) is distinct from (v_lane.walk_after, v_lane.walk_priority, v_lane.walk_next);
end;
$$;

comment on function calendar_sync.advance_walk(uuid, integer) is
  'Walks over everything that was asked for, chunk by chunk, until p_jobs jobs are due or the walk is over.';
