-- iCal feeds: deadlines for anybody who knows a feed's address. What a user's feeds last showed is kept, and a write to an
-- obligation appends a change for each recipient with a feed. Users without a feed cost nothing.

create table calendar_sync.feed_owners (
  user_id uuid primary key references auth.users (id) on delete cascade,
  modified_at timestamptz not null default clock_timestamp(),
  refreshed_at timestamptz
);

comment on table calendar_sync.feed_owners is 'Users with a feed.';
comment on column calendar_sync.feed_owners.modified_at is
  'When something visible last changed in the user''s feeds; always rises. A time and no count, so that a restored backup repeats none.';
comment on column calendar_sync.feed_owners.refreshed_at is 'When feed_items were last compared with the obligations. Null: before the next poll they have to be.';

alter table calendar_sync.feed_owners enable row level security;

create table calendar_sync.feeds (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references calendar_sync.feed_owners (user_id) on delete cascade,
  name text not null,
  settings jsonb not null,
  token_hash text not null unique check (token_hash ~ '^[0-9a-f]{64}$'),
  expires_at timestamptz,
  last_used_at timestamptz,
  last_client text check (last_client in ('google', 'outlook', 'apple', 'thunderbird', 'other')),
  changed_at timestamptz not null default clock_timestamp(),
  reminders_changed_at timestamptz not null default clock_timestamp(),
  created_at timestamptz not null default now()
);

comment on table calendar_sync.feeds is 'Feeds: calendars that anybody can read who has the address.';
comment on column calendar_sync.feeds.settings is
  'obligation_types: which, null for all; look_back_days, look_ahead_days (null: no end); reminders_minutes: at most five, of 0 to 40320 minutes; completed_events: keep or remove.';
comment on column calendar_sync.feeds.token_hash is 'SHA-256 of the token in the address, in hex. The token itself is nowhere.';
comment on column calendar_sync.feeds.expires_at is 'From when on there is nothing at its address; null: never.';
comment on column calendar_sync.feeds.last_used_at is 'When it was last read, give or take an hour.';
comment on column calendar_sync.feeds.last_client is 'The kind of program that last read it.';
comment on column calendar_sync.feeds.changed_at is 'When its name or settings last changed.';
comment on column calendar_sync.feeds.reminders_changed_at is 'When its reminders last changed, which changes every event in it.';

create index feeds_user_id_idx on calendar_sync.feeds (user_id);

alter table calendar_sync.feeds enable row level security;

create table calendar_sync.feed_items (
  user_id uuid not null references calendar_sync.feed_owners (user_id) on delete cascade,
  obligation_id uuid not null,
  title text not null,
  description text,
  obligation_type text,
  status text not null check (status in ('open', 'completed', 'cancelled')),
  deadline_date date,
  deadline_at timestamptz,
  time_zone text,
  url text,
  sequence integer not null default 0,
  modified_at timestamptz not null,
  cancelled_at timestamptz,
  dropped boolean not null default false,
  created_at timestamptz not null,
  primary key (user_id, obligation_id),
  check (cancelled_at is not null or not dropped)
);

comment on table calendar_sync.feed_items is
  'What a user''s feeds last showed of each obligation. What is gone stays as cancelled for two days, so that calendars remove it.';
comment on column calendar_sync.feed_items.obligation_id is 'No foreign key: an item outlives its obligation.';
comment on column calendar_sync.feed_items.sequence is 'How often something visible of it changed (RFC 5545, SEQUENCE).';
comment on column calendar_sync.feed_items.modified_at is 'When something visible of it last changed.';
comment on column calendar_sync.feed_items.cancelled_at is
  'Since when it is cancelled, deleted, somebody else''s or without a deadline.';
comment on column calendar_sync.feed_items.dropped is
  'No feed shows it any more. Its texts are gone; its sequence is kept for a year, so that it does not fall where the deadline returns.';
comment on column calendar_sync.feed_items.created_at is 'When a feed first showed it.';

-- For changes of an obligation that name no user.
create index feed_items_obligation_idx on calendar_sync.feed_items (obligation_id);

-- For what has been cancelled for long enough: asked with every poll.
create index feed_items_cancelled_idx on calendar_sync.feed_items (user_id, cancelled_at) where cancelled_at is not null and not dropped;

alter table calendar_sync.feed_items enable row level security;

create table calendar_sync.feed_changes (
  id bigint generated always as identity primary key,
  user_id uuid not null
);

comment on table calendar_sync.feed_changes is
  'Users whose feeds may have to show something else, appended by the transaction that changed it and absorbed by the next poll. No foreign key: a write waits for nobody.';

create index feed_changes_user_id_idx on calendar_sync.feed_changes (user_id);

alter table calendar_sync.feed_changes enable row level security;

-- One join for the triggers on obligations. Measured: with a join of each of the two a big INSERT takes a tenth longer.
create view calendar_sync.listeners with (security_invoker = true) as
select user_id, id as integration_id, null::uuid as feed_user_id from public.calendar_integrations where removed_at is null
union all
select user_id, null, user_id from calendar_sync.feed_owners;

comment on view calendar_sync.listeners is
  'What has to hear of a change of a user''s obligations: each integration, and the feeds as one.';

create function calendar_sync.append_feed_changes(p_user_ids uuid[]) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  insert into calendar_sync.feed_changes (user_id) select distinct user_id from unnest(p_user_ids) as user_id;
end;
$$;

comment on function calendar_sync.append_feed_changes(uuid[]) is 'Has these users'' feeds compared with their obligations before they are next read.';

create function calendar_sync.cancelled_items_stay() returns interval
language sql immutable security invoker set search_path = ''
as $$ select interval '2 days' $$;

comment on function calendar_sync.cancelled_items_stay() is
  'How long a feed shows what was cancelled. Calendars that keep what they once read remove it; the others would show it struck through.';

create function calendar_sync.tidy_feeds() returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  -- Of a feed that nobody reads one change is enough.
  delete from calendar_sync.feed_changes as change
  where exists (
    select from calendar_sync.feed_changes as newer where newer.user_id = change.user_id and newer.id > change.id
  ) or not exists (select from calendar_sync.feed_owners as owner where owner.user_id = change.user_id);
  -- A day later than a poll does: a reader's ETag of a day that is over is never the same again.
  update calendar_sync.feed_items set dropped = true, title = '', description = null, obligation_type = null, url = null
  where cancelled_at < now() - calendar_sync.cancelled_items_stay() - interval '1 day' and not dropped;
  delete from calendar_sync.feed_items where dropped and cancelled_at < now() - interval '1 year';
end;
$$;

comment on function calendar_sync.tidy_feeds() is
  'Deletes changes that say nothing new, drops cancelled items of feeds that nobody reads, and deletes items that were dropped a year ago.';
