import assert from "node:assert/strict";
import { until } from "../../../support/calendar-api.ts";
import { assertAccessible } from "../../support/axe.ts";
import { openLivingScene, openSettings } from "../living-scene.ts";

Deno.test({
  name: "where the operator offers it, a user may have deadlines changed by moving them",
  // The stack's servers and connections outlive a step, and end with the scene.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const scene = await openLivingScene("google", { CALENDAR_ACCEPT_EDITS: "on" });
    try {
      const resident = await scene.resident([]);
      await scene.look("accept", resident, async ({ page, card }) => {
        await openSettings(card);
        const accept = card.getByRole("radio", { name: "Change the deadline" });
        await card.getByText("The obligation gets the new date at once").waitFor();
        await accept.check();
        await until(async () => (await scene.integrationOf(resident)).settings.calendar_edits === "accept");
        await until(() => accept.isChecked());
        assert.equal(await card.getByRole("radio", { name: "Put it back" }).isChecked(), false);
        await assertAccessible(page, "accepting in advance", { best_practices: true });
      });
    } finally {
      await scene.close();
    }
  },
});
