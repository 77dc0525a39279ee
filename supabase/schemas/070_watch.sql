-- The host's tables. A host describes its obligations with an adapter, `calendar_sync.deadline_of(<row of its table>)`, and calls
-- `calendar_sync.watch` once. That makes the triggers that append changes, and the view of all deadlines.
--
-- Facts of PostgreSQL that this follows from: a statement trigger with transition tables fires only for writes to the table that
-- is named in the statement, so a partition needs triggers of its own; attaching and detaching a partition fires nothing; a new
-- partition inherits no statement trigger; views and foreign tables take no transition tables, and a write to a foreign partition
-- fails through a parent that has them ("cannot collect transition tuples"); who makes a trigger waits for whoever writes.

create table calendar_sync.watched_tables (
  relation regclass primary key,
  root regclass not null,
  obligation_column name not null,
  user_column name
);

comment on table calendar_sync.watched_tables is 'Tables of the host whose changes are noticed, and their partitions.';
comment on column calendar_sync.watched_tables.root is 'The table that was given to calendar_sync.watch: relation itself, or what it is a partition of.';
comment on column calendar_sync.watched_tables.obligation_column is 'The column with the obligation''s id.';
comment on column calendar_sync.watched_tables.user_column is
  'For a table of members: the column with the user''s id. Null: a table of obligations.';

alter table calendar_sync.watched_tables enable row level security;

-- calendar_sync.watch replaces it.
create view calendar_sync.deadlines with (security_invoker = true) as
select nothing.* from unnest('{}'::calendar_sync.deadline[]) as nothing;

comment on view calendar_sync.deadlines is
  'Every obligation as each of its recipients sees it, very long texts cut. All that reads obligations reads them here.';

create function calendar_sync.on_change(p_relation regclass) returns text
language sql stable security invoker set search_path = ''
as $$
  -- 63 bytes is what an identifier may have.
  select case when length(whole.name) <= 63 then whole.name else left(whole.name, 50) || '_' || left(md5(whole.name), 12) end
  from (
    select 'on_change_' || class.relnamespace::regnamespace::text || '_' || class.relname as name
    from pg_catalog.pg_class as class where class.oid = p_relation
  ) as whole
$$;

comment on function calendar_sync.on_change(regclass) is 'The name of the trigger function of a watched table.';

create function calendar_sync.check_watchable(p_table regclass, p_column name) returns void
language plpgsql stable security invoker set search_path = ''
as $$
declare
  v_kind "char";
  v_type regtype;
begin
  select relkind into v_kind from pg_catalog.pg_class where oid = p_table;
  if v_kind not in ('r', 'p') then
    raise exception '% is no table, so its changes cannot be noticed.', p_table using errcode = 'wrong_object_type',
      hint = 'Watch the tables behind it. Where the id is not in them, call calendar_sync.obligations_changed(<ids>) from a trigger of your own.';
  end if;
  select atttypid into v_type from pg_catalog.pg_attribute where attrelid = p_table and attname = p_column and not attisdropped;
  if v_type is null then
    raise exception '% has no column %.', p_table, p_column using errcode = 'undefined_column',
      hint = 'select calendar_sync.watch(''<table>'', ''<the column with its id>'');';
  elsif v_type <> 'uuid'::regtype then
    raise exception 'The column % of % is %, and has to be uuid.', p_column, p_table, v_type using errcode = 'datatype_mismatch',
      hint = 'Add one that is: alter table … add column calendar_id uuid not null unique default gen_random_uuid(); and return it as obligation_id in deadline_of.';
  end if;
end;
$$;

comment on function calendar_sync.check_watchable(regclass, name) is
  'Refuses what is no table, and a key that is no uuid, with a hint.';

create function calendar_sync.check_triggerable(p_relation regclass) returns void
language plpgsql stable security invoker set search_path = ''
as $$
begin
  if (select relkind from pg_catalog.pg_class where oid = p_relation) = 'f' then
    raise exception '% is a foreign table: its changes cannot be noticed, and no write reaches it through a watched table.', p_relation
      using errcode = 'wrong_object_type',
        hint = 'Detach it; or do not watch the table, and call calendar_sync.obligations_changed(<ids>) from a row trigger of your own.';
  elsif not pg_catalog.has_table_privilege(p_relation, 'trigger') then
    raise exception '% may make no trigger on %, so its changes cannot be noticed.', current_user, p_relation
      using errcode = 'insufficient_privilege', hint = format('grant trigger on %s to %I;', p_relation, current_user);
  end if;
end;
$$;

comment on function calendar_sync.check_triggerable(regclass) is
  'Refuses, with a hint, a table or partition that we cannot make triggers on.';

