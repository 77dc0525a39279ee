import { join } from "node:path";
import { ROOT } from "./paths.ts";

/** The schema as it is read, one concern a file, in the order of the file names. */
export const SCHEMAS_PATH = join(ROOT, "supabase", "schemas");
/** Which schema file begins a migration of its own; the other files belong to the one before them. */
const MIGRATIONS = [
  { first: "", name: "20261129000000_calendar.sql" },
  { first: "170_cron_jobs.sql", name: "20261129000100_calendar_cron_jobs.sql" },
] as const;

/** The schema files in their order: name and text. */
export async function readSchemas(): Promise<readonly { readonly name: string; readonly sql: string }[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(SCHEMAS_PATH)) if (name.endsWith(".sql")) names.push(name);
  return await Promise.all(
    names.sort().map(async (name) => ({ name, sql: await Deno.readTextFile(join(SCHEMAS_PATH, name)) })),
  );
}

/** The migrations that make the schema in an empty project: until the first release they follow from the schema files. */
export async function renderMigrations(): Promise<
  readonly { readonly path: string; readonly sql: string }[]
> {
  const schemas = await readSchemas();
  return MIGRATIONS.map(({ first, name: file }, index) => {
    const end = MIGRATIONS[index + 1]?.first;
    const parts = schemas.filter(({ name }) => name >= first && (end === undefined || name < end))
      .map(({ name, sql }) => `-- schemas/${name}\n\n${sql.trimEnd()}\n`);
    return {
      path: join(ROOT, "supabase", "migrations", file),
      sql: `-- Made from supabase/schemas by npm run generate. Change those, not this.\n\n${
        parts.join("\n")
      }`,
    };
  });
}
