-- Pulls: a worker reads what users changed in a calendar since it was last read. A pull is queued when somebody asks, when a provider
-- says that there is news, and now and then by the tick.

create table calendar_sync.pulls (
  integration_id uuid primary key references public.calendar_integrations (id) on delete cascade,
  calendar_id text,
  cursor_secret_id uuid,
  pulled_at timestamptz,
  next_pull_at timestamptz not null,
  edits_agreed boolean not null default false
);

comment on table calendar_sync.pulls is 'How far each calendar was read, and when it is read again.';
comment on column calendar_sync.pulls.calendar_id is 'The calendar that was read. The cursor says nothing of any other.';
comment on column calendar_sync.pulls.cursor_secret_id is
  'Id of a Vault secret: with what the next listing goes on. It is the provider''s and may hold an address. Null: everything is listed.';
comment on column calendar_sync.pulls.pulled_at is 'When it was last read to the end. Null: never.';
comment on column calendar_sync.pulls.next_pull_at is 'When the tick has it read, if nobody asks before.';
comment on column calendar_sync.pulls.edits_agreed is 'Its user agreed to the edits that the next pull finds, however many.';

create index pulls_next_idx on calendar_sync.pulls (next_pull_at);
alter table calendar_sync.pulls enable row level security;

create function calendar_sync.delete_cursors() returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
  delete from vault.secrets where id in (select old_row.cursor_secret_id from old_rows as old_row);
  return null;
end;
$$;

comment on function calendar_sync.delete_cursors() is 'Removes the cursors of calendars that are not read any more.';

create trigger delete_cursors after delete on calendar_sync.pulls
referencing old table as old_rows
for each statement execute function calendar_sync.delete_cursors();

create function calendar_sync.queue_pulls() returns integer
language plpgsql volatile security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  -- 45,000 calendars in the 15 minutes in which each is read once.
  v_pulls_max constant integer := 500;
  v_ids uuid[];
begin
  with due as materialized (
    select pull.integration_id from calendar_sync.pulls as pull
    where pull.next_pull_at <= now() order by pull.next_pull_at limit v_pulls_max
    for update skip locked
  ), postponed as (
    -- Also of those that are paused now: they are read as soon as they go on.
    update calendar_sync.pulls as pull set next_pull_at = now() + calendar_sync.poll_interval(pull.integration_id)
    from due where pull.integration_id = due.integration_id
    returning pull.integration_id
  )
  select array_agg(integration.id) into v_ids
  from postponed
  join public.calendar_integrations as integration on integration.id = postponed.integration_id
  where integration.status = 'active' and integration.sync_enabled;
  if v_ids is not null then
    perform calendar_sync.append_changes(v_ids, 'pull', 2, calendar_sync.cause('poll'));
  end if;
  return coalesce(cardinality(v_ids), 0);
end;
$$;

comment on function calendar_sync.queue_pulls() is
  'Called by the tick: has the calendars read that were not for long enough, those that wait longest first. How many.';

create function calendar_sync.record_pull(p_integration_id uuid, p_calendar_id text, p_cursor text) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_again_within constant interval := interval '15 minutes';
  v_pull calendar_sync.pulls;
  v_interval interval := calendar_sync.poll_interval(p_integration_id);
begin
  select * into v_pull from calendar_sync.pulls where integration_id = p_integration_id for update;
  -- Its provider told of something that the listing may not show yet, and tells once.
  if exists (
    select from calendar_sync.channels as channel
    join calendar_sync.providers as provider on provider.name = channel.provider and provider.listings_lag
    where channel.integration_id = p_integration_id and channel.notified_at > now() - v_again_within
  ) then
    v_interval := least(v_interval, v_again_within);
  end if;
  if p_cursor is null then
    delete from vault.secrets where id = v_pull.cursor_secret_id;
    v_pull.cursor_secret_id := null;
  elsif v_pull.cursor_secret_id is null or calendar_sync.read_secret(v_pull.cursor_secret_id) is distinct from p_cursor then
    v_pull.cursor_secret_id := calendar_sync.store_secret(v_pull.cursor_secret_id, p_cursor, 'calendar_sync: cursor');
  end if;
  -- The tick and the listing come on top. And calendars that were connected together are not to be read together for ever.
  update calendar_sync.pulls
  set calendar_id = p_calendar_id, cursor_secret_id = v_pull.cursor_secret_id, pulled_at = now(),
    next_pull_at = now() + (0.85 + 0.1 * random()) * v_interval, edits_agreed = false
  where integration_id = p_integration_id;
end;
$$;

comment on function calendar_sync.record_pull(uuid, text, text) is 'Notes how far a calendar was read: p_cursor null, all of it is listed next time.';
