-- A test event: one event that its user has written into a calendar to see that events arrive there. It goes by itself.
--
-- Towards the provider it is an event like any other, of an obligation that does not exist: the id of the row. So it is written once,
-- however often a write is repeated, and the search for orphans finds one whose row is gone.

create table calendar_sync.test_events (
  integration_id uuid primary key references public.calendar_integrations (id) on delete cascade,
  id uuid not null default gen_random_uuid(),
  starts_at timestamptz not null,
  asked_at timestamptz not null default clock_timestamp(),
  remove_at timestamptz not null,
  calendar_id text,
  event_id text,
  written_at timestamptz,
  refused text,
  check (event_id is null or calendar_id is not null)
);

comment on table calendar_sync.test_events is
  'Test events that stand in calendars, are on their way there, or were refused; at most one for each integration.';
comment on column calendar_sync.test_events.id is 'What its event is tagged with, where others have the id of their obligation.';
comment on column calendar_sync.test_events.remove_at is 'From then on it is not wanted any more.';
comment on column calendar_sync.test_events.calendar_id is
  'The calendar for which a worker took it: it may be there, whatever came of it. Null: no worker has.';
comment on column calendar_sync.test_events.written_at is 'When it was written. Null: that is not known.';
comment on column calendar_sync.test_events.refused is 'The provider does not accept it, and says why in its own word. Nothing of it is left.';

alter table calendar_sync.test_events enable row level security;

-- The calendar is noted before anything is written there.
create function calendar_sync.take_test_event(p_integration public.calendar_integrations) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_test jsonb;
begin
  update calendar_sync.test_events as test
  set calendar_id = p_integration.calendar_id
  where test.integration_id = p_integration.id and test.calendar_id is null and test.refused is null
    and test.remove_at > now() and p_integration.status = 'active';
  select jsonb_build_object(
    'id', test.id,
    'starts_at', test.starts_at,
    'time_zone', calendar_sync.time_zone_of(p_integration.user_id),
    'calendar_id', test.calendar_id,
    'event_id', test.event_id,
    -- Where another calendar was chosen since, it is of no use any more.
    'is_wanted', test.remove_at > now() and p_integration.status = 'active' and test.calendar_id = p_integration.calendar_id
  ) into v_test
  from calendar_sync.test_events as test where test.integration_id = p_integration.id and test.refused is null;
  return v_test;
end;
$$;

comment on function calendar_sync.take_test_event(public.calendar_integrations) is
  'What the worker is told of the test event of an integration; null where there is none.';

create function calendar_sync.record_test_event(p_integration_id uuid, p_outcomes calendar_sync.outcome[]) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if not exists (select from unnest(p_outcomes) as o where o.job = 'test_event') then
    return;
  end if;
  update calendar_sync.test_events as test set event_id = o.event_id, written_at = coalesce(test.written_at, clock_timestamp())
  from unnest(p_outcomes) as o
  where o.job = 'test_event' and o.kind = 'written' and test.integration_id = p_integration_id and test.id = o.obligation_id;
  update calendar_sync.jobs as job set run_at = test.remove_at, attempts = 0, last_error = null
  from unnest(p_outcomes) as o
  join calendar_sync.test_events as test on test.integration_id = p_integration_id
  where job.integration_id = p_integration_id and job.obligation_id is null and job.kind = 'test_event'
    and o.job = 'test_event' and o.kind = 'written' and job.version = o.version;
  update calendar_sync.test_events as test set refused = o.error
  from unnest(p_outcomes) as o
  where o.job = 'test_event' and o.kind = 'refused' and test.integration_id = p_integration_id and test.id = o.obligation_id;
  -- A removal that was refused is tried again as that of any other leftover.
  insert into calendar_sync.leftovers (integration_id, obligation_id, calendar_id, reason)
  select p_integration_id, o.obligation_id, place.id, o.error
  from unnest(p_outcomes) as o cross join lateral unnest(o.left_in) as place (id)
  where o.job = 'test_event' and o.kind = 'cleared'
  on conflict (integration_id, obligation_id, calendar_id) do update set reason = excluded.reason;
  delete from calendar_sync.test_events as test
  using unnest(p_outcomes) as o
  where o.job = 'test_event' and o.kind = 'cleared' and test.integration_id = p_integration_id and test.id = o.obligation_id;
  delete from calendar_sync.jobs as job using unnest(p_outcomes) as o
  where job.integration_id = p_integration_id and job.obligation_id is null and job.kind = 'test_event'
    and o.job = 'test_event' and o.kind in ('refused', 'cleared') and job.version = o.version;
end;
$$;

comment on function calendar_sync.record_test_event(uuid, calendar_sync.outcome[]) is
  'Records what became of a test event: written, refused with nothing left of it, or cleared.';

create function calendar_sync.end_test_event(p_integration_id uuid) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  update calendar_sync.test_events set remove_at = least(remove_at, now()) where integration_id = p_integration_id and refused is null;
  if found then
    perform calendar_sync.append_changes(array[p_integration_id], 'test_event', 0);
  end if;
end;
$$;

comment on function calendar_sync.end_test_event(uuid) is 'Has the test event of an integration removed now.';

