-- The tick: every ten seconds it repairs, tidies and, if work is due, rings. Idle, it writes nothing.

create function calendar_sync.tick() returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_enqueue_failed boolean;
begin
  if not pg_try_advisory_xact_lock(hashtext('calendar_sync.tick')) then
    return;
  end if;

  -- An enqueue that failed could have been anybody's: every calendar is looked at once, at low priority.
  with repaired as (
    update calendar_sync.incidents set repaired_at = now() where repaired_at is null returning kind
  )
  select coalesce(bool_or(kind = 'enqueue'), false) into v_enqueue_failed from repaired;
  if v_enqueue_failed then
    perform calendar_sync.mark_all('repair', calendar_sync.cause('repair'));
  end if;

  delete from calendar_sync.marks as mark
  where not exists (select from calendar_sync.lanes as lane where lane.integration_id = mark.integration_id);
  delete from calendar_sync.provider_calls as call
  using (
    select provider, max(window_length) as window_length from calendar_sync.quotas group by provider
  ) as quota
  where quota.provider = call.provider and call.at < now() - quota.window_length - interval '1 minute';
  perform calendar_sync.roll_up_counts();
  perform calendar_sync.tidy_rings();
  delete from calendar_sync.states where expires_at < now() - interval '1 hour';
  delete from calendar_sync.connections where expires_at < now();
  perform calendar_sync.try_erasure(user_id) from calendar_sync.erasures;
  delete from public.calendar_integrations as integration
  where integration.status = 'pending_confirmation' and integration.created_at < now() - interval '10 minutes'
    and not exists (
      select from calendar_sync.connections as connection where connection.integration_id = integration.id
    );

  if calendar_sync.work_is_due() then
    perform calendar_sync.ring();
    perform calendar_sync.watch_doorbell();
  elsif (select bell.refused from calendar_sync.doorbell() as bell) then
    -- Whether it is mended shows only when it rings, and the next change may be hours away.
    perform calendar_sync.ring();
  end if;
end;
$$;

comment on function calendar_sync.tick() is 'Called by pg_cron: repairs, tidies, rings if work is due or the last ring was refused.';

-- The bell rang and nobody came: pg_net's worker is known to stop without a word, and starts again when it is told to.
create function calendar_sync.watch_doorbell() returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_patience constant interval := interval '1 minute';
  v_since timestamptz;
begin
  select least(
    (select min(ready_at) from calendar_sync.lanes), (select min(created_at) from calendar_sync.marks)
  ) into v_since;
  if v_since is null or v_since > now() - v_patience
    or exists (select from calendar_sync.lanes where leased_by is not null and leased_until > now())
    or exists (select from calendar_sync.incidents where kind = 'stalled' and created_at > now() - v_patience)
    or exists (select from calendar_sync.gates where probe_at is not null or spent_until > now())
  then
    return;
  end if;
  perform calendar_sync.note_incident('stalled', '', format(
    'Work has been due since %s and no worker has come. Calls waiting in pg_net: %s.', v_since,
    (select count(*) from net.http_request_queue)));
  perform net.worker_restart();
exception when others then
  perform calendar_sync.note_incident('stalled', sqlstate, sqlerrm);
end;
$$;

comment on function calendar_sync.watch_doorbell() is
  'Notes when work has been due for a minute and nobody does it, and restarts the worker of pg_net.';

create function calendar_sync.nightly() returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_caller constant text := calendar_sync.act_as('nightly');
  v_cause constant jsonb := calendar_sync.cause();
begin
  perform calendar_sync.mark_idle_tokens();
  perform calendar_sync.keep_activity();
  -- Given up because the provider did not carry it out, not because it refused: one more attempt a night.
  with again as (
    update calendar_sync.jobs set failed_at = null, run_at = now(), cause = v_cause
    where failed_at is not null and attempts >= calendar_sync.attempts_max() returning integration_id
  )
  insert into calendar_sync.marks (integration_id, everything, priority, reason)
  select distinct integration_id, false, 2::smallint, 'nightly' from again;
  -- Organisations change their rules without telling anybody: once a day it is tried again.
  update public.calendar_integrations set status = 'active'
  where status = 'paused' and last_error ->> 'code' in ('blocked_by_policy', 'mailbox_unavailable');
  delete from calendar_sync.incidents where repaired_at < now() - interval '30 days';
  perform calendar_sync.tidy_feeds();
  perform calendar_sync.tidy_counts();
  delete from calendar_sync.call_counts where began_at < now() - calendar_sync.call_window();
  -- By what they ran: a job that was scheduled again has another id than its earlier runs.
  delete from cron.job_run_details as detail
  where detail.command ~ '^\s*select calendar_sync\.(tick|sweep_slice|nightly)\(\)[\s;]*$' and detail.end_time < now() - interval '1 day';
  perform calendar_sync.act_as(v_caller);
end;
$$;

comment on function calendar_sync.nightly() is 'Called by pg_cron every night: uses idle tokens, tries again what was given up or what an organisation refused, keeps the partitions of the activity, drops old incidents, what feeds need no more, words that the metrics no longer count, windows of calls that are over and the run details of our own cron jobs.';

-- Schedules of seconds came with pg_cron 1.5; an older one rings once a minute.
select cron.schedule('calendar_sync_tick', case
    when string_to_array(substring(extension.extversion from '^[0-9.]+'), '.')::integer[] >= '{1,5}' then '10 seconds'
    else '* * * * *'
  end, 'select calendar_sync.tick()')
from pg_catalog.pg_extension as extension where extension.extname = 'pg_cron';
select cron.schedule('calendar_sync_sweep', '* * * * *', 'select calendar_sync.sweep_slice()');
select cron.schedule('calendar_sync_nightly', '17 3 * * *', 'select calendar_sync.nightly()');

-- Postgres lets everybody execute a new function; here only those who were named do.
revoke execute on all functions in schema calendar_sync from public;
