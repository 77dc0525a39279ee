-- Notices: what a user has to be told. The transaction that changes a state writes the notice; the page shows it, mail and outgoing
-- webhooks are made from it.
--
-- One notice a state: while a connection is lost there is one open notice, however often the loss is found. What heals ends it.

create table calendar_sync.notice_kinds (
  kind text primary key,
  severity text not null check (severity in ('info', 'warning', 'critical')),
  lasts boolean not null,
  mail text not null check (mail in ('immediately', 'daily', 'off')),
  mail_required boolean not null default false,
  check (not mail_required or mail <> 'off')
);

comment on table calendar_sync.notice_kinds is 'The kinds of notices that there are.';
comment on column calendar_sync.notice_kinds.lasts is
  'True: it tells of a state, which ends by itself or by somebody who mends it. False: it tells of something that was done.';
comment on column calendar_sync.notice_kinds.mail is 'When it is sent by mail to a user who chose nothing.';
comment on column calendar_sync.notice_kinds.mail_required is
  'Its mail cannot be switched off: it tells of something that a stranger with the user''s session would do.';

alter table calendar_sync.notice_kinds enable row level security;

insert into calendar_sync.notice_kinds (kind, severity, lasts, mail, mail_required) values
  ('connection_lost', 'critical', true, 'immediately', false),
  ('connection_paused', 'warning', true, 'immediately', false),
  ('deadline_failed', 'warning', true, 'daily', false),
  ('deadline_restored', 'info', false, 'off', false),
  ('deadline_hidden', 'warning', true, 'off', false),
  ('proposal_opened', 'info', true, 'off', false),
  ('connection_added', 'info', false, 'immediately', true),
  ('key_added', 'info', false, 'immediately', true),
  ('webhook_added', 'info', false, 'immediately', true),
  ('webhook_disabled', 'warning', true, 'off', false);

-- No foreign key to auth.users: a record would wait for a transaction that deletes its user. Notices go with the integrations of a
-- user who is deleted, with an erasure, and in the night.
create table calendar_sync.notices (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null,
  kind text not null references calendar_sync.notice_kinds (kind),
  object text not null,
  integration_id uuid,
  obligation_id uuid,
  details jsonb not null default '{}',
  created_at timestamptz not null default now(),
  dismissed_at timestamptz,
  ended_at timestamptz
);

comment on table calendar_sync.notices is 'What users are told. Their words are in the functions: _shared/notices/message.ts.';
comment on column calendar_sync.notices.object is 'What it is about. There is one notice of a user, kind and object until it ends.';
comment on column calendar_sync.notices.integration_id is 'No foreign key: it outlives the integration.';
comment on column calendar_sync.notices.details is
  'More about it, by kind: code, why a connection or a deadline failed; name, of a key or a webhook. No title, no address, no secret.';
comment on column calendar_sync.notices.dismissed_at is 'Since when it is not shown as new any more: its user dismissed it, or it ended.';
comment on column calendar_sync.notices.ended_at is
  'When what it tells of was over. A notice that its user dismissed earlier is not written again while that lasts.';

create unique index notices_open_idx on calendar_sync.notices (user_id, kind, object) where ended_at is null;
create index notices_user_idx on calendar_sync.notices (user_id, created_at);
create index notices_integration_idx on calendar_sync.notices (integration_id) where ended_at is null;
-- How many there are, asked when metrics are read.
create index notices_shown_idx on calendar_sync.notices (kind) where dismissed_at is null;
create index notices_dismissed_idx on calendar_sync.notices (dismissed_at) where dismissed_at is not null;

alter table calendar_sync.notices enable row level security;

create function calendar_sync.notices_stay() returns interval
language sql immutable security invoker set search_path = ''
as $$ select interval '30 days' $$;

comment on function calendar_sync.notices_stay() is 'For so long a dismissed notice is listed; then it goes.';

create function calendar_sync.write_notice(
  p_user_id uuid, p_kind text, p_integration_id uuid, p_obligation_id uuid, p_object text, p_details jsonb default '{}'
) returns uuid
language sql volatile security definer set search_path = ''
as $$
  insert into calendar_sync.notices as notice (user_id, kind, object, integration_id, obligation_id, details)
  select p_user_id, p_kind, p_object, p_integration_id, p_obligation_id, jsonb_strip_nulls(coalesce(p_details, '{}'))
  where p_user_id is not null
  on conflict (user_id, kind, object) where ended_at is null do update set details = excluded.details
  where notice.details <> excluded.details
  returning id
