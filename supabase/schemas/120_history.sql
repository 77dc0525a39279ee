-- History: which deadline stood in which calendar, as which date, from when to when. A period is written when an outcome is recorded,
-- so it outlives the activity, the obligation, the connection and the user. The rows without an obligation are periods in which
-- changes did not reach a calendar.

create table calendar_sync.history (
  id bigint generated always as identity primary key,
  user_id uuid not null,
  integration_id uuid not null,
  provider text not null,
  account_email text,
  calendar_id text,
  calendar_name text,
  obligation_id uuid,
  event_id text,
  title text,
  due text,
  in_calendar boolean not null,
  reason text,
  from_at timestamptz not null,
  began_with text not null,
  began_by text,
  began_request_id text,
  until_at timestamptz,
  ended_with text,
  ended_by text,
  ended_request_id text,
  check ((until_at is null) = (ended_with is null))
);

comment on table calendar_sync.history is
  'Periods in which a deadline stood in a calendar, or was refused by it. Kept for good; calendar_sync.forget_activity takes out what is personal.';
comment on column calendar_sync.history.obligation_id is 'Null: a period in which changes did not reach the calendar.';
comment on column calendar_sync.history.due is 'The deadline as the event showed it: a date, or an instant in UTC.';
comment on column calendar_sync.history.in_calendar is 'False: it was refused, or its user hid it.';
comment on column calendar_sync.history.reason is
  'Why it was refused, or why changes did not reach the calendar; moved_by_user, hidden_by_user: what its user did to the event.';
comment on column calendar_sync.history.began_with is 'The action that began the period, with its reason.';
comment on column calendar_sync.history.began_by is 'Who or what caused it, as calendar_sync.activity.caused_by.';
comment on column calendar_sync.history.began_request_id is 'The request that led to it.';

create unique index history_open_idx on calendar_sync.history (integration_id, obligation_id) nulls not distinct where until_at is null;
create index history_obligation_idx on calendar_sync.history (obligation_id) where obligation_id is not null;
create index history_obstacles_idx on calendar_sync.history (integration_id) where obligation_id is null;
create index history_user_idx on calendar_sync.history (user_id);
alter table calendar_sync.history enable row level security;

create function calendar_sync.in_words(p_word text, p_reason text) returns text
language sql immutable security invoker set search_path = ''
as $$ select p_word || coalesce(': ' || p_reason, '') $$;

comment on function calendar_sync.in_words(text, text) is 'An action or a state with its reason, such as "paused: mass_deletion".';

create function calendar_sync.obstacle_of(integration public.calendar_integrations) returns text
language sql immutable security invoker set search_path = ''
as $$
  select nullif(concat_ws('; ',
    case integration.status
      when 'active' then null
      when 'disconnected' then calendar_sync.in_words('grant_lost', integration.last_error ->> 'code')
      when 'paused' then calendar_sync.in_words('paused', integration.last_error ->> 'code')
      else integration.status
    end,
    case when not integration.sync_enabled then 'switched_off' end
  ), '')
$$;

comment on function calendar_sync.obstacle_of(public.calendar_integrations) is 'Why changes do not reach a calendar; null: they do.';

create function calendar_sync.record_history(
  p_integration public.calendar_integrations, p_outcomes calendar_sync.outcome[]
) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_now constant timestamptz := clock_timestamp();
  v_caused_by constant text := calendar_sync.caused_by();
  v_request_id constant text := calendar_sync.request_id();
begin
  update calendar_sync.history as period
  set until_at = v_now, ended_with = o.word,
    ended_by = coalesce(o.cause ->> 'by', v_caused_by), ended_request_id = coalesce(o.cause ->> 'request_id', v_request_id)
  -- As calendar_sync.in_words, without a call for each row.
  from (
    select told.*, told.action || case when told.kind = 'failed' then coalesce(': ' || told.error, '') else '' end as word
    from unnest(p_outcomes) as told
  ) as o
  -- As in calendar_sync.record_events.
  cross join lateral (
    select open.ctid as place from calendar_sync.history as open
    where open.integration_id = p_integration.id and open.obligation_id = o.obligation_id and open.until_at is null offset 0
  ) as its
  where period.ctid = its.place
    and not (o.kind = 'failed' and period.reason is not distinct from o.word);
  insert into calendar_sync.history (user_id, integration_id, provider, account_email, calendar_id, calendar_name, obligation_id,
    event_id, title, due, in_calendar, reason, from_at, began_with, began_by, began_request_id)
  select coalesce(p_integration.user_id, p_integration.deleted_user_id), p_integration.id, p_integration.provider,
    p_integration.account_email, place.calendar_id,
    case when place.calendar_id = p_integration.calendar_id then p_integration.calendar_name end, o.obligation_id, coalesce(o.event_id, mapping.external_event_id), coalesce(o.title, last.title),
    coalesce(calendar_sync.due_as_shown(o.due), last.due), o.kind = 'synced' or mapping.id is not null,
    case when o.kind = 'failed' then o.word
      -- Where nothing was written, as of adopted and recovered ones, the event stands where its user left it.
      when coalesce(o.is_kept, exists (
        select from calendar_sync.edits as edit
        where edit.integration_id = p_integration.id and edit.obligation_id = o.obligation_id and edit.seen is not null
          and calendar_sync.due_of(calendar_sync.shown_deadline(edit.seen)) is distinct from edit.due
      )) then 'moved_by_user'
    end, v_now, o.word,
    coalesce(o.cause ->> 'by', v_caused_by), coalesce(o.cause ->> 'request_id', v_request_id)
  from (
    select told.*, told.action || case when told.kind = 'failed' then coalesce(': ' || told.error, '') else '' end as word
    from unnest(p_outcomes) as told
  ) as o
  left join lateral (
    select known.* from public.calendar_event_mappings as known
    where o.kind = 'failed' and known.integration_id = p_integration.id and known.obligation_id = o.obligation_id offset 0
  ) as mapping on true
  -- Another one may have been chosen meanwhile.
  cross join lateral (
    select coalesce(o.calendar_id, mapping.calendar_id, p_integration.calendar_id) as calendar_id
  ) as place
  left join lateral (
    -- What the event shows that could not be changed, or that was adopted.
    select earlier.title, earlier.due from calendar_sync.history as earlier
    where o.action <> 'created' and o.due is null and earlier.obligation_id = o.obligation_id
      and earlier.integration_id = p_integration.id and earlier.in_calendar
    order by earlier.from_at desc limit 1
  ) as last on o.kind = 'synced' or mapping.id is not null
  where o.kind in ('synced', 'failed')
  on conflict (integration_id, obligation_id) where until_at is null do nothing;
