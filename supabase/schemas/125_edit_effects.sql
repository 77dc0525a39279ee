-- What follows from edits: deleted events come back or stay away, moved ones are put back or kept, and users are told.

create function calendar_sync.shown_deadline(p_time jsonb) returns jsonb
language sql immutable security invoker set search_path = ''
as $$
  select case p_time ->> 'kind'
    when 'all_day' then jsonb_build_object('deadline_date', p_time -> 'start_date')
    when 'timed' then jsonb_build_object('deadline_at', coalesce(p_time -> 'start_at', p_time -> 'start'), 'time_zone', p_time -> 'time_zone')
  end
$$;

comment on function calendar_sync.shown_deadline(jsonb) is
  'The deadline that an event shows whose time was seen or sent: {"deadline_date"} or {"deadline_at", "time_zone"}.';

-- No hash is empty.
create function calendar_sync.forget_content(p_integration_ids uuid[], p_obligation_ids uuid[]) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  update public.calendar_event_mappings as mapping set deadline_hash = '', content_hash = ''
  from unnest(p_integration_ids, p_obligation_ids) as each (integration_id, obligation_id)
  cross join lateral (
    select known.ctid as place from public.calendar_event_mappings as known
    where known.integration_id = each.integration_id and known.obligation_id = each.obligation_id offset 0
  ) as its
  where mapping.ctid = its.place;
end;
$$;

comment on function calendar_sync.forget_content(uuid[], uuid[]) is
  'Forgets what was written of these obligations, each in the calendar at the same place of the other list: it differs from whatever is wanted.';

create function calendar_sync.rewrite(p_integration_id uuid, p_obligation_ids uuid[]) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_cause constant jsonb := calendar_sync.cause();
begin
  perform calendar_sync.forget_content(array_fill(p_integration_id, array[cardinality(p_obligation_ids)]), p_obligation_ids);
  insert into calendar_sync.jobs as job (integration_id, kind, obligation_id, priority, cause)
  select distinct p_integration_id, 'event', each.id, 0, v_cause from unnest(p_obligation_ids) as each (id)
  on conflict (integration_id, obligation_id, kind) do update
  set version = job.version + 1, priority = 0, failed_at = null, last_error = null, cause = excluded.cause,
    -- What is wanted is as it was: whether every attempt was of that, too.
    attempted_version = case when job.attempted_version = job.version then job.version + 1 else job.attempted_version end,
    -- One that meets another version each time it is written waits as after any other failure.
    run_at = case when job.attempts > 1 and job.failed_at is null then job.run_at else now() end,
    attempts = case when job.failed_at is null then job.attempts else 0 end;
end;
$$;

comment on function calendar_sync.rewrite(uuid, uuid[]) is 'Has events written again, although their obligations did not change. A version that we know is the only one that is written over.';

create function calendar_sync.with_restore(p_restored_at timestamptz[]) returns timestamptz[]
language sql stable security invoker set search_path = ''
as $$
  select array(
    select at.at from unnest(p_restored_at) as at (at) where at.at > now() - interval '24 hours' order by at.at desc limit 2
  ) || now()
$$;

comment on function calendar_sync.with_restore(timestamptz[]) is 'edits.restored_at once the event is put back now: the last three within a day.';

create function calendar_sync.end_moves(p_integration_ids uuid[], p_obligation_ids uuid[]) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  -- Where the event stands is known until it is written: what that write meets may be the same move.
  update calendar_sync.edits as edit
  set is_kept = false, is_accepted = false,
    restored_at = case when edit.is_accepted then calendar_sync.with_restore(edit.restored_at) else edit.restored_at end
  from unnest(p_integration_ids, p_obligation_ids) as each (integration_id, obligation_id)
  where edit.integration_id = each.integration_id and edit.obligation_id = each.obligation_id;
  perform calendar_sync.forget_content(p_integration_ids, p_obligation_ids);
end;
$$;

comment on function calendar_sync.end_moves(uuid[], uuid[]) is
  'For put_back: these moves are neither kept nor accepted any more, and the jobs that are queued put the events back.';

