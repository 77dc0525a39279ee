import assert from "node:assert/strict";
import type { Fault } from "../../../local/providers/faults.ts";
import { startGoogleEmulator } from "../../../local/providers/google/server.ts";
import { editAsPerson } from "../../support/person.ts";
import { ADA } from "../../support/subjects/subject.ts";
import { linesOf, newRedirect, runCheck, type Setting } from "./check.ts";

const BY_HAND = "an event that its user deleted in the app can be patched back";
const BROUGHT_BACK = "an event that we deleted can be patched back";

const TOO_FAST: Fault = {
  match: { method: "POST", path: "/events$" },
  kind: "status",
  status: 403,
  reason: "userRateLimitExceeded",
  times: 1,
};

Deno.test({
  name: "live-check of Google",
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async (t) => {
    const { port, redirect_uri } = await newRedirect();
    const emulator = await startGoogleEmulator({
      client: { id: "client", secret: "no real secret", redirect_uris: [redirect_uri] },
      quota_per_minute_per_user: null,
    });
    const { state } = emulator;
    const folder = await Deno.makeTempDir();
    const setting: Setting = {
      args: ["google"],
      port,
      noted_at: `${folder}/calendars.json`,
      env: {
        GOOGLE_CLIENT_ID: "client",
        GOOGLE_CLIENT_SECRET: "no real secret",
        GOOGLE_AUTHORITY_URL: emulator.url,
        GOOGLE_API_URL: emulator.url,
      },
    };
    const calendars = () => [...state.accounts.get(ADA)?.calendars.keys() ?? []];
    try {
      await t.step("all that can be tried holds in the emulator, and nothing is left", async () => {
        const run = await runCheck(setting);
        assert.deepEqual(linesOf(run, "DOES NOT HOLD"), [], run.lines.join("\n"));
        assert.equal(run.exit_code, 0);
        assert.ok(linesOf(run, "holds").length > 50, run.lines.join("\n"));
        assert.ok(linesOf(run, "could not be tried").includes(BY_HAND));
        assert.deepEqual(calendars(), [ADA]);
        assert.equal(await Deno.readTextFile(setting.noted_at), "[]\n");
        const printed = run.lines.join("\n");
        for (const { value } of state.issued) assert.ok(!printed.includes(value));
      });
      await t.step("an event that cannot be brought back is told of", async () => {
        state.restore_allowed = false;
        const run = await runCheck({
          ...setting,
          args: ["google", "--by-hand"],
          // A limit of quick writes is no finding: what met it is tried again.
          onLine: (line) => {
            if (line.includes("conformance suite")) emulator.faults.set([TOO_FAST]);
          },
          answers: [[/delete the event/, async () => {
            const found = [...state.accounts.get(ADA)?.calendars.values() ?? []].flatMap(({ id, events }) =>
              [...events.values()].filter((event) => String(event["summary"]).startsWith("Delete me"))
                .map((event) => ({ calendar_id: id, event_id: event.id }))
            );
            for (const place of found) {
              await editAsPerson(emulator, { account: ADA, ...place, edit: { kind: "delete" } });
            }
            return "";
          }]],
        });
        state.restore_allowed = true;
        emulator.faults.clear();
        assert.deepEqual(linesOf(run, "DOES NOT HOLD"), [BROUGHT_BACK, BY_HAND]);
        assert.equal(linesOf(run, "could not be tried").length, 2, run.lines.join("\n"));
        assert.equal(run.exit_code, 1);
      });
      await t.step("it cleans up where it is stopped", async () => {
        const run = await runCheck({
          ...setting,
          onLine: (line, terminal) => {
            if (line.includes(BROUGHT_BACK)) terminal.stop();
          },
        });
        assert.equal(run.exit_code, 130);
        assert.deepEqual(calendars(), [ADA]);
      });
      await t.step("a second run deletes what a first one could not", async () => {
        const fault = { match: { method: "DELETE", path: "^/calendar/v3/calendars/[^/]+$" }, status: 503 };
        const first = await runCheck({
          ...setting,
          onLine: (line, terminal) => {
            if (!line.includes(BROUGHT_BACK)) return;
            emulator.faults.set([{ ...fault, kind: "status", reason: "backendError" }]);
            terminal.stop();
          },
        });
        assert.equal(first.exit_code, 2);
        assert.equal(calendars().length, 3);
        emulator.faults.clear();
        const second = await runCheck({ ...setting, args: ["google", "--clean"] });
        assert.equal(second.exit_code, 0);
        assert.deepEqual(calendars(), [ADA]);
        assert.ok(second.lines.includes("Deleted 2 calendars of an earlier run."));
      });
    } finally {
      await emulator.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
