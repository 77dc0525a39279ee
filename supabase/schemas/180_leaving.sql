-- Leaving: an integration is disconnected and removed, at once or once the worker has removed its events.

-- Ending a grant ends every grant that the account gave to the same provider project.
create function calendar_sync.is_account_used(p_provider text, p_account_id text) returns boolean
language sql stable security definer set search_path = ''
as $$
  select exists (
    select from public.calendar_integrations
    where provider = p_provider and account_id = p_account_id and removed_at is null
  ) or exists (
    select from calendar_sync.flows where provider = p_provider and account_id = p_account_id
  )
$$;

comment on function calendar_sync.is_account_used(text, text) is
  'Whether an integration or a flow of any user uses this account, so that its grant must not be ended.';

create function calendar_sync.drop_removed(p_integration_id uuid) returns void
language sql volatile security definer set search_path = ''
as $$
  delete from public.calendar_integrations as integration
  where integration.id = p_integration_id and integration.removed_at is not null
    and (integration.user_id is null or integration.paused_by_admin is null and (integration.calendar_id is null or (
      not exists (select from public.calendar_event_mappings as mapping where mapping.integration_id = p_integration_id)
      and not exists (select from calendar_sync.leftovers as leftover where leftover.integration_id = p_integration_id)
    )))
$$;

comment on function calendar_sync.drop_removed(uuid) is
  'Deletes the row of a removed integration, unless events of ours may be in its calendar, or an administrator paused it: its user could end that by connecting the account again.';

create function calendar_sync.remove_integration(p_integration_id uuid) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_integration public.calendar_integrations;
  v_refresh_token text;
begin
  perform calendar_sync.lock_integrations(array[p_integration_id]);
  select * into v_integration from public.calendar_integrations where id = p_integration_id;
  -- A write without an outcome may have left an event.
  insert into calendar_sync.leftovers (integration_id, obligation_id, calendar_id, reason)
  select job.integration_id, job.obligation_id, place.id, 'interrupted'
  from calendar_sync.jobs as job cross join lateral unnest(job.attempted_in) as place (id)
  where job.integration_id = p_integration_id and job.kind = 'event'
  union all
  select test.integration_id, test.id, test.calendar_id, 'interrupted'
  from calendar_sync.test_events as test
  where test.integration_id = p_integration_id and test.calendar_id is not null and test.refused is null
  on conflict do nothing;
  v_refresh_token := calendar_sync.read_secret(v_integration.refresh_token_secret_id);
  perform calendar_sync.end_channels_later(v_integration);
  delete from vault.secrets where id in (v_integration.refresh_token_secret_id, v_integration.access_token_secret_id);
  -- A refresh that is under way must not store its result.
  delete from calendar_sync.locks where purpose = 'refresh' and subject_id = p_integration_id;
  update public.calendar_integrations
  set removed_at = now(), status = 'disconnected', last_error = null, account_email = null,
    calendar_name = null, scopes = '{}', refresh_token_secret_id = null, access_token_secret_id = null, token_expires_at = null
  where id = p_integration_id;
  perform calendar_sync.drop_removed(p_integration_id);
  return jsonb_build_object('kind', 'removed', 'provider', v_integration.provider, 'account_id', v_integration.account_id,
    'refresh_token', case when not calendar_sync.is_account_used(v_integration.provider, v_integration.account_id)
      then v_refresh_token end);
end;
$$;

comment on function calendar_sync.remove_integration(uuid) is
  'Removes an integration with its tokens. It stays as a removed row for what calendar_sync.drop_removed names. refresh_token: its grant may be ended; null where another flow or integration uses the account.';

create function public.calendar_begin_disconnect(p_user_id uuid, p_integration_id uuid, p_events text) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_integration public.calendar_integrations;
  v_flow calendar_sync.flows;
  v_refresh_token text;
begin
  perform calendar_sync.act_for(p_user_id);
  select * into v_integration from public.calendar_integrations
  where id = p_integration_id and user_id = p_user_id and removed_at is null for no key update;
  if not found then
    -- Several consents of one account have one id.
    for v_flow in
      select * from calendar_sync.flows as flow
      where flow.user_id = p_user_id and flow.ticket_hash is not null and calendar_sync.future_id(flow) = p_integration_id
      order by flow.created_at for update
    loop
      v_refresh_token := coalesce(calendar_sync.read_secret(v_flow.refresh_token_secret_id), v_refresh_token);
      delete from calendar_sync.flows where id = v_flow.id;
    end loop;
    if not found then
      return null;
    end if;
    return jsonb_build_object('kind', 'removed', 'provider', v_flow.provider, 'account_id', null, 'refresh_token',
      case when not calendar_sync.is_account_used(v_flow.provider, v_flow.account_id) then v_refresh_token end);
  end if;
  if p_events = 'remove' then
    if v_integration.status = 'disconnected' then
      return jsonb_build_object('kind', 'reconnect_needed');
    end if;
    update public.calendar_integrations set status = 'disconnecting', last_error = null where id = p_integration_id;
    return jsonb_build_object('kind', 'draining', 'provider', v_integration.provider, 'account_id', v_integration.account_id);
  end if;
  return calendar_sync.remove_integration(p_integration_id);
end;
$$;

comment on function public.calendar_begin_disconnect(uuid, uuid, text) is
  'Disconnects: at once where the events are kept, else once the worker has removed them. Ends the flows of an account that were not confirmed. Null where there is neither.';

create function public.calendar_finish_disconnect(p_worker uuid, p_integration_id uuid) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform calendar_sync.act_as('worker');
  perform from public.calendar_integrations where id = p_integration_id and status = 'disconnecting' for update;
  if not found then
    return null;
  end if;
  perform from calendar_sync.lanes where integration_id = p_integration_id and leased_by = p_worker for update;
  if not found then
    return null;
  end if;
  return calendar_sync.remove_integration(p_integration_id);
end;
$$;

comment on function public.calendar_finish_disconnect(uuid, uuid) is
  'Removes an integration whose events are gone; null where the lease was lost or its user connected again.';
