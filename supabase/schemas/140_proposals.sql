-- Proposals: a user moved an event of ours. A calendar never writes an obligation, so the user decides on the page whether the deadline
-- moves, too. What users do with them is in 240_proposal_calls.sql.

create table public.calendar_proposals (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null,
  integration_id uuid not null,
  provider text not null,
  obligation_id uuid not null,
  kind text not null check (kind = 'move'),
  seen jsonb not null,
  legal jsonb not null,
  state text not null default 'open' check (state in ('open', 'accepted', 'dismissed', 'superseded')),
  replaced jsonb,
  seen_at timestamptz not null default now(),
  decided_at timestamptz,
  check ((state = 'open') = (decided_at is null))
);

-- No foreign keys: the worker's record would wait for a transaction that deletes the user or the integration.
comment on table public.calendar_proposals is
  'Deadlines that users moved in their calendars. One that is open waits for its user; decided ones stay for 30 days.';
comment on column public.calendar_proposals.provider is 'The provider of the calendar in which it was moved.';
comment on column public.calendar_proposals.kind is 'move: the event was moved to another time.';
comment on column public.calendar_proposals.seen is
  'What the calendar showed: {"deadline_date"} or {"deadline_at", "time_zone"}.';
comment on column public.calendar_proposals.legal is 'The deadline as it was then, in the same form.';
comment on column public.calendar_proposals.state is
  'superseded: the event was moved again, the deadline changed, or the calendar was disconnected.';
comment on column public.calendar_proposals.replaced is
  'The exact deadline that accepting it replaced: {"deadline_date", "deadline_at", "time_zone"}. Undo puts it back.';
comment on column public.calendar_proposals.seen_at is 'When we saw it.';

create unique index calendar_proposals_open_idx on public.calendar_proposals (integration_id, obligation_id) where state = 'open';
create index calendar_proposals_accepted_idx on public.calendar_proposals (integration_id, obligation_id) where state = 'accepted';
create index calendar_proposals_user_idx on public.calendar_proposals (user_id, seen_at);
create index calendar_proposals_decided_idx on public.calendar_proposals (decided_at) where decided_at is not null;

alter table public.calendar_proposals enable row level security;

create policy "own proposals" on public.calendar_proposals for select to authenticated
using (user_id = (select auth.uid()));

revoke all on public.calendar_proposals from anon, authenticated, service_role;
grant select on public.calendar_proposals to authenticated, service_role;

create function calendar_sync.when_json(deadline_date date, deadline_at timestamptz, time_zone text) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select case
    -- As one that is too far away to be written.
    when calendar_sync.due_text(deadline_date, deadline_at) is null then null
    when deadline_date is not null then jsonb_build_object('deadline_date', calendar_sync.due_text(deadline_date, null))
    when deadline_at is not null then jsonb_build_object('deadline_at', calendar_sync.due_text(null, deadline_at), 'time_zone', time_zone)
  end
$$;

comment on function calendar_sync.when_json(date, timestamptz, text) is
  'A deadline as proposals show it: {"deadline_date"} or {"deadline_at", "time_zone"}. Null for none.';

create function calendar_sync.normal_when(p_when jsonb) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select calendar_sync.when_json((p_when ->> 'deadline_date')::date, (p_when ->> 'deadline_at')::timestamptz, p_when ->> 'time_zone')
$$;

comment on function calendar_sync.normal_when(jsonb) is 'The same time as when_json spells it.';

create function calendar_sync.due_of(p_when jsonb) returns text
language sql stable security invoker set search_path = ''
as $$ select calendar_sync.due_text((p_when ->> 'deadline_date')::date, (p_when ->> 'deadline_at')::timestamptz) $$;

comment on function calendar_sync.due_of(jsonb) is 'The date or the instant of {"deadline_date"} or {"deadline_at"}.';

-- Another time zone alone is no other deadline. A cancelled obligation has none to move.
create function calendar_sync.is_due_at(p_deadline calendar_sync.deadline, p_when jsonb) returns boolean
language sql stable security invoker set search_path = ''
as $$
  select p_deadline.obligation_id is not null and p_deadline.status <> 'cancelled'
    and calendar_sync.due_text(p_deadline.deadline_date, p_deadline.deadline_at) is not distinct from calendar_sync.due_of(p_when)
