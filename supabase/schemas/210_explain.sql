-- Why is this obligation in that calendar, or why not? What failed? Which obligations do I have?

create function calendar_sync.stands_elsewhere(edit calendar_sync.edits, deadline calendar_sync.deadline) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select calendar_sync.normal_when(shown)
  from calendar_sync.shown_deadline(edit.seen) as shown
  where deadline.status <> 'cancelled'
    and calendar_sync.due_of(shown) <> calendar_sync.due_text(deadline.deadline_date, deadline.deadline_at)
$$;

comment on function calendar_sync.stands_elsewhere(calendar_sync.edits, calendar_sync.deadline) is
  'Where an event was moved in its calendar, as proposals show it, while that is not its deadline. Null: it is where it should be, or its deadline is gone.';

create function calendar_sync.explain_own(p_obligation_id uuid) returns jsonb
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_user_id constant uuid := calendar_sync.count_own_call();
  v_deadline calendar_sync.deadline := calendar_sync.deadline_for(p_obligation_id, v_user_id);
begin
  if v_deadline.obligation_id is null and not exists (
    select from public.calendar_integrations as integration
    join public.calendar_event_mappings as mapping on mapping.integration_id = integration.id
    where integration.user_id = v_user_id and integration.removed_at is null and mapping.obligation_id = p_obligation_id
  ) then
    return null;
  end if;
  return jsonb_build_object('obligation_id', p_obligation_id, 'integrations', coalesce((
    select jsonb_agg(jsonb_build_object(
      'integration_id', integration.id,
      'provider', integration.provider,
      'account_email', integration.account_email,
      'calendar_name', integration.calendar_name,
      'in_calendar', found.event_id is not null,
      'event_id', found.event_id,
      'event', calendar_sync.event_place(integration, found.calendar_id, found.event_id),
      'synced_at', found.synced_at,
      'code', case
        when found.event_id is null and v_deadline.obligation_id is null then 'not_yours'
        when found.event_id is null and v_deadline.deadline_date is null and v_deadline.deadline_at is null then 'no_deadline'
        when found.event_id is null and found.is_hidden then 'hidden_by_user'
        when found.event_id is null and not found.is_wanted and integration.status <> 'disconnecting' then case
          when v_deadline.status = 'cancelled'
            or v_deadline.status = 'completed' and calendar_sync.complete_settings(integration.settings) ->> 'completed_events' = 'remove'
          then v_deadline.status
          else 'type_not_chosen'
        end
        when integration.status <> 'active' then integration.status
        when not integration.sync_enabled then 'sync_off'
        when job.failed_at is not null and job.attempts >= calendar_sync.attempts_max() then 'given_up'
        when job.failed_at is not null then 'rejected'
        when job.attempts > 0 then 'retrying'
        when queue.is_queued then 'waiting'
        when found.differs then 'not_noticed'
        else 'synced'
      end,
      'reason', job.last_error,
      'stands', elsewhere.stands,
      'legal', calendar_sync.when_json(v_deadline.deadline_date, v_deadline.deadline_at, v_deadline.time_zone),
      'since', case when found.is_hidden then (found.edit).edited_at else coalesce(job.failed_at, job.created_at,
        -- Not the period of its history: each change of its title begins another one.
        case when elsewhere.stands is not null then (found.edit).edited_at end) end,
      'next_try_at', case when queue.is_tried then nullif(greatest(job.run_at, wait.until, now()), now()) end,
      'waits_for', case when queue.is_tried then case wait.reason
        when 'provider_down' then 'provider' when 'backoff' then 'provider' when 'retry_after' then 'provider_limit'
        when 'quota' then 'quota' when 'project_quota' then 'quota'
      end end,
      'also_in', (
        select coalesce(jsonb_agg(jsonb_build_object(
          'calendar_id', leftover.calendar_id, 'reason', leftover.reason, 'since', leftover.noted_at
        ) order by leftover.noted_at, leftover.calendar_id), '[]')
        from calendar_sync.leftovers as leftover
        where leftover.integration_id = integration.id and leftover.obligation_id = p_obligation_id
      ),
      'last_error', integration.last_error
    ) order by integration.created_at, integration.id)
    from public.calendar_integrations as integration
    join calendar_sync.lanes as lane on lane.integration_id = integration.id
    join calendar_sync.providers as its_provider on its_provider.name = integration.provider
    cross join lateral calendar_sync.wait_of(lane, its_provider) as wait
    cross join lateral calendar_sync.compare(integration.id, array[p_obligation_id]) as found
    cross join lateral (
      select case when found.event_id is not null then calendar_sync.stands_elsewhere(found.edit, v_deadline) end as stands
    ) as elsewhere
    left join calendar_sync.jobs as job
      on job.integration_id = integration.id and job.obligation_id = p_obligation_id and job.kind = 'event'
    left join calendar_sync.jobs as scan
      on scan.integration_id = integration.id and scan.obligation_id is null and scan.kind = 'scan'
    cross join lateral (
      select job.obligation_id is not null
        or scan.kind is not null and coalesce((scan.cursor ->> 'after')::uuid < p_obligation_id, not coalesce(scan.cursor ? 'waits_for', false))
        or exists (
          select from calendar_sync.changes as change
          where change.integration_id = integration.id and change.kind in ('event', 'scan', 'listen')
            and coalesce(change.obligation_id = p_obligation_id, true)
        ) as is_queued
    ) as place
    cross join lateral (
      select place.is_queued, place.is_queued and job.failed_at is null
        and (integration.status = 'active' and integration.sync_enabled or integration.status = 'disconnecting') as is_tried
    ) as queue
    where integration.user_id = v_user_id and integration.removed_at is null
  ), '[]'));
