import assert from "node:assert/strict";
import {
  configureLog,
  isSampled,
  log,
  type LogSettings,
} from "../../../../supabase/functions/_shared/platform/log.ts";
import {
  actFor,
  addToSummary,
  bindToLog,
  inLogScope,
  logScope,
  requestIdOf,
} from "../../../../supabase/functions/_shared/platform/log-scope.ts";
import { linesOf } from "../../../support/printed-lines.ts";

const SETTINGS: LogSettings = { service: "calendar-sync", level: "info", sample: 1 };
const USER_ID = "8f2d6f0e-58a5-4c54-9d6a-1f0f3a1b2c3d";

/** What is printed with these settings while something is done. */
async function printed(settings: Partial<LogSettings>, act: () => void | Promise<void>) {
  configureLog({ ...SETTINGS, ...settings });
  try {
    return await linesOf(act);
  } finally {
    configureLog({ ...SETTINGS, service: "calendar" });
  }
}

Deno.test("a level lets through what is as urgent, or more", async () => {
  for (const [level, wanted] of [["debug", 4], ["info", 3], ["warn", 2], ["error", 1]] as const) {
    const lines = await printed({ level }, () => {
      for (const urgency of ["debug", "info", "warn", "error"] as const) log[urgency]("request");
    });
    assert.deepEqual(lines.map((line) => line.level), ["debug", "info", "warn", "error"].slice(4 - wanted));
    assert.ok(lines.every(({ service }) => service === "calendar-sync"));
  }
});

Deno.test("what belongs to a request carries its ids, in whatever is awaited, and nothing else does", async () => {
  const lines = await printed({}, async () => {
    await Promise.all(["one", "two"].map((id) =>
      inLogScope(id, { provider: "google" }, async () => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        actFor(USER_ID);
        bindToLog({ bound: id });
        addToSummary({ summed: id });
        log.info("connected");
        log.info("lane_run", { ...logScope()?.summary });
      })
    ));
    log.info("started");
  });
  for (const id of ["one", "two"]) {
    const [inside, summed_up] = lines.filter(({ request_id }) => request_id === id);
    assert.deepEqual(
      [inside?.action, inside?.user_id, inside?.provider, inside?.["bound"], inside?.["summed"]],
      ["connected", USER_ID, "google", id, undefined],
    );
    assert.equal(summed_up?.["summed"], id);
  }
  const outside = lines.find(({ action }) => action === "started");
  assert.deepEqual([outside?.request_id, outside?.user_id], [undefined, undefined]);
});

Deno.test("of the requests that went well a share is kept, all their lines or none", async () => {
  const ids = Array.from({ length: 2000 }, () => crypto.randomUUID());
  const lines = await printed({ sample: 0.25 }, () => {
    for (const id of ids) {
      inLogScope(id, {}, () => {
        log.info("consent_begun");
        log.info("consent_ended", { success: true });
      });
    }
  });
  const kept = new Set(lines.map(({ request_id }) => request_id));
  assert.equal(lines.length, 2 * kept.size);
  assert.ok(kept.size > 400 && kept.size < 600, String(kept.size));
});

Deno.test("failures, warnings and what belongs to no request are kept, whatever the share", async () => {
  const lines = await printed({ sample: 0 }, () => {
    inLogScope("a", {}, () => {
      log.info("request", { success: true });
      log.info("lane_run", { success: false });
      log.warn("claim_failed");
      log.error("callback_failed");
    });
    log.info("started");
  });
  assert.deepEqual(lines.map(({ action }) => action), [
    "lane_run",
    "claim_failed",
    "callback_failed",
    "started",
  ]);
});

Deno.test("a share of 1 keeps every request, of 0 none", () => {
  const ids = Array.from({ length: 1000 }, () => crypto.randomUUID());
  assert.ok(ids.every((id) => isSampled(id, 1) && !isSampled(id, 0)));
});

Deno.test("a caller's id is taken where it is fit for a log", () => {
  for (const fit of ["a", "0af7651916cd43dd8448eb211c80319c", "page.call-1_x", "x".repeat(64)]) {
    assert.equal(requestIdOf(fit), fit);
  }
  for (const unfit of ["", " ", "a b", "x".repeat(65), '{"a":1}', "a\nb", "ü", null, undefined]) {
    assert.match(requestIdOf(unfit), /^[0-9a-f-]{36}$/);
  }
});
