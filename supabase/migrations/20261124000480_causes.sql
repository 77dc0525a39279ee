-- Who or what caused a change, and in the course of which request. It is read where the change is made and travels with the
-- work, from a mark or a job through the worker to the row of activity.

create function calendar_sync.request_id() returns text
language sql stable security invoker set search_path = ''
as $$
  select request.id
  from (select nullif(current_setting('request.headers', true), '')::jsonb ->> 'x-request-id' as id) as request
  where request.id ~ '^[A-Za-z0-9._-]{1,64}$'
$$;

comment on function calendar_sync.request_id() is
  'The x-request-id of the call that this transaction serves; null where there is none, or none that is fit for a log.';

create function calendar_sync.caused_by() returns text
language sql stable security invoker set search_path = ''
as $$
  select coalesce(
    nullif(current_setting('calendar_sync.caused_by', true), ''),
    'user:' || (select auth.uid()),
    case when nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role' = 'service_role' then 'service' end,
    'database:' || session_user
  )
$$;

comment on function calendar_sync.caused_by() is
  'Who acts: user:<id> through an API, service with a secret key, database:<role> with SQL, or what the setting calendar_sync.caused_by says.';

grant execute on function calendar_sync.request_id(), calendar_sync.caused_by() to authenticated, service_role;
