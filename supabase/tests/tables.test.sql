-- Who may do what with each table and view, and whose rows they see of it.
--
-- A new table or view has to be decided on: add a row to `decided`. What is not named there is refused to everybody, and
-- the suite fails until it is named.

begin;
set local client_min_messages = warning;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select no_plan();

-- anon is never granted anything. Partitions are their table's business: nobody is granted anything on them.
create temporary table decided (name text primary key, authenticated text not null, service_role text not null);
insert into decided values
  ('public.obligations', 'select, insert, update, delete', 'select, insert, update, delete'),
  ('public.calendar_integrations', 'select', 'select'),
  ('public.calendar_event_mappings', 'select', 'select'),
  ('public.calendar_proposals', 'select', 'select'),
  ('calendar_sync.activity', '', ''),
  ('calendar_sync.api_keys', '', ''),
  ('calendar_sync.admin_notices', '', ''),
  ('calendar_sync.calls', '', ''),
  ('calendar_sync.changes', '', ''),
  ('calendar_sync.count_flushes', '', ''),
  ('calendar_sync.channels', '', ''),
  ('calendar_sync.pulls', '', ''),
  ('calendar_sync.count_totals', '', ''),
  ('calendar_sync.count_words', '', ''),
  ('calendar_sync.deadlines', '', ''),
  ('calendar_sync.deliveries', '', ''),
  ('calendar_sync.edits', '', ''),
  ('calendar_sync.ending_channels', '', ''),
  ('calendar_sync.erasures', '', ''),
  ('calendar_sync.expected_triggers', '', ''),
  ('calendar_sync.feed_changes', '', ''),
  ('calendar_sync.feed_items', '', ''),
  ('calendar_sync.feed_owners', '', ''),
  ('calendar_sync.feeds', '', ''),
  ('calendar_sync.flows', '', ''),
  ('calendar_sync.functions_version', '', ''),
  ('calendar_sync.history', '', ''),
  ('calendar_sync.incidents', '', ''),
  ('calendar_sync.jobs', '', ''),
  ('calendar_sync.lanes', '', ''),
  ('calendar_sync.leftovers', '', ''),
  ('calendar_sync.listeners', '', ''),
  ('calendar_sync.locks', '', ''),
  ('calendar_sync.mail_choices', '', ''),
  ('calendar_sync.mail_setup', '', ''),
  ('calendar_sync.notice_kinds', '', ''),
  ('calendar_sync.notices', '', ''),
  ('calendar_sync.options', '', ''),
  ('calendar_sync.preferences', '', ''),
  ('calendar_sync.provider_calls', '', ''),
  ('calendar_sync.providers', '', ''),
  ('calendar_sync.push_setup', '', ''),
  ('calendar_sync.schedule', '', ''),
  ('calendar_sync.server_breakers', '', ''),
  ('calendar_sync.suppressed_mail', '', ''),
  ('calendar_sync.test_events', '', ''),
  ('calendar_sync.thresholds', '', ''),
  ('calendar_sync.wake_up_calls', '', ''),
  ('calendar_sync.watched_tables', '', ''),
  ('calendar_sync.webhooks', '', '');

-- Of a host's own tables in schema public nothing is said here.
create temporary view ours as
select relation.oid, space.nspname || '.' || relation.relname as name, relation.relkind, relation.relispartition
from pg_catalog.pg_class as relation join pg_catalog.pg_namespace as space on space.oid = relation.relnamespace
where relation.relkind in ('r', 'p', 'v', 'm', 'f') and (
  space.nspname in ('calendar_sync', 'calendar_admin')
  or space.nspname = 'public' and (relation.relname like 'calendar\_%' or relation.relname = 'obligations')
);

-- Everything of ours is reached through functions.
select is_empty($$ select name from decided where name not like 'public.%' and authenticated || service_role <> '' $$,
  'no role of the API has a privilege on a table outside public');
