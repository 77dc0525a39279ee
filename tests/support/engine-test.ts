import type { Sql } from "postgres";
import { startDatabases } from "./database.ts";
import { type Engine, type EngineOptions, openEngine } from "./engine.ts";

/** One statement about the engine and what shows it. */
export interface Behaviour {
  readonly name: string;
  readonly options?: EngineOptions;
  /** It changes more than rows that follow from users, or very many: nobody uses its database after it. */
  readonly own_database?: boolean;
  show(engine: Engine): Promise<void>;
}

/** Shows each behaviour on a database that holds nothing; one server serves them all. */
export function testEngine(concern: string, behaviours: readonly Behaviour[]): void {
  Deno.test({ name: concern, sanitizeOps: false, sanitizeResources: false }, async (t) => {
    const databases = await startDatabases();
    try {
      let shared: string | null = null;
      for (const [index, { name, options, own_database = false, show }] of behaviours.entries()) {
        await t.step(name, async () => {
          const url: string = own_database || shared === null
            ? await databases.create(`behaviour_${index}`)
            : shared;
          if (!own_database) shared = url;
          const engine = openEngine(url, options);
          try {
            // A new database takes 170 to 280 ms on two busy cores, this a tenth of it.
            await forgetAll(engine.sql);
            await show(engine);
          } finally {
            await engine.close();
          }
        });
      }
    } finally {
      await databases.stop();
    }
  });
}

async function forgetAll(sql: Sql): Promise<void> {
  await sql`delete from auth.users`;
  await sql`delete from public.obligations`;
  await sql`delete from public.calendar_integrations`;
  await sql`delete from calendar_sync.deliveries`;
  await sql`delete from calendar_sync.webhooks`;
  await sql`delete from calendar_sync.changes`;
  await sql`delete from calendar_sync.incidents`;
  await sql.begin(async (maintenance) => {
    await maintenance`select set_config('calendar_sync.activity_may_change', 'yes', true)`;
    await maintenance`delete from calendar_sync.activity`;
  });
  await sql`delete from calendar_sync.provider_calls`;
  await sql`
    update calendar_sync.providers set unreachable = '{}', open_since = null, probe_at = null, quota_until = null`;
  await sql`
    update calendar_sync.push_setup set providers = '{}', any_calendar = false, public_url = null, reported_at = null`;
  await sql`delete from net.http_request_queue`;
  await sql`delete from vault.secrets`;
}
