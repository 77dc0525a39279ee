-- Views of the installation: is it healthy, what holds it up.

create view calendar_admin.gates with (security_invoker = true) as
select
  gate.provider,
  case
    when gate.down_since is not null then 'closed: the provider cannot be reached'
    when gate.spent_until > now() then 'closed: the quota of all accounts together is spent'
    else 'open'
  end as state,
  gate.down_since as closed_since,
  nullif(greatest(gate.probe_at, gate.spent_until, now()), now()) as next_try_at,
  cardinality(gate.failed_lanes) as unreachable_in_a_row
from calendar_sync.gates as gate
order by gate.provider;

comment on view calendar_admin.gates is 'Whether each provider''s calendars may be worked. A closed gate opens by itself.';
comment on column calendar_admin.gates.next_try_at is 'When a calendar tries whether the provider is back. Empty: at once.';
comment on column calendar_admin.gates.unreachable_in_a_row is 'Different calendars in a row that could not reach it; five close the gate.';

create view calendar_admin.quota with (security_invoker = true) as
with recent as (
  select call.provider, call.integration_id, quota.scope, quota.calls as allowed, quota.window_length, quota.write_share,
    sum(call.calls) as used
  from calendar_sync.quotas as quota
  join calendar_sync.provider_calls as call
    on call.provider = quota.provider and call.at > clock_timestamp() - quota.window_length
  where quota.scope = 'integration'
  group by call.provider, call.integration_id, quota.scope, quota.calls, quota.window_length, quota.write_share
  order by sum(call.calls)::numeric / quota.calls desc limit 50
), project as (
  select quota.provider, null::uuid as integration_id, quota.scope, quota.calls as allowed, quota.window_length,
    quota.write_share, coalesce((
      select sum(call.calls) from calendar_sync.provider_calls as call
      where call.provider = quota.provider and call.at > clock_timestamp() - quota.window_length
    ), 0) as used
  from calendar_sync.quotas as quota where quota.scope = 'project'
)
select
  both_scopes.provider,
  case both_scopes.scope when 'project' then 'all accounts together' else 'one account' end as quota_of,
  both_scopes.integration_id,
  integration.account_email,
  both_scopes.used,
  both_scopes.allowed,
  both_scopes.window_length as within,
  round(100 * both_scopes.used / both_scopes.allowed, 1) as percent_used,
  greatest(floor(both_scopes.allowed * both_scopes.write_share) - both_scopes.used, 0) as left_for_syncing
from (select * from project union all select * from recent) as both_scopes
left join lateral (
  select found.account_email from public.calendar_integrations as found where found.id = both_scopes.integration_id offset 0
) as integration on true
order by both_scopes.integration_id is not null, percent_used desc, both_scopes.provider;

comment on view calendar_admin.quota is
  'What of the providers'' quotas is used: of each provider for all accounts together, and of the 50 accounts that use most of theirs.';
comment on column calendar_admin.quota.used is 'Calls within the window that ends now.';
comment on column calendar_admin.quota.allowed is 'To be changed in calendar_sync.quotas when a provider raises it for you.';
comment on column calendar_admin.quota.left_for_syncing is 'Less than what is left: a part is kept for people who click.';

create view calendar_admin.incidents with (security_invoker = true) as
select
  incident.created_at as at,
  case incident.kind
    when 'enqueue' then 'a change of obligations could not be noted; every calendar was looked at instead'
    when 'doorbell' then 'the doorbell could not ring'
    when 'stalled' then 'work was due for a minute and nobody came'
    when 'claim' then 'a calendar''s work could not be read; that calendar waited for a minute'
    when 'erasure' then 'a user could not be erased; it is tried again'
    else incident.kind
  end as what,
  incident.message,
  incident.sqlstate,
  incident.repaired_at
from calendar_sync.incidents as incident
order by incident.id desc
limit 500;

comment on view calendar_admin.incidents is 'What went wrong inside somebody''s transaction without disturbing it. The latest 500.';
comment on column calendar_admin.incidents.repaired_at is 'When the tick had seen to it.';

create view calendar_admin.doorbell with (security_invoker = true) as
select
  ring.request_id,
  ring.at as rang_at,
  answer.created as answered_at,
  answer.status_code,
  coalesce(reading.found, 'not answered yet') as answer,
  reading.ok as is_good
from (
  select * from calendar_sync.rings as latest order by latest.id desc limit 50
) as ring
-- By time, as pg_net has no index on ids. It dates an answer with the beginning of its batch.
left join lateral (
  select * from net._http_response as response
  where response.created >= (
    select min(oldest.at) - interval '1 minute' from (
      select latest.at from calendar_sync.rings as latest order by latest.id desc limit 50
    ) as oldest
  ) and response.id = ring.request_id
  limit 1
) as answer on true
left join lateral calendar_admin.read_answer(answer.status_code, answer.timed_out, answer.error_msg) as reading
  on answer.id is not null
order by ring.at desc;

comment on view calendar_admin.doorbell is 'The latest 50 calls of calendar-sync and what it answered.';
comment on column calendar_admin.doorbell.request_id is 'The id of the call in pg_net.';
comment on column calendar_admin.doorbell.is_good is 'Empty: not answered yet.';

-- What each job of ours last did. The details are never indexed by job, so only the latest ones of all are looked at.
create view calendar_admin.cron_jobs with (security_invoker = true) as
select
  job.jobname as job,
  job.schedule,
  job.active,
  run.start_time as last_run_at,
  run.status as last_status,
  run.return_message as last_message
