// Makes once what the tests of a run share; the arguments are a folder that is not there yet, for the database that their
// stacks are copies of, and a file for the keys of their emulators.
import assert from "node:assert/strict";
import { startPreparedServer } from "../../local/postgres/prepared-server.ts";
import { makeSigningKeys } from "../../local/providers/signing-key.ts";
import { buildPage, DEMO_PAGE } from "../../local/settings/build.ts";
import { findChromium } from "../browser/support/chromium.ts";

const [template, keys] = Deno.args;
assert.ok(template && keys, "Name a folder and a file.");

const made = await Promise.allSettled([
  makeTemplate(template),
  makeSigningKeys().then((text) => Deno.writeTextFile(keys, text, { mode: 0o600 })),
  buildPage({ log: () => {} }),
  buildPage({ project: DEMO_PAGE, log: () => {} }),
  findChromium(),
]);
for (const outcome of made) {
  if (outcome.status === "rejected") console.error(String(outcome.reason));
}
// Without the pages or the browser some tests fail, and say so themselves.
Deno.exit(made[0].status === "fulfilled" && made[1].status === "fulfilled" ? 0 : 1);

async function makeTemplate(dataDir: string): Promise<void> {
  const { server } = await startPreparedServer({ dataDir, log: console.error });
  await server.stop();
}
