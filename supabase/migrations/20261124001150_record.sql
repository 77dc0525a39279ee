-- What the worker tells: what became of a batch, and its last word. Whoever lost the lease is not listened to.

create function calendar_sync.follow_calendar(p_integration_id uuid, p_calendar_id text) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_old_id text;
begin
  select calendar_id into v_old_id from public.calendar_integrations where id = p_integration_id;
  update public.calendar_event_mappings set calendar_id = p_calendar_id
  where integration_id = p_integration_id and calendar_id = v_old_id;
  update calendar_sync.jobs set attempted_in = array_replace(attempted_in, v_old_id, p_calendar_id)
  where integration_id = p_integration_id and v_old_id = any (attempted_in);
  update public.calendar_integrations set calendar_id = p_calendar_id where id = p_integration_id;
end;
$$;

comment on function calendar_sync.follow_calendar(uuid, text) is
  'Our own calendar has a new id: what we know of its events stays true.';

-- Who lost the lease may have written over what the next one wrote.
create function calendar_sync.doubt(p_integration_id uuid, p_outcomes jsonb, p_calendar_id text) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_cause constant jsonb := calendar_sync.cause('lease_lost');
  v_doubtful integer;
begin
  insert into calendar_sync.jobs as job (integration_id, obligation_id, priority, attempted_in, cause)
  select integration.id, o.obligation_id, 1, array[coalesce(o.calendar_id, p_calendar_id)], v_cause
  from jsonb_to_recordset(p_outcomes) as o (kind text, obligation_id uuid, calendar_id text)
  join public.calendar_integrations as integration on integration.id = p_integration_id
  where o.kind <> 'unchanged' and coalesce(o.calendar_id, p_calendar_id) is not null
  order by o.obligation_id
  on conflict (integration_id, obligation_id) do update
  set version = job.version + 1, failed_at = null,
    attempted_in = calendar_sync.merged(job.attempted_in, excluded.attempted_in);
  get diagnostics v_doubtful = row_count;
  if v_doubtful > 0 then
    insert into calendar_sync.marks (integration_id, everything, priority, reason)
    values (p_integration_id, false, 1, 'lease_lost');
  end if;
end;
$$;

comment on function calendar_sync.doubt(uuid, jsonb, text) is
  'Has looked at again what a worker wrote that had lost its lease.';

create function calendar_sync.record_events(p_integration public.calendar_integrations, p_outcomes jsonb) returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  -- Of what nobody knows the cause of: the worker's run stands for it.
  v_caused_by constant text := calendar_sync.caused_by();
  v_request_id constant text := calendar_sync.request_id();
  v_removed integer;
begin
  -- The worker hands back the causes that it was given: meanwhile the jobs may have others.
  insert into calendar_sync.activity
    (user_id, integration_id, provider, obligation_id, action, calendar_id, event_id, title, due, caused_by, request_id)
  select p_integration.user_id, p_integration.id, p_integration.provider, o.obligation_id, o.action, o.calendar_id,
    o.event_id, o.title, o.due, coalesce(o.cause ->> 'by', v_caused_by), coalesce(o.cause ->> 'request_id', v_request_id)
  from jsonb_to_recordset(p_outcomes)
    as o (obligation_id uuid, action text, calendar_id text, event_id text, title text, due text, cause jsonb)
  where o.action is not null;

  insert into public.calendar_event_mappings as mapping
    (integration_id, obligation_id, calendar_id, external_event_id, etag, deadline_hash, content_hash)
  select p_integration.id, o.obligation_id, o.calendar_id, o.event_id, o.etag, o.deadline_hash, o.content_hash
  from jsonb_to_recordset(p_outcomes) as o (kind text, obligation_id uuid, calendar_id text, event_id text, etag text,
    deadline_hash text, content_hash text)
  where o.kind = 'synced'
  order by o.obligation_id
  on conflict (integration_id, obligation_id) do update
  set calendar_id = excluded.calendar_id, external_event_id = excluded.external_event_id, etag = excluded.etag,
    deadline_hash = excluded.deadline_hash, content_hash = excluded.content_hash, synced_at = now(), updated_at = now();

  update public.calendar_event_mappings as mapping set deadline_hash = o.deadline_hash, updated_at = now()
  from jsonb_to_recordset(p_outcomes) as o (kind text, obligation_id uuid, deadline_hash text)
  where o.kind = 'unchanged' and mapping.integration_id = p_integration.id
    and mapping.obligation_id = o.obligation_id and mapping.deadline_hash <> o.deadline_hash;

  delete from public.calendar_event_mappings as mapping
  using jsonb_to_recordset(p_outcomes) as o (kind text, obligation_id uuid)
  where o.kind = 'removed' and mapping.integration_id = p_integration.id and mapping.obligation_id = o.obligation_id;
  get diagnostics v_removed = row_count;
  return v_removed;
end;
$$;

comment on function calendar_sync.record_events(public.calendar_integrations, jsonb) is
  'Notes which events a calendar holds after a batch, and what was changed. How many events went.';

