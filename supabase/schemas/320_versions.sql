-- Which version the functions are of, and whether it fits the database's. The functions of the release before work with a newer
-- database; functions that are newer than the database may call what it does not have.

create table calendar_sync.functions_version (
  only_row boolean primary key default true check (only_row),
  version text,
  reported_at timestamptz
);

comment on table calendar_sync.functions_version is 'The version of the functions, as calendar-sync last reported it. In one row.';
comment on column calendar_sync.functions_version.version is 'Null: no calendar-sync has started since the migration.';

alter table calendar_sync.functions_version enable row level security;
insert into calendar_sync.functions_version default values;

create function public.calendar_report_version(p_version text) returns void
language sql volatile security definer set search_path = ''
as $$
  update calendar_sync.functions_version set version = p_version, reported_at = now()
  where version is distinct from p_version
$$;

comment on function public.calendar_report_version(text) is
  'Called by calendar-sync when it starts: the version that it is of. It writes only what is new.';

create function calendar_admin.check_version() returns setof calendar_admin.finding
language sql stable security invoker set search_path = ''
as $$
  select
    'versions', coalesce(reported.order_of = installed.order_of, true),
    case when reported.order_of is null then 'info' when reported.order_of > installed.order_of then 'error' else 'warning' end,
    case
      when reported.version is null then format('the database has %s; the functions have not said theirs yet', installed.version)
      when reported.order_of = installed.order_of then format('the database and the functions have %s', installed.version)
      else format('the database has %s, the functions have %s', installed.version, reported.version)
    end,
    case when reported.order_of > installed.order_of then 'npx supabase db push --remote --include-all   -- needs Supabase CLI 3.1 or later'
      else 'npx supabase functions deploy --use-api' end
  from (
    select version, string_to_array(substring(version from '^[0-9]+\.[0-9]+\.[0-9]+'), '.')::integer[] as order_of
    from calendar_sync.version() as version
  ) as installed
  cross join (
    select version, string_to_array(substring(version from '^[0-9]+\.[0-9]+\.[0-9]+'), '.')::integer[] as order_of
    from calendar_sync.functions_version
  ) as reported
$$;

comment on function calendar_admin.check_version() is
  'Whether the database and the functions are of the same version. Older functions work; newer ones may not.';
