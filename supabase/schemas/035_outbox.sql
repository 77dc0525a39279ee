-- The outbox. A change says that something may differ: one obligation in one calendar, or all of a calendar. Changes are
-- appended in the transaction that makes them necessary. The next claim absorbs them into jobs. Nobody ever waits for a row of
-- another transaction to append one.
--
-- Locks are taken in one order: integration, lane, provider. Only a transaction that holds a lane's lock writes its jobs.
--
-- A function that runs with every claim or record is plpgsql even where it is one statement: a session plans it once, where a
-- function in SQL is planned at every call. It goes by index, whatever the statistics say: right after an import they still know of
-- empty tables (100 jobs: 18 ms instead of 4). And it runs without JIT: plans that avoid sequential scans look expensive, and
-- compiling them took 230 ms a claim.

create table calendar_sync.changes (
  id bigint generated always as identity,
  integration_id uuid not null,
  obligation_id uuid,
  kind text not null,
  priority smallint not null,
  cause jsonb,
  created_at timestamptz not null default now(),
  -- In the order in which they are absorbed: a person does not wait for the changes of a bulk.
  primary key (priority, id),
  -- One check, of constant arrays: PostgreSQL parses it again in every statement, and two checks of lists took 10 µs longer.
  check (case when obligation_id is null
    then kind = any ('{scan,listen,disconnect,find_orphans,keep_alive,pull,channel,reapply,test_event,retry,reschedule,allow_deletions,allow_edits}'::text[])
    else kind = any ('{event,put_back,retry}'::text[]) end)
);

comment on table calendar_sync.changes is
  'What may differ, appended by the transaction that changed it and absorbed by the next claim. No foreign key and no unique key: a write waits for nobody.';
comment on column calendar_sync.changes.obligation_id is 'Null: all of the calendar.';
comment on column calendar_sync.changes.kind is
  'The kind of job to queue; or listen: a scan that is repeated once the transactions that are open now have ended. retry: what waits or was given up is tried at once, in all of the calendar or of one obligation. put_back: the event is written as it should be, wherever its user left it. reschedule: syncing was stopped. allow_deletions: the deletions that are due now are agreed to. allow_edits: so are the edits that the next pull finds, however many.';
comment on column calendar_sync.changes.cause is 'As calendar_sync.cause says.';

create index changes_integration_idx on calendar_sync.changes (integration_id, priority, id);
alter table calendar_sync.changes enable row level security;

-- The integration's lane. It has no foreign key: one would lock the integration after the lane.
create table calendar_sync.lanes (
  integration_id uuid primary key,
  provider text not null,
  ready_at timestamptz,
  priority smallint not null default 0,
  leased_by uuid,
  leased_until timestamptz,
  lease uuid,
  recorded_lease uuid,
  attempts integer not null default 0,
  wait_until timestamptz,
  wait_reason text check (wait_reason in ('backoff', 'retry_after', 'quota', 'user_blocked')),
  batch_jobs smallint not null default 100,
  deletions_agreed boolean not null default false,
  deletions_allowed integer not null default 0,
  check ((wait_until is null) = (wait_reason is null))
) with (fillfactor = 70);

comment on table calendar_sync.lanes is 'One lane for each integration: which worker has it, and from when on it may be worked.';
comment on column calendar_sync.lanes.ready_at is
  'From when on a worker may claim it: its next work, after any lease and wait. Null: nothing to do. Kept by calendar_sync.reschedule.';
comment on column calendar_sync.lanes.priority is 'Of the most urgent work at ready_at. 0: a person waits. 1: bulk. 2: sweep.';
comment on column calendar_sync.lanes.leased_by is 'The worker that works this lane alone until leased_until.';
comment on column calendar_sync.lanes.lease is
  'The latest claim. A call about an earlier claim, or about one whose answer was lost, is ignored.';
comment on column calendar_sync.lanes.recorded_lease is 'The latest claim whose outcome was recorded: a repeated record is ignored.';
comment on column calendar_sync.lanes.attempts is 'Runs in a row that achieved nothing.';
comment on column calendar_sync.lanes.wait_reason is
  'backoff: our own, ended by "Sync now". retry_after: the provider asked for it. quota: our share of the account''s calls, or the user''s of the project''s, is spent. user_blocked: its user is banned or soft-deleted.';
comment on column calendar_sync.lanes.batch_jobs is
  'Jobs of the next batch. It grows while batches are quick: progress shows early, and bulk needs few round trips.';
comment on column calendar_sync.lanes.deletions_agreed is
  'Its user agreed to the deletions that are due when they are next counted, however many.';
