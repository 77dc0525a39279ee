-- What providers allow, and what was used of it. All workers share it, so it is counted here: one row a batch, never a
-- counter that everybody updates. A window that slides is exact where a bucket that refills would let twice its size
-- through within one window.

create table calendar_sync.quotas (
  provider text not null check (provider in ('google', 'outlook')),
  scope text not null check (scope in ('integration', 'project')),
  calls integer not null check (calls > 0),
  window_length interval not null check (window_length > interval '0'),
  write_share numeric not null default 0.7 check (write_share > 0 and write_share <= 1),
  primary key (provider, scope)
);

comment on table calendar_sync.quotas is 'Calls that a provider allows. Change a row when the provider raises a limit for your project.';
comment on column calendar_sync.quotas.scope is 'integration: of one account. project: of all accounts together.';
comment on column calendar_sync.quotas.calls is 'Calls within window_length.';
comment on column calendar_sync.quotas.write_share is 'Of these, the part that syncing may take; the rest is for people who click.';

alter table calendar_sync.quotas enable row level security;

-- Google: projects since May 2026, per minute. Graph: per mailbox in 10 minutes, per application in 10 seconds.
insert into calendar_sync.quotas (provider, scope, calls, window_length) values
  ('google', 'integration', 600, '1 minute'),
  ('google', 'project', 10000, '1 minute'),
  ('outlook', 'integration', 10000, '10 minutes'),
  ('outlook', 'project', 130000, '10 seconds');

create table calendar_sync.provider_calls (
  id bigint generated always as identity primary key,
  provider text not null,
  integration_id uuid not null,
  calls integer not null,
  at timestamptz not null default clock_timestamp()
);

comment on table calendar_sync.provider_calls is
  'Calls made to providers, or reserved for a batch under way. No foreign key: calls of a removed integration count too.';
create index provider_calls_integration_idx on calendar_sync.provider_calls (integration_id, at) include (calls);
create index provider_calls_project_idx on calendar_sync.provider_calls (provider, at) include (calls);

alter table calendar_sync.provider_calls enable row level security;

create function calendar_sync.note_calls(p_integration_id uuid, p_calls integer) returns bigint
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_id bigint;
begin
  insert into calendar_sync.provider_calls (provider, integration_id, calls)
  select integration.provider, integration.id, p_calls from public.calendar_integrations as integration
  where integration.id = p_integration_id and p_calls > 0
  returning id into v_id;
  return v_id;
end;
$$;

comment on function calendar_sync.note_calls(uuid, integer) is 'Counts calls against the quotas of an integration and its provider.';

create function calendar_sync.quota_of(p_provider text, p_integration_id uuid) returns table (
  scope text, allowed integer, window_length interval, used integer, left_for_people integer, left_for_writes integer,
  more_at timestamptz
)
language plpgsql volatile security definer set search_path = ''
as $$
begin
  return query
  select quota.scope, quota.calls, quota.window_length, recent.used, greatest(quota.calls - recent.used, 0),
    greatest(floor(quota.calls * quota.write_share)::integer - recent.used, 0), recent.oldest_at + quota.window_length
  from calendar_sync.quotas as quota
  cross join lateral (
    select coalesce(sum(counted.calls), 0)::integer as used, min(counted.at) as oldest_at
    from (
      select call.calls, call.at from calendar_sync.provider_calls as call
      where quota.scope = 'integration' and call.integration_id = p_integration_id
        and call.at > clock_timestamp() - quota.window_length
      union all
      select call.calls, call.at from calendar_sync.provider_calls as call
      where quota.scope = 'project' and call.provider = quota.provider
        and call.at > clock_timestamp() - quota.window_length
    ) as counted
  ) as recent
  where quota.provider = p_provider;
end;
$$;

comment on function calendar_sync.quota_of(text, uuid) is
  'Quotas that hold for an integration, its own and its provider project''s, with what is used and left. more_at: when the oldest calls leave the window.';

create view calendar_sync.quota_use with (security_invoker = true) as
select integration.provider, integration.id as integration_id, quota.*
from public.calendar_integrations as integration
cross join lateral calendar_sync.quota_of(integration.provider, integration.id) as quota
where quota.scope = 'integration'
union all
select project.provider, null, quota.*
from calendar_sync.quotas as project
cross join lateral calendar_sync.quota_of(project.provider, null) as quota
where project.scope = 'project' and quota.scope = 'project';

comment on view calendar_sync.quota_use is
  'Quota used and left, a row an integration and one a provider project (integration_id null). more_at: when the oldest calls leave the window.';
