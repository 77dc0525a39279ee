-- What the worker asks of a listing: which of these events are ours and not as we wrote them?

create function public.calendar_known_events(
  p_worker uuid, p_integration_id uuid, p_calendar_id text, p_news jsonb, p_is_complete boolean
) returns jsonb
language plpgsql stable security definer set search_path = ''
set enable_seqscan = off set enable_nestloop = off set jit = off
as $$
begin
  if not exists (select from calendar_sync.lanes where integration_id = p_integration_id and leased_by = p_worker) then
    return null;
  end if;
  return (
    with news as materialized (
      select each.event_id, each.etag, each.is_gone
      from jsonb_to_recordset(p_news) as each (event_id text, etag text, is_gone boolean)
    ), mapped as materialized (
      select news.event_id, mapping.obligation_id, not news.is_gone and (
        news.etag = mapping.etag or news.etag = mapping.previous_etag) as is_echo
      from news
      cross join lateral (
        -- OFFSET keeps the integration out of this look-up: right after an import the planner would go through all events of the
        -- calendar for each id (10,000 ids: 29 s instead of 1).
        select known.integration_id, known.calendar_id, known.obligation_id, known.etag, known.previous_etag
        from public.calendar_event_mappings as known
        where known.external_event_id = news.event_id offset 0
      ) as mapping
      where mapping.integration_id = p_integration_id and mapping.calendar_id = p_calendar_id
    ), asked as materialized (
      select mapped.event_id, mapped.obligation_id, false as is_missing from mapped where mapped.is_echo is distinct from true
      union all
      -- An event whose deletion may have been taken back.
      select news.event_id, original.obligation_id, false
      from news
      cross join lateral (
        select known.obligation_id from calendar_sync.edits as known
        where known.integration_id = p_integration_id and known.original_event_id = news.event_id offset 0
      ) as original
      where news.event_id not in (select mapped.event_id from mapped)
      union all
      select mapping.external_event_id, mapping.obligation_id, true
      from public.calendar_event_mappings as mapping
      where p_is_complete and mapping.integration_id = p_integration_id and mapping.calendar_id = p_calendar_id
        and not exists (select from mapped where mapped.obligation_id = mapping.obligation_id)
    )
    select coalesce(jsonb_agg(jsonb_build_object(
      'event_id', asked.event_id,
      'is_missing', asked.is_missing,
      'obligation_id', asked.obligation_id,
      'mapping', case when found.event_id is not null then jsonb_build_object('external_event_id', found.event_id, 'etag', found.etag,
        'previous_etag', found.previous_etag, 'sent_time', found.sent_time, 'content_hash', found.content_hash) end,
      'synced_at', found.synced_at,
      'deadline', case when found.is_wanted then jsonb_build_object('deadline_date', (found.deadline).deadline_date,
        'deadline_at', (found.deadline).deadline_at, 'time_zone', (found.deadline).time_zone) end,
      'attempted', coalesce((
        select case when found.is_wanted and calendar_sync.is_repetition(job) then 'the_same' else 'anything' end
        from calendar_sync.jobs as job
        where job.integration_id = p_integration_id and job.obligation_id = asked.obligation_id and job.kind = 'event'
          and job.attempted_in <> '{}'
      ), 'nothing'),
      'edit', case when (found.edit).obligation_id is not null then calendar_sync.edit_json(found.edit, found.deadline) end
    )), '[]')
    from asked
    join calendar_sync.compare(p_integration_id, array(select distinct asked.obligation_id from asked)) as found
      on found.obligation_id = asked.obligation_id
  );
end;
$$;

comment on function public.calendar_known_events(uuid, uuid, text, jsonb, boolean) is
  'Of the events of a listing those that a mapping or an edit knows and that are not as we last wrote them, with what we know of each; where the listing is complete, also those of ours that are not in it: is_missing. p_news: {"event_id", "etag", "is_gone"}. Null where the lease was lost.';
