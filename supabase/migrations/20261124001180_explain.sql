-- Why is this obligation in that calendar, or why not?

create function calendar_sync.explain_own(p_obligation_id uuid) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_user_id constant uuid := (select auth.uid());
  v_deadline calendar_sync.deadline;
begin
  select candidate.* into v_deadline from (
    -- OFFSET keeps the recipient out of this scan, as in calendar_sync.lane_json.
    select every_recipient.* from calendar_sync.deadlines as every_recipient
    where every_recipient.obligation_id = p_obligation_id offset 0
  ) as candidate
  where candidate.recipient_id = v_user_id;
  if v_deadline.obligation_id is null and not exists (
    select from public.calendar_integrations as integration
    join public.calendar_event_mappings as mapping on mapping.integration_id = integration.id
    where integration.user_id = v_user_id and mapping.obligation_id = p_obligation_id
  ) then
    return null;
  end if;
  return jsonb_build_object('obligation_id', p_obligation_id, 'integrations', coalesce((
    select jsonb_agg(jsonb_build_object(
      'integration_id', integration.id,
      'provider', integration.provider,
      'account_email', integration.account_email,
      'calendar_name', integration.calendar_name,
      'in_calendar', mapping.id is not null,
      'event_id', mapping.external_event_id,
      'synced_at', mapping.synced_at,
      'code', case
        when mapping.id is null and not wanted.is_shown then wanted.why_not
        when integration.status = 'pending_confirmation' then 'not_confirmed'
        when integration.status <> 'active' then integration.status
        when not integration.sync_enabled then 'sync_off'
        when job.failed_at is not null and job.attempts >= calendar_sync.attempts_max() then 'given_up'
        when job.failed_at is not null then 'rejected'
        when job.attempts > 0 then 'retrying'
        when job.obligation_id is not null or walk.is_ahead then 'waiting'
        when not wanted.is_as_synced then 'not_noticed'
        else 'synced'
      end,
      'reason', job.last_error,
      'since', coalesce(job.failed_at, job.created_at),
      'next_try_at', case when work.is_tried
        then nullif(greatest(job.run_at, lane.backoff_until, lane.held_until, lane.budget_until, gate.probe_at,
          gate.spent_until, now()), now()) end,
      'waits_for', case
        when work.is_tried is not true then null
        when gate.down_since is not null or lane.backoff_until > now() then 'provider'
        when lane.held_until > now() then 'provider_limit'
        when lane.budget_until > now() or gate.spent_until > now() then 'quota'
      end,
      'last_error', integration.last_error
    ) order by integration.created_at, integration.id)
    from public.calendar_integrations as integration
    join calendar_sync.lanes as lane on lane.integration_id = integration.id
    join calendar_sync.gates as gate on gate.provider = integration.provider
    left join public.calendar_event_mappings as mapping
      on mapping.integration_id = integration.id and mapping.obligation_id = p_obligation_id
    left join calendar_sync.jobs as job
      on job.integration_id = integration.id and job.obligation_id = p_obligation_id
    cross join lateral (
      select calendar_sync.is_shown(v_deadline, integration.settings ->> 'completed_events') as is_shown,
        case
          when v_deadline.obligation_id is null then 'not_yours'
          when v_deadline.deadline_date is null and v_deadline.deadline_at is null then 'no_deadline'
          else v_deadline.status
        end as why_not,
        mapping.calendar_id is not distinct from integration.calendar_id
          and mapping.deadline_hash is not distinct from calendar_sync.deadline_hash(
            v_deadline, integration.settings ->> 'completed_events') as is_as_synced
    ) as wanted
    cross join lateral (
      select lane.walk_next is not null or lane.walk_after < p_obligation_id or exists (
        select from calendar_sync.marks as mark where mark.integration_id = integration.id and mark.everything
      ) as is_ahead
    ) as walk
    cross join lateral (
      select job.failed_at is null and (job.obligation_id is not null or walk.is_ahead)
        and (integration.status = 'active' and integration.sync_enabled or integration.status = 'disconnecting') as is_tried
    ) as work
    where integration.user_id = v_user_id
  ), '[]'));
end;
$$;

comment on function calendar_sync.explain_own(uuid) is
  'For each of the caller''s calendars why an obligation is or is not in it. Null where the caller has no such obligation.';
grant execute on function calendar_sync.explain_own(uuid) to authenticated;

create function public.calendar_explain(p_obligation_id uuid) returns jsonb
language sql stable security invoker set search_path = ''
as $$ select calendar_sync.explain_own(p_obligation_id) $$;

comment on function public.calendar_explain(uuid) is
  'For each of the caller''s calendars why an obligation is or is not in it. Null where the caller has no such obligation.';

revoke execute on function public.calendar_explain(uuid) from public, anon, authenticated, service_role;
grant execute on function public.calendar_explain(uuid) to authenticated;
