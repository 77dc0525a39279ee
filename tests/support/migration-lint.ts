import { join } from "node:path";
import { z } from "zod";
import type { SqlFile } from "../../local/next-migration.ts";
import { ROOT } from "../../local/paths.ts";

/** What squawk may say, and why it does not count. */
const EXCLUDED = [
  // An index on a big table takes what it takes; what would wait for it is bounded by lock_timeout.
  "require-statement-timeout",
  // `npm run add` and the Supabase CLI apply a migration once.
  "prefer-robust-stmts",
];

const Findings = z.array(z.object({ file: z.string(), rule_name: z.string(), message: z.string() }));

/** What a linter has against migrations: locks that are held for long, and what breaks the functions of the version before. */
export async function lintMigrations(files: readonly SqlFile[]): Promise<z.infer<typeof Findings>> {
  if (files.length === 0) return [];
  const folder = await Deno.makeTempDir({ prefix: "ecocomply-lint-" });
  try {
    for (const { name, sql } of files) await Deno.writeTextFile(join(folder, name), sql);
    const { stdout } = await new Deno.Command(join(ROOT, "node_modules/.bin/squawk"), {
      args: [
        ...["--reporter", "json", "--assume-in-transaction", "--pg-version", "15"],
        `--exclude=${EXCLUDED.join(",")}`,
        ...files.map(({ name }) => name),
      ],
      cwd: folder,
      stdin: "null",
    }).output();
    return Findings.parse(JSON.parse(new TextDecoder().decode(stdout)));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
