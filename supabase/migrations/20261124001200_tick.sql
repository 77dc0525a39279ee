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

  delete from calendar_sync.provider_calls as call
  using (
    select provider, max(window_length) as window_length from calendar_sync.quotas group by provider
  ) as quota
  where quota.provider = call.provider and call.at < now() - quota.window_length - interval '1 minute';
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

create function calendar_sync.nightly() returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform calendar_sync.mark_idle_tokens();
  -- Organisations change their rules without telling anybody: once a day it is tried again.
  update public.calendar_integrations set status = 'active'
  where status = 'paused' and last_error ->> 'code' in ('blocked_by_policy', 'mailbox_unavailable');
  delete from calendar_sync.incidents where repaired_at < now() - interval '30 days';
  delete from cron.job_run_details as detail
  using cron.job as job
  where job.jobid = detail.jobid and job.jobname like 'calendar\_sync\_%' and detail.end_time < now() - interval '1 day';
end;
$$;

comment on function calendar_sync.nightly() is 'Called by pg_cron every night: uses idle tokens, tries again what an organisation refused, drops old incidents and the run details of our own cron jobs.';

select cron.schedule('calendar_sync_tick', '10 seconds', 'select calendar_sync.tick()');
select cron.schedule('calendar_sync_nightly', '17 3 * * *', 'select calendar_sync.nightly()');

-- Postgres lets everybody execute a new function; here only those who were named do.
revoke execute on all functions in schema calendar_sync from public;
