-- Managing webhooks, for the Calendar API. Its addresses are judged there, so users call none of these themselves.

create function calendar_sync.webhook_json(webhook calendar_sync.webhooks) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'id', webhook.id, 'url', webhook.url, 'types', to_jsonb(webhook.types), 'enabled', webhook.enabled,
    'disabled_because', webhook.disabled_because, 'failing_since', webhook.failing_since,
    'previous_secret_until', webhook.previous_until, 'created_at', webhook.created_at,
    'last_day', (
      select jsonb_build_object(
        'delivered', count(*) filter (where delivery.state = 'delivered'),
        'failed', count(*) filter (where delivery.state = 'failed'),
        'waiting', count(*) filter (where delivery.ended_at is null)
      )
      from calendar_sync.deliveries as delivery
      where delivery.endpoint_id = webhook.id and delivery.created_at > now() - interval '1 day'
    )
  )
$$;

comment on function calendar_sync.webhook_json(calendar_sync.webhooks) is
  'A webhook as its owner sees it. last_day: what became of the deliveries of the last 24 hours.';

create function public.calendar_webhooks(p_user_id uuid) returns jsonb
language sql volatile security definer set search_path = ''
as $$
  select coalesce(jsonb_agg(calendar_sync.webhook_json(webhook) order by webhook.created_at, webhook.id), '[]')
  from calendar_sync.webhooks as webhook where webhook.user_id = p_user_id
$$;

comment on function public.calendar_webhooks(uuid) is 'A user''s webhooks, oldest first.';

-- gen_random_uuid is strong, but six of its bits are fixed: three of them hold more than the hash does.
create function calendar_sync.new_webhook_secret() returns text
language sql volatile security invoker set search_path = ''
as $$
  select 'whsec_' || encode(sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), 'base64')
$$;

comment on function calendar_sync.new_webhook_secret() is 'A secret for signing, of 32 random bytes.';

create function calendar_sync.add_webhook(p_user_id uuid, p_url text, p_types text[]) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_secret constant text := calendar_sync.new_webhook_secret();
  v_webhook calendar_sync.webhooks;
begin
  insert into calendar_sync.webhooks (user_id, url, types, signing_secret_id)
  values (p_user_id, p_url, array(select distinct type from unnest(p_types) as type order by type),
    calendar_sync.store_secret(null, v_secret, 'calendar_sync: webhook'))
  returning * into v_webhook;
  return calendar_sync.webhook_json(v_webhook) || jsonb_build_object('secret', v_secret);
end;
$$;

comment on function calendar_sync.add_webhook(uuid, text, text[]) is
  'A new webhook of a user, or of the installation where there is none, with its secret, which is shown once.';

create function public.calendar_create_webhook(p_user_id uuid, p_url text, p_types text[]) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_webhooks_max constant integer := 5;
  v_added jsonb;
begin
  perform pg_advisory_xact_lock(hashtext('calendar_sync.webhooks'), hashtext(p_user_id::text));
  if (select count(*) from calendar_sync.webhooks where user_id = p_user_id) >= v_webhooks_max then
    return null;
  end if;
  v_added := calendar_sync.add_webhook(p_user_id, p_url, p_types);
  perform calendar_sync.webhook_notice(webhook, 'webhook_added')
  from calendar_sync.webhooks as webhook where webhook.id = (v_added ->> 'id')::uuid;
  return v_added;
end;
$$;

comment on function public.calendar_create_webhook(uuid, text, text[]) is 'A new webhook of a user, with its secret; null where there are five already.';

create function public.calendar_update_webhook(p_user_id uuid, p_webhook_id uuid, p_url text, p_types text[], p_enabled boolean) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_webhook calendar_sync.webhooks;
  v_url_before text;
