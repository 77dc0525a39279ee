-- Who may execute each function, and what a caller gets for somebody else's ids: nothing.
--
-- A new function that anybody may execute has to be decided on: add a row to `decided`. A user's function says, too, how it is
-- tried with the ids of somebody else.

begin;
set local client_min_messages = warning;
create extension if not exists pgtap with schema extensions;
set local search_path = public, extensions;
select no_plan();

-- call: with $id for an integration, an obligation or a feed, all of which have the id of their owner, and $key for an API key, whose
-- id is made of it; null where a service
-- calls. of_others: its answer to an id that is not the caller's, as text. Null: it takes no id, and its answer has nothing
-- of anybody else.
create temporary table decided (name text primary key, granted text not null, call text, of_others text);

-- What the Data API offers.
insert into decided values
  ('public.calendar_accept_proposal(uuid)', 'authenticated', 'public.calendar_accept_proposal($id)', '{"kind": "not_found"}'),
  ('public.calendar_activity(integer,timestamp with time zone)', 'authenticated', 'public.calendar_activity()', null),
  ('public.calendar_change_notifications(jsonb)', 'authenticated', $$ public.calendar_change_notifications('{}') $$, null),
  ('public.calendar_dismiss_proposal(uuid)', 'authenticated', 'public.calendar_dismiss_proposal($id)', '{"kind": "not_found"}'),
  ('public.calendar_dismiss_notice(uuid)', 'authenticated', 'public.calendar_dismiss_notice($id)', 'false'),
  ('public.calendar_evidence(uuid)', 'authenticated', 'public.calendar_evidence($id)', 'nothing'),
  ('public.calendar_explain(uuid)', 'authenticated', 'public.calendar_explain($id)', 'nothing'),
  ('public.calendar_feeds()', 'authenticated', 'public.calendar_feeds()', null),
  ('public.calendar_find_obligations(text,integer)', 'authenticated', 'public.calendar_find_obligations()', null),
  ('public.calendar_notices()', 'authenticated', 'public.calendar_notices()', null),
  ('public.calendar_notifications()', 'authenticated', 'public.calendar_notifications()', null),
  ('public.calendar_keys()', 'authenticated', 'public.calendar_keys()', null),
  ('public.calendar_delete_key(text)', 'authenticated', 'public.calendar_delete_key($key)', 'false'),
  ('public.calendar_obligation_types()', 'authenticated', 'public.calendar_obligation_types()', null),
  ('public.calendar_preferences()', 'authenticated', 'public.calendar_preferences()', null),
  ('public.calendar_problems()', 'authenticated', 'public.calendar_problems()', null),
  ('public.calendar_proposals()', 'authenticated', 'public.calendar_proposals()', null),
  ('public.calendar_restore_notice(uuid)', 'authenticated', 'public.calendar_restore_notice($id)', 'false'),
  ('public.calendar_reapply(uuid)', 'authenticated', 'public.calendar_reapply($id)', 'nothing'),
  ('public.calendar_resume(uuid)', 'authenticated', 'public.calendar_resume($id)', 'nothing'),
  ('public.calendar_retry(uuid,uuid)', 'authenticated', 'public.calendar_retry($id, $id)', 'nothing'),
  ('public.calendar_status()', 'authenticated', 'public.calendar_status()', null),
  ('public.calendar_test_event(uuid)', 'authenticated', 'public.calendar_test_event($id)', 'nothing'),
  ('public.calendar_send_test_event(uuid)', 'authenticated', 'public.calendar_send_test_event($id)', 'nothing'),
  ('public.calendar_remove_test_event(uuid)', 'authenticated', 'public.calendar_remove_test_event($id)', 'nothing'),
  ('public.calendar_sync_now(uuid)', 'authenticated', 'public.calendar_sync_now($id)', 'nothing'),
  ('public.calendar_undo_proposal(uuid)', 'authenticated', 'public.calendar_undo_proposal($id)', '{"kind": "not_found"}'),
  ('public.calendar_update_feed(uuid,text,jsonb,jsonb)', 'authenticated',
    $$ public.calendar_update_feed($id, p_name => 'Taken') $$, 'nothing'),
  ('public.calendar_update_integration(uuid,boolean,jsonb)', 'authenticated',
    'public.calendar_update_integration($id, p_sync_enabled => true)', 'nothing'),
  ('public.calendar_update_preferences(jsonb)', 'authenticated',
    $$ public.calendar_update_preferences('{"all_day_reminder_time": "08:00"}') $$, null),
  ('public.calendar_delete_feed(uuid)', 'authenticated', 'public.calendar_delete_feed($id)', 'false');
