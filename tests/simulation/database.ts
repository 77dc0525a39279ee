import postgres, { type Sql } from "postgres";
import { installExtensions } from "../../local/extensions/install.ts";
import { bootstrap } from "../../local/postgres/bootstrap.ts";
import { applyMigrations } from "../../local/postgres/migrate.ts";
import { startPostgres } from "../../local/postgres/server.ts";

/** A server whose databases are all alike. */
export interface Databases {
  /** @returns the address of a new one, a superuser's */
  create(name: string): Promise<string>;
  stop(): Promise<void>;
}

/** Starts PostgreSQL with a database that has every migration, to copy from. */
export async function startDatabases(): Promise<Databases> {
  const server = await startPostgres({ log: () => {} });
  try {
    await installExtensions(server.url);
    const password = crypto.randomUUID();
    await bootstrap({ url: server.url, passwords: { postgres: password } });
    const owner = new URL(server.url);
    owner.username = "postgres";
    owner.password = password;
    await applyMigrations(owner.toString());
    const sql = postgres(server.url, { max: 1, onnotice: () => {} });
    await sql.unsafe(SUPPORT);
    await sql.end();
    const elsewhere = new URL(server.url);
    elsewhere.pathname = "/template1";
    return {
      async create(name) {
        const admin = postgres(elsewhere.toString(), { max: 1, onnotice: () => {} });
        try {
          await admin.unsafe(`create database ${name} template postgres`);
        } finally {
          await admin.end();
        }
        const url = new URL(server.url);
        url.pathname = `/${name}`;
        return url.toString();
      },
      stop: () => server.stop(),
    };
  } catch (error: unknown) {
    await server.stop();
    throw error;
  }
}

/**
 * Time goes by: every instant that the engine keeps is moved into the past, whatever its column is called.
 *
 * @param seconds how much
 */
export async function shiftTime(sql: Sql, seconds: number): Promise<void> {
  await sql`select simulation.shift(make_interval(secs => ${seconds}))`;
}

/** What a history left behind, a line a table; also takes away what outlives users by design. */
export async function leftovers(sql: Sql): Promise<readonly string[]> {
  const rows = await sql<{ line: string }[]>`select simulation.leftovers() as line`;
  return rows.map(({ line }) => line);
}

const SUPPORT = `
create schema simulation;
create table simulation.shifts as
select format('update %s set %s where true', class.oid::regclass, string_agg(
  format('%1$I = %1$I - $1', attribute.attname), ', ')) as statement
from pg_class as class join pg_attribute as attribute on attribute.attrelid = class.oid
where class.relkind = 'r' and not class.relispartition and attribute.atttypid = 'timestamptz'::regtype and not attribute.attisdropped
  and (class.relnamespace = 'calendar_sync'::regnamespace
    or class.oid in ('public.calendar_integrations'::regclass, 'public.calendar_event_mappings'::regclass))
group by class.oid;

create function simulation.shift(by interval) returns void language plpgsql as $$
declare
  v_statement text;
begin
  set local session_replication_role = replica;
  for v_statement in select statement from simulation.shifts loop
    execute v_statement using by;
  end loop;
  set local session_replication_role = origin;
end $$;

create function simulation.leftovers() returns setof text language plpgsql as $$
declare
  v_table regclass;
  v_left bigint;
begin
  delete from calendar_sync.provider_calls;
  delete from calendar_sync.activity;
  delete from calendar_sync.incidents where kind <> 'enqueue';
  for v_table in
    select oid::regclass from pg_class where relkind = 'r' and relnamespace = 'calendar_sync'::regnamespace
      and relname not in ('quotas', 'gates', 'options')
    union all select unnest(array['public.obligations', 'public.calendar_integrations',
      'public.calendar_event_mappings', 'vault.secrets']::regclass[])
  loop
    execute format('select count(*) from %s', v_table) into v_left;
    if v_left > 0 then
      return next format('%s rows left in %s', v_left, v_table);
      execute format('delete from %s', v_table);
    end if;
  end loop;
end $$;
`;
