-- The outbox. A job says "look at this obligation in this calendar", a mark "look at this lane", at its new jobs or at
-- everything in the calendar. Both are written in the transaction that makes them necessary, and touch no row that another
-- user's would: a mark is appended, and the next claim carries it over to the lane.
--
-- What runs with every claim or record is written in plpgsql even where it is one statement: a session then plans it once,
-- where a function in SQL is planned at every call.
--
-- Some of it is told to go by index, whatever the statistics say: right after an import they still know of empty tables,
-- and a plan made then would read the whole of each for every job (100 jobs: 18 ms instead of 4).
--
-- Whoever locks an integration and its lane does so in that order, as a deletion does: else two of them could wait for
-- each other.

-- No foreign key: it would have the integration of a lane that is updated twice in a transaction looked at again, and so
-- locked after its lane.
create table calendar_sync.lanes (
  integration_id uuid primary key,
  provider text not null,
  ready_at timestamptz,
  priority smallint not null default 0,
  leased_by uuid,
  leased_until timestamptz,
  lease uuid,
  recorded_lease uuid,
  asked_anew boolean not null default false,
  attempts integer not null default 0,
  backoff_until timestamptz,
  held_until timestamptz,
  budget_until timestamptz,
  reserved_call_id bigint,
  batch_jobs smallint not null default 100,
  walk_after uuid,
  walk_priority smallint not null default 0,
  walk_next smallint,
  walk_cause jsonb,
  walk_next_cause jsonb,
  deletions_unchecked boolean not null default false,
  deletions_allowed integer not null default 0,
  exercise_due boolean not null default false,
  own_events_due boolean not null default false,
  refresh_claim uuid,
  refresh_claimed_until timestamptz
) with (fillfactor = 70);

comment on table calendar_sync.lanes is 'One lane an integration: who works it, and from when on it may be worked.';
comment on column calendar_sync.lanes.ready_at is
  'From when on a worker may take it: its next work, not before a lease or any wait is over. Null: nothing to do. Kept by calendar_sync.reschedule.';
comment on column calendar_sync.lanes.priority is 'Of the most urgent work at ready_at. 0: a person waits. 1: bulk. 2: sweep.';
comment on column calendar_sync.lanes.leased_by is 'The worker that works this lane alone until leased_until.';
comment on column calendar_sync.lanes.lease is
  'Of the latest claim, new with each: a call about an earlier one, or about a claim whose answer reached nobody, counts for nothing.';
comment on column calendar_sync.lanes.recorded_lease is 'The latest whose outcome was recorded: hearing it again is no news.';
comment on column calendar_sync.lanes.asked_anew is
  'Somebody chose "Sync now" since the lane was leased: whatever comes of the batch, the next one is due at once.';
comment on column calendar_sync.lanes.attempts is 'Runs in a row that achieved nothing.';
comment on column calendar_sync.lanes.backoff_until is 'Our own patience; "Sync now" ends it.';
comment on column calendar_sync.lanes.held_until is 'The provider''s wish (Retry-After, quota); "Sync now" does not end it.';
comment on column calendar_sync.lanes.budget_until is 'Our share of the provider''s quota is spent until then; "Sync now" does not end it.';
comment on column calendar_sync.lanes.reserved_call_id is 'Row of provider_calls in which the batch under way reserved its calls.';
comment on column calendar_sync.lanes.batch_jobs is 'Jobs of the next batch: grows while batches go through quickly, so that progress shows early and bulk needs few round trips.';
comment on column calendar_sync.lanes.walk_after is 'A walk over everything is under way and has come this far; null: none.';
comment on column calendar_sync.lanes.walk_next is 'Priority of a walk that was asked for and begins when the present one is over; null: none.';
comment on column calendar_sync.lanes.walk_cause is 'Of the walk under way, as calendar_sync.cause says; the jobs that it queues have it.';
comment on column calendar_sync.lanes.walk_next_cause is 'Of the walk that begins when the present one is over.';
comment on column calendar_sync.lanes.deletions_unchecked is 'A walk was asked for since it was last counted how many events would go.';
comment on column calendar_sync.lanes.deletions_allowed is 'So many deletions somebody agreed to; 0 again once nothing is left to do.';
comment on column calendar_sync.lanes.exercise_due is 'The refresh token has lain idle for long and is to be used once, so that it does not end.';
comment on column calendar_sync.lanes.own_events_due is 'The calendar is to be searched for events of ours that no mapping knows.';
comment on column calendar_sync.lanes.refresh_claim is 'Who is refreshing the access token, until refresh_claimed_until; only that one may store what comes of it.';

alter table calendar_sync.lanes enable row level security;

-- A claim reads the heads of these queues and nothing else, whatever the number of lanes and jobs.
create index lanes_ready_idx on calendar_sync.lanes (provider, priority, ready_at) where ready_at is not null;
create index lanes_leased_by_idx on calendar_sync.lanes (leased_by) where leased_by is not null;