create function calendar_sync.record_jobs(
  p_integration public.calendar_integrations, p_outcomes jsonb, p_asked_anew boolean
) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_caused_by constant text := calendar_sync.caused_by();
  v_request_id constant text := calendar_sync.request_id();
begin
  -- A job that its user's open transaction holds is changing its version anyway: it stays, and nobody waits.
  with outcome as materialized (
    select job.obligation_id, job.cause, o.kind, o.counts, o.run_in_ms, o.error, o.may_leave,
      job.version = o.version as is_current,
      case when job.version <> o.version then 0 when o.counts then job.attempts + 1 else job.attempts end as attempts
    from jsonb_to_recordset(p_outcomes) as o (kind text, obligation_id uuid, version bigint, run_in_ms bigint, error text,
      may_leave boolean, counts boolean)
    join calendar_sync.jobs as job on job.integration_id = p_integration.id and job.obligation_id = o.obligation_id
    for update of job skip locked
  ), finished as (
    delete from calendar_sync.jobs as job using outcome
    where job.integration_id = p_integration.id and job.obligation_id = outcome.obligation_id
      and outcome.is_current and outcome.kind in ('synced', 'removed', 'unchanged')
  ), given_up as materialized (
    -- Who leaves is not kept by an event that does not go, nor left with it: that is tried for as long as it takes.
    select outcome.obligation_id from outcome
    where p_integration.status <> 'disconnecting' and outcome.is_current and (outcome.kind = 'failed'
      or (outcome.kind = 'retry' and outcome.counts and outcome.attempts >= calendar_sync.attempts_max()))
  ), noted as (
    insert into calendar_sync.activity
      (user_id, integration_id, provider, obligation_id, action, calendar_id, reason, caused_by, request_id)
    select p_integration.user_id, p_integration.id, p_integration.provider, outcome.obligation_id,
      case when outcome.kind = 'failed' then 'rejected' else 'given_up' end, p_integration.calendar_id, outcome.error,
      coalesce(outcome.cause ->> 'by', v_caused_by), coalesce(outcome.cause ->> 'request_id', v_request_id)
    from outcome
    where outcome.obligation_id in (select obligation_id from given_up)
  )
  update calendar_sync.jobs as job
  set attempted_in = case when outcome.may_leave then job.attempted_in else '{}' end,
    attempts = outcome.attempts,
    run_at = case
      when outcome.is_current and outcome.kind = 'retry' and p_asked_anew then now()
      when outcome.is_current and outcome.kind = 'retry' then now() + outcome.run_in_ms * interval '1 millisecond'
      when not outcome.is_current and outcome.kind = 'synced' then now() + calendar_sync.settling_time()
      else job.run_at
    end,
    failed_at = case
      when outcome.obligation_id in (select obligation_id from given_up) then now()
    end,
    last_error = outcome.error
  from outcome
  where job.integration_id = p_integration.id and job.obligation_id = outcome.obligation_id
    and not (outcome.is_current and outcome.kind in ('synced', 'removed', 'unchanged'));
end;
$$;

comment on function calendar_sync.record_jobs(public.calendar_integrations, jsonb, boolean) is
  'Drops the jobs that are done, and says of the others when they are tried again, or that they are given up.';

create function calendar_sync.record_calls(p_integration_id uuid, p_calls_made integer) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  update calendar_sync.provider_calls as call set calls = p_calls_made
  from calendar_sync.lanes as lane
  where lane.integration_id = p_integration_id and call.id = lane.reserved_call_id and p_calls_made > 0;
  delete from calendar_sync.provider_calls as call using calendar_sync.lanes as lane
  where lane.integration_id = p_integration_id and call.id = lane.reserved_call_id and p_calls_made = 0;
end;
$$;

comment on function calendar_sync.record_calls(uuid, integer) is 'Of the calls that were reserved for a batch, counts those that were made.';

create function public.calendar_record(p_worker uuid, p_integration_id uuid, p_outcomes jsonb, p_lane jsonb) returns jsonb
language plpgsql volatile security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
  v_outcomes constant jsonb := coalesce(p_outcomes, '[]');
  v_lane jsonb := p_lane;
  v_integration public.calendar_integrations;
  v_asked_anew boolean;
  v_removed integer;
  v_gate text;
