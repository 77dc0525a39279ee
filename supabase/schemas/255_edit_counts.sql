-- What users did to events and what came of it, counted where it is recorded: a batch whose answer gets lost is recorded once, and so
-- counted once. Each count is an appended row of count_flushes, so that nobody waits for a counter.

-- What is counted never fails what is done.
create function calendar_sync.append_counts(p_counts jsonb) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  insert into calendar_sync.count_flushes (id, counts) values (gen_random_uuid(), p_counts);
exception when others then
  raise warning 'calendar_sync: counts were not kept: % %', sqlstate, sqlerrm;
end;
$$;

comment on function calendar_sync.append_counts(jsonb) is
  'Counts what happened in this transaction: [{"metric", "labels", "value"}]; never fails itself.';

create function calendar_sync.count_edits(p_integration public.calendar_integrations, p_edits calendar_sync.edit_now[]) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_counts constant jsonb := (
    select jsonb_agg(jsonb_build_object(
      'metric', 'calendar_edits', 'labels', jsonb_build_object('provider', p_integration.provider, 'kind', by_kind.kind), 'value', by_kind.edits))
    from (
      -- What is known already was counted when it was found.
      select edit.kind, count(*) as edits from unnest(p_edits) as edit where edit.kind <> 'known' group by edit.kind
    ) as by_kind
  );
begin
  if v_counts is not null then
    perform calendar_sync.append_counts(v_counts);
  end if;
end;
$$;

comment on function calendar_sync.count_edits(public.calendar_integrations, calendar_sync.edit_now[]) is
  'Counts what a user did to events, by kind.';

create function calendar_sync.count_restores(p_provider text, p_edit text, p_restored integer, p_left integer) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform calendar_sync.append_counts(jsonb_agg(jsonb_build_object(
    'metric', 'calendar_restores', 'value', counted.events,
    'labels', jsonb_build_object('provider', p_provider, 'edit', p_edit, 'result', counted.result))))
  from (values ('restored', p_restored), ('left', p_left)) as counted (result, events)
  where counted.events > 0 having count(*) > 0;
end;
$$;

comment on function calendar_sync.count_restores(text, text, integer, integer) is
  'Counts moved (p_edit moved) or deleted (deleted) events that are put back, and those that are left as their user wants them.';

create function calendar_sync.count_mass_edit(p_provider text) returns void
language sql volatile security definer set search_path = ''
as $$
  select calendar_sync.append_counts(jsonb_build_array(jsonb_build_object(
    'metric', 'calendar_mass_edits', 'labels', jsonb_build_object('provider', p_provider), 'value', 1)))
$$;

comment on function calendar_sync.count_mass_edit(text) is 'Counts a calendar that is paused because very many of its events were moved or deleted at once.';

create function calendar_sync.count_new_proposals() returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform calendar_sync.append_counts(jsonb_agg(jsonb_build_object(
    'metric', 'calendar_proposals', 'labels', jsonb_build_object('provider', opened.provider, 'state', opened.state), 'value', opened.proposals)))
  from (
    select new_row.provider, new_row.state, count(*) as proposals from new_rows as new_row group by new_row.provider, new_row.state
  ) as opened
  having count(*) > 0;
  return null;
end;
$$;

comment on function calendar_sync.count_new_proposals() is 'Counts proposals that are opened.';

create trigger count_new_proposals after insert on public.calendar_proposals
referencing new table as new_rows
for each statement execute function calendar_sync.count_new_proposals();

create function calendar_sync.count_decided_proposals() returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform calendar_sync.append_counts(jsonb_agg(jsonb_build_object(
    'metric', 'calendar_proposals', 'labels', jsonb_build_object('provider', decided.provider, 'state', decided.state), 'value', decided.proposals)))
  from (
    select new_row.provider, new_row.state, count(*) as proposals
    from new_rows as new_row join old_rows as old_row on old_row.id = new_row.id
    where new_row.state <> old_row.state group by new_row.provider, new_row.state
  ) as decided
  having count(*) > 0;
  return null;
end;
$$;

comment on function calendar_sync.count_decided_proposals() is 'Counts proposals by the state that they come into.';

create trigger count_decided_proposals after update on public.calendar_proposals
referencing old table as old_rows new table as new_rows
for each statement execute function calendar_sync.count_decided_proposals();
