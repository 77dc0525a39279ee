import assert from "node:assert/strict";
import { readProviders } from "../../../../supabase/functions/_shared/providers/registry.ts";

/** The providers that are to call us in an environment, and at which address. */
function pushPaths(
  variables: Readonly<Record<string, string>>,
): Readonly<Record<string, string | undefined>> {
  const given: Readonly<Record<string, string>> = {
    SUPABASE_URL: "https://project.supabase.co",
    GOOGLE_CLIENT_ID: "id",
    GOOGLE_CLIENT_SECRET: "secret",
    MICROSOFT_CLIENT_ID: "id",
    MICROSOFT_CLIENT_SECRET: "secret",
    ...variables,
  };
  const { value, problems } = readProviders((name) => given[name]);
  assert.deepEqual(problems, []);
  return Object.fromEntries([...value].map(([name, { push_path }]) => [name, push_path]));
}

const ALL = { google: "google", outlook: "microsoft", caldav: undefined };
const NONE = { google: undefined, outlook: undefined, caldav: undefined };

Deno.test("providers call us where they can reach us by https", () => {
  assert.deepEqual(pushPaths({}), ALL);
  assert.deepEqual(pushPaths({ SUPABASE_URL: "http://kong:8000" }), NONE);
  assert.deepEqual(pushPaths({ CALENDAR_PUBLIC_URL: "http://127.0.0.1:54321" }), NONE);
  assert.deepEqual(
    pushPaths({ SUPABASE_URL: "http://kong:8000", CALENDAR_PUBLIC_URL: "https://api.example.com" }),
    ALL,
  );
});

Deno.test("each is switched by a variable of its own", () => {
  assert.deepEqual(pushPaths({ GOOGLE_PUSH: "off" }), { ...ALL, google: undefined });
  assert.deepEqual(pushPaths({ SUPABASE_URL: "http://127.0.0.1:54321", MICROSOFT_PUSH: "on" }), {
    ...NONE,
    outlook: "microsoft",
  });
});

Deno.test("another word is a problem that names the variable", () => {
  const { problems } = readProviders((name) => name === "GOOGLE_PUSH" ? "yes" : undefined);
  assert.ok(problems.includes("GOOGLE_PUSH must be on or off"), problems.join("; "));
});