insert into decided (name, granted) values
  ('public.calendar_accept_edit(uuid)', 'service_role'),
  ('public.calendar_activate(uuid,text,text,text,boolean)', 'service_role'),
  ('public.calendar_begin_connection(uuid,text,text,text,integer)', 'service_role'),
  ('public.calendar_begin_disconnect(uuid,uuid,text)', 'service_role'),
  ('public.calendar_begin_password_connection(uuid,text,text,text,text,text,text,text,integer)', 'service_role'),
  ('public.calendar_begin_refresh(uuid,integer,text,integer)', 'service_role'),
  ('public.calendar_call_with_key(text,text,jsonb)', 'service_role'),
  ('public.calendar_claim(uuid,integer,integer)', 'service_role'),
  ('public.calendar_claim_deliveries(uuid,integer,integer)', 'service_role'),
  ('public.calendar_claim_ending_channels()', 'service_role'),
  ('public.calendar_forget_ending_channels(uuid[])', 'service_role'),
  ('public.calendar_channels_of(uuid,uuid)', 'service_role'),
  ('public.calendar_forget_channels(uuid,uuid[])', 'service_role'),
  ('public.calendar_known_events(uuid,uuid,text,jsonb,boolean)', 'service_role'),
  ('public.calendar_note_push(text,jsonb)', 'service_role'),
  ('public.calendar_report_push(text[],boolean,text)', 'service_role'),
  ('public.calendar_save_channel(uuid,uuid,jsonb)', 'service_role'),
  ('public.calendar_compare_events(uuid,uuid,jsonb,jsonb)', 'service_role'),
  ('public.calendar_count_call(uuid,boolean,integer)', 'service_role'),
  ('public.calendar_count_password(uuid,integer)', 'service_role'),
  ('public.calendar_create_feed(uuid,text,jsonb,timestamp with time zone,text)', 'service_role'),
  ('public.calendar_create_key(uuid,text,text[],timestamp with time zone,text,text)', 'service_role'),
  ('public.calendar_create_webhook(uuid,text,text[])', 'service_role'),
  ('public.calendar_delete_webhook(uuid,uuid)', 'service_role'),
  ('public.calendar_forget_password(uuid)', 'service_role'),
  ('public.calendar_feed_page(uuid,date,uuid,integer)', 'service_role'),
  ('public.calendar_end_test_event(uuid,uuid)', 'service_role'),
  ('public.calendar_finish_disconnect(uuid,uuid)', 'service_role'),
  ('public.calendar_health()', 'service_role'),
  ('public.calendar_end_flow(uuid,uuid)', 'service_role'),
  ('public.calendar_integration_of(uuid,uuid)', 'service_role'),
  ('public.calendar_keep_counts(jsonb)', 'service_role'),
  ('public.calendar_lock_user(uuid,uuid,integer)', 'service_role'),
  ('public.calendar_metrics()', 'service_role'),
  ('public.calendar_next_work(integer)', 'service_role'),
  ('public.calendar_poll_feed(text,uuid,text,integer,integer)', 'service_role'),
  ('public.calendar_password_refused(uuid,text,integer,jsonb,jsonb)', 'service_role'),
  ('public.calendar_read_password(uuid,integer)', 'service_role'),
  ('public.calendar_record(uuid,uuid,jsonb,jsonb,jsonb)', 'service_role'),
  ('public.calendar_record_deliveries(uuid,jsonb)', 'service_role'),
  ('public.calendar_refresh_failed(uuid,uuid,text,jsonb)', 'service_role'),
  ('public.calendar_renew(uuid,integer,uuid[])', 'service_role'),
  ('public.calendar_retire(uuid,jsonb)', 'service_role'),
  ('public.calendar_report_mail(text,boolean,integer)', 'service_role'),
  ('public.calendar_report_version(text)', 'service_role'),
  ('public.calendar_replay_webhook(uuid,uuid,timestamp with time zone)', 'service_role'),
  ('public.calendar_retry_delivery(uuid,uuid,uuid)', 'service_role'),
  ('public.calendar_rotate_feed(uuid,uuid,text)', 'service_role'),
  ('public.calendar_rotate_key(uuid,text,text,text)', 'service_role'),
  ('public.calendar_rotate_webhook(uuid,uuid)', 'service_role'),
  ('public.calendar_save_tokens(uuid,uuid,text,timestamp with time zone,text)', 'service_role'),
  ('public.calendar_set_calendar(uuid,uuid,text,text,text,boolean)', 'service_role'),
  ('public.calendar_store_connection(uuid,text,text,text[],text,text,timestamp with time zone,text,integer)',
    'service_role'),
  ('public.calendar_suppress_mail(uuid,text,text)', 'service_role'),
  ('public.calendar_take_connection(uuid,text)', 'service_role'),
  ('public.calendar_take_state(uuid)', 'service_role'),
  ('public.calendar_test_webhook(uuid,uuid)', 'service_role'),
  ('public.calendar_unlock_user(uuid,uuid)', 'service_role'),
  ('public.calendar_use_key(text,text,boolean,integer)', 'service_role'),
  ('public.calendar_unsubscribe(uuid,text[])', 'service_role'),
  ('public.calendar_update_webhook(uuid,uuid,text,text[],boolean)', 'service_role'),
  ('public.calendar_webhook_deliveries(uuid,uuid,integer)', 'service_role'),
  ('public.calendar_webhooks(uuid)', 'service_role'),
  ('public.obligations_touch()', ''),
  ('calendar_sync.refuse_edit(uuid)', 'service_role'),
  ('calendar_sync.statement_of(text,jsonb)', 'service_role'),
  ('calendar_sync.user_of_edit(uuid)', 'service_role'),
  ('calendar_sync.user_of_key(text,text)', 'service_role'),
  ('calendar_sync.evidence(uuid,uuid)', 'service_role');

