-- What users do with proposals: list, accept, dismiss, undo. Accepting is the one way in which the calendar sync writes an obligation,
-- and the user does it: under the user's own role and row level security, by calendar_sync.accept_proposal.

-- For the default table of obligations, and by a host for its own, it is replaced; see docs/embed/adapt.md.
create function calendar_sync.accept_proposal(obligation_id uuid, deadline_date date, deadline_at timestamptz, time_zone text)
returns boolean
language plpgsql volatile security invoker set search_path = ''
as $$
begin
  return false;
end;
$$;

comment on function calendar_sync.accept_proposal(uuid, date, timestamptz, text) is
  'Moves the deadline of an obligation, as the signed-in user: the only function of the calendar sync that writes an obligation. Exactly one of deadline_date and deadline_at is given. False: the user may not change it. Hosts replace it for their own tables.';
grant execute on function calendar_sync.accept_proposal(uuid, date, timestamptz, text) to authenticated;

create function calendar_sync.proposals_json(p_ids uuid[]) returns jsonb
language plpgsql stable security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
begin
  return (
    select coalesce(jsonb_agg(jsonb_build_object(
      'id', proposal.id, 'integration_id', proposal.integration_id, 'obligation_id', proposal.obligation_id, 'kind', proposal.kind,
      'seen', proposal.seen, 'legal', proposal.legal, 'state', proposal.state, 'seen_at', proposal.seen_at,
      'decided_at', proposal.decided_at, 'provider', proposal.provider, 'account_email', integration.account_email,
      'title', (its.deadline).title,
      'obligation_url', calendar_sync.shown_url((its.deadline).url),
      'event', calendar_sync.event_place(integration, mapping.calendar_id, mapping.external_event_id),
      -- What is chosen for the calendar says nothing of it: the choice is about moves that come.
      'event_state', case
        when mapping.id is null or edit.is_gone and job.obligation_id is null then 'gone'
        when edit.is_gone then 'pending'
        -- It was accepted and undone, and stands where it was accepted.
        when edit.seen is null and mapping.sent_time is not null
          and not calendar_sync.is_due_at(its.deadline, calendar_sync.shown_deadline(mapping.sent_time)) then 'pending'
        when edit.seen is null or calendar_sync.is_due_at(its.deadline, calendar_sync.shown_deadline(edit.seen)) then 'back'
        -- Its description is yet to say so.
        when edit.is_kept and job.obligation_id is not null then 'moved'
        when edit.is_kept then 'kept'
        when job.obligation_id is not null then 'pending'
        else 'moved'
      end,
      'can_undo', proposal.state = 'accepted' and calendar_sync.is_due_at(its.deadline, proposal.seen)
    ) order by proposal.state = 'open' desc, proposal.seen_at desc, proposal.id), '[]')
    from public.calendar_proposals as proposal
    -- As calendar_sync.deadline_for, without a call for each row.
    left join lateral (
      select row (every_recipient.*)::calendar_sync.deadline as deadline from calendar_sync.deadlines as every_recipient
      where every_recipient.obligation_id = proposal.obligation_id offset 0
    ) as its on (its.deadline).recipient_id = proposal.user_id
    left join public.calendar_integrations as integration on integration.id = proposal.integration_id
    left join public.calendar_event_mappings as mapping
      on mapping.integration_id = proposal.integration_id and mapping.obligation_id = proposal.obligation_id
    left join calendar_sync.edits as edit
      on edit.integration_id = proposal.integration_id and edit.obligation_id = proposal.obligation_id
    left join calendar_sync.jobs as job
      on job.integration_id = proposal.integration_id and job.obligation_id = proposal.obligation_id and job.kind = 'event'
        and job.failed_at is null
    where proposal.id = any (p_ids)
  );
end;
$$;

comment on function calendar_sync.proposals_json(uuid[]) is
  'These proposals as their user sees them, open ones first, the newest first. event_state: where the event is. back: on the deadline. kept: where it was moved, with the legal date in its description. moved: where it was moved. pending: still to be put back. gone: nowhere.';

