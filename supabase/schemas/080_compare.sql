-- The one question about a calendar: which obligations differ from what was recorded? For some ids it is compare; in key order it
-- is the scan, for one obligation `explain`, over everything the sweep.

create type calendar_sync.comparison as (
  obligation_id uuid,
  deadline calendar_sync.deadline,
  deadline_hash text,
  calendar_id text,
  event_id text,
  content_hash text,
  synced_at timestamptz,
  is_wanted boolean,
  differs boolean,
  etag text,
  previous_etag text,
  sent_time jsonb,
  edit calendar_sync.edits,
  is_hidden boolean
);

comment on type calendar_sync.comparison is
  'An obligation as it is and as a calendar was last brought into line. deadline null: not this user''s. event_id null: no event. is_wanted: it should have an event. differs: a filter that is wider than the worker''s plan, never narrower. edit: what its user did to the event. is_hidden: its user wants no event.';

create function calendar_sync.texts_of(p_list jsonb) returns text[]
language plpgsql immutable security invoker set search_path = ''
as $$
begin
  return case when jsonb_typeof(p_list) = 'array' then array(select jsonb_array_elements_text(p_list)) end;
end;
$$;

comment on function calendar_sync.texts_of(jsonb) is 'A list of texts; null where it is none.';

create function calendar_sync.is_to_be_shown(
  p_status text, p_deadline_date date, p_deadline_at timestamptz, p_obligation_type text, p_completed_events text, p_types text[]
) returns boolean
language plpgsql immutable security invoker set search_path = ''
as $$
begin
  return (p_deadline_date is not null or p_deadline_at is not null)
    and p_status <> 'cancelled'
    and (p_status <> 'completed' or p_completed_events = 'keep')
    and (p_types is null or coalesce(p_obligation_type = any (p_types), false));
end;
$$;

comment on function calendar_sync.is_to_be_shown(text, date, timestamptz, text, text, text[]) is
  'Whether an obligation is to have an event, by the settings of a calendar. p_types null: obligations of every type.';

-- Titles that are made by a template show the template and may show the type, so the hash covers both; else it stays as it was.
--
-- The hash is spelt without anything that a session's TimeZone or DateStyle could change, or that fails for infinity.
create function calendar_sync.compare(p_integration_id uuid, p_obligation_ids uuid[]) returns setof calendar_sync.comparison
language plpgsql stable security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off set plan_cache_mode = force_generic_plan
as $$
declare
  v_integration public.calendar_integrations;
  v_settings jsonb;
  v_completed_events text;
  -- Null: all.
  v_types text[];
  -- Null: titles are those of the obligations.
  v_title_template text;
begin
  select * into v_integration from public.calendar_integrations where id = p_integration_id;
  v_settings := calendar_sync.complete_settings(v_integration.settings);
  v_completed_events := v_settings ->> 'completed_events';
  v_types := calendar_sync.texts_of(v_settings -> 'obligation_types');
  v_title_template := nullif(v_settings ->> 'title_template', '{title}');
  return query
  select each.id, found.deadline, found.hash, mapping.calendar_id, mapping.external_event_id, mapping.content_hash,
    mapping.synced_at, shown.is_wanted, case
      when not shown.is_wanted then mapping.id is not null
      else mapping.id is null or mapping.calendar_id is distinct from v_integration.calendar_id or mapping.deadline_hash <> found.hash
    end, mapping.etag, mapping.previous_etag, mapping.sent_time, edit.its_row, shown.is_hidden
  from unnest(p_obligation_ids) as each (id)
  left join lateral (
    select row (candidate.*)::calendar_sync.deadline as deadline,
      md5(jsonb_build_array(
        candidate.title, candidate.description, candidate.status, extract(epoch from candidate.deadline_date),
        extract(epoch from candidate.deadline_at), candidate.time_zone, candidate.url
      )::text || case when v_title_template is null then '' else jsonb_build_array(v_title_template, candidate.obligation_type)::text end) as hash,
      v_integration.status <> 'disconnecting' and calendar_sync.is_to_be_shown(candidate.status, candidate.deadline_date,
        candidate.deadline_at, candidate.obligation_type, v_completed_events, v_types) as is_wanted
    from (
      -- OFFSET keeps the recipient out of this look-up: right after a bulk import the planner would go through all of a user's
      -- obligations for each id (200 ids of 400: 150 ms instead of 6).
      select every_recipient.* from calendar_sync.deadlines as every_recipient
      where every_recipient.obligation_id = each.id offset 0
    ) as candidate
    where candidate.recipient_id = v_integration.user_id
  ) as found on true
  left join lateral (
    -- OFFSET: else the planner may go through all events of the calendar for each id.
    select known.* from public.calendar_event_mappings as known
    where known.integration_id = p_integration_id and known.obligation_id = each.id offset 0
  ) as mapping on true
  left join lateral (
    select known as its_row from calendar_sync.edits as known
    where known.integration_id = p_integration_id and known.obligation_id = each.id offset 0
  ) as edit on true
  cross join lateral (
    select coalesce((edit.its_row).is_hidden, false) and calendar_sync.edit_holds(edit.its_row, found.deadline) as is_hidden
  ) as its_user
  cross join lateral (
    select its_user.is_hidden, coalesce(found.is_wanted, false) and not its_user.is_hidden as is_wanted
  ) as shown;
