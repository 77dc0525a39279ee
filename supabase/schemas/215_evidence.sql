-- Evidence: from when to when was this deadline, as which date, in whose calendar? The periods of an event, cut where changes began or
-- ceased to reach its calendar.

create function calendar_sync.evidence(p_obligation_id uuid, p_user_id uuid default null)
returns table (
  user_id uuid, account_email text, provider text, integration_id uuid, calendar_id text, calendar_name text,
  in_calendar boolean, event_id text, title text, due text, from_at timestamptz, until_at timestamptz,
  reason text, began_with text, began_by text, began_request_id text, ended_with text, ended_by text, ended_request_id text
)
language plpgsql stable security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
begin
  return query
  with event as materialized (
    select * from calendar_sync.history as period
    where period.obligation_id = p_obligation_id and (p_user_id is null or period.user_id = p_user_id)
  ), obstacle as materialized (
    select period.* from (select distinct event.integration_id from event) as calendar
    join calendar_sync.history as period on period.integration_id = calendar.integration_id and period.obligation_id is null
  ), cut as (
    select event.id, event.from_at as at, 0 as place, event.began_with as word, event.began_by as by, event.began_request_id as request_id
    from event
    union all
    select event.id, edge.at, edge.place, edge.word, edge.by, edge.request_id
    from event
    join obstacle on obstacle.integration_id = event.integration_id
    cross join lateral (values
      (1, obstacle.from_at, obstacle.began_with, obstacle.began_by, obstacle.began_request_id),
      (2, obstacle.until_at, obstacle.ended_with, obstacle.ended_by, obstacle.ended_request_id)
    ) as edge (place, at, word, by, request_id)
    where edge.at > event.from_at and (event.until_at is null or edge.at < event.until_at)
  ), part as (
    select each.*, lead(each.at) over later as until_at, lead(each.word) over later as ended_with,
      lead(each.by) over later as ended_by, lead(each.request_id) over later as ended_request_id
    from (select distinct on (cut.id, cut.at) * from cut order by cut.id, cut.at, cut.place) as each
    window later as (partition by each.id order by each.at)
  )
  select event.user_id, event.account_email, event.provider, event.integration_id, event.calendar_id, event.calendar_name,
    event.in_calendar, event.event_id, event.title, event.due, part.at, coalesce(part.until_at, event.until_at), nullif(concat_ws('; ',
      event.reason,
      (
        select obstacle.reason from obstacle
        where obstacle.integration_id = event.integration_id and obstacle.from_at <= part.at
          and (obstacle.until_at is null or obstacle.until_at > part.at)
      ),
      case when event.in_calendar and event.until_at is null and part.until_at is null and not exists (
        select from public.calendar_event_mappings as mapping
        where mapping.integration_id = event.integration_id and mapping.obligation_id = p_obligation_id
      ) then 'not_tracked' end
    ), ''),
    part.word, part.by, part.request_id, coalesce(part.ended_with, event.ended_with), coalesce(part.ended_by, event.ended_by),
    coalesce(part.ended_request_id, event.ended_request_id)
  from part join event on event.id = part.id
  union all
  -- Wanted now, and neither there nor refused.
  select integration.user_id, integration.account_email, integration.provider, integration.id, integration.calendar_id,
    integration.calendar_name, false, null, (found.deadline).title,
    calendar_sync.due_text((found.deadline).deadline_date, (found.deadline).deadline_at), coalesce(job.created_at, (
      select min(change.created_at) from calendar_sync.changes as change
      where change.integration_id = integration.id and coalesce(change.obligation_id = p_obligation_id, true)
    )), null, coalesce(calendar_sync.obstacle_of(integration), 'waiting'), null, null, null, null, null, null
  from calendar_sync.deadlines as deadline
  join public.calendar_integrations as integration on integration.user_id = deadline.recipient_id and integration.removed_at is null
  cross join lateral calendar_sync.compare(integration.id, array[p_obligation_id]) as found
  left join calendar_sync.jobs as job
    on job.integration_id = integration.id and job.obligation_id = p_obligation_id and job.kind = 'event'
  where deadline.obligation_id = p_obligation_id and (p_user_id is null or deadline.recipient_id = p_user_id) and found.is_wanted
    and not exists (select from event where event.integration_id = integration.id and event.until_at is null)
  order by 11 nulls first, 4;
end;
$$;

comment on function calendar_sync.evidence(uuid, uuid) is
  'From when to when was this deadline, as which date, in whose calendar? A row for each period; of this user''s calendars alone where p_user_id is given. in_calendar false: it was wanted and not there. reason: why it was not, or why changes did not reach the event. until_at null: still. For administrators; the dashboard exports the result as CSV.';
grant execute on function calendar_sync.evidence(uuid, uuid) to service_role;

create function calendar_sync.own_evidence(p_obligation_id uuid) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id constant uuid := calendar_sync.count_own_call();
  v_periods jsonb;
begin
  if v_user_id is null then
    return null;
  end if;
  select jsonb_agg(to_jsonb(period) - 'user_id' || jsonb_build_object(
    'began_by', calendar_sync.cause_for(period.began_by, v_user_id),
    'ended_by', calendar_sync.cause_for(period.ended_by, v_user_id)
  ) order by period.from_at nulls first, period.integration_id) into v_periods
  from calendar_sync.evidence(p_obligation_id, v_user_id) as period;
  if v_periods is null and (calendar_sync.deadline_for(p_obligation_id, v_user_id)).obligation_id is null then
    return null;
  end if;
  return jsonb_build_object('obligation_id', p_obligation_id, 'periods', coalesce(v_periods, '[]'));
end;
$$;

comment on function calendar_sync.own_evidence(uuid) is
  'calendar_sync.evidence of the caller''s own calendars, with causes as the caller may read them. Null where the caller never had such an obligation.';
grant execute on function calendar_sync.own_evidence(uuid) to authenticated;

create function public.calendar_evidence(p_obligation_id uuid) returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select calendar_sync.own_evidence(p_obligation_id) $$;

comment on function public.calendar_evidence(uuid) is
  'From when to when an obligation was in the caller''s calendars, as which deadline. Null where the caller never had such an obligation.';
