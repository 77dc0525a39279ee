import { join } from "node:path";
import { ROOT } from "./paths.ts";

/** What a run of the Supabase CLI said. */
export interface CliResult {
  readonly success: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs the pinned Supabase CLI, without telemetry and without questions.
 *
 * @param args such as `["gen", "types", "--remote=postgresql://…"]`
 * @param options.project the folder that holds `supabase/`; the repository where absent
 * @param options.env variables beside those of this process
 */
export async function runSupabaseCli(
  args: readonly string[],
  options: { readonly project?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<CliResult> {
  // The embedded server speaks no TLS, and the CLI would say so in the middle of its output.
  const isLoopback = args.some((argument) => argument.includes("@127.0.0.1:"));
  const { success, stdout, stderr } = await new Deno.Command(join(ROOT, "node_modules", ".bin", "supabase"), {
    args: [...args],
    cwd: options.project ?? ROOT,
    env: {
      DO_NOT_TRACK: "1",
      SUPABASE_TELEMETRY_DISABLED: "1",
      NO_COLOR: "1",
      ...options.env,
      ...(isLoopback ? { PGSSLMODE: "disable" } : {}),
    },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { success, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}
