-- Deliveries: what is sent to people and to their systems, by mail or as an outgoing webhook. Each waits, is tried again and is given
-- up alone. The worker of the calendars sends them too; the claim of lanes tells it when some are due.

create table calendar_sync.deliveries (
  id uuid primary key default gen_random_uuid(),
  channel text not null check (channel in ('webhook', 'mail')),
  user_id uuid references auth.users (id) on delete cascade,
  endpoint_id uuid,
  event_id text not null check (length(event_id) between 1 and 200),
  type text not null,
  payload jsonb not null,
  state text not null default 'pending' check (state in ('pending', 'retrying', 'delivered', 'failed')),
  attempts jsonb not null default '[]' check (jsonb_typeof(attempts) = 'array'),
  attempt_count integer not null default 0,
  next_attempt_at timestamptz default now(),
  leased_by uuid,
  leased_until timestamptz,
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  recipient uuid not null generated always as (coalesce(endpoint_id, user_id, '00000000-0000-0000-0000-000000000000')) stored,
  unique nulls not distinct (channel, endpoint_id, event_id),
  check ((channel = 'webhook') = (endpoint_id is not null)),
  check ((ended_at is not null) = (state in ('delivered', 'failed'))),
  check ((next_attempt_at is null) = (ended_at is not null)),
  check ((leased_by is null) = (leased_until is null))
);

comment on table calendar_sync.deliveries is
  'Mails and calls of webhooks: those that have to be sent, and those of the last 30 days. A row is written in the transaction that changes what it tells of.';
comment on column calendar_sync.deliveries.user_id is 'Whom it is for; null: for the installation or its administrators.';
comment on column calendar_sync.deliveries.endpoint_id is 'The webhook that is called; null for a mail.';
comment on column calendar_sync.deliveries.event_id is
  'The same with every attempt, so that the other side can tell what it has already: webhook-id, or the mail''s idempotency key.';
comment on column calendar_sync.deliveries.payload is 'What the sender makes the message of: ids and codes, never a secret.';
comment on column calendar_sync.deliveries.attempts is
  'The last 20 as {at, status, error}: the other side''s status, or a word of ours. Never a word of the other side''s.';
comment on column calendar_sync.deliveries.attempt_count is 'Attempts since it was written, or last asked for by a person: its place in the schedule.';
comment on column calendar_sync.deliveries.next_attempt_at is 'While it is leased: the end of the lease, when another worker may try.';
comment on column calendar_sync.deliveries.recipient is
  'Who is not to get too many at once: the webhook, the user, or all zeros for administrators.';

create index deliveries_due_idx on calendar_sync.deliveries (channel, next_attempt_at) where ended_at is null;
create index deliveries_recipient_idx on calendar_sync.deliveries (channel, recipient, next_attempt_at) where ended_at is null;
create index deliveries_leased_idx on calendar_sync.deliveries (leased_by) where leased_by is not null;
create index deliveries_ended_idx on calendar_sync.deliveries (ended_at) where ended_at is not null;
create index deliveries_endpoint_idx on calendar_sync.deliveries (endpoint_id, created_at desc) where endpoint_id is not null;
create index deliveries_user_idx on calendar_sync.deliveries (user_id) where user_id is not null;

alter table calendar_sync.deliveries enable row level security;

-- As for changes: at the end of the transaction, and once.
create constraint trigger wake_up_at_commit after insert on calendar_sync.deliveries
deferrable initially deferred for each row when (new.next_attempt_at <= now())
execute function calendar_sync.wake_up_at_commit();

create function calendar_sync.append_delivery(
  p_channel text, p_user_id uuid, p_event_id text, p_type text, p_payload jsonb,
  p_endpoint_id uuid default null, p_send_at timestamptz default now()
) returns uuid
language sql volatile security definer set search_path = ''
as $$
  insert into calendar_sync.deliveries (channel, user_id, endpoint_id, event_id, type, payload, next_attempt_at)
  values (p_channel, p_user_id, p_endpoint_id, p_event_id, p_type, p_payload, p_send_at)
  on conflict (channel, endpoint_id, event_id) do nothing
  returning id
