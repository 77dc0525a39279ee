-- The wake-up call: one HTTP call that says "look into the outbox". It may get lost or come twice; neither does harm.

-- pg_net forgets a request when it sends it, and its answers name no address: this tells which answers are to our calls.
-- Unlogged, as pg_net's own tables are: after a crash neither knows anything.
create unlogged table calendar_sync.wake_up_calls (
  id bigint generated always as identity primary key,
  request_id bigint not null,
  at timestamptz not null default clock_timestamp()
);

comment on table calendar_sync.wake_up_calls is 'The last calls of the worker, by which their answers in pg_net are known. The tick keeps a hundred.';
comment on column calendar_sync.wake_up_calls.request_id is 'The id of its answer in net._http_response, once there is one.';

alter table calendar_sync.wake_up_calls enable row level security;

-- pg_net sends a batch and deletes it in one transaction. A row that is locked is on its way already, to a worker that may look
-- before we commit: only a row that nobody holds makes another call unnecessary. The header is written out, no
-- variable: with one PostgreSQL may plan the query anew each time, which takes longer than all the rest.
create function calendar_sync.wake_up() returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_url text;
  v_secret text;
begin
  perform from net.http_request_queue where headers ? 'x-calendar-sync-secret' limit 1 for key share skip locked;
  if found then
    return;
  end if;
  select decrypted_secret into v_url from vault.decrypted_secrets where name = 'calendar_sync_url';
  select decrypted_secret into v_secret from vault.decrypted_secrets where name = 'calendar_sync_secret';
  if v_url is null or v_secret is null then
    return;
  end if;
  insert into calendar_sync.wake_up_calls (request_id) values (net.http_post(
    url := v_url,
    body := '{}',
    headers := jsonb_build_object('content-type', 'application/json', 'x-calendar-sync-secret', v_secret),
    timeout_milliseconds := 5000
  ));
exception when others then
  perform calendar_sync.note_incident('wake_up', sqlstate, sqlerrm);
end;
$$;

comment on function calendar_sync.wake_up() is
  'Wakes the worker through pg_net, unless a call is queued. Without the Vault secrets calendar_sync_url and calendar_sync_secret jobs wait.';

-- While many write, a call is queued most of the time: then asking wake_up would cost every write as much again.
create function calendar_sync.wake_up_at_commit() returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if current_setting('calendar_sync.woken', true) = 'yes' then
    return null;
  end if;
  perform set_config('calendar_sync.woken', 'yes', true);
  begin
    perform from net.http_request_queue where headers ? 'x-calendar-sync-secret' limit 1 for key share skip locked;
    if not found then
      perform calendar_sync.wake_up();
    end if;
  exception when others then
    perform calendar_sync.note_incident('wake_up', sqlstate, sqlerrm);
  end;
  return null;
end;
$$;

comment on function calendar_sync.wake_up_at_commit() is 'Wakes the worker once, as the last act of a transaction, however many changes it appended.';

-- Deferred, so that a long transaction does not spend its call before there is anything to see.
create constraint trigger wake_up_at_commit after insert on calendar_sync.changes
deferrable initially deferred for each row execute function calendar_sync.wake_up_at_commit();