$$;

comment on function calendar_sync.write_notice(uuid, text, uuid, uuid, text, jsonb) is
  'Tells a user of something, once until it ends: p_object is what it is about, such as the id of a key. Call it in the transaction that changes the state. Returns the notice; null where there is one already that says the same.';

create function calendar_sync.end_notices(p_user_id uuid, p_kinds text[], p_object text) returns void
language sql volatile security definer set search_path = ''
as $$
  update calendar_sync.notices set ended_at = now(), dismissed_at = coalesce(dismissed_at, now())
  where user_id = p_user_id and kind = any (p_kinds) and object = p_object and ended_at is null
$$;

comment on function calendar_sync.end_notices(uuid, text[], text) is 'What these notices told of is over: they are dismissed, and next time there is a new one.';

create function calendar_sync.end_notices_of(p_integration_id uuid, p_kinds text[] default null) returns void
language sql volatile security definer set search_path = ''
as $$
  update calendar_sync.notices as notice
  -- What was done stays to be read.
  set ended_at = now(), dismissed_at = case when its_kind.lasts then coalesce(notice.dismissed_at, now()) else notice.dismissed_at end
  from calendar_sync.notice_kinds as its_kind
  where notice.integration_id = p_integration_id and notice.ended_at is null and its_kind.kind = notice.kind
    and (p_kinds is null or notice.kind = any (p_kinds))
$$;

comment on function calendar_sync.end_notices_of(uuid, text[]) is
  'What the notices of an integration told of is over: of these kinds, or of all where the integration is removed.';

-- Connections. Whatever changes an integration, the notice is written with it.
create function calendar_sync.notice_connection() returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_code constant text := new.last_error ->> 'code';
begin
  if new.user_id is null then
    delete from calendar_sync.notices where tg_op = 'UPDATE' and user_id = old.user_id;
    return null;
  end if;
  if new.removed_at is not null then
    perform calendar_sync.end_notices_of(new.id);
    return null;
  end if;
  if tg_op = 'INSERT' or old.removed_at is not null then
    perform calendar_sync.write_notice(new.user_id, 'connection_added', new.id, null, new.id::text);
    -- There is nothing to take back.
    if new.status = 'active' then
      return null;
    end if;
  end if;
  case new.status
    when 'active' then
      perform calendar_sync.end_notices_of(new.id,
        -- What was refused is tried again now and then. Only success, or a new consent, mends it.
        case when new.last_error is null then array['connection_lost', 'connection_paused'] else array['connection_lost'] end);
    when 'disconnecting' then
      perform calendar_sync.end_notices_of(new.id, array['connection_lost', 'connection_paused']);
    when 'disconnected' then
      perform calendar_sync.end_notices_of(new.id, array['connection_paused']);
      perform calendar_sync.write_notice(new.user_id, 'connection_lost', new.id, null, new.id::text, jsonb_build_object('code', v_code));
    when 'paused' then
      perform calendar_sync.end_notices_of(new.id, array['connection_lost']);
      perform calendar_sync.write_notice(new.user_id, 'connection_paused', new.id, null, new.id::text, jsonb_build_object(
        'code', case when new.paused_by_admin is null then v_code else 'paused_by_admin' end));
  end case;
  return null;
end;
$$;

comment on function calendar_sync.notice_connection() is 'Tells a user that a connection was added, lost or paused, and takes it back once it is well.';

-- Every record of a batch updates its integration: a condition costs it nothing.
create trigger notice_added after insert on public.calendar_integrations
for each row when (new.removed_at is null and new.user_id is not null)
execute function calendar_sync.notice_connection();

create trigger notice_changed after update on public.calendar_integrations
for each row when (
  new.status is distinct from old.status or new.removed_at is distinct from old.removed_at or new.user_id is distinct from old.user_id
  or new.paused_by_admin is distinct from old.paused_by_admin
  or (new.last_error is null) <> (old.last_error is null)
  or new.status <> 'active' and new.last_error ->> 'code' is distinct from old.last_error ->> 'code'
) execute function calendar_sync.notice_connection();

