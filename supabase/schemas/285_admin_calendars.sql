-- Views of calendars. Each is bounded, by a limit or by an index of troubles, so clicking on one disturbs nobody. OFFSET 0 has rows
-- looked up one by one, whatever the statistics say.

create view calendar_admin.integrations with (security_invoker = true) as
select
  integration.id as integration_id,
  integration.user_id,
  integration.provider,
  integration.account_email,
  calendar_admin.state_of(integration) as state,
  integration.last_error ->> 'message' as why,
  integration.calendar_name,
  integration.created_at as connected_at,
  date_trunc('second', now() - integration.created_at) as connected_for,
  integration.last_synced_at,
  (
    select min(work.since) from (
      select lane.ready_at as since from calendar_sync.lanes as lane
      where lane.integration_id = integration.id and lane.ready_at <= now()
      union all
      select change.created_at from calendar_sync.changes as change where change.integration_id = integration.id
      union all
      (
        select job.created_at from calendar_sync.jobs as job
        where job.integration_id = integration.id and job.kind in ('event', 'scan') and job.failed_at is null
        order by job.priority, job.run_at limit 1
      )
    ) as work
  ) as waiting_since,
  (
    select least(count(*), 1000) from (
      (
        select job.obligation_id from calendar_sync.jobs as job
        where job.integration_id = integration.id and job.kind = 'event' and job.failed_at is null limit 1000
      )
      union
      (
        select change.obligation_id from calendar_sync.changes as change
        where change.integration_id = integration.id and change.kind = 'event' limit 1000
      )
    ) as waiting
  ) as waiting_changes,
  (
    select count(*) from (
      select from calendar_sync.jobs as job
      where job.integration_id = integration.id and job.failed_at is not null limit 1000
    ) as failed
  ) as given_up
from public.calendar_integrations as integration where integration.removed_at is null;

comment on view calendar_admin.integrations is
  'Every connected account: whose it is, how it is and what waits. Filter it by user_id, account_email or state.';
comment on column calendar_admin.integrations.integration_id is 'What the functions of this schema take.';
comment on column calendar_admin.integrations.user_id is 'Whose it is; the functions take it too, for all of a user''s.';
comment on column calendar_admin.integrations.why is 'Why it does not sync, as its user reads it. Empty while all is well.';
comment on column calendar_admin.integrations.connected_for is 'The age of the connection.';
comment on column calendar_admin.integrations.last_synced_at is 'When it last did what there was to do.';
comment on column calendar_admin.integrations.waiting_since is 'Since when something waits to be looked at. Empty: nothing does.';
comment on column calendar_admin.integrations.waiting_changes is
  'Changes that wait, 1000 where there are that many or more. A bulk change counts once it was scanned.';
comment on column calendar_admin.integrations.given_up is 'Changes that are no longer tried, 1000 where there are that many or more.';

create view calendar_admin.failing_integrations with (security_invoker = true) as
select
  integration.id as integration_id,
  integration.user_id,
  integration.provider,
  integration.account_email,
  calendar_admin.state_of(integration) as state,
  integration.last_error ->> 'code' as code,
  integration.last_error ->> 'message' as why,
  case
    when integration.paused_by_admin is not null then format('select * from calendar_admin.resume(%L);', integration.id)
    when integration.last_error ->> 'code' = 'mass_deletion' then
      format('ask its user, then select * from calendar_admin.allow_deletions(%L);', integration.id)
    when integration.last_error ->> 'code' = 'mass_edit' then
      format('ask its user, then select * from calendar_admin.resume(%L);', integration.id)
    when integration.last_error ->> 'code' = 'configuration' then 'npx supabase secrets set --env-file supabase/.env.calendar.local   -- client id and secret of the provider'
    when integration.last_error ->> 'code' in ('provider_unavailable', 'quota') then 'nothing, it goes on by itself'
    when integration.last_error ->> 'code' in ('blocked_by_policy', 'mailbox_unavailable') then
      format('its organisation has to act, then select * from calendar_admin.retry(%L);', integration.id)
    when integration.status = 'disconnecting' then 'nothing, it goes on by itself'
    else 'its user has to act: the Settings page says what'
  end as what_to_do,
  integration.last_synced_at,
  integration.updated_at as changed_at