-- The function is made for one table, so that its plans are kept by the session: a single INSERT pays 200 µs less than with a
-- statement that is put together at run time.
create function calendar_sync.watch_relation(
  p_relation regclass, p_root regclass, p_obligation_column name, p_user_column name
) returns void
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  v_function constant text := format('calendar_sync.%I', calendar_sync.on_change(p_relation));
  -- Columns of a partition may stand in another order.
  v_same_columns constant boolean := (
    select array_agg(attname order by attnum) from pg_catalog.pg_attribute
    where attrelid = p_relation and attnum > 0 and not attisdropped
  ) = (
    select array_agg(attname order by attnum) from pg_catalog.pg_attribute
    where attrelid = p_root and attnum > 0 and not attisdropped
  );
  v_row constant text := case when v_same_columns then 'row (%1$s.*)::%2$s'
    else 'jsonb_populate_record(null::%2$s, to_jsonb(row (%1$s.*)::' || p_relation || '))' end;
  v_old constant text := 'old_rows cross join lateral calendar_sync.deadline_of(' || format(v_row, 'old_rows', p_root) || ')';
  v_new constant text := 'new_rows cross join lateral calendar_sync.deadline_of(' || format(v_row, 'new_rows', p_root) || ')';
  v_cases text;
  v_event text;
begin
  perform calendar_sync.check_triggerable(p_relation);
  -- For each kind of statement: whose obligations it changed.
  select string_agg(format($source$
    when %L then
      select array_agg(listener.integration_id) filter (where listener.integration_id is not null),
        array_agg(changed.obligation_id) filter (where listener.integration_id is not null),
        array_agg(listener.feed_user_id) filter (where listener.feed_user_id is not null)
      into v_integration_ids, v_obligation_ids, v_feed_user_ids
      from (%s) as changed (obligation_id, user_id)
      join calendar_sync.listeners as listener on listener.user_id = changed.user_id;$source$, event.name, case
        when p_user_column is null then event.of_obligations else format(event.of_members, p_obligation_column, p_user_column)
      end), '') into v_cases
  from (values
    ('INSERT', format($rows$
        select deadline.obligation_id, deadline.recipient_id from %s as deadline
        where deadline.deadline_date is not null or deadline.deadline_at is not null
      $rows$, v_new), 'select %1$I, %2$I from new_rows'),
    ('UPDATE', format($rows$
        with before as materialized (
          select deadline.* from %s as deadline
        ), after as materialized (
          select deadline.* from %s as deadline
        )
        select each.obligation_id, each.recipient_id from (
          (select * from before except select * from after) union all (select * from after except select * from before)
        ) as each
        group by each.obligation_id, each.recipient_id
      $rows$, v_old, v_new),
      '(select %1$I, %2$I from old_rows except select %1$I, %2$I from new_rows) union (select %1$I, %2$I from new_rows except select %1$I, %2$I from old_rows)'),
    ('DELETE', format('select deadline.obligation_id, deadline.recipient_id from %s as deadline', v_old),
      'select %1$I, %2$I from old_rows')
  ) as event (name, of_obligations, of_members);
  execute format($definition$
create or replace function %1$s() returns trigger
language plpgsql volatile security definer set search_path = '' set jit = off
as $function$
declare
  v_integration_ids uuid[];
  v_obligation_ids uuid[];
  v_feed_user_ids uuid[];
  v_lost_ids uuid[];
begin
  case tg_op %2$s
    when 'TRUNCATE' then
      perform calendar_sync.append_changes_to_all();
  end case;
  -- Most writes concern no calendar, or one.
  if cardinality(v_integration_ids) = 1 then
    insert into calendar_sync.changes (integration_id, obligation_id, kind, priority, cause)
    values (v_integration_ids[1], v_obligation_ids[1], 'event', 0, calendar_sync.cause());
  elsif v_integration_ids is not null then
    perform calendar_sync.append_event_changes(v_integration_ids, v_obligation_ids);
  end if;
  if v_feed_user_ids is not null then
    perform calendar_sync.append_feed_changes(v_feed_user_ids);
  end if;
  return null;
exception when others then
  if tg_op in ('INSERT', 'UPDATE') then
    select array_agg(%3$I) into v_lost_ids from new_rows;
  end if;
  if tg_op in ('DELETE', 'UPDATE') then
    select array_agg(%3$I) || v_lost_ids into v_lost_ids from old_rows;
  end if;
  perform calendar_sync.note_incident('enqueue', sqlstate, sqlerrm, v_lost_ids);
  return null;
end;
$function$
  $definition$, v_function, v_cases, p_obligation_column);
  execute format('revoke execute on function %s() from public, anon, authenticated, service_role', v_function);
  execute format('comment on function %s() is %L', v_function,
    format('Appends a change for what a statement on %s changed for a recipient with a calendar or a feed. Made by calendar_sync.watch.', p_relation));
  foreach v_event in array array[
    'insert after insert on %s referencing new table as new_rows',
    'update after update on %s referencing old table as old_rows new table as new_rows',
    'delete after delete on %s referencing old table as old_rows',
    'truncate after truncate on %s'
  ] loop
    execute format('create or replace trigger calendar_sync_' || v_event || ' for each statement execute function %s()',
      p_relation, v_function);
  end loop;
  insert into calendar_sync.watched_tables (relation, root, obligation_column, user_column)
  values (p_relation, p_root, p_obligation_column, p_user_column)
  on conflict (relation) do update
  set root = excluded.root, obligation_column = excluded.obligation_column, user_column = excluded.user_column;