end;
$$;

comment on function calendar_sync.compare(uuid, uuid[]) is
  'Compares these obligations with what was recorded for a calendar, a row for each id.';

create function calendar_sync.edit_json(edit calendar_sync.edits, deadline calendar_sync.deadline) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select jsonb_build_object(
    'seen', edit.seen,
    'is_kept', edit.is_kept and calendar_sync.edit_holds(edit, deadline),
    'is_gone', edit.is_gone,
    'original_event_id', edit.original_event_id,
    'has_guests', edit.has_guests
  )
$$;

comment on function calendar_sync.edit_json(calendar_sync.edits, calendar_sync.deadline) is 'What its user did to an event, as the worker gets it.';

create function calendar_sync.keys_after(p_integration_id uuid, p_after uuid, p_keys integer) returns uuid[]
language plpgsql stable security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off set plan_cache_mode = force_custom_plan
as $$
declare
  v_user_id constant uuid := (select user_id from public.calendar_integrations where id = p_integration_id);
begin
  return array(
    (
      select deadline.obligation_id as id from calendar_sync.deadlines as deadline
      where deadline.recipient_id = v_user_id and (p_after is null or deadline.obligation_id > p_after)
      order by 1 limit p_keys
    )
    union
    (
      select mapping.obligation_id from public.calendar_event_mappings as mapping
      where mapping.integration_id = p_integration_id and (p_after is null or mapping.obligation_id > p_after)
      order by 1 limit p_keys
    )
    order by 1 limit p_keys
  );
end;
$$;

comment on function calendar_sync.keys_after(uuid, uuid, integer) is
  'The next obligations of a calendar in the order of their ids: those of its user and those with an event. p_after null: from the first.';

create function calendar_sync.deadline_for(p_obligation_id uuid, p_user_id uuid) returns calendar_sync.deadline
language plpgsql stable security definer set search_path = ''
as $$
begin
  return (
    select row (candidate.*)::calendar_sync.deadline
    from (
      -- OFFSET: as in calendar_sync.compare.
      select every_recipient.* from calendar_sync.deadlines as every_recipient
      where every_recipient.obligation_id = p_obligation_id offset 0
    ) as candidate
    where candidate.recipient_id = p_user_id
  );
end;
$$;

comment on function calendar_sync.deadline_for(uuid, uuid) is 'An obligation as this user sees it; null where it is not the user''s.';

-- The safety stop: a calendar that is about to lose many events at once asks first. Due jobs are looked at in the order in which they
-- will be claimed. What was written a moment ago settles first: what is deleted in one go right after a bulk sync comes due in
-- portions, and is one go all the same. Every event of a calendar is looked at, so no text of an obligation is read.
create function calendar_sync.count_deletions(p_integration_id uuid, p_due_jobs integer default null) returns integer
language plpgsql stable security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off set plan_cache_mode = force_generic_plan
as $$
declare
  v_integration public.calendar_integrations;
  v_settings jsonb;
  v_completed_events text;
  v_types text[];
  v_ids uuid[];