-- Disconnecting at once leaves no time for the worker: the caller asks again until it is gone, or goes without.
create function public.calendar_end_test_event(p_user_id uuid, p_integration_id uuid) returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_status text;
begin
  select status into v_status from public.calendar_integrations
  where id = p_integration_id and user_id = p_user_id and removed_at is null;
  if v_status is distinct from 'active' or not exists (
    select from calendar_sync.test_events where integration_id = p_integration_id and refused is null
  ) then
    return false;
  end if;
  perform calendar_sync.act_for(p_user_id);
  if exists (select from calendar_sync.test_events where integration_id = p_integration_id and remove_at > now()) then
    perform calendar_sync.end_test_event(p_integration_id);
  end if;
  return true;
end;
$$;

comment on function public.calendar_end_test_event(uuid, uuid) is
  'Has the test event of an integration removed now, and says whether one may still stand that a worker will remove.';

create function calendar_sync.test_event_json(p_integration public.calendar_integrations) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
  return (
    select jsonb_build_object(
      'provider', p_integration.provider,
      'state', shown.state,
      'starts_at', test.starts_at,
      'remove_at', test.remove_at,
      'took_ms', case when shown.state = 'there' then round(extract(epoch from test.written_at - test.asked_at) * 1000) end,
      'event', case when shown.state = 'there' then calendar_sync.event_place(p_integration, test.calendar_id, test.event_id) end,
      'reason', test.refused,
      'code', case
        when test.refused is not null then 'rejected'
        when shown.state in ('refused', 'writing') then coalesce(p_integration.last_error ->> 'code', nullif(p_integration.status, 'active'))
      end,
      'message', case when test.refused is null and shown.state in ('refused', 'writing') then p_integration.last_error ->> 'message' end
    )
    from calendar_sync.test_events as test
    cross join lateral (
      select case
        when test.refused is not null then 'refused'
        when test.remove_at <= now() then 'removing'
        when test.written_at is not null then 'there'
        when p_integration.status <> 'active' then 'refused'
        else 'writing'
      end as state
    ) as shown
    where test.integration_id = p_integration.id and (test.refused is null or test.remove_at > now())
  );
end;
$$;

comment on function calendar_sync.test_event_json(public.calendar_integrations) is
  'The test event of an integration as the Calendar API shows it; null where there is none.';

create function calendar_sync.own_test_event(p_integration_id uuid, p_wanted text) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_stands constant interval := interval '10 minutes';
  v_begins_in constant interval := interval '5 minutes';
  v_user_id constant uuid := calendar_sync.count_own_call(p_wanted = 'sent');
  v_integration public.calendar_integrations;
begin
  select * into v_integration from public.calendar_integrations
  where id = p_integration_id and user_id = v_user_id and removed_at is null;
  if not found then
    return null;
  end if;
  if p_wanted = 'sent' and v_integration.status <> 'active' then
    return jsonb_build_object('test_event', coalesce(calendar_sync.test_event_json(v_integration), jsonb_build_object(
      'provider', v_integration.provider, 'state', 'refused', 'starts_at', null, 'remove_at', null, 'took_ms', null, 'event', null,
      'reason', null, 'code', coalesce(v_integration.last_error ->> 'code', v_integration.status),
      'message', v_integration.last_error ->> 'message')));
  elsif p_wanted = 'sent' then
    -- Asked twice, there is one.
    insert into calendar_sync.test_events as test (integration_id, starts_at, remove_at)
    values (v_integration.id, date_bin(v_begins_in, now() + 2 * v_begins_in, 'epoch'), now() + v_stands)
    on conflict (integration_id) do update
    set id = gen_random_uuid(), starts_at = excluded.starts_at, asked_at = excluded.asked_at, remove_at = excluded.remove_at,
      calendar_id = null, event_id = null, written_at = null, refused = null
    where test.refused is not null;
    if found then
      perform calendar_sync.append_changes(array[v_integration.id], 'test_event', 0);
    end if;
  elsif p_wanted = 'removed' then
    delete from calendar_sync.test_events where integration_id = v_integration.id and refused is not null;
    perform calendar_sync.end_test_event(v_integration.id);
  end if;
  return jsonb_build_object('test_event', calendar_sync.test_event_json(v_integration));
end;
$$;

comment on function calendar_sync.own_test_event(uuid, text) is
  'The test event of a calendar of the caller, once it is asked for (sent), is to go (removed), or as it is (shown). Null where the calendar is not the caller''s.';
grant execute on function calendar_sync.own_test_event(uuid, text) to authenticated;

create function public.calendar_test_event(p_integration_id uuid) returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select calendar_sync.own_test_event(p_integration_id, 'shown') $$;

comment on function public.calendar_test_event(uuid) is
  'The test event of a calendar of the caller: {"test_event"}, which is null where there is none. Null where the calendar is not the caller''s.';

create function public.calendar_send_test_event(p_integration_id uuid) returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select calendar_sync.own_test_event(p_integration_id, 'sent') $$;

comment on function public.calendar_send_test_event(uuid) is
  'Has a test event written into a calendar of the caller, for ten minutes. Answers as calendar_test_event.';

create function public.calendar_remove_test_event(p_integration_id uuid) returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select calendar_sync.own_test_event(p_integration_id, 'removed') $$;

comment on function public.calendar_remove_test_event(uuid) is
  'Has the test event in a calendar of the caller removed now. Answers as calendar_test_event.';
