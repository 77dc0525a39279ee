-- Who or what caused a change, and by which request. It is read where the change is made and travels with the work: from the
-- row in the outbox through job and worker to the row of activity. Every write of an obligation asks for it, so it is plpgsql,
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

-- A caller with the secret key may do everything, so we believe it when it says for whom it acts.
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
  -- A write by plain SQL: no API has said anything of its caller. Asking three settings instead of six saves 20 µs.
  if p_by is null and coalesce(current_setting('request.jwt.claims', true), '') = ''
    and coalesce(current_setting('request.jwt.claim.sub', true), '') = ''
    and coalesce(current_setting('request.headers', true), '') = ''
  then
    return jsonb_build_object('by',
      coalesce(nullif(current_setting('calendar_sync.caused_by', true), ''), 'database:' || session_user), 'request_id', null);
  end if;
  return jsonb_build_object('by', coalesce(p_by, calendar_sync.caused_by()), 'request_id', calendar_sync.request_id());
end;
$$;

comment on function calendar_sync.cause(text) is
  'The cause that a change or a job carries: who or what caused it (p_by instead of the caller where it is given), and the request. Call it once a statement, not once a row.';

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
  'Sets the cause for the rest of the transaction; an empty text means the caller again. Returns the cause before, to be set back afterwards.';

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
  'act_as this user, unless a cause is set already: an administrator may act for a user.';

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
  'A cause as this user may read it: you, another_user, or the kind of cause. Ids and logins are for administrators.';

grant execute on function calendar_sync.request_id(), calendar_sync.caused_by() to authenticated, service_role;