begin
  select * into v_integration from public.calendar_integrations where id = p_integration_id;
  v_settings := calendar_sync.complete_settings(v_integration.settings);
  v_completed_events := v_settings ->> 'completed_events';
  v_types := calendar_sync.texts_of(v_settings -> 'obligation_types');
  if p_due_jobs is null then
    v_ids := array(select obligation_id from public.calendar_event_mappings where integration_id = p_integration_id);
  else
    v_ids := array(
      select due.obligation_id from (
        select job.obligation_id from calendar_sync.jobs as job
        where job.integration_id = p_integration_id and job.kind = 'event' and job.failed_at is null
          and job.run_at <= now() + calendar_sync.settling_time()
        order by job.priority, job.run_at limit p_due_jobs
      ) as due
      -- OFFSET: as in calendar_sync.compare.
      cross join lateral (
        select from public.calendar_event_mappings as mapping
        where mapping.integration_id = p_integration_id and mapping.obligation_id = due.obligation_id offset 0
      ) as shown
    );
  end if;
  return (
    select count(*)::integer
    from unnest(v_ids) as each (id)
    left join lateral (
      select calendar_sync.is_to_be_shown(candidate.status, candidate.deadline_date, candidate.deadline_at,
        candidate.obligation_type, v_completed_events, v_types) as is_wanted
      from (
        select every_recipient.recipient_id, every_recipient.status, every_recipient.deadline_date, every_recipient.deadline_at,
          every_recipient.obligation_type
        from calendar_sync.deadlines as every_recipient where every_recipient.obligation_id = each.id offset 0
      ) as candidate
      where candidate.recipient_id = v_integration.user_id
    ) as found on true
    where v_integration.status = 'disconnecting' or not coalesce(found.is_wanted, false) or exists (
      select from calendar_sync.edits as known
      where known.integration_id = p_integration_id and known.obligation_id = each.id and known.is_hidden
        and calendar_sync.edit_holds(known, calendar_sync.deadline_for(each.id, v_integration.user_id))
    )
  );
end;
$$;

comment on function calendar_sync.count_deletions(uuid, integer) is
  'How many events of a calendar have to go; where p_due_jobs is given, how many of its next so many due jobs would delete one.';

-- Counts everything when a scan begins, else what is due.
create function calendar_sync.stop_mass_deletion(p_integration_id uuid, p_scan_begins boolean) returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_options calendar_sync.options;
  v_lane calendar_sync.lanes;
  v_events integer;
  v_allowed integer;
  v_deletions integer;
begin
  select * into v_lane from calendar_sync.lanes where integration_id = p_integration_id;
  if v_lane.deletions_agreed then
    update calendar_sync.lanes
    set deletions_agreed = false, deletions_allowed = calendar_sync.count_deletions(p_integration_id)
    where integration_id = p_integration_id;
    return false;
  end if;
  select * into v_options from calendar_sync.options;
  select count(*) into v_events from public.calendar_event_mappings where integration_id = p_integration_id;
  v_allowed := greatest(
    v_options.deletions_free, floor(v_options.deletions_share * v_events)::integer, v_lane.deletions_allowed);
  if v_events <= v_allowed then
    return false;
  end if;
  if not p_scan_begins and calendar_sync.count_deletions(p_integration_id, v_events) <= v_allowed then
    return false;
  end if;
  v_deletions := calendar_sync.count_deletions(p_integration_id);
  if v_deletions <= v_allowed then
    return false;
  end if;
  perform calendar_sync.act_as('worker');
  update public.calendar_integrations
  set status = 'paused', last_error = jsonb_build_object(
    'code', 'mass_deletion',
    'message', format('%s of %s events would be deleted at once, so nothing is changed. Confirm that they shall go, or restore the obligations and choose Sync now.', v_deletions, v_events),
    'details', jsonb_build_object('deletions', v_deletions, 'events', v_events))
  where id = p_integration_id;
  return true;
end;
$$;

comment on function calendar_sync.stop_mass_deletion(uuid, boolean) is
  'Pauses a calendar that is about to lose more events than calendar_sync.options lets go without a question, and says so.';

create function calendar_sync.allow_deletions(p_integration_id uuid) returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_deletions integer;
begin
  perform from public.calendar_integrations where id = p_integration_id for no key update;
  v_deletions := calendar_sync.count_deletions(p_integration_id);
  update calendar_sync.lanes set deletions_allowed = v_deletions where integration_id = p_integration_id;
  update public.calendar_integrations set status = 'active', last_error = null
  where id = p_integration_id and status = 'paused' and last_error ->> 'code' = 'mass_deletion';
  return v_deletions;
end;
$$;

comment on function calendar_sync.allow_deletions(uuid) is
  'Lets a calendar go on that was stopped because many events would be deleted: so many as would be now.';
