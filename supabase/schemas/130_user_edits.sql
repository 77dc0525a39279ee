-- What becomes of edits. The worker decides what its user did to an event; here it is recorded, and what follows is queued. Whoever calls
-- these functions has the lane.

-- A deletion of the same deadline is the second one. The words are found here, once: a function for each row takes 75 µs a call.
create function calendar_sync.edits_now(p_integration public.calendar_integrations, p_edits jsonb) returns calendar_sync.edit_now[]
language plpgsql stable security definer set search_path = '' set enable_hashjoin = on set jit = off
as $$
begin
  if coalesce(jsonb_array_length(p_edits), 0) = 0 then
    return array[]::calendar_sync.edit_now[];
  end if;
  return array(
    select row (its.kind, edit.obligation_id, edit.event_id, edit.etag, edit.seen, edit.sent_time, edit.has_guests, known.deadline,
      legal.due, known.edit, case its.kind
        when 'moved' then 'moved_by_user'
        when 'resized' then 'resized_by_user'
        when 'returned' then 'returned_by_user'
        when 'deleted' then case when (known.edit).deletions > 0 and (known.edit).due is not distinct from legal.due
          then 'hidden_by_user' else 'deleted_by_user' end
        when 'overtaken' then case
          when edit.seen is null then 'deleted_by_user'
          when shown.due = calendar_sync.due_of(calendar_sync.shown_deadline(known.sent_time)) then 'resized_by_user'
          else 'moved_by_user'
        end
        when 'converged' then case when (known.edit).seen is not null then 'moved_back_by_user' end
      end, shown.due)::calendar_sync.edit_now
    from jsonb_populate_recordset(null::calendar_sync.decided_edit, p_edits) as edit
    join calendar_sync.compare(p_integration.id, array(
      select distinct (each ->> 'obligation_id')::uuid from jsonb_array_elements(p_edits) as each
    )) as known on known.obligation_id = edit.obligation_id
    cross join lateral (
      select calendar_sync.due_text((known.deadline).deadline_date, (known.deadline).deadline_at) as due offset 0
    ) as legal
    cross join lateral (
      select case edit.seen ->> 'kind'
        when 'all_day' then edit.seen ->> 'start_date'
        when 'timed' then calendar_sync.due_text(null, (edit.seen ->> 'start_at')::timestamptz)
        else legal.due
      end as due offset 0
    ) as shown
    cross join lateral (
      select case
        -- It was decided before its deadline came to stand where it was moved, as by accepting the same move of another calendar.
        when edit.kind = 'moved' and calendar_sync.is_due_at(known.deadline, calendar_sync.shown_deadline(edit.seen)) then 'noise'
        -- It was decided before its deadline went: nothing is left to propose.
        when edit.kind in ('moved', 'deleted') and legal.due is null then 'overtaken'
        -- It was decided before its deadline changed, which goes over it as over anything that was done before.
        when edit.kind in ('moved', 'deleted') and known.sent_time is not null and not coalesce((known.edit).is_kept and calendar_sync.edit_holds(known.edit, known.deadline), false)
          and not calendar_sync.is_due_at(known.deadline, calendar_sync.shown_deadline(known.sent_time))
          and not coalesce(calendar_sync.is_due_at(known.deadline, calendar_sync.shown_deadline((known.edit).seen)), false)
          then 'overtaken'
        -- It was decided before a change was taken back that no event ever showed.
        when edit.kind = 'overtaken' and known.is_wanted and known.sent_time is not null
          and calendar_sync.is_due_at(known.deadline, calendar_sync.shown_deadline(known.sent_time))
          then case
            when edit.seen is null then 'deleted'
            when calendar_sync.is_due_at(known.deadline, calendar_sync.shown_deadline(edit.seen)) then 'resized'
            else 'moved'
          end
        else edit.kind
      end as kind offset 0
    ) as its
  );
end;
$$;

comment on function calendar_sync.edits_now(public.calendar_integrations, jsonb) is
  'The edits that a worker decided on, each with its obligation as it is now.';

-- A calendar that was filled or emptied by a program, or by mistake, asks first.
create function calendar_sync.stop_mass_edit(
  p_integration public.calendar_integrations, p_edits calendar_sync.edit_now[], p_is_locked boolean
) returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_options calendar_sync.options;
  v_events integer;
  v_moves integer;
  v_deletions integer;
