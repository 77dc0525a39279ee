-- When a notice is mailed. The tick queues what is due (200_mail_queue.sql), and the worker sends it.

-- What only the environment of the functions says. They report it when they start.
create table calendar_sync.mail_setup (
  only_row boolean primary key default true check (only_row),
  transport text check (transport in ('http', 'smtp')),
  tells_admin boolean not null default false,
  delay interval not null default '10 minutes' check (delay >= interval '0'),
  reported_at timestamptz
);

comment on table calendar_sync.mail_setup is 'Whether and how the functions send mail, as they last reported. In one row.';
comment on column calendar_sync.mail_setup.transport is 'http: through a provider''s API. smtp: to a mail server. Null: no mail is sent.';
comment on column calendar_sync.mail_setup.tells_admin is 'CALENDAR_ADMIN_EMAIL is set.';
comment on column calendar_sync.mail_setup.delay is 'CALENDAR_MAIL_DELAY: what heals by then is never mailed.';

alter table calendar_sync.mail_setup enable row level security;
insert into calendar_sync.mail_setup default values;

alter table calendar_sync.options
  add column mails_per_minute integer not null default 300 check (mails_per_minute >= 6),
  add column lost_free integer not null default 5 check (lost_free > 0),
  add column lost_share numeric not null default 0.2 check (lost_share > 0 and lost_share <= 1);
comment on column calendar_sync.options.mails_per_minute is 'So many mails are queued in a minute: many at once are paced.';
comment on column calendar_sync.options.lost_free is 'Fewer users than this may lose connections within an hour without its being taken for a fault of ours.';
comment on column calendar_sync.options.lost_share is
  'From lost_free users on, and if more than this share of all connections is lost, the fault is ours: CALENDAR_ADMIN_EMAIL is mailed, users are not. Where it is not set users are.';

alter table calendar_sync.notices
  add column mail_at timestamptz,
  add column mails smallint not null default 0,
  add column kept_back boolean not null default false;
comment on column calendar_sync.notices.mail_at is 'When its next mail is due. Null: it is not mailed, or not again.';
comment on column calendar_sync.notices.mails is 'How many mails told of it, one that was kept back among them.';
comment on column calendar_sync.notices.kept_back is 'Its first mail was kept back: administrators were told of many at once.';

create index notices_mail_idx on calendar_sync.notices (mail_at) where mail_at is not null;
create index notices_lost_idx on calendar_sync.notices (created_at) where kind in ('connection_lost', 'connection_paused');

create function calendar_sync.next_morning(p_user_id uuid, p_from timestamptz) returns timestamptz
language sql stable security definer set search_path = ''
as $$
  select (case when here.at::time < time '07:00' then here.at::date else here.at::date + 1 end + time '07:00') at time zone here.zone
  from (
    select user_zone.name as zone, p_from at time zone user_zone.name as at
    from (select calendar_sync.time_zone_of(p_user_id) as name) as user_zone
  ) as here
$$;

comment on function calendar_sync.next_morning(uuid, timestamptz) is 'The next 07:00 where the user lives; in UTC where that is not known.';

-- What must be mailed could be made to happen again and again, by a user or with a stolen session: a notice for each would spend
-- the quota of the operator's mail, and everybody else's mail would wait behind it.
create function calendar_sync.first_mail_at(notice calendar_sync.notices) returns timestamptz
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_mails_an_hour constant integer := 5;
begin
  if (
    select count(*) from calendar_sync.notices as earlier
    join calendar_sync.notice_kinds as its_kind on its_kind.kind = earlier.kind and its_kind.mail_required
    where earlier.user_id = notice.user_id and earlier.id <> notice.id
      and earlier.created_at between notice.created_at - interval '1 hour' and notice.created_at
  ) < v_mails_an_hour then
    return notice.created_at;
  end if;
  return date_trunc('hour', notice.created_at) + interval '1 hour';
end;
$$;

comment on function calendar_sync.first_mail_at(calendar_sync.notices) is
  'When a notice whose mail cannot be switched off is mailed: at once; from the sixth within an hour on together with the others, at the next full hour.';

create function calendar_sync.next_mail_at(notice calendar_sync.notices) returns timestamptz
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_mode constant text := calendar_sync.mail_of(notice.user_id, notice.kind);
  v_repeats constant boolean := notice.kind in ('connection_lost', 'connection_paused');
  v_required constant boolean := (select its_kind.mail_required from calendar_sync.notice_kinds as its_kind where its_kind.kind = notice.kind);
  v_at timestamptz;
