-- What an administrator paused, nobody else resumes: not its user with "Sync now" or by connecting again, not the night, not a
-- worker that was just at it. Its user may still leave. Whatever would make it active leaves it paused, and says why.

create function calendar_sync.stay_paused() returns trigger
language plpgsql volatile security invoker set search_path = ''
as $$
begin
  if new.status in ('active', 'paused') then
    new.status := 'paused';
    -- The code for what only those who run this installation can end: an active integration has it for a wrong client secret.
    new.last_error := jsonb_build_object('code', 'configuration', 'message', new.paused_by_admin);
  end if;
  return new;
end;
$$;

comment on function calendar_sync.stay_paused() is
  'Keeps an integration paused, and its user told why, for as long as paused_by_admin is set.';

create trigger stay_paused before update on public.calendar_integrations
for each row when (new.paused_by_admin is not null) execute function calendar_sync.stay_paused();