begin
  select * into v_options from calendar_sync.options;
  if cardinality(p_edits) <= v_options.deletions_free then
    return false;
  end if;
  select count(*) filter (where edit.kind in ('moved', 'resized')), count(*) filter (where edit.kind = 'deleted')
  into v_moves, v_deletions from unnest(p_edits) as edit;
  select count(*) into v_events from public.calendar_event_mappings where integration_id = p_integration.id;
  if v_moves + v_deletions <= greatest(v_options.deletions_free, floor(v_options.deletions_share * v_events))
    or exists (select from calendar_sync.pulls where integration_id = p_integration.id and edits_agreed)
  then
    return false;
  end if;
  -- Nobody waits for a user who is changing the integration: the news is read again in a moment. A calendar that was paused meanwhile
  -- keeps its reason, and is read again when it is resumed.
  if not p_is_locked and p_integration.status = 'active' then
    update public.calendar_integrations
    set status = 'paused', last_error = jsonb_build_object(
      'code', 'mass_edit',
      'message', format('%s of %s events were moved or deleted in the calendar at once, so nothing is changed. Resume to have each treated by itself.', v_moves + v_deletions, v_events),
      'details', jsonb_build_object('moves', v_moves, 'deletions', v_deletions, 'events', v_events))
    where id = p_integration.id;
    perform calendar_sync.count_mass_edit(p_integration.provider);
  end if;
  return true;
end;
$$;

comment on function calendar_sync.stop_mass_edit(public.calendar_integrations, calendar_sync.edit_now[], boolean) is
  'Pauses a calendar in which more events were moved or deleted than calendar_sync.options lets go without a question, and says so. p_is_locked: its user is changing it; then it is only left alone.';

create function calendar_sync.note_edits(
  p_integration public.calendar_integrations, p_edits calendar_sync.edit_now[], p_calendar_id text
) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_now constant timestamptz := clock_timestamp();
  v_by constant text := calendar_sync.caused_by();
  v_request_id constant text := calendar_sync.request_id();
begin
  insert into calendar_sync.activity (user_id, integration_id, provider, obligation_id, action, calendar_id, event_id, title, due)
  select p_integration.user_id, p_integration.id, p_integration.provider, edit.obligation_id, edit.action,
    p_calendar_id, edit.event_id, (edit.deadline).title, edit.shows
  from unnest(p_edits) as edit
  where edit.action is not null and p_integration.user_id is not null;
  update calendar_sync.history as period
  set until_at = v_now, ended_with = edit.action, ended_by = v_by, ended_request_id = v_request_id
  from unnest(p_edits) as edit
  -- As in calendar_sync.record_events.
  cross join lateral (
    select open.ctid as place from calendar_sync.history as open
    where open.integration_id = p_integration.id and open.obligation_id = edit.obligation_id and open.until_at is null offset 0
  ) as its
  where period.ctid = its.place and edit.action not in ('resized_by_user', 'returned_by_user');
  insert into calendar_sync.history (user_id, integration_id, provider, account_email, calendar_id, calendar_name, obligation_id,
    event_id, title, due, in_calendar, reason, from_at, began_with, began_by, began_request_id)
  select p_integration.user_id, p_integration.id, p_integration.provider, p_integration.account_email, p_calendar_id,
    case when p_calendar_id = p_integration.calendar_id then p_integration.calendar_name end, edit.obligation_id, edit.event_id, (edit.deadline).title,
    edit.shows, edit.action <> 'hidden_by_user', nullif(edit.action, 'moved_back_by_user'), v_now, edit.action, v_by, v_request_id
  from unnest(p_edits) as edit
  where edit.action in ('moved_by_user', 'moved_back_by_user', 'hidden_by_user') and p_integration.user_id is not null
  on conflict (integration_id, obligation_id) where until_at is null do nothing;
end;
$$;

comment on function calendar_sync.note_edits(public.calendar_integrations, calendar_sync.edit_now[], text) is
  'Notes in activity and history what a user did to events. p_calendar_id: where they are, which need not be the calendar that was chosen meanwhile.';

create function calendar_sync.record_edits(
  p_integration public.calendar_integrations, p_edits calendar_sync.edit_now[], p_calendar_id text, p_mode text
) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_listings_lag constant boolean := (select listings_lag from calendar_sync.providers where name = p_integration.provider);
  v_caller text;