create function calendar_sync.own_proposals(p_decided integer) returns jsonb
language plpgsql volatile security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  v_user_id constant uuid := calendar_sync.count_own_call();
  v_open uuid[];
begin
  -- The worker may not have come by yet, or may not come at all while syncing is off.
  perform calendar_sync.supersede_outdated(array(
    select proposal.id from public.calendar_proposals as proposal
    left join lateral (
      select row (every_recipient.*)::calendar_sync.deadline as deadline from calendar_sync.deadlines as every_recipient
      where every_recipient.obligation_id = proposal.obligation_id offset 0
    ) as its on (its.deadline).recipient_id = v_user_id
    where proposal.user_id = v_user_id and proposal.state = 'open'
      and not calendar_sync.is_due_at(its.deadline, proposal.legal)
  ));
  v_open := array(select id from public.calendar_proposals where user_id = v_user_id and state = 'open');
  return jsonb_build_object('open', cardinality(v_open), 'proposals', calendar_sync.proposals_json(v_open || array(
    select id from public.calendar_proposals
    where user_id = v_user_id and state <> 'open' and decided_at > now() - calendar_sync.notices_stay()
    order by seen_at desc, id
    limit p_decided
  )));
end;
$$;

comment on function calendar_sync.own_proposals(integer) is
  'The open proposals of the caller, then up to p_decided of those that were decided within 30 days, the newest first; and how many are open.';
grant execute on function calendar_sync.own_proposals(integer) to authenticated;

-- All that are open, since each is to be decided: 2,000 are 1.4 MB and took 0.3 s on two busy cores. Decided ones could be any number where
-- another program moves events again and again.
create function public.calendar_proposals() returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select calendar_sync.own_proposals(1000) $$;

comment on function public.calendar_proposals() is
  'The open proposals of the caller, then up to 1,000 of those that were decided within 30 days; and how many are open.';

-- The row of a deadline, so that nobody changes it between the look at it and the write. Where a host's tables cannot be locked through
-- the view (several watched tables, no right to), the moment in between stays.
create function calendar_sync.lock_deadline(p_obligation_id uuid) returns void
language plpgsql volatile security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
begin
  perform from calendar_sync.deadlines as deadline where deadline.obligation_id = p_obligation_id for no key update;
exception when insufficient_privilege or feature_not_supported then
  return;
end;
$$;

comment on function calendar_sync.lock_deadline(uuid) is 'Keeps a deadline as it is until the transaction ends.';

create function calendar_sync.prepare_decision(p_proposal_id uuid, p_decision text) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id constant uuid := (select auth.uid());
  v_proposal public.calendar_proposals;
  v_deadline calendar_sync.deadline;
  v_target jsonb;
begin
  select * into v_proposal from public.calendar_proposals where id = p_proposal_id and user_id = v_user_id for no key update;
  if not found then
    return '{"kind": "not_found"}'::jsonb;
  end if;
  perform calendar_sync.lock_deadline(v_proposal.obligation_id);
  v_deadline := calendar_sync.deadline_for(v_proposal.obligation_id, v_user_id);
  if v_deadline.obligation_id is null and exists (
    select from calendar_sync.deadlines where obligation_id = v_proposal.obligation_id
  ) then
    perform calendar_sync.supersede(array[v_proposal.id]);
    return '{"kind": "not_allowed"}'::jsonb;
  end if;
  if p_decision = 'undo' then
    if v_proposal.state <> 'accepted' then
      return '{"kind": "conflict", "reason": "not_accepted"}'::jsonb;
    elsif not calendar_sync.is_due_at(v_deadline, v_proposal.seen) then
      return '{"kind": "conflict", "reason": "deadline_changed"}'::jsonb;
    end if;
    v_target := v_proposal.replaced;
  else
    if v_proposal.state <> 'open' then
      return '{"kind": "conflict", "reason": "decided"}'::jsonb;
    elsif not calendar_sync.is_due_at(v_deadline, v_proposal.legal) then
      perform calendar_sync.supersede_outdated(array[v_proposal.id]);
      return '{"kind": "conflict", "reason": "deadline_changed"}'::jsonb;
    end if;
    v_target := v_proposal.seen;
    -- A calendar that names no time zone that we know says nothing against the one that the obligation has.
    if v_target ->> 'time_zone' is null then
      v_target := v_target || jsonb_build_object('time_zone', v_deadline.time_zone);
    end if;
  end if;
  if p_decision = 'accept' then
    update public.calendar_proposals
    set replaced = jsonb_build_object('deadline_date', v_deadline.deadline_date, 'deadline_at', v_deadline.deadline_at,
      'time_zone', v_deadline.time_zone)
    where id = v_proposal.id;
  end if;
  return v_target || jsonb_build_object('kind', 'ready', 'obligation_id', v_proposal.obligation_id);