create function calendar_sync.notice_edits(p_integration public.calendar_integrations, p_kind text, p_obligation_ids uuid[]) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  insert into calendar_sync.notices (user_id, kind, object, integration_id, obligation_id)
  select p_integration.user_id, p_kind, p_integration.id || ':' || each.id, p_integration.id, each.id
  from unnest(p_obligation_ids) as each (id) where p_integration.user_id is not null
  on conflict (user_id, kind, object) where ended_at is null do nothing;
end;
$$;

comment on function calendar_sync.notice_edits(public.calendar_integrations, text, uuid[]) is
  'As write_notice, for many: tells a user what came of edits of these obligations.';

create function calendar_sync.end_edit_notices(p_integration public.calendar_integrations, p_kinds text[], p_obligation_ids uuid[]) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  update calendar_sync.notices as notice set ended_at = now(), dismissed_at = coalesce(notice.dismissed_at, now())
  where notice.user_id = p_integration.user_id and notice.kind = any (p_kinds) and notice.ended_at is null
    and notice.object = any (array(select p_integration.id || ':' || each.id from unnest(p_obligation_ids) as each (id)));
end;
$$;

comment on function calendar_sync.end_edit_notices(public.calendar_integrations, text[], uuid[]) is
  'As end_notices, for many: what these notices told of edits of these obligations is over.';

create function calendar_sync.record_deletions(p_integration public.calendar_integrations, p_edits calendar_sync.edit_now[]) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_restored uuid[] := array(
    select edit.obligation_id from unnest(p_edits) as edit where edit.kind = 'deleted' and edit.action = 'deleted_by_user');
  v_hidden uuid[] := array(
    select edit.obligation_id from unnest(p_edits) as edit where edit.action = 'hidden_by_user');
begin
  if cardinality(v_restored) + cardinality(v_hidden) = 0 then
    return;
  end if;
  insert into calendar_sync.edits as known
    (integration_id, obligation_id, due, deletions, is_gone, is_hidden, original_event_id)
  select p_integration.id, edit.obligation_id, edit.due, 1, true, edit.action = 'hidden_by_user', edit.event_id
  from unnest(p_edits) as edit where edit.kind = 'deleted'
  on conflict (integration_id, obligation_id) do update
  set due = excluded.due, is_gone = true, is_hidden = excluded.is_hidden, original_event_id = excluded.original_event_id,
    deletions = case when known.due is not distinct from excluded.due then known.deletions else 0 end + 1,
    seen = null, is_kept = false, edited_at = now();
  perform calendar_sync.rewrite(p_integration.id, v_restored);
  -- There is no version that it could meet.
  update public.calendar_event_mappings as mapping set etag = null, previous_etag = null, sent_time = null
  where mapping.integration_id = p_integration.id and mapping.obligation_id = any (v_restored);
  delete from public.calendar_event_mappings as mapping
  where mapping.integration_id = p_integration.id and mapping.obligation_id = any (v_hidden);
  perform calendar_sync.notice_edits(p_integration, 'deadline_restored', v_restored);
  perform calendar_sync.end_edit_notices(p_integration, array['deadline_restored'], v_hidden);
  perform calendar_sync.notice_edits(p_integration, 'deadline_hidden', v_hidden);
  perform calendar_sync.count_restores(p_integration.provider, 'deleted', cardinality(v_restored), cardinality(v_hidden));
end;
$$;

comment on function calendar_sync.record_deletions(public.calendar_integrations, calendar_sync.edit_now[]) is
  'What a user deleted comes back; what is deleted again stays away until its deadline changes.';

