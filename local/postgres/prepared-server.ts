import postgres from "postgres";
import { prepareDatabase, type PreparedDatabase } from "./prepare.ts";
import { type PostgresServer, startPostgres } from "./server.ts";

/** A server that is like a Supabase project with this one's migrations. */
export interface PreparedServer extends PreparedDatabase {
  readonly server: PostgresServer;
}

/**
 * Starts an embedded PostgreSQL with the extensions and the migrations.
 *
 * @param options.dataDir see `startPostgres`
 * @param options.project see `applyMigrations`
 * @param options.template the data directory of such a server, which was stopped: this one begins as its copy; not with dataDir
 * @throws Error with one line that says what went wrong; whatever was started is stopped again
 */
export async function startPreparedServer(options: {
  readonly dataDir?: string;
  readonly project?: string;
  readonly template?: string;
  readonly log: (line: string) => void;
}): Promise<PreparedServer> {
  const { dataDir, project, template } = options;
  const is_migrated = dataDir === undefined && template !== undefined;
  const server = await startPostgres(options);
  try {
    if (is_migrated) await moveSchedule(server);
    return { server, ...await prepareDatabase(server.url, { embedded: true, project, is_migrated }) };
  } catch (error: unknown) {
    await server.stop();
    throw error;
  }
}

/** pg_cron keeps with each job the port that its server had. */
async function moveSchedule({ url, port }: PostgresServer): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    await sql`update cron.job set nodeport = ${port}`;
  } finally {
    await sql.end();
  }
}
