-- Evidence: from when to when was this deadline, as which date, in whose calendar? Made of calendar_sync.activity, so it is
-- there when the obligation, the connection and the user are gone; what is older than activity is kept for comes from the
-- mappings, as far as they know.

create function calendar_sync.evidence_for(p_obligation_id uuid, p_user_id uuid)
returns table (
  user_id uuid, account_email text, provider text, integration_id uuid, calendar_id text, calendar_name text,
  in_calendar boolean, event_id text, title text, due text, from_at timestamptz, since_before boolean, until_at timestamptz,
  reason text, began_with text, began_by text, began_request_id text, ended_with text, ended_by text, ended_request_id text
)
language plpgsql stable security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set plan_cache_mode = force_generic_plan
as $$
declare
  v_changes_max constant integer := 10000;
  v_deadlines calendar_sync.deadline[];
  v_ids uuid[];
  v_user_ids uuid[];
  v_providers text[];
begin
  select array_agg(row (deadline.*)::calendar_sync.deadline) into v_deadlines
  from calendar_sync.deadlines as deadline
  where deadline.obligation_id = p_obligation_id and (p_user_id is null or deadline.recipient_id = p_user_id);
  select array_agg(calendar.id), array_agg(calendar.user_id), array_agg(calendar.provider)
  into v_ids, v_user_ids, v_providers
  from (
    select change.integration_id as id, change.user_id, change.provider from calendar_sync.activity as change
    where change.obligation_id = p_obligation_id and (p_user_id is null or change.user_id = p_user_id)
    union
    select integration.id, integration.user_id, integration.provider from public.calendar_integrations as integration
    where integration.user_id = any (array(select deadline.recipient_id from unnest(v_deadlines) as deadline) || p_user_id)
      and integration.status <> 'pending_confirmation'
  ) as calendar;
  return query
  with name as materialized (
    select * from calendar_sync.names_of_calendars(v_ids)
  ), period as materialized (
    select each.*, integration.id is null or mapping.id is null as is_untracked,
      case when integration.id is not null then calendar_sync.hold_of(integration) end as present_hold,
      integration.calendar_id as present_calendar_id, mapping.created_at < each.from_at as was_there_before
    from calendar_sync.periods(p_obligation_id, v_ids, v_deadlines, v_changes_max) as each
    left join public.calendar_integrations as integration on integration.id = each.integration_id
    left join public.calendar_event_mappings as mapping
      on mapping.integration_id = each.integration_id and mapping.obligation_id = p_obligation_id
  ), line as (
    select period.integration_id, period.calendar_id, period.in_calendar, period.event_id, period.title, period.due,
      nullif(period.from_at, '-infinity') as from_at,
      period.began_with = 'before' and (period.from_at = '-infinity' or period.was_there_before) as since_before,
      period.until_at,
      case
        when period.until_at is not null then period.hold
        when period.in_calendar and period.is_untracked then 'not_tracked'
        else coalesce(period.hold, period.present_hold)
      end as reason,
      period.began_with, period.began_by, period.began_request_id, period.ended_with, period.ended_by, period.ended_request_id
    from period
    union all
    -- Wanted now, and neither there nor refused.
    select integration.id, integration.calendar_id, false, null, deadline.title,
      calendar_sync.due_text(deadline.deadline_date, deadline.deadline_at), job.created_at, job.obligation_id is null, null,
      coalesce(calendar_sync.hold_of(integration), 'waiting'), null, null, null, null, null, null
    from unnest(v_deadlines) as deadline
    join public.calendar_integrations as integration on integration.user_id = deadline.recipient_id
    left join calendar_sync.jobs as job on job.integration_id = integration.id and job.obligation_id = p_obligation_id
    where integration.status not in ('pending_confirmation', 'disconnecting')
      and calendar_sync.is_shown(row (deadline.*)::calendar_sync.deadline, integration.settings ->> 'completed_events')
      and not exists (
        select from period where period.integration_id = integration.id and period.until_at is null
      )
  )
  select owner.user_id, account.email, owner.provider, line.integration_id, line.calendar_id, calendar.calendar_name,
    line.in_calendar, line.event_id, coalesce(line.title, wanted.title), coalesce(line.due, wanted.due), line.from_at,
    coalesce(line.since_before, false), line.until_at, line.reason, line.began_with, line.began_by, line.began_request_id,
    line.ended_with, line.ended_by, line.ended_request_id
  from line
  join unnest(v_ids, v_user_ids, v_providers) as owner (integration_id, user_id, provider)
    on owner.integration_id = line.integration_id
  left join lateral (
    select max(name.account_email) as email from name where name.integration_id = line.integration_id
  ) as account on true
  left join name as calendar on calendar.integration_id = line.integration_id and calendar.calendar_id = line.calendar_id
  -- What is refused at present is the deadline as it is.
  left join lateral (
    select deadline.title, calendar_sync.due_text(deadline.deadline_date, deadline.deadline_at) as due
    from unnest(v_deadlines) as deadline
    where deadline.recipient_id = owner.user_id and line.until_at is null and not line.in_calendar
  ) as wanted on true
  order by line.from_at nulls first, line.integration_id;