-- Schema calendar_admin is closed as a whole, below.
select is_empty(
  $$ select name from ours where not relispartition and name not like 'calendar\_admin.%' except select name from decided $$,
  'every table and view is decided on'
);
select is_empty($$ select name from decided except select name from ours $$, 'every decision is about a table that there is');

create function pg_temp.granted(p_role text, p_relation oid) returns text
language sql as $$
  select coalesce(string_agg(
    case
      when pg_catalog.has_table_privilege(p_role, p_relation, privilege) then privilege
      else privilege || ' (' || (
        select string_agg(attname, ', ' order by attnum) from pg_catalog.pg_attribute
        where attrelid = p_relation and attnum > 0 and not attisdropped
          and pg_catalog.has_column_privilege(p_role, p_relation, attnum, privilege)
      ) || ')'
    end, ', ' order by place
  ), '')
  from unnest(array['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger'])
    with ordinality as kind (privilege, place)
  where pg_catalog.has_table_privilege(p_role, p_relation, privilege)
    or privilege in ('select', 'insert', 'update', 'references')
      and pg_catalog.has_any_column_privilege(p_role, p_relation, privilege)
$$;

select is(pg_temp.granted(role.name, ours.oid), role.granted, format('%s: %s may %s', ours.name, role.name,
  coalesce(nullif(role.granted, ''), 'do nothing')))
from ours
left join decided using (name)
cross join lateral (
  values ('anon', ''), ('authenticated', coalesce(decided.authenticated, '')),
    ('service_role', coalesce(decided.service_role, ''))
) as role (name, granted)
order by ours.name, role.name;

select is_empty($$
  select role, sequence.oid::regclass from pg_catalog.pg_class as sequence
  join pg_catalog.pg_namespace as space on space.oid = sequence.relnamespace
  cross join unnest(array['anon', 'authenticated', 'service_role']) as role
  where sequence.relkind = 'S' and (
      space.nspname in ('calendar_sync', 'calendar_admin')
      or space.nspname = 'public' and (sequence.relname like 'calendar\_%' or sequence.relname like 'obligations\_%')
    )
    and pg_catalog.has_sequence_privilege(role, sequence.oid, 'usage, select, update')
$$, 'nobody may touch a sequence');

select is_empty($$
  select space.nspname, grantee from pg_catalog.pg_namespace as space
  cross join (values ('anon'), ('authenticated'), ('service_role'), ('public')) as role (grantee)
  where space.nspname in ('calendar_sync', 'calendar_admin')
    and (pg_catalog.has_schema_privilege(grantee, space.oid, 'create')
      or pg_catalog.has_schema_privilege(grantee, space.oid, 'usage')
        and (space.nspname, grantee) not in (('calendar_sync', 'authenticated'), ('calendar_sync', 'service_role')))
$$, 'nobody makes anything in our schemas; anon enters none of them, and nobody enters calendar_admin');

-- Rows. What the catalog grants decides who may ask; the policies decide what they are shown.
\ir support/two-users.psql

create temporary table populated as
select ours.name, pg_temp.owned_by(ours.oid, :'ada') as adas, pg_temp.owned_by(ours.oid, :'bob') as bobs,
  decided.authenticated like 'select%' as is_shown, decided.service_role like 'select%' as is_served
from ours join decided using (name);

select isnt(pg_temp.answer('postgres', null, format('select count(*) from %s where %s', name, owned)), '0',
  format('%s has rows of both', name))
from populated cross join lateral (values (adas), (bobs)) as owner (owned)
where owned is not null
order by name;

select is(
  pg_temp.answer('authenticated', :'ada', format('select count(*) from %s where not %s', name, coalesce(adas, 'false'))),
  case when is_shown then '0' else 'denied' end,
  format('%s: Ada %s', name, case when is_shown then 'sees nobody else''s rows' else 'may not look' end))
from populated order by name;

