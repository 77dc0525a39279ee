import assert from "node:assert/strict";
import { PASSWORD, startCalDavEmulator } from "../../../local/providers/caldav/server.ts";
import { beOdd } from "../../support/subjects/caldav-subject.ts";
import { ADA } from "../../support/subjects/subject.ts";
import { linesOf, newRedirect, runCheck, type Setting } from "./check.ts";

Deno.test({
  name: "live-check of a CalDAV server",
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async (t) => {
    const { port } = await newRedirect();
    const emulator = await startCalDavEmulator();
    const { state } = emulator;
    const folder = await Deno.makeTempDir();
    const setting: Setting = {
      args: ["caldav"],
      port,
      noted_at: `${folder}/calendars.json`,
      env: {},
      answers: [[/^Server/, () => emulator.url], [/^User name/, () => ADA], [/^Password/, () => PASSWORD]],
    };
    const slugs = () => [...state.accounts.get(ADA)?.calendars.keys() ?? []];
    const slugs_before = slugs();
    try {
      await t.step("all that can be tried holds in the emulator, and nothing is left", async () => {
        const run = await runCheck(setting);
        assert.deepEqual(linesOf(run, "DOES NOT HOLD"), [], run.lines.join("\n"));
        assert.equal(run.exit_code, 0);
        assert.ok(linesOf(run, "holds").length > 50, run.lines.join("\n"));
        assert.deepEqual(slugs(), slugs_before);
        assert.ok(!run.lines.join("\n").includes(PASSWORD));
      });
      await t.step("a UID that stays taken is told of", async () => {
        beOdd(emulator, { burned_uids: true });
        const run = await runCheck(setting);
        assert.deepEqual(linesOf(run, "DOES NOT HOLD"), ["a UID that was deleted is taken again"]);
        assert.equal(run.exit_code, 1);
      });
      await t.step("a server that makes no calendar is told of, and nothing is tried elsewhere", async () => {
        beOdd(emulator, { mkcalendar: "refused" });
        const revision = state.revision;
        const run = await runCheck(setting);
        assert.deepEqual(linesOf(run, "DOES NOT HOLD"), ["calendars of our own can be made"]);
        assert.deepEqual(linesOf(run, "could not be tried"), ["everything else"]);
        assert.equal(state.revision, revision);
      });
    } finally {
      await emulator.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
