import assert from "node:assert/strict";
import { ROOT } from "../../../local/paths.ts";
import { ACTIONS } from "../../support/log-proof.ts";

Deno.test("every action that is logged is described, and no other", async () => {
  const sources = (await sourcesIn(`${ROOT}/supabase/functions`)).join("\n");
  const logged = [...sources.matchAll(/\blog(?:\.\w+|\[[^\]]+\])\(\s*"(\w+)"/g)].map(([, action]) => action);
  assert.ok(logged.length > 10);
  assert.deepEqual(ACTIONS.toSorted(), [...new Set(logged)].sort());
});

async function sourcesIn(folder: string): Promise<string[]> {
  const sources: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) sources.push(...await sourcesIn(path));
    else if (name.endsWith(".ts")) sources.push(await Deno.readTextFile(path));
  }
  return sources;
}