begin
  perform calendar_sync.act_as('worker');
  select * into v_integration from public.calendar_integrations where id = p_integration_id for no key update;
  select asked_anew into v_asked_anew from calendar_sync.lanes
  where integration_id = p_integration_id and leased_by = p_worker and coalesce(lease = (p_lane ->> 'lease')::uuid, true)
  for update;
  if not found then
    -- The answer was lost, or the call came twice: all of it is recorded already.
    if exists (
      select from calendar_sync.lanes
      where integration_id = p_integration_id and recorded_lease = (p_lane ->> 'lease')::uuid
    ) then
      return '{"recorded": true, "gate": null}'::jsonb;
    end if;
    perform calendar_sync.doubt(p_integration_id, v_outcomes, p_lane ->> 'wrote_to');
    return '{"recorded": false, "gate": null}'::jsonb;
  end if;

  v_removed := calendar_sync.record_events(v_integration, v_outcomes);
  perform calendar_sync.record_jobs(v_integration, v_outcomes, v_asked_anew);
  perform calendar_sync.record_calls(p_integration_id, (p_lane ->> 'calls_made')::integer);
  update calendar_sync.lanes
  set leased_by = null, leased_until = null, recorded_lease = lanes.lease, reserved_call_id = null,
    batch_jobs = coalesce(lane.next_jobs, lanes.batch_jobs),
    attempts = case when lane.backoff_ms is null then 0 else lanes.attempts + 1 end,
    backoff_until = case when not v_asked_anew then now() + lane.backoff_ms * interval '1 millisecond' end,
    held_until = now() + lane.hold_ms * interval '1 millisecond',
    deletions_allowed = greatest(lanes.deletions_allowed - v_removed, 0),
    own_events_due = lanes.own_events_due and lane.own_events_found is not true
  from jsonb_to_record(p_lane) as lane (backoff_ms bigint, hold_ms bigint, next_jobs smallint, own_events_found boolean)
  where integration_id = p_integration_id;

  if p_lane ->> 'calendar_id' is not null and p_lane ->> 'wrote_to' = v_integration.calendar_id then
    perform calendar_sync.follow_calendar(p_integration_id, p_lane ->> 'calendar_id');
  end if;

  -- The user has chosen another calendar than the one that was found missing.
  if p_lane #>> '{last_error,code}' = 'calendar_missing' and p_lane ->> 'wrote_to' is distinct from v_integration.calendar_id then
    v_lane := v_lane - array['status', 'last_error'];
  end if;
  update public.calendar_integrations as integration
  set last_synced_at = case when lane.succeeded then now() else integration.last_synced_at end,
    last_error = case
      when lane.last_error is not null then lane.last_error
      when lane.succeeded or (lane.reached and integration.last_error ->> 'code' = 'provider_unavailable') then null
      else integration.last_error
    end
  from jsonb_to_record(v_lane) as lane (succeeded boolean, reached boolean, last_error jsonb)
  where integration.id = p_integration_id and (lane.succeeded or lane.reached or lane.last_error is not null);

  update public.calendar_integrations as integration
  set status = lane.status
  from jsonb_to_record(v_lane) as lane (status text)
  where integration.id = p_integration_id and lane.status is not null and integration.status <> 'disconnecting';

  if p_lane ->> 'reached' is not null then
    v_gate := calendar_sync.note_reach(p_integration_id, (p_lane ->> 'reached')::boolean);
  end if;
  perform calendar_sync.reschedule(array[p_integration_id]);
  update calendar_sync.lanes set deletions_allowed = 0
  where integration_id = p_integration_id and deletions_allowed > 0 and ready_at is null;
  return jsonb_build_object('recorded', true, 'gate', v_gate);
end;
$$;

comment on function public.calendar_record(uuid, uuid, jsonb, jsonb) is
  'Records what became of a batch and gives the lease back. recorded: false, and nothing recorded, where the lease was lost. gate: closed or opened where that is what the batch did to its provider''s.';

create function public.calendar_finish_disconnect(p_worker uuid, p_integration_id uuid) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform calendar_sync.act_as('worker');
  perform from public.calendar_integrations where id = p_integration_id and status = 'disconnecting' for update;
  if not found then
    return null;
  end if;
  perform from calendar_sync.lanes where integration_id = p_integration_id and leased_by = p_worker for update;
  if not found then
    return null;
  end if;
  return calendar_sync.remove_integration(p_integration_id);
end;
$$;

comment on function public.calendar_finish_disconnect(uuid, uuid) is 'Removes an integration whose events are gone; null where the lease was lost or its user connected again.';

create function public.calendar_retire(p_worker uuid, p_flushes jsonb default '[]') returns boolean
language plpgsql volatile security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
  v_ids uuid[];
  v_work_is_due boolean;
begin
  -- What a batch under way reserved and never accounted for stays counted: it may have been used.
  with released as (
    update calendar_sync.lanes set leased_by = null, leased_until = null where leased_by = p_worker returning integration_id
  )
  select array_agg(integration_id) into v_ids from released;
  if v_ids is not null then
    perform calendar_sync.reschedule(v_ids);
  end if;
  perform calendar_sync.keep_counts(p_flushes);
  v_work_is_due := calendar_sync.work_is_due();
  if v_work_is_due then
    perform calendar_sync.ring();
  end if;
  return v_work_is_due;
end;
$$;

comment on function public.calendar_retire(uuid, jsonb) is
  'A worker''s last word: its leases are free, what it counted is kept, and the next one is woken if work is left.';

revoke execute on function public.calendar_record(uuid, uuid, jsonb, jsonb),
  public.calendar_finish_disconnect(uuid, uuid), public.calendar_retire(uuid, jsonb)
from public, anon, authenticated, service_role;
grant execute on function public.calendar_record(uuid, uuid, jsonb, jsonb),
  public.calendar_finish_disconnect(uuid, uuid), public.calendar_retire(uuid, jsonb) to service_role;
