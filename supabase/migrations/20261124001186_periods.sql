-- What calendar_sync.evidence is made of: moments at which something was noted, and the periods between them.
--
-- Most of what a question takes is planning for a partition a day: the plans are generic, so that a session makes them once.

create function calendar_sync.state_in_words(p_word text, p_reason text) returns text
language sql immutable security invoker set search_path = ''
as $$ select p_word || coalesce(': ' || p_reason, '') $$;

comment on function calendar_sync.state_in_words(text, text) is 'An action or a state with its reason, such as "paused: mass_deletion".';

create function calendar_sync.hold_of(integration public.calendar_integrations) returns text
language sql immutable security invoker set search_path = ''
as $$
  select nullif(concat_ws('; ',
    case integration.status
      when 'active' then null
      when 'disconnected' then calendar_sync.state_in_words('grant_lost', integration.last_error ->> 'code')
      when 'paused' then calendar_sync.state_in_words('paused', integration.last_error ->> 'code')
      else integration.status
    end,
    case when not integration.sync_enabled then 'switched_off' end
  ), '')
$$;

comment on function calendar_sync.hold_of(public.calendar_integrations) is 'Why changes do not reach a calendar at present; null: they do.';

create function calendar_sync.names_of_calendars(p_integration_ids uuid[])
returns table (integration_id uuid, account_email text, calendar_id text, calendar_name text)
language plpgsql stable security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set plan_cache_mode = force_generic_plan
as $$
begin
  return query
  with told as materialized (
    select event.at, event.integration_id, event.calendar_id, event.details
    from calendar_sync.activity as event
    where event.integration_id = any (p_integration_ids) and event.obligation_id is null and event.details is not null
  ), name as (
    select told.at, told.integration_id, told.calendar_id as id, told.details ->> 'calendar_name' as name from told
    union all
    select told.at, told.integration_id, told.details ->> 'calendar_id_before', told.details ->> 'calendar_before' from told
    union all
    select 'infinity', integration.id, integration.calendar_id, integration.calendar_name
    from public.calendar_integrations as integration where integration.id = any (p_integration_ids)
  ), newest as (
    select distinct on (name.integration_id, name.id) name.integration_id, name.id, name.name
    from name where name.name is not null order by name.integration_id, name.id, name.at desc
  )
  select given.id, coalesce(integration.account_email, (
    select told.details ->> 'account_email' from told
    where told.integration_id = given.id and told.details ? 'account_email' order by told.at desc limit 1
  )), newest.id, newest.name
  from unnest(p_integration_ids) as given (id)
  left join public.calendar_integrations as integration on integration.id = given.id
  left join newest on newest.integration_id = given.id;
end;
$$;

comment on function calendar_sync.names_of_calendars(uuid[]) is
  'Whose accounts these integrations are or were, and what their calendars are or were called.';

-- What is kept may begin in the middle: where the first thing said of an event is that it was changed or removed, it was there
-- before, since nobody knows when (-infinity); where nothing is said of one at all, its mapping knows when it was last written.
create function calendar_sync.moments(
  p_obligation_id uuid, p_integration_ids uuid[], p_deadlines calendar_sync.deadline[], p_changes_max integer
) returns table (
  integration_id uuid, at timestamptz, action text, reason text, caused_by text, request_id text, calendar_id text,
  event_id text, title text, due text, is_change boolean
)
language plpgsql stable security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set plan_cache_mode = force_generic_plan
as $$
begin
  return query
  with change as materialized (
    select each.* from calendar_sync.activity as each
    where each.obligation_id = p_obligation_id and each.integration_id = any (p_integration_ids)
    order by each.at desc limit p_changes_max
  ), first as (
    select distinct on (change.integration_id) change.integration_id, change.action, change.calendar_id, change.event_id
    from change where change.action not in ('rejected', 'given_up')
    order by change.integration_id, change.at
  )
  select change.integration_id, change.at, change.action, change.reason, change.caused_by, change.request_id,
    change.calendar_id, change.event_id, change.title, calendar_sync.due_as_shown(change.due), true
  from change
  union all
  select first.integration_id, '-infinity', 'before', null, null, null, first.calendar_id, first.event_id, null, null, true
  from first where first.action in ('updated', 'moved', 'removed')
  union all
  select mapping.integration_id, mapping.synced_at, 'before', null, null, null, mapping.calendar_id,
    mapping.external_event_id, deadline.title, calendar_sync.due_text(deadline.deadline_date, deadline.deadline_at), true
  from unnest(p_integration_ids) as given (id)
  join public.calendar_event_mappings as mapping on mapping.integration_id = given.id and mapping.obligation_id = p_obligation_id
  join public.calendar_integrations as integration on integration.id = mapping.integration_id
  -- The event is as the deadline is now, if that is what was last sent.
  left join unnest(p_deadlines) as deadline on deadline.recipient_id = integration.user_id
    and calendar_sync.deadline_hash(row (deadline.*)::calendar_sync.deadline, integration.settings ->> 'completed_events')
      = mapping.deadline_hash
  where mapping.integration_id not in (select first.integration_id from first)
  union all
  select event.integration_id, event.at, event.action, event.reason, event.caused_by, event.request_id, null, null, null, null, false
  from calendar_sync.activity as event
  where event.integration_id = any (p_integration_ids) and event.obligation_id is null;
