-- Who may call functions. Postgres lets everybody execute a new function, and older Supabase projects grant it to the API's roles too.

-- In schema public a function that runs as its caller is for users, and one that runs as its owner is for the edge functions, which
-- call with the secret key. Two run as their caller and are for the edge functions: they change their role.
do $$
declare
  v_function record;
begin
  for v_function in
    select routine.oid::regprocedure as signature, case
        when routine.prosecdef or routine.proname in ('calendar_call_with_key', 'calendar_accept_edit') then 'service_role'
        else 'authenticated'
      end as caller
    from pg_catalog.pg_proc as routine
    where routine.pronamespace = 'public'::regnamespace and routine.proname like 'calendar\_%'
  loop
    execute format('revoke execute on function %s from public, anon, authenticated, service_role', v_function.signature);
    execute format('grant execute on function %s to %I', v_function.signature, v_function.caller);
  end loop;
end;
$$;

-- In the other schemas only those that are granted beside the function.
revoke execute on all functions in schema calendar_sync, calendar_admin from public;
