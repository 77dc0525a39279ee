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
 * @param options.signal ends it after the step that is under way
 * @throws Error with one line that says what went wrong; whatever was started is stopped again
 */
export async function startPreparedServer(options: {
  readonly dataDir?: string;
  readonly project?: string;
  readonly template?: string;
  readonly signal?: AbortSignal | undefined;
  readonly log: (line: string) => void;
}): Promise<PreparedServer> {
  const { dataDir, project, template, signal } = options;
  const is_migrated = dataDir === undefined && template !== undefined;
  const server = await startPostgres(options);
  try {
    signal?.throwIfAborted();
    if (is_migrated) await moveSchedule(server);
    const prepared = await prepareDatabase(server.url, { embedded: true, project, is_migrated, signal });
    return { server, ...prepared };
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
