import assert from "node:assert/strict";
import { warnOfExpiringSecret } from "../../../../../supabase/functions/_shared/providers/outlook/secret-expiry.ts";

Deno.test("a client secret that ends within a month is a warning for the operator", () => {
  const env = {
    client_id: "id",
    client_secret: "not a real secret",
    client_secret_expires_on: "2027-05-31",
    authority_url: "https://login.microsoftonline.com/common/v2.0",
    graph_url: "https://graph.microsoft.com/v1.0",
  };
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
