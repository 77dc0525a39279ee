import assert from "node:assert/strict";
import { formatLine, LINE_CHARACTERS_MAX } from "../../../../supabase/functions/_shared/platform/log-line.ts";

const lineOf = (fields: Record<string, unknown>) =>
  JSON.parse(formatLine("calendar", "info", "lane_run", fields, "2027-01-01T00:00:00.000Z"));

Deno.test("a line has what the platform expects first, in its order, whatever the order it was given in", () => {
  const line = lineOf({
    jobs: 3,
    request_id: "r",
    attempt: 2,
    error_code: "quota",
    integration_id: "i",
    success: false,
    duration_ms: 7,
    obligation_id: "o",
    user_id: "u",
    provider: "google",
    task: "sync",
  });
  assert.deepEqual(Object.keys(line), [
    "timestamp",
    "level",
    "service",
    "action",
    "provider",
    "user_id",
    "obligation_id",
    "duration_ms",
    "success",
    "integration_id",
    "error_code",
    "attempt",
    "request_id",
    "jobs",
    "task",
  ]);
});

Deno.test("what is not known is left out", () => {
  assert.deepEqual(Object.keys(lineOf({ provider: undefined })), ["timestamp", "level", "service", "action"]);
});

Deno.test("an error is its name, message and code, without its stack", () => {
  const error = Object.assign(new TypeError("no route to host"), { code: "EHOSTUNREACH" });
  assert.deepEqual(lineOf({ error }).error, {
    name: "TypeError",
    message: "no route to host",
    code: "EHOSTUNREACH",
  });
});

Deno.test("no line is longer than the platform keeps whole, and what every line has stays", () => {
  const text = `${"word ".repeat(1_000_000)}`;
  const long = formatLine("calendar", "error", "failed", { error: new Error(text) });
  assert.ok(long.length < 1_500);
  const many = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`field_${index}`, text]));
  const wide = formatLine("calendar", "error", "failed", { ...many, provider: "google", success: false });
  assert.ok(wide.length <= LINE_CHARACTERS_MAX);
  const { provider, success, cut } = JSON.parse(wide);
  assert.deepEqual({ provider, success, cut }, { provider: "google", success: false, cut: true });
});

Deno.test("lists and objects are bounded in length and depth", () => {
  const deep = { a: { b: { c: { d: { e: "below" } } } } };
  const line = lineOf({ deep, ids: Array.from({ length: 1000 }, (_, index) => index) });
  assert.equal(line.ids.length, 20);
  assert.doesNotMatch(JSON.stringify(line), /below/);
});
