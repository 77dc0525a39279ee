-- The scan: a walk over all of a calendar, chunk by chunk, which queues a job for everything that differs.

create function calendar_sync.advance_scan(p_integration_id uuid, p_jobs integer) returns void
language plpgsql volatile security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  v_keys_a_chunk constant integer := 1000;
  -- Other lanes wait for the same claim.
  v_until constant timestamptz := clock_timestamp() + interval '300 milliseconds';
  v_scan calendar_sync.jobs;
  v_cursor jsonb;
  v_keys uuid[];
begin
  select * into v_scan from calendar_sync.jobs
  where integration_id = p_integration_id and obligation_id is null and kind = 'scan' and run_at <= now();
  if not found then
    return;
  end if;
  v_cursor := coalesce(v_scan.cursor, '{}');
  loop
    if v_cursor ? 'waits_for' then
      exit when calendar_sync.is_open_before((v_cursor ->> 'waits_for')::xid8);
      v_cursor := '{}';
    end if;
    exit when (
      select count(*) >= p_jobs from (
        select from calendar_sync.jobs
        where integration_id = p_integration_id and kind = 'event' and failed_at is null and run_at <= now() limit p_jobs
      ) as due
    );
    if v_cursor ? 'listens' then
      v_cursor := jsonb_build_object('repeat_after', pg_snapshot_xmax(pg_current_snapshot())::text);
    end if;
    v_keys := calendar_sync.keys_after(p_integration_id, (v_cursor ->> 'after')::uuid, v_keys_a_chunk);
    insert into calendar_sync.jobs as job (integration_id, kind, obligation_id, priority, cause)
    select p_integration_id, 'event', found.obligation_id, v_scan.priority, v_scan.cause
    from calendar_sync.compare(p_integration_id, v_keys) as found where found.differs
    order by found.obligation_id
    on conflict (integration_id, obligation_id, kind) do update
    set version = job.version + 1, priority = excluded.priority, run_at = excluded.run_at, attempts = 0, failed_at = null,
      cause = excluded.cause
    -- What was given up has changed, or somebody asked. A sweep leaves it.
    where job.failed_at is not null and excluded.priority < 2;
    if cardinality(v_keys) = v_keys_a_chunk then
      v_cursor := v_cursor || jsonb_build_object('after', v_keys[v_keys_a_chunk]);
    elsif v_cursor ? 'repeat_after' and calendar_sync.is_open_before((v_cursor ->> 'repeat_after')::xid8) then
      v_cursor := jsonb_build_object('waits_for', v_cursor -> 'repeat_after');
    elsif v_cursor ? 'repeat_after' then
      v_cursor := '{}';
    else
      delete from calendar_sync.jobs
      where integration_id = p_integration_id and obligation_id is null and kind = 'scan';
      return;
    end if;
    exit when clock_timestamp() >= v_until;
  end loop;
  -- A transaction that stays open is asked for less and less often, at most once a minute.
  update calendar_sync.jobs
  set cursor = v_cursor, run_at = case when v_cursor ? 'waits_for'
    then now() + least(greatest((now() - v_scan.created_at) / 4, interval '1 second'), interval '1 minute') else v_scan.run_at end
  where integration_id = p_integration_id and obligation_id is null and kind = 'scan';
end;
$$;

comment on function calendar_sync.advance_scan(uuid, integer) is
  'Goes on with the scan of a calendar, chunk by chunk in the order of ids, until p_jobs jobs are due, its time is up, or the scan is over.';

create function calendar_sync.is_open_before(p_transaction xid8) returns boolean
language sql volatile security invoker set search_path = ''
as $$
  select exists (
    select from pg_snapshot_xip(pg_current_snapshot()) as open (id) where open.id < p_transaction
  )
$$;

comment on function calendar_sync.is_open_before(xid8) is 'Whether a transaction before this one is still open.';
