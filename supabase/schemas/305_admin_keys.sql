-- API keys, for administrators: whose a key is that a log names, and the end of one that leaked.

create view calendar_admin.api_keys with (security_invoker = true) as
select
  key.id as key_id,
  key.user_id,
  key.name,
  key.scopes,
  case
    when key.expires_at <= now() then 'over'
    when key.replaced_by is not null then 'replaced, and still good'
    else 'good'
  end as state,
  key.last_used_at,
  key.created_at,
  key.expires_at,
  key.replaced_by
from calendar_sync.api_keys as key
order by key.last_used_at desc nulls last, key.id;

comment on view calendar_admin.api_keys is
  'Every API key, most recently used first, without secrets. Has no row limit: filter by key_id, which logs name, or by user_id.';
comment on column calendar_admin.api_keys.key_id is 'The public characters: in a log key_id, in a key what stands after eck_live_.';
comment on column calendar_admin.api_keys.state is 'over: it expired, was revoked here, or the day after its rotation has passed. Keys of a user who is banned open nothing meanwhile, whatever stands here.';
comment on column calendar_admin.api_keys.last_used_at is 'Give or take an hour. Empty: never.';
comment on column calendar_admin.api_keys.replaced_by is 'The key that it was rotated to.';

create function calendar_admin.revoke_keys(p_id text, p_reason text default null) returns table (key_id text, user_id uuid, done text)
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  v_keys calendar_sync.api_keys[];
begin
  perform calendar_admin.sign(p_reason);
  select array_agg(key order by key.id) into v_keys from calendar_sync.api_keys as key
  where key.id = p_id or key.user_id::text = lower(p_id);
  if v_keys is null then
    raise exception 'There is no API key with the id %, and no user with one.', coalesce(p_id, 'null') using errcode = 'no_data_found',
      hint = 'select * from calendar_admin.api_keys; the id of a key is what stands after eck_live_ in it: 10 characters.';
  end if;
  -- The row stays, so that its user sees that it is over.
  update calendar_sync.api_keys as key set expires_at = now()
  from unnest(v_keys) as revoked where key.id = revoked.id and key.expires_at > now();
  perform calendar_sync.note(null, 'settings_changed', jsonb_build_object('api_keys_revoked', (
    select jsonb_agg(revoked.id) from unnest(v_keys) as revoked where revoked.expires_at > now()
  ))) where exists (select from unnest(v_keys) as revoked where revoked.expires_at > now());
  return query select revoked.id, revoked.user_id,
    case when revoked.expires_at > now() then 'revoked: it opens nothing any more' else 'it was over before' end
  from unnest(v_keys) as revoked;
end;
$$;

comment on function calendar_admin.revoke_keys(text, text) is
  'Ends an API key at once, by its public id, or all keys of a user. For a key that leaked.';
