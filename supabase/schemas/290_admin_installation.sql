-- Views of the installation: is it healthy, and what holds it up.

create view calendar_admin.circuit_breakers with (security_invoker = true) as
select
  provider.name as provider,
  null::text as server,
  case
    when provider.open_since is not null then case when provider.probe_at <= now() then 'half-open: the next calendar tries the provider'
      else 'open: the provider cannot be reached' end
    when provider.quota_until > now() then 'the quota of all accounts together is spent'
    else 'closed'
  end as state,
  provider.open_since,
  nullif(greatest(provider.probe_at, provider.quota_until, now()), now()) as next_try_at,
  cardinality(provider.unreachable) as unreachable_in_a_row
from calendar_sync.providers as provider
union all
select
  breaker.provider,
  breaker.server,
  case
    when breaker.open_since is null then 'closed'
    when breaker.probe_at <= now() then 'half-open: the next calendar tries the server'
    else 'open: the server cannot be reached'
  end,
  breaker.open_since,
  nullif(greatest(breaker.probe_at, now()), now()),
  cardinality(breaker.unreachable)
from calendar_sync.server_breakers as breaker
order by provider, server nulls first;

comment on view calendar_admin.circuit_breakers is 'Whether each provider''s calendars may be worked. Closed: they may. An open circuit breaker closes by itself.';
comment on column calendar_admin.circuit_breakers.server is 'Of one server, where accounts are on servers that their users named: shown while it could not be reached. Empty: of the provider.';
comment on column calendar_admin.circuit_breakers.next_try_at is 'When a calendar tries whether the provider is back. Empty: at once.';
comment on column calendar_admin.circuit_breakers.unreachable_in_a_row is 'Different calendars in a row that could not reach it; five open the circuit breaker.';

create view calendar_admin.quota with (security_invoker = true) as
with recent as (
  select call.provider, call.integration_id, sum(call.calls) as used
  from calendar_sync.providers as provider
  join calendar_sync.provider_calls as call
    on call.provider = provider.name and call.at > clock_timestamp() - provider.account_window
  group by call.provider, call.integration_id, provider.account_calls
  order by sum(call.calls)::numeric / provider.account_calls desc limit 50
)
select
  both_scopes.provider,
  both_scopes.quota_of,
  both_scopes.integration_id,
  integration.account_email,
  both_scopes.used,
  both_scopes.allowed,
  both_scopes.within,
  round(100 * both_scopes.used / both_scopes.allowed, 1) as percent_used,
  greatest(floor(both_scopes.allowed * both_scopes.share) - both_scopes.used, 0) as left_for_syncing
from (
  select provider.name as provider, 'all accounts together' as quota_of, null::uuid as integration_id, coalesce((
      select sum(call.calls) from calendar_sync.provider_calls as call
      where call.provider = provider.name and call.at > clock_timestamp() - provider.project_window
    ), 0) as used, provider.project_calls as allowed, provider.project_window as within, provider.project_sync_share as share
  from calendar_sync.providers as provider where provider.project_calls is not null
  union all
  select recent.provider, 'one account', recent.integration_id, recent.used, provider.account_calls, provider.account_window,
    provider.sync_share
  from recent join calendar_sync.providers as provider on provider.name = recent.provider
) as both_scopes
left join lateral (
  select found.account_email from public.calendar_integrations as found where found.id = both_scopes.integration_id offset 0
) as integration on true
order by both_scopes.integration_id is not null, percent_used desc, both_scopes.provider;

comment on view calendar_admin.quota is
  'What of the providers'' quotas is used: of each provider for all accounts together, and of the 50 accounts that use most of theirs.';
comment on column calendar_admin.quota.used is 'Calls within the window that ends now.';
comment on column calendar_admin.quota.allowed is 'Change it in calendar_sync.providers when a provider raises it for you.';
comment on column calendar_admin.quota.left_for_syncing is 'Less than what is left: a part is kept for people who click.';

