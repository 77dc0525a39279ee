import assert from "node:assert/strict";
import { assertAccessible } from "../../support/axe.ts";
import { screenshot } from "../../support/screenshot.ts";
import { type Behaviour, untilBadge } from "../living-scene.ts";

export const OUTAGE: Behaviour = {
  name: "while the provider is down the page says when it is tried again, and is well by itself afterwards",
  async run(scene) {
    const { faults } = scene.provider.emulator;
    const resident = await scene.resident(["Audit"]);
    await scene.look("outage", resident, async ({ page, card }) => {
      faults.set([{ kind: "status", status: 503 }]);
      await scene.addDeadlines(resident, ["Report"]);
      await card.getByRole("button", { name: "Sync now" }).click();
      await untilBadge(card, "Waiting");
      await card.getByText(/cannot be reached. You need not do anything, we (try again|keep trying)/)
        .waitFor();
      await assertAccessible(page, "an outage", { best_practices: true });
      await screenshot(page, `living-${scene.provider.name}-outage`);
      assert.equal((await scene.integrationOf(resident)).status, "active");
      faults.clear();
      await untilBadge(card, "Connected");
      await scene.untilTitles(resident.calendar_id, ["Audit", "Report"]);
      await card.getByText("2 deadlines", { exact: true }).waitFor();
    });
  },
};
