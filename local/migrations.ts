import { join } from "node:path";
import { ROOT } from "./paths.ts";

/** The schema as it is read, one concern a file, in the order of the file names. */
export const SCHEMAS_PATH = join(ROOT, "supabase", "schemas");
/** Until the first release there is one migration, and it follows from the schema files. */
export const BASELINE_MIGRATION_PATH = join(ROOT, "supabase", "migrations", "20261129000000_calendar.sql");

/** The schema files in their order: name and text. */
export async function readSchemas(): Promise<readonly { readonly name: string; readonly sql: string }[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(SCHEMAS_PATH)) if (name.endsWith(".sql")) names.push(name);
  return await Promise.all(
    names.sort().map(async (name) => ({ name, sql: await Deno.readTextFile(join(SCHEMAS_PATH, name)) })),
  );
}

/** The migration that makes the schema in an empty project. */
export async function renderBaselineMigration(): Promise<string> {
  const parts = (await readSchemas()).map(({ name, sql }) => `-- schemas/${name}\n\n${sql.trimEnd()}\n`);
  return `-- Made from supabase/schemas by npm run generate. Change those, not this.\n\n${parts.join("\n")}`;
}