end;
$$;

comment on function calendar_sync.record_history(public.calendar_integrations, calendar_sync.outcome[]) is
  'Ends the periods of these obligations and begins new ones: synced with an action, failed with the action rejected or given_up, removed.';

create function calendar_sync.begin_absences(p_integration public.calendar_integrations) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  insert into calendar_sync.history (user_id, integration_id, provider, account_email, calendar_id, calendar_name, obligation_id,
    title, due, in_calendar, reason, from_at, began_with, began_by, began_request_id)
  select p_integration.user_id, p_integration.id, p_integration.provider, p_integration.account_email, p_integration.calendar_id,
    p_integration.calendar_name, edit.obligation_id, deadline.title,
    calendar_sync.due_text(deadline.deadline_date, deadline.deadline_at), false, 'hidden_by_user', clock_timestamp(), 'connected',
    calendar_sync.caused_by(), calendar_sync.request_id()
  from calendar_sync.edits as edit
  cross join lateral calendar_sync.deadline_for(edit.obligation_id, p_integration.user_id) as deadline
  where edit.integration_id = p_integration.id and edit.is_hidden and deadline.obligation_id is not null
    and calendar_sync.edit_holds(edit, deadline)
  on conflict (integration_id, obligation_id) where until_at is null do nothing;
end;
$$;

comment on function calendar_sync.begin_absences(public.calendar_integrations) is
  'Begins the periods of what its user hid, where a calendar that was disconnected is connected again.';

create function calendar_sync.end_absences(p_integration public.calendar_integrations, p_outcomes calendar_sync.outcome[]) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_now constant timestamptz := clock_timestamp();
  v_caused_by constant text := calendar_sync.caused_by();
  v_request_id constant text := calendar_sync.request_id();
  v_ended uuid[];
begin
  -- What its user hid stays so while the deadline is the same. The rest of the edit stays: the original may still return.
  with ended as (
    update calendar_sync.edits as edit set is_hidden = false
    from unnest(p_outcomes) as o
    where o.kind = 'removed' and o.action is null
      and edit.integration_id = p_integration.id and edit.obligation_id = o.obligation_id and edit.is_hidden
      and not calendar_sync.edit_holds(edit, calendar_sync.deadline_for(o.obligation_id, p_integration.user_id))
    returning edit.obligation_id
  )
  select array_agg(ended.obligation_id) into v_ended from ended;
  if v_ended is not null then
    perform calendar_sync.end_edit_notices(p_integration, array['deadline_hidden'], v_ended);
  end if;
  update calendar_sync.history as period
  set until_at = v_now, ended_with = 'removed',
    ended_by = coalesce(o.cause ->> 'by', v_caused_by), ended_request_id = coalesce(o.cause ->> 'request_id', v_request_id)
  from unnest(p_outcomes) as o
  -- As in calendar_sync.record_events.
  cross join lateral (
    select open.ctid as place from calendar_sync.history as open
    where open.integration_id = p_integration.id and open.obligation_id = o.obligation_id and open.until_at is null
      and not open.in_calendar offset 0
  ) as its
  where o.kind = 'removed' and o.action is null and period.ctid = its.place
    and not exists (
      select from calendar_sync.edits as known
      where known.integration_id = p_integration.id and known.obligation_id = o.obligation_id and known.is_hidden
    );
end;
$$;

comment on function calendar_sync.end_absences(public.calendar_integrations, calendar_sync.outcome[]) is
  'Ends the periods in which deadlines were wanted and absent, and what their users hid with its notices: removed without an action, since nothing was there.';
