import postgres, { type Sql } from "postgres";
import { storeWorkerSecrets } from "../../local/demo-data.ts";
import { prepareDatabase } from "../../local/postgres/prepare.ts";
import { startPostgres } from "../../local/postgres/server.ts";

/** Never called: no pg_net runs here. */
const DOORBELL_URL = "http://127.0.0.1:9/functions/v1/calendar-sync";
const CONNECTIONS = 8;

/** The embedded server with our migrations and nothing beside it: no functions, no pg_net, no pg_cron. */
export interface Database {
  /** A superuser's. */
  readonly url: string;
  readonly sql: Sql;
  close(): Promise<void>;
}

/**
 * Starts a database of its own for one measurement.
 *
 * @param options.durable every commit reaches the disk, as when hosted; otherwise as the local platform runs it
 */
export async function openDatabase({ durable = false } = {}): Promise<Database> {
  const folder = durable ? await Deno.makeTempDir({ prefix: "ecocomply-bench-" }) : null;
  if (folder !== null) await Deno.chmod(folder, 0o755);
  const server = await startPostgres({
    log: () => {},
    ...(folder === null ? {} : { dataDir: `${folder}/data` }),
  });
  const stop = async () => {
    await server.stop();
    if (folder !== null) await Deno.remove(folder, { recursive: true });
  };
  try {
    await prepareDatabase(server.url, { embedded: true });
    const sql = postgres(server.url, { max: CONNECTIONS, onnotice: () => {} });
    await storeWorkerSecrets(sql, DOORBELL_URL, crypto.randomUUID());
    return {
      url: server.url,
      sql,
      async close() {
        await sql.end({ timeout: 1 });
        await stop();
      },
    };
  } catch (error: unknown) {
    await stop();
    throw error;
  }
}