-- What the functions above stand on, where they run as their caller. The Data API does not offer it, other ways in might.
insert into decided values
  ('calendar_sync.accept_proposal(uuid,date,timestamp with time zone,text)', 'authenticated',
    'calendar_sync.accept_proposal($id, current_date + 7, null, null)', 'false'),
  ('calendar_sync.count_own_call(boolean)', 'authenticated', 'calendar_sync.count_own_call()', null),
  ('calendar_sync.move_deadline(uuid,text,boolean)', 'authenticated',
    $$ calendar_sync.move_deadline($id, 'undo') $$, '{"kind": "not_found"}'),
  ('calendar_sync.own_proposals(integer)', 'authenticated', 'calendar_sync.own_proposals(200)', null),
  ('calendar_sync.prepare_decision(uuid,text)', 'authenticated',
    $$ calendar_sync.prepare_decision($id, 'dismiss') $$, '{"kind": "not_found"}'),
  ('calendar_sync.record_decision(uuid,text,boolean)', 'authenticated',
    $$ calendar_sync.record_decision($id, 'dismiss') $$, '{"kind": "not_found"}'),
  ('calendar_sync.caused_by()', 'authenticated, service_role', 'calendar_sync.caused_by()', null),
  ('calendar_sync.request_id()', 'authenticated, service_role', 'calendar_sync.request_id()', null),
  ('calendar_sync.change_own_feed(uuid,text,jsonb,jsonb)', 'authenticated',
    $$ calendar_sync.change_own_feed($id, 'Taken', '{}', '{"at": null}') $$, 'nothing'),
  ('calendar_sync.change_own_preferences(jsonb)', 'authenticated', $$ calendar_sync.change_own_preferences('{}') $$, null),
  ('calendar_sync.change_own_notifications(jsonb)', 'authenticated', $$ calendar_sync.change_own_notifications('{}') $$, null),
  ('calendar_sync.delete_own_feed(uuid)', 'authenticated', 'calendar_sync.delete_own_feed($id)', 'false'),
  ('calendar_sync.dismiss_own_notice(uuid)', 'authenticated', 'calendar_sync.dismiss_own_notice($id)', 'false'),
  ('calendar_sync.delete_own_key(text)', 'authenticated', 'calendar_sync.delete_own_key($key)', 'false'),
  ('calendar_sync.explain_own(uuid)', 'authenticated', 'calendar_sync.explain_own($id)', 'nothing'),
  ('calendar_sync.find_own_obligations(text,integer)', 'authenticated', $$ calendar_sync.find_own_obligations('', 50) $$, null),
  ('calendar_sync.own_activity(integer,timestamp with time zone)', 'authenticated', 'calendar_sync.own_activity(200, null)', null),
  ('calendar_sync.own_evidence(uuid)', 'authenticated', 'calendar_sync.own_evidence($id)', 'nothing'),
  ('calendar_sync.own_feeds()', 'authenticated', 'calendar_sync.own_feeds()', null),
  ('calendar_sync.own_integrations(uuid)', 'authenticated', 'calendar_sync.own_integrations($id) -> 0', 'nothing'),
  ('calendar_sync.own_notices(integer)', 'authenticated', 'calendar_sync.own_notices(200)', null),
  ('calendar_sync.own_notifications()', 'authenticated', 'calendar_sync.own_notifications()', null),
  ('calendar_sync.own_keys()', 'authenticated', 'calendar_sync.own_keys()', null),
  ('calendar_sync.own_obligation_types()', 'authenticated', 'calendar_sync.own_obligation_types()', null),
  ('calendar_sync.own_preferences()', 'authenticated', 'calendar_sync.own_preferences()', null),
  ('calendar_sync.own_problems(integer)', 'authenticated', 'calendar_sync.own_problems(100)', null),
  ('calendar_sync.own_test_event(uuid,text)', 'authenticated', $$ calendar_sync.own_test_event($id, 'sent') $$, 'nothing'),
  ('calendar_sync.restore_own_notice(uuid)', 'authenticated', 'calendar_sync.restore_own_notice($id)', 'false'),
  ('calendar_sync.reapply_own(uuid)', 'authenticated', 'calendar_sync.reapply_own($id)', 'nothing'),
  -- It answers nothing to anybody: that nothing of Bob's changed is looked at below.
  ('calendar_sync.resume_own(uuid)', 'authenticated', 'calendar_sync.resume_own($id)', ''),
  ('calendar_sync.retry_own(uuid,uuid)', 'authenticated', 'calendar_sync.retry_own($id, null)', 'nothing'),
  ('calendar_sync.sync_own_now(uuid)', 'authenticated', 'calendar_sync.sync_own_now($id)', 'nothing'),
  -- Nor does it: the same holds.
  ('calendar_sync.update_own_integration(uuid,boolean,jsonb)', 'authenticated',
    'calendar_sync.update_own_integration($id, true, null)', '');

