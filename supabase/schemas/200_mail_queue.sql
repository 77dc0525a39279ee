-- Which mails are sent: the tick queues those that are due, a part at a time, and tells administrators what only they can mend.

-- Who is told that the fault is ours. Rows are for administrators; mail goes to CALENDAR_ADMIN_EMAIL.
create table calendar_sync.admin_notices (
  id uuid primary key default gen_random_uuid(),
  kind text not null check (kind in ('many_lost', 'configuration', 'erasure', 'stalled', 'tick', 'webhook')),
  object text not null default '',
  details jsonb not null default '{}',
  created_at timestamptz not null default now(),
  ended_at timestamptz
);

comment on table calendar_sync.admin_notices is 'What administrators were told that only they can mend.';
comment on column calendar_sync.admin_notices.kind is
  'many_lost: many connections were lost at once. configuration: a provider refuses our client. erasure: a user could not be erased. stalled: work was due and no worker came. tick: pg_cron does not run the tick. webhook: one of the installation was switched off after failures.';
comment on column calendar_sync.admin_notices.object is 'Which provider or webhook it is about, where it is about one.';

create unique index admin_notices_open_idx on calendar_sync.admin_notices (kind, object) where ended_at is null;
create index admin_notices_ended_idx on calendar_sync.admin_notices (ended_at);

alter table calendar_sync.admin_notices enable row level security;

create function calendar_sync.tell_admin(p_kind text, p_object text, p_details jsonb) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  -- What comes and goes is told once.
  v_quiet constant interval := interval '1 hour';
  v_id uuid;
begin
  if exists (select from calendar_sync.admin_notices where kind = p_kind and object = p_object and ended_at is null) then
    return;
  end if;
  update calendar_sync.admin_notices set ended_at = null where id = (
    select id from calendar_sync.admin_notices
    where kind = p_kind and object = p_object and ended_at > now() - v_quiet order by ended_at desc limit 1
  );
  if found then
    return;
  end if;
  insert into calendar_sync.admin_notices (kind, object, details) values (p_kind, p_object, p_details)
  on conflict (kind, object) where ended_at is null do nothing
  returning id into v_id;
  if v_id is not null and (select tells_admin and transport is not null from calendar_sync.mail_setup) then
    perform calendar_sync.append_delivery('mail', null, 'admin-' || v_id, 'admin_' || p_kind,
      p_details || jsonb_build_object('kind', p_kind, 'created_at', now()));
  end if;
end;
$$;

comment on function calendar_sync.tell_admin(text, text, jsonb) is
  'Tells administrators of something, once until it is mended.';

create function calendar_sync.may_be_our_fault(notice calendar_sync.notices) returns boolean
language sql immutable security invoker set search_path = ''
as $$
  select notice.kind in ('connection_lost', 'connection_paused') and coalesce(notice.details ->> 'code', '') not in (
    'mass_edit', 'mass_deletion', 'calendar_missing', 'mailbox_unavailable', 'paused_by_admin'
  )
$$;

comment on function calendar_sync.may_be_our_fault(calendar_sync.notices) is
  'Whether a connection may have been lost by a fault of ours, and not by what its user or an administrator did.';

create function calendar_sync.lost_lately(out lost bigint, out connections bigint, out fault_is_ours boolean)
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_options calendar_sync.options;
  v_users bigint;
begin
  select * into v_options from calendar_sync.options;
  -- Within an hour, and the delay: the first of them are due after it. One user with many connections is no sign of a fault of ours.
  select count(distinct notice.integration_id), count(distinct notice.user_id) into lost, v_users
  from calendar_sync.notices as notice
  where notice.kind in ('connection_lost', 'connection_paused') and calendar_sync.may_be_our_fault(notice)
    and notice.ended_at is null and notice.created_at > now() - interval '1 hour' - (select delay from calendar_sync.mail_setup);
  fault_is_ours := false;
  if v_users >= v_options.lost_free then
    select count(*) into connections from public.calendar_integrations where removed_at is null;
    fault_is_ours := lost > v_options.lost_share * connections;
  end if;
