-- The tick: every ten seconds it repairs, tidies and, if work is due, wakes the worker. Idle, it writes nothing.

create function calendar_sync.repair() returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_everything_every constant interval := interval '1 hour';
  v_lost uuid[];
  v_open bigint[];
  v_unnamed boolean;
begin
  select array_agg(distinct lost.id) filter (where lost.id is not null), array_agg(distinct incident.id),
    bool_or(incident.kind = 'enqueue' and incident.obligation_ids is null)
  into v_lost, v_open, v_unnamed
  from calendar_sync.incidents as incident
  left join lateral unnest(incident.obligation_ids) as lost (id) on true
  where incident.repaired_at is null;
  if v_open is null then
    return;
  end if;
  if v_lost is not null then
    begin
      perform calendar_sync.act_as('repair');
      perform calendar_sync.look_at_obligations(v_lost);
      perform calendar_sync.act_as('');
    -- As in calendar_sync.take_batch.
    exception when query_canceled or assert_failure or others then
      -- The incidents stay open and have the ids: the next tick tries again.
      perform calendar_sync.note_incident_hourly('step', 'repair', sqlstate, sqlerrm);
      return;
    end;
  end if;
  -- A change that names nothing could be anybody's. Everything is looked at once, rarely.
  if v_unnamed and not exists (
    select from calendar_sync.incidents
    where kind = 'enqueue' and obligation_ids is null and repaired_at > now() - v_everything_every
  ) then
    perform calendar_sync.append_changes_to_all(calendar_sync.cause('repair'));
    v_unnamed := false;
  end if;
  update calendar_sync.incidents set repaired_at = now()
  where id = any (v_open) and not (v_unnamed and kind = 'enqueue' and obligation_ids is null);
end;
$$;

comment on function calendar_sync.repair() is
  'Has looked at what lost changes concerned: the obligations that an incident names; where it names none everything, once an hour at most.';

-- What fails keeps nothing else from being done, however often it fails.
create function calendar_sync.try_step(p_step text) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  execute format('select calendar_sync.%I()', p_step);
exception when others then
  perform calendar_sync.note_incident_hourly('step', p_step, sqlstate, sqlerrm);
end;
$$;

comment on function calendar_sync.try_step(text) is
  'Calls a function of calendar_sync, a step of the tick or of the night; where it fails, it has done nothing and that is an incident.';

create function calendar_sync.tidy_passing() returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  delete from calendar_sync.changes as change
  where not exists (select from calendar_sync.lanes as lane where lane.integration_id = change.integration_id);
  delete from calendar_sync.provider_calls as call
  using calendar_sync.providers as provider
  where provider.name = call.provider
    and call.at < now() - greatest(provider.account_window, provider.project_window) - interval '1 minute';
  delete from calendar_sync.calls where at < clock_timestamp() - interval '1 minute';
  delete from calendar_sync.locks where claimed_until < clock_timestamp() - interval '1 minute';
  delete from calendar_sync.wake_up_calls
  where id <= (select max(call.id) from calendar_sync.wake_up_calls as call) - 100;
  delete from calendar_sync.flows where expires_at < now() - case when ticket_hash is null then interval '1 hour' else interval '0' end;
  delete from calendar_sync.ending_channels where given_up_at <= now();
end;
$$;

comment on function calendar_sync.tidy_passing() is 'Drops what is of use for minutes only.';

create function calendar_sync.try_erasures() returns void
language sql volatile security definer set search_path = ''
as $$ select calendar_sync.try_erasure(user_id) from calendar_sync.erasures $$;

comment on function calendar_sync.try_erasures() is 'Goes on with every erasure.';

create function calendar_sync.remove_ownerless() returns void
language sql volatile security definer set search_path = ''
as $$
  select calendar_sync.lock_integrations(array(
    select id from public.calendar_integrations
    where remove_by is not null and user_id is null and (status = 'disconnected' or remove_by < now())
  ));
  delete from public.calendar_integrations
  where remove_by is not null and user_id is null and (status = 'disconnected' or remove_by < now())
$$;

comment on function calendar_sync.remove_ownerless() is
  'Removes what is left of deleted users'' integrations, with its secrets: without a grant at once, else after seven days.';

create function calendar_sync.wake_up_if_due() returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if calendar_sync.work_is_due() then
    perform calendar_sync.wake_up();
    perform calendar_sync.restart_pg_net();
  elsif (select state.refused from calendar_sync.wake_up_state() as state) then
    -- Whether it is mended shows only at the next call, and the next change may be hours away.
    perform calendar_sync.wake_up();
  end if;
