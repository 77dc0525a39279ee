-- One gate a provider. It closes while the provider is down for everybody, so that not every lane has to find out for
-- itself, and while the provider project's quota is spent.

create table calendar_sync.gates (
  provider text primary key,
  failed_lanes uuid[] not null default '{}',
  down_since timestamptz,
  probe_at timestamptz,
  spent_until timestamptz
);

comment on table calendar_sync.gates is 'Whether the lanes of a provider may be worked at all.';
comment on column calendar_sync.gates.failed_lanes is 'Different lanes whose run could not reach the provider, since the last run that could.';
comment on column calendar_sync.gates.down_since is 'The provider is down for everybody: one lane at a time finds out whether it still is. Null: it is not.';
comment on column calendar_sync.gates.probe_at is 'When the next lane may try.';
comment on column calendar_sync.gates.spent_until is 'The quota of all accounts together is spent until then.';

alter table calendar_sync.gates enable row level security;

insert into calendar_sync.gates (provider) values ('google'), ('outlook');

create function calendar_sync.probe_interval() returns interval
language sql immutable security invoker set search_path = ''
as $$ select interval '5 seconds' $$;

comment on function calendar_sync.probe_interval() is 'How often a provider that is down is tried.';

-- Written only when something changes: while all is well this row is read and nothing else.
create function calendar_sync.note_reach(p_integration_id uuid, p_reached boolean) returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_lanes_until_down constant integer := 5;
  v_was_down boolean;
  v_is_down boolean;
begin
  if p_reached then
    update calendar_sync.gates as gate
    set failed_lanes = '{}', down_since = null, probe_at = null
    from calendar_sync.lanes as lane
    join calendar_sync.gates as before on before.provider = lane.provider
    where lane.integration_id = p_integration_id and gate.provider = lane.provider
      and (gate.failed_lanes <> '{}' or gate.down_since is not null)
    returning before.down_since is not null into v_was_down;
    return case when v_was_down then 'opened' end;
  else
    update calendar_sync.gates as gate
    set failed_lanes = gate.failed_lanes || lane.integration_id,
      down_since = case when cardinality(gate.failed_lanes) + 1 >= v_lanes_until_down then now() end,
      probe_at = case when cardinality(gate.failed_lanes) + 1 >= v_lanes_until_down
        then now() + calendar_sync.probe_interval() end
    from calendar_sync.lanes as lane
    where lane.integration_id = p_integration_id and gate.provider = lane.provider
      and gate.down_since is null and lane.integration_id <> all (gate.failed_lanes)
    returning gate.down_since is not null into v_is_down;
    return case when v_is_down then 'closed' end;
  end if;
end;
$$;

comment on function calendar_sync.note_reach(uuid, boolean) is
  'Notes whether a run reached its provider. Five different lanes in a row that did not close the gate; one that did opens it. What became of the gate: closed, opened, or null where it stays as it was.';

create function calendar_sync.work_is_due() returns boolean
language plpgsql volatile security definer set search_path = ''
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
begin
  return exists (
    select from calendar_sync.marks as mark
    cross join lateral (
      -- OFFSET: few marks, or none, are no reason to read every lane.
      select from calendar_sync.lanes as lane
      where lane.integration_id = mark.integration_id and (lane.leased_by is null or lane.leased_until <= now()) offset 0
    ) as idle
  ) or exists (
    select from calendar_sync.gates as gate
    cross join (values (0), (1), (2)) as class (priority)
    cross join lateral (
      select lane.ready_at from calendar_sync.lanes as lane
      where lane.provider = gate.provider and lane.priority = class.priority and lane.ready_at is not null
      order by lane.ready_at limit 1
    ) as first
    where coalesce(gate.spent_until <= now(), true) and coalesce(gate.probe_at <= now(), true) and first.ready_at <= now()
  );
end;
$$;

comment on function calendar_sync.work_is_due() is 'Whether there is work that could be done now and that nobody is doing.';