end;
$$;

comment on function calendar_sync.lost_lately() is
  'How many connections were lost or paused within an hour by what may be a fault of ours, and whether that is so many of all that it is.';

create function calendar_sync.tell_admins() returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_found record;
begin
  for v_found in
    select 'configuration' as kind, provider.name as object, jsonb_build_object('provider', provider.label) as details
    from calendar_sync.providers as provider
    where exists (
      select from public.calendar_integrations as integration
      where integration.provider = provider.name and integration.last_error is not null
        and integration.last_error ->> 'code' = 'configuration' and integration.status = 'active' and integration.removed_at is null
    )
    union all
    select incident.kind, '', '{}'::jsonb from calendar_sync.incidents as incident
    where incident.kind in ('erasure', 'stalled') and incident.created_at > now() - calendar_sync.threshold('incidents')
    group by incident.kind
    union all
    select 'webhook', webhook.id::text, jsonb_build_object('webhook_id', webhook.id, 'code', webhook.disabled_because)
    from calendar_sync.webhooks as webhook where webhook.user_id is null and webhook.disabled_because is not null
  loop
    perform calendar_sync.tell_admin(v_found.kind, v_found.object, v_found.details);
  end loop;
  if not exists (select from calendar_sync.admin_notices where ended_at is null) then
    return;
  end if;
  update calendar_sync.admin_notices as notice set ended_at = now()
  where notice.ended_at is null and case notice.kind
    when 'configuration' then not exists (
      select from public.calendar_integrations as integration
      where integration.provider = notice.object and integration.last_error is not null
        and integration.last_error ->> 'code' = 'configuration' and integration.status = 'active' and integration.removed_at is null
    )
    when 'many_lost' then not (select fault_is_ours from calendar_sync.lost_lately())
    -- It runs: the tick calls this.
    when 'tick' then true
    when 'webhook' then not exists (
      select from calendar_sync.webhooks as webhook
      where webhook.user_id is null and webhook.id::text = notice.object and webhook.disabled_because is not null
    )
    else not exists (
      select from calendar_sync.incidents as incident
      where incident.kind = notice.kind and incident.created_at > now() - calendar_sync.threshold('incidents')
    )
  end;
end;
$$;

comment on function calendar_sync.tell_admins() is 'Called by the tick: tells administrators what only they can mend, and notes what is mended.';

create function calendar_sync.tell_of_stalled_tick() returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if (select tells_admin and transport is not null from calendar_sync.mail_setup)
    and not (select ok from calendar_sync.check_tick())
  then
    perform calendar_sync.tell_admin('tick', '', '{}');
  end if;
end;
$$;

comment on function calendar_sync.tell_of_stalled_tick() is 'Called by a worker that leaves: whoever stalls cannot say so.';

create function calendar_sync.due_soon(p_user_id uuid) returns integer
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
begin
  return (
    select count(*) from calendar_sync.deadlines as deadline
    where deadline.recipient_id = p_user_id and deadline.status = 'open'
      and (deadline.deadline_date between current_date and current_date + 14
        or deadline.deadline_at between now() and now() + interval '14 days')
  );
exception when others then
  -- The adapter is the host's.
  return null;
end;
$$;

comment on function calendar_sync.due_soon(uuid) is 'How many open deadlines of a user are due within 14 days; null where the adapter fails.';

create function calendar_sync.queue_mails() returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  -- A function that starts with the first notice has time to report.
  v_patience constant interval := interval '15 minutes';
  v_ticks_a_minute constant integer := 6;
  v_setup calendar_sync.mail_setup;
  v_lost record;
  v_ids uuid[];
  v_together uuid[];
