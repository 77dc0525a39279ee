import postgres from "postgres";
import { installExtensions } from "../../local/extensions/install.ts";
import { bootstrap } from "../../local/postgres/bootstrap.ts";
import { applyMigrations } from "../../local/postgres/migrate.ts";
import { startPostgres } from "../../local/postgres/server.ts";

/** A server whose databases all begin as the migrations leave one. */
export interface Databases {
  /**
   * Makes a database from the template.
   *
   * @param name not used before; lower case
   * @returns its URL, a superuser's
   */
  create(name: string): Promise<string>;
  stop(): Promise<void>;
}

/**
 * Starts an embedded PostgreSQL with the extensions and the migrations, and nothing else: no gateway, no functions and no
 * worker of pg_net or pg_cron.
 *
 * @throws Error with one line that says what went wrong; whatever was started is stopped again
 */
export async function startDatabases(): Promise<Databases> {
  const server = await startPostgres({ log: () => {} });
  try {
    await installExtensions(server.url);
    const password = crypto.randomUUID();
    await bootstrap({ url: server.url, passwords: { postgres: password } });
    await applyMigrations(withUser(server.url, "postgres", password));
  } catch (error: unknown) {
    await server.stop();
    throw error;
  }
  const admin = postgres(withDatabase(server.url, "template1"), { max: 1, onnotice: () => {} });
  return {
    async create(name) {
      // Measured on two busy cores: 170 ms, against 280 ms by way of the WAL.
      await admin`create database ${admin(name)} template postgres strategy file_copy`;
      return withDatabase(server.url, name);
    },
    async stop() {
      await admin.end({ timeout: 1 });
      await server.stop();
    },
  };
}

function withUser(url: string, user: string, password: string): string {
  const changed = new URL(url);
  changed.username = user;
  changed.password = password;
  return changed.toString();
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.toString();
}
