-- What the worker tells: the outcome of a batch, and its last word. A worker that lost the lease is not believed.

-- A worker that lost the lease may have overwritten what the next one wrote.
create function calendar_sync.distrust(p_integration_id uuid, p_outcomes calendar_sync.outcome[], p_calendar_id text) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_cause constant jsonb := calendar_sync.cause('lease_lost');
begin
  perform from calendar_sync.lanes where integration_id = p_integration_id for update;
  insert into calendar_sync.jobs as job (integration_id, kind, obligation_id, priority, attempted_in, cause)
  select integration.id, 'event', outcome.obligation_id, 1, array[coalesce(outcome.calendar_id, p_calendar_id)], v_cause
  from unnest(p_outcomes) as outcome
  join public.calendar_integrations as integration on integration.id = p_integration_id and integration.removed_at is null
  where outcome.obligation_id is not null and outcome.kind not in ('unchanged', 'not_begun')
    -- A test event that nobody knows any more is an orphan.
    and (outcome.job is null or outcome.kind = 'written' and not exists (
      select from calendar_sync.test_events as test where test.id = outcome.obligation_id))
    and coalesce(outcome.calendar_id, p_calendar_id) is not null
  order by outcome.obligation_id
  on conflict (integration_id, obligation_id, kind) do update
  set version = job.version + 1, failed_at = null, attempted_in = array(
    select distinct calendar_id from unnest(job.attempted_in || excluded.attempted_in) as calendar_id order by 1
  );
  if found then
    perform calendar_sync.reschedule(array[p_integration_id]);
  end if;
end;
$$;

comment on function calendar_sync.distrust(uuid, calendar_sync.outcome[], text) is
  'Has looked at again what a worker wrote that had lost its lease.';

create function calendar_sync.record_events(
  p_integration public.calendar_integrations, p_outcomes calendar_sync.outcome[]
) returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  -- For a job without a cause the worker's run stands for it.
  v_caused_by constant text := calendar_sync.caused_by();
  v_request_id constant text := calendar_sync.request_id();
  v_user_id constant uuid := coalesce(p_integration.user_id, p_integration.deleted_user_id);
  v_listings_lag constant boolean := (select listings_lag from calendar_sync.providers where name = p_integration.provider);
  -- Most batches hold nothing but synced events: what there is none of costs no look-up for each outcome.
  v_unchanged boolean;
  v_removes boolean;
  v_leaves boolean;
  v_removed integer := 0;
