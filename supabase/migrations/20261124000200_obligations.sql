-- The default obligations table. A host with a table of its own keeps it and redefines the adapter
-- `calendar_sync.deadline_of`, the only place that knows these columns.

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

-- For the policy below, and for walking one user's obligations in key order.
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