-- Of a host's own functions in schema public nothing is said here.
create temporary view ours as
select routine.oid, format('%I.%I(%s)', space.nspname, routine.proname, (
    select string_agg(format_type(argument, null), ',' order by place)
    from unnest(routine.proargtypes) with ordinality as signature (argument, place)
  )) as name, space.nspname as schema, routine.prosecdef, routine.proconfig, routine.proowner, routine.proacl,
  routine.proargtypes, (
    select coalesce(string_agg(role, ', ' order by role), '')
    from unnest(array['anon', 'authenticated', 'service_role']) as role
    where pg_catalog.has_function_privilege(role, routine.oid, 'execute')
  ) as granted
from pg_catalog.pg_proc as routine join pg_catalog.pg_namespace as space on space.oid = routine.pronamespace
where space.nspname in ('calendar_sync', 'calendar_admin')
  or space.nspname = 'public' and (routine.proname like 'calendar\_%' or routine.proname = 'obligations_touch');

select is_empty(
  $$ select name from ours where schema = 'public' or granted <> '' except select name from decided $$,
  'every function that is offered, or that anybody may execute, is decided on'
);
select is_empty($$ select name from decided except select name from ours $$, 'every decision is about a function that there is');

select is(ours.granted, coalesce(decided.granted, ''),
  format('%s: %s', ours.name, coalesce(nullif(decided.granted, ''), 'nobody')))
from ours left join decided using (name) order by ours.name;

select is_empty($$
  select name from ours cross join lateral aclexplode(coalesce(proacl, acldefault('f', proowner))) as acl
  where acl.grantee = 0
$$, 'no function is everybody''s');
select is_empty($$ select name from ours where schema = 'calendar_admin' and granted <> '' $$,
  'what administrators do is theirs alone');
select is_empty($$ select name from ours where prosecdef and coalesce(proconfig, '{}') @> '{"search_path=\"\""}' is not true $$,
  'whatever runs as its owner has an empty search_path');
select is_empty($$ select name from ours where prosecdef and proowner::regrole::text <> 'postgres' $$,
  'whatever runs as its owner is owned by postgres');
