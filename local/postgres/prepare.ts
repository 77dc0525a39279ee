import { installExtensions, type StandIn } from "../extensions/install.ts";
import { bootstrap } from "./bootstrap.ts";
import { moveCronJobs } from "./cron-jobs.ts";
import { applyMigrations } from "./migrate.ts";

/** A database that is like a Supabase project with this one's migrations. */
export interface PreparedDatabase {
  /** Extensions that the server did not have. */
  readonly standIns: readonly StandIn[];
  /** As `authenticator`, whom the gateway signs in as. */
  readonly authenticatorUrl: string;
}

/**
 * Gives a server what a Supabase project has, and the migrations.
 *
 * @param url a superuser's
 * @param options.project see `applyMigrations`
 * @param options.embedded the server is ours: the migrations run as `postgres`, as they do when hosted, not as the superuser
 * @param options.is_migrated the migrations are there already
 * @param options.signal ends it after the step that is under way
 */
export async function prepareDatabase(
  url: string,
  options: {
    readonly embedded: boolean;
    readonly project?: string | undefined;
    readonly is_migrated?: boolean;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<PreparedDatabase> {
  const standIns = await installExtensions(url);
  options.signal?.throwIfAborted();
  const passwords = { authenticator: crypto.randomUUID(), postgres: crypto.randomUUID() };
  await bootstrap({
    url,
    passwords: options.embedded ? passwords : { authenticator: passwords.authenticator },
  });
  options.signal?.throwIfAborted();
  if (!options.is_migrated) {
    await applyMigrations(
      options.embedded ? withUser(url, "postgres", passwords.postgres) : url,
      options.project,
    );
  }
  options.signal?.throwIfAborted();
  await moveCronJobs(url);
  return { standIns, authenticatorUrl: withUser(url, "authenticator", passwords.authenticator) };
}

function withUser(url: string, user: string, password: string): string {
  const changed = new URL(url);
  changed.username = user;
  changed.password = password;
  return changed.toString();
}
