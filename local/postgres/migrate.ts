import { runSupabaseCli } from "../supabase-cli.ts";

/**
 * Applies `supabase/migrations` with the Supabase CLI.
 *
 * @param url of the role that shall own what they create
 * @param project the folder that holds `supabase/`; this repository where absent
 * @throws Error with the CLI's own reason
 */
export async function applyMigrations(url: string, project?: string): Promise<void> {
  const { success, stdout, stderr } = await runSupabaseCli(
    ["migration", "up", "--yes", `--remote=${url}`],
    project === undefined ? {} : { project },
  );
  if (success) return;
  const lines = `${stdout}\n${stderr}`.split("\n").map((line) => line.trim()).filter((line) =>
    /\w/.test(line)
  );
  throw new Error(`A migration failed: ${lines.slice(-4).join(" ").replaceAll(url, "the database")}`);
}