$$;

comment on function calendar_sync.append_delivery(text, uuid, text, text, jsonb, uuid, timestamptz) is
  'Has something sent, at p_send_at. Null, and nothing done, where this event was appended for this recipient before.';

create function calendar_sync.deliveries_are_due() returns boolean
language plpgsql stable security definer set search_path = ''
set enable_seqscan = off set jit = off
as $$
begin
  return exists (
    select from calendar_sync.deliveries where ended_at is null and channel in ('webhook', 'mail') and next_attempt_at <= now()
  );
end;
$$;

comment on function calendar_sync.deliveries_are_due() is 'Whether something has to be sent now that no worker is sending.';

create function calendar_sync.delivery_wait(p_channel text, p_attempts integer, p_created_at timestamptz) returns interval
language sql volatile security invoker set search_path = ''
as $$
  select case p_channel
    when 'webhook' then jitter * (array['5 seconds', '5 minutes', '30 minutes', '2 hours', '5 hours', '10 hours', '14 hours', '20 hours',
      '24 hours']::interval[])[p_attempts]
    -- For the last time a day after it was written.
    when 'mail' then case when p_created_at > now() - interval '1 day' then
      least(jitter * interval '5 seconds' * power(2, least(p_attempts, 20) - 1), p_created_at + interval '1 day' - now()) end
  end
  from (select 1 + random() * 0.1 as jitter) as schedule
$$;

comment on function calendar_sync.delivery_wait(text, integer, timestamptz) is
  'How long a delivery waits after so many attempts in vain, with up to a tenth of jitter; null: it is given up.';

-- Where a delivery goes, as its sender needs it: in 165_webhooks.sql for webhooks, in 185_mail.sql for mails.
create function calendar_sync.delivery_json(delivery calendar_sync.deliveries) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
  return jsonb_build_object(
    'id', delivery.id, 'channel', delivery.channel, 'user_id', delivery.user_id, 'endpoint_id', delivery.endpoint_id,
    'event_id', delivery.event_id, 'type', delivery.type, 'payload', delivery.payload, 'created_at', delivery.created_at,
    'attempts', delivery.attempt_count,
    'target', case delivery.channel when 'webhook' then calendar_sync.webhook_target(delivery.endpoint_id)
      when 'mail' then calendar_sync.mail_target(delivery) end
  );
end;
$$;

comment on function calendar_sync.delivery_json(calendar_sync.deliveries) is
  'A delivery as the worker gets it. target: what only its channel knows, such as a webhook''s address and secrets.';

-- Those of the oldest thousand, which usually is all that is due. Where one recipient has very many, the others stand behind it:
-- then they are looked for one by one, from somewhere else each time, however many deliveries each has.
create function calendar_sync.due_recipients(p_channel text) returns setof uuid
language plpgsql volatile security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  v_oldest constant integer := 1000;
  v_others constant integer := 50;
  v_start constant uuid := gen_random_uuid();
  v_count bigint;
  v_lap record;
begin
  return query
  select distinct oldest.recipient from (
    select due.recipient from calendar_sync.deliveries as due
    where due.ended_at is null and due.channel = p_channel and due.next_attempt_at <= now()
    order by due.next_attempt_at limit v_oldest
  ) as oldest;
  select count(*) into v_count from (
    select from calendar_sync.deliveries as due
    where due.ended_at is null and due.channel = p_channel and due.next_attempt_at <= now() limit v_oldest
  ) as counted;
  if v_count < v_oldest then
    return;
  end if;
  for v_lap in
    select * from (values (v_start, uuid 'ffffffff-ffff-ffff-ffff-ffffffffffff'), ('00000000-0000-0000-0000-000000000000', v_start))
      as lap (first, last)
  loop
    return query
    with recursive open_one (recipient) as (
      (
        select first.recipient from calendar_sync.deliveries as first
        where first.ended_at is null and first.channel = p_channel and first.recipient >= v_lap.first
        order by first.recipient limit 1
      )
      union all
      select next.recipient from open_one cross join lateral (
        select other.recipient from calendar_sync.deliveries as other
        where other.ended_at is null and other.channel = p_channel and other.recipient > open_one.recipient
        order by other.recipient limit 1
      ) as next
      where next.recipient <= v_lap.last
    )
    select open_one.recipient from open_one
    where open_one.recipient <= v_lap.last and exists (
      select from calendar_sync.deliveries as due
      where due.ended_at is null and due.channel = p_channel and due.recipient = open_one.recipient and due.next_attempt_at <= now()
    )
    limit v_others;
  end loop;
