-- The SQL surface of pg_cron 1.6. Jobs are run by a worker in the stack's process (pg-cron-worker.ts).

create schema if not exists cron;

create table cron.job (
  jobid bigserial primary key,
  schedule text not null,
  command text not null,
  nodename text not null default 'localhost',
  nodeport int not null default inet_server_port(),
  database text not null default current_database(),
  username text not null default current_user,
  active boolean not null default true,
  jobname text,
  unique (jobname, username)
);
alter table cron.job enable row level security;
create policy cron_job_policy on cron.job using (username = current_user);

create table cron.job_run_details (
  jobid bigint,
  runid bigserial primary key,
  job_pid int,
  database text,
  username text,
  command text,
  status text,
  return_message text,
  start_time timestamptz,
  end_time timestamptz
);
alter table cron.job_run_details enable row level security;
create policy cron_job_run_details_policy on cron.job_run_details using (username = current_user);

create function cron._check_schedule(schedule text) returns void language plpgsql as $$
begin
  if schedule ~ '^\s*([1-9]|[1-5][0-9])\s+seconds?\s*$' then
    return;
  end if;
  if schedule !~ '^\s*[0-9*/,-]+(\s+[0-9*/,$-]+)(\s+[0-9*/,-]+)(\s+[0-9*/,-]+)\s*$'
    and pg_catalog.array_length(pg_catalog.regexp_split_to_array(pg_catalog.btrim(schedule), '\s+'), 1) <> 5 then
    raise exception 'invalid schedule: %', schedule
      using hint = 'Use cron format (e.g. 5 4 * * *), or interval format ''[1-59] seconds''';
  end if;
end $$;

create function cron.schedule(job_name text, schedule text, command text) returns bigint
language plpgsql security definer set search_path = ''
as $$
declare
  id bigint;
begin
  perform cron._check_schedule(schedule);
  insert into cron.job as job (jobname, schedule, command, username) values ($1, $2, $3, session_user)
  on conflict (jobname, username) do update set schedule = excluded.schedule, command = excluded.command, active = true
  returning job.jobid into id;
  perform pg_catalog.pg_notify('pg_cron_changed', '');
  return id;
end $$;

create function cron.schedule(schedule text, command text) returns bigint
language sql as $$ select cron.schedule(null, $1, $2) $$;

create function cron.unschedule(job_id bigint) returns boolean
language plpgsql security definer set search_path = ''
as $$
begin
  delete from cron.job where jobid = $1 and username = session_user;
  if not found then
    raise exception 'could not find valid entry for job ''%''', $1;
  end if;
  return true;
end $$;

create function cron.unschedule(job_name text) returns boolean
language plpgsql security definer set search_path = ''
as $$
begin
  delete from cron.job where jobname = $1 and username = session_user;
  if not found then
    raise exception 'could not find valid entry for job ''%''', $1;
  end if;
  return true;
end $$;

create function cron.alter_job(
  job_id bigint, schedule text default null, command text default null, database text default null,
  username text default null, active boolean default null
) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  update cron.job as job
  set schedule = coalesce($2, job.schedule), command = coalesce($3, job.command), database = coalesce($4, job.database),
    username = coalesce($5, job.username), active = coalesce($6, job.active)
  where job.jobid = $1;
  if not found then
    raise exception 'Job % does not exist or you don''t own it', $1;
  end if;
end $$;

revoke all on schema cron from public;
revoke execute on all functions in schema cron from public;