create view calendar_admin.incidents with (security_invoker = true) as
select
  incident.created_at as at,
  case incident.kind
    when 'enqueue' then 'a change of obligations could not be noted; what it concerned was looked at instead'
    when 'wake_up' then 'the worker could not be woken'
    when 'stalled' then 'work was due for a minute and no worker came'
    when 'claim' then 'a calendar''s work could not be read; only that calendar waits'
    when 'erasure' then 'a user could not be erased; it is tried again'
    when 'webhooks' then 'webhooks could not be told of a change; the change itself was made'
    when 'step' then 'a step of the tick or of the night failed; the others were done, and it is tried again'
    when 'watch' then 'a partition of a watched table could not be watched; it is tried again'
    else incident.kind
  end as what,
  incident.message,
  incident.sqlstate,
  incident.obligation_ids,
  incident.repaired_at
from calendar_sync.incidents as incident
order by incident.id desc
limit 500;

comment on view calendar_admin.incidents is 'What went wrong inside a transaction without disturbing it. The latest 500.';
comment on column calendar_admin.incidents.obligation_ids is 'The obligations that it concerned, where it is known.';
comment on column calendar_admin.incidents.repaired_at is 'When the tick had seen to it.';

create view calendar_admin.mails with (security_invoker = true) as
select
  delivery.created_at as queued_at,
  delivery.type as kind,
  delivery.user_id,
  delivery.state,
  delivery.attempt_count as attempts,
  delivery.attempts -> -1 ->> 'status' as last_status,
  delivery.attempts -> -1 ->> 'error' as last_error,
  delivery.next_attempt_at,
  delivery.ended_at
from calendar_sync.deliveries as delivery
where delivery.channel = 'mail'
order by delivery.created_at desc
limit 500;

comment on view calendar_admin.mails is 'The latest 500 mails and what became of them.';
comment on column calendar_admin.mails.kind is 'The kind of notice; digest: the daily mail; admin_…: to CALENDAR_ADMIN_EMAIL.';
comment on column calendar_admin.mails.user_id is 'Empty: to administrators.';

create view calendar_admin.notices with (security_invoker = true) as
select notice.created_at as since, notice.kind, notice.object as about, notice.details, notice.ended_at
from calendar_sync.admin_notices as notice
order by notice.created_at desc
limit 500;

comment on view calendar_admin.notices is 'What only administrators can mend: the latest 500. ended_at empty: it is still so.';

create view calendar_admin.wake_up_calls with (security_invoker = true) as
select
  call.request_id,
  call.at as called_at,
  call.answered_at,
  call.status_code,
  coalesce(reading.found, 'not answered yet') as answer,
  reading.ok as is_good
from calendar_sync.wake_up_answers(50) as call
left join lateral calendar_admin.read_answer(call.status_code, call.timed_out, call.error_msg) as reading
  on call.answered_at is not null
order by call.at desc;

comment on view calendar_admin.wake_up_calls is 'The latest 50 calls of calendar-sync and what it answered.';
comment on column calendar_admin.wake_up_calls.request_id is 'The id of the call in pg_net.';
comment on column calendar_admin.wake_up_calls.is_good is 'Empty: not answered yet.';

create view calendar_admin.cron_jobs with (security_invoker = true) as
select job.job, job.schedule, job.active, job.last_run_at, job.last_status, job.last_message
from calendar_sync.cron_jobs() as job
order by job.job;

comment on view calendar_admin.cron_jobs is 'The jobs that pg_cron runs for us, and how they last went.';
comment on column calendar_admin.cron_jobs.last_run_at is 'Empty: not among the latest 20,000 runs of all jobs.';

create view calendar_admin.health with (security_invoker = true) as
select health_check.name, health_check.ok, health_check.found as what_it_means, health_check.how_to_mend as what_to_do
from calendar_sync.health() as health_check;

comment on view calendar_admin.health is 'Is everything in order? A row for each check. setup_check() looks deeper, at how the installation is set up.';
comment on column calendar_admin.health.what_to_do is 'Empty where all is well.';
