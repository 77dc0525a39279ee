-- Events of ours that no mapping knows: left by a restored backup, or by a write whose worker had lost its lease.

create function public.calendar_compare_events(p_worker uuid, p_integration_id uuid, p_events jsonb) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_cause constant jsonb := calendar_sync.cause('own_events');
  v_calendar_id text;
  v_doubles jsonb;
begin
  select calendar_id into v_calendar_id from public.calendar_integrations where id = p_integration_id for no key update;
  perform from calendar_sync.lanes where integration_id = p_integration_id and leased_by = p_worker for update;
  if not found then
    return null;
  end if;
  with found as materialized (
    select event.event_id, event.obligation_id from jsonb_to_recordset(p_events) as event (event_id text, obligation_id uuid)
  ), unknown as materialized (
    select found.event_id, found.obligation_id,
      mapping.id is not null and exists (
        select from found as known where known.event_id = mapping.external_event_id
      ) as is_double
    from found
    left join public.calendar_event_mappings as mapping
      on mapping.integration_id = p_integration_id and mapping.obligation_id = found.obligation_id
        and mapping.calendar_id = v_calendar_id
    where mapping.external_event_id is distinct from found.event_id
  ), queued as (
    -- As after an attempt without an outcome: the event is taken over or removed.
    insert into calendar_sync.jobs as job (integration_id, obligation_id, priority, attempted_in, cause)
    select distinct p_integration_id, obligation_id, 2, array[v_calendar_id], v_cause from unknown where not is_double
    on conflict (integration_id, obligation_id) do update
    set version = job.version + 1, attempted_in = job.attempted_in || excluded.attempted_in
    where not job.attempted_in @> excluded.attempted_in
  )
  select coalesce(jsonb_agg(event_id), '[]') into v_doubles from unknown where is_double;
  return v_doubles;
end;
$$;

comment on function public.calendar_compare_events(uuid, uuid, jsonb) is
  'Takes the events of ours that were found in a calendar. Queues the obligations of those that no mapping knows; answers with the ids of those that stand beside the one that a mapping knows and are to be deleted. Null where the lease was lost.';

revoke execute on function public.calendar_compare_events(uuid, uuid, jsonb) from public, anon, authenticated, service_role;
grant execute on function public.calendar_compare_events(uuid, uuid, jsonb) to service_role;