end;
$$;

comment on function calendar_sync.due_recipients(text) is
  'Recipients with a delivery that is due, where they are many not all; some may come twice.';

-- One recipient cannot keep the others waiting, however many deliveries it has and however long its answers take: each has at most
-- two under way, and those that did not answer in time last share half of the places, one a user. Webhooks take turns: the one that
-- was last called longest ago is next. A new webhook waits at most 10 s, until one of six silent ones leaves its place; the silent
-- ones of n users wait 10 s for every six of them. Recipients of mails are drawn by lot.
create function public.calendar_claim_deliveries(p_worker uuid, p_limit integer, p_lease_s integer) returns jsonb
language plpgsql volatile security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  v_ids uuid[] := array[]::uuid[];
  v_channel record;
  v_recipient uuid;
  v_busy uuid[];
  v_owner uuid;
  v_doubted uuid[];
  v_room integer;
  v_doubted_room integer;
  v_taken uuid[];
begin
  -- What is under way is counted, so one claim at a time. It takes some milliseconds, and only workers take this lock.
  perform pg_advisory_xact_lock(hashtext('calendar_sync.deliveries'));
  for v_channel in
    select * from (values ('webhook', 12, 2), ('mail', 4, 1)) as channel (name, at_once, for_each)
  loop
    v_busy := array(
      select recipient from calendar_sync.deliveries
      where leased_by is not null and leased_until > now() and channel = v_channel.name
    );
    v_room := least(p_limit - cardinality(v_ids), v_channel.at_once - cardinality(v_busy));
    continue when v_room <= 0;
    v_doubted := array(
      select owner.id from unnest(v_busy) as busy (id)
      cross join lateral (select calendar_sync.doubted_owner(v_channel.name, busy.id) as id) as owner
      where owner.id is not null
    );
    v_doubted_room := v_channel.at_once / 2 - cardinality(v_doubted);
    for v_recipient in
      select due.recipient from calendar_sync.due_recipients(v_channel.name) as due (recipient)
      left join calendar_sync.webhooks as webhook on webhook.id = due.recipient
      order by webhook.last_called_at, random()
    loop
      exit when v_room <= 0;
      v_owner := calendar_sync.doubted_owner(v_channel.name, v_recipient);
      continue when v_owner is not null and (v_doubted_room <= 0 or v_owner = any (v_doubted));
      with due as materialized (
        select delivery.id from calendar_sync.deliveries as delivery
        where delivery.ended_at is null and delivery.channel = v_channel.name and delivery.recipient = v_recipient
          and delivery.next_attempt_at <= now()
        order by delivery.next_attempt_at
        limit greatest(least(v_room, case when v_owner is null then v_channel.for_each else 1 end
          - (select count(*) from unnest(v_busy) as busy (id) where busy.id = v_recipient)), 0)
        for update skip locked
      ), leased as (
        update calendar_sync.deliveries as delivery
        set leased_by = p_worker, leased_until = now() + make_interval(secs => p_lease_s),
          next_attempt_at = now() + make_interval(secs => p_lease_s)
        from due where delivery.id = due.id
        returning delivery.id
      )
      select array_agg(id) into v_taken from leased;
      continue when v_taken is null;
      v_ids := v_ids || v_taken;
      -- A recipient may come twice.
      v_busy := v_busy || array_fill(v_recipient, array[cardinality(v_taken)]);
      v_room := v_room - cardinality(v_taken);
      if v_owner is not null then
        v_doubted := v_doubted || v_owner;
        v_doubted_room := v_doubted_room - 1;
      end if;
    end loop;
  end loop;
  -- A webhook that somebody changes or deletes just now keeps nobody waiting.
  update calendar_sync.webhooks as webhook set last_called_at = clock_timestamp()
  from (
    select called.id from calendar_sync.webhooks as called
    where called.id in (select delivery.endpoint_id from calendar_sync.deliveries as delivery where delivery.id = any (v_ids))
    for no key update skip locked
  ) as called
  where webhook.id = called.id;
  return (
    select coalesce(jsonb_agg(calendar_sync.delivery_json(delivery) order by delivery.created_at), '[]')
    from unnest(v_ids) as claimed (id) join calendar_sync.deliveries as delivery on delivery.id = claimed.id
  );