create table calendar_sync.jobs (
  integration_id uuid not null references public.calendar_integrations (id) on delete cascade,
  obligation_id uuid not null,
  version bigint not null default 1,
  priority smallint not null default 0,
  run_at timestamptz not null default now(),
  attempts integer not null default 0,
  attempted_in text[] not null default '{}',
  failed_at timestamptz,
  last_error text,
  cause jsonb,
  created_at timestamptz not null default now(),
  primary key (integration_id, obligation_id)
);

comment on table calendar_sync.jobs is 'Obligations that may differ from what a calendar shows.';
comment on column calendar_sync.jobs.version is 'Raised by every change; an outcome removes the job only if it is still the one that was claimed.';
comment on column calendar_sync.jobs.priority is '0: a person waits. 1: bulk. 2: sweep.';
comment on column calendar_sync.jobs.attempted_in is
  'Calendars for which a worker took it without saying what came of it: an event may exist there that no mapping knows.';
comment on column calendar_sync.jobs.failed_at is 'Given up until the obligation changes or somebody asks.';

comment on column calendar_sync.jobs.cause is 'Of the last change that made it necessary, as calendar_sync.cause says; trying again is no change.';

create index jobs_due_idx on calendar_sync.jobs (integration_id, priority, run_at) where failed_at is null;

alter table calendar_sync.jobs enable row level security;

-- No foreign key: a write to obligations is to pay for as little as possible. The tick drops what belongs to no lane.
create table calendar_sync.marks (
  id bigint generated always as identity primary key,
  integration_id uuid not null,
  everything boolean not null,
  priority smallint not null,
  reason text not null,
  cause jsonb,
  created_at timestamptz not null default now()
);

comment on table calendar_sync.marks is
  'Lanes that have something new to do, appended by whoever changed it and taken by the next claim: nobody waits for a lane''s row.';
comment on column calendar_sync.marks.everything is 'Everything in the calendar has to be looked at; else only the jobs that were written beside the mark.';
comment on column calendar_sync.marks.cause is 'Of a look at everything, as calendar_sync.cause says; jobs have their own.';
create index marks_integration_idx on calendar_sync.marks (integration_id, everything);

alter table calendar_sync.marks enable row level security;

create table calendar_sync.incidents (
  id bigint generated always as identity primary key,
  kind text not null check (kind in ('enqueue', 'doorbell', 'stalled', 'claim', 'erasure')),
  sqlstate text not null,
  message text not null,
  repaired_at timestamptz,
  created_at timestamptz not null default now()
);

comment on table calendar_sync.incidents is
  'What went wrong inside a user''s transaction without disturbing it. The tick repairs lost enqueues.';
create index incidents_open_idx on calendar_sync.incidents (id) where repaired_at is null;
create index incidents_created_idx on calendar_sync.incidents (created_at);

alter table calendar_sync.incidents enable row level security;

create function calendar_sync.note_incident(p_kind text, p_sqlstate text, p_message text) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  insert into calendar_sync.incidents (kind, sqlstate, message) values (p_kind, p_sqlstate, left(p_message, 500));
exception when others then
  raise warning 'calendar_sync: % failed (% %) and could not be recorded: %', p_kind, p_sqlstate, p_message, sqlerrm;
end;
$$;

comment on function calendar_sync.note_incident(text, text, text) is 'Records a failure; never fails itself.';

create function calendar_sync.settling_time() returns interval
language sql immutable security invoker set search_path = ''
as $$ select interval '1 second' $$;

comment on function calendar_sync.settling_time() is
  'After an event was written its obligation is left alone for so long: a flurry of edits costs two writes, the first and the last.';

-- 100: measured, from there on looking at everything is cheaper than its jobs, for the writer and for the worker.
create function calendar_sync.enqueue(p_integration_ids uuid[], p_obligation_ids uuid[], p_priority smallint, p_reason text)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_jobs_max constant integer := 100;
  v_bulk uuid[] := '{}'::uuid[];
  v_cause jsonb;