comment on column calendar_sync.lanes.deletions_allowed is 'So many deletions were agreed to; 0 again once nothing is left to do.';

alter table calendar_sync.lanes enable row level security;

-- A claim reads the heads of these queues and nothing else, however many lanes and jobs there are.
create index lanes_ready_idx on calendar_sync.lanes (provider, priority, ready_at) where ready_at is not null;
create index lanes_leased_by_idx on calendar_sync.lanes (leased_by) where leased_by is not null;

create table calendar_sync.jobs (
  integration_id uuid not null references public.calendar_integrations (id) on delete cascade,
  kind text not null check (kind in ('event', 'scan', 'find_orphans', 'keep_alive', 'disconnect', 'pull', 'channel', 'reapply', 'test_event')),
  obligation_id uuid,
  version bigint not null default 1,
  priority smallint not null default 0,
  run_at timestamptz not null default now(),
  attempts integer not null default 0,
  attempted_in text[] not null default '{}',
  attempted_version bigint,
  cursor jsonb,
  failed_at timestamptz,
  last_error text,
  cause jsonb,
  created_at timestamptz not null default now(),
  unique nulls not distinct (integration_id, obligation_id, kind),
  check ((kind = 'event') = (obligation_id is not null))
-- A claim marks every job that it takes: where there is room on the page, no index has to know.
) with (fillfactor = 60);

comment on table calendar_sync.jobs is
  'What is to be done in a calendar, by kind. event: bring one obligation into line. scan: queue an event job for everything that differs. find_orphans: look for events of ours that no mapping knows. keep_alive: use the refresh token once. disconnect: the last step of leaving. pull: read what its user changed in the calendar. channel: make, renew or end the provider''s push channel. reapply: set the reminders of its events to those of the settings. test_event: write the test event, or remove it.';
comment on column calendar_sync.jobs.version is 'Raised by every change. An outcome removes the job only if its version is still the claimed one.';
comment on column calendar_sync.jobs.priority is '0: a person waits. 1: bulk. 2: sweep.';
comment on column calendar_sync.jobs.attempted_in is
  'Calendars for which a worker took the job without a recorded outcome: an event may be there that no mapping knows.';
comment on column calendar_sync.jobs.attempted_version is
  'The version of the job at the first of these attempts. While it is still this one, all of them were of what is wanted now.';
comment on column calendar_sync.jobs.cursor is
  'How far a scan has come: after, the last obligation''s id. listens: transactions that are open when it begins could not know of the calendar, so it is repeated. repeat_after: the first transaction that could. waits_for: the scan is over and is repeated when all transactions before this one have ended. Of reapply: after, the last obligation whose event is done.';
comment on column calendar_sync.jobs.failed_at is 'Given up until the obligation changes or somebody asks.';
comment on column calendar_sync.jobs.cause is 'Of the last change that made it necessary. Trying again is no change.';

create index jobs_due_idx on calendar_sync.jobs (integration_id, priority, run_at) where failed_at is null;
create index jobs_failed_idx on calendar_sync.jobs (integration_id, failed_at) where failed_at is not null;
create index jobs_troubled_idx on calendar_sync.jobs (created_at) where attempts > 0 or failed_at is not null;
alter table calendar_sync.jobs enable row level security;

create table calendar_sync.incidents (
  id bigint generated always as identity primary key,
  kind text not null check (kind in ('enqueue', 'wake_up', 'stalled', 'claim', 'erasure', 'webhooks', 'step', 'watch')),
  sqlstate text not null,
  message text not null,
  obligation_ids uuid[],
  repaired_at timestamptz,
  created_at timestamptz not null default now()
);

comment on table calendar_sync.incidents is
  'What went wrong inside a transaction without disturbing it. The tick repairs lost changes.';
comment on column calendar_sync.incidents.obligation_ids is 'The obligations whose change was lost. Null: it concerns none, or all.';
create index incidents_open_idx on calendar_sync.incidents (id) where repaired_at is null;
create index incidents_created_idx on calendar_sync.incidents (created_at);
alter table calendar_sync.incidents enable row level security;

create function calendar_sync.note_incident(p_kind text, p_sqlstate text, p_message text, p_obligation_ids uuid[] default null)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  insert into calendar_sync.incidents (kind, sqlstate, message, obligation_ids)
  values (p_kind, p_sqlstate, left(p_message, 500), p_obligation_ids);
exception when others then
  raise warning 'calendar_sync: % failed (% %) and could not be recorded: %', p_kind, p_sqlstate, p_message, sqlerrm;