begin
  select url into v_url_before from calendar_sync.webhooks where id = p_webhook_id and user_id = p_user_id for no key update;
  if not found then
    return null;
  end if;
  if p_enabled is false then
    perform calendar_sync.switch_webhook_off(p_webhook_id, null);
  end if;
  update calendar_sync.webhooks as webhook
  set url = coalesce(p_url, webhook.url),
    types = case when p_types is null then webhook.types else array(select distinct type from unnest(p_types) as type order by type) end,
    enabled = coalesce(p_enabled, webhook.enabled),
    disabled_because = case when p_enabled is null then webhook.disabled_because end,
    -- What was learned of another address, or before somebody mended it, says nothing now.
    failing_since = case when p_url is null and p_enabled is not true then webhook.failing_since end,
    doubted = webhook.doubted or p_url is not null or p_enabled is true
  where webhook.id = p_webhook_id
  returning * into v_webhook;
  if v_webhook.url <> v_url_before then
    -- A stranger who leads it elsewhere learns as much as one who adds one.
    perform calendar_sync.webhook_notice(v_webhook, 'webhook_added', v_webhook.id || ':' || gen_random_uuid());
  end if;
  if v_webhook.enabled then
    perform calendar_sync.end_notices(p_user_id, array['webhook_disabled'], p_webhook_id::text);
  end if;
  return calendar_sync.webhook_json(v_webhook);
end;
$$;

comment on function public.calendar_update_webhook(uuid, uuid, text, text[], boolean) is
  'Changes what is given of a user''s webhook; switched off, what was still to be sent is given up. Null for another user''s.';

create function public.calendar_delete_webhook(p_user_id uuid, p_webhook_id uuid) returns boolean
language sql volatile security definer set search_path = ''
as $$
  with gone as (
    delete from calendar_sync.webhooks where id = p_webhook_id and user_id = p_user_id returning true
  )
  select exists (select from gone)
$$;

comment on function public.calendar_delete_webhook(uuid, uuid) is
  'Deletes a user''s webhook with its secrets and deliveries; false for another user''s.';

create function calendar_sync.rotate_webhook(p_webhook_id uuid) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_overlap constant interval := interval '1 day';
  v_secret constant text := calendar_sync.new_webhook_secret();
  v_webhook calendar_sync.webhooks;
begin
  select * into v_webhook from calendar_sync.webhooks where id = p_webhook_id for no key update;
  delete from vault.secrets where id = v_webhook.previous_secret_id;
  update calendar_sync.webhooks
  set previous_secret_id = signing_secret_id, previous_until = now() + v_overlap,
    signing_secret_id = calendar_sync.store_secret(null, v_secret, 'calendar_sync: webhook')
  where id = p_webhook_id returning * into v_webhook;
  return calendar_sync.webhook_json(v_webhook) || jsonb_build_object('secret', v_secret);
end;
$$;

comment on function calendar_sync.rotate_webhook(uuid) is
  'Gives a webhook a new secret. The one before signs along for a day; one that was replaced before that is gone at once.';

create function public.calendar_rotate_webhook(p_user_id uuid, p_webhook_id uuid) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if not exists (select from calendar_sync.webhooks where id = p_webhook_id and user_id = p_user_id) then
    return null;
  end if;
  return calendar_sync.rotate_webhook(p_webhook_id);
end;
$$;

comment on function public.calendar_rotate_webhook(uuid, uuid) is 'Gives a user''s webhook a new secret; null for another user''s.';

create function calendar_sync.delivery_for_owner(delivery calendar_sync.deliveries) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select jsonb_build_object('id', delivery.id, 'event_id', delivery.event_id, 'type', delivery.type, 'state', delivery.state,
    'attempts', delivery.attempts, 'created_at', delivery.created_at,
    -- While it is being sent that is the end of a lease.
    'next_attempt_at', case when delivery.leased_by is null then delivery.next_attempt_at end)
$$;

comment on function calendar_sync.delivery_for_owner(calendar_sync.deliveries) is 'A delivery as the owner of its webhook sees it.';

