import assert from "node:assert/strict";
import { readEnv } from "../../../../supabase/functions/_shared/platform/env.ts";
import { warnOfExpiringSecret } from "../../../../supabase/functions/_shared/platform/secret-expiry.ts";

Deno.test("a client secret that ends within a month is a warning for the operator", () => {
  const variables: Record<string, string> = {
    SUPABASE_URL: "https://ref.supabase.co",
    MICROSOFT_CLIENT_ID: "id",
    MICROSOFT_CLIENT_SECRET: "not a real secret",
    MICROSOFT_CLIENT_SECRET_EXPIRES_ON: "2027-05-31",
    CALENDAR_STATE_SECRET: "s".repeat(32),
    CALENDAR_SYNC_SECRET: "t".repeat(32),
    CALENDAR_REDIRECT_URLS: "https://app.example.com/settings",
  };
  const env = readEnv((name) => variables[name]);
  const lines: string[] = [];
  const original = console.error;
  console.error = (line: string) => lines.push(line);
  try {
    warnOfExpiringSecret(env, "2027-04-30");
    assert.deepEqual(lines, []);
    warnOfExpiringSecret(env, "2027-05-01");
    warnOfExpiringSecret(env, "2027-06-02");
  } finally {
    console.error = original;
  }
  assert.deepEqual(lines.map((line) => JSON.parse(line).days_left), [30, -2]);
  assert.doesNotMatch(lines.join(), /not a real secret/);
});