end;
$$;

comment on function calendar_sync.moments(uuid, uuid[], calendar_sync.deadline[], integer) is
  'What was done to an obligation''s event in these calendars, the newest p_changes_max changes, and what happened to their connections meanwhile.';

create function calendar_sync.periods(
  p_obligation_id uuid, p_integration_ids uuid[], p_deadlines calendar_sync.deadline[], p_changes_max integer
) returns table (
  integration_id uuid, in_calendar boolean, hold text, calendar_id text, event_id text, title text, due text,
  from_at timestamptz, began_with text, began_by text, began_request_id text,
  until_at timestamptz, ended_with text, ended_by text, ended_request_id text
)
language plpgsql stable security definer set search_path = ''
as $$
begin
  return query
  with moment as materialized (
    select * from calendar_sync.moments(p_obligation_id, p_integration_ids, p_deadlines, p_changes_max)
  ), since as (
    select moment.*,
      max(moment.at) filter (where moment.action in ('before', 'created', 'updated', 'moved', 'adopted')) over past as shown_at,
      max(moment.at) filter (where moment.action in ('removed', 'disconnected')) over past as gone_at,
      max(moment.at) filter (where moment.action in ('rejected', 'given_up')) over past as refused_at,
      max(moment.at) filter (where moment.action in ('paused', 'grant_lost', 'disconnecting')) over past as held_at,
      max(moment.at) filter (where moment.action in ('connected', 'reconnected', 'resumed', 'disconnected')) over past as freed_at,
      max(moment.at) filter (where moment.action = 'switched_off') over past as off_at,
      max(moment.at) filter (where moment.action in ('connected', 'switched_on', 'disconnected')) over past as on_at
    from moment
    window past as (partition by moment.integration_id order by moment.at rows unbounded preceding)
  ), state as (
    select since.*,
      since.shown_at is not null and (since.gone_at is null or since.gone_at < since.shown_at) as is_there,
      case when since.refused_at > coalesce(greatest(since.shown_at, since.gone_at), '-infinity') then since.refused_at end as refusal,
      case when since.held_at > coalesce(since.freed_at, '-infinity') then since.held_at end as holding,
      since.off_at > coalesce(since.on_at, '-infinity') as is_off
    from since
  ), told as (
    select state.*, state.is_there or state.refusal is not null as is_told, nullif(concat_ws('; ',
        calendar_sync.state_in_words(refused.action, refused.reason), calendar_sync.state_in_words(held.action, held.reason),
        case when state.is_off then 'switched_off' end), '') as hold
    from state
    left join moment as refused on refused.integration_id = state.integration_id and refused.at = state.refusal
      and refused.action in ('rejected', 'given_up')
    left join moment as held on held.integration_id = state.integration_id and held.at = state.holding
      and held.action in ('paused', 'grant_lost', 'disconnecting')
  ), turn as (
    select told.*, case when told.is_told then jsonb_build_array(told.is_there, told.hold,
      case when told.is_there then told.shown_at end) else '[]' end as said
    from told
  ), compared as (
    select turn.*, lag(turn.said) over (partition by turn.integration_id order by turn.at) as said_before from turn
  ), period as (
    select compared.*,
      lead(compared.at) over next as until_at,
      calendar_sync.state_in_words(lead(compared.action) over next, lead(compared.reason) over next) as ended_with,
      lead(compared.caused_by) over next as ended_by,
      lead(compared.request_id) over next as ended_request_id
    from compared where compared.said is distinct from compared.said_before
    window next as (partition by compared.integration_id order by compared.at)
  )
  select period.integration_id, period.is_there, period.hold,
    coalesce(shown.calendar_id, period.calendar_id), shown.event_id,
    coalesce(shown.title, earlier.title), coalesce(shown.due, earlier.due),
    period.at, calendar_sync.state_in_words(period.action, period.reason), period.caused_by, period.request_id,
    period.until_at, period.ended_with, period.ended_by, period.ended_request_id
  from period
  left join moment as shown on period.is_there and shown.integration_id = period.integration_id and shown.at = period.shown_at
    and shown.action in ('before', 'created', 'updated', 'moved', 'adopted')
  -- What was adopted is as it was left, perhaps through another connection to the same account.
  left join lateral (
    select before.title, before.due from moment as before
    where shown.action = 'adopted' and before.event_id = shown.event_id and before.at < shown.at and before.title is not null
    order by before.at desc limit 1
  ) as earlier on true
  where period.is_told;
end;
$$;

comment on function calendar_sync.periods(uuid, uuid[], calendar_sync.deadline[], integer) is
  'From when to when an obligation''s event was in each of these calendars, or was refused by it. hold: why changes did not reach it then.';
