import assert from "node:assert/strict";
import { readConfig } from "../../../settings/src/page/config.ts";
import { loadPage, type PageStrings } from "../../../settings/src/page/strings.ts";

const BUILT = {
  VITE_SUPABASE_URL: "https://ref.supabase.co",
  VITE_SUPABASE_PUBLISHABLE_KEY: "sb_publishable_built",
};
const OF_BUILD = {
  supabaseUrl: BUILT.VITE_SUPABASE_URL,
  publishableKey: BUILT.VITE_SUPABASE_PUBLISHABLE_KEY,
  demoUsers: [],
};

Deno.test("what is served with the page goes over what it was built with", () => {
  assert.deepEqual(readConfig("null", BUILT), OF_BUILD);
  assert.deepEqual(readConfig(`{ "locale": "de", "hide": ["webhooks"] }`, BUILT), {
    ...OF_BUILD,
    locale: "de",
    hide: ["webhooks"],
  });
  const served = { supabaseUrl: "http://127.0.0.1:54321", publishableKey: "sb_publishable_served" };
  assert.deepEqual(readConfig(JSON.stringify(served), BUILT), { ...served, demoUsers: [] });
  assert.deepEqual(readConfig(JSON.stringify(served), {}), { ...served, demoUsers: [] });
});

Deno.test("a page that nobody told its project says what to set", () => {
  for (const served of ["null", `{ "locale": "de" }`, `"de"`]) {
    assert.throws(() => readConfig(served, {}), /VITE_SUPABASE_URL and VITE_SUPABASE_PUBLISHABLE_KEY/);
  }
});

Deno.test("nothing that the page says around the settings is still English", async () => {
  const english = await loadPage("en");
  for (const language of ["de", "fr"] as const) {
    const words = await loadPage(language);
    const names = Object.keys(english) as (keyof PageStrings)[];
    assert.deepEqual(names.filter((name) => words[name] === english[name]), []);
  }
});