$$;

comment on function calendar_sync.is_due_at(calendar_sync.deadline, jsonb) is 'Whether this is the deadline of an obligation that still stands.';

create function calendar_sync.note_proposals(p_proposal_ids uuid[], p_action text, p_details jsonb default '{}') returns void
language sql volatile security definer set search_path = ''
as $$
  insert into calendar_sync.activity (user_id, integration_id, provider, obligation_id, action, calendar_id, title, due, details)
  select proposal.user_id, proposal.integration_id, proposal.provider, proposal.obligation_id, p_action, integration.calendar_id,
    (calendar_sync.deadline_for(proposal.obligation_id, proposal.user_id)).title,
    calendar_sync.due_of(proposal.seen), p_details || jsonb_build_object('proposal_id', proposal.id, 'legal', proposal.legal)
  from public.calendar_proposals as proposal
  left join public.calendar_integrations as integration on integration.id = proposal.integration_id
  where proposal.id = any (p_proposal_ids)
  order by proposal.id
$$;

comment on function calendar_sync.note_proposals(uuid[], text, jsonb) is
  'Notes in the activity what became of proposals; webhooks are told from there. due is where the event was moved to.';

create function calendar_sync.supersede(p_proposal_ids uuid[]) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_ids uuid[];
begin
  -- Skipped: its user decides on it right now, and that call looks at the deadline itself.
  with superseded as (
    update public.calendar_proposals set state = 'superseded', decided_at = now()
    where id in (
      select id from public.calendar_proposals
      where id = any (p_proposal_ids) and state = 'open' for no key update skip locked
    )
    returning id
  )
  select array_agg(id) into v_ids from superseded;
  if v_ids is null then
    return;
  end if;
  perform calendar_sync.end_notices(user_id, array['proposal_opened'], id::text)
  from public.calendar_proposals where id = any (v_ids);
  perform calendar_sync.note_proposals(v_ids, 'proposal_superseded');
end;
$$;

comment on function calendar_sync.supersede(uuid[]) is 'Ends these proposals where they are open, and their notices.';

create function calendar_sync.supersede_outdated(p_proposal_ids uuid[]) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  -- Should the old deadline come back before the event is written, it fits what was sent, and not where the event stands.
  perform calendar_sync.put_back(proposal.integration_id, proposal.obligation_id)
  from public.calendar_proposals as proposal
  join calendar_sync.edits as edit on edit.integration_id = proposal.integration_id and edit.obligation_id = proposal.obligation_id
  join public.calendar_integrations as integration on integration.id = proposal.integration_id
  where proposal.id = any (p_proposal_ids) and proposal.state = 'open' and edit.seen is not null
    and integration.removed_at is null and integration.status <> 'disconnecting';
  perform calendar_sync.supersede(p_proposal_ids);
end;
$$;

comment on function calendar_sync.supersede_outdated(uuid[]) is
  'As supersede, of proposals whose deadline changed: their events are written where they should be, whatever that is by then.';

create function calendar_sync.open_proposal(
  p_integration public.calendar_integrations, p_obligation_id uuid, p_seen jsonb, p_legal jsonb
) returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_seen constant jsonb := calendar_sync.normal_when(p_seen);
  v_legal constant jsonb := calendar_sync.normal_when(p_legal);
  v_open public.calendar_proposals;
  v_id uuid;
begin
  if p_integration.user_id is null then
    return null;
  end if;
  -- Its user may be deciding on it right now: that call waits for nobody longer than two seconds, and then this one goes on.
  select * into v_open from public.calendar_proposals
  where integration_id = p_integration.id and obligation_id = p_obligation_id and state = 'open' for no key update;
  if v_open.seen = v_seen and v_open.legal = v_legal then
    return v_open.id;
  end if;
  perform calendar_sync.supersede(array[v_open.id]);
  insert into public.calendar_proposals (user_id, integration_id, provider, obligation_id, kind, seen, legal)
  values (p_integration.user_id, p_integration.id, p_integration.provider, p_obligation_id, 'move', v_seen, v_legal)
  returning id into v_id;
  perform calendar_sync.write_notice(p_integration.user_id, 'proposal_opened', p_integration.id, p_obligation_id, v_id::text);
  perform calendar_sync.note_proposals(array[v_id], 'proposal_opened');
  return v_id;