begin
  select bool_or(o.kind = 'unchanged'), bool_or(o.kind = 'removed'), bool_or(o.left_in is not null)
  into v_unchanged, v_removes, v_leaves
  from unnest(p_outcomes) as o;
  -- The worker hands back the causes that it was given: meanwhile the jobs may have others.
  insert into calendar_sync.activity
    (user_id, integration_id, provider, obligation_id, action, calendar_id, event_id, title, due, caused_by, request_id)
  select v_user_id, p_integration.id, p_integration.provider, o.obligation_id, o.action, o.calendar_id,
    o.event_id, o.title, o.due, coalesce(o.cause ->> 'by', v_caused_by), coalesce(o.cause ->> 'request_id', v_request_id)
  from unnest(p_outcomes) as o
  where o.action is not null and v_user_id is not null;

  if exists (select from unnest(p_outcomes) as o where o.has_guests)
    or exists (select from calendar_sync.edits as edit where edit.integration_id = p_integration.id and edit.has_guests)
  then
    perform calendar_sync.record_guests(p_integration.id, p_outcomes);
  end if;
  insert into public.calendar_event_mappings as mapping
    (integration_id, obligation_id, calendar_id, external_event_id, etag, sent_time, deadline_hash, content_hash)
  select p_integration.id, o.obligation_id, o.calendar_id, o.event_id, o.etag, o.sent_time, o.deadline_hash, o.content_hash
  from unnest(p_outcomes) as o
  where o.kind = 'synced'
  order by o.obligation_id
  on conflict (integration_id, obligation_id) do update
  set calendar_id = excluded.calendar_id, external_event_id = excluded.external_event_id, etag = excluded.etag,
    previous_etag = case when v_listings_lag then mapping.etag end, sent_time = excluded.sent_time,
    deadline_hash = excluded.deadline_hash, content_hash = excluded.content_hash, synced_at = now(), updated_at = now();

  -- One look-up for each outcome, and then by place: else the planner, whose statistics may know of few rows, goes through all
  -- rows of the calendar for each outcome (500 outcomes of 5000 events: 1 s a table). Nobody else writes them while we have the lane.
  if v_unchanged then
    update public.calendar_event_mappings as mapping set deadline_hash = o.deadline_hash, updated_at = now()
    from unnest(p_outcomes) as o
    cross join lateral (
      select known.ctid as place from public.calendar_event_mappings as known
      where known.integration_id = p_integration.id and known.obligation_id = o.obligation_id offset 0
    ) as its
    where o.kind = 'unchanged' and mapping.ctid = its.place and mapping.deadline_hash <> o.deadline_hash;
  end if;

  -- What its user did was seen, but not what an earlier attempt wrote, whose answer was lost.
  if exists (select from unnest(p_outcomes) as o where o.kind = 'retry' and o.content_hash = '') then
    perform calendar_sync.forget_content(array_agg(p_integration.id), array_agg(o.obligation_id))
    from unnest(p_outcomes) as o where o.kind = 'retry' and o.content_hash = '';
  end if;

  perform calendar_sync.record_history(p_integration, array(
    select o from unnest(p_outcomes) as o where o.kind = 'synced' or o.kind = 'removed' and o.action is not null
  ));
  if v_removes then
    perform calendar_sync.end_absences(p_integration, p_outcomes);
    delete from public.calendar_event_mappings as mapping
    using unnest(p_outcomes) as o
    cross join lateral (
      select known.ctid as place from public.calendar_event_mappings as known
      where known.integration_id = p_integration.id and known.obligation_id = o.obligation_id offset 0
    ) as its
    where o.kind = 'removed' and mapping.ctid = its.place;
    get diagnostics v_removed = row_count;
  end if;
  if exists (select from calendar_sync.edits where integration_id = p_integration.id) then
    perform calendar_sync.end_edits(p_integration, p_outcomes);
  end if;

  -- Events that could not be removed, and those that now could. A job that did not look into a calendar says nothing of it.
  if exists (select from calendar_sync.leftovers where integration_id = p_integration.id) then
    delete from calendar_sync.leftovers as leftover
    using unnest(p_outcomes) as o
    cross join lateral (
      select known.ctid as place from calendar_sync.leftovers as known
      join calendar_sync.jobs as job on job.integration_id = known.integration_id and job.obligation_id = known.obligation_id
        and job.kind = 'event' and known.calendar_id = any (job.attempted_in)
      where known.integration_id = p_integration.id and known.obligation_id = o.obligation_id offset 0
    ) as its
    where o.kind in ('synced', 'removed', 'unchanged') and leftover.ctid = its.place;
  end if;
  if v_leaves then
    insert into calendar_sync.leftovers (integration_id, obligation_id, calendar_id, reason)
    select p_integration.id, o.obligation_id, place.id, coalesce(o.error, 'refused')
    from unnest(p_outcomes) as o cross join lateral unnest(o.left_in) as place (id)
    on conflict (integration_id, obligation_id, calendar_id) do update set reason = excluded.reason;
  end if;
  return v_removed;
end;
$$;

comment on function calendar_sync.record_events(public.calendar_integrations, calendar_sync.outcome[]) is
  'Records which events a calendar holds after a batch, and what was changed. Returns how many events went.';

create function public.calendar_record(
  p_worker uuid, p_integration_id uuid, p_outcomes jsonb, p_batch jsonb, p_edits jsonb default '[]'
) returns jsonb
language plpgsql volatile security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off set plan_cache_mode = force_generic_plan
as $$
declare
  v_retry_after_max constant interval := interval '1 hour';
  v_accepted_within constant interval := interval '1 minute';
  v_outcomes calendar_sync.outcome[] := array(
    select row (o.*)::calendar_sync.outcome from jsonb_populate_recordset(null::calendar_sync.outcome, coalesce(p_outcomes, '[]')) as o
  );
  v_edits calendar_sync.edit_now[];
  v_accepting uuid[] := array[]::uuid[];
  v_batch calendar_sync.batch := jsonb_populate_record(null::calendar_sync.batch, p_batch);
  v_integration public.calendar_integrations;
  v_is_locked boolean;
  v_is_stopped boolean;
  v_removed integer;
  v_breaker text;