begin
  v_at := case
    when v_mode = 'off' then null
    when notice.mails = 0 and v_repeats then notice.created_at + (select delay from calendar_sync.mail_setup)
    when notice.mails = 0 and v_required then calendar_sync.first_mail_at(notice)
    when notice.mails = 0 then notice.created_at
    when not v_repeats then null
    when notice.mails = 1 then notice.created_at + interval '3 days'
    when notice.mails = 2 then notice.created_at + interval '10 days'
  end;
  -- Two mails of one notice are a day apart, also where the first one was late.
  if notice.mails > 0 and v_at <= now() then
    v_at := now() + interval '1 day';
  end if;
  return case
    -- greatest would ignore it.
    when v_at is null then null
    when v_mode = 'daily' then calendar_sync.next_morning(notice.user_id, greatest(v_at, now()))
    else v_at
  end;
end;
$$;

comment on function calendar_sync.next_mail_at(calendar_sync.notices) is
  'When the next mail about a notice is due, as its user chose and after so many mails; null: never.';

create function calendar_sync.is_told_with_others(notice calendar_sync.notices) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  return calendar_sync.mail_of(notice.user_id, notice.kind) = 'daily'
    or notice.mail_at > notice.created_at and (select its_kind.mail_required from calendar_sync.notice_kinds as its_kind where its_kind.kind = notice.kind);
end;
$$;

comment on function calendar_sync.is_told_with_others(calendar_sync.notices) is
  'Whether one mail tells of all such notices of the user that are due: the daily ones, and those of which there are many.';

create function calendar_sync.plan_mail() returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if tg_op = 'INSERT' then
    new.mail_at := calendar_sync.next_mail_at(new);
  elsif new.mail_at is not null and (new.ended_at is not null or new.dismissed_at is not null)
    -- Somebody else with the user's session could dismiss it.
    and not (select mail_required from calendar_sync.notice_kinds where kind = new.kind)
  then
    new.mail_at := null;
  end if;
  return new;
end;
$$;

comment on function calendar_sync.plan_mail() is 'Plans the first mail of a notice, and no more mail of one that ended or was dismissed.';

create trigger plan_mail before insert or update of ended_at, dismissed_at on calendar_sync.notices
for each row execute function calendar_sync.plan_mail();

-- Without a wait for whoever is writing a notice: what is skipped keeps its plan.
create function calendar_sync.plan_mails_anew(p_user_id uuid, p_kinds text[]) returns void
language sql volatile security definer set search_path = ''
as $$
  update calendar_sync.notices as notice set mail_at = calendar_sync.next_mail_at(notice)
  from (
    select open.id from calendar_sync.notices as open
    where open.user_id = p_user_id and open.kind = any (p_kinds)
      and (open.mail_at is not null or open.ended_at is null and open.dismissed_at is null
        and open.kind in ('connection_lost', 'connection_paused'))
    for update skip locked
  ) as planned
  where notice.id = planned.id
$$;

comment on function calendar_sync.plan_mails_anew(uuid, text[]) is 'After a user chose anew: plans the mails of these kinds that have yet to come.';

create function public.calendar_report_mail(p_transport text, p_tells_admin boolean, p_delay_s integer) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_delay constant interval := make_interval(secs => p_delay_s);
  v_before calendar_sync.mail_setup;
begin
  select * into v_before from calendar_sync.mail_setup;
  if (v_before.transport, v_before.tells_admin, v_before.delay, v_before.reported_at is null)
    is not distinct from (p_transport, p_tells_admin, v_delay, false)
  then
    return;
  end if;
  update calendar_sync.mail_setup
  set transport = p_transport, tells_admin = p_tells_admin, delay = v_delay, reported_at = now();
  if v_before.delay <> v_delay then
    update calendar_sync.notices as notice set mail_at = calendar_sync.next_mail_at(notice)
    where notice.mail_at is not null and notice.mails = 0 and notice.kind in ('connection_lost', 'connection_paused');
  end if;
end;
$$;

comment on function public.calendar_report_mail(text, boolean, integer) is
  'Called by a function that starts: whether and how mail is sent. It writes only what is new.';