create function calendar_sync.record_returns(
  p_integration public.calendar_integrations, p_edits calendar_sync.edit_now[], p_calendar_id text
) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_ids uuid[] := array(select edit.obligation_id from unnest(p_edits) as edit where edit.kind = 'returned');
begin
  if cardinality(v_ids) = 0 then
    return;
  end if;
  -- What does not stand where it was deleted was moved as well: the write that follows meets it, under a version that no event has, and
  -- then it is a move.
  insert into public.calendar_event_mappings as mapping
    (integration_id, obligation_id, calendar_id, external_event_id, etag, deadline_hash, content_hash)
  select p_integration.id, edit.obligation_id, p_calendar_id, edit.event_id,
    case when edit.shows in (edit.due, (edit.before).due, calendar_sync.due_of(calendar_sync.shown_deadline(known.sent_time)))
      then edit.etag else '""' end, '', ''
  from unnest(p_edits) as edit
  left join lateral (
    select before.sent_time from public.calendar_event_mappings as before
    where before.integration_id = p_integration.id and before.obligation_id = edit.obligation_id offset 0
  ) as known on true
  where edit.kind = 'returned'
  on conflict (integration_id, obligation_id) do update
  set calendar_id = excluded.calendar_id, external_event_id = excluded.external_event_id, etag = excluded.etag, previous_etag = null,
    sent_time = null;
  update calendar_sync.edits as edit
  set is_gone = false, is_hidden = false, deletions = greatest(edit.deletions - 1, 0), original_event_id = null, edited_at = now()
  where edit.integration_id = p_integration.id and edit.obligation_id = any (v_ids);
  -- It may have missed changes while it was gone.
  perform calendar_sync.rewrite(p_integration.id, v_ids);
  perform calendar_sync.end_edit_notices(p_integration, array['deadline_restored', 'deadline_hidden'], v_ids);
end;
$$;

comment on function calendar_sync.record_returns(public.calendar_integrations, calendar_sync.edit_now[], text) is
  'The event whose deletion a user took back stands for its obligation again.';

create function calendar_sync.record_convergences(p_integration public.calendar_integrations, p_edits calendar_sync.edit_now[]) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_ids uuid[] := array(select edit.obligation_id from unnest(p_edits) as edit where edit.kind = 'converged');
begin
  if cardinality(v_ids) = 0 then
    return;
  end if;
  update calendar_sync.edits as edit set seen = null, is_kept = false, edited_at = now()
  where edit.integration_id = p_integration.id and edit.obligation_id = any (v_ids) and edit.seen is not null;
  -- Nothing is left to decide: its user moved it back.
  perform calendar_sync.supersede(array(
    select proposal.id from public.calendar_proposals as proposal
    where proposal.integration_id = p_integration.id and proposal.state = 'open' and proposal.obligation_id = any (v_ids)
  ));
  perform calendar_sync.rewrite(p_integration.id, v_ids);
end;
$$;

comment on function calendar_sync.record_convergences(public.calendar_integrations, calendar_sync.edit_now[]) is
  'These events stand where they should be, although we did not put them there.';

-- Another program, or a second one of us, may move each event back that we put back: it was put back three times within a day.
create function calendar_sync.fought_moves(p_edits calendar_sync.edit_now[]) returns uuid[]
language sql stable security invoker set search_path = ''
as $$
  select coalesce(array_agg(edit.obligation_id), '{}')
  from unnest(p_edits) as edit
  where edit.kind in ('moved', 'resized') and (
    select count(*) from unnest((edit.before).restored_at) as at (at) where at.at > now() - interval '24 hours'
  ) >= 3
$$;

comment on function calendar_sync.fought_moves(calendar_sync.edit_now[]) is
  'The obligations of those moves that were put back three times within a day.';

create function calendar_sync.leave_moves(
  p_integration public.calendar_integrations, p_edits calendar_sync.edit_now[], p_obligation_ids uuid[]
) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_reason constant text := 'changed_again';
begin
  if cardinality(p_obligation_ids) = 0 then
    return;
  end if;
  update calendar_sync.edits as edit set is_accepted = false
  where edit.integration_id = p_integration.id and edit.obligation_id = any (p_obligation_ids) and edit.is_accepted;
  perform calendar_sync.rewrite(p_integration.id, p_obligation_ids);
  update calendar_sync.jobs as job set failed_at = now(), last_error = v_reason
  where job.integration_id = p_integration.id and job.obligation_id = any (p_obligation_ids) and job.kind = 'event';
  insert into calendar_sync.activity (user_id, integration_id, provider, obligation_id, action, calendar_id, title, due, reason)
  select p_integration.user_id, p_integration.id, p_integration.provider, edit.obligation_id, 'rejected', p_integration.calendar_id,
    (edit.deadline).title, edit.shows, v_reason
  from unnest(p_edits) as edit where edit.obligation_id = any (p_obligation_ids);
  perform calendar_sync.notice_given_up(p_integration, array(
    select jsonb_populate_record(null::calendar_sync.outcome, jsonb_build_object('obligation_id', each.id, 'error', v_reason))
    from unnest(p_obligation_ids) as each (id)
  ));
