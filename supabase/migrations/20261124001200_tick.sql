-- The tick: every ten seconds it repairs, tidies and, if work is due, rings. Idle, it writes nothing.

create function calendar_sync.tick() returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if not pg_try_advisory_xact_lock(hashtext('calendar_sync.tick')) then
    return;
  end if;

  -- An enqueue that failed could have been anybody's: every calendar is looked at once, at low priority.
  if exists (select from calendar_sync.incidents where repaired_at is null and kind = 'enqueue') then
    insert into calendar_sync.marks (integration_id, priority, reason)
    select id, 1, 'repair' from public.calendar_integrations;
  end if;
  update calendar_sync.incidents set repaired_at = now() where repaired_at is null;

  delete from calendar_sync.states where expires_at < now() - interval '1 hour';
  delete from calendar_sync.connections where expires_at < now();
  delete from public.calendar_integrations as integration
  where integration.status = 'pending_confirmation' and integration.created_at < now() - interval '10 minutes'
    and not exists (
      select from calendar_sync.connections as connection where connection.integration_id = integration.id
    );

  if exists (select from calendar_sync.due_lanes) then
    perform calendar_sync.ring();
  end if;
end;
$$;

comment on function calendar_sync.tick() is 'Called by pg_cron: repairs, tidies, rings if work is due.';

create function calendar_sync.purge() returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  delete from calendar_sync.incidents where repaired_at < now() - interval '30 days';
  delete from cron.job_run_details as detail
  using cron.job as job
  where job.jobid = detail.jobid and job.jobname like 'calendar\_sync\_%' and detail.end_time < now() - interval '1 day';
end;
$$;

comment on function calendar_sync.purge() is 'Called by pg_cron every night: drops old incidents and the run details of our own cron jobs.';

select cron.schedule('calendar_sync_tick', '10 seconds', 'select calendar_sync.tick()');
select cron.schedule('calendar_sync_purge', '17 3 * * *', 'select calendar_sync.purge()');

-- Postgres lets everybody execute a new function; here only those who were named do.
revoke execute on all functions in schema calendar_sync from public;