end;
$$;

comment on function calendar_sync.prepare_decision(uuid, text) is
  'Whether the caller can decide this of a proposal now: accept, dismiss or undo. {"kind": "ready"} with the deadline that is to be written, or why not: not_found, not_allowed, conflict.';
grant execute on function calendar_sync.prepare_decision(uuid, text) to authenticated;

-- Of what it is told it believes nothing: an accepted proposal is one whose deadline stands where the event was moved to.
create function calendar_sync.record_decision(p_proposal_id uuid, p_decision text, p_in_advance boolean default false) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id constant uuid := (select auth.uid());
  v_proposal public.calendar_proposals;
  v_deadline calendar_sync.deadline;
  v_is_so boolean;
  v_asks_again boolean;
begin
  select * into v_proposal from public.calendar_proposals where id = p_proposal_id and user_id = v_user_id for no key update;
  if not found then
    return '{"kind": "not_found"}'::jsonb;
  end if;
  v_deadline := calendar_sync.deadline_for(v_proposal.obligation_id, v_user_id);
  v_is_so := case p_decision
    when 'accept' then v_proposal.state = 'open' and calendar_sync.is_due_at(v_deadline, v_proposal.seen)
    when 'undo' then v_proposal.state = 'accepted' and calendar_sync.is_due_at(v_deadline, v_proposal.replaced)
    when 'dismiss' then v_proposal.state = 'open'
  end;
  if v_is_so is distinct from true then
    raise exception 'The deadline of obligation % is not where the decision has it.', v_proposal.obligation_id
      using hint = 'calendar_sync.accept_proposal has to write the deadline that it is given, or to return false.';
  end if;
  -- What was proposed for the deadline as it was before, in this and in other calendars.
  perform calendar_sync.supersede_outdated(array(
    select other.id from public.calendar_proposals as other
    where other.user_id = v_user_id and other.obligation_id = v_proposal.obligation_id and other.state = 'open' and other.id <> p_proposal_id
      and not calendar_sync.is_due_at(v_deadline, other.legal)
  ));
  -- Of a calendar that was disconnected nothing is left to decide.
  v_asks_again := p_decision = 'undo' and exists (
    select from public.calendar_integrations as integration
    where integration.id = v_proposal.integration_id and integration.removed_at is null and integration.status <> 'disconnecting');
  update public.calendar_proposals
  set state = case when p_decision = 'accept' then 'accepted' when p_decision = 'dismiss' then 'dismissed'
      when v_asks_again then 'open' else 'superseded' end,
    decided_at = case when not v_asks_again then now() end
  where id = p_proposal_id
  returning * into v_proposal;
  if p_decision = 'accept' then
    -- Should the old deadline come back before the event is written, it fits what was sent, and not where the event stands.
    perform calendar_sync.forget_content(array[v_proposal.integration_id], array[v_proposal.obligation_id]);
  else
    -- It is decided: a move that was to be accepted in advance is not accepted again, and one that was not written yet is put back.
    update calendar_sync.edits as edit set is_accepted = false
    where edit.integration_id = v_proposal.integration_id and edit.obligation_id = v_proposal.obligation_id and edit.is_accepted
      and edit.seen is not null;
    if found then
      perform calendar_sync.put_back(v_proposal.integration_id, v_proposal.obligation_id);
    end if;
  end if;
  if p_in_advance then
    perform calendar_sync.write_notice(v_user_id, 'proposal_opened', v_proposal.integration_id, v_proposal.obligation_id,
      v_proposal.id::text, '{"code": "accepted"}');
  else
    perform calendar_sync.end_notices(v_user_id, array['proposal_opened'], v_proposal.id::text);
    if v_asks_again then
      perform calendar_sync.write_notice(v_user_id, 'proposal_opened', v_proposal.integration_id, v_proposal.obligation_id,
        v_proposal.id::text);
    end if;
  end if;
  perform calendar_sync.note_proposals(array[p_proposal_id],
    case p_decision when 'accept' then 'proposal_accepted' when 'dismiss' then 'proposal_dismissed' else 'proposal_undone' end,
    case when p_in_advance then '{"in_advance": true}'::jsonb else '{}' end);
  return jsonb_build_object('kind', 'decided', 'proposal', calendar_sync.proposals_json(array[p_proposal_id]) -> 0);
