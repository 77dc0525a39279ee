-- The safety stop: a calendar that is about to lose many events at once asks first.

create table calendar_sync.options (
  only_row boolean primary key default true check (only_row),
  deletions_free integer not null default 25 check (deletions_free >= 0),
  deletions_share numeric not null default 0.2 check (deletions_share between 0 and 1),
  activity_kept_for interval not null default '400 days' check (activity_kept_for >= interval '1 day')
);

comment on table calendar_sync.options is 'What an administrator may set, in one row.';
comment on column calendar_sync.options.deletions_free is 'So many events may go from a calendar at once without a question.';
comment on column calendar_sync.options.deletions_share is 'So may this share of its events, if that is more.';
comment on column calendar_sync.options.activity_kept_for is 'Older days of calendar_sync.activity are dropped.';

alter table calendar_sync.options enable row level security;

insert into calendar_sync.options default values;

create view calendar_sync.unwanted_events with (security_invoker = true) as
select mapping.integration_id, mapping.obligation_id
from public.calendar_event_mappings as mapping
join public.calendar_integrations as integration on integration.id = mapping.integration_id
where not exists (
  select from (
    -- OFFSET keeps the recipient out of this scan, as in calendar_sync.lane_json.
    select every_recipient.* from calendar_sync.deadlines as every_recipient
    where every_recipient.obligation_id = mapping.obligation_id offset 0
  ) as candidate
  where candidate.recipient_id = integration.user_id and calendar_sync.is_shown(
    row (candidate.*)::calendar_sync.deadline, integration.settings ->> 'completed_events')
);

comment on view calendar_sync.unwanted_events is 'Events that have to go, by calendar and obligation.';

create function calendar_sync.count_deletions(p_integration_id uuid) returns integer
language sql stable security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
  select count(*)::integer from calendar_sync.unwanted_events where integration_id = p_integration_id
$$;

comment on function calendar_sync.count_deletions(uuid) is 'How many events of a calendar have to go.';

-- Looks at what is due, in the order in which it will be taken, and no further than it takes to decide. What was written a
-- moment ago settles first: what is deleted in one go right after a bulk sync comes due in portions, and is one go all the same.
create function calendar_sync.count_due_deletions(p_integration_id uuid, p_jobs integer, p_enough integer) returns integer
language plpgsql stable security definer set search_path = ''
as $$
begin
  return (
    select count(*)::integer from (
      select from (
        select job.obligation_id from calendar_sync.jobs as job
        where job.integration_id = p_integration_id and job.failed_at is null
          and job.run_at <= now() + calendar_sync.settling_time()
        order by job.priority, job.run_at limit p_jobs
      ) as due
      join calendar_sync.unwanted_events as event
        on event.integration_id = p_integration_id and event.obligation_id = due.obligation_id
      limit p_enough
    ) as doomed
  );
end;
$$;

comment on function calendar_sync.count_due_deletions(uuid, integer, integer) is
  'How many of the next p_jobs due jobs of a calendar would delete an event; p_enough where it is that many or more.';

-- Counts everything when a walk was asked for, else what is due: most batches delete nothing, and end at the first look.
create function calendar_sync.stop_mass_deletion(p_integration_id uuid, p_jobs integer) returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_lane calendar_sync.lanes;
  v_options calendar_sync.options;
  v_events integer;
  v_allowed integer;
  v_deletions integer;
begin
  select * into v_lane from calendar_sync.lanes where integration_id = p_integration_id;
  if not v_lane.deletions_unchecked and calendar_sync.count_due_deletions(p_integration_id, p_jobs, 1) = 0 then
    return false;
  end if;
  select * into v_options from calendar_sync.options;
  select count(*) into v_events from public.calendar_event_mappings where integration_id = p_integration_id;
  v_allowed := greatest(v_options.deletions_free, floor(v_options.deletions_share * v_events)::integer, v_lane.deletions_allowed);
  if v_events <= v_allowed then
    v_deletions := 0;
  elsif v_lane.deletions_unchecked then
    v_deletions := calendar_sync.count_deletions(p_integration_id);
  else
    v_deletions := calendar_sync.count_due_deletions(p_integration_id, v_events, v_allowed + 1);
    if v_deletions > v_allowed then
      v_deletions := calendar_sync.count_deletions(p_integration_id);
    end if;
  end if;
  update calendar_sync.lanes set deletions_unchecked = false where integration_id = p_integration_id and deletions_unchecked;
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

comment on function calendar_sync.stop_mass_deletion(uuid, integer) is
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
  'Lets a calendar go on that was stopped because many events would be deleted: so many as would be now. For administrators, and for its user through calendar_resume.';

create function calendar_sync.resume_own(p_integration_id uuid) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform from public.calendar_integrations
  where id = p_integration_id and user_id = (select auth.uid()) and status = 'paused'
    and last_error ->> 'code' = 'mass_deletion' for no key update;
  if found then
    perform calendar_sync.allow_deletions(p_integration_id);
  end if;
end;
$$;

comment on function calendar_sync.resume_own(uuid) is 'allow_deletions for a calendar of the caller that was stopped.';
grant execute on function calendar_sync.resume_own(uuid) to authenticated;

create function public.calendar_resume(p_integration_id uuid) returns jsonb
language plpgsql volatile security invoker set search_path = ''
as $$
begin
  perform calendar_sync.resume_own(p_integration_id);
  return (
    select calendar_sync.integration_json(integration) from public.calendar_integrations as integration
    where integration.id = p_integration_id and integration.user_id = (select auth.uid())
  );
end;
$$;

comment on function public.calendar_resume(uuid) is
  'The caller agrees to the deletions for which a calendar was stopped; null where the integration is not the caller''s. Nothing happens to one that was not stopped.';

revoke execute on function public.calendar_resume(uuid) from public, anon, authenticated, service_role;
grant execute on function public.calendar_resume(uuid) to authenticated;
