import assert from "node:assert/strict";
import { ConfigurationError } from "../../../../supabase/functions/_shared/platform/env.ts";
import { configureLog } from "../../../../supabase/functions/_shared/platform/log.ts";
import {
  startFunction,
  warnOfInnerAddress,
} from "../../../../supabase/functions/_shared/platform/start-function.ts";
import { readProviders } from "../../../../supabase/functions/_shared/providers/registry.ts";
import { linesOf } from "../../../support/printed-lines.ts";

Deno.test("a function that cannot start says in a line of its own which variables it lacks", async () => {
  const given = Deno.env.get("CALENDAR_STATE_SECRET");
  Deno.env.delete("CALENDAR_STATE_SECRET");
  try {
    const lines = await linesOf(() => {
      assert.throws(() => startFunction("calendar-feed", readProviders), ConfigurationError);
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

Deno.test("an address that nobody outside knows is a warning, and no other is", async () => {
  const warned = async (public_url: string) =>
    (await linesOf(() => warnOfInnerAddress({ public_url })))[0]?.action;
  for (const inner of ["http://kong:8000", "http://api.supabase.internal:8000", "http://supabase_kong_app"]) {
    assert.equal(await warned(inner), "public_url_is_inner", inner);
  }
  for (
    const outer of [
      "https://ref.supabase.co",
      "http://127.0.0.1:54321",
      "http://localhost:1",
      "http://[::1]:1",
    ]
  ) {
    assert.equal(await warned(outer), undefined, outer);
  }
});