end;
$$;

comment on function calendar_sync.leave_moves(public.calendar_integrations, calendar_sync.edit_now[], uuid[]) is
  'Gives up on moved events, and tells their user: another program changes them each time.';

create function calendar_sync.restore_moves(p_integration public.calendar_integrations, p_edits calendar_sync.edit_now[]) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_fought constant uuid[] := calendar_sync.fought_moves(p_edits);
  v_restored constant uuid[] := array(
    select edit.obligation_id from unnest(p_edits) as edit
    where edit.kind in ('moved', 'resized') and edit.obligation_id <> all (v_fought));
begin
  update calendar_sync.edits as edit set restored_at = calendar_sync.with_restore(edit.restored_at)
  where edit.integration_id = p_integration.id and edit.obligation_id = any (v_restored);
  perform calendar_sync.rewrite(p_integration.id, v_restored);
  perform calendar_sync.count_restores(p_integration.provider, 'moved', cardinality(v_restored), cardinality(v_fought));
  perform calendar_sync.leave_moves(p_integration, p_edits, v_fought);
end;
$$;

comment on function calendar_sync.restore_moves(public.calendar_integrations, calendar_sync.edit_now[]) is
  'Puts moved events back, but for those of fought_moves.';

create function calendar_sync.record_moves(
  p_integration public.calendar_integrations, p_edits calendar_sync.edit_now[], p_mode text
) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if not exists (select from unnest(p_edits) as edit where edit.kind in ('moved', 'resized')) then
    return;
  end if;
  insert into calendar_sync.edits as known (integration_id, obligation_id, due, seen, is_kept, is_accepted)
  select p_integration.id, edit.obligation_id, edit.due, edit.seen, edit.kind = 'moved' and p_mode = 'keep',
    edit.kind = 'moved' and p_mode = 'accept'
  from unnest(p_edits) as edit where edit.kind in ('moved', 'resized')
  on conflict (integration_id, obligation_id) do update
  set seen = excluded.seen, is_accepted = excluded.is_accepted, is_kept = excluded.is_kept or p_mode = 'keep' and known.is_kept and known.due is not distinct from excluded.due,
    deletions = case when known.due is not distinct from excluded.due then known.deletions else 0 end,
    due = excluded.due, is_gone = false,
    -- Made longer, it was not moved again.
    edited_at = case when calendar_sync.due_of(calendar_sync.shown_deadline(known.seen))
      is not distinct from calendar_sync.due_of(calendar_sync.shown_deadline(excluded.seen)) then known.edited_at else now() end;
  perform calendar_sync.open_proposal(p_integration, edit.obligation_id, calendar_sync.shown_deadline(edit.seen),
    calendar_sync.when_json((edit.deadline).deadline_date, (edit.deadline).deadline_at, (edit.deadline).time_zone))
  from unnest(p_edits) as edit where edit.kind = 'moved';
  case p_mode
    when 'restore' then perform calendar_sync.restore_moves(p_integration, p_edits);
    when 'accept' then perform calendar_sync.leave_moves(p_integration, p_edits, calendar_sync.fought_moves(p_edits));
    when 'keep' then perform calendar_sync.rewrite(p_integration.id, array(
      select edit.obligation_id from unnest(p_edits) as edit where edit.kind = 'moved'));
    else null;
  end case;
end;
$$;

comment on function calendar_sync.record_moves(public.calendar_integrations, calendar_sync.edit_now[], text) is
  'Makes proposals of moves and does what p_mode says, as of settings.calendar_edits.';