from cron.job as job
left join lateral (
  select detail.* from cron.job_run_details as detail
  where detail.jobid = job.jobid and detail.runid > (select max(newest.runid) - 20000 from cron.job_run_details as newest)
  order by detail.runid desc limit 1
) as run on true
where job.jobname like 'calendar\_sync\_%' and job.database = current_database()
order by job.jobname;

comment on view calendar_admin.cron_jobs is 'The jobs that pg_cron runs for us, and how they last went.';
comment on column calendar_admin.cron_jobs.last_run_at is 'Empty: not among the latest 20,000 runs of all jobs.';

create view calendar_admin.health with (security_invoker = true) as
select health_check.name, health_check.ok, health_check.what_it_means, case when health_check.ok then null else health_check.what_to_do end as what_to_do
from (
  select 1 as place, 'work is done in time' as name, coalesce(waiting.since > now() - interval '1 minute', true) as ok,
    case when waiting.since is null then 'Nothing waits.'
      else format('The oldest work that could be done has waited for %s.', date_trunc('second', now() - waiting.since)) end as what_it_means,
    'select * from calendar_admin.setup_check() where not ok; then select * from calendar_admin.slowest_lanes;' as what_to_do
  from (
    select least((
      select min(first.ready_at) from calendar_sync.gates as gate
      cross join (values (0::smallint), (1::smallint), (2::smallint)) as class (priority)
      cross join lateral (
        select lane.ready_at from calendar_sync.lanes as lane
        where lane.provider = gate.provider and lane.priority = class.priority and lane.ready_at is not null
        order by lane.ready_at limit 1
      ) as first
      where gate.down_since is null and coalesce(gate.spent_until <= now(), true) and first.ready_at <= now()
    ), (
      select mark.created_at from calendar_sync.marks as mark order by mark.id limit 1
    )) as since
  ) as waiting
  union all
  select 2, 'the tick runs', coalesce(max(tick.last_run_at) > now() - interval '1 minute', false),
    coalesce('pg_cron last ran it at ' || max(tick.last_run_at) || '.', 'pg_cron has not run it.'),
    'select * from calendar_admin.setup_check() where not ok;'
  from calendar_admin.cron_jobs as tick where tick.job = 'calendar_sync_tick'
  union all
  select 3, 'the doorbell is answered', coalesce(bool_and(last_answer.is_good), true),
    coalesce(max(last_answer.answer) || '.', 'It has not rung lately.'),
    'select * from calendar_admin.setup_check() where not ok;'
  from (
    select ring.answer, ring.is_good from calendar_admin.doorbell as ring
    where ring.is_good is not null order by ring.rang_at desc limit 1
  ) as last_answer
  union all
  select 4, gate.provider || ' can be reached', gate.state = 'open', format('The gate is %s.', gate.state),
    'nothing: it opens by itself; select * from calendar_admin.gates; says when it is tried'
  from calendar_admin.gates as gate
  union all
  select 5, 'providers accept our client', count(*) = 0,
    case when count(*) = 0 then 'No account says otherwise.' else format('%s accounts say that our client id or secret is refused.', count(*)) end,
    'npx supabase secrets set --env-file .env   -- GOOGLE_CLIENT_SECRET, MICROSOFT_CLIENT_SECRET'
  from public.calendar_integrations as integration
  where integration.last_error is not null and integration.last_error ->> 'code' = 'configuration' and integration.status = 'active'
  union all
  select 6, 'nothing is given up', count(*) = 0,
    format('%s%s deadlines could not be brought into a calendar after %s attempts.', count(*), case when count(*) >= 1000 then ' or more' end,
      calendar_sync.attempts_max()),
    'select * from calendar_admin.stuck_jobs; then select * from calendar_admin.retry(''<integration_id>'');'
  from (
    select from calendar_sync.jobs as job
    where job.failed_at is not null and job.attempts >= calendar_sync.attempts_max()
    order by job.integration_id, job.failed_at limit 1000
  ) as given_up
  union all
  select 7, 'no transaction had trouble', count(*) = 0, format('%s incidents within the last hour.', count(*)),
    'select * from calendar_admin.incidents;'
  from (
    select incident.created_at from calendar_sync.incidents as incident order by incident.id desc limit 1000
  ) as incident
  where incident.created_at > now() - interval '1 hour'
  union all
  select 8, 'activity is filed by day', not late.is_there,
    case when late.is_there then 'Rows lie in calendar_sync.activity_default, for which nobody made a day.' else 'Every row has its day.' end,
    'select calendar_sync.keep_activity();'
  from (select exists (select from calendar_sync.activity_default) as is_there) as late
  union all
  select 9, 'erasures come to an end', count(*) = 0, format('%s users have been waiting to be erased for more than a day.', count(*)),
    'select * from calendar_admin.erasures; then select * from calendar_admin.erase_user(''<user_id>'', ''keep''); gives their events up'
  from calendar_sync.erasures as erasure where erasure.asked_at < now() - interval '1 day'
) as health_check
order by health_check.place, health_check.name;

comment on view calendar_admin.health is 'Is everything in order? A row a question. setup_check() looks deeper, at how the installation is set up.';
comment on column calendar_admin.health.what_to_do is 'Empty where all is well.';