end;
$$;

comment on function calendar_sync.note_incident(text, text, text, uuid[]) is 'Records a failure; never fails itself.';

create function calendar_sync.note_incident_hourly(p_kind text, p_of text, p_sqlstate text, p_message text) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if not exists (
    select from calendar_sync.incidents
    where created_at > now() - interval '1 hour' and kind = p_kind and starts_with(message, p_of || ': ')
  ) then
    perform calendar_sync.note_incident(p_kind, p_sqlstate, p_of || ': ' || p_message);
  end if;
end;
$$;

comment on function calendar_sync.note_incident_hourly(text, text, text, text) is
  'Records a failure of what every tick tries again, once an hour. p_of: what failed.';

create function calendar_sync.append_changes(
  p_integration_ids uuid[], p_kind text, p_priority integer, p_cause jsonb default calendar_sync.cause()
) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  insert into calendar_sync.changes (integration_id, kind, priority, cause)
  select id, p_kind, p_priority, p_cause from unnest(p_integration_ids) as id;
end;
$$;

comment on function calendar_sync.append_changes(uuid[], text, integer, jsonb) is 'Appends a change of whole calendars.';

-- 100: measured, from there on a scan is cheaper than the jobs, for the writer and for the worker.
create function calendar_sync.append_event_changes(
  p_integration_ids uuid[], p_obligation_ids uuid[], p_priority integer default 0, p_cause jsonb default calendar_sync.cause()
) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_events_max constant integer := 100;
begin
  if cardinality(p_integration_ids) <= v_events_max then
    insert into calendar_sync.changes (integration_id, obligation_id, kind, priority, cause)
    select pair.integration_id, pair.obligation_id, 'event', p_priority, p_cause
    from unnest(p_integration_ids, p_obligation_ids) as pair (integration_id, obligation_id);
    return;
  end if;
  with pair as materialized (
    select each.integration_id, each.obligation_id
    from unnest(p_integration_ids, p_obligation_ids) as each (integration_id, obligation_id)
  ), bulk as materialized (
    select integration_id from pair group by integration_id having count(*) > v_events_max
  )
  insert into calendar_sync.changes (integration_id, obligation_id, kind, priority, cause)
  select pair.integration_id, pair.obligation_id, 'event', p_priority, p_cause
  from pair where pair.integration_id not in (select integration_id from bulk)
  union all
  select bulk.integration_id, null, 'scan', greatest(p_priority, 1), p_cause from bulk;
end;
$$;

comment on function calendar_sync.append_event_changes(uuid[], uuid[], integer, jsonb) is
  'Appends a change for each pair of integration and obligation; one for the whole calendar where it has more than 100.';

create function calendar_sync.append_changes_to_all(p_cause jsonb default calendar_sync.cause()) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  insert into calendar_sync.changes (integration_id, kind, priority, cause)
  select id, 'scan', 1, p_cause from public.calendar_integrations where removed_at is null;
  insert into calendar_sync.feed_changes (user_id) select user_id from calendar_sync.feed_owners;
end;
$$;

comment on function calendar_sync.append_changes_to_all(jsonb) is 'Has every calendar and every feed compared with the obligations.';

create function calendar_sync.run_now(p_integration_ids uuid[], p_everything boolean, p_obligation_id uuid default null)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_cause constant jsonb := calendar_sync.cause();
begin
  insert into calendar_sync.changes (integration_id, obligation_id, kind, priority, cause)
  select id, p_obligation_id, 'retry', 0, v_cause from unnest(p_integration_ids) as id
  union all
  select id, null, 'scan', 0, v_cause from unnest(p_integration_ids) as id where p_everything;
  return (
    select count(*) from calendar_sync.jobs
    where integration_id = any (p_integration_ids) and failed_at is not null
      and (p_obligation_id is null or obligation_id = p_obligation_id)
  );
end;
$$;

comment on function calendar_sync.run_now(uuid[], boolean, uuid) is
  'Somebody asks: our own waits end, what was given up is tried again (of one obligation, where it is given), and with p_everything the calendars are scanned. Returns how many changes had been given up. It appends and waits for nobody.';

create function calendar_sync.content_settings(settings jsonb) returns jsonb
language sql immutable security invoker set search_path = ''
as $$
  select jsonb_build_array(settings -> 'completed_events', settings -> 'obligation_types', settings -> 'title_template')
$$;

comment on function calendar_sync.content_settings(jsonb) is
  'Those of complete settings that say which events there are and what they show: a change of one acts on the events that are there.';

