import assert from "node:assert/strict";
import { until } from "../../../support/calendar-api.ts";
import { assertAccessible } from "../../support/axe.ts";
import { screenshot } from "../../support/screenshot.ts";
import { type Behaviour, openSettings } from "../living-scene.ts";

const TITLE = "Test from EcoComply";

export const TEST_EVENT: readonly Behaviour[] = [
  {
    name: "a test event is sent, opened in the calendar, and removed",
    async run(scene) {
      const resident = await scene.resident(["Audit"]);
      await scene.look("test-event", resident, async ({ page, card }) => {
        await openSettings(card);
        await card.getByRole("button", { name: "Send a test event" }).click();
        await card.getByText(/^It is there, \d+(\.\d)? s after you asked for it\./).waitFor();
        const removal = /^It is removed in \d+ minutes\.$/;
        await card.getByText(removal).waitFor();
        assert.equal(
          await card.getByRole("status").getByText(removal).count(),
          0,
          "it is read out every minute",
        );
        assert.deepEqual(scene.titles(resident.calendar_id), ["Audit", TITLE]);
        await assertAccessible(page, "a test event", { best_practices: true });
        await screenshot(page, `living-${scene.provider.name}-test-event`);

        const opening = page.waitForEvent("popup");
        await card.getByRole("link", { name: "Open it" }).click();
        const calendar = await opening;
        await calendar.getByRole("dialog", { name: TITLE }).waitFor();
        await calendar.close();

        // It is not forgotten with the page.
        await page.reload();
        await openSettings(card);
        await card.getByRole("link", { name: "Open it" }).waitFor();
        await card.getByRole("button", { name: "Remove it now" }).click();
        await card.getByRole("button", { name: "Send a test event" }).waitFor();
        assert.deepEqual(scene.titles(resident.calendar_id), ["Audit"]);
      });
    },
  },
  {
    name: "a test event that the provider does not take is explained, and can be sent again",
    async run(scene) {
      const resident = await scene.resident([]);
      const { faults } = scene.provider.emulator;
      await scene.look("test-event-refused", resident, async ({ page, card }) => {
        await openSettings(card);
        const match = { method: "POST", path: scene.provider.paths.events };
        faults.set([{ match, ...scene.provider.refusals.invalid }]);
        await card.getByRole("button", { name: "Send a test event" }).click();
        await card.getByText("It could not be written. The calendar does not accept events from us.")
          .waitFor();
        await assertAccessible(page, "a refused test event", { best_practices: true });
        await screenshot(page, `living-${scene.provider.name}-test-event-refused`);
        faults.clear();
        await card.getByRole("button", { name: "Try again" }).click();
        await card.getByText(/^It is there/).waitFor();
        assert.equal((await scene.sql`select from calendar_sync.test_events`).length, 1);
        await card.getByRole("button", { name: "Remove it now" }).click();
        await until(() => Promise.resolve(scene.titles(resident.calendar_id).length === 0));
      });
    },
  },
];