begin
  if cardinality(p_edits) = 0 then
    return;
  end if;
  v_caller := calendar_sync.act_as('calendar');
  update public.calendar_event_mappings as mapping
  set previous_etag = case when v_listings_lag then mapping.etag end, etag = edit.etag, sent_time = coalesce(edit.sent_time, mapping.sent_time)
  from unnest(p_edits) as edit
  -- As in calendar_sync.record_events.
  cross join lateral (
    select known.ctid as place from public.calendar_event_mappings as known
    where known.integration_id = p_integration.id and known.obligation_id = edit.obligation_id
      and known.external_event_id = edit.event_id offset 0
  ) as its
  where mapping.ctid = its.place and edit.kind not in ('deleted', 'returned') and edit.has_guests is not null
    and (edit.etag is distinct from mapping.etag or edit.sent_time is not null);
  insert into calendar_sync.edits as known (integration_id, obligation_id, has_guests)
  select p_integration.id, edit.obligation_id, edit.has_guests
  from unnest(p_edits) as edit
  where edit.has_guests is not null and edit.has_guests <> coalesce((edit.before).has_guests, false)
  on conflict (integration_id, obligation_id) do update set has_guests = excluded.has_guests;
  -- What goes over them may meet the same moves once more; and their user may take a deletion back.
  insert into calendar_sync.edits as known (integration_id, obligation_id, due, seen, is_gone, original_event_id)
  select p_integration.id, edit.obligation_id, edit.due, edit.seen, edit.seen is null, case when edit.seen is null then edit.event_id end
  from unnest(p_edits) as edit where edit.kind = 'overtaken'
  on conflict (integration_id, obligation_id) do update
  set seen = excluded.seen, is_kept = false, is_accepted = false, is_gone = known.is_gone or excluded.is_gone,
    original_event_id = coalesce(excluded.original_event_id, known.original_event_id),
    deletions = case when known.due is not distinct from excluded.due then known.deletions else 0 end,
    due = excluded.due, edited_at = now();
  perform calendar_sync.note_edits(p_integration, p_edits, p_calendar_id);
  perform calendar_sync.count_edits(p_integration, p_edits);
  perform calendar_sync.record_deletions(p_integration, p_edits);
  perform calendar_sync.record_returns(p_integration, p_edits, p_calendar_id);
  perform calendar_sync.record_convergences(p_integration, p_edits);
  perform calendar_sync.record_moves(p_integration, p_edits, p_mode);
  -- What we were about to write goes over what its user did. What is gone has no version that it could meet.
  update public.calendar_event_mappings as mapping set etag = null, previous_etag = null
  where mapping.integration_id = p_integration.id and mapping.obligation_id = any (array(
    select edit.obligation_id from unnest(p_edits) as edit where edit.kind = 'overtaken' and edit.seen is null
  ));
  perform calendar_sync.rewrite(p_integration.id, array(
    select edit.obligation_id from unnest(p_edits) as edit where edit.kind = 'overtaken'
  ));
  perform calendar_sync.act_as(v_caller);
end;
$$;

comment on function calendar_sync.record_edits(public.calendar_integrations, calendar_sync.edit_now[], text, text) is
  'Records what a user did to events and queues what follows. p_calendar_id: where they are. p_mode: as of settings.calendar_edits.';

create function calendar_sync.proposals_to_accept(p_integration_id uuid) returns uuid[]
language plpgsql stable security definer set search_path = ''
as $$
begin
  -- OFFSET: as in calendar_sync.compare.
  return array(
    select proposal.id from calendar_sync.edits as edit
    cross join lateral (
      select open.id from public.calendar_proposals as open
      where open.integration_id = edit.integration_id and open.obligation_id = edit.obligation_id and open.state = 'open' offset 0
    ) as proposal
    where edit.integration_id = p_integration_id and edit.is_accepted and edit.seen is not null
  );
end;
$$;

comment on function calendar_sync.proposals_to_accept(uuid) is
  'Moves that their user accepted in advance and that did not change their deadlines yet, as where a worker died before it.';