create function calendar_sync.end_connection_notices() returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform calendar_sync.end_notices_of(old.id);
  return null;
end;
$$;

comment on function calendar_sync.end_connection_notices() is 'Ends the notices of an integration that is deleted.';

create trigger notice_deleted after delete on public.calendar_integrations
for each row when (old.user_id is not null) execute function calendar_sync.end_connection_notices();

-- Deadlines. The job of a deadline that was given up remembers that its user was told; when the job goes, the deadline is as it
-- should be. Other jobs pay for the comparison of one column.
alter table calendar_sync.jobs add column told boolean not null default false;
comment on column calendar_sync.jobs.told is 'Its user has a notice that this deadline was given up.';

create function calendar_sync.notice_given_up(p_integration public.calendar_integrations, p_outcomes calendar_sync.outcome[])
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  insert into calendar_sync.notices as notice (user_id, kind, object, integration_id, obligation_id, details)
  select p_integration.user_id, 'deadline_failed', p_integration.id || ':' || o.obligation_id, p_integration.id, o.obligation_id,
    jsonb_strip_nulls(jsonb_build_object('code', o.error))
  from unnest(p_outcomes) as o
  on conflict (user_id, kind, object) where ended_at is null do update set details = excluded.details
  where notice.details <> excluded.details;
  update calendar_sync.jobs as job set told = true
  from unnest(p_outcomes) as o
  where job.integration_id = p_integration.id and job.obligation_id = o.obligation_id and job.kind = 'event' and not job.told;
end;
$$;

comment on function calendar_sync.notice_given_up(public.calendar_integrations, calendar_sync.outcome[]) is
  'Tells the user of deadlines that were given up in a calendar.';

create function calendar_sync.end_deadline_notice() returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
  update calendar_sync.notices set ended_at = now(), dismissed_at = coalesce(dismissed_at, now())
  where integration_id = old.integration_id and obligation_id = old.obligation_id and kind = 'deadline_failed' and ended_at is null;
  return null;
end;
$$;

comment on function calendar_sync.end_deadline_notice() is 'Ends the notice of a deadline whose job is done, or whose event could be written after all.';

create trigger notice_ended after delete on calendar_sync.jobs
for each row when (old.told) execute function calendar_sync.end_deadline_notice();

create trigger notice_ended_early after update on calendar_sync.jobs
for each row when (old.told and not new.told) execute function calendar_sync.end_deadline_notice();

-- What the page reads, and does.
create function calendar_sync.own_notices(p_limit integer) returns jsonb
language plpgsql volatile security definer set search_path = '' set enable_seqscan = off set jit = off
as $$
declare
  v_user_id constant uuid := calendar_sync.count_own_call();
begin
  return jsonb_build_object('notices', (
    select coalesce(jsonb_agg(jsonb_build_object(
      'id', notice.id, 'kind', notice.kind, 'severity', notice.severity, 'created_at', notice.created_at,
      'integration_id', notice.integration_id, 'obligation_id', notice.obligation_id, 'dismissed_at', notice.dismissed_at,
      'details', notice.details, 'provider', its_provider.label, 'account_email', integration.account_email
    ) order by notice.created_at desc, notice.id), '[]')
    from (
      select recent.*, its_kind.severity from calendar_sync.notices as recent
      join calendar_sync.notice_kinds as its_kind on its_kind.kind = recent.kind
      where recent.user_id = v_user_id
        and (recent.dismissed_at is null or recent.dismissed_at > now() - calendar_sync.notices_stay())
      -- However many warnings follow, they hide nothing that is worse.
      order by recent.dismissed_at is not null, array_position(array['critical', 'warning', 'info'], its_kind.severity),
        recent.created_at desc
      limit p_limit
    ) as notice
    left join public.calendar_integrations as integration
      on integration.id = notice.integration_id and integration.user_id = v_user_id
    left join calendar_sync.providers as its_provider on its_provider.name = integration.provider
  ), 'unread', (
    select count(*) from calendar_sync.notices as unread where unread.user_id = v_user_id and unread.dismissed_at is null
  ));
end;
$$;

