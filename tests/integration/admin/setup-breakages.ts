import type { Stack } from "../../../local/stack.ts";

/** One way in which an installation may be wrong, and what `setup_check()` is to make of it. */
export interface Breakage {
  readonly name: string;
  /** SQL of a superuser, in a transaction that is rolled back. */
  readonly sql: string;
  /** The only check that is to fail. */
  readonly check: string;
  /** What is found. */
  readonly found: RegExp;
  /** Where SQL mends it, it is run; else it is only to say this. */
  readonly told?: RegExp;
  /** Hosted Supabase lets postgres do it, plain PostgreSQL only a superuser. */
  readonly beyond_postgres?: true;
}

const secret = (name: string, change: string) =>
  `select vault.update_secret(id, ${change}) from vault.secrets where name = '${name}'`;
const tomorrow = `to_char((now() at time zone 'UTC')::date + 1, 'YYYYMMDD')`;

export const BREAKAGES: readonly Breakage[] = [
  {
    name: "functions of a release before",
    sql: `update calendar_sync.functions_version set version = '0.0.9'`,
    check: "versions",
    found: /the database has \d+\.\d+\.\d+, the functions have 0\.0\.9/,
    told: /supabase functions deploy/,
  },
  {
    name: "functions that are newer than the database",
    sql: `update calendar_sync.functions_version set version = '0.10.0'`,
    check: "versions",
    found: /the database has \d+\.\d+\.\d+, the functions have 0\.10\.0/,
    told: /supabase db push/,
  },
  {
    name: "slow statements are logged, with their parameters",
    sql: `alter role authenticator set log_min_duration_statement = '250ms'`,
    check: "what the database logs",
    found: /parameters.*authenticator/,
    told: /alter role authenticator set log_parameter_max_length = '0'/,
  },
  {
    name: "no way to send mail",
    sql: `update calendar_sync.mail_setup set transport = null, tells_admin = false`,
    check: "mail",
    found: /no mail is sent/,
    told: /supabase secrets set CALENDAR_MAIL_FROM/,
  },
  {
    name: "no address of an administrator",
    sql: `update calendar_sync.mail_setup set tells_admin = false`,
    check: "mail to administrators",
    found: /nobody is told/,
    told: /CALENDAR_ADMIN_EMAIL/,
  },
  {
    name: "mails that nobody takes",
    sql:
      `insert into calendar_sync.deliveries (channel, event_id, type, payload, state, attempts, attempt_count, next_attempt_at)
      values ('mail', 'refused', 'admin_tick', '{"kind": "tick"}', 'retrying', '[{"at": "2027-01-01", "status": 401, "error": "not_authorized"}]', 5,
        now() + interval '1 minute')`,
    check: "mails",
    found: /1 have been refused five times or more, the latest with: not_authorized/,
    told: /calendar_admin\.mails/,
  },
  {
    name: "a webhook of the installation that answered 410",
    sql: `insert into calendar_sync.webhooks (url, types, signing_secret_id, enabled, disabled_because)
      values ('https://receiver.example/secret', '{deadline.shown}', gen_random_uuid(), false, 'gone')`,
    check: "webhooks of the installation",
    found: /^switched off: https:\/\/receiver\.example$/,
  },
  {
    name: "push channels on which no provider has reached us",
    sql:
      `insert into calendar_sync.channels (id, integration_id, provider, calendar_id, token_hash, state, expires_at, created_at)
      select gen_random_uuid(), id, provider, 'ours', 'a hash', 'active', now() + interval '1 day', now() - interval '1 hour'
      from public.calendar_integrations limit 1;
      update calendar_sync.push_setup set providers = array['google']`,
    check: "push channels",
    found: /no provider has reached us on any of 1 channels/,
    told: /functions deploy calendar-webhook/,
  },
  {
    name: "push channels to an address that is not https",
    sql:
      `update calendar_sync.push_setup set providers = array['google'], public_url = 'http://kong:8000', reported_at = now()`,
    check: "address for push channels",
    found: /http:\/\/kong:8000 is not https/,
    told: /CALENDAR_PUBLIC_URL/,
  },
  {
    name: "an old pg_net",
    sql: `update pg_catalog.pg_extension set extversion = '0.8.0' where extname = 'pg_net'`,
    check: "extension pg_net",
    found: /0\.8\.0.*at least 0\.12/,
    told: /alter extension pg_net update/,
  },
  {
    name: "no address in Vault",
    sql: `delete from vault.secrets where name = 'calendar_sync_url'`,
    check: "vault secret calendar_sync_url",
    found: /missing/,
  },
  {
    name: "an address that is not a function's",
    sql: secret("calendar_sync_url", `'https://abcdefghijklmnopqrst.supabase.co/'`),
    check: "vault secret calendar_sync_url",
    found: /not an address/,
  },
  {
    name: "plain http over the network",
    sql: secret("calendar_sync_url", `'http://example.com/functions/v1/calendar-sync'`),
    check: "vault secret calendar_sync_url",
    found: /not an address/,
  },
  {
    name: "a short secret",
    sql: secret("calendar_sync_secret", `'short'`),
    check: "vault secret calendar_sync_secret",
    found: /shorter than the 32/,
  },
  {
    name: "a secret with a line's end",
    sql: secret("calendar_sync_secret", `repeat('x', 40) || ' '`),
    check: "vault secret calendar_sync_secret",
    found: /spaces/,
  },
  {
    name: "a secret that cannot be decrypted",
    sql:
      `update vault.secrets set nonce = decode(repeat('00', 16), 'hex') where name = 'calendar_sync_secret'`,
    check: "vault secret calendar_sync_secret",
    found: /cannot be decrypted/,
  },
  {
    name: "no right to decrypt what is in Vault",
    sql: `do $do$ begin execute format('revoke execute on function %s from postgres, service_role',
      (select oid::regprocedure from pg_proc where pronamespace = 'vault'::regnamespace and proname = '_crypto_aead_det_decrypt')); end $do$`,
    check: "rights on vault",
    found: /^postgres lacks execute on function vault\._crypto_aead_det_decrypt\(bytea,/,
    beyond_postgres: true,
  },
  {
    name: "no right to take a token's secret away",
    sql: `revoke delete on vault.secrets from postgres, service_role`,
    check: "rights on vault",
    found: /^postgres lacks delete on vault\.secrets$/,
    beyond_postgres: true,
  },
  {
    name: "no right to store secrets",
    sql: `revoke execute on function vault.create_secret, vault.update_secret from postgres, service_role`,
    check: "rights on vault",
    found: /vault\.create_secret.*vault\.update_secret/,
    beyond_postgres: true,
  },
  {
    name: "a pg_net for nobody",
    sql: `revoke usage on schema net from public, postgres`,
    check: "rights on net",
    found: /^postgres lacks usage on schema net$/,
    beyond_postgres: true,
  },
  {
    name: "a pg_net whose queue cannot be written",
    sql: `revoke insert, update on net.http_request_queue from public, postgres`,
    check: "rights on net",
    found:
      /^postgres lacks insert on net\.http_request_queue, postgres lacks update on net\.http_request_queue$/,
    beyond_postgres: true,
  },
  {
    name: "a pg_net whose functions are closed",
    sql: `revoke execute on all functions in schema net from public`,
    check: "rights on net",
    found: /net\.http_post.*net\.wake\(\).*net\.worker_restart\(\)/,
    beyond_postgres: true,
  },
  {
    name: "a pg_cron whose runs cannot be read",
    sql: `revoke all on cron.job_run_details from public, postgres`,
    check: "rights on cron",
    found: /select on cron\.job_run_details/,
    beyond_postgres: true,
  },
  {
    name: "obligations that the functions may not read",
    sql:
      `alter table public.obligations owner to supabase_admin; revoke all on public.obligations from postgres, authenticated, service_role`,
    check: "adapter deadline_of",
    found: /^postgres cannot read what the adapter reads: permission denied for table obligations$/,
    beyond_postgres: true,
  },
  {
    name: "a cron job at another port, as after a restore",
    sql: `update cron.job set nodeport = 5999 where jobname = 'calendar_sync_sweep'`,
    check: "cron job calendar_sync_sweep",
    found: /runs at localhost:5999, and this server is at port \d+/,
  },
  {
    name: "a tick at another port",
    sql: `update cron.job set nodeport = 5999 where jobname = 'calendar_sync_tick'`,
    check: "cron job calendar_sync_tick",
    found: /runs at localhost:5999/,
    told: /^select cron\.unschedule\(\d+\); select cron\.schedule\('calendar_sync_tick', '10 seconds'/,
  },
  {
    name: "a cron job of somebody who is not here",
    sql: `update cron.job set username = 'somebody_elsewhere' where jobname = 'calendar_sync_nightly'`,
    check: "cron job calendar_sync_nightly",
    found: /runs as somebody_elsewhere, who cannot sign in here/,
    beyond_postgres: true,
  },
  {
    name: "a cron job that is gone",
    sql: `delete from cron.job where jobname = 'calendar_sync_sweep'`,
    check: "cron job calendar_sync_sweep",
    found: /missing/,
  },
  {
    name: "a cron job that is switched off",
    sql: `update cron.job set active = false where jobname = 'calendar_sync_nightly'`,
    check: "cron job calendar_sync_nightly",
    found: /switched off/,
  },
  {
    name: "a cron job at another time",
    sql: `update cron.job set schedule = '0 0 1 1 *' where jobname = 'calendar_sync_sweep'`,
    check: "cron job calendar_sync_sweep",
    found: /instead of '\* \* \* \* \*'/,
  },
  {
    name: "a cron job that runs something else",
    sql: `update cron.job set command = 'select 1' where jobname = 'calendar_sync_nightly'`,
    check: "cron job calendar_sync_nightly",
    found: /something else/,
  },
  {
    name: "a cron job that fails",
    sql: `insert into cron.job_run_details (jobid, status, return_message, start_time)
      select jobid, 'failed', 'out of order', now() from cron.job where jobname = 'calendar_sync_nightly'`,
    check: "cron jobs succeed",
    found: /calendar_sync_nightly failed: out of order/,
    told: /select calendar_sync\.nightly\(\)/,
  },
  {
    name: "a pg_cron that stands still",
    sql: `update cron.job_run_details set start_time = start_time - interval '1 hour'`,
    check: "pg_cron runs",
    found: /the tick ran 36\d\d s ago/,
    told: /Restart project/,
  },
  {
    name: "a queue that stands still",
    sql:
      `insert into auth.users (id, email) values ('a0000000-0000-4000-8000-000000000000', 'late@example.com');
      insert into public.calendar_integrations (id, user_id, provider, status)
      values ('b0000000-0000-4000-8000-000000000000', 'a0000000-0000-4000-8000-000000000000', 'google', 'active');
      delete from calendar_sync.changes;
      update calendar_sync.lanes set ready_at = now() - interval '40 s' where integration_id = 'b0000000-0000-4000-8000-000000000000';
      select net.http_get('http://127.0.0.1:9/')`,
    check: "pg_net's queue moves",
    found: /wait in it: 1; work has been due/,
    told: /worker_restart/,
  },
  {
    name: "a trigger that is switched off",
    sql: `alter table public.obligations disable trigger calendar_sync_update`,
    check: "trigger calendar_sync_update on public.obligations",
    found: /switched off/,
  },
  ...["insert", "update", "delete", "truncate"].map((event) => ({
    name: `a trigger for ${event} that is gone`,
    sql: `drop trigger calendar_sync_${event} on public.obligations`,
    check: `trigger calendar_sync_${event} on public.obligations`,
    found: /missing/,
  })),
  ...[
    ["integration_changed", "public.calendar_integrations"],
    ["delete_tokens", "public.calendar_integrations"],
    ["integration_before_update", "public.calendar_integrations"],
    ["wake_up_at_commit", "calendar_sync.changes"],
  ].map(([name, table]) => ({
    name: `the trigger ${name} gone`,
    sql: `drop trigger ${name} on ${table}`,
    check: `trigger ${name} on ${table}`,
    found: /missing/,
  })),
  {
    name: "an adapter that gives no recipient",
    sql:
      `create or replace function calendar_sync.deadline_of(obligation public.obligations) returns setof calendar_sync.deadline
      language sql stable security invoker rows 1 as $$
        select obligation.id, null::uuid, obligation.title, null::text, null::text, 'open', obligation.deadline_date,
          obligation.deadline_at, null::text, null::text where obligation.user_id is not null
      $$; drop index public.obligations_user_id_id_idx; create index obligations_user_id_id_idx on public.obligations (user_id, id)`,
    check: "adapter deadline_of",
    found: /recipient_id is null/,
    told: /docs\/embed\/adapt\.md/,
  },
  {
    name: "an adapter that fails",
    sql:
      `create or replace function calendar_sync.deadline_of(obligation public.obligations) returns setof calendar_sync.deadline
      language sql stable security invoker rows 1 as $$
        select obligation.id, obligation.user_id, (1 / (length(obligation.title) - length(obligation.title)))::text, null::text,
          null::text, 'open', obligation.deadline_date, obligation.deadline_at, null::text, null::text
      $$`,
    check: "adapter deadline_of",
    found: /it fails: division by zero/,
    told: /docs\/embed\/adapt\.md/,
  },
  {
    name: "no index from recipient to obligations",
    sql: `drop index public.obligations_user_id_id_idx`,
    check: "index from recipient to obligations",
    found: /reads all obligations/,
    told: /^create index on public\.obligations \(<the column that names the recipient>, <its key>\);$/,
  },
  {
    name: "a schema that the Data API shows",
    sql: `alter role authenticator set pgrst.db_schemas = 'public, calendar_admin, graphql_public'`,
    check: "exposed schemas",
    found: /none of its business/,
    beyond_postgres: true,
  },
  {
    name: "a function for everybody",
    sql: `grant execute on function public.calendar_claim(uuid, integer, integer) to anon`,
    check: "who may call functions",
    found: /calendar_claim/,
  },
  {
    name: "a function of the workers for users",
    sql: `grant execute on function public.calendar_retire(uuid, jsonb) to authenticated`,
    check: "who may call functions",
    found: /calendar_retire/,
  },
  {
    name: "a function of the administrators for the functions",
    sql: `grant execute on function calendar_admin.pause(uuid, text) to public`,
    check: "who may call functions",
    found: /calendar_admin\.pause/,
  },
  {
    name: "a function that the workers may not call",
    sql: `revoke execute on function public.calendar_claim(uuid, integer, integer) from service_role`,
    check: "who may call functions",
    found: /calendar_claim/,
  },
  {
    name: "a table that users write",
    sql: `grant update, delete on public.calendar_integrations to authenticated`,
    check: "who may read and write tables",
    found: /calendar_integrations/,
  },
  {
    name: "a column that users write",
    sql: `grant update (sync_enabled) on public.calendar_integrations to authenticated`,
    check: "who may read and write tables",
    found: /calendar_integrations/,
  },
  {
    name: "a table for whoever is not signed in",
    sql: `grant select (title) on calendar_sync.feed_items to anon`,
    check: "who may read and write tables",
    found: /feed_items/,
  },
  {
    name: "a table without row level security",
    sql: `alter table public.calendar_event_mappings disable row level security`,
    check: "who may read and write tables",
    found: /calendar_event_mappings/,
  },
  {
    name: "a day without a place for its activity",
    sql: `do $do$ begin execute 'drop table calendar_sync.activity_' || ${tomorrow}; end $do$`,
    check: "activity",
    found: /without a partition: activity_\d{8}/,
  },
  {
    name: "no question before many deletions",
    sql: `update calendar_sync.options set deletions_free = 100000`,
    check: "options",
    found: /100000/,
  },
  {
    name: "no options at all",
    sql: `delete from calendar_sync.options`,
    check: "options",
    found: /missing/,
  },
  {
    name: "a quota too small to sync with",
    sql: `update calendar_sync.providers set project_calls = 9, account_calls = 9 where name = 'outlook'`,
    check: "quota of outlook",
    found: /^9 calls of an account/,
    told: /account_calls = …/,
  },
  {
    name: "a client secret that a provider refuses",
    sql:
      `insert into auth.users (id, email) values ('a0000000-0000-4000-8000-000000000000', 'refused@example.com');
      insert into public.calendar_integrations (user_id, provider, status, last_error)
      values ('a0000000-0000-4000-8000-000000000000', 'outlook', 'active', '{"code": "configuration", "message": "…"}')`,
    check: "client of outlook",
    found: /1 accounts/,
    told:
      /supabase secrets set --env-file supabase\/\.env\.calendar\.local {3}-- client id and secret of Outlook/,
  },
];

/** The SQL of a mending command, with what only a person knows put in, as that person would. */
export function mendingSql(how_to_mend: string, stack: Stack): string {
  return how_to_mend
    .replace("https://<ref>.supabase.co", stack.apiUrl)
    .replace("<CALENDAR_SYNC_SECRET>", stack.syncSecret)
    .replace(/ {3}--.*$/, "");
}
