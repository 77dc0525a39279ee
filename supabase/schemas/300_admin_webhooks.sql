-- Outgoing webhooks and deliveries, for administrators: what is sent, what is stuck, and webhooks of the installation itself.

create view calendar_admin.webhooks with (security_invoker = true) as
with webhook as (
  select * from calendar_sync.webhooks where user_id is null
  union all
  (select * from calendar_sync.webhooks where failing_since is not null and user_id is not null order by failing_since limit 500)
)
select
  webhook.id,
  webhook.user_id,
  substring(webhook.url from '^[^/]*//[^/?#]*') as origin,
  webhook.types,
  webhook.enabled,
  webhook.disabled_because,
  webhook.failing_since,
  (select count(*) from calendar_sync.deliveries as delivery
    where delivery.channel = 'webhook' and delivery.recipient = webhook.id and delivery.ended_at is null) as waiting,
  webhook.created_at
from webhook
order by webhook.failing_since nulls last, webhook.created_at;

comment on view calendar_admin.webhooks is
  'The installation''s own webhooks, and the 500 of users that have been failing for longest.';
comment on column calendar_admin.webhooks.user_id is 'Null: the installation''s own.';
comment on column calendar_admin.webhooks.origin is 'Of the address no more than this: the rest may be a secret.';

create view calendar_admin.deliveries with (security_invoker = true) as
with delivery as (
  (
    select first.* from (values ('webhook'), ('mail')) as sent (channel)
    cross join lateral (
      select * from calendar_sync.deliveries as next
      where next.channel = sent.channel and next.ended_at is null order by next.next_attempt_at limit 500
    ) as first
  )
  union all
  (select * from calendar_sync.deliveries where ended_at is not null order by ended_at desc limit 500)
)
select
  delivery.id,
  delivery.channel,
  delivery.user_id,
  delivery.endpoint_id as webhook_id,
  delivery.type,
  delivery.state,
  delivery.attempt_count as attempts,
  (delivery.attempts -> -1 ->> 'status')::integer as last_status,
  delivery.attempts -> -1 ->> 'error' as last_error,
  (delivery.attempts -> -1 ->> 'at')::timestamptz as last_attempt_at,
  delivery.next_attempt_at,
  delivery.created_at,
  delivery.ended_at
from delivery
order by delivery.next_attempt_at nulls last, delivery.ended_at desc;

comment on view calendar_admin.deliveries is
  'Mails and calls of webhooks: of each the 500 that are due next, then the 500 that ended last.';
comment on column calendar_admin.deliveries.webhook_id is 'Null for a mail.';
comment on column calendar_admin.deliveries.last_status is 'What the other side last answered; null: nothing.';
comment on column calendar_admin.deliveries.last_error is 'Why the last attempt failed, in a word of ours.';

create function calendar_admin.add_webhook(url text, types text[]) returns table (id uuid, secret text)
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  v_added jsonb;
begin
  if url is null or url !~ '^https?://[^/\\\s@]+(/\S*)?$' then
    raise exception 'Give the address of a receiver, such as https://app.example.com/calendar-events.' using errcode = 'invalid_parameter_value';
  end if;
  perform calendar_admin.sign();
  v_added := calendar_sync.add_webhook(null, url, types);
  perform calendar_sync.note(null, 'settings_changed', jsonb_build_object('webhook_added', v_added ->> 'id'));
  return query select (v_added ->> 'id')::uuid, v_added ->> 'secret';
exception when check_violation then
  raise exception 'Give at least one type, of those that docs/embed/webhooks.md lists.' using errcode = 'invalid_parameter_value';
end;
$$;

comment on function calendar_admin.add_webhook(text, text[]) is
  'Adds a webhook of the installation, which is told of all users'' calendars. Returns its secret, once. CALENDAR_WEBHOOK_HOSTS has to allow the address.';

create function calendar_admin.enable_webhook(webhook_id uuid) returns text
language plpgsql volatile security invoker set search_path = ''
as $$
begin
  update calendar_sync.webhooks as webhook
  set enabled = true, disabled_because = null, failing_since = null, doubted = true
  where webhook.id = webhook_id and webhook.user_id is null;
  if not found then
    raise exception 'The installation has no such webhook. Users switch their own on.' using errcode = 'no_data_found';
  end if;
  perform calendar_admin.sign();
  perform calendar_sync.note(null, 'settings_changed', jsonb_build_object('webhook_enabled', webhook_id));
  return 'Switched on. What was given up is not sent again.';
end;
$$;

comment on function calendar_admin.enable_webhook(uuid) is
  'Switches a webhook of the installation on again, which 410 or five days of failures switched off.';

create function calendar_admin.remove_webhook(webhook_id uuid) returns text
language plpgsql volatile security invoker set search_path = ''
as $$
begin
  delete from calendar_sync.webhooks as webhook where webhook.id = webhook_id;
  if not found then
    raise exception 'There is no such webhook; select * from calendar_admin.webhooks; lists them.' using errcode = 'no_data_found';
  end if;
  perform calendar_admin.sign();
  perform calendar_sync.note(null, 'settings_changed', jsonb_build_object('webhook_removed', webhook_id));
  return 'Removed, with its secrets and what was still to be sent to it.';
end;
$$;

comment on function calendar_admin.remove_webhook(uuid) is 'Removes a webhook, the installation''s or a user''s.';

create function calendar_admin.rotate_webhook(webhook_id uuid) returns text
language plpgsql volatile security invoker set search_path = ''
as $$
begin
  if not exists (select from calendar_sync.webhooks as webhook where webhook.id = webhook_id and webhook.user_id is null) then
    raise exception 'The installation has no such webhook. Users rotate their own.' using errcode = 'no_data_found';
  end if;
  perform calendar_admin.sign();
  perform calendar_sync.note(null, 'settings_changed', jsonb_build_object('webhook_rotated', webhook_id));
  return calendar_sync.rotate_webhook(webhook_id) ->> 'secret';
end;
$$;

comment on function calendar_admin.rotate_webhook(uuid) is
  'Gives a webhook of the installation a new secret, and answers with it this once. The one before signs along for a day.';
