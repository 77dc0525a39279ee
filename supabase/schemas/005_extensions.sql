-- What the calendar sync stands on. Hosted Supabase has all three.

create extension if not exists pg_net with schema extensions;
create extension if not exists supabase_vault with schema vault;
create extension if not exists pg_cron with schema pg_catalog;
