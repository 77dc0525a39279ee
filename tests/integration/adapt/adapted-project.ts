import { join } from "node:path";
import { ROOT } from "../../../local/paths.ts";
import { type Example, examplesUnder } from "../../support/doc-examples.ts";

const HEADING = "Your own table";
/** Later than every migration of ours, as `supabase migration new` names one. */
const MIGRATION = "29990101000000_watch_duties.sql";

/**
 * A copy of `supabase/` with the migration that docs/embed/adapt.md describes. No file of ours is changed.
 *
 * @param examples of docs/embed/adapt.md
 * @returns the folder that holds it; the caller removes it
 */
export async function createAdaptedProject(examples: readonly Example[]): Promise<string> {
  const project = await Deno.makeTempDir({ prefix: "ecocomply-adapted-" });
  await run(ROOT, "cp", "-R", "supabase", project);
  const statements = examplesUnder(examples, HEADING, "sql");
  if (statements.length !== 4) {
    throw new Error(
      `"${HEADING}" has other SQL than the tables, the adapter, watch and the end of the default table.`,
    );
  }
  await Deno.writeTextFile(join(project, "supabase", "migrations", MIGRATION), statements.join("\n"));
  return project;
}

async function run(cwd: string, command: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(command, { args, cwd }).output();
  if (!success) throw new Error(`${command} failed: ${new TextDecoder().decode(stderr)}`);
}
