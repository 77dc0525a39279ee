-- Made from supabase/schemas by npm run generate. Change those, not this.

-- schemas/335_obligations.sql

-- The default obligations table, its adapter, and how its deadlines are moved. A host with a table of its own writes both for that one, and
-- leaves this migration out: nothing else names this table.

create table public.obligations (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  title text not null,
  description text,
  obligation_type text,
  status text not null default 'pending'
    check (status in ('pending', 'in_progress', 'completed', 'cancelled')),
  deadline_date date,
  deadline_at timestamptz,
  time_zone text,
  url text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint obligations_one_deadline check (num_nonnulls(deadline_date, deadline_at) <= 1)
);

comment on table public.obligations is 'What a user has to do, and until when.';
comment on column public.obligations.deadline_date is 'All-day deadline. Either this or deadline_at, or neither.';
comment on column public.obligations.deadline_at is 'Deadline at an instant, shown in time_zone.';
comment on column public.obligations.time_zone is 'IANA name, such as Europe/Paris; UTC where it is null.';
comment on column public.obligations.url is 'Link back to the obligation, shown in the calendar.';

-- For the policy below, and for scanning one user's obligations in key order.
create index obligations_user_id_id_idx on public.obligations (user_id, id);

create function public.obligations_touch() returns trigger
language plpgsql volatile security invoker set search_path = ''
as $$
begin
  new.updated_at := now();
  return new;
end;
$$;

comment on function public.obligations_touch() is 'Keeps obligations.updated_at.';
revoke execute on function public.obligations_touch() from public, anon, authenticated, service_role;

create trigger obligations_touch before update on public.obligations
for each row execute function public.obligations_touch();

alter table public.obligations enable row level security;

create policy "own obligations" on public.obligations for all to authenticated
using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));

-- Older projects give every new table of schema public to all three.
revoke all on public.obligations from anon, authenticated, service_role;
grant select, insert, update, delete on public.obligations to authenticated, service_role;

-- One row for each recipient. Without `set search_path`, so that the planner inlines the function and finds a user's
-- obligations by the index on user_id; every name in it is qualified.
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
  'The adapter of the default table: an obligation as each of its recipients sees it. A host''s own table gets an adapter of the same name.';
revoke execute on function calendar_sync.deadline_of(public.obligations) from public;

-- A host replaces it for its own table; see docs/embed/adapt.md. It runs as the user, so what the user may not write it cannot write.
create or replace function calendar_sync.accept_proposal(obligation_id uuid, deadline_date date, deadline_at timestamptz, time_zone text)
returns boolean
language plpgsql volatile security invoker set search_path = ''
as $$
begin
  update public.obligations
  set deadline_date = accept_proposal.deadline_date, deadline_at = accept_proposal.deadline_at, time_zone = accept_proposal.time_zone
  where id = accept_proposal.obligation_id;
  return found;
end;
$$;

select calendar_sync.watch('public.obligations', 'id');
