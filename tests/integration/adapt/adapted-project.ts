import { join } from "node:path";
import { ROOT } from "../../../local/paths.ts";
import { type Example, examplesUnder } from "../../support/doc-examples.ts";

const HEADING = "Another table";

/**
 * A copy of `supabase/` that was changed as docs/adapt.md says, step by step.
 *
 * @param examples of docs/adapt.md
 * @returns the folder that holds it; the caller removes it
 */
export async function createAdaptedProject(examples: readonly Example[]): Promise<string> {
  const project = await Deno.makeTempDir({ prefix: "ecocomply-adapted-" });
  const migrations = join(project, "supabase", "migrations");
  await run(ROOT, "cp", "-R", "supabase", project);
  for (const script of examplesUnder(examples, HEADING, "sh")) await run(project, "sh", "-euc", script);
  const [table, adapter, members, ...more] = examplesUnder(examples, HEADING, "sql");
  if (table === undefined || adapter === undefined || members === undefined || more.length > 0) {
    throw new Error(`"${HEADING}" has other SQL than a table, an adapter and the triggers of its members.`);
  }
  await Deno.writeTextFile(join(migrations, "20261124000200_duties.sql"), table);
  await Deno.writeTextFile(join(migrations, "20261124000300_adapter.sql"), adapter);
  await Deno.writeTextFile(join(migrations, "20261124000710_duty_members.sql"), members);
  return project;
}

async function run(cwd: string, command: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(command, { args, cwd }).output();
  if (!success) throw new Error(`${command} failed: ${new TextDecoder().decode(stderr)}`);
}
