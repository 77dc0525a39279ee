import { join } from "node:path";
import { installExtensions } from "./extensions/install.ts";
import { changeMigrations, MIGRATIONS_PATH, readMigrations, readSchemas } from "./migrations.ts";
import { startPostgres } from "./postgres/server.ts";
import { readReleases } from "./releases.ts";

/**
 * Writes what leads from the released migrations to the schema files.
 *
 * @param version of package.json
 * @throws Error see `changeMigrations`
 */
export async function writeMigrations(version: string): Promise<void> {
  const server = await startPostgres({ log: () => {} });
  try {
    await installExtensions(server.url);
    const { written, removed } = await changeMigrations({
      server_url: server.url,
      releases: await readReleases(),
      migrations: await readMigrations(),
      schemas: await readSchemas(),
      version,
      now: new Date(),
    });
    for (const { name, sql } of written) await Deno.writeTextFile(join(MIGRATIONS_PATH, name), sql);
    if (removed !== null) await Deno.remove(join(MIGRATIONS_PATH, removed));
  } finally {
    await server.stop();
  }
}
