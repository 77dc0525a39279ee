-- The SQL surface of pg_net 0.20. Requests are sent after commit by a worker in the stack's process, which imitates
-- the real one (pg-net-worker.ts).

create schema if not exists net;

create domain net.http_method as text check (value ilike 'get' or value ilike 'post' or value ilike 'delete');

create unlogged table net.http_request_queue (
  id bigserial,
  method net.http_method not null,
  url text not null,
  headers jsonb,
  body bytea,
  timeout_milliseconds int not null
);

create unlogged table net._http_response (
  id bigint,
  status_code int,
  content_type text,
  headers jsonb,
  content text,
  timed_out bool,
  error_msg text,
  created timestamptz not null default now()
);

create index on net._http_response (created);

create function net.wake() returns void language sql as $$ select pg_catalog.pg_notify('pg_net_wake', '') $$;
create function net.check_worker_is_up() returns void language plpgsql as $$
begin
  if not exists (select from pg_catalog.pg_stat_activity where application_name like 'pg_net%') then
    raise exception using
      message = 'the pg_net background worker is not up',
      detail = 'the pg_net background worker is down due to an internal error and cannot process requests',
      hint = 'make sure that you didn''t modify any of pg_net internal tables';
  end if;
end $$;
create function net.wait_until_running() returns void language plpgsql as $$
begin
  while not exists (select from pg_catalog.pg_stat_activity where application_name like 'pg_net%') loop
    perform pg_catalog.pg_sleep(0.05);
  end loop;
end $$;
create function net.worker_restart() returns boolean language sql as $$ select pg_catalog.pg_notify('pg_net_restart', ''); select true $$;

-- libcurl parses the address when it is queued: an invalid one fails then and there, in the caller's transaction.
create function net._encode_url_with_params_array(url text, params_array text[]) returns text
language plpgsql immutable strict
as $$
declare
  part constant text[] := pg_catalog.regexp_match(url, '^([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?$');
  host constant text[] := pg_catalog.regexp_match(part[2], '^(?:[^@]*@)?(\[[^]]*\]|[^:]*)(?::(.*))?$');
  problem constant text := case
    when part is null then 'Bad scheme'
    when pg_catalog.lower(part[1]) not in ('http', 'https') then 'Unsupported URL scheme'
    when host is null or host[1] = '' then 'No host part in the URL'
    when host[1] !~ '^(\[[0-9a-fA-F:.]+\]|[^][[:space:][:cntrl:]]+)$' then 'Bad hostname'
    when host[2] !~ '^[0-9]{0,5}$' or pg_catalog.left('0' || host[2], 6)::integer > 65535 then
      'Port number was not a decimal number between 0 and 65535'
    when part[3] ~ '[[:space:][:cntrl:]]' then 'Bad path'
  end;
  query text := pg_catalog.array_to_string(params_array, '&');
begin
  if problem is not null then
    raise exception 'invalid URL "%": %', url, problem;
  end if;
  query := pg_catalog.concat_ws('&', nullif(pg_catalog.substr(part[4], 2), ''), nullif(query, ''));
  return pg_catalog.concat(part[1], '://', part[2], coalesce(nullif(part[3], ''), '/'), '?' || nullif(query, ''), part[5]);
end $$;

create function net._urlencode_string(string character varying) returns text language sql immutable strict as $$
  select pg_catalog.string_agg(
    case when octet between 48 and 57 or octet between 65 and 90 or octet between 97 and 122 or octet in (45, 46, 95, 126)
      then pg_catalog.chr(octet) else '%' || pg_catalog.upper(pg_catalog.lpad(pg_catalog.to_hex(octet), 2, '0')) end, '' order by position)
  from (
    select position, pg_catalog.get_byte(pg_catalog.convert_to(string, 'utf8'), position) as octet
    from pg_catalog.generate_series(0, pg_catalog.octet_length(pg_catalog.convert_to(string, 'utf8')) - 1) as position
  ) as octets
$$;

create function net._queue(method text, url text, params jsonb, headers jsonb, body bytea, timeout_milliseconds int)
returns bigint language plpgsql as $$
declare
  request_id bigint;
begin
  insert into net.http_request_queue (method, url, headers, body, timeout_milliseconds)
  values (
    method,
    net._encode_url_with_params_array(url, (
      select coalesce(pg_catalog.array_agg(pg_catalog.concat(net._urlencode_string(key), '=', net._urlencode_string(value))), '{}')
      from pg_catalog.jsonb_each_text(params)
    )),
    headers, body, timeout_milliseconds
  ) returning id into request_id;
  perform net.wake();
  return request_id;
end $$;

create function net.http_get(
  url text, params jsonb default '{}', headers jsonb default '{}', timeout_milliseconds int default 5000
) returns bigint language sql as $$ select net._queue('GET', url, params, headers, null, timeout_milliseconds) $$;

create function net.http_post(
  url text, body jsonb default '{}', params jsonb default '{}',
  headers jsonb default '{"Content-Type": "application/json"}', timeout_milliseconds int default 5000
) returns bigint language plpgsql as $$
declare
  content_type text := (select value from pg_catalog.jsonb_each_text(headers) where pg_catalog.lower(key) = 'content-type' limit 1);
begin
  if content_type is null then
    headers := headers || '{"Content-Type": "application/json"}';
  elsif content_type <> 'application/json' then
    raise exception 'Content-Type header must be "application/json"';
  end if;
  return net._queue('POST', url, params, headers, pg_catalog.convert_to(body::text, 'utf8'), timeout_milliseconds);
end $$;

create function net.http_delete(
  url text, params jsonb default '{}', headers jsonb default '{}', timeout_milliseconds int default 5000, body jsonb default null
) returns bigint language sql as $$
  select net._queue('DELETE', url, params, headers, pg_catalog.convert_to(body::text, 'utf8'), timeout_milliseconds)
$$;

-- As on hosted Supabase, and as wide open.
grant usage on schema net to public;
grant all on all tables in schema net to public;
grant all on all sequences in schema net to public;
