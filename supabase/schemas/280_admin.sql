-- For administrators, in the dashboard: views to click on, functions to act with, a checklist. Only the dashboard's roles get in: no
-- API role has a right to the schema, and the Data API must not expose it.

create schema calendar_admin;
comment on schema calendar_admin is
  'Calendar sync for administrators: views that are safe to click on, functions to act with, and setup_check(), which names what is missing. Not exposed by the Data API.';
revoke all on schema calendar_admin from public;

-- The dashboard's SQL editor signs in as one role for everybody. A comment of the query says which of its users runs it.
create function calendar_admin.sign(p_reason text default null) returns void
language plpgsql volatile security invoker set search_path = ''
as $$
begin
  perform calendar_sync.act_as('admin:' || coalesce(
    substring(current_query() from '(?i)-- source: dashboard\s+-- user: ([0-9a-f-]{36})'), session_user::text
  ));
  perform set_config('calendar_sync.because', coalesce(p_reason, ''), true);
end;
$$;

comment on function calendar_admin.sign(text) is
  'Sets who acts and why, for all that the rest of the transaction notes in the activity: the user of the dashboard where it says so, else the role that signed in.';

create function calendar_admin.is_known_user(p_id uuid) returns boolean
language sql stable security invoker set search_path = ''
as $$
  select exists (select from auth.users where id = p_id)
    or exists (select from calendar_sync.integrations_of_user(p_id))
    or exists (
      select from calendar_sync.activity
      where user_id = p_id and num_nonnulls(title, calendar_id, event_id, details) > 0
    )
    or exists (select from calendar_sync.erasures where user_id = p_id)
    or exists (select from calendar_sync.webhooks where user_id = p_id)
    or exists (select from calendar_sync.calls where caller = p_id)
$$;

comment on function calendar_admin.is_known_user(uuid) is
  'Whether there is such a user, or was one of whom something is left.';

create function calendar_admin.lock_integrations(p_id uuid, p_reason text) returns setof public.calendar_integrations
language plpgsql volatile security invoker set search_path = ''
as $$
begin
  perform calendar_admin.sign(p_reason);
  return query
  select * from public.calendar_integrations
  where removed_at is null and (id = p_id or user_id = p_id) order by id for no key update;
  if not found and not calendar_admin.is_known_user(p_id) then
    raise exception 'There is no integration and no user with the id %.', coalesce(p_id::text, 'null')
      using errcode = 'no_data_found', hint = 'Look it up: select integration_id, user_id, account_email, state '
        'from calendar_admin.integrations where account_email = ''…''.';
  end if;
end;
$$;

comment on function calendar_admin.lock_integrations(uuid, text) is
  'Signs, and locks the integration with this id, or all of the user with this id. An error where there is neither; none where the user has none.';

create function calendar_admin.state_of(integration public.calendar_integrations) returns text
language sql immutable security invoker set search_path = ''
as $$
  select case integration.status
    when 'active' then case when integration.sync_enabled then 'syncs' else 'switched off by its user' end
    when 'paused' then case when integration.paused_by_admin is not null then 'paused by an administrator' else 'paused' end
    when 'disconnected' then 'has to be connected again'
    when 'disconnecting' then 'is being disconnected, its events are removed'
  end
$$;

comment on function calendar_admin.state_of(public.calendar_integrations) is 'The state of an integration in words.';

create function calendar_admin.worker_url_pattern() returns text
language sql immutable security invoker set search_path = ''
as $$ select '^(https://[^/\s]+|http://(localhost|127\.0\.0\.1|\[::1\]|host\.docker\.internal|kong|api\.supabase\.internal)(:\d+)?)/functions/v1/calendar-sync$' $$;

comment on function calendar_admin.worker_url_pattern() is
  'What the address of calendar-sync looks like; plain http only where it leaves no machine.';

-- The one place that knows what an answer to a wake-up call means.
create function calendar_admin.read_answer(
  p_status_code integer, p_timed_out boolean, p_error text, out ok boolean, out found text, out how_to_mend text
)
language sql immutable security invoker set search_path = ''
as $$
  select
    p_status_code = 202 and p_error is null,
    case
      when p_timed_out then 'calendar-sync did not answer within 5 s'
      when p_status_code is null then 'The address of calendar-sync cannot be reached: ' || coalesce(p_error, 'no reason is given')
      when p_status_code = 202 then 'calendar-sync answered 202: it took the secret and went to work'
      when p_status_code = 401 then 'calendar-sync answered 401: its CALENDAR_SYNC_SECRET is not the calendar_sync_secret in Vault'
      when p_status_code = 404 then 'The address answered 404: there is no function calendar-sync'
      when p_status_code >= 500 then format('The address answered %s: calendar-sync does not start, or dies', p_status_code)
      else format('The address answered %s: that is not calendar-sync', p_status_code)
    end,
    case
      when p_timed_out or p_status_code >= 500 then
        'npx supabase secrets set --env-file supabase/.env.calendar.local   -- what is missing, the log of the function names: Edge Functions, calendar-sync, Logs'
      when p_status_code = 401 then
        'select calendar_admin.set_worker(secret => ''<CALENDAR_SYNC_SECRET>'');   -- or the other way round: npx supabase secrets set CALENDAR_SYNC_SECRET=…'
      when p_status_code = 404 then
        'npx supabase functions deploy --use-api   -- or, if the address is wrong: select calendar_admin.set_worker(url => ''https://<ref>.supabase.co/functions/v1/calendar-sync'');'
      when p_status_code = 202 and p_error is null then null
      else 'select calendar_admin.set_worker(url => ''https://<ref>.supabase.co/functions/v1/calendar-sync'');'
    end
$$;

comment on function calendar_admin.read_answer(integer, boolean, text) is
  'What an answer to a wake-up call, as pg_net keeps it, means, and what to do about it.';
