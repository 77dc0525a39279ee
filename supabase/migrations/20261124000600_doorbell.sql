-- The doorbell: one HTTP call that says "look into the outbox". It may get lost or come twice; both do no harm.

-- pg_net forgets what it was asked as soon as it sends it, and its answers name no address: this tells which are ours.
-- Unlogged, as pg_net's own tables are: after a crash neither knows anything.
create unlogged table calendar_sync.rings (
  id bigint generated always as identity primary key,
  request_id bigint not null,
  at timestamptz not null default clock_timestamp()
);

comment on table calendar_sync.rings is 'The last calls of the doorbell, by which its answers in pg_net are known; the tick keeps a hundred.';
comment on column calendar_sync.rings.request_id is 'The id of its answer in net._http_response, once there is one.';

alter table calendar_sync.rings enable row level security;

-- pg_net sends a batch and deletes it in one transaction, so a row that is locked is already on its way, and with it
-- a worker that may have looked before our commit: only a row that nobody holds spares us the call.
create function calendar_sync.ring() returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_header constant text := 'x-calendar-sync-secret';
  v_url text;
  v_secret text;
begin
  perform from net.http_request_queue where headers ? v_header limit 1 for key share skip locked;
  if found then
    return;
  end if;
  select decrypted_secret into v_url from vault.decrypted_secrets where name = 'calendar_sync_url';
  select decrypted_secret into v_secret from vault.decrypted_secrets where name = 'calendar_sync_secret';
  if v_url is null or v_secret is null then
    return;
  end if;
  insert into calendar_sync.rings (request_id) values (net.http_post(
    url := v_url,
    body := '{}',
    headers := jsonb_build_object('content-type', 'application/json', v_header, v_secret),
    timeout_milliseconds := 5000
  ));
exception when others then
  perform calendar_sync.note_incident('doorbell', sqlstate, sqlerrm);
end;
$$;

comment on function calendar_sync.ring() is
  'Wakes the worker through pg_net, unless a call is queued. Without the Vault secrets calendar_sync_url and calendar_sync_secret jobs wait.';

create function calendar_sync.ring_at_commit() returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if current_setting('calendar_sync.rung', true) is distinct from 'yes' then
    perform calendar_sync.ring();
    perform set_config('calendar_sync.rung', 'yes', true);
  end if;
  return null;
end;
$$;

comment on function calendar_sync.ring_at_commit() is 'Rings once as the last act of a transaction, however many marks it made.';

-- Deferred, so that a long transaction does not spend its call before there is anything to see.
create constraint trigger ring_at_commit after insert on calendar_sync.marks
deferrable initially deferred for each row execute function calendar_sync.ring_at_commit();
