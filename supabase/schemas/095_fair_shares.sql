-- Several accounts of one user have one share, so that no user can spend the quota of the project. Others wait where a lane of
-- theirs could be worked now, or is being worked: of the lanes of one claim the first must not take the calls of the last. Nobody
-- is kept from calls that nobody else wants.
create function calendar_sync.fair_share_left(p_provider text, p_integration_id uuid, p_needed integer) returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid;
  v_share integer;
  v_window interval;
  v_used integer;
begin
  select greatest(floor(project_calls * user_share), 1), project_window into v_share, v_window
  from calendar_sync.providers where name = p_provider and project_calls is not null;
  if v_share is null then
    return null;
  end if;
  select user_id into v_user_id from public.calendar_integrations where id = p_integration_id;
  select coalesce(sum(call.calls), 0) into v_used
  from (
    select p_integration_id as id union select id from public.calendar_integrations where user_id = v_user_id and provider = p_provider
  ) as own
  join calendar_sync.provider_calls as call on call.integration_id = own.id and call.at > clock_timestamp() - v_window;
  if v_used + p_needed <= v_share or not exists (
    select from calendar_sync.lanes as lane
    join public.calendar_integrations as integration on integration.id = lane.integration_id
    where lane.leased_by is not null and lane.leased_until > now() and lane.provider = p_provider
      and integration.id <> p_integration_id and integration.user_id is distinct from v_user_id
  ) and not exists (
    select from (values (0::smallint), (1::smallint), (2::smallint)) as class (priority)
    cross join lateral (
      select from calendar_sync.lanes as lane
      join public.calendar_integrations as integration on integration.id = lane.integration_id
      where lane.provider = p_provider and lane.priority = class.priority and lane.ready_at <= now()
        and integration.id <> p_integration_id and integration.user_id is distinct from v_user_id
      limit 1
    ) as other
  ) then
    return null;
  end if;
  return greatest(v_share - v_used, 0);
end;
$$;

comment on function calendar_sync.fair_share_left(text, uuid, integer) is
  'How many calls are left of a user''s share of the project''s quota. Null: the user may use what is there, since nobody else waits, or p_needed calls are within the share.';
