-- The adapter: how the calendar sync sees the host's obligations. Beside the triggers on it, this file is all that knows
-- the table; docs/adapt.md has one for another.

-- One row a recipient, so that an obligation may have several. No `set search_path`: it would keep the planner from
-- inlining the function, and with it the index on user_id; every name below is qualified instead.
create function calendar_sync.deadline_of(obligation public.obligations)
returns setof calendar_sync.deadline
language sql stable security invoker rows 1
as $$
  select
    obligation.id,
    obligation.user_id,
    obligation.title,
    obligation.description,
    obligation.obligation_type,
    case when obligation.status in ('completed', 'cancelled') then obligation.status else 'open' end,
    obligation.deadline_date,
    obligation.deadline_at,
    obligation.time_zone,
    obligation.url
$$;

comment on function calendar_sync.deadline_of(public.obligations) is
  'The adapter. Redefine it, and nothing else, for an obligations table with other columns.';

-- Inlined with the function: a filter on it is one on the table.
create view calendar_sync.deadlines with (security_invoker = true) as
select deadline.*
from public.obligations as obligation
cross join lateral calendar_sync.deadline_of(obligation) as deadline;

comment on view calendar_sync.deadlines is
  'Every obligation as each of its recipients sees it: where everything but the triggers reads obligations.';