create function public.calendar_test_webhook(p_user_id uuid, p_webhook_id uuid) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_delivery calendar_sync.deliveries;
begin
  insert into calendar_sync.deliveries (channel, user_id, endpoint_id, event_id, type, payload)
  select 'webhook', webhook.user_id, webhook.id, 'evt_' || replace(gen_random_uuid()::text, '-', ''), 'webhook.test',
    jsonb_build_object('type', 'webhook.test', 'timestamp', calendar_sync.due_text(null, now()),
      'data', jsonb_build_object('integration_id', null, 'provider', null))
  from calendar_sync.webhooks as webhook where webhook.id = p_webhook_id and webhook.user_id = p_user_id
  -- One that is being deleted is waited for: its key would fail.
  for key share
  returning * into v_delivery;
  return case when found then calendar_sync.delivery_for_owner(v_delivery) end;
end;
$$;

comment on function public.calendar_test_webhook(uuid, uuid) is
  'Has an event of the type webhook.test sent, also to a webhook that is switched off; null for another user''s.';

create function public.calendar_webhook_deliveries(p_user_id uuid, p_webhook_id uuid, p_limit integer) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if not exists (select from calendar_sync.webhooks where id = p_webhook_id and user_id = p_user_id) then
    return null;
  end if;
  return (
    select coalesce(jsonb_agg(calendar_sync.delivery_for_owner(recent) order by recent.created_at desc, recent.id), '[]')
    from (
      select * from calendar_sync.deliveries where endpoint_id = p_webhook_id order by created_at desc, id limit p_limit
    ) as recent
  );
end;
$$;

comment on function public.calendar_webhook_deliveries(uuid, uuid, integer) is
  'The last p_limit deliveries of a user''s webhook, newest first; null for another user''s.';

create function calendar_sync.send_again(p_ids uuid[]) returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_count integer;
begin
  -- What is being sent just now is as good as sent again.
  update calendar_sync.deliveries
  set state = 'pending', attempt_count = 0, next_attempt_at = now(), ended_at = null
  where id = any (p_ids) and leased_by is null;
  get diagnostics v_count = row_count;
  if v_count > 0 then
    perform calendar_sync.wake_up();
  end if;
  return v_count;
end;
$$;

comment on function calendar_sync.send_again(uuid[]) is
  'Has deliveries sent now, with the same event ids, whatever became of them, and tried again by the schedule from its beginning.';

create function public.calendar_retry_delivery(p_user_id uuid, p_webhook_id uuid, p_delivery_id uuid) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_sent boolean;
begin
  select webhook.enabled or delivery.type = 'webhook.test' into v_sent
  from calendar_sync.deliveries as delivery join calendar_sync.webhooks as webhook on webhook.id = delivery.endpoint_id
  where delivery.id = p_delivery_id and webhook.id = p_webhook_id and webhook.user_id = p_user_id;
  if not found then
    return jsonb_build_object('kind', 'unknown');
  elsif not v_sent then
    return jsonb_build_object('kind', 'switched_off');
  end if;
  perform calendar_sync.send_again(array[p_delivery_id]);
  return jsonb_build_object('kind', 'queued', 'queued', 1);
end;
$$;

comment on function public.calendar_retry_delivery(uuid, uuid, uuid) is
  'Has one delivery sent again: {"kind": "queued", "queued"}, or why not: unknown, where it is not the user''s; switched_off, unless it is a test.';

create function public.calendar_replay_webhook(p_user_id uuid, p_webhook_id uuid, p_since timestamptz) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_enabled boolean;
begin
  select enabled into v_enabled from calendar_sync.webhooks where id = p_webhook_id and user_id = p_user_id;
  if not found then
    return jsonb_build_object('kind', 'unknown');
  elsif not v_enabled then
    return jsonb_build_object('kind', 'switched_off');
  end if;
  return jsonb_build_object('kind', 'queued', 'queued', calendar_sync.send_again(array(
    select id from calendar_sync.deliveries
    where endpoint_id = p_webhook_id and created_at >= p_since and type <> 'webhook.test'
  )));
end;
$$;

comment on function public.calendar_replay_webhook(uuid, uuid, timestamptz) is
  'Has everything sent again that a user''s webhook was to be told since p_since, as far as it is kept: {"kind": "queued", "queued"}, or why not: unknown, where it is not the user''s, or switched_off.';
