import { join } from "node:path";
import { renderNextMigration, type SqlFile } from "./next-migration.ts";
import { ROOT } from "./paths.ts";
import { problemsOfReleases, releasedMigrations, type Releases } from "./releases.ts";

/** The schema as it is read, one concern a file, in the order of the file names. */
export const SCHEMAS_PATH = join(ROOT, "supabase", "schemas");
/** How installations get there. */
export const MIGRATIONS_PATH = join(ROOT, "supabase", "migrations");

/** The default table: a project with a table of its own leaves this migration out. */
const DEFAULT_TABLE = "335_obligations.sql";
/** Which schema file begins a migration of its own; the other files belong to the one before them. */
const MIGRATIONS = [
  { first: "", name: "20261129000000_calendar.sql" },
  { first: DEFAULT_TABLE, name: "20261129000050_calendar_obligations.sql" },
  { first: "340_cron_jobs.sql", name: "20261129000100_calendar_cron_jobs.sql" },
] as const;

/** The schema files in their order. */
export function readSchemas(): Promise<readonly SqlFile[]> {
  return readFolder(SCHEMAS_PATH);
}

/** The migrations that are checked in, in their order. */
export function readMigrations(): Promise<readonly SqlFile[]> {
  return readFolder(MIGRATIONS_PATH);
}

async function readFolder(folder: string): Promise<readonly SqlFile[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(folder)) if (name.endsWith(".sql")) names.push(name);
  return await Promise.all(
    names.sort().map(async (name) => ({ name, sql: await Deno.readTextFile(join(folder, name)) })),
  );
}

/** The migrations that make the schema in an empty project: until the first release they follow from the schema files. */
export function renderFirstMigrations(schemas: readonly SqlFile[]): readonly SqlFile[] {
  return MIGRATIONS.map(({ first, name: file }, index) => {
    const end = MIGRATIONS[index + 1]?.first;
    const parts = schemas.filter(({ name }) => name >= first && (end === undefined || name < end))
      .map(({ name, sql }) => `-- schemas/${name}\n\n${sql.trimEnd()}\n`);
    return {
      name: file,
      sql: `-- Made from supabase/schemas by npm run generate. Change those, not this.\n\n${
        parts.join("\n")
      }`,
    };
  });
}

/** Migrations to be written, and one that is to go since nothing is left for it to do. */
export interface MigrationChanges {
  readonly written: readonly SqlFile[];
  readonly removed: string | null;
}

/**
 * What has to be written so that the migrations lead to the schema files. Released migrations stay; what differs since then is one
 * migration, named after the version that it will be released with, and made anew until then.
 *
 * @param server_url see `renderNextMigration`
 * @param migrations those that are checked in
 * @param version of package.json
 * @param now the time, by which a migration that is not there yet is dated
 * @throws Error where a released migration has changed, or where the next one has to be written by hand
 */
export async function changeMigrations(options: {
  readonly server_url: string;
  readonly releases: Releases;
  readonly migrations: readonly SqlFile[];
  readonly schemas: readonly SqlFile[];
  readonly version: string;
  readonly now: Date;
}): Promise<MigrationChanges> {
  const { server_url, releases, migrations, schemas, version, now } = options;
  const [latest] = releases.slice(-1);
  if (latest === undefined) return { written: renderFirstMigrations(schemas), removed: null };
  const problems = problemsOfReleases(releases, migrations);
  if (problems.length > 0) throw new Error(problems.join("\n"));
  const end = `_calendar_${version.replaceAll(/[^0-9a-z]/g, "_")}.sql`;
  const released = releasedMigrations(releases);
  const pending = migrations.find(({ name }) => name.endsWith(end) && !released.has(name));
  const name = pending?.name ?? `${now.toISOString().replaceAll(/\D/g, "").slice(0, 14)}${end}`;
  const next = await renderNextMigration(server_url, migrations.filter((one) => one.name < name), schemas);
  if (next === null) return { written: [], removed: pending?.name ?? null };
  if (latest.version === version) {
    throw new Error(
      `supabase/schemas differs from ${version}, which was released: raise the version in package.json.`,
    );
  }
  if (next.not_everywhere.length > 0) {
    const by_hand = `_calendar_obligations${end.replace("_calendar", "")}`;
    throw new Error(
      `Projects with a table of their own have others of these, or none: ${
        next.not_everywhere.join(", ")
      }. ` +
        `Write their migration by hand, with a name that ends in ${by_hand}, dated before ${name}. ` +
        "A project with the default table and one of its own has replaced calendar_sync.accept_proposal too.",
    );
  }
  return { written: [{ name, sql: next.sql }], removed: null };
}