end;
$$;

comment on function calendar_sync.explain_own(uuid) is
  'For each of the caller''s calendars why an obligation is or is not in it. Null where the caller has no such obligation.';
grant execute on function calendar_sync.explain_own(uuid) to authenticated;

create function public.calendar_explain(p_obligation_id uuid) returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select calendar_sync.explain_own(p_obligation_id) $$;

comment on function public.calendar_explain(uuid) is
  'For each of the caller''s calendars why an obligation is or is not in it. Null where the caller has no such obligation.';

create function calendar_sync.own_problems(p_limit integer) returns jsonb
language plpgsql volatile security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  v_user_id constant uuid := calendar_sync.count_own_call();
begin
  return jsonb_build_object(
    'total', (
      select count(*)
      from public.calendar_integrations as integration
      join calendar_sync.jobs as job on job.integration_id = integration.id and job.failed_at is not null
      where integration.user_id = v_user_id
    ),
    'problems', coalesce((
      select jsonb_agg(jsonb_build_object(
        'integration_id', failed.integration_id,
        'provider', failed.provider,
        'account_email', failed.account_email,
        'calendar_name', failed.calendar_name,
        'obligation_id', failed.obligation_id,
        'title', deadline.title,
        'due', calendar_sync.due_text(deadline.deadline_date, deadline.deadline_at),
        'obligation_url', calendar_sync.shown_url(deadline.url),
        'event', calendar_sync.event_place(failed.integration, mapping.calendar_id, mapping.external_event_id),
        'code', case when failed.attempts >= calendar_sync.attempts_max() then 'given_up' else 'rejected' end,
        'reason', failed.last_error,
        'stands', case when mapping.id is not null then calendar_sync.stands_elsewhere(edit, deadline) end,
        'legal', calendar_sync.when_json(deadline.deadline_date, deadline.deadline_at, deadline.time_zone),
        'since', failed.failed_at,
        'attempts', failed.attempts
      ) order by failed.failed_at desc, failed.obligation_id)
      from (
        select integration, integration.provider, integration.account_email, integration.calendar_name, job.*
        from public.calendar_integrations as integration
        cross join lateral (
          select * from calendar_sync.jobs as newest
          where newest.integration_id = integration.id and newest.failed_at is not null
          order by newest.failed_at desc limit p_limit
        ) as job
        where integration.user_id = v_user_id
        order by job.failed_at desc limit p_limit
      ) as failed
      cross join lateral calendar_sync.deadline_for(failed.obligation_id, v_user_id) as deadline
      left join public.calendar_event_mappings as mapping
        on mapping.integration_id = failed.integration_id and mapping.obligation_id = failed.obligation_id
      left join calendar_sync.edits as edit
        on edit.integration_id = failed.integration_id and edit.obligation_id = failed.obligation_id
    ), '[]')
  );