end;
$$;

comment on function public.calendar_claim_deliveries(uuid, integer, integer) is
  'Leases up to p_limit deliveries that are due to a worker for p_lease_s seconds, with all that it needs to send them. A worker that dies leaves them to the next one when the lease ends.';

create function public.calendar_record_deliveries(p_worker uuid, p_results jsonb) returns void
language plpgsql volatile security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  v_attempts_kept constant integer := 20;
  v_retry_after_max_s constant integer := 24 * 60 * 60;
  v_result record;
  v_delivery calendar_sync.deliveries;
  v_wait interval;
begin
  for v_result in
    select * from jsonb_to_recordset(p_results)
      as result (id uuid, outcome text, status integer, error text, retry_after_s numeric, took_ms integer)
    order by id
  loop
    -- That it arrived is true whoever has the lease by now; for all else the next one knows better.
    select * into v_delivery from calendar_sync.deliveries
    where id = v_result.id and ended_at is null and (leased_by = p_worker or v_result.outcome = 'delivered')
    for update;
    continue when not found;
    v_wait := case when v_result.outcome = 'retry'
      then calendar_sync.delivery_wait(v_delivery.channel, v_delivery.attempt_count + 1, v_delivery.created_at) end;
    update calendar_sync.deliveries
    set attempts = (
        select jsonb_agg(attempt order by place) from (
          select attempt, place from jsonb_array_elements(v_delivery.attempts || (
            jsonb_build_object('at', now(), 'status', v_result.status)
            || jsonb_strip_nulls(jsonb_build_object('error', left(v_result.error, 100)))
          )) with ordinality as kept (attempt, place)
          order by place desc limit v_attempts_kept
        ) as newest
      ),
      attempt_count = attempt_count + 1,
      state = case when v_result.outcome = 'delivered' then 'delivered' when v_wait is not null then 'retrying' else 'failed' end,
      next_attempt_at = now() + case when v_wait is not null then greatest(
        v_wait, make_interval(secs => least(greatest(v_result.retry_after_s, 0), v_retry_after_max_s))
      ) end,
      ended_at = case when v_wait is null then now() end,
      leased_by = null, leased_until = null
    where id = v_delivery.id;
    if v_delivery.channel = 'webhook' then
      perform calendar_sync.record_webhook(v_delivery.endpoint_id, v_result.outcome, v_result.error, v_result.took_ms);
    end if;
  end loop;
end;
$$;

comment on function public.calendar_record_deliveries(uuid, jsonb) is
  'Records attempts as {id, outcome, status, error, retry_after_s, took_ms}. outcome: delivered; retry, after the wait of its channel or retry_after_s where that is longer; failed, for good; gone, which switches a webhook off.';

create function calendar_sync.release_deliveries(p_worker uuid) returns void
language sql volatile security definer set search_path = ''
as $$
  update calendar_sync.deliveries set leased_by = null, leased_until = null, next_attempt_at = now() where leased_by = p_worker
$$;

comment on function calendar_sync.release_deliveries(uuid) is 'Gives back what a worker that leaves has not sent. It may have arrived all the same.';

create function calendar_sync.tidy_deliveries() returns void
language sql volatile security definer set search_path = ''
as $$ delete from calendar_sync.deliveries where ended_at < now() - interval '30 days' $$;

comment on function calendar_sync.tidy_deliveries() is 'Drops what was delivered or given up 30 days ago.';