end;
$$;

comment on function calendar_sync.open_proposal(public.calendar_integrations, uuid, jsonb, jsonb) is
  'Asks a user whether a deadline moves to where its event was moved: p_seen is what the calendar showed, p_legal the deadline, both {"deadline_date"} or {"deadline_at", "time_zone"}. It supersedes an older one that is open; the same move again changes nothing. Returns the open proposal''s id; null where the user is deleted.';

create function calendar_sync.supersede_proposals(p_integration_id uuid, p_obligation_ids uuid[] default null) returns void
language plpgsql volatile security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
begin
  perform calendar_sync.supersede_outdated(array(
    select proposal.id from public.calendar_proposals as proposal
    where proposal.integration_id = p_integration_id and proposal.state = 'open'
      and coalesce(proposal.obligation_id = any (p_obligation_ids), true)
      and (not calendar_sync.is_due_at(calendar_sync.deadline_for(proposal.obligation_id, proposal.user_id), proposal.legal)
        or not exists (
          select from public.calendar_integrations as integration
          where integration.id = p_integration_id and integration.removed_at is null and integration.status <> 'disconnecting'
        ))
  ));
  -- One that was accepted in advance can be undone until the deadline changes.
  perform calendar_sync.end_notices(proposal.user_id, array['proposal_opened'], proposal.id::text)
  from public.calendar_proposals as proposal
  where proposal.integration_id = p_integration_id and proposal.state = 'accepted'
    and coalesce(proposal.obligation_id = any (p_obligation_ids), true)
    and not calendar_sync.is_due_at(calendar_sync.deadline_for(proposal.obligation_id, proposal.user_id), proposal.seen);
end;
$$;

comment on function calendar_sync.supersede_proposals(uuid, uuid[]) is
  'Ends the open proposals of these obligations in a calendar (null: of all) whose deadline is no longer the one that they were made for.';

-- A calendar that is leaving shows no moves any more.
create function calendar_sync.end_proposals_of_integration() returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if old.user_id is null or tg_op = 'UPDATE' and new.user_id is null then
    delete from public.calendar_proposals where integration_id = old.id;
    return null;
  end if;
  perform calendar_sync.supersede(array(
    select id from public.calendar_proposals where integration_id = old.id and state = 'open'
  ));
  return null;
end;
$$;

comment on function calendar_sync.end_proposals_of_integration() is
  'Supersedes the open proposals of an integration that is disconnected; those of a user who is deleted go.';

create trigger proposals_leave after update on public.calendar_integrations
for each row when (
  new.removed_at is not null and old.removed_at is null
  or new.status = 'disconnecting' and old.status <> 'disconnecting'
  or new.user_id is null and old.user_id is not null
) execute function calendar_sync.end_proposals_of_integration();

create trigger proposals_deleted after delete on public.calendar_integrations
for each row execute function calendar_sync.end_proposals_of_integration();

create function calendar_sync.tidy_proposals() returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_ids uuid[];
  v_ids text[];
begin
  -- The notice of a move that was accepted in advance offers to undo it as long as the proposal is there.
  with gone as (
    delete from public.calendar_proposals where decided_at < now() - calendar_sync.notices_stay() returning user_id, id
  )
  select array_agg(gone.user_id), array_agg(gone.id::text) into v_user_ids, v_ids from gone;
  perform calendar_sync.end_notices(each.user_id, array['proposal_opened'], each.id)
  from unnest(v_user_ids, v_ids) as each (user_id, id);
  delete from public.calendar_proposals as proposal
  where not exists (select from auth.users as account where account.id = proposal.user_id);
end;
$$;

comment on function calendar_sync.tidy_proposals() is 'Drops proposals that were decided 30 days ago and ends their notices, and drops those of users who are deleted.';
