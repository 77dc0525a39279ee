-- Edits: what users did to events of ours, as far as we have to remember it.

create table calendar_sync.edits (
  integration_id uuid not null references public.calendar_integrations (id) on delete cascade,
  obligation_id uuid not null,
  due text,
  seen jsonb,
  is_kept boolean not null default false,
  is_accepted boolean not null default false,
  deletions smallint not null default 0,
  is_gone boolean not null default false,
  is_hidden boolean not null default false,
  original_event_id text,
  has_guests boolean not null default false,
  restored_at timestamptz[] not null default '{}',
  edited_at timestamptz not null default now(),
  primary key (integration_id, obligation_id),
  check (not is_kept or seen is not null)
);

comment on table calendar_sync.edits is 'What the user of a calendar did to the event of an obligation.';
comment on column calendar_sync.edits.due is
  'The deadline for which it was done. is_kept, is_hidden and deletions hold for this one alone: another deadline ends them.';
comment on column calendar_sync.edits.seen is 'Where the event stands although it should stand elsewhere: a SeenTime. Null: it stands where we put it.';
comment on column calendar_sync.edits.is_kept is 'What we write leaves it there.';
comment on column calendar_sync.edits.is_accepted is 'Its user accepted the move in advance, and the deadline is to be changed.';
comment on column calendar_sync.edits.deletions is 'How often it was deleted.';
comment on column calendar_sync.edits.is_gone is 'It was deleted and is not back yet.';
comment on column calendar_sync.edits.is_hidden is 'It was deleted again and stays away.';
comment on column calendar_sync.edits.original_event_id is 'The event that was deleted last: its user may take the deletion back.';
comment on column calendar_sync.edits.has_guests is 'Its user invited somebody: it is never deleted and made anew.';
comment on column calendar_sync.edits.restored_at is 'When it was last put back after a move, the latest last.';

create index edits_original_idx on calendar_sync.edits (integration_id, original_event_id) where original_event_id is not null;
alter table calendar_sync.edits enable row level security;

create function calendar_sync.edit_holds(edit calendar_sync.edits, deadline calendar_sync.deadline) returns boolean
language sql stable security invoker set search_path = ''
as $$
  select edit.obligation_id is not null and edit.due is not distinct from calendar_sync.due_text(deadline.deadline_date, deadline.deadline_at)
$$;

comment on function calendar_sync.edit_holds(calendar_sync.edits, calendar_sync.deadline) is
  'Whether an edit was made for the deadline that an obligation has now. Another time zone alone is no other deadline.';

create function calendar_sync.put_back(p_integration_id uuid, p_obligation_id uuid) returns void
language sql volatile security definer set search_path = ''
as $$
  insert into calendar_sync.changes (integration_id, obligation_id, kind, priority, cause)
  values (p_integration_id, p_obligation_id, 'put_back', 0, calendar_sync.cause())
$$;

comment on function calendar_sync.put_back(uuid, uuid) is
  'Has an event written as it should be, wherever its user left it. It appends and waits for nobody.';