end;
$$;

comment on function calendar_sync.record_decision(uuid, text, boolean) is
  'Records what the caller decided of a proposal, once the deadline is as it says. p_in_advance: the user accepts moves without being asked, so the notice stays, to undo it.';
grant execute on function calendar_sync.record_decision(uuid, text, boolean) to authenticated;

create function calendar_sync.move_deadline(p_proposal_id uuid, p_decision text, p_in_advance boolean default false) returns jsonb
language plpgsql volatile security invoker set search_path = '' set lock_timeout = '2s'
as $$
declare
  v_step jsonb;
begin
  v_step := calendar_sync.prepare_decision(p_proposal_id, p_decision);
  if v_step ->> 'kind' <> 'ready' then
    return v_step;
  end if;
  begin
    if calendar_sync.accept_proposal(
      (v_step ->> 'obligation_id')::uuid, (v_step ->> 'deadline_date')::date, (v_step ->> 'deadline_at')::timestamptz,
      v_step ->> 'time_zone'
    ) then
      return calendar_sync.record_decision(p_proposal_id, p_decision, p_in_advance);
    end if;
  -- A policy, a constraint or a trigger of the host refuses it, or a host without the default table has not said how to write its own.
  -- What was written is undone.
  exception
    when lock_not_available or serialization_failure or deadlock_detected then
      raise;
    when assert_failure or others then
      raise warning 'calendar_sync: the deadline of obligation % was not moved: % %', v_step ->> 'obligation_id', sqlstate, sqlerrm;
  end;
  return '{"kind": "not_allowed"}'::jsonb;
exception when lock_not_available then
  return '{"kind": "conflict", "reason": "busy"}'::jsonb;
end;
$$;

comment on function calendar_sync.move_deadline(uuid, text, boolean) is
  'Moves a deadline as its user: to where the event was moved (accept), or back (undo). {"kind": "decided", "proposal"}, not_found, not_allowed, or conflict with a reason.';
grant execute on function calendar_sync.move_deadline(uuid, text, boolean) to authenticated;
grant execute on function calendar_sync.count_own_call(boolean) to authenticated;

create function public.calendar_accept_proposal(p_proposal_id uuid) returns jsonb
language plpgsql volatile security invoker set search_path = ''
as $$
begin
  perform calendar_sync.count_own_call();
  return calendar_sync.move_deadline(p_proposal_id, 'accept');
end;
$$;

comment on function public.calendar_accept_proposal(uuid) is
  'Moves the deadline to where the caller moved its event, with the caller''s own rights: {"kind": "decided", "proposal"}, {"kind": "not_found"}, {"kind": "not_allowed"} or {"kind": "conflict", "reason"}.';

create function public.calendar_undo_proposal(p_proposal_id uuid) returns jsonb
language plpgsql volatile security invoker set search_path = ''
as $$
begin
  perform calendar_sync.count_own_call();
  return calendar_sync.move_deadline(p_proposal_id, 'undo');
