-- Who or what caused a change, and in the course of which request. It is read where the change is made and travels with the
-- work, from a mark or a job through the worker to the row of activity. Every write of an obligation asks, so it is plpgsql,
-- which a session plans once: as SQL it took 200 µs longer.

create function calendar_sync.request_id() returns text
language plpgsql stable security invoker set search_path = ''
as $$
declare
  v_headers constant text := nullif(current_setting('request.headers', true), '');
  v_id text;
begin
  if v_headers is not null then
    v_id := v_headers::jsonb ->> 'x-request-id';
  end if;
  return case when v_id ~ '^[A-Za-z0-9._-]{1,64}$' then v_id end;
end;
$$;

comment on function calendar_sync.request_id() is
  'The x-request-id of the call that this transaction serves; null where there is none, or none that is fit for a log.';

-- Who holds the secret key may do everything, so it is believed on whose behalf.
create function calendar_sync.caused_by() returns text
language plpgsql stable security invoker set search_path = ''
as $$
declare
  v_said constant text := nullif(current_setting('calendar_sync.caused_by', true), '');
  v_claims constant text := nullif(current_setting('request.jwt.claims', true), '');
  v_headers text;
begin
  if v_said is not null then
    return v_said;
  end if;
  if auth.uid() is not null then
    return 'user:' || auth.uid();
  end if;
  if v_claims is not null and v_claims::jsonb ->> 'role' = 'service_role' then
    v_headers := nullif(current_setting('request.headers', true), '');
    return coalesce('user:' || substring(v_headers::jsonb ->> 'x-on-behalf-of'
      from '^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$'), 'service');
  end if;
  return 'database:' || session_user;
end;
$$;

comment on function calendar_sync.caused_by() is
  'Who acts: user:<id> through an API, also where a function with a secret key says in x-on-behalf-of that it acts for one; else service with a secret key, database:<role> with SQL, or what the setting calendar_sync.caused_by says.';

create function calendar_sync.cause(p_by text default null) returns jsonb
language plpgsql stable security invoker set search_path = ''
as $$
begin
  return jsonb_build_object('by', coalesce(p_by, calendar_sync.caused_by()), 'request_id', calendar_sync.request_id());
end;
$$;

comment on function calendar_sync.cause(text) is
  'What stands on work that is left to a worker: who or what caused it, p_by where that is no caller, and the request. Asked once a statement, never once a row.';

-- A setting of the function itself would be neater, but only a superuser may give a function one of our own.
create function calendar_sync.act_as(p_by text) returns text
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  v_before constant text := coalesce(current_setting('calendar_sync.caused_by', true), '');
begin
  perform set_config('calendar_sync.caused_by', p_by, true);
  return v_before;
end;
$$;

comment on function calendar_sync.act_as(text) is
  'From now on, and until the end of the transaction at most, p_by is what causes things; an empty text: whoever calls. Returns what to hand to it afterwards.';

create function calendar_sync.act_for(p_user_id uuid) returns void
language plpgsql volatile security invoker set search_path = ''
as $$
begin
  if coalesce(current_setting('calendar_sync.caused_by', true), '') = '' then
    perform calendar_sync.act_as('user:' || p_user_id);
  end if;
end;
$$;

comment on function calendar_sync.act_for(uuid) is
  'act_as this user, unless it was said already who acts: an administrator may do the same for somebody.';

create function calendar_sync.cause_for(p_caused_by text, p_user_id uuid) returns text
language sql immutable security invoker set search_path = ''
as $$
  select case
    when p_caused_by = 'user:' || p_user_id then 'you'
    when p_caused_by like 'user:%' then 'another_user'
    else split_part(p_caused_by, ':', 1)
  end
$$;

comment on function calendar_sync.cause_for(text, uuid) is
  'A cause as this user may read it: you, another_user, or the kind of whatever it was. Whose id or which login it was is for administrators.';

create function calendar_sync.because() returns text
language sql stable security invoker set search_path = ''
as $$ select nullif(current_setting('calendar_sync.because', true), '') $$;

comment on function calendar_sync.because() is
  'The reason that whoever acts gives in words, as the setting calendar_sync.because says; null where none is given.';

grant execute on function calendar_sync.request_id(), calendar_sync.caused_by() to authenticated, service_role;