end;
$$;

comment on function calendar_sync.watch_relation(regclass, regclass, name, name) is
  'Makes the triggers of one watched table or partition.';

create function calendar_sync.unwatch_relation(p_relation regclass) returns void
language plpgsql volatile security invoker set search_path = ''
as $$
declare
  v_trigger text;
begin
  delete from calendar_sync.watched_tables where relation = p_relation;
  foreach v_trigger in array array['insert', 'update', 'delete', 'truncate'] loop
    execute format('drop trigger if exists calendar_sync_%s on %s', v_trigger, p_relation);
  end loop;
  execute format('drop function if exists calendar_sync.%I()', calendar_sync.on_change(p_relation));
end;
$$;

comment on function calendar_sync.unwatch_relation(regclass) is 'Removes the triggers of one table or partition.';

create function calendar_sync.replace_deadlines_view() returns void
language plpgsql volatile security invoker set search_path = ''
as $$
begin
  -- Inlined with the adapter: a filter on the view is one on the table. The host does not limit its texts, so the view does, above
  -- what any event shows: one huge row must not take the memory of a worker that others share.
  execute 'create or replace view calendar_sync.deadlines with (security_invoker = true) as ' || coalesce((
    select string_agg(format(
      'select deadline.obligation_id, deadline.recipient_id, left(deadline.title, 1000) as title,
        left(deadline.description, 40000) as description, left(deadline.obligation_type, 200) as obligation_type, deadline.status,
        deadline.deadline_date, deadline.deadline_at, left(deadline.time_zone, 100) as time_zone,
        case when length(deadline.url) <= 8000 then deadline.url end as url
      from %s as obligation cross join lateral calendar_sync.deadline_of(obligation) as deadline', root),
      ' union all ' order by root::text)
    from calendar_sync.watched_tables where relation = root and user_column is null
  ), 'select nothing.* from unnest(''{}''::calendar_sync.deadline[]) as nothing');
end;
$$;

comment on function calendar_sync.replace_deadlines_view() is 'Makes calendar_sync.deadlines a view over all watched tables.';

create function calendar_sync.watch(p_table regclass, p_key name) returns void
language plpgsql volatile security invoker set search_path = ''
as $$
begin
  perform calendar_sync.check_watchable(p_table, p_key);
  if not exists (
    select from pg_catalog.pg_proc as adapter
    join pg_catalog.pg_class as class on class.reltype = adapter.proargtypes[0]
    where adapter.pronamespace = 'calendar_sync'::regnamespace and adapter.proname = 'deadline_of' and class.oid = p_table
  ) then
    raise exception 'There is no adapter calendar_sync.deadline_of(%).', p_table using errcode = 'undefined_function',
      hint = format('create function calendar_sync.deadline_of(obligation %s) returns setof calendar_sync.deadline …   -- see docs/embed/adapt.md', p_table);
  end if;
  perform calendar_sync.watch_relation(part.relid, p_table, p_key, null)
  from (select p_table as relid union select relid from pg_catalog.pg_partition_tree(p_table)) as part;
  perform calendar_sync.replace_deadlines_view();
  perform calendar_sync.append_changes_to_all();
end;
$$;

comment on function calendar_sync.watch(regclass, name) is
  'Has every change of a table of obligations noticed; p_key is the column with the obligation''s id. Makes triggers on the table and its partitions, and the view calendar_sync.deadlines over all watched tables. It may be repeated.';

create function calendar_sync.watch_recipients(p_table regclass, p_obligation name, p_user name) returns void
language plpgsql volatile security invoker set search_path = ''
as $$
begin
  perform calendar_sync.check_watchable(p_table, p_obligation);
  perform calendar_sync.check_watchable(p_table, p_user);
  perform calendar_sync.watch_relation(part.relid, p_table, p_obligation, p_user)
  from (select p_table as relid union select relid from pg_catalog.pg_partition_tree(p_table)) as part;
  perform calendar_sync.append_changes_to_all();
end;
$$;

comment on function calendar_sync.watch_recipients(regclass, name, name) is
  'Has every change of a table of members noticed: p_obligation is the column with the obligation''s id, p_user the one with the user''s. It may be repeated.';

create function calendar_sync.unwatch(p_table regclass) returns void
language plpgsql volatile security invoker set search_path = ''
as $$
begin
  perform calendar_sync.unwatch_relation(relation) from calendar_sync.watched_tables where root = p_table;
  perform calendar_sync.replace_deadlines_view();
  perform calendar_sync.append_changes_to_all();
end;
$$;

comment on function calendar_sync.unwatch(regclass) is
  'Ends calendar_sync.watch or watch_recipients of a table. Events of its obligations are removed.';

create function calendar_sync.watch_partitions() returns void
language plpgsql volatile security definer set search_path = ''
-- The host's next writes wait behind us.
set lock_timeout = '1s'
as $$
declare
  v_partition record;
  v_changed boolean := false;
begin
  -- A table that was dropped leaves its row behind.
  delete from calendar_sync.watched_tables as watched
  where not exists (select from pg_catalog.pg_class as class where class.oid = watched.relation);
  for v_partition in
    select watched.relation, watched.root, watched.obligation_column, watched.user_column, false as is_attached
    from calendar_sync.watched_tables as watched
    where watched.relation <> watched.root
      and not exists (select from pg_catalog.pg_partition_tree(watched.root) as part where part.relid = watched.relation)
    union all
    select part.relid, root.root, root.obligation_column, root.user_column, true
    from calendar_sync.watched_tables as root
    join pg_catalog.pg_class as class on class.oid = root.root and class.relkind = 'p'
    cross join lateral pg_catalog.pg_partition_tree(root.root) as part
    where root.relation = root.root
      and not exists (select from calendar_sync.watched_tables as watched where watched.relation = part.relid)
  loop
    begin
      if v_partition.is_attached then
        perform calendar_sync.watch_relation(
          v_partition.relation, v_partition.root, v_partition.obligation_column, v_partition.user_column);
      else
        perform calendar_sync.unwatch_relation(v_partition.relation);
      end if;
      v_changed := true;
    exception when others then
      perform calendar_sync.note_incident_hourly('watch', v_partition.relation::text, sqlstate, sqlerrm);
    end;
  end loop;
  if v_changed then
    perform calendar_sync.append_changes_to_all(calendar_sync.cause('repair'));
  end if;
end;
$$;

comment on function calendar_sync.watch_partitions() is
  'Called by the tick: partitions that were attached are watched, those that were detached no more, and calendars are scanned after either. Where that fails, it is an incident and tried again.';

create function calendar_sync.look_at_obligations(p_obligation_ids uuid[]) returns void
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_integration_ids uuid[];
  v_obligation_ids uuid[];
  v_feed_user_ids uuid[];
begin
  with concerned as (
    select each.id as obligation_id, deadline.recipient_id as user_id
    from unnest(p_obligation_ids) as each (id)
    cross join lateral (
      select every.recipient_id from calendar_sync.deadlines as every where every.obligation_id = each.id offset 0
    ) as deadline
    union
    select mapping.obligation_id, integration.user_id
    from public.calendar_event_mappings as mapping
    join public.calendar_integrations as integration on integration.id = mapping.integration_id
    where mapping.obligation_id = any (p_obligation_ids)
    union
    select item.obligation_id, item.user_id from calendar_sync.feed_items as item
    where item.obligation_id = any (p_obligation_ids)
  )
  select array_agg(listener.integration_id) filter (where listener.integration_id is not null),
    array_agg(concerned.obligation_id) filter (where listener.integration_id is not null),
    array_agg(listener.feed_user_id) filter (where listener.feed_user_id is not null)
  into v_integration_ids, v_obligation_ids, v_feed_user_ids
  from concerned join calendar_sync.listeners as listener on listener.user_id = concerned.user_id;
  if v_integration_ids is not null then
    perform calendar_sync.append_event_changes(v_integration_ids, v_obligation_ids);
  end if;
  if v_feed_user_ids is not null then
    perform calendar_sync.append_feed_changes(v_feed_user_ids);
  end if;
end;
$$;

comment on function calendar_sync.look_at_obligations(uuid[]) is
  'Has these obligations looked at in the calendars and feeds of their recipients, former ones too. Fails where the adapter does.';

create function calendar_sync.obligations_changed(p_obligation_ids uuid[]) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform calendar_sync.look_at_obligations(p_obligation_ids);
exception when others then
  perform calendar_sync.note_incident('enqueue', sqlstate, sqlerrm, p_obligation_ids);
end;
$$;

comment on function calendar_sync.obligations_changed(uuid[]) is
  'Has these obligations looked at in the calendars and feeds of their recipients, former ones too. For tables that do not contain the obligation''s id. Never fails.';
