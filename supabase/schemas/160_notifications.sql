-- Which notices a user gets by mail, and the addresses that mail does not reach.

create table calendar_sync.mail_choices (
  user_id uuid not null references auth.users (id) on delete cascade,
  kind text not null references calendar_sync.notice_kinds (kind),
  mail text not null check (mail in ('immediately', 'daily', 'off')),
  primary key (user_id, kind)
);

comment on table calendar_sync.mail_choices is 'What users chose of their mail. Without a row it is as calendar_sync.notice_kinds says.';

alter table calendar_sync.mail_choices enable row level security;

create table calendar_sync.suppressed_mail (
  user_id uuid primary key references auth.users (id) on delete cascade,
  email text not null,
  reason text not null,
  suppressed_at timestamptz not null default now()
);

comment on table calendar_sync.suppressed_mail is
  'Addresses that a mail server refused for good: nothing more is sent there until the user has another address.';
comment on column calendar_sync.suppressed_mail.reason is 'What the mail server said: a status code, never its text.';

alter table calendar_sync.suppressed_mail enable row level security;

create function calendar_sync.mail_of(p_user_id uuid, p_kind text) returns text
language sql stable security definer set search_path = ''
as $$
  select coalesce(choice.mail, its_kind.mail)
  from calendar_sync.notice_kinds as its_kind
  left join calendar_sync.mail_choices as choice on choice.kind = its_kind.kind and choice.user_id = p_user_id
  where its_kind.kind = p_kind
$$;

comment on function calendar_sync.mail_of(uuid, text) is 'When a user gets notices of a kind by mail: immediately, daily or off.';

create function calendar_sync.is_mail_suppressed(p_user_id uuid) returns boolean
language sql stable security definer set search_path = ''
as $$
  select exists (
    select from calendar_sync.suppressed_mail as suppressed
    join auth.users as account on account.id = suppressed.user_id and account.email = suppressed.email
    where suppressed.user_id = p_user_id
  )
$$;

comment on function calendar_sync.is_mail_suppressed(uuid) is 'Whether nothing is sent to the address that a user has now.';

create function calendar_sync.suppress_mail(p_user_id uuid, p_email text, p_reason text) returns void
language sql volatile security definer set search_path = ''
as $$
  insert into calendar_sync.suppressed_mail as known (user_id, email, reason)
  select account.id, p_email, left(p_reason, 100) from auth.users as account where account.id = p_user_id
  on conflict (user_id) do update set email = excluded.email, reason = excluded.reason, suppressed_at = now()
$$;

comment on function calendar_sync.suppress_mail(uuid, text, text) is
  'Nothing more is sent to this address of a user. For hosts too, whose mail provider reports a bounce or a complaint.';

create function calendar_sync.notifications_json(p_user_id uuid) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'email', (select account.email from auth.users as account where account.id = p_user_id),
    'kinds', (
      select jsonb_object_agg(its_kind.kind, calendar_sync.mail_of(p_user_id, its_kind.kind)) from calendar_sync.notice_kinds as its_kind
    ),
    'suppressed', calendar_sync.is_mail_suppressed(p_user_id)
  )
$$;

comment on function calendar_sync.notifications_json(uuid) is 'What a user is told by mail, as the Calendar API shows it.';

create function calendar_sync.own_notifications() returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id constant uuid := calendar_sync.count_own_call();
begin
  return calendar_sync.notifications_json(v_user_id);
end;
$$;

comment on function calendar_sync.own_notifications() is 'What the caller is told by mail.';
grant execute on function calendar_sync.own_notifications() to authenticated;

create function public.calendar_notifications() returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select calendar_sync.own_notifications() $$;

comment on function public.calendar_notifications() is 'What the caller is told by mail: email, kinds, suppressed.';

create function calendar_sync.change_notifications(p_user_id uuid, p_kinds jsonb) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_wrong text;
begin
  if coalesce(jsonb_typeof(p_kinds), '') <> 'object' then
    raise exception 'kinds: must be an object' using errcode = 'invalid_parameter_value';
  end if;
  select case
      when its_kind.kind is null then 'kinds: may hold the kinds of notices and nothing else'
      when its_kind.mail_required and chosen.mail = 'off' then format('kinds.%s: cannot be switched off', its_kind.kind)
      else format('kinds.%s: must be immediately, daily or off', its_kind.kind)
    end
  into v_wrong
  from jsonb_each_text(p_kinds) as chosen (kind, mail)
  left join calendar_sync.notice_kinds as its_kind on its_kind.kind = chosen.kind
  where its_kind.kind is null or chosen.mail is null or chosen.mail not in ('immediately', 'daily', 'off')
    or its_kind.mail_required and chosen.mail = 'off'
  limit 1;
  if v_wrong is not null then
    raise exception '%', v_wrong using errcode = 'invalid_parameter_value';
  end if;
  insert into calendar_sync.mail_choices (user_id, kind, mail)
  select p_user_id, chosen.kind, chosen.mail from jsonb_each_text(p_kinds) as chosen (kind, mail)
  where p_user_id is not null
  on conflict (user_id, kind) do update set mail = excluded.mail;
  perform calendar_sync.plan_mails_anew(p_user_id, array(select jsonb_object_keys(p_kinds)));
end;
$$;

comment on function calendar_sync.change_notifications(uuid, jsonb) is
  'Sets when a user gets notices by mail: {"<kind>": "immediately" | "daily" | "off"}. An unknown kind or value is an error, and then nothing changes.';

create function calendar_sync.change_own_notifications(p_kinds jsonb) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id constant uuid := calendar_sync.count_own_call();
begin
  perform calendar_sync.change_notifications(v_user_id, p_kinds);
  return calendar_sync.notifications_json(v_user_id);
end;
$$;

comment on function calendar_sync.change_own_notifications(jsonb) is 'change_notifications for the caller.';
grant execute on function calendar_sync.change_own_notifications(jsonb) to authenticated;

create function public.calendar_change_notifications(p_kinds jsonb) returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select calendar_sync.change_own_notifications(p_kinds) $$;

comment on function public.calendar_change_notifications(jsonb) is
  'Sets when the caller gets notices by mail: {"<kind>": "immediately" | "daily" | "off"}; what is not given stays.';