-- A record holds a lane and adds rows that name its integration: it would wait for a deletion that waits for the lane.
create function calendar_sync.lock_integrations(p_integration_ids uuid[]) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform from public.calendar_integrations where id = any (p_integration_ids) order by id for no key update;
  perform from calendar_sync.lanes where integration_id = any (p_integration_ids) order by integration_id for update;
end;
$$;

comment on function calendar_sync.lock_integrations(uuid[]) is
  'Waits for what workers are recording of these integrations, and keeps it waiting. Whoever deletes integrations calls it first.';

-- Every change of an integration that matters to its calendar, a person's in the dashboard too, has the calendar scanned.
create function calendar_sync.integration_changed() returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_before constant jsonb := calendar_sync.complete_settings(old.settings);
  v_settings constant jsonb := calendar_sync.complete_settings(new.settings);
begin
  if tg_op = 'DELETE' or new.removed_at is not null then
    delete from calendar_sync.lanes where integration_id = old.id;
    delete from calendar_sync.jobs where integration_id = old.id;
    delete from calendar_sync.pulls where integration_id = old.id;
    delete from calendar_sync.test_events where integration_id = old.id;
    return null;
  end if;
  if tg_op = 'INSERT' or old.removed_at is not null then
    insert into calendar_sync.lanes (integration_id, provider) values (new.id, new.provider);
    insert into calendar_sync.pulls (integration_id, next_pull_at) values (new.id, now() + calendar_sync.poll_interval(new.id));
    -- Events that were left in its calendar are looked for.
    insert into calendar_sync.changes (integration_id, obligation_id, kind, priority, cause)
    select distinct leftover.integration_id, leftover.obligation_id, 'event', 1, calendar_sync.cause('connected')
    from calendar_sync.leftovers as leftover where leftover.integration_id = new.id;
  end if;
  if new.status in ('active', 'disconnecting') and (tg_op = 'INSERT' or new.sync_enabled > old.sync_enabled
    or (new.status, new.calendar_id, calendar_sync.content_settings(v_settings), new.removed_at)
      is distinct from (old.status, old.calendar_id, calendar_sync.content_settings(v_before), old.removed_at))
  then
    perform calendar_sync.run_now(array[new.id], false);
    perform calendar_sync.append_changes(array[new.id], 'listen', 0);
    perform calendar_sync.append_changes(array[new.id], case new.status when 'active' then 'pull' else 'disconnect' end, 0);
  elsif (new.status, new.sync_enabled) is distinct from (old.status, old.sync_enabled) then
    perform calendar_sync.append_changes(array[new.id], 'reschedule', 0);
  end if;
  if new.status = 'disconnecting' then
    perform calendar_sync.end_test_event(new.id);
  end if;
  -- A user who chooses to have completed obligations removed, or fewer types, agrees to that.
  if tg_op = 'UPDATE' and new.status <> 'paused' and (
    v_settings ->> 'completed_events' = 'remove' and v_before ->> 'completed_events' = 'keep'
    or v_settings -> 'obligation_types' <> 'null'
      and (v_before -> 'obligation_types' = 'null' or not v_settings -> 'obligation_types' @> (v_before -> 'obligation_types'))
  ) then
    perform calendar_sync.append_changes(array[new.id], 'allow_deletions', 0);
  end if;
  -- A move that is not carried out yet is not accepted any more.
  if tg_op = 'UPDATE' and v_before ->> 'calendar_edits' = 'accept' and v_settings ->> 'calendar_edits' <> 'accept' then
    perform calendar_sync.put_back(edit.integration_id, edit.obligation_id)
    from calendar_sync.edits as edit where edit.integration_id = new.id and edit.is_accepted and edit.seen is not null;
  end if;
  return null;
end;
$$;

comment on function calendar_sync.integration_changed() is
  'Gives an integration its lane or takes it away, has its calendar scanned when a change asks for it, and has moves put back that are accepted in advance no more.';

create trigger integration_changed
after insert or delete or update of status, sync_enabled, calendar_id, settings, removed_at, user_id on public.calendar_integrations
for each row execute function calendar_sync.integration_changed();

create function calendar_sync.delete_tokens() returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
  delete from vault.secrets where id in (
    select unnest(array[old_row.refresh_token_secret_id, old_row.access_token_secret_id]) from old_rows as old_row
  );
  return null;
end;
$$;

comment on function calendar_sync.delete_tokens() is 'Removes the tokens of deleted integrations and flows.';

create trigger delete_tokens after delete on public.calendar_integrations
referencing old table as old_rows
for each statement execute function calendar_sync.delete_tokens();
