import assert from "node:assert/strict";
import { ROOT } from "../../../local/paths.ts";
import { textFiles } from "../../support/text-files.ts";

Deno.test("a schema file that is named somewhere exists", async () => {
  const exists = new Set<string>();
  for await (const { name } of Deno.readDir(`${ROOT}/supabase/schemas`)) exists.add(name);
  const stale: string[] = [];
  for (const folder of ["supabase", "docs", "local", "tests", "bench"]) {
    for await (const { path, content } of textFiles(ROOT, folder)) {
      if (path.startsWith("supabase/migrations/")) continue;
      const named = content.match(/\b\d{3}_[a-z_]+\.sql\b/g) ?? [];
      stale.push(...named.filter((name) => !exists.has(name)).map((name) => `${path}: ${name}`));
    }
  }
  assert.deepEqual(stale, []);
});
