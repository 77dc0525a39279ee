-- A copy of production, as for staging. It has production's tokens, webhooks and keys, and would act with them.

create function calendar_admin.make_copy_harmless() returns table (what text, how_many bigint)
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  -- In a copy nothing is called for so long. In production, where this is run by mistake, something nearly always was.
  v_quiet_for constant interval := interval '10 minutes';
  v_called_at constant timestamptz := (select max(call.at) from calendar_sync.wake_up_calls as call);
begin
  if exists (select from cron.job where jobname like 'calendar\_sync\_%')
    or exists (select from vault.secrets where name ~ '^calendar_sync_(url|secret)(_off)?$')
  then
    raise exception 'This database has jobs or a worker, as production has. Nothing was changed.'
      using errcode = 'object_not_in_prerequisite_state', hint = 'Is it a copy? docs/deploy/deploy.md, Staging, says what comes first.';
  end if;
  if v_called_at > now() - v_quiet_for then
    raise exception 'This database called a worker at %, as production does. Nothing was changed.', v_called_at
      using errcode = 'object_not_in_prerequisite_state', hint = format('Is it a copy? Repeat this at %s.', v_called_at + v_quiet_for);
  end if;
  perform calendar_admin.sign();
  return query
  select 'calendars forgotten with their tokens', count(*) from public.calendar_integrations
  union all select 'connections under way forgotten with their tokens', count(*) from calendar_sync.flows
  union all select 'webhooks removed', count(*) from calendar_sync.webhooks
  union all select 'mails and calls of webhooks not sent', count(*) from calendar_sync.deliveries where ended_at is null
  union all select 'feeds ended', count(*) from calendar_sync.feeds
  union all select 'API keys revoked', count(*) from calendar_sync.api_keys where expires_at > now();
  -- First what would be told that calendars go, and what would be kept with a token to be ended.
  delete from calendar_sync.webhooks;
  delete from calendar_sync.channels;
  delete from calendar_sync.ending_channels;
  delete from public.calendar_integrations;
  delete from calendar_sync.flows;
  delete from calendar_sync.deliveries;
  update calendar_sync.notices set mail_at = null where mail_at is not null;
  -- One that production ends later would open the copy for as long as it lasts.
  delete from calendar_sync.feed_owners;
  delete from calendar_sync.api_keys;
  perform calendar_sync.note(null, 'settings_changed', '{"copy_made_harmless": true}');
end;
$$;

comment on function calendar_admin.make_copy_harmless() is
  'For a copy of production, never for production. Deletes all accounts with their tokens and channels, and all webhooks, feeds, API keys and unsent messages. No user, webhook or provider is told. It refuses while the database has our jobs or a worker, and for ten minutes after the database last called a worker.';