begin
  perform calendar_sync.act_as('worker');
  select * into v_integration from public.calendar_integrations where id = p_integration_id for no key update skip locked;
  v_is_locked := not found;
  if v_is_locked then
    select * into v_integration from public.calendar_integrations where id = p_integration_id;
  end if;
  perform from calendar_sync.lanes
  where integration_id = p_integration_id and leased_by = p_worker and coalesce(lease = v_batch.lease, true)
  for update;
  if not found then
    -- The answer was lost, or the call came twice: all of it is recorded already.
    if exists (
      select from calendar_sync.lanes where integration_id = p_integration_id and recorded_lease = v_batch.lease
    ) then
      return '{"recorded": true, "circuit_breaker": null, "accepting": []}'::jsonb;
    end if;
    perform calendar_sync.distrust(p_integration_id, v_outcomes, v_batch.wrote_to);
    return '{"recorded": false, "circuit_breaker": null, "accepting": []}'::jsonb;
  end if;

  v_edits := calendar_sync.edits_now(v_integration, p_edits);
  if calendar_sync.stop_mass_edit(v_integration, v_edits, v_is_locked) then
    -- It is all there to be read again.
    select status into v_integration.status from public.calendar_integrations where id = p_integration_id;
    v_edits := '{}';
    v_batch.pulled := false;
    v_batch.succeeded := false;
    v_outcomes := array(select o from unnest(v_outcomes) as o where o.job is distinct from 'pull');
  end if;
  v_removed := calendar_sync.record_events(v_integration, v_outcomes);
  perform calendar_sync.record_jobs(v_integration, v_outcomes);
  perform calendar_sync.record_test_event(p_integration_id, v_outcomes);
  if exists (select from public.calendar_proposals where integration_id = p_integration_id and state = 'open')
    or exists (select from public.calendar_proposals where integration_id = p_integration_id and state = 'accepted')
  then
    perform calendar_sync.supersede_proposals(p_integration_id, array(
      select o.obligation_id from unnest(v_outcomes) as o where o.kind in ('synced', 'removed', 'unchanged')
    ));
  end if;
  perform calendar_sync.record_edits(v_integration, v_edits, v_batch.wrote_to, coalesce(v_batch.calendar_edits, 'restore'));
  if v_batch.calendar_edits = 'accept' and v_integration.status = 'active' then
    v_accepting := calendar_sync.proposals_to_accept(p_integration_id);
  end if;
  if v_batch.pulled then
    perform calendar_sync.note_poll(p_integration_id, exists (
      select from unnest(v_edits) as edit where edit.kind in ('moved', 'resized', 'deleted', 'returned')
    ));
    perform calendar_sync.record_pull(p_integration_id, v_batch.wrote_to, v_batch.cursor);
  end if;
  -- A worker that dies before it accepts them leaves that to the next: it is not to come with a poll that may be a day away.
  if v_accepting <> '{}' and v_batch.pulled then
    update calendar_sync.pulls set next_pull_at = least(next_pull_at, now() + greatest(v_accepted_within, (
      -- Where it fails again and again, twice as late each time.
      select now() - max(edit.edited_at) from calendar_sync.edits as edit
      where edit.integration_id = p_integration_id and edit.is_accepted and edit.seen is not null
    )))
    where integration_id = p_integration_id;
  end if;
  -- Of the reserved calls only those that were made stay counted.
  if v_batch.calls_made > 0 then
    update calendar_sync.provider_calls set calls = v_batch.calls_made
    where id = v_batch.reserved_id and integration_id = p_integration_id;
  else
    delete from calendar_sync.provider_calls where id = v_batch.reserved_id and integration_id = p_integration_id;
  end if;
  update calendar_sync.lanes
  set leased_by = null, leased_until = null, recorded_lease = lease,
    batch_jobs = coalesce(v_batch.next_jobs, batch_jobs),
    attempts = case when v_batch.wait_reason = 'backoff' then attempts + 1 else 0 end,
    wait_reason = v_batch.wait_reason,
    wait_until = case when v_batch.wait_reason is not null
      then now() + least(v_batch.wait_ms * interval '1 millisecond', v_retry_after_max) end,
    deletions_allowed = greatest(deletions_allowed - v_removed, 0)
  where integration_id = p_integration_id;

  -- Nobody waits for a user who is changing the integration: what there is to say of it the next run says.
  if v_is_locked then
    perform calendar_sync.append_changes(array[p_integration_id], 'scan', 1);
    v_batch.calendar_id := null;
    v_batch.status := null;
    v_batch.last_error := null;
    v_batch.succeeded := false;
  end if;
  if v_batch.calendar_id is not null and v_batch.wrote_to = v_integration.calendar_id then
    -- Our own calendar has a new id; or it is another one, which an attempt to connect made whose answer was lost, and holds
    -- nothing. So every event is written again: where it stands, that changes nothing.
    update public.calendar_event_mappings
    set calendar_id = v_batch.calendar_id, deadline_hash = '', content_hash = '', etag = null, previous_etag = null
    where integration_id = p_integration_id and calendar_id = v_integration.calendar_id;
    update calendar_sync.test_events set calendar_id = v_batch.calendar_id
    where integration_id = p_integration_id and calendar_id = v_integration.calendar_id;
    update calendar_sync.jobs set attempted_in = array_replace(attempted_in, v_integration.calendar_id, v_batch.calendar_id)
    where integration_id = p_integration_id and v_integration.calendar_id = any (attempted_in);
    update public.calendar_integrations
    set calendar_id = v_batch.calendar_id,
      own_calendar_id = case when own_calendar_id = v_integration.calendar_id then v_batch.calendar_id else own_calendar_id end
    where id = p_integration_id;
  end if;
  -- The user has chosen another calendar than the one that was found missing.
  if v_batch.last_error ->> 'code' = 'calendar_missing' and v_batch.wrote_to is distinct from v_integration.calendar_id then
    v_batch.status := null;
    v_batch.last_error := null;
  end if;
  -- It was stopped during the batch, for a reason that somebody has to mend. Only a lost grant goes over a pause.
  v_is_stopped := v_integration.status = 'disconnected'
    or v_integration.status = 'paused' and v_batch.status is distinct from 'disconnected';
  if not v_is_locked and (v_batch.succeeded or v_batch.reached or v_batch.last_error is not null) then
    update public.calendar_integrations
    set last_synced_at = case when v_batch.succeeded then now() else last_synced_at end,
      sign_in_refused_at = case when v_batch.succeeded and v_batch.reached then null else sign_in_refused_at end,
      last_error = case
        when v_is_stopped then last_error
        when v_batch.last_error is not null then v_batch.last_error
        when v_batch.succeeded or v_batch.reached and last_error ->> 'code' = 'provider_unavailable' then null
        else last_error
      end
    where id = p_integration_id;
  end if;
  if v_batch.status is not null and not v_is_stopped and v_integration.status <> 'disconnecting' then
    update public.calendar_integrations set status = v_batch.status where id = p_integration_id;
  end if;

  if v_batch.reached is not null then
    v_breaker := calendar_sync.record_reach(p_integration_id, v_integration.provider, v_batch.reached);
  end if;
  perform calendar_sync.reschedule(array[p_integration_id]);
  update calendar_sync.lanes set deletions_allowed = 0
  where integration_id = p_integration_id and deletions_allowed > 0 and ready_at is null;
  return jsonb_build_object('recorded', true, 'circuit_breaker', v_breaker, 'accepting', to_jsonb(v_accepting));
