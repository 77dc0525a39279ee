import { formatted } from "./format.ts";
import { ROOT } from "./paths.ts";
import { runSupabaseCli } from "./supabase-cli.ts";

/** Where the checked-in types are. */
export const DATABASE_TYPES_PATH = `${ROOT}/supabase/functions/_shared/platform/database.types.ts`;

/**
 * The types of schema `public`, as `supabase gen types` sees them on a running database, formatted.
 *
 * @throws Error with the CLI's reason
 */
export async function generateDatabaseTypes(databaseUrl: string): Promise<string> {
  const generated = await runSupabaseCli([
    "gen",
    "types",
    "--lang",
    "typescript",
    "--schema",
    "public",
    `--remote=${databaseUrl}`,
  ]);
  if (!generated.success) throw new Error(`supabase gen types: ${generated.stderr.trim()}`);
  return await formatted(generated.stdout, "ts");
}