end;
$$;

comment on function calendar_sync.wake_up_if_due() is 'Wakes the worker if work is due or its last answer was no success.';

create function calendar_sync.tick() returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_step text;
begin
  if not pg_try_advisory_xact_lock(hashtext('calendar_sync.tick')) then
    return;
  end if;
  foreach v_step in array array[
    'repair', 'tidy_passing', 'roll_up_counts', 'try_erasures', 'resume_unblocked', 'queue_channels', 'tell_admins', 'queue_mails',
    'queue_pulls', 'forget_previous_secrets', 'remove_ownerless', 'wake_up_if_due',
    -- Last: it keeps locks on the host's tables until the tick ends.
    'watch_partitions'
  ] loop
    perform calendar_sync.try_step(v_step);
  end loop;
end;
$$;

comment on function calendar_sync.tick() is 'Called by pg_cron: repairs, tidies, wakes the worker if work is due or its last answer was no success.';

-- pg_net's worker is known to stop without a word, and starts again when it is told to.
create function calendar_sync.restart_pg_net() returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_patience constant interval := calendar_sync.threshold('stalled');
  v_since constant timestamptz := calendar_sync.waits_since();
begin
  if v_since is null or v_since > now() - v_patience
    or exists (select from calendar_sync.lanes where leased_by is not null and leased_until > now())
    or exists (select from calendar_sync.incidents where kind = 'stalled' and created_at > now() - v_patience)
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

comment on function calendar_sync.restart_pg_net() is
  'Notes when work has been due for a minute and no worker does it, and restarts the worker of pg_net.';

create function calendar_sync.nightly() returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_caller constant text := calendar_sync.act_as('nightly');
  v_cause constant jsonb := calendar_sync.cause();
  v_step text;
begin
  -- Every refresh token is used once that is about to end because nothing changed in its calendar for months.
  perform calendar_sync.append_changes(array_agg(integration.id), 'keep_alive', 2, null)
  from public.calendar_integrations as integration
  join calendar_sync.providers as provider on provider.name = integration.provider
  where integration.status in ('active', 'paused') and integration.removed_at is null
    and integration.token_refreshed_at < now() - provider.idle_limit;
  perform calendar_sync.try_step('queue_missing_channels');
  -- Given up because the provider did not do it, not because it refused: one more attempt. Leftovers are looked for again.
  insert into calendar_sync.changes (integration_id, obligation_id, kind, priority, cause)
  select job.integration_id, job.obligation_id, 'retry', 2, v_cause from calendar_sync.jobs as job
  where job.failed_at is not null and job.attempts >= calendar_sync.attempts_max()
  union all
  select distinct leftover.integration_id, leftover.obligation_id, 'event', 1, v_cause
  from calendar_sync.leftovers as leftover join calendar_sync.lanes as lane using (integration_id);
  -- Organisations change their rules without telling anybody: once a day it is tried again.
  update public.calendar_integrations set status = 'active'
  where status = 'paused' and last_error ->> 'code' in ('blocked_by_policy', 'mailbox_unavailable');
  delete from calendar_sync.incidents where repaired_at < now() - interval '30 days';
  delete from calendar_sync.server_breakers as breaker where not exists (
    select from public.calendar_integrations as integration
    where integration.provider = breaker.provider and integration.server = breaker.server and integration.removed_at is null
  );
  foreach v_step in array array[
    'tidy_feeds', 'tidy_notices', 'tidy_edits', 'tidy_proposals', 'tidy_counts', 'tidy_deliveries'
  ] loop
    perform calendar_sync.try_step(v_step);
  end loop;
  -- By what they ran: a job that was scheduled again has another id than its earlier runs.
  delete from cron.job_run_details as detail
  where detail.command ~ '^\s*select calendar_sync\.(tick|sweep_slice|nightly)\(\)[\s;]*$' and detail.end_time < now() - interval '1 day';
  perform calendar_sync.act_as(v_caller);
  -- Last: its locks on the activity are kept until the night ends.
  perform calendar_sync.try_step('keep_activity');
end;
$$;

comment on function calendar_sync.nightly() is
  'Called by pg_cron every night: uses idle tokens, tries again what was given up or what an organisation refused, keeps the partitions of the activity, and drops what is old.';