from public.calendar_integrations as integration
where (integration.last_error is not null or integration.status <> 'active') and integration.removed_at is null
order by integration.last_synced_at nulls first, integration.id
limit 1000;

comment on view calendar_admin.failing_integrations is
  'Accounts that do not sync, or have trouble, and why. The longest unsynced first; at most 1000.';
comment on column calendar_admin.failing_integrations.code is 'As in the Calendar API''s last_error.code.';
comment on column calendar_admin.failing_integrations.why is 'As its user reads it.';
comment on column calendar_admin.failing_integrations.changed_at is 'When anything of the account last changed.';

-- Three ways to be slow: due and no worker comes, due later because of a wait, and changed without having been looked at.
create view calendar_admin.slowest_lanes with (security_invoker = true) as
with candidate as (
  select first.integration_id
  from calendar_sync.providers as provider
  cross join (values (0::smallint), (1::smallint), (2::smallint)) as class (priority)
  cross join lateral (
    (
      select lane.integration_id from calendar_sync.lanes as lane
      where lane.provider = provider.name and lane.priority = class.priority and lane.ready_at <= now()
      order by lane.ready_at limit 100
    )
    union all
    (
      select lane.integration_id from calendar_sync.lanes as lane
      where lane.provider = provider.name and lane.priority = class.priority and lane.ready_at > now() + interval '15 seconds'
      order by lane.ready_at desc limit 100
    )
  ) as first
  union
  select changed.integration_id from (
    select change.integration_id from calendar_sync.changes as change order by change.priority, change.id limit 100
  ) as changed
)
select
  integration.id as integration_id,
  integration.user_id,
  integration.provider,
  integration.account_email,
  waiting.since as waiting_since,
  date_trunc('second', now() - waiting.since) as waiting_for,
  case wait.reason
    when 'leased' then 'it is being worked'
    when 'provider_down' then 'its provider cannot be reached by anybody'
    when 'project_quota' then 'the quota of all accounts together is spent'
    when 'retry_after' then 'the provider asked us to wait'
    when 'quota' then 'our share of this account''s quota, or its user''s of the project''s, is spent'
    when 'user_blocked' then 'its user is banned or soft-deleted in Supabase Auth'
    when 'backoff' then format('%s runs in a row failed', lane.attempts)
    else case when lane.ready_at > now() then 'what failed is tried again later' else 'no worker has come yet' end
  end as why,
  nullif(greatest(lane.ready_at, wait.until, now()), now()) as next_try_at,
  lane.attempts as failed_runs
from candidate
cross join lateral (
  select * from calendar_sync.lanes as found where found.integration_id = candidate.integration_id offset 0
) as lane
cross join lateral (
  select * from public.calendar_integrations as found where found.id = candidate.integration_id offset 0
) as integration
join calendar_sync.providers as its_provider on its_provider.name = lane.provider
cross join lateral calendar_sync.wait_of(row (lane.*)::calendar_sync.lanes, row (its_provider.*)::calendar_sync.providers) as wait
cross join lateral (
  select min(work.since) as since from (
    select lane.ready_at as since where lane.ready_at <= now()
    union all
    select change.created_at from calendar_sync.changes as change where change.integration_id = lane.integration_id
    union all
    (
      select job.created_at from calendar_sync.jobs as job
      where job.integration_id = lane.integration_id and job.failed_at is null
      order by job.priority, job.run_at limit 1
    )
  ) as work
) as waiting
where waiting.since is not null
  and (integration.status = 'active' and integration.sync_enabled or integration.status = 'disconnecting')
order by waiting.since
limit 100;

comment on view calendar_admin.slowest_lanes is
  'The calendars whose work has waited for the longest, and for what. At most 100; the first one''s waiting_for is how far everything is behind.';
comment on column calendar_admin.slowest_lanes.why is 'What it waits for.';
comment on column calendar_admin.slowest_lanes.next_try_at is 'When it goes on. Empty: at once.';
comment on column calendar_admin.slowest_lanes.failed_runs is 'Runs in a row that achieved nothing.';

