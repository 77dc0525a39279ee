-- How often one user may call. A call appends a row and waits for nobody; the window slides.

-- Unlogged: after a crash everybody begins anew, and no call pays for the WAL.
create unlogged table calendar_sync.calls (
  caller uuid not null,
  scope text not null check (scope in ('all', 'sync', 'rpc', 'rpc_sync', 'feed', 'address', 'key', 'keys', 'keys_sync', 'password')),
  at timestamptz not null default clock_timestamp(),
  admission uuid
);

comment on table calendar_sync.calls is 'The calls of the last minute, for the rate limits. The tick drops older ones.';
comment on column calendar_sync.calls.caller is 'A user; or, for an address or a key, a hash of it.';
comment on column calendar_sync.calls.scope is
  'all: calls of the Calendar API. sync: of these, POST /sync. rpc: calls that a user makes of the database functions without the Calendar API. rpc_sync: of these, those that have calendars looked at. feed: readings of a user''s feeds. address: readings of feeds that there are not. key: calls with one API key. keys: calls with all keys of a user. keys_sync: of these, POST /sync. password: passwords that a user had tried on a calendar server.';
comment on column calendar_sync.calls.admission is
  'Which call of the Calendar API it is. What that asks the database for its user is not counted again. Nobody but the Calendar API learns it.';

create index calls_idx on calendar_sync.calls (caller, scope, at);
create unique index calls_admission_idx on calendar_sync.calls (admission) where admission is not null;
alter table calendar_sync.calls enable row level security;

alter table calendar_sync.options
  add column rpc_calls_per_minute integer not null default 240 check (rpc_calls_per_minute > 0);
comment on column calendar_sync.options.rpc_calls_per_minute is
  'Calls of the database functions that one user may make in a minute through the Data API, and a tenth of that for what has calendars looked at. CALENDAR_RATE_LIMIT_PER_MINUTE alone limits the Calendar API.';

create function calendar_sync.count_call(p_caller uuid, p_scope text, p_limit integer, p_admission uuid default null) returns integer
language plpgsql volatile security definer set search_path = '' set enable_seqscan = off set jit = off
as $$
declare
  v_window constant interval := interval '60 seconds';
  v_calls integer;
  v_first_at timestamptz;
begin
  select count(*), min(recent.at) into v_calls, v_first_at from (
    select call.at from calendar_sync.calls as call
    where call.caller = p_caller and call.scope = p_scope and call.at > clock_timestamp() - v_window
    order by call.at desc limit p_limit
  ) as recent;
  if v_calls >= p_limit then
    return greatest(ceil(extract(epoch from v_first_at + v_window - clock_timestamp())), 1);
  end if;
  insert into calendar_sync.calls (caller, scope, admission) values (p_caller, p_scope, p_admission);
  return 0;
end;
$$;

comment on function calendar_sync.count_call(uuid, text, integer, uuid) is
  'Counts a call: 0 where it is one of p_limit within a minute, else the seconds until the next one may be made. Calls side by side may exceed the limit by as many as run at once.';

-- Exact: it is a transaction of its own, so calls of one user side by side wait for each other only while they are counted.
create function public.calendar_count_call(p_user_id uuid, p_sync boolean, p_limit integer) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_admission constant uuid := gen_random_uuid();
  v_wait_s integer;
begin
  perform pg_advisory_xact_lock(hashtext('calendar_sync.calls'), hashtext(p_user_id::text));
  v_wait_s := calendar_sync.count_call(p_user_id, 'all', p_limit, v_admission);
  if v_wait_s = 0 and p_sync then
    v_wait_s := calendar_sync.count_call(p_user_id, 'sync', greatest(p_limit / 10, 1));
  end if;
  return jsonb_build_object('wait_s', v_wait_s, 'admission', v_admission);
end;
$$;

comment on function public.calendar_count_call(uuid, boolean, integer) is
  'Counts a call of a user. wait_s: 0 where it may go on, else the seconds until it may. admission: sent as x-calendar-admission, it says that this call is counted. p_limit: calls in a minute, of which a tenth (at least one) may be POST /sync.';

create function public.calendar_count_password(p_user_id uuid, p_limit integer) returns integer
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform pg_advisory_xact_lock(hashtext('calendar_sync.calls'), hashtext(p_user_id::text));
  return calendar_sync.count_call(p_user_id, 'password', p_limit);
end;
$$;

comment on function public.calendar_count_password(uuid, integer) is
  'Counts a password that is about to be tried on a calendar server: 0 where it is one of p_limit of the user within a minute, else the seconds until the next one may be tried. Those that no server refused are taken off again, by calendar_forget_password.';

create function public.calendar_forget_password(p_user_id uuid) returns void
language sql volatile security definer set search_path = ''
as $$
  delete from calendar_sync.calls as call where call.ctid = (
    select newest.ctid from calendar_sync.calls as newest
    where newest.caller = p_user_id and newest.scope = 'password' order by newest.at desc limit 1);
$$;

comment on function public.calendar_forget_password(uuid) is
  'Takes one password that was counted off again: the server accepted it, or it was not tried at all.';

create function calendar_sync.is_counted(p_user_id uuid) returns boolean
language plpgsql stable security definer set search_path = '' set enable_seqscan = off set jit = off
as $$
declare
  v_headers constant text := nullif(current_setting('request.headers', true), '');
  v_admission uuid;
begin
  -- calendar_use_key has counted it, so that a program takes nothing from its user's own calls.
  if coalesce(current_setting('calendar_sync.key_id', true), '') <> '' then
    return true;
  end if;
  if v_headers is not null then
    v_admission := substring(v_headers::jsonb ->> 'x-calendar-admission' from '^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$')::uuid;
  end if;
  return v_admission is not null
    and exists (select from calendar_sync.calls where admission = v_admission and caller = p_user_id);
end;
$$;

comment on function calendar_sync.is_counted(uuid) is
  'Whether a call comes from the Calendar API, which has counted it.';

-- The Data API turns an SQLSTATE of PT429 into the status 429.
create function calendar_sync.count_own_call(p_sync boolean default false) returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id constant uuid := (select auth.uid());
  v_limit integer;
  v_wait_s integer;
begin
  if v_user_id is null or calendar_sync.is_counted(v_user_id) then
    return v_user_id;
  end if;
  select rpc_calls_per_minute into v_limit from calendar_sync.options;
  v_wait_s := calendar_sync.count_call(v_user_id, 'rpc', v_limit);
  if v_wait_s = 0 and p_sync then
    v_wait_s := calendar_sync.count_call(v_user_id, 'rpc_sync', greatest(v_limit / 10, 1));
  end if;
  if v_wait_s > 0 then
    raise exception 'Too many calls. Try again in % s.', v_wait_s using errcode = 'PT429', hint = v_wait_s::text;
  end if;
  return v_user_id;
end;
$$;

comment on function calendar_sync.count_own_call(boolean) is
  'Counts a call of the signed-in user, unless the Calendar API has counted it, and returns the user''s id; null for a caller who is nobody. An error, 429 through the Data API, where it is one too many.';
