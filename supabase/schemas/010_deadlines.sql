-- What the calendar sync knows of an obligation: a deadline, as one recipient's calendar shows it.

create schema calendar_sync;
comment on schema calendar_sync is 'Calendar sync: the outbox, lanes, jobs and everything behind them. Not exposed by the Data API.';
grant usage on schema calendar_sync to authenticated, service_role;

create type calendar_sync.deadline as (
  obligation_id uuid,
  recipient_id uuid,
  title text,
  description text,
  obligation_type text,
  status text,
  deadline_date date,
  deadline_at timestamptz,
  time_zone text,
  url text
);

comment on type calendar_sync.deadline is
  'An obligation as one recipient''s calendar shows it. status is open, completed or cancelled.';

create function calendar_sync.due_text(deadline_date date, deadline_at timestamptz) returns text
language plpgsql stable security invoker set search_path = ''
as $$
begin
  return case
    when deadline_date between date '0001-01-01' and date '9999-12-31' then to_char(deadline_date, 'YYYY-MM-DD')
    when deadline_at between timestamptz '0001-01-01 00:00:00+00' and timestamptz '9999-12-31 23:59:59.999999+00'
      then to_char(deadline_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
  end;
end;
$$;

comment on function calendar_sync.due_text(date, timestamptz) is
  'A deadline as the Calendar API prints it: a date, or an instant in UTC (RFC 3339). Null for none, and for one that RFC 3339 cannot write.';

create function calendar_sync.shown_url(url text) returns text
language sql immutable security invoker set search_path = ''
as $$ select case when url ~* '^https?:' and length(url) <= 2000 then url end $$;

comment on function calendar_sync.shown_url(text) is 'Where the host shows an obligation, as far as a page may link to it.';