end;
$$;

comment on function public.calendar_record(uuid, uuid, jsonb, jsonb, jsonb) is
  'Records the outcome of a batch and gives the lease back: p_outcomes as calendar_sync.outcome, p_batch as calendar_sync.batch, p_edits as calendar_sync.decided_edit. recorded: false, and nothing recorded, where the lease was lost. circuit_breaker: opened or closed where that is what the batch did. accepting: proposals that their user accepted in advance, for calendar_accept_edit.';

create function public.calendar_retire(p_worker uuid, p_flushes jsonb default '[]') returns boolean
language plpgsql volatile security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  v_ids uuid[];
  v_work_is_due boolean;
begin
  -- Calls that an unfinished batch reserved stay counted: they may have been made.
  with released as (
    update calendar_sync.lanes set leased_by = null, leased_until = null where leased_by = p_worker returning integration_id
  )
  select array_agg(integration_id) into v_ids from released;
  if v_ids is not null then
    perform calendar_sync.reschedule(v_ids);
  end if;
  perform calendar_sync.release_deliveries(p_worker);
  perform public.calendar_keep_counts(p_flushes);
  perform calendar_sync.tell_of_stalled_tick();
  v_work_is_due := calendar_sync.work_is_due();
  if v_work_is_due then
    perform calendar_sync.wake_up();
  end if;
  return v_work_is_due;
end;
$$;