-- SET would keep the planner from inlining it; every name in it is qualified.
select set_eq($$ select name from ours where coalesce(proconfig, '{}') @> '{"search_path=\"\""}' is not true $$, array[
  'calendar_sync.deadline_of(obligations)'
], 'every function but the adapter, which has to be inlined, has an empty search_path');

-- The same by trying: arguments are not looked at before the right to call.
create function pg_temp.attempt(p_role text, p_user uuid, p_function oid) returns text
language plpgsql as $$
declare
  v_call text;
begin
  select format('select %s(%s)', routine.oid::regproc, (
    select string_agg('null::' || format_type(argument, null), ', ' order by place)
    from unnest(routine.proargtypes) with ordinality as signature (argument, place)
  )) into v_call from pg_catalog.pg_proc as routine where routine.oid = p_function;
  perform set_config('request.jwt.claims', jsonb_strip_nulls(jsonb_build_object('role', p_role, 'sub', p_user))::text, true),
    set_config('role', p_role, true);
  execute v_call;
  raise exception 'executed';
exception
  when insufficient_privilege then return 'denied';
  when others then return sqlerrm;
end;
$$;

select is(pg_temp.attempt(role, case role when 'authenticated' then gen_random_uuid() end, ours.oid), 'denied',
  format('%s cannot execute %s', role, ours.name))
from ours join decided using (name) cross join unnest(array['anon', 'authenticated', 'service_role']) as role
where ours.schema = 'public' and ours.name not like '%touch()' and decided.granted not like '%' || role || '%'
order by ours.name, role;

-- Answers.
\ir support/two-users.psql
select set_config('request.headers', '{"x-request-id": "request-of-ada"}', true);

select is_empty($$ select name from decided where granted like '%authenticated%' and call is null $$,
  'of every function of users it is said how it is tried');

-- What there is of Bob's, in every table.
create function pg_temp.bobs() returns text
language plpgsql as $$
declare
  v_table regclass;
  v_rows text;
  v_all text := '';
begin
  perform set_config('role', 'none', true);
  for v_table in
    select oid from pg_catalog.pg_class
    where relkind in ('r', 'p') and not relispartition
      and (relnamespace = 'calendar_sync'::regnamespace or oid in ('public.obligations'::regclass,
        'public.calendar_integrations'::regclass, 'public.calendar_event_mappings'::regclass,
        'public.calendar_proposals'::regclass))
    order by oid::regclass::text
  loop
    execute format('select string_agg(whole::text, e''\n'' order by whole::text) from %s as whole where %s', v_table,
      coalesce(pg_temp.owned_by(v_table, current_setting('test.bob')::uuid), 'false')) into v_rows;
    v_all := v_all || v_table || e':\n' || coalesce(v_rows, '') || e'\n';
  end loop;
  return v_all;
end;
$$;
create temporary table before as select pg_temp.bobs() as rows;
select matches(rows, 'Bob''s tax return', 'Bob has something to lose') from before;

create function pg_temp.called(p_call text, p_id uuid) returns text
language sql as $$
  select coalesce(pg_temp.answer('authenticated', current_setting('test.ada')::uuid,
    'select ' || replace(replace(p_call, '$id', quote_literal(p_id) || '::uuid'), '$key', quote_literal(pg_temp.key_id(p_id)))),
    'nothing')
$$;

select is(pg_temp.called(call, :'bob'), of_others, format('Ada with Bob''s id: %s', name))
from decided where of_others is not null order by name;
select doesnt_match(pg_temp.called(call, :'ada'), '[Bb][o0]b', format('Ada: %s', name))
from decided where call is not null and of_others is null order by name;
select is(pg_temp.bobs(), rows, 'nothing of Bob''s has changed') from before;

-- Were they called at all? For what is hers Ada is answered, feeds last, which end with it.
select matches(pg_temp.called(call, :'ada'), '[Aa]da', format('Ada, and it is hers: %s', name))
from decided where call is not null and of_others is null order by name;
select isnt(pg_temp.called(call, :'ada'), of_others, format('Ada with her own id: %s', name))
from decided
where of_others is not null and name !~ '\.(resume_own|update_own_integration)\('
  and name not in ('calendar_sync.delete_own_feed(uuid)', 'calendar_sync.delete_own_key(text)')
order by name like '%delete%', name;

select diag(format('%s privileges on %s functions were checked', count(*) * 4, count(*))) from ours;

select * from finish();
rollback;
