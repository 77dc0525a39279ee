import { join } from "node:path";
import { ROOT } from "../paths.ts";

/**
 * Applies `supabase/migrations` with the Supabase CLI.
 *
 * @param url of the role that shall own what they create
 * @throws Error with the CLI's own reason
 */
export async function applyMigrations(url: string): Promise<void> {
  const { success, stdout, stderr } = await new Deno.Command(join(ROOT, "node_modules", ".bin", "supabase"), {
    args: ["migration", "up", "--yes", `--remote=${url}`],
    cwd: ROOT,
    env: { DO_NOT_TRACK: "1", SUPABASE_TELEMETRY_DISABLED: "1", NO_COLOR: "1" },
    stdin: "null",
  }).output();
  if (success) return;
  const decoder = new TextDecoder();
  const lines = `${decoder.decode(stdout)}\n${decoder.decode(stderr)}`.split("\n").filter((line) =>
    line.trim() !== ""
  );
  const reason = lines.filter((line) => !line.startsWith("Try rerunning")).slice(-3).join(" ").replace(
    url,
    "the database",
  );
  throw new Error(`A migration failed: ${reason}`);
}
