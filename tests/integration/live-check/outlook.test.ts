import assert from "node:assert/strict";
import { startOutlookEmulator } from "../../../local/providers/outlook/server.ts";
import { ADA } from "../../support/subjects/subject.ts";
import { startReceiver } from "../../support/receiver.ts";
import { answerGraph } from "../providers/outlook/notifications.ts";
import { linesOf, newRedirect, runCheck, type Setting } from "./check.ts";

Deno.test({
  name: "live-check of Outlook",
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async (t) => {
    const { port, redirect_uri } = await newRedirect();
    const emulator = await startOutlookEmulator({
      client: { id: "client", secret: "no real secret", redirect_uris: [redirect_uri] },
      quota_per_10_minutes: null,
    });
    const { state } = emulator;
    const folder = await Deno.makeTempDir();
    const setting: Setting = {
      args: ["outlook"],
      port,
      noted_at: `${folder}/calendars.json`,
      env: {
        MICROSOFT_CLIENT_ID: "client",
        MICROSOFT_CLIENT_SECRET: "no real secret",
        MICROSOFT_AUTHORITY_URL: emulator.authority_url,
        MICROSOFT_GRAPH_URL: emulator.graph_url,
      },
    };
    const names = () => [...state.accounts.get(ADA)?.calendars.values() ?? []].map(({ name }) => name);
    const names_before = names();
    try {
      await t.step("all that can be tried holds in the emulator, and nothing is left", async () => {
        const run = await runCheck(setting);
        assert.deepEqual(linesOf(run, "DOES NOT HOLD"), [], run.lines.join("\n"));
        assert.equal(run.exit_code, 0);
        assert.ok(linesOf(run, "holds").length > 50, run.lines.join("\n"));
        assert.deepEqual(names(), names_before);
        const printed = run.lines.join("\n");
        for (const { value } of state.issued) assert.ok(!printed.includes(value));
      });
      await t.step("a transaction id that is free again, and a short channel, are told of", async () => {
        state.burn_transaction_ids = false;
        state.channel_life_s = 3600;
        const receiver = startReceiver(answerGraph);
        const run = await runCheck({ ...setting, args: ["outlook", "--channel-url", receiver.url] });
        await receiver.close();
        state.burn_transaction_ids = true;
        assert.deepEqual(linesOf(run, "DOES NOT HOLD"), [
          "a deleted event's transactionId stays taken",
          "a channel of our own calendar is granted, lives for 7 days, and can be ended",
        ]);
        assert.ok(
          run.lines.some((line) => line.includes("granted for 0.04 days; its end: done")),
          run.lines.join("\n"),
        );
        assert.equal(run.exit_code, 1);
      });
    } finally {
      await emulator.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
