-- Made from package.json by npm run generate. Change that, not this.

create function calendar_sync.version() returns text
language sql immutable security invoker set search_path = ''
as $$ select '0.1.0' $$;

comment on function calendar_sync.version() is 'The version of EcoComply calendar that this database has.';
