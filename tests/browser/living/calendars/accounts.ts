import assert from "node:assert/strict";
import { ADA, GRACE } from "../../../support/subjects/subject.ts";
import { assertAccessible } from "../../support/axe.ts";
import { screenshot } from "../../support/screenshot.ts";
import { type Behaviour, cardOf, openSettings, switchOf, untilBadge } from "../living-scene.ts";

export const ACCOUNTS: Behaviour = {
  name: "two accounts of one provider are two cards, and what is done to one leaves the other alone",
  async run(scene) {
    const resident = await scene.resident(["Audit"]);
    const other = await scene.connect(resident.api, GRACE);
    await scene.untilTitles(other.calendar_id ?? "", ["Audit"]);
    await scene.look("accounts", resident, async ({ page, card }) => {
      const second = cardOf(page, GRACE);
      await (await switchOf(second)).uncheck();
      await untilBadge(second, "Paused");
      await untilBadge(card, "Connected");
      assert.equal(await (await switchOf(card)).isChecked(), true);
      for (const each of [card, second]) await openSettings(each);
      await second.getByRole("radio", { name: "Remove its event" }).check();
      await resident.api.untilStatus(({ id, settings }) =>
        id === other.id && settings.completed_events === "remove"
      );
      assert.equal((await scene.integrationOf(resident)).settings.completed_events, "keep");
      await assertAccessible(page, "two accounts", { best_practices: true });
      await screenshot(page, `living-${scene.provider.name}-two-accounts`);

      await scene.addDeadlines(resident, ["Report"]);
      await scene.untilTitles(resident.calendar_id, ["Audit", "Report"]);
      assert.deepEqual(scene.titles(other.calendar_id ?? ""), ["Audit"]);

      await card.getByRole("button", { name: "Disconnect…" }).click();
      const dialog = page.getByRole("alertdialog", { name: `Disconnect ${ADA}?` });
      await dialog.getByRole("button", { name: "Disconnect" }).click();
      await card.waitFor({ state: "detached" });
      await untilBadge(second, "Paused");
      const left = await resident.api.status();
      assert.deepEqual(left.map(({ account_email }) => account_email), [GRACE]);
    });
  },
};
