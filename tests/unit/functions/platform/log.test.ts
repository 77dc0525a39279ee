import assert from "node:assert/strict";
import { formatLine } from "../../../../supabase/functions/_shared/platform/log.ts";

Deno.test("a line is one JSON object with what the platform expects", () => {
  const line = JSON.parse(formatLine("info", "lane_run", { provider: "google", duration_ms: 7 }));
  assert.deepEqual(Object.keys(line), ["timestamp", "level", "service", "action", "provider", "duration_ms"]);
});

Deno.test("secrets are redacted by name, and the queries of addresses wherever they stand", () => {
  const line = formatLine("error", "failed", {
    access_token: "hidden-1",
    code: "hidden-2",
    error: new Error(
      "error sending request for url (https://x.example/callback?code=hidden-3&state=hidden-4)",
    ),
    note: "see https://x.example/?ticket=hidden-5",
  });
  assert.doesNotMatch(line, /hidden/);
  assert.match(line, /https:\/\/x\.example\/callback\?\[redacted\]/);
});
