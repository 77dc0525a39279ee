-- From a change of obligations to the outbox: one statement, whatever the number of rows. The user's write neither
-- fails nor waits because of calendars.

create function calendar_sync.obligations_changed() returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_integration_ids uuid[];
  v_obligation_ids uuid[];
  v_feed_user_ids uuid[];
begin
  case tg_op
    when 'INSERT' then
      select array_agg(listener.integration_id) filter (where listener.integration_id is not null),
        array_agg(deadline.obligation_id) filter (where listener.integration_id is not null),
        array_agg(listener.feed_user_id) filter (where listener.feed_user_id is not null)
      into v_integration_ids, v_obligation_ids, v_feed_user_ids
      from new_rows
      cross join lateral calendar_sync.deadline_of(row (new_rows.*)::public.obligations) as deadline
      join calendar_sync.listeners as listener on listener.user_id = deadline.recipient_id
      where deadline.deadline_date is not null or deadline.deadline_at is not null;
    when 'UPDATE' then
      with before as materialized (
        select deadline.* from old_rows
        cross join lateral calendar_sync.deadline_of(row (old_rows.*)::public.obligations) as deadline
      ), after as materialized (
        select deadline.* from new_rows
        cross join lateral calendar_sync.deadline_of(row (new_rows.*)::public.obligations) as deadline
      ), changed as (
        (select * from before except select * from after) union all (select * from after except select * from before)
      )
      select array_agg(listener.integration_id) filter (where listener.integration_id is not null),
        array_agg(changed.obligation_id) filter (where listener.integration_id is not null),
        array_agg(listener.feed_user_id) filter (where listener.feed_user_id is not null)
      into v_integration_ids, v_obligation_ids, v_feed_user_ids
      from changed join calendar_sync.listeners as listener on listener.user_id = changed.recipient_id;
    when 'DELETE' then
      select array_agg(listener.integration_id) filter (where listener.integration_id is not null),
        array_agg(deadline.obligation_id) filter (where listener.integration_id is not null),
        array_agg(listener.feed_user_id) filter (where listener.feed_user_id is not null)
      into v_integration_ids, v_obligation_ids, v_feed_user_ids
      from old_rows
      cross join lateral calendar_sync.deadline_of(row (old_rows.*)::public.obligations) as deadline
      join calendar_sync.listeners as listener on listener.user_id = deadline.recipient_id;
    when 'TRUNCATE' then
      perform calendar_sync.mark_all('truncate');
  end case;
  perform calendar_sync.enqueue(v_integration_ids, v_obligation_ids, 0::smallint, lower(tg_op));
  if v_feed_user_ids is not null then
    perform calendar_sync.mark_feeds(v_feed_user_ids);
  end if;
  return null;
exception when others then
  perform calendar_sync.note_incident('enqueue', sqlstate, sqlerrm);
  return null;
end;
$$;

comment on function calendar_sync.obligations_changed() is
  'Enqueues what changed for a recipient with an integration, and marks those with a feed, by comparing deadline_of before and after.';

-- For a host whose adapter reads other tables too, such as one of members: rows of those are not watched.
create function calendar_sync.recipients_changed(p_obligation_ids uuid[], p_user_ids uuid[]) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_integration_ids uuid[];
  v_obligation_ids uuid[];
  v_feed_user_ids uuid[];
begin
  select array_agg(listener.integration_id) filter (where listener.integration_id is not null),
    array_agg(pair.obligation_id) filter (where listener.integration_id is not null),
    array_agg(listener.feed_user_id) filter (where listener.feed_user_id is not null)
  into v_integration_ids, v_obligation_ids, v_feed_user_ids
  from unnest(p_obligation_ids, p_user_ids) as pair (obligation_id, user_id)
  join calendar_sync.listeners as listener on listener.user_id = pair.user_id;
  perform calendar_sync.enqueue(v_integration_ids, v_obligation_ids, 0::smallint, 'recipients');
  if v_feed_user_ids is not null then
    perform calendar_sync.mark_feeds(v_feed_user_ids);
  end if;
exception when others then
  perform calendar_sync.note_incident('enqueue', sqlstate, sqlerrm);
end;
$$;

comment on function calendar_sync.recipients_changed(uuid[], uuid[]) is
  'Has each obligation looked at in the calendars and feeds of the user beside it, who became or ceased to be a recipient. Never fails.';

create trigger calendar_sync_insert after insert on public.obligations
referencing new table as new_rows
for each statement execute function calendar_sync.obligations_changed();

create trigger calendar_sync_update after update on public.obligations
referencing old table as old_rows new table as new_rows
for each statement execute function calendar_sync.obligations_changed();

create trigger calendar_sync_delete after delete on public.obligations
referencing old table as old_rows
for each statement execute function calendar_sync.obligations_changed();

create trigger calendar_sync_truncate after truncate on public.obligations
for each statement execute function calendar_sync.obligations_changed();