end;
$$;

comment on function calendar_sync.own_problems(integer) is
  'Obligations that were given up or rejected in the caller''s calendars, the newest p_limit, and how many there are in all.';
grant execute on function calendar_sync.own_problems(integer) to authenticated;

create function public.calendar_problems() returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select calendar_sync.own_problems(100) $$;

comment on function public.calendar_problems() is
  'Obligations that were given up or rejected in the caller''s calendars, the newest hundred, and how many there are in all.';

create function calendar_sync.find_own_obligations(p_search text, p_limit integer) returns jsonb
language plpgsql volatile security definer set search_path = '' set enable_seqscan = off set jit = off
as $$
declare
  v_limit_max constant integer := 50;
  v_user_id constant uuid := calendar_sync.count_own_call();
begin
  return (
    select coalesce(jsonb_agg(jsonb_build_object(
      'id', nearest.obligation_id,
      'title', nearest.title,
      'due', calendar_sync.due_text(nearest.deadline_date, nearest.deadline_at),
      'time_zone', nearest.time_zone,
      'status', nearest.status,
      'obligation_type', nearest.obligation_type,
      'url', calendar_sync.shown_url(nearest.url)
    ) order by nearest.distance_s nulls last, nearest.title, nearest.obligation_id), '[]')
    from (
      select deadline.*, abs(
        coalesce(extract(epoch from deadline.deadline_at), extract(epoch from deadline.deadline_date) + 12 * 60 * 60)
          - extract(epoch from now())
      ) as distance_s
      from calendar_sync.deadlines as deadline
      -- ICU: a database's own collation may know the case of ASCII only.
      where deadline.recipient_id = v_user_id
        and strpos(lower(deadline.title collate "und-x-icu"), lower(p_search collate "und-x-icu")) > 0
      order by distance_s nulls last, deadline.title, deadline.obligation_id
      limit least(p_limit, v_limit_max)
    ) as nearest
  );
end;
$$;

comment on function calendar_sync.find_own_obligations(text, integer) is
  'Up to p_limit obligations of the caller (at most 50) whose title contains a text, upper or lower case; the deadline nearest to now comes first.';
grant execute on function calendar_sync.find_own_obligations(text, integer) to authenticated;

create function public.calendar_find_obligations(p_search text default '', p_limit integer default 20) returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select calendar_sync.find_own_obligations(p_search, p_limit) $$;

comment on function public.calendar_find_obligations(text, integer) is
  'Up to p_limit obligations of the caller (at most 50) whose title contains a text, upper or lower case; the deadline nearest to now comes first.';

-- Only types that a feed can be asked for.
create function calendar_sync.own_obligation_types() returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id constant uuid := calendar_sync.count_own_call();
begin
  return (select coalesce(jsonb_agg(own.obligation_type order by own.obligation_type), '[]')
  from (
    select distinct deadline.obligation_type
    from calendar_sync.deadlines as deadline
    where deadline.recipient_id = v_user_id and length(deadline.obligation_type) between 1 and 200
    order by deadline.obligation_type limit 100
  ) as own);
end;
$$;

comment on function calendar_sync.own_obligation_types() is 'Types of the caller''s obligations, sorted, at most a hundred.';
grant execute on function calendar_sync.own_obligation_types() to authenticated;

create function public.calendar_obligation_types() returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select calendar_sync.own_obligation_types() $$;

comment on function public.calendar_obligation_types() is 'Types of the caller''s obligations, sorted, at most a hundred.';