comment on function public.calendar_retire(uuid, jsonb) is
  'A worker''s last word: its leases are free, what it counted is kept, and the next one is woken if work is left.';

-- Orphans: events of ours that no mapping knows, left by a restored backup or by a write whose worker had lost its lease.
create function public.calendar_compare_events(
  p_worker uuid, p_integration_id uuid, p_events jsonb, p_moved jsonb default '[]'
) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_cause constant jsonb := calendar_sync.cause('orphans');
  v_calendar_id text;
  v_user_id uuid;
  v_doubles jsonb;
begin
  select calendar_id, user_id into v_calendar_id, v_user_id from public.calendar_integrations where id = p_integration_id for no key update;
  perform from calendar_sync.lanes where integration_id = p_integration_id and leased_by = p_worker for update;
  if not found then
    return null;
  end if;
  -- What stands in a calendar because another integration of the user put it there was not moved.
  with moved as materialized (
    select distinct event.obligation_id, event.calendar_id
    from jsonb_to_recordset(p_moved) as event (event_id text, obligation_id uuid, calendar_id text)
    where not exists (
      select from public.calendar_integrations as other
      where other.user_id = v_user_id and other.id <> p_integration_id
        and event.calendar_id in (other.calendar_id, other.own_calendar_id)
    ) and not exists (
      select from public.calendar_event_mappings as known
      where known.obligation_id = event.obligation_id and known.calendar_id = event.calendar_id
    ) and not exists (
      -- Its user wants none in this calendar: what they moved out of it a second time is the only one that they have.
      select from calendar_sync.edits as edit
      cross join lateral calendar_sync.deadline_for(edit.obligation_id, v_user_id) as deadline
      where edit.integration_id = p_integration_id and edit.obligation_id = event.obligation_id and edit.is_hidden
        and calendar_sync.edit_holds(edit, deadline) and deadline.status <> 'cancelled'
    )
  ), left_behind as (
    insert into calendar_sync.leftovers (integration_id, obligation_id, calendar_id, reason)
    select p_integration_id, obligation_id, calendar_id, 'moved_by_user' from moved
    on conflict (integration_id, obligation_id, calendar_id) do nothing
  )
  -- As after attempts without an outcome: it is looked for where it stands, and written where it should be.
  insert into calendar_sync.jobs as job (integration_id, kind, obligation_id, priority, attempted_in, cause)
  select p_integration_id, 'event', obligation_id, 2, array_agg(calendar_id) || v_calendar_id, v_cause from moved
  group by obligation_id
  on conflict (integration_id, obligation_id, kind) do update
  set version = job.version + 1, attempted_in = array(
    select distinct id from unnest(job.attempted_in || excluded.attempted_in) as id order by 1
  );
  with found as materialized (
    select event.event_id, event.obligation_id from jsonb_to_recordset(p_events) as event (event_id text, obligation_id uuid)
    where not exists (
      select from calendar_sync.test_events as test where test.integration_id = p_integration_id and test.id = event.obligation_id
    )
  ), orphan as materialized (
    select found.event_id, found.obligation_id,
      mapping.id is not null and exists (
        select from found as known where known.event_id = mapping.external_event_id
      ) as is_double
    from found
    left join public.calendar_event_mappings as mapping
      on mapping.integration_id = p_integration_id and mapping.obligation_id = found.obligation_id
        and mapping.calendar_id = v_calendar_id
    where mapping.external_event_id is distinct from found.event_id
  ), queued as (
    -- As after an attempt without an outcome: the event is adopted or removed.
    insert into calendar_sync.jobs as job (integration_id, kind, obligation_id, priority, attempted_in, cause)
    select distinct p_integration_id, 'event', obligation_id, 2, array[v_calendar_id], v_cause from orphan where not is_double
    on conflict (integration_id, obligation_id, kind) do update
    set version = job.version + 1, attempted_in = job.attempted_in || excluded.attempted_in
    where not job.attempted_in @> excluded.attempted_in
  )
  select coalesce(jsonb_agg(event_id), '[]') into v_doubles from orphan where is_double;
  return v_doubles;
end;
$$;

comment on function public.calendar_compare_events(uuid, uuid, jsonb, jsonb) is
  'Takes the events of ours that were found in a calendar, and those that its user moved to other calendars of the account. Queues the obligations of orphans and of moved events. Answers with the ids of events that stand beside the one that a mapping knows: they are to be deleted. Null where the lease was lost.';
