import assert from "node:assert/strict";
import { ConfigurationError } from "../../../../supabase/functions/_shared/platform/env.ts";
import { configureLog } from "../../../../supabase/functions/_shared/platform/log.ts";
import { startFunction } from "../../../../supabase/functions/_shared/platform/start-function.ts";
import { linesOf } from "../../../support/printed-lines.ts";

Deno.test("a function that cannot start says in a line of its own which variables it lacks", async () => {
  const given = Deno.env.get("CALENDAR_STATE_SECRET");
  Deno.env.delete("CALENDAR_STATE_SECRET");
  try {
    const lines = await linesOf(() => {
      assert.throws(() => startFunction("calendar-feed"), ConfigurationError);
    });
    const [line] = lines;
    assert.deepEqual([lines.length, line?.service, line?.level, line?.action, line?.error_code], [
      1,
      "calendar-feed",
      "error",
      "not_started",
      "configuration",
    ]);
    assert.match(JSON.stringify(line?.["error"]), /CALENDAR_STATE_SECRET is missing/);
  } finally {
    if (given !== undefined) Deno.env.set("CALENDAR_STATE_SECRET", given);
    configureLog({ service: "calendar", level: "info", sample: 1 });
  }
});