begin
  if p_integration_ids is null then
    return;
  end if;
  v_cause := calendar_sync.cause();
  if cardinality(p_integration_ids) > v_jobs_max then
    select coalesce(array_agg(integration_id), '{}') into v_bulk from (
      select pair.integration_id from unnest(p_integration_ids, p_obligation_ids) as pair (integration_id, obligation_id)
      group by pair.integration_id having count(distinct pair.obligation_id) > v_jobs_max
    ) as lane;
  end if;
  insert into calendar_sync.jobs as job (integration_id, obligation_id, priority, run_at, cause)
  select affected.integration_id, affected.obligation_id, p_priority,
    greatest(now(), mapping.synced_at + calendar_sync.settling_time()), v_cause
  from (
    select distinct pair.integration_id, pair.obligation_id
    from unnest(p_integration_ids, p_obligation_ids) as pair (integration_id, obligation_id)
    where pair.integration_id <> all (v_bulk)
  ) as affected
  left join public.calendar_event_mappings as mapping using (integration_id, obligation_id)
  order by 1, 2
  on conflict (integration_id, obligation_id) do update
  set version = job.version + 1, priority = excluded.priority, run_at = excluded.run_at, attempts = 0, failed_at = null,
    last_error = null, cause = excluded.cause
  -- A sweep only finds what was forgotten; what is queued, or was given up, is not.
  where excluded.priority < 2;
  insert into calendar_sync.marks (integration_id, everything, priority, reason, cause)
  select lane.integration_id, lane.is_bulk, greatest(p_priority, lane.is_bulk::integer), p_reason,
    case when lane.is_bulk then v_cause end
  from (
    select distinct integration_id, integration_id = any (v_bulk) as is_bulk from unnest(p_integration_ids) as integration_id
  ) as lane;
end;
$$;

comment on function calendar_sync.enqueue(uuid[], uuid[], smallint, text) is
  'Writes a job for each pair, or only a mark for everything where a lane has many.';

create function calendar_sync.mark(p_integration_id uuid, p_reason text, p_cause jsonb default calendar_sync.cause()) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  insert into calendar_sync.marks (integration_id, everything, priority, reason, cause)
  values (p_integration_id, true, 0, p_reason, p_cause);
end;
$$;

comment on function calendar_sync.mark(uuid, text, jsonb) is 'Asks for a look at everything in one calendar; a person waits.';

create function calendar_sync.mark_all(p_reason text, p_cause jsonb default calendar_sync.cause()) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  insert into calendar_sync.marks (integration_id, everything, priority, reason, cause)
  select id, true, 1, p_reason, p_cause from public.calendar_integrations;
  insert into calendar_sync.feed_marks (user_id) select user_id from calendar_sync.feed_owners;
end;
$$;

comment on function calendar_sync.mark_all(text, jsonb) is 'Asks for a look at everything in every calendar and every feed.';

-- Whatever changes an integration, a person in the dashboard included, has its calendar looked at.
create function calendar_sync.integration_changed() returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if tg_op = 'INSERT' then
    insert into calendar_sync.lanes (integration_id, provider) values (new.id, new.provider);
  elsif (new.status, new.sync_enabled, new.calendar_id, new.settings ->> 'completed_events')
    is distinct from (old.status, old.sync_enabled, old.calendar_id, old.settings ->> 'completed_events')
  then
    if new.status in ('active', 'disconnecting') then
      update calendar_sync.lanes set attempts = 0, backoff_until = null where integration_id = new.id;
      update calendar_sync.jobs set failed_at = null, attempts = 0, run_at = now(), cause = calendar_sync.cause()
      where integration_id = new.id and failed_at is not null;
      perform calendar_sync.mark(new.id, 'integration_changed');
    end if;
    -- Who chooses to have completed ones removed agrees to that.
    if new.settings ->> 'completed_events' = 'remove' and old.settings ->> 'completed_events' = 'keep'
      and new.status <> 'paused'
    then
      perform calendar_sync.allow_deletions(new.id);
    end if;
    perform calendar_sync.reschedule(array[new.id]);
  end if;
  return null;
end;
$$;

comment on function calendar_sync.integration_changed() is
  'Gives a new integration its lane, and has its calendar looked at when a change asks for it.';

create function calendar_sync.drop_lanes() returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
  delete from calendar_sync.lanes as lane using old_rows where lane.integration_id = old_rows.id;
  return null;
end;
$$;

comment on function calendar_sync.drop_lanes() is 'Takes the lane of an integration along.';

create trigger drop_lanes after delete on public.calendar_integrations
referencing old table as old_rows
for each statement execute function calendar_sync.drop_lanes();

create trigger integration_changed
after insert or update of status, sync_enabled, calendar_id, settings on public.calendar_integrations
for each row execute function calendar_sync.integration_changed();

create function calendar_sync.integration_touch() returns trigger
language plpgsql volatile security invoker set search_path = ''
as $$
begin
  new.updated_at := now();
  return new;
end;
$$;

comment on function calendar_sync.integration_touch() is 'Keeps calendar_integrations.updated_at.';

create trigger integration_touch before update on public.calendar_integrations
for each row execute function calendar_sync.integration_touch();

create function calendar_sync.attempts_max() returns integer
language sql immutable security invoker set search_path = ''
as $$ select 8 $$;

comment on function calendar_sync.attempts_max() is 'After so many attempts of its own a job is given up until its obligation changes or somebody asks.';

create function calendar_sync.merged(calendars text[], others text[]) returns text[]
language sql immutable security invoker set search_path = ''
as $$ select array(select distinct calendar_id from unnest(calendars || others) as calendar_id order by 1) $$;

comment on function calendar_sync.merged(text[], text[]) is 'Both lists of calendars in one, each once.';
