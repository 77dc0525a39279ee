-- Erasing a user for good (GDPR, article 17). Where the grant still lives the worker removes the events first, as for a user who
-- disconnects with them. So it takes as long as the provider does, and the tick sees it through.

create table calendar_sync.erasures (
  user_id uuid primary key,
  integration_ids uuid[] not null,
  asked_at timestamptz not null default now(),
  asked_by text not null,
  reason text
);

comment on table calendar_sync.erasures is
  'Users who are being erased and whose events have yet to go. No foreign key: the user may be deleted meanwhile. The row goes with the last trace.';
comment on column calendar_sync.erasures.integration_ids is 'The integrations that the user had when it was asked for.';
comment on column calendar_sync.erasures.asked_by is 'Who asked for it, as calendar_sync.caused_by() said.';

alter table calendar_sync.erasures enable row level security;

create function calendar_sync.integrations_of_user(p_user_id uuid) returns setof uuid
language sql stable security definer set search_path = ''
as $$
  select id from public.calendar_integrations where user_id = p_user_id
  union all
  -- By the index of the few that have to go.
  select id from public.calendar_integrations where remove_by is not null and deleted_user_id = p_user_id
$$;

comment on function calendar_sync.integrations_of_user(uuid) is
  'Every integration of a user: removed ones, and those of a user who is deleted whose events are being removed.';

create function calendar_sync.forget_traces(p_user_id uuid, p_integration_ids uuid[]) returns bigint
language plpgsql volatile security definer set search_path = ''
as $$
declare
  -- Calls are counted for minutes, also those of a calendar that was disconnected before.
  v_ids constant uuid[] := p_integration_ids || array(
    select distinct integration_id from calendar_sync.activity
    where user_id = p_user_id and at > now() - interval '1 hour' and integration_id is not null
  );
begin
  delete from calendar_sync.feed_owners where user_id = p_user_id;
  delete from calendar_sync.calls where caller in (
    select calendar_sync.caller_of_key(id) from calendar_sync.api_keys where user_id = p_user_id
  );
  delete from calendar_sync.api_keys where user_id = p_user_id;
  delete from calendar_sync.feed_changes where user_id = p_user_id;
  delete from calendar_sync.webhooks where user_id = p_user_id;
  delete from calendar_sync.deliveries where user_id = p_user_id;
  delete from calendar_sync.flows where user_id = p_user_id;
  delete from calendar_sync.preferences where user_id = p_user_id;
  delete from calendar_sync.notices where user_id = p_user_id;
  delete from public.calendar_proposals where user_id = p_user_id;
  delete from calendar_sync.mail_choices where user_id = p_user_id;
  delete from calendar_sync.suppressed_mail where user_id = p_user_id;
  delete from calendar_sync.locks where subject_id = p_user_id or subject_id = any (v_ids);
  delete from calendar_sync.calls where caller = p_user_id;
  delete from public.calendar_integrations
  where removed_at is not null and id in (select calendar_sync.integrations_of_user(p_user_id));
  delete from calendar_sync.changes as change
  where change.integration_id = any (v_ids)
    and not exists (select from calendar_sync.lanes as lane where lane.integration_id = change.integration_id);
  delete from calendar_sync.provider_calls as call
  where call.integration_id = any (v_ids)
    and not exists (select from calendar_sync.lanes as lane where lane.integration_id = call.integration_id);
  update calendar_sync.providers as provider
  set unreachable = array(select id from unnest(provider.unreachable) as id where id <> all (v_ids))
  where provider.unreachable && v_ids;
  update calendar_sync.server_breakers as breaker
  set unreachable = array(select id from unnest(breaker.unreachable) as id where id <> all (v_ids))
  where breaker.unreachable && v_ids;
  delete from calendar_sync.incidents
  where kind = 'claim' and exists (select from unnest(v_ids) as id where strpos(message, id::text) > 0);
  return calendar_sync.forget_activity(p_user_id);
end;
$$;

comment on function calendar_sync.forget_traces(uuid, uuid[]) is
  'Erases what is known of a user besides the calendars that are still connected. Returns how many rows of activity were blanked.';

create function calendar_sync.pursue_erasure(p_user_id uuid) returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_erasure calendar_sync.erasures;
  v_left integer;
begin
  select * into v_erasure from calendar_sync.erasures where user_id = p_user_id for update skip locked;
  if not found then
    return null;
  end if;
  -- A user who connects again meanwhile is erased all the same.
  v_erasure.integration_ids := array(
    select unnest(v_erasure.integration_ids) union select calendar_sync.integrations_of_user(p_user_id)
  );
  update calendar_sync.erasures set integration_ids = v_erasure.integration_ids
  where user_id = p_user_id and cardinality(integration_ids) < cardinality(v_erasure.integration_ids);
  perform calendar_sync.lock_integrations(v_erasure.integration_ids);
  -- Without a grant there is no way to the events.
  delete from public.calendar_integrations where id = any (v_erasure.integration_ids) and status = 'disconnected';
  update public.calendar_integrations set status = 'disconnecting', last_error = null
  where id = any (v_erasure.integration_ids) and status in ('active', 'paused');
  select count(*) into v_left from public.calendar_integrations where id = any (v_erasure.integration_ids);
  if v_left = 0 then
    perform calendar_sync.forget_traces(p_user_id, v_erasure.integration_ids);
    delete from calendar_sync.erasures where user_id = p_user_id;
    -- That it was done is worth knowing; for whom it was done must not be known.
    insert into calendar_sync.activity (action, details, caused_by)
    values ('erased', jsonb_strip_nulls(jsonb_build_object(
      'calendars', cardinality(v_erasure.integration_ids), 'because', v_erasure.reason)), v_erasure.asked_by);
  end if;
  return v_left;
end;
$$;

comment on function calendar_sync.pursue_erasure(uuid) is
  'Goes on with an erasure: disconnects what is connected, and once nothing is, erases all else. Returns how many calendars have yet to go; null where there is no such erasure, or it is being pursued already.';

-- An erasure that fails keeps neither the others nor the tick from going on. It is tried again with each tick, and noted once an hour.
create function calendar_sync.try_erasure(p_user_id uuid) returns integer
language plpgsql volatile security definer set search_path = ''
as $$
begin
  return calendar_sync.pursue_erasure(p_user_id);
exception when others then
  if not exists (
    select from calendar_sync.incidents where kind = 'erasure' and created_at > now() - interval '1 hour'
  ) then
    perform calendar_sync.note_incident('erasure', sqlstate, sqlerrm);
  end if;
  return null;
end;
$$;

comment on function calendar_sync.try_erasure(uuid) is 'pursue_erasure; where it fails, an incident.';
