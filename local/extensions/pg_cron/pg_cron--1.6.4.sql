-- The SQL surface of pg_cron 1.6. Jobs are run by a worker in the stack's process (pg-cron-worker.ts).

create schema cron;
create sequence cron.jobid_seq;
create sequence cron.runid_seq;

-- Port and host are those of the server that a job was scheduled on, and stay so in a dump: a job is run where they say.
create table cron.job (
  jobid bigint primary key default pg_catalog.nextval('cron.jobid_seq'),
  schedule text not null,
  command text not null,
  nodename text not null default 'localhost',
  nodeport int not null default pg_catalog.inet_server_port(),
  database text not null default pg_catalog.current_database(),
  username text not null default current_user,
  active boolean not null default true,
  jobname text,
  constraint jobname_username_uniq unique (jobname, username)
);
alter table cron.job enable row level security;
create policy cron_job_policy on cron.job using (username operator(pg_catalog.=) current_user);

create table cron.job_run_details (
  jobid bigint,
  runid bigint primary key default pg_catalog.nextval('cron.runid_seq'),
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
create policy cron_job_run_details_policy on cron.job_run_details using (username operator(pg_catalog.=) current_user);

grant select on cron.job, cron.jobid_seq, cron.runid_seq to public;
grant select, delete on cron.job_run_details to public;

-- Refuses what the worker does not understand, also where the real one does: names of days and months, $, @daily.
create function cron._check_schedule(schedule text) returns void
language plpgsql immutable set search_path = ''
as $$
declare
  v_fields constant text[] := pg_catalog.regexp_split_to_array(pg_catalog.btrim(schedule), '\s+');
  v_highest constant integer[] := array[59, 23, 31, 12, 7];
  v_lowest constant integer[] := array[0, 0, 1, 1, 0];
begin
  if schedule is null then
    raise exception 'schedule can not be NULL';
  end if;
  if schedule ~ '^\s*([1-9]|[1-5][0-9])\s+seconds?\s*$' then
    return;
  end if;
  if pg_catalog.array_length(v_fields, 1) = 5
    and (select bool_and(field ~ '^(\*|\d{1,2}(-\d{1,2})?)(/[1-9]\d?)?(,(\*|\d{1,2}(-\d{1,2})?)(/[1-9]\d?)?)*$') from unnest(v_fields) as field)
    and not exists (
      select from unnest(v_fields) with ordinality as field (text, place)
      cross join lateral pg_catalog.regexp_matches(pg_catalog.regexp_replace(field.text, '/\d+', '', 'g'), '\d+', 'g') as number
      where number[1]::integer not between v_lowest[place] and v_highest[place]
    )
  then
    return;
  end if;
  raise exception 'invalid schedule: %', schedule using errcode = 'invalid_parameter_value',
    hint = 'Use cron format (e.g. 5 4 * * *), or interval format ''[1-59] seconds''';
end $$;

-- In C it would see whose rights the caller has; in SQL the functions below say so.
create function cron._schedule(p_username name, p_name text, p_schedule text, p_command text) returns bigint
language plpgsql security definer set search_path = ''
as $$
declare
  v_id bigint;
begin
  perform cron._check_schedule(p_schedule);
  if p_command is null then
    raise exception 'command can not be NULL';
  end if;
  if not pg_catalog.has_database_privilege(p_username, pg_catalog.current_database(), 'connect') then
    raise exception 'User % does not have CONNECT privilege on %', p_username, pg_catalog.current_database();
  end if;
  -- A job that is there keeps everything else: its port, its host, and being switched off.
  insert into cron.job as job (jobname, schedule, command, nodename, nodeport, database, username)
  values (p_name, p_schedule, p_command, 'localhost', pg_catalog.current_setting('port')::integer, pg_catalog.current_database(), p_username)
  on conflict on constraint jobname_username_uniq do update
  set schedule = excluded.schedule, command = excluded.command, database = excluded.database
  returning job.jobid into v_id;
  return v_id;
end $$;

create function cron.schedule(job_name text, schedule text, command text) returns bigint
language plpgsql set search_path = ''
as $$
begin
  if $1 is null then
    raise exception 'job_name can not be NULL';
  end if;
  return cron._schedule(current_user, $1, $2, $3);
end $$;

create function cron.schedule(schedule text, command text) returns bigint
language sql strict set search_path = ''
as $$ select cron._schedule(current_user, null, $1, $2) $$;

create function cron._unschedule(p_username name, p_id bigint) returns boolean
language plpgsql security definer set search_path = ''
as $$
declare
  v_owner text;
begin
  select username into v_owner from cron.job where jobid = p_id;
  if not found then
    raise exception 'could not find valid entry for job %', p_id;
  end if;
  if v_owner <> p_username and not pg_catalog.has_table_privilege(p_username, 'cron.job', 'delete') then
    raise exception 'permission denied for table job' using errcode = 'insufficient_privilege';
  end if;
  delete from cron.job where jobid = p_id;
  return true;
end $$;

create function cron._job_named(p_username name, p_name text) returns bigint
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_id bigint;
begin
  select jobid into v_id from cron.job where jobname = p_name and username = p_username;
  if not found then
    raise exception 'could not find valid entry for job ''%''', p_name;
  end if;
  return v_id;
end $$;

create function cron.unschedule(job_id bigint) returns boolean
language sql strict set search_path = ''
as $$ select cron._unschedule(current_user, $1) $$;

create function cron.unschedule(job_name text) returns boolean
language sql strict set search_path = ''
as $$ select cron._unschedule(current_user, cron._job_named(current_user, $1)) $$;

create function cron._alter_job(
  p_username name, p_id bigint, p_schedule text, p_command text, p_database text, p_new_username text, p_active boolean
) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_is_superuser constant boolean := (select rolsuper from pg_catalog.pg_roles where rolname = p_username);
begin
  if p_new_username is not null and not v_is_superuser then
    raise exception 'must be superuser to alter username';
  end if;
  if p_schedule is not null then
    perform cron._check_schedule(p_schedule);
  end if;
  if num_nonnulls(p_schedule, p_command, p_database, p_new_username, p_active) = 0 then
    raise exception 'no updates specified'
      using hint = 'You must specify at least one job attribute to change when calling alter_job';
  end if;
  update cron.job as job
  set schedule = coalesce(p_schedule, job.schedule), command = coalesce(p_command, job.command),
    database = coalesce(p_database, job.database), username = coalesce(p_new_username, job.username),
    active = coalesce(p_active, job.active)
  where job.jobid = p_id and (v_is_superuser or job.username = p_username);
  if not found then
    raise exception 'Job % does not exist or you don''t own it', p_id;
  end if;
end $$;

create function cron.alter_job(
  job_id bigint, schedule text default null, command text default null, database text default null,
  username text default null, active boolean default null
) returns void
language sql set search_path = ''
as $$ select cron._alter_job(current_user, $1, $2, $3, $4, $5, $6) $$;

revoke all on schema cron from public;
revoke execute on function cron.alter_job(bigint, text, text, text, text, boolean) from public;

select pg_catalog.pg_extension_config_dump('cron.job', '');
select pg_catalog.pg_extension_config_dump('cron.jobid_seq', '');
select pg_catalog.pg_extension_config_dump('cron.job_run_details', '');
select pg_catalog.pg_extension_config_dump('cron.runid_seq', '');