end;
$$;

comment on function calendar_sync.evidence_for(uuid, uuid) is
  'calendar_sync.evidence, of this user''s calendars alone where p_user_id is given. Made of the newest 10,000 changes.';

create function calendar_sync.evidence(p_obligation_id uuid)
returns table (
  user_id uuid, account_email text, provider text, integration_id uuid, calendar_id text, calendar_name text,
  in_calendar boolean, event_id text, title text, due text, from_at timestamptz, since_before boolean, until_at timestamptz,
  reason text, began_with text, began_by text, began_request_id text, ended_with text, ended_by text, ended_request_id text
)
language sql stable security definer set search_path = ''
as $$ select * from calendar_sync.evidence_for(p_obligation_id, null) $$;

comment on function calendar_sync.evidence(uuid) is
  'From when to when was this deadline, as which date, in whose calendar? A row a period: in_calendar false where it was wanted and not there; reason: why it was not, or why changes did not reach the event; since_before: it was so before from_at already; until_at null: still. For administrators; the dashboard exports the result as CSV.';
grant execute on function calendar_sync.evidence(uuid) to service_role;

create function calendar_sync.own_evidence(p_obligation_id uuid) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_user_id constant uuid := (select auth.uid());
  v_periods jsonb;
begin
  if v_user_id is null then
    return null;
  end if;
  select jsonb_agg(to_jsonb(period) - 'user_id' || jsonb_build_object(
    'began_by', calendar_sync.cause_for(period.began_by, v_user_id),
    'ended_by', calendar_sync.cause_for(period.ended_by, v_user_id)
  ) order by period.from_at nulls first, period.integration_id) into v_periods
  from calendar_sync.evidence_for(p_obligation_id, v_user_id) as period;
  if v_periods is null and not exists (
    select from calendar_sync.deadlines as deadline
    where deadline.obligation_id = p_obligation_id and deadline.recipient_id = v_user_id
  ) then
    return null;
  end if;
  return jsonb_build_object('obligation_id', p_obligation_id, 'periods', coalesce(v_periods, '[]'));
end;
$$;

comment on function calendar_sync.own_evidence(uuid) is
  'calendar_sync.evidence of the caller''s own calendars, and of causes what is the caller''s business. Null where the caller never had such an obligation.';
grant execute on function calendar_sync.own_evidence(uuid) to authenticated;

create function public.calendar_evidence(p_obligation_id uuid) returns jsonb
language sql stable security invoker set search_path = ''
as $$ select calendar_sync.own_evidence(p_obligation_id) $$;

comment on function public.calendar_evidence(uuid) is
  'From when to when an obligation was in the caller''s calendars, as which deadline. Null where the caller never had such an obligation.';

revoke execute on function public.calendar_evidence(uuid) from public, anon, authenticated, service_role;
grant execute on function public.calendar_evidence(uuid) to authenticated;
