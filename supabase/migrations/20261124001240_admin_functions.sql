-- What an administrator may do. Each takes the id of an integration, or of a user for all of the user's, says what it did, may be
-- repeated, and is noted in the activity: who, why, what. Integrations are locked before their lanes, as everywhere.

create function calendar_admin.lock_integrations(p_integration_ids uuid[]) returns void
language plpgsql volatile security invoker set search_path = ''
as $$
begin
  perform from public.calendar_integrations where id = any (p_integration_ids) order by id for no key update;
  perform from calendar_sync.lanes where integration_id = any (p_integration_ids) order by integration_id for no key update;
end;
$$;

comment on function calendar_admin.lock_integrations(uuid[]) is 'Waits until nobody else changes these integrations.';

create function calendar_admin.make_due(p_integration_ids uuid[], p_everything boolean, p_reason text) returns integer
language plpgsql volatile security invoker set search_path = ''
as $$
begin
  -- What only an organisation can mend is tried again when somebody asks for it.
  update public.calendar_integrations set status = 'active'
  where id = any (p_integration_ids) and status = 'paused'
    and last_error ->> 'code' in ('blocked_by_policy', 'mailbox_unavailable');
  return calendar_sync.hurry(p_integration_ids, p_everything, p_reason);
end;
$$;

comment on function calendar_admin.make_due(uuid[], boolean, text) is
  'calendar_sync.hurry, also for calendars that an organisation keeps us out of. How many changes had been given up.';

create function calendar_admin.outlook_of(integration public.calendar_integrations) returns text
language sql stable security invoker set search_path = ''
as $$
  select case
    when integration.status in ('active', 'disconnecting') and integration.sync_enabled then null
    when integration.paused_by_admin is not null then 'once an administrator resumes it'
    when integration.status = 'active' then 'once its user switches it on'
    when integration.status = 'disconnected' then 'once its user connects it again'
    when integration.last_error ->> 'code' = 'mass_deletion' then
      'once its user, or calendar_admin.allow_deletions, agrees to the deletions'
    when integration.status = 'paused' then 'once its user has chosen a calendar'
    when integration.status = 'pending_confirmation' then 'once its user confirms'
  end
$$;

comment on function calendar_admin.outlook_of(public.calendar_integrations) is
  'What has to happen before an integration syncs; null where nothing has.';

create function calendar_admin.retry(p_id uuid, p_reason text default null)
returns table (integration_id uuid, account_email text, done text)
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  v_ids constant uuid[] := calendar_admin.integrations_of(p_id);
  v_id uuid;
  v_integration public.calendar_integrations;
  v_given_up integer;
begin
  perform calendar_admin.sign(p_reason);
  perform calendar_admin.lock_integrations(v_ids);
  foreach v_id in array v_ids loop
    v_given_up := calendar_admin.make_due(array[v_id], false, 'admin_retry');
    select * into v_integration from public.calendar_integrations where id = v_id;
    perform calendar_sync.note(v_integration, 'retried', jsonb_build_object('given_up', v_given_up));
    return query select v_id, v_integration.account_email, format('%s changes that had been given up are tried %s', v_given_up,
      coalesce(calendar_admin.outlook_of(v_integration), 'now'));
  end loop;
end;
$$;

comment on function calendar_admin.retry(uuid, text) is
  'Has everything that failed tried again now: of an integration, or of all of a user''s. Ends our own patience, not a wait that the provider asked for.';

create function calendar_admin.resync(p_id uuid, p_reason text default null)
returns table (integration_id uuid, account_email text, done text)
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  v_ids constant uuid[] := calendar_admin.integrations_of(p_id);
  v_id uuid;
  v_integration public.calendar_integrations;
begin
  perform calendar_admin.sign(p_reason);
  perform calendar_admin.lock_integrations(v_ids);
  foreach v_id in array v_ids loop
    perform calendar_admin.make_due(array[v_id], true, 'admin_resync');
    perform calendar_sync.find_own_events(array[v_id]);
    select * into v_integration from public.calendar_integrations where id = v_id;
    perform calendar_sync.note(v_integration, 'resynced');
    return query select v_id, v_integration.account_email, format(
      'every deadline is compared with the calendar, and events that nobody knows are looked for, %s',
      coalesce(calendar_admin.outlook_of(v_integration), 'now'));
  end loop;
end;
$$;

comment on function calendar_admin.resync(uuid, text) is
  'Has everything looked at anew, of an integration or of all of a user''s: every deadline is compared with its event, what failed is tried again, and events of ours that nobody knows are looked for in the calendar.';

create function calendar_admin.pause(p_id uuid, p_reason text default null)
returns table (integration_id uuid, account_email text, done text)
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  v_ids constant uuid[] := calendar_admin.integrations_of(p_id);
  v_words constant text := 'An administrator has paused the sync of this calendar'
    || coalesce(': ' || rtrim(nullif(btrim(p_reason), ''), '.') || '.', '.') || ' It goes on once an administrator resumes it.';
  v_before public.calendar_integrations;
  v_after public.calendar_integrations;
begin
  perform calendar_admin.sign(p_reason);
  perform calendar_admin.lock_integrations(v_ids);
  for v_before in select * from public.calendar_integrations where id = any (v_ids) order by id loop
    if v_before.status = 'disconnecting' then
      return query select v_before.id, v_before.account_email, 'left alone: it is being disconnected'::text;
      continue;
    end if;
    if v_before.paused_by_admin = v_words then
      return query select v_before.id, v_before.account_email, 'was paused already, for the same reason'::text;
      continue;
    end if;
    update public.calendar_integrations
    set paused_by_admin = v_words, status = case when status = 'active' then 'paused' else status end
    where id = v_before.id returning * into v_after;
    return query select v_after.id, v_after.account_email, case when v_before.paused_by_admin is null
      then 'paused; a batch that is under way is still finished' else 'was paused already; its user reads the new reason' end;
  end loop;
