-- What holds for everything in our schemas, whatever it is called.

begin;
set local client_min_messages = warning;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select no_plan();

create temporary view ours as
select relation.oid, relation.oid::regclass as name, relation.relkind, relation.relrowsecurity, relation.reloptions,
  relation.relowner, space.nspname as schema
from pg_catalog.pg_class as relation join pg_catalog.pg_namespace as space on space.oid = relation.relnamespace
where relation.relkind in ('r', 'p', 'v', 'm', 'f') and (
  space.nspname in ('calendar_sync', 'calendar_admin')
  or space.nspname = 'public' and (relation.relname like 'calendar\_%' or relation.relname = 'obligations')
);

select ok(relrowsecurity, format('row level security is on: %s', name)) from ours where relkind in ('r', 'p') order by name;

-- Views that show their reader what he could not read himself: the name of each, and why.
create temporary table justified (name regclass primary key, reason text not null);

select ok(coalesce(reloptions, '{}') @> '{security_invoker=true}' or name in (select justified.name from justified),
  format('the view runs as its reader: %s', name))
from ours where relkind = 'v' order by name;
select is_empty($$ select name from ours where relkind in ('m', 'f') $$,
  'there is no materialised view and no foreign table, which row level security does not hold for');
select is_empty($$ select name from ours where relowner::regrole::text <> 'postgres' $$, 'everything is owned by postgres');

create temporary view policies as
select polname, polrelid::regclass as name, pg_catalog.pg_get_expr(polqual, polrelid) as visible,
  pg_catalog.pg_get_expr(polwithcheck, polrelid) as accepted, polroles, polpermissive
from pg_catalog.pg_policy where polrelid in (select oid from ours);

select isnt_empty('select from policies', 'there are policies');
select is_empty($$ select name, polname from policies where polroles <> array['authenticated'::regrole::oid] $$,
  'every policy is for users who are signed in: none for anon, none for everybody');
select is_empty($$
  select name, polname from policies
  where coalesce(visible, accepted) !~ 'auth\.uid\(\)' or coalesce(accepted, visible) !~ 'auth\.uid\(\)'
$$, 'every policy asks who it is');

-- The trigger on obligations runs in the writer's transaction: whoever writes has no other way to the outbox.
select is_empty($$
  select tgrelid::regclass, tgname from pg_catalog.pg_trigger as trigger
  join pg_catalog.pg_proc as routine on routine.oid = trigger.tgfoid
  where not tgisinternal and tgrelid in (select oid from ours)
    and routine.pronamespace not in ('calendar_sync'::regnamespace, 'public'::regnamespace)
$$, 'no trigger calls anything that is not ours');

select * from finish();
rollback;
