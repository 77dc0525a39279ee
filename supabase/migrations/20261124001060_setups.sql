-- One calendar is set up for a user at a time: Google cannot be asked whether an earlier call made one, so two calls side by
-- side, as after a double click, would make two.

create table calendar_sync.setups (
  user_id uuid primary key references auth.users (id) on delete cascade,
  claim uuid not null,
  claimed_until timestamptz not null
);

comment on table calendar_sync.setups is 'For whom a calendar is being looked for or made, and by which call.';
comment on column calendar_sync.setups.claimed_until is 'When the call counts as dead, so that the next one may begin.';

alter table calendar_sync.setups enable row level security;

create function public.calendar_begin_setup(p_user_id uuid, p_claim uuid, p_claim_s integer) returns boolean
language sql volatile security definer set search_path = ''
as $$
  with begun as (
    insert into calendar_sync.setups as setup (user_id, claim, claimed_until)
    values (p_user_id, p_claim, clock_timestamp() + make_interval(secs => p_claim_s))
    on conflict (user_id) do update set claim = excluded.claim, claimed_until = excluded.claimed_until
    where setup.claimed_until <= clock_timestamp()
    returning user_id
  )
  select exists (select from begun)
$$;

comment on function public.calendar_begin_setup(uuid, uuid, integer) is
  'Claims for p_claim_s seconds the right to look for or make a user''s calendar; false while another call has it.';

create function public.calendar_end_setup(p_user_id uuid, p_claim uuid) returns void
language sql volatile security definer set search_path = ''
as $$
  delete from calendar_sync.setups where user_id = p_user_id and claim = p_claim
$$;

comment on function public.calendar_end_setup(uuid, uuid) is 'Gives back what calendar_begin_setup claimed.';

revoke execute on function public.calendar_begin_setup(uuid, uuid, integer), public.calendar_end_setup(uuid, uuid)
from public, anon, authenticated, service_role;
grant execute on function public.calendar_begin_setup(uuid, uuid, integer), public.calendar_end_setup(uuid, uuid)
to service_role;