end;
$$;

comment on function public.calendar_undo_proposal(uuid) is
  'Takes an accepted proposal of the caller back, while the deadline is what it made it; then it is open again. Answers as calendar_accept_proposal.';

create function public.calendar_dismiss_proposal(p_proposal_id uuid) returns jsonb
language plpgsql volatile security invoker set search_path = '' set lock_timeout = '2s'
as $$
declare
  v_step jsonb;
begin
  perform calendar_sync.count_own_call();
  v_step := calendar_sync.prepare_decision(p_proposal_id, 'dismiss');
  if v_step ->> 'kind' <> 'ready' then
    return v_step;
  end if;
  return calendar_sync.record_decision(p_proposal_id, 'dismiss');
exception when lock_not_available then
  return '{"kind": "conflict", "reason": "busy"}'::jsonb;
end;
$$;

comment on function public.calendar_dismiss_proposal(uuid) is
  'Leaves the deadline where it is. Answers as calendar_accept_proposal.';

-- Accepting in advance: the user chose it, and the operator allows it.
create function calendar_sync.user_of_edit(p_proposal_id uuid) returns uuid
language sql stable security definer set search_path = ''
as $$
  select proposal.user_id
  from public.calendar_proposals as proposal
  join public.calendar_integrations as integration on integration.id = proposal.integration_id and integration.removed_at is null
  where proposal.id = p_proposal_id and integration.user_id = proposal.user_id
    and integration.settings ->> 'calendar_edits' = 'accept' and calendar_sync.blocked_until(proposal.user_id) is null
$$;

comment on function calendar_sync.user_of_edit(uuid) is
  'The user who accepts this proposal in advance; null where its calendar is not set to that, or its user is blocked.';
grant execute on function calendar_sync.user_of_edit(uuid) to service_role;

create function calendar_sync.refuse_edit(p_proposal_id uuid) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform calendar_sync.put_back(integration_id, obligation_id) from public.calendar_proposals where id = p_proposal_id;
end;
$$;

comment on function calendar_sync.refuse_edit(uuid) is 'Has a moved event put back where its deadline is.';
grant execute on function calendar_sync.refuse_edit(uuid) to service_role;

-- As calendar_call_with_key: it runs as its caller, since Postgres forbids a change of role inside a function that runs as its owner.
create function public.calendar_accept_edit(p_proposal_id uuid) returns boolean
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  v_user_id constant uuid := calendar_sync.user_of_edit(p_proposal_id);
  v_role constant text := current_setting('role');
  v_claims constant text := coalesce(current_setting('request.jwt.claims', true), '');
  v_verdict jsonb;
begin
  if v_user_id is not null then
    perform set_config('request.jwt.claims', jsonb_build_object('sub', v_user_id, 'role', 'authenticated')::text, true),
      set_config('role', 'authenticated', true);
    -- An older Data API sets each claim by itself, and auth.uid() reads that first.
    if auth.uid() is distinct from v_user_id then
      raise exception 'The caller could not be made the user of the proposal %.', p_proposal_id using errcode = 'insufficient_privilege';
    end if;
    v_verdict := calendar_sync.move_deadline(p_proposal_id, 'accept', true);
    perform set_config('role', v_role, true), set_config('request.jwt.claims', v_claims, true);
  end if;
  if v_verdict ->> 'kind' = 'decided' then
    return true;
  end if;
  -- Where somebody else is changing the obligation, the next run accepts it.
  if v_verdict ->> 'reason' is distinct from 'busy' then
    perform calendar_sync.refuse_edit(p_proposal_id);
  end if;
  return false;
end;
$$;

comment on function public.calendar_accept_edit(uuid) is
  'Accepts a move for a user who accepts all in advance, with the user''s own rights, and leaves a notice that undoes it. False: the user may not change the obligation, or the deadline has changed: the event is put back; or the obligation is locked: then it is offered again.';