begin
  if not exists (select from calendar_sync.notices where mail_at <= now()) then
    return;
  end if;
  select * into v_setup from calendar_sync.mail_setup;
  if v_setup.transport is null then
    update calendar_sync.notices set mail_at = null where mail_at < now() - v_patience;
    return;
  end if;
  if exists (
    select from calendar_sync.notices as notice
    where notice.mail_at <= now() and notice.mails = 0 and calendar_sync.may_be_our_fault(notice)
  ) then
    select * into v_lost from calendar_sync.lost_lately();
    if v_lost.fault_is_ours then
      perform calendar_sync.tell_admin('many_lost', '',
        jsonb_build_object('lost', v_lost.lost, 'connections', v_lost.connections));
      -- An administrator is mailed now, and users who are still without a connection after three days. Without an administrator's
      -- address users are mailed now.
      update calendar_sync.notices as notice set mails = 1, kept_back = true, mail_at = created_at + interval '3 days'
      where v_setup.tells_admin and notice.mail_at <= now() and notice.mails = 0 and calendar_sync.may_be_our_fault(notice);
    end if;
  end if;

  -- In turn: the first of each user, then the second of each.
  select array_agg(due.id) into v_ids from (
    select notice.id from calendar_sync.notices as notice
    join (
      select each.id, its_kind.mail_required,
        row_number() over (partition by each.user_id order by its_kind.mail_required desc, each.mail_at) as place
      from calendar_sync.notices as each
      join calendar_sync.notice_kinds as its_kind on its_kind.kind = each.kind
      where each.mail_at <= now()
    ) as waiting using (id)
    where notice.mail_at <= now()
    order by waiting.mail_required desc, waiting.place, notice.mail_at
    limit (select mails_per_minute / v_ticks_a_minute from calendar_sync.options)
    for update of notice skip locked
  ) as due;
  -- A mail that tells of several tells of all.
  select array_agg(due.id) into v_together from (
    select notice.id from calendar_sync.notices as notice
    where notice.mail_at <= now() and calendar_sync.is_told_with_others(notice) and notice.user_id in (
      select chosen.user_id from calendar_sync.notices as chosen
      where chosen.id = any (v_ids) and calendar_sync.is_told_with_others(chosen)
    )
    for update skip locked
  ) as due;

  insert into calendar_sync.deliveries (channel, user_id, event_id, type, payload)
  select 'mail', notice.user_id, format('notice-%s-%s', notice.id, notice.mails + 1), notice.kind, jsonb_strip_nulls(jsonb_build_object(
    'kind', notice.kind, 'notices', jsonb_build_array(notice.id), 'integration_id', notice.integration_id,
    'code', notice.details ->> 'code', 'created_at', notice.created_at, 'mails', notice.mails - notice.kept_back::integer,
    'due_soon', case when notice.kind in ('connection_lost', 'connection_paused') then calendar_sync.due_soon(notice.user_id) end))
  from calendar_sync.notices as notice
  join auth.users as account on account.id = notice.user_id and account.email <> ''
  where notice.id = any (v_ids) and calendar_sync.mail_of(notice.user_id, notice.kind) = 'immediately'
    and not calendar_sync.is_told_with_others(notice)
  on conflict (channel, endpoint_id, event_id) do nothing;

  insert into calendar_sync.deliveries (channel, user_id, event_id, type, payload)
  select 'mail', told.user_id, 'digest-' || md5(string_agg(told.ids, ',' order by told.ids)), 'digest', jsonb_build_object(
    'kind', 'digest',
    'notices', (select jsonb_agg(notice.id order by notice.id) from calendar_sync.notices as notice
      where notice.id = any (v_together) and notice.user_id = told.user_id),
    'items', jsonb_agg(jsonb_strip_nulls(jsonb_build_object('kind', told.kind, 'integration_id', told.integration_id, 'code', told.code,
      'count', told.count)) order by told.kind, told.integration_id, told.code))
  from (
    select notice.user_id, notice.kind, notice.integration_id, count(*) as count,
      -- Deadlines fail for many reasons; the page says which. An event that is changed again and again is there all the same.
      case when notice.kind <> 'deadline_failed' or notice.details ->> 'code' = 'changed_again' then notice.details ->> 'code' end as code,
      string_agg(format('%s-%s', notice.id, notice.mails + 1), ',' order by notice.id) as ids
    from calendar_sync.notices as notice
    where notice.id = any (v_together)
    group by notice.user_id, notice.kind, notice.integration_id, 5
  ) as told
  join auth.users as account on account.id = told.user_id and account.email <> ''
  group by told.user_id
  on conflict (channel, endpoint_id, event_id) do nothing;

  -- First the count, from which the next mail follows.
  update calendar_sync.notices set mails = mails + 1 where id = any (v_ids || coalesce(v_together, '{}'));
  update calendar_sync.notices as notice
  set mail_at = case when notice.ended_at is null and notice.dismissed_at is null then calendar_sync.next_mail_at(notice) end
  where notice.id = any (v_ids || coalesce(v_together, '{}'));