create function calendar_sync.end_edits(p_integration public.calendar_integrations, p_outcomes calendar_sync.outcome[]) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_ids uuid[];
begin
  select array_agg(o.obligation_id) into v_ids
  from unnest(p_outcomes) as o
  cross join lateral (
    select from calendar_sync.edits as known
    where known.integration_id = p_integration.id and known.obligation_id = o.obligation_id offset 0
  ) as its
  where o.kind = 'synced' or o.kind = 'removed' and o.action is not null;
  if v_ids is null then
    return;
  end if;
  perform calendar_sync.end_edit_notices(p_integration, array['deadline_hidden'], array(
    select edit.obligation_id from calendar_sync.edits as edit
    where edit.integration_id = p_integration.id and edit.obligation_id = any (v_ids) and edit.is_hidden
  ));
  update calendar_sync.edits as edit
  set seen = case when o.is_kept then edit.seen end, is_kept = coalesce(o.is_kept, false) and edit.seen is not null,
    is_gone = false, is_hidden = false,
    deletions = case when coalesce(o.is_kept, false) or o.sent_time is null
      or calendar_sync.due_of(calendar_sync.shown_deadline(o.sent_time)) is not distinct from edit.due then edit.deletions else 0 end
  from unnest(p_outcomes) as o
  where edit.integration_id = p_integration.id and edit.obligation_id = o.obligation_id and o.obligation_id = any (v_ids)
    and o.kind = 'synced' and (edit.seen is not null or edit.is_gone or edit.is_hidden or edit.deletions > 0);
  delete from calendar_sync.edits as edit using unnest(p_outcomes) as o
  where edit.integration_id = p_integration.id and edit.obligation_id = o.obligation_id and o.obligation_id = any (v_ids)
    and o.kind = 'removed';
end;
$$;

comment on function calendar_sync.end_edits(public.calendar_integrations, calendar_sync.outcome[]) is
  'What users did to events counts no more once these are written as they should be, or are gone.';

-- The event of before, in another calendar or deleted, says nothing of this one; and one that was taken over may have guests of its own.
create function calendar_sync.record_guests(p_integration_id uuid, p_outcomes calendar_sync.outcome[]) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  update calendar_sync.edits as edit set has_guests = false
  from unnest(p_outcomes) as o
  where edit.integration_id = p_integration_id and edit.obligation_id = o.obligation_id and o.kind = 'synced'
    and edit.has_guests and o.has_guests is distinct from true
    and (edit.is_gone or not exists (
      select from public.calendar_event_mappings as known
      where known.integration_id = p_integration_id and known.obligation_id = o.obligation_id
        and known.calendar_id = o.calendar_id and known.external_event_id = o.event_id
    ));
  insert into calendar_sync.edits as known (integration_id, obligation_id, has_guests)
  select p_integration_id, o.obligation_id, true from unnest(p_outcomes) as o where o.kind = 'synced' and o.has_guests
  order by o.obligation_id
  on conflict (integration_id, obligation_id) do update set has_guests = true where not known.has_guests;
end;
$$;

comment on function calendar_sync.record_guests(uuid, calendar_sync.outcome[]) is
  'Notes whether somebody is invited to the events that were written. Called while their mappings are as they were before.';

create function calendar_sync.tidy_edits() returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_kept_for constant interval := interval '90 days';
  v_user_ids uuid[];
  v_objects text[];
begin
  with old as (
    delete from calendar_sync.edits as edit using public.calendar_integrations as integration
    where edit.edited_at < now() - v_kept_for and integration.id = edit.integration_id
      and not exists (
        select from public.calendar_event_mappings as mapping
        where mapping.integration_id = edit.integration_id and mapping.obligation_id = edit.obligation_id
      )
      and not coalesce(edit.is_hidden and calendar_sync.edit_holds(
        edit, calendar_sync.deadline_for(edit.obligation_id, integration.user_id)), false)
    returning edit.integration_id, edit.obligation_id, integration.user_id
  )
  select array_agg(old.user_id), array_agg(old.integration_id || ':' || old.obligation_id) into v_user_ids, v_objects from old;
  perform calendar_sync.end_notices(each.user_id, array['deadline_hidden'], each.object)
  from unnest(v_user_ids, v_objects) as each (user_id, object);
end;
$$;

comment on function calendar_sync.tidy_edits() is 'Drops what users did to events that are not there any more and that no deadline brings back.';
