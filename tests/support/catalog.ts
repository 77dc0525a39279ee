import type { Sql } from "postgres";

/** Everything that a schema file can make, as text: the same for two databases that have the same schema. */
export async function catalogOf(sql: Sql): Promise<readonly string[]> {
  const rows = await sql<{ line: string }[]>`
    with space as (
      select oid, nspname from pg_namespace where nspname in ('public', 'calendar_sync', 'calendar_admin')
    ), relation as (
      -- The order of grants does not count.
      select class.*, space.nspname || '.' || class.relname as name,
        (select array_agg(item::text order by item::text) from unnest(class.relacl) as item) as acl
      from pg_class as class join space on space.oid = class.relnamespace
      -- Days of the activity come and go.
      where not class.relispartition
    ), routine as (
      select proc.*, proc.oid::regprocedure::text as name,
        (select array_agg(item::text order by item::text) from unnest(proc.proacl) as item) as acl
      from pg_proc as proc join space on space.oid = proc.pronamespace
      where not exists (
        select from pg_depend as part where part.objid = proc.oid and part.deptype = 'e'
      )
    )
    select 'schema ' || nspname || ' ' || coalesce(obj_description(oid, 'pg_namespace'), '') as line from space
    union all
    select format('relation %s %s rls=%s options=%s owner=%s acl=%s %s', relkind, name, relrowsecurity, reloptions, relowner::regrole, acl,
      obj_description(oid, 'pg_class')) from relation where relkind in ('r', 'p', 'v', 'S')
    union all
    select format('view %s %s', name, pg_get_viewdef(oid)) from relation where relkind = 'v'
    union all
    select format('column %s.%s %s not null=%s default=%s acl=%s %s', relation.name, part.attname,
      format_type(part.atttypid, part.atttypmod), part.attnotnull, pg_get_expr(preset.adbin, preset.adrelid), part.attacl,
      col_description(relation.oid, part.attnum))
    from relation join pg_attribute as part on part.attrelid = relation.oid and part.attnum > 0 and not part.attisdropped
    left join pg_attrdef as preset on preset.adrelid = relation.oid and preset.adnum = part.attnum
    where relation.relkind in ('r', 'p', 'v', 'c')
    union all
    select format('constraint %s %s %s', relation.name, bound.conname, pg_get_constraintdef(bound.oid))
    from pg_constraint as bound join relation on relation.oid = bound.conrelid
    union all
    select format('index %s', pg_get_indexdef(index.indexrelid)) from pg_index as index join relation on relation.oid = index.indrelid
    union all
    select format('trigger %s %s', pg_get_triggerdef(trigger.oid), trigger.tgenabled)
    from pg_trigger as trigger join relation on relation.oid = trigger.tgrelid where not trigger.tgisinternal
    union all
    select format('policy %s %s', relation.name, to_jsonb(policy)) from relation
    join pg_policies as policy on policy.schemaname || '.' || policy.tablename = relation.name
    union all
    select format('function %s acl=%s owner=%s %s', pg_get_functiondef(oid), acl, proowner::regrole, obj_description(oid, 'pg_proc'))
    from routine where prokind = 'f'
    order by line`;
  return rows.map(({ line }) => line);
}