exception when foreign_key_violation then
  -- A user was deleted in this very moment. The next tick goes on.
  return;
end;
$$;

comment on function calendar_sync.queue_mails() is
  'Called by the tick: makes deliveries of the notices whose mail is due, a tick''s share of them. Where many connections are lost at once the fault is ours: an administrator is mailed, and not each user.';

create function calendar_sync.mail_target(delivery calendar_sync.deliveries) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'email', account.email,
    'suppressed', calendar_sync.is_mail_suppressed(delivery.user_id),
    -- What healed, was dismissed or switched off meanwhile is not sent any more, and nothing to a user who is banned.
    'is_needed', calendar_sync.blocked_until(delivery.user_id) is null and exists (
      select from jsonb_array_elements_text(delivery.payload -> 'notices') as told (id)
      join calendar_sync.notices as notice on notice.id = told.id::uuid
      join calendar_sync.notice_kinds as its_kind on its_kind.kind = notice.kind
      where its_kind.mail_required or notice.ended_at is null and notice.dismissed_at is null
        and calendar_sync.mail_of(delivery.user_id, notice.kind) <> 'off'
    ),
    'calendars', (
      select coalesce(jsonb_object_agg(integration.id, jsonb_build_object(
        'provider', provider.label, 'account_email', integration.account_email)), '{}')
      from (
        select delivery.payload ->> 'integration_id' as id
        union select item ->> 'integration_id' from jsonb_array_elements(delivery.payload -> 'items') as item
      ) as told
      join public.calendar_integrations as integration on integration.id = told.id::uuid and integration.user_id = delivery.user_id
      join calendar_sync.providers as provider on provider.name = integration.provider
    )
  )
  from auth.users as account where account.id = delivery.user_id
$$;

comment on function calendar_sync.mail_target(calendar_sync.deliveries) is
  'The address of a mail''s user, whether it is still to be sent, and the names of its calendars. Null for administrators, whose address is in the environment.';

create function public.calendar_suppress_mail(p_user_id uuid, p_email text, p_reason text) returns void
language sql volatile security definer set search_path = ''
as $$ select calendar_sync.suppress_mail(p_user_id, p_email, p_reason) $$;

comment on function public.calendar_suppress_mail(uuid, text, text) is
  'A mail server refused this address of a user for good: nothing more is sent there.';

create function public.calendar_unsubscribe(p_user_id uuid, p_kinds text[]) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if not exists (select from auth.users where id = p_user_id) then
    return;
  end if;
  perform calendar_sync.change_notifications(p_user_id, (
    select coalesce(jsonb_object_agg(its_kind.kind, 'off'), '{}') from calendar_sync.notice_kinds as its_kind
    where its_kind.kind = any (p_kinds) and not its_kind.mail_required
  ));
end;
$$;

comment on function public.calendar_unsubscribe(uuid, text[]) is
  'Switches off the mail of these kinds, for whoever shows a mail''s own address for that. What cannot be switched off stays.';
