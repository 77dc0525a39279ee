-- Nobody reads Vault, and tokens are nowhere else.

begin;
set local client_min_messages = warning;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select no_plan();
\ir support/two-users.psql

select is(pg_temp.answer(role, caller, query), 'denied', format('%s may not: %s', role, query))
from (values ('anon', null), ('authenticated', :'ada'::uuid)) as caller (role, caller)
cross join unnest(array[
  'select count(*) from vault.secrets',
  'select count(*) from vault.decrypted_secrets',
  'select vault.create_secret(''a'')',
  'select vault.update_secret(gen_random_uuid(), ''a'')',
  'select calendar_sync.read_secret(gen_random_uuid())',
  'select calendar_sync.store_secret(null, ''a'', ''b'')',
  'select calendar_sync.valid_access_token(gen_random_uuid(), 0, null)',
  'select public.calendar_begin_refresh(gen_random_uuid(), 0)',
  'select calendar_sync.wake_up()'
]) as query;

-- The user's own row names its secrets, and that is all that can be had of them.
select is(
  pg_temp.answer('authenticated', :'ada', 'select refresh_token_secret_id is not null from public.calendar_integrations'),
  'true', 'Ada sees the id of her refresh token');
select is(pg_temp.answer('authenticated', :'ada', format('select decrypted_secret from vault.decrypted_secrets where id = %L',
  (select refresh_token_secret_id from public.calendar_integrations where id = :'ada'))),
  'denied', 'the id opens nothing, not even to its owner');

-- Hosted Supabase grants this and it cannot be taken back: a secret key is as good as all tokens (docs/understand/threat-model.md).
select is(pg_temp.answer('service_role', null, 'select count(*) > 3 from vault.decrypted_secrets'), 'true',
  'service_role reads Vault, as on hosted Supabase');
-- Our own functions give it no second way.
select is(pg_temp.answer('service_role', null, query), 'denied', format('service_role may not: %s', query))
from unnest(array[
  'select calendar_sync.read_secret(gen_random_uuid())',
  'select calendar_sync.store_secret(null, ''a'', ''b'')',
  'select calendar_sync.valid_access_token(gen_random_uuid(), 0, null)'
]) as query;

select is((select count(*) from vault.decrypted_secrets where decrypted_secret like '%plaintext'), 4::bigint,
  'both tokens of both are in Vault');
select is_empty($$ select from vault.secrets where secret like '%plaintext%' $$, 'as ciphertext');

-- Every row of every table as text.
create function pg_temp.places_of(p_pattern text) returns setof text
language plpgsql as $$
declare
  v_table regclass;
  v_found boolean;
begin
  for v_table in
    select relation.oid from pg_catalog.pg_class as relation
    join pg_catalog.pg_namespace as space on space.oid = relation.relnamespace
    where relation.relkind = 'r' and space.nspname in ('public', 'calendar_sync', 'vault', 'auth', 'net', 'cron')
      and pg_catalog.has_table_privilege(relation.oid, 'select')
  loop
    execute format('select exists (select from %s as whole where whole::text like %L)', v_table, p_pattern) into v_found;
    if v_found then
      return next v_table::text;
    end if;
  end loop;
end;
$$;
select is_empty($$ select pg_temp.places_of('%plaintext%') $$, 'a token is in no table');
select set_has($$ select pg_temp.places_of('%Bob''s tax return%') $$, $$ values ('obligations') $$,
  'what is in a table is found there');

-- By its name a column could hold one. Hashes, ids of Vault's and times may be called after what they are about.
select is_empty($$
  select attrelid::regclass, attname from pg_catalog.pg_attribute as part
  join pg_catalog.pg_class as relation on relation.oid = part.attrelid
  join pg_catalog.pg_namespace as space on space.oid = relation.relnamespace
  where part.attnum > 0 and relation.relkind in ('r', 'p', 'v')
    and (space.nspname in ('calendar_sync', 'calendar_admin') or space.nspname = 'public' and relation.relname like 'calendar\_%')
    and part.attname ~ 'token|secret|password|verifier|ticket|nonce'
    and part.attname !~ '(_hash|_secret_id|_expires_at|_refreshed_at)$'
$$, 'no column is made for a secret');

-- With the integration go its tokens, whoever removes it, and the user too.
select results_eq(
  $$ with gone as (delete from public.calendar_integrations where account_id = 'Ada-account' returning 1)
    select count(*) from gone $$,
  'values (1::bigint)', 'an integration is deleted');
select is_empty($$ select from calendar_sync.ending_channels where given_up_at > now() + interval '1 hour' $$,
  'a refresh token that is to end its channels stays for an hour at most');
delete from calendar_sync.ending_channels;
select is_empty($$ select from vault.decrypted_secrets where decrypted_secret like 'Ada % plaintext' $$, 'its tokens are gone from Vault');
delete from auth.users where id = :'bob';
select results_eq(
  format('select status, remove_by from public.calendar_integrations where deleted_user_id = %L', :'bob'),
  $$ values ('disconnecting', now() + interval '7 days') $$,
  'the events of a deleted user are removed within seven days');
update public.calendar_integrations set remove_by = now() - interval '1 second' where deleted_user_id = :'bob';
-- The second tick ends the erasure that waited for the calendar.
select calendar_sync.tick() from generate_series(1, 2);
update calendar_sync.ending_channels set given_up_at = now();
select calendar_sync.tick();
select is_empty($$ select from vault.decrypted_secrets where decrypted_secret like 'Bob%' $$,
  'after that the tokens of a deleted user are gone');
select is_empty($$
  select pg_temp.places_of('%b0b00000%') except values ('calendar_sync.provider_calls'), ('calendar_sync.calls'),
    ('calendar_sync.feed_changes'), ('calendar_sync.locks'), ('calendar_sync.history')
    except select place from pg_temp.places_of('%b0b00000%') as place where place like 'calendar\_sync.activity%'
$$, 'of a deleted user only activity and history are left, and what the tick drops in its time');

select * from finish();
rollback;