create view calendar_admin.stuck_jobs with (security_invoker = true) as
select
  job.integration_id,
  integration.user_id,
  integration.provider,
  integration.account_email,
  job.obligation_id,
  deadline.title,
  calendar_sync.due_text(deadline.deadline_date, deadline.deadline_at) as due,
  case
    when job.failed_at is null then 'is tried again'
    when job.last_error = 'changed_again' then 'left alone: somebody else keeps moving it'
    when job.attempts >= calendar_sync.attempts_max() then 'given up'
    else 'rejected by the provider'
  end as state,
  job.last_error as reason,
  job.attempts as tries,
  job.created_at as changed_at,
  job.failed_at as given_up_at,
  case when job.failed_at is null then job.run_at end as next_try_at
from (
  select * from calendar_sync.jobs as troubled
  where (troubled.attempts > 0 or troubled.failed_at is not null) and troubled.kind = 'event'
  order by troubled.created_at limit 500
) as job
cross join lateral (
  select * from public.calendar_integrations as found where found.id = job.integration_id offset 0
) as integration
cross join lateral calendar_sync.deadline_for(job.obligation_id, integration.user_id) as deadline
order by job.created_at;

comment on view calendar_admin.stuck_jobs is
  'Deadlines that could not be brought into a calendar at the first try: given up, rejected, or tried again. The oldest 500.';
comment on column calendar_admin.stuck_jobs.title is 'The obligation''s. Empty where it is gone, and only its event has yet to go.';
comment on column calendar_admin.stuck_jobs.state is
  'given up: after 8 attempts, until it changes, somebody asks or the night comes. rejected and left alone: until it changes or somebody asks.';
comment on column calendar_admin.stuck_jobs.reason is 'The provider''s own word, the status of its answer (http_503), or one of ours, among them changed_again, deadline_out_of_range, edited and network.';
comment on column calendar_admin.stuck_jobs.changed_at is 'When the obligation changed that waits since.';

create index activity_at_idx on calendar_sync.activity (at desc);

create view calendar_admin.most_synced_types with (security_invoker = true) as
select
  coalesce(nullif(deadline.obligation_type, ''), case when deadline.obligation_id is null then '(deleted since)' else '(none)' end) as obligation_type,
  count(*) as changes,
  count(distinct recent.user_id) as users,
  round(100.0 * count(*) / sum(count(*)) over (), 1) as percent,
  max(recent.at) as last_change_at
from (
  select activity.at, activity.user_id, activity.obligation_id from calendar_sync.activity
  where activity.at > now() - interval '7 days' and activity.action in ('created', 'updated', 'moved', 'removed')
  order by activity.at desc limit 10000
) as recent
cross join lateral calendar_sync.deadline_for(recent.obligation_id, recent.user_id) as deadline
group by 1
order by changes desc
limit 100;

comment on view calendar_admin.most_synced_types is
  'Which types of obligations the latest changes of calendars were about: of the last seven days, the newest 10,000 changes.';
comment on column calendar_admin.most_synced_types.changes is 'Events that were created, updated, moved or removed.';
comment on column calendar_admin.most_synced_types.percent is 'Of these changes.';

create view calendar_admin.recent_activity with (security_invoker = true) as
select
  recent.at,
  recent.action,
  recent.user_id,
  recent.integration_id,
  recent.provider,
  recent.obligation_id,
  recent.title,
  recent.due,
  coalesce(recent.details ->> 'because', recent.reason) as reason,
  recent.caused_by,
  recent.request_id,
  recent.details
from calendar_sync.activity as recent
order by recent.at desc
limit 500;

comment on view calendar_admin.recent_activity is
  'The latest 500 changes of calendars and connections, and what administrators did. calendar_sync.activity has all of them.';
comment on column calendar_admin.recent_activity.reason is 'The provider''s, or the administrator''s.';
comment on column calendar_admin.recent_activity.caused_by is 'user:<id>, admin:<who>, database:<role>, service, or the part of ours that did it.';
comment on column calendar_admin.recent_activity.request_id is 'The same id stands in the functions'' log lines.';

create view calendar_admin.erasures with (security_invoker = true) as
select
  erasure.user_id,
  erasure.asked_at,
  erasure.asked_by,
  erasure.reason,
  (
    select count(*) from public.calendar_integrations as integration where integration.id = any (erasure.integration_ids)
  ) as calendars_left
from calendar_sync.erasures as erasure
order by erasure.asked_at
limit 1000;

comment on view calendar_admin.erasures is
  'Users who are being erased and whose events have yet to go. Users who have been erased are not here any more.';
comment on column calendar_admin.erasures.calendars_left is 'Calendars from which events are still being removed.';