select is(
  pg_temp.answer('authenticated', :'ada', format('select count(*) from %s', name)),
  pg_temp.answer('postgres', null, format('select count(*) from %s where %s', name, adas)),
  format('%s: Ada sees all of her own rows', name))
from populated where is_shown order by name;

select is(pg_temp.answer('authenticated', :'eve', format('select count(*) from %s', name)), '0',
  format('%s: who has nothing sees nothing', name))
from populated where is_shown order by name;

select is(pg_temp.answer('authenticated', null, format('select count(*) from %s', name)), '0',
  format('%s: a session that is nobody''s sees nothing', name))
from populated where is_shown order by name;

select is(pg_temp.answer('anon', null, format('select count(*) from %s', name)), 'denied',
  format('%s: anon may not look', name))
from populated order by name;

select is(
  pg_temp.answer('service_role', null, format('select count(*) from %s', name)),
  case when is_served then pg_temp.answer('postgres', null, format('select count(*) from %s', name)) else 'denied' end,
  format('%s: service_role %s', name, case when is_served then 'sees every row' else 'may not look' end))
from populated order by name;

-- Writes.
select is(pg_temp.changed(attempt.role, attempt.caller, attempt.statement), attempt.rows,
  format('%s writes what is theirs and nothing else: %s', attempt.role, attempt.statement))
from (values
  ('authenticated', :'ada'::uuid, $$ update public.obligations set title = 'Mine' where title like 'Bob%' $$, '0'),
  ('authenticated', :'ada', $$ delete from public.obligations where title like 'Bob%' $$, '0'),
  ('authenticated', :'ada', format(
    $$ insert into public.obligations (user_id, title) values (%L, 'For Bob') $$, :'bob'), 'denied'),
  ('authenticated', :'ada', format($$ update public.obligations set user_id = %L $$, :'bob'), 'denied'),
  ('authenticated', :'ada', $$ update public.obligations set title = title $$, '1'),
  ('authenticated', :'ada', $$ update public.calendar_integrations set sync_enabled = sync_enabled $$, 'denied'),
  ('authenticated', :'ada', $$ update public.calendar_integrations set settings = settings $$, 'denied'),
  ('authenticated', :'ada', $$ update public.calendar_integrations set status = 'active' $$, 'denied'),
  ('authenticated', :'ada', $$ update public.calendar_integrations set user_id = user_id $$, 'denied'),
  ('authenticated', :'ada', $$ update public.calendar_integrations set refresh_token_secret_id = null $$, 'denied'),
  ('authenticated', :'ada', $$ delete from public.calendar_integrations $$, 'denied'),
  ('authenticated', :'ada', $$ update calendar_sync.feeds set expires_at = null $$, 'denied'),
  ('service_role', null, $$ update public.calendar_integrations set status = 'active' $$, 'denied'),
  ('service_role', null, $$ delete from public.calendar_event_mappings $$, 'denied'),
  ('anon', null, $$ insert into public.obligations (user_id, title) values (gen_random_uuid(), 'Anybody''s') $$, 'denied'),
  ('anon', null, $$ update public.calendar_integrations set sync_enabled = false $$, 'denied')
) as attempt (role, caller, statement, rows);

select is(pg_temp.changed(role, :'ada', statement), 'denied', format('%s does not rewrite what was noted: %s', role, statement))
from unnest(array['anon', 'authenticated', 'service_role']) as role
cross join unnest(array[
  $$ insert into calendar_sync.activity (user_id, action) values (auth.uid(), 'created') $$,
  $$ update calendar_sync.activity set title = 'Never was' $$,
  $$ delete from calendar_sync.activity $$,
  $$ truncate calendar_sync.activity $$,
  $$ delete from calendar_sync.activity_default $$
]) as statement;

select diag(format('%s privileges on %s tables and views were checked', count(*) * 3 * 7, count(*))) from ours;

select * from finish();
rollback;