end;
$$;

comment on function calendar_admin.pause(uuid, text) is
  'Stops an integration, or all of a user''s, until calendar_admin.resume. Changes wait, the user cannot undo it, and reads why: the reason is shown on the Settings page.';

create function calendar_admin.resume(p_id uuid, p_reason text default null)
returns table (integration_id uuid, account_email text, done text)
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  v_ids constant uuid[] := calendar_admin.integrations_of(p_id);
  v_before public.calendar_integrations;
  v_after public.calendar_integrations;
begin
  perform calendar_admin.sign(p_reason);
  perform calendar_admin.lock_integrations(v_ids);
  for v_before in select * from public.calendar_integrations where id = any (v_ids) order by id loop
    if v_before.paused_by_admin is null
      and (v_before.status <> 'paused' or v_before.last_error ->> 'code' is not distinct from 'mass_deletion')
    then
      return query select v_before.id, v_before.account_email,
        coalesce('nothing to resume: it syncs ' || calendar_admin.outlook_of(v_before), 'was not paused');
      continue;
    end if;
    -- Whatever else was wrong with it shows again as soon as it is tried.
    update public.calendar_integrations
    set paused_by_admin = null, status = case when status = 'paused' then 'active' else status end,
      last_error = case when status = 'paused' then null else last_error end
    where id = v_before.id returning * into v_after;
    return query select v_after.id, v_after.account_email, coalesce(
      'no longer paused; it syncs ' || calendar_admin.outlook_of(v_after), 'resumed; what had waited is looked at now');
  end loop;
end;
$$;

comment on function calendar_admin.resume(uuid, text) is
  'Ends calendar_admin.pause, and tries again what was paused for another reason; of an integration, or of all of a user''s.';

create function calendar_admin.allow_deletions(p_integration_id uuid, p_reason text default null)
returns table (integration_id uuid, account_email text, done text)
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  v_ids constant uuid[] := calendar_admin.integrations_of(p_integration_id);
  v_integration public.calendar_integrations;
  v_deletions integer;
begin
  if v_ids <> array[p_integration_id] then
    raise exception 'Deletions are allowed for one integration at a time, and % is a user.', p_integration_id
      using errcode = 'invalid_parameter_value',
        hint = format('select integration_id, account_email from calendar_admin.failing_integrations where code = ''mass_deletion'' and user_id = %L;', p_integration_id);
  end if;
  perform calendar_admin.sign(p_reason);
  perform calendar_admin.lock_integrations(v_ids);
  select * into v_integration from public.calendar_integrations where id = p_integration_id;
  if v_integration.paused_by_admin is not null or v_integration.status <> 'paused'
    or v_integration.last_error ->> 'code' is distinct from 'mass_deletion'
  then
    return query select v_integration.id, v_integration.account_email, 'was not stopped for many deletions: nothing was changed'::text;
    return;
  end if;
  v_deletions := calendar_sync.allow_deletions(p_integration_id);
  select * into v_integration from public.calendar_integrations where id = p_integration_id;
  return query select v_integration.id, v_integration.account_email, format('%s events may go, and are being removed', v_deletions);
end;
$$;

comment on function calendar_admin.allow_deletions(uuid, text) is
  'Agrees, instead of its user, to the deletions for which a calendar was stopped.';

create function calendar_admin.drain(p_reason text default null) returns table (what text, how_many bigint)
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  v_ids uuid[];
begin
  perform calendar_admin.sign(p_reason);
  -- What a worker holds is being done. In the order of their ids, and waiting for nobody.
  select coalesce(array_agg(integration_id), '{}') into v_ids from (
    select integration_id from calendar_sync.lanes
    where ready_at > now() and (leased_until is null or leased_until <= now())
    order by integration_id for no key update skip locked
  ) as waiting;
  update calendar_sync.lanes set attempts = 0, backoff_until = null where integration_id = any (v_ids) and backoff_until is not null;
  update calendar_sync.jobs as job set run_at = now()
  where job.integration_id = any (v_ids) and job.attempts > 0 and job.failed_at is null and job.run_at > now();
  perform calendar_sync.reschedule(v_ids);
  update calendar_sync.gates set probe_at = now() where probe_at > now();
  perform calendar_sync.ring();
  return query
  select 'calendars that are worked on now', count(*) from calendar_sync.lanes where leased_until > now()
  union all
  select 'calendars that are ready', count(*) from calendar_sync.lanes where ready_at <= now()
  union all
  select 'calendars that were just asked to look', count(distinct integration_id) from calendar_sync.marks
  union all
  select 'calendars that wait for their provider or its quota', count(*) from calendar_sync.lanes
  where ready_at > now() and (leased_until is null or leased_until <= now())
  union all
  select 'changes that wait in all of these', count(*) from calendar_sync.jobs where failed_at is null
  union all
  select 'changes that are given up (see stuck_jobs)', count(*) from calendar_sync.jobs where failed_at is not null;
  perform calendar_sync.note(null, 'drained', jsonb_build_object('hurried', cardinality(v_ids)));
end;
$$;

comment on function calendar_admin.drain(text) is
  'Ends all our own waits, tries providers that were down, rings, and says what is queued. Repeat it to watch the numbers fall: the work begins when the call is over.';