comment on function calendar_sync.own_notices(integer) is
  'The caller''s notices, newest first, dismissed ones for 30 days, with what their words are made of; and how many are not dismissed. Of more than p_limit the dismissed ones are left out first, then the least severe, then the oldest.';
grant execute on function calendar_sync.own_notices(integer) to authenticated;

create function public.calendar_notices() returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select calendar_sync.own_notices(200) $$;

comment on function public.calendar_notices() is
  'The caller''s notices, newest first, dismissed ones for 30 days, and how many are not dismissed. Of more than 200 the dismissed ones are left out first, then the least severe, then the oldest.';

create function calendar_sync.dismiss_own_notice(p_notice_id uuid) returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id constant uuid := calendar_sync.count_own_call();
begin
  update calendar_sync.notices as notice
  set dismissed_at = coalesce(notice.dismissed_at, now()),
    ended_at = case when its_kind.lasts then notice.ended_at else coalesce(notice.ended_at, now()) end
  from calendar_sync.notice_kinds as its_kind
  where notice.id = p_notice_id and notice.user_id = v_user_id and its_kind.kind = notice.kind;
  return found;
end;
$$;

comment on function calendar_sync.dismiss_own_notice(uuid) is 'Dismisses a notice of the caller; false where there is none.';
grant execute on function calendar_sync.dismiss_own_notice(uuid) to authenticated;

create function public.calendar_dismiss_notice(p_notice_id uuid) returns boolean
language sql volatile security invoker set search_path = ''
as $$ select calendar_sync.dismiss_own_notice(p_notice_id) $$;

comment on function public.calendar_dismiss_notice(uuid) is 'Dismisses a notice of the caller; false where there is none. It may be repeated.';

create function calendar_sync.restore_own_notice(p_notice_id uuid) returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id constant uuid := calendar_sync.count_own_call();
begin
  update calendar_sync.notices as notice
  set dismissed_at = null, ended_at = null
  from calendar_sync.notice_kinds as its_kind
  where notice.id = p_notice_id and notice.user_id = v_user_id and its_kind.kind = notice.kind
    -- What has been mended meanwhile stays dismissed.
    and (notice.ended_at is null or not its_kind.lasts)
    and not exists (
      select from calendar_sync.notices as newer
      where newer.user_id = notice.user_id and newer.kind = notice.kind and newer.object = notice.object
        and newer.ended_at is null and newer.id <> notice.id
    );
  -- The dismissal took its mail back, too.
  update calendar_sync.notices as notice set mail_at = calendar_sync.next_mail_at(notice)
  where notice.id = p_notice_id and notice.user_id = v_user_id and notice.mail_at is null
    and notice.ended_at is null and notice.dismissed_at is null;
  return exists (select from calendar_sync.notices where id = p_notice_id and user_id = v_user_id);
end;
$$;

comment on function calendar_sync.restore_own_notice(uuid) is
  'Takes the dismissal of a notice of the caller back, unless what it tells of is over; false where there is no such notice.';
grant execute on function calendar_sync.restore_own_notice(uuid) to authenticated;

create function public.calendar_restore_notice(p_notice_id uuid) returns boolean
language sql volatile security invoker set search_path = ''
as $$ select calendar_sync.restore_own_notice(p_notice_id) $$;

comment on function public.calendar_restore_notice(uuid) is
  'Takes the dismissal of a notice of the caller back, unless what it tells of is over; false where there is no such notice.';

create function calendar_sync.tidy_notices() returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  -- Nobody has to confirm to have read what was done.
  update calendar_sync.notices as notice set dismissed_at = now(), ended_at = coalesce(notice.ended_at, now())
  from calendar_sync.notice_kinds as its_kind
  where its_kind.kind = notice.kind and not its_kind.lasts and notice.dismissed_at is null
    and notice.created_at < now() - calendar_sync.notices_stay();
  -- One that its user dismissed stays until it ends: it is not to be written again.
  delete from calendar_sync.notices
  where dismissed_at < now() - calendar_sync.notices_stay() and ended_at is not null;
  delete from calendar_sync.notices as notice
  where not exists (select from auth.users as account where account.id = notice.user_id);
end;
$$;

comment on function calendar_sync.tidy_notices() is
  'Drops notices that were dismissed 30 days ago, and those of users who are deleted; dismisses what was done that long ago.';
