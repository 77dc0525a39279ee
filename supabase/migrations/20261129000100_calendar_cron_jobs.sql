-- Made from supabase/schemas by npm run generate. Change those, not this.

-- schemas/340_cron_jobs.sql

-- The jobs of pg_cron, in a migration of their own, which begins by waiting. pg_cron 1.6.8 and older miss what is scheduled in
-- the same moment as a large migration: their scheduler falls so far behind in PostgreSQL's messages about changed catalogs that
-- it gets "everything has changed" instead of "cron.job has changed", and does not take that for itself
-- (https://github.com/citusdata/pg_cron/pull/406). It catches up once a second.
do $$
begin
  if exists (
    -- Who may not see what others do waits too.
    select from pg_catalog.pg_stat_activity where backend_type = 'pg_cron launcher' or backend_type is null
  ) then
    perform pg_catalog.pg_sleep(2.5);
  end if;
end;
$$;

-- Schedules of seconds came with pg_cron 1.5; with an older one the tick comes once a minute.
select cron.schedule('calendar_sync_tick', case
    when string_to_array(substring(extension.extversion from '^[0-9.]+'), '.')::integer[] >= '{1,5}' then '10 seconds'
    else '* * * * *'
  end, 'select calendar_sync.tick()')
from pg_catalog.pg_extension as extension where extension.extname = 'pg_cron';
select cron.schedule('calendar_sync_sweep', '* * * * *', 'select calendar_sync.sweep_slice()');
select cron.schedule('calendar_sync_nightly', '17 3 * * *', 'select calendar_sync.nightly()');
