import assert from "node:assert/strict";
import { ROOT } from "../../../local/paths.ts";
import { PROVIDER_NAMES } from "../../../supabase/functions/_shared/providers/registry.ts";
import { textFiles } from "../../support/text-files.ts";

/** What providers are called in code, their companies and their environment variables included. */
const NAME = new RegExp([...PROVIDER_NAMES, "microsoft"].join("|"), "i");

/** A code of the Calendar API: of a server, not of a provider. */
const CODE = /\bnot_caldav\b/g;

/** Files and folders that may name providers, or programs that are called like them, and why. */
const MAY_NAME = [
  ...PROVIDER_NAMES.map((name) => `supabase/functions/_shared/providers/${name}/`),
  "supabase/functions/_shared/providers/registry.ts",
  "supabase/functions/_shared/providers/notification-readers.ts",
  // Programs that read feeds.
  "supabase/functions/_shared/feeds/clients.ts",
  "supabase/schemas/055_feeds.sql",
  // A property of iCalendar.
  "supabase/functions/calendar-feed/icalendar.ts",
  // The page's words, colours and links.
  "settings/src/strings.ts",
  "settings/src/strings/de/",
  "settings/src/strings/fr/",
  "settings/src/late-strings.ts",
  "settings/src/calendar/providers.tsx",
  "settings/src/feeds/client-links.ts",
  // Written from the API's document, which has the names from the registry.
  "settings/src/api/schema.ts",
] as const;

/** Code without comments; in SQL also without the comments that the database keeps. */
function codeOf(path: string, content: string): string {
  return path.endsWith(".sql")
    ? content.replace(/--.*$/gm, "").replace(/^comment on [\s\S]*?;$/gm, "")
    : content.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "");
}

/** Lines of code that name a provider where it has no place. */
async function strayNames(folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { path, content } of textFiles(ROOT, folder)) {
    if (!/\.(tsx?|sql)$/.test(path) || MAY_NAME.some((allowed) => path.startsWith(allowed))) continue;
    const named = codeOf(path, content).replace(CODE, "").split("\n").filter((line) => NAME.test(line));
    found.push(...named.map((line) => `${path}: ${line.trim()}`));
  }
  return found;
}

Deno.test("functions and page name a provider in its folder, the registry and the page's words alone", async () => {
  assert.deepEqual([...await strayNames("supabase/functions"), ...await strayNames("settings/src")], []);
});

Deno.test("the database names providers in their rows alone", async () => {
  const found = await strayNames("supabase/schemas");
  const rows = found.filter((line) =>
    /^supabase\/schemas\/025_providers\.sql: \('[a-z]+', '[A-Z]/.test(line)
  );
  assert.deepEqual(found, rows);
  assert.equal(rows.length, PROVIDER_NAMES.length);
});

Deno.test("the folders of the providers are those of the registry", async () => {
  const folders = [];
  for await (const { name, isDirectory } of Deno.readDir(`${ROOT}/supabase/functions/_shared/providers`)) {
    if (isDirectory) folders.push(name);
  }
  assert.deepEqual(folders.sort(), [...PROVIDER_NAMES].sort());
});

Deno.test("every file that may name a provider is there, and does", async () => {
  for (const path of MAY_NAME.filter((allowed) => !allowed.endsWith("/"))) {
    assert.match(codeOf(path, await Deno.readTextFile(`${ROOT}/${path}`)), NAME, path);
  }
});
